"""Markdown: the verdict on top, outside text only text, and never more than a job summary takes."""

from __future__ import annotations

import re

import pytest
from helpers.own_sites import broadcaster, university
from helpers.reports import report_on
from helpers.sample_judged import EXCEPTED, EXCEPTION, FAILED, PASSED, WAYS, everything, judged
from helpers.sample_report import report as plain_report
from msgspec import structs

from hostaudit.cli.output import EXIT_OF
from hostaudit.model.site import DeclaredRecovery
from hostaudit.model.working import Working
from hostaudit.report import Style, load
from hostaudit.report.formats import markdown

HEADS = {"PASS": "pass", "FAIL": "fail", "INCONCLUSIVE": "inconclusive", "NOT JUDGED": "not_judged"}


def page(report, **style) -> str:
    return load("markdown").render(report, Style(**style))


def tokens(text: str) -> list:
    """As GitHub reads it, tables and bare addresses included."""
    pytest.importorskip("linkify_it")
    reader = pytest.importorskip("markdown_it").MarkdownIt("gfm-like", {"html": True, "linkify": True})
    # Names without a scheme, such as example.com, become links elsewhere, not there.
    reader.linkify.set({"fuzzy_link": False})
    flat = []
    for each in reader.parse(text):
        flat += [each, *(each.children or [])]
    return flat


@pytest.mark.parametrize("way", WAYS)
def test_the_verdict_comes_first_and_agrees_with_the_exit_code(way):
    lines = page(WAYS[way]).splitlines()
    word = lines[0].split(" ", 2)[2].partition(":")[0]

    assert lines[0].endswith(": captive.com")
    assert HEADS[word] == WAYS[way].verdict
    assert f"exit code {EXIT_OF[WAYS[way].verdict]:d}." in page(WAYS[way])
    assert ("**fails**" in page(WAYS[way])) == (WAYS[way].verdict == "fail")
    assert ("**unknown**" in page(WAYS[way])) == (way.startswith("inconclusive") or way == "fails")


def test_what_is_inconclusive_says_why_it_does_not_pass():
    assert "so it does not pass either" in page(WAYS["inconclusive"])


def test_sections_tell_findings_exceptions_companies_and_what_is_unknown():
    text = page(everything())

    for part in (
        "### Findings",
        "### Exceptions",
        "### What one company alone can end",
        "### Unknown",
        "### Not assessed",
    ):
        assert part in text
    assert "Policy: conf/hostaudit.yaml line 12, preset baseline." in text
    assert "migration, ticket OPS-12 (it ended)" in text
    assert "verisign" not in text.lower()
    assert "3 unknown: " not in text


def test_an_exception_without_an_end_says_when_it_is_looked_at_again():
    never = structs.replace(EXCEPTION, expires="never", review="2027-06-01", days_left=None)

    assert "| review 2027-06-01 |" in page(judged("pass", EXCEPTED, exceptions_applied=(never,)))
    assert "| never |" in page(judged("pass", exceptions_applied=(structs.replace(never, review=""),)))
    ended = structs.replace(EXCEPTION, state="expired", days_left=-3)
    assert "| ended 2027-03-31 |" in page(judged("fail", FAILED, exceptions_applied=(ended,)))


def test_outside_text_becomes_no_link_mention_reference_picture_or_html():
    text = (
        "<b>x</b> <!-- y --> [a](https://e.example) ![i](x) https://e.example www.e.example ftp://e.example "
        "a@e.example mailto:a@e.example @octocat #12 GH-12 org/repo#7 `code` **b** _i_ ~~s~~ $x$ :smile: &lt; a|b \\|"
    )
    shown = page(judged("fail", structs.replace(FAILED, message=text)), width=80)
    kinds = {each.type for each in tokens(shown)}

    assert kinds & {"link_open", "html_inline", "html_block", "image", "code_inline", "em_open", "s_open"} == set()
    for live in ("@octocat", "#12", "GH-12", "https://", "www.e", ":smile:", "a@e", "<b"):
        assert live not in shown
    said = "".join(each.content for each in tokens(shown) if each.type in ("text", "text_special"))
    assert text in said.replace("\u200b", "")


def test_a_row_stays_a_row():
    hostile = structs.replace(FAILED, message="a|b\n| c | d |\\|e", fix="| x")
    rows = [each for each in page(judged("fail", hostile)).splitlines() if "a\\|b" in each]
    inside = tokens(page(judged("fail", hostile)))

    assert len(rows) == 1
    assert (
        sum(each.type == "td_open" for each in inside) % 5
        == sum(each.type == "td_open" for each in tokens(page(judged("fail", FAILED)))) % 5
    )


def test_a_page_has_no_more_than_a_summary_takes_and_says_how_much_more_there_is():
    many = tuple(
        structs.replace(FAILED, subject=f"h{n}", fingerprint=f"{n:032x}", message="é" * 500) for n in range(9999)
    )
    text = page(judged("fail", PASSED, *many))

    assert len(text.encode()) <= markdown.MOST_BYTES
    assert len(page(judged("fail", *many), unicode=False)) <= markdown.MOST_BYTES
    assert "more in the JSON report of this run." in text
    assert text.splitlines()[-1].startswith("hostaudit 0.1.0")
    short = tuple(structs.replace(each, message="short") for each in many[:600])
    assert "\n100 more in the JSON report of this run.\n" in page(judged("fail", *short))


def test_a_table_that_finds_no_room_at_all_is_told_by_its_number(monkeypatch):
    monkeypatch.setattr(markdown, "MOST_BYTES", markdown.RESERVE + 400)
    text = page(everything())

    assert "Findings: 7 in the JSON report of this run." in text
    assert "|" not in text


def test_where_only_ascii_may_be_written_signs_are_references():
    text = page(everything(), unicode=False)

    assert text.isascii()
    assert "&#10060; FAIL" in text


def test_documents_other_than_reports_stand_in_a_block_of_code():
    document = Working("hostaudit.working/1", None, ("a ``` b",), {"web": 0.5}, {})
    text = page(document)

    assert text.startswith("````text\n")
    assert text.endswith("\n````\n")
    assert [each.type for each in tokens(text)] == ["fence"]


def test_a_block_of_code_is_cut_as_well(monkeypatch):
    monkeypatch.setattr(markdown, "MOST_BYTES", markdown.RESERVE + 50)
    text = page(Working("hostaudit.working/1", None, ("x" * 300,), {"web": 0.5}, {}))

    assert "The rest is left out" in text
    assert tokens(text)[0].type == "fence"


def test_a_report_with_nothing_in_it_is_a_page_too():
    text = page(plain_report(functions=(), spofs=(), unknowns=(), not_assessed=(), fallbacks=(), evidence=()))

    assert "NOT JUDGED" in text
    assert "no policy was given" in text
    assert "###" not in text
    assert EXCEPTED.rule not in text


def test_what_is_taken_for_the_sites_own_and_a_declared_recovery_have_tables():
    recovery = {"hosting": DeclaredRecovery(4.0, "2020-12-30")}
    own, guess = page(report_on(university())), page(report_on(broadcaster().declare(recovery=recovery)))

    assert "Taken for the site's own" in own
    assert "declared: AS64500, declared in the site file" in own
    assert "(looks like the site's own)" in guess
    assert "### Recovery, as declared" in guess
    assert "4 hours, tested on 2020-12-30, 10 days before the scan: it counts for the high end" in guess
    assert "Recovery" not in own


# -- a list of sites --------------------------------------------------------------------------------------


def listed(*reports) -> str:
    return markdown.FORMAT.render_all(reports, Style())


def test_a_list_begins_with_a_table_what_fails_first_and_tells_what_its_columns_mean():
    text = listed(judged("pass", PASSED), judged("fail", FAILED))
    lines = text.splitlines()

    assert lines[0] == "| Verdict | Site | Class | Score | Can be stopped by | Down for | News |"
    assert [line.split(" | ")[0] for line in lines[2:4]] == ["| ❌ fails", "| ✅ passes"]
    assert lines[5].startswith("Class: how long the web site would be down")
    assert [line for line in lines if line.startswith("## ")] == ["## ❌ FAIL: captive.com", "## ✅ PASS: captive.com"]


def test_who_can_stop_a_site_is_told_in_words():
    text = listed(judged("fail", FAILED)).splitlines()[2]

    assert re.search(r"\| [\w ()]+ \([\w, ]+\)(, parts of it by \d+ more compan(y|ies))? \|", text), text
