"""Arbitrary AND/OR graphs, and a clock for them."""

from __future__ import annotations

from hypothesis import strategies as st

from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction, Term
from hostaudit.analysis.impact.outage import RecoveryTimes
from hostaudit.model.report import Hours
from hostaudit.model.rules import Recovery

HOUR = {"host": Recovery(1, 2, 3, "", ""), "name": Recovery(4, 5, 6, "", "")}
CLOCK = RecoveryTimes(HOUR, 720)
PARENTS = ("p", "q", "r", "s")


def cached(hours: float) -> Term:
    """The time for which caches hide a failure from those who have an entry."""
    return Term(Hours(0.0, hours / 2, hours), "measured", "a TTL")


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
            begins=draw(st.sampled_from((None, cached(2.0), cached(48.0), cached(168.0)))),
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
