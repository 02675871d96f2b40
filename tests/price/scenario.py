"""A recorded incident: one file."""

from __future__ import annotations

from price.patched_copy import Price, new

PRICE = Price(
    most=1,
    patch={
        "rules/scenarios/price-2026.yaml": new(
            """\
id: price-2026
title: "A made-up host stops for six hours"
kind: technical_outage
cause: software_bug
t0: "2026-01-05T09:00:00Z"
horizon_hours: 48
verified_on: "2026-11-20"
confidence: high
outcome: "Sites of a made-up host answered errors for six hours."
lesson: "A second host that serves at the same time loses nothing."
before: "Let a second host serve some of the traffic every day."
sources:
  made-up:
    title: "Made up for a test"
    url: "https://host.example/incident"
    kind: primary
events:
  - id: host
    actor: hetzner
    layer: hosting
    action: outage
    scope: global
    at_hours: 0
    notice_hours: 0
    duration_hours: 6
    sources: [made-up]
"""
        )
    },
    checks=("documents/test_scenarios.py",),
    shows=("whatif", "{root}/examples/parler-2021/evidence.json", "--scenario", "price-2026"),
    expect=("Let a second host serve some of the traffic every day.", "Sites of a made-up host answered errors"),
)
