"""The file ``hostaudit.yaml``: what does its owner declare about a site and demand of it, and does it make sense?

A file is read strictly: what would be guessed at, or would have no effect, is refused with its line. The same
questions are asked of the declaration inside an evidence file, which may come from anybody. What is demanded is the
matter of ``policyfile``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from msgspec import Struct, structs

from hostaudit import __version__
from hostaudit.documents import policy_file
from hostaudit.documents.policy_file import FUNCTION_ID, ID, World
from hostaudit.documents.strict_yaml import (
    INTEGER,
    MAX_BYTES,
    Checks,
    Node,
    Source,
    between,
    build,
    compose,
    key_at,
    matching,
    node_at,
)
from hostaudit.domain import host_name, lies_under, parse, registrable
from hostaudit.errors import UsageError, near, nearest
from hostaudit.model.roles import FUNCTIONS, HIDDEN, ROLES
from hostaudit.model.rules import Provider
from hostaudit.model.site import DeclaredFallback, DeclaredFunction, Need, Place, Site, SiteFile, SpareName

VERSION = 1

PROOFS: dict[str, tuple[str, ...]] = {
    "dns": ("server",),
    "hosting": ("address", "host"),
    "cdn": ("address", "host"),
    "mail": ("host",),
    "ca": (),
    "app_store": ("app",),
}
"""By role of a fallback the keys of which exactly one says where it stands; none for ca, which CAA proves."""

ANSWER = ("stands_for", "path", "status", "marker")
FURTHER: dict[str, tuple[str, ...]] = {"dns": ("stands_for", "serial_tolerance"), "hosting": ANSWER, "cdn": ANSWER}
"""By role of a fallback what else can be said of its proof."""

PROVING = {key for keys in (*PROOFS.values(), *FURTHER.values()) for key in keys}
"""Keys that mean something for some role only."""

ACTIVATIONS = ("manual", "automatic")
AT_ONCE_HOURS = 0.1
"""What changes over by itself does so within minutes of a health check; what takes longer is done by somebody."""

MOST_ENTRIES = 200
"""Entries of any one list of a site: each may cost a question to a server."""

URL_PATH = re.compile(r'(?=.{1,1000}$)/[!"$-~]*')
"""A path, perhaps with a query, as it goes over the wire: printable ASCII, no fragment (RFC 3986 section 3.3)."""

APP_ID = re.compile(r"(?=.{1,255}$)[A-Za-z0-9][A-Za-z0-9._-]*")
REGION = re.compile(r"(?=.{1,64}$)[A-Za-z0-9]+([ ._-][A-Za-z0-9]+)*")
MARKER = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")
LATEST_SERIAL = 2**31 - 1
"""Serials compare within half of their circle (RFC 1982 section 3.2)."""

Where = tuple[str | int, ...]
"""Keys and positions that lead to a value of a site."""


# -- single values ----------------------------------------------------------------------------------------


def _one_of(words: Iterable[str], meaning: str) -> Callable[[str], str]:
    allowed = tuple(words)
    otherwise = f"give one of: {', '.join(allowed)}"
    return lambda text: "" if text in allowed else f"is not {meaning}; {nearest(text, allowed, otherwise)}"


def _name(text: str, understood: Callable[[str], object] = host_name) -> str:
    if not text.strip():
        return "names no host; leave the key out if there is none"
    if any(each in text for each in "/:@?#"):
        return "is a URL or has a port; write the host name alone, such as shop.example.com"
    try:
        understood(text)
    except UsageError as error:
        named = (ascii(text.strip())[1:-1][:80], _normal_name(text))
        problem = next((error.message.removeprefix(each) for each in named if error.message.startswith(each)), "")
        return f"{problem.strip() or f'cannot be used: {error.message}'}; {error.hint}"
    return ""


def _site_name(text: str) -> str:
    return _name(text, parse)


def _further_host(text: str) -> str:
    return _name(text, lambda name: parse("example.com", (name,)))


def _address(text: str) -> str:
    return "" if _is_address(text) else "is not an IP address"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _name_or_address(text: str) -> str:
    return "" if _is_address(text) else _name(text)


_PROVIDER_ID = matching(ID, "a provider id in kebab-case of at most 64 characters")
_PATH = matching(URL_PATH, "a path: it begins with / and has no space, fragment or letter beyond ASCII")
_STATUS = between(100, 599, "an HTTP status from 100 to 599")
_MARKER = matching(MARKER, "a marker: 1 to 1000 characters of one line")

SOUND: Checks = {
    (Site, "domain"): _name,
    (Site, "hosts"): _name,
    (DeclaredFunction, "id"): matching(FUNCTION_ID, "a function id such as pay_out or staff-login"),
    (DeclaredFunction, "weight"): between(0, 1, "a weight from 0 to 1"),
    (Need, "role"): _one_of(ROLES, "a role"),
    (Need, "any_of"): _PROVIDER_ID,
    (SpareName, "domain"): _name,
    (SpareName, "path"): _PATH,
    (SpareName, "status"): _STATUS,
    (SpareName, "marker"): _MARKER,
    (DeclaredFallback, "role"): _one_of(PROOFS, "a role that can have a fallback"),
    (DeclaredFallback, "provider"): _PROVIDER_ID,
    (DeclaredFallback, "parent"): _PROVIDER_ID,
    (DeclaredFallback, "server"): _name,
    (DeclaredFallback, "address"): _address,
    (DeclaredFallback, "host"): _name,
    (DeclaredFallback, "stands_for"): _name,
    (DeclaredFallback, "path"): _PATH,
    (DeclaredFallback, "status"): _STATUS,
    (DeclaredFallback, "marker"): _MARKER,
    (DeclaredFallback, "app"): matching(APP_ID, "an app id such as 1402727988 or com.example.app"),
    (DeclaredFallback, "serial_tolerance"): between(
        0, LATEST_SERIAL, f"a number of versions from 0 to {LATEST_SERIAL}"
    ),
    (DeclaredFallback, "activation"): _one_of(ACTIVATIONS, "a way to switch"),
    (DeclaredFallback, "activation_hours"): between(0, 1e6, "a number of hours from 0 up"),
    (DeclaredFallback, "switched_by"): _PROVIDER_ID,
    (Place, "of"): _name_or_address,
    (Place, "region"): matching(REGION, "a region as its provider calls it, such as eu-west-1"),
}
"""What every declaration must hold."""

CHECKS: Checks = {
    **SOUND,
    **policy_file.CHECKS,
    (Site, "domain"): _site_name,
    (Site, "hosts"): _further_host,
    (SpareName, "domain"): _site_name,
}
"""What is asked of a file besides: names that somebody can have registered."""


# -- reading ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    """A file as it was read: how messages call it, what it says with names in A-labels, and where."""

    name: str
    content: SiteFile
    tree: Node

    def place(self, where: Where) -> str:
        """``FILE:LINE:COLUMN`` of a key or entry, else of what is around it."""
        at = key_at(self.tree, where)
        return f"{self.name}:{at.line}:{at.column}"


def read(path: Path, known: Mapping[str, Provider] | None = None, world: World | None = None) -> SiteFile:
    """What the file at ``path`` says, its names in A-labels. Raises ``UsageError``: ``FILE:LINE:COLUMN: problem``.

    ``known`` are the providers of the catalogue by id, ``world`` is what a policy may name; without them ids are
    taken as they are.
    """
    return load(path, known, world).content


def load(path: Path, known: Mapping[str, Provider] | None = None, world: World | None = None) -> Loaded:
    """The same with the places of its keys."""
    source = Source(str(path), _bytes(path), CHECKS, policy_file.READERS)
    try:
        return _load(source, known, world)
    except UsageError as error:
        raise UsageError(error.message, error.hint or "all keys are described in: hostaudit schema site") from error


def _load(source: Source, known: Mapping[str, Provider] | None, world: World | None) -> Loaded:
    tree = compose(source)
    _refuse_other_version(source, tree)
    file = cast(SiteFile, build(source, tree, SiteFile))
    sites = tuple(_normal(site) for site in file.sites)
    for place, policy in policy_file.policies(file):
        if policy is None and key_at(tree, place).text == "policy":
            hint = "add a rule, or write policy: {} for the defaults"
            source.refuse(key_at(tree, place), f"policy is empty; {hint}", hint)
    if not sites and any(key.text == "sites" for key, _ in tree.entries or ()):
        source.refuse(node_at(tree, ("sites",)), "sites declares no site", "give at least its domain")
    if not (sites or file.targets or file.exceptions or file.policy):
        hint = "add sites or a policy"
        source.refuse(tree, f"the file has neither sites nor a policy; {hint}", hint)
    for position, site in enumerate(sites):
        for where, problem in _contradictions(site, sites[:position], known):
            _refuse(source, node_at(tree, ("sites", position, *where)), problem)
    file = policy_file.normal(structs.replace(file, sites=sites))
    for where, problem in policy_file.problems(file, world):
        _refuse(source, node_at(tree, where), problem)
    return Loaded(source.name, file, tree)


def _refuse(source: Source, at: Node, problem: str) -> None:
    source.refuse(at, problem, problem.rpartition("; ")[2] if "; " in problem else "")


def site_of(file: SiteFile, domain: str) -> Site | None:
    """What a file declares for a domain in A-labels, None if nothing."""
    return next((site for site in file.sites if site.domain == domain), None)


def problems(site: Site) -> Iterator[tuple[str, str]]:
    """What is wrong with a declaration that no file is at hand for, as (place, problem)."""
    wrong = list(_unsound(site, ()))
    if not wrong and _normal(site) != site:
        wrong = [((), "names must be A-labels in lower case")]
    for where, problem in wrong or _contradictions(site, (), None):
        yield ".".join(map(str, where)), problem


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise UsageError(f"{path} cannot be read: {reason}", "give the path of a site or policy file") from error


def _refuse_other_version(source: Source, tree: Node) -> None:
    """Asked first: a file of a later version has keys that are no mistake."""
    for key, value in tree.entries or ():
        if key.text == "version" and value.plain and INTEGER.fullmatch(value.text or "") and value.text != str(VERSION):
            hint = "use a newer hostaudit" if int(value.text or 0) > VERSION else f"write version: {VERSION}"
            problem = f"version {value.text} of the site file; hostaudit {__version__} reads version {VERSION}"
            source.refuse(value, f"{problem}; {hint}", hint)


def _unsound(record: Struct, where: Where) -> Iterator[tuple[Where, str]]:
    """Single values that are wrong, in a record and in those inside it. What was left at its default is not asked."""
    for key in structs.fields(type(record)):
        value = getattr(record, key.name)
        check = SOUND.get((type(record), key.name))
        if value is None or value == key.default:
            continue
        for position, each in enumerate(value) if isinstance(value, tuple) else ((None, value),):
            here: Where = (*where, key.name) if position is None else (*where, key.name, position)
            if isinstance(each, Struct):
                yield from _unsound(each, here)
            elif check is not None and (problem := check(str(each))):
                yield here, f"{str(each)[:80]!r} {problem}"


# -- names ------------------------------------------------------------------------------------------------


def _normal_name(text: str) -> str:
    """A name as it is looked up, an address in its shortest form; what is neither, or nothing, stays."""
    try:
        return str(ip_address(text)) if _is_address(text) else host_name(text)
    except UsageError:
        return text


def _normal(site: Site) -> Site:
    def renamed(record: Any, *keys: str) -> Any:
        return structs.replace(record, **{key: _normal_name(getattr(record, key)) for key in keys})

    return structs.replace(
        site,
        domain=_normal_name(site.domain),
        hosts=tuple(_normal_name(host) for host in site.hosts),
        spare_names=tuple(renamed(each, "domain") for each in site.spare_names),
        fallbacks=tuple(renamed(each, "server", "address", "host", "stands_for") for each in site.fallbacks),
        places=tuple(renamed(each, "of") for each in site.places),
    )


# -- what does not go together ----------------------------------------------------------------------------


def _contradictions(
    site: Site, before: tuple[Site, ...], known: Mapping[str, Provider] | None
) -> Iterator[tuple[Where, str]]:
    """Where values that are right alone make no sense together, as (where, problem; advice), names in A-labels."""
    if any(site.domain == other.domain for other in before):
        yield ("domain",), f"{site.domain} is declared twice; put all into one entry"
    for key in ("hosts", "functions", "spare_names", "fallbacks", "places"):
        if len(getattr(site, key)) > MOST_ENTRIES:
            yield (key,), f"{key} has {len(getattr(site, key))} entries; at most {MOST_ENTRIES} are read"
    yield from _repeated(site)
    yield from _of_functions(site, known)
    for position, spare in enumerate(site.spare_names):
        if lies_under(spare.domain, site.domain):
            problem = f"the spare name {spare.domain} is lost with {site.domain}; name one under another domain"
            yield ("spare_names", position, "domain"), problem
    for position, fallback in enumerate(site.fallbacks):
        for key, problem in _of_fallback(fallback, site, known):
            yield ("fallbacks", position, key), problem


def _repeated(site: Site) -> Iterator[tuple[Where, str]]:
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
                yield (key, position, field) if field else (key, position), f"{key}: {each} stands twice"
            seen.add(each)


def _of_functions(site: Site, known: Mapping[str, Provider] | None) -> Iterator[tuple[Where, str]]:
    ids = {*FUNCTIONS, *(each.id for each in site.functions), *(f"web:{host}" for host in site.hosts)}
    requires = {each.id: each.requires for each in site.functions}
    for position, function in enumerate(site.functions):
        where: Where = ("functions", position)
        if function.id in FUNCTIONS:
            yield (*where, "id"), f"{function.id} is built in: it is seen from outside; choose another id"
        if not (function.needs or function.requires):
            yield where, f"{function.id} has neither needs nor requires; say what it cannot do without"
        for step, need in enumerate(function.needs):
            here: Where = (*where, "needs", step, "any_of")
            if not need.any_of:
                yield here, f"{function.id} needs {need.role} of nobody; name a provider in any_of"
            for choice, provider in enumerate(need.any_of):
                if problem := _slip(provider, known, need.role):
                    yield (*here, choice), f"any_of: {problem}"
        for step, other in enumerate(function.requires):
            if other not in ids:
                advice = nearest(other, ids, f"functions are {', '.join(sorted(ids)[:20])}")
                yield (*where, "requires", step), f"{function.id} requires {other}, which is no function; {advice}"
        if circle := _circle(function.id, requires):
            yield (*where, "requires"), f"{' -> '.join(circle)} is a circle; nothing in it could ever be restored"


def _circle(start: str, requires: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The way from a function back to itself, nothing if there is none."""
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


def _of_fallback(
    fallback: DeclaredFallback, site: Site, known: Mapping[str, Provider] | None
) -> Iterator[tuple[str, str]]:
    role = fallback.role
    proofs, used = PROOFS[role], {*PROOFS[role], *FURTHER.get(role, ())}
    given = [key for key in proofs if getattr(fallback, key)]
    if proofs and len(given) != 1:
        problem = f"a fallback for {role} needs {' or '.join(proofs)}, by which it is proved"
        yield given[-1] if given else "role", f"{problem}; give exactly one" if given else problem
    for field in structs.fields(DeclaredFallback):
        if field.name in PROVING - used and getattr(fallback, field.name) != field.default:
            takes = f"it takes {', '.join(sorted(used))}" if used else "CAA is its proof, so leave it out"
            yield field.name, f"{field.name} means nothing for {role}; {takes}"
    if problem := _of_backed(fallback, site):
        yield "stands_for", problem
    if fallback.activation == "automatic" and (fallback.activation_hours or 0) > AT_ONCE_HOURS:
        problem = f"what is automatic takes no {fallback.activation_hours:g} hours, at most {AT_ONCE_HOURS:g}"
        yield "activation_hours", f"{problem}; write activation: manual"
    if known is not None:
        yield from _of_providers(fallback, known)


def _of_backed(fallback: DeclaredFallback, site: Site) -> str:
    """Why a fallback cannot stand for what it says: a zone for dns, else a host."""
    name = fallback.stands_for
    if fallback.role == "dns":
        if not name or name == registrable(site.domain) or lies_under(name, site.domain):
            return ""
        return f"{name} is no zone of this site; give {site.domain} or a name under it"
    hosts = (site.domain, f"www.{site.domain}", *site.hosts)
    if not name or name in hosts:
        return ""
    return f"{name} is no host of this site; {nearest(name, hosts, 'add it to hosts')}"


def _of_providers(fallback: DeclaredFallback, known: Mapping[str, Provider]) -> Iterator[tuple[str, str]]:
    """A fallback of an unknown company proves nothing, as it may belong to the one that it stands in for."""
    if fallback.provider in known and fallback.parent:
        yield "parent", f"the catalogue knows the parent of {fallback.provider}; leave parent out"
    elif fallback.provider not in known and not fallback.parent:
        like = near(fallback.provider, known)
        advice = f"did you mean {like!r}?" if like else "name the company in control of it as parent"
        yield "provider", f"{fallback.provider} is not in the catalogue; {advice}"
    parents = {*known, *(each.parent for each in known.values() if each.parent)}
    if fallback.parent and fallback.parent not in parents and (like := near(fallback.parent, parents)):
        yield "parent", f"the parent {fallback.parent} is not in the catalogue; did you mean {like!r}?"
    for provider in fallback.switched_by:
        if problem := _slip(provider, known, fallback.role):
            yield "switched_by", f"switched_by: {problem}"


def _slip(provider: str, known: Mapping[str, Provider] | None, role: str) -> str:
    """An id outside the catalogue is allowed where many companies are unknown to it, unless it looks mistyped."""
    if known is None or provider in known:
        return ""
    # Whoever only keeps a store or a registry is not meant by a similar name for payments, such as google-pay.
    able = [
        each.id
        for each in known.values()
        if each.serves(role) or (role in HIDDEN and not {"app_store", "registry"}.issuperset(each.roles))
    ]
    like = near(provider, able)
    return f"{provider} is not in the catalogue; did you mean {like!r}?" if like else ""
