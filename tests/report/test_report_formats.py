"""Every output format: the same report, whole, safe for its sink and the same again."""

from __future__ import annotations

import json
import re
import runpy
from functools import cache
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hostile_strings import HOSTILE, label
from sample_report import AT, FUNCTIONS, SPOFS, UNKNOWNS, evidence, report

from hostaudit import schemas, words
from hostaudit.model import (
    VALUE_OF,
    Addresses,
    Alias,
    Cause,
    Dependency,
    Evidence,
    FailureDomain,
    Fallback,
    Finding,
    FunctionImpact,
    Hours,
    Kind,
    NotAssessed,
    Score,
    SinglePoint,
    Target,
    Unknown,
    UnknownFact,
)
from hostaudit.report import HELPERS, Style, load, names, wording
from hostaudit.report.text import width

NAMES = ("csv", "cyclonedx", "gitlab", "json", "jsonl", "junit", "markdown", "prom", "sarif", "terminal")
GOLDEN = Path(__file__).with_name("golden")
FAR_AWAY = Addresses((Alias("captive.com", "a." * 120 + "com", 60),), ("192.0.2.1",), 60)
COLOUR = re.compile(r"\x1b\[[0-9]+m")


def terminal(each=None, **style) -> str:
    return load("terminal").render(each or report(), Style(**style))


def as_json(each=None) -> dict:
    return json.loads(load("json").render(each or report(), Style()))


def soiled(value, text):
    """The same value with ``text`` in place of every string that a stranger could have written."""
    kept = {"id", "kind", "cause", "state", "effect", "grade", "outcome", "severity", "verdict", "schema", "at", "type"}
    kept |= {"role", "via", "platform", "proof", "how", "of", "end"}
    builtins = msgspec.to_builtins(value)

    def walk(node, field=""):
        if isinstance(node, dict):
            return {key: walk(each, key) for key, each in node.items()}
        if isinstance(node, list | tuple):
            return [walk(each, field) for each in node]
        return text if isinstance(node, str) and field not in kept else node

    return msgspec.convert(walk(builtins), type(value))


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schemas.path("report").read_text()))


def findings(text: str) -> tuple[Finding, ...]:
    return tuple(Finding(text, outcome, "high", 0.9, text, text, (), text) for outcome in ("pass", "fail", "unknown"))


def hostile_report(text):
    """A report with a hostile string wherever one can come from outside."""
    spofs = tuple(
        SinglePoint(
            FailureDomain(kind, identity, text),
            1,
            (
                FunctionImpact(f"web:{text}", "down", 0.0, Hours(1, 2, 3), text),
                FunctionImpact(text, "degraded", 0, Hours(0, 0, 0), text),
            ),
            tuple(item.id for item in report().evidence),
            (text,),
            0.5,
            name_only,
        )
        for kind in ("parent", "provider", "asn", "tld", "prefix", "jurisdiction")
        for identity in (text, f"unknown:{text}")
        for name_only in (False, True)
    )
    base = soiled(report(findings=findings(text)), text)
    functions = tuple(msgspec.structs.replace(each, id=f"web:{text}") for each in base.functions)
    return msgspec.structs.replace(base, spofs=spofs, functions=functions, cut_sets=())


def test_the_folder_is_the_list_of_formats():
    assert names() == NAMES
    for name in names():
        assert load(name).name == name
    for name in HELPERS:
        assert (Path(wording.__file__).parent / f"{name}.py").exists()


@pytest.mark.parametrize("name", names())
def test_equal_reports_give_equal_bytes(name):
    assert load(name).render(report(), Style()) == load(name).render(report(), Style())


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_strings_leave_the_terminal_report_plain(text):
    for style in ({}, {"unicode": False}, {"width": 20}, {"colour": True}):
        shown = COLOUR.sub("", terminal(hostile_report(text), **style))
        lines = shown.split("\n")

        assert all(line.isprintable() for line in lines)
        assert all(width(line) <= style.get("width", 80) for line in lines)
        assert not any(line.lstrip().startswith("::") for line in lines)
        assert "##[" not in shown
        assert style.get("unicode", True) or shown.isascii()


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_strings_leave_the_json_report_whole_and_plain(text):
    hostile = hostile_report(text)
    document = load("json").render(hostile, Style())

    assert all(char == "\n" or char.isprintable() for char in document)
    assert "##[" not in document
    assert json.loads(document)["summary"] == text.encode("utf-8", "backslashreplace").decode()
    validator().validate(json.loads(document))


def test_terminal_report_is_as_golden():
    assert terminal() == (GOLDEN / "report.txt").read_text("utf-8")
    assert terminal(unicode=False, width=60) == (GOLDEN / "report-ascii-60.txt").read_text("utf-8")


def test_json_report_is_as_golden_and_keeps_its_schema():
    shown = load("json").render(report(), Style())

    assert shown == (GOLDEN / "report.json").read_text("utf-8")
    validator().validate(json.loads(shown))


def test_the_verdict_sentence_comes_first_and_the_next_command_last():
    lines = terminal().splitlines()

    assert lines[0].startswith("Amazon alone can take down captive.com")
    assert lines[-1].strip() == "hostaudit scan captive.com --deadline 120"


def test_the_next_command_cannot_carry_another_one():
    hostile = Target("a.com; reboot", "a.com", ("a.com",))

    assert terminal(report(target=hostile, unknowns=())).splitlines()[-1].strip() == (
        "hostaudit scan 'a.com; reboot' --save-evidence 'a.com; reboot.json'"
    )


def test_forty_timeouts_do_not_fill_the_screen():
    shown = terminal()

    assert "40 unknown: no answer in time (asking again may help)" in shown
    assert "and 36 more" in shown


def test_colour_only_repeats_what_words_say():
    assert COLOUR.sub("", terminal(colour=True)) == terminal(colour=False)
    assert COLOUR.search(terminal(colour=True))
    assert "\x1b" not in terminal(colour=False)


def test_a_report_without_anything_says_so():
    empty = report(functions=(), dependencies=(), spofs=(), fallbacks=(), unknowns=(), not_assessed=(), evidence=())
    shown = terminal(empty)

    assert "None seen: no company was found to hold a part alone, the names aside." in shown
    assert "may hide one" in terminal(report(spofs=()))
    assert "Unknown" not in shown
    assert "Not assessed" not in shown
    assert "Functions" not in shown
    assert shown.splitlines()[-1].strip() == "hostaudit scan captive.com --save-evidence captive.com.json"


def test_long_lists_are_cut_with_their_number():
    legs = FUNCTIONS[0].legs * 10
    many = tuple(
        SinglePoint(FailureDomain("prefix", f"198.51.{n}.0/24"), 1, SPOFS[0].functions[:1], ()) for n in range(20)
    )
    shown = terminal(report(functions=(msgspec.structs.replace(FUNCTIONS[0], legs=legs),), spofs=many))

    assert "+12 more, see --format json" in shown
    assert "+8 more, see --format json" in shown


def test_a_domain_that_ends_all_functions_is_told_in_a_word():
    impacts = tuple(msgspec.structs.replace(SPOFS[0].functions[0], id=each.id) for each in FUNCTIONS[:4])
    point = SinglePoint(FailureDomain("tld", "com", "the registry of .com"), 1, impacts, ())

    assert "TLD com (the registry of .com): everything" in terminal(report(spofs=(point,)))


def test_a_proof_names_who_answered_and_stays_short():
    long = evidence("a", "captive.com", FAR_AWAY, source="GET https://service.example/" + "x" * 500)
    shown = " ".join(terminal(report(evidence=(long,))).split())

    assert "proof: A of captive.com: by way of a.a" in shown
    assert "[GET https://service.example/" in shown
    assert "more, see --format json" not in shown


def test_a_name_that_does_not_exist_has_nobody_who_can_take_it_down():
    shown = terminal(report(spofs=(), findings=findings("no such name"), verdict="fail"))

    assert "What can take it down" not in shown


def test_an_operator_that_nobody_knows_is_called_by_what_was_seen():
    impacts = SPOFS[0].functions[:1]
    named, nameless = FailureDomain("parent", "unknown:as64999", "SMALLTOWN"), FailureDomain("parent", "unknown:x.net")
    shown = terminal(report(spofs=(SinglePoint(named, 1, impacts, ()), SinglePoint(nameless, 1, impacts, ()))))

    assert "1. SMALLTOWN (as64999, not in the catalogue)" in shown
    assert "2. an operator not in the catalogue (x.net)" in shown


def test_a_score_without_width_is_one_number():
    assert "score 18 of 100" in terminal(report(score=Score(18.2, 18.4, 1.0)))


def test_findings_come_with_what_to_do():
    shown = terminal(report(findings=findings("the name does not exist"), verdict="fail"))

    assert "FAIL (high): the name does not exist" in shown
    assert shown.count("Fix: ") == 1
    assert "FAIL: score" in shown


def test_a_product_of_a_company_of_the_same_id_is_not_told_twice():
    impacts = SPOFS[0].functions[:1]
    rows = tuple(
        SinglePoint(FailureDomain(kind, identity), 1, impacts, ())
        for kind, identity in (("parent", "njalla"), ("provider", "njalla"), ("provider", "aws"))
    )
    shown = terminal(report(spofs=rows))

    assert "product aws: web site" in shown
    assert "product njalla" not in shown


def test_json_items_have_exactly_one_ending():
    endings = {"value", "absent", "unknown", "not_applicable"}

    for item in as_json()["evidence"]:
        assert len(endings & item.keys()) == 1


def test_json_keys_are_sorted_at_every_level():
    def check(node):
        if isinstance(node, dict):
            assert list(node) == sorted(node)
            for each in node.values():
                check(each)
        elif isinstance(node, list):
            for each in node:
                check(each)

    check(as_json())


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_cannot_carry_is_refused_by_name(number):
    with pytest.raises(ValueError, match=r"\$\.score\.low"):
        load("json").render(report(score=Score(number, 1.0, 1.0)), Style())


def test_visible_letters_of_any_script_stay_letters_in_json():
    shown = load("json").render(report(summary="日本語 \u009b \U000e0041"), Style())

    assert "日本語 \\u009b \\udb40\\udc41" in shown


def unordered(schema):
    """A schema but for the order of keys and alternatives, which differs between releases of msgspec."""
    if isinstance(schema, dict):
        told = {key: unordered(value) for key, value in schema.items()}
        return told | {key: sorted(told[key], key=json.dumps) for key in ("anyOf", "enum") if key in told}
    return [unordered(each) for each in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("name", schemas.NAMES)
def test_the_shipped_schema_is_that_of_the_model(name):
    shipped, made = json.loads(schemas.path(name).read_bytes()), json.loads(schemas.generate(name))

    assert unordered(shipped) == unordered(made), "run: python -m hostaudit.schemas"
    jsonschema.validators.validator_for(shipped).check_schema(shipped)


@pytest.mark.parametrize("states", [(), ("absent", "unknown")])
def test_the_schema_refuses_evidence_with_no_ending_or_two(states):
    document = as_json()
    item = document["evidence"][0]
    del item["value"]
    item.update({"absent": "NODATA", "unknown": {"cause": "timeout", "detail": ""}} if states else {})

    with pytest.raises(jsonschema.ValidationError):
        validator().validate(document)


# -- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0, "0 minutes"),
        (0.001, "1 minute"),
        (0.5, "30 minutes"),
        (1, "1 hour"),
        (29, "29 hours"),
        (48, "2 days"),
        (360, "15 days"),
        (1008, "42 days"),
        (14448, "602 days"),
        (24 * 900, "30 months"),
    ],
)
def test_durations_are_in_the_unit_a_person_would_choose(hours, expected):
    assert words.duration(hours) == expected


def test_a_range_names_its_unit_once_if_both_ends_share_it():
    assert words.span(Hours(48, 360, 1008)) == "15 days (2 to 42 days)"
    assert words.span(Hours(4, 48, 360)) == "2 days (4 hours to 15 days)"
    assert words.span(Hours(720, 720, 720)) == "30 days"
    assert wording.onset(0) == "at once"
    assert wording.onset(36) == "in 36 hours"


def test_every_cause_has_words_of_its_own():
    causes = set(Cause.__args__)

    assert causes <= set(wording.CAUSES)
    assert len(set(wording.CAUSES.values())) == len(wording.CAUSES)
    assert wording.cause("some_new_cause") == "some new cause"


def test_every_kind_of_evidence_can_be_put_as_a_proof():
    assert set(wording._QUESTIONS) == set(wording._ANSWERS) == set(VALUE_OF) == set(Kind.__args__)


def test_a_proof_says_what_was_asked_and_answered():
    shown = {item.id: wording.proof(item) for item in report().evidence}

    assert shown["aaaa:captive.com"] == "AAAA of captive.com: absent, NODATA"
    assert shown["a:www.captive.com"] == "A of www.captive.com: by way of d1.cloudfront.net, 13.225.10.5"
    assert shown["caa:captive.com"].startswith("CAA of captive.com: unknown, the name server or resolver failed")
    odd = evidence("tls", "a b c", not_applicable="no address")
    assert wording.proof(odd) == "tls of a b c: does not apply, no address"


def test_the_most_telling_proofs_are_of_different_kinds():
    first = [item.kind for item in wording.most_telling(report().evidence)[:4]]

    assert first == ["owner", "origin", "registration", "a"]


def test_lists_read_as_prose():
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.few(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert wording.few([]) == "none"
    assert wording.role("new_role") == "new role"
    assert wording.effect("new_effect") == "new effect"


def test_every_section_takes_a_sample_of_each_state():
    unknown = Evidence("a:x.com", "a", "x.com", "s", AT, unknown=Unknown("timeout"))
    rows = (UnknownFact("dns", "x.com", "not_asked", False),)
    other = report(
        evidence=(unknown,),
        unknowns=rows,
        verdict="inconclusive",
        fallbacks=(Fallback("dns", "unknown:AS1", "declared", ()),),
        not_assessed=(NotAssessed("a", "why"), NotAssessed("b", "why")),
        dependencies=(Dependency("i", "dns", "x.com", "p", "p", None, 0.5, ()),),
    )
    shown = terminal(other)

    assert "INCONCLUSIVE: score" in shown
    assert "an operator not in the catalogue (AS1)" in shown
    assert "- a and b: why" in shown
    assert "1 unknown: not asked, by choice: DNS x.com" in shown
    assert len(UNKNOWNS) == 42


def test_the_schemas_are_written_where_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(schemas, "path", lambda name: tmp_path / name)
    runpy.run_module("hostaudit.schemas.__main__")

    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {
        name: schemas.generate(name) for name in schemas.NAMES
    }


def test_the_next_step_after_leaving_things_out_is_to_ask_them():
    unasked = tuple(UnknownFact("hosting", f"h{n}.example", "not_asked", False) for n in range(3))

    last = terminal(report(verdict="inconclusive", unknowns=unasked)).splitlines()[-2:]

    assert last == ["Next: ask what was switched off too", "  hostaudit scan captive.com"]
