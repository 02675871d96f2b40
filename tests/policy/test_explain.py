"""Explanations of rules, codes and topics."""

from __future__ import annotations

import json

import jsonschema
import pytest
from helpers.command import PARLER, hostaudit

from hostaudit import cli
from hostaudit.documents import rules, schemas
from hostaudit.errors import Exit, UsageError
from hostaudit.policy import explain

RULES = rules.shipped()


def test_every_rule_is_listed_and_every_code_explained(capsys):
    assert cli.run(["rules", "list", "--format", "json"]) == Exit.PASS
    shown = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(json.loads(schemas.path("rules").read_text())).validate(shown)
    codes = [each["code"] for each in shown["rules"]]

    assert len(codes) == len(set(codes)) > 100
    for row in shown["rules"]:
        by_rule, by_code = (explain.explain(each, RULES) for each in (row["rule"], row["code"].lower()))
        assert by_rule == by_code
        assert (by_rule.id, by_rule.code) == (row["rule"], row["code"])


@pytest.mark.parametrize("role", sorted(RULES.roles))
def test_every_layer_is_explained(role):
    found = explain.explain(role, RULES)

    assert found.kind == "role"
    assert found.risk and found.how and found.fix
    assert any(each.rule == f"{role}.min_providers" for each in found.rules)


@pytest.mark.parametrize(
    ("topic", "identity", "code"),
    [
        ("web:api.example.com.min_score", "web:api.example.com.min_score", "HA-FUNCTION-001"),
        ("payments.min_score", "payments.min_score", "HA-PAYMENTS-001"),
        ("checkout.max_hours_down", "checkout.max_hours_down", "HA-FUNCTION-002"),
        ("scenario.parler-2021.web", "scenario.parler-2021.web", "HA-SCENARIO-001"),
        ("tls", "ca", ""),
        ("ROLE.min_providers", "ROLE.min_providers", ""),
    ],
)
def test_a_rule_of_any_function_or_scenario_is_explained(topic, identity, code):
    found = explain.explain(topic, RULES)

    assert (found.id, found.code) == (identity, code)


def test_the_example_of_a_rule_is_of_its_own_role_and_can_be_read(here):
    for row in explain.book(RULES).rules:
        found = explain.explain(row.rule, RULES)
        if not found.write or row.rule.partition(".")[0] in ("ROLE", "FUNCTION", "scenario"):
            continue
        assert (
            "example" in found.write
            or row.rule.partition(".")[0].removesuffix("s") in found.write
            or row.rule
            in (
                "score.min",
                "parents.max_share",
            )
        )


@pytest.mark.parametrize(("topic", "hint"), [("dns.min_provider", "dns.min_providers"), ("HA-DNS-02", "HA-DNS-00")])
def test_what_is_no_topic_is_refused_with_the_nearest_one(topic, hint):
    with pytest.raises(UsageError) as refused:
        explain.explain(topic, RULES)

    assert hint in refused.value.hint


def test_a_rule_is_explained_without_network_or_file():
    shown = hostaudit("explain", "HA-DNS-002")

    assert shown.returncode == 0
    assert shown.stdout.startswith("HA-DNS-002 dns.min_providers\n")
    assert "roles: {dns: {min_providers: 2" in shown.stdout
    assert hostaudit("explain", "dns", PARLER).returncode == Exit.USAGE
    as_json = json.loads(hostaudit("explain", "hosting", "--format", "json").stdout)
    jsonschema.Draft202012Validator(json.loads(schemas.path("explanation").read_text())).validate(as_json)
    assert as_json["recovery"] == {"low": 48, "usual": 360, "high": 2136}
