"""Each kind of evidence in one line."""

from __future__ import annotations

import pytest
from helpers.sample_report import evidence, report

from hostaudit.model import words
from hostaudit.model.evidence import Cause
from hostaudit.model.report import (
    HIDDEN_ORIGIN,
    ClassInterval,
    Function,
    FunctionImpact,
    Hours,
    Score,
    ScoreInterval,
    TimeTerm,
    UnknownFact,
)
from hostaudit.model.values import (
    KINDS,
    Addresses,
    Alias,
    AppLinks,
    AppRef,
    Caa,
    CanonicalName,
    Certificate,
    CertificateName,
    Delegation,
    DirectPackages,
    Dkim,
    Dmarc,
    Dnssec,
    FrontPage,
    Kind,
    Listing,
    MailExchanger,
    MailExchangers,
    MailGreeting,
    NameServerGlue,
    NameServers,
    NewerCopy,
    Origin,
    Owner,
    Page,
    Published,
    PublishedRanges,
    Registration,
    SecondAnswer,
    ServerAnswer,
    ServerRecords,
    ServiceBinding,
    ServiceBindings,
    Spf,
    StandbyAnswer,
    StandbyServer,
    Value,
    WebAnswer,
    WebApp,
    ZoneCut,
)
from hostaudit.report import wording

NAME = CertificateName("Example CA", "X1")

VALUES = {
    "registration": (
        Registration("rdap", "Reg", "9", ("client hold",), expires="2022-01-01T00:00:00Z"),
        "Reg (IANA 9), until 2022-01-01, client hold",
    ),
    "delegation": (Delegation("com", (NameServerGlue("ns1.x.com"),), 60), "ns1.x.com"),
    "nameservers": (NameServers(("a", "b", "c", "d"), 60), "a, b, c and 1 more"),
    "server": (ServerAnswer("x.com", "ns", "192.0.2.1", False, "REFUSED"), "not authoritative, REFUSED"),
    "server_again": (
        SecondAnswer("x.com", "ns", "192.0.2.1", True, "NOERROR", 41, NewerCopy("ns2", "192.0.2.2", 57)),
        "authoritative, NOERROR, serial 41, 57 at ns2",
    ),
    "server_records": (
        ServerRecords("x.com", "ns", "192.0.2.1", "p", ("ns", "ns2"), (), None),
        "NS ns, ns2; MX none",
    ),
    "exchanger": (MailGreeting("mx.x.com", "192.0.2.1", 421, "busy"), "421, no answer to EHLO"),
    "dnssec": (Dnssec(True, True, True), "signed"),
    "zone": (ZoneCut(("x.com", "com")), "x.com, com"),
    "a": (Addresses((), (), 60), "none"),
    "aaaa": (Addresses((Alias("a", "b", 1),), ("2001:db8::1",), 60), "by way of b, 2001:db8::1"),
    "https": (ServiceBindings((ServiceBinding(1, "cdn.x.com"),), 60), "cdn.x.com"),
    "origin": (Origin("192.0.2.0/24", (1, 2)), "AS1, AS2, prefix 192.0.2.0/24"),
    "owner": (Owner("whois", "192.0.2.0", "192.0.2.255"), "not named, 192.0.2.0 to 192.0.2.255"),
    "web": (WebAnswer("x.com", "192.0.2.1", "https", 403, ()), "status 403"),
    "tls": (
        Certificate("x.com", "192.0.2.1", NAME, (), "2021-01-01T00:00:00Z", "2021-03-01T00:00:00Z", False),
        "by Example CA, until 2021-03-01, not valid",
    ),
    "plain": (WebAnswer("x.com", "192.0.2.1", "http", 301, ()), "status 301"),
    "cname": (CanonicalName("x.example.net", 60), "x.example.net"),
    "unvalidated": (NameServers(("ns1.x.com",), 60), "ns1.x.com"),
    "caa": (Caa("x.com", ("letsencrypt.org",)), "letsencrypt.org"),
    "mx": (MailExchangers((MailExchanger(1, "mx.x.com"),), 60), "mx.x.com"),
    "spf": (Spf("v=spf1 -all"), "v=spf1 -all"),
    "dmarc": (Dmarc("reject"), "policy reject"),
    "dkim": (Dkim("s1"), "a key"),
    "front": (FrontPage("https://x.com/", "x.com", 200), "status 200 from x.com"),
    "page": (Page("https://x.com/"), "0 scripts and styles of others"),
    "resource": (Addresses((), ("192.0.2.1",), 60), "192.0.2.1"),
    "apps": (AppLinks((AppRef("ios", "apple-app-store", "1", "page"),)), "apple-app-store 1"),
    "listing": (Listing("f-droid", "org.x", "android", "X", "X Ltd"), "listed as X by X Ltd"),
    "web_app": (WebApp("https://x.com/m.json", False, lacks=("icons",)), "not installable, lacks icons"),
    "standby_ns": (
        StandbyServer("x.com", "ns", "192.0.2.1", True, "NOERROR", 41),
        "authoritative, NOERROR, serial 41",
    ),
    "standby_web": (StandbyAnswer("x.com", "192.0.2.1", "/", 200, False), "status 200, without the marker"),
    "standby_mx": (MailGreeting("mx.x.com", "192.0.2.1", 220, "hi", 250), "220, EHLO 250"),
    "published": (
        PublishedRanges((Published("192.0.2.0/24", "https://x.com/r.json", "S3", "eu-west-1"),)),
        "192.0.2.0/24, S3 eu-west-1, in https://x.com/r.json",
    ),
    "packages": (DirectPackages(("https://x.com/x.apk",)), "https://x.com/x.apk"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_put_in_a_few_words(kind):
    value, words = VALUES[kind]

    assert wording.answer(evidence(kind, "x.com", value)) == words


def test_what_a_standby_did_not_say_is_told():
    silent = StandbyServer("x.com", "ns", "192.0.2.1", False, "REFUSED")

    assert wording.answer(evidence("standby_ns", "x.com ns 192.0.2.1", silent)) == "not authoritative, REFUSED"
    assert wording.answer(evidence("standby_web", "x", StandbyAnswer("x", "a", "/", 403))) == "status 403"
    gone = evidence("standby_mx", "mx.x.com 192.0.2.1", MailGreeting("mx.x.com", "192.0.2.1", 554, ""))
    assert wording.proof(gone) == "greeting of standby mx.x.com at 192.0.2.1: 554, no answer to EHLO"
    page = evidence("standby_web", "x.com 192.0.2.1 /up", StandbyAnswer("x.com", "192.0.2.1", "/up", 200, True))
    assert wording.proof(page) == "standby 192.0.2.1 asked for x.com/up: status 200, with the marker"


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0, "0 minutes"),
        (0.001, "1 minute"),
        (0.5, "30 minutes"),
        (1, "1 hour"),
        (29, "29 hours"),
        (48, "2 days"),
        (360, "15 days"),
        (1008, "42 days"),
        (14448, "602 days"),
        (24 * 900, "30 months"),
    ],
)
def test_durations_are_in_the_unit_a_person_would_choose(hours, expected):
    assert words.duration(hours) == expected


def test_a_range_names_its_unit_once_if_both_ends_share_it():
    assert words.span(Hours(48, 360, 1008)) == "15 days (2 to 42 days)"
    assert words.span(Hours(4, 48, 360)) == "2 days (4 hours to 15 days)"
    assert words.span(Hours(720, 720, 720)) == "30 days"
    assert wording.onset(0) == "at once"
    assert wording.onset(36) == "in 36 hours"


def test_every_cause_has_words_of_its_own():
    causes = set(Cause.__args__)

    assert causes <= set(wording.CAUSES)
    assert len(set(wording.CAUSES.values())) == len(wording.CAUSES)
    assert wording.cause("some_new_cause") == "some new cause"


def test_every_kind_of_evidence_can_be_put_as_a_proof():
    assert set(KINDS) == set(Kind.__args__)
    assert {row.value for row in KINDS.values()} == set(Value.__args__)


def test_a_proof_says_what_was_asked_and_answered():
    shown = {item.id: wording.proof(item) for item in report().evidence}

    assert shown["aaaa:captive.com"] == "AAAA of captive.com: absent, NODATA"
    assert shown["a:www.captive.com"] == "A of www.captive.com: by way of d1.cloudfront.net, 13.225.10.5"
    assert shown["caa:captive.com"].startswith("CAA of captive.com: unknown, the name server or resolver failed")
    odd = evidence("tls", "a b c", not_applicable="no address")
    assert wording.proof(odd) == "tls of a b c: does not apply, no address"


def test_the_most_telling_proofs_are_of_different_kinds():
    first = [item.kind for item in wording.most_telling(report().evidence)[:4]]

    assert first == ["owner", "origin", "registration", "a"]


def test_lists_read_as_prose():
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.few(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert words.few([]) == "none"
    assert wording.role("new_role") == "new role"
    assert wording.effect("new_effect") == "new effect"


TABLE = {
    "assumed": TimeTerm("time_to_recover", Hours(48, 360, 2136), "assumed", "rules/recovery.yaml"),
    "ttl": TimeTerm("time_to_recover", Hours(0, 0.5, 1), "measured", "TTL", ("a:x.com",)),
    "none": TimeTerm("time_to_recover", Hours(0, 0, 0), "measured", "TTL", ("delegation:x.com",)),
    "lock": TimeTerm("time_to_recover", Hours(48, 48, 48), "measured", "lock", ("registration:x.com",)),
    "end": TimeTerm("time_to_impact", Hours(90, 90, 90), "measured", "notAfter", ("tls:x.com 192.0.2.1",)),
}


def timed(*terms):
    return FunctionImpact("web", "down", 0.0, Hours(1, 2, 3), times=terms)


@pytest.mark.parametrize(
    ("impacts", "measured"),
    [
        ([timed("assumed", "none")], ""),
        ([timed("assumed", "ttl")], " Measured: TTLs."),
        ([timed("assumed", "end")], " Measured: end of the certificate."),
        ([timed("assumed"), timed("end", "lock", "ttl")], " Measured: TTLs, end of the certificate, transfer locks."),
        ([timed(TABLE["assumed"], TABLE["lock"])], " Measured: transfer locks."),
    ],
)
def test_what_is_assumed_and_what_is_measured_is_said_once(impacts, measured):
    told = '"back after" is what you would need, counted from the loss. Assumed: rules/recovery.yaml.'

    assert wording.bases(impacts, TABLE) == told + measured


def test_times_of_older_reports_keep_their_own_words():
    old = FunctionImpact("web", "down", 0.0, Hours(1, 2, 3), basis="recovery assumed; TTL measured")

    assert wording.bases([old, old], {}) == "recovery assumed; TTL measured"
    assert wording.bases([], {}) == ""


HIDDEN = UnknownFact("origin", "x.com", HIDDEN_ORIGIN, False, provider="cloudfront")
OPEN = UnknownFact("dns", "x.com", "timeout", True)


@pytest.mark.parametrize(
    ("score", "unknowns", "said"),
    [
        (Score(9, 9, 1.0), (), "; the operator of every part seen is known"),
        (
            Score(9, 40, 1.0),
            (),
            "; the operator of every part seen is known; the range is due to what was not asked or not proved",
        ),
        (Score(9, 40, 0.83), (OPEN,), "; 83% of its parts are known"),
        (Score(0, 100, 0.0), (OPEN,), "; nothing of what it rests on is known"),
        (
            Score(9, 40, 0.9),
            (HIDDEN,),
            "; the operator of every part seen is known; the origin behind Amazon CloudFront is not",
        ),
        (
            Score(9, 40, 0.9),
            (HIDDEN, OPEN),
            "; the origin behind Amazon CloudFront is unknown, and so are some other parts",
        ),
    ],
)
def test_how_much_is_known_of_a_score_is_said_in_words(score, unknowns, said):
    found = report(score=score, unknowns=unknowns, dependencies=(), names={"cloudfront": "Amazon CloudFront"})

    assert wording.grounds(found) == said


@pytest.mark.parametrize(
    ("ends", "state", "said"),
    [
        (("A", "A"), "up", ", class A (names aside, no company can stop the web site for 1 hour)"),
        (("C", "C"), "up", ", class C (one company can stop the web site for 1 to 3 days)"),
        (("E", "E"), "degraded", ", class E (one company can stop the web site for 7 days or longer)"),
        (("E", "C"), "up", ", class C to E (A is best, E is worst)"),
        (("E", "E"), "down", ", class E"),
    ],
)
def test_a_class_comes_with_its_meaning(ends, state, said):
    score = Score(9, 9, 1.0, class_=ClassInterval(*ends))
    web = Function("web", state, ScoreInterval(9, 9))

    assert wording.outage_class(report(score=score, functions=(web,))) == said
    assert wording.outage_class(report()) == ""
