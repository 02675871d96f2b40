"""The drawing and its nodes: three zones, every edge between nodes that are there, nothing live."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from helpers import ROOT, sites

import hostaudit
from hostaudit.report.drawing import COLUMNS, TOP, drawing
from hostaudit.report.nodes import Edge, Node, NodeList, node_list

SVG = "{http://www.w3.org/2000/svg}"


@cache
def parler(*, whole: bool) -> NodeList:
    evidence = hostaudit.read_evidence(ROOT / "examples/parler-2021/evidence.json")
    return node_list(hostaudit.analyse(evidence), hostaudit.effects(evidence) if whole else None)


@pytest.mark.parametrize("whole", [True, False])
def test_edges_join_nodes_and_go_from_functions_to_companies(whole):
    found = parler(whole=whole)
    zone = {each.key: each.zone for each in found.nodes}
    ways = {(zone[each.source], zone[each.target]) for each in found.edges}

    assert len(zone) == len(found.nodes)
    assert ways <= {("function", "leg"), ("function", "function"), ("leg", "company")}
    assert {each.identity for each in found.zone("company")} >= {"amazon", "apple", "alphabet"}


def test_what_lies_with_one_company_in_one_role_is_one_node():
    (servers,) = [each for each in parler(whole=True).zone("leg") if each.title == "DNS"]

    assert servers.detail.startswith("4: ")


def test_nobody_known_is_a_node_of_its_own_and_not_known():
    headers = (("server", "cloudflare"), ("cf-ray", "60aa1122bb33cc44-ARN"))
    site = sites.Site("fronted.net").name(sites.GANDI, sites.CLOUDFLARE_NS)
    evidence = site.web("fronted.net", ("104.17.20.30", 13335), headers=headers).front("fronted.net").file()
    found = node_list(hostaudit.analyse(evidence), hostaudit.effects(evidence))
    (unknown,) = [each for each in found.zone("company") if not each.identity]

    assert unknown.state == "unknown"
    assert any(each.target == unknown.key for each in found.edges)
    assert 'class="node company unknown"' in drawing(found)


def test_boxes_of_a_zone_do_not_touch_and_lie_within_the_drawing():
    root = ElementTree.fromstring(drawing(parler(whole=True)))
    height = float(root.attrib["height"])
    boxes = [
        {name: float(each.attrib[name]) for name in ("x", "y", "height", "width")} for each in root.iter(f"{SVG}rect")
    ]

    assert len(boxes) == len(parler(whole=True).nodes)
    for left, _ in COLUMNS.values():
        tops = sorted(each["y"] for each in boxes if each["x"] == left)
        assert all(after - before >= 38 for before, after in pairwise(tops))
        assert tops[0] >= TOP
        assert tops[-1] + 36 <= height


def test_two_hundred_nodes_are_drawn_apart():
    nodes = [Node(f"f{each}", "function", f"f{each}", f"host {each}", "", "known") for each in range(60)]
    nodes += [Node(f"l{each}", "leg", "", "hosting", "one", "known") for each in range(90)]
    nodes += [Node(f"c{each}", "company", f"c{each}", f"company {each}", "", "known") for each in range(50)]
    edges = [Edge(f"f{each % 60}", f"l{each}") for each in range(90)] + [
        Edge(f"l{each}", f"c{each % 50}") for each in range(90)
    ]
    root = ElementTree.fromstring(drawing(NodeList(tuple(nodes), tuple(edges))))
    tops = sorted(float(each.attrib["y"]) for each in root.iter(f"{SVG}rect") if float(each.attrib["x"]) == 370)

    assert len(tops) == 90
    assert min(after - before for before, after in pairwise(tops)) >= 38


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onload="x', "&amp;<b>", "\x00\x1b[31m", "\u202eevil"])
def test_hostile_names_stay_text(text):
    nodes = (Node("f0", "function", "web", text, text, "known"), Node("c0", "company", text, text, "", "known"))
    root = ElementTree.fromstring(drawing(NodeList(nodes, ()), title=text))

    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {"svg", "text", "a", "g", "rect"}
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]
