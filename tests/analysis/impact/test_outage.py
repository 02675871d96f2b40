"""Order-1 cut sets and outages on arbitrary AND/OR graphs, against brute force."""

from __future__ import annotations

from dataclasses import replace

from helpers.graphs import CLOCK, HOUR, PARENTS, cached, graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction
from hostaudit.analysis.impact.outage import RecoveryTimes, impact, order_one
from hostaudit.model.actors import NOBODY
from hostaudit.model.report import Hours
from hostaudit.model.rules import Recovery


def brute_force(graph: FaultTree, failed: set[str], root: str) -> bool:
    """Whether a root fails: the least set of failed nodes that the leaves force, one round at a time."""
    down = {name for name, leaf in graph.leaves.items() if set(leaf.domains["parent"]) & failed}
    while True:
        more = {
            name
            for name, gate in graph.gates.items()
            if (any if gate.kind == "all" else all)(child in down for child in gate.children)
        }
        if more <= down:
            return root in down
        down |= more


@settings(max_examples=500)
@given(graphs())
def test_single_points_are_those_that_brute_force_finds(graph):
    found = order_one(graph)
    present = {each for leaf in graph.leaves.values() for each in leaf.domains["parent"]}

    for function in graph.functions:
        expected = {("parent", parent) for parent in present if brute_force(graph, {parent}, function.root)}

        assert found[function.id] == expected


@given(graphs(), st.sets(st.sampled_from(PARENTS)))
def test_a_function_has_an_outage_exactly_if_it_fails(graph, failed):
    outages = impact(graph, frozenset(("parent", each) for each in failed), CLOCK)

    for function in graph.functions:
        assert outages[function.id].stops == brute_force(graph, failed, function.root)


@given(graphs(("certain", "uncertain", "unknown", "failed")), st.sets(st.sampled_from(PARENTS)))
def test_readings_are_ordered_and_more_failure_never_shortens_an_outage(graph, failed):
    one = frozenset(("parent", each) for each in failed)
    two = one | {("parent", "p")}

    readings = [impact(graph, one, CLOCK, reading=r) for r in ("optimistic", "named", "pessimistic")]
    more = impact(graph, two, CLOCK)

    for function in graph.functions:
        hours = [outages[function.id].hours.high for outages in readings]
        assert hours == sorted(hours)
        assert more[function.id].hours.high >= readings[1][function.id].hours.high


@given(graphs(("certain", "uncertain", "unknown", "failed")))
def test_single_points_agree_with_outages_in_every_reading(graph):
    for reading in ("optimistic", "named", "pessimistic"):
        found = order_one(graph, reading=reading)
        for function in graph.functions:
            for parent in PARENTS:
                failed = frozenset({("parent", parent)})
                stops = impact(graph, failed, CLOCK, reading=reading)[function.id].stops
                known = any(parent in leaf.domains["parent"] for leaf in graph.leaves.values())
                if known:
                    assert stops == (("parent", parent) in found[function.id])


@given(graphs(), st.sets(st.sampled_from(PARENTS)))
def test_some_users_notice_every_loss_at_once_and_the_last_within_seven_days(graph, failed):
    for outage in impact(graph, frozenset(("parent", each) for each in failed), CLOCK).values():
        if outage.stops:
            assert outage.begins.low == 0 <= outage.begins.usual <= outage.begins.high <= 168


@given(graphs(), st.sets(st.sampled_from(PARENTS)))
def test_the_more_fails_the_sooner_it_is_noticed(graph, failed):
    one = frozenset(("parent", each) for each in failed)
    before, after = impact(graph, one, CLOCK), impact(graph, one | {("parent", "p")}, CLOCK)

    for function in ("f", "g"):
        for end in ("low", "usual", "high"):
            assert getattr(after[function].begins, end) <= getattr(before[function].begins, end)


@given(graphs(), st.sets(st.sampled_from(PARENTS)), st.data())
def test_a_longer_ttl_never_makes_a_loss_noticed_sooner_nor_longer(graph, failed, data):
    one = frozenset(("parent", each) for each in failed)
    before = impact(graph, one, CLOCK)
    name = data.draw(st.sampled_from(sorted(graph.leaves)))
    graph.leaves[name] = replace(graph.leaves[name], begins=cached(168.0))
    after = impact(graph, one, CLOCK)

    for function in ("f", "g"):
        assert after[function].hours == before[function].hours
        for end in ("low", "usual", "high"):
            assert getattr(after[function].begins, end) >= getattr(before[function].begins, end)


@given(st.floats(0, 5000))
def test_notice_shortens_only_what_work_shortens(notice):
    rows = {"host": Recovery(1, 2, 3, "", ""), "store": Recovery(10, 20, 30, "", "", notice_shortens=False)}
    host, store = (RecoveryTimes(rows, 720, notice).terms(BasicEvent({}, "app_store", "", (), key)) for key in rows)

    assert RecoveryTimes(rows, 720, notice).total(store) == (10, 20, 30)
    assert RecoveryTimes(rows, 720, notice).total((*host, *store)) == tuple(
        fixed + max(0, work - notice) for fixed, work in ((10, 1), (20, 2), (30, 3))
    )


def registrar_and_servers(*servers: str) -> FaultTree:
    graph = FaultTree()
    graph.leaf("sold", BasicEvent({"parent": ("p",)}, "registrar", "a.com", (), "name", registered="a.com"))
    for parent in servers:
        spread = (cached(48.0),)
        graph.leaf(parent, BasicEvent({"parent": (parent,)}, "dns", parent, (), "dns", spread, zone="a.com"))
    graph.gate(Purpose.GROUP.of("any"), "any", servers)
    graph.gate(Purpose.GROUP.of("all"), "all", ["sold", "any"])
    graph.functions.append(SiteFunction("f", "all", "yes", "down", 1.0))
    return graph


def test_name_servers_are_replaced_only_after_the_registrar_that_has_to_name_others():
    clock = RecoveryTimes({**HOUR, "dns": Recovery(1, 2, 3, "", "")}, 720)
    both, server = frozenset({("parent", "p"), ("parent", "q")}), frozenset({("parent", "q")})
    two = impact(registrar_and_servers("q"), both, clock)["f"]

    assert impact(registrar_and_servers("q"), server, clock)["f"].hours == Hours(1, 26, 51)
    assert two.hours == Hours(4, 29, 54)
    assert two.by.before == ("sold",)
    assert impact(registrar_and_servers("q", "r"), both, clock)["f"].hours == Hours(4, 5, 6)


def two_servers(first: str, second: str) -> FaultTree:
    graph = FaultTree()
    for name, parent in (("a", first), ("b", second)):
        graph.leaf(name, BasicEvent({"parent": (parent,)}, "dns", name, (), "host", begins=cached(2.0)))
    graph.gate(Purpose.GROUP.of("any"), "any", ["a", "b"])
    graph.functions.append(SiteFunction("f", "any", "yes", "down", 1.0))
    return graph


def test_two_legs_of_one_parent_are_one_leg():
    assert order_one(two_servers("p", "p"))["f"] == {("parent", "p")}
    assert order_one(two_servers("p", "q"))["f"] == set()


def test_zones_that_serve_each_other_neither_loop_nor_count():
    graph = two_servers("p", "q")
    graph.gate(Purpose.GROUP.of("zone a"), "all", ["a", "zone b"])
    graph.gate(Purpose.GROUP.of("zone b"), "all", ["b", "zone a"])
    graph.functions.append(SiteFunction("g", "zone a", "yes", "down", 1.0))

    assert order_one(graph)["g"] == {("parent", "p"), ("parent", "q")}
    assert not impact(graph, frozenset(), CLOCK)["g"].stops


def test_an_alternative_that_recovers_sooner_ends_the_outage():
    graph = FaultTree()
    graph.leaf("slow", BasicEvent({"parent": ("p",)}, "hosting", "slow", (), "name"))
    graph.leaf("fast", BasicEvent({"parent": ("p",)}, "hosting", "fast", (), "host", begins=cached(9.0)))
    graph.gate(Purpose.GROUP.of("any"), "any", ["slow", "fast"])
    graph.gate(Purpose.GROUP.of("all"), "all", ["slow", "fast"])
    graph.functions.append(SiteFunction("f", "any", "yes", "down", 1.0))
    graph.functions.append(SiteFunction("g", "all", "yes", "down", 1.0))

    outages = impact(graph, frozenset({("parent", "p")}), CLOCK)

    assert (outages["f"].hours.high, outages["f"].begins) == (3, Hours(0, 4.5, 9))
    assert (outages["g"].hours.high, outages["g"].begins) == (6, Hours(0, 0, 0))


def test_what_has_no_leg_at_all_is_down_without_end():
    graph = FaultTree()
    graph.gate(Purpose.GROUP.of("any"), "any")
    graph.functions.append(SiteFunction("f", "any", "yes", "down", 1.0))

    assert impact(graph, frozenset(), CLOCK)["f"].hours.high == CLOCK.horizon
    assert order_one(graph)["f"] == {("parent", NOBODY)}


def test_an_unlisted_role_recovers_at_no_known_time():
    graph = two_servers("p", "p")
    graph.leaves["a"] = BasicEvent({"parent": ("p",)}, "dns", "a", (), "no such role")
    graph.gate(Purpose.GROUP.of("only"), "all", ["a"])
    graph.functions.append(SiteFunction("g", "only", "yes", "down", 1.0))

    assert impact(graph, frozenset({("parent", "p")}), CLOCK)["g"].hours.usual == CLOCK.horizon
