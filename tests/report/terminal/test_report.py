"""The page of a report: pairs of companies, and fallbacks."""

from __future__ import annotations

import re

import msgspec
import pytest
from helpers import runners
from helpers.hostile_strings import HOSTILE, label
from helpers.pages_shown import flat, shown
from helpers.reports_shown import GOLDEN, findings, hostile_report, terminal
from helpers.sample_report import AT, FUNCTIONS, SPOFS, UNKNOWNS, evidence, report
from msgspec import structs

from hostaudit.model.evidence import Evidence, Target, Unknown
from hostaudit.model.report import (
    Caveat,
    CutSet,
    Dependency,
    FailureDomain,
    Fallback,
    Function,
    Leg,
    NotAssessed,
    Score,
    ScoreInterval,
    SinglePoint,
    UnknownFact,
)
from hostaudit.model.values import Addresses, Alias
from hostaudit.report import Style, load
from hostaudit.report.text import width


def cuts(*pairs, function="web"):
    return tuple(CutSet("parent", function, pair) for pair in pairs)


def test_pairs_and_threes_of_companies_are_listed_by_function():
    pairs = tuple((f"p{n}", "amazon") for n in range(9))
    sets = (
        *cuts(*pairs), *cuts(*pairs, function="resolve"), *cuts(("a", "b", "c")), *cuts(("amazon",)),
        CutSet("asn", "web", ("AS1", "AS2")),
    )  # fmt: skip
    written = flat(report(cut_sets=sets, cut_set_limits=("sets of three: a lower bound",)))

    assert (
        "What two companies can end together web site and name resolution: - p0 and Amazon - p1 and Amazon" in written
    )
    assert "- p5 and Amazon +3 more, see --format json" in written
    assert "What three companies can end together web site: - a, b and c Note: sets of three: a lower bound" in written
    assert "AS2" not in written
    assert "together" not in flat(report(cut_sets=cuts(("amazon",))))


def test_pairs_that_differ_by_function_share_the_room():
    first = cuts(*((f"p{n}", "x") for n in range(6)))
    written = flat(report(cut_sets=(*first, *cuts(("q", "x"), function="resolve"))))

    assert "- p5 and x +1 more" in written
    assert "name resolution: -" not in written


def test_a_fallback_has_its_grade_first_and_a_line_for_each_reason():
    rows = (Fallback("dns", "ns1", "configured", ("stale serial 41 < 57", "shares parent amazon"), "route53"),)
    lines = shown(report(fallbacks=rows)).splitlines()
    at = lines.index("  ~ configured: DNS ns1 for route53")

    assert lines[at + 1 : at + 3] == ["      - stale serial 41 < 57", "      - shares parent amazon"]


FAR_AWAY = Addresses((Alias("captive.com", "a." * 120 + "com", 60),), ("192.0.2.1",), 60)


COLOUR = re.compile(r"\x1b\[[0-9]+m")


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_strings_leave_the_terminal_report_plain(text):
    for style in ({}, {"unicode": False}, {"width": 20}, {"colour": True}):
        shown = COLOUR.sub("", terminal(hostile_report(text), **style))
        lines = shown.split("\n")

        assert all(line.isprintable() for line in lines)
        assert all(width(line) <= style.get("width", 80) for line in lines)
        assert not list(runners.commands(shown))
        assert "##[" not in shown
        assert style.get("unicode", True) or shown.isascii()


def test_terminal_report_is_as_golden():
    assert terminal() == (GOLDEN / "report.txt").read_text("utf-8")
    assert terminal(unicode=False, width=60) == (GOLDEN / "report-ascii-60.txt").read_text("utf-8")


def test_only_what_answered_itself_has_a_tick():
    mail = Leg("mail", "mx1.captive.com", ("aws",), "known", (), liveness="not_asked")
    functions = (Function("mail_receive", "up", ScoreInterval(8, 9), (mail,)),)
    shown = terminal(report(functions=functions))

    assert "· mail operator known; not asked: mx1.captive.com by" in shown
    assert "✓ DNS operator known; answers: ns-513.awsdns-00.net by" in terminal()
    assert "- mail operator known; not asked" in terminal(report(functions=functions), unicode=False)


def test_what_limits_the_whole_report_stands_at_its_head():
    caveats = (Caveat("direct_dns", "captive.com", "Not asked: whether the name servers serve it."),)
    shown = terminal(report(caveats=caveats))
    markdown = load("markdown").render(report(caveats=caveats), Style())

    assert "Note: Not asked: whether the name servers serve it." in shown
    assert shown.index("Note: Not asked") < shown.index("What one company alone can end")
    assert "Not asked: whether the name servers serve it." in markdown


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

    assert "Nothing, as far as was seen." in shown
    assert "the unknown parts (below) may depend on one" in " ".join(terminal(report(spofs=())).split())
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

    assert "What one company alone can end" not in shown


def test_an_operator_that_nobody_knows_is_called_by_what_was_seen():
    impacts = SPOFS[0].functions[:1]
    named, nameless = FailureDomain("parent", "unknown:as64999", "SMALLTOWN"), FailureDomain("parent", "unknown:x.net")
    shown = terminal(report(spofs=(SinglePoint(named, 1, impacts, ()), SinglePoint(nameless, 1, impacts, ()))))

    assert "1. SMALLTOWN (as64999, not in the catalogue)" in shown
    assert "2. an operator not in the catalogue (x.net)" in shown


def test_a_score_without_width_is_one_number():
    assert "score 18 of 100" in terminal(report(score=Score(18.2, 18.4, 1.0)))


def test_findings_come_with_what_to_do():
    found = [structs.replace(each, verdict="fail") for each in findings("the name does not exist")]
    shown = terminal(report(findings=tuple(found), verdict="fail"))

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


def test_the_next_step_after_leaving_things_out_is_to_ask_them():
    unasked = tuple(UnknownFact("hosting", f"h{n}.example", "not_asked", False) for n in range(3))

    last = terminal(report(verdict="inconclusive", unknowns=unasked)).splitlines()[-2:]

    assert last == ["Next: ask also what was switched off", "  hostaudit scan captive.com"]


def with_data(unanswered=(), **versions):
    """The page of a report, whose scan began on 2021-01-09, with tables of these days, on one line."""
    run = structs.replace(report().run, data_versions={key.replace("_", "-"): day for key, day in versions.items()})
    items = tuple(Evidence(f"{kind}:x", kind, "x", "s", AT, unknown=Unknown(cause)) for kind, cause in unanswered)
    return flat(report(run=run, evidence=items))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2021-01-10", "newer than the evidence"),
        ("2026-10-22", "newer than the evidence"),
        ("2021-01-09", "of the same day"),
        ("2021-01-08", "1 day old"),
        ("2018-01-09", "1,096 days old"),
    ],
)
def test_the_age_of_a_table_is_that_on_the_day_of_the_look(day, said):
    assert f"Data: public-suffix-list {day} ({said})" in with_data(public_suffix_list=day)


def test_a_table_that_only_tells_whom_to_ask_is_old_only_where_nobody_answered():
    old = "old data: rdap-bootstrap (older than 90 days)"

    assert old not in with_data(rdap_bootstrap="2018-01-09")
    assert old not in with_data([("registration", "not_asked"), ("owner", "limit")], rdap_bootstrap="2018-01-09")
    assert old not in with_data([("a", "timeout")], rdap_bootstrap="2018-01-09")
    assert old in with_data([("registration", "unreachable")], rdap_bootstrap="2018-01-09")
    assert old in with_data([("owner", "http_status")], rdap_bootstrap="2018-01-09")
    assert "old data: origin-table (older than 90 days)" in with_data(origin_table="2018-01-09")
    assert "old data" not in with_data(origin_table="2020-12-31")
