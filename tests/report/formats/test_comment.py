"""The comment on a change: what decides first, what failed before apart, and never longer than GitHub takes."""

from __future__ import annotations

import re

import pytest
from helpers import sample_judged
from helpers.sample_judged import FAILED, KNOWN, PASSED, WAYS, judged
from msgspec import structs

from hostaudit.report import Style
from hostaudit.report.formats import comment


def shown(*reports, **style) -> str:
    return comment.FORMAT.render_all(reports, Style(**style))


def site(name: str, report):
    return structs.replace(report, target=structs.replace(report.target, domain=name))


def test_the_first_line_counts_sites_by_verdict_what_fails_first():
    text = shown(judged("pass", PASSED), judged("fail", FAILED), judged("pass", PASSED))

    assert text.splitlines()[0] == "### hostaudit: ❌ 1 site fails, ✅ 2 sites pass"
    assert shown(judged("inconclusive")).startswith("### hostaudit: ❔ 1 site is inconclusive\n")


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_end_is_told(way):
    text = comment.FORMAT.render(WAYS[way], Style())

    assert text.splitlines()[2].startswith("| Verdict | Site |")
    assert ("**What fails or is unknown**" in text) == (WAYS[way].verdict in ("fail", "inconclusive"))
    assert ("hostaudit policy init" in text) == (WAYS[way].verdict == "not_judged")


def test_what_failed_before_is_folded_away_and_counted():
    text = shown(judged("pass", PASSED, KNOWN))

    assert "<summary>Failed before already, so it does not count here: 1</summary>" in text
    assert KNOWN.rule.replace("_", "\\_") in text.partition("<details>")[2]
    assert "**What fails" not in text
    assert "<details>" not in shown(judged("pass", PASSED))


def test_the_worst_sites_come_first_and_of_many_only_some():
    reports = [site(f"s{number}.com", judged("pass", PASSED)) for number in range(100)]
    text = shown(*reports, site("worst.com", judged("fail", FAILED)))

    assert "| worst.com |" in text.splitlines()[4]
    assert text.count("✅ passes") == comment.MOST_SITES - 1
    assert "71 more in the records of this run." in text


def test_it_is_never_longer_than_a_comment_may_be():
    long = [structs.replace(FAILED, subject=f"h{n}", fingerprint=f"{n:032x}", message="é" * 500) for n in range(999)]
    text = shown(judged("fail", *long, KNOWN))

    assert 30_000 < len(text.encode()) <= comment.MOST_BYTES
    assert text.rstrip().endswith("</sub>")
    assert len(shown(judged("fail", *long), unicode=False)) <= comment.MOST_BYTES


def test_text_from_outside_makes_no_tag_of_its_own():
    hostile = structs.replace(FAILED, message="</details><script>@octocat https://e.example")
    text = shown(site("<b>.com", judged("fail", hostile, KNOWN)))

    assert set(re.findall(r"</?\w+>", text)) <= {
        "<details>",
        "<summary>",
        "</summary>",
        "</details>",
        "<sub>",
        "</sub>",
    }
    assert "@octocat" not in text
    assert sample_judged.FAILED.message not in text
