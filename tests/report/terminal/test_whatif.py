"""The page of somebody's leaving."""

from __future__ import annotations

import re

import msgspec
from helpers import sample_whatif as sample
from helpers.pages_shown import flat, shown

from hostaudit.model.whatif import Bound


def test_a_drop_says_what_stops_when_and_for_how_long():
    written = flat(sample.drop())

    assert shown(sample.drop()).startswith("Without Amazon the web site is down at once")
    assert "leaves: Amazon, 24 h notice" in written
    assert "down: web site - at once; back after about 15 days (2 to 42 days); estimated" in written
    assert "cannot renew: certificate renewal - in 89 days, for about 1 hour" in written
    assert "degraded: incoming mail - at once, for about 4 hours; goes on through mx2 at Fastmail" in written
    assert "works: new Android installs, through F-Droid" in written
    assert (
        "independent: hosting hetzner for www.captive.com, ready in 2 days - answers as captive.com - 45 min" in written
    )
    assert "declared: registrar gandi for captive.com, does not help here - locked until" in written
    assert "not assessed: pay - this may be worse" in written
    assert not re.search(r"\b(19|20)\d\d-\d\d-\d\d(?! -|\b)|Jan", written.replace("2021-03-10", ""))


def test_a_drop_of_nobody_that_matters():
    written = flat(sample.drop(functions=(), fallbacks=(), excluded=(), not_assessed=()))

    assert "Nothing, as far as can be seen." in written
    assert "No function works without loss." in written
    assert "Fallbacks None seen." in written


def test_a_drop_carries_notes_and_what_takes_over():
    lost = sample.fate("web", sample.down(0, 4), via=("OVH",), remains=("mirror",), note="a note", assessed=False)
    soft = sample.fate("mail_receive", sample.down(1, 3, state="degraded"), effect="degraded", note="slow")
    kept = sample.fate("mail_send", note="as before")
    gone = msgspec.structs.replace(
        sample.drop().events[0], at_hours=24.0, reason="by assumption", bound=(Bound("role", "dns", "Route 53"),)
    )
    written = flat(sample.drop(functions=(lost, soft, kept), events=(gone,)))

    assert "leaves: Amazon, here Route 53, in 24 hours, 24 h notice; by assumption" in written
    assert "not fully assessed, it may be worse; then via OVH; left: mirror; a note" in written
    assert "degraded: incoming mail - in 1 hour, for about 2 hours; slow" in written
    assert "works: outgoing mail; as before" in written
