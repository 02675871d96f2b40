"""Each incident whose victim is known, replayed on a bundle of that victim, gives what is on record."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from helpers import ROOT

from hostaudit import api, audit
from hostaudit.documents import rules, scenarios, site_file
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.model.roles import roles_of_layer
from hostaudit.model.scenario import Expectation, Scenario

HISTORY = ROOT / "examples" / "history"

RECORDED = [(scenario, each) for scenario in scenarios.load() for each in scenario.assert_history]
SUBJECTS = sorted({each.subject for _, each in RECORDED})
DECLARED = sorted(path.parent.name for path in HISTORY.glob("*/hostaudit.yaml"))


def named(row: tuple[Scenario, Expectation]) -> str:
    scenario, expectation = row
    return f"{scenario.id} on {Path(expectation.subject).parent.name}"


@cache
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("history_build", HISTORY / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("row", RECORDED, ids=named)
def test_a_replay_on_its_victim_gives_what_is_on_record(row: tuple[Scenario, Expectation]):
    scenario, expectation = row

    answer = api.whatif(read_evidence(str(ROOT / expectation.subject)), scenario=scenario)

    fates = {each.id: each for each in answer.functions}
    assert expectation.down_hours
    for function, (least, most) in expectation.down_hours.items():
        assert least <= fates[function].down_hours <= most, fates[function]
    for provider, word in expectation.excluded.items():
        assert any(each.provider == provider and word in each.reason for each in answer.excluded), answer.excluded


def recorded_lengths() -> list[tuple[str, str, float]]:
    """By role, how long each loss by somebody's act lasted on record."""
    found = []
    for each in scenarios.load():
        ends = {event: accept.at_hours for accept in each.events for event in accept.restores}
        for event in each.events if each.kind == "provider_action" else ():
            end = ends.get(event.id)
            length = event.duration_hours if event.duration_hours is not None else end and end - event.at_hours
            # A CA's customers replace certificates before; a platform's outage is none of its customers' contract.
            if length and event.scope in ("customer", "country"):
                found += [(role, f"{each.id} {event.id}", length) for role in roles_of_layer(event.layer)]
    return found


def test_no_loss_on_record_lasted_longer_than_the_recovery_table_says():
    lengths, table = recorded_lengths(), rules.shipped().recovery

    assert {role for role, *_ in lengths} >= {"registrar", "registry", "cdn", "hosting", "mail", "app_store", "support"}
    assert [(role, what, hours) for role, what, hours in lengths if hours > table[role].high] == []


def test_the_cases_that_tell_apart_what_a_fallback_is_worth_are_all_there():
    told = {scenario.id for scenario, _ in RECORDED}

    assert told >= {
        "parler-2021",
        "wikileaks-2010",
        "8chan-2019",
        "fastly-2021",
        "dyn-2016",
        "ovh-fire-2021",
        "denic-2026",
        "pirate-bay-domains",
        "gab-2018",
    }
    for incident in ("fastly-2021", "dyn-2016", "ovh-fire-2021", "denic-2026"):
        spared = [max(hours) for each in scenarios.find(incident).assert_history for hours in each.down_hours.values()]
        assert min(spared) == 0 < max(spared), incident


def test_8chan_comes_back_for_some_hours_and_is_lost_with_the_supplier_of_its_fallback():
    file = read_evidence(str(HISTORY / "8chan-2019" / "evidence.json"))

    answer = api.whatif(file, scenario=scenarios.find("8chan-2019"))

    web = next(each for each in answer.functions if each.id == "web")
    down = [(each.from_hours, each.to_hours) for each in web.intervals if each.state == "down"]
    assert len(down) == 2
    assert "upstream" in next(each.because for each in web.intervals if each.from_hours == down[1][0])
    assert down[0][0] == 0
    assert 0 < down[0][1] < down[1][0] <= 8
    assert down[1] == (8, 2136)
    assert any("bitmitigate" in each for each in web.via)


def test_a_second_name_serves_while_the_first_is_gone():
    file = read_evidence(str(HISTORY / "wikileaks-2010" / "evidence.json"))

    answer = api.whatif(file, scenario=scenarios.find("wikileaks-2010"))

    assert next(each for each in answer.functions if each.id == "web").via == ("spare_name:wikileaks.ch",)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_bundle_can_be_read_and_shows_a_site_that_works(subject: str):
    file = read_evidence(str(ROOT / subject))

    report = audit.analyse(file, rules.shipped())

    assert {each.state for each in report.functions} <= {"up", "not_applicable"}
    assert {each.id for each in report.functions if each.state == "up"} >= {"resolve", "web"}
    assert [each for each in report.unknowns if each.cause != "hidden_behind_cdn"] == []


@pytest.mark.parametrize("name", sorted(path.parent.name for path in HISTORY.glob("*/evidence.json")))
def test_every_item_says_whether_it_was_reported(name: str):
    file = read_evidence(str(HISTORY / name / "evidence.json"))

    assert {each.source.partition(":")[0].partition(";")[0] for each in file.evidence} <= {"reported", "assumed"}
    assert all(each.at == file.run.started for each in file.evidence)
    assert f"`{name}`" in (HISTORY / "README.md").read_text()


def test_the_files_are_what_the_builder_writes():
    documents = builder().documents()

    written = {path.relative_to(HISTORY).as_posix(): path for path in HISTORY.glob("*/*") if path.suffix != ".pyc"}
    assert sorted(documents) == sorted(written)
    for name, data in documents.items():
        assert written[name].read_bytes() == data, f"{name}: run python examples/history/build.py"


def test_no_bundle_lies_about_unused():
    assert {f"examples/history/{name}" for name in builder().documents() if name.endswith("evidence.json")} == {
        each for each in SUBJECTS if each.startswith("examples/history/")
    }


@pytest.mark.parametrize("name", DECLARED)
def test_the_site_file_says_what_the_evidence_carries(name: str):
    known = {each.id: each for each in rules.shipped().providers}
    declared = site_file.read(HISTORY / name / "hostaudit.yaml", known)

    file = read_evidence(str(HISTORY / name / "evidence.json"))

    assert declared.sites == (file.site,)
