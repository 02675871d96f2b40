"""Certificates that browsers refuse, and certificates that end soon.

A verifier's "no" is not always a browser's: browsers complete a chain of which the server sends only the first
certificate (RFC 5280 section 4.2.2.1), they have roots that this machine may lack, and a network that replaces all
certificates is not the site's fault. So only these are taken as refused by everybody:

    by its own dates    the server's certificate has ended or has not begun
    wrong name          it is for other names (RFC 9525)
    self-signed         nobody but itself vouches for it
    untrusted           a chain was sent, its issuers are no authorities of the catalogue, and other TLS of the same
                        scan was verified
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.model.evidence import Evidence, subject_of
from hostaudit.model.values import Certificate, HostAddress, Registration, WebAnswer

Reason = Literal["expired", "not_yet_valid", "wrong_name", "self_signed", "untrusted"]

SOON = timedelta(days=14)
REDIRECTS = 300
SHARE = 6
"""A certificate ends soon in its last 14 days, or in the last sixth of a shorter life. Clients that renew by themselves
do so with a third of the life left, at least (RFC 9773; 30 days of 90), so what gets there was not renewed in time."""


@dataclass(frozen=True)
class RefusedCertificate:
    """A certificate that browsers refuse at one address of a host. ``plain``: plain HTTP shows something there; None if
    that question has no answer."""

    at: HostAddress
    certificate: Certificate
    reason: Reason
    because: tuple[str, ...]
    plain: bool | None


@dataclass(frozen=True)
class EndingCertificate:
    """A valid certificate near its end. ``left``: the time from the look at it to its end."""

    at: HostAddress
    certificate: Certificate
    left: timedelta
    because: tuple[str, ...]


class Certificates:
    """What the evidence says of the certificates of a site."""

    def __init__(self, evidence: EvidenceIndex, catalogue: Catalogue) -> None:
        self.evidence = evidence
        self.catalogue = catalogue

    def refused(self, at: HostAddress) -> RefusedCertificate | None:
        """The certificate at an address, if browsers refuse it; None if they do not, or if that is not known."""
        item = self.evidence.get("tls", at)
        if item is None or not isinstance(item.value, Certificate) or item.value.valid or self._network_in_doubt:
            return None
        reason = self._reason(item, item.value)
        if reason is None:
            return None
        plain = self.evidence.get("plain", at)
        because = (item.id, *((plain.id,) if plain is not None else ()))
        return RefusedCertificate(at, item.value, reason, because, _shows(plain))

    def all_refused(self) -> tuple[RefusedCertificate, ...]:
        """Every refused certificate, in the order of host and address."""
        asked = [at for item in self.evidence.of("tls") if (at := subject_of(item, HostAddress)) is not None]
        return tuple(found for at in asked if (found := self.refused(at)) is not None)

    def all_ending(self) -> tuple[EndingCertificate, ...]:
        """Every valid certificate near its end, in the order of host and address."""
        rows = []
        for item in self.evidence.of("tls"):
            at, value = subject_of(item, HostAddress), item.value
            if at is None or not isinstance(value, Certificate) or not value.valid:
                continue
            begins, ends, now = _moment(value.not_before), _moment(value.not_after), _moment(item.at)
            if begins is None or ends is None or now is None:
                continue
            if timedelta(0) <= ends - now < min(SOON, (ends - begins) / SHARE):
                rows.append(EndingCertificate(at, value, ends - now, (item.id,)))
        return tuple(rows)

    def _reason(self, item: Evidence, found: Certificate) -> Reason | None:
        begins, ends, now = _moment(found.not_before), _moment(found.not_after), _moment(item.at)
        if now is not None and ends is not None and ends < now:
            return "expired"
        if now is not None and begins is not None and now < begins:
            return "not_yet_valid"
        if found.fault == "self_signed":
            return "self_signed"
        named = any(_covers(name, found.host) for name in found.names)
        if found.fault == "wrong_name" or (found.names and not named):
            return "wrong_name"
        whole = found.fault == "untrusted" or (found.fault == "no_issuer" and bool(found.chain))
        return "untrusted" if whole and self._verified_elsewhere and not self._public(found) else None

    def _public(self, found: Certificate) -> bool:
        """True if an issuer in the chain is an authority that the catalogue knows: this machine may lack its root."""
        issuers = (found.issuer, *found.chain)
        return any(self.catalogue.issuer(each.organisation or "", each.common_name or "") for each in issuers)

    @cached_property
    def _network_in_doubt(self) -> bool:
        """True if no connection was verified, third parties' included: the clock or the network here is wrong."""
        foreign = ("registration", "listing")
        failed = any(
            item.unknown is not None and item.unknown.cause == "certificate_invalid"
            for kind in foreign
            for item in self.evidence.of(kind)  # type: ignore[arg-type]
        )
        return failed and not self._verified_elsewhere

    @cached_property
    def _verified_elsewhere(self) -> bool:
        """True if some TLS connection of this scan was verified: to a registry, or to another address of the site."""
        asked = any(
            isinstance(item.value, Registration) and item.value.via == "rdap"
            for item in self.evidence.of("registration")
        )
        seen = (item.value for item in self.evidence.of("tls"))
        return asked or any(isinstance(each, Certificate) and each.valid for each in seen)


def _shows(plain: Evidence | None) -> bool | None:
    """Whether plain HTTP shows something; older evidence did not ask. A redirect leads back to the same certificate, or
    to a page that is judged by itself."""
    if plain is None or (plain.unknown is not None and plain.unknown.cause == "connection_refused"):
        return False
    return plain.value.status < REDIRECTS if isinstance(plain.value, WebAnswer) else None


def _covers(name: str, host: str) -> bool:
    """True if a name of a certificate stands for a host: the same, or a wildcard for its first label (RFC 9525,
    6.3)."""
    first, _, rest = name.partition(".")
    return name == host or (first == "*" and bool(rest) and host.partition(".")[2] == rest)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
