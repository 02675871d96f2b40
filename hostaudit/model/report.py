"""The report, which is the main result (``hostaudit.report/1``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from hostaudit.model.evidence import Evidence, Target
from hostaudit.model.roles import Role
from hostaudit.model.verdict import NAME_RULES, Outcome, Severity, Verdict, Weight

REPORT_SCHEMA: Literal["hostaudit.report/1"] = "hostaudit.report/1"

DomainKind = Literal["parent", "provider", "account", "control_plane", "tld", "asn", "prefix", "region", "jurisdiction"]
"""*account*: the customer account under which products are sold together; *control_plane*: the console and API through
which the content of the account is changed. Neither is observed; both follow from the provider."""
Grade = Literal["declared", "configured", "probed", "independent"]
Effect = Literal["down", "degraded", "no_new_installs", "cannot_renew", "not_assessed"]
FunctionState = Literal["up", "down", "degraded", "unknown", "not_applicable", "not_assessed"]
IDLE: tuple[FunctionState, ...] = ("not_applicable", "not_assessed")
"""The states of functions that do not count: the site has none, or nothing showed whether it has one."""


class Dependency(Struct, frozen=True):
    """A provider on which a subject rests, in one role. ``confidence`` is 0 to 1; see ``attribution`` for the table.

    ``contradicts``: evidence that names another company; ``against``: the clues in it and the names, as words.
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
    """The effect on one function if one company ends service: hours lost, the harm of that, and its weight."""

    id: str
    weight: float
    hours: float
    harm: float


class WorkingCompany(Struct, frozen=True):
    """One company in the working of a score. ``exposure`` is the weighted mean of harm times ``factor``, which is
    below 1 for a company that is only a registry or registrar."""

    parent: str
    name: str
    exposure: float
    factor: float
    functions: tuple[WorkingFunction, ...]


class WorkingEnd(Struct, frozen=True):
    """The calculation of one end of the score: the worst companies first, of which the first two count."""

    end: Literal["low", "high"]
    score: float
    companies: tuple[WorkingCompany, ...]


class Score(Struct, frozen=True):
    """The score, 0 to 100. ``coverage`` is the share, 0 to 1, of the legs looked at whose operator and state are known.

    ``working`` shows both ends step by step; ``hostaudit explain score`` prints it."""

    low: float
    high: float
    coverage: float
    working: tuple[WorkingEnd, ...] = ()


Liveness = Literal["", "answers", "not_asked"]


class Leg(Struct, frozen=True):
    """One of the alternatives on which a function rests, and all providers that it needs.

    ``state``: *known* if its operators are known and nothing shows that it does not work. ``liveness``: *answers* if it
    was asked itself and serves, *not_asked* if it was not, empty where neither can be said."""

    role: str
    subject: str
    providers: tuple[str, ...]
    state: Literal["known", "unknown", "failed"]
    because: tuple[str, ...]
    note: str = ""
    liveness: Liveness = ""


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
    """One summand of a time: *measured* at the site or *assumed*, with its source."""

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
    """A failure domain that ends functions alone. ``name_only``: it does so only through a registry or registrar."""

    failure_domain: FailureDomain
    order: int
    functions: tuple[FunctionImpact, ...]
    because: tuple[str, ...]
    roles: tuple[str, ...] = ()
    exposure: float = 0.0
    name_only: bool = False


class CutSet(Struct, frozen=True):
    """Failure domains of one kind that end a function together, and would not if one of them did not fail."""

    kind: DomainKind
    function: str
    members: tuple[str, ...]


def web_app_at(host: str) -> str:
    """Return the name, in a report, of the web app of a host as a way to install."""
    return f"web app at {host}"


def package_at(host: str) -> str:
    """Return the name, in a report, of a package that a host offers as a way to install."""
    return f"direct package at {host}"


class Fallback(Struct, frozen=True):
    """A fallback, graded by proof, which is *open* if the question that decides it has no answer. ``backs_up``: what it
    would replace; ``id``: as declared; ``name``: the provider's, for people."""

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
    ``baseline``. ``verdict`` is its effect on the verdict of the report, empty if it has none. ``effect``: what it does
    to the site, a sentence for people. ``down_now``: the functions that it shows not to work now; such a finding fails
    a report without any policy."""

    rule: str
    outcome: Outcome
    severity: Severity
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
    verdict: Weight = ""
    effect: str = ""
    down_now: tuple[str, ...] = ()


def name_is_gone(findings: Iterable[Finding]) -> bool:
    """True if the name of the site is not in the zone of its registry, so that there is nothing else to judge."""
    return any(each.rule in NAME_RULES and "resolve" in each.down_now for each in findings)


class ExceptionNote(Struct, frozen=True):
    """An exception of the policy and its state in this report. ``days_left`` counts whole days after today; None for
    one without end. ``findings``: fingerprints of those that it covers, or would cover if it had not ended;
    ``warning``: the action that it needs."""

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
    """The score of one role: 100 less the exposure to the worst company in it, both ends."""

    role: str
    score: ScoreInterval
    providers: tuple[str, ...] = ()


class PolicyNote(Struct, frozen=True):
    """The policy by which a report was judged, and the place of the target in it (line from 1), for tools that show
    it."""

    source: str
    line: int
    extends: tuple[str, ...] = ()
    notice_hours: float = 0.0
    rules: tuple[str, ...] = ()


HIDDEN_ORIGIN = "hidden_behind_cdn"
"""The cause of an unknown origin behind a content network."""


class UnknownFact(Struct, frozen=True):
    """A question without an answer. ``provider``: of a hidden origin, the content network before it."""

    role: str
    subject: str
    cause: str
    retryable: bool
    detail: str = ""
    evidence: str = ""
    provider: str | UnsetType = UNSET


class NotAssessed(Struct, frozen=True):
    what: str
    why: str


class Caveat(Struct, frozen=True):
    """Something that limits the whole report, said at its head. *direct_dns*: the name servers of the zone ``subject``
    could not be asked directly. ``text``: a sentence for people."""

    kind: Literal["direct_dns"]
    subject: str
    text: str
    because: tuple[str, ...] = ()


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
    """The whole document. ``names``: the names of companies and products, by id; ``cut_set_limits``: the places where
    the listed cut sets are a lower bound."""

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
    caveats: tuple[Caveat, ...] = ()
