"""Declarations of a site that contradict one another, or name something that does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import structs

from hostaudit.documents.problem import Fault, Problem, Where
from hostaudit.documents.site_values import AT_ONCE_HOURS, FURTHER, MOST_ENTRIES, PROOFS, PROVING
from hostaudit.domain import lies_under, registrable
from hostaudit.errors import near, nearest
from hostaudit.model.actors import is_unknown
from hostaudit.model.roles import FUNCTIONS, HIDDEN, RESTORED
from hostaudit.model.rules import Provider
from hostaudit.model.site import Declared, DeclaredFallback, Own, Site


def contradictions(site: Site, before: tuple[Site, ...], known: Mapping[str, Provider] | None) -> Iterator[Problem]:
    """Yield the problems of a site with names in A-labels. ``before``: the sites above it in the file; ``known``: the
    providers of the catalogue by id."""
    if any(site.domain == other.domain for other in before):
        yield Problem(("domain",), f"{site.domain} is declared twice", "put all into one entry")
    for key in ("hosts", "functions", "spare_names", "fallbacks", "places"):
        if len(getattr(site, key)) > MOST_ENTRIES:
            yield Problem((key,), f"{key} has {len(getattr(site, key))} entries", f"at most {MOST_ENTRIES} are read")
    yield from _repeated(site)
    yield from _of_functions(site, known)
    yield from _of_declared(site, known)
    yield from _of_own(site, known)
    yield from _of_recovery(site)
    for position, spare in enumerate(site.spare_names):
        if lies_under(spare.domain, site.domain):
            text = f"the spare name {spare.domain} is lost with {site.domain}"
            yield Problem(("spare_names", position, "domain"), text, "name one under another domain")
    for position, fallback in enumerate(site.fallbacks):
        for problem in _of_fallback(fallback, site, known):
            yield problem._replace(where=("fallbacks", position, *problem.where))


def _of_declared(site: Site, known: Mapping[str, Provider] | None) -> Iterator[Problem]:
    declared = site.declare
    if declared is None:
        return
    if declared == Declared():
        yield Problem(("declare",), "declare says nothing", "give origin, mailbox or apps")
    for key, role in (("origin", "hosting"), ("mailbox", "mail")):
        provider = getattr(declared, key)
        if provider and (fault := _slip(provider, known, role)):
            yield fault.at(("declare", key), f"{key}: {provider}")


def _of_own(site: Site, known: Mapping[str, Provider] | None) -> Iterator[Problem]:
    """The problems of what is declared as the owner's own. What the catalogue knows as a company's is that company's,
    unless the company itself is declared."""
    own = site.own
    if own is None:
        return
    if own == Own():
        yield Problem(("own",), "own says nothing", "give parents, asns or domains")
    for key in ("parents", "asns", "domains"):
        if len(getattr(own, key)) > MOST_ENTRIES:
            yield Problem(
                ("own", key), f"{key} has {len(getattr(own, key))} entries", f"at most {MOST_ENTRIES} are read"
            )
    if known is None:
        return
    for position, parent in enumerate(own.parents):
        if fault := _no_company(parent, known):
            yield fault.at(("own", "parents", position), f"parents: {parent}")
    theirs = {number: each for each in known.values() for number in each.asns}
    for position, number in enumerate(own.asns):
        if number in theirs and not _is_own(theirs[number], own, known):
            yield _somebody_elses(("own", "asns", position), f"asns: AS{number}", theirs[number])
    for position, name in enumerate(own.domains):
        holder = next((each for each in known.values() if name in (*each.ns, *each.cname, *each.mx, *each.hosts)), None)
        if holder is not None and not _is_own(holder, own, known):
            yield _somebody_elses(("own", "domains", position), f"domains: {name}", holder)


def _no_company(parent: str, known: Mapping[str, Provider]) -> Fault | None:
    """The fault of an id that is no company of the catalogue, and none that reports give to companies outside it."""
    if is_unknown(parent):
        return None
    if parent in known and known[parent].parent:
        return Fault("is a product", f"write its company, {known[parent].parent}")
    companies = {each.parent or each.id for each in known.values()}
    if parent in companies:
        return None
    hint = nearest(parent, companies, "name its network under asns, or its names under domains")
    return Fault("is not in the catalogue", hint)


def _is_own(provider: Provider, own: Own, known: Mapping[str, Provider]) -> bool:
    above = provider
    while above.parent in known and above.parent != above.id:
        above = known[above.parent]
    return bool({provider.id, provider.parent, above.id, above.parent} & set(own.parents))


def _somebody_elses(where: Where, said: str, provider: Provider) -> Problem:
    company = provider.parent or provider.id
    return Problem(where, f"{said} belongs to {provider.name}", f"if that company is yours, write parents: [{company}]")


def _of_recovery(site: Site) -> Iterator[Problem]:
    for role in site.recovery:
        if role not in RESTORED:
            yield Problem(("recovery", role), f"{role} is no role that an owner restores by himself", "leave it out")


def _repeated(site: Site) -> Iterator[Problem]:
    lists: tuple[tuple[str, str, list[str]], ...] = (
        ("hosts", "", list(site.hosts)),
        ("functions", "id", [each.id for each in site.functions]),
        ("spare_names", "domain", [each.domain for each in site.spare_names]),
        ("fallbacks", "role", [each.id for each in site.fallbacks]),
        ("places", "of", [each.of for each in site.places]),
    )
    for key, field, ids in lists:
        seen: set[str] = set()
        for position, each in enumerate(ids):
            if each in seen:
                yield Problem((key, position, field) if field else (key, position), f"{key}: {each} stands twice")
            seen.add(each)


def _of_functions(site: Site, known: Mapping[str, Provider] | None) -> Iterator[Problem]:
    ids = {*FUNCTIONS, *(each.id for each in site.functions), *(f"web:{host}" for host in site.hosts)}
    requires = {each.id: each.requires for each in site.functions}
    for position, function in enumerate(site.functions):
        where: Where = ("functions", position)
        if function.id in FUNCTIONS:
            yield Problem((*where, "id"), f"{function.id} is built in: it is seen from outside", "choose another id")
        elif not (function.needs or function.requires):
            yield Problem(where, f"{function.id} has neither needs nor requires", "say what it cannot do without")
        for step, need in enumerate(function.needs):
            here: Where = (*where, "needs", step, "any_of")
            if not need.any_of:
                yield Problem(here, f"{function.id} needs {need.role} of nobody", "name a provider in any_of")
            for choice, provider in enumerate(need.any_of):
                if fault := _slip(provider, known, need.role):
                    yield fault.at((*here, choice), f"any_of: {provider}")
        for step, other in enumerate(function.requires):
            if other not in ids:
                advice = nearest(other, ids, f"functions are {', '.join(sorted(ids)[:20])}")
                yield Problem(
                    (*where, "requires", step), f"{function.id} requires {other}, which is no function", advice
                )
        if circle := _circle(function.id, requires):
            yield Problem(
                (*where, "requires"), f"{' -> '.join(circle)} is a circle", "nothing in it could ever be restored"
            )


def _circle(start: str, requires: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The path from a function back to itself, empty if there is none."""
    came_from: dict[str, str] = {}
    ahead = [start]
    while ahead:
        here = ahead.pop()
        for other in requires.get(here, ()):
            if other == start:
                way = [start, here]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1] if here != start else [start, start]
            if other not in came_from:
                came_from[other] = here
                ahead.append(other)
    return []


def _of_fallback(fallback: DeclaredFallback, site: Site, known: Mapping[str, Provider] | None) -> Iterator[Problem]:
    role = fallback.role
    proofs, used = PROOFS[role], {*PROOFS[role], *FURTHER.get(role, ())}
    given = [key for key in proofs if getattr(fallback, key)]
    if proofs and len(given) != 1:
        text = f"a fallback for {role} needs {' or '.join(proofs)}, by which it is proved"
        yield Problem((given[-1] if given else "role",), text, "give exactly one" if given else "")
    for field in structs.fields(DeclaredFallback):
        if field.name in PROVING - used and getattr(fallback, field.name) != field.default:
            takes = f"it takes {', '.join(sorted(used))}" if used else "CAA is its proof, so leave it out"
            yield Problem((field.name,), f"{field.name} means nothing for {role}", takes)
    if fault := _of_backed(fallback, site):
        yield fault.at(("stands_for",), fallback.stands_for)
    if fallback.activation == "automatic" and (fallback.activation_hours or 0) > AT_ONCE_HOURS:
        text = f"what is automatic takes no {fallback.activation_hours:g} hours, at most {AT_ONCE_HOURS:g}"
        yield Problem(("activation_hours",), text, "write activation: manual")
    if known is not None:
        yield from _of_providers(fallback, known)


def _of_backed(fallback: DeclaredFallback, site: Site) -> Fault | None:
    """The fault of ``stands_for``, which must be a zone of the site for dns, else a host of it."""
    name = fallback.stands_for
    if fallback.role == "dns":
        if not name or name == registrable(site.domain) or lies_under(name, site.domain):
            return None
        return Fault("is no zone of this site", f"give {site.domain} or a name under it")
    hosts = (site.domain, f"www.{site.domain}", *site.hosts)
    if not name or name in hosts:
        return None
    return Fault("is no host of this site", nearest(name, hosts, "add it to hosts"))


def _of_providers(fallback: DeclaredFallback, known: Mapping[str, Provider]) -> Iterator[Problem]:
    """The problems of a fallback's providers. A fallback of an unknown company proves nothing, because that may be the
    company of the provider that it would replace."""
    if fallback.provider in known and fallback.parent:
        yield Problem(("parent",), f"the catalogue knows the parent of {fallback.provider}", "leave parent out")
    elif fallback.provider not in known and not fallback.parent:
        like = near(fallback.provider, known)
        advice = f"did you mean {like!r}?" if like else "name the company in control of it as parent"
        yield Problem(("provider",), f"{fallback.provider} is not in the catalogue", advice)
    parents = {*known, *(each.parent for each in known.values() if each.parent)}
    if fallback.parent and fallback.parent not in parents and (like := near(fallback.parent, parents)):
        yield Problem(("parent",), f"the parent {fallback.parent} is not in the catalogue", f"did you mean {like!r}?")
    for provider in fallback.switched_by:
        if fault := _slip(provider, known, fallback.role):
            yield fault.at(("switched_by",), f"switched_by: {provider}")


def _slip(provider: str, known: Mapping[str, Provider] | None, role: str) -> Fault | None:
    """The fault of an id outside the catalogue: it is allowed in roles with many companies outside it, unless it looks
    mistyped."""
    if known is None or provider in known:
        return None
    # A similar name for payments, such as google-pay, does not mean a provider that is only a store or a registry.
    able = [
        each.id
        for each in known.values()
        if each.serves(role) or (role in HIDDEN and not {"app_store", "registry"}.issuperset(each.roles))
    ]
    like = near(provider, able)
    return Fault("is not in the catalogue", f"did you mean {like!r}?") if like else None
