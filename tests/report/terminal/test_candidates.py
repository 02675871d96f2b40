"""The page of those who could stand in."""

from __future__ import annotations

from helpers import sample_whatif as sample
from helpers.pages_shown import flat

from hostaudit.model.whatif import Gap


def test_candidates_begin_with_the_usual_names_and_say_why_not():
    written = flat(sample.fallbacks())

    assert "1. hosting by Amazon carries: web site, api.captive.com" in written
    assert "Azure (US) - a usual choice; shares no parent; on record: judged unlikely in parler-2021" in written
    assert written.index("Azure") < written.index("Host 0")
    assert "and 4 more, see --format json" in written
    assert "not independent: Google Cloud (google-cloud, DE) - a usual choice; shares parent alphabet" in written
    assert "2. registry by verisign carries: name resolution Nobody in the catalogue is independent" in written
    assert "No single point of failure of captive.com" in flat(sample.fallbacks(gaps=(), parents=(), jurisdictions=()))


def test_what_is_true_of_all_candidates_is_said_once():
    hosts = tuple(sample.candidate(f"host-{n}", f"Host {n}", usual=n == 1) for n in range(3))
    functions = ("resolve", "web", "mail_receive", "mail_send", "install_ios")
    written = flat(sample.fallbacks(gaps=(Gap("amazon", "Amazon", "dns", functions, hosts),)))

    assert written.count("shares no parent") == 1
    assert "each of these: shares no parent" in written
    assert "independent: Host 1 (host-1, DE) - a usual choice" in written
    assert "carries: name resolution, web site, incoming mail, outgoing mail and 1 more" in written


def test_a_candidate_of_which_nobody_stated_an_upstream_is_not_called_independent():
    hosts = (sample.candidate("a", "A", upstream="stated"), sample.candidate("b", "B", upstream="not stated"))
    written = flat(sample.fallbacks(gaps=(Gap("amazon", "Amazon", "dns", ("web",), hosts),)))

    assert "independent: A (DE)" in written
    assert "upstream not stated: B (DE)" in written
    assert "independent: B" not in written
