"""The page of all scenarios at one site."""

from __future__ import annotations

import re

from helpers import sample_whatif as sample
from helpers.pages_shown import flat, shown

from hostaudit.model.whatif import MatrixRow


def test_the_matrix_has_the_worst_first_and_folds_what_does_not_apply():
    lines = shown(sample.matrix()).splitlines()
    rows = [line.split()[0] for line in lines if re.match(r"[a-z]+-20\d\d  ", line)]

    assert rows == ["parler-2021", "zoom-2025", "fastly-2021"]
    assert re.search(r"parler-2021 +48 h +35 d +45 min +- +128 d +600 d +\?", shown(sample.matrix()))
    assert "Not this site, nothing in them binds (2): denic-2026, ovh-fire-2021" in flat(sample.matrix())
    assert "? not assessed, never taken as no loss" in flat(sample.matrix())
    assert lines[-1].strip() == "hostaudit whatif captive.com --scenario parler-2021"


def test_a_narrow_matrix_breaks_into_blocks_that_repeat_the_scenario():
    written = shown(sample.matrix(), width=40)

    assert written.count("\nparler-2021  ") == 3
    assert "pay" in written


def test_hosts_that_look_alike_when_cut_are_numbered():
    functions = ("web:one.captive-example.com", "web:onx.captive-example.com", "web:one.other.example.com")
    rows = (MatrixRow("a", "a", True, dict.fromkeys(functions, 1.0)),)
    heads = flat(sample.matrix(functions=functions, rows=rows), width=200)

    assert "host 1 = one.captive-example.com" in heads or "one.c....com" in heads
    assert len(set(re.findall(r"(\S+(?: \d)?) = on", heads))) == 3


def test_a_matrix_of_nothing():
    empty = flat(sample.matrix(rows=()))

    assert "None of them meets this site." in empty
    assert "Next" not in empty
