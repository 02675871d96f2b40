"""The fault tree as a document, and an independent reference that reads nothing else."""

from __future__ import annotations

import json
from functools import cache

import jsonschema
import msgspec
import pytest
from helpers import ROOT, reference
from helpers.command import PARLER
from helpers.corpus import SITES
from helpers.reports import catalogue
from helpers.sites import GANDI, GANDI_NS, in_pairs

from hostaudit import cli
from hostaudit.audit import analyse
from hostaudit.documents import schemas
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.errors import Exit
from hostaudit.report import Style, load

BUNDLES = {each.parent.name: each for each in sorted((ROOT / "examples").rglob("evidence.json"))}


@cache
def told(name: str) -> str:
    """The report on a shipped bundle or a site of the corpus with its fault tree, as JSON."""
    file = read_evidence(str(BUNDLES[name])) if name in BUNDLES else SITES[name]().file()
    return load("json").render(analyse(file, catalogue(), with_graph=True), Style())


@pytest.mark.parametrize("name", [*BUNDLES, *SITES])
def test_the_reference_agrees_in_every_cut_set_and_every_time(name):
    report = json.loads(told(name))

    assert list(reference.differences(report, report["graph"])) == []


@pytest.mark.parametrize("name", ["parler-2021", "half-blind", "in-the-dark"])
def test_the_tree_is_whole(name):
    report = json.loads(told(name))
    graph = report["graph"]
    jsonschema.Draft202012Validator(json.loads(schemas.path("graph").read_text())).validate(graph)
    nodes = graph["gates"].keys() | graph["leaves"].keys()
    rows = {each["id"] for each in report["dependencies"]}
    evidence = {each["id"] for each in report["evidence"]}

    for gate in graph["gates"].values():
        assert set(gate["children"]) <= nodes
        assert len(gate.get("switches", ())) == (len(gate["children"]) - 1 if gate["kind"] == "standby" else 0)
    for leaf in graph["leaves"].values():
        assert leaf.get("dependency", "") in {*rows, ""}
        assert set(leaf.get("because", ())) <= evidence
        assert set(leaf.get("times", ())) <= graph["times"].keys()
        assert leaf.get("after", {}).keys() <= graph["leaves"].keys()
    assert [each["id"] for each in graph["functions"]] == [each["id"] for each in report["functions"]]


def pairs():
    return json.loads(told("in-pairs"))


def of_the_tree(report):
    return list(reference.differences(report, report["graph"]))


@pytest.mark.parametrize("kind", ["parent", "provider", "tld", "asn", "prefix", "jurisdiction"])
def test_the_reference_misses_what_a_report_leaves_out(kind):
    report = json.loads(told("parler-2021"))
    point = next(each for each in report["spofs"] if each["failure_domain"]["kind"] == kind)
    report["spofs"].remove(point)

    assert any(f"single points, {kind}" in each for each in of_the_tree(report))


def test_the_reference_misses_a_pair_and_refuses_one_too_many():
    report = pairs()
    pair = next(each for each in report["cut_sets"] if len(each["members"]) == 2)
    report["cut_sets"].remove(pair)
    assert any(str(tuple(pair["members"])) in each for each in of_the_tree(report))

    report = pairs()
    more = {"kind": "parent", "function": "web", "members": ["nobody", "verisign"]}
    report["cut_sets"].append(more)
    assert of_the_tree(report)


@pytest.mark.parametrize("change", ["impact", "recovery", "effect", "leaf", "gate", "pair", "last", "kept"])
def test_the_reference_sees_another_time_effect_or_tree(change):
    report = pairs()
    point = next(each for each in report["spofs"] if each["failure_domain"]["kind"] == "parent")
    stopped = next(each for each in point["functions"] if each["effect"] == "down")
    if change == "impact":
        stopped["time_to_impact_hours"] += 1
    elif change == "last":
        stopped["time_to_impact"]["high"] += 1
    elif change == "kept":
        for gate in report["graph"]["gates"].values():
            gate.pop("kept", None)
    elif change == "recovery":
        stopped["time_to_recover_hours"]["usual"] += 1
    elif change == "effect":
        stopped["effect"] = "degraded"
    elif change == "leaf":
        held = point["failure_domain"]["id"]
        leaf = next(each for each in report["graph"]["leaves"].values() if held in each["domains"].get("parent", ()))
        leaf["domains"]["parent"] = ["somebody-else"]
    elif change == "gate":
        gate = next(each for each in report["graph"]["gates"].values() if each["purpose"] == "served")
        gate["kind"] = "all"
    else:
        pair = next(each for each in report["cut_sets"] if each.get("hours"))
        pair["hours"]["high"] += 1

    assert of_the_tree(report)


@pytest.mark.parametrize("key", ["time_to_impact", "time_to_recover_hours"])
def test_the_reference_sees_another_time_of_a_degraded_function(key):
    report = json.loads(told("parler-2021"))
    rows = [each for point in report["spofs"] for each in point["functions"]]
    next(each for each in rows if each["effect"] == "degraded")[key]["high"] += 1

    assert any(" h, the reference" in each for each in of_the_tree(report))


def test_a_name_server_waits_for_the_registrar_that_is_lost_with_it():
    file = in_pairs().name(GANDI, GANDI_NS).file()
    report = json.loads(load("json").render(analyse(file, catalogue(), with_graph=True), Style()))
    assert of_the_tree(report) == []

    for leaf in report["graph"]["leaves"].values():
        leaf.pop("after", None)
    assert any("parent your-online" in each for each in of_the_tree(report))


def test_a_cache_bridges_what_fails_below_it_and_changes_no_end():
    hours = {"low": 1, "usual": 9, "high": 9}
    begins = {"low": 0, "usual": 4, "high": 8}
    leaf = {"role": "dns", "subject": "x", "certainty": "certain", "hours": hours, "begins": begins}
    leaves = {name: leaf | {"domains": {"parent": [name]}} for name in ("p", "q")}
    gates = {
        "g": {"kind": "all", "children": ["p"], "kept": {"low": 0, "usual": 2, "high": 10}},
        "h": {"kind": "any", "children": ["g", "q"]},
    }
    graph = {"leaves": leaves, "gates": gates, "functions": [], "horizon_hours": 720}
    found = reference.Reference(graph).losses("parent", "p", "q")

    assert found["g"] == (1, 9, 9, 0, 4, 10)
    assert found["h"] == (1, 9, 9, 0, 4, 10)
    assert reference.Reference(graph).losses("parent", "p")["h"] == reference.WORKS


def test_a_manual_standby_shortens_an_outage_and_an_automatic_one_prevents_it():
    leaf = {
        "role": "dns",
        "subject": "x",
        "certainty": "certain",
        "times": [],
        "hours": {"low": 1, "usual": 9, "high": 9},
    }
    leaves = {name: leaf | {"domains": {"parent": [name]}} for name in ("p", "q")}
    switch = {"fallback": "f", "automatic": False, "hours": {"low": 1, "usual": 2, "high": 3}}
    gate = {"kind": "standby", "children": ["p", "q"], "switches": [switch]}
    function = {"id": "f", "root": "g", "applies": "yes", "state": "up", "loss": "down"}
    graph = {"leaves": leaves, "gates": {"g": gate}, "functions": [function], "horizon_hours": 720}
    manual = reference.Reference(graph)

    assert manual.single("parent", "g") == {"p"}
    assert manual.losses("parent", "p")["g"][:3] == (1, 2, 3)
    assert manual.losses("parent", "p", "q")["g"][:3] == (1, 9, 9)
    switch["automatic"] = True
    assert reference.Reference(graph).single("parent", "g") == set()
    assert reference.Reference(graph).cut_sets("parent", 3)[0] == {"f": {("p", "q")}}


def test_zones_that_serve_each_other_neither_help_nor_hurt():
    leaf = {"role": "dns", "subject": "x", "certainty": "certain", "hours": None, "domains": {"parent": ["p"]}}
    gates = {"a": {"kind": "all", "children": ["b", "p"]}, "b": {"kind": "any", "children": ["a", "c"]}}
    gates["c"] = {"kind": "all", "children": []}
    graph = {"leaves": {"p": leaf}, "gates": gates, "functions": [], "horizon_hours": 720}
    found = reference.Reference(graph)

    assert (found.single("parent", "a"), found.single("parent", "b")) == ({"p"}, set())


def test_explain_graph_prints_the_tree_of_evidence_and_of_a_report_that_holds_it(tmp_path, capsys):
    report = tmp_path / "report.json"
    assert cli.run(["explain", "graph", PARLER, "--format", "json"]) == Exit.PASS
    of_evidence = capsys.readouterr().out
    assert cli.run(["analyse", PARLER, "--with-graph", "--format", "json", "-o", str(report)]) == Exit.PASS
    assert cli.run(["explain", "graph", str(report), "--format", "json"]) == Exit.PASS

    assert json.loads(capsys.readouterr().out) == json.loads(of_evidence)
    assert json.loads(of_evidence) == json.loads(report.read_text())["graph"]


def test_explain_graph_needs_the_tree(tmp_path, capsys):
    report = tmp_path / "report.json"
    assert cli.run(["analyse", PARLER, "--format", "json", "-o", str(report)]) == Exit.PASS

    assert "graph" not in json.loads(report.read_text())
    assert cli.run(["explain", "graph", str(report)]) == Exit.USAGE
    assert "report without its fault tree" in capsys.readouterr().err
    assert cli.run(["explain", "graph"]) == Exit.USAGE


def test_the_terminal_shows_every_event_of_the_tree_once_in_full():
    report = analyse(in_pairs().file(), catalogue(), with_graph=True)
    assert not isinstance(report.graph, msgspec.UnsetType)
    written = "".join(load("terminal").render(report.graph, Style(width=80)).split())

    for name in (*report.graph.leaves, *report.graph.gates):
        assert "".join(name.split()) in written
    assert "asabove" in written
