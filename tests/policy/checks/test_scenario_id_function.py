"""Hours down in a scenario against a limit."""

from __future__ import annotations

from helpers.corpus import in_the_dark
from helpers.findings import outcome, parler
from helpers.policies import judged
from helpers.sites import AT, in_one_leg, in_pairs

from hostaudit.model.policy import (
    Policy,
    ScenarioGate,
)
from hostaudit.model.site import DeclaredRecovery


def test_a_scenario_happens_to_the_site():
    policy = Policy(
        scenarios=(ScenarioGate("parler-2021", {"web": 4.0, "install_ios": 4.0, "pay": 1.0}, severity="low"),)
    )
    report = judged(parler(), policy)
    found = {each.rule: (each.outcome, each.severity) for each in report.findings}

    assert found == {
        "scenario.parler-2021.web": ("fail", "low"),
        "scenario.parler-2021.install_ios": ("fail", "low"),
        "scenario.parler-2021.pay": ("unknown", "low"),
    }
    assert outcome(in_pairs(), policy, "scenario.parler-2021.web") == "pass"
    assert outcome(in_the_dark(), policy, "scenario.parler-2021.web") == "unknown"


def test_a_declared_recovery_is_the_short_end_and_never_passes_a_demand():
    policy = Policy(scenarios=(ScenarioGate("parler-2021", {"web": 24.0}),))
    declared = in_one_leg().declare(recovery={"hosting": DeclaredRecovery(40.0, AT[:10])})

    assert outcome(in_one_leg(), policy, "scenario.parler-2021.web") == "fail"
    assert outcome(declared, policy, "scenario.parler-2021.web") == "unknown"
    (found,) = [each for each in judged(declared, policy).findings if each.rule == "scenario.parler-2021.web"]
    assert "the short time is the declared recovery" in found.message
