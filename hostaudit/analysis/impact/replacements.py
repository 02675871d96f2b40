"""Replacements: for each single point of failure, the providers that could replace it and are independent of it.

A provider of the catalogue is independent of a site if the site depends neither on its parent company nor on the
parent company of any product that its own product needs. The purpose of the dependency does not matter: a company
that can end one service of a site can end another one too.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET, UnsetType

from hostaudit.analysis.fault_tree.tree import BasicEvent
from hostaudit.analysis.impact.declared_recovery import recovery_notes
from hostaudit.analysis.impact.outage import SinglePointMeasure, order_one, standing
from hostaudit.analysis.impact.own_parts import guessed_companies
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import OwnGround
from hostaudit.model.roles import FUNCTIONS, REPLACEABLE
from hostaudit.model.rules import Provider
from hostaudit.model.scenario import Scenario
from hostaudit.model.whatif import FALLBACKS_SCHEMA, Candidate, Fallbacks, Gap

Held = dict[str, tuple[str, ...]]
"""By parent company: the services that it provides to the site, in words."""


def fallbacks(
    site: SiteModel,
    scenarios: Iterable[Scenario] = (),
    *,
    jurisdiction: bool = False,
    elsewhere: Iterable[SiteModel] = (),
) -> Fallbacks:
    """Return the candidates for every company that stops a function alone, and every role in which it does.

    ``jurisdiction``: a country that the site depends on already counts as shared too. ``scenarios`` hold the recorded
    refusals. ``elsewhere``: the same site as other places see it; what it depends on there counts too.
    """
    everywhere = (*elsewhere, site)
    held = {parent: services for each in everywhere for parent, services in _held(each).items()}
    countries = {country: users for each in everywhere for country, users in _countries(each).items()}
    refusals = _refusals(scenarios)
    guessed = guessed_companies(site.tree)
    gaps = []
    for parent, functions in sorted(_necks(site).items(), key=lambda row: (-len(row[1]), row[0])):
        carried = _carried(site, parent, functions)
        for role in REPLACEABLE:
            hit = tuple(carried[role])
            if hit:
                shared = countries if jurisdiction else {}
                rows = [
                    _candidate(site, each, role, held, shared, refusals)
                    for each in site.rules.providers
                    if each.serves(role) and each.sold and not each.ended and _fits(each, role, hit)
                ]
                rows.sort(key=lambda each: (not each.independent, not each.usual, bool(each.history), each.provider))
                guess: OwnGround | UnsetType = "guessed" if parent in guessed else UNSET
                gaps.append(Gap(parent, site.company(parent), role, hit, tuple(rows), guess))
    return Fallbacks(
        schema=FALLBACKS_SCHEMA,
        target=site.file.target,
        run=site.run,
        parents=tuple(sorted(held)),
        jurisdictions=tuple(sorted(countries)),
        gaps=tuple(gaps),
        recoveries=recovery_notes(site) or UNSET,
    )


def _candidate(
    site: SiteModel,
    provider: Provider,
    role: str,
    held: Held,
    countries: dict[str, str],
    refusals: dict[str, tuple[str, ...]],
) -> Candidate:
    catalogue = site.attribution.catalogue
    parent = catalogue.parent(provider.id)
    reasons = []
    if parent in held:
        reasons.append(f"shares parent {parent}: {', '.join(held[parent][:3])}")
    operator = site.attribution.declared(provider.id)
    for upstream in site.attribution.upstreams(operator, role):
        if upstream.parent in held and upstream.parent != parent:
            reasons.append(
                f"rests on {upstream.name}, parent {upstream.parent}: {', '.join(held[upstream.parent][:2])}"
            )
    shared = [each for each in catalogue.jurisdictions(provider.id) if each in countries]
    reasons += [f"jurisdiction {each}: {countries[each]}" for each in shared]
    return Candidate(
        provider=provider.id,
        name=provider.name,
        parent=parent,
        jurisdiction=catalogue.jurisdiction(provider.id),
        independent=not reasons,
        reasons=tuple(reasons) or ("shares no parent with anything that the site depends on",),
        upstream="stated" if provider.depends_on else "not stated",
        usual=role in provider.usual,
        history=refusals.get(provider.id, ()),
    )


def _necks(site: SiteModel) -> dict[str, list[str]]:
    """The companies that stop a function alone, with the functions that apply and that they stop."""
    applying = {each.id for each in site.tree.functions if each.applies == "yes"}
    found: dict[str, list[str]] = {}
    for function, domains in order_one(site.tree).items():
        for kind, identity in sorted(domains) if standing(domains) else ():
            if kind == "parent" and function in applying:
                found.setdefault(identity, []).append(function)
    return found


def _carried(site: SiteModel, parent: str, functions: Iterable[str]) -> dict[str, list[str]]:
    """By role, the functions that a company stops by contracts in this role that are the site's own. One of several
    operators is no gap. If no role stops a function alone, all of them together do, so each role counts."""
    tree = site.tree
    roots = {each.id: each.root for each in tree.functions}
    found: dict[str, list[str]] = {role: [] for role in REPLACEABLE}
    for function in functions:
        held: dict[str, dict[str, int]] = {}
        for name in tree.below(roots[function]):
            leaf = tree.leaves.get(name)
            if leaf is not None and leaf.role in found and leaf.owned and parent in leaf.domains.get("parent", ()):
                held.setdefault(leaf.role, {})[name] = 1
        enough = [role for role, lost in held.items() if tree.solve(lost, SinglePointMeasure(1)).get(roots[function])]
        for role in enough or held:
            found[role].append(function)
    return found


def _fits(provider: Provider, role: str, functions: Iterable[str]) -> bool:
    """True unless the role is a store that serves no platform of these functions; any other role fits every function.
    A web app that browsers can install needs no store."""
    if role != "app_store":
        return True
    return any(provider.id in FUNCTIONS[function].stores for function in functions if function in FUNCTIONS)


def _held(site: SiteModel) -> Held:
    """Every parent company that a site depends on now, with the services: contracts of the site's own, or else the
    services that these need."""
    found: dict[str, dict[bool, dict[str, None]]] = {}
    for leaf in _resting(site):
        for parent in leaf.domains.get("parent", ()):
            what = f"{leaf.domains['provider'][0]} ({leaf.role.replace('_', ' ')})"
            found.setdefault(parent, {}).setdefault(leaf.owned, {})[what] = None
    return {parent: tuple(found[parent].get(True) or found[parent][False]) for parent in sorted(found)}


def _countries(site: SiteModel) -> dict[str, str]:
    """The jurisdictions of the companies on which the site depends now, without the registries and registrars of names
    that are not the site's own."""
    found: dict[str, dict[str, None]] = {}
    for leaf in _resting(site):
        if leaf.owned or not leaf.names_only:
            for country in leaf.domains.get("jurisdiction", ()):
                found.setdefault(country, {})[leaf.domains["provider"][0]] = None
    return {country: ", ".join(sorted(found[country])[:4]) for country in sorted(found)}


def _resting(site: SiteModel) -> list[BasicEvent]:
    """The basic events on which the functions that apply rest now, without those of standbys."""
    roots = [root for each in site.tree.functions if each.counts for root in (each.root, *each.degraded_by)]
    below = sorted({name for root in roots for name in site.tree.below(root) if name in site.tree.leaves})
    return [site.tree.leaves[name] for name in below]


def _refusals(scenarios: Iterable[Scenario]) -> dict[str, tuple[str, ...]]:
    """By provider, its refusals and ended contracts in the recorded scenarios."""
    found: dict[str, dict[str, None]] = {}
    for scenario in scenarios:
        for event in scenario.events:
            if event.action == "refuse":
                said = "judged unlikely to accept" if event.certainty == "judged" else "refused"
                found.setdefault(event.actor, {})[f"{said} in {scenario.id}"] = None
            elif event.action in ("terminate", "suspend", "remove"):
                found.setdefault(event.actor, {})[f"ended service in {scenario.id}"] = None
    return {actor: tuple(rows) for actor, rows in found.items()}
