"""Something that happened once, as data that can happen again to another site (``rules/scenarios/*.yaml``)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

LIBRARY_SCHEMA: Literal["hostaudit.scenarios/1"] = "hostaudit.scenarios/1"

Action = Literal[
    "terminate", "suspend", "remove", "revoke", "delete", "distrust", "expire", "outage", "degrade", "refuse", "accept"
]
Layer = Literal[
    "registry",
    "registrar",
    "dns",
    "cdn",
    "hosting",
    "ip_transit",
    "tls",
    "app_store",
    "mail",
    "messaging",
    "payments",
    "identity",
    "support",
    "third_party_js",
    "ci_deploy",
    "data_backup",
]
Binding = Literal["role", "literal"]


class SourceText(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a fact was read. ``kind``: primary, court, press, trade, analysis, data ..."""

    title: str
    url: str = ""
    kind: str = "press"


class Event(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One act of one actor, on the clock of its scenario.

    ``at_hours`` counts from ``t0`` to the effect; ``notice_hours`` from being told to the effect (None: unknown, taken
    as 0 and said); ``duration_hours`` None: until an ``accept`` that names it in ``restores``, else unknown.
    ``scope``: *customer* and *country* end an account with all of its products, *product* and *global* one provider's
    product and what rests on it, *region* that product where it stands in ``region``, *tld* every name in ``tld``.
    ``bind``: *role* means whoever fills the role at the site, *literal* only this actor; empty: as the scenario says.
    ``grace``: *ttl* if caches keep things alive for the measured TTL first.
    """

    id: str
    actor: str
    layer: str
    action: str
    at_hours: float
    sources: tuple[str, ...]
    scope: str = "customer"
    name: str = ""
    parent: str = ""
    platform: str = ""
    region: str = ""
    tld: str = ""
    bind: str = ""
    notice_hours: float | None = None
    duration_hours: float | None = None
    certainty: str = "stated"
    restores: tuple[str, ...] = ()
    grace: str = "none"
    note: str = ""


class Expectation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a replay on the graph of the victim must give: hours down as [least, most] by function, and providers that
    must be among the excluded, with a word of the reason."""

    subject: str
    down_hours: dict[str, tuple[float, ...]]
    site: str = ""
    excluded: dict[str, str] = {}


class Scenario(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole incident. ``t0`` is UTC; ``horizon_hours`` ends the clock; ``outcome`` is what history says, in a
    sentence; ``recalled`` lists what rests on memory only, which ``lint`` reports."""

    id: str
    title: str
    kind: str
    cause: str
    t0: str
    horizon_hours: float
    verified_on: str
    confidence: str
    outcome: str
    lesson: str
    sources: dict[str, SourceText]
    events: tuple[Event, ...]
    bind: str = ""
    before: str = ""
    recalled: tuple[str, ...] = ()
    assert_history: tuple[Expectation, ...] = ()

    @property
    def binding(self) -> str:
        """How events bind that do not say: provider actions to whoever fills the role, outages to the provider."""
        return self.bind or ("role" if self.kind == "provider_action" else "literal")


class Library(Struct, frozen=True):
    """Several scenarios as a document (``hostaudit scenarios list``)."""

    schema: Literal["hostaudit.scenarios/1"]
    scenarios: tuple[Scenario, ...]
