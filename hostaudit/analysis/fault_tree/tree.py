"""One AND/OR graph from the functions of a site down to the operators that keep them up.

A node works if its gate is satisfied: ``all`` of its children work, or ``any`` of them does, or, for a ``standby``
gate, the first does or else one of the others once it has been switched to. Nodes are named, so two functions that
rest on the same thing share the node. Name servers whose zones serve each other form cycles; these
are kept as they are, because failure is computed as the least set that the failed leaves force (a cycle then neither
helps nor hurts, which is what "collapsed" means).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

from hostaudit.model.report import Dependency, DomainKind, Hours, Leg

T = TypeVar("T")

Certainty = Literal["certain", "uncertain", "unknown", "hoped", "failed"]

ELSEWHERE = ("zone:", "resolves:", "function:")
"""Nodes that are shown with the function that they carry, not with each alternative that needs them."""


REBOUNDS = 64
"""How often one gate is reckoned again at most. Monotone measures settle long before, whatever the cycles."""


@dataclass(frozen=True)
class Term:
    """One summand of a time, hours: *measured* at the site or *assumed*, with its source and the evidence for it."""

    hours: Hours
    how: Literal["measured", "assumed"]
    source: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leaf:
    """Somebody or something that can fail.

    ``domains``: the failure domains in which it lies, by kind. ``recovery`` keys ``rules/recovery.yaml``; ``further``
    are measured times that come on top. ``begins``: how long users notice nothing (cached records). ``certainty``:
    *certain*, the operator is identified; *uncertain*, it may turn out to be any company; *unknown*, not even known
    to work; *hoped*, an alternative that only the optimistic reading believes in; *failed*, known not to work now.
    ``names_only``: it holds a registry or registrar contract, as everybody's does. ``owned`` false: the contract is
    not the site's own but that of a provider it rests on. ``zone``: the zone that it serves, for a name server.
    ``zone_of``: the host whose zone is not known. ``named``: it gave no answer, and is known by its name all the same.
    ``place``: *standby*, it carries nothing now; *upstream*, another provider rests on it; *console*, through it names
    are changed.
    """

    domains: dict[DomainKind, tuple[str, ...]]
    role: str
    subject: str
    because: tuple[str, ...]
    recovery: str = ""
    further: tuple[Term, ...] = ()
    begins: Term | None = None
    certainty: Certainty = "certain"
    owned: bool = True
    zone: str = ""
    zone_of: str = ""
    named: bool = False
    place: Literal["serving", "standby", "upstream", "console"] = "serving"

    @property
    def names_only(self) -> bool:
        """Whether losing it loses a name, and nothing that carries the service."""
        return self.role in ("registry", "registrar")


@dataclass(frozen=True)
class Switch:
    """What it takes to go over to a fallback: ``recovery`` keys ``rules/recovery.yaml``, ``further`` comes on top.

    ``automatic``: nobody has to do anything, so that nothing is lost.
    """

    fallback: str
    recovery: str = ""
    further: tuple[Term, ...] = ()
    automatic: bool = False


@dataclass
class Gate:
    """``all`` with no children works; ``any`` with no children does not.

    The first child of a ``standby`` gate serves now, each other one after its switch.
    """

    kind: Literal["all", "any", "standby"]
    children: list[str] = field(default_factory=list)
    switches: tuple[Switch, ...] = ()


class Measure(Protocol[T]):
    """What is carried up the graph, and how gates combine it: hours of an outage, spans of time, sets of causes."""

    @property
    def works(self) -> T:
        """The value of what is not affected."""

    def all_of(self, values: Sequence[T]) -> T:
        """Of a gate that needs every one of its children."""

    def any_of(self, values: Sequence[T]) -> T:
        """Of a gate to which any one of its children is enough; none at all is a loss."""

    def standby(self, serving: T, spares: Sequence[tuple[Switch, T]]) -> T:
        """Of a gate whose spares take over after a switch."""


@dataclass(frozen=True)
class FunctionNode:
    """A function of the site. ``applies``: *maybe* if what would tell was not answered. ``degraded_by`` are nodes
    whose loss leaves the function worse but working. ``begins``: when a loss is felt, if that is another time than
    that of the loss (the end of a certificate)."""

    id: str
    root: str
    applies: Literal["yes", "no", "maybe"]
    loss: Literal["down", "no_new_installs", "cannot_renew"]
    weight: float
    legs: tuple[Leg, ...] = ()
    degraded_by: tuple[str, ...] = ()
    note: str = ""
    begins: Term | None = None


@dataclass
class Graph:
    """Leaves and gates by name, the functions that rest on them, and the attributions found on the way."""

    leaves: dict[str, Leaf] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    functions: list[FunctionNode] = field(default_factory=list)
    dependencies: dict[str, Dependency] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    standbys: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By the id of a fallback: the node that it backs up, and its own."""
    unfollowed: set[str] = field(default_factory=set)
    """Names whose zones nobody looked at, since they lie too many steps away."""
    _order: dict[str, int] = field(default_factory=dict)
    _above: dict[str, list[str]] = field(default_factory=dict)

    def leaf(self, name: str, leaf: Leaf) -> str:
        """Add a leaf once; returns its name for use as a child."""
        self.leaves.setdefault(name, leaf)
        return name

    def gate(self, name: str, kind: Literal["all", "any"], children: Iterable[str] = ()) -> str:
        """Add a gate; returns its name. A gate may be opened empty and filled later, which is how cycles arise."""
        self.gates[name] = Gate(kind, list(dict.fromkeys(children)))
        return name

    def spares(self, name: str, serving: str, spares: Iterable[tuple[Switch, str]]) -> str:
        """Add a standby gate over what serves now; without spares that node itself."""
        rows = list(spares)
        if not rows:
            return serving
        self.gates[name] = Gate("standby", [serving, *(node for _, node in rows)], tuple(switch for switch, _ in rows))
        return name

    def below(self, *roots: str) -> set[str]:
        """Every node on which these rest now, themselves included: what only stands by is left out."""
        found: set[str] = set()
        stack = list(roots)
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                stack.extend(self.serving(name))
        return found

    def serving(self, name: str) -> list[str]:
        """The children of a node that serve now."""
        gate = self.gates.get(name)
        if gate is None:
            return []
        return gate.children[:1] if gate.kind == "standby" else gate.children

    def near(self, node: str) -> list[Leaf]:
        """The leaves under a node, without those of the zones in which its names live."""
        found: dict[str, Leaf] = {}
        stack = [node]
        while stack:
            name = stack.pop()
            if name in self.leaves:
                found.setdefault(name, self.leaves[name])
            elif not name.startswith(ELSEWHERE):
                stack.extend(reversed(self.serving(name)))
        return list(found.values())

    def switch(self, fallback: str) -> Switch | None:
        """What it takes to go over to a fallback, by its id."""
        for gate in self.gates.values():
            for switch in gate.switches:
                if switch.fallback == fallback:
                    return switch
        return None

    def head(self, node: str) -> Leaf | None:
        """The leaf that an operator's node stands for, which may be a gate over it and what it rests on itself."""
        while node in self.gates and node.startswith("with-upstreams:"):
            node = self.gates[node].children[0]
        return self.leaves.get(node)

    def state(self, node: str) -> Literal["known", "unknown", "failed"]:
        """Whether a node works by what is known: any known alternative will do, each need must be known."""
        if node in self.leaves:
            certainty = self.leaves[node].certainty
            return "known" if certainty == "certain" else "failed" if certainty == "failed" else "unknown"
        if node.startswith(ELSEWHERE):
            return "known"
        if self.gates[node].kind == "standby":
            return self.state(self.gates[node].children[0])
        states = {self.state(child) for child in self.gates[node].children}
        if self.gates[node].kind == "all":
            return "failed" if "failed" in states else "unknown" if "unknown" in states else "known"
        return "known" if "known" in states else "unknown" if "unknown" in states else "failed"

    def leg(self, role: str, subject: str, node: str, note: str = "") -> Leg:
        """How an alternative looks to a person: who must keep it up, and whether all of that is known.

        The zones in which its names live are shown with the functions that they carry.
        """
        leaves = self.near(node)
        providers = tuple(dict.fromkeys(each for leaf in leaves for each in leaf.domains.get("provider", ())))
        because = tuple(dict.fromkeys(each for leaf in leaves for each in leaf.because))
        return Leg(role, subject, providers, self.state(node), because, note)

    def solve(self, lost: Mapping[str, T], measure: Measure[T]) -> dict[str, T]:
        """The value of every gate and lost leaf when these leaves have these values: the least one that satisfies
        every gate, which is what makes cycles harmless (Knaster and Tarski)."""
        order = self._plan()
        state = dict(lost)
        again: set[str] = set()
        for name in order:
            self._reckon(name, state, measure, again, later=True)
        rounds = dict.fromkeys(order, REBOUNDS)
        while again:
            name = min(again, key=order.__getitem__)
            again.discard(name)
            if rounds[name]:
                rounds[name] -= 1
                self._reckon(name, state, measure, again, later=False)
        return state

    def _reckon(self, name: str, state: dict[str, T], measure: Measure[T], again: set[str], *, later: bool) -> None:
        gate, works = self.gates[name], measure.works
        values = [state.get(child, works) for child in gate.children]
        if gate.kind == "all":
            values = [value for value in values if value is not works]
            value = measure.all_of(values) if values else works
        elif gate.kind == "any":
            value = works if any(each is works for each in values) else measure.any_of(values)
        elif values[0] is works:
            value = works
        else:
            value = measure.standby(values[0], list(zip(gate.switches, values[1:], strict=True)))
        if value == state.get(name, works):
            return
        state[name] = value
        for above in self._above.get(name, ()):
            if not later or self._order[above] <= self._order[name]:
                again.add(above)

    def _plan(self) -> dict[str, int]:
        """Gates with children before parents as far as cycles allow, so that most are reckoned once."""
        if len(self._order) == len(self.gates):
            return self._order
        placed: dict[str, int] = {}
        for start in self.gates:
            stack: list[tuple[str, bool]] = [(start, False)]
            open_: set[str] = set()
            while stack:
                name, done = stack.pop()
                if done:
                    placed.setdefault(name, len(placed))
                elif name in self.gates and name not in placed and name not in open_:
                    open_.add(name)
                    stack.append((name, True))
                    stack.extend((child, False) for child in self.gates[name].children)
        self._above = {}
        for name, gate in self.gates.items():
            for child in gate.children:
                self._above.setdefault(child, []).append(name)
        self._order = placed
        return placed
