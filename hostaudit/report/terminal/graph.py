"""The fault tree of a site as indented lines: each function with what it needs, each gate in full once."""

from __future__ import annotations

from hostaudit.model import words
from hostaudit.model.report import Graph, GraphGate, GraphLeaf
from hostaudit.report.terminal.sheet import Sheet

NEEDS = {"all": "all of", "any": "any of", "standby": "the first of, or after a switch"}
DEEPEST = 12
"""Steps of indentation; deeper nodes stand under the last one."""


def write(sheet: Sheet, document: Graph) -> None:
    """Every function, from its root down to the basic events."""
    sheet.bold(f"The fault tree of {sheet.safe(document.target.domain, 260)}")
    sheet.text(f"{len(document.leaves)} basic events under {len(document.gates)} gates.", 2)
    shown: set[str] = set()
    for function in document.functions:
        sheet.heading(f"{sheet.safe(words.function(function.id), 80)}: {function.state.replace('_', ' ')}")
        _below(sheet, document, function.root, shown)
        beside = [each for each in function.degraded_by if each not in shown]
        if beside:
            sheet.text("degraded, but not stopped, without:", 2)
        for node in beside:
            _below(sheet, document, node, shown)


def _below(sheet: Sheet, document: Graph, root: str, shown: set[str]) -> None:
    """A node and all on which it rests; the nodes in ``shown`` stand further up."""
    stack = [(root, 0)]
    while stack:
        name, depth = stack.pop()
        again = name in shown
        shown.add(name)
        gate = document.gates.get(name)
        line = _gate(sheet, name, gate, again) if gate is not None else _leaf(sheet, name, document.leaves.get(name))
        sheet.text(line, 2 + 2 * min(depth, DEEPEST), 2)
        if gate is not None and not again:
            stack.extend((child, depth + 1) for child in reversed(gate.children))


def _gate(sheet: Sheet, name: str, gate: GraphGate, again: bool) -> str:
    """A gate in a line; ``again``: its children stand further up."""
    return f"{NEEDS[gate.kind]} [{sheet.safe(name, 160)}]{', as above' if again and gate.children else ''}"


def _leaf(sheet: Sheet, name: str, leaf: GraphLeaf | None) -> str:
    """A basic event in a line: who it is, what is known of it, and how long its loss lasts."""
    if leaf is None:
        return f"[{sheet.safe(name, 160)}]"
    said: list[str] = [] if leaf.certainty == "certain" else [leaf.certainty]
    if leaf.certainty in ("certain", "uncertain") and leaf.domains:
        said.append(f"back after about {words.span(leaf.hours)}" if leaf.hours is not None else "no end is known")
    return f"{sheet.safe(name, 160)}{f': {words.listed(said)}' if said else ''}"


PAGES = {Graph: write}
