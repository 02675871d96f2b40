"""Questions to the provider catalogue and its answers: the lines of ``hostaudit providers match``, and the documents
``hostaudit.providers/1`` and ``hostaudit.provider/1``."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from hostaudit.model.rules import Provider, Publication

PROVIDERS_SCHEMA: Literal["hostaudit.providers/1"] = "hostaudit.providers/1"
MATCHED_SCHEMA: Literal["hostaudit.matched/1"] = "hostaudit.matched/1"
PROVIDER_SCHEMA: Literal["hostaudit.provider/1"] = "hostaudit.provider/1"

# Those without gc hold nothing that could lead back to them; a collector that visits each of them costs a tenth.

Texts = str | list[str] | None


class Clue(Struct, gc=False, frozen=True):
    """One thing seen that speaks for one provider. ``kind`` is what sort of thing, ``value`` what was seen,
    ``strength`` how much that says (0 to 1) and ``entry`` what of the catalogue it matched."""

    provider: str
    kind: str
    value: str
    strength: float
    entry: str = ""


class IssuerSeen(Struct, gc=False, frozen=True, forbid_unknown_fields=True):
    """An issuer name of a certificate: organisation and common name. The country ``c`` is read and says nothing."""

    o: str | None = None
    cn: str | None = None
    c: str | None = None


class RegistrarSeen(Struct, gc=False, frozen=True, forbid_unknown_fields=True):
    """A registrar as RDAP or whois have it."""

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
    """A provider for whom enough speaks. ``role`` is what the strongest clue shows it as, ``roles`` what all do;
    ``because`` are the clues, strongest first, which may be of another product of the same company; ``contradicts`` is
    what names another company in answer to the same question."""

    id: str
    parent: str
    role: str
    confidence: float
    because: tuple[Clue, ...]
    name: str
    roles: tuple[str, ...]
    contradicts: tuple[str, ...] = ()


class Matches(Struct, gc=False, frozen=True):
    """One line that ``hostaudit providers match`` prints, best first. ``error``: why the line could not be read, which
    says nothing about providers."""

    providers: tuple[Match, ...] = ()
    error: str | UnsetType = UNSET


class Matched(Struct, frozen=True):
    """One value, asked as everything that it may be. ``kinds`` are those."""

    schema: Literal["hostaudit.matched/1"]
    value: str
    kinds: tuple[str, ...]
    providers: tuple[Match, ...]


class ProviderRow(Struct, frozen=True):
    """A provider in a list: ``parent`` and ``parent_name`` are the company in control in the end."""

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
    """A company above a provider."""

    id: str
    name: str
    jurisdiction: str | None
    basis: str


class ProviderSheet(Struct, frozen=True):
    """``hostaudit providers show --format json``: the record as it stands in its file, and what follows from others.

    ``owners`` lead from the direct one to the company in control; ``siblings`` are all others under that company;
    ``needed_by`` are those that state in ``depends_on`` that they do not work without it. ``jurisdiction`` is its own
    or that of the company in control; ``publications`` explain the labels among its sources.
    """

    schema: Literal["hostaudit.provider/1"]
    provider: Provider
    jurisdiction: str | None
    owners: tuple[OwnerRow, ...]
    siblings: tuple[str, ...]
    needed_by: tuple[str, ...]
    publications: dict[str, Publication] = {}
