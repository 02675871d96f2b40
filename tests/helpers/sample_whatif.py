"""What-if answers, a matrix, candidates, scenarios and a working, made by hand: one of each document but the report."""

from __future__ import annotations

import math

import msgspec

from helpers.sample_report import AT
from hostaudit.model.data import DATA_SCHEMA, DataItem, DataStatus
from hostaudit.model.evidence import Target
from hostaudit.model.match import (
    MATCHED_SCHEMA,
    PROVIDER_SCHEMA,
    PROVIDERS_SCHEMA,
    STATS_SCHEMA,
    Clue,
    KnownRow,
    Match,
    Matched,
    OwnerRow,
    ProviderList,
    ProviderRow,
    ProviderSheet,
    ProviderStats,
    UnknownRow,
)
from hostaudit.model.report import (
    GRAPH_SCHEMA,
    Graph,
    GraphFunction,
    GraphGate,
    GraphLeaf,
    GraphSwitch,
    Hours,
    NotAssessed,
    Run,
    WorkingCompany,
    WorkingEnd,
    WorkingFunction,
)
from hostaudit.model.rules import Feed, HeaderClue, Provider, Publication, Samples, Sources, Upstream
from hostaudit.model.scenario import LIBRARY_SCHEMA, Event, Expectation, Library, Scenario, SourceText
from hostaudit.model.whatif import (
    FALLBACKS_SCHEMA,
    MATRIX_SCHEMA,
    WHATIF_SCHEMA,
    Bound,
    Candidate,
    EventOutcome,
    Excluded,
    Fallbacks,
    FunctionOutcome,
    Gap,
    Interval,
    Matrix,
    MatrixRow,
    Standby,
    WhatIf,
)
from hostaudit.model.working import WORKING_SCHEMA, Working

TARGET = Target("captive.com", "captive.com", ("captive.com", "www.captive.com"))
RUN = Run(AT, AT, "192.0.2.53", "local", "0.1.0", "abc")


def event(identity, at_hours, actor, name, layer, action, **more) -> EventOutcome:
    fields = {"at": None, "scope": "customer", "notice_hours": None, "duration_hours": None, "certainty": "stated"}
    fields |= {"applies": "yes", "bound": (), "functions": ()}
    return EventOutcome(identity, at_hours, actor=actor, actor_name=name, layer=layer, action=action, **fields | more)


def fate(identity, *intervals, effect="down", hours=None, **more) -> FunctionOutcome:
    usual = sum((each.to_hours or 14448) - each.from_hours for each in intervals if each.state == "down")
    degraded = sum((each.to_hours or 14448) - each.from_hours for each in intervals if each.state == "degraded")
    band = hours or Hours(usual, usual, usual)
    return FunctionOutcome(identity, effect, usual, degraded, band, tuple(intervals), **more)


PLAY = Bound("provider", "google-play", "Google Play")
EVENTS = (
    event(
        "no-njalla", 100, "njalla", "Njalla", "registrar", "refuse", at="2021-01-13T04:00:00Z", applies="no",
        reason="a refusal",
    ),
    event(
        "play", 0, "google-play", "Google Play", "app_store", "remove", at="2021-01-09T00:00:00Z", notice_hours=0.0,
        duration_hours=14448.0, bound=(PLAY,), functions=("install_android",),
    ),
    event(
        "ios", 25, "apple-app-store", "App Store", "app_store", "remove", at="2021-01-10T01:00:00Z",
        notice_hours=24.0, duration_hours=3072.0, bound=(Bound("provider", "apple-app-store", "App Store"),),
        functions=("install_ios",),
    ),
    event(
        "sms", 40, "twilio", "Twilio", "messaging", "terminate", at="2021-01-10T16:00:00Z", applies="not_assessed",
        reason="who sends SMS cannot be seen from outside",
    ),
    event(
        "cloud", 55.98, "aws", "Amazon Web Services", "hosting", "suspend", at="2021-01-11T07:59:00Z",
        notice_hours=29.0, bound=(Bound("provider", "ovh", "OVH", one_of=1),),
        functions=("resolve", "web", "web:api.captive.com"), reason="the account is closed, whatever product it is",
    ),
    event(
        "desk", 56, "zendesk", "Zendesk", "support", "terminate", at="2021-01-11T08:00:00Z",
        bound=(Bound("provider", "help", "Help Ltd"),), certainty="judged",
    ),
    event(
        "no-gcp", 56, "google-cloud", "Google Cloud", "hosting", "refuse", at="2021-01-11T08:00:00Z",
        certainty="judged",
    ),
    event(
        "host-ok", 896, "skysilk", "SkySilk", "hosting", "accept", at="2021-02-15T08:00:00Z", applies="no",
        reason="the site does not use SkySilk",
    ),
)  # fmt: skip


def down(start, end, basis="recorded", state="down") -> Interval:
    return Interval(start, end, state, basis)


FATES = (
    fate("resolve", down(55.98, 103.98, "measured")),
    fate("web", down(55.98, 895.98, "estimated"), hours=Hours(48, 360, 1008)),
    fate("web:api.captive.com", down(55.98, 56.73, "declared"), via=("OVH standby",), hours=Hours(0.75, 0.75, 0.75)),
    fate("install_ios", down(25, 3097), effect="no_new_installs"),
    fate("install_android", down(0, None), effect="no_new_installs", remains=("F-Droid",)),
    fate("mail_receive"),
    fate("mail_send", down(55.98, 79.98, "estimated", "degraded"), effect="degraded"),
    fate("pay", effect="not_assessed", assessed=False),
)
STANDBYS = (
    Standby(
        "hosting", "hetzner", "www.captive.com", "independent", 56.73, ("answers as captive.com", "45 min by hand")
    ),
    Standby("registrar", "gandi", "captive.com", "declared", None, ("locked until 2021-03-10",)),
)
EXCLUDED = (
    Excluded("google-cloud", "unlikely to accept", "no-gcp", "judged"),
    Excluded("njalla", "refuses", "no-njalla", "stated"),
    Excluded("route53", "shares parent amazon"),
    Excluded("gandi", "only declared"),
    Excluded("another-registrar", "transfer lock: blocked for 5 days more"),
)
UNSEEN = (
    NotAssessed("twilio (sms)", "who sends SMS cannot be seen from outside"),
    NotAssessed("payments", "cannot be seen from outside"),
    NotAssessed("staff login", "not declared"),
)


def whatif(**changes) -> WhatIf:
    """The replay of Parler's days on a site that is not Parler."""
    fields = {
        "schema": WHATIF_SCHEMA, "target": TARGET, "run": RUN, "kind": "scenario", "id": "parler-2021",
        "title": "Stores, cloud and vendors leave in three days", "t0": "2021-01-09T00:00:00Z",
        "horizon_hours": 14448.0, "binding": "role", "confidence": "high",
        "summary": "New Android installs go first, at once and without notice; the web site follows after 56 hours.",
        "events": EVENTS, "functions": FATES, "fallbacks": STANDBYS, "excluded": EXCLUDED, "not_assessed": UNSEEN,
        "first_loss": "install_android", "shortest_notice_hours": 0.0,
        "longest_loss": "install_android",
        "before_the_next": ("status page on another name and host", "rehearse the switch to the standby"),
        "history": "Parler's web site was down for 35 days.", "lesson": "Portable software is no fallback.",
        "sources": {f"P{n}": f"Newspaper {n}: a report https://news.example/{n}" for n in range(1, 6)},
    }  # fmt: skip
    return WhatIf(**fields | changes)


def drop(**changes) -> WhatIf:
    """Somebody ends service on a made-up clock."""
    gone = event(
        "drop-amazon", 0, "amazon", "Amazon", "", "terminate", notice_hours=24.0,
        bound=(Bound("parent", "amazon", "Amazon"),), functions=("web",),
    )  # fmt: skip
    fields = {
        "kind": "drop", "id": "amazon", "title": "Amazon ends service", "t0": None, "events": (gone,),
        "functions": (
            fate("web", down(0, 360, "estimated"), hours=Hours(48, 360, 1008)),
            fate("renew_certificate", down(2136, 2137), effect="cannot_renew"),
            fate("mail_receive", down(0, 4, "measured", "degraded"), effect="degraded", remains=("mx2 at Fastmail",)),
            fate("install_android", via=("F-Droid",)),
            fate("pay", effect="not_assessed", assessed=False),
        ),
        "summary": "Without Amazon the web site is down at once, for about 15 days (2 to 42 days).",
        "first_loss": "", "longest_loss": "", "before_the_next": (), "history": "", "lesson": "", "sources": {},
    }  # fmt: skip
    return whatif(**fields | changes)


def matrix(**changes) -> Matrix:
    functions = ("resolve", "web", "web:api.captive.com", "mail_receive", "install_ios", "install_android", "pay")

    def row(identity, *hours, applies=True):
        return MatrixRow(identity, identity, applies, dict(zip(functions, hours, strict=False)))

    fields = {
        "schema": MATRIX_SCHEMA, "target": TARGET, "run": RUN, "functions": functions, "not_assessed": UNSEEN,
        "rows": (
            row("fastly-2021", 0, 0.75, 0.01, 0, 0, 0, None),
            row("parler-2021", 48, 840, 0.75, 0, 3072, 14392, None),
            row("denic-2026", applies=False),
            row("zoom-2025", 2, 2, 2, 2, 2, 2),
            row("ovh-fire-2021", applies=False),
        ),
    }  # fmt: skip
    return Matrix(**fields | changes)


def candidate(provider, name, *, independent=True, **more) -> Candidate:
    fields = {"parent": provider, "jurisdiction": "DE", "reasons": ("shares no parent",)}
    return Candidate(provider, name, independent=independent, **fields | more)


def fallbacks(**changes) -> Fallbacks:
    hosts = (
        *(candidate(f"host-{n}", f"Host {n}") for n in range(10)),
        candidate("azure", "Azure", usual=True, history=("judged unlikely in parler-2021",), jurisdiction="US"),
        candidate("google-cloud", "Google Cloud", usual=True, independent=False, reasons=("shares parent alphabet",)),
        candidate("njalla", "Njalla", jurisdiction=None, history=("refused in parler-2021",), reasons=()),
        candidate("amazon-lightsail", "Lightsail", independent=False, reasons=("shares parent amazon",)),
    )
    fields = {
        "schema": FALLBACKS_SCHEMA, "target": TARGET, "run": RUN, "parents": ("amazon", "alphabet"),
        "jurisdictions": ("US",),
        "gaps": (
            Gap("amazon", "Amazon", "hosting", ("web", "web:api.captive.com"), hosts),
            Gap("verisign", "", "registry", ("resolve",), ()),
        ),
    }  # fmt: skip
    return Fallbacks(**fields | changes)


def scenario(**changes) -> Scenario:
    fields = {
        "id": "parler-2021", "title": "Stores, cloud and vendors leave in three days", "kind": "provider_action",
        "cause": "policy", "t0": "2021-01-09T00:00:00Z", "horizon_hours": 14448.0, "verified_on": "2026-11-20",
        "confidence": "high", "outcome": "The web site was down for 35 days.", "lesson": "Portable is no fallback.",
        "sources": {
            "P1": SourceText("Engadget on the suspension", "https://www.engadget.example/a"),
            "P5": SourceText("The order of the court", kind="court"),
        },
        "events": (
            Event("play", "google-play", "app_store", "remove", 0, ("P1",), name="Google Play", parent="alphabet",
                    platform="android", notice_hours=0.0, duration_hours=14448.0),
            Event("cloud", "aws", "hosting", "suspend", 55.98, ("P1", "P5"), grace="ttl", note="answers 403"),
            Event("no-gcp", "google-cloud", "hosting", "refuse", 56, ("P1",), certainty="judged"),
            Event("host-ok", "skysilk", "hosting", "accept", 896, (), restores=("cloud",), certainty="observed"),
        ),
        "before": "Ask a second host today.", "recalled": ("the exact day of the return",),
        "assert_history": (
            Expectation("examples/parler-2021", {"web": (820, 860)}, excluded={"njalla": "refuses"}),
            Expectation("examples/other", {}, site="other.yaml"),
        ),
    }  # fmt: skip
    return Scenario(**fields | changes)


def library(*scenarios) -> Library:
    other = scenario(
        id="denic-2026", title="A TLD's signatures fail", kind="technical_outage", t0="2026-05-05T19:30:00Z"
    )
    return Library(LIBRARY_SCHEMA, scenarios or (scenario(), other))


WEIGHTS = {"web": 0.5, "mail_receive": 0.12, "install_ios": 0.1}


def worked(parent, name, factor, **hours) -> WorkingCompany:
    """A company with the numbers that the formula gives."""
    functions = tuple(
        WorkingFunction(each, WEIGHTS[each], lost, min(1.0, math.log(1 + lost) / math.log(721)))
        for each, lost in hours.items()
    )
    whole = sum(each.weight * each.harm for each in functions)
    return WorkingCompany(parent, name, factor * whole, factor, functions, factor < 1)


def working(**changes) -> Working:
    worst = worked("amazon", "Amazon", 1.0, web=1000.0, install_ios=100.0)
    second = worked("apple", "Apple", 1.0, install_ios=100.0)
    name = worked("verisign", "Verisign", 0.05, web=48.0, mail_receive=48.0, install_ios=48.0)
    others = tuple(WorkingCompany(f"p{n}", f"P{n}", 0.001, 0.05, (), name_only=True) for n in range(8))

    def end(which, *companies):
        value, weight = 100.0, 1.0
        for each in companies:
            if not each.name_only:
                value, weight = value * (1 - weight * each.exposure), weight * 0.25
        value *= 1 - max((each.exposure for each in companies if each.name_only), default=0.0)
        return WorkingEnd(which, round(value, 1), companies)

    fields = {
        "schema": WORKING_SCHEMA, "target": TARGET,
        "formula": ("exposure(company) = factor x sum of weight x harm",),
        "weights": WEIGHTS,
        "constants": {"full_harm_hours": 720.0, "further_weight": 0.25},
        "ends": (end("low", worst, second, name, *others), end("high", name)),
        "reasons": {"full_harm_hours": "after thirty days an audience has moved on"},
    }  # fmt: skip
    return Working(**fields | changes)


def data(*items) -> DataStatus:
    fetched = DataItem(
        "aws", "range-feeds", "ok", "fetched", ("https://x.example/ranges.json",), "2021-01-01", 8, 13344, 2_063_224,
        "as Amazon says", "2021-01-02T00:00:00Z", "0" * 64,
    )  # fmt: skip
    rows = (
        DataItem(
            "origin-table", "origin-table", "stale", "shipped", ("a", "b", "c"), "2020-06-17", 206, 515146, 2_440_800,
            "CC BY 4.0", note="older than 90 days", next="hostaudit data update origin-table",
        ),
        fetched,
        DataItem("rdap-bootstrap", "rdap-bootstrap", "damaged", "fetched", date="2020-12-01", note="torn", next="u"),
        DataItem("azure", "range-feeds", "not_fetched", "none", next="hostaudit data update azure"),
    )  # fmt: skip
    return DataStatus(DATA_SCHEMA, "2021-01-09T12:00:00Z", "/home/ann/.local/share/hostaudit", items or rows)


def providers(*rows) -> ProviderList:
    usual = (
        ProviderRow("route53", "Amazon Route 53", "amazon", "Amazon", "US", ("dns", "registrar")),
        ProviderRow("njalla", "Njalla", "njalla", "Njalla", None, ("registrar", "object_storage")),
    )
    return ProviderList(PROVIDERS_SCHEMA, rows or usual)


def provider(**changes) -> ProviderSheet:
    record = Provider(
        id="route53",
        name="Amazon Route 53",
        roles=("dns", "registrar"),
        samples=Samples(("ns ns-1.awsdns-00.com",)),
        parent="amazon",
        sources=Sources(names=("zone", "documentation, 2026")),
        asns=(64500,),
        ns_patterns=(r"ns-\d+\.awsdns-\d\d\.com",),
        headers=(HeaderClue("server", "^r53$"), HeaderClue("x-r", ".", weak=True)),
        feeds=(Feed("https://ranges.example/r.json", "aws"),),
        depends_on=(Upstream("verisign", "status page, 2026", "for .com"),),
        account="aws",
        usual=("dns",),
        sold=False,
        note="A note.",
    )
    fields = {
        "schema": PROVIDER_SCHEMA, "provider": record, "jurisdiction": "US",
        "owners": (OwnerRow("amazon", "Amazon", "US", "annual report, 2026"), OwnerRow("top", "Top", None, "")),
        "siblings": ("aws", "cloudfront"), "needed_by": ("someone",),
        "publications": {"zone": Publication("A zone", "2026-08", "CC0", "https://zone.example/")},
    }  # fmt: skip
    return ProviderSheet(**fields | changes)


def matched(*matches) -> Matched:
    clue = Clue("route53", "registrar", "IANA id 468", 0.98, "468")
    usual = Match("route53", "amazon", "registrar", 0.78, (clue,), "Amazon Route 53", ("registrar",), ("name Other",))
    return Matched(MATCHED_SCHEMA, "468", ("asn", "registrar id"), matches or (usual,))


def provider_stats(**changes) -> ProviderStats:
    fields = {
        "schema": STATS_SCHEMA, "source": "fleet.zone", "names": 9, "references": 5, "attributed": 3,
        "other_records": 2, "unread": 1, "known": (KnownRow("route53", "Amazon Route 53", "amazon", 3),), "groups": 1,
        "unknown": (UnknownRow("ns", "op.example", 2, ("ns1.op.example",), "id: op\nns: [op.example]\n"),),
    }  # fmt: skip
    return ProviderStats(**fields | changes)


def graph(**changes) -> Graph:
    switch = GraphSwitch("dns:he:ns5.he.net", automatic=False, hours=Hours(1, 24, 48))
    gates = {
        "served": GraphGate("standby", ("ns1", "spare"), "served_or_standby", ("captive.com",), (switch,)),
        "function:web": GraphGate("all", ("served", "page"), "function", ("web",)),
    }
    event = GraphLeaf("dns", "ns1.captive.com", "certain", {"parent": ("amazon",)}, Hours(0.1, 26, 72), direct=True)
    leaves = {"ns1": event, "spare": msgspec.structs.replace(event, certainty="hoped", hours=None)}
    function = GraphFunction("web", "function:web", 0.5, "yes", "down", "up", ("ns1", "beside"))
    fields = {"functions": (function,), "gates": gates, "leaves": leaves, "times": {}, "horizon_hours": 720}
    return Graph(**{"schema": GRAPH_SCHEMA, "target": TARGET} | fields | changes)


DOCUMENTS = {
    "whatif": whatif,
    "graph": graph,
    "drop": drop,
    "matrix": matrix,
    "fallbacks": fallbacks,
    "scenario": scenario,
    "library": library,
    "working": working,
    "data": data,
    "providers": providers,
    "provider": provider,
    "matched": matched,
    "coverage": provider_stats,
}
