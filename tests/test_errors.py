"""Errors end with their exit codes, and a slip of the pen gets the word that was meant."""

from __future__ import annotations

import pytest

from hostaudit import errors
from hostaudit.errors import DocumentError, Exit, HostauditError, LineError, NothingToScanError, UsageError

IDS = ("cloudflare", "cloudfront", "amazon", "aws")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UsageError, Exit.USAGE),
        (LineError, Exit.USAGE),
        (DocumentError, Exit.USAGE),
        (NothingToScanError, Exit.NOTHING_TO_SCAN),
        (HostauditError, Exit.INTERNAL),
    ],
)
def test_every_error_has_its_exit_code_and_says_what_to_do(kind, code):
    error = kind("it failed", "try this")

    assert (error.exit_code, error.message, error.hint, str(error)) == (code, "it failed", "try this", "it failed")
    assert kind("it failed").hint == ""


def test_a_slip_is_corrected_only_where_it_is_near():
    assert errors.near("cloudflair", IDS) == "cloudflare"
    assert errors.near("cloud", IDS) == ""
    assert errors.near("x", ()) == ""


def test_a_question_names_the_nearest_word_or_what_else_to_do():
    assert errors.nearest("amazn", IDS, "run the list") == "did you mean 'amazon'?"
    assert errors.nearest("zzz", IDS, "run the list") == "run the list"


def test_close_words_come_the_most_alike_first_and_once():
    found = errors.close("cloudflare", (*IDS, *IDS), limit=3, cutoff=0.5)

    assert found == ["cloudflare", "cloudfront"]
    assert errors.close("cloudflare", IDS, limit=1, cutoff=0.5) == ["cloudflare"]
