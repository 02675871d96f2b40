"""The shipped table of top-level domains."""

from __future__ import annotations

import re

import pytest

from hostaudit.datasets import registries


def test_a_row_has_sponsor_and_back_end_and_how_that_is_known():
    assert registries.of("org") == ("Public Interest Registry (PIR)", "Identity Digital Limited", "contact")
    assert registries.of("me") == ("Government of Montenegro", "Identity Digital Inc.", "server")
    assert registries.of("uk") == ("Nominet UK", "", "")


@pytest.mark.parametrize("tld", ["", "abarth", "o", "rg", "ORG", ".org", "org\tPublic", "#", "notatld"])
def test_only_whole_delegated_domains_have_a_row(tld):
    assert registries.of(tld) is None


def test_every_row_can_be_read_and_has_a_sponsor():
    rows = registries._table().splitlines()[1:]
    tlds = [row.split("\t")[0] for row in rows]
    assert tlds == sorted(set(tlds))
    assert len(tlds) > 1400
    assert all(re.fullmatch("[a-z0-9-]+", tld) for tld in tlds)
    assert all(row.count("\t") == 3 and row.split("\t")[1] for row in rows)
    assert {row.split("\t")[3] for row in rows} == {"contact", "server", ""}
