"""The package stays easy to walk through: few entries at its top, short functions, constructors that only construct."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from helpers import ROOT

PACKAGE = ROOT / "hostaudit"
MOST_ENTRIES = 17
MOST_LINES = 60
"""Of a function, its signature and docstring included."""

MOST_LINES_OF_A_CONSTRUCTOR = 25

ALLOWED = {("observe/net/live.py", "__init__"): 30}
"""Longer today, with their lines: a number may shrink, an entry may go, none may be added."""


def functions(source: str) -> Iterator[tuple[int, str, int]]:
    """(line, name, length in lines) of every function, at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def too_long(path: Path, root: Path = PACKAGE) -> Iterator[tuple[str, str, int]]:
    """(place, what is wrong, length) of what is longer than it may be."""
    for line, name, length in functions(path.read_text("utf-8")):
        most = MOST_LINES_OF_A_CONSTRUCTOR if name == "__init__" else MOST_LINES
        place = path.relative_to(root).as_posix()
        if length > ALLOWED.get((place, name), most):
            yield place, f"hostaudit/{place}:{line}: {name} has {length} lines, at most {most} are allowed", length


def test_few_entries_lie_at_the_top_of_the_package():
    entries = sorted(each.name for each in PACKAGE.iterdir() if each.name != "__pycache__")

    assert len(entries) <= MOST_ENTRIES, f"hostaudit/ has {len(entries)} entries: {', '.join(entries)}"


def test_no_function_is_long_and_no_constructor_is_a_program():
    wrong = [problem for path in sorted(PACKAGE.rglob("*.py")) for _, problem, _ in too_long(path)]

    assert not wrong, "\n".join(wrong)


def test_what_is_allowed_to_be_longer_still_is():
    lengths = {
        (place, name): length
        for place in {each for each, _ in ALLOWED}
        if (PACKAGE / place).is_file()
        for _, name, length in functions((PACKAGE / place).read_text("utf-8"))
    }
    short = [key for key in ALLOWED if lengths.get(key, 0) <= MOST_LINES_OF_A_CONSTRUCTOR]

    assert not short, f"take these out of ALLOWED: {short}"


def test_the_line_of_a_long_function_is_named(tmp_path):
    path = tmp_path / "long.py"
    path.write_text("x = 1\ndef f():\n" + "    pass\n" * 60 + "class A:\n  def __init__(self):\n" + "    pass\n" * 25)

    assert [problem for _, problem, _ in too_long(path, tmp_path)] == [
        "hostaudit/long.py:2: f has 61 lines, at most 60 are allowed",
        "hostaudit/long.py:64: __init__ has 26 lines, at most 25 are allowed",
    ]
