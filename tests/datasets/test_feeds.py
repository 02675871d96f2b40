"""Range feeds: each format as its publisher has it, and everything else refused whole."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.datasets import feeds


def texts(form, body, **more):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return [(str(network), service, region) for network, service, region in feeds.parse(form, data).rows]


AZURE = {
    "changeNumber": 1,
    "values": [
        {"name": "AzureFrontDoor.Frontend", "properties": {"region": "", "addressPrefixes": ["51.5.0.0/24"], "x": 1}},
        {"name": "Storage.BrazilSouth", "properties": {"region": "brazilso", "addressPrefixes": ["51.6.0.0/24"]}},
        {"name": "AzureCloud", "properties": {"addressPrefixes": ["51.5.0.0/16", "2a01:111::/32"]}},
    ],
}
GOOD = {
    "aws": (
        {
            "createDate": "2026-11-01-10-20-30",
            "prefixes": [{"ip_prefix": "44.0.0.0/16", "service": "S3", "region": "eu-west-1", "new": 1}],
            "ipv6_prefixes": [{"ipv6_prefix": "2a05:d000::/25", "service": "EC2", "region": "GLOBAL"}],
        },
        [("44.0.0.0/16", "S3", "eu-west-1"), ("2a05:d000::/25", "EC2", "GLOBAL")],
    ),
    "azure": (
        AZURE,
        [
            ("51.5.0.0/24", "AzureFrontDoor.Frontend", ""),
            ("51.6.0.0/24", "Storage", "brazilso"),
            ("51.5.0.0/16", "AzureCloud", ""),
            ("2a01:111::/32", "AzureCloud", ""),
        ],
    ),
    "cidr-list": (b"45.1.0.0/16\r\n\n# ours\n45.2.0.0/16 # new\n45.3.0.9\n", [
        ("45.1.0.0/16", "", ""), ("45.2.0.0/16", "", ""), ("45.3.0.9/32", "", ""),
    ]),
    "cloudfront": (
        {"CLOUDFRONT_GLOBAL_IP_LIST": ["44.1.0.0/16"], "CLOUDFRONT_REGIONAL_EDGE_IP_LIST": ["44.2.0.0/24"]},
        [("44.1.0.0/16", "GLOBAL", ""), ("44.2.0.0/24", "REGIONAL_EDGE", "")],
    ),
    "fastly": (
        {"addresses": ["46.1.0.0/16"], "ipv6_addresses": ["2a04::/32"]},
        [("46.1.0.0/16", "", ""), ("2a04::/32", "", "")],
    ),
    "geofeed": (
        '\ufeff# ours\n47.1.0.0/24,NL,NL-NH,"Amsterdam, West",1012\n47.2.0.0/24,DE,,,\n47.3.0.0/24,SE\n'.encode(),
        [("47.1.0.0/24", "", "NL-NH"), ("47.2.0.0/24", "", "DE"), ("47.3.0.0/24", "", "SE")],
    ),
    "github-meta": (
        {"verifiable": True, "ssh_keys": ["ssh-ed25519 AAAA"], "domains": {"x": ["*.x"]}, "pages": ["48.1.0.0/24"],
         "web": ["48.1.0.0/24", "48.1.0.0/24"]},
        [("48.1.0.0/24", "pages", ""), ("48.1.0.0/24", "web", "")],
    ),
    "google": (
        {"syncToken": "1", "creationTime": "2026-11-01T10:20:30.123", "prefixes": [
            {"ipv4Prefix": "34.1.0.0/20", "service": "Google Cloud", "scope": "europe-west1"},
            {"ipv6Prefix": "2600:1900::/35"},
        ]},
        [("34.1.0.0/20", "Google Cloud", "europe-west1"), ("2600:1900::/35", "", "")],
    ),
    "oracle": (
        {"last_updated_timestamp": "2026-11-01T10:20:30.1", "regions": [
            {"region": "uk-london-1", "cidrs": [{"cidr": "132.1.0.0/20", "tags": ["OCI", "OSN"]},
                                                {"cidr": "132.2.0.0/20", "tags": []}]},
        ]},
        [("132.1.0.0/20", "OCI", "uk-london-1"), ("132.1.0.0/20", "OSN", "uk-london-1"),
         ("132.2.0.0/20", "", "uk-london-1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", GOOD)
def test_each_format_is_read_as_its_publisher_has_it(form):
    body, rows = GOOD[form]

    assert texts(form, body) == rows


@pytest.mark.parametrize("form", ["aws", "google", "oracle"])
def test_the_publisher_s_own_date_is_kept(form):
    assert feeds.parse(form, json.dumps(GOOD[form][0]).encode()).date == "2026-11-01"


def test_an_odd_date_does_not_cost_the_ranges():
    assert feeds.parse("google", json.dumps(GOOD["google"][0] | {"creationTime": "soon"}).encode()).date is None


def test_every_format_that_a_provider_may_name_is_read():
    from typing import get_args

    from hostaudit.model.rules import FeedFormat

    assert set(GOOD) == set(feeds._READERS) == set(get_args(FeedFormat))


@pytest.mark.parametrize("form", GOOD)
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 100_000, b"<html></html>", b'"' * 40, b"\n\n#\n"]
)
def test_what_is_not_of_the_format_is_refused(form, body):
    with pytest.raises(feeds.FeedError):
        feeds.parse(form, body)


def with_prefix(text):
    return json.dumps({"addresses": ["46.1.0.0/16", text], "ipv6_addresses": []}).encode()


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0/0", "44.0.0.0/5", "::/0", "2000::/3", "2a00::/12", "10.0.0.0/8", "10.0.0.0/24", "127.0.0.1",
        "192.0.2.0/24", "172.0.0.0/8", "224.0.0.0/8", "169.254.169.254", "100.64.0.0/10", "fd00::/16", "2001:db8::/32",
        "::ffff:44.0.0.0/100", "44.0.0.1/16", "44.0.0.0/33", "44.0.0.0/-1", "44.0.0.256", "x", "", " ", "44.0.0.0/16 x",
    ],
)  # fmt: skip
def test_one_bad_prefix_refuses_the_whole_feed(text):
    with pytest.raises(feeds.FeedError):
        feeds.parse("fastly", with_prefix(text))


@pytest.mark.parametrize("value", [1, None, {}, [], True])
def test_types_are_strict(value):
    with pytest.raises(feeds.FeedError):
        feeds.parse("fastly", json.dumps({"addresses": [value], "ipv6_addresses": []}).encode())
    with pytest.raises(feeds.FeedError):
        feeds.parse("github-meta", json.dumps({"web": [value]}).encode())


def test_bytes_rows_and_labels_are_bounded(monkeypatch):
    monkeypatch.setattr(feeds, "MOST_BYTES", 20)
    with pytest.raises(feeds.FeedError, match="larger"):
        feeds.parse("cidr-list", b"45.1.0.0/16\n" * 2)
    monkeypatch.undo()
    monkeypatch.setattr(feeds, "MOST_ROWS", 2)
    with pytest.raises(feeds.FeedError, match="more than 2"):
        feeds.parse("cidr-list", b"45.1.0.0/16\n45.2.0.0/16\n45.3.0.0/16\n")
    monkeypatch.undo()
    for label in ("x" * 300, "a\x1b[31m"):
        with pytest.raises(feeds.FeedError, match="label"):
            feeds.parse("github-meta", json.dumps({label: ["45.1.0.0/16"]}).encode())


@given(st.binary(max_size=300), st.sampled_from(sorted(GOOD)))
def test_any_bytes_are_read_or_refused(body, form):
    with contextlib.suppress(feeds.FeedError):
        assert feeds.parse(form, body).rows


EXAMPLES = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:2::/48", "2001:db8::/32", "2002::/16")


def cidrs(*more, real=40):
    rows = [f"45.{number // 256}.{number % 256}.0/24" for number in range(real)]
    return "\n".join([*more, *rows]).encode()


def test_a_few_networks_of_special_purpose_are_left_out_and_counted():
    feed = feeds.parse("cidr-list", cidrs(*EXAMPLES, "198.51.100.7"))

    assert (len(feed.rows), feed.skipped) == (40, 7)
    assert not {str(row[0]) for row in feed.rows} & set(EXAMPLES)
    assert feeds.parse("cidr-list", cidrs()).skipped == 0


@pytest.mark.parametrize(
    "network",
    ["10.1.0.0/16", "100.64.0.0/24", "127.0.0.1", "169.254.1.0/24", "172.16.0.0/24", "192.168.0.0/16", "224.1.0.0/16",
     "fc00:1::/32", "fe80::/32", "192.0.0.0/16", "198.51.0.0/16", "2001::/16"],
)  # fmt: skip
def test_a_private_network_and_one_that_holds_more_than_special_addresses_refuse_the_feed(network):
    with pytest.raises(feeds.FeedError, match="special-purpose"):
        feeds.parse("cidr-list", cidrs(network, real=400))


def test_a_list_that_is_much_of_special_purpose_is_refused():
    with pytest.raises(feeds.FeedError, match="3 networks"):
        feeds.parse("cidr-list", cidrs(*EXAMPLES[:3], real=8))
    with pytest.raises(feeds.FeedError, match="13 networks"):
        feeds.parse("cidr-list", cidrs(*(f"192.0.2.{number}" for number in range(13)), real=4000))
