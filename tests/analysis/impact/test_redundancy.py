"""How many of a site's alternatives share nobody: against brute force, and where there are too many to search."""

from __future__ import annotations

import math
from itertools import combinations

from helpers.corpus import behind_a_proxy, in_the_dark
from helpers.sites import GANDI, Site, in_pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit import audit
from hostaudit.analysis.impact.redundancy import MOST, Alternative, Alternatives, Group
from hostaudit.documents import rules

AXES = ("parent", "asn")
STOPS = [(kind, each) for kind in AXES for each in "pqr"]


@st.composite
def alternatives(draw) -> Alternative:
    most = frozenset(draw(st.sets(st.sampled_from(STOPS), max_size=3)))
    least = frozenset(draw(st.sets(st.sampled_from(sorted(most)), max_size=3))) if most else most
    sure = draw(st.booleans())
    untold = frozenset(draw(st.sets(st.sampled_from(AXES), max_size=1)))
    node = f"node{draw(st.integers(0, 10**6))}"
    return Alternative(node, node, frozenset({"dns"}), sure, most if sure else least, most, untold, (), ())


def brute_force(rows, axes, *, surely: bool) -> int:
    for size in range(len(rows), 0, -1):
        for chosen in combinations(rows, size):
            if all(one.apart(other, axes, surely=surely) for one, other in combinations(chosen, 2)):
                return size
    return 0


@settings(max_examples=300)
@given(st.lists(alternatives(), max_size=6, unique_by=lambda each: each.node), st.sampled_from((AXES, AXES[:1])))
def test_the_largest_independent_set_is_the_one_that_brute_force_finds(rows, axes):
    low, high = Group("dns", "x", tuple(rows)).independent(axes)

    assert low == brute_force([each for each in rows if each.sure], axes, surely=True)
    assert high == max(low, brute_force(rows, axes, surely=False))


def test_of_very_many_a_bound_is_told():
    rows = []
    for each in range(MOST * 3):
        stops = frozenset({("parent", f"p{each}")})
        rows.append(Alternative(f"n{each}", "", frozenset(), True, stops, stops, frozenset(), (), ()))

    assert Group("dns", "x", tuple(rows)).independent(("parent",)) == (MOST, MOST * 3)


def groups(site: Site, role: str) -> dict[str, tuple[float, float]]:
    found = Alternatives(audit.understand(site.file(), rules.shipped()))
    return {each.subject: each.independent(("parent",)) for each in found.groups(role)}


def test_thirty_servers_of_one_operator_are_one():
    servers = {f"dns{each}.p01.nsone.net": (f"198.51.44.{each}", 62597) for each in range(1, 31)}

    assert groups(Site("steady.org").name(GANDI, servers), "dns") == {"steady.org": (1, 1)}


def test_what_does_not_answer_for_the_zone_is_no_alternative():
    site = in_pairs()
    item = site.items["server:steady.org dns1.p01.nsone.net 198.51.44.1"]
    value = type(item.value)("steady.org", "dns1.p01.nsone.net", "198.51.44.1", False, "REFUSED", None)

    assert groups(site.note("server", item.subject, value), "dns") == {"steady.org": (1, 1)}


def test_an_open_question_may_hide_any_number():
    assert groups(in_the_dark(), "dns") == {"dark.com": (0, math.inf)}
    servers, zones = (in_pairs().note(each, "steady.org", unknown="timeout") for each in ("delegation", "zone"))
    assert groups(servers, "dns") == {"steady.org": (2, math.inf)}
    assert groups(zones, "dns") == {"steady.org": (0, 2)}
    assert groups(behind_a_proxy(), "hosting") == {"fronted.net": (0, math.inf)}


def test_a_platform_without_an_app_is_no_group():
    site = in_pairs().apps(("android", "google-play", "org.steady"))

    assert groups(site, "app_store") == {"install_android": (2, 2)}  # F-Droid lists it too
