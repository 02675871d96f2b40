"""The finding for a certificate that browsers refuse."""

from __future__ import annotations

from helpers.broken_sites import LEGS, NAME, expired, with_certificates
from helpers.reports import report_on, state

from hostaudit.model.values import WebAnswer


def found(report):
    return {each.subject: each for each in report.findings if each.rule == "certificate-refused"}


def test_refused_at_every_address_the_web_site_is_down():
    report = report_on(expired())
    assert state(report, "web") == "down"
    assert "web" in found(report)[NAME].down_now
    assert found(report)[f"www.{NAME}"].down_now == ()
    assert (state(report, "resolve"), state(report, "mail_receive")) == ("up", "up")


def test_refused_at_some_of_its_addresses_it_is_degraded():
    report = report_on(expired(LEGS[2]))
    assert state(report, "web") == "degraded"
    assert "at 1 of its 2 addresses" in found(report)[f"www.{NAME}"].message
    assert report.verdict == "not_judged"


def test_where_plain_http_shows_the_page_it_is_told_and_nothing_is_down():
    site = expired()
    for host, address in LEGS:
        site.note("plain", f"{host} {address}", WebAnswer(host, address, "http", 200, ()))
    report = report_on(site)
    assert state(report, "web") != "down"
    assert "plain http still answers" in found(report)[NAME].effect


def test_every_reason_is_said_with_what_to_do():
    for changes, said in (
        ({"names": ("other.org", "www.other.org")}, "it is for other.org, www.other.org."),
        ({"fault": "self_signed"}, "it is self-signed."),
        ({"not_before": "2021-02-01T00:00:00Z"}, "it is not valid before 2021-02-01."),
    ):
        row = found(report_on(with_certificates(**changes)))[NAME]
        assert said in row.message
        assert row.fix
