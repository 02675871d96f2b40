"""Direct answers of name servers: one table for lame servers, old copies, and networks that meddle."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest
from helpers.sites import AT, GANDI, Site

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.diagnosis.name_servers import (
    RESOLVED,
    NameServerHealth,
    family,
    resolver_answers,
    standing_of,
)
from hostaudit.model.values import NewerCopy, SecondAnswer, ServerAddress, ServerAnswer

ZONE = "steady.org"
SERVERS = {"ns1.example.net": ("192.0.2.1", 64500), "ns2.example.org": ("192.0.2.2", 64501)}
ONE, TWO = (ServerAddress(ZONE, host, address) for host, (address, _) in SERVERS.items())
DAY = 86400


def site() -> Site:
    return Site(ZONE).name(GANDI, SERVERS).web(ZONE, ("192.0.2.80", 64502))


def said(site: Site, server: ServerAddress, word: str) -> Site:
    """``word``: ``good``, an rcode, ``noaa``, or the cause of no answer; a second one after a space."""
    first, _, second = word.partition(" ")
    values = {
        "good": (True, "NOERROR", 1),
        "noaa": (False, "NOERROR", 1),
        "REFUSED": (False, "REFUSED", None),
        "SERVFAIL": (False, "SERVFAIL", None),
    }
    for kind, form, told in (("server", ServerAnswer, first), ("server_again", SecondAnswer, second)):
        subject = " ".join(server)
        if told in values:
            site.note(kind, subject, form(*server, *values[told]))
        elif told:
            site.note(kind, subject, unknown=told)
    return site


def health(site: Site) -> NameServerHealth:
    return NameServerHealth(EvidenceIndex(site.items.values()))


def standings(site: Site) -> list[str]:
    found = health(site)
    return [found.of(each).standing for each in (ONE, TWO)]


def resolver_fails(site: Site, cause: str) -> Site:
    for item in list(site.items.values()):
        if item.kind in (*RESOLVED, "nameservers"):
            site.note(item.kind, item.subject, unknown=cause)
    return site


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("good", "good", ["answers", "answers"]),
        ("good", "timeout", ["answers", "silent"]),
        ("good", "REFUSED REFUSED", ["answers", "lame"]),
        ("good", "SERVFAIL SERVFAIL", ["answers", "lame"]),
        ("good", "noaa noaa", ["answers", "lame"]),
        ("good", "REFUSED SERVFAIL", ["answers", "lame"]),
        ("good", "REFUSED", ["answers", "lame"]),  # asked once, by an older scan
        ("good", "REFUSED timeout", ["answers", "open"]),
        ("good", "REFUSED good", ["answers", "answers"]),
        ("REFUSED good", "REFUSED REFUSED", ["answers", "lame"]),
        ("timeout", "REFUSED REFUSED", ["silent", "open"]),
        ("REFUSED timeout", "REFUSED REFUSED", ["open", "open"]),
        ("timeout", "timeout", ["silent", "silent"]),
        ("REFUSED REFUSED", "noaa noaa", ["not_asked", "not_asked"]),
        ("noaa noaa", "noaa noaa", ["not_asked", "not_asked"]),
    ],
)
def test_the_table(one, two, expected):
    found = said(said(site(), ONE, one), TWO, two)

    assert standings(found) == expected
    assert health(found).heard(ZONE) == ("not_asked" not in expected)


@pytest.mark.parametrize(("cause", "expected"), [("servfail", "lame"), ("timeout", "open"), ("unreachable", "open")])
def test_if_all_are_lame_the_resolver_decides(cause, expected):
    found = said(said(site(), ONE, "REFUSED REFUSED"), TWO, "REFUSED REFUSED")

    assert standings(resolver_fails(found, cause)) == [expected] * 2
    assert health(found).all_lame(ZONE) == (expected == "lame")


@pytest.mark.parametrize("cause", ["timeout", "deadline", "unreachable"])
def test_a_resolver_that_was_also_silent_has_not_failed(cause):
    found = resolver_fails(said(said(site(), ONE, "REFUSED REFUSED"), TWO, "REFUSED REFUSED"), "servfail")

    assert standings(found.note("caa", f"www.{ZONE}", unknown=cause)) == ["open"] * 2
    assert standings(found.note("caa", f"www.{ZONE}", unknown="servfail")) == ["lame"] * 2
    assert standings(found.note("caa", "www.other.org", unknown=cause)) == ["lame"] * 2


def test_any_answer_of_the_resolver_for_a_name_in_the_zone_is_one():
    found = resolver_fails(site(), "servfail")
    index = EvidenceIndex(found.items.values())
    elsewhere = EvidenceIndex(found.note("a", "www.other.org", absent="NODATA").items.values())
    inside = EvidenceIndex(found.note("mx", ZONE, absent="NODATA").items.values())

    assert resolver_answers(index, ZONE) == resolver_answers(elsewhere, ZONE) == "fails"
    assert resolver_answers(inside, ZONE) == "answers"
    assert resolver_answers(EvidenceIndex(()), ZONE) == "open"


WORDS = ("good", "REFUSED REFUSED", "REFUSED good", "REFUSED", "timeout", "REFUSED timeout", "good good")
ORDER = {"lame": 0, "old_copy": 0, "open": 1, "silent": 1}


@pytest.mark.parametrize(("one", "two"), [*product(WORDS, WORDS)])
def test_an_answer_that_is_missing_makes_no_server_sure_of_anything(one, two):
    """Each fact on its own, made unknown: who failed may be open then, who serves too, and nobody changes sides."""
    found = said(said(site(), ONE, one), TWO, two)
    before = standings(found)
    for item in [each for each in found.items.values() if each.kind in ("server", "server_again")]:
        lost = site()
        lost.items = dict(found.items)
        lost.note(item.kind, item.subject, unknown="timeout")
        for old, new in zip(before, standings(lost), strict=True):
            assert ORDER.get(new, 2) == ORDER.get(old, 2) or ORDER.get(new, 2) == 1


# -- serials ------------------------------------------------------------------------------------------------------


def copies(old: int, new: int, *, refresh: int | None = 7200, second: int | None = None, at: str = AT) -> Site:
    """The second server is behind, or so it was when it was first asked."""
    found = site()
    newer = NewerCopy(ONE.server, ONE.address, new, refresh)
    found.note("server", " ".join(ONE), ServerAnswer(*ONE, True, "NOERROR", new, "p", refresh=refresh))
    found.note("server", " ".join(TWO), ServerAnswer(*TWO, True, "NOERROR", old, "p", refresh=refresh))
    again = SecondAnswer(*TWO, True, "NOERROR", old if second is None else second, newer)
    found.note("server_again", " ".join(TWO), again)
    item = found.items[f"server_again:{' '.join(TWO)}"]
    found.items[item.id] = msgspec.structs.replace(item, at=at)
    return found


# The evidence is of 9 January 2021.
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (2019030301, 2020101501, "old_copy"),
        (2020101401, 2020101501, "behind"),  # may be a hundred changes of today
        (2020101301, 2020101501, "behind"),
        (2020101201, 2020101501, "old_copy"),
        (2019030301, 2021010901, "behind"),  # changed today
        (2019030301, 2021010701, "old_copy"),
        (41, 57, "behind"),
        (2**32 - 2, 3, "behind"),
        (57, 2020101501, "old_copy"),
        (1600000000, 1606000000, "old_copy"),
        (1600000000, 1600000001, "behind"),
        (1600000000, 1610150399, "behind"),
        (2020101501, 2019030301, "answers"),
        (57, 57, "answers"),
        (0, 2**31, "answers"),
    ],
)
def test_a_copy_is_old_if_the_newer_version_is_older_than_a_transfer_takes(old, new, expected):
    assert standings(copies(old, new)) == ["answers", expected]


def test_the_refresh_of_the_zone_is_what_it_is_measured_by():
    assert standings(copies(2019030301, 2020120101, refresh=30 * DAY))[1] == "old_copy"
    assert standings(copies(2019030301, 2020120101, refresh=60 * DAY))[1] == "behind"
    assert standings(copies(2020100101, 2020101501, refresh=20 * DAY))[1] == "behind"


def test_evidence_without_a_refresh_says_nothing_of_old_copies():
    assert standings(copies(2019030301, 2020101501, refresh=None))[1] == "behind"


def test_one_that_caught_up_in_between_serves():
    assert standings(copies(2019030301, 2020101501, second=2020101501)) == ["answers", "answers"]
    assert standings(copies(2019030301, 2020101501, second=2020101502)) == ["answers", "answers"]


def test_a_counter_is_old_after_it_was_seen_for_longer_than_the_refresh():
    assert standings(copies(41, 57, at="2021-01-09T02:00:00Z"))[1] == "behind"
    assert standings(copies(41, 57, at="2021-01-09T02:00:01Z"))[1] == "old_copy"
    assert standings(copies(41, 57, refresh=1, at="2021-01-09T00:14:00Z"))[1] == "behind"


def test_a_second_answer_that_is_missing_leaves_it_open():
    found = copies(2019030301, 2020101501).note("server_again", " ".join(TWO), unknown="timeout")

    assert standings(found) == ["answers", "open"]


def test_the_lag_names_both_and_how_far_behind():
    lag = health(copies(2019030301, 2020101501)).of(TWO).lag

    assert (lag.serial, lag.newer.serial, lag.newer.nameserver) == (2019030301, 2020101501, ONE.server)
    assert lag.time.days == 592
    assert health(copies(41, 57)).of(TWO).lag.time is None
    assert health(copies(41, 57)).of(TWO).lag.versions == 16


def test_two_primaries_with_unrelated_serials_both_serve():
    found = site()
    for server, serial, mname in ((ONE, 2020101501, "ns1.example.net"), (TWO, 1, "ns-1.awsdns-00.com")):
        found.note("server", " ".join(server), ServerAnswer(*server, True, "NOERROR", serial, mname, refresh=7200))

    assert standings(found) == ["answers", "answers"]


def test_a_server_stands_as_the_best_of_its_addresses():
    assert standing_of([]) is None
    assert standing_of(["lame", "answers"]) == "answers"
    assert standing_of(["old_copy", "silent"]) == "silent"


# -- one address family -----------------------------------------------------------------------------------


def dual(four: str, six: str, *, other: str = "") -> Site:
    """Both servers answer over IPv4 with ``four`` and over IPv6 with ``six``, the second one with ``other``."""
    found = site()
    for number, server in enumerate((ONE, TWO)):
        over_six = server._replace(address=f"2001:db8::{number + 1}")
        said(said(found, server, four), over_six, other if other and number else six)
    return found


def by_family(site: Site) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"IPv4": set(), "IPv6": set()}
    for each in health(site).zones[ZONE].servers:
        found[family(each.server.address)].add(each.standing)
    return found


BAD = ("REFUSED REFUSED", "SERVFAIL SERVFAIL", "noaa noaa")


@pytest.mark.parametrize("bad", BAD)
def test_a_network_that_meddles_with_one_family_makes_no_server_lame(bad):
    assert by_family(dual("good", bad)) == {"IPv4": {"answers"}, "IPv6": {"not_asked"}}
    assert by_family(dual(bad, "good")) == {"IPv4": {"not_asked"}, "IPv6": {"answers"}}
    assert health(dual("good", bad)).unheard == "IPv6"
    assert health(dual("good", bad)).heard(ZONE)


@pytest.mark.parametrize("bad", BAD)
def test_a_family_over_which_somebody_serves_is_not_meddled_with(bad):
    assert by_family(dual("good", bad, other="good")) == {"IPv4": {"answers"}, "IPv6": {"answers", "lame"}}
    assert health(dual("good", bad, other="good")).unheard is None


def test_a_family_that_gives_no_answer_is_silent_and_not_meddled_with():
    assert by_family(dual("good", "timeout")) == {"IPv4": {"answers"}, "IPv6": {"silent"}}
    assert by_family(dual("good", "REFUSED REFUSED", other="timeout"))["IPv6"] == {"open", "silent"}
    assert health(dual("good", "REFUSED REFUSED", other="timeout")).unheard is None
