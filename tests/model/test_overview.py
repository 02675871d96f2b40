"""The line of a site in the table of a list."""

from __future__ import annotations

from helpers import corpus

from hostaudit import audit
from hostaudit.documents import rules
from hostaudit.model.overview import line_of

FILES = corpus.bundles()


def test_the_line_repeats_the_report():
    report = audit.analyse(FILES["parler-2021"], rules.load())
    line = line_of(report)

    assert (line.domain, line.low, line.high, line.verdict) == (
        "parler.com",
        report.score.low,
        report.score.high,
        "not_judged",
    )
    assert [fall.company for fall in line.falls] == ["amazon", "alphabet", "apple"]
    assert line.falls[0].functions[0] == "web"
    assert line.falls[0].hours == max(each.time_to_recover_hours.usual for each in report.spofs[0].functions)
    assert (line.classes, line.down, line.news) == (("E",), False, "")


def test_news_is_what_is_broken_then_what_is_unknown():
    lines = {name: line_of(audit.analyse(FILES[name], rules.load())) for name in FILES}

    assert lines["expired-certificate"].down
    assert lines["expired-certificate"].news.startswith("Browsers refuse the certificate")
    assert lines["behind-a-proxy"].news == "origin behind Cloudflare unknown"
    assert lines["half-blind"].news == "4 questions without an answer"
    assert lines["mail-only"].classes == ()
