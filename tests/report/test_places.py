"""What the pages say of several places."""

from __future__ import annotations

import pytest
from helpers.several_places import geo_split, in_two_places, with_a_liar
from msgspec import structs

from hostaudit import api
from hostaudit.report import Style, load, places

TOKYO_ONLY = "Cloudflare (tokyo)"


def page(report, name="terminal", **style) -> str:
    return load(name).render(report, Style(**style))


def test_the_screen_names_the_places_of_a_company_and_the_score_of_each():
    shown = page(api.analyse(in_two_places()), brief=True)

    assert TOKYO_ONLY in shown and "Fastly (paris)" in shown
    assert "Let's Encrypt (ISRG)  " in shown
    assert "places     paris class C to E, score 18 to 59; tokyo class" in shown
    assert len(shown.splitlines()) <= 24


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_screen_stays_a_screen_with_contradictions(columns):
    shown = page(api.analyse(with_a_liar()), brief=True, width=columns)

    assert len(shown.splitlines()) <= 24
    assert max(map(len, shown.splitlines())) <= columns
    assert "differs" in shown


def test_the_whole_report_shows_each_place_and_what_is_contradicted():
    shown = page(api.analyse(with_a_liar()))
    flat = " ".join(shown.split())

    assert "Places, the worst first" in shown
    assert "delegation of geosplit.org: filtered: none (NXDOMAIN from" in flat
    assert "it counts as unknown in filtered" in flat
    assert "(only in paris)" in shown


def test_a_proof_is_of_the_place_that_the_row_is_about():
    shown = page(api.analyse(with_a_liar()))

    assert "proof: A of geosplit.org: 151.101.1.57" in shown
    assert "proof: A of geosplit.org: absent" not in shown


def test_markdown_has_a_row_for_each_place():
    shown = page(api.analyse(in_two_places()), "markdown")

    assert "| paris | class C to E, score 18 to 59 | Fastly ends web site for 24 hours |" in shown
    assert "| Fastly (only in paris) |" in shown


def test_a_what_if_says_in_which_place_it_stops():
    assert "(only in paris)" in " ".join(page(api.whatif(in_two_places(), drop="fastly")).split())


def test_replacements_name_the_place_of_a_gap():
    assert "Cloudflare (only in tokyo)" in page(api.fallbacks(in_two_places()))


def test_one_look_shows_no_places():
    report = api.analyse(geo_split(edge="fastly").file())

    assert places.of(report) == ()
    assert [*places.contradictions(report)] == []
    assert "places" not in page(report, brief=True)
    assert "places" not in page(report, "json")


def test_hostile_names_of_places_stay_text():
    """A report may come from anybody, though ``merge`` lets no such name in."""
    report = api.analyse(in_two_places())
    evil = "\x1b[31m::error::x"
    first = structs.replace(report.places[0], vantage=evil)
    points = tuple(structs.replace(each, places=(evil,)) for each in report.spofs)
    bad = structs.replace(report, places=(first, *report.places[1:]), spofs=points)

    for brief in (True, False):
        assert "\x1b" not in page(bad, brief=brief)
    assert "\x1b" not in page(bad, "markdown")
