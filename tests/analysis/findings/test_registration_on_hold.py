"""The finding for a name on hold."""

from __future__ import annotations

from helpers.broken_sites import NAME, registered
from helpers.reports import report_on

from hostaudit.model.report import name_is_gone


def test_a_name_that_is_not_in_its_zone_is_gone_and_who_holds_it_is_said():
    report = report_on(registered("client hold", "server hold", expires="2020-12-30T00:00:00Z", gone=True))
    (found,) = report.findings

    assert name_is_gone(report.findings)
    assert found.message == (
        f"{NAME}, whose registration ended on 2020-12-30, 10 days ago, is on hold at its registrar and its registry "
        "(clientHold, serverHold), so it is not in the zone of its registry."
    )
    assert (report.score.low, report.score.high, report.verdict) == (0.0, 0.0, "fail")
    assert "does not exist" not in report.summary


def test_while_its_delegation_is_published_or_not_known_it_is_coming():
    for site in (registered("client hold"), registered("client hold").note("delegation", NAME, unknown="timeout")):
        report = report_on(site)
        (found,) = (each for each in report.findings if each.rule == "registration-on-hold")
        assert (found.severity, found.down_now) == ("medium", ())
        assert report.verdict == ("inconclusive" if site.items[f"delegation:{NAME}"].unknown else "not_judged")


def test_another_name_of_the_site_on_hold_is_not_the_end_of_all():
    site = registered()
    spare = site.spare(
        "steady.net", ("Gandi SAS", "81"), {"dns1.p01.nsone.net": ("198.51.44.1", 62597)}, ("192.0.2.7", 1)
    )
    value = site.items["registration:steady.net"].value
    site.note("registration", "steady.net", type(value)("rdap", *("Gandi SAS", "81"), status=("client hold",)))
    report = report_on(site.declare(spare_names=(spare,)))

    assert [each.subject for each in report.findings if each.rule == "registration-on-hold"] == ["steady.net"]
    assert not name_is_gone(report.findings)
