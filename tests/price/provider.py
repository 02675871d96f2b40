"""A provider: one file."""

from __future__ import annotations

from price.patched_copy import Price, new

PRICE = Price(
    most=1,
    patch={
        "rules/providers/price-dns.yaml": new(
            """\
id: price-dns
name: Price DNS
roles: [dns]
usual: [dns]
jurisdiction: SE
basis: "made up"
sources:
  names: [documentation of the provider]
ns: [price-dns-made-up.net]
samples:
  matches:
    - ns ns1.price-dns-made-up.net
  not_matches:
    - ns ns1.price-dns-made-up.net.example
"""
        )
    },
    checks=("test_shipped_catalogue.py",),
    shows=("providers", "show", "price-dns"),
    expect=("price-dns: Price DNS", "name servers: price-dns-made-up.net"),
)
