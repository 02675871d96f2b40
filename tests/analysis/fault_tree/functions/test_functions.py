"""The folder is the list of functions: each file defines one or a family, in an order of its own."""

from __future__ import annotations

import pkgutil

from hostaudit.analysis.fault_tree import functions
from hostaudit.analysis.fault_tree.functions import definitions


def test_every_file_of_the_folder_is_a_definition():
    assert len(definitions()) == len(list(pkgutil.iter_modules(functions.__path__)))


def test_no_two_functions_share_an_id_or_a_place_in_the_order():
    ids = [identity for each in definitions() for identity in each.ids]
    orders = [each.order for each in definitions()]

    assert len(set(ids)) == len(ids)
    assert orders == sorted(set(orders))
