"""The fault tree as indented lines."""

from __future__ import annotations

from helpers.pages_shown import flat, shown
from helpers.sample_whatif import TARGET

from hostaudit.model.report import Graph, GraphFunction, GraphGate, GraphLeaf, GraphSwitch, Hours

HOURS = Hours(1, 24, 48)


def tree(**leaves) -> Graph:
    switch = GraphSwitch("dns:he:ns5.he.net", automatic=False, hours=HOURS)
    gates = {
        "served": GraphGate("standby", ("ns1", "spare"), "served_or_standby", ("x.com",), (switch,)),
        "function:web": GraphGate("all", ("served", "served", "gone"), "function", ("web",)),
    }
    functions = tuple(
        GraphFunction(each, "function:web", 0.5, "yes", "down", state)
        for each, state in (("web", "up"), ("resolve", "unknown"))
    )
    return Graph("hostaudit.graph/1", TARGET, functions, gates, leaves, {}, 720)


def leaf(certainty="certain", hours=HOURS) -> GraphLeaf:
    return GraphLeaf("dns", "ns1.x.com", certainty, {"parent": ("p",)}, hours)


def test_each_gate_is_written_in_full_once():
    written = shown(tree(ns1=leaf(), spare=leaf("hoped")), width=100)

    assert written.count("ns1: back after about") == 1
    assert "all of [function:web], as above" in written
    assert "spare: hoped" in written


def test_an_outage_without_end_is_told():
    written = flat(tree(ns1=leaf("uncertain", None), spare=leaf("failed")), width=100)

    assert "ns1: uncertain and no end is known" in written
    assert "spare: failed" in written
