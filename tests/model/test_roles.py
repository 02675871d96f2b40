"""The tables of roles, layers and functions are whole, and agree with the types and files beside them.

A failure says ``FILE lacks ID``, so that nobody has to search for what was forgotten.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import yaml

from hostaudit.documents import site_values
from hostaudit.model import roles
from hostaudit.model.roles import FUNCTIONS, LAYERS, ROLES, Role, Service
from hostaudit.model.scenario import Layer

ROOT = Path(roles.__file__).resolve().parents[2]
TABLE = "hostaudit/model/roles.py"
STEPS = {"name_taken", "spare_name", "switch"}
"""Keys of recovery.yaml that are no role."""


def ids(file: str, key: str = "") -> set[str]:
    found = yaml.safe_load((ROOT / file).read_text("utf-8"))
    return set(found[key] if key else found)


def same(file: str, there: set[str], wanted: set[str]) -> None:
    """Both sides hold the same ids; the message names the file that lacks one."""
    assert there >= wanted, f"{file} lacks {', '.join(sorted(wanted - there))}"
    assert there <= wanted, f"{TABLE} lacks {', '.join(sorted(there - wanted))}"


def test_every_role_has_its_row_its_texts_and_its_hours():
    known = set(get_args(Role))
    assert set(ROLES) == known, f"{TABLE} lacks {', '.join(sorted(set(ROLES) ^ known))} in Role or in ROLES"
    same("rules/roles.yaml", ids("rules/roles.yaml"), known)
    same("rules/recovery.yaml", ids("rules/recovery.yaml") - STEPS, known)


def test_every_function_has_its_row_and_its_weight():
    same("rules/scoring.yaml", ids("rules/scoring.yaml", "weights"), set(FUNCTIONS))


def test_layers_are_those_of_the_scenarios():
    assert set(LAYERS) == set(get_args(Layer))


def test_services_are_the_roles_and_their_kinds():
    assert set(get_args(Service)) == {*ROLES, *roles.BROAD}


def test_fallbacks_can_be_declared_for_the_roles_that_have_one():
    assert set(site_values.PROOFS) == {role for role, row in ROLES.items() if row.fallback}


def test_rows_name_only_what_is_there():
    for role, row in ROLES.items():
        assert row.functions == () or set(row.functions) <= set(FUNCTIONS), role
        assert set(row.may_hide) <= set(ROLES), role
        assert row.visible == (row.not_assessed is None) or role == "deploy"
    for layer, each in LAYERS.items():
        assert {each.role, *each.roles, *each.product_roles} <= set(ROLES), layer
        assert each.stops == "any" or set(each.stops) <= set(FUNCTIONS), layer
    assert not set(ROLES) & set(FUNCTIONS)


def test_codes_tell_roles_and_functions_apart():
    codes = [*roles.ROLE_CODES.values(), *roles.FUNCTION_CODES.values()]
    assert len(set(codes)) == len(codes)


def test_an_event_on_a_layer_stops_what_its_row_says():
    assert roles.may_stop("hosting", "pay_out")
    assert roles.may_stop("tls", "web:api.example.com") and not roles.may_stop("tls", "mail_receive")
    assert not roles.may_stop("tls", "webshop") and not roles.may_stop("payments", "web")


def test_who_carries_a_network_fills_no_role_and_is_explained_as_the_host():
    assert roles.roles_of_layer("ip_transit") == ()
    assert roles.ROLE_OF_NAME["ip_transit"] == "hosting"
