"""Values of policies: the patterns by which a domain is meant."""

from __future__ import annotations

import pytest

from hostaudit.documents.policy_values import covers


@pytest.mark.parametrize(
    ("pattern", "domain", "meant"),
    [
        ("example.com", "example.com", True),
        ("example.com", "www.example.com", False),
        ("*.example.com", "www.example.com", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "badexample.com", False),
        ("*.example.com", "example.com.org", False),
        ("com", "example.com", False),
    ],
)
def test_a_pattern_with_an_asterisk_means_every_name_under_it_and_another_one_that_name(pattern, domain, meant):
    assert covers(pattern, domain) is meant
