"""What the greetings of mail exchangers say. They are asked for only with ``--smtp``.

| the address | if another exchanger of the site answered | if none did |
|---|---|---|
| greets, with whatever code | *answers* | *answers* |
| refuses the connection, twice | *refuses* | *open*: this network may let nobody out to port 25 |
| gives no answer | *open* | *open* |
| was not asked | *not_asked* | *not_asked* |
"""

from __future__ import annotations

from typing import Literal

from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.model.evidence import subject_of
from hostaudit.model.values import NODATA, Addresses, HostAddress, MailGreeting

Standing = Literal["answers", "refuses", "open", "not_asked"]


def is_implicit(evidence: EvidenceIndex, domain: str) -> bool:
    """True if a domain has no MX record, but an address, so that senders deliver to it (RFC 5321 section 5.1)."""
    item = evidence.get("mx", domain)
    if item is None or item.absent != NODATA:
        return False
    return any(evidence.value(kind, domain, Addresses) for kind in FAMILIES)


class ExchangerHealth:
    """The standing of each address of the site's mail exchangers."""

    def __init__(self, evidence: EvidenceIndex) -> None:
        self._asked: dict[HostAddress, Standing] = {}
        for item in evidence.of("exchanger"):
            subject = subject_of(item, HostAddress)
            if subject is not None:
                refused: Standing = "refuses" if item.absent is not None else "open"
                self._asked[subject] = "answers" if isinstance(item.value, MailGreeting) else refused
        self._answering = {asked.host for asked, standing in self._asked.items() if standing == "answers"}

    @property
    def asked(self) -> bool:
        """True if any exchanger was asked."""
        return bool(self._asked)

    def of(self, at: HostAddress) -> Standing:
        """The standing of one address."""
        found = self._asked.get(at, "not_asked")
        return "open" if found == "refuses" and not self._answering - {at.host} else found

    def refused(self, host: str) -> bool:
        """True if each address of a host that was asked refused the connection, whatever others did."""
        found = [standing for asked, standing in self._asked.items() if asked.host == host]
        return bool(found) and all(each == "refuses" for each in found)

    def standing(self, host: str) -> Standing:
        """The standing of a host: the best of its addresses."""
        order: tuple[Standing, ...] = ("answers", "not_asked", "open", "refuses")
        found = (self.of(asked) for asked in self._asked if asked.host == host)
        return min(found, key=order.index, default="not_asked")

    def answering(self) -> tuple[str, ...]:
        """The hosts that greeted."""
        return tuple(sorted(self._answering))
