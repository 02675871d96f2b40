"""What the strict loader makes of types that no shipped rules file has; its traps are tested with those files."""

from __future__ import annotations

from typing import Literal

import pytest
from msgspec import Struct

from hostaudit.documents.strict_yaml import Source, build, compose, node_at
from hostaudit.errors import UsageError


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
        ("version: 3", "f.yaml:1:10: version: 3 is not known; give one of: 1, 2"),
        ("version: '1'", "f.yaml:1:10: version must be a whole number, not '1'"),
        ("version: 1.0", "f.yaml:1:10: version must be a whole number, not '1.0'"),
        ("version: [1]", "f.yaml:1:10: version must be a single value"),
        ("version: " + "1" * 5000, "f.yaml:1:10: version must be a whole number"),
        ("version: 1\nmode: lose", "f.yaml:2:7: mode: 'lose' is not known; did you mean 'loose'?"),
        ("version: 1\n  mode: loose", "f.yaml:2:7: not readable as YAML"),
        ("mod: loose", "f.yaml:1:1: unknown key 'mod'; did you mean 'mode'?"),
        ("mode: on", "unquoted on is a truth value"),
        ("hours: 1e999", "f.yaml:1:8: hours must be a number of ordinary size, not '1e999'"),
        ("hours: .nan", "f.yaml:1:8: hours must be a number, not '.nan'"),
        ("inner:\n  - mode: loose\n  - mode: loose", "f.yaml:3:5: inner: the same entry stands twice"),
    ],
)
def test_what_is_none_of_them_is_refused(text, said):
    with pytest.raises(UsageError) as caught:
        read(text)
    assert said in caught.value.message


def test_a_place_in_the_file_is_found_by_keys_and_positions():
    tree = compose(Source("f.yaml", b"version: 1\ninner:\n  - mode: loose\n  - mode: strict\n    hours:\n      2\n"))

    assert node_at(tree, ()).line == 1
    assert node_at(tree, ("inner", 1)).line == 4
    assert node_at(tree, ("inner", 1, "hours")).line == 6
    assert node_at(tree, ("inner", 1, "version")).line == 4
    assert node_at(tree, ("inner", 7)).line == 3
    assert node_at(tree, ("mode", 0)).line == 1
