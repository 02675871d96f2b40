"""The fault tree as a document, from which a reader can compute every cut set and every time of a report anew."""

from __future__ import annotations

import math
from collections.abc import Iterable

from hostaudit.analysis.fault_tree.tree import FaultTree, Gate, SiteFunction, Switch
from hostaudit.analysis.impact.outage import RecoveryTimes, moved_by_registrar
from hostaudit.analysis.impact.time_table import TimeTable
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import (
    GRAPH_SCHEMA,
    FunctionState,
    Graph,
    GraphFunction,
    GraphGate,
    GraphLeaf,
    GraphSwitch,
    Hours,
)


def graph_of(site: SiteModel, states: dict[str, FunctionState]) -> Graph:
    """Return the fault tree of a site. ``states``: the state of each function, as the report gives it."""
    clock = RecoveryTimes(site.rules.recovery, site.rules.scoring.full_harm_hours)
    table = TimeTable()
    tree = site.tree
    reached = _reached(tree)
    moved: dict[str, list[str]] = {}
    for server, registrar in moved_by_registrar(tree, tree.leaves):
        moved.setdefault(server, []).append(registrar)
    reached = sorted({*reached, *(each for server in reached for each in moved.get(server, ()))})
    leaves = {name: _leaf(tree, name, moved.get(name, ()), clock, table) for name in reached if name in tree.leaves}
    gates = {name: _gate(tree.gates[name], clock, table) for name in reached if name in tree.gates}
    return Graph(
        schema=GRAPH_SCHEMA,
        target=site.file.target,
        functions=tuple(_function(each, states[each.id]) for each in tree.functions),
        gates=gates,
        leaves=leaves,
        times=table.rows,
        horizon_hours=clock.horizon,
    )


def _reached(tree: FaultTree) -> list[str]:
    """The nodes on which a function rests, or whose loss makes it worse; others were built for a look-up alone."""
    found: set[str] = set()
    stack = [root for function in tree.functions for root in (function.root, *function.degraded_by)]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(tree.gates[name].children if name in tree.gates else ())
    return list(found)


def _leaf(tree: FaultTree, name: str, after: Iterable[str], clock: RecoveryTimes, table: TimeTable) -> GraphLeaf:
    """A basic event. ``after``: the registrars that have to be replaced before it can be."""
    leaf = tree.leaves[name]
    terms = clock.terms(leaf)
    return GraphLeaf(
        role=leaf.role,
        subject=leaf.subject,
        certainty=leaf.certainty,
        domains=dict(leaf.ended_by()),
        hours=_hours(*clock.total(terms)),
        times=table.add_all("time_to_recover", terms),
        begins=leaf.begins.hours if leaf.begins is not None else None,
        after={each: _hours(*clock.moved(tree.leaves[each], leaf)) for each in sorted(after)},
        place=leaf.place,
        owned=leaf.owned,
        names_only=leaf.names_only,
        direct=leaf.direct,
        dependency=leaf.dependency,
        because=leaf.because,
    )


def _hours(low: float, usual: float, high: float) -> Hours | None:
    """Hours, without the noise of sums of fractions; None for an outage without end."""
    return None if math.isinf(high) else Hours(round(low, 6), round(usual, 6), round(high, 6))


def _gate(gate: Gate, clock: RecoveryTimes, table: TimeTable) -> GraphGate:
    return GraphGate(
        kind=gate.kind,
        children=tuple(gate.children),
        purpose=gate.purpose.name.lower(),
        subject=gate.subject,
        switches=tuple(_switch(each, clock, table) for each in gate.switches),
        kept=gate.kept.hours if gate.kept is not None else None,
    )


def _switch(switch: Switch, clock: RecoveryTimes, table: TimeTable) -> GraphSwitch:
    terms = clock.terms(switch)
    none = (0.0, 0.0, 0.0)
    hours = _hours(*(none if switch.automatic else clock.total(terms)))
    times = () if switch.automatic else table.add_all("time_to_recover", terms)
    return GraphSwitch(switch.fallback, switch.automatic, hours, times)


def _function(function: SiteFunction, state: FunctionState) -> GraphFunction:
    return GraphFunction(
        id=function.id,
        root=function.root,
        weight=function.weight,
        applies=function.applies,
        loss=function.loss,
        state=state,
        degraded_by=function.degraded_by,
        begins=function.begins.hours if function.begins is not None else None,
    )
