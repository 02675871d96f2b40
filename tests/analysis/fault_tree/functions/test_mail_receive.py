"""The function mail_receive: any one exchanger will do, and none at all is no function."""

from __future__ import annotations

from helpers.reports import impacts, report_on, state
from helpers.sites import in_one_leg, in_pairs

from hostaudit.model.values import MailGreeting


def test_the_one_operator_of_all_exchangers_takes_it_down():
    report = report_on(in_one_leg())

    assert state(report, "mail_receive") == "up"
    assert impacts(report, "fastmail") == {"mail_receive": "down"}


def test_one_of_two_exchangers_only_degrades_it():
    report = report_on(in_pairs())
    effects = [
        impact.effect
        for point in report.spofs
        if point.failure_domain.kind == "parent" and not point.name_only
        for impact in point.functions
        if impact.id == "mail_receive"
    ]

    assert "down" not in effects


def test_a_null_mx_is_no_function_and_an_open_question_is_an_open_function():
    assert state(report_on(in_pairs().mail()), "mail_receive") == "not_applicable"
    assert state(report_on(in_pairs().note("mx", "steady.org", unknown="timeout")), "mail_receive") == "unknown"


# -- no MX record ---------------------------------------------------------------------------------------------------


def without_mx(answer=None):
    """No MX record; ``answer`` is what the address of the domain said on port 25."""
    site = in_pairs().note("mx", "steady.org", absent="NODATA")
    for address in ("88.198.77.10", "51.38.99.20"):
        subject = f"steady.org {address}"
        if answer == "greets":
            site.note("exchanger", subject, MailGreeting("steady.org", address, 220, "ESMTP", 250))
        elif answer == "refuses":
            site.note("exchanger", subject, absent="connection refused twice")
        elif answer:
            site.note("exchanger", subject, unknown=answer)
    return site


def told(site) -> str:
    report = report_on(site)
    rows = [each.why for each in report.not_assessed if each.what == "incoming mail"]
    return rows[0] if rows else next(each.note for each in report.functions if each.id == "mail_receive")


def test_without_mx_records_mail_goes_to_the_address_which_weighs_nothing_until_it_greets():
    unasked, null = without_mx(), in_pairs().mail()

    assert state(report_on(unasked), "mail_receive") == "not_applicable"
    assert report_on(unasked).score == report_on(null).score
    assert "goes to the address itself (RFC 5321 section 5.1)" in told(unasked)
    assert "was not asked, --smtp asks" in told(unasked)


def test_what_the_address_says_decides():
    assert state(report_on(without_mx("greets")), "mail_receive") == "up"
    assert state(report_on(without_mx("refuses")), "mail_receive") == "not_applicable"
    assert "refuses connections" in told(without_mx("refuses"))
    assert state(report_on(without_mx("timeout")), "mail_receive") == "unknown"


def test_a_null_mx_takes_no_mail_whatever_the_address_would_say():
    report = report_on(in_pairs().mail())

    assert "takes no mail" in told(in_pairs().mail())
    assert "incoming mail" not in {each.what for each in report.not_assessed}
