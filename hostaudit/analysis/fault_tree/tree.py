"""The fault tree of a site: gates and basic events, from its functions down to the operators that provide them.

An ``all`` gate works if all of its children work; an ``any`` gate works if any of them works; a ``standby`` gate works
if the first works, or else one of the others after the switch to it. Nodes have ids, so two functions that rest on the
same thing share the node; gates are looked up by purpose and subject. Name servers whose zones serve each other form
cycles. These are kept as they are, because failure is computed as the least set that the failed basic events force: a
cycle then neither helps nor hurts, which is the meaning of "collapsed". Terms: NUREG-0492, chapters IV and VII.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Protocol, TypeVar

import msgspec

from hostaudit.analysis.attribution.ownership import NO_CLAIM, Claim
from hostaudit.analysis.fault_tree.purposes import ELSEWHERE, GateKey, Purpose
from hostaudit.model.report import Dependency, DomainKind, Hours, Leg, Liveness

T = TypeVar("T")

Certainty = Literal["certain", "uncertain", "unknown", "hoped", "failed"]

Applies = Literal["yes", "no", "maybe", "unseen"]

Loss = Literal["down", "no_new_installs", "cannot_renew"]

CONTRACTS: tuple[DomainKind, ...] = ("parent", "account", "control_plane")
"""Kinds of failure domain in which a company ends its service; in all others something breaks or is blocked."""

REBOUNDS = 64
"""The largest number of evaluations of one gate. Monotone measures converge long before, even with cycles."""


class Cases(NamedTuple):
    """How many recorded cases are behind a time, and whether they are those that the press told of."""

    number: int
    famous: bool


@dataclass(frozen=True)
class Term:
    """One summand of a time, hours: *measured* at the site or *assumed*, with its source and the evidence for it.

    ``fixed``: notice does not shorten it, because nothing that the owner does could be done before. ``open``: nobody
    knows if it comes at all, so that the pessimistic reading takes its high end for the usual one. ``cases``: of a time
    from ``rules/recovery.yaml``, the recorded cases behind it."""

    hours: Hours
    how: Literal["measured", "assumed"]
    source: str
    because: tuple[str, ...] = ()
    fixed: bool = False
    open: bool = False
    cases: Cases | None = None


@dataclass(frozen=True)
class BasicEvent:
    """A basic event: a party or a thing that can fail; a leaf of the tree.

    ``domains``: the failure domains in which it lies, by kind. ``recovery`` keys ``rules/recovery.yaml``; ``further``
    are measured times to add. ``begins``: the time until users notice the failure (cached records). ``certainty``:
    *certain*, the operator is identified; *uncertain*, it may be any company; *unknown*, not known to work; *hoped*, an
    alternative that works only in the optimistic reading; *failed*, known not to work now. ``names_only``: it is a
    registry or registrar. ``owned`` false: the contract belongs to a provider on which the site rests, not to the site.
    ``zone``: the zone that it serves, for a name server. ``place``: *standby*, it carries nothing now; *upstream*,
    another provider rests on it; *console*, names are changed through it. ``silent``: a name server or mail exchanger,
    known by its name, that gave no usable answer. ``uncut``: the host whose zone cuts have no answer, where that is the
    open question.
    ``registered``: the name that a registrar registers, or the top-level domain that a registry runs, else empty.
    ``direct`` false: no record of the site names it; a provider of the site rests on it. ``dependency``: the id of its
    row in the report, empty if it has none.
    ``hidden``: what stands behind a content network. It works, since the host answers, and may be any company's.
    ``claim``: that its operator is the owner of the site.
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
    place: Literal["serving", "standby", "upstream", "console"] = "serving"
    silent: bool = False
    uncut: str = ""
    registered: str = ""
    direct: bool = True
    dependency: str = ""
    hidden: bool = False
    claim: Claim = NO_CLAIM

    @property
    def own(self) -> bool:
        """True if its operator is the owner of the site, as he declares or as its name says; a guess is not enough."""
        return self.claim.ground in ("declared", "named")

    def ended_by(self, *, guessing: bool = False) -> Mapping[DomainKind, tuple[str, ...]]:
        """The failure domains with which it fails. The owner of the site can fail, burn and be blocked, but ends no
        contract with himself. ``guessing``: who may be the owner is taken for him."""
        if self.own or (guessing and self.claim.ground):
            return {kind: ids for kind, ids in self.domains.items() if kind not in CONTRACTS}
        return self.domains

    @property
    def names_only(self) -> bool:
        """True if its loss removes a name, but nothing that carries the service."""
        return self.role in ("registry", "registrar")


@dataclass(frozen=True)
class Switch:
    """The switch to a fallback: ``recovery`` keys ``rules/recovery.yaml``, ``further`` are times to add.

    ``automatic``: no person has to act, so the function is not interrupted.
    """

    fallback: str
    recovery: str = ""
    further: tuple[Term, ...] = ()
    automatic: bool = False


@dataclass
class Gate:
    """A gate. ``all`` without children works; ``any`` without children does not.

    The first child of a ``standby`` gate serves now, each other one after its switch. ``purpose`` and ``subject``
    state the meaning of the gate. ``kept``: the time for which caches keep what it gives, whatever fails below it.
    """

    kind: Literal["all", "any", "standby"]
    children: list[str] = field(default_factory=list)
    switches: tuple[Switch, ...] = ()
    purpose: Purpose = Purpose.GROUP
    subject: tuple[str, ...] = ()
    kept: Term | None = None


class Standby(NamedTuple):
    """A fallback as ids of nodes: ``backed`` is the node that it would replace, ``spare`` is its own node, ``handle``
    is a basic event that fails where the fallback must not be used."""

    backed: str
    spare: str
    handle: str


class HiddenOrigin(NamedTuple):
    """An address of a content network behind which no evidence shows the origin. ``subject``: host and address;
    ``provider``: the network's; ``detail``: a sentence for people."""

    subject: str
    provider: str
    detail: str


class Measure(Protocol[T]):
    """A quantity that is propagated up the tree, and its combination at gates: hours of an outage, intervals, or sets
    of causes."""

    @property
    def works(self) -> T:
        """The value of a node that is not affected."""

    def all_of(self, values: Sequence[T]) -> T:
        """The value of a gate that needs all of its children."""

    def any_of(self, values: Sequence[T]) -> T:
        """The value of a gate that needs any one of its children; a gate without children has failed."""

    def standby(self, serving: T, spares: Sequence[tuple[Switch, T]]) -> T:
        """The value of a gate whose standbys take over after a switch."""


@dataclass(frozen=True)
class SiteFunction:
    """A function of the site. ``applies``: *maybe* if the question that decides it has no answer; *unseen* if nobody
    could ask it and nothing speaks for the function, which is then not assessed. ``degraded_by`` are
    nodes whose loss degrades the function without stopping it. ``begins``: the time at which a loss takes effect, if
    that is not the time of the loss itself (the end of a certificate). ``possible``: the companies that may stop an
    *unseen* function; empty if it is proved not to be there. The low end of the score counts it."""

    id: str
    root: str
    applies: Applies
    loss: Loss
    weight: float
    legs: tuple[Leg, ...] = ()
    degraded_by: tuple[str, ...] = ()
    note: str = ""
    begins: Term | None = None
    hidden_origins: tuple[HiddenOrigin, ...] = ()
    possible: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """True if the site has the function, or may have it, so that its loss counts."""
        return self.applies in ("yes", "maybe")


@dataclass
class FaultTree:
    """Basic events and gates by id, the functions that rest on them, and the dependencies found while it is built."""

    leaves: dict[str, BasicEvent] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    functions: list[SiteFunction] = field(default_factory=list)
    dependencies: dict[str, Dependency] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    standbys: dict[str, Standby] = field(default_factory=dict)
    """By the id of the fallback."""
    unfollowed: set[str] = field(default_factory=set)
    """Names whose zones were not looked up, because they are too many steps away."""
    _order: dict[str, int] = field(default_factory=dict)
    _above: dict[str, list[str]] = field(default_factory=dict)
    _hopeless: list[str] = field(default_factory=list)

    def leaf(self, name: str, leaf: BasicEvent) -> str:
        """Add a basic event once; returns its id for use as a child. A further use of it adds its evidence, but what
        the site uses itself is proved by its own records alone."""
        known = self.leaves.setdefault(name, leaf)
        if known.claim != leaf.claim:
            known = self.leaves[name] = replace(known, claim=known.claim.weaker(leaf.claim))
        if leaf.direct > known.direct:
            self.leaves[name] = replace(known, because=leaf.because, direct=True)
        elif leaf.direct == known.direct and leaf.because != known.because:
            self.leaves[name] = replace(known, because=tuple(dict.fromkeys((*known.because, *leaf.because))))
        return name

    def without_hidden(self) -> FaultTree:
        """The same tree without hidden origins, for questions about what can be seen."""
        seen = {name: leaf for name, leaf in self.leaves.items() if not leaf.hidden}
        return self if len(seen) == len(self.leaves) else replace(self, leaves=seen, _order={}, _above={}, _hopeless=[])

    def without_guesses(self) -> FaultTree:
        """The same tree in which nobody is taken for the owner of the site on a guess, for verdicts."""
        told = {
            name: leaf if leaf.own or not leaf.claim.ground else replace(leaf, claim=NO_CLAIM)
            for name, leaf in self.leaves.items()
        }
        return self if told == self.leaves else replace(self, leaves=told, _order={}, _above={}, _hopeless=[])

    def dependency(self, row: Dependency) -> None:
        """Add a row of the report once; a further use adds its evidence and zones, as for a basic event."""
        known = self.dependencies.setdefault(row.id, row)
        if bool(row.direct) > bool(known.direct):
            self.dependencies[row.id] = msgspec.structs.replace(
                known, because=row.because, direct=True, zones=row.zones
            )
        elif known is not row and row.direct == known.direct:
            self.dependencies[row.id] = msgspec.structs.replace(
                known,
                because=tuple(dict.fromkeys((*known.because, *row.because))),
                zones=tuple(dict.fromkeys((*known.zones, *row.zones))),
            )

    def gate(
        self, key: GateKey, kind: Literal["all", "any"], children: Iterable[str] = (), kept: Term | None = None
    ) -> str:
        """Add a gate; returns its id. A gate may be opened empty and filled later, which is how cycles arise."""
        self.gates[key.id] = Gate(kind, list(dict.fromkeys(children)), (), *key, kept)
        return key.id

    def spares(self, key: GateKey, serving: str, spares: Iterable[tuple[Switch, str]]) -> str:
        """Add a standby gate over the node that serves now; without standbys, return that node itself."""
        rows = list(spares)
        if not rows:
            return serving
        children = [serving, *(node for _, node in rows)]
        self.gates[key.id] = Gate("standby", children, tuple(switch for switch, _ in rows), *key)
        return key.id

    def find(self, key: GateKey) -> Gate | None:
        """The gate with this purpose and subject; None if there is none."""
        return self.gates.get(key.id)

    def children(self, key: GateKey) -> tuple[str, ...]:
        """The children of the gate with this purpose and subject; none without such a gate."""
        gate = self.find(key)
        return tuple(gate.children) if gate is not None else ()

    def gates_for(self, purpose: Purpose) -> Iterator[tuple[str, Gate]]:
        """Every gate with this purpose, with its id, in the order of the ids."""
        yield from sorted((row for row in self.gates.items() if row[1].purpose is purpose), key=lambda row: row[0])

    def standby_gate(self, serving: str) -> Gate | None:
        """The standby gate over a node that serves now; None if it has no standby."""
        gates = (gate for gate in self.gates.values() if gate.kind == "standby" and gate.children[0] == serving)
        return next(gates, None)

    def below(self, *roots: str) -> set[str]:
        """Every node on which these nodes rest now, including themselves, without standbys."""
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

    def near(self, node: str) -> list[BasicEvent]:
        """The basic events under a node, without those of the zones of its names."""
        return list(self._near(node).values())

    def _near(self, node: str) -> dict[str, BasicEvent]:
        found: dict[str, BasicEvent] = {}
        stack = [node]
        while stack:
            name = stack.pop()
            if name in self.leaves:
                found.setdefault(name, self.leaves[name])
            elif not self._elsewhere(name):
                stack.extend(reversed(self.serving(name)))
        return found

    def remaining(self, alternatives: Iterable[str], failed: Collection[str]) -> tuple[str, ...]:
        """The providers of what is left of several alternatives if some nodes have failed, in the roles of the
        alternatives that have."""
        roles, left = set(), []
        for node in alternatives:
            if node in failed:
                roles |= {leaf.role for leaf in self.near(node)}
            else:
                left += [leaf for name, leaf in self._near(node).items() if name not in failed]
        return tuple(sorted({each for leaf in left if leaf.role in roles for each in leaf.domains.get("provider", ())}))

    def switch(self, fallback: str) -> Switch | None:
        """The switch to a fallback, by its id; None if no gate has it as a standby."""
        for gate in self.gates.values():
            for switch in gate.switches:
                if switch.fallback == fallback:
                    return switch
        return None

    def head(self, node: str) -> BasicEvent | None:
        """The basic event of an operator's node, which may be a gate over the event and the products that it needs."""
        gate = self.gates.get(node)
        while gate is not None and gate.purpose is Purpose.WITH_UPSTREAMS:
            node = gate.children[0]
            gate = self.gates.get(node)
        return self.leaves.get(node)

    def _elsewhere(self, node: str) -> bool:
        return node in self.gates and self.gates[node].purpose in ELSEWHERE

    def state(self, node: str) -> Literal["known", "unknown", "failed"]:
        """The state of a node as far as it is known: one known alternative suffices, but every need must be known."""
        if node in self.leaves:
            leaf = self.leaves[node]
            # That a hidden origin works is known, only whose it is is not.
            known = leaf.certainty == "certain" or leaf.hidden
            return "known" if known else "failed" if leaf.certainty == "failed" else "unknown"
        if self._elsewhere(node):
            return "known"
        if self.gates[node].kind == "standby":
            return self.state(self.gates[node].children[0])
        states = {self.state(child) for child in self.gates[node].children}
        if self.gates[node].kind == "all":
            return "failed" if "failed" in states else "unknown" if "unknown" in states else "known"
        return "known" if "known" in states else "unknown" if "unknown" in states else "failed"

    def leg(
        self,
        role: str,
        subject: str,
        node: str,
        note: str = "",
        liveness: Liveness = "",
        asked: Iterable[str] = (),
    ) -> Leg:
        """The row of an alternative in a report: the providers that it needs, and whether all of them are known.

        The zones of its names are shown with the functions that they carry. ``liveness``: see ``Leg``, and
        ``asked`` the evidence for it.
        """
        leaves = self.near(node)
        providers = tuple(dict.fromkeys(each for leaf in leaves for each in leaf.domains.get("provider", ())))
        because = tuple(dict.fromkeys([*(each for leaf in leaves for each in leaf.because), *asked]))
        return Leg(role, subject, providers, self.state(node), because, note, liveness)

    def solve(
        self, lost: Mapping[str, T], measure: Measure[T], kept: Callable[[str, Term, T], T] | None = None
    ) -> dict[str, T]:
        """The value of every gate and lost basic event if the lost events have these values: the least solution of all
        gates, which makes cycles harmless (Knaster and Tarski). ``kept``: what caches make of the value of a gate."""
        order = self._plan()
        state = dict(lost)
        again: set[str] = set()
        for name in self._over(lost):
            self._evaluate(name, state, measure, kept, again, later=True)
        rounds: dict[str, int] = {}
        while again:
            name = min(again, key=order.__getitem__)
            again.discard(name)
            if rounds.setdefault(name, REBOUNDS):
                rounds[name] -= 1
                self._evaluate(name, state, measure, kept, again, later=False)
        return state

    def _over(self, lost: Iterable[str]) -> list[str]:
        """The gates that may not work if these nodes have failed, in the order of evaluation: those above them, and
        above gates without any alternative. All others work."""
        found = set(self._hopeless)
        stack = [*lost, *found]
        while stack:
            above = [each for each in self._above.get(stack.pop(), ()) if each not in found]
            found.update(above)
            stack += above
        return sorted(found, key=self._order.__getitem__)

    def _evaluate(
        self,
        name: str,
        state: dict[str, T],
        measure: Measure[T],
        kept: Callable[[str, Term, T], T] | None,
        again: set[str],
        *,
        later: bool,
    ) -> None:
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
        if kept is not None and gate.kept is not None and value is not works:
            value = kept(name, gate.kept, value)
        if value == state.get(name, works):
            return
        state[name] = value
        for above in self._above.get(name, ()):
            if not later or self._order[above] <= self._order[name]:
                again.add(above)

    def _plan(self) -> dict[str, int]:
        """The order of evaluation: children before parents as far as cycles allow, so that most gates are evaluated
        once."""
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
        self._hopeless = [name for name, gate in self.gates.items() if gate.kind == "any" and not gate.children]
        self._order = placed
        return placed
