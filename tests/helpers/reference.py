"""An independent reference: brute force over the fault tree that ``hostaudit explain graph`` prints.

It reads JSON alone and imports nothing of hostaudit. What stops a node is tried for every set of failure domains at
once: bit *n* of a number says whether the node has stopped in set *n*. Times are computed for one set after the other.

``python reference.py FILE...``: reports written with ``--with-graph``; prints each difference, and fails if there is
one.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

KINDS = ("parent", "provider", "tld", "asn", "prefix", "region", "jurisdiction")
LISTED = 200
"""A report lists at most so many sets of two or three for one function and kind, the first in order."""

MOST_SETS = 120_000
"""With more sets of three than this only sets of two are tried."""

Json = dict[str, Any]
Set = tuple[str, ...]


class Loss(NamedTuple):
    """How long a node is gone, hours, and how long until the first users, usually users, and the last users notice; a
    node that works is ``WORKS``."""

    low: float
    usual: float
    high: float
    first: float
    often: float
    last: float


WORKS = Loss(0.0, 0.0, 0.0, math.inf, math.inf, math.inf)
ENDLESS = Loss(math.inf, math.inf, math.inf, 0.0, 0.0, 0.0)


class Reference:
    """One fault tree."""

    def __init__(self, graph: Json) -> None:
        self.leaves: dict[str, Json] = graph["leaves"]
        self.gates: dict[str, Json] = graph["gates"]
        self.functions: list[Json] = graph["functions"]
        self.horizon: float = graph["horizon_hours"]

    # -- what stops ---------------------------------------------------------------------------------

    def ids(self, kind: str) -> list[str]:
        return sorted({each for leaf in self.leaves.values() for each in leaf["domains"].get(kind, ())})

    def stopped(self, kind: str, sets: list[Set]) -> dict[str, int]:
        """For every node a number whose bit n is set if the node has stopped once the domains of set n have failed."""
        every = (1 << len(sets)) - 1
        holds: dict[str, bytearray] = {}
        for number, members in enumerate(sets):
            for member in members:
                row = holds.setdefault(member, bytearray(len(sets) // 8 + 1))
                row[number >> 3] |= 1 << (number & 7)
        bits = {member: int.from_bytes(row, "little") for member, row in holds.items()}
        state = {name: self._leaf_bits(leaf, kind, bits, every) for name, leaf in self.leaves.items()}
        state |= dict.fromkeys(self.gates, 0)
        changed = True
        while changed:
            changed = False
            for name, gate in self.gates.items():
                value = self._gate_bits(gate, state, every)
                if value != state[name]:
                    state[name], changed = value, True
        return state

    @staticmethod
    def _leaf_bits(leaf: Json, kind: str, bits: dict[str, int], every: int) -> int:
        if leaf["certainty"] in ("failed", "hoped"):
            return every
        found = 0
        if leaf["certainty"] in ("certain", "uncertain"):
            for each in leaf["domains"].get(kind, ()):
                found |= bits.get(each, 0)
        return found

    @staticmethod
    def _gate_bits(gate: Json, state: dict[str, int], every: int) -> int:
        children = [state[child] for child in gate["children"]]
        if gate["kind"] == "all":
            found = 0
            for each in children:
                found |= each
            return found
        found = every
        if gate["kind"] == "standby":
            switches = gate["switches"]
            kept = [each for each, switch in zip(children[1:], switches, strict=True) if switch["automatic"]]
            children = [children[0], *kept]
        for each in children:
            found &= each
        return found

    def single(self, kind: str, node: str) -> set[str]:
        """The domains that stop a node alone; none for a node that does not work now."""
        ids = self.ids(kind)
        stopped = self.stopped(kind, [(), *((each,) for each in ids)])[node]
        return {each for number, each in enumerate(ids, 1) if stopped >> number & 1 and not stopped & 1}

    def cut_sets(self, kind: str, most: int) -> tuple[dict[str, set[Set]], int]:
        """For every function its minimal cut sets, and the number of members up to which all were tried."""
        ids = self.ids(kind)
        if most == 3 and math.comb(len(ids), 3) > MOST_SETS:
            most = 2
        sets: list[Set] = [each for size in range(most + 1) for each in combinations(ids, size)]
        state = self.stopped(kind, sets)
        found: dict[str, set[Set]] = {}
        for function in self.functions:
            stops = state[function["root"]]
            minimal: set[Set] = set()
            while stops:
                lowest = stops & -stops
                stops ^= lowest
                members = sets[lowest.bit_length() - 1]
                below = (each for size in range(len(members)) for each in combinations(members, size))
                if not any(each in minimal for each in below):
                    minimal.add(members)
            found[function["id"]] = set() if () in minimal else minimal
        return found, most

    # -- for how long -------------------------------------------------------------------------------

    def losses(self, kind: str, *ids: str) -> dict[str, Loss]:
        """The loss of every node if these domains fail."""
        state = dict.fromkeys([*self.leaves, *self.gates], WORKS)
        for name, leaf in self.leaves.items():
            state[name] = self._leaf_loss(leaf, kind, set(ids))
        for name, leaf in self.leaves.items():
            for registrar, hours in leaf.get("after", {}).items():
                if state[name] != WORKS and state[registrar] != WORKS:
                    moved = triple(hours, math.inf)
                    longer = (max(one, other) for one, other in zip(state[name][:3], moved, strict=True))
                    state[name] = Loss(*longer, *state[name][3:])
        changed = True
        while changed:
            changed = False
            for name, gate in self.gates.items():
                value = self._gate_loss(gate, state)
                if value != state[name]:
                    state[name], changed = value, True
        return state

    @staticmethod
    def _leaf_loss(leaf: Json, kind: str, ids: set[str]) -> Loss:
        if leaf["certainty"] in ("failed", "hoped"):
            return ENDLESS
        if leaf["certainty"] == "unknown" or ids.isdisjoint(leaf["domains"].get(kind, ())):
            return WORKS
        hours = triple(leaf["hours"], math.inf)
        return Loss(*hours, *triple(leaf.get("begins"), 0.0)) if hours[2] > 0 else WORKS

    def _gate_loss(self, gate: Json, state: dict[str, Loss]) -> Loss:
        loss = self._below(gate, state)
        if loss.high == 0:
            return WORKS
        kept = triple(gate.get("kept"), 0.0)
        return Loss(*loss[:3], *(max(one, other) for one, other in zip(loss[3:], kept, strict=True)))

    @staticmethod
    def _below(gate: Json, state: dict[str, Loss]) -> Loss:
        """The loss of a gate by its children alone."""
        children = [state[child] for child in gate["children"]]
        gone = [each for each in children if each.high > 0]
        if gate["kind"] == "all":
            if not gone:
                return WORKS
            ends = [max(each[end] for each in gone) for end in range(3)]
            return Loss(*ends, *(min(each[end] for each in gone) for end in range(3, 6)))
        if gate["kind"] == "any":
            if not children:
                return ENDLESS
            if len(gone) < len(children):
                return WORKS
            ends = [min(each[end] for each in gone) for end in range(3)]
            return Loss(*ends, *(max(each[end] for each in gone) for end in range(3, 6)))
        serving = children[0]
        if serving.high == 0:
            return WORKS
        ends = list(serving[:3])
        for switch, spare in zip(gate["switches"], children[1:], strict=True):
            takes = (0.0,) * 3 if switch["automatic"] else triple(switch["hours"], math.inf)
            ends = [min(ends[end], max(spare[end], takes[end])) for end in range(3)]
        return Loss(*ends, *serving[3:])

    def told(self, function: Json, losses: dict[str, Loss]) -> Loss:
        """The loss of a function that stops, as a report tells it."""
        loss = losses[function["root"]]
        return self._shown(Loss(*loss[:3], *triple(function["begins"], 0.0)) if function.get("begins") else loss)

    def degraded(self, nodes: list[str], losses: dict[str, Loss]) -> Loss:
        """The loss of a function that goes on without these nodes, as a report tells it."""
        rows = [losses[node] for node in nodes]
        ends = [max(each[end] for each in rows) for end in range(3)]
        return self._shown(Loss(*ends, *(min(each[end] for each in rows) for end in range(3, 6))))

    def _shown(self, loss: Loss) -> Loss:
        return Loss(*(each if each < math.inf else self.horizon for each in loss[:3]), *loss[3:])


def triple(hours: Json | None, otherwise: float) -> tuple[float, float, float]:
    """Low, usual and high hours."""
    return (hours["low"], hours["usual"], hours["high"]) if hours is not None else (otherwise, otherwise, otherwise)


def apart(said: tuple[float, ...], wanted: tuple[float, ...]) -> bool:
    """True if two rows of hours differ by more than what rounding may do."""
    return any(abs(one - other) > 0.011 for one, other in zip(said, wanted, strict=True))


def differences(report: Json, graph: Json) -> Iterator[str]:
    """Every statement of a report on cut sets and times that the fault tree does not bear out, as a sentence."""
    reference = Reference(graph)
    judged = [each for each in reference.functions if each["applies"] == "yes" and each["state"] != "down"]
    for kind in KINDS:
        yield from _sets_differ(reference, report, kind, judged)
        yield from _points_differ(reference, report, kind, judged)


def _sets_differ(reference: Reference, report: Json, kind: str, judged: list[Json]) -> Iterator[str]:
    wanted, most = reference.cut_sets(kind, report.get("max_order", {}).get(kind, 3))
    for function in judged:
        name = function["id"]
        rows = [row for row in report["cut_sets"] if (row["kind"], row["function"]) == (kind, name)]
        listed = [tuple(row["members"]) for row in rows if len(row["members"]) <= most]
        right = sorted(wanted[name], key=lambda members: (len(members), members))
        larger = [each for each in right if len(each) > 1]
        if len(larger) > LISTED:
            right = [each for each in right if len(each) == 1] + larger[:LISTED]
        if sorted(listed) != sorted(right):
            more, less = sorted(set(listed) - set(right))[:3], sorted(set(right) - set(listed))[:3]
            yield f"cut sets of {name}, {kind}: the report alone has {more}, the reference alone {less}"
        for row in rows:
            if row.get("hours"):
                hours = triple(row["hours"], 0.0)
                loss = reference.told(function, reference.losses(kind, *row["members"]))
                if apart(hours, loss[:3]):
                    yield f"{name} without {row['members']}: the report says {hours} h, the reference {loss[:3]} h"


def _points_differ(reference: Reference, report: Json, kind: str, judged: list[Json]) -> Iterator[str]:
    points = {
        row["failure_domain"]["id"]: {each["id"]: each for each in row["functions"]}
        for row in report["spofs"]
        if row["failure_domain"]["kind"] == kind
    }
    alone = {function["id"]: reference.single(kind, function["root"]) for function in judged}
    beside = {node for function in judged for node in function.get("degraded_by", ())}
    worse = {node: reference.single(kind, node) for node in sorted(beside)}
    right = {each for found in alone.values() for each in found}
    if points.keys() != right:
        yield f"single points, {kind}: {sorted(points.keys() ^ right)} on one side only"
    for identity in sorted(points.keys() & right):
        losses = reference.losses(kind, identity)
        for function in judged:
            told = points[identity].get(function["id"])
            stops = identity in alone[function["id"]]
            fewer = [node for node in function.get("degraded_by", ()) if identity in worse[node]]
            effect = function["loss"] if stops else "degraded" if fewer else None
            where = f"{kind} {identity}, {function['id']}"
            if (told["effect"] if told else None) != effect:
                yield f"{where}: the report says {told and told['effect']}, the reference {effect}"
            elif told:
                said = (*triple(told["time_to_recover_hours"], 0.0), *triple(told["time_to_impact"], 0.0))
                wanted = reference.told(function, losses) if stops else reference.degraded(fewer, losses)
                if apart((*said, told["time_to_impact_hours"]), (*wanted, wanted.first)):
                    yield f"{where}: the report says {said} h, the reference {tuple(wanted)} h"


def main(paths: list[str]) -> int:
    count = 0
    for path in paths:
        report = json.loads(Path(path).read_text("utf-8"))
        for each in differences(report, report["graph"]):
            print(f"{report['target']['domain']}: {each}")
            count += 1
    print(f"{len(paths)} reports, {count} differences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
