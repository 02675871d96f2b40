"""Addresses that are no public hosts."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.datasets.special_purpose import special_networks, special_purpose


@given(st.integers(0, 2**32 - 1) | st.integers(0, 2**128 - 1))
def test_special_networks_are_what_special_purpose_says(number):
    address = ipaddress.ip_address(number)
    within = any(address in network for network in special_networks() if network.version == address.version)

    assert within == (special_purpose(address) is not None)


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("8.8.8.8", None),
        ("192.0.0.9", None),  # globally reachable inside a block that is not
        ("192.0.0.8", "IPv4 dummy address"),
        ("10.0.0.1", "Private-Use"),
        ("169.254.169.254", "Link Local"),
        ("224.0.0.1", "multicast"),
        ("2606:4700::1", None),
        ("::ffff:8.8.8.8", "IPv4-mapped"),
        ("64:ff9b::808:808", "NAT64"),
        ("2002:808:808::1", "6to4"),
        ("fe80::1", "Link-Local Unicast"),
        ("ff02::1", "multicast"),
    ],
)
def test_the_most_specific_block_says_whether_a_host_is_public(address, block):
    assert special_purpose(ipaddress.ip_address(address)) == block
