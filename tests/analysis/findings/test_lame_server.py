"""Lame delegation: a server that was asked twice and does not answer for the zone, while the others do."""

from __future__ import annotations

import pytest
from helpers.reports import report_on, state
from helpers.sites import GANDI_NS, NSONE, Site, in_pairs

from hostaudit.model.values import SecondAnswer, ServerAnswer

RULE = "lame-delegation"
SUBJECTS = [f"steady.org {host} {address}" for host, (address, _) in (*NSONE.items(), *GANDI_NS.items())]


def lame(*subjects: str, authoritative: bool = False, rcode: str = "REFUSED", twice: bool = True) -> Site:
    site = in_pairs()
    for subject in subjects:
        site.note("server", subject, ServerAnswer(*subject.split(), authoritative, rcode))
        if twice:
            site.note("server_again", subject, SecondAnswer(*subject.split(), authoritative, rcode))
    return site


def found(site: Site):
    return [each for each in report_on(site).findings if each.rule == RULE]


@pytest.mark.parametrize(("rcode", "word"), [("REFUSED", "REFUSED"), ("SERVFAIL", "SERVFAIL"), ("NOERROR", "without")])
def test_it_names_the_server_and_its_answer(rcode, word):
    (finding,) = found(lame(SUBJECTS[1], rcode=rcode))

    assert (finding.severity, finding.verdict, finding.subject) == ("medium", "", SUBJECTS[1])
    assert word in finding.message
    assert "the parent zone delegates to it" in finding.message
    assert {f"server:{SUBJECTS[1]}", f"server_again:{SUBJECTS[1]}", "delegation:steady.org"} <= set(finding.because)


def test_one_that_was_asked_once_is_none():
    assert found(lame(SUBJECTS[1], twice=False)) == []
    assert state(report_on(lame(SUBJECTS[1], twice=False)), "resolve") == "degraded"


def test_if_all_answer_so_while_the_resolver_answers_nothing_is_said_of_them():
    report = report_on(lame(*SUBJECTS))
    sound = report_on(in_pairs())
    legs = [leg for each in report.functions if each.id == "resolve" for leg in each.legs]

    assert not [each for each in report.findings if each.rule == RULE]
    assert (report.score, report.verdict, state(report, "resolve")) == (sound.score, sound.verdict, "up")
    assert {leg.liveness for leg in legs} == {"not_asked"}
    (caveat,) = report.caveats
    assert (caveat.kind, caveat.subject) == ("direct_dns", "steady.org")
    assert {f"server:{each}" for each in SUBJECTS} <= set(caveat.because)
    assert sound.caveats == ()


def test_if_the_resolver_fails_too_the_name_does_not_resolve():
    site = lame(*SUBJECTS)
    for item in list(site.items.values()):
        if item.kind in ("a", "aaaa", "mx", "zone", "nameservers", "caa") and item.subject.endswith("steady.org"):
            site.note(item.kind, item.subject, unknown="servfail")

    assert {each.severity for each in found(site)} == {"high"}
    assert state(report_on(site), "resolve") == "down"
