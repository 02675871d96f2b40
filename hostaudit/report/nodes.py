"""The nodes and edges of every drawing of a site, in three zones: functions, what they rest on, and companies.

What lies in one company in one role is one node, so that a large site can be read too. A report without effects, such
as one that was saved as JSON, has fewer: the alternatives of its functions, without what these rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from hostaudit.model import words
from hostaudit.model.effects import Effects, Part, Rest
from hostaudit.model.report import IDLE, Report
from hostaudit.report import wording as say

Zone = Literal["function", "leg", "company"]
State = Literal["known", "unknown", "failed", "standby"]
UNKNOWN_COMPANY = "not known"


@dataclass(frozen=True)
class Node:
    """One node. ``key``: its own word in the drawing; ``identity``: the function or company that it stands for, empty
    for a leg and for a company that nobody knows. ``detail``: a second, smaller line."""

    key: str
    zone: Zone
    identity: str
    title: str
    detail: str
    state: State


@dataclass(frozen=True)
class Edge:
    """``source`` rests on ``target``, both keys of nodes. Between functions: on everything on which the other rests."""

    source: str
    target: str


@dataclass(frozen=True)
class NodeList:
    """The nodes in the order of their zones, and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def zone(self, name: Zone) -> tuple[Node, ...]:
        """The nodes of one zone, in order."""
        return tuple(each for each in self.nodes if each.zone == name)


def node_list(report: Report, effects: Effects | None) -> NodeList:
    """The nodes of a report, with what lies behind its alternatives if the effects are given."""
    parts, rests = (effects.parts, effects.rests) if effects is not None else _from_legs(report)
    states = {each.id: each.state for each in report.functions}
    names = ({each.company: each.name for each in effects.companies} if effects else {}) | say.companies(report)
    companies = _in_order(each for part in parts for each in part.companies)
    unnamed = any(not part.companies for part in parts)
    functions = {each.function: f"f{place}" for place, each in enumerate(rests)}
    keys = {each: f"c{place}" for place, each in enumerate(companies)}
    nodes = [
        Node(functions[each.function], "function", each.function, words.function(each.function), *_state(each, states))
        for each in rests
    ]
    nodes += [_leg(f"l{place}", each) for place, each in enumerate(parts)]
    nodes += [Node(keys[each], "company", each, names.get(each, each), "", "known") for each in companies]
    nodes += [Node("cx", "company", "", UNKNOWN_COMPANY, "may be anybody", "unknown")] if unnamed else []
    edges = [
        Edge(functions[each.function], target)
        for each in rests
        for target in (*(f"l{place}" for place in each.parts), *(functions[other] for other in each.needs))
    ]
    edges += [
        Edge(f"l{place}", keys[each] if each else "cx")
        for place, part in enumerate(parts)
        for each in (part.companies or ("",))
    ]
    return NodeList(tuple(nodes), tuple(edges))


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _state(rest: Rest, states: Mapping[str, str]) -> tuple[str, State]:
    """The second line of a function and its state."""
    needs = words.listed([words.function(each) for each in rest.needs])
    known: dict[str, tuple[str, State]] = {
        "down": ("does not work now", "failed"),
        "unknown": ("not known whether it works", "unknown"),
        "degraded": ("works in part", "known"),
    }
    said, state = known.get(states.get(rest.function, "up"), ("", "known"))
    return said or (f"needs {needs}" if needs else ""), state


def _leg(key: str, part: Part) -> Node:
    title = say.role(part.role)
    title = f"spare {title}" if part.standby else title if part.direct else f"{title}, behind it"
    detail = part.subjects[0] if len(part.subjects) == 1 else f"{len(part.subjects)}: {words.few(part.subjects, 1)}"
    state: State = "standby" if part.standby else "known" if part.certain else "unknown"
    return Node(key, "leg", "", title, detail, state)


def _from_legs(report: Report) -> tuple[tuple[Part, ...], tuple[Rest, ...]]:
    """The parts that a report itself tells: the alternatives of each function, by role and companies."""
    parents = {each.provider: each.parent for each in report.dependencies}
    groups: dict[tuple[str, tuple[str, ...], bool], dict[str, None]] = {}
    held: dict[str, list[tuple[str, tuple[str, ...], bool]]] = {}
    for function in report.functions:
        if function.state in IDLE:
            continue
        held[function.id] = []
        for leg in function.legs:
            companies = tuple(sorted({parents[each] for each in leg.providers if parents.get(each)}))
            key = leg.role, companies, leg.state == "known"
            groups.setdefault(key, {})[leg.subject] = None
            held[function.id].append(key)
    order = {key: place for place, key in enumerate(groups)}
    parts = tuple(
        Part(role, companies, tuple(subjects), True, certain, False)
        for (role, companies, certain), subjects in groups.items()
    )
    return parts, tuple(Rest(name, tuple(dict.fromkeys(order[key] for key in keys)), ()) for name, keys in held.items())
