"""The page of a scenario at one site: events in the order of time, and what each leaves."""

from __future__ import annotations

import msgspec
from helpers import ROOT
from helpers import sample_whatif as sample
from helpers.pages_shown import flat, shown

from hostaudit.model.whatif import Bound, Excluded
from hostaudit.report.terminal import bars

GOLDEN = ROOT / "tests" / "report" / "golden"


def test_the_timeline_is_as_golden():
    assert shown(sample.whatif()) == (GOLDEN / "whatif.txt").read_text("utf-8")
    assert shown(sample.whatif(), unicode=False, width=60) == (GOLDEN / "whatif-ascii-60.txt").read_text("utf-8")


def test_the_first_screen_says_what_goes_first_how_long_and_what_is_left():
    first = "\n".join(shown(sample.whatif()).splitlines()[:24])

    assert "New Android installs go first" in first
    assert "+0h   09 Jan  App store removes the app, no notice" in first
    assert "still works: incoming mail; by a fallback api.captive.com" in first


def test_on_a_wide_terminal_an_event_is_one_line():
    line = next(each for each in shown(sample.whatif(), width=200).splitlines() if "29 h notice" in each)

    assert line.startswith(" +56h  11 Jan  Host (Amazon Web Services then) suspends the account")
    assert line.endswith("you: OVH - name resolution, web site and api.captive.com down")


def test_events_are_told_in_the_order_of_time_and_none_is_dropped():
    written = flat(sample.whatif(events=tuple(reversed(sample.EVENTS))))
    order = [
        written.index(each) for each in ("you: Google Play", "you: App Store", "you: OVH", "Also in this scenario")
    ]

    assert order == sorted(order)
    assert "Twilio ends the account (messaging provider) - not assessed: who sends SMS" in written
    assert "SkySilk accepts (host) - does not apply: the site does not use SkySilk" in written


def test_an_unknown_notice_and_a_judged_event_are_marked():
    written = flat(sample.whatif())

    assert "Help desk (Zendesk then) ends the account (judged), notice unknown, taken as 0" in written
    assert "an unknown notice is taken as 0" in written
    assert "excluded: Google Cloud - unlikely to accept (asked at +56h, judged)" in written


def test_fallbacks_stand_under_the_event_that_they_are_for():
    written = flat(sample.whatif())
    host, desk, rest = (written.index(each) for each in ("you: OVH", "you: Help Ltd", "Whichever event it is:"))

    assert host < written.index("ready +57h: hosting hetzner") < written.index("excluded: Google Cloud") < desk
    assert rest < written.index("does not help: registrar gandi for captive.com (declared) - locked until 2021-03-10")
    assert rest < written.index("excluded: route53 - shares parent amazon")


def test_who_accepted_is_named_with_what_came_of_it():
    accepted = msgspec.structs.replace(sample.EVENTS[-1], applies="yes", reason="ended it in history")
    written = flat(sample.whatif(events=(*sample.EVENTS[:-1], accepted)))

    assert "+37d 15 Feb SkySilk accepts: ended it in history" in written
    assert "assumed: ended" not in written


def test_those_who_refuse_for_one_reason_share_a_line_and_a_lock_is_no_provider():
    two = tuple(Excluded(each, "refused in this scenario") for each in ("azure", "njalla"))
    written = flat(sample.whatif(excluded=(*two, *sample.EXCLUDED)))

    assert "excluded: azure and njalla - refused in this scenario" in written
    assert "blocked: moving the name to another registrar - transfer lock: blocked for 5 days more" in written
    assert "only declared" not in written


def test_a_function_that_an_event_degrades_is_told_with_it():
    soft = msgspec.structs.replace(sample.down(55.98, 79.98, state="degraded"), because=("cloud",))
    fates = (sample.fate("mail_send", soft, effect="degraded", note="slow"), sample.FATES[5])
    written = flat(sample.whatif(functions=fates))

    assert "api.captive.com down, outgoing mail degraded" in written
    assert "still works: incoming mail; degraded outgoing mail" in written
    assert "outgoing mail: slow" in written


def test_an_event_that_was_not_assessed_is_told_once():
    assert flat(sample.whatif()).count("who sends SMS cannot be seen from outside") == 1


def test_what_may_hit_the_site_is_said_to_be_uncertain():
    one = msgspec.structs.replace(sample.EVENTS[4], applies="maybe", reason="the region cannot be seen")
    written = flat(sample.whatif(events=(one,), excluded=(), fallbacks=()))

    assert "may be you: OVH" in written
    assert "what may or may not hit the site is not counted as a loss" in written
    assert "assumed: the region cannot be seen" in written


def test_a_refusal_after_its_event_and_one_before_stand_under_it():
    early = msgspec.structs.replace(sample.EVENTS[6], at_hours=1.0)
    written = flat(sample.whatif(events=(sample.EVENTS[4], early), fallbacks=()))

    assert "excluded: Google Cloud - unlikely to accept (asked at +1h, judged) Whichever" in written


def test_a_scenario_that_meets_nothing_says_so():
    nothing = sample.whatif(
        events=(), functions=(), fallbacks=(), excluded=(), not_assessed=(), before_the_next=(), history="", lesson="",
        sources={}, first_loss="", longest_loss="", shortest_notice_hours=None,
    )  # fmt: skip
    written = shown(nothing)

    assert "Nothing in this scenario affects this site." in written
    assert "first loss" not in written
    assert "still works: nothing that was assessed" in written


def test_a_literal_binding_names_the_provider_itself():
    written = flat(sample.whatif(binding="literal"))

    assert "Amazon Web Services suspends the account, 29 h notice" in written
    assert "only the provider of the record is meant" in written


def test_dates_carry_the_hour_on_a_short_clock_and_the_year_on_a_long_one():
    last = msgspec.structs.replace(sample.EVENTS[2], at="2022-01-10T01:00:00Z")
    odd = msgspec.structs.replace(sample.EVENTS[2], at="some day")

    assert "11 Jan 07:59" in flat(sample.whatif(horizon_hours=96.0))
    assert "11 Jan 2021" in flat(sample.whatif(events=(*sample.EVENTS, last)))
    assert "some day" in flat(sample.whatif(events=(odd,)))
    assert "Jan" not in flat(
        sample.whatif(t0=None, events=tuple(msgspec.structs.replace(e, at=None) for e in sample.EVENTS))
    )


def test_one_of_several_that_fill_a_role_is_told():
    both = msgspec.structs.replace(sample.EVENTS[1], bound=(Bound("provider", "f-droid", "F-Droid", one_of=3),))

    assert "you: F-Droid (one of 3)" in flat(sample.whatif(events=(both,)))


def test_a_change_stands_at_its_tick_and_minutes_are_seen_beside_months():
    fates = (sample.fate("web", sample.down(5, 5.5), sample.down(20, 30, state="degraded")),)
    at = bars.ticks((), fates, 1000.0, 60)
    states = bars.bar(fates[0], at, 4)

    assert at == [0.0, 5, 5.5, 20, 30, 1000.0]
    assert states == ["works"] * 4 + ["down"] * 4 + ["works"] * 4 + ["degraded"] * 4 + ["works"] * 4
    assert bars.axis(at, 6) == "0h    5h    5.5h  20h   30h   42d"


def test_with_few_columns_the_worst_of_a_time_is_shown():
    fates = (sample.fate("web", sample.down(10, 10.1), sample.down(5, 20, state="degraded")),)

    assert bars.ticks((), fates, 100.0, 5) == [0.0, 100.0]
    assert bars.bar(fates[0], [0.0, 100.0], 4) == ["down", "works", "works", "works"]
    assert len(bars.ticks(sample.EVENTS, sample.FATES, 14448.0, 24)) == 5


def test_what_was_not_assessed_never_shows_as_working():
    part = sample.fate("pay", sample.down(0, 50), assessed=False)

    assert bars.bar(part, [0.0, 100.0], 2) == ["down", "not assessed"]
    assert "2 days down, the rest not assessed" in flat(sample.whatif(functions=(part,)), width=120)
    assert set(bars.bar(sample.FATES[-1], [0.0, 10.0], 3)) == {"not assessed"}
