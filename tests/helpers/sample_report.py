"""A small report made by hand, with something in every section."""

from __future__ import annotations

from hostaudit.model.evidence import Evidence, Target, Unknown
from hostaudit.model.report import (
    Dependency,
    FailureDomain,
    Fallback,
    Function,
    FunctionImpact,
    Hours,
    Leg,
    NotAssessed,
    Report,
    Run,
    Score,
    ScoreInterval,
    SinglePoint,
    UnknownFact,
)
from hostaudit.model.values import Addresses, Alias, Listing, Origin, Owner, Registration

AT = "2021-01-09T12:00:00Z"
HOST_LOST = Hours(48, 360, 1008)
BASIS = "recovery assumed from rules/recovery.yaml"


def evidence(kind, subject, value=None, source="192.0.2.53", **state) -> Evidence:
    return Evidence(f"{kind}:{subject}", kind, subject, source, AT, value=value, **state)


EVIDENCE = (
    evidence("a", "api.captive.com", Addresses((), ("54.189.10.22",), 60)),
    evidence("a", "captive.com", Addresses((), ("54.189.10.21",), 60)),
    evidence(
        "a", "www.captive.com", Addresses((Alias("www.captive.com", "d1.cloudfront.net", 60),), ("13.225.10.5",), 60)
    ),
    evidence("aaaa", "captive.com", absent="NODATA"),
    evidence("caa", "captive.com", unknown=Unknown("servfail")),
    evidence("listing", "google-play com.captive", Listing("google-play", "com.captive", "android", name="Captive")),
    evidence("origin", "54.189.10.21", Origin("54.189.0.0/16", (16509,), ("AMAZON-02",))),
    evidence("owner", "54.189.10.21", Owner("rdap", "54.184.0.0", "54.191.255.255", organisation="Amazon.com, Inc.")),
    evidence(
        "registration",
        "captive.com",
        Registration("rdap", "Amazon Registrar, Inc.", "468", expires="2022-05-01T00:00:00Z"),
    ),
    evidence("server", "captive.com ns-1.awsdns-00.com 205.251.192.1", unknown=Unknown("timeout")),
)

FUNCTIONS = (
    Function(
        "resolve",
        "up",
        ScoreInterval(8, 9),
        (
            Leg(
                "dns",
                "ns-1.awsdns-00.com",
                ("route53",),
                "unknown",
                ("server:captive.com ns-1.awsdns-00.com 205.251.192.1",),
            ),
            Leg("dns", "ns-513.awsdns-00.net", ("route53",), "known", (), liveness="answers"),
        ),
    ),
    Function(
        "web",
        "degraded",
        ScoreInterval(6, 12),
        (
            Leg("hosting", "54.189.10.21", ("aws",), "known", ("a:captive.com",)),
            Leg("hosting", "54.189.10.23", ("unknown:AS64999",), "failed", (), "refuses connections"),
        ),
        "served at www.captive.com",
    ),
    Function(
        "web:api.captive.com", "up", ScoreInterval(6, 12), (Leg("hosting", "54.189.10.22", ("aws",), "known", ()),)
    ),
    Function(
        "install_android",
        "unknown",
        ScoreInterval(0, 80),
        (Leg("app_store", "google-play com.captive", ("google-play",), "known", ()),),
    ),
    Function("mail_receive", "not_applicable", ScoreInterval(100, 100)),
)


def stop(identity, effect="down", hours=HOST_LOST, begins=0.0) -> FunctionImpact:
    return FunctionImpact(identity, effect, begins, hours, BASIS)


SPOFS = (
    SinglePoint(
        FailureDomain("parent", "amazon", "Amazon"),
        1,
        (
            stop("web"),
            stop("web:api.captive.com"),
            stop("renew_certificate", "cannot_renew", begins=2136.0),
            FunctionImpact(
                "mail_receive",
                "degraded",
                0.0,
                HOST_LOST,
                BASIS,
                time_to_impact=Hours(0, 1, 2),
                remains=("google-play",),
            ),
        ),
        ("a:api.captive.com", "a:captive.com", "origin:54.189.10.21", "owner:54.189.10.21", "registration:captive.com"),
        ("dns", "hosting"),
        0.94,
    ),
    SinglePoint(
        FailureDomain("parent", "alphabet", "Alphabet"),
        1,
        (stop("install_android", "no_new_installs", Hours(720, 2160, 14448)),),
        ("listing:google-play com.captive",),
        ("app_store",),
        0.05,
    ),
    SinglePoint(
        FailureDomain("parent", "verisign", "Verisign"),
        1,
        (stop("web"),),
        ("registration:captive.com",),
        ("registry",),
        0.02,
        True,
    ),
    SinglePoint(
        FailureDomain("asn", "AS16509", "AMAZON-02"), 1, (stop("web"),), ("origin:54.189.10.21",), ("hosting",), 0.9
    ),
    SinglePoint(FailureDomain("tld", "com", "the registry of .com"), 1, (stop("web"),), (), ("registry",), 0.9, True),
)

DEPENDENCIES = (
    Dependency(
        "hosting:captive.com:aws", "hosting", "captive.com", "aws", "amazon", "US", 0.95, ("a:captive.com",), name="AWS"
    ),
    Dependency(
        "dns:captive.com:route53", "dns", "captive.com", "route53", "amazon", "US", 0.95, (), name="Amazon Route 53"
    ),
)

UNKNOWNS = (
    UnknownFact("ca", "captive.com", "servfail", True, evidence="caa:captive.com"),
    *(UnknownFact("dns", f"captive.com ns-{n}.awsdns-00.com", "timeout", True) for n in range(40)),
    UnknownFact("origin", "www.captive.com", "hidden_behind_cdn", False, provider="cloudfront"),
)


DATA = {"origin-table": "2020-12-01", "public-suffix-list": "2020-10-01", "range-feeds": "2021-01-09"}


def report(**changes) -> Report:
    fields = {
        "schema": "hostaudit.report/1",
        "target": Target(
            "captive.com", "captive.com", ("captive.com", "www.captive.com", "api.captive.com"), ("api.captive.com",)
        ),
        "run": Run(AT, AT, "192.0.2.53", "local", "0.1.0", "abc", DATA),
        "verdict": "not_judged",
        "summary": "Amazon alone can take down captive.com and api.captive.com, at once; "
        "you would need about 15 days (2 to 42 days) to bring the web site back. "
        "No fallback was seen.",
        "score": Score(6, 12, 0.9),
        "functions": FUNCTIONS,
        "dependencies": DEPENDENCIES,
        "spofs": SPOFS,
        "cut_sets": (),
        "fallbacks": (Fallback("app_store", "f-droid", "probed", ("lists com.captive now",)),),
        "findings": (),
        "unknowns": UNKNOWNS,
        "not_assessed": (NotAssessed("payments", "payment processors cannot be seen from outside"),),
        "exceptions_applied": (),
        "evidence": EVIDENCE,
    }
    return Report(**(fields | changes))
