"""Single values of a declaration in the site file: their checks, and the normal form of names for look-ups."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any

from msgspec import structs

from hostaudit.documents.policy_values import ACTOR_ID, FUNCTION_ID, ID, day
from hostaudit.documents.policy_values import CHECKS as POLICY_CHECKS
from hostaudit.documents.strict_yaml import Checks, between, matching
from hostaudit.domain import HostNameError, host_name, parse, registrable
from hostaudit.errors import UsageError, nearest
from hostaudit.model.roles import ROLES
from hostaudit.model.site import (
    Declared,
    DeclaredFallback,
    DeclaredFunction,
    DeclaredRecovery,
    Need,
    Own,
    Place,
    Site,
    SpareName,
)

PROOFS: dict[str, tuple[str, ...]] = {
    "dns": ("server",),
    "hosting": ("address", "host"),
    "cdn": ("address", "host"),
    "mail": ("host",),
    "ca": (),
    "app_store": ("app",),
}
"""By role of a fallback, the keys of which exactly one locates it; none for ca, which CAA proves."""

ANSWER = ("stands_for", "path", "status", "marker")
FURTHER: dict[str, tuple[str, ...]] = {"dns": ("stands_for", "serial_tolerance"), "hosting": ANSWER, "cdn": ANSWER}
"""By role of a fallback, the further keys about its proof."""

PROVING = {key for keys in (*PROOFS.values(), *FURTHER.values()) for key in keys}
"""Keys with a meaning for some roles only."""

APPS = ("none",)
"""What can be declared about apps; an app itself is found by the store that lists it."""

LAST_AS = 2**32 - 1
"""The last number of an autonomous system (RFC 6793)."""

ACTIVATIONS = ("manual", "automatic")
AT_ONCE_HOURS = 0.1
"""Longest time of an automatic switch: it happens within minutes of a health check. A longer one is manual."""

MOST_ENTRIES = 200
"""Largest number of entries in any list of a site, because each may cost a question to a server."""

URL_PATH = re.compile(r'(?=.{1,1000}$)/[!"$-~]*')
"""A path, with or without a query, as it is sent: printable ASCII, no fragment (RFC 3986 section 3.3)."""

APP_ID = re.compile(r"(?=.{1,255}$)[A-Za-z0-9][A-Za-z0-9._-]*")
REGION = re.compile(r"(?=.{1,64}$)[A-Za-z0-9]+([ ._-][A-Za-z0-9]+)*")
MARKER = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")
MOST_HOURS = 1e6
LATEST_SERIAL = 2**31 - 1
"""Largest difference of serials: they are comparable within half of the number circle (RFC 1982 section 3.2)."""


def _one_of(words: Iterable[str], meaning: str) -> Callable[[str], str]:
    allowed = tuple(words)
    otherwise = f"give one of: {', '.join(allowed)}"
    return lambda text: "" if text in allowed else f"is not {meaning}; {nearest(text, allowed, otherwise)}"


def _name(text: str, understood: Callable[[str], object] = host_name) -> str:
    if not text.strip():
        return "has no host name; leave the key out if there is none"
    if any(each in text for each in "/:@?#"):
        return "is a URL or has a port; write the host name alone, such as shop.example.com"
    try:
        understood(text)
    except UsageError as error:
        problem = error.problem if isinstance(error, HostNameError) else f"cannot be used: {error.message}"
        return f"{problem}; {error.hint}"
    return ""


def _site_name(text: str) -> str:
    return _name(text, parse)


def _further_host(text: str) -> str:
    return _name(text, lambda name: parse("example.com", (name,)))


def _address(text: str) -> str:
    return "" if is_address(text) else "is not an IP address"


def is_address(text: str) -> bool:
    """True for an IP address without a zone id."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _name_or_address(text: str) -> str:
    return "" if is_address(text) else _name(text)


def _own_name(text: str) -> str:
    """The fault of a name that is declared as the owner's: it must be one that can be registered."""
    problem = _site_name(text)
    if problem:
        return problem
    whole = registrable(host_name(text))
    return "" if whole == host_name(text) else f"is a name under {whole}; write that, as who holds it holds all of it"


def _system(text: str) -> str:
    number = text.upper().removeprefix("AS")
    if number.isascii() and number.isdecimal() and len(number) < 11 and 1 <= int(number) <= LAST_AS:
        return ""
    return f"is no autonomous system; write its number, from 1 to {LAST_AS}, such as AS64500"


def _more_than_none(text: str) -> str:
    if 0 < float(text) <= MOST_HOURS:
        return ""
    return f"is not a number of hours above 0, at most {MOST_HOURS:g}; what takes over at once is a fallback"


def _tested(text: str) -> str:
    return "" if day(text) is not None else "is no day; write the last day of a test, such as 2026-10-01"


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
    (DeclaredFallback, "activation_hours"): between(0, MOST_HOURS, "a number of hours from 0 up"),
    (DeclaredFallback, "switched_by"): _PROVIDER_ID,
    (Declared, "origin"): _PROVIDER_ID,
    (Declared, "mailbox"): _PROVIDER_ID,
    (Declared, "apps"): _one_of(APPS, "a declaration about apps"),
    (Own, "parents"): matching(ACTOR_ID, "the id of a company, as reports show it"),
    (Own, "asns"): _system,
    (Own, "domains"): _own_name,
    (DeclaredRecovery, "hours"): _more_than_none,
    (DeclaredRecovery, "tested"): _tested,
    (Place, "of"): _name_or_address,
    (Place, "region"): matching(REGION, "a region as its provider calls it, such as eu-west-1"),
}
"""The checks of single values in every declaration."""

CHECKS: Checks = {
    **SOUND,
    **POLICY_CHECKS,
    (Site, "domain"): _site_name,
    (Site, "hosts"): _further_host,
    (SpareName, "domain"): _site_name,
}
"""The checks of a file, in which names must also be registrable."""


# -- normal form of names ---------------------------------------------------------------------------------


def normal_name(text: str) -> str:
    """Return a name in the form for look-ups, an address in its shortest form, or any other text unchanged."""
    try:
        return str(ip_address(text)) if is_address(text) else host_name(text)
    except UsageError:
        return text


def normal_site(site: Site) -> Site:
    """Return a site with its names in the form for look-ups."""

    def renamed(record: Any, *keys: str) -> Any:
        return structs.replace(record, **{key: normal_name(getattr(record, key)) for key in keys})

    own = site.own
    return structs.replace(
        site,
        domain=normal_name(site.domain),
        own=structs.replace(own, domains=tuple(normal_name(each) for each in own.domains)) if own is not None else None,
        hosts=tuple(normal_name(host) for host in site.hosts),
        spare_names=tuple(renamed(each, "domain") for each in site.spare_names),
        fallbacks=tuple(renamed(each, "server", "address", "host", "stands_for") for each in site.fallbacks),
        places=tuple(renamed(each, "of") for each in site.places),
    )
