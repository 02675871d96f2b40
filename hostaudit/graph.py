"""One AND/OR graph from the functions of a site down to the operators that keep them up.

A node works if its gate is satisfied: ``all`` of its children work, or ``any`` of them does. Nodes are named, so two
functions that rest on the same thing share the node. Name servers whose zones serve each other form cycles; these
are kept as they are, because failure is computed as the least set that the failed leaves force (a cycle then neither
helps nor hurts, which is what "collapsed" means).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from hostaudit.model import Dependency, DomainKind, Leg

Certainty = Literal["certain", "uncertain", "unknown", "hoped", "failed"]

ELSEWHERE = ("zone:", "resolves:", "function:")
"""Nodes that are shown with the function that they carry, not with each alternative that needs them."""


@dataclass(frozen=True)
class Leaf:
    """Somebody or something that can fail.

    ``domains``: the failure domains in which it lies, by kind. ``recovery`` keys ``rules/recovery.yaml``;
    ``impact_hours`` is how long users notice nothing (cached records). ``certainty``: *certain*, the operator is
    identified; *uncertain*, it may turn out to be any company; *unknown*, not even known to work; *hoped*, an
    alternative that only the optimistic reading believes in; *failed*, known not to work now. ``names_only``: it
    holds a registry or registrar contract, as everybody's does.
    """

    domains: dict[DomainKind, tuple[str, ...]]
    role: str
    subject: str
    because: tuple[str, ...]
    recovery: str = ""
    impact_hours: float = 0.0
    certainty: Certainty = "certain"

    @property
    def names_only(self) -> bool:
        """Whether losing it loses a name, and nothing that carries the service."""
        return self.role in ("registry", "registrar")


@dataclass
class Gate:
    """``all`` with no children works; ``any`` with no children does not."""

    kind: Literal["all", "any"]
    children: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FunctionNode:
    """A function of the site. ``applies``: *maybe* if what would tell was not answered. ``degraded_by`` are nodes
    whose loss leaves the function worse but working."""

    id: str
    root: str
    applies: Literal["yes", "no", "maybe"]
    loss: Literal["down", "no_new_installs", "cannot_renew"]
    weight: float
    legs: tuple[Leg, ...] = ()
    degraded_by: tuple[str, ...] = ()
    note: str = ""


@dataclass
class Graph:
    """Leaves and gates by name, the functions that rest on them, and the attributions found on the way."""

    leaves: dict[str, Leaf] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    functions: list[FunctionNode] = field(default_factory=list)
    dependencies: dict[str, Dependency] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    _order: list[str] = field(default_factory=list)

    def leaf(self, name: str, leaf: Leaf) -> str:
        """Add a leaf once; returns its name for use as a child."""
        self.leaves.setdefault(name, leaf)
        return name

    def gate(self, name: str, kind: Literal["all", "any"], children: Iterable[str] = ()) -> str:
        """Add a gate; returns its name. A gate may be opened empty and filled later, which is how cycles arise."""
        self.gates[name] = Gate(kind, list(dict.fromkeys(children)))
        return name

    def below(self, root: str) -> set[str]:
        """Every node under ``root``, itself included."""
        found: set[str] = set()
        stack = [root]
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                stack.extend(self.gates[name].children if name in self.gates else ())
        return found

    def near(self, node: str) -> list[Leaf]:
        """The leaves under a node, without those of the zones in which its names live."""
        found: dict[str, Leaf] = {}
        stack = [node]
        while stack:
            name = stack.pop()
            if name in self.leaves:
                found.setdefault(name, self.leaves[name])
            elif not name.startswith(ELSEWHERE):
                stack.extend(reversed(self.gates[name].children))
        return list(found.values())

    def state(self, node: str) -> Literal["known", "unknown", "failed"]:
        """Whether a node works by what is known: any known alternative will do, each need must be known."""
        if node in self.leaves:
            certainty = self.leaves[node].certainty
            return "known" if certainty == "certain" else "failed" if certainty == "failed" else "unknown"
        if node.startswith(ELSEWHERE):
            return "known"
        states = {self.state(child) for child in self.gates[node].children}
        if self.gates[node].kind == "all":
            return "failed" if "failed" in states else "unknown" if "unknown" in states else "known"
        return "known" if "known" in states else "unknown" if "unknown" in states else "failed"

    def order(self) -> list[str]:
        """Gates with children before parents as far as cycles allow, so that few passes reach the fixpoint."""
        if len(self._order) == len(self.gates):
            return self._order
        placed: dict[str, None] = {}
        for start in self.gates:
            stack: list[tuple[str, bool]] = [(start, False)]
            open_: set[str] = set()
            while stack:
                name, done = stack.pop()
                if done:
                    placed.setdefault(name)
                elif name in self.gates and name not in placed and name not in open_:
                    open_.add(name)
                    stack.append((name, True))
                    stack.extend((child, False) for child in self.gates[name].children)
        self._order = list(placed)
        return self._order
