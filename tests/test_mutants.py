"""Mutation testing: what is changed, and that the table of modules and equivalents is about what is there.

The run itself is a part of the nightly command.
"""

from __future__ import annotations

import ast
import importlib
import sys
import types
from typing import Any

import pytest
from helpers import ROOT


def script(name: str) -> Any:
    """A script of ``.ci`` as a module."""
    sys.path.insert(0, str(ROOT / ".ci"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(ROOT / ".ci"))


mutations, runner = script("mutations"), script("mutants")
MODULES = runner.table()


@pytest.mark.parametrize("module", MODULES, ids=lambda each: each.path)
def test_every_listed_equivalent_is_a_mutant_and_every_test_is_there(module):
    assert module.unknown() == []
    assert all((ROOT / each).is_file() for each in module.tests)
    written = "".join((ROOT / each).read_text("utf-8") for each in module.tests)
    assert all(f"def {each}(" in written for each in module.without)
    places = {each.place for each in mutations.mutants(module.tree())}
    assert set(module.only) <= places


def test_there_are_enough_mutants_and_few_equivalents():
    count = sum(len(each.mutants(each.tree())) for each in MODULES)
    equal = sum(len(each.equivalents) for each in MODULES)

    assert count - equal >= runner.LEAST_MUTANTS
    assert equal < count / 20


def changes(source: str) -> set[str]:
    return {each.now for each in mutations.mutants(ast.parse(source))}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a < b", {"a <= b"}),
        ("a is not b", {"a is b"}),
        ("a in b", {"a not in b"}),
        ("a and b", {"a or b"}),
        ("not a", {"a"}),
        ("a - b", {"a + b"}),
        ("a | b", {"a & b"}),
        ("min(a)", {"max(a)"}),
        ("any(a)", {"all(a)"}),
        ("a.startswith(b)", {"a.endswith(b)"}),
        ("7", {"8", "6"}),
        ("0", {"1"}),
        ("0.5", {"1.5", "-0.5"}),
        ("True", {"False"}),
        ("a == 'x'", {"a != 'x'", "'x~'"}),
        ("b if a else c", {"True", "False"}),
        ("[a for a in b if a]", {"True", "False"}),
        ("'text'", set()),
        ("f'{a}: text'", set()),
    ],
)
def test_what_an_expression_is_changed_to(expression, expected):
    assert changes(f"def f(a, b, c):\n    x = {expression}") == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("return a", {"return None"}),
        ("return None", set()),
        ("a.b = c", {"pass"}),
        ("a[b] += c", {"pass", "a[b] -= c"}),
        ("f(a)", {"pass"}),
        ("raise a", {"pass"}),
        ("while a: break", {"False", "pass"}),
        ("x: int | None = a", set()),
    ],
)
def test_what_a_statement_is_changed_to(statement, expected):
    assert changes(f"def f(a, b, c):\n    {statement}") == expected


def test_a_constant_of_the_module_is_changed_and_the_default_of_a_field_is_not():
    found = mutations.mutants(ast.parse("MOST = 3\nclass A:\n    b: int = 4\n    def c(self, d=5): ..."))

    assert [(each.place, each.was, each.now) for each in found] == [
        ("MOST", "3", "4"),
        ("MOST", "3", "2"),
        ("A.c", "5", "6"),
        ("A.c", "5", "4"),
    ]


def test_equal_changes_in_one_place_are_told_apart():
    found = mutations.mutants(ast.parse("def f(a):\n    x = a + 0\n    y = a + 0"))

    assert [(each.was, each.nth) for each in found if each.was == "a + 0"] == [("a + 0", 1), ("a + 0", 2)]
    assert len({each.key for each in found}) == len(found)


SOURCE = """
LIMIT = 3

def least(value, most=LIMIT):
    return value < LIMIT, most

class Box:
    @property
    def full(self):
        return LIMIT > 3
"""


def loaded(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    live = types.ModuleType("trial_of_mutants")
    live.__file__ = "trial_of_mutants.py"
    exec(compile(SOURCE, "trial_of_mutants.py", "exec"), vars(live))
    monkeypatch.setitem(sys.modules, live.__name__, live)
    return live


def test_the_code_of_a_mutant_takes_the_place_of_what_others_have_imported(monkeypatch):
    live = loaded(monkeypatch)
    least, box = live.least, live.Box()
    tree = ast.parse(SOURCE)
    for each in mutations.mutants(tree):
        if each.now in ("value <= LIMIT", "LIMIT >= 3"):
            each.apply()
    before = least(3), box.full
    runner.install(tree, live)

    assert (before, (least(3), box.full)) == (((False, 3), False), ((True, 3), True))


def test_a_changed_constant_and_the_defaults_made_of_it_are_changed_everywhere(monkeypatch):
    live = loaded(monkeypatch)
    least = live.least
    tree = ast.parse(SOURCE)
    next(each for each in mutations.mutants(tree) if each.place == "LIMIT").apply()
    runner.install(tree, live, "LIMIT")

    assert (live.LIMIT, least(3)) == (4, (True, 4))
