"""Fingerprints: short, stable, and different for different findings."""

from __future__ import annotations

from itertools import permutations

from hostaudit.model.fingerprints import fingerprint


def test_a_fingerprint_is_the_same_next_year():
    assert fingerprint("single-point", "example.com", "", "amazon", "amazon") == "e02982d055737dc34b8f41cfee3a8c81"


def test_every_part_counts_and_so_does_its_place():
    parts = ("rule", "x.com", "dns", "subject", "provider")

    assert len({fingerprint(*each) for each in permutations(parts)}) == 120
    assert fingerprint("ab", "c", "", "", "") != fingerprint("a", "bc", "", "", "")
