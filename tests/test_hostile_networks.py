"""The tables of the fault matrix, the fuzz targets and the private places are in order, and are what the page says."""

from __future__ import annotations

import importlib
import random
import re
import sys
from fnmatch import fnmatch
from typing import Any

import pytest
from helpers import ROOT

from hostaudit import domain

PAGE = (ROOT / "docs" / "hostile-networks.md").read_text("utf-8")


def script(name: str) -> Any:
    """A script of ``.ci`` as a module."""
    sys.path.insert(0, str(ROOT / ".ci"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(ROOT / ".ci"))


faults, targets, fuzz, private = map(script, ("lab_faults", "fuzz_targets", "fuzz", "lab_private"))
world, kills = script("lab_world"), script("lab_kills")


def told(what: str) -> int:
    """A figure of the page, between its marks."""
    (number,) = re.findall(rf"<!-- {what} -->(\d+)<!-- end -->", PAGE)
    return int(number)


def test_the_figures_of_the_page_are_those_of_the_tables():
    cells = faults.matrix()
    assert told("cells") == len(cells) >= 500
    assert told("layers") == len(faults.LAYERS)
    assert told("targets") == len(targets.TARGETS)
    assert (told("sites"), told("single")) == (len(private.sites()), private.SINGLE)
    assert told("sites") + told("single") >= 1007
    assert told("kills") == sum((kills.LISTS, kills.JUDGED, kills.BUILT, kills.CACHED))


def test_each_cell_is_a_site_of_its_own_with_addresses_of_its_own():
    cells = faults.matrix()
    assert len({faults.domain(each) for each in cells}) == len(cells)
    assert all(len(label) <= 63 for each in cells for label in faults.domain(each).split("."))
    whole = faults.topology(ROOT, cells)
    legs = [address for each in whole["http"] for address in each.get("ips", ())]
    assert len(set(legs)) == len(legs)
    assert {each["host"] for each in whole["service_faults"]} > {"itunes.apple.com", "rdap.db.ripe.net"}


def test_every_site_that_leads_to_a_private_place_can_be_scanned():
    names = [each.domain for each in private.sites()]
    assert [domain.parse(each).domain for each in names] == names
    assert len(set(names)) == len(names)


def test_every_fourth_part_of_the_matrix_has_cells_of_every_layer():
    for turn in range(4):
        assert {each.layer for each in faults.matrix()[turn::4]} >= set(faults.LAYERS)


def test_every_excuse_names_cells_and_says_why():
    names = [each.name for each in faults.matrix()]
    for pattern, kinds, why in world.WORLD:
        assert any(fnmatch(each, pattern) for each in names), pattern
        assert set(kinds) <= {"pass", "lost", "raise", "down"}
        assert len(why) > 20
    excused = {each for each in names for pattern, _, _ in world.WORLD if fnmatch(each, pattern)}
    assert len(excused) * 10 < len(names)


@pytest.mark.parametrize("name", targets.TARGETS)
def test_a_fuzz_target_takes_its_seeds_and_changes_of_them(name):
    target, chance = targets.TARGETS[name], random.Random(7)
    seeds = target.seeds()
    assert seeds
    target.run(seeds[0])  # a seed of the usual form raises nothing at all
    for _ in range(10):
        data = fuzz.changed(chance.choice(seeds), seeds, chance)[:20_000]
        assert fuzz.attempt(target, data) == ""


def test_the_same_seed_gives_the_same_inputs():
    once, again = ([each for each, _ in zip(fuzz.inputs([b"abc", b"{}"], random.Random(1)), range(50), strict=False)]
                   for _ in range(2))  # fmt: skip
    assert once == again
    assert len(set(once)) > 20


def broken(data: bytes) -> float:
    return len(data) / 0


def test_a_crash_is_seen_and_a_documented_error_is_none():
    assert "ZeroDivisionError" in fuzz.attempt(targets.Target(broken, list), b"")
    assert fuzz.attempt(targets.Target(broken, list, ("ArithmeticError",)), b"") == ""


def test_a_hang_is_seen(monkeypatch):
    def hang(data: bytes) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "HANG", 0.2)
    before = fuzz.signal.signal(fuzz.signal.SIGPROF, fuzz._expire)
    try:
        assert fuzz.attempt(targets.Target(hang, list), b"").startswith("hang")
    finally:
        fuzz.signal.signal(fuzz.signal.SIGPROF, before)


# -- the judge of the matrix ------------------------------------------------------------------------------


def row(code: int = 0, *, low: float = 50.0, roles: str = "dns mail", unknown: str = "", **more: Any) -> dict[str, Any]:
    """What came of one scan: who holds which role, what is unknown, and what is down."""
    report = {
        "run": {"started": "2026-01-01T00:00:00Z", "finished": f"2026-01-01T00:00:{more.get('seconds', 3):02}Z"},
        "score": {"low": low},
        "dependencies": [{"role": each, "provider": "a", "direct": True} for each in roles.split()],
        "unknowns": [{"role": each, "subject": "x", "cause": more.get("cause", "timeout")} for each in unknown.split()],
        "findings": [],
        "functions": [{"id": "web", "state": more.get("web", "up")}],
        "summary": "",
    }
    return {"code": code, "cpu": more.get("cpu", 1.0), "stderr": "", "report": None if more.get("none") else report}


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        (row(), set()),
        (row(3, low=40, roles="dns", unknown="mail"), set()),
        (row(0, roles="dns"), {"pass"}),
        (row(3, roles="dns", unknown="dns"), {"lost"}),
        (row(1, roles="dns"), {"lost"}),
        (row(3, low=50.5, unknown="mail"), {"raise"}),
        (row(1, web="down"), {"down"}),
        (row(3, unknown="mail", cause="internal_error"), {"crash"}),
        (row(3, seconds=11), {"late"}),
        (row(3, cpu=7.0), {"late"}),
        (row(3, none=True), {"none"}),
        (row(4), {"none"}),
    ],
)
def test_the_judge_of_the_matrix_tells_what_is_wrong(found, kinds):
    assert set(script("lab_matrix").wrong(found, row())) == kinds


def test_an_excuse_holds_for_the_cells_that_it_names_and_for_their_pairs():
    judge = script("lab_matrix")
    by_name = {each.name: each for each in faults.matrix()}
    assert set(judge.excused(by_name["tls-all-expired"])) == {"down"}
    assert judge.excused(by_name["tls-one-expired"]) == {}
    assert judge.excused(faults.Cell("pair", "x", "usual", (), ("mail-mx-empty", "web-503"))).keys() == {"down"}
