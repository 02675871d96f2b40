"""The report, which is the main result (``hostaudit.report/1``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field, structs

from hostaudit.model.evidence import Evidence, EvidenceRun, Target
from hostaudit.model.roles import Role
from hostaudit.model.verdict import NAME_RULES, Outcome, Severity, Verdict, Weight, exit_code

REPORT_SCHEMA: Literal["hostaudit.report/1"] = "hostaudit.report/1"
SCORE_FORMULA = 2
"""The number of the formula of the score, counted up whenever it or its constants change, since scores of different
formulas are not compared. Formula 1 took the longest recovery on record, and the mean over functions."""
COMPANIES = 5
"""Number of companies that count in a score, the worst first; a sixth could not change it by a tenth of a point. What
nobody could name counts as all of them: open questions may conceal any number of companies, and a function that does
not work now is no better for the companies that the tree names."""
GRAPH_SCHEMA: Literal["hostaudit.graph/1"] = "hostaudit.graph/1"

DomainKind = Literal["parent", "provider", "account", "control_plane", "tld", "asn", "prefix", "region", "jurisdiction"]
"""*account*: the customer account under which products are sold together; *control_plane*: the console and API through
which the content of the account is changed. Neither is observed; both follow from the provider."""
Grade = Literal["declared", "configured", "probed", "independent"]
OwnGround = Literal["declared", "named", "guessed"]
"""Why something is taken for the site's own: the site file declares it, all that is known of its operator is the site's
own name, or what is seen from outside speaks for it. A guess counts for the high end of the score only."""
Effect = Literal["down", "degraded", "no_new_installs", "cannot_renew", "not_assessed"]
FunctionState = Literal["up", "down", "degraded", "unknown", "not_applicable", "not_assessed"]
IDLE: tuple[FunctionState, ...] = ("not_applicable", "not_assessed")
"""The states of functions that do not count: the site has none, or nothing showed whether it has one."""


RECEIVES_MAIL = "mail_receive"
RECEIVING: frozenset[FunctionState] = frozenset({"up", "degraded", "down"})
"""The states of that function at a site that has mail exchangers, whether they work or not."""


class Dependency(Struct, frozen=True):
    """A provider on which a subject rests, in one role. ``confidence`` is 0 to 1; see ``attribution`` for the table.

    ``because``: the evidence by which the site uses it, then the evidence that tells whose it is.
    ``contradicts``: evidence that names another company; ``against``: the clues in it and the names, as words.
    ``direct``: a record of the site itself names it; false for what its providers rest on. ``zones``: for a registry,
    registrar or name server, the zones for which it is used. Reports of older versions have neither.
    ``owner_jurisdiction``: the country of the last company above the provider, only if it is not ``jurisdiction``.
    ``own``: why the provider is taken for the owner of the site. ``places``: of a report on several places, those in
    which the site uses it, if these are not all.
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
    direct: bool | UnsetType = UNSET
    zones: tuple[str, ...] = ()
    owner_jurisdiction: str | UnsetType = UNSET
    own: OwnGround | UnsetType = UNSET
    places: tuple[str, ...] | UnsetType = UNSET


class Hours(Struct, frozen=True):
    low: float
    usual: float
    high: float


class ScoreInterval(Struct, frozen=True):
    low: float
    high: float


OutageClass = Literal["A", "B", "C", "D", "E"]
"""The longest usual outage of the web site that one company can cause: A below an hour, B below a day, C below three,
D below seven, E longer."""


class ClassInterval(Struct, frozen=True):
    """The class with what is unknown failing (low) and working (high)."""

    low: OutageClass
    high: OutageClass


class WorkingFunction(Struct, frozen=True):
    """The effect on one function if one company ends service: usual hours lost, the harm of that, and its weight."""

    id: str
    weight: float
    hours: float
    harm: float


class WorkingCompany(Struct, frozen=True, omit_defaults=True):
    """One company in the working of a score. ``exposure`` is the weighted sum of harm times ``factor``, which is
    below 1 for a company that is only a registry or registrar (``name_only``). ``as_name``: of a company that holds a
    name and provides more, the exposure that counts among names. ``functions``: those that it stops; none for companies
    whose exposures count little."""

    parent: str
    name: str
    exposure: float
    factor: float
    functions: tuple[WorkingFunction, ...]
    name_only: bool = False
    as_name: float = 0.0


class WorkingEnd(Struct, frozen=True, omit_defaults=True):
    """The calculation of one end of the score: the worst companies first, those that hold only names last. An end with
    the score of the end before it and without companies has the same ones."""

    end: Literal["low", "high"]
    score: float
    companies: tuple[WorkingCompany, ...] = ()


class Score(Struct, frozen=True):
    """The score, 0 to 100. ``coverage`` is the share, 0 to 1, of the legs looked at whose operator and state are known.

    ``working`` shows both ends step by step; ``hostaudit explain score`` prints it. ``formula``: the number of the
    formula; scores of different formulas are not compared. ``class_``: none for a site without web."""

    low: float
    high: float
    coverage: float
    working: tuple[WorkingEnd, ...] = ()
    formula: int = 1
    class_: ClassInterval | None = field(default=None, name="class")


Liveness = Literal["", "answers", "not_asked"]


class Leg(Struct, frozen=True, omit_defaults=True):
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


class Function(Struct, frozen=True, omit_defaults=True):
    """One function of the site. ``places``: of a report on several places, those in which it has this state, if these
    are not all; the legs are those of the worst of them."""

    id: str
    state: FunctionState
    score: ScoreInterval
    legs: tuple[Leg, ...] = ()
    note: str = ""
    places: tuple[str, ...] | UnsetType = UNSET


class FailureDomain(Struct, frozen=True):
    """``name_only``: it ends functions only through a registry or registrar. ``own``: why it is taken for the owner of
    the site; what is declared or named so can fail, but ends no contract. ``joined``: the ids of all companies that are
    guessed to be the owner and are told as one."""

    kind: DomainKind
    id: str
    name: str = ""
    name_only: bool = False
    own: OwnGround | UnsetType = UNSET
    joined: tuple[str, ...] | UnsetType = UNSET


class OwnParts(Struct, frozen=True):
    """What is taken for the site's own on one ground: the ``companies`` as which it was identified, their ``names``,
    the ``roles`` in which they serve, and ``reasons`` in words."""

    ground: OwnGround
    companies: tuple[str, ...]
    names: tuple[str, ...]
    roles: tuple[str, ...]
    reasons: tuple[str, ...]


def pairs_as_told(cut_sets: Iterable[CutSet], own: Iterable[OwnParts]) -> tuple[CutSet, ...]:
    """Return sets of several companies as they are told: those that are guessed to be the owner of the site are one
    party, and whether two of them fail together is not known."""
    guessed = {each for parts in own if parts.ground == "guessed" for each in parts.companies}
    first = min(guessed, default="")
    found: dict[tuple[str, frozenset[str]], CutSet] = {}
    for each in cut_sets:
        members = tuple(dict.fromkeys(first if member in guessed else member for member in each.members))
        if each.kind == "parent" and len(members) > 1:
            found.setdefault((each.function, frozenset(members)), structs.replace(each, members=members))
    smaller = {key for key in found if guessed.intersection(key[1])}
    return tuple(
        each
        for (function, members), each in found.items()
        if not any(other[0] == function and other[1] < members for other in smaller)
    )


class RecoveryNote(Struct, frozen=True):
    """A recovery that the owner declares for one role. ``age_days``: from the test to the scan. ``state``: *counts* for
    the high end of the score; or it counts nothing, as the test is *old* or lies in the *future* of the scan, or as the
    usual ``recorded`` time is no *longer* than the declared one. ``cases``, ``famous``: see ``TimeTerm``."""

    role: str
    hours: float
    tested: str
    age_days: int
    state: Literal["counts", "old", "future", "longer"]
    recorded: Hours
    cases: int
    famous: bool


class TimeTerm(Struct, frozen=True, omit_defaults=True):
    """One summand of a time: *measured* at the site or *assumed*, with its source. Of a time from rules/recovery.yaml:
    ``cases``, the number of recorded cases behind it, none for a judgement; ``famous``, they are those that the press
    told of, which may well have lasted longer than most."""

    of: Literal["time_to_impact", "time_to_recover"]
    hours: Hours
    how: Literal["measured", "assumed"]
    source: str
    because: tuple[str, ...] = ()
    cases: int | UnsetType = UNSET
    famous: bool | UnsetType = UNSET


class FunctionImpact(Struct, frozen=True, omit_defaults=True):
    """The effect of a loss on one function.

    ``time_to_impact``: hours from the loss until the first users, usually users, and the last users notice it, for a
    cache holds what is left of a TTL; ``time_to_impact_hours`` is its low end. ``time_to_recover_hours``: from the loss
    until the function works again or, if it is only degraded, until it is whole again. ``times``: for a function that
    stops, the summands of both, as ids in the ``times`` of the report; reports of older versions hold the summands
    themselves, and in ``basis`` a sentence that says which numbers are measured. ``basis``: from what the times of a
    function are estimated that is only degraded. ``via``: the fallback that ends the loss. ``remains``: the providers
    of the alternatives with which a degraded function goes on. ``places``: of a report on several places, those with
    this effect, if these are not all. ``decided_by``: of a company, the role in which the site itself uses what is back
    last in the usual case; empty if that serves a provider of the site only."""

    id: str
    effect: Effect
    time_to_impact_hours: float
    time_to_recover_hours: Hours
    basis: str = ""
    times: tuple[str | TimeTerm, ...] = ()
    via: str = ""
    time_to_impact: Hours | None = None
    remains: tuple[str, ...] = ()
    places: tuple[str, ...] | UnsetType = UNSET
    decided_by: str | UnsetType = UNSET

    @property
    def onset(self) -> Hours:
        """``time_to_impact``; in reports from before there was one, the scalar for all users."""
        least = self.time_to_impact_hours
        return self.time_to_impact or Hours(least, least, least)


class SinglePoint(Struct, frozen=True):
    """A failure domain that ends functions alone. ``name_only``: it does so only through a registry or registrar.
    ``roles``: those in which the site itself uses it; ``upstream_roles``: those in which only providers of the site do,
    by which it ends or worsens what it does not in the others. ``places``: of a report on several places, those in
    which it does, if these are not all."""

    failure_domain: FailureDomain
    order: int
    functions: tuple[FunctionImpact, ...]
    because: tuple[str, ...]
    roles: tuple[str, ...] = ()
    exposure: float = 0.0
    name_only: bool = False
    places: tuple[str, ...] | UnsetType = UNSET
    upstream_roles: tuple[str, ...] | UnsetType = UNSET


class CutSet(Struct, frozen=True, omit_defaults=True):
    """Failure domains of one kind that end a function together, and would not if one of them did not fail. ``hours``
    without the function if they do: of several companies or products only; single points give theirs. ``places``: of a
    report on several places, those in which they do, if these are not all."""

    kind: DomainKind
    function: str
    members: tuple[str, ...]
    hours: Hours | None = None
    places: tuple[str, ...] | UnsetType = UNSET


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
    a report without any policy. ``places``: of a report on several places, those with this outcome, if these are not
    all."""

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
    places: tuple[str, ...] | UnsetType = UNSET


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
    it. ``lines``: by rule, the line of its demand in the file itself."""

    source: str
    line: int
    extends: tuple[str, ...] = ()
    notice_hours: float = 0.0
    rules: tuple[str, ...] = ()
    lines: dict[str, int] = {}


HIDDEN_ORIGIN = "hidden_behind_cdn"
"""The cause of an unknown origin behind a content network."""


class UnknownFact(Struct, frozen=True):
    """A question without an answer. ``provider``: of a hidden origin, the content network before it. ``declare``: what
    the owner can write in the site file to settle it. ``places``: of a report on several places, those in which it has
    no answer, if these are not all."""

    role: str
    subject: str
    cause: str
    retryable: bool
    detail: str = ""
    evidence: str = ""
    provider: str | UnsetType = UNSET
    declare: str | UnsetType = UNSET
    places: tuple[str, ...] | UnsetType = UNSET


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
    """The only part of a report that may differ between two runs over the same evidence. ``day``: of judging, UTC.
    ``defects``: the errors of hostaudit itself during the scan, whose questions are unknown."""

    started: str
    finished: str
    resolver: str
    vantage: str
    tool_version: str
    rules_version: str
    data_versions: dict[str, str] = field(default_factory=dict)
    day: str = ""
    defects: tuple[str, ...] | UnsetType = UNSET


class GraphLeaf(Struct, frozen=True, omit_defaults=True):
    """A basic event: a party or a thing that can fail. docs/formats.md gives the rules by which it is evaluated.

    ``domains``: the failure domains in which it lies, ids by kind. ``hours``: its outage if it fails, the sum of
    ``times``; None if no end is known. ``begins``: hours until its failure is noticed; None for at once. ``after``:
    registrars that have to be replaced first if they fail too, ids of leaves, with the whole outage then.
    ``dependency``: the id of its row in the report, empty if it has none.
    """

    role: str
    subject: str
    certainty: Literal["certain", "uncertain", "unknown", "hoped", "failed"]
    domains: dict[DomainKind, tuple[str, ...]]
    hours: Hours | None
    times: tuple[str, ...] = ()
    begins: Hours | None = None
    after: dict[str, Hours | None] = {}
    place: Literal["serving", "standby", "upstream", "console"] = "serving"
    owned: bool = False
    names_only: bool = False
    direct: bool = False
    dependency: str = ""
    because: tuple[str, ...] = ()


class GraphSwitch(Struct, frozen=True, omit_defaults=True):
    """The switch of a standby gate to one of its standbys. ``hours``: how long it takes, the sum of ``times``; None if
    no end is known. ``automatic``: nobody has to act, so that nothing stops."""

    fallback: str
    automatic: bool
    hours: Hours | None
    times: tuple[str, ...] = ()


class GraphGate(Struct, frozen=True, omit_defaults=True):
    """A gate. *all*: it works if every child works; *any*: if one does; *standby*: if the first child works, else one
    of the others after its switch, in the order of ``switches``. ``purpose``: what it stands for. ``kept``: hours for
    which caches keep what it gives, whatever fails below it; None for not at all."""

    kind: Literal["all", "any", "standby"]
    children: tuple[str, ...]
    purpose: str
    subject: tuple[str, ...] = ()
    switches: tuple[GraphSwitch, ...] = ()
    kept: Hours | None = None


class GraphFunction(Struct, frozen=True, omit_defaults=True):
    """A function of the site. ``root``: the gate or leaf on which it rests. ``degraded_by``: the nodes whose loss makes
    it worse without stopping it. ``begins``: hours until any loss takes effect, if that is not the time of the loss."""

    id: str
    root: str
    weight: float
    applies: Literal["yes", "no", "maybe", "unseen"]
    loss: Effect
    state: FunctionState
    degraded_by: tuple[str, ...] = ()
    begins: Hours | None = None


class Graph(Struct, frozen=True):
    """The fault tree from which a report was computed: ``hostaudit explain graph`` prints it. ``leaves``, ``gates``: by
    id. ``times``: the summands of hours, by id. ``horizon_hours``: stands in a report for an outage without end."""

    schema: Literal["hostaudit.graph/1"]
    target: Target
    functions: tuple[GraphFunction, ...]
    gates: dict[str, GraphGate]
    leaves: dict[str, GraphLeaf]
    times: dict[str, TimeTerm]
    horizon_hours: float


class PlaceEffect(Struct, frozen=True):
    """What one single point of failure does to one function in one place, and for how long."""

    id: str
    effect: Effect
    time_to_recover_hours: Hours


class PlaceLoss(Struct, frozen=True):
    """A failure domain that ends functions alone in one place; its row among the ``spofs`` of the report tells more.
    ``name_only``: it does so there only through a registry or registrar."""

    kind: DomainKind
    id: str
    functions: tuple[PlaceEffect, ...]
    name_only: bool = False


class Place(Struct, frozen=True):
    """What the look from one place shows, judged by itself. Redundancy counts within one place only: what is answered
    elsewhere helps nobody here. ``class_``: none for a site without web."""

    vantage: str
    target: Target
    run: EvidenceRun
    verdict: Verdict
    summary: str
    score: ScoreInterval
    coverage: float
    functions: tuple[Function, ...]
    spofs: tuple[PlaceLoss, ...]
    cut_sets: tuple[CutSet, ...]
    class_: ClassInterval | None = field(default=None, name="class")
    graph: Graph | UnsetType = UNSET


class PlaceAnswer(Struct, frozen=True):
    """An answer, in words, and the places that got it."""

    places: tuple[str, ...]
    answer: str


class Contradiction(Struct, frozen=True):
    """A question that has one answer for everybody, and was answered differently by place: by a change between the
    looks, or by a resolver that lies. ``evidence``: its id. ``unknown_in``: the places whose proof of absence is
    contradicted, so that it counts as unknown there; the other answers stay, each in its place."""

    evidence: str
    kind: str
    subject: str
    answers: tuple[PlaceAnswer, ...]
    unknown_in: tuple[str, ...] = ()


class Report(Struct, frozen=True):
    """The whole document. ``names``: the names of companies and products, by id; ``cut_set_limits``: the places where
    the listed cut sets are a lower bound. ``roles``: of the parties that the site's own records name;
    ``upstream_roles``: of those on which its providers rest. ``times``: the summands of all times, by id.
    ``max_order``: by kind of failure domain, the number of members up to which the listed cut sets are complete, if
    that is less than three. ``graph``: the fault tree, with ``--with-graph``. ``own``: what is taken for
    the site's own; ``recoveries``: what the owner declares of his recovery. On merged evidence, ``places`` holds the
    result of each place, the worst first; states, effects and verdict are those of the place where they are worst, the
    ends of the score are the least of all places, and rows that are not true everywhere name their places.
    ``contradictions``: what the places were answered differently, though there is one answer for everybody."""

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
    upstream_roles: tuple[RoleScore, ...] = ()
    times: dict[str, TimeTerm] = {}
    max_order: dict[DomainKind, int] = {}
    graph: Graph | UnsetType = UNSET
    policy: PolicyNote | None = None
    caveats: tuple[Caveat, ...] = ()
    own: tuple[OwnParts, ...] | UnsetType = UNSET
    recoveries: tuple[RecoveryNote, ...] | UnsetType = UNSET
    places: tuple[Place, ...] | UnsetType = UNSET
    contradictions: tuple[Contradiction, ...] | UnsetType = UNSET

    @property
    def exit_code(self) -> int:
        """The exit code of the command that writes the report, the same for every format."""
        return exit_code(self.verdict, defects=bool(self.run.defects))
