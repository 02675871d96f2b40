"""The properties of the score that the design promises."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import pytest
from helpers.broken_sites import without_exchangers
from helpers.examples import examples
from helpers.graphs import CLOCK, HOUR, PARENTS, graphs
from helpers.sites import Site, in_one_leg, in_pairs, on_one_parent
from hypothesis import given
from hypothesis import strategies as st

from hostaudit import audit
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, Gate, SiteFunction, Switch, Term
from hostaudit.analysis.impact.outage import DecidingNodes, Outage, RecoveryTimes, impact, order_one
from hostaudit.analysis.impact.score import (
    CompanyOutages,
    combine,
    company_outages,
    effective_role,
    explained,
    exposure,
    exposures,
    function_score,
    harm,
    main_of,
    may_conceal,
    outage_class,
    role_scores,
    said_once,
    score,
    weights,
    working,
)
from hostaudit.documents import rules
from hostaudit.model.actors import NOBODY
from hostaudit.model.evidence import Unknown
from hostaudit.model.report import (
    ClassInterval,
    Hours,
    Report,
    RoleScore,
    ScoreInterval,
    WorkingEnd,
    WorkingFunction,
)
from hostaudit.model.rules import Scoring
from hostaudit.model.site import DeclaredFallback

SCORING = Scoring({"web": 0.8}, 720, 0.05, 0.25, 0.1)
EVERY = ("certain", "uncertain", "unknown", "failed")


def interval(graph: FaultTree) -> tuple[float, float]:
    return score(company_outages(graph, CLOCK, "pessimistic"), company_outages(graph, CLOCK, "optimistic"), SCORING)


def changed(graph: FaultTree) -> FaultTree:
    """A copy whose leaves and gates may be altered."""
    copy = FaultTree(dict(graph.leaves), {}, list(graph.functions))
    for name, gate in graph.gates.items():
        copy.gates[name] = Gate(gate.kind, list(gate.children), gate.switches)
    return copy


def hours(low: float, usual: float, high: float) -> tuple[Term, ...]:
    return (Term(Hours(low, usual, high), "assumed", "declared"),)


SWITCHES = (
    Switch("auto", automatic=True),
    Switch("quick", further=hours(0.1, 0.5, 1)),
    Switch("slow", "host", hours(0, 20, 400)),
    Switch("never", "no such step"),
)


@st.composite
def with_standbys(draw, certainties=EVERY):
    """An arbitrary graph some nodes of which have standbys, over any other nodes."""
    graph = draw(graphs(certainties))
    nodes = sorted([*graph.gates, *graph.leaves])
    for gate in draw(st.lists(st.sampled_from(sorted(graph.gates)), max_size=3, unique=True)):
        rows = draw(st.lists(st.tuples(st.sampled_from(SWITCHES), st.sampled_from(nodes)), min_size=1, max_size=2))
        stand_by(graph, gate, rows)
    graph.functions.append(SiteFunction("web", draw(st.sampled_from(sorted(graph.gates))), "yes", "down", 0.7))
    return graph


def stand_by(graph: FaultTree, gate: str, rows: list[tuple[Switch, str]]) -> None:
    """Put a standby gate over what the name of a gate stood for."""
    serving = f"{gate} serving {len(graph.gates)}"
    graph.gates[serving] = graph.gates[gate]
    graph.spares(Purpose.GROUP.of(gate), serving, rows)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_harm_grows_with_the_hours_from_nothing_to_one(a, b):
    low, high = sorted((a, b))

    assert 0 <= harm(low, SCORING) <= harm(high, SCORING) <= 1
    assert harm(0, SCORING) == 0
    assert harm(720, SCORING) == 1
    assert harm(1, SCORING) == pytest.approx(math.log(2) / math.log(721))


@given(st.lists(st.floats(0, 1), max_size=6), st.lists(st.floats(0, 1), max_size=6), st.floats(0, 1))
def test_a_further_single_point_never_raises_the_score(strong, names, more):
    known = combine(strong, names, SCORING)

    assert combine([*strong, more], names, SCORING) <= known <= 100
    assert combine(strong, [*names, more], SCORING) <= known


@given(st.lists(st.floats(0.1, 0.95), min_size=1, max_size=3))
def test_mending_the_worst_point_always_shows(strong):
    rest = sorted(strong)[:-1]

    assert combine(rest, [], SCORING) > combine(strong, [], SCORING)


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
    after.leaf("spare", BasicEvent({"parent": ("somebody else",)}, "hosting", "spare", (), "host"))
    if after.gates[gate].kind == "any":
        after.gates[gate].children.append("spare")

    assert interval(after) >= interval(graph)
    assert interval(after)[1] >= interval(graph)[1]


@given(graphs(EVERY), st.sampled_from(PARENTS), st.data())
def test_a_further_dependency_never_raises_the_score(graph, parent, data):
    gate = data.draw(st.sampled_from(sorted(graph.gates)))
    after = changed(graph)
    after.leaf("burden", BasicEvent({"parent": (parent,)}, "hosting", "burden", (), "host"))
    if after.gates[gate].kind == "all":
        after.gates[gate].children.append("burden")

    assert interval(after)[0] <= interval(graph)[0]
    assert interval(after)[1] <= interval(graph)[1]


@given(graphs(EVERY), st.data())
def test_a_hidden_origin_never_raises_the_low_end_nor_lowers_the_high_one_and_is_nobodys_single_point(graph, data):
    gate = data.draw(st.sampled_from(sorted(graph.gates)))
    after = changed(graph)
    hidden = BasicEvent({}, "hosting", "origin", (), "host", certainty="uncertain", hidden=True)
    after.leaf("hidden", hidden)
    if after.gates[gate].kind == "all":
        after.gates[gate].children.append("hidden")

    assert interval(after)[0] <= interval(graph)[0]
    assert interval(after)[1] == interval(graph)[1]
    assert order_one(after) == order_one(graph)
    for reading in ("pessimistic", "named", "optimistic"):
        states = [impact(each, frozenset(), CLOCK, reading=reading) for each in (graph, after)]
        assert states[0] == states[1]


@given(graphs(EVERY), st.data())
def test_removing_a_leg_never_raises_the_score(graph, data):
    legs = sorted(name for name, gate in graph.gates.items() if gate.kind == "any" and gate.children)
    after = changed(graph)
    if legs:
        gate = after.gates[data.draw(st.sampled_from(legs))]
        gate.children.remove(data.draw(st.sampled_from(gate.children)))

    assert interval(after)[0] <= interval(graph)[0]
    assert interval(after)[1] <= interval(graph)[1]


@examples(200)
@given(with_standbys(), st.sampled_from(("f", "g")))
def test_a_site_without_some_function_never_scores_lower(graph, dropped):
    after = changed(graph)
    after.functions = [each for each in graph.functions if each.id != dropped]

    assert interval(after)[0] >= interval(graph)[0]
    assert interval(after)[1] >= interval(graph)[1]


@given(graphs(EVERY))
def test_the_order_of_what_was_seen_does_not_matter(graph):
    after = FaultTree(dict(reversed(graph.leaves.items())), {}, list(graph.functions))
    for name, gate in reversed(graph.gates.items()):
        after.gate(Purpose.GROUP.of(name), gate.kind, list(reversed(gate.children)))

    assert interval(after) == interval(graph)


def test_a_company_that_holds_only_a_name_counts_lightly():
    graph = FaultTree()
    graph.leaf("registry", BasicEvent({"parent": ("r",)}, "registry", "com", (), "host"))
    graph.leaf("host", BasicEvent({"parent": ("p",)}, "hosting", "h", (), "host"))
    graph.gate(Purpose.GROUP.of("all"), "all", ["registry", "host"])
    graph.functions.append(SiteFunction("f", "all", "yes", "down", 1.0))
    found = exposures(company_outages(graph, CLOCK, "named"), SCORING)

    assert found["r"] == SCORING.name_only_weight * found["p"]

    both = changed(graph)
    both.leaves["registry"] = BasicEvent({"parent": ("p",)}, "registry", "com", (), "host")
    assert exposures(company_outages(both, CLOCK, "named"), SCORING) == {"p": found["p"]}


# -- standbys -------------------------------------------------------------------------------------------


@examples(200)
@given(with_standbys(), st.sampled_from(SWITCHES), st.data())
def test_a_further_standby_never_lowers_the_score(graph, switch, data):
    after = changed(graph)
    nodes = ["somebody else", *sorted(graph.leaves)]
    after.leaf("somebody else", BasicEvent({"parent": ("somebody else",)}, "hosting", "spare", (), "host"))
    stand_by(after, data.draw(st.sampled_from(sorted(graph.gates))), [(switch, data.draw(st.sampled_from(nodes)))])

    assert interval(after)[0] >= interval(graph)[0]
    assert interval(after)[1] >= interval(graph)[1]


@examples(200)
@given(with_standbys(), st.data())
def test_losing_a_standby_or_what_it_rests_on_never_raises_the_score(graph, data):
    standbys = sorted(name for name, gate in graph.gates.items() if gate.kind == "standby")
    after = changed(graph)
    if standbys:
        gate = after.gates[data.draw(st.sampled_from(standbys))]
        if data.draw(st.booleans()):
            position = data.draw(st.integers(0, len(gate.switches) - 1))
            del gate.children[position + 1]
            gate.switches = (*gate.switches[:position], *gate.switches[position + 1 :])
        else:
            burden = BasicEvent({"parent": (data.draw(st.sampled_from(PARENTS)),)}, "hosting", "burden", (), "host")
            spare = gate.children[-1]
            gate.children[-1] = after.gate(Purpose.GROUP.of("burdened"), "all", [spare, after.leaf("burden", burden)])

    assert interval(after)[0] <= interval(graph)[0]
    assert interval(after)[1] <= interval(graph)[1]


@given(with_standbys(), st.data())
def test_an_unknown_leaf_only_widens_with_standbys_as_well(graph, data):
    name = data.draw(st.sampled_from(sorted(graph.leaves)))
    after = changed(graph)
    after.leaves[name] = replace(graph.leaves[name], certainty="unknown", domains={})

    assert interval(after)[0] <= interval(graph)[0]
    assert interval(after)[1] >= interval(graph)[1]


@given(with_standbys(), st.floats(0, 500), st.floats(0, 500), st.sampled_from(PARENTS))
def test_notice_never_lengthens_an_outage(graph, one, other, parent):
    less, more = sorted((one, other))
    failed = frozenset({("parent", parent)})
    before, after = (impact(graph, failed, RecoveryTimes(HOUR, 720, notice)) for notice in (less, more))

    for function in graph.functions:
        for end in ("low", "usual", "high"):
            assert getattr(after[function.id].hours, end) <= getattr(before[function.id].hours, end)


@given(with_standbys(("certain",)), st.sampled_from(SWITCHES[:2]))
def test_an_automatic_standby_removes_a_single_point_and_a_manual_one_shortens_it(graph, switch):
    after = changed(graph)
    root = graph.functions[0].root
    after.leaf("somebody else", BasicEvent({"parent": ("somebody else",)}, "hosting", "spare", (), "host"))
    stand_by(after, root, [(switch, "somebody else")])
    alone = order_one(graph)["f"]

    assert order_one(after)["f"] == (set() if switch.automatic else alone)
    for parent in {each for kind, each in alone if each != NOBODY}:
        failed = frozenset({("parent", parent)})
        was, is_ = (impact(each, failed, CLOCK)["f"].hours for each in (graph, after))
        assert is_.high <= (0 if switch.automatic else min(1, was.high))


def test_a_spare_that_falls_with_what_it_backs_up_helps_nobody():
    graph = FaultTree()
    for name in ("one", "two"):
        graph.leaf(name, BasicEvent({"parent": ("p",)}, "hosting", name, (), "host"))
    graph.spares(Purpose.GROUP.of("root"), "one", [(SWITCHES[1], "two")])
    graph.functions.append(SiteFunction("f", "root", "yes", "down", 1.0))

    assert impact(graph, frozenset({("parent", "p")}), CLOCK)["f"].hours.high == 3


# -- whole sites ----------------------------------------------------------------------------------------

RULES = rules.shipped()
WEB = "www.steady.org"
PAGE_AT, MX_AT, NS_AT = ("51.38.99.20", 16276), ("51.38.99.25", 16276), ("213.239.242.238", 24940)
FALLBACKS = (
    DeclaredFallback("hosting", "ovh", address=PAGE_AT[0]),
    DeclaredFallback("hosting", "ovh", address=PAGE_AT[0], stands_for="steady.org", activation="automatic"),
    DeclaredFallback("hosting", "hetzner", address="88.198.99.1"),
    DeclaredFallback("hosting", "ovh", address="51.38.99.21", activation_hours=4.0),
    DeclaredFallback("dns", "hetzner", server="ns1.first-ns.de"),
    DeclaredFallback("dns", "hetzner", server="ns1.first-ns.de", activation="automatic", switched_by=("ovh",)),
    DeclaredFallback("mail", "ovh", host="mx1.ovh.net", activation_hours=0.1),
    DeclaredFallback("ca", "sectigo"),
)


def seen() -> Site:
    """A site with one operator in every role, and what there is to see of all that might be declared."""
    site = in_one_leg().standby_page(WEB, PAGE_AT).standby_page("steady.org", PAGE_AT)
    site.standby_page(WEB, ("88.198.99.1", 24940)).standby_page(WEB, ("51.38.99.21", 16276))
    return site.standby_server("ns1.first-ns.de", NS_AT).standby_exchanger("mx1.ovh.net", MX_AT)


def analysed(site: Site) -> Report:
    return audit.analyse(site.file(), RULES)


ABROAD = {"ns.standby.se": ("51.38.1.53", 16276)}


@examples(60)
@given(
    st.sampled_from((seen, in_pairs)),
    st.lists(st.sampled_from(FALLBACKS), max_size=3, unique=True),
    st.sampled_from((*FALLBACKS, None)),
    st.lists(st.integers(0, 60), max_size=3),
)
def test_whatever_is_declared_never_lowers_the_score_of_a_site(start, declared, more, lost):
    site = start()
    spare = site.spare("steady.se", ("OVH sas", "433"), ABROAD, PAGE_AT)
    for position in lost:
        item = list(site.items.values())[position % len(site.items)]
        site.note(item.kind, item.subject, unknown="timeout")
    before = analysed(site.declare(*declared)).score
    further = tuple(dict.fromkeys((*declared, more) if more else declared))
    after = analysed(site.declare(*further, spare_names=() if more else (spare,))).score

    assert after.low >= before.low
    assert after.high >= before.high


@examples(25)
@given(st.sampled_from((seen, in_pairs, on_one_parent)), st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_matter(start, shuffled):
    file = start().declare(*FALLBACKS[:4]).file()
    items = list(file.evidence)
    shuffled.shuffle(items)

    again = msgspec.structs.replace(file, evidence=tuple(items))

    assert msgspec.json.encode(audit.analyse(again, RULES)) == msgspec.json.encode(audit.analyse(file, RULES))


def test_a_proved_spare_name_takes_away_what_names_cost():
    site = in_pairs()
    spare = site.spare("steady.se", ("OVH sas", "433"), ABROAD, PAGE_AT)
    plain, spared = analysed(site), analysed(site.declare(spare_names=(spare,)))

    holders = {"public-interest-registry", "your-online"}
    assert {each.failure_domain.id for each in plain.spofs if each.failure_domain.kind == "parent"} >= holders
    assert spared.score.low > plain.score.low
    for report, factor in ((plain, RULES.scoring.name_only_weight), (spared, 0.0)):
        found = {each.parent: each.factor for each in report.score.working[0].companies}
        assert {found[each] for each in holders & set(found)} == {factor}
    by_domain = {each.failure_domain.id: each for each in spared.spofs if each.failure_domain.kind == "parent"}
    vias = {(each.id, each.via) for each in by_domain["public-interest-registry"].functions}
    assert ("web", "spare_name:steady.se") in vias


def test_a_spare_name_that_is_not_proved_takes_nothing_away():
    site = in_pairs()
    spare = site.spare("steady.se", ("OVH sas", "433"), ABROAD, PAGE_AT)
    site.standby_page("steady.se", PAGE_AT, status=503)

    assert analysed(site.declare(spare_names=(spare,))).score.low == analysed(site.declare()).score.low


def test_an_open_spare_name_helps_only_the_high_end():
    site = in_pairs()
    spare = site.spare("steady.se", ("OVH sas", "433"), ABROAD, PAGE_AT)
    site.note("standby_web", f"steady.se {PAGE_AT[0]} /", unknown="timeout")
    plain, hoped = analysed(site.declare()).score, analysed(site.declare(spare_names=(spare,))).score

    assert hoped.low == plain.low
    assert hoped.high > plain.high


@pytest.mark.parametrize("activation", ["manual", "automatic"])
def test_a_standby_of_a_site_shortens_or_removes_what_one_company_can_do(activation):
    fallback = DeclaredFallback("hosting", "ovh", address=PAGE_AT[0], activation=activation)
    report = analysed(seen().declare(fallback))
    points = {each.failure_domain.id: each for each in report.spofs if each.failure_domain.kind == "parent"}

    if activation == "automatic":
        assert (
            "web" not in {each.id for each in points["hetzner"].functions if each.effect == "down"}
            if ("hetzner" in points)
            else True
        )
        assert ("hetzner", "ovh") in {each.members for each in report.cut_sets if each.function == "web"}
    else:
        (web,) = (each for each in points["hetzner"].functions if each.id == "web")
        recovery = RULES.recovery["switch"]
        assert recovery.low <= web.time_to_recover_hours.low <= web.time_to_recover_hours.high < 24
        assert web.via == fallback.id


def multiplied_out(end: WorkingEnd) -> float:
    """The score from the numbers that ``explain score`` prints, as a reader would do it by hand."""
    strong, names = [], [0.0]
    for company in end.companies:
        for each in company.functions:
            assert each.harm == pytest.approx(min(1, math.log(1 + each.hours) / math.log(721)), abs=2e-3)
        if company.functions:
            gone = any(each.weight == 0.8 and each.harm == 1 for each in company.functions)
            hurt = 1 if gone else min(1, sum(each.weight * each.harm for each in company.functions))
            assert company.exposure == pytest.approx(company.factor * hurt, abs=2e-4)
        (names if company.name_only else strong).extend([company.exposure] * (5 if company.parent == NOBODY else 1))
        names.append(company.as_name)
    value = 100 * (1 - max(names))
    for position, each in enumerate(sorted(strong, reverse=True)[:5]):
        value *= 1 - each / 4**position
    return value


def test_an_unknown_registrar_counts_once_as_a_company_that_holds_only_names():
    site = in_pairs()
    key, item = next((key, each) for key, each in site.items.items() if each.kind == "registration")
    site.items[key] = msgspec.structs.replace(item, value=None, absent=None, unknown=Unknown("timeout"))
    report = analysed(site.declare())

    assert report.score.low == pytest.approx(multiplied_out(report.score.working[0]), abs=0.11)
    assert all(each.name_only for each in report.score.working[0].companies)


@examples(30)
@given(
    st.sampled_from((seen, in_pairs, on_one_parent)),
    st.lists(st.sampled_from(FALLBACKS), max_size=2, unique=True),
    st.lists(st.integers(0, 60), max_size=4),
)
def test_the_working_multiplies_out_to_the_score(start, declared, lost):
    site = start()
    for position in lost:
        item = list(site.items.values())[position % len(site.items)]
        site.items[item.id] = msgspec.structs.replace(item, value=None, absent=None, unknown=Unknown("timeout"))
    report = analysed(site.declare(*declared))

    low, high = report.score.working
    assert (low.end, high.end) == ("low", "high")
    assert (low.score, high.score) == (report.score.low, report.score.high)
    high = high if high.companies or high.score != low.score else low  # said once
    assert multiplied_out(low) == pytest.approx(report.score.low, abs=0.11)
    assert multiplied_out(high) == pytest.approx(report.score.high, abs=0.11)


# -- roles ----------------------------------------------------------------------------------------------


def by_role(graph: FaultTree) -> dict[str, tuple[float, float]]:
    ends = company_outages(graph, CLOCK, "pessimistic"), company_outages(graph, CLOCK, "optimistic")
    return {each.role: (each.score.low, each.score.high) for each in role_scores(graph, *ends, SCORING, direct=True)}


@given(with_standbys(), st.data())
def test_the_score_of_a_role_only_widens_with_what_becomes_unknown(graph, data):
    name = data.draw(st.sampled_from(sorted(graph.leaves)))
    after = changed(graph)
    after.leaves[name] = replace(graph.leaves[name], certainty="unknown", domains={})
    found = by_role(after)

    for role, (low, high) in by_role(graph).items():
        assert found[role][0] <= low <= high <= found[role][1]


@given(graphs(), st.data())
def test_an_independent_further_leg_never_lowers_the_score_of_a_role(graph, data):
    gate = data.draw(st.sampled_from(sorted(graph.gates)))
    after = changed(graph)
    after.leaf("spare", BasicEvent({"parent": ("somebody else",)}, "hosting", "spare", (), "host"))
    if after.gates[gate].kind == "any":
        after.gates[gate].children.append("spare")
    found = by_role(after)

    for role, (low, high) in by_role(graph).items():
        assert (found[role][0], found[role][1]) >= (low, high)


# -- the arithmetic by itself -----------------------------------------------------------------------------


def function(identity: str, weight: float, applies: str = "yes", **more) -> SiteFunction:
    return SiteFunction(identity, identity, applies, "down", weight, **more)


def out(**hours_of: float) -> dict[str, Outage]:
    """Outages by function: the usual hours, between nothing and the double."""
    return {each: Outage(Hours(0.0, usual, usual * 2), Hours(0.0, 0.0, 0.0)) for each, usual in hours_of.items()}


WEB_AND_MAIL = function("web", 0.5), function("mail_receive", 0.2)


def held(functions=WEB_AND_MAIL, strong=(), names=(), **more) -> CompanyOutages:
    """Companies with the outages that they cause; ``names`` cause them only through a name."""
    outages = dict(strong) | dict(names)
    nothing = {each.id: Outage(Hours(0.0, 0.0, 0.0), Hours(0.0, 0.0, 0.0)) for each in functions}
    rest = dict(strong) | dict.fromkeys(dict(names), nothing)
    points = {each.id: {("parent", p) for p in outages} | {("tld", "org")} for each in functions}
    return CompanyOutages(tuple(functions), points, outages, rest, **more)


@pytest.mark.parametrize(
    ("hours", "expected"), [(-1.0, 0.0), (0.0, 0.0), (26.0, 0.5008), (720.0, 1.0), (721.0, 1.0), (719.0, 0.9998)]
)
def test_harm_is_the_logarithm_of_the_hours(hours, expected):
    assert round(harm(hours, SCORING), 4) == expected


def test_the_score_is_a_product_of_the_five_worst_and_of_the_worst_name():
    assert combine((), (), SCORING) == 100.0
    assert combine((0.5,), (), SCORING) == 50.0
    assert combine((0.2, 0.5), (), SCORING) == 47.5
    assert combine((0.5, 0.4, 0.4), (0.1, 0.3), SCORING) == 30.7
    assert combine((0.9,) * 5, (), SCORING) == combine((0.9,) * 9, (), SCORING)
    assert combine((0.9,) * 4, (), Scoring({"web": 0.8}, 720, 0.05, 0.9, 0.1)) > combine(
        (0.9,) * 5, (), Scoring({"web": 0.8}, 720, 0.05, 0.9, 0.1)
    )
    assert combine((0.123,), (), SCORING) == 87.7


def test_a_company_that_turns_out_to_provide_more_than_a_name_never_raises_the_score():
    seller, host = out(web=120, mail_receive=120), out(web=360, mail_receive=0)
    before = held(strong={"host": host, "dns": out(web=26, mail_receive=26)}, names={"seller": seller})
    after = held(
        strong={"host": host, "dns": out(web=26, mail_receive=26), "seller": seller}, holders=frozenset({"seller"})
    )

    assert score(after, after, SCORING)[0] < score(before, before, SCORING)[0]
    named = next(each for each in working("low", after, {}, SCORING).companies if each.parent == "seller")
    assert (named.name_only, named.factor) == (False, 1.0)
    assert named.as_name == round(0.05 * exposures(after, SCORING)["seller"], 4)
    assert [each.as_name for each in working("low", before, {}, SCORING).companies] == [0, 0, 0]


def test_who_may_hold_a_name():
    for certainty, reading, expected in (
        ("certain", "pessimistic", {"seller", "registry"}),
        ("uncertain", "pessimistic", {"seller", "registry", "p", NOBODY}),
        ("uncertain", "optimistic", {"registry"}),
    ):
        graph = FaultTree()
        seller = BasicEvent({"parent": ("seller",)}, "registrar", "x", (), "host", certainty=certainty)
        leaves = [
            graph.leaf("name", seller),
            graph.leaf("host", BasicEvent({"parent": ("p",)}, "hosting", "x", (), "host")),
        ]
        leaves.append(graph.leaf("registry", BasicEvent({"parent": ("registry",)}, "registry", "x", (), "host")))
        graph.gates["web"] = Gate("all", leaves)
        graph.functions.append(function("web", 0.8))
        assert company_outages(graph, CLOCK, reading).holders == expected, (certainty, reading)


def test_the_main_function_is_the_web_site_or_mail_or_the_name_and_has_the_weight_of_the_web_site():
    resolve, mail, app = function("resolve", 0.1), function("mail_receive", 0.2), function("app_ios", 0.05)

    assert main_of((resolve, mail, function("web", 0.3))) == "web"
    assert main_of((resolve, mail)) == "mail_receive"
    assert main_of((app, resolve)) == "resolve"
    assert main_of((app,)) == main_of(()) == ""
    assert weights((resolve, mail), SCORING) == {"resolve": 0.1, "mail_receive": 0.8}
    assert weights((app,), SCORING) == {"app_ios": 0.05}


def test_exposure_is_a_weighted_sum_of_harm_and_whole_where_the_main_function_is_gone_for_good():
    day = harm(24, SCORING)

    assert exposure(WEB_AND_MAIL, out(web=24, mail_receive=0), SCORING) == 0.8 * day
    assert exposure(WEB_AND_MAIL, out(web=0, mail_receive=24), SCORING) == 0.2 * day
    assert exposure(WEB_AND_MAIL, out(web=24, mail_receive=24), SCORING, 0.125) == pytest.approx(day + 0.125)
    assert exposure(WEB_AND_MAIL, out(web=0, mail_receive=0), SCORING, 3.0) == 1.0
    assert exposure(WEB_AND_MAIL, out(web=720, mail_receive=0), SCORING) == 1.0
    assert exposure(WEB_AND_MAIL, out(web=0, mail_receive=720), SCORING) == 0.2
    assert exposure((function("app_ios", 0.05),), out(app_ios=720), SCORING) == 0.05


UNSEEN = function("app_ios", 0.25, "unseen", possible=("maker",)), function("app_android", 0.125, "unseen")


def test_who_stops_functions_only_through_a_name_holds_names_only():
    site = held(strong={"host": out(web=24, mail_receive=0)}, names={"seller": out(web=24, mail_receive=0)})
    hidden = held(
        strong={"host": out(web=1, mail_receive=0)},
        names={"maker": out(web=1, mail_receive=1), "seller": out(web=1, mail_receive=1)},
        unseen=UNSEEN,
    )
    dead = held(names={NOBODY: out(web=720, mail_receive=0)}, endless=frozenset({"web"}))
    half = held(names={NOBODY: out(web=0, mail_receive=720)}, endless=frozenset({"mail_receive"}))

    assert (site.holds_names_only("host"), site.holds_names_only("seller")) == (False, True)
    assert (hidden.holds_names_only("maker"), hidden.holds_names_only("seller")) == (False, True)
    assert hidden.holds_names_only(NOBODY) is False
    assert (dead.does_not_work, dead.holds_names_only(NOBODY)) == (True, False)
    assert (half.does_not_work, half.holds_names_only(NOBODY)) == (False, True)
    assert (site.weight_of_unseen, hidden.weight_of_unseen) == (0, 0.375)
    assert (site.factor("host", SCORING), site.factor("seller", SCORING)) == (1.0, 0.05)


def through(fallback: str) -> dict[str, Outage]:
    return {"web": replace(out(web=24)["web"], by=DecidingNodes(high=fallback)), **out(mail_receive=0)}


def test_a_spare_name_that_survives_takes_the_weight_of_a_name_away():
    site = held(names={"seller": through("spare_name:steady.se"), "other": through("hosting:ovh")})
    mail = held((function("mail_receive", 0.2),), names={"seller": out(mail_receive=24)})

    assert (site.factor("seller", SCORING), site.factor("other", SCORING)) == (0.0, 0.05)
    assert mail.factor("seller", SCORING) == 0.05


def test_what_nobody_saw_is_held_by_whoever_it_may_be():
    plain = held(strong={"host": out(web=24, mail_receive=0)})
    hidden = held(strong={"host": out(web=24, mail_receive=0)}, unseen=UNSEEN)
    known = held(strong={NOBODY: out(web=24, mail_receive=24)}, unseen=UNSEEN)
    day = harm(24, SCORING)

    assert exposures(plain, SCORING) == {"host": 0.8 * day}
    assert exposures(hidden, SCORING) == {"host": 0.8 * day + 0.375, NOBODY: 0.375}
    assert exposures(known, SCORING) == {NOBODY: pytest.approx(day + 0.375)}
    assert score(hidden, plain, SCORING) == (
        combine([0.8 * day + 0.375, *[0.375] * 5], [], SCORING),
        combine([0.8 * day], [], SCORING),
    )


@pytest.mark.parametrize(
    ("usual", "name"),
    [(0, "A"), (0.9, "A"), (1, "B"), (23, "B"), (24, "C"), (71, "C"), (72, "D"), (167, "D"), (168, "E"), (9e9, "E")],
)
def test_the_class_is_by_the_longest_outage_of_the_web_site_that_one_company_causes(usual, name):
    site = held(
        strong={"host": out(web=usual, mail_receive=1000), "other": out(web=0.0, mail_receive=0.5)},
        names={"seller": out(web=500, mail_receive=500)},
    )
    calm = held(names={"seller": out(web=500, mail_receive=500)})

    assert outage_class(site, calm) == ClassInterval(name, "A")
    assert outage_class(held((function("mail_receive", 0.2),)), calm) is None


def test_the_score_of_a_function_is_by_the_worst_company_and_a_name_weighs_less():
    site = held(
        strong={"host": out(web=24, mail_receive=0), "more": out(web=6, mail_receive=0)},
        names={"seller": out(web=720, mail_receive=720)},
    )
    calm = held()

    assert function_score("web", site, calm, SCORING) == ScoreInterval(round(100 * (1 - harm(24, SCORING)), 1), 100.0)
    assert function_score("mail_receive", calm, site, SCORING) == ScoreInterval(100.0, 95.0)
    site.single_points["web"].add(("parent", "gone"))
    assert function_score("web", site, site, SCORING).low == function_score("web", site, site, SCORING).high


def event(role: str, parent: str, **more) -> BasicEvent:
    domains = {"parent": (parent,), "provider": (f"{parent}-{role}",)} if parent else {}
    return BasicEvent(domains, role, parent, (), **more)


@pytest.mark.parametrize(
    ("leaf", "role", "conceals"),
    [
        (event("hosting", "p"), "hosting", False),
        (event("hosting", "p", certainty="unknown"), "hosting", True),
        (event("hosting", "p", certainty="uncertain"), "hosting", True),
        (event("hosting", "p", certainty="hoped"), "hosting", True),
        (event("hosting", "p", certainty="failed"), "hosting", False),
        (event("hosting", "p", certainty="unknown"), "mail", False),
        (event("hosting", "p", certainty="unknown", silent=True), "hosting", False),
        (event("hosting", "p", certainty="unknown", hidden=True), "hosting", False),
        (event("hosting", "p", certainty="unknown", recovery="dns"), "dns", True),
        (event("hosting", "p", certainty="unknown", recovery="dns"), "hosting", False),
        (event("no such role", "p", certainty="unknown"), "hosting", False),
    ],
)
def test_what_may_conceal_an_operator(leaf, role, conceals):
    assert may_conceal(leaf, role) is conceals
    assert effective_role(leaf) == ("dns" if leaf.recovery == "dns" else leaf.role)


def test_the_score_of_a_role_is_by_the_worst_company_in_it():
    tree = FaultTree()
    for name, leaf in (
        ("one", event("hosting", "host")),
        ("two", event("hosting", "more")),
        ("down", event("mail", "", certainty="failed")),
        ("dark", event("dns", "", certainty="unknown")),
        ("behind", event("registrar", "seller", direct=False)),
        ("elsewhere", event("ca", "authority")),
    ):
        tree.leaf(name, leaf)
    tree.gate(Purpose.GROUP.of("web"), "all", ["one", "two", "down", "dark", "behind"])
    low = held(
        WEB_AND_MAIL[:1],
        strong={"host": out(web=24), "more": out(web=6), "worst": out(web=100), NOBODY: out(web=48)},
    )
    high = held(WEB_AND_MAIL[:1], strong={"host": out(web=12), "more": out(web=3), "seller": out(web=2)})

    def mark(hours: float) -> float:
        return round(100 * (1 - 0.8 * harm(hours, SCORING)), 1)

    rows = {each.role: each for each in role_scores(tree, low, high, SCORING, direct=True)}
    below = {each.role: each for each in role_scores(tree, low, high, SCORING, direct=False)}

    assert {"hosting", "mail", "dns"} <= set(rows)
    assert "ca" not in rows
    assert rows["hosting"] == RoleScore("hosting", ScoreInterval(mark(24), mark(12)), ("host-hosting", "more-hosting"))
    assert (rows["mail"].score, rows["mail"].providers) == (ScoreInterval(mark(48), 100.0), ())
    assert rows["dns"].score.low == mark(100)
    assert rows["hosting"].score.low < 100
    assert set(below) == {"registrar"}
    assert below["registrar"].score == ScoreInterval(100.0, mark(2))


def test_a_hidden_origin_may_be_at_any_company_and_a_company_that_ends_nothing_costs_nothing():
    tree = FaultTree()
    tree.leaf("origin", event("hosting", "", certainty="uncertain", hidden=True))
    tree.leaf("edge", event("cdn", "edge"))
    tree.leaf("one", event("mail", "calm"))
    tree.leaf("two", event("mail", "", certainty="failed"))
    tree.leaf("nobody's", event("ca", ""))
    tree.gate(Purpose.GROUP.of("web"), "all", ["origin", "edge", "one", "two", "nobody's"])
    low = held(WEB_AND_MAIL[:1], strong={"worst": out(web=100), NOBODY: out(web=48)})
    rows = {each.role: each.score.low for each in role_scores(tree, low, low, SCORING, direct=True)}

    assert rows == {
        "hosting": round(100 * (1 - 0.8 * harm(100, SCORING)), 1),
        "cdn": 100.0,
        "ca": 100.0,
        "mail": round(100 * (1 - 0.8 * harm(48, SCORING)), 1),
    }


def test_the_outages_of_a_reading_are_those_of_the_companies_that_end_a_function_that_counts():
    graph = FaultTree()
    graph.leaf("host", BasicEvent({"parent": ("p",), "asn": ("64500",)}, "hosting", "x", (), "host"))
    graph.leaf("store", BasicEvent({"parent": ("q",)}, "app_store", "x", (), "host"))
    graph.leaf("broken", BasicEvent({}, "mail", "x", (), "host", certainty="failed"))
    for gate, leaf in (("web", "host"), ("app_ios", "store"), ("mail_receive", "broken")):
        graph.gate(Purpose.GROUP.of(gate), "all", [leaf])
    graph.functions += [function("web", 0.5), function("app_ios", 0.25, "unseen", possible=("q",))]
    graph.functions += [function("app_android", 0.25, "unseen"), function("mail_receive", 0.2)]
    low, high = (company_outages(graph, CLOCK, reading) for reading in ("pessimistic", "optimistic"))

    assert [each.id for each in low.functions] == [each.id for each in high.functions] == ["web", "mail_receive"]
    assert set(low.outages) == set(low.rest) == set(high.outages) == {"p", "q", NOBODY}
    assert ([each.id for each in low.unseen], high.unseen) == (["app_ios"], ())
    assert low.endless == high.endless == {"mail_receive"}
    assert company_outages(graph, CLOCK, "named").unseen == ()


def test_names_weigh_once_and_companies_of_other_kinds_not_at_all():
    site = held(names={"seller": out(web=24, mail_receive=24)})

    assert score(site, site, SCORING)[0] == combine([], [0.05 * harm(24, SCORING)], SCORING)
    heavy = Scoring({"web": 0.8}, 720, 1.0, 1.0, 0.1)
    assert score(site, site, heavy)[0] == round(100 * (1 - harm(24, heavy)), 1)
    other = held(strong={"host": out(web=24, mail_receive=24)})
    other.single_points["mail_receive"] = {("asn", "host")}
    assert function_score("mail_receive", other, other, SCORING) == ScoreInterval(100.0, 100.0)


def test_the_working_of_companies_that_count_little_has_no_functions():
    strong = {f"c{number}": out(web=number / 10, mail_receive=0) for number in range(1, 8)}
    end = working("low", held(strong=strong, unseen=UNSEEN), {}, SCORING)
    by_id = {each.parent: each for each in end.companies}

    assert [len(by_id[each].functions) for each in ("c7", "c4", "c3", "c1")] == [3, 3, 3, 0]


def test_the_working_shows_the_five_worst_and_the_worst_of_those_that_hold_names():
    strong = {f"c{number}": out(web=number, mail_receive=0) for number in range(1, 8)}
    names = {"n2": out(web=50, mail_receive=0), "n1": out(web=60, mail_receive=1)}
    end = working("low", held(strong=strong, names=names), {"c7": "Seven"}, SCORING)
    by_id = {each.parent: each for each in end.companies}

    assert [each.parent for each in end.companies] == ["c7", "c6", "c5", "c4", "c3", "c2", "c1", "n1", "n2"]
    assert (by_id["c7"].name, by_id["c6"].name) == ("Seven", "c6")
    assert by_id["c7"].functions == (WorkingFunction("web", 0.8, 7, round(harm(7, SCORING), 4)),)
    assert (by_id["c6"].exposure, by_id["c6"].functions[0].harm) == (0.2366, 0.2957)
    assert (by_id["c7"].factor, by_id["n2"].factor) == (1.0, 0.05)
    assert [bool(by_id[each].functions) for each in ("c3", "c2", "c1")] == [True, False, False]
    shown = [each for each in end.companies if each.functions]
    assert len(shown) == 6
    assert [each.name_only for each in end.companies] == [False] * 7 + [True] * 2
    assert end.score == score(held(strong=strong, names=names), held(), SCORING)[0]


def test_the_working_of_what_nobody_saw():
    end = working("low", held(strong={"host": out(web=24.126, mail_receive=0)}, unseen=UNSEEN), {}, SCORING)
    host, nobody = sorted(end.companies, key=lambda each: each.parent == NOBODY)

    assert host.functions[0].hours == 24.13
    assert [each.id for each in host.functions] == ["web", "app_ios", "app_android"]
    assert [(each.id, each.weight, each.hours, each.harm) for each in nobody.functions] == [
        ("app_ios", 0.25, 720, 1.0),
        ("app_android", 0.125, 720, 1.0),
    ]
    assert nobody.name == "what nobody could name"


def test_equal_companies_are_told_once():
    low, high = (
        working(end, held(strong={"host": out(web=24, mail_receive=0)}), {}, SCORING) for end in ("low", "high")
    )
    other = working("high", held(strong={"host": out(web=12, mail_receive=0)}), {}, SCORING)

    assert said_once(low, high) == (low, WorkingEnd("high", high.score))
    assert said_once(low, other) == (low, other)


def test_the_formula_is_explained_with_its_constants_and_for_a_report_with_its_working():
    plain, report = explained(None, SCORING), analysed(in_pairs())

    assert (plain.target, plain.ends) == (None, ())
    assert plain.constants["name_only_weight"] == 0.05
    assert explained(report, SCORING).ends == report.score.working
    assert explained(report, SCORING).target == report.target


def test_what_is_down_already_takes_no_site_to_a_worse_class():
    dead, sound = analysed(without_exchangers()), analysed(in_pairs())

    assert next(each.state for each in dead.functions if each.id == "mail_receive") == "down"
    assert dead.score.class_ == sound.score.class_ == ClassInterval("A", "A")
