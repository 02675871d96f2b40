"""An outcome is a value, a proof of absence or a cause, and stays that through every conversion."""

from __future__ import annotations

import pytest

from hostaudit.model.evidence import Unknown
from hostaudit.observe.net.outcome import HttpReply, Outcome

GAP = Outcome.gap("timeout", "GET x", "no answer")
NONE = Outcome.none("NXDOMAIN", "dns x")


def never(_):
    raise AssertionError("there is no value to convert")


def test_each_ending_sets_one_of_three():
    assert Outcome.of(1, "s") == Outcome("s", value=1)
    assert Outcome("dns x", absent="NXDOMAIN") == NONE
    assert Outcome("GET x", unknown=Unknown("timeout", "no answer")) == GAP


def test_a_value_is_converted_and_keeps_its_source():
    assert Outcome.of(2, "s").map(str) == Outcome.of("2", "s")
    assert Outcome.of(2, "s").then(lambda value: Outcome.none(f"no {value}", "t")) == Outcome.none("no 2", "t")
    assert Outcome.of(0, "s").map(lambda value: value + 1).value == 1, "a value may be false"


@pytest.mark.parametrize("outcome", [GAP, NONE])
def test_what_is_no_value_passes_through_unchanged(outcome):
    assert outcome.map(never) == outcome
    assert outcome.then(never) == outcome


def test_the_first_header_of_a_name_counts():
    reply = HttpReply("https://x/", 200, (("server", "a"), ("server", "b")), b"", False, "192.0.2.1")

    assert reply.header("server") == "a"
    assert reply.header("location") is None


def test_a_location_that_is_no_utf_8_stays_as_it_came():
    def location(*headers):
        return HttpReply("https://a.example/", 302, headers, b"", False, "192.0.2.1").location

    assert location() is None
    assert location(("location", "/\u00e9")) == "/\u00e9"
    assert location(("location", "/\u00c3\u00a9")) == "/\u00e9"
