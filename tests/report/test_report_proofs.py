"""Each kind of evidence in one line."""

from __future__ import annotations

import pytest
from sample_report import evidence

from hostaudit import model as m
from hostaudit.report import wording

NAME = m.CertificateName("Example CA", "X1")

VALUES = {
    "registration": (
        m.Registration("rdap", "Reg", "9", ("client hold",), expires="2022-01-01T00:00:00Z"),
        "Reg (IANA 9), until 2022-01-01, client hold",
    ),
    "delegation": (m.Delegation("com", (m.NameServerGlue("ns1.x.com"),), 60), "ns1.x.com"),
    "nameservers": (m.NameServers(("a", "b", "c", "d"), 60), "a, b, c and 1 more"),
    "server": (m.ServerAnswer("x.com", "ns", "192.0.2.1", False, "REFUSED"), "not authoritative, REFUSED"),
    "dnssec": (m.Dnssec(True, True, True), "signed"),
    "zone": (m.ZoneCut(("x.com", "com")), "x.com, com"),
    "a": (m.Addresses((), (), 60), "none"),
    "aaaa": (m.Addresses((m.Alias("a", "b", 1),), ("2001:db8::1",), 60), "by way of b, 2001:db8::1"),
    "https": (m.ServiceBindings((m.ServiceBinding(1, "cdn.x.com"),), 60), "cdn.x.com"),
    "origin": (m.Origin("192.0.2.0/24", (1, 2)), "AS1, AS2, prefix 192.0.2.0/24"),
    "owner": (m.Owner("whois", "192.0.2.0", "192.0.2.255"), "not named, 192.0.2.0 to 192.0.2.255"),
    "web": (m.WebAnswer("x.com", "192.0.2.1", "https", 403, ()), "status 403"),
    "tls": (
        m.Certificate("x.com", "192.0.2.1", NAME, (), "2021-01-01T00:00:00Z", "2021-03-01T00:00:00Z", False),
        "by Example CA, until 2021-03-01, not valid",
    ),
    "caa": (m.Caa("x.com", ("letsencrypt.org",)), "letsencrypt.org"),
    "mx": (m.MailExchangers((m.MailExchanger(1, "mx.x.com"),), 60), "mx.x.com"),
    "spf": (m.Spf("v=spf1 -all"), "v=spf1 -all"),
    "dmarc": (m.Dmarc("reject"), "policy reject"),
    "dkim": (m.Dkim("s1"), "a key"),
    "front": (m.FrontPage("https://x.com/", "x.com", 200), "status 200 from x.com"),
    "page": (m.Page("https://x.com/"), "0 scripts and styles of others"),
    "resource": (m.Addresses((), ("192.0.2.1",), 60), "192.0.2.1"),
    "apps": (m.AppLinks((m.AppRef("ios", "apple-app-store", "1", "page"),)), "apple-app-store 1"),
    "listing": (m.Listing("f-droid", "org.x", "android", "X", "X Ltd"), "listed as X by X Ltd"),
    "web_app": (m.WebApp("https://x.com/m.json", False, lacks=("icons",)), "not installable, lacks icons"),
    "packages": (m.DirectPackages(("https://x.com/x.apk",)), "https://x.com/x.apk"),
    "standby_ns": (
        m.StandbyServer("x.com", "ns.y.net", "192.0.2.53", True, "NOERROR", 41),
        "authoritative, NOERROR, serial 41",
    ),
    "standby_web": (
        m.StandbyAnswer("x.com", "192.0.2.80", "/", 200, False),
        "status 200, the declared text is not there",
    ),
    "standby_mx": (m.MailGreeting("mx.x.com", "192.0.2.25", 220, "ESMTP", 250), "banner 220, EHLO 250"),
}


@pytest.mark.parametrize("kind", m.VALUE_OF)
def test_an_answer_is_put_in_a_few_words(kind):
    value, words = VALUES[kind]

    assert wording.answer(evidence(kind, "x.com", value)) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (m.StandbyServer("x.com", "ns.y.net", "192.0.2.53", False, "REFUSED"), "not authoritative, REFUSED"),
        (m.StandbyAnswer("x.com", "192.0.2.80", "/", 403), "status 403"),
        (m.StandbyAnswer("x.com", "192.0.2.80", "/", 200, True), "status 200, the declared text is there"),
        (m.MailGreeting("mx.x.com", "192.0.2.25", 554, "no"), "banner 554, EHLO not reached"),
    ],
)
def test_what_a_standby_left_out_is_left_out(value, words):
    kind = next(kind for kind, form in m.VALUE_OF.items() if form is type(value))

    assert wording.answer(evidence(kind, "x.com", value)) == words
