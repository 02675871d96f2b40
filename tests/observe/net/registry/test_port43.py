"""Port 43: every way to go wrong, and texts that are no UTF-8."""

from __future__ import annotations

import pytest
from helpers.outcomes import cause
from helpers.registries import ask
from helpers.servers import drip, never

from hostaudit.observe.net.limits import Limits


def registration(name="site.com", **servers):
    return ask(lambda net: net.registration(name), **servers)[0]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", "malformed"),
        ("hello\n", "malformed"),
        ("%ERROR:201: access denied\n", "rate_limited"),
        ("Query rate limit exceeded. Try later.\n", "rate_limited"),
        ("% Server too busy, try again later\n", "rate_limited"),
        ("Too many requests...\n\nNo entries found\n", "rate_limited"),
        ("x" * 300_000, "too_large"),
        (never, "timeout"),
        (drip, "timeout"),
    ],
)
def test_each_fault_of_port_43_is_unknown(answer, expected):
    limits = Limits(timeout=0.3 if expected == "timeout" else 3, deadline=10)
    assert cause(registration("site.io", whois={"site.io": answer}, limits=limits)) == expected


def test_a_legal_text_about_limits_does_not_hide_that_a_name_is_free():
    text = "Domain not found.\n>>> Last update <<<\n\nTerms: too many queries, query rate limit, access denied\n"

    assert registration("site.io", whois={"site.io": text}).absent


def test_latin_1_answers_are_read():
    assert (
        registration("site.io", whois={"site.io": "Registrar: Jos\xe9 S.A.\n".encode("latin-1")}).value.registrar
        == "José S.A."
    )
