"""Proofs of absence that other answers of the same scan contradict: they are unknown, not proofs.

| absent | contradicted by |
|---|---|
| NXDOMAIN of a name | a record of it or of a name below it (RFC 8020), its delegation, authority for it at a server |
| the same, unless the registry does not delegate it or holds it back | its registration with name servers |
| MX or addresses of a zone | such records at a server of the zone itself |
| the delegation, unless a hold or a deletion explains it | an answer of the resolver below the name |
| the same, unless the resolver finds no such name either | the registration of the name |
| the registration | the delegation of the name, or a record of it |
| the announcement of an address | an answer from that address |

What was not asked because of such a proof was not asked for a reason that does not hold: it is unknown too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from hostaudit.domain import lies_under
from hostaudit.model.evidence import NO_SUCH_NAME, Cause, Evidence, Unknown, subject_of
from hostaudit.model.values import (
    Address,
    CanonicalName,
    Delegation,
    HostAddress,
    Kind,
    Name,
    Registration,
    ServerAddress,
    ServerAnswer,
    ServerRecords,
    ZoneCut,
    evidence_id,
)

RESOLVED: frozenset[Kind] = frozenset({"a", "aaaa", "mx", "https", "nameservers", "spf", "dkim", "dmarc", "resource"})
"""Questions to the resolver about a name or about one below it; an answer shows that the name exists."""

DENIED: frozenset[Kind] = frozenset({"a", "aaaa", "mx", "https", "nameservers", "spf", "resource"})
"""Questions whose NXDOMAIN is about the name of their subject itself."""

RESTING: frozenset[Kind] = frozenset({"front", "page", "apps", "web_app", "packages"})
"""Questions that are not asked at a site without addresses; apps are looked for at each of its names."""

ANSWERING: frozenset[Kind] = frozenset({"web", "plain", "tls", "server", "exchanger"})
"""Questions to one address, whose answer comes from there."""


def settled(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the evidence of one scan, in which contradicted proofs of absence are unknown(contradicted)."""
    items = tuple(evidence)
    seen = _Seen(items)
    return _with_what_rests(items, [_checked(item, seen) for item in items])


def settled_across(looks: Sequence[tuple[str, tuple[Evidence, ...]]]) -> tuple[tuple[Evidence, ...], ...]:
    """Return the evidence of looks at one site from several places (name, items), in which proofs of absence that the
    answers of another place contradict are unknown(contradicted).

    A place may have other addresses than another one, or none; but a name exists for everybody or for nobody, and so do
    its delegation, its registration and the announcement of an address. What the other place found absent too is not
    contradicted by it.
    """
    seen = [(place, _Seen(items, records=False)) for place, items in looks]
    gone = {place: {item.id for item in items if item.absent is not None} for place, items in looks}
    found = []
    for place, items in looks:
        others = [(other, each) for other, each in seen if other != place]
        aliases = {item.id for item in items if item.kind == "cname" and item.value is not None}
        made = [item if aliases.intersection(_alias_of(item)) else _elsewhere(item, others, gone) for item in items]
        found.append(_with_what_rests(items, made))
    return tuple(found)


def _alias_of(item: Evidence) -> tuple[str, ...]:
    """The id of the question whether the name of an item is an alias; what is said of an alias is about its target."""
    name = subject_of(item, Name)
    return (evidence_id("cname", name),) if name is not None else ()


def _elsewhere(item: Evidence, others: Iterable[tuple[str, _Seen]], gone: Mapping[str, set[str]]) -> Evidence:
    """An item, unknown if the answers of another place contradict it."""
    for other, seen in others if item.absent is not None else ():
        against = next(seen.against(item), None) if item.id not in gone[other] else None
        if against is not None:
            return _unknown(item, "contradicted", f"{item.absent}, while {other} has an answer to {against.id}")
    return item


def _with_what_rests(items: tuple[Evidence, ...], made: list[Evidence]) -> tuple[Evidence, ...]:
    """The checked items, in which what was not asked because of a contradicted proof is unknown too."""
    changed = (now for before, now in zip(items, made, strict=True) if now is not before)
    if not any(item.kind in ("a", "aaaa") for item in changed):
        return tuple(made)
    without_page = any(item.kind == "front" and item.absent is not None for item in made)
    resting = RESTING if without_page else frozenset[Kind]({"apps"})
    return tuple(_rested(item) if item.kind in resting else item for item in made)


def _checked(item: Evidence, seen: _Seen) -> Evidence:
    if item.absent is None:
        return item
    against = next(seen.against(item), None)
    if against is None:
        return item
    return _unknown(item, "contradicted", f"{item.absent}, while there is an answer to {against.id}")


def _rested(item: Evidence) -> Evidence:
    """A question that was not asked as no name had an address, now that this is open."""
    if item.absent is None and item.not_applicable is None:
        return item
    return _unknown(item, "depends_on_unknown", "whether the site has an address is open")


def _unknown(item: Evidence, cause: Cause, detail: str) -> Evidence:
    return structs.replace(item, absent=None, not_applicable=None, unknown=Unknown(cause, detail))


class _Seen:
    """The answers of a scan that show that a name, a record or an announced address exists."""

    def __init__(self, items: tuple[Evidence, ...], *, records: bool = True) -> None:
        """``records``: whether the records at the servers of a zone contradict that there are none."""
        self._resolved: list[tuple[str, Evidence]] = []
        self._existing: list[tuple[str, Evidence]] = []
        self._aliases: set[str] = set()
        self._registrations: dict[str, tuple[Registration, Evidence]] = {}
        self._denied: set[str] = set()
        self._undelegated: set[str] = set()
        self._answering: dict[str, Evidence] = {}
        self._records: list[tuple[ServerRecords, Evidence]] = []
        for item in items:
            if records or not isinstance(item.value, ServerRecords):
                self._take(item)
        self._existing += self._resolved

    def _take(self, item: Evidence) -> None:
        value, name = item.value, subject_of(item, Name)
        at = subject_of(item, HostAddress) or subject_of(item, ServerAddress)
        if name is not None and item.kind in DENIED and item.absent == NO_SUCH_NAME:
            self._denied.add(name.name)
        if name is not None and item.kind == "delegation" and item.absent is not None:
            self._undelegated.add(name.name)
        if value is None:
            return
        if at is not None and item.kind in ANSWERING:
            self._answering.setdefault(at.address, item)
        if isinstance(value, ServerAnswer) and value.authoritative and value.rcode == "NOERROR":
            self._existing.append((value.zone, item))
        elif isinstance(value, ServerRecords):
            self._records.append((value, item))
        elif isinstance(value, ZoneCut):
            self._resolved += [(zone, item) for zone in value.zones[:1]]
        elif name is None:
            return
        elif isinstance(value, CanonicalName):
            self._aliases.add(name.name)
        elif isinstance(value, Registration):
            self._registrations[name.name] = (value, item)
        elif isinstance(value, Delegation):
            self._existing.append((name.name, item))
        elif item.kind in RESOLVED:
            self._resolved.append((name.name, item))

    def against(self, item: Evidence) -> Iterator[Evidence]:
        """The answers that contradict the proof of absence of an item."""
        network = subject_of(item, Address) if item.kind == "origin" else None
        if network is not None and network.address in self._answering:
            yield self._answering[network.address]
        name = subject_of(item, Name)
        if name is None:
            return
        if item.kind == "delegation":
            yield from self._delegated(name.name)
        if item.kind == "registration":
            yield from (each for held, each in self._existing if held == name.name)
        # RFC 6604: the code of a reply with an alias is about the last name of the chain.
        if item.kind in DENIED and item.absent == NO_SUCH_NAME and name.name not in self._aliases:
            yield from (each for held, each in self._existing if lies_under(held, name.name))
            yield from self._registered(name.name)
        for value, each in self._records:
            held = {"mx": value.exchangers, "a": value.addresses}.get(item.kind)
            if held and value.zone == name.name:
                yield each

    def _registered(self, name: str) -> Iterator[Evidence]:
        """The registration of a name with name servers, which the registry neither withholds nor says that it does not
        delegate: that there is no such name is then the word of the resolver alone."""
        registration = self._registrations.get(name)
        if registration is None or name in self._undelegated:
            return
        if registration[0].nameservers and not registration[0].withdrawn:
            yield registration[1]

    def _delegated(self, name: str) -> Iterator[Evidence]:
        """The answers that show that the registry delegates a name, whatever its servers said here: those of the
        resolver, and the registration where the resolver does not say that there is no such name. A registration with
        a hold or a deletion explains the absence instead."""
        registration = self._registrations.get(name)
        if registration is not None and registration[0].withdrawn:
            return
        yield from (each for held, each in self._resolved if lies_under(held, name))
        if registration is not None and name not in self._denied:
            yield registration[1]
