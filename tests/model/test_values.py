"""Every kind of evidence has its row, its value and a probe. A failure says ``FILE lacks KIND``."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.model import values
from hostaudit.model.evidence import Evidence, subject_of
from hostaudit.model.site import DeclaredFallback, FallbackId, SpareName
from hostaudit.model.values import KINDS, HostAddress, Kind, ServerAddress, Value

ROOT = Path(values.__file__).resolve().parents[2]
TABLE = "hostaudit/model/values.py"
PROBES = "hostaudit/observe/probes"


def given_by_probes() -> set[str]:
    """The kinds that the modules of the folder give, read without importing them."""
    found: set[str] = set()
    for path in (ROOT / PROBES).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Probe":
                gives = [each.value for each in node.keywords if each.arg == "gives"] or node.args[2:3]
                found |= {each.value for value in gives for each in value.elts}
    return found


def test_every_kind_has_its_row_its_value_and_a_probe():
    probed = given_by_probes()
    unknown = sorted({*probed, *get_args(Kind)} - set(KINDS)) + sorted(set(KINDS) - set(get_args(Kind)))
    assert not unknown, f"{TABLE} lacks {', '.join(unknown)}"
    unasked = [f"{PROBES}/{kind}.py lacks: no module there gives {kind}" for kind in KINDS if kind not in probed]
    assert not unasked, "; ".join(unasked)
    lost = {row.value.__name__ for row in KINDS.values()} ^ {each.__name__ for each in get_args(Value)}
    assert not lost, f"{TABLE} lacks {', '.join(lost)} in Value, or a row for it"


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_says_what_was_asked_in_the_words_of_its_subject(kind):
    row = KINDS[kind]
    example = {"address": "192.0.2.1", "path": "/up"}
    parts = tuple(example.get(field, "x.com") for field in row.subject._fields)

    read = values.read_subject(kind, values.subject_text(parts))

    assert read == parts and isinstance(read, row.subject)
    asked = row.question.format(**read._asdict())
    assert all(part in asked for part in parts)
    assert callable(row.value.in_words)


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=60))
def test_what_is_no_subject_is_none_and_ids_are_read_as_they_are_written(kind, text):
    read = values.read_subject(kind, text)

    assert read is None or values.subject_text(read) == text
    identity = values.evidence_id(kind, text)
    assert values.kind_of_id(identity) == kind
    assert values.subject_text(values.subject_of_id(identity)) == text


def test_the_subject_of_a_broken_probe_is_none():
    item = Evidence("tls:x.com", "tls", "x.com", "hostaudit", "2021-01-09T00:00:00Z")

    assert subject_of(item, HostAddress) is None
    whole = Evidence("server:x ns 2001:db8::1", "server", "x ns 2001:db8::1", "ns", "2021-01-09T00:00:00Z")
    assert subject_of(whole, ServerAddress) == ServerAddress("x", "ns", "2001:db8::1")
    assert subject_of(whole, HostAddress) is None


@pytest.mark.parametrize(
    "declared",
    [
        DeclaredFallback("hosting", "ovh", address="192.0.2.80"),
        DeclaredFallback("hosting", "ovh", address="2001:db8::1"),
        DeclaredFallback("hosting", "ovh", stands_for="api.x.com", address="2001:db8::1"),
        DeclaredFallback("hosting", "ovh", stands_for="api.x.com", address="192.0.2.80"),
        DeclaredFallback("dns", "ns1", server="ns1.x.net"),
        DeclaredFallback("ca", "sectigo"),
    ],
)
def test_the_id_of_a_fallback_is_read_as_it_is_written(declared):
    read = FallbackId.read(declared.id)

    assert read.text == declared.id
    assert (read.role, read.provider, read.stands_for) == (declared.role, declared.provider, declared.stands_for)
    assert read.proof == (declared.server or declared.address)
    assert not read.is_spare_name


def test_a_spare_name_is_its_own_proof():
    read = FallbackId.read(SpareName("x.net").id)

    assert (read.is_spare_name, read.proof, read.text) == (True, "x.net", "spare_name:x.net")
