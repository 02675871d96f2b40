"""The answer on one screen: at most 24 lines, the sentence first, the verdict last. The golden screens are in the
corpus."""

from __future__ import annotations

import re
from functools import cache

import msgspec
import pytest
from helpers import broken_sites, corpus, odd_sites
from helpers.hostile_strings import HOSTILE, label
from helpers.own_sites import alone, university
from helpers.pages_shown import flat
from helpers.reports import report_on
from helpers.sites import in_one_leg
from hypothesis import given
from hypothesis import strategies as st

from hostaudit import audit
from hostaudit.documents import rules
from hostaudit.model.report import Report
from hostaudit.model.site import DeclaredRecovery
from hostaudit.report import Style, load
from hostaudit.report.project import project_page
from hostaudit.report.text import width
from hostaudit.report.wording import companies

CODES = re.compile(r"\x1b\[[0-9;]*m")
FILES = corpus.bundles()
TERMINAL = load("terminal")


@cache
def of(name: str) -> Report:
    return audit.analyse(FILES[name], rules.load())


def screen(report: Report, columns: int = 80, **abilities) -> list[str]:
    return TERMINAL.render(report, Style(width=columns, brief=True, **abilities)).splitlines()


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("name", FILES)
def test_every_site_fits_on_one_screen(name, columns):
    lines = screen(of(name), columns)

    assert len(lines) <= 24
    assert max(map(width, lines)) <= columns
    assert lines[0].split()[0] == of(name).summary.split()[0]
    assert lines[-1].strip()


@pytest.mark.parametrize("name", FILES)
def test_colours_only_repeat_the_words(name):
    report = of(name)
    coloured = screen(report, colour=True)

    assert [CODES.sub("", line).rstrip() for line in coloured] == screen(report)
    assert any(CODES.search(line) for line in coloured)


@given(st.sampled_from(sorted(FILES)), st.integers(20, 240), st.booleans())
def test_any_width_holds_the_answer(name, columns, unicode):
    lines = screen(of(name), columns, unicode=unicode)

    assert len(lines) <= 24
    assert all(width(line) <= columns for line in lines)
    assert unicode or all(line.isascii() for line in lines)


def test_the_table_has_the_hours_of_the_report():
    report = of("parler-2021")
    rows = {line.split("  ")[0].strip(): line for line in screen(report, 120)}

    for point in report.spofs:
        if point.failure_domain.kind == "parent" and not point.name_only:
            row = rows[companies(report)[point.failure_domain.id]]
            for each in point.functions:
                if each.effect in ("down", "no_new_installs"):
                    assert f"{each.time_to_recover_hours.usual / 24:.0f} d" in row


def test_companies_that_do_not_fit_are_counted():
    report = of("parler-2021")
    (amazon, *_) = (each for each in report.spofs if each.failure_domain.kind == "parent")
    many = [
        msgspec.structs.replace(
            amazon, failure_domain=msgspec.structs.replace(amazon.failure_domain, id=f"c{at}", name=f"Company {at}")
        )
        for at in range(20)
    ]
    lines = screen(msgspec.structs.replace(report, spofs=tuple(many)))

    shown = [line for line in lines if line.startswith(" Company ")]
    assert 2 <= len(shown) <= 6
    assert f"  +{20 - len(shown)} more: -v" in lines


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_text_from_outside_stays_text(text):
    report = of("parler-2021")
    spofs = tuple(
        msgspec.structs.replace(each, failure_domain=msgspec.structs.replace(each.failure_domain, name=text))
        for each in report.spofs
    )
    lines = screen(msgspec.structs.replace(report, summary=text, spofs=spofs, names={}))

    assert all(char.isprintable() for line in lines for char in line)
    assert "##[" not in "\n".join(lines)
    assert not any(line.startswith("::") for line in lines)


def test_what_is_broken_comes_before_what_could_break():
    lines = screen(of("expired-certificate"))
    (broken,) = (line for line in lines if line.startswith("broken now"))
    (first,) = (line for line in lines if line.startswith("first"))

    assert "certificate" in broken
    assert "second" not in first
    assert lines[-1].startswith("FAIL") or lines[-2].startswith("FAIL")


def test_a_site_without_single_points_is_told_to_stay_so():
    text = " ".join(screen(of("in-pairs")))

    assert "first keep it so" in " ".join(text.split())


def test_what_is_ones_own_is_told_apart_from_what_looks_like_it_and_asked_for_first():
    own, guess = (flat(report_on(site), brief=True) for site in (university(), alone()))

    assert "own CORNUNI, for DNS, hosting and mail: can fail, but nobody ends its contract" in own
    assert "CORNUNI (own?)" in guess
    assert "first say in the site file whether CORNUNI is the site's own (own): hostaudit schema site" in guess
    assert "own?" not in own


def test_declared_recoveries_have_a_line_those_that_count_first():
    recovery = {"ca": DeclaredRecovery(0.1, "2019-01-01"), "hosting": DeclaredRecovery(4.0, "2020-12-30")}
    shown = flat(report_on(in_one_leg().declare(recovery=recovery)), brief=True, width=200)

    assert (
        "recovery declared: hosting 4 hours (counts for the high end); certificates 6 minutes (tested 739 days" in shown
    )


def test_only_what_is_down_is_called_broken():
    shown = [
        flat(report_on(site), brief=True) for site in (odd_sites.answers(404), broken_sites.registered("serverHold"))
    ]

    assert "info www.steady.org answered 404" in shown[0]
    assert "warning steady.org is on hold" in shown[1]
    assert not any("broken now" in each for each in shown)
    assert "broken now" in flat(report_on(odd_sites.answers(503)), brief=True)


def test_the_first_step_is_for_the_role_that_decides_the_outage_of_the_web_site():
    proxied = flat(of("behind-a-proxy"), brief=True)

    assert "first name servers of a second company, not at Cloudflare (web site: 26 h without it)" in proxied
    assert "first a second host that serves" in flat(report_on(in_one_leg()), brief=True)


def test_renewal_that_is_back_before_the_certificate_ends_has_its_hours():
    lines = screen(of("behind-a-proxy"))
    (row,) = (line for line in lines if line.startswith(" Cloudflare"))

    assert row.split()[-1] == "h"
    assert not any("from 51 d" in line for line in lines)


LINK = re.compile(r"\x1b\]8;;([^\x1b]*)\x1b\\")


@pytest.mark.parametrize("name", sorted(corpus.bundles()))
def test_links_go_to_pages_of_the_project_only_and_change_no_text(name):
    linked = screen(of(name), colour=True, links=True)
    addresses = [each for line in linked for each in LINK.findall(line) if each]

    assert all(each.startswith(f"{project_page()}/blob/main/docs/rules.md#HA-") for each in addresses)
    assert [LINK.sub("", line) for line in linked] == screen(of(name), colour=True)
    assert "\x1b]" not in "".join(screen(of(name), colour=True) + screen(of(name), links=True))


def test_a_site_that_is_broken_has_a_link_to_its_rule():
    assert any(LINK.search(line) for line in screen(of("expired-certificate"), colour=True, links=True))


@pytest.mark.parametrize("code", ["HA-CA-010/../evil", "https://evil.example/", "HA-CA-010\x1b\\", "", *HOSTILE])
def test_no_text_of_a_report_becomes_an_address(code):
    report = of("expired-certificate")
    findings = tuple(msgspec.structs.replace(each, code=code) for each in report.findings)
    shown = "".join(screen(msgspec.structs.replace(report, findings=findings), colour=True, links=True))

    assert "\x1b]" not in shown
    assert "\x1b\\" not in shown
