"""Order-1 cut sets and outages on arbitrary AND/OR graphs, against brute force."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from helpers.graphs import CLOCK, HOUR, PARENTS, cached, graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.analysis.attribution.ownership import Claim
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction, Switch, Term
from hostaudit.analysis.impact.outage import (
    AT_ONCE,
    KINDS,
    WORKS,
    Contribution,
    DecidingNodes,
    Onset,
    OutageEstimate,
    OutageMeasure,
    RecoveryTimes,
    SinglePointMeasure,
    already_failed,
    begins_of,
    fails_with,
    impact,
    kept_by_caches,
    moved_by_registrar,
    order_one,
    outage_of,
    solved,
    standing,
    stopped_alone,
)
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


# -- the arithmetic by itself -----------------------------------------------------------------------------

TABLE = {
    "host": Recovery(1, 2, 3, "", "three cases"),
    "dns": Recovery(10, 20, 30, "", "two cases"),
    "store": Recovery(100, 200, 300, "", "", notice_shortens=False),
}


def basic(recovery: str = "host", role: str = "hosting", parent: str = "p", **more) -> BasicEvent:
    return BasicEvent({"parent": (parent,), "asn": ("64500",)}, role, "x", (), recovery, **more)


def summand(low: float, usual: float, high: float, **more) -> Term:
    return Term(Hours(low, usual, high), "assumed", "declared", **more)


def estimate(hours: float, node: str, begins: float = 0.0) -> OutageEstimate:
    return OutageEstimate.of(node, (hours, hours * 2, hours * 3), Hours(0.0, begins / 2, begins))


def only(leaf: BasicEvent, *more: BasicEvent) -> FaultTree:
    graph = FaultTree()
    names = [graph.leaf(name, each) for name, each in zip("abcd", (leaf, *more), strict=False)]
    graph.gate(Purpose.GROUP.of("all"), "all", names)
    graph.functions.append(SiteFunction("f", "all", "yes", "down", 1.0))
    return graph


P = frozenset({("parent", "p")})


def test_a_time_of_the_table_has_its_source_and_what_notice_cannot_shorten_is_fixed():
    clock = RecoveryTimes(TABLE, 720)
    host = clock.base("host")

    assert (host.hours, host.how, host.fixed) == (Hours(1, 2, 3), "assumed", False)
    assert "host" in host.source
    assert "three cases" in host.source
    assert clock.base("store").fixed
    assert clock.base("no such step") is None


def test_the_summands_of_a_step_are_its_time_in_the_table_and_its_own():
    clock = RecoveryTimes(TABLE, 720)
    more = (summand(1, 1, 1),)

    assert clock.terms(basic(further=more)) == (clock.base("host"), *more)
    assert clock.terms(basic("no such step", further=more)) == ()
    assert clock.terms(Switch("s", "no such step", more)) == more
    assert clock.terms(Switch("s", "host", more)) == (clock.base("host"), *more)


def test_hours_are_added_up_and_notice_is_taken_off_the_work_alone():
    fixed, work = summand(10, 20, 30, fixed=True), summand(4, 8, 12)
    plain, told = RecoveryTimes(TABLE, 720), RecoveryTimes(TABLE, 720, 6.0)

    assert plain.total([fixed, work, work]) == (18, 36, 54)
    assert told.total([fixed, work]) == (10, 22, 36)
    assert told.total([work]) == (0, 2, 6)
    assert plain.total([]) == (math.inf,) * 3


def test_an_open_summand_is_feared_in_the_pessimistic_reading():
    clock = RecoveryTimes(TABLE, 720)
    both = [summand(1, 2, 30, open=True), summand(1, 2, 3)]

    assert clock.total(both, "pessimistic") == (2, 32, 33)
    assert clock.total(both) == clock.total(both, "optimistic") == (2, 4, 33)
    assert clock.of("a", basic(further=tuple(both)), "pessimistic").usual.hours == 34


def test_a_zone_is_moved_in_the_time_of_its_registrar_and_of_what_resolvers_keep():
    clock = RecoveryTimes(TABLE, 720)
    server = basic("dns", "dns", further=(summand(1, 2, 3, open=True),))

    assert clock.moved(basic("host", "registrar"), server) == (2, 4, 6)
    assert clock.moved(basic("host", "registrar"), server, "pessimistic") == (2, 5, 6)
    assert clock.moved(basic("no such step", "registrar"), server) == (math.inf,) * 3


def test_only_what_has_no_end_is_shown_as_the_horizon():
    clock = RecoveryTimes(TABLE, 720)

    assert [clock.shown(each) for each in (0.0, 5.0, 9000.0, math.inf)] == [0.0, 5.0, 9000.0, 720]
    assert clock.endless("a").low == Contribution(math.inf, "a")
    assert clock.endless("a").begins.high == Contribution(0.0, "a")


def test_needs_end_with_the_last_and_alternatives_with_the_first():
    measure = OutageMeasure(RecoveryTimes(TABLE, 720))
    short, long = estimate(1, "short", 8), estimate(2, "long", 4)
    needs, ways = measure.all_of([short, long]), measure.any_of([short, long])

    assert [each.node for each in needs[:3]] == ["long"] * 3
    assert [each.node for each in ways[:3]] == ["short"] * 3
    assert [each.hours for each in needs.begins] == [0, 2, 4]
    assert [each.hours for each in ways.begins] == [0, 4, 8]
    assert measure.any_of([]).high.hours == math.inf


def test_a_switch_ends_an_outage_when_it_is_done_and_its_standby_works():
    measure = OutageMeasure(RecoveryTimes(TABLE, 720))
    serving, spare = estimate(50, "serving", 8), estimate(5, "spare", 4)

    def ended(switch: Switch, other: OutageEstimate) -> list[tuple[float, str]]:
        value = measure.standby(serving, [(switch, other)])
        return [(each.hours, each.node) for each in value[:3]]

    assert ended(Switch("s", "host"), WORKS) == [(1, "s"), (2, "s"), (3, "s")]
    assert ended(Switch("s", "host"), spare) == [(5, "spare"), (10, "spare"), (15, "spare")]
    assert ended(Switch("s", "store"), WORKS) == [(50, "serving"), (100, "serving"), (150, "serving")]
    assert measure.standby(serving, [(Switch("s", automatic=True), WORKS)]) is WORKS
    assert measure.standby(serving, [(Switch("s", "host"), WORKS)]).begins == serving.begins
    quarter = estimate(0.25, "spare")
    assert ended(Switch("s", automatic=True), quarter) == [(0.25, "spare"), (0.5, "spare"), (0.75, "spare")]
    assert [each.hours for each in WORKS[:3]] == [0, 0, 0]
    assert not WORKS.stops
    assert quarter.stops


@pytest.mark.parametrize(
    ("certainty", "reading", "failed", "with_others"),
    [
        ("certain", "named", False, True),
        ("certain", "pessimistic", False, True),
        ("uncertain", "named", False, True),
        ("uncertain", "pessimistic", False, False),
        ("uncertain", "optimistic", False, False),
        ("unknown", "named", False, False),
        ("unknown", "pessimistic", True, False),
        ("unknown", "optimistic", False, False),
        ("hoped", "named", True, False),
        ("hoped", "pessimistic", True, False),
        ("hoped", "optimistic", False, False),
        ("failed", "named", True, False),
        ("failed", "optimistic", True, False),
    ],
)
def test_what_fails_already_and_what_fails_with_others(certainty, reading, failed, with_others):
    leaf = basic(certainty=certainty)

    assert already_failed(leaf, reading) is failed
    assert (("parent", "p") in set(fails_with(leaf, reading))) is with_others


@pytest.mark.parametrize("failed", ["p", "q"])
def test_a_part_of_an_unknown_operator_fails_with_any_company_in_the_pessimistic_reading_alone(failed):
    clock = RecoveryTimes({"host": Recovery(1, 2, 3, "", "")}, 720)
    tree, lost = only(basic(certainty="uncertain")), frozenset({("parent", failed)})

    stops = {each: impact(tree, lost, clock, reading=each)["f"].stops for each in ("pessimistic", "optimistic")}
    assert stops == {"pessimistic": True, "optimistic": False}


def test_what_nothing_takes_down_works_and_a_name_can_be_left_out():
    clock = RecoveryTimes({"host": Recovery(1, 2, 3, "", ""), "none": Recovery(0, 0, 0, "", "")}, 720)
    uncertain = only(basic(certainty="uncertain"))

    assert not impact(uncertain, frozenset(), clock, reading="pessimistic")["f"].stops
    assert impact(uncertain, frozenset({("asn", "1")}), clock, reading="pessimistic")["f"].stops
    assert solved(only(basic("none")), P, clock) == {}
    for role in ("registrar", "registry"):
        graph = only(basic(role=role), basic(role=role, parent="q"))
        assert impact(graph, P, clock)["f"].stops
        assert not impact(graph, P, clock, without_names=True)["f"].stops
        graph = only(basic(role=role), basic(parent="p"))
        assert impact(graph, P, clock, without_names=True)["f"].hours == Hours(1, 2, 3)
    assert impact(only(basic(certainty="failed")), frozenset(), clock)["f"].hours == Hours(720, 720, 720)


def moved(**more) -> FaultTree:
    fields = {"zone": "ns.a.com", "further": (summand(1, 2, 3),)} | more
    return only(
        basic("dns", "dns", **fields),
        basic("host", "registrar", registered="a.com"),
        basic("store", "registrar", registered="b.com"),
        basic("host", "registry", registered="com"),
    )


def test_a_name_server_waits_for_the_registrar_of_its_own_zone_alone():
    lost = ("a", "b", "c", "d")

    assert list(moved_by_registrar(moved(), lost)) == [("a", "b")]
    assert list(moved_by_registrar(moved(), ("a", "c", "d"))) == []
    assert list(moved_by_registrar(moved(zone=""), lost)) == []
    assert list(moved_by_registrar(moved(zone="com"), lost)) == []
    elsewhere = only(basic("host", "dns", zone="a.com"), basic(role="registrar", registered="a.com"))
    assert list(moved_by_registrar(elsewhere, "ab")) == []
    registry = only(basic("dns", "dns", zone="a.com"), basic(role="registry", registered="a.com"))
    assert list(moved_by_registrar(registry, "ab")) == []


def test_the_longer_of_repair_and_move_is_told_with_what_came_before():
    clock = RecoveryTimes(TABLE, 720)
    longer = RecoveryTimes({**TABLE, "host": Recovery(50, 60, 70, "", "")}, 720)
    graph = moved(begins=summand(0, 1, 2))
    graph.leaves["c"] = basic("host", "hosting", parent="q")

    assert solved(graph, P, clock)["a"].low == Contribution(11, "a")
    assert [tuple(each) for each in solved(graph, P, longer)["a"][:3]] == [
        (51, "a", "b"),
        (62, "a", "b"),
        (73, "a", "b"),
    ]
    assert [each.hours for each in solved(graph, P, longer)["a"].begins] == [0, 1, 2]
    assert impact(graph, P, longer)["f"].by.before == ("b",)
    assert impact(graph, P, clock)["f"].by.before == ()


def test_an_outage_names_the_nodes_that_decide_it_and_when_it_is_noticed():
    clock = RecoveryTimes(TABLE, 720)
    cached_one = outage_of({"n": estimate(5, "host", 8)}, "n", clock)
    at_once = outage_of({"n": estimate(5, "host")}, "n", clock)
    mixed = estimate(5, "host", 8)
    ends = Contribution(0.0, "first"), Contribution(0.5, "usual"), Contribution(0.75, "last")
    mixed = mixed._replace(begins=Onset(*ends))

    assert (cached_one.hours, cached_one.begins) == (Hours(5, 10, 15), Hours(0, 4, 8))
    assert cached_one.by == DecidingNodes("host", "host", "host", (), ("host",))
    assert at_once.by.begins == ("host",)
    assert outage_of({"n": mixed}, "n", clock).by.begins == ("usual", "last")
    assert not outage_of({}, "n", clock).stops
    assert outage_of({"n": estimate(0.25, "host", 0.5)}, "n", clock).stops
    assert outage_of({"n": OutageEstimate.of("x", (0.0, 0.0, 1.0), AT_ONCE)}, "n", clock).stops


def test_what_caches_keep_delays_what_is_noticed():
    kept = kept_by_caches("gate", summand(0, 3, 6), estimate(5, "host", 8))

    assert [(each.hours, each.node) for each in kept.begins] == [(0, "host"), (4, "host"), (8, "host")]
    kept = kept_by_caches("gate", summand(0, 30, 60), estimate(5, "host", 8))
    assert [each.hours for each in kept.begins] == [0, 30, 60]
    assert begins_of(basic()) == AT_ONCE
    assert begins_of(basic(begins=summand(0, 3, 6))) == Hours(0, 3, 6)


def test_domains_are_bits_that_needs_unite_and_alternatives_share():
    measure = SinglePointMeasure(7)

    assert (measure.all_of([1, 2]), measure.all_of([])) == (3, 0)
    assert (measure.any_of([3, 6]), measure.any_of([])) == (2, 7)
    assert measure.standby(3, [(Switch("s", automatic=True), 6)]) == 2
    assert measure.standby(3, [(Switch("s", "host"), 6)]) == 3


@pytest.mark.parametrize(
    ("certainty", "reading", "alone"),
    [
        ("certain", "named", {("parent", "p"), ("asn", "64500")}),
        ("certain", "optimistic", {("parent", "p"), ("asn", "64500")}),
        ("uncertain", "named", {("parent", "p"), ("asn", "64500")}),
        ("uncertain", "optimistic", set()),
        ("unknown", "named", set()),
        ("uncertain", "pessimistic", {("parent", "p"), ("asn", "64500"), ("parent", NOBODY)}),
        ("unknown", "pessimistic", {("parent", "p"), ("asn", "64500"), ("parent", NOBODY)}),
        ("hoped", "named", {("parent", "p"), ("asn", "64500"), ("parent", NOBODY)}),
    ],
)
def test_what_stops_a_function_alone_in_each_reading(certainty, reading, alone):
    found = order_one(only(basic(certainty=certainty)), reading=reading)["f"]

    assert found == alone
    assert standing(found) is (("parent", NOBODY) not in alone)
    assert stopped_alone(only(basic()), ["a", "no such node"])["no such node"] == set()


def test_the_kinds_of_a_report_are_in_their_order():
    assert KINDS[:2] == ("parent", "provider")
    assert len(KINDS) == len(set(KINDS)) == 7


def test_a_declared_recovery_is_counted_on_in_the_optimistic_reading_where_it_is_shorter():
    clock = RecoveryTimes(TABLE, 720, 0.0, {"dns": 15.0, "store": 5000.0})

    assert clock.base("dns", "optimistic").hours == Hours(10, 15, 15)
    assert clock.base("store", "optimistic").hours == Hours(100, 200, 300)
    assert clock.base("host", "optimistic").hours == Hours(1, 2, 3)
    for reading in ("named", "pessimistic"):
        assert clock.base("dns", reading).hours == Hours(10, 20, 30)
    assert clock.of("a", basic("dns"), "optimistic").high.hours == 15


GUESSED, DECLARED = Claim("guessed", "its name"), Claim("declared", "the site file")


def test_whoever_may_be_the_owner_ends_no_contract_in_the_optimistic_reading_alone():
    leaf = basic(claim=GUESSED)

    ends = [("parent", "p") in set(fails_with(leaf, each)) for each in ("pessimistic", "named", "optimistic")]
    assert ends == [True, True, False]
    assert ("asn", "64500") in set(fails_with(leaf, "optimistic"))
    assert ("parent", "p") not in set(fails_with(basic(claim=DECLARED), "named"))
    for reading, alone in (("named", {("parent", "p"), ("asn", "64500")}), ("optimistic", {("asn", "64500")})):
        assert order_one(only(leaf), reading=reading)["f"] == alone


def test_the_owner_counts_as_a_company_where_that_is_asked():
    graph = only(basic(claim=DECLARED))

    assert stopped_alone(graph, ["a"])["a"] == {("asn", "64500")}
    assert stopped_alone(graph, ["a"], own_too=True)["a"] == {("parent", "p"), ("asn", "64500")}
