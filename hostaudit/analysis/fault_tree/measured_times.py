"""Times measured at the site: TTLs of cached records, transfer locks, the end of certificates.

Each is a summand in hours with its source and its evidence; assumed times are in ``rules/recovery.yaml``.
"""

from __future__ import annotations

from datetime import datetime

from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.fault_tree.tree import Term
from hostaudit.model.report import Hours
from hostaudit.model.values import Addresses, Certificate, Delegation, MailExchangers, Registration

TRANSFER_LOCK_HOURS = 60 * 24
"""Hours after a registration or transfer in which a registrar may refuse a transfer (ICANN transfer policy,
I.A.3.7)."""

LONGEST_TTL = 604800
"""Seconds after which resolvers drop any record, whatever its TTL says (RFC 8767 section 4 on the cap of 7 days)."""


class Times:
    """The times that the evidence shows."""

    def __init__(self, evidence: EvidenceIndex) -> None:
        self.evidence = evidence

    def cached(self, host: str) -> Term | None:
        """The time for which caches keep the addresses of a host after its name servers fail: their lowest TTL."""
        found = self._address_ttl(host)
        if found is None:
            return None
        ttl, because = found
        hours = round(ttl / 3600, 3)
        return Term(Hours(hours, hours, hours), "measured", f"TTL of the addresses of {host}, {ttl} s", because)

    def spread(self, host: str) -> tuple[Term, ...]:
        """The time for which caches keep the old addresses of a host after a change (none, half, all of their TTL)."""
        found = self._address_ttl(host)
        return (_until_seen(f"TTL of the addresses of {host}", *found),) if found is not None else ()

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
        return (_until_seen(f"TTL of the NS set of {zone} at its parent", item.value.ttl, (item.id,)),)

    def kept_delegation(self, zone: str) -> Term | None:
        """The time for which caches keep a delegation that its registry no longer publishes."""
        value = self.evidence.value("delegation", zone, Delegation)
        if value is None:
            return None
        hours = round(value.ttl / 3600, 3)
        source = f"TTL of the NS set of {zone} at its parent, {value.ttl} s"
        return Term(Hours(hours, hours, hours), "measured", source, (f"delegation:{zone}",))

    def locks(self, name: str) -> tuple[Term, ...]:
        """The locks that delay a transfer of a registrable name to another registrar."""
        item = self.evidence.get("registration", name)
        if item is None:
            return ()
        if not isinstance(item.value, Registration):
            worst = Hours(0.0, 0.0, float(TRANSFER_LOCK_HOURS))
            source = f"whether a transfer lock of {name} runs is unknown"
            return (Term(worst, "assumed", source, (item.id,)),)
        terms = []
        began = max(filter(None, (item.value.created, item.value.transferred)), default="")
        left = _left_of_lock(began, item.at)
        if left > 0:
            lock = f"transfer lock of {name}, 60 days from {began[:10]}"
            terms.append(Term(Hours(left, left, left), "measured", lock, (item.id,)))
        held = sorted(each for each in item.value.status if each.replace(" ", "").endswith("transferprohibited"))
        if held:
            who = "the registry" if any(each.startswith("server") for each in held) else "the present registrar"
            text = f"{', '.join(held)}: {who} must lift it first"
            terms.append(Term(Hours(0.0, 0.0, 0.0), "measured", text, (item.id,)))
        return tuple(terms)

    def exchangers(self, name: str) -> tuple[Term, ...]:
        """The time for which senders keep the old MX set of a name."""
        value = self.evidence.value("mx", name, MailExchangers)
        return (_until_seen(f"TTL of the MX set of {name}", value.ttl, (f"mx:{name}",)),) if value is not None else ()

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


def _until_seen(what: str, ttl: int, because: tuple[str, ...]) -> Term:
    """The time until a change is visible: at once for clients without a cached record, after a whole TTL for the
    last."""
    hours = min(ttl, LONGEST_TTL) / 3600
    return Term(Hours(0.0, round(hours / 2, 3), round(hours, 3)), "measured", f"{what}, {ttl} s", because)


def _left_of_lock(began: str, now: str) -> float:
    """Hours until a transfer lock ends; also 0 if the registry gives no readable date."""
    try:
        start, at = (datetime.fromisoformat(each.replace("Z", "+00:00")).replace(tzinfo=None) for each in (began, now))
    except ValueError:
        return 0.0
    return max(0.0, round(TRANSFER_LOCK_HOURS - (at - start).total_seconds() / 3600, 1))


def _hours_until(end: str, now: str) -> float:
    times = [datetime.fromisoformat(each.replace("Z", "+00:00")) for each in (end, now)]
    return round(max(0.0, (times[0] - times[1]).total_seconds() / 3600), 2)
