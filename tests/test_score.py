"""The properties of the score that the design promises."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from test_impact import CLOCK, PARENTS, graphs

from hostaudit.graph import Graph, Leaf
from hostaudit.model import Scoring
from hostaudit.score import combine, exposures, harm, reckon, score

SCORING = Scoring({}, 720, 0.05, 0.25, 0.1)
EVERY = ("certain", "uncertain", "unknown", "failed")


def interval(graph: Graph) -> tuple[float, float]:
    return score(reckon(graph, CLOCK, "pessimistic"), reckon(graph, CLOCK, "optimistic"), SCORING)


def changed(graph: Graph) -> Graph:
    """A copy whose leaves and gates may be altered."""
    copy = Graph(dict(graph.leaves), {}, list(graph.functions))
    for name, gate in graph.gates.items():
        copy.gate(name, gate.kind, gate.children)
    return copy


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_harm_grows_with_the_hours_from_nothing_to_one(a, b):
    low, high = sorted((a, b))

    assert 0 <= harm(low, 720) <= harm(high, 720) <= 1
    assert harm(0, 720) == 0
    assert harm(720, 720) == 1


@given(st.lists(st.floats(0, 1), max_size=6), st.floats(0, 1))
def test_a_further_single_point_never_raises_the_score(worths, more):
    assert combine([*worths, more], SCORING) <= combine(worths, SCORING) <= 100


@given(graphs(EVERY))
def test_low_is_never_above_high_and_both_are_scores(graph):
    low, high = interval(graph)

    assert 0 <= low <= high <= 100


@given(graphs(EVERY), st.data())
def test_turning_a_known_leaf_into_an_unknown_one_only_widens(graph, data):
    name = data.draw(st.sampled_from(sorted(graph.leaves)))
    known = graph.leaves[name]
    after = changed(graph)
    for certainty in ("uncertain", "unknown"):
        if known.certainty in ("certain",) or certainty == "unknown":
            domains = known.domains if certainty == "uncertain" else {}
            after.leaves[name] = replace(known, certainty=certainty, domains=domains)

            assert interval(after)[0] <= interval(graph)[0]
            assert interval(after)[1] >= interval(graph)[1]


@given(graphs(EVERY), st.data())
def test_an_independent_further_leg_never_lowers_the_score(graph, data):
    gate = data.draw(st.sampled_from(sorted(graph.gates)))
    after = changed(graph)
    after.leaf("spare", Leaf({"parent": ("somebody else",)}, "hosting", "spare", (), "host"))
    if after.gates[gate].kind == "any":
        after.gates[gate].children.append("spare")

    assert interval(after) >= interval(graph)
    assert interval(after)[1] >= interval(graph)[1]


@given(graphs(EVERY), st.sampled_from(PARENTS), st.data())
def test_a_further_dependency_never_raises_the_score(graph, parent, data):
    gate = data.draw(st.sampled_from(sorted(graph.gates)))
    after = changed(graph)
    after.leaf("burden", Leaf({"parent": (parent,)}, "hosting", "burden", (), "host"))
    if after.gates[gate].kind == "all":
        after.gates[gate].children.append("burden")

    assert interval(after)[0] <= interval(graph)[0]
    assert interval(after)[1] <= interval(graph)[1]


@given(graphs(EVERY), st.data())
def test_removing_a_leg_never_raises_the_score(graph, data):
    legs = sorted(name for name, gate in graph.gates.items() if gate.kind == "any" and gate.children)
    after = changed(graph)
    if legs:
        gate = after.gates[data.draw(st.sampled_from(legs))]
        gate.children.remove(data.draw(st.sampled_from(gate.children)))

    assert interval(after)[0] <= interval(graph)[0]
    assert interval(after)[1] <= interval(graph)[1]


@given(graphs(EVERY))
def test_the_order_of_what_was_seen_does_not_matter(graph):
    after = Graph(dict(reversed(graph.leaves.items())), {}, list(graph.functions))
    for name, gate in reversed(graph.gates.items()):
        after.gate(name, gate.kind, list(reversed(gate.children)))

    assert interval(after) == interval(graph)


def test_a_company_that_holds_only_a_name_counts_lightly():
    graph = Graph()
    graph.leaf("registry", Leaf({"parent": ("r",)}, "registry", "com", (), "host"))
    graph.leaf("host", Leaf({"parent": ("p",)}, "hosting", "h", (), "host"))
    graph.gate("all", "all", ["registry", "host"])
    from hostaudit.graph import FunctionNode

    graph.functions.append(FunctionNode("f", "all", "yes", "down", 1.0))
    found = exposures(reckon(graph, CLOCK, "named"), SCORING)

    assert found["r"] == SCORING.name_only_weight * found["p"]

    both = changed(graph)
    both.leaves["registry"] = Leaf({"parent": ("p",)}, "registry", "com", (), "host")
    assert exposures(reckon(both, CLOCK, "named"), SCORING) == {"p": found["p"]}
