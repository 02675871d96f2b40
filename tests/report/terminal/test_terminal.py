"""Every document in every format: whole, safe for its sink, within the width, and saying what it is for."""

from __future__ import annotations

import json
import re

import jsonschema
import msgspec
import pytest
from helpers import runners, sample_changes, sample_policy
from helpers import sample_whatif as sample
from helpers.hostile_strings import HOSTILE, label
from helpers.pages_shown import flat, shown
from helpers.sample_report import report

from hostaudit.documents import schemas
from hostaudit.model.documents import SHOWN
from hostaudit.model.whatif import MatrixRow
from hostaudit.report import Style, can_write, load, names
from hostaudit.report.formats import terminal
from hostaudit.report.text import width

COLOUR = re.compile(r"\x1b\[[0-9]+m")
DOCUMENTS = {"report": report, **sample.DOCUMENTS, **sample_policy.DOCUMENTS, **sample_changes.DOCUMENTS}
FIXED = {
    "schema",
    "kind",
    "part",
    "outcome",
    "verdict",
    "grade",
    "applies",
    "state",
    "basis",
    "end",
    "effect",
    "role",
    "layer",
    "action",
    "severity",
    "unknown",
    "certainty",
    "place",
    "loss",
    "origin",
    "format",
    "better",
    "low",
    "high",
}
"""Strings that come from the rules or from ourselves, never from outside; a scenario's are soiled all the same."""


def soiled(document, text, fixed=FIXED):
    """The same document with ``text`` for every other string, keys of tables too."""

    def walk(node, field=""):
        if isinstance(node, dict):
            tables = {
                "names",
                "weights",
                "constants",
                "reasons",
                "sources",
                "down_hours",
                "excluded",
                "leaves",
                "gates",
            }
            table = field in tables and "company" not in node  # where facts of a provider were read has keys of ours
            return {(text if table else key): walk(each, key) for key, each in node.items()}
        if isinstance(node, list | tuple):
            return [walk(each, "" if isinstance(each, dict) else field) for each in node]
        return text if isinstance(node, str) and field not in fixed else node

    return msgspec.convert(walk(msgspec.to_builtins(document)), type(document))


def test_every_document_has_a_writer_and_a_sample():
    assert set(terminal.pages()) == set(SHOWN) == {type(make()) for make in DOCUMENTS.values()}


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", names())
def test_a_format_writes_every_document_that_it_says_it_does_and_again_the_same(name, document):
    if not can_write(load(name), type(DOCUMENTS[document]())):
        return
    once, again = (load(name).render(DOCUMENTS[document](), Style()) for _ in range(2))

    assert once == again
    assert once.endswith("\n")


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_strings_leave_every_document_plain(text):
    for make in (*sample.DOCUMENTS.values(), *sample_policy.DOCUMENTS.values(), *sample_changes.DOCUMENTS.values()):
        document = soiled(make(), text)
        for style in ({}, {"unicode": False, "width": 40}, {"width": 20}, {"width": 200}, {"colour": True}):
            plain = COLOUR.sub("", shown(document, **style))
            lines = plain.split("\n")

            assert all(line.isprintable() for line in lines)
            assert all(width(line) <= style.get("width", 80) for line in lines)
            assert not list(runners.commands(plain))
            assert "##[" not in plain
            assert style.get("unicode", True) or plain.isascii()


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_layers_actions_and_roles_are_escaped_too(text):
    for make in (sample.whatif, sample.scenario, sample.fallbacks, sample.drop):
        plain = shown(soiled(make(), text, FIXED - {"role", "layer", "action", "effect"}), width=60)

        assert all(line.isprintable() and width(line) <= 60 for line in plain.split("\n"))


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_strings_leave_the_json_of_every_document_whole(text):
    for make in sample.DOCUMENTS.values():
        written = load("json").render(soiled(make(), text), Style())

        assert all(char == "\n" or char.isprintable() for char in written)
        assert "##[" not in written
        json.loads(written)


@pytest.mark.parametrize("columns", [*range(20, 90, 3), 100, 120, 141, 200])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_line_is_wider_than_the_terminal(document, columns):
    for unicode in (True, False):
        written = shown(DOCUMENTS[document](), width=columns, unicode=unicode)

        assert all(width(line) <= columns for line in written.splitlines())
        assert unicode or written.isascii()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_colour_only_repeats_what_characters_say(document):
    assert COLOUR.sub("", shown(DOCUMENTS[document](), colour=True)) == shown(DOCUMENTS[document]())


@pytest.mark.parametrize("document", sample.DOCUMENTS)
def test_json_names_its_schema_and_sorts_its_keys(document):
    def check(node):
        if isinstance(node, dict):
            assert list(node) == sorted(node)
            list(map(check, node.values()))
        elif isinstance(node, list):
            list(map(check, node))

    written = json.loads(load("json").render(sample.DOCUMENTS[document](), Style()))

    assert document == "scenario" or re.fullmatch(r"hostaudit\.[a-z]+/1", written["schema"])
    check(written)


@pytest.mark.parametrize("document", sample.DOCUMENTS)
def test_json_keeps_the_published_schema(document):
    name = {"drop": "whatif", "library": "scenarios"}.get(document, document)
    schema = json.loads(schemas.path(name).read_text("utf-8"))
    written = json.loads(load("json").render(sample.DOCUMENTS[document](), Style()))

    jsonschema.validators.validator_for(schema)(schema).validate(written)


def test_a_number_that_json_cannot_carry_is_refused_by_name():
    with pytest.raises(ValueError, match=r"\$\.horizon_hours"):
        load("json").render(sample.whatif(horizon_hours=float("nan")), Style())


# -- matrix, candidates, library ----------------------------------------------------------------------


def test_an_event_that_ends_every_function_says_so():
    fates = tuple(sample.fate(each, sample.down(0, 4)) for each in ("resolve", "web", "install_android"))
    event = msgspec.structs.replace(sample.EVENTS[1], functions=("resolve", "web", "install_android"))

    assert "you: Google Play - everything down" in flat(sample.whatif(events=(event,), functions=fates))


def test_the_next_command_cannot_carry_another_one():
    rows = (MatrixRow("a; reboot", "t", True, {"web": 1.0}),)

    assert shown(sample.matrix(rows=rows)).splitlines()[-1].strip().endswith("--scenario 'a; reboot'")
    assert shown(sample.library(sample.scenario(id="$(x)"))).splitlines()[-1].strip().endswith("show '$(x)'")
