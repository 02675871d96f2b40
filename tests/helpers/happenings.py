"""Scenarios and what they do to a site."""

from __future__ import annotations

import msgspec

from helpers.sites import Site, in_one_leg
from hostaudit import audit
from hostaudit.analysis.whatif import replay
from hostaudit.documents import rules
from hostaudit.model.rules import Provider, Samples, Upstream
from hostaudit.model.scenario import Event, Scenario, SourceText
from hostaudit.model.site import DeclaredFallback, Place
from hostaudit.model.whatif import WhatIf

SHIPPED = rules.shipped()
MADE_UP = (
    Provider("harbour", "Harbour", ("hosting",), Samples(()), asns=(64600,), cname=("harbour.example",),
             regions=(r".+\.([a-z]+-\d)\.harbour\.example",), jurisdiction="SE"),
    Provider("harbour-mail", "Harbour Mail", ("mail",), Samples(()), parent="harbour", mx=("mail.harbour.example",),
             account="harbour"),
    Provider("shed", "Shed", ("hosting",), Samples(()), asns=(64601,),
             depends_on=(Upstream("harbour", "its status page"),)),
)  # fmt: skip
RULES = msgspec.structs.replace(SHIPPED, version="made up for tests", providers=(*SHIPPED.providers, *MADE_UP))
HOSTING = RULES.recovery["hosting"]
USUAL = round(HOSTING.usual + 60 / 3600 / 2, 3)
"""Another host, and half the TTL of the addresses, in hours."""
HETZNER, OVH = 24940, 16276
WEB = "www.steady.org"
PAGE_AT = "51.38.99.20"
STANDBY = DeclaredFallback("hosting", "ovh", address=PAGE_AT, activation_hours=3.0)


def event(actor: str, layer: str, action: str = "terminate", at: float = 10.0, **more) -> Event:
    return Event(more.pop("id", actor), actor, layer, action, at, ("s",), **more)


def scenario(*events: Event, kind: str = "provider_action", horizon: float = 2000.0, **more) -> Scenario:
    return Scenario(
        id="sample-2021",
        title="Somebody leaves",
        kind=kind,
        cause="policy",
        t0="2021-01-09T00:00:00Z",
        horizon_hours=horizon,
        verified_on="2026-11-20",
        confidence="high",
        outcome="It was away for a while.",
        lesson="Have another.",
        sources={"s": SourceText("A paper", "https://paper.example/1")},
        events=events,
        **more,
    )


def replayed(site: Site, *events: Event, binding: str = "", renamed=None, **more) -> WhatIf:
    case = audit.understand(site.file(), RULES)
    return replay.replay(case, scenario(*events, **more), binding=binding, renamed=renamed)


def dropped(site: Site, *what: str, **more) -> WhatIf:
    return replay.drop(audit.understand(site.file(), RULES), what, **more)


def fate(answer: WhatIf, function: str):
    return next(each for each in answer.functions if each.id == function)


def down(answer: WhatIf, function: str) -> float:
    return fate(answer, function).down_hours


def first(answer: WhatIf):
    return answer.events[0]


def standing_by(**more) -> Site:
    """Web at one company, a proved standby at another."""
    site = in_one_leg().standby_page(WEB, (PAGE_AT, OVH))
    return site.declare(msgspec.structs.replace(STANDBY, **more))


def region(declared: str = "", *, name: str = "") -> Site:
    site = in_one_leg()
    for host, ip in (("steady.org", "203.0.113.1"), (WEB, "203.0.113.2")):
        site.web(host, (ip, 64600), chain=(f"x.{name}.harbour.example",) if name else ())
    places = (Place("203.0.113.1", declared), Place("203.0.113.2", declared)) if declared else ()
    return site.declare(places=places)
