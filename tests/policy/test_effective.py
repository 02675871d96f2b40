"""The policy in force: presets, layers, targets, and where each value stands."""

from __future__ import annotations

import json
from datetime import date, timedelta

import jsonschema
import msgspec
import pytest
from helpers import ROOT
from helpers.policy_files import LAYERS, RULES, TODAY, WHOLE, WORLD
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.documents import schemas, site_file
from hostaudit.model.policy import (
    EffectivePolicy,
    Exemption,
    Policy,
    RoleDemand,
)
from hostaudit.policy.effective import effective as demanded
from hostaudit.policy.effective import own


def test_what_nobody_says_is_default(effective):
    found = effective("policy: {}")

    assert found.policy == Policy(unknown="inconclusive", notice_hours=0.0)
    assert found.origins == {"unknown": "default", "notice_hours": "default"}
    assert (found.source, found.line, found.stated, found.exceptions) == ("hostaudit.yaml", 2, True, ())


def test_a_file_that_only_declares_demands_nothing(effective):
    assert not effective("sites: [{domain: shop.example.com}]").stated
    assert not effective("targets: [{match: [shop.example.com], labels: {a: b}}]").stated
    assert not effective("targets: [{match: [a.example], policy: {}}]").stated
    assert effective("targets: [{match: [shop.example.com], policy: {}}]").stated


def test_later_goes_before_earlier_and_every_value_knows_where_it_stands(effective):
    outside = effective(LAYERS, "example.com")
    inside = effective(LAYERS)

    assert outside.policy.min_score == 33.0
    assert outside.policy.roles["dns"] == RoleDemand(
        min_providers=3, independent_by=("parent", "asn"), max_hours_down=24.0, severity="high"
    )
    assert outside.origins["min_score"] == "hostaudit.yaml:4"
    assert outside.origins["roles.dns.min_providers"] == "hostaudit.yaml:6"
    assert outside.origins["roles.dns.independent_by"] == "preset:resilient"
    assert outside.origins["roles.registrar.min_days_left"] == "preset:resilient"
    assert (outside.line, outside.matched, outside.extends) == (2, "", ("baseline", "resilient"))

    assert inside.policy.min_score is None
    assert inside.policy.unknown == "fail"
    assert inside.policy.providers == ()
    assert inside.policy.roles["dns"].min_providers == 2
    assert inside.policy.roles["dns"].independent_by == ("parent",)
    assert inside.policy.parents.max_share == 0.5
    assert inside.policy.jurisdictions.known
    assert inside.origins["min_score"] == "hostaudit.yaml:12"
    assert inside.origins["providers"] == "hostaudit.yaml:14"
    assert inside.origins["roles.dns.min_providers"] == "preset:regulated"
    assert (inside.line, inside.matched) == (9, "*.example.com")


def test_an_empty_unknown_is_the_usual_one(effective):
    found = effective("policy: {unknown: null, notice_hours: null}")

    assert (found.policy.unknown, found.policy.notice_hours) == ("inconclusive", 0.0)


@pytest.mark.parametrize(
    ("domain", "matched"),
    [
        ("shop.example.com", "shop.example.com"),
        ("a.shop.example.com", "*.shop.example.com"),
        ("b.a.shop.example.com", "*.shop.example.com"),
        ("other.example.com", "*.example.com"),
        ("example.com", ""),
        ("notexample.com", ""),
        ("shop.example.com.evil.example", ""),
    ],
)
def test_the_pattern_that_says_most_chooses_the_target(effective, domain, matched):
    text = "targets:\n" + "".join(
        f"  - {{match: ['{each}'], policy: {{}}}}\n"
        for each in ("*.example.com", "*.shop.example.com", "shop.example.com")
    )

    assert effective(text, domain).matched == matched


def test_exceptions_are_for_whom_they_name(effective):
    one = "reason: long enough, owner: x, expires: 2027-01-01"
    text = f"""\
exceptions:
  - {{id: A, rule: dns.*, target: shop.example.com, {one}}}
  - {{id: B, rule: dns.*, target: example.com, {one}}}
  - {{id: C, rule: dns.*, target: '*.example.com', {one}}}
"""
    found = effective(text)

    assert [each.id for each in found.exceptions] == ["A", "C"]
    assert not found.stated
    assert found.exceptions[0] == Exemption("A", "dns.*", "shop.example.com", "long enough", "x", "2027-01-01")


def test_what_the_file_itself_says_is_a_part_of_it(effective):
    found = own(effective(LAYERS))

    assert set(found.origins.values()) <= {f"hostaudit.yaml:{line}" for line in range(20)}
    assert found.policy == Policy(roles={"dns": RoleDemand(independent_by=("parent",))})


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["min_score", "notice_hours", "unknown", "extends"]),
            st.integers(0, 3),
            max_size=4,
        ),
        min_size=2,
        max_size=2,
    )
)
def test_any_two_layers_give_what_the_last_one_said(tmp_path_factory, layers):
    words = {"unknown": ["warn", "fail", "inconclusive", "null"], "extends": ["[baseline]", "[resilient]", "[]", "[]"]}

    def written(layer: dict[str, int]) -> str:
        return ", ".join(f"{key}: {words[key][n] if key in words else n}" for key, n in layer.items())

    path = tmp_path_factory.getbasetemp() / "layers.yaml"
    of_file, of_target = map(written, layers)
    target = f"targets: [{{match: [a.example], policy: {{{of_target}}}}}]"
    path.write_text(f"version: 1\npolicy: {{{of_file}}}\n{target}\n")
    found = demanded(site_file.load(path, None, WORLD), "a.example", RULES.presets)

    for key in ("min_score", "notice_hours"):
        if key in layers[1]:
            assert getattr(found.policy, key) == layers[1][key]
        elif key in layers[0] and layers[1].get("extends", 3) > 1:
            assert getattr(found.policy, key) == layers[0][key]
    kinds = {"default", "preset:baseline", "preset:resilient", f"{path}:2", f"{path}:3"}
    assert set(found.origins.values()) <= kinds


def test_there_are_three_presets_and_each_is_stricter_than_the_last():
    baseline, resilient, regulated = (RULES.presets[name].policy for name in ("baseline", "resilient", "regulated"))

    assert set(RULES.presets) == {"baseline", "resilient", "regulated"}
    for one, next_ in ((baseline, resilient), (resilient, regulated)):
        assert (one.min_score or 0) < (next_.min_score or 0)
        assert one.roles["registrar"].min_days_left < next_.roles["registrar"].min_days_left
        assert set(one.roles) <= set(next_.roles)
    assert resilient.roles["dns"].min_providers == 2
    assert regulated.unknown == "fail"
    assert regulated.jurisdictions.known


@pytest.mark.parametrize("name", sorted(RULES.presets))
def test_a_preset_says_nothing_that_a_file_might_not_say(load, name):
    text = (ROOT / "rules" / "presets" / f"{name}.yaml").read_text()
    body = text[text.index("policy:") :]

    assert load(body).content.policy == RULES.presets[name].policy


def test_the_effective_policy_is_what_its_schema_says(effective):
    published = json.loads(schemas.path("policy").read_text())
    found = effective(WHOLE)

    jsonschema.Draft202012Validator(published).validate(json.loads(msgspec.json.encode(found)))
    assert msgspec.json.decode(msgspec.json.encode(found), type=EffectivePolicy) == found
    assert TODAY + timedelta(days=1) == date(2028, 3, 1)
