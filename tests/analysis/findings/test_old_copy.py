"""A name server with an old copy of the zone is a finding, and no second name server."""

from __future__ import annotations

from helpers.reports import impacts, report_on, state
from helpers.sites import GANDI_NS, NSONE, Site, in_pairs

from hostaudit.model.values import NewerCopy, SecondAnswer, ServerAnswer

RULE = "name-server-old-copy"
ZONE = "steady.org"
(FIRST, (FIRST_AT, _)), (SECOND, (SECOND_AT, _)) = (*NSONE.items(), *GANDI_NS.items())


def copies(old: int, new: int, *, refresh: int | None = 7200) -> Site:
    """NS1 has the newer version, Gandi the older one, when asked again too."""
    site = in_pairs()
    for host, address, serial in ((FIRST, FIRST_AT, new), (SECOND, SECOND_AT, old)):
        answer = ServerAnswer(ZONE, host, address, True, "NOERROR", serial, "p.steady.org", refresh=refresh)
        site.note("server", f"{ZONE} {host} {address}", answer)
    newer = NewerCopy(FIRST, FIRST_AT, new, refresh)
    again = SecondAnswer(ZONE, SECOND, SECOND_AT, True, "NOERROR", old, newer)
    return site.note("server_again", f"{ZONE} {SECOND} {SECOND_AT}", again)


def found(site: Site):
    return [each for each in report_on(site).findings if each.rule == RULE]


def test_it_names_the_server_both_serials_and_how_far_behind():
    (finding,) = found(copies(2019030301, 2020101501))

    assert (finding.outcome, finding.severity, finding.verdict, finding.down_now) == ("fail", "medium", "", ())
    for words in (SECOND, SECOND_AT, "2019030301", FIRST, "2020101501", "592 days"):
        assert words in finding.message
    assert set(finding.because) == {
        f"server:{ZONE} {SECOND} {SECOND_AT}",
        f"server_again:{ZONE} {SECOND} {SECOND_AT}",
        f"server:{ZONE} {FIRST} {FIRST_AT}",
    }
    assert "does not count" in finding.effect


def test_its_server_is_no_leg_and_earns_no_tick():
    report = report_on(copies(2019030301, 2020101501))
    sound = report_on(in_pairs())
    legs = {leg.subject: leg for each in report.functions if each.id == "resolve" for leg in each.legs}

    assert state(report, "resolve") == "degraded"
    assert impacts(report, "ibm")["resolve"] == "down"
    assert report.score.high < sound.score.low
    assert (legs[f"{ZONE} {SECOND}"].state, legs[f"{ZONE} {SECOND}"].liveness) == ("failed", "")
    assert (legs[f"{ZONE} {FIRST}"].state, legs[f"{ZONE} {FIRST}"].liveness) == ("known", "answers")


def test_a_transfer_that_may_be_under_way_is_told_and_is_no_finding():
    report = report_on(copies(41, 57))
    leg = next(leg for each in report.functions for leg in each.legs if leg.subject == f"{ZONE} {SECOND}")

    assert not [each for each in report.findings if each.rule == RULE]
    assert (leg.state, leg.liveness) == ("known", "answers")
    assert "serial 41, while" in leg.note
    assert report.score == report_on(in_pairs()).score


def test_older_evidence_has_no_such_finding():
    site = copies(2019030301, 2020101501, refresh=None)
    del site.items[f"server_again:{ZONE} {SECOND} {SECOND_AT}"]

    assert found(site) == []
    assert state(report_on(site), "resolve") == "up"
