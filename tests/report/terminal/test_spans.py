"""Lines of spans: how they break, and that colours change no text."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from helpers.command import environment
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.report import Style
from hostaudit.report.terminal.spans import Span, drawn, wrapped
from hostaudit.report.text import width

CODES = re.compile(r"\x1b\[[0-9;]*m")


def text(lines) -> list[str]:
    return drawn(lines, Style())


def test_spans_flow_over_lines_and_keep_their_meaning():
    lines = wrapped([Span("first", "strong"), Span("the command that follows", "bad")], 16, 2)

    assert text(lines) == ["first the", "  command that", "  follows"]
    assert [span.meaning for span in lines[1] if span.text.strip()] == ["bad"]


def test_a_whole_span_is_broken_only_where_it_is_wider_than_a_line():
    assert text(wrapped([Span("run"), Span("hostaudit scan a", whole=True)], 18)) == ["run", "hostaudit scan a"]
    assert text(wrapped([Span("run"), Span("hostaudit scan a", whole=True)], 10)) == ["run", "hostaudit", "scan a"]


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert text(wrapped([Span("one two three four five")], 11, most=2)) == ["one two", "three ..."]
    assert text(wrapped([Span("one two")], 11, most=1)) == ["one two"]


@given(st.lists(st.text(st.sampled_from("ab 漢é"), max_size=30), max_size=6), st.integers(8, 40), st.integers(0, 3))
def test_no_line_is_wider_than_allowed_and_no_word_is_lost(words, columns, most):
    lines = text(wrapped([Span(each) for each in words], columns, 2, most=most))

    assert all(width(line) <= columns for line in lines)
    if not most:
        assert "".join("".join(lines).split()) == "".join("".join(words).split())
    else:
        assert len(lines) <= most


def test_colours_change_no_text_and_are_no_markup():
    lines = wrapped(
        [Span("[red]plain[/red]", "strong"), Span("[/x]"), Span("gone", "bad"), Span(":smile:", "faint")], 30
    )
    coloured = drawn(lines, Style(colour=True))

    assert CODES.sub("", "\n".join(coloured)) == "\n".join(text(lines))
    assert "\x1b[31m" in "".join(coloured)


@pytest.mark.parametrize(("colour", "loaded"), [("always", "True"), ("never", "False")])
def test_the_library_is_loaded_only_to_draw(tmp_path, colour, loaded):
    code = (
        "import sys; from hostaudit.report import Style; from hostaudit.report.terminal.spans import Span, drawn;"
        f"drawn([[Span('a')]], Style(colour={colour == 'always'})); print('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), timeout=30)

    assert done.stdout.strip() == loaded


def test_a_link_is_drawn_where_links_can_be_opened_and_is_the_same_each_time():
    line = [Span("see "), Span("HA-CA-010", "faint", link="https://x.example/y")]
    linked = drawn([line], Style(colour=True, links=True))

    assert "\x1b]8;;https://x.example/y\x1b\\" in linked[0]
    assert linked == drawn([line], Style(colour=True, links=True))
    assert "\x1b]8" not in "".join(drawn([line], Style(colour=True)) + drawn([line], Style(links=True)))


def test_a_link_is_not_lost_where_lines_are_broken():
    lines = wrapped([Span("why: one two three", link="https://x.example/y"), Span("four")], 9)

    assert {span.link for line in lines for span in line if "two" in span.text} == {"https://x.example/y"}
    assert {span.link for line in lines for span in line if "four" in span.text} == {""}
