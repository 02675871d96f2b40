"""What happens to one site when others act: a recorded scenario on its clock, or somebody who simply leaves.

An event is bound to leaves of the site's graph (who of *your* providers is meant), each leaf is gone for spans of time,
and the graph tells when each function is. The rules, in the order in which they are applied:

bind     *role*: whoever fills the role, the one whose end would hurt most if several do. *literal*: only this provider.
reach    *customer*, *country*: the account with all products sold under it. *product*, *global*: one product and what
         rests on it. *region*: that product where it stands there. *tld*: every name under it.
last     as recorded; else, for the provider of the record itself, until an ``accept`` restores it; else estimated.
unseen   what cannot be seen is not assessed, never up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, cast

import msgspec

from hostaudit import domain
from hostaudit.case import Case
from hostaudit.errors import UsageError
from hostaudit.graph import FunctionNode, Graph, Leaf
from hostaudit.impact import Clock, Reading, gone, impact
from hostaudit.model import (
    MATRIX_SCHEMA,
    WHATIF_SCHEMA,
    Applies,
    Bound,
    DomainKind,
    Event,
    Excluded,
    Expectation,
    Fallback,
    FunctionFate,
    Happening,
    Hours,
    Interval,
    Matrix,
    MatrixRow,
    NotAssessed,
    Registration,
    Scenario,
    Standby,
    WhatIf,
)
from hostaudit.score import exposure
from hostaudit.spans import ALWAYS, NEVER, Spans, Timeline, hours, united, within, without
from hostaudit.standing import graded
from hostaudit.words import duration, fallback, function, listed

CARRIES = {"ca": ("renew_certificate",), "app_store": ("install_ios", "install_android")}
"""By role of a fallback that is an alternative from the start, the functions of which it is one."""

ROLES_OF = {
    "registry": ("registry",),
    "registrar": ("registrar",),
    "dns": ("dns",),
    "cdn": ("cdn",),
    "hosting": ("hosting",),
    "tls": ("ca",),
    "app_store": ("app_store",),
    "mail": ("mail", "sending"),
    "messaging": ("messaging",),
    "payments": ("payments",),
    "identity": ("identity",),
    "support": ("support",),
    "third_party_js": ("page",),
    "ci_deploy": ("deploy",),
    "data_backup": ("backup",),
    "ip_transit": (),
}
"""The roles of a site's providers that a layer of a scenario means."""

PRODUCT_ROLES = {
    "cdn": ("cdn", "hosting", "page"),
    "hosting": ("hosting", "cdn", "page", "mail", "sending"),
}
"""Where an outage of one product shows besides the layer's own roles: the same product may carry several."""

FUNCTIONS_OF = {
    "mail": ("mail_receive", "mail_send"),
    "app_store": ("install_ios", "install_android"),
    "tls": ("renew_certificate",),
}
"""Functions of which each layer may carry some, where they could not be looked at."""

LEFT = ("terminate", "suspend", "remove", "delete", "expire", "revoke", "distrust", "outage", "degrade")
STORES = {"ios": "apple-app-store", "android": "google-play"}
KINDS: tuple[DomainKind, ...] = (
    "parent", "provider", "account", "asn", "prefix", "tld", "region", "jurisdiction", "control_plane",
)  # fmt: skip
DROP_HORIZON = 24 * 365 * 2.0


@dataclass(frozen=True)
class Strike:
    """Leaves that one event takes away: for each the hours on the clock at which it is back (low, usual, high).

    ``at``: when the event happens; caches may let users notice it later, at ``start``."""

    event: str
    at: float
    start: Mapping[str, float]
    back: Mapping[str, tuple[float, float, float]]
    recorded: bool
    notice: float
    degrades: bool = False
    perhaps: bool = False

    def spans(self, end: int) -> dict[str, Spans]:
        """When each leaf is gone, in the low, usual or high case."""
        return {
            name: ((self.start[name], back[end]),) for name, back in self.back.items() if back[end] > self.start[name]
        }

    def touches(self, nodes: Set[str], span: tuple[float, float]) -> bool:
        """Whether some of these nodes are gone for a part of a span, in the usual case."""
        return any(
            self.start[name] < span[1] and back[1] > span[0] for name, back in self.back.items() if name in nodes
        )


@dataclass
class Binding:
    """Whom an event means at this site. ``same``: the very provider of the record."""

    applies: Applies
    leaves: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    bound: tuple[Bound, ...] = ()
    reason: str = ""
    same: bool = False


@dataclass
class Course:
    """Everything that happens on one clock, before it is reckoned."""

    horizon: float
    strikes: list[Strike] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    refused: dict[str, Excluded] = field(default_factory=dict)
    excluded: list[Excluded] = field(default_factory=list)
    not_assessed: list[NotAssessed] = field(default_factory=list)


# -- the two questions ------------------------------------------------------------------------------------


def replay(case: Case, scenario: Scenario, *, renamed: Mapping[str, str] | None = None, binding: str = "") -> WhatIf:
    """A recorded scenario, happening to this site. ``renamed`` maps its actors to providers of the site (``--as``);
    ``binding`` overrides how its events bind. Raises ``UsageError`` for a mapping that means nothing here."""
    renamed = dict(renamed or {})
    _check_mapping(case, scenario, renamed)
    how = binding or scenario.binding
    course = Course(scenario.horizon_hours)
    binder = Binder(case, renamed)
    bindings = {event.id: binder.bind(event, event.bind or how) for event in scenario.events}
    restored = {each: event.at_hours for event in scenario.events for each in event.restores}
    clock = Clock(case.rules.recovery, scenario.horizon_hours)
    start = datetime.fromisoformat(scenario.t0.replace("Z", "+00:00"))
    for event in scenario.events:
        bound = bindings[event.id]
        if event.action == "refuse":
            _refuse(case, course, event)
            bound = Binding("yes", reason="takes it out of the fallbacks")
        elif event.action == "accept":
            helped = [each for each in event.restores if bindings[each].same and bindings[each].applies == "yes"]
            reason = "ended it in history" if helped else "history; nobody knows who would accept you"
            bound = Binding("yes" if helped else "no", reason=reason)
        else:
            for leaves, perhaps in ((bound.leaves, False), (bound.perhaps, True)):
                if leaves:
                    strike = _strike(case, clock, event, leaves, bound.same, restored, scenario.horizon_hours)
                    course.strikes.append(replace(strike, perhaps=perhaps))
        if bound.applies in ("maybe", "not_assessed"):
            course.not_assessed.append(NotAssessed(f"{event.actor} ({event.id})", bound.reason))
        course.happenings.append(_happening(case, event, bound, start))
    return _answer(
        case,
        course,
        clock,
        kind="scenario",
        id=scenario.id,
        title=scenario.title,
        t0=scenario.t0,
        binding=how,
        confidence=scenario.confidence,
        history=scenario.outcome,
        lesson=scenario.lesson,
        before=scenario.before,
        sources={key: f"{source.title} {source.url}".strip() for key, source in scenario.sources.items()},
    )


def drop(case: Case, dropped: Iterable[str], *, kind: str = "", notice: float = 0.0) -> WhatIf:
    """Failure domains that end service together at hour 0, with ``notice`` hours. Raises ``UsageError`` for one that
    nobody knows."""
    clock = Clock(case.rules.recovery, DROP_HORIZON, notice)
    course = Course(DROP_HORIZON)
    for given in dict.fromkeys(dropped):
        found_kind, identity = failure_domain(case, given, kind)
        leaves = _in_domain(case.graph, found_kind, identity)
        name = _called(case, found_kind, identity)
        if leaves:
            back = {}
            begins = {}
            for each in leaves:
                leaf = case.graph.leaves[each]
                begins[each] = leaf.begins.hours.usual if leaf.begins is not None else 0.0
                # Work begins with the loss, not when the last cache is empty.
                low, usual, high = clock.total(clock.terms(leaf))
                back[each] = (low, usual, high)
            course.strikes.append(Strike(given, 0.0, begins, back, recorded=False, notice=notice))
        bound = (Bound(found_kind, identity, name),) if leaves else ()
        reason = "" if leaves else "nothing that was seen of the site rests on it"
        course.happenings.append(
            Happening(
                id=given,
                at_hours=0.0,
                at=None,
                actor=identity,
                actor_name=name,
                layer=found_kind,
                action="terminate",
                scope=found_kind,
                notice_hours=notice,
                duration_hours=None,
                certainty="assumed",
                applies="yes" if leaves else "no",
                bound=bound,
                functions=(),
                reason=reason,
            )
        )
    names = listed([each.actor_name for each in course.happenings])
    title = f"{names} {'end' if len(course.happenings) > 1 else 'ends'} service"
    return _answer(case, course, clock, kind="drop", id="+".join(each.id for each in course.happenings), title=title)


def matrix(case: Case, scenarios: Iterable[Scenario]) -> Matrix:
    """Every scenario over one site: the hours down of each function in the usual case, None where not assessed."""
    rows = []
    for scenario in scenarios:
        answer = replay(case, scenario)
        applies = any(each.applies in ("yes", "maybe") and each.action in LEFT for each in answer.events)
        down = {fate.id: fate.down_hours if fate.assessed else None for fate in answer.functions}
        rows.append(MatrixRow(scenario.id, scenario.title, applies, down))
    return Matrix(
        schema=MATRIX_SCHEMA,
        target=case.file.target,
        run=case.run,
        functions=tuple(each.id for each in case.graph.functions if each.applies != "no"),
        rows=tuple(rows),
        not_assessed=_out_of_sight(case),
    )


def differences(answer: WhatIf, expected: Expectation) -> tuple[str, ...]:
    """What a replay gives otherwise than history."""
    found = []
    fates = {each.id: each for each in answer.functions}
    for identity, bounds in expected.down_hours.items():
        if identity not in fates:
            found.append(f"{expected.subject}: there is no function {identity}")
        elif not bounds[0] <= fates[identity].down_hours <= bounds[1]:
            hours_down = fates[identity].down_hours
            found.append(
                f"{expected.subject}: {identity} is down {hours_down} h, history says {bounds[0]} to {bounds[1]}"
            )
    for provider, word in expected.excluded.items():
        reasons = [each.reason for each in answer.excluded if each.provider == provider]
        if not any(word in reason for reason in reasons):
            found.append(
                f"{expected.subject}: {provider} is not excluded as {word}: {'; '.join(reasons) or 'not at all'}"
            )
    return tuple(found)


# -- binding ----------------------------------------------------------------------------------------------


class Binder:
    """Finds who of the site's providers an event means."""

    def __init__(self, case: Case, renamed: Mapping[str, str]) -> None:
        self.case = case
        self.graph = case.graph
        self.renamed = renamed
        roots = [
            node for each in case.graph.functions if each.applies != "no" for node in (each.root, *each.degraded_by)
        ]
        self.serving = case.graph.below(*roots) & case.graph.leaves.keys()
        self.standing_by = (
            case.graph.below(*(spare for _, spare in case.graph.standbys.values())) & case.graph.leaves.keys()
        )

    def bind(self, event: Event, how: str) -> Binding:
        """Whom the event means, if anybody."""
        if event.action in ("refuse", "accept"):
            return Binding("no")
        if event.actor in self.renamed:
            found = self._literal(event, self.renamed[event.actor])
            same = self.renamed[event.actor] == event.actor
            return replace(found, reason="as told with --as", same=same)
        if how == "literal":
            return self._literal(event, event.actor)
        return self._role(event)

    def _literal(self, event: Event, actor: str) -> Binding:
        if event.scope == "tld":
            leaves = tuple(n for n, leaf in self._leaves() if event.tld in leaf.domains.get("tld", ()))
            bound = (Bound("tld", event.tld, f".{event.tld}"),)
            return self._found(event, leaves, bound, f"no name that the site needs lies under .{event.tld}", same=True)
        roles = self._roles(event)
        account = self.case.who.catalogue.account(actor)
        hit = []
        for name, leaf in self._leaves():
            product = actor in leaf.domains.get("provider", ())
            sold = event.scope in ("customer", "country") and account in leaf.domains.get("account", ())
            below = leaf.place == "upstream"
            # The network of an edge's own name servers is not what an outage of the edge stops.
            aside = event.layer == "cdn" and not leaf.owned and not below
            if (product and (not roles or leaf.role in roles or below) and not aside) or (
                sold and self._sold(event, leaf)
            ):
                hit.append(name)
        bound = (Bound("provider", actor, self.case.who.provider_name(actor), actor),)
        return self._found(event, tuple(hit), bound, self._unused(event, actor), same=True)

    def _sold(self, event: Event, leaf: Leaf) -> bool:
        """Whether closing an account ends this too: a store's account carries no servers, and the other way round."""
        return (leaf.role in ("app_store",)) == (event.layer == "app_store")

    def _unused(self, event: Event, actor: str) -> str:
        unseen = self._unseen(event)
        return unseen or f"nothing that was seen of the site rests on {self.case.who.provider_name(actor)} for that"

    def _role(self, event: Event) -> Binding:
        unseen = self._unseen(event)
        if event.layer == "ip_transit":
            found = self._literal(event, event.actor)
            return found if found.applies != "no" else Binding("not_assessed", reason=unseen)
        if event.scope == "tld" or event.layer == "registry":
            tld = domain.tld(self.case.file.target.registrable)
            rows = self._leaves()
            held = tuple(n for n, leaf in rows if leaf.role == "registry" and tld in leaf.domains.get("tld", ()))
            if event.scope == "customer":
                # A registry that puts one name on hold leaves the others of its zone alone.
                held = (self._own_name_on_hold(),)
            operator = self.case.who.registry(tld, ())
            same = operator.provider == event.actor or (event.tld == tld)
            bound = (Bound("tld", tld, operator.name, operator.provider),)
            return self._found(event, held, bound, "", same=same)
        candidates = self._candidates(event)
        if not candidates:
            return Binding("not_assessed" if unseen else "no", reason=unseen or self._nobody(event))
        account = self._worst(event, candidates)
        leaves = [
            n for n, leaf in self._leaves() if account in leaf.domains.get("account", ()) and self._sold(event, leaf)
        ]
        if event.scope in ("product", "global", "region") or event.layer in ("registrar", "tls", "data_backup"):
            # Who ends the account ends every name in it, those in reserve too; any other act is on the one name.
            names = event.layer == "registrar" and event.action == "terminate"
            leaves = [
                n for n in leaves if n in candidates[account] or (names and self.graph.leaves[n].role == "registrar")
            ]
        if event.platform:
            leaves = candidates[account]
        provider = self.graph.leaves[candidates[account][0]].domains["provider"][0]
        bound = (Bound("account", account, self.case.who.provider_name(account), provider, len(candidates)),)
        same = event.actor == provider or self.case.who.catalogue.account(event.actor) == account
        return self._found(event, tuple(leaves), bound, "", same=same)

    def _own_name_on_hold(self) -> str:
        """The leaf for the registration of the site's name; a hold at the registry is one on that name alone."""
        name = self.case.file.target.registrable
        held = [n for n, leaf in self._leaves() if leaf.role == "registrar" and leaf.subject == name]
        registry = [n for n, leaf in self._leaves() if leaf.role == "registry" and leaf.subject == domain.tld(name)]
        return (held or registry or [""])[0]

    def _candidates(self, event: Event) -> dict[str, list[str]]:
        """By account: the site's own leaves that fill the role which an event means; what only stands by does not."""
        roles = ROLES_OF.get(event.layer, ())
        found: dict[str, list[str]] = {}
        for name, leaf in self._serving():
            if leaf.role not in roles or not leaf.owned or leaf.certainty != "certain":
                continue
            if event.platform and (leaf.domains["provider"][0] == STORES["ios"]) != (event.platform == "ios"):
                continue
            if event.layer == "registrar" and leaf.subject != self.case.file.target.registrable:
                continue
            for account in leaf.domains.get("account", ()):
                found.setdefault(account, []).append(name)
        return found

    def _worst(self, event: Event, candidates: Mapping[str, list[str]]) -> str:
        """Whoever the record itself names; else the one whose end would hurt most."""
        same = self.case.who.catalogue.account(event.actor)
        if same in candidates:
            return same
        functions = [each for each in self.graph.functions if each.applies != "no"]
        clock = Clock(self.case.rules.recovery, self.case.rules.scoring.full_harm_hours)

        def hurt(account: str) -> float:
            failed = frozenset({("account", account)})
            return exposure(functions, impact(self.graph, failed, clock), self.case.rules.scoring)

        return min(candidates, key=lambda account: (-hurt(account), account))

    def _found(
        self, event: Event, leaves: tuple[str, ...], bound: tuple[Bound, ...], missing: str, *, same: bool
    ) -> Binding:
        leaves = tuple(name for name in leaves if name)
        if not leaves:
            unseen = self._unseen(event)
            return Binding("not_assessed" if unseen else "no", reason=missing or unseen)
        if event.scope != "region":
            return Binding("yes", leaves, bound=bound, same=same)
        told = {name: self.graph.leaves[name].domains.get("region", ()) for name in leaves}
        here = tuple(name for name in leaves if any(each.endswith(f"/{event.region}") for each in told[name]))
        unknown = tuple(name for name in leaves if not told[name])
        if here:
            place = tuple(replace_bound(each, f"{each.name} {event.region}") for each in bound)
            return Binding("yes", here, unknown, place, same=same)
        if unknown:
            reason = f"whether it stands in {event.region} cannot be seen; declare it under places in the site file"
            return Binding("maybe", (), unknown, bound, reason, same=same)
        regions = listed(sorted({each for names in told.values() for each in names}))
        return Binding("no", reason=f"the site stands in {regions}, not in {event.region}")

    def _roles(self, event: Event) -> tuple[str, ...]:
        return PRODUCT_ROLES.get(event.layer, ROLES_OF.get(event.layer, ()))

    def _leaves(self) -> list[tuple[str, Leaf]]:
        """What the site rests on now, and what would stand in for it: both can be hit."""
        return [
            (name, leaf)
            for name, leaf in self.graph.leaves.items()
            if name in self.serving or name in self.standing_by or leaf.place != "serving"
        ]

    def _serving(self) -> list[tuple[str, Leaf]]:
        return [(name, leaf) for name, leaf in self.graph.leaves.items() if name in self.serving]

    def _unseen(self, event: Event) -> str:
        """Why an event cannot be judged, where its layer cannot be seen and was not declared."""
        roles = ROLES_OF.get(event.layer, ())
        own = [leaf for _, leaf in self._serving() if leaf.owned]
        if any(leaf.role in roles and leaf.certainty == "certain" for leaf in own):
            return ""
        if event.layer == "ip_transit":
            return "who carries the traffic of a network cannot be seen from outside"
        if roles and roles[0] in ("payments", "messaging", "identity", "support", "deploy", "backup"):
            return f"{event.layer} cannot be seen from outside; declare it in the site file"
        if event.layer == "hosting":
            fronts = [leaf for leaf in own if leaf.role == "cdn"]
            if fronts:
                return f"the origin behind {fronts[0].domains['provider'][0]} is hidden"
        open_ = [
            each.id
            for each in self.graph.functions
            if each.applies == "maybe" and each.id in FUNCTIONS_OF.get(event.layer, ())
        ]
        if open_:
            return f"{listed(open_)} could not be assessed"
        # An edge would show at the addresses of a host.
        shown = (*roles, "hosting") if event.layer == "cdn" else roles
        there = {leaf.certainty for leaf in own if leaf.role in shown}
        return (
            f"who does that for the site could not be learnt ({event.layer})"
            if there and "certain" not in there
            else ""
        )

    def _nobody(self, event: Event) -> str:
        wanted = f"{event.platform} " if event.platform else ""
        return f"nobody fills the role {wanted}{event.layer.replace('_', ' ')} at this site"


def replace_bound(bound: Bound, name: str) -> Bound:
    """The same with another name for people."""
    return msgspec.structs.replace(bound, name=name)


def failure_domain(case: Case, given: str, kind: str = "") -> tuple[DomainKind, str]:
    """What a word after ``--drop`` means: an id of the wanted kind, else of the first kind that has it. A company or
    product of the catalogue that the site does not use is fine; a word that means nothing is a ``UsageError``."""
    kinds = (cast(DomainKind, kind),) if kind else KINDS
    if kind and kind not in KINDS:
        raise UsageError(f"--kind {kind} is not known", f"give one of: {', '.join(KINDS)}")
    present: dict[DomainKind, set[str]] = {each: set() for each in KINDS}
    for leaf in case.graph.leaves.values():
        for each, ids in leaf.domains.items():
            present[each].update(ids)
    spelt = (given, given.lower(), given.upper(), f"AS{given}", given.lstrip(".").lower())
    for each in kinds:
        for word in spelt:
            if word in present[each]:
                return each, word
    catalogue = case.who.catalogue
    if kind in ("", "provider", "account", "control_plane") and catalogue.provider(given) is not None:
        return ("provider" if not kind else cast(DomainKind, kind)), given
    if kind in ("", "parent") and given in catalogue.parents():
        return "parent", given
    import difflib

    known = sorted({word for each in kinds for word in present[each]} | (set() if kind else set(catalogue.parents())))
    near = difflib.get_close_matches(given, known, n=1, cutoff=0.6)
    used = sorted(each for each in present[kinds[0]] if not each.startswith("unknown:"))
    hint = f"did you mean {near[0]}?" if near else f"the site depends on: {', '.join(used[:12])}"
    raise UsageError(
        f"--drop {given}: no {kind or 'provider, parent, AS, prefix, TLD or jurisdiction'} of that name", hint
    )


def _in_domain(graph: Graph, kind: DomainKind, identity: str) -> tuple[str, ...]:
    return tuple(name for name, leaf in graph.leaves.items() if identity in leaf.domains.get(kind, ()))


SPOKEN = {
    "jurisdiction": "everybody under the jurisdiction {}",
    "tld": "the registry of .{}",
    "region": "the region {}",
    "asn": "the network {}",
    "prefix": "the network {}",
    "account": "the account at {}",
    "control_plane": "the console of {}",
}


def _called(case: Case, kind: DomainKind, identity: str) -> str:
    """How a person says what ends service."""
    if kind == "parent":
        return case.rules.parents.get(identity) or case.graph.names.get((kind, identity)) or identity
    name = case.graph.names.get((kind, identity)) or case.who.provider_name(identity)
    return SPOKEN.get(kind, "{}").format(name)


def _check_mapping(case: Case, scenario: Scenario, renamed: Mapping[str, str]) -> None:
    actors = sorted({event.actor for event in scenario.events if event.action in LEFT})
    used = {each for leaf in case.graph.leaves.values() for each in leaf.domains.get("provider", ())}
    for actor, provider in renamed.items():
        if actor not in actors:
            raise UsageError(f"--as {actor}={provider}: {scenario.id} has no {actor}", f"it has: {', '.join(actors)}")
        if provider not in used:
            hint = f"the site uses: {', '.join(sorted(each for each in used if not each.startswith('unknown:'))[:12])}"
            raise UsageError(f"--as {actor}={provider}: the site does not use {provider}", hint)


# -- events -----------------------------------------------------------------------------------------------


def _strike(
    case: Case,
    clock: Clock,
    event: Event,
    leaves: Iterable[str],
    same: bool,
    restored: Mapping[str, float],
    horizon: float,
) -> Strike:
    start, back = {}, {}
    recorded = event.duration_hours is not None or (same and event.id in restored)
    notice = event.notice_hours or 0.0
    for name in leaves:
        leaf = case.graph.leaves[name]
        wait = leaf.begins.hours.usual if event.grace == "ttl" and leaf.begins is not None else 0.0
        start[name] = event.at_hours + wait
        if event.duration_hours is not None:
            end = event.at_hours + event.duration_hours
            back[name] = (end, end, end)
        elif same and event.id in restored:
            back[name] = (restored[event.id],) * 3
        elif event.layer == "registry":
            # Nobody gives a name back for waiting; another name is a spare, not a recovery.
            back[name] = (horizon, horizon, horizon)
        else:
            low, usual, high = clock.total(clock.terms(leaf))
            ends = (event.at_hours + max(0.0, each - notice) for each in (low, usual, high))
            back[name] = cast("tuple[float, float, float]", tuple(ends))
    return Strike(event.id, event.at_hours, start, back, recorded, notice, degrades=event.action == "degrade")


def _held_up(graph: Graph, strikes: list[Strike]) -> list[Strike]:
    """The same, but no zone moves to other name servers while the registrar is gone at which that would be done: that
    caches keep a name alive for a while gives nobody a console."""
    gone_from: dict[str, list[Strike]] = {}
    for strike in strikes:
        for name in strike.back:
            if graph.leaves[name].role == "registrar":
                gone_from.setdefault(name, []).append(strike)
    found = []
    for strike in strikes:
        back = dict(strike.back)
        for name, own in strike.back.items():
            served = graph.leaves[name].zone if graph.leaves[name].recovery == "dns" else ""
            zone = domain.registrable(served) if served and not strike.recorded else None
            for registrar, others in gone_from.items():
                if zone is not None and graph.leaves[registrar].subject == zone:
                    for other in others:
                        low, usual, high = (
                            max(end, until) if other.at < end else end
                            for end, until in zip(own, other.back[registrar], strict=True)
                        )
                        own = back[name] = (low, usual, high)
        found.append(replace(strike, back=back))
    return found


def _refuse(case: Case, course: Course, event: Event) -> None:
    """Take a provider out of the fallbacks, and say so whether or not the site has it as one."""
    said = "judged unlikely to accept" if event.certainty == "judged" else "refused"
    row = Excluded(event.actor, f"{said} in this scenario", event.id, event.certainty)
    course.excluded.append(row)
    roles = ROLES_OF.get(event.layer, ())
    parent = case.who.catalogue.parent(event.actor)
    for proof in case.proofs.all:
        stands_in = proof.role in (*roles, *PRODUCT_ROLES.get(event.layer, ()))
        stands_in = stands_in or (proof.role == "spare_name" and event.layer == "registrar")
        same = proof.provider == event.actor or case.who.catalogue.account(proof.provider) == event.actor
        if stands_in and (same or case.who.catalogue.parent(proof.provider) == parent):
            course.refused[proof.id] = row


def _happening(case: Case, event: Event, bound: Binding, start: datetime) -> Happening:
    name = event.name or case.who.provider_name(event.actor)
    return Happening(
        id=event.id,
        at_hours=event.at_hours,
        at=(start + timedelta(hours=event.at_hours)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        actor=event.actor,
        actor_name=name,
        layer=event.layer,
        action=event.action,
        scope=event.scope,
        notice_hours=event.notice_hours,
        duration_hours=event.duration_hours,
        certainty=event.certainty,
        applies=bound.applies,
        bound=bound.bound if bound.applies in ("yes", "maybe") else (),
        functions=(),
        reason=bound.reason,
        note=event.note,
        sources=event.sources,
    )


# -- reckoning --------------------------------------------------------------------------------------------


class Reckoning:
    """The graph over the clock of one course."""

    def __init__(self, case: Case, course: Course, clock: Clock) -> None:
        self.case = case
        self.graph = case.graph
        self.course = course
        self.clock = clock
        self.notices: dict[float, float] = {}
        for strike in course.strikes:
            for start in strike.start.values():
                self.notices[start] = min(strike.notice, self.notices.get(start, strike.notice))
        certain = [each for each in course.strikes if not each.degrades and not each.perhaps]
        self.before = self._solve([], 1)
        self.at_worst = self._solve([], 1, "pessimistic")
        self.ends = [self._solve(certain, end) for end in range(3)]
        self.worse = self._solve([each for each in course.strikes if not each.perhaps], 1)
        self.perhaps = self._solve(course.strikes, 1)

    def _solve(self, strikes: Iterable[Strike], end: int, reading: Reading = "named") -> dict[str, Spans]:
        lost: dict[str, list[Spans]] = {}
        for name, leaf in self.graph.leaves.items():
            if gone(leaf, reading):
                lost[name] = [ALWAYS]
        for refused in self.course.refused:
            lost[f"fallback:{refused}"] = [ALWAYS]
        for strike in strikes:
            for name, value in strike.spans(end).items():
                lost.setdefault(name, []).append(value)
        united_ = {name: united(values) for name, values in lost.items()}
        # The clock counts notice for a plain failure already; a scenario's events have notices of their own.
        clock = Clock(self.case.rules.recovery, self.clock.horizon)
        return self.graph.solve(united_, Timeline(clock, end, self.notices))

    def only(self, strikes: Iterable[Strike]) -> dict[str, Spans]:
        """The graph if nothing but these happened."""
        return self._solve(strikes, 1)

    def but(self, strikes: list[Strike]) -> dict[str, Spans]:
        """The graph if everything but these happened."""
        rest = [each for each in self.course.strikes if not each.degrades and not each.perhaps and each not in strikes]
        return self._solve(rest, 1)

    def down(self, node: str, state: Mapping[str, Spans]) -> Spans:
        """When a node is gone, on the clock."""
        return within(state.get(node, NEVER), self.course.horizon)


def _answer(
    case: Case,
    course: Course,
    clock: Clock,
    *,
    kind: Literal["drop", "scenario"],
    id: str,  # noqa: A002 - the field's name
    title: str,
    t0: str | None = None,
    binding: str = "literal",
    confidence: str = "",
    history: str = "",
    lesson: str = "",
    before: str = "",
    sources: Mapping[str, str] | None = None,
) -> WhatIf:
    course.strikes = _held_up(case.graph, course.strikes)
    reckoned = Reckoning(case, course, clock)
    fates = _fates(case, course, reckoned)
    happenings = tuple(_with_functions(each, course, reckoned) for each in course.happenings)
    fallbacks = graded(case.graph, case.proofs)
    standbys, barred = _standbys(case, course, reckoned, fallbacks)
    applying = [each for each in happenings if each.applies == "yes" and each.action in LEFT]
    lost = [each for each in fates if each.down_hours > 0]
    first = min(lost, key=lambda each: (_goes_down(each), each.id), default=None)
    longest = max(lost, key=lambda each: (each.down_hours, each.id), default=None)
    unassessed = [NotAssessed(each.id, each.note) for each in fates if not each.assessed]
    return WhatIf(
        schema=WHATIF_SCHEMA,
        target=case.file.target,
        run=case.run,
        kind=kind,
        id=id,
        title=title,
        t0=t0,
        horizon_hours=course.horizon,
        binding=binding,
        confidence=confidence,
        summary=_summary(case, title if kind == "drop" else f"In {id}", lost, fates, kind),
        events=happenings,
        functions=fates,
        fallbacks=standbys,
        excluded=(*course.excluded, *barred),
        not_assessed=(*unassessed, *course.not_assessed, *_out_of_sight(case)),
        first_loss=first.id if first is not None else "",
        shortest_notice_hours=min((each.notice_hours or 0.0 for each in applying), default=None),
        longest_loss=longest.id if longest is not None else "",
        before_the_next=_advice(case, course, lost, before),
        history=history,
        lesson=lesson,
        sources=dict(sources or {}),
        names=_names(case),
    )


def _names(case: Case) -> dict[str, str]:
    """What the providers of a site are called, those that only stand by included."""
    found = {identity: name for (kind, identity), name in case.graph.names.items() if kind == "provider"}
    found |= {proof.provider: case.who.provider_name(proof.provider) for proof in case.proofs.all if proof.provider}
    return {identity: found[identity] for identity in sorted(found) if found[identity] != identity}


def _fates(case: Case, course: Course, reckoned: Reckoning) -> tuple[FunctionFate, ...]:
    rows = []
    renewal = next((each for each in case.graph.functions if each.id == "renew_certificate"), None)
    for each in case.graph.functions:
        if each.applies == "no":
            continue
        ends = [reckoned.down(each.root, state) for state in reckoned.ends]
        worse = reckoned.down(each.root, reckoned.worse)
        perhaps = reckoned.down(each.root, reckoned.perhaps)
        if renewal is not None and each.id == "web" and renewal.applies == "yes":
            ends = [united([down, _expired(each, renewal, reckoned, end)]) for end, down in enumerate(ends)]
            worse = united([worse, _revoked(case, course, renewal)])
        usual = ends[1]
        hurt = [reckoned.down(node, reckoned.ends[1]) for node in each.degraded_by]
        known = [reckoned.down(node, reckoned.before) for node in each.degraded_by]
        lesser = [without(now, then) for now, then in zip(hurt, known, strict=True)]
        degraded = without(united([*lesser, worse]), usual)
        assessed, note = _assessed(each, reckoned, without(perhaps, united([usual, worse])))
        if assessed and any(reckoned.perhaps.get(node) != reckoned.worse.get(node) for node in each.degraded_by):
            note = "it may be degraded: whether an event reaches a part of it cannot be seen"
        if renewal is not None and each is renewal and ends[1] and each.begins is not None:
            note = f"it is felt in {duration(each.begins.hours.usual)}, when the certificate in use ends"
        via = _via(case.graph, each, reckoned.ends[1])
        roots = [(each.root, *each.degraded_by)]
        if renewal is not None and each.id == "web":
            roots.append((renewal.root,))
        intervals = sorted(
            [_interval(span, "down", case.graph, roots, course, via) for span in usual]
            + [_interval(span, "degraded", case.graph, roots, course, ()) for span in degraded],
            key=lambda row: (row.from_hours, row.state),
        )
        low, middle, high = (round(hours(down), 3) for down in ends)
        rows.append(
            FunctionFate(
                id=each.id,
                effect=each.loss,
                down_hours=middle,
                degraded_hours=round(hours(degraded), 3),
                range=Hours(min(low, middle), middle, max(high, middle)),
                intervals=tuple(intervals),
                assessed=assessed,
                via=via,
                remains=_remains(case.graph, each, reckoned.ends[1]),
                note=note,
            )
        )
    return tuple(rows)


def _goes_down(fate: FunctionFate) -> float:
    """When a function is lost for the first time; it may be degraded before."""
    return min(each.from_hours for each in fate.intervals if each.state == "down")


def _expired(web: FunctionNode, renewal: FunctionNode, reckoned: Reckoning, end: int) -> Spans:
    """The web site without renewal goes on until its certificate ends. Where renewal does not work as things are, that
    ends it whatever happens, and is none of its losses. A spare name has a certificate of its own, so this does not
    count while the name itself is gone."""
    left = renewal.begins.hours.usual if renewal.begins is not None else math.inf
    now = reckoned.down(renewal.root, reckoned.ends[end])
    cannot = without(now, reckoned.down(renewal.root, reckoned.before))
    expired = tuple((max(start, left), stop) for start, stop in cannot if stop > left)
    gate = reckoned.graph.gates.get(web.root)
    if gate is None or gate.kind != "standby":
        return expired
    return without(expired, reckoned.down(gate.children[0], reckoned.ends[end]))


def _revoked(case: Case, course: Course, renewal: FunctionNode) -> Spans:
    """Until another certificate is in place, clients that check revocation or trust refuse the site."""
    events = {each.id for each in course.happenings if each.action in ("revoke", "distrust") and each.applies == "yes"}
    found = [
        value
        for strike in course.strikes
        if strike.event in events
        for name, value in strike.spans(1).items()
        if name in case.graph.below(renewal.root)
    ]
    return within(united(found), course.horizon)


def _assessed(each: FunctionNode, reckoned: Reckoning, perhaps: Spans) -> tuple[bool, str]:
    if each.applies == "maybe":
        return False, "what it rests on could not be learnt"
    if reckoned.down(each.root, reckoned.before):
        return False, "it does not work now, before any of this"
    lost = reckoned.down(each.root, reckoned.ends[1])
    if not lost and reckoned.down(each.root, reckoned.at_worst):
        return False, "whether it works now could not be learnt"
    if perhaps:
        return False, "whether an event reaches it cannot be seen"
    below = [reckoned.graph.leaves[name] for name in reckoned.graph.below(each.root) if name in reckoned.graph.leaves]
    if any(leaf.certainty in ("unknown", "uncertain") for leaf in below):
        return True, "part of what it rests on is unknown, so it may be worse"
    return True, each.note


def _interval(
    span: tuple[float, float],
    state: Literal["down", "degraded"],
    graph: Graph,
    roots: Iterable[tuple[str, ...]],
    course: Course,
    via: tuple[str, ...],
) -> Interval:
    """One span with the events behind it and where its end comes from. ``roots``: where to look for them, first the
    function's own nodes, then, if nothing happened there, what it needs only in time."""
    acting: list[Strike] = []
    for nodes in roots:
        # What stood by and is gone as well is a reason why a function is down.
        below = _with_spares(graph, nodes) if state == "down" else graph.below(*nodes)
        acting = acting or [strike for strike in course.strikes if strike.touches(below, span)]
    ended = [strike for strike in acting if any(back[1] == span[1] for back in strike.back.values())]
    if not acting:
        basis: Literal["recorded", "measured", "estimated", "declared"] = "measured"
    elif via and not ended:
        basis = "declared"
    elif all(strike.recorded for strike in ended or acting):
        basis = "recorded"
    else:
        basis = "estimated"
    until = None if span[1] >= course.horizon else round(span[1], 3)
    because = tuple(dict.fromkeys(strike.event for strike in acting))
    return Interval(round(span[0], 3), until, state, basis, because)


def _with_spares(graph: Graph, roots: Iterable[str]) -> set[str]:
    """Every node under these, with what only stands by."""
    found: set[str] = set()
    stack = list(roots)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(graph.gates[name].children if name in graph.gates else ())
    return found


def _via(graph: Graph, each: FunctionNode, state: Mapping[str, Spans]) -> tuple[str, ...]:
    """The fallbacks that took over: those of a standby gate that is gone for less long than what it serves."""
    found: dict[str, None] = {}
    stack, seen = [each.root], set()
    while stack:
        name = stack.pop()
        if name in seen or name not in graph.gates:
            continue
        seen.add(name)
        gate = graph.gates[name]
        stack.extend(gate.children)
        if gate.kind == "standby":
            serving = state.get(gate.children[0], NEVER)
            if hours(state.get(name, NEVER)) < hours(serving):
                for switch, spare in zip(gate.switches, gate.children[1:], strict=True):
                    if without(serving, state.get(spare, NEVER)):
                        found[switch.fallback] = None
    return tuple(sorted(found))


def _remains(graph: Graph, each: FunctionNode, state: Mapping[str, Spans]) -> tuple[str, ...]:
    """The providers of the alternatives that go on while others are gone."""
    hit = [node for node in each.degraded_by if state.get(node)]
    if not hit or state.get(each.root):
        return ()
    names = [
        provider
        for node in each.degraded_by
        if node not in hit
        for leaf in graph.near(node)
        for provider in leaf.domains.get("provider", ())
    ]
    return tuple(sorted(set(names)))


def _with_functions(each: Happening, course: Course, reckoned: Reckoning) -> Happening:
    """An event with the functions that go down by it, alone or together with what else happens."""
    own = [
        strike for strike in course.strikes if strike.event == each.id and not strike.degrades and not strike.perhaps
    ]
    if not own:
        return each
    alone, spared = reckoned.only(own), reckoned.but(own)
    hit = [
        node.id
        for node in reckoned.graph.functions
        if node.applies != "no"
        and (
            without(reckoned.down(node.root, alone), reckoned.down(node.root, reckoned.before))
            or without(reckoned.down(node.root, reckoned.ends[1]), reckoned.down(node.root, spared))
        )
    ]
    return msgspec.structs.replace(each, functions=tuple(hit))


def _standbys(
    case: Case, course: Course, reckoned: Reckoning, fallbacks: Iterable[Fallback]
) -> tuple[tuple[Standby, ...], tuple[Excluded, ...]]:
    rows, barred = [], []
    for each in fallbacks:
        reasons = list(each.reasons)
        ready: float | None = None
        if each.id in course.refused:
            reasons.insert(0, course.refused[each.id].reason)
        elif each.grade in ("probed", "independent"):
            ready, why = _ready(case, reckoned, each.id)
            reasons[:0] = why
            if ready is None and why:
                barred.append(Excluded(each.provider, why[0]))
        else:
            barred.append(
                Excluded(each.provider, f"only {each.grade}: {each.reasons[0]}" if each.reasons else each.grade)
            )
        needed = _needed(case, reckoned, each)
        rows.append(
            Standby(
                each.role,
                each.provider,
                each.backs_up,
                each.grade,
                ready,
                tuple(reasons),
                needed,
                each.id,
                each.name,
            )
        )
    barred += _locked(case)
    return tuple(rows), tuple(barred)


def _needed(case: Case, reckoned: Reckoning, fallback: Fallback) -> bool:
    """Whether what a fallback backs up is gone for a while; of one that proved nothing, whether anything is."""
    state = reckoned.ends[1]
    if fallback.id in case.graph.standbys:
        return bool(reckoned.down(case.graph.standbys[fallback.id][0], state))
    carries = CARRIES.get(fallback.role, ())
    functions = [each for each in case.graph.functions if each.applies != "no" and each.id in (carries or (each.id,))]
    return any(reckoned.down(each.root, state) for each in functions)


def _ready(case: Case, reckoned: Reckoning, identity: str) -> tuple[float | None, list[str]]:
    """When a proved fallback is in service, None if it is not needed or gone itself."""
    if identity not in case.graph.standbys:
        return None, []
    backed, spare = case.graph.standbys[identity]
    state = reckoned.ends[1]
    serving = reckoned.down(backed, state)
    if not serving:
        return None, []
    missing = reckoned.down(spare, state)
    if not without(serving, missing):
        events = [each.actor_name for each in reckoned.course.happenings if each.applies == "yes"]
        return None, [f"something that it needs is gone as well ({listed(events[:3])})"]
    switch = case.graph.switch(identity)
    clock = Clock(case.rules.recovery, reckoned.course.horizon)
    measure = Timeline(clock, 1, reckoned.notices)
    switched = serving[0][0] if switch is None else measure.switched(serving, serving, switch)
    there = without(((switched, math.inf),), missing)
    return round(there[0][0], 3) if there else None, []


def _locked(case: Case) -> list[Excluded]:
    """A move of the name to another registrar, while a transfer lock runs."""
    name = case.file.target.registrable
    value = case.seen.value("registration", name, Registration)
    if value is None:
        return []
    for leaf in case.graph.leaves.values():
        if leaf.role == "registrar" and leaf.subject == name:
            locks = [term for term in leaf.further if term.how == "measured" and term.hours.usual > 0]
            return [
                Excluded("another-registrar", f"{term.source}: blocked for {duration(term.hours.usual)} more")
                for term in locks
            ]
    return []


def _out_of_sight(case: Case) -> tuple[NotAssessed, ...]:
    declared = {leaf.role for leaf in case.graph.leaves.values()}
    unseen = [role for role in ("payments", "messaging", "identity", "support", "backup") if role not in declared]
    if not unseen:
        return ()
    return (NotAssessed(listed(unseen), "cannot be seen from outside; declare them in the site file"),)


def _advice(case: Case, course: Course, lost: Iterable[FunctionFate], before: str) -> tuple[str, ...]:
    rows = []
    name, names = case.file.target.domain, _names(case)
    for fate in sorted(lost, key=lambda each: -each.down_hours)[:2]:  # of the same length, what others rest on first
        if not fate.via:
            said = name if fate.id == "web" else function(fate.id)
            rows.append(f"nothing stands by for {said}: see hostaudit fallbacks {name}")
        else:
            ways = listed([fallback(each, names) for each in fate.via])
            rows.append(f"rehearse the switch to {ways}, or make it automatic")
    if before:
        rows.append(before)
    if course.not_assessed:
        rows.append("declare in the site file what cannot be seen, so that it is assessed")
    return tuple(dict.fromkeys(rows))


def _summary(case: Case, lead: str, lost: list[FunctionFate], fates: Iterable[FunctionFate], kind: str) -> str:
    """One sentence: what stops, how long, what goes on."""
    name = case.file.target.domain
    unassessed = any(not each.assessed for each in fates)
    tail = " Not everything could be assessed." if unassessed else ""
    if not lost:
        start = f"If {lead}" if kind == "drop" else lead
        return f"{start}, nothing that was assessed of {name} goes down.{tail}"
    groups: dict[tuple[str, str], list[str]] = {}
    for each in sorted(lost, key=lambda each: (each.id != "web", -each.down_hours, each.id)):
        said = name if each.id == "web" else function(each.id)
        groups.setdefault((_loses(each), duration(each.down_hours)), []).append(said)
    parts = [
        f"{listed(names)} {verbs.split('/')[len(names) > 1]} {length}" for (verbs, length), names in groups.items()
    ]
    start = f"If {lead}" if kind == "drop" else lead
    return f"{start}: {'; '.join(parts)}.{tail}"


def _loses(each: FunctionFate) -> str:
    if each.effect == "no_new_installs":
        return "stop for/stop for"
    return "is impossible for/are impossible for" if each.effect == "cannot_renew" else "is down for/are down for"
