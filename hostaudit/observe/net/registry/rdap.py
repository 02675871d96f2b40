"""RDAP (RFC 7480 to 7484, 9082 to 9224): the server for a name or an address, and the content of its answer.

No function makes network requests. The answers are JSON from outside, so every field is checked.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import msgspec
from msgspec import UNSET

from hostaudit.datasets import BOOTSTRAP
from hostaudit.errors import UsageError
from hostaudit.files import data_folder, read_own
from hostaudit.model.values import Registration
from hostaudit.observe.net.limits import Address
from hostaudit.observe.net.registry.dates import moment
from hostaudit.observe.net.registry.whois_text import same_form

ITEMS = 32
"""The most statuses, name servers or entities that are read from one answer."""

LENGTH = 300


REGISTRIES = ("dns", "ipv4", "ipv6")
"""The bootstrap registries in use. That of AS numbers is not needed: no question is about an AS number."""


class Services(msgspec.Struct, frozen=True):
    """A bootstrap registry as it is stored: each service is its base URL followed by the keys that it serves."""

    publication: str
    services: tuple[tuple[str, ...], ...]


class _Published(msgspec.Struct):
    """A bootstrap registry as IANA publishes it (RFC 9224 section 3)."""

    publication: str
    services: list[tuple[list[str], list[str]]]


class BootstrapError(ValueError):
    """A bootstrap registry that is not valid by RFC 9224, or lacks a well-known key."""


@cache
def _snapshot() -> dict[str, Services]:
    """The fetched copy, or the shipped one if the fetched copy is missing, damaged or older."""
    ours = shipped()
    try:
        fetched = read_kept(read_own(data_folder() / BOOTSTRAP))
    except (OSError, UsageError, BootstrapError):
        return ours
    return fetched if fetched["dns"].publication > ours["dns"].publication else ours


def shipped() -> dict[str, Services]:
    """The shipped copy, by registry."""
    return read_kept(resources.files("hostaudit.datasets").joinpath("iana/rdap-bootstrap.json").read_bytes())


def read_kept(data: bytes) -> dict[str, Services]:
    """The registries in their stored form. Raises ``BootstrapError``."""
    try:
        kept = msgspec.json.decode(data, type=dict[str, Services])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BootstrapError(f"torn: {error}") from None
    missing = [each for each in REGISTRIES if each not in kept or not all(kept[each].services)]
    if missing:
        raise BootstrapError(f"lacks {missing[0]}")
    return kept


def read_published(document: bytes, registry: str) -> Services:
    """A checked registry from the form that IANA publishes; of several URLs for one key the https one is used.

    Raises ``BootstrapError``.
    """
    try:
        published = msgspec.json.decode(document, type=_Published)
        services = []
        for keys, urls in published.services:
            usable = [url for url in urls if url.startswith(("https://", "http://")) and url.isprintable()]
            if usable and keys:
                services.append((min(usable, key=_plain_http), *map(str.lower, keys)))
        if registry != "dns":
            for service in services:
                for key in service[1:]:
                    ipaddress.ip_network(key)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BootstrapError(f"not a bootstrap registry: {error}") from None
    known = {key for service in services for key in service[1:]}
    lost = [key for key in _WELL_KNOWN[registry] if key not in known]
    if lost:
        raise BootstrapError(f"knows no server for {lost[0]}")
    return Services(published.publication, tuple(sorted(services)))


_WELL_KNOWN = {"dns": ("com", "net", "org"), "ipv4": ("8.0.0.0/8", "193.0.0.0/8"), "ipv6": ("2600::/12", "2a00::/12")}
"""Keys that every real registry has."""


def bootstrap_date() -> str:
    """The day (YYYY-MM-DD) on which the registry of domains in use was published."""
    return _snapshot()["dns"].publication[:10]


@cache
def _domains() -> dict[str, str]:
    return {key: service[0] for service in _snapshot()["dns"].services for key in service[1:]}


def domain_base(name: str) -> str | None:
    """The base URL for a domain name in the copy in use (RFC 9224 section 4), with a slash at its end."""
    return _by_suffix(name, _domains())


@cache
def _unlisted() -> dict[str, str]:
    text = resources.files("hostaudit.datasets").joinpath("iana/rdap-unlisted.json").read_bytes()
    kept = msgspec.json.decode(text, type=Services)
    return {key: service[0] for service in kept.services for key in service[1:]}


def unlisted_base(name: str) -> str | None:
    """The base URL of a server that answers for a top-level domain without being listed by IANA, None if the list in
    use has one or nobody knows one. What such a server tells of a name is a value; that it knows no such name proves
    nothing, since nobody says that it still is the registry's."""
    return None if domain_base(name) is not None else _by_suffix(name, _unlisted())


def live_domain_base(name: str, document: Any) -> str | None:
    """The base URL for a domain name in a bootstrap document in the form that IANA publishes."""
    found: dict[str, str] = {}
    for service in _items(document, "services", cap=5000):
        if isinstance(service, list) and len(service) == 2 and all(isinstance(part, list) for part in service):
            urls = [url for url in service[1] if isinstance(url, str)]
            found.update(
                {key.lower(): min(urls, key=_plain_http) for key in service[0] if isinstance(key, str) and urls}
            )
    return _by_suffix(name, found)


def address_base(address: Address) -> str | None:
    """The base URL for an address in the copy in use (RFC 9224 section 5), most specific block first."""
    best = max((row for row in _blocks(address.version) if row[1] <= int(address) <= row[2]), default=None)
    return None if best is None else _slash(best[3])


@cache
def _blocks(version: int) -> tuple[tuple[int, int, int, str], ...]:
    """(prefix length, first address, last address, base URL) of each block of a family."""
    rows = []
    for service in _snapshot()[f"ipv{version}"].services:
        for key in service[1:]:
            block = ipaddress.ip_network(key)
            rows.append((block.prefixlen, int(block[0]), int(block[-1]), service[0]))
    return tuple(rows)


def _by_suffix(name: str, bases: dict[str, str]) -> str | None:
    labels = name.split(".")
    for start in range(len(labels)):
        base = bases.get(".".join(labels[start:]))
        if base is not None:
            return _slash(base)
    return None


def _slash(base: str) -> str:
    return base if base.endswith("/") else base + "/"


def _plain_http(url: str) -> bool:
    return not url.startswith("https:")


# --- the content of an answer ---


def name_of(answer: Any) -> str:
    """The name that a domain object is about, in A-labels; empty if it states none that can be read."""
    return same_form(
        _text(answer.get("ldhName")) or _text(answer.get("unicodeName")) if isinstance(answer, dict) else ""
    )


def registration(answer: Any) -> Registration | None:
    """A domain object (RFC 9083 section 5.3) as a registration; None if the answer is no domain object."""
    if not isinstance(answer, dict) or answer.get("objectClassName") != "domain":
        return None
    events = {
        _text(event.get("eventAction")): moment(_text(event.get("eventDate"))) for event in _dicts(answer, "events")
    }
    registrar = entity_with(answer, "registrar") or {}
    reseller = entity_with(answer, "reseller")
    dnssec = answer.get("secureDNS")
    signed = dnssec.get("delegationSigned") if isinstance(dnssec, dict) else None
    hosts = (_text(server.get("ldhName")).lower().rstrip(".") for server in _dicts(answer, "nameservers"))
    return Registration(
        via="rdap",
        registrar=entity_name(registrar),
        iana_id=_iana_id(registrar),
        status=tuple(dict.fromkeys(_text(each).lower() for each in _items(answer, "status") if _text(each))),
        created=events.get("registration"),
        expires=events.get("expiration") or events.get("registrar expiration"),
        transferred=events.get("transfer"),
        changed=events.get("last changed"),
        nameservers=tuple(dict.fromkeys(host for host in hosts if host)),
        delegation_signed=signed if isinstance(signed, bool) else None,
        reseller=entity_name(reseller) if reseller else None,
        registrant=organisation(entity_with(answer, "registrant")) or UNSET,
    )


def related(answer: Any) -> str | None:
    """The registrar's own RDAP URL for the same object, which a thin registry gives as a link."""
    for link in _dicts(answer, "links"):
        href, kind = _text(link.get("href")), _text(link.get("type"))
        if link.get("rel") == "related" and href.startswith("http") and ("rdap" in kind or "/domain/" in href):
            return href
    return None


def merged(registry: Registration, registrar: Registration) -> Registration:
    """Two answers about one name as one: the registry's fields take precedence, the registrar's fill the gaps."""
    return Registration(
        via="rdap",
        registrar=registry.registrar or registrar.registrar,
        iana_id=registry.iana_id or registrar.iana_id,
        status=registry.status or registrar.status,
        created=registry.created or registrar.created,
        expires=registry.expires or registrar.expires,
        transferred=registry.transferred or registrar.transferred,
        changed=registry.changed or registrar.changed,
        nameservers=registry.nameservers or registrar.nameservers,
        delegation_signed=registry.delegation_signed,
        reseller=registry.reseller or registrar.reseller,
        registrant=registry.registrant or registrar.registrant,
    )


def entity_with(answer: Any, role: str) -> dict[str, Any] | None:
    """The first entity with a role; outer entities come before nested ones."""
    level = [answer]
    for _ in range(4):
        level = [entity for each in level for entity in _dicts(each, "entities")][:ITEMS]
        for entity in level:
            if role in _items(entity, "roles"):
                return entity
    return None


def entity_name(entity: Any) -> str | None:
    """The organisation in an entity's jCard (RFC 7095), else the full name."""
    found = _card(entity)
    return found.get("org") or found.get("fn")


def organisation(entity: Any) -> str | None:
    """The organisation in an entity's jCard; None for a person."""
    return _card(entity).get("org")


def _card(entity: Any) -> dict[str, str]:
    """The first text of each property of an entity's jCard, by name."""
    card = entity.get("vcardArray") if isinstance(entity, dict) else None
    properties = card[1] if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list) else []
    found: dict[str, str] = {}
    for each in properties[:ITEMS]:
        if isinstance(each, list) and len(each) > 3 and isinstance(each[0], str):
            value = each[3][0] if isinstance(each[3], list) and each[3] else each[3]
            if _text(value).strip():
                found.setdefault(each[0].lower(), _text(value).strip())
    return found


def self_link(entity: Any) -> str | None:
    """The URL of the complete entity."""
    return next((_text(each.get("href")) for each in _dicts(entity, "links") if each.get("rel") == "self"), None)


def _iana_id(entity: dict[str, Any]) -> str | None:
    for each in _dicts(entity, "publicIds"):
        if _text(each.get("type")).lower() == "iana registrar id":
            return _text(each.get("identifier")) or None
    return None


def _items(of: Any, key: str, cap: int = ITEMS) -> list[Any]:
    value = of.get(key) if isinstance(of, dict) else None
    return value[:cap] if isinstance(value, list) else []


def _dicts(of: Any, key: str) -> Iterator[dict[str, Any]]:
    return (each for each in _items(of, key) if isinstance(each, dict))


def _text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value[:LENGTH] if isinstance(value, str) else ""
