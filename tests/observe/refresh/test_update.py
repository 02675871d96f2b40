"""Updating from real servers on the loopback address: what is good gets in, and nothing else changes a byte."""

from __future__ import annotations

import asyncio
import errno
import gzip
import hashlib
import json
import os
import subprocess
import sys

import pytest
from helpers.publishers import (
    AWS,
    CIDRS,
    FEEDS,
    PAGES,
    at,
    content,
    feed,
    provider,
    route_lists,
    routes_item,
    run,
    suffix_item,
    suffixes,
)
from helpers.servers import drip, http, never

from hostaudit.datasets import RANGES, ROUTES, SUFFIXES, manifest
from hostaudit.datasets.ranges import Ranges
from hostaudit.datasets.routes import Routes
from hostaudit.errors import UsageError
from hostaudit.observe.refresh import sources, update


def outcomes(results):
    return {identity: each.outcome for identity, each in results.items()}


TODAY = update._now()[:10]


@pytest.fixture
def filled(tmp_path, monkeypatch):
    """A directory with both feeds in it, as they were some days ago."""
    with monkeypatch.context() as then:
        then.setattr(update, "_now", lambda: "2026-11-05T12:00:00Z")
        results, _ = run(tmp_path, PAGES)
    assert outcomes(results) == {"aws": "updated", "other": "updated"}
    return tmp_path


# -- what is good -----------------------------------------------------------------------------------------


def test_feeds_become_one_table_and_a_manifest_that_tells_where_from(tmp_path):
    run(tmp_path, PAGES)
    filled = tmp_path
    found = Ranges.open(filled / RANGES).published("44.0.1.1")
    records = manifest.read(filled).items

    assert [(each.prefix, each.service, each.region, each.date) for each in found] == [
        ("44.0.0.0/16", "S3", "eu-west-1", TODAY),
        ("44.0.0.0/16", "EC2", "eu-west-1", TODAY),
        ("44.0.0.0/11", "AMAZON", "eu-west-1", TODAY),
    ]
    assert {each.feed for each in found} == {"http://ranges.example/aws.json"}
    assert set(content(filled)) == {"feeds/aws", "feeds/other", "manifest.json", RANGES}
    assert records["other"].date == TODAY, "the day on which its publisher says so, whenever it last changed"
    assert records["aws"].sha256 == hashlib.sha256(content(filled)["feeds/aws"]).hexdigest()
    assert records["range-feeds"].sources == ("http://ranges.example/aws.json", "http://other.example/cidrs")
    assert (records["aws"].rows, records["aws"].bytes) == (5, len(json.dumps(AWS)))


def test_a_feed_that_two_providers_name_is_fetched_once(tmp_path):
    _, requests = run(tmp_path, PAGES)

    assert sum(b"GET /aws.json" in each for each in requests) == 1


def test_what_has_not_changed_is_not_fetched_again(filled):
    before = content(filled)
    pages = {**PAGES, "ranges.example /aws.json": http(304, ETag='"a"')}
    results, requests = run(filled, pages)
    asked = next(each for each in requests if b"/aws.json" in each)
    again = next(each for each in requests if b"/cidrs" in each)
    after = content(filled)

    assert outcomes(results) == {"aws": "unchanged", "other": "unchanged"}
    assert b'If-None-Match: "a"' in asked
    assert b"If-Modified-Since: Sun, 01 Nov 2026 10:00:00 GMT" in again
    assert {name for name in before if before[name] != after[name]} == {"manifest.json", RANGES}
    assert Ranges.open(filled / RANGES).date == TODAY, "its publisher says so still"


def test_a_new_edition_replaces_the_old_and_leaves_the_rest(filled):
    newer = http(200, CIDRS + b"45.12.0.0/20\n", Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT")
    results, _ = run(filled, {**PAGES, "other.example /cidrs": newer})
    table = Ranges.open(filled / RANGES)

    assert outcomes(results) == {"aws": "unchanged", "other": "updated"}
    assert table.published("45.12.0.1")[0].prefix == "45.12.0.0/20"
    assert table.published("44.0.1.1")[0].service == "S3"


def test_networks_of_special_purpose_in_a_feed_are_told(tmp_path):
    pages = {**PAGES, "other.example /cidrs": http(200, CIDRS + b"192.0.2.0/24\n")}
    results, _ = run(tmp_path, pages)
    table = Ranges.open(tmp_path / RANGES)

    assert "1 special-purpose network left out" in results["other"].detail
    assert not table.published("192.0.2.1")


def test_one_item_alone_can_be_renewed(filled):
    one = tuple(item for item in FEEDS if item.id == "other")
    newer = http(200, CIDRS + b"45.12.0.0/20\n")
    results, requests = run(filled, {"other.example /cidrs": newer}, one, FEEDS)

    assert outcomes(results) == {"other": "updated"}
    assert len(requests) == 1
    assert Ranges.open(filled / RANGES).published("44.0.1.1")


def test_a_damaged_file_is_fetched_anew_whatever_its_date(filled):
    (filled / "feeds/aws").write_bytes(b"{}")
    results, requests = run(filled, PAGES)

    assert results["aws"].outcome == "updated"
    assert b"If-None-Match" not in next(each for each in requests if b"/aws.json" in each)


def test_a_lost_table_is_built_again_from_what_the_feeds_listed(filled):
    before = content(filled)[RANGES]
    (filled / RANGES).write_bytes(b"torn")
    results, _ = run(filled, {}, FEEDS)

    assert outcomes(results) == {"aws": "failed", "other": "failed"}
    assert content(filled)[RANGES] == before


def test_routes_come_with_their_checksums_and_not_twice(tmp_path):
    item = routes_item()
    results, first = run(tmp_path, route_lists(), (item,))
    again, second = run(tmp_path, route_lists(), (item,))

    assert outcomes(results) == {"origin-table": "updated"}
    assert Routes.open(tmp_path / ROUTES).asns("8.8.8.8") == (15169,)
    assert Routes.open(tmp_path / ROUTES).metadata.date == "2026-11-02"
    assert outcomes(again) == {"origin-table": "unchanged"}
    assert (len(first), len(second)) == (4, 2), "the second time only the checksums"


def test_a_second_publisher_is_asked_when_the_first_fails(tmp_path):
    lists = route_lists()
    body = lists["tables.example /ipv4.csv"].partition(b"\r\n\r\n")[2].decode()
    tabbed = "".join("\t".join((*row.split(",")[:3], "ZZ", "X")) + "\n" for row in body.splitlines())
    results, _ = run(tmp_path, {"tables.example /other.tsv": http(200, tabbed.encode())}, (routes_item(),))

    assert outcomes(results) == {"origin-table": "updated"}
    assert manifest.read(tmp_path).items["origin-table"].sources == ("http://tables.example/other.tsv",)


def test_a_newer_list_of_suffixes_is_taken(tmp_path):
    results, _ = run(tmp_path, {"tables.example /psl": http(200, suffixes())}, (suffix_item(),))

    assert outcomes(results) == {"public-suffix-list": "updated"}
    assert manifest.read(tmp_path).items["public-suffix-list"].date == "2026-11-20"
    assert content(tmp_path)[SUFFIXES] == suffixes()


def test_a_compressed_answer_is_kept_as_it_was_meant(tmp_path):
    body = gzip.compress(CIDRS)
    results, _ = run(tmp_path, {**PAGES, "other.example /cidrs": http(200, body, Content_Encoding="gzip")})

    assert results["other"].outcome == "updated"
    assert content(tmp_path)["feeds/other"] == CIDRS


def test_redirects_are_followed_to_where_the_file_is(tmp_path):
    pages = {**PAGES, "other.example /cidrs": http(302, Location="http://tables.example/moved")}
    pages["tables.example /moved"] = http(200, CIDRS)
    results, _ = run(tmp_path, pages)

    assert results["other"].outcome == "updated"


def test_the_file_of_the_week_is_found_on_its_page(tmp_path):
    link = b"https://download.microsoft.com/download/7/1/d/71d8/ServiceTags_Public_20261116.json"
    page = b'<a href="' + link.replace(b"16.json", b"09.json") + b'">old</a> <a href="' + link + b'">here</a>'
    tags = {"values": [{"name": "Storage.West", "properties": {"region": "west", "addressPrefixes": ["51.9.0.0/16"]}}]}
    azure = sources.feed_items((provider("azure", feed("ranges.example/page", "azure")),))
    pages = {
        "ranges.example /page": http(200, page),
        "download.microsoft.com /download/7/1/d/71d8/ServiceTags_Public_20261116.json": http(
            200, json.dumps(tags).encode()
        ),
    }
    # The server has no certificate for that host: the update must get as far as to refuse it.
    results, _ = run(tmp_path, pages, azure, names={("download.microsoft.com", "A"): ["127.0.0.1"]})
    assert "ServiceTags_Public_20261116.json was not fetched: certificate invalid" in results["azure"].detail

    given = tmp_path / "ServiceTags_Public_20261116.json"
    given.write_text(json.dumps(tags))
    results, _ = run(tmp_path, pages, azure, files={"azure": given})
    assert results["azure"].detail == "1 rows of 2026-11-16"
    assert Ranges.open(tmp_path / RANGES).published("51.9.1.1")[0].service == "Storage"

    results, _ = run(tmp_path, {"ranges.example /page": http(200, b"<html>")}, azure)
    assert "--file azure=FILE" in results["azure"].detail


# -- what is not ------------------------------------------------------------------------------------------


async def torn(writer):
    writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 5000\r\n\r\n45.10.0.0/20\n")
    await writer.drain()


BOMB = gzip.compress(b"0" * 80_000_000)
LONG = b"".join(b"45.%d.%d.0/24\n" % (n // 250, n % 250) for n in range(6000))
BAD = {
    "gone": (http(404), "answered 404"),
    "server error": (http(500, CIDRS), "answered 500"),
    "empty": (http(200), "is empty"),
    "not modified unasked": (http(304), "answered 304"),
    "torn": (torn, "was not fetched"),
    "drip": (drip, "timeout"),
    "silent": (never, "timeout"),
    "garbage": (http(200, b"\x00\xff" * 900), "torn or not what it should be"),
    "a page": (http(200, b"<html><body>Sorry</body></html>"), "not a network"),
    "bomb": (http(200, BOMB, Content_Encoding="gzip"), "too large"),
    "torn gzip": (http(200, gzip.compress(LONG)[:900], Content_Encoding="gzip"), "gzip"),
    "other coding": (http(200, CIDRS, Content_Encoding="br"), "not asked for"),
    "private redirect": (http(302, Location="http://10.0.0.1/cidrs"), "blocked address"),
    "redirect elsewhere": (http(302, Location="ftp://other.example/cidrs"), "redirect refused"),
    "redirect to a port": (http(302, Location="http://other.example:8080/cidrs"), "redirect refused"),
    "redirect loop": (http(302, Location="http://other.example/cidrs"), "too many redirects"),
    "shrunk": (http(200, b"45.10.0.0/20\n"), "--accept-smaller"),
    "everything": (http(200, CIDRS + b"0.0.0.0/0\n"), "wider than any one operator"),
    "private": (http(200, CIDRS + b"10.1.0.0/16\n"), "special-purpose"),
    "not a prefix": (http(200, CIDRS + b"45.10.0.1/20\n"), "not a network"),
}


@pytest.mark.parametrize("fault", BAD)
def test_what_fails_keeps_the_old_and_stops_nobody_else(filled, fault):
    page, words = BAD[fault]
    before = content(filled)
    good = http(200, json.dumps(AWS | {"createDate": "2026-11-02-00-00-00"}).encode())
    pages = {"ranges.example /aws.json": good, "other.example /cidrs": page}
    if fault == "not modified unasked":
        (filled / "feeds/other").write_bytes(before["feeds/other"] + b"#")
        before = content(filled)
    results, _ = run(filled, pages)
    after = content(filled)

    assert outcomes(results) == {"aws": "updated", "other": "failed"}
    assert words in results["other"].detail
    assert after["feeds/other"] == before["feeds/other"]
    assert after["feeds/aws"] != before["feeds/aws"]
    if fault != "not modified unasked":
        assert Ranges.open(filled / RANGES).published("45.10.0.1")[0].date == "2026-11-05"
    assert not list(filled.glob(f"{manifest.SCRATCH}*"))


@pytest.mark.parametrize("fault", [each for each in BAD if each != "not modified unasked"])
def test_a_failure_alone_changes_nothing_at_all(filled, fault):
    before = content(filled)
    results, _ = run(filled, {**PAGES, "other.example /cidrs": BAD[fault][0]}, FEEDS[1:], FEEDS)

    assert outcomes(results) == {"other": "failed"}
    assert content(filled) == before


def test_https_is_never_left_for_http(tmp_path):
    safe = sources.feed_items((provider("safe", feed("other.example/safe")),))
    source = at(safe[0], "https://other.example/safe")
    pages = {
        "other.example /safe": http(302, Location="http://other.example/plain"),
        "other.example /plain": http(200, CIDRS),
    }
    results, requests = run(tmp_path, pages, (source,))

    assert "redirect refused" in results["safe"].detail
    assert len(requests) == 1


def test_a_private_publisher_is_not_connected_to(tmp_path):
    results, requests = run(tmp_path, PAGES, names={("other.example", "A"): ["169.254.169.254"]})

    assert "special-purpose" in results["other"].detail
    assert not any(b"/cidrs" in each for each in requests)


def test_a_wrong_checksum_refuses_the_lists(tmp_path):
    lists = route_lists()
    run(tmp_path, lists, (routes_item(),))
    before = content(tmp_path)
    lists["tables.example /ipv6.csv.sha256"] = http(200, b"0" * 64)
    results, _ = run(tmp_path, lists, (routes_item(),))

    assert outcomes(results) == {"origin-table": "failed"}
    assert "is not the one that is published" in results["origin-table"].detail
    assert "other.tsv was not fetched" in results["origin-table"].detail
    assert content(tmp_path) == before


@pytest.mark.parametrize("digest", [http(404), http(200, b"nothing"), http(200, b"x" * 100_000)])
def test_lists_without_a_checksum_are_not_taken(tmp_path, digest):
    results, _ = run(tmp_path, {**route_lists(), "tables.example /ipv4.csv.sha256": digest}, (routes_item(),))

    assert outcomes(results) == {"origin-table": "failed"}
    assert content(tmp_path) == {}


def test_a_partial_view_of_the_internet_is_refused(tmp_path, monkeypatch):
    lists = route_lists()
    monkeypatch.setattr(sources, "WELL_KNOWN", dict.fromkeys(sources.WELL_KNOWN, 3))
    results, _ = run(tmp_path, lists, (routes_item(),))

    assert "not a whole view of the Internet" in results["origin-table"].detail
    assert content(tmp_path) == {}


def test_routes_that_shrank_are_taken_only_if_the_user_says_so(tmp_path):
    run(tmp_path, route_lists(60), (routes_item(),))
    before = content(tmp_path)
    refused, _ = run(tmp_path, route_lists(2), (routes_item(),))
    assert outcomes(refused) == {"origin-table": "failed"}
    assert content(tmp_path) == before

    taken, _ = run(tmp_path, route_lists(2), (routes_item(),), accept_smaller=True)
    assert outcomes(taken) == {"origin-table": "updated"}


@pytest.mark.parametrize(
    "body", [b"com\n", suffixes()[:200_000], suffixes().replace(b"\ncom\n", b"\n"), b"<html>", suffixes("20261120")]
)
def test_a_list_of_suffixes_that_is_not_whole_is_refused(tmp_path, body):
    results, _ = run(tmp_path, {"tables.example /psl": http(200, body)}, (suffix_item(),))

    assert outcomes(results) == {"public-suffix-list": "failed"}
    assert content(tmp_path) == {}


def test_older_data_do_not_replace_newer(tmp_path):
    run(tmp_path, {"tables.example /psl": http(200, suffixes("2026-11-20"))}, (suffix_item(),))
    before = content(tmp_path)
    results, _ = run(tmp_path, {"tables.example /psl": http(200, suffixes("2026-11-19"))}, (suffix_item(),))

    assert "older, of 2026-11-19" in results["public-suffix-list"].detail
    assert content(tmp_path) == before


def test_a_table_that_the_user_built_is_replaced_only_by_name(tmp_path):
    run(tmp_path, route_lists(), (routes_item(),))
    (tmp_path / manifest.NAME).unlink()
    before = content(tmp_path)
    results, requests = run(tmp_path, route_lists(90), (routes_item(),))

    assert "built by hand" in results["origin-table"].detail
    assert (outcomes(results), requests, content(tmp_path)) == ({"origin-table": "unchanged"}, [], before)

    results, _ = run(tmp_path, route_lists(90), (routes_item(),), replace_own=True)
    assert outcomes(results) == {"origin-table": "updated"}


def test_a_torn_table_of_routes_is_replaced(tmp_path):
    run(tmp_path, route_lists(), (routes_item(),))
    whole = content(tmp_path)[ROUTES]
    (tmp_path / ROUTES).write_bytes(whole[:-1] + b"?")
    results, _ = run(tmp_path, route_lists(), (routes_item(),))

    assert outcomes(results) == {"origin-table": "updated"}
    assert content(tmp_path)[ROUTES] == whole


def test_a_feed_that_nobody_names_any_more_goes(filled):
    results, _ = run(filled, PAGES, tuple(item for item in FEEDS if item.id == "aws"))

    assert outcomes(results) == {"aws": "unchanged"}
    assert "other" not in manifest.read(filled).items
    assert "feeds/other" not in content(filled)
    assert Ranges.open(filled / RANGES).published("45.10.0.1") == ()


# -- the disk, the lock, an interruption ------------------------------------------------------------------


def test_a_full_disk_keeps_the_old(filled, monkeypatch):
    before = content(filled)

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    newer = http(200, CIDRS + b"45.12.0.0/20\n")
    monkeypatch.setattr(manifest.os, "fsync", full)
    results, _ = run(filled, {**PAGES, "other.example /cidrs": newer}, FEEDS[1:], FEEDS)

    assert outcomes(results) == {"other": "failed"}
    assert "No space left" in results["other"].detail
    assert content(filled) == before


def test_a_disk_that_fills_while_downloading_is_named(filled, monkeypatch):
    from hostaudit.observe.net.http import client as http_module

    before = content(filled)

    async def full(response, encoding, sink):
        raise http_module.DiskError("No space left on device")

    monkeypatch.setattr(http_module, "_pour", full)
    results, _ = run(filled, PAGES)

    assert outcomes(results) == {"aws": "failed", "other": "failed"}
    assert "No space left on device" in results["other"].detail
    assert content(filled) == before


def test_a_directory_that_cannot_be_written_is_refused_at_once(tmp_path):
    tmp_path.chmod(0o500)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)  # root may write anywhere
        with pytest.raises(UsageError, match="nothing was changed"):
            run(tmp_path / "below", PAGES)
    finally:
        os.seteuid(user)


def test_a_file_in_the_place_of_the_directory_is_refused_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="nothing was changed") as refused:
        run(tmp_path / "file", PAGES)
    assert "XDG_DATA_HOME" in refused.value.hint


def test_two_updates_at_once_are_one_too_many(filled):
    before = content(filled)
    with manifest.changing(filled), pytest.raises(manifest.BusyError):
        run(filled, PAGES)
    assert content(filled) == before

    results, _ = run(filled, PAGES)
    assert outcomes(results) == {"aws": "unchanged", "other": "unchanged"}


def test_the_lock_of_a_killed_update_holds_nobody_up(filled):
    code = (
        "import os,sys; from pathlib import Path; from hostaudit.datasets import manifest\n"
        "with manifest.changing(Path(sys.argv[1])) as scratch: (scratch / 'half').write_text('x'); os._exit(9)"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(filled)], env={"PYTHONPATH": "."}, check=False)
    assert ended.returncode == 9
    assert list(filled.glob(f"{manifest.SCRATCH}*"))

    run(filled, PAGES)
    assert not list(filled.glob(f"{manifest.SCRATCH}*"))


def test_an_interruption_between_items_keeps_those_that_were_done(tmp_path, monkeypatch):
    put = manifest.install
    calls = []

    def once(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise asyncio.CancelledError
        put(*arguments)

    monkeypatch.setattr(manifest, "install", once)
    pages = {**PAGES, **route_lists(), "tables.example /psl": http(200, suffixes())}
    with pytest.raises(asyncio.CancelledError):
        run(tmp_path, pages, (routes_item(), suffix_item()))

    assert set(content(tmp_path)) == {ROUTES, "manifest.json"}
    assert manifest.sound(tmp_path, manifest.read(tmp_path).items["origin-table"])
    assert not list(tmp_path.glob(f"{manifest.SCRATCH}*"))


@pytest.mark.parametrize("text", [b"", b"{", b'{"schema": "hostaudit.manifest/9"}', b"\xff", b"[]"])
def test_a_torn_manifest_is_as_none(filled, text):
    (filled / manifest.NAME).write_bytes(text)
    results, _ = run(filled, PAGES)

    assert outcomes(results) == {"aws": "updated", "other": "updated"}


def test_progress_tells_what_is_fetched(tmp_path):
    told: list[str] = []
    run(tmp_path, PAGES, told=told)

    assert "aws: fetching http://ranges.example/aws.json" in told
    assert told[-1] == "range-feeds: building the table of 2 feeds"
