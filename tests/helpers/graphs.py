"""Arbitrary AND/OR graphs, and a clock for them."""

from __future__ import annotations

from hypothesis import strategies as st

from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction
from hostaudit.analysis.impact.outage import RecoveryTimes
from hostaudit.model.rules import Recovery

HOUR = {"host": Recovery(1, 2, 3, "", ""), "name": Recovery(4, 5, 6, "", "")}
CLOCK = RecoveryTimes(HOUR, 720)
PARENTS = ("p", "q", "r", "s")


@st.composite
def graphs(draw, certainties=("certain",)):
    """Up to 12 gates over up to 8 leaves; children may be any gate, so there are cycles."""
    graph = FaultTree()
    leaves = []
    for number in range(draw(st.integers(1, 8))):
        parents = draw(st.lists(st.sampled_from(PARENTS), max_size=2, unique=True))
        leaf = BasicEvent(
            {"parent": tuple(parents)},
            draw(st.sampled_from(("hosting", "registrar"))),
            f"s{number}",
            (),
            draw(st.sampled_from(("host", "name"))),
            certainty=draw(st.sampled_from(certainties)),
        )
        leaves.append(graph.leaf(f"leaf{number}", leaf))
    gates = [f"gate{number}" for number in range(draw(st.integers(1, 12)))]
    for gate in gates:
        kind = draw(st.sampled_from(("all", "any")))
        children = draw(st.lists(st.sampled_from([*leaves, *gates]), min_size=1, max_size=4))
        graph.gate(Purpose.GROUP.of(gate), kind, children)
    graph.functions.append(SiteFunction("f", gates[0], "yes", "down", 1.0))
    graph.functions.append(SiteFunction("g", gates[-1], "yes", "down", 0.5))
    return graph
