"""The function mail_send: services that send for the site."""

from __future__ import annotations

import pytest
from helpers.reports import impacts, parents, report_on, state
from helpers.sites import Site, in_pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.model.values import Dkim, MailGreeting, NewerCopy, Origin, SecondAnswer, ServerAnswer, Spf


def test_senders_are_alternatives_and_addresses_of_an_spf_record_count():
    site = in_pairs().note(
        "spf", "steady.org", Spf("v=spf1 ...", ("amazonses.com",), ("88.198.77.25", "51.38.99.0/24"), True, True)
    )
    site.note("origin", "51.38.99.0", Origin("51.38.0.0/16", (16276,)))
    alone = in_pairs().note("spf", "steady.org", Spf("v=spf1 ...", (), ("193.235.17.9",)))
    nobody = in_pairs().note("spf", "steady.org", Spf("v=spf1 -all"))

    assert "amazon" not in parents(report_on(site))
    assert state(report_on(alone), "mail_send") == "unknown"
    assert state(report_on(nobody), "mail_send") == "not_applicable"


def test_an_include_that_could_not_be_read_may_be_anybody():
    site = in_pairs().note("spf", "steady.org", Spf("v=spf1 ...", ("amazonses.com",)))
    known = report_on(site)
    site.note("spf", "amazonses.com", unknown="servfail")

    assert "amazon" in parents(known)
    assert "amazon" not in parents(report_on(site))
    assert report_on(site).score.low <= known.score.low


def test_a_dkim_key_at_a_service_makes_it_a_sender():
    key = "s1._domainkey.steady.org"
    signed = in_pairs().note("dkim", key, Dkim("s1", "s1.domainkey.u1.wl.sendgrid.net"))
    silent = in_pairs().note("dkim", key, unknown="timeout")
    own = in_pairs().note("dkim", key, Dkim("s1"))

    report = report_on(signed)
    assert impacts(report, "twilio")["mail_send"] == "down"
    assert state(report_on(silent), "mail_send") == "unknown"
    assert report_on(silent).score.low <= report.score.low
    assert report_on(silent).score.high >= report.score.high
    assert state(report_on(own), "mail_send") == "not_applicable"


# -- what is unknown is no "nobody" -----------------------------------------------------------------------------------


def sending(record: str, **more) -> Site:
    return in_pairs().note("spf", "steady.org", Spf(record, **more))


@pytest.mark.parametrize(
    ("record", "more", "lost"),
    [
        ("v=spf1 mx -all", {"uses_mx": True}, ("mx",)),
        ("v=spf1 a -all", {"uses_a": True}, ("a",)),
        ("v=spf1 a -all", {"uses_a": True}, ("a", "aaaa")),
        ("v=spf1 a mx -all", {"uses_a": True, "uses_mx": True}, ("a", "aaaa", "mx")),
    ],
)
def test_senders_that_could_not_be_learnt_are_open(record, more, lost):
    site = sending(record, **more)
    before = score_of(site)
    for kind in lost:
        site.note(kind, "steady.org", unknown="timeout")
    after = score_of(site)

    assert state(report_on(site), "mail_send") != "not_applicable"
    assert (after.low <= before.low, after.high >= before.high) == (True, True)


def test_senders_of_which_there_are_none_are_nobody():
    mx = sending("v=spf1 mx -all", uses_mx=True).note("mx", "steady.org", absent="NODATA")
    address = sending("v=spf1 a -all", uses_a=True).note("a", "steady.org", absent="NODATA")

    assert state(report_on(mx), "mail_send") == state(report_on(address), "mail_send") == "not_applicable"


@pytest.mark.parametrize("mechanism", ["exists", "ptr", "all"])
def test_a_mechanism_that_lists_nobody_may_let_anybody_send(mechanism):
    assert state(report_on(sending("v=spf1 ...", unlisted=(mechanism,))), "mail_send") == "unknown"


@pytest.mark.parametrize("fault", ["syntax", "loop", "lookups", "void_lookups"])
def test_a_record_that_receivers_refuse_forbids_nobody(fault):
    known = sending("v=spf1 ...", includes=("amazonses.com",))
    broken = sending("v=spf1 ...", includes=("amazonses.com",), broken=(fault,))

    assert state(report_on(sending("v=spf1 ...", broken=(fault,))), "mail_send") == "unknown"
    assert "amazon" in parents(report_on(known))
    assert score_of(broken).low <= score_of(known).low
    assert score_of(broken).high >= score_of(known).high


def test_a_record_that_names_nobody_and_forbids_nobody_is_told_as_that():
    told = next(each for each in report_on(sending("v=spf1 ?all", open=True)).functions if each.id == "mail_send")

    assert (told.state, told.note) == ("not_applicable", "its SPF record names no sender and forbids none")


def score_of(site: Site, function: str = "mail_send"):
    return next(each.score for each in report_on(site).functions if each.id == function)


def scores(site: Site):
    functions = ("resolve", "mail_receive", "mail_send")
    return {each.id: each.score for each in report_on(site).functions if each.id in functions}


def everything() -> Site:
    """A site whose mail rests on all that mail can rest on, with the exchangers asked."""
    record = Spf("v=spf1 ...", ("amazonses.com",), ("88.198.77.25",), uses_mx=True, uses_a=True)
    site = in_pairs().note("spf", "steady.org", record)
    site.note("dkim", "s1._domainkey.steady.org", Dkim("s1", "s1.domainkey.u1.wl.sendgrid.net"))
    site.note("exchanger", "mx1.steady.org 88.198.77.25", MailGreeting("mx1.steady.org", "88.198.77.25", 220, "E", 250))
    return site.note("exchanger", "mx2.steady.org 51.38.99.25", absent="connection refused twice")


def only_exchangers() -> Site:
    return sending("v=spf1 mx -all", uses_mx=True)


def only_address() -> Site:
    return sending("v=spf1 a -all", uses_a=True).note("mx", "steady.org", absent="NODATA")


def nobody() -> Site:
    return sending("v=spf1 -all").mail()


def old_copy() -> Site:
    site = everything()
    rows = (("dns1.p01.nsone.net", "198.51.44.1", 2020101501), ("ns-10-a.gandi.net", "173.246.100.11", 2019030301))
    for host, address, serial in rows:
        answer = ServerAnswer("steady.org", host, address, True, "NOERROR", serial, "p", refresh=7200)
        site.note("server", f"steady.org {host} {address}", answer)
    newer = NewerCopy("dns1.p01.nsone.net", "198.51.44.1", 2020101501, 7200)
    again = SecondAnswer("steady.org", "ns-10-a.gandi.net", "173.246.100.11", True, "NOERROR", 2019030301, newer)
    return site.note("server_again", "steady.org ns-10-a.gandi.net 173.246.100.11", again)


SITES = (everything, only_exchangers, only_address, nobody, old_copy)


@pytest.mark.parametrize("make", SITES)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_unknown_only_widens_mail_and_names(make, data):
    """Any facts of a site made unknown: neither end of a function's score comes closer to the other. Each case needs
    two whole reports, so this takes some seconds."""
    site = make()
    kinds = ("mx", "spf", "dkim", "exchanger", "a", "aaaa", "server", "server_again", "origin")
    facts = sorted(key for key, item in site.items.items() if item.kind in kinds and item.unknown is None)
    lost = data.draw(st.lists(st.sampled_from(facts), min_size=1, max_size=4, unique=True))
    cause = data.draw(st.sampled_from(["timeout", "servfail", "refused"]))
    before = scores(site)
    for key in lost:
        site.note(site.items[key].kind, site.items[key].subject, unknown=cause)
    after = scores(site)

    for function, old in before.items():
        assert after[function].low <= old.low
        assert after[function].high >= old.high
