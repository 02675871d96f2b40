"""Rules on recorded scenarios: how long is a function down if that happens to this site?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree
from hostaudit.analysis.site_model import SiteModel
from hostaudit.analysis.whatif.binding import LEFT
from hostaudit.analysis.whatif.replay import replay
from hostaudit.model.policy import ScenarioGate
from hostaudit.model.roles import LAYERS, may_stop
from hostaudit.model.whatif import FunctionFate, WhatIf
from hostaudit.model.words import duration, function
from hostaudit.policy.checks.context import Answer, Ground, compared_most, number


def scenario_limits(ground: Ground) -> Iterator[Answer]:
    """``scenario.ID.FUNCTION``: the hours down in the usual case, everything unknown working and then failing."""
    for gate in ground.policy.scenarios:
        scenario = ground.scenarios[gate.scenario]
        best, worst = (replay(_read(ground.case, works=works), scenario) for works in (True, False))
        for identity, limit in sorted(gate.limits.items()):
            yield _limit(ground, gate, identity, limit, best, worst)


def _limit(ground: Ground, gate: ScenarioGate, identity: str, limit: float, best: WhatIf, worst: WhatIf) -> Answer:
    states = {each.id: each.applies for each in ground.case.tree.functions}
    fates = [next((each for each in answer.functions if each.id == identity), None) for answer in (best, worst)]
    rule = f"scenario.{gate.scenario}.{identity}"
    called = function(identity).capitalize()
    if fates[0] is None or fates[1] is None:
        known = states.get(identity) == "no"
        told = "the site does not have it" if known else "it was not looked at; name its host, or declare it"
        return _answer(rule, "pass" if known else "unknown", identity, f"{called}: {told}.", gate)
    low, high = fates[0].down_hours, max(each.down_hours for each in fates if each is not None)
    outcome = compared_most(low, high, limit)
    told = f"down for {duration(low) if low else 'no time'}"
    unplaced = _unplaced(ground, best, identity) or _unplaced(ground, worst, identity)
    if outcome == "pass" and (unplaced or not all(_settled(each) for each in fates)):
        outcome = "unknown"
    if low != high:
        told += f" to {duration(high)}"
    if outcome == "unknown":
        notes = [each.note for each in fates if each is not None and each.note and not _settled(each)]
        told += f"; {(*notes, unplaced)[0] or 'part of what it rests on is unknown'}"
    via = f" by way of {', '.join(fates[0].via)}" if fates[0].via else ""
    message = f"{called} in {gate.scenario}: {told}{via}; at most {number(limit)} h is allowed."
    return _answer(rule, outcome, identity, message, gate)


def _unplaced(ground: Ground, answer: WhatIf, identity: str) -> str:
    """Why an event that might end a function could not be placed at this site, or might mean somebody unseen."""
    for each in answer.events:
        reached = may_stop(each.layer, identity)
        if reached and each.applies in ("not_assessed", "maybe"):
            return f"{each.id}: {each.reason}"
        if reached and each.action in LEFT and ground.hidden(LAYERS[each.layer].role):
            return f"{each.id}: not everybody who does that for the site could be learnt ({each.layer})"
    return ""


def _settled(fate: FunctionFate | None) -> bool:
    return fate is not None and fate.assessed


def _answer(rule: str, outcome: str, identity: str, message: str, gate: ScenarioGate) -> Answer:
    return Answer(
        rule,
        "pass" if outcome == "pass" else "fail" if outcome == "fail" else "unknown",
        identity,
        message,
        severity=gate.severity,
        unknown=gate.unknown,
        confidence=0.7,
    )


def _read(case: SiteModel, *, works: bool) -> SiteModel:
    """The case with everything that is not certain working, or failed."""
    tree = case.tree
    leaves = {name: _settle(leaf, works=works) for name, leaf in tree.leaves.items()}
    settled = FaultTree(
        leaves, tree.gates, tree.functions, tree.dependencies, tree.names, tree.standbys, tree.unfollowed
    )
    return replace(case, tree=settled)


def _settle(leaf: BasicEvent, *, works: bool) -> BasicEvent:
    if leaf.certainty in ("certain", "failed"):
        return leaf
    if works:
        # Nobody can act on what belongs to nobody.
        return replace(leaf, domains={}, certainty="certain", owned=False)
    return replace(leaf, certainty="failed")
