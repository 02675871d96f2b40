"""Nothing is decided on words that a person reads, and no subject is taken apart again. A failure names the line.

Texts are for people: what a program needs to know stands in a field of its own. Subjects of evidence are named tuples,
which ``model.evidence.subject_of`` reads.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "hostaudit"

WORDS = frozenset({"note", "detail", "reason", "message", "basis", "subject"})
"""Names of what is said to people, and of subjects as text."""

TAKING_APART = frozenset(
    {
        "split",
        "rsplit",
        "splitlines",
        "partition",
        "rpartition",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
        "find",
        "rfind",
        "index",
        "rindex",
        "count",
    }
)
SEARCHING = frozenset({"match", "search", "fullmatch", "findall", "finditer", "split", "sub"})
"""Functions of ``re``, and methods of a compiled pattern, that look into the text they are given."""

READERS = ("report/", "documents/evidence_file.py")
"""Where texts are laid out, and where evidence is read."""

EXEMPT: dict[tuple[str, str], str] = {
    ("analysis/catalogue/lint.py", "companies_have_a_basis"): "the words of a provider file are what this rule judges",
    ("analysis/whatif/replay.py", "differences"): "a scenario file states a word that the reason must have",
    ("cli/console.py", "complain"): "a hint that ends a message is printed once",
    ("cli/console.py", "complain_of"): "a hint that ends a message is printed once",
    ("observe/net/http/client.py", "certificate_of"): "the subject of a certificate is a name, not one of evidence",
}
"""By module and function why it may do so all the same."""


def said(node: ast.expr) -> bool:
    """Whether an expression is one of the words, as a variable or an attribute."""
    return (isinstance(node, ast.Name) and node.id in WORDS) or (isinstance(node, ast.Attribute) and node.attr in WORDS)


def offences(tree: ast.AST) -> Iterator[int]:
    """The lines that compare, search or take apart what is said."""
    nodes = list(ast.walk(tree))
    yield from (node.lineno for node in nodes if isinstance(node, ast.Compare) and compares(node))
    yield from (node.lineno for node in nodes if isinstance(node, ast.Call) and looks_into(node))


def compares(node: ast.Compare) -> bool:
    identity = all(isinstance(each, ast.Is | ast.IsNot) for each in node.ops)
    return not identity and any(said(side) for side in (node.left, *node.comparators))


def looks_into(node: ast.Call) -> bool:
    called = node.func
    if not isinstance(called, ast.Attribute):
        return False
    if called.attr in TAKING_APART and said(called.value):
        return True
    return called.attr in SEARCHING and any(said(each) for each in node.args)


def places() -> Iterator[tuple[str, str, int]]:
    """Module, outermost function or class (empty for none) and line of each offence."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).as_posix()
        if module.startswith(READERS):
            continue
        for part in ast.parse(path.read_text("utf-8")).body:
            named = part.name if isinstance(part, ast.FunctionDef | ast.ClassDef) else ""
            yield from ((module, named, line) for line in sorted(set(offences(part))))


def test_nothing_is_decided_on_what_people_read():
    found = [f"hostaudit/{module}:{line}" for module, part, line in places() if (module, part) not in EXEMPT]
    assert not found, "; ".join(found)


def test_every_exemption_is_needed():
    assert {(module, part) for module, part, _ in places()} >= EXEMPT.keys()


@pytest.mark.parametrize(
    "source",
    [
        "leg.note.endswith('is hidden')",
        "if note == '': pass",
        "'web app' in each.reason",
        "re.match(PATTERN, error.message)",
        "PATTERN.fullmatch(item.subject)",
        "basis.split('; ')",
        "x = subject.count(' ') == 2",
        "a, _, b = item.detail.partition(' ')",
    ],
)
def test_the_rule_finds_what_it_is_for(source):
    assert list(offences(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["note is None", "print(f'{note}; {reason}')", "named.host in hosts", "x = note or y"]
)
def test_to_hand_on_what_is_said_is_no_decision(source):
    assert not list(offences(ast.parse(source)))
