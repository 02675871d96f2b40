"""Times measured at the site: TTLs of cached records, transfer locks, the end of certificates.

Each is a summand in hours with its source and its evidence; assumed times are in ``rules/recovery.yaml``. A cache holds
what is left of a TTL: nothing for whoever has no entry, a whole TTL for the last one. This is the same for a failure
that caches hide for a while and for a change that they delay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.fault_tree.tree import Term
from hostaudit.model.evidence import Evidence
from hostaudit.model.report import Hours
from hostaudit.model.values import Addresses, Certificate, Delegation, MailExchangers, Registration

TRANSFER_LOCK_HOURS = 60 * 24
"""Hours after a registration or transfer in which a registrar may refuse a transfer (ICANN transfer policy,
I.A.3.7)."""

LONGEST_TTL = 604800
"""Seconds after which resolvers drop any record, whatever its TTL says (RFC 8767 section 4 on the cap of 7 days)."""

NO_TRANSFER_POLICY = frozenset({"arpa", "edu", "gov", "int", "mil"})
"""Top-level domains of more than two letters that are no gTLDs under contract with ICANN (RFC 1591 section 2)."""

CLOCKS_DIFFER = timedelta(days=1)
"""The most by which the date of a registry may lie ahead of the clock here."""


class Times:
    """The times that the evidence shows."""

    def __init__(self, evidence: EvidenceIndex, hosts: Iterable[str] = ()) -> None:
        """``hosts``: the host names of the site."""
        self.evidence = evidence
        self.hosts = tuple(hosts)
        self._cached: dict[str, Term | None] = {}

    def cached(self, zone: str) -> Term | None:
        """The time for which caches keep what a zone says after its name servers fail: the longest TTL of addresses in
        it, of the site's own hosts if there are any."""
        if zone not in self._cached:
            self._cached[zone] = self._longest_cached(zone)
        return self._cached[zone]

    def _longest_cached(self, zone: str) -> Term | None:
        own = [host for host in self.hosts if domain.lies_under(host, zone)]
        others = [item.subject for kind in FAMILIES for item in self.evidence.of(kind)]
        for hosts in (own, [host for host in others if domain.lies_under(host, zone)]):
            terms = [term for host in hosts for term in self.spread(host)]
            if terms:
                return max(terms, key=lambda term: (term.hours.high, term.because))
        return None

    def spread(self, host: str) -> tuple[Term, ...]:
        """The time for which caches keep the old addresses of a host after a change."""
        found = self._address_ttl(host)
        return (_left(f"TTL of the addresses of {host}", *found),) if found is not None else ()

    def _address_ttl(self, host: str) -> tuple[int, tuple[str, ...]] | None:
        values = {kind: self.evidence.value(kind, host, Addresses) for kind in FAMILIES}
        ttls = {kind: value.ttl for kind, value in values.items() if value is not None}
        if not ttls:
            return None
        lowest = min(ttls, key=lambda kind: (ttls[kind], kind))
        return ttls[lowest], (f"{lowest}:{host}",)

    def redelegation(self, zone: str) -> tuple[Term, ...]:
        """The time for which resolvers keep the old delegation of a zone: the TTL of its NS set at the parent."""
        item = self.evidence.get("delegation", zone)
        if item is not None and item.unknown is not None:
            worst = Hours(0.0, 24.0, LONGEST_TTL / 3600)
            return (Term(worst, "assumed", f"the TTL of the NS set of {zone} at its parent is unknown", (item.id,)),)
        if item is None or not isinstance(item.value, Delegation):
            return ()
        return (_left(f"TTL of the NS set of {zone} at its parent", item.value.ttl, (item.id,)),)

    def kept_delegation(self, zone: str) -> Term | None:
        """The time for which caches keep a delegation that its registry no longer publishes."""
        value = self.evidence.value("delegation", zone, Delegation)
        if value is None:
            return None
        return _left(f"TTL of the NS set of {zone} at its parent", value.ttl, (f"delegation:{zone}",))

    def kept_by_registry(self, tld: str) -> Term | None:
        """The time for which caches keep delegations that the registry of a top-level domain published: the longest,
        of the site's own names if there are any."""
        found = self.evidence.of("delegation")
        below = [item.subject for item in found if isinstance(item.value, Delegation) and item.value.parent == tld]
        own = [zone for zone in below if any(domain.lies_under(host, zone) for host in self.hosts)]
        terms = [term for zone in own or below if (term := self.kept_delegation(zone)) is not None]
        return max(terms, key=lambda term: (term.hours.high, term.because), default=None)

    def locks(self, name: str) -> tuple[Term, ...]:
        """The locks that delay a transfer of a registrable name to another registrar."""
        item = self.evidence.get("registration", name)
        if item is None:
            return ()
        if not isinstance(item.value, Registration):
            return (_perhaps_locked(name, item.id),) if _has_transfer_policy(name) else ()
        terms = list(_lock(name, item.value, item)) if _has_transfer_policy(name) else []
        held = sorted(each for each in item.value.status if each.replace(" ", "").endswith("transferprohibited"))
        if held:
            who = "the registry" if any(each.startswith("server") for each in held) else "the present registrar"
            text = f"{', '.join(held)}: {who} must lift it first"
            terms.append(Term(Hours(0.0, 0.0, 0.0), "measured", text, (item.id,)))
        return tuple(terms)

    def exchangers(self, name: str) -> tuple[Term, ...]:
        """The time for which senders keep the old MX set of a name."""
        value = self.evidence.value("mx", name, MailExchangers)
        return (_left(f"TTL of the MX set of {name}", value.ttl, (f"mx:{name}",)),) if value is not None else ()

    def certificates(self, hosts: tuple[str, ...]) -> Term | None:
        """The time until the first certificate of these hosts ends; without renewal, users notice then."""
        rows = [
            (_hours_until(item.value.not_after, item.at), item)
            for item in self.evidence.of("tls")
            if isinstance(item.value, Certificate) and item.value.host in hosts
        ]
        if not rows:
            return None
        left, item = min(rows, key=lambda row: (row[0], row[1].id))
        source = f"notAfter of the certificate at {item.subject}"
        return Term(Hours(left, left, left), "measured", source, (item.id,))


def _left(what: str, ttl: int, because: tuple[str, ...]) -> Term:
    """What caches still hold of a TTL: nothing where there is no entry, all of it where the entry is new, on average
    half."""
    hours = min(ttl, LONGEST_TTL) / 3600
    return Term(Hours(0.0, round(hours / 2, 3), round(hours, 3)), "measured", f"{what}, {ttl} s", because)


def _has_transfer_policy(name: str) -> bool:
    """True if the transfer policy of ICANN applies, or may apply, to a name: under a gTLD, not under a country code.

    An internationalised top-level domain does not show which of the two it is."""
    tld = domain.tld(name)
    return len(tld) > 2 and tld not in NO_TRANSFER_POLICY


def _lock(name: str, value: Registration, item: Evidence) -> Iterator[Term]:
    """The lock after a registration or transfer, if it runs or if nobody can tell."""
    now = _day(item.at)
    told = [each for each in (value.created, value.transferred) if each]
    days = [day for each in told if (day := _day(each)) is not None]
    if now is None or len(days) < len(told) or any(day > now + CLOCKS_DIFFER for day in days):
        yield _perhaps_locked(name, item.id)
        return
    began = max(days, default=None)
    left = _left_of_lock(began, now) if began is not None else 0.0
    if began is not None and left > 0:
        source = f"transfer lock of {name}, 60 days from {began:%Y-%m-%d}"
        # An internationalised TLD may be a country's, with rules of its own.
        low = 0.0 if domain.tld(name).startswith("xn--") else left
        yield Term(Hours(low, left, left), "measured", source, (item.id,))


def _perhaps_locked(name: str, because: str) -> Term:
    worst = Hours(0.0, 0.0, float(TRANSFER_LOCK_HOURS))
    return Term(worst, "assumed", f"whether a transfer lock of {name} runs is unknown", (because,), open=True)


def _day(text: str) -> datetime | None:
    """A date as registries write it, UTC; None if it cannot be read."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _left_of_lock(began: datetime, now: datetime) -> float:
    """Hours until a transfer lock ends."""
    passed = max(0.0, (now - began).total_seconds() / 3600)
    return max(0.0, round(TRANSFER_LOCK_HOURS - passed, 1))


def _hours_until(end: str, now: str) -> float:
    times = [datetime.fromisoformat(each.replace("Z", "+00:00")) for each in (end, now)]
    return round(max(0.0, (times[0] - times[1]).total_seconds() / 3600), 2)
