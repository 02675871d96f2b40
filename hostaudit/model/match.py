"""Questions to the provider catalogue and its answers: the lines of ``hostaudit providers match``, and the documents
``hostaudit.providers/1`` and ``hostaudit.provider/1``."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from hostaudit.model.rules import Provider, Publication

PROVIDERS_SCHEMA: Literal["hostaudit.providers/1"] = "hostaudit.providers/1"
MATCHED_SCHEMA: Literal["hostaudit.matched/1"] = "hostaudit.matched/1"
STATS_SCHEMA: Literal["hostaudit.coverage/1"] = "hostaudit.coverage/1"
PROVIDER_SCHEMA: Literal["hostaudit.provider/1"] = "hostaudit.provider/1"

# Classes with gc=False cannot be part of a reference cycle; garbage collection of them would cost a tenth of the time.

Texts = str | list[str] | None


class Clue(Struct, gc=False, frozen=True):
    """One observation that supports one provider. ``kind``: its kind; ``value``: what was seen; ``strength``: its
    strength, 0 to 1; ``entry``: the entry of the catalogue that it matched."""

    provider: str
    kind: str
    value: str
    strength: float
    entry: str = ""


class IssuerSeen(Struct, gc=False, frozen=True, forbid_unknown_fields=True):
    """An issuer name of a certificate: organisation and common name. The country ``c`` is accepted and ignored."""

    o: str | None = None
    cn: str | None = None
    c: str | None = None


class RegistrarSeen(Struct, gc=False, frozen=True, forbid_unknown_fields=True):
    """A registrar as in RDAP or whois."""

    name: str | None = None
    iana_id: str | int | None = None


class SoaSeen(Struct, gc=False, frozen=True, forbid_unknown_fields=True):
    """Primary server and mailbox of an SOA record (RFC 1035 section 3.3.13)."""

    mname: str | None = None
    rname: str | None = None


class Question(Struct, gc=False, frozen=True, forbid_unknown_fields=True):
    """One line that ``hostaudit providers match`` reads: what was seen of one thing. At least one key is given; each
    takes one text or a list of them, ``headers`` names to one value or a list of them."""

    ns: Texts = None
    cname: Texts = None
    ip: Texts = None
    mx: Texts = None
    ptr: Texts = None
    headers: dict[str, str | list[str]] | None = None
    issuer: IssuerSeen | None = None
    registrar: RegistrarSeen | None = None
    soa: SoaSeen | None = None
    asn: str | int | list[str | int] | None = None


class Match(Struct, gc=False, frozen=True):
    """A provider with sufficient clues. ``role``: the role that the strongest clue shows; ``roles``: the roles that all
    clues show; ``because``: the clues, strongest first, which may be for another product of the same company;
    ``contradicts``: the clues of the same question that name another company."""

    id: str
    parent: str
    role: str
    confidence: float
    because: tuple[Clue, ...]
    name: str
    roles: tuple[str, ...]
    contradicts: tuple[str, ...] = ()


class Matches(Struct, gc=False, frozen=True):
    """One line that ``hostaudit providers match`` prints, best first. ``error``: the reason why the line could not be
    read, which is no statement about providers."""

    providers: tuple[Match, ...] = ()
    error: str | UnsetType = UNSET


class Matched(Struct, frozen=True):
    """One value, asked as every kind that it may be (``kinds``)."""

    schema: Literal["hostaudit.matched/1"]
    value: str
    kinds: tuple[str, ...]
    providers: tuple[Match, ...]


class ProviderRow(Struct, frozen=True):
    """A provider in a list: ``parent`` and ``parent_name`` are the ultimate controlling company."""

    id: str
    name: str
    parent: str
    parent_name: str
    jurisdiction: str | None
    roles: tuple[str, ...]


class ProviderList(Struct, frozen=True):
    """``hostaudit providers list --format json``."""

    schema: Literal["hostaudit.providers/1"]
    providers: tuple[ProviderRow, ...]


class OwnerRow(Struct, frozen=True):
    """A company above a provider. ``since``: since when it has owned what stands below it; ``read``: when that
    was read; ``investor``: a fund that holds most of it, which joins no companies."""

    id: str
    name: str
    jurisdiction: str | None
    basis: str
    since: str = ""
    read: str = ""
    investor: str = ""


class ProviderSheet(Struct, frozen=True):
    """``hostaudit providers show --format json``: the record as in its file, and the facts from other records.

    ``owners`` lead from the direct owner to the controlling company; ``siblings`` are all other providers of that
    company; ``needed_by`` are the providers that name it in ``depends_on``, because they do not work without it.
    ``jurisdiction`` is its own or that of the controlling company, ``owner_jurisdiction`` that of the latter where it
    is another one; ``publications`` explain the labels in its sources.
    """

    schema: Literal["hostaudit.provider/1"]
    provider: Provider
    jurisdiction: str | None
    owners: tuple[OwnerRow, ...]
    siblings: tuple[str, ...]
    needed_by: tuple[str, ...]
    publications: dict[str, Publication] = {}
    owner_jurisdiction: str | None = None


class KnownRow(Struct, frozen=True):
    """A provider of a fleet, and the number of its references there; ``parent`` is the ultimate controlling company."""

    provider: str
    name: str
    parent: str
    references: int


class UnknownRow(Struct, frozen=True):
    """A group of names in a fleet that the catalogue does not know: ``kind`` of clue, the registrable name, and its
    most frequent ``names``. ``draft``: the file of a provider to fill in, as YAML."""

    kind: str
    group: str
    references: int
    names: tuple[str, ...]
    draft: str


class ProviderStats(Struct, frozen=True):
    """``hostaudit providers stats --format json``: what the catalogue knows of a fleet of names, most frequent first.

    A reference is one owner with one group of names; ``attributed`` counts those of which a provider is known,
    ``groups`` the groups of which none is. ``other_records`` and ``unread`` are the lines that tell nothing here, and
    those that cannot be read.
    """

    schema: Literal["hostaudit.coverage/1"]
    source: str
    names: int
    references: int
    attributed: int
    other_records: int
    unread: int
    known: tuple[KnownRow, ...]
    unknown: tuple[UnknownRow, ...]
    groups: int
