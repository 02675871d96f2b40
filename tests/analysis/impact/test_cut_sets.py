"""Minimal cut sets on arbitrary AND/OR graphs, against brute force over every set of up to three failure domains."""

from __future__ import annotations

import random
import time
from itertools import combinations

import pytest
from helpers.sites import in_pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit import audit
from hostaudit.analysis.attribution.ownership import Claim
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction, Switch
from hostaudit.analysis.impact.cut_sets import ALWAYS, EFFORT, MOST, NEVER, CutSetMeasure, TooMuch, minimal_cut_sets
from hostaudit.analysis.impact.outage import order_one
from hostaudit.documents import rules
from hostaudit.model.actors import NOBODY

CERTAINTIES = ("certain", "certain", "certain", "certain", "uncertain", "unknown", "hoped", "failed")
READINGS = ("pessimistic", "named", "optimistic")
KINDS = ("parent", "provider", "asn")
AUTOMATIC, MANUAL = Switch("a", automatic=True), Switch("m", "host")


@st.composite
def graphs(draw):
    """Up to 14 gates over up to 8 leaves in up to 8 domains; a child may be any node, so that there are cycles."""
    graph = FaultTree()
    most = draw(st.sampled_from((3, 5, 8)))
    leaves = []
    for number in range(draw(st.integers(2, 8))):
        domains = {
            kind: tuple(draw(st.lists(st.sampled_from("abcdefgh"[:most]), max_size=2, unique=True))) for kind in KINDS
        }
        leaf = BasicEvent(domains, "hosting", f"s{number}", (), certainty=draw(st.sampled_from(CERTAINTIES)))
        leaves.append(graph.leaf(f"leaf{number}", leaf))
    gates = [f"gate{number}" for number in range(draw(st.integers(1, 14)))]
    for gate in gates:
        children = draw(st.lists(st.sampled_from([*leaves, *leaves, *gates]), min_size=1, max_size=5))
        kind = draw(st.sampled_from(("all", "any", "any", "standby")))
        if kind == "standby":
            graph.spares(
                Purpose.GROUP.of(gate),
                children[0],
                [(draw(st.sampled_from((AUTOMATIC, MANUAL))), c) for c in children[1:]],
            )
        if gate not in graph.gates:
            graph.gate(Purpose.GROUP.of(gate), "any" if kind == "standby" else kind, children)
    graph.functions += [SiteFunction(gate, gate, "yes", "down", 1.0) for gate in gates]
    return graph


def down(graph: FaultTree, kind: str, failed: set[str], reading: str) -> set[str]:
    """All nodes that fail: those that must fail, found one after the other until nothing is added."""
    found = set()
    for name, leaf in graph.leaves.items():
        hit = bool(failed & set(leaf.domains.get(kind, ())))
        anyway = {
            "certain": False,
            "failed": True,
            "hoped": reading != "optimistic",
            "unknown": reading == "pessimistic",
            "uncertain": reading == "pessimistic",
        }[leaf.certainty]
        follows = leaf.certainty == "certain" or (leaf.certainty == "uncertain" and reading == "named")
        if anyway or (hit and follows):
            found.add(name)
    grown = True
    while grown:
        grown = False
        for name, gate in graph.gates.items():
            if name in found:
                continue
            bad = [child in found for child in gate.children]
            if gate.kind == "standby":
                spares = [each for each, switch in zip(bad[1:], gate.switches, strict=True) if switch.automatic]
                fails = bad[0] and all(spares)
            else:
                fails = any(bad) if gate.kind == "all" else all(bad)
            if fails:
                found.add(name)
                grown = True
    return found


def brute_force(graph: FaultTree, kind: str, reading: str) -> dict[str, set[tuple[str, ...]]]:
    """Minimal sets of up to three domains by trying them all; what is down anyway has no entry."""
    anyway = down(graph, kind, set(), reading)
    found = {f.id: set() for f in graph.functions if f.root not in anyway}
    every = sorted({each for leaf in graph.leaves.values() for each in leaf.domains.get(kind, ())})
    for size in range(1, MOST + 1):
        for members in combinations(every, size):
            # A set that contains a smaller one of every function tells nothing new.
            open_ = [f for f in found if not any(set(each) <= set(members) for each in found[f])]
            if open_:
                fails = down(graph, kind, set(members), reading)
                for function in open_:
                    if function in fails:
                        found[function].add(members)
    return {function: sets for function, sets in found.items() if sets}


@settings(max_examples=600)
@given(graphs(), st.sampled_from(KINDS), st.sampled_from(READINGS))
def test_cut_sets_are_exactly_those_that_brute_force_finds(graph, kind, reading):
    found = minimal_cut_sets(graph, kind, reading=reading)

    assert found.order == MOST
    assert {function: set(sets) for function, sets in found.sets.items()} == brute_force(graph, kind, reading)
    for sets in found.sets.values():
        assert list(sets) == sorted(sets, key=lambda members: (len(members), members))
        assert len(set(sets)) == len(sets)
        assert all(list(members) == sorted(members) for members in sets)


@settings(max_examples=150)
@given(graphs(), st.sampled_from(READINGS))
def test_sets_of_one_are_the_single_points_of_every_kind(graph, reading):
    alone = order_one(graph, reading=reading)
    for kind in KINDS:
        found = minimal_cut_sets(graph, kind, reading=reading).sets
        for function in graph.functions:
            single = {members[0] for members in found.get(function.id, ()) if len(members) == 1}
            if ("parent", NOBODY) in alone[function.id]:
                assert function.id not in found
            else:
                assert single == {each for other, each in alone[function.id] if other == kind}


@settings(max_examples=100)
@given(graphs(), st.integers(1, 60))
def test_a_bound_on_the_effort_lowers_the_order_and_leaves_the_rest_exact(graph, effort):
    found = minimal_cut_sets(graph, "parent", effort=effort)
    whole = minimal_cut_sets(graph, "parent").sets

    assert 1 <= found.order <= MOST
    smaller = {f: tuple(each for each in sets if len(each) <= found.order) for f, sets in whole.items()}
    assert found.sets == {function: sets for function, sets in smaller.items() if sets}


def leaf(graph: FaultTree, name: str, **domains: str) -> str:
    return graph.leaf(name, BasicEvent({kind: (each,) for kind, each in domains.items()}, "dns", name, ()))


def with_function(graph: FaultTree, root: str) -> FaultTree:
    graph.functions.append(SiteFunction("f", root, "yes", "down", 1.0))
    return graph


def test_two_operators_of_one_parent_are_one_domain_at_its_level_and_a_pair_below():
    graph = FaultTree()
    legs = [leaf(graph, each, provider=each, parent="digicert") for each in ("dnsmadeeasy", "ultradns")]
    with_function(graph, graph.gate(Purpose.GROUP.of("any"), "any", legs))

    assert minimal_cut_sets(graph, "parent").sets == {"f": (("digicert",),)}
    assert minimal_cut_sets(graph, "provider").sets == {"f": (("dnsmadeeasy", "ultradns"),)}


def test_two_dns_operators_of_one_parent_in_a_report():
    site = in_pairs()
    servers = {"ns0.dnsmadeeasy.com": ("208.94.148.2", 16552), "pdns1.ultradns.com": ("204.74.66.1", 12008)}
    report = audit.analyse(site.name(("Gandi SAS", "81"), servers).file(), rules.shipped())

    sets = {(each.kind, each.members) for each in report.cut_sets if each.function == "resolve"}
    assert ("parent", ("digicert",)) in sets
    assert ("provider", ("dnsmadeeasy", "ultradns")) in sets
    assert not {("provider", ("dnsmadeeasy",)), ("provider", ("ultradns",))} & sets
    assert "digicert" in {each.failure_domain.id for each in report.spofs}


def test_a_pair_that_takes_down_what_neither_does_alone_is_in_the_report():
    report = audit.analyse(in_pairs().file(), rules.shipped())

    sets = {each.members for each in report.cut_sets if (each.kind, each.function) == ("parent", "web")}
    assert ("hetzner", "ovh") in sets
    assert not {("hetzner",), ("ovh",)} & sets
    assert report.cut_set_limits == ()


@pytest.mark.parametrize(("kind", "sets"), [("all", {}), ("any", {})])
def test_gates_without_children_need_no_cause_or_have_none(kind, sets):
    graph = FaultTree()
    with_function(graph, graph.gate(Purpose.GROUP.of("root"), kind))

    assert minimal_cut_sets(graph, "parent").sets == sets
    assert minimal_cut_sets(FaultTree(), "parent").sets == {}


def test_what_is_down_anyway_has_no_cut_set_and_what_never_fails_neither():
    graph = FaultTree()
    graph.leaf("broken", BasicEvent({"parent": ("a",)}, "dns", "x", (), certainty="failed"))
    graph.leaf("nobody's", BasicEvent({}, "dns", "y", ()))
    leaf(graph, "sound", parent="b")
    for root, children in (("down", ["broken", "sound"]), ("up", ["nobody's"]), ("own", ["sound"])):
        graph.functions.append(
            SiteFunction(root, graph.gate(Purpose.GROUP.of(root), "all", children), "yes", "down", 1.0)
        )

    assert minimal_cut_sets(graph, "parent").sets == {"own": (("b",),)}


def wide(width: int, branches: int, *, common: bool) -> FaultTree:
    """Any of several branches, each of which needs everybody in a crowd of its own."""
    graph = FaultTree()
    shared = [leaf(graph, "shared", parent="shared")] if common else []
    rows = [[leaf(graph, f"{b}-{n}", parent=f"p{b}-{n:04}") for n in range(width)] for b in range(branches)]
    gates = [graph.gate(Purpose.GROUP.of(f"all{b}"), "all", [*row, *shared]) for b, row in enumerate(rows)]
    return with_function(graph, graph.gate(Purpose.GROUP.of("root"), "any", gates))


@pytest.mark.parametrize(
    ("graph", "order", "expected"),
    [
        (wide(1000, 2, common=True), 1, {"f": (("shared",),)}),
        (wide(1000, 2, common=False), 1, {}),
        (wide(700, 3, common=True), 1, {"f": (("shared",),)}),
    ],
)
def test_a_graph_that_explodes_ends_in_time_and_says_how_far_it_is_complete(graph, order, expected):
    started = time.perf_counter()
    found = minimal_cut_sets(graph, "parent")

    assert time.perf_counter() - started < 2
    assert found.order == order < MOST
    assert found.sets == expected


def test_a_graph_that_explodes_at_three_is_complete_up_to_two():
    graph = wide(80, 3, common=False)
    pair = graph.gate(Purpose.GROUP.of("pair"), "any", [leaf(graph, "x", parent="x"), leaf(graph, "y", parent="y")])
    graph.functions[0] = SiteFunction(
        "f", graph.gate(Purpose.GROUP.of("both"), "all", ["root", pair]), "yes", "down", 1.0
    )

    found = minimal_cut_sets(graph, "parent")

    assert (found.order, found.sets) == (2, {"f": (("x", "y"),)})


def test_two_thousand_nodes_of_a_tame_graph_take_no_time():
    graph = FaultTree()
    legs = [leaf(graph, f"leg{n}", parent=f"p{n % 40}") for n in range(1000)]
    pairs = [graph.gate(Purpose.GROUP.of(f"any{n}"), "any", [legs[n], legs[(n * 7 + 1) % 1000]]) for n in range(1000)]
    with_function(graph, graph.gate(Purpose.GROUP.of("root"), "all", pairs))

    started = time.perf_counter()
    found = minimal_cut_sets(graph, "parent")

    assert time.perf_counter() - started < 2
    assert found.order == MOST
    assert found.sets["f"]
    assert {len(members) for members in found.sets["f"]} <= {1, 2}


# -- the measure by itself --------------------------------------------------------------------------------


def minimal(masks: set[int], order: int = 3) -> frozenset[int]:
    small = {each for each in masks if each.bit_count() <= order}
    return frozenset(each for each in small if not any(other != each and other & each == other for other in small))


def families(seed: int, order: int = 3) -> list[frozenset[int]]:
    """Three families of cut sets over seven domains, as gates hand them up."""
    chance = random.Random(seed)
    return [
        minimal(
            {chance.randrange(1, 128) & chance.randrange(1, 128) or 1 for _ in range(chance.randrange(1, 9))}, order
        )
        for _ in range(3)
    ]


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("seed", range(60))
def test_gates_unite_and_multiply_families_of_masks(seed, order):
    rows = families(seed, order)
    measure = CutSetMeasure(order, 10**6)

    assert measure.all_of(rows) == minimal(set().union(*rows), order)
    assert measure.any_of(rows) == minimal({a | b | c for a in rows[0] for b in rows[1] for c in rows[2]}, order)
    assert measure.any_of([*rows, NEVER]) == NEVER
    assert measure.any_of([*rows, ALWAYS]) == measure.any_of([ALWAYS, *rows]) == measure.any_of(rows)
    assert measure.all_of([*rows, ALWAYS]) == ALWAYS
    assert measure.any_of([]) == measure.any_of([ALWAYS, ALWAYS]) == ALWAYS


def test_only_an_automatic_standby_has_to_fail_as_well():
    measure = CutSetMeasure(3, 100)
    one, two = frozenset({1}), frozenset({2})

    assert measure.standby(one, [(AUTOMATIC, two)]) == frozenset({3})
    assert measure.standby(one, [(MANUAL, two)]) == one


def test_effort_is_spent_on_each_set_that_is_examined_and_ends_the_search_above_order_one():
    def left(order: int, one: set[int], other: set[int]) -> int:
        measure = CutSetMeasure(order, 100)
        measure.any_of([frozenset(one), frozenset(other)])
        return measure.left

    assert left(3, {1}, {2}) == 100 - 1
    assert left(3, {1, 2}, {4, 8}) == 100 - 4
    assert left(3, {1, 6}, {8, 16, 96}) == 100 - 6 - 2 - 3
    assert left(3, {7}, {56}) == 100 - 2
    assert left(3, {1, 2}, {1, 2}) == 100

    spent = CutSetMeasure(2, 1)
    assert spent.any_of([frozenset({1}), frozenset({2})]) == frozenset({3})
    assert spent.left == 0
    with pytest.raises(TooMuch):
        spent.any_of([frozenset({1}), frozenset({2})])
    tireless = CutSetMeasure(1, 0)
    assert tireless.any_of([frozenset({1, 2}), frozenset({1, 4})]) == frozenset({1})


def test_the_order_is_lowered_by_one_where_the_effort_does_not_suffice():
    graph = wide(4, 3, common=False)
    whole = minimal_cut_sets(graph, "parent")

    assert (whole.kind, whole.order, len(whole.sets["f"])) == ("parent", 3, 64)
    assert minimal_cut_sets(graph, "parent", most=2).order == 2
    assert minimal_cut_sets(graph, "parent", most=2).sets == {}
    orders = [minimal_cut_sets(graph, "parent", effort=effort).order for effort in range(200)]
    assert orders == sorted(orders)
    assert {1, 2, 3} == set(orders)
    assert (MOST, EFFORT) == (3, 200_000)


@pytest.mark.parametrize(
    ("certainty", "reading", "sets"),
    [
        ("certain", "named", (("p",),)),
        ("certain", "pessimistic", (("p",),)),
        ("uncertain", "named", (("p",),)),
        ("uncertain", "pessimistic", None),
        ("uncertain", "optimistic", None),
        ("unknown", "named", None),
        ("unknown", "pessimistic", None),
        ("failed", "named", None),
    ],
)
def test_which_basic_events_a_domain_takes_along(certainty, reading, sets):
    graph = FaultTree()
    graph.leaf("only", BasicEvent({"parent": ("p",), "asn": ("1",)}, "dns", "x", (), certainty=certainty))
    leaf(graph, "unrelated", provider="q")
    with_function(graph, graph.gate(Purpose.GROUP.of("all"), "all", ["only", "unrelated"]))

    assert minimal_cut_sets(graph, "parent", reading=reading).sets.get("f") == sets


def test_sets_are_told_by_name_the_smaller_ones_first():
    graph = FaultTree()
    pair = graph.gate(
        Purpose.GROUP.of("pair"), "any", [leaf(graph, "a", parent="alpha"), leaf(graph, "c", parent="gamma")]
    )
    with_function(graph, graph.gate(Purpose.GROUP.of("all"), "all", [pair, leaf(graph, "b", parent="beta")]))
    graph.functions.append(SiteFunction("g", pair, "yes", "down", 1.0))

    assert minimal_cut_sets(graph, "parent").sets == {
        "f": (("beta",), ("alpha", "gamma")),
        "g": (("alpha", "gamma"),),
    }


def test_effort_is_not_spent_on_sets_that_can_only_stay_as_they_are():
    def left(one: set[int], other: set[int]) -> int:
        measure = CutSetMeasure(3, 100)
        measure.any_of([frozenset(one), frozenset(other)])
        return measure.left

    assert left({1}, {2, 28}) == 100 - 1 - 1
    assert left({3, 4}, {3, 8}) == 100 - 1


def test_what_fails_in_any_case_adds_nothing_to_what_has_to_fail_besides():
    for order in (1, 2, 3):
        assert CutSetMeasure(order, 100).any_of([frozenset({0}), frozenset({1})]) == frozenset({1})


@pytest.mark.parametrize(
    ("reading", "sets"), [("named", (("p",), ("q",))), ("pessimistic", None), ("optimistic", (("q",),))]
)
def test_what_may_have_failed_has_no_cut_set_in_the_pessimistic_reading(reading, sets):
    graph = FaultTree()
    graph.leaf("only", BasicEvent({"parent": ("p",)}, "dns", "x", (), certainty="uncertain"))
    with_function(graph, graph.gate(Purpose.GROUP.of("all"), "all", ["only", leaf(graph, "q", parent="q")]))

    assert minimal_cut_sets(graph, "parent", reading=reading).sets.get("f") == sets


def test_whoever_may_be_the_owner_is_in_no_set_of_companies_in_the_optimistic_reading_alone():
    graph = FaultTree()
    claim = Claim("guessed", "its name")
    graph.leaf("only", BasicEvent({"parent": ("p",), "asn": ("1",)}, "dns", "x", (), claim=claim))
    with_function(graph, graph.gate(Purpose.GROUP.of("all"), "all", ["only"]))

    for reading, sets in (("pessimistic", {"f": (("p",),)}), ("named", {"f": (("p",),)}), ("optimistic", {})):
        assert minimal_cut_sets(graph, "parent", reading=reading).sets == sets
        assert minimal_cut_sets(graph, "asn", reading=reading).sets == {"f": (("1",),)}
