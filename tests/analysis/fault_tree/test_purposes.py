"""Gates are known by purpose and subject, and no two of these make one id."""

from __future__ import annotations

import string

import pytest

from hostaudit.analysis.fault_tree.purposes import ANY_AUTHORITY, AUTHORITIES, EXCHANGERS, SENDERS, Purpose


def test_the_id_of_a_gate_is_made_of_its_subject():
    assert Purpose.NAME_SERVER_ADDRESS.of("example.com", "ns1.example.net", "192.0.2.1").id == (
        "ns:example.com:ns1.example.net:192.0.2.1"
    )
    assert [each.id for each in (EXCHANGERS, SENDERS, AUTHORITIES, ANY_AUTHORITY)] == [
        "mail:any", "send:any", "ca:any", "ca:another"]  # fmt: skip


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_has_a_form_of_its_own(purpose):
    holes = sum(field is not None for _, field, _, _ in string.Formatter().parse(purpose.value))
    parts = tuple(f"part{number}" for number in range(holes))

    assert [each for each in Purpose if each.value == purpose.value] == [purpose]
    assert all(part in purpose.of(*parts).id for part in parts)


def test_equal_keys_are_equal_and_find_one_gate():
    assert {Purpose.ZONE.of("a.com"): 1}[Purpose.ZONE.of("a.com")] == 1
    assert Purpose.ZONE.of("a.com") != Purpose.TENANT.of("a.com")
