"""The document that everything ends in (``hostaudit.report/1``)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from hostaudit.model.evidence import Evidence, Target
from hostaudit.model.roles import Role

REPORT_SCHEMA: Literal["hostaudit.report/1"] = "hostaudit.report/1"

Verdict = Literal["pass", "fail", "inconclusive", "not_judged"]
DomainKind = Literal["parent", "provider", "account", "control_plane", "tld", "asn", "prefix", "region", "jurisdiction"]
"""*account*: the customer account under which products are sold together; *control_plane*: the console and API through
which what is in it is changed. Neither is seen; both follow from who the provider is."""
Grade = Literal["declared", "configured", "probed", "independent"]
Effect = Literal["down", "degraded", "no_new_installs", "cannot_renew", "not_assessed"]
FunctionState = Literal["up", "down", "degraded", "unknown", "not_applicable"]


class Dependency(Struct, frozen=True):
    """Somebody on whom a subject rests, in one role. ``confidence`` is 0 to 1; see ``attribution`` for the table.

    ``contradicts``: evidence that names another company; ``against``: the clues in it and whom they name, as words.
    """

    id: str
    role: Role
    subject: str
    provider: str
    parent: str
    jurisdiction: str | None
    confidence: float
    because: tuple[str, ...]
    contradicts: tuple[str, ...] = ()
    name: str = ""
    clues: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


class Hours(Struct, frozen=True):
    low: float
    usual: float
    high: float


class ScoreInterval(Struct, frozen=True):
    low: float
    high: float


class WorkingFunction(Struct, frozen=True):
    """What the end of one company's service does to one function: hours lost, the harm of that, and its weight."""

    id: str
    weight: float
    hours: float
    harm: float


class WorkingCompany(Struct, frozen=True):
    """One company in the working of a score. ``exposure`` is the weighted mean of harm times ``factor``, which is
    below 1 for a company that holds nothing but names."""

    parent: str
    name: str
    exposure: float
    factor: float
    functions: tuple[WorkingFunction, ...]


class WorkingEnd(Struct, frozen=True):
    """How one end of the score came about: the worst companies first, of which the first two count."""

    end: Literal["low", "high"]
    score: float
    companies: tuple[WorkingCompany, ...]


class Score(Struct, frozen=True):
    """0 to 100. ``coverage`` is the share, 0 to 1, of the legs looked at whose operator and state are known.

    ``working`` shows both ends step by step; ``hostaudit explain score`` prints it."""

    low: float
    high: float
    coverage: float
    working: tuple[WorkingEnd, ...] = ()


class Leg(Struct, frozen=True):
    """One of the alternatives on which a function rests, and who must all keep it up."""

    role: str
    subject: str
    providers: tuple[str, ...]
    state: Literal["known", "unknown", "failed"]
    because: tuple[str, ...]
    note: str = ""


class Function(Struct, frozen=True):
    id: str
    state: FunctionState
    score: ScoreInterval
    legs: tuple[Leg, ...] = ()
    note: str = ""


class FailureDomain(Struct, frozen=True):
    kind: DomainKind
    id: str
    name: str = ""


class TimeTerm(Struct, frozen=True):
    """One summand of a time: *measured* at the site or *assumed*, and where it comes from."""

    of: Literal["time_to_impact", "time_to_recover"]
    hours: Hours
    how: Literal["measured", "assumed"]
    source: str
    because: tuple[str, ...] = ()


class FunctionImpact(Struct, frozen=True):
    """``basis`` says which numbers are measured and which are assumed from ``rules/recovery.yaml``; ``times`` gives
    each of them with its source. ``via``: the fallback that ends the loss."""

    id: str
    effect: Effect
    time_to_impact_hours: float
    time_to_recover_hours: Hours
    basis: str = ""
    times: tuple[TimeTerm, ...] = ()
    via: str = ""


class SinglePoint(Struct, frozen=True):
    """A failure domain that ends functions alone. ``name_only``: all it holds of order 1 is a registry or registrar."""

    failure_domain: FailureDomain
    order: int
    functions: tuple[FunctionImpact, ...]
    because: tuple[str, ...]
    roles: tuple[str, ...] = ()
    exposure: float = 0.0
    name_only: bool = False


class CutSet(Struct, frozen=True):
    """Failure domains of one kind that end a function together, and would not if one of them held."""

    kind: DomainKind
    function: str
    members: tuple[str, ...]


def web_app_at(host: str) -> str:
    """What a report calls the web app of a host as a way to install."""
    return f"web app at {host}"


def package_at(host: str) -> str:
    """What a report calls a package that a host offers as a way to install."""
    return f"direct package at {host}"


class Fallback(Struct, frozen=True):
    """Something that could take over, graded by proof, which is *open* if what would tell gave no answer.
    ``backs_up``: what it would replace; ``id``: as declared; ``name``: the provider's, for people."""

    role: str
    provider: str
    grade: Grade
    reasons: tuple[str, ...]
    backs_up: str = ""
    id: str = ""
    because: tuple[str, ...] = ()
    name: str = ""
    proof: Literal["passed", "failed", "open"] = "open"


class Finding(Struct, frozen=True):
    """One rule and its outcome. ``fingerprint`` stays the same while rule, subject, role and provider do; ``exception``
    is the id of the exception that covers it, which then does not count, nor does a failure that was in the
    ``baseline``. ``verdict`` is what it makes of the report's: empty if nothing."""

    rule: str
    outcome: Literal["pass", "fail", "unknown"]
    severity: Literal["low", "medium", "high", "critical"]
    confidence: float
    subject: str
    message: str
    because: tuple[str, ...]
    fix: str
    code: str = ""
    role: str = ""
    provider: str = ""
    fingerprint: str = ""
    exception: str = ""
    baseline: bool = False
    verdict: Literal["", "fail", "inconclusive"] = ""


class ExceptionNote(Struct, frozen=True):
    """An exception of the policy and what became of it in this report. ``days_left`` counts whole days after today;
    None for one without end. ``findings``: fingerprints of those that it covers, or would if it had not ended;
    ``warning``: what has to be done about it."""

    id: str
    rule: str
    target: str
    state: Literal["applied", "unused", "expired", "malformed"]
    reason: str
    owner: str
    expires: str
    days_left: int | None = None
    findings: tuple[str, ...] = ()
    review: str = ""
    warning: str = ""


class RoleScore(Struct, frozen=True):
    """How much of the score is lost in one role: 100 less what the worst company in it exposes, both ends."""

    role: str
    score: ScoreInterval
    providers: tuple[str, ...] = ()


class PolicyNote(Struct, frozen=True):
    """By which policy a report was judged, and where it names the target (line from 1), for tools that point at it."""

    source: str
    line: int
    extends: tuple[str, ...] = ()
    notice_hours: float = 0.0
    rules: tuple[str, ...] = ()


class UnknownFact(Struct, frozen=True):
    role: str
    subject: str
    cause: str
    retryable: bool
    detail: str = ""
    evidence: str = ""


class NotAssessed(Struct, frozen=True):
    what: str
    why: str


class Run(Struct, frozen=True):
    """The only part of a report that may differ between two runs over the same evidence. ``day``: of judging, UTC."""

    started: str
    finished: str
    resolver: str
    vantage: str
    tool_version: str
    rules_version: str
    data_versions: dict[str, str] = field(default_factory=dict)
    day: str = ""


class Report(Struct, frozen=True):
    """The whole document. ``names``: what companies and products are called, by id; ``cut_set_limits`` says where the
    cut sets listed are a lower bound."""

    schema: Literal["hostaudit.report/1"]
    target: Target
    run: Run
    verdict: Verdict
    summary: str
    score: Score
    functions: tuple[Function, ...]
    dependencies: tuple[Dependency, ...]
    spofs: tuple[SinglePoint, ...]
    cut_sets: tuple[CutSet, ...]
    fallbacks: tuple[Fallback, ...]
    findings: tuple[Finding, ...]
    unknowns: tuple[UnknownFact, ...]
    not_assessed: tuple[NotAssessed, ...]
    exceptions_applied: tuple[ExceptionNote, ...]
    evidence: tuple[Evidence, ...]
    cut_set_limits: tuple[str, ...] = ()
    names: dict[str, str] = {}
    labels: dict[str, str] = {}
    roles: tuple[RoleScore, ...] = ()
    policy: PolicyNote | None = None
