"""Who announces an address: which of the table and the live service is asked, and which is believed."""

from __future__ import annotations

import asyncio
import time
from datetime import date

import pytest
from helpers.servers import DnsServer

from hostaudit import datasets
from hostaudit.datasets.routes import ANNOUNCED, KIND, PREFIXES, Routes
from hostaudit.datasets.table import Table
from hostaudit.datasets.table_writer import Builder, Metadata
from hostaudit.errors import DocumentError
from hostaudit.observe.net.limits import Budget, Limits
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.origins import Origins

MADE = date(2026, 6, 17)
YOUNG, OLD = date(2026, 9, 15), date(2026, 9, 16)
ADDRESS = "8.51.100.9"
SECOND = Limits(timeout=1)
LIVE = {
    ("9.100.51.8.origin.asn.cymru.com", "TXT"): ['"64500 64501 | 8.51.96.0/19 | NL | ripencc | 2001-01-01"'],
    ("as64500.asn.cymru.com", "TXT"): ['"64500 | NL | ripencc | 2001-01-01 | EXAMPLE-AS, NL"'],
    ("10.100.51.8.origin.asn.cymru.com", "TXT"): ['"who knows"'],
}
DEAD = {"9.100.51.8.origin.asn.cymru.com": "servfail"}


def routes(*, notes=None, day="2026-06-17"):
    builder = Builder()
    builder.add(4, 0x08336400, 0x083364FF, (64510, 64511, "US"))
    builder.label(64511, "TABLE-AS")
    about = Metadata(kind=KIND, title="t", source="s", licence="l", date=day, notes=notes or {})
    return Routes(Table(builder.build(about)))


def empty():
    about = Metadata(kind=KIND, title="t", source="s", licence="l", date="2026-06-17")
    return Routes(Table(Builder().build(about)))


def find(
    address=ADDRESS,
    *,
    today=YOUNG,
    table=routes,
    faults=None,
    live=None,
    no_third_party=False,
    limits=SECOND,
):
    """The outcome, what was asked of the resolver, and the ``Origins`` that did it."""

    async def go():
        server = DnsServer(LIVE if live is None else live, faults=faults or {})
        async with server, LiveNet(limits, resolver=(server.address,)) as net:
            options = {"open_table": table, "today": lambda: today, "no_third_party": no_third_party}
            origins = Origins(net._dns, Budget(limits), **options)
            outcome = await origins.find(address)
            await origins.close()
            assert net.crashes == []
            return outcome, sum(server.asked.values()), origins

    return asyncio.run(go())


def test_a_young_table_answers_alone():
    outcome, asked, _ = find(today=YOUNG)
    found = outcome.value

    assert asked == 0
    assert outcome.source == "origin table of 2026-06-17"
    assert (found.prefix, found.asns, found.names) == ("8.51.100.0/24", (64510, 64511), ("TABLE-AS",))
    assert found.country == "US"


def test_the_live_service_goes_before_an_old_table():
    outcome, asked, origins = find(today=OLD)

    assert asked > 0
    assert origins.date is None, "nothing of the old table is in the evidence, so that nothing old is told"
    assert outcome.value.asns == (64500, 64501)
    assert outcome.source.startswith("DNS 9.100.51.8.origin.asn.cymru.com TXT at resolver ")


def test_an_old_table_answers_where_the_live_service_does_not():
    outcome, asked, origins = find(today=OLD, faults=DEAD)

    assert asked > 0
    assert origins.date == "2026-06-17"
    assert outcome.value.asns == (64510, 64511)
    assert outcome.source == "origin table of 2026-06-17; no live answer (servfail)"


def test_an_old_table_answers_when_the_live_service_has_eaten_the_deadline():
    silent = {"9.100.51.8.origin.asn.cymru.com": "timeout"}
    outcome, asked, _ = find(today=OLD, faults=silent, limits=Limits(timeout=5, deadline=0.3))

    assert asked > 0
    assert outcome.value.asns == (64510, 64511)
    assert outcome.source == "origin table of 2026-06-17; no live answer (deadline)"


def test_a_table_that_is_not_open_by_the_deadline_is_unknown():
    def slowly():
        time.sleep(0.4)
        return routes()

    outcome, asked, _ = find(table=slowly, limits=Limits(deadline=0.1))

    assert (outcome.unknown.cause, asked) == ("deadline", 0)


def test_a_live_proof_that_nobody_announces_contradicts_an_old_table():
    outcome = find(today=OLD, live={})[0]
    assert outcome.unknown.cause == "contradicted"
    assert "8.51.100.0/24" in outcome.unknown.detail
    assert find(today=OLD, live={}, table=empty)[0].absent == "not announced"


@pytest.mark.parametrize("today", [YOUNG, OLD])
def test_what_the_table_lacks_is_asked_live(today):
    outcome, _, _ = find(today=today, table=empty)

    assert (outcome.value.prefix, outcome.value.asns) == ("8.51.96.0/19", (64500, 64501))
    assert outcome.value.names == ("EXAMPLE-AS, NL",)
    assert find("8.8.8.8", today=today)[0].absent == "not announced"
    assert find(today=today, table=empty, faults=DEAD)[0].unknown.cause == "servfail"
    assert find("8.51.100.10", today=today, table=empty)[0].unknown.cause == "malformed"


@pytest.mark.parametrize("today", [YOUNG, OLD])
def test_without_third_parties_the_table_is_all_there_is(today):
    held, asked, _ = find(today=today, no_third_party=True)
    lacked, asked_too, _ = find("8.8.8.8", today=today, no_third_party=True)

    assert (asked, asked_too) == (0, 0)
    assert held.source == "origin table of 2026-06-17"
    assert (lacked.value, lacked.absent, lacked.unknown.cause) == (None, None, "not_asked")
    assert lacked.unknown.detail == "it has no route; --no-third-party"


def test_neither_a_special_address_nor_what_is_none_is_asked_about():
    for address in ("10.0.0.1", "fe80::1", "::ffff:8.51.100.9"):
        outcome, asked, _ = find(address)
        assert (outcome.absent, asked) == ("not announced", 0)
    assert find("no address")[0].unknown.cause == "malformed"


def test_an_address_may_be_written_in_any_way():
    assert find("2A01:04F8:0::1", table=empty, faults={})[0].absent == "not announced"


def broken():
    raise DocumentError("the table is damaged", "install again")


def test_without_any_table_the_live_service_is_asked():
    outcome, _, origins = find(table=broken)

    assert outcome.value.asns == (64500, 64501)
    assert (origins.warning, origins.date) == ("the table is damaged", None)
    unasked = find(table=broken, no_third_party=True)[0]
    assert unasked.unknown.cause == "not_asked"


def test_a_warning_about_the_table_and_its_date_can_be_shown():
    _, _, origins = find(table=lambda: routes().with_warning("the user's own is torn"))

    assert (origins.warning, origins.date) == ("the user's own is torn", "2026-06-17")


def test_a_table_whose_date_makes_no_sense_counts_as_old():
    assert find(table=lambda: routes(day="soon"))[0].value.asns == (64500, 64501)


def test_whether_prefixes_are_as_announced_is_said():
    assert find(table=lambda: routes(notes={PREFIXES: ANNOUNCED}))[0].value.merged is not True
    assert find()[0].value.merged is True


def test_the_event_loop_runs_on_while_a_table_is_opened():
    """A first use unpacks, which takes a quarter of a second and more on a slow disk."""

    def slowly():
        time.sleep(0.3)
        return routes()

    async def go():
        async with LiveNet(Limits(timeout=1), resolver=("192.0.2.1",), routes=slowly, no_third_party=True) as net:
            looking = asyncio.create_task(net.origin(ADDRESS))
            longest, before = 0.0, time.monotonic()
            while not looking.done():
                await asyncio.sleep(0.005)
                longest, before = max(longest, time.monotonic() - before), time.monotonic()
            return await looking, longest

    outcome, longest = asyncio.run(go())
    assert outcome.value.asns == (64510, 64511)
    assert longest < 0.15


def test_whoever_scans_is_told_of_a_broken_table_once():
    told = []

    async def go():
        options = {"routes": lambda: routes().with_warning("it is torn"), "warn": told.append, "no_third_party": True}
        async with LiveNet(Limits(timeout=1), resolver=("192.0.2.1",), **options) as net:
            assert "origin-table" not in net.data
            await asyncio.gather(net.origin(ADDRESS), net.origin("8.8.8.8"))
            return net.data

    assert asyncio.run(go()) == {"origin-table": "2026-06-17"}
    assert told == ["it is torn"]


def test_the_shipped_table_knows_who_announces_a_public_resolver():
    async def go():
        async with LiveNet(Limits(timeout=1), resolver=("192.0.2.1",), no_third_party=True) as net:
            return await asyncio.gather(net.origin("8.8.8.8"), net.origin("2606:4700:4700::1111"))

    google, cloudflare = asyncio.run(go())
    assert (google.value.asns, cloudflare.value.asns) == ((15169,), (13335,))
    assert google.source == f"origin table of {datasets.open_routes().metadata.date}"


def test_a_table_is_named_as_used_only_if_an_answer_rests_on_it():
    _, _, live = find(today=OLD)
    _, _, silent = find(today=OLD, faults=DEAD)
    _, _, young = find(today=YOUNG)
    _, _, without = find(table=empty, no_third_party=True)

    assert live.date is None
    assert silent.date == young.date == without.date == "2026-06-17"
