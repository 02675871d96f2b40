"""``scenario.ID.FUNCTION``: the hours that a function is down when a recorded scenario happens to the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree
from hostaudit.analysis.site_model import SiteModel
from hostaudit.analysis.whatif.binding import LEFT
from hostaudit.analysis.whatif.replay import replay
from hostaudit.model.policy import ScenarioGate
from hostaudit.model.roles import LAYERS, may_stop
from hostaudit.model.whatif import FunctionOutcome, WhatIf
from hostaudit.model.words import duration, function
from hostaudit.policy.check import Answer, Check, Demand, Ladder, compared_most, no_such_function, not_assessed, number
from hostaudit.policy.context import PolicyContext
from hostaudit.policy.hours_down import HOURS

CONFIDENCE = 0.7
"""The confidence of the answers, because a recorded scenario never happens again in exactly the same way."""


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer for each limit: the hours in the usual case, if everything unknown works and if it fails."""
    for gate in demand.value:
        scenario = context.scenarios[gate.scenario]
        best, worst = (replay(_read(context.case, works=works), scenario) for works in (True, False))
        for identity, limit in sorted(gate.limits.items()):
            rule = f"scenario.{gate.scenario}.{identity}"
            mine = Demand(rule, limit, severity=gate.severity, unknown=gate.unknown)
            yield _limit(context, mine, gate, identity, best, worst)


def _limit(
    context: PolicyContext, demand: Demand, gate: ScenarioGate, identity: str, best: WhatIf, worst: WhatIf
) -> Answer:
    ends = [next((each for each in answer.functions if each.id == identity), None) for answer in (best, worst)]
    if ends[0] is None or ends[1] is None:
        node = next((each for each in context.case.tree.functions if each.id == identity), None)
        if node is not None and node.applies == "unseen":
            answer = not_assessed(demand, identity, node.note)
        else:
            answer = no_such_function(demand, identity, known=node is not None and node.applies == "no")
        return replace(answer, confidence=CONFIDENCE)
    declared = ends[0].declared_hours
    low = declared if isinstance(declared, float) else ends[0].down_hours
    high = max(each.down_hours for each in ends if each is not None)
    outcome = compared_most(low, high, demand.value)
    text = f"down for {duration(low) if low else 'no time'}"
    unplaced = _unplaced(context, best, identity) or _unplaced(context, worst, identity)
    if outcome == "pass" and (unplaced or not all(_settled(each) for each in ends)):
        outcome = "unknown"
    if low != high:
        text += f" to {duration(high)}"
    if outcome == "unknown":
        notes = [each.note for each in ends if each is not None and each.note and not _settled(each)]
        if isinstance(declared, float):
            notes.append("the short time is the declared recovery")
        text += f"; {(*notes, unplaced)[0] or 'part of what it rests on is unknown'}"
    via = f" by way of {', '.join(ends[0].via)}" if ends[0].via else ""
    called = function(identity).capitalize()
    message = f"{called} in {gate.scenario}: {text}{via}; at most {number(demand.value)} h is allowed."
    return demand.answer(outcome, identity, message, confidence=CONFIDENCE)


def _unplaced(context: PolicyContext, answer: WhatIf, identity: str) -> str:
    """The reason why an event that may stop a function could not be bound at this site, or may mean an unseen
    provider."""
    for each in answer.events:
        reached = may_stop(each.layer, identity)
        if reached and each.applies in ("not_assessed", "maybe"):
            return f"{each.id}: {each.reason}"
        if reached and each.action in LEFT and context.hidden(LAYERS[each.layer].role):
            return f"{each.id}: not everybody who does that for the site could be learnt ({each.layer})"
    return ""


def _settled(end: FunctionOutcome | None) -> bool:
    return end is not None and end.assessed


def _read(case: SiteModel, *, works: bool) -> SiteModel:
    """The model of the site in which everything that is not certain works, or fails."""
    tree = case.tree
    leaves = {name: _settle(leaf, works=works) for name, leaf in tree.leaves.items()}
    settled = FaultTree(
        leaves, tree.gates, tree.functions, tree.dependencies, tree.names, tree.standbys, tree.unfollowed
    )
    return replace(case, tree=settled)


def _settle(leaf: BasicEvent, *, works: bool) -> BasicEvent:
    if leaf.certainty in ("certain", "failed"):
        return leaf
    if works or leaf.hidden:
        # A hidden origin works now; an event on hosts is not assessed behind one in any case.
        # No actor of a scenario can end a service without an operator.
        return replace(leaf, domains={}, certainty="certain", owned=False)
    return replace(leaf, certainty="failed")


LADDER = Ladder((*HOURS, 720, 1000, 1500, 2000, 4000, 8000, 15000))
CHECK = Check("scenario.ID.FUNCTION", evaluate, LADDER)
