"""Gates are known by purpose and subject; their ids are made from both, and nobody takes an id apart."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from helpers.sites import in_pairs

import hostaudit
from hostaudit import audit
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import FaultTree, Switch
from hostaudit.documents import rules

PACKAGE = Path(hostaudit.__file__).parent
TAKING_APART = ("startswith", "endswith", "split", "rsplit", "partition", "rpartition", "removeprefix", "removesuffix")


def test_every_gate_of_a_site_is_found_by_its_purpose_and_subject():
    tree = audit.understand(in_pairs().file(), rules.load()).tree

    for name, gate in tree.gates.items():
        assert gate.purpose is not Purpose.GROUP, name
        assert gate.purpose.of(*gate.subject).id == name
        assert tree.find(gate.purpose.of(*gate.subject)) is gate


def test_a_gate_that_is_not_there_is_none_and_has_no_children():
    tree = FaultTree()
    served = Purpose.SERVED.of("example.com")

    assert tree.find(served) is None
    assert tree.children(served) == ()
    assert list(tree.gates_for(Purpose.SERVED)) == []


def test_gates_of_one_purpose_come_in_the_order_of_their_ids():
    tree = FaultTree()
    for zone in ("b.example", "a.example"):
        tree.gate(Purpose.SERVED.of(zone), "any")
    tree.gate(Purpose.ZONE.of("a.example"), "all")

    assert [gate.subject for _, gate in tree.gates_for(Purpose.SERVED)] == [("a.example",), ("b.example",)]


def test_a_standby_gate_is_found_by_what_serves_now():
    tree = FaultTree()
    serving = tree.gate(Purpose.SERVED.of("a.example"), "any")
    assert tree.standby_gate(serving) is None

    tree.spares(Purpose.SERVED_OR_STANDBY.of("a.example"), serving, [(Switch("spare"), "node")])
    standby = tree.standby_gate(serving)
    assert standby is not None
    assert standby.children == [serving, "node"]


def offences(text: str) -> list[int]:
    """The lines on which a node is looked up by an id that is put together there, or an id is taken apart."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Subscript(value=ast.Attribute(attr="gates" | "leaves"), slice=key):
                wrong = is_text(key)
            case ast.Call(func=ast.Attribute(attr="get", value=ast.Attribute(attr="gates" | "leaves")), args=[key, *_]):
                wrong = is_text(key)
            case ast.Compare(
                left=key, ops=[ast.In() | ast.NotIn()], comparators=[ast.Attribute(attr="gates" | "leaves")]
            ):
                wrong = is_text(key)
            case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id="node") | ast.Attribute(attr="node"))):
                wrong = method in TAKING_APART
            case _:
                wrong = False
        if wrong:
            found.append(node.lineno)
    return found


def is_text(key: ast.expr) -> bool:
    return isinstance(key, ast.JoinedStr) or (isinstance(key, ast.Constant) and isinstance(key.value, str))


@pytest.mark.parametrize(
    "line",
    [
        'tree.gates["mail:any"]',
        'self.tree.gates.get(f"served:{zone}")',
        'f"legs:{host}" in site.tree.gates',
        'node.startswith("ns:")',
        'each.node.rpartition(":")',
    ],
)
def test_a_look_up_by_a_written_id_is_seen(line):
    assert offences(line) == [1]


@pytest.mark.parametrize("room", ["analysis", "policy"])
def test_no_id_of_a_node_is_put_together_or_taken_apart(room):
    found = [
        f"{path.relative_to(PACKAGE)}:{line} looks a node up by its id; use Purpose.NAME.of(...)"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for line in offences(path.read_text("utf-8"))
    ]
    assert found == []
