"""What strangers write, fit for a terminal."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from helpers.hostile_strings import CONTROLS, HOSTILE, label
from helpers.runners import ADDRESSES, LURES, commands
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.report.text import GAP, MOST_MARKS, escape, inert, printable, visible, width, wrap


def is_plain(text: str) -> bool:
    return all(char.isprintable() and unicodedata.category(char) not in ("Cf", "Cc", "Zl", "Zp") for char in text)


@pytest.mark.parametrize("text", CONTROLS + HOSTILE, ids=label)
def test_no_hostile_character_passes(text):
    shown = printable(text, 80)

    assert is_plain(shown)
    assert width(shown) <= 80
    assert printable(shown, 80) == shown


@given(st.text(st.characters(exclude_categories=()), max_size=300), st.integers(5, 120))
def test_any_text_is_made_plain_narrow_and_stays_so(text, limit):
    shown = printable(text, limit)
    ascii_shown = printable(text, limit, ascii_only=True)

    assert is_plain(shown)
    assert width(shown) <= limit
    assert printable(shown, limit) == shown
    assert ascii_shown.isascii()
    assert is_plain(ascii_shown)
    assert len(ascii_shown) <= limit


def test_what_is_hidden_is_shown_as_an_escape():
    assert printable("a\x1b[2J") == r"a\x1b[2J"
    assert printable("\u202e") == r"\u202e"
    assert printable("\U000e0041") == r"\U000e0041"
    assert printable("\ud800") == r"\ud800"
    assert printable("\u3164") == r"\u3164"
    assert escape("\n") == r"\x0a"


def test_plain_text_of_any_script_is_left_alone():
    for text in ("example.com", "bücher.example", "日本語", "пример", "ελληνικά", "cafe\u0301", "ไทย", "👍"):
        assert printable(text) == text


def test_marks_are_kept_for_writing_and_refused_as_a_flood():
    flood = printable("z" + "\u0301" * 30, 400)

    assert flood.count("\u0301") == MOST_MARKS
    assert flood.count(r"\u0301") == 30 - MOST_MARKS
    assert printable("\u0301x").startswith(r"\u0301")


def test_a_long_text_is_cut_in_the_middle_so_that_both_ends_remain():
    shown = printable("start" + "x" * 1000 + ".example.com", 60)

    assert shown.startswith("start")
    assert shown.endswith(".example.com")
    assert GAP in shown
    assert len(shown) == 60


def test_a_cut_never_splits_an_escape():
    for limit in range(8, 40):
        shown = printable("\x1b" * 100, limit)

        assert set(shown.replace(GAP, "").replace(r"\x1b", "")) == set()


def test_a_text_of_megabytes_is_cut_without_being_read_whole():
    shown = printable("\u0301" * 3_000_000, 100)

    assert width(shown) <= 100


def test_every_code_point_is_either_visible_or_escaped():
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if visible(char):
            assert unicodedata.category(char)[0] not in "C"
            assert char == " " or unicodedata.category(char)[0] != "Z"


def test_columns_are_counted_as_a_terminal_does():
    assert width("abc") == 3
    assert width("日本") == 4
    assert width("e\u0301") == 1
    assert width("\uff21") == 2


@given(st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" ")), st.integers(10, 80))
def test_no_wrapped_line_is_too_wide_and_no_word_is_lost(text, columns):
    lines = wrap(text, columns, first="  - ", rest="    ")

    assert all(width(line) <= columns for line in lines)
    assert lines[0].startswith("  -")
    if "::" not in text and "##" not in text:
        assert "".join("".join(lines)[3:].split()) == "".join(text.split())


def test_nothing_is_left_that_a_build_log_takes_for_a_command():
    for text in ("::error::x", "a ::add-mask::b", "x::stop-commands::y", "##[command]x"):
        for line in wrap(text, 20):
            assert "::" not in line
            assert "##[" not in line
    for address in ("::1", "[::1]:53,", "2001:db8::1", "2001:db8::/32", "::ffff:192.0.2.1", "fe80::"):
        assert wrap(address, 40) == [address]


@pytest.mark.parametrize("text", LURES, ids=label)
def test_no_runner_reads_a_command_in_what_is_printed(text):
    shown = inert(printable(text, 400))

    assert not list(commands(shown))
    assert inert(shown) == shown
    assert [line for line in wrap(printable(text, 400), 30) if list(commands(line))] == []


def test_the_rules_of_the_runners_find_what_they_are_for():
    assert all(list(commands(text)) for text in LURES)
    assert not any(list(commands(text)) for text in (*ADDRESSES, "## a [b]", "std::string", "#[x]"))


def test_the_same_text_goes_through_unchanged_if_nothing_is_in_it():
    for text in (*ADDRESSES, "a # b: c", "## heading", "#1 [x]", "owner:2606:4700::/32", "cert:x@2606:4700::1111"):
        assert inert(text) == text


@given(st.text(st.sampled_from("#:[] avso.x1\n"), max_size=40))
def test_no_text_of_such_letters_is_a_command_afterwards(text):
    shown = inert(printable(text, 400))

    assert not list(commands(shown))
    assert inert(shown) == shown
