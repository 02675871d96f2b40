"""Indexes of names and ranges: they find what a search through everything finds."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.analysis.catalogue.clue_index import NameIndex, RangeIndex, lead, words
from hostaudit.documents import rules


@pytest.mark.parametrize(
    ("pattern", "certain"),
    [
        (r"ns-\d+\.awsdns-(?:cn-)?\d{2}\.(?:com|net)", ["ns", "awsdns"]),
        (r"ns[12]\.siteground\d+\.com", ["siteground#"]),
        (r"ns\d\.farm42\.example", ["farm42", "ns#", "farm#"]),
        (r"(?:.+\.)?s3(?:[.-]x)*\.amazonaws\.com(?:\.cn)?", ["amazonaws"]),
        (r"a?dns\.example", ["example"]),
        (r"dnss?\.ab", ["ab"]),
        (r"x{0,3}abc\.de", ["de"]),
        (r"abc-?def\.io", ["io"]),
        (r"abc+\.io", ["io"]),
        (r"\wabc\.io", ["io"]),
        (r"\d+\.7\.io", ["7"]),
        (r"(?:a|b)c", []),
        (r"one\.net|two\.net", []),
        (r"[a-z]+", []),
    ],
)
def test_a_pattern_is_found_by_words_that_every_match_holds(pattern: str, certain: list[str]):
    assert words(pattern) == certain


@pytest.mark.parametrize(
    ("pattern", "certain"),
    [
        (r"^cloudfront$", ["cloudfront"]),
        (r"from CloudFront$", ["cloudfront"]),
        (r"\bfly\.io", ["fly"]),
        (r"\bvegur\b", ["vegur"]),
        (r"fastly", []),
        (r"^1\.1 google$", ["1", "google"]),
        (r"\b__ddg\d+_?=", ["ddg#"]),
    ],
)
def test_of_what_is_searched_the_ends_are_uncertain(pattern: str, certain: list[str]):
    assert words(pattern, whole=False) == certain


@pytest.mark.parametrize(
    ("pattern", "beginning"),
    [
        (r"^CloudFront$", "cloudfront"),
        (r"^1\.1 google$", "1.1 google"),
        (r"^cloudflare(-nginx)?$", "cloudflare"),
        (r"^ab?c", "a"),
        (r"^ab{2}", "a"),
        (r"^ab+", "ab"),
        (r"^\d", ""),
        (r"^a|b", ""),
        (r"edge", ""),
        (r"", ""),
    ],
)
def test_the_lead_is_what_every_matching_value_begins_with(pattern: str, beginning: str):
    assert lead(pattern) == beginning


def test_every_shipped_pattern_of_names_is_found_by_a_word():
    for record in rules.load().providers:
        for pattern in record.ns_patterns + record.cname_patterns + record.regions:
            assert words(pattern), (record.id, pattern)


@pytest.mark.parametrize("size", [2_000, 20_000])
@pytest.mark.parametrize(
    "family", [r"ns\d+\.farm{}x\.example", r"ns-\d+\.farm-{}-\d\d\.(?:com|net)", r"[ab]\.farm{}\.net"]
)
def test_a_look_up_tries_the_same_few_patterns_however_many_there_are(size: int, family: str):
    index = NameIndex()
    for number in range(size):
        index.add(f"p{number}", "corp", [f"s{number}.example"], [family.format(number)])
    for name in ("ns1.farm123x.example", "ns-1.farm-123-07.net", "a.farm123.net"):
        assert len(index.candidates(name)) <= 3
    assert index.candidates("www.elsewhere.test") == []
    assert [each.provider for each in index.find("a.s1999.example")] == ["p1999"]


def test_nested_ranges_are_cut_into_stretches():
    index = RangeIndex()
    index.add("many", "", [f"10.{high}.{low}.0/24" for high in range(100) for low in range(200)])
    index.add("all", "", ["10.0.0.0/8", "0.0.0.0/0", "255.255.255.255"])
    found = {
        text: [each.provider for each in index.find(text)]
        for text in ("10.99.199.7", "10.99.200.7", "9.255.255.255", "11.0.0.0", "255.255.255.255", "::1")
    }
    assert found == {
        "10.99.199.7": ["many"],
        "10.99.200.7": ["all"],
        "9.255.255.255": ["all"],
        "11.0.0.0": ["all"],
        "255.255.255.255": ["all"],
        "::1": [],
    }
    assert index.find("10.0.0.0")[0].text == "10.0.0.0/24"
    assert index.find("11.0.0.0")[0].text == "0.0.0.0/0"


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(24, 32)), max_size=12), st.integers(0, 255))
def test_ranges_say_what_looking_at_each_would_say(blocks, last):
    networks = [ip_network(f"192.0.2.{start}/{length}", strict=False) for start, length in blocks]
    index = RangeIndex()
    for position, network in enumerate(networks):
        index.add(f"p{position}", "", [str(network)])
    around = [n for n in networks if ip_address(f"192.0.2.{last}") in n]
    narrowest = max((n.prefixlen for n in around), default=0)
    expected = {f"p{i}" for i, n in enumerate(networks) if n in around and n.prefixlen == narrowest}
    assert {entry.provider for entry in index.find(f"192.0.2.{last}")} == expected
