"""The functions of a site: the folder is the list, and agrees with the table of functions."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.sites import Site, in_pairs

from hostaudit import audit
from hostaudit.analysis.fault_tree import functions
from hostaudit.analysis.fault_tree.functions import definitions
from hostaudit.documents import rules
from hostaudit.model.roles import FUNCTIONS

PACKAGE = Path(functions.__file__).parent
FOLDER = "hostaudit/analysis/fault_tree/functions"
TABLE = "hostaudit/model/roles.py"
BUILT = [each for definition in definitions() for each in definition.ids]


def test_every_function_of_the_table_has_a_module_and_every_module_a_row():
    for each in FUNCTIONS:
        assert each in BUILT, f"{FOLDER}/{each}.py lacks the definition of {each}"
    for each in BUILT:
        assert each in FUNCTIONS, f"{TABLE} lacks {each}"


def test_every_module_of_the_folder_is_read():
    modules = [each for each in PACKAGE.glob("*.py") if each.stem != "__init__"]
    assert len(definitions()) == len(modules)


def test_no_two_modules_claim_one_function_or_one_place():
    assert len(set(BUILT)) == len(BUILT)
    orders = [each.order for each in definitions()]
    assert orders == sorted(set(orders))


def test_functions_are_reported_in_the_order_of_the_definitions():
    tree = audit.understand(in_pairs().file(), rules.load()).tree
    reported = [each.id for each in tree.functions]
    assert [each for each in reported if each in BUILT] == [each for each in BUILT if each in reported]


@pytest.mark.parametrize("function", BUILT)
def test_a_site_of_which_nothing_was_asked_has_each_function_perhaps(function):
    tree = audit.understand(Site("example.com").file(), rules.load()).tree
    found = next(each for each in tree.functions if each.id == function)

    assert found.root in tree.gates
    assert found.loss == next(each.loss for each in definitions() if function in each.ids)
