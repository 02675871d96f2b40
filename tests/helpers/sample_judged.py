"""Reports as they come out of judging, made by hand: one for each way to a verdict."""

from __future__ import annotations

from msgspec import structs

from helpers.sample_report import SPOFS, UNKNOWNS, evidence, report
from hostaudit.model.report import Dependency, ExceptionNote, Finding, PolicyNote, Report, RoleScore, ScoreInterval
from hostaudit.model.values import Certificate, CertificateName

POLICY = PolicyNote("conf/hostaudit.yaml", 12, ("baseline",), 0.0, ("dns.min_providers", "score.min"))
EXCEPTION = ExceptionNote(
    "EX-7", "ca.*", "captive.com", "applied", "migration, ticket OPS-12", "alice@example.com", "2027-03-31", 41
)
CERTIFICATE = evidence(
    "tls",
    "captive.com 54.189.10.21",
    Certificate(
        host="captive.com",
        address="54.189.10.21",
        issuer=CertificateName("Let's Encrypt", "R11", "US"),
        names=("captive.com",),
        not_before="2021-01-01T00:00:00Z",
        not_after="2021-04-01T00:00:00Z",
        valid=True,
    ),
)


def finding(rule: str, outcome: str, verdict: str = "", **changes) -> Finding:
    fields = {
        "rule": rule,
        "outcome": outcome,
        "severity": "high",
        "confidence": 0.9,
        "subject": "captive.com",
        "message": f"{rule} was asked",
        "because": ("a:captive.com", "aaaa:captive.com"),
        "fix": "Serve the zone from two operators.",
        "code": "HA-DNS-002",
        "role": "dns",
        "provider": "route53",
        "verdict": verdict,
    }
    return Finding(**(fields | changes))


TOLD = finding("registration-end", "fail", severity="medium", code="HA-NAME-004", role="registrar", provider="")
PASSED = finding("score.min", "pass", code="HA-SCORE-001", role="", provider="")
FAILED = finding("dns.min_providers", "fail", "fail", fingerprint="f" * 32)
FAILED_LITTLE = finding("mail.min_providers", "fail", "fail", severity="low", code="HA-MAIL-002", role="mail")
OPEN = finding("ca.min_days_left", "unknown", "inconclusive", severity="medium", code="HA-CA-005", role="ca")
OPEN_FAILS = structs.replace(OPEN, verdict="fail")
WARNED = structs.replace(OPEN, verdict="")
EXCEPTED = finding("ca.min_providers", "fail", exception="EX-7", code="HA-CA-002", role="ca", provider="digicert")
KNOWN = finding("hosting.min_score", "fail", baseline=True, code="HA-HOSTING-001", role="hosting", provider="aws")


def judged(verdict: str, *findings: Finding, **changes) -> Report:
    """A report with these findings; what is unknown goes, unless the verdict is of it."""
    fields = {
        "policy": POLICY,
        "labels": {"owner": "team-web"},
        "roles": (RoleScore("dns", ScoreInterval(10, 20), ("route53",)),),
        "unknowns": UNKNOWNS if verdict == "inconclusive" else (),
        "names": {"amazon": "Amazon", "route53": "Amazon Route 53"},
        "evidence": (*report().evidence, CERTIFICATE),
        "exceptions_applied": (EXCEPTION,) if any(each.exception for each in findings) else (),
    }
    return report(verdict=verdict, findings=findings, **(fields | changes))


WAYS: dict[str, Report] = {
    "passes": judged("pass", PASSED),
    "passes, nothing asked": judged("pass"),
    "passes with an exception": judged("pass", PASSED, EXCEPTED),
    "passes but for the baseline": judged("pass", PASSED, KNOWN),
    "passes with a warning": judged("pass", PASSED, WARNED),
    "fails": judged("fail", PASSED, FAILED, OPEN, EXCEPTED),
    "fails a little": judged("fail", PASSED, FAILED_LITTLE),
    "fails for an unknown": judged("fail", PASSED, OPEN_FAILS),
    "fails for unknown ground": judged("fail", PASSED),
    "inconclusive": judged("inconclusive", PASSED, OPEN),
    "inconclusive for unknown ground": judged("inconclusive", PASSED),
    "inconclusive without a policy": report(verdict="inconclusive"),
    "not judged": report(),
    "told without a policy": report(findings=(TOLD, structs.replace(TOLD, severity="low"))),
    "told beside a policy": judged("pass", PASSED, structs.replace(TOLD, severity="high")),
    "does not exist": report(
        verdict="fail",
        findings=(finding("name-not-delegated", "fail", "fail", code="HA-NAME-001", role="", severity="critical"),),
        spofs=(),
    ),
}
"""By name, each way in which a verdict can come about."""


def everything() -> Report:
    """A report with something in every field that any format shows."""
    rows = (PASSED, FAILED, FAILED_LITTLE, OPEN, OPEN_FAILS, WARNED, EXCEPTED, KNOWN)
    unknown = Dependency(
        "mail:captive.com:x", "mail", "captive.com", "unknown:as64999", "unknown:as64999", None, 0.5, ()
    )
    return judged(
        "fail",
        *rows,
        unknowns=(*UNKNOWNS[:3], UNKNOWNS[-1]),
        spofs=SPOFS,
        dependencies=(*report().dependencies, unknown),
        exceptions_applied=(EXCEPTION, structs.replace(EXCEPTION, id="EX-8", state="expired", warning="it ended")),
    )
