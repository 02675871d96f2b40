"""The confidence of an attribution: the strength of each kind of clue, and the combination of clues."""

from __future__ import annotations

from collections.abc import Iterable

from hostaudit.model.match import Clue

STRENGTH: dict[str, float] = {
    "registry": 0.99,  # the TLD has exactly one operator
    "registrar": 0.98,  # IANA id, unique by construction
    "range": 0.95,  # published by the provider itself
    "ns": 0.95,  # a name server under the provider's own name serves no other provider
    "mx": 0.95,  # a mail exchanger under the provider's own name
    "issuer": 0.95,  # organisation name, vetted by the issuing CA
    "cname": 0.9,  # a record may outlive the contract
    "registrar-name": 0.9,  # free text in RDAP and whois
    "caa": 0.9,  # names the authorities that may issue, not the one that did
    "spf": 0.9,  # names the hosts that may send, not those that do
    "host": 0.9,  # a host of scripts, styles or store pages
    "store": 0.9,  # the look-up of that store answered
    "header": 0.8,  # any server may send any header
    "asn": 0.75,  # announcing a prefix is not yet operating the host in it
    "registry-contact": 0.7,  # the technical contact of a TLD runs it most often, not always
    "issuer-cn": 0.7,  # a common name without organisation is not unique
    "organisation": 0.6,  # a registered holder may lease the network to others
    "registry-server": 0.6,  # a server answers for a TLD without being listed, so it may have lost it
    "ptr": 0.55,  # the holder of an address may write any name into its reverse zone
    "weak-header": 0.3,  # software of this provider that others run too
    "soa": 0.25,  # free text of the zone's owner, and often a relic of the provider before
}
"""The strength of one clue, 0 to 1, with its limit as a comment. ``combine`` treats them as independent."""

ENOUGH = 0.5
"""The least confidence of an attribution: a weak header (0.3) or an SOA record (0.25) never is one alone, nor are
both together."""

CONTRADICTED = 0.8
"""Factor on the confidence when another answer to the same question names another company."""

MOST = 0.99
"""The highest confidence: no observation from outside is certain."""

SAME = {"weak-header": "header", "registrar-name": "registrar", "issuer-cn": "issuer"}
"""Kinds of clue that are the same observation as another kind."""


def combine(clues: Iterable[Clue]) -> float:
    """Return the confidence, 0 to 0.99: one minus the probability that every kind of clue misleads. Only the best clue
    of a kind counts, because ten headers of one response are one observation; ``SAME`` kinds count as one."""
    best: dict[str, float] = {}
    for clue in clues:
        kind = SAME.get(clue.kind, clue.kind)
        if clue.strength > best.get(kind, 0.0):
            best[kind] = clue.strength
    misled = 1.0
    for strength in sorted(best.values()):  # in a fixed order, as the last digit of a product depends on it
        misled *= 1 - strength
    return min(MOST, round(1 - misled, 2))
