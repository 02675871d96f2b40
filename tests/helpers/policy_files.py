"""Policy files, written and read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hostaudit.documents import rules, site_file
from hostaudit.documents.policy_problems import World
from hostaudit.model.policy import (
    EffectivePolicy,
    Policy,
)
from hostaudit.policy.effective import effective as demanded

RULES = rules.load()
WORLD = site_file.world(RULES)
EXCEPTION = "id: EX-7, rule: dns.min_providers, target: a.example.com, reason: move of OPS-12, owner: alice"


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def from_text(text: str, world: World | None = WORLD) -> site_file.Loaded:
        Path("hostaudit.yaml").write_text(f"version: 1\n{text}\n", "utf-8")
        return site_file.load(Path("hostaudit.yaml"), {each.id: each for each in RULES.providers}, world)

    return from_text


@pytest.fixture
def policy(load):
    def from_text(text: str) -> Policy:
        found = load(f"policy: {{{text}}}").content.policy
        assert found is not None
        return found

    return from_text


@pytest.fixture
def effective(load):
    def of(text: str, domain: str = "shop.example.com") -> EffectivePolicy:
        return demanded(load(text), domain, RULES.presets)

    return of


WHOLE = """\
policy:
  extends: [baseline]
  unknown: warn
  notice_hours: 29
  min_score: 60
  roles:
    dns: {min_providers: 2, independent_by: [parent, asn], deny: [dyn, 'unknown:as64496'], severity: high}
    registrar: {min_days_left: 60, unknown: fail}
  functions: {web: {max_hours_down: 72}, 'web:API.Bücher.example': {min_score: 12.5}, pay_out: {max_hours_down: 4}}
  providers: [{id: epik, reason: contract ended}]
  parents: {max_share: 0.6, deny: [{id: amazon}]}
  jurisdictions: {deny: [{id: "XX"}], allow: ["NO", DE], known: true}
  scenarios: [{scenario: parler-2021, web: <= 4h, install_ios: "<= 90m", severity: high}]
targets:
  - match: [Shop.Example.com., "*.BÜCHER.example"]
    labels: {owner: team-web, tier: "1"}
    policy: {min_score: null}
exceptions:
  - {id: EX-7, rule: dns.*, target: "*.Example.com", reason: "move of OPS-12", owner: alice, expires: 2027-03-31}
sites:
  - domain: shop.example.com
    functions: [{id: pay_out, needs: [], requires: [web]}]
"""
TODAY = date(2028, 2, 29)
LAYERS = """\
policy:
  extends: [baseline, resilient]
  min_score: 33
  roles:
    dns: {min_providers: 3}
  providers: [{id: epik}, {id: aws}]
targets:
  - match: ["*.example.com"]
    policy:
      extends: [regulated]
      min_score: null
      roles: {dns: {independent_by: [parent]}}
      providers: []
"""
