"""The owner's declarations: the site file ``hostaudit.yaml``, version 1.

A fallback counts in a report only if a probe could prove it; what ``declare`` and ``own`` say counts unless evidence
contradicts it; a declared recovery counts for the high end of the score only.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from hostaudit.model.policy import Exemption, Policy, PolicyTarget
from hostaudit.model.values import is_address


class Need(Struct, frozen=True, forbid_unknown_fields=True):
    """One need of a declared function: any one of the named providers suffices."""

    role: str
    any_of: tuple[str, ...]


class DeclaredFunction(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A function that cannot be seen from outside (payments, SMS, staff login, backups).

    It works while every need is met and every function of the site in ``requires`` works.
    """

    id: str
    needs: tuple[Need, ...]
    requires: tuple[str, ...] = ()
    weight: float | None = None


class SpareName(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Another name under which the same service answers: ``GET https://domain path`` gives ``status`` and, if given,
    ``marker`` in the body."""

    domain: str
    path: str = "/"
    status: int = 200
    marker: str = ""

    @property
    def id(self) -> str:
        """The id of this spare name among the site's fallbacks, as reports write it."""
        return FallbackId(SPARE_NAME, "", "", self.domain).text


class FallbackId(NamedTuple):
    """The parts of the id of a declared fallback; a spare name has the role ``spare_name`` and is its own proof.

    ``proof`` is the server, address, host or app that proves it; ``stands_for`` is what it backs up, if declared.
    """

    role: str
    provider: str
    stands_for: str
    proof: str

    @property
    def is_spare_name(self) -> bool:
        """True if the fallback is a spare name, not a provider in a role."""
        return self.role == SPARE_NAME

    @property
    def text(self) -> str:
        """Return the id as reports write it: the parts that are given, with a colon between them."""
        return ":".join(each for each in self if each)

    @classmethod
    def read(cls, text: str) -> FallbackId:
        """Return the parts of an id. A single part after the provider is the proof."""
        role, _, rest = text.partition(":")
        if role == SPARE_NAME:
            return cls(role, "", "", rest)
        provider, _, place = rest.partition(":")
        if is_address(place):  # IPv6 has colons of its own
            return cls(role, provider, "", place)
        stands_for, colon, proof = place.partition(":")
        return cls(role, provider, stands_for if colon else "", proof if colon else place)


SPARE_NAME = "spare_name"
"""The role of a spare name among the fallbacks."""


class DeclaredFallback(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fallback in one role, and how to prove it.

    role      proof
    dns       ``server``: answers for the zone (``stands_for``), serial at most ``serial_tolerance`` behind
    hosting   ``address`` or ``host``: answers for the site's host (``stands_for``) with ``status`` and ``marker``
    cdn       as hosting
    mail      ``host``: greets on port 25 and answers EHLO; no mail is sent
    ca        CAA lets ``provider`` issue
    app_store ``app``: the store lists it, by the same developer

    ``activation``: *automatic* needs nobody; *manual* takes ``activation_hours`` (default: rules/recovery.yaml).
    ``switched_by``: providers whose console is needed to switch; default: the operators of the names that must change.
    ``parent``: only for a provider that is not in the catalogue.
    """

    role: str
    provider: str
    parent: str = ""
    server: str = ""
    address: str = ""
    host: str = ""
    stands_for: str = ""
    path: str = "/"
    status: int = 200
    marker: str = ""
    app: str = ""
    serial_tolerance: int = 0
    activation: str = "manual"
    activation_hours: float | None = None
    switched_by: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of this fallback among the site's fallbacks, as reports write it."""
        proof = self.server or self.address or self.host or self.app
        return FallbackId(self.role, self.provider, self.stands_for, proof).text


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """The location of a host or an address (``of``) whose name does not show it; ``region`` is the provider's own name,
    such as ``eu-west-1`` or ``sbg``."""

    of: str
    region: str


class Declared(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What only the owner can know: the provider of the servers behind content networks, the provider of the mailboxes
    behind the mail exchangers, and that there is no app (*none*). It counts unless evidence contradicts it."""

    origin: str = ""
    mailbox: str = ""
    apps: str = ""


class Own(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the owner of the site runs himself, or another part of his organisation does: companies of the catalogue
    (``parents``), autonomous systems by number (``asns``), and registrable names of servers (``domains``). It can
    fail, but nobody ends its contract."""

    parents: tuple[str, ...] = ()
    asns: tuple[int, ...] = ()
    domains: tuple[str, ...] = ()


class DeclaredRecovery(Struct, frozen=True, forbid_unknown_fields=True):
    """The hours in which the owner has restored a role without its provider, and the day (YYYY-MM-DD) on which he last
    tried it. Measured times, such as TTLs, come on top."""

    hours: float
    tested: str


TEST_HOLDS = 365
"""Days from the test of a recovery to the scan after which it says nothing about today."""


class Site(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One site of a site file. ``hosts`` are looked at besides the domain and its www name. ``recovery``: by role."""

    domain: str
    hosts: tuple[str, ...] = ()
    functions: tuple[DeclaredFunction, ...] = ()
    spare_names: tuple[SpareName, ...] = ()
    fallbacks: tuple[DeclaredFallback, ...] = ()
    places: tuple[Place, ...] = ()
    declare: Declared | None = None
    own: Own | None = None
    recovery: dict[str, DeclaredRecovery] = {}


def together(one: Site | None, other: Site | None) -> Site | None:
    """Return what has to be looked at for either of two declarations of a site: those of ``one``, with the hosts, spare
    names and fallbacks that only ``other`` has."""
    if one is None or other is None:
        return one or other
    spares = {each.id: each for each in (*other.spare_names, *one.spare_names)}
    fallbacks = {each.id: each for each in (*other.fallbacks, *one.fallbacks)}
    return replace(
        one,
        hosts=tuple(dict.fromkeys((*one.hosts, *other.hosts))),
        spare_names=tuple(spares.values()),
        fallbacks=tuple(fallbacks.values()),
    )


class SiteFile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole file."""

    version: Literal[1]
    sites: tuple[Site, ...] = ()
    policy: Policy | None = None
    targets: tuple[PolicyTarget, ...] = ()
    exceptions: tuple[Exemption, ...] = ()
