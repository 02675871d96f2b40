"""Scenarios: recorded incidents as data, for a replay at another site (``rules/scenarios/*.yaml``)."""

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
    """The source of a fact. ``kind``: primary, court, press, trade, analysis, data ..."""

    title: str
    url: str = ""
    kind: str = "press"


class Event(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One act of one actor, on the clock of its scenario.

    ``at_hours`` counts from ``t0`` to the effect; ``notice_hours`` from the notice to the effect (None: unknown, taken
    as 0 and reported so); ``duration_hours`` None: until an ``accept`` that names it in ``restores``, else unknown. An
    accept on another layer ends what it took over of the account, such as the name.
    ``scope``: *customer* and *country* end an account with all of its products, *product* and *global* one provider's
    product and everything that rests on it, *region* that product in ``region``, *tld* every name in ``tld``.
    ``bind``: *role* means the provider in the role at the site, *literal* only this actor; empty: as in the scenario.
    ``grace``: *ttl* where the sources tell that caches kept the name for some users; every replay reckons with that.
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
    """The result that a replay at the site of the incident must give: hours down as [least, most] by function, and
    providers that must be among the excluded ones, with a word of the reason. ``sources``: where the hours are told."""

    subject: str
    down_hours: dict[str, tuple[float, ...]]
    site: str = ""
    excluded: dict[str, str] = {}
    sources: tuple[str, ...] = ()


class Scenario(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole incident. ``t0`` is UTC; ``horizon_hours`` ends the clock; ``outcome`` is the recorded outcome, in a
    sentence; ``recalled`` lists the facts from memory only, which ``lint`` reports."""

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
        """The binding of events without ``bind``: provider actions to the provider in the role, outages to the
        actor."""
        return self.bind or ("role" if self.kind == "provider_action" else "literal")


class Library(Struct, frozen=True):
    """Several scenarios as a document (``hostaudit scenarios list``)."""

    schema: Literal["hostaudit.scenarios/1"]
    scenarios: tuple[Scenario, ...]
