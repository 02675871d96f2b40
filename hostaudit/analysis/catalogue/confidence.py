"""How sure an attribution is: the strength of each kind of clue, and how clues add up."""

from __future__ import annotations

from collections.abc import Iterable

from hostaudit.model.match import Clue

STRENGTH: dict[str, float] = {
    "registry": 0.99,  # the TLD has exactly one operator
    "registrar": 0.98,  # IANA id, unique by construction
    "range": 0.95,  # published by the provider itself
    "ns": 0.95,  # a name server under the provider's own name answers for nobody else
    "mx": 0.95,  # a mail exchanger under the provider's own name
    "issuer": 0.95,  # organisation name, vetted by the issuing CA
    "cname": 0.9,  # a record may outlive the contract
    "registrar-name": 0.9,  # free text in RDAP and whois
    "caa": 0.9,  # names who may issue, not who did
    "spf": 0.9,  # names who may send, not who does
    "host": 0.9,  # a host of scripts, styles or store pages
    "store": 0.9,  # the look-up of that store answered
    "header": 0.8,  # any server may send any header
    "asn": 0.75,  # announcing a prefix is not yet operating the host in it
    "issuer-cn": 0.7,  # a common name without organisation is not unique
    "organisation": 0.6,  # a registered holder may let the network to others
    "ptr": 0.55,  # whoever holds an address may write any name into its reverse zone
    "weak-header": 0.3,  # software of this provider that others run too
    "soa": 0.25,  # free text of the zone's owner, and often a relic of the provider before
}
"""How much one clue says, 0 to 1, and why not more. ``combine`` reckons with them as independent."""

ENOUGH = 0.5
"""Below this confidence a clue is not yet an attribution: a weak header (0.3) or an SOA record (0.25) never is one
alone, nor are both together."""

CONTRADICTED = 0.8
"""Factor on the confidence when another answer to the same question names another company."""

MOST = 0.99
"""Nothing seen from outside is certain."""

SAME = {"weak-header": "header", "registrar-name": "registrar", "issuer-cn": "issuer"}
"""Kinds of clue that are the same observation as another kind."""


def combine(clues: Iterable[Clue]) -> float:
    """Confidence, 0 to 0.99: one minus the chance that every kind of clue misleads. Only the best of a kind counts,
    since ten headers of one response are one observation; ``SAME`` kinds count as one."""
    best: dict[str, float] = {}
    for clue in clues:
        kind = SAME.get(clue.kind, clue.kind)
        if clue.strength > best.get(kind, 0.0):
            best[kind] = clue.strength
    misled = 1.0
    for strength in sorted(best.values()):  # in a fixed order, as the last digit of a product depends on it
        misled *= 1 - strength
    return min(MOST, round(1 - misled, 2))
