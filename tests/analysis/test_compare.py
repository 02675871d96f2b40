"""Two sites side by side: what is compared, and how every format shows it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from helpers.command import hostaudit
from helpers.policies import effective
from helpers.several_places import in_two_places
from helpers.sites import in_one_leg, in_pairs, on_one_parent
from msgspec import structs

from hostaudit import api
from hostaudit.documents.evidence_file import encode_evidence
from hostaudit.model.checks import Criteria
from hostaudit.model.policy import Policy
from hostaudit.report import Style, load

CAPTIVE, PAIRS = api.analyse(on_one_parent().file()), api.analyse(in_pairs().file())


def shown(document, name="terminal", **style) -> str:
    return load(name).render(document, Style(**style))


def test_whose_score_is_surely_higher_stands_better():
    assert api.compare(CAPTIVE, PAIRS).better == "second"
    assert api.compare(PAIRS, CAPTIVE).better == "first"
    assert api.compare(PAIRS, CAPTIVE).summary.startswith("steady.org stands better: score 96 against 9 to 23.")


def test_scores_that_overlap_prefer_nobody():
    wide = structs.replace(PAIRS, score=structs.replace(PAIRS.score, low=10.0))
    found = api.compare(CAPTIVE, wide)

    assert found.better == "neither"
    assert "Neither surely stands better" in found.summary


def test_scores_that_count_otherwise_are_not_compared():
    old = structs.replace(PAIRS, score=structs.replace(PAIRS.score, formula=1))
    lenient = Criteria(policy=effective(Policy(notice_hours=48.0), "steady.org"))
    noticed = api.analyse(in_pairs().file(), criteria=lenient)
    for other in (old, noticed):
        found = api.compare(CAPTIVE, other)
        assert (found.better, len(found.notes)) == ("not_compared", 1)
        assert "cannot be compared" in found.summary


def test_each_function_names_the_longest_outage_that_one_company_can_cause():
    rows = {each.id: each for each in api.compare(CAPTIVE, PAIRS).functions}

    assert next(iter(rows)) == "web"
    assert rows["web"].first.company == "amazon"
    spof = next(each for each in CAPTIVE.spofs if each.failure_domain.id == "amazon")
    hours = {each.id: each.time_to_recover_hours.usual for each in spof.functions}
    assert rows["web"].first.hours == hours["web"]
    assert (rows["web"].second.company, rows["web"].second.hours) == ("", 0.0)
    assert rows["mail_receive"].first is not None


def test_a_function_that_a_site_lacks_is_none():
    found = api.compare(CAPTIVE, api.analyse(in_two_places()))

    assert {each.id: each.second for each in found.functions}["mail_receive"] is None


def test_single_points_of_one_and_of_both():
    one_leg = api.analyse(in_one_leg().file())
    points = {each.id: each for each in api.compare(CAPTIVE, one_leg).points}

    assert points["amazon"].second == () and points["hetzner"].first == ()
    assert points["apple"].first == points["apple"].second == ("install_ios",)
    assert next(iter(points)) in ("apple", "alphabet"), "those of both come first"


def test_shared_companies_with_their_roles():
    shared = {each.id: each for each in api.compare(CAPTIVE, PAIRS).shared}

    assert "app_store" in shared["apple"].first and "app_store" in shared["apple"].second
    assert shared["verisign"].name_only
    assert not any(each.startswith("unknown:") for each in shared)


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_the_page_fits(columns):
    text = shown(api.compare(CAPTIVE, PAIRS), width=columns)

    assert max(map(len, text.splitlines())) <= columns
    assert "captive.com" in text and "steady.org" in text


def test_csv_has_the_hours_as_numbers():
    document = api.compare(CAPTIVE, PAIRS)
    rows = list(csv.DictReader(io.StringIO(shown(document, "csv"))))
    web = next(row for row in rows if row["id"] == "web")

    assert (web["first"], float(web["first_number"])) == ("amazon", document.functions[0].first.hours)
    assert (web["second"], web["second_number"]) == ("", "")
    assert [row["name"] for row in rows if row["part"] == "site"] == ["captive.com", "steady.org"]


def test_markdown_is_a_table_and_hostile_names_stay_text():
    evil = "<img src=x>|@all\x1b[31m"
    document = api.compare(CAPTIVE, PAIRS)
    bad = structs.replace(document, names=dict.fromkeys(document.names, evil))
    text = shown(bad, "markdown")

    assert "| web site | 6 days without Amazon | no company alone |" in shown(document, "markdown")
    assert "<img" not in text and "\x1b" not in text and "|@all" not in text
    assert "\x1b" not in shown(bad)
    assert "=cmd" not in shown(structs.replace(document, names=dict.fromkeys(document.names, "=cmd")), "csv").split('"')


def test_the_command_takes_reports_and_evidence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_bytes(encode_evidence(on_one_parent().file()))
    (tmp_path / "b.json").write_bytes(api.encode_report(PAIRS))
    (tmp_path / "merged.json").write_bytes(encode_evidence(in_two_places()))
    done = hostaudit("compare", "a.json", "b.json", "--format", "json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["better"] == "second"
    assert hostaudit("compare", "a.json", "merged.json", "-o", "c.md", "-o", "c.csv").returncode == 0
    assert (tmp_path / "c.csv").read_text().startswith('"part"')
    for words, error in (
        (("a.json", "a.json"), "a.json and a.json are both of captive.com"),
        (("a.json", "steady.org"), "steady.org is no file"),
        (("-", "-"), "standard input cannot be both sites"),
        (("a.json", "b.json", "--format", "sarif"), "format sarif cannot write"),
    ):
        refused = hostaudit("compare", *words)
        assert (refused.returncode, error in refused.stderr) == (2, True), refused.stderr
