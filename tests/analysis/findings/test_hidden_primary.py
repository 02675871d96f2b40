"""The finding for a hidden primary."""

from __future__ import annotations

from helpers.reports import report_on
from helpers.sites import GANDI, Site

from hostaudit.model.values import ServerAnswer


def test_it_says_what_ends_with_it_and_counts_for_nothing():
    site = Site("steady.org").name(GANDI, {"ns1.example-dns.net": ("198.51.44.1", 64500)})
    answer = ServerAnswer("steady.org", "ns1.example-dns.net", "198.51.44.1", True, "NOERROR", 7, "master.steady.org")
    site.note("server", "steady.org ns1.example-dns.net 198.51.44.1", answer)
    site.address("master.steady.org", ("192.0.2.9", 64501))
    (found,) = (each for each in report_on(site).findings if each.rule == "hidden-primary")

    assert found.message.startswith("master.steady.org is named as the primary of steady.org")
    assert "until their copies expire" in found.effect
    assert (found.severity, found.verdict, found.down_now) == ("low", "", ())
