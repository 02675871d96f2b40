"""Binding: the providers of a site that an event means, and the basic events of the fault tree that fail with them.

*role*: the provider in the role, the one whose end does most harm if there are several. *literal*: only this provider.
A standby fills no role. A registry is meant by role only where it acts on one name: what happens to a whole top-level
domain tells nothing of another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import msgspec

from hostaudit import domain
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree
from hostaudit.analysis.impact.outage import RecoveryTimes, impact
from hostaudit.analysis.impact.score import effective_role, exposure
from hostaudit.analysis.site_model import SiteModel
from hostaudit.errors import UsageError, close
from hostaudit.model.actors import is_unknown
from hostaudit.model.report import DomainKind
from hostaudit.model.roles import HIDDEN, LAYERS, STORES, Role, functions_of_layer, roles_of_layer, roles_of_product
from hostaudit.model.scenario import Event, Scenario
from hostaudit.model.whatif import Applies, Bound
from hostaudit.model.words import listed

LEFT = ("terminate", "suspend", "remove", "delete", "expire", "revoke", "distrust", "outage", "degrade")
ENDS_CONTRACTS = ("terminate", "suspend", "remove", "delete")
"""The acts of a company on its customer. Nobody does that to himself; whatever breaks, breaks there too."""
ACCOUNTS = ("hosting", "cdn", "dns", "ip_transit")
"""The layers on which the end of a customer's contract ends his whole account; on any other it ends that service."""
KINDS: tuple[DomainKind, ...] = (
    "parent", "provider", "account", "asn", "prefix", "tld", "region", "jurisdiction", "control_plane",
)  # fmt: skip


@dataclass
class Binding:
    """The providers that an event means at this site. ``same``: it is the provider of the record."""

    applies: Applies
    leaves: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    bound: tuple[Bound, ...] = ()
    reason: str = ""
    same: bool = False


class Binder:
    """Finds the providers of the site that an event means."""

    def __init__(self, site: SiteModel, renamed: Mapping[str, str]) -> None:
        self.site = site
        self.tree = site.tree
        self.renamed = renamed
        roots = [node for each in site.tree.functions if each.counts for node in (each.root, *each.degraded_by)]
        self.serving = site.tree.below(*roots) & site.tree.leaves.keys()
        self.standing_by = (
            site.tree.below(*(each.spare for each in site.tree.standbys.values())) & site.tree.leaves.keys()
        )

    def bind(self, event: Event, how: str) -> Binding:
        """Return the binding of an event."""
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
        account = self.site.attribution.catalogue.account(actor)
        hit = []
        for name, leaf in self._reached(event):
            product = actor in leaf.domains.get("provider", ())
            sold = event.scope in ("customer", "country") and account in leaf.domains.get("account", ())
            below = leaf.place == "upstream"
            # The network of an edge's own name servers is not what an outage of the edge stops.
            aside = event.layer == "cdn" and not leaf.owned and not below
            if (product and (not roles or leaf.role in roles or below) and not aside) or (
                sold and self._sold(event, leaf)
            ):
                hit.append(name)
        bound = (Bound("provider", actor, self.site.attribution.provider_name(actor), actor),)
        mine = any(leaf.own and actor in leaf.domains.get("provider", ()) for _, leaf in self._leaves())
        missing = _own_reason(event) if mine and not hit else self._unused(event, actor)
        return self._found(event, tuple(hit), bound, missing, same=True)

    def _sold(self, event: Event, leaf: BasicEvent) -> bool:
        """True if closing an account ends this basic event too: who ends mail ends no servers, and vice versa."""
        if event.layer not in ACCOUNTS:
            return effective_role(leaf) in roles_of_layer(event.layer)
        return leaf.role != "app_store"

    def _unused(self, event: Event, actor: str) -> str:
        unseen = self._unseen(event)
        return (
            unseen
            or f"nothing that was seen of the site rests on {self.site.attribution.provider_name(actor)} for that"
        )

    def _role(self, event: Event) -> Binding:
        unseen = self._unseen(event)
        if event.layer == "ip_transit":
            found = self._literal(event, event.actor)
            return found if found.applies != "no" else Binding("not_assessed", reason=unseen)
        if event.scope == "tld" or event.layer == "registry":
            if event.scope != "customer":
                return self._literal(event, event.actor)
            # A registry that puts one name on hold leaves the others of its zone alone.
            tld = domain.tld(self.site.file.target.registrable)
            operator = self.site.attribution.registry(tld, ())
            bound = (Bound("tld", tld, operator.name, operator.provider),)
            held = (self._own_name_on_hold(),)
            return self._found(event, held, bound, "", same=operator.provider == event.actor)
        candidates = self._candidates(event)
        if not candidates:
            if any(leaf.own and leaf.role in roles_of_layer(event.layer) for _, leaf in self._serving()):
                return Binding("no", reason=_own_reason(event))
            return Binding("not_assessed" if unseen else "no", reason=unseen or self._nobody(event))
        account = self._worst(event, candidates)
        leaves = [
            n
            for n, leaf in self._reached(event)
            if account in leaf.domains.get("account", ()) and self._sold(event, leaf)
        ]
        if event.scope in ("product", "global", "region") or event.layer not in ACCOUNTS:
            # Who ends the account ends every name in it, those in reserve too; any other act is on the one name.
            names = event.layer == "registrar" and event.action == "terminate"
            leaves = [
                n for n in leaves if n in candidates[account] or (names and self.tree.leaves[n].role == "registrar")
            ]
        if event.platform:
            leaves = candidates[account]
        provider = self.tree.leaves[candidates[account][0]].domains["provider"][0]
        bound = (Bound("account", account, self.site.attribution.provider_name(account), provider, len(candidates)),)
        same = event.actor == provider or self.site.attribution.catalogue.account(event.actor) == account
        return self._found(event, tuple(leaves), bound, "", same=same)

    def _own_name_on_hold(self) -> str:
        """The basic event for the registration of the site's name; a hold at the registry affects that name alone."""
        name = self.site.file.target.registrable
        tld = domain.tld(name)
        registrar = [n for n, leaf in self._leaves() if leaf.role == "registrar" and leaf.registered == name]
        registry = [n for n, leaf in self._leaves() if leaf.role == "registry" and leaf.registered == tld]
        return (registrar or registry or [""])[0]

    def _candidates(self, event: Event) -> dict[str, list[str]]:
        """By account, the site's own basic events in the role that an event means, without standbys."""
        roles = roles_of_layer(event.layer)
        found: dict[str, list[str]] = {}
        for name, leaf in self._serving():
            if leaf.role not in roles or not leaf.owned or leaf.certainty != "certain":
                continue
            if leaf.own and _ends(event):
                continue
            if event.platform and leaf.domains["provider"][0] not in STORES[event.platform]:
                continue
            if event.layer == "registrar" and leaf.registered != self.site.file.target.registrable:
                continue
            for account in leaf.domains.get("account", ()):
                found.setdefault(account, []).append(name)
        return found

    def _worst(self, event: Event, candidates: Mapping[str, list[str]]) -> str:
        """The account of the provider that the record names; else the account whose end does most harm."""
        same = self.site.attribution.catalogue.account(event.actor)
        if same in candidates:
            return same
        functions = [each for each in self.tree.functions if each.counts]
        clock = RecoveryTimes(self.site.rules.recovery, self.site.rules.scoring.full_harm_hours)

        def hurt(account: str) -> float:
            failed = frozenset({("account", account)})
            return exposure(functions, impact(self.tree, failed, clock), self.site.rules.scoring)

        return min(candidates, key=lambda account: (-hurt(account), account))

    def _found(
        self, event: Event, leaves: tuple[str, ...], bound: tuple[Bound, ...], missing: str, *, same: bool
    ) -> Binding:
        leaves = tuple(name for name in leaves if name)
        if not leaves:
            unseen = self._unseen(event)
            return Binding("not_assessed" if unseen else "no", reason=missing or unseen)
        if event.scope != "region":
            guess = any(self.tree.leaves[name].claim.ground == "guessed" for name in leaves)
            reason = "it looks like the site's own; if so, this does not apply" if guess and _ends(event) else ""
            return Binding("yes", leaves, bound=bound, reason=reason, same=same)
        told = {name: self.tree.leaves[name].domains.get("region", ()) for name in leaves}
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

    def _roles(self, event: Event) -> tuple[Role, ...]:
        return roles_of_product(event.layer)

    def _leaves(self) -> list[tuple[str, BasicEvent]]:
        """The basic events on which the site rests now, and those of its standbys: an event can affect both."""
        return [
            (name, leaf)
            for name, leaf in self.tree.leaves.items()
            if name in self.serving or name in self.standing_by or leaf.place != "serving"
        ]

    def _reached(self, event: Event) -> list[tuple[str, BasicEvent]]:
        """The basic events that an event can affect: who ends contracts ends none with himself."""
        return [(name, leaf) for name, leaf in self._leaves() if not (leaf.own and _ends(event))]

    def _serving(self) -> list[tuple[str, BasicEvent]]:
        return [(name, leaf) for name, leaf in self.tree.leaves.items() if name in self.serving]

    def _unseen(self, event: Event) -> str:
        """The reason why an event cannot be judged: its layer cannot be seen and was not declared; empty if it can."""
        roles = roles_of_layer(event.layer)
        own = [leaf for _, leaf in self._serving() if leaf.owned]
        if any(leaf.role in roles and leaf.certainty == "certain" for leaf in own):
            return ""
        if event.layer == "ip_transit":
            return "who carries the traffic of a network cannot be seen from outside"
        if any(role in HIDDEN for role in roles):
            return f"{event.layer} cannot be seen from outside; declare it in the site file"
        if event.layer == "hosting":
            fronts = [leaf for leaf in own if leaf.role == "cdn"]
            if fronts:
                front = self.site.attribution.provider_name(fronts[0].domains["provider"][0])
                return f"the origin behind {front} is hidden"
        open_ = [
            each.id
            for each in self.tree.functions
            if each.applies in ("maybe", "unseen") and each.id in functions_of_layer(event.layer)
        ]
        if open_:
            return f"{listed(open_)} could not be assessed"
        # An edge would show at the addresses of a host.
        shown = (*roles, "hosting") if event.layer == "cdn" else roles
        there = {leaf.certainty for leaf in own if leaf.role in shown}
        return f"it is unknown who does that for the site ({event.layer})" if there and "certain" not in there else ""

    def _nobody(self, event: Event) -> str:
        wanted = f"{event.platform} " if event.platform else ""
        return f"no provider was seen in the role {wanted}{event.layer.replace('_', ' ')} at this site"


def _ends(event: Event) -> bool:
    return event.action in ENDS_CONTRACTS


def _own_reason(event: Event) -> str:
    return f"the site is its own {LAYERS[event.layer].words}, and ends no contract with itself"


def replace_bound(bound: Bound, name: str) -> Bound:
    """Return the bound provider with another name for people."""
    return msgspec.structs.replace(bound, name=name)


def failure_domain(site: SiteModel, given: str, kind: str = "") -> tuple[DomainKind, str]:
    """The failure domain of an id after ``--drop``: of the wanted kind, else of the first kind that has the id. A
    company or product of the catalogue that the site does not use is accepted; an unknown id is a ``UsageError``."""
    kinds = (cast(DomainKind, kind),) if kind else KINDS
    if kind and kind not in KINDS:
        raise UsageError(f"--kind {kind} is not known", f"give one of: {', '.join(KINDS)}")
    present: dict[DomainKind, set[str]] = {each: set() for each in KINDS}
    for leaf in site.tree.leaves.values():
        # Without a kind, what the owner runs himself is asked for as a product or network, which can fail.
        for each, ids in (leaf.domains if kind else leaf.ended_by()).items():
            present[each].update(ids)
    spelt = (given, given.lower(), given.upper(), f"AS{given}", given.lstrip(".").lower())
    for each in kinds:
        for word in spelt:
            if word in present[each]:
                return each, word
    catalogue = site.attribution.catalogue
    if kind in ("", "provider", "account", "control_plane") and catalogue.provider(given) is not None:
        return ("provider" if not kind else cast(DomainKind, kind)), given
    if kind in ("", "parent") and given in catalogue.parents():
        return "parent", given
    known = sorted({word for each in kinds for word in present[each]} | (set() if kind else set(catalogue.parents())))
    near = close(given, known, limit=1, cutoff=0.6)
    used = sorted(each for each in present[kinds[0]] if not is_unknown(each))
    hint = f"did you mean {near[0]}?" if near else f"the site depends on: {', '.join(used[:12])}"
    raise UsageError(
        f"--drop {given}: no {kind or 'provider, parent, AS, prefix, TLD or jurisdiction'} of that name", hint
    )


def in_domain(tree: FaultTree, kind: DomainKind, identity: str) -> tuple[str, ...]:
    """The basic events that fail with a failure domain."""
    return tuple(name for name, leaf in tree.leaves.items() if identity in leaf.ended_by().get(kind, ()))


def owner_in(tree: FaultTree, kind: DomainKind, identity: str) -> bool:
    """True if the owner of the site is what a failure domain stands for, at least in a part."""
    return any(leaf.own and identity in leaf.domains.get(kind, ()) for leaf in tree.leaves.values())


SPOKEN = {
    "jurisdiction": "everybody under the jurisdiction {}",
    "tld": "the registry of .{}",
    "region": "the region {}",
    "asn": "the network {}",
    "prefix": "the network {}",
    "account": "the account at {}",
    "control_plane": "the console of {}",
}


def called(site: SiteModel, kind: DomainKind, identity: str) -> str:
    """The name, for people, of a failure domain that ends service."""
    if kind == "parent":
        return site.company(identity)
    name = site.tree.names.get((kind, identity)) or site.attribution.provider_name(identity)
    return SPOKEN.get(kind, "{}").format(name)


def check_mapping(site: SiteModel, scenario: Scenario, renamed: Mapping[str, str]) -> None:
    """Refuse a mapping (``--as``) of actors unknown to the scenario or the site. Raises ``UsageError``."""
    actors = sorted({event.actor for event in scenario.events if event.action in LEFT})
    used = {each for leaf in site.tree.leaves.values() for each in leaf.domains.get("provider", ())}
    for actor, provider in renamed.items():
        if actor not in actors:
            raise UsageError(f"--as {actor}={provider}: {scenario.id} has no {actor}", f"it has: {', '.join(actors)}")
        if provider not in used:
            hint = f"the site uses: {', '.join(sorted(each for each in used if not is_unknown(each))[:12])}"
            raise UsageError(f"--as {actor}={provider}: the site does not use {provider}", hint)
