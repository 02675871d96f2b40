"""What the strict loader makes of types that no shipped rules file has; its traps are tested with those files."""

from __future__ import annotations

from typing import Literal

import pytest
from msgspec import Struct

from hostaudit.errors import UsageError
from hostaudit.strict_yaml import Source, build, compose, line_of


class Sample(Struct, frozen=True):
    version: Literal[1, 2] = 1
    mode: Literal["strict", "loose"] = "strict"
    hours: float | None = None
    inner: tuple[Sample, ...] = ()


def read(text: str) -> Sample:
    source = Source("f.yaml", text.encode())
    return build(source, compose(source), Sample)


def test_a_literal_is_one_of_its_values():
    assert read("version: 2\nmode: loose") == Sample(2, "loose")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 3", "f.yaml:1: version: 3 is not known; give one of: 1, 2"),
        ("version: '1'", "f.yaml:1: version must be a whole number, not '1'"),
        ("version: 1.0", "f.yaml:1: version must be a whole number, not '1.0'"),
        ("version: [1]", "f.yaml:1: version must be a single value"),
        ("version: " + "1" * 5000, "f.yaml:1: version must be a whole number"),
        ("version: 1\nmode: lose", "f.yaml:2: mode: 'lose' is not known; did you mean 'loose'?"),
        ("mode: on", "unquoted on is a truth value"),
        ("hours: 1e999", "f.yaml:1: hours must be a number of ordinary size, not '1e999'"),
        ("hours: .nan", "f.yaml:1: hours must be a number, not '.nan'"),
        ("inner:\n  - mode: loose\n  - mode: loose", "f.yaml:3: inner: the same entry stands twice"),
    ],
)
def test_what_is_none_of_them_is_refused(text, said):
    with pytest.raises(UsageError) as caught:
        read(text)
    assert said in caught.value.message


def test_a_place_in_the_file_is_found_by_keys_and_positions():
    tree = compose(Source("f.yaml", b"version: 1\ninner:\n  - mode: loose\n  - mode: strict\n    hours:\n      2\n"))

    assert line_of(tree, ()) == 1
    assert line_of(tree, ("inner", 1)) == 4
    assert line_of(tree, ("inner", 1, "hours")) == 6
    assert line_of(tree, ("inner", 1, "version")) == 4
    assert line_of(tree, ("inner", 7)) == 3
    assert line_of(tree, ("mode", 0)) == 1
