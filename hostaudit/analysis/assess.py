"""From the fault tree to the report: single points of failure, cut sets, the score, and the facts that are unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import UNSET

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.diagnosis.front_page import answered_otherwise
from hostaudit.analysis.diagnosis.mail_exchangers import is_implicit
from hostaudit.analysis.fault_tree.fallback_proofs import Proofs
from hostaudit.analysis.fault_tree.tree import FaultTree, SiteFunction
from hostaudit.analysis.findings import findings
from hostaudit.analysis.impact.cut_sets import MOST, minimal_cut_sets
from hostaudit.analysis.impact.declared_recovery import counting, recovery_notes
from hostaudit.analysis.impact.fallback_grades import graded, unseen_roles
from hostaudit.analysis.impact.graph import graph_of
from hostaudit.analysis.impact.outage import KINDS, Outage, RecoveryTimes, impact, order_one, standing
from hostaudit.analysis.impact.own_parts import own_parts
from hostaudit.analysis.impact.score import (
    CompanyOutages,
    company_outages,
    function_score,
    outage_class,
    role_scores,
    said_once,
    score,
    working,
)
from hostaudit.analysis.impact.single_points import name_of, rounded, single_points
from hostaudit.analysis.impact.summary import summarise
from hostaudit.analysis.impact.time_table import TimeTable
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model import values, words
from hostaudit.model.companies import known_as
from hostaudit.model.evidence import RETRYABLE, Evidence, EvidenceFile, subject_of
from hostaudit.model.report import (
    HIDDEN_ORIGIN,
    REPORT_SCHEMA,
    SCORE_FORMULA,
    Caveat,
    CutSet,
    DomainKind,
    Fallback,
    Function,
    FunctionState,
    Hours,
    NotAssessed,
    Report,
    Score,
    ScoreInterval,
    UnknownFact,
    name_is_gone,
    package_at,
    web_app_at,
)
from hostaudit.model.roles import NOT_ASSESSED, STORES
from hostaudit.model.rules import Scoring
from hostaudit.model.values import Delegation, Listing, Page, StoreListing, WebApp
from hostaudit.model.verdict import Verdict

MOST_SETS = 200
"""Number of cut sets of order 2 or more that a report lists for one function and kind of failure domain."""


TIMED_SETS = 100
"""Number of cut sets of two or three companies or products for which a report gives hours; each takes some 3 ms."""


def judge(site: SiteModel, notice: float = 0.0, *, with_graph: bool = False) -> Report:
    """Return the report on one site; the clock is the time at which the evidence was taken. The scores assume
    ``notice`` hours of notice from the company that ends service; single points of failure assume none.
    ``with_graph``: the fault tree is a part of the report."""
    file, evidence, tree, rules = site.file, site.evidence, site.tree, site.rules
    clock = RecoveryTimes(rules.recovery, rules.scoring.full_harm_hours)
    told = RecoveryTimes(rules.recovery, rules.scoring.full_harm_hours, notice, counting(site))
    states = function_states(tree, clock)
    table = TimeTable()
    spofs = single_points(tree, rules, clock, table)
    found = findings(site)
    gone = name_is_gone(found)
    pessimistic, optimistic = company_outages(tree, told, "pessimistic"), company_outages(tree, told, "optimistic")
    cut_sets, limits, orders = _cut_sets(tree, clock)
    called = {identity: name_of(tree, rules, "parent", identity) for kind, identity in tree.names if kind == "parent"}
    names = names_of(tree, called)
    known = names | known_as(tree.dependencies.values(), names)
    fallbacks = (*graded(tree, site.proofs), *_other_ways(evidence, site.proofs))
    verdict: Verdict = "not_judged"
    if any(each.down_now for each in found):
        verdict = "fail"
    elif not _rests_on_known_ground(tree, states):
        verdict = "inconclusive"
    functions = _functions(tree, states, pessimistic, optimistic, rules.scoring)
    unknowns = _unknowns(site, tree.functions)
    own = own_parts(tree)
    return Report(
        schema=REPORT_SCHEMA,
        target=file.target,
        run=site.run,
        verdict=verdict,
        summary=summarise(file, evidence, functions, spofs, cut_sets, fallbacks, found, verdict, known, notice, own),
        score=_score(tree, pessimistic, optimistic, called, rules.scoring, gone=gone),
        functions=functions,
        dependencies=tuple(sorted(tree.dependencies.values(), key=lambda each: each.id)),
        spofs=spofs,
        cut_sets=cut_sets,
        fallbacks=fallbacks,
        findings=found,
        unknowns=unknowns,
        not_assessed=_not_assessed(file, tree, evidence),
        exceptions_applied=(),
        evidence=tuple(sorted(file.evidence, key=lambda each: each.id)),
        cut_set_limits=limits,
        max_order=orders,
        names=names,
        times=table.rows,
        graph=graph_of(site, states) if with_graph else UNSET,
        roles=() if gone else role_scores(tree, pessimistic, optimistic, rules.scoring, direct=True),
        upstream_roles=() if gone else role_scores(tree, pessimistic, optimistic, rules.scoring, direct=False),
        caveats=tuple(_caveats(site)),
        own=own or UNSET,
        recoveries=recovery_notes(site) or UNSET,
    )


def _score(
    tree: FaultTree,
    pessimistic: CompanyOutages,
    optimistic: CompanyOutages,
    names: Mapping[str, str],
    scoring: Scoring,
    *,
    gone: bool,
) -> Score:
    """The score with its working and class; 0 for a site whose name is ``gone``."""
    if gone:
        return Score(0.0, 0.0, _coverage(tree), formula=SCORE_FORMULA)
    low, high = score(pessimistic, optimistic, scoring)
    ends = working("low", pessimistic, names, scoring), working("high", optimistic, names, scoring)
    classes = outage_class(pessimistic, optimistic)
    return Score(low, high, _coverage(tree), said_once(*ends), SCORE_FORMULA, classes)


def _functions(
    tree: FaultTree,
    states: dict[str, FunctionState],
    pessimistic: CompanyOutages,
    optimistic: CompanyOutages,
    scoring: Scoring,
) -> tuple[Function, ...]:
    """Every function of the site with its state and score."""
    return tuple(
        Function(
            id=function.id,
            state=states[function.id],
            score=ScoreInterval(0.0, 100.0)
            if function.applies == "unseen"
            else function_score(function.id, pessimistic, optimistic, scoring),
            legs=function.legs,
            note=function.note,
        )
        for function in tree.functions
    )


def names_of(tree: FaultTree, companies: Mapping[str, str]) -> dict[str, str]:
    """The names of the companies and products of a tree, by id; if two share an id, the company's name."""
    products = {identity: name for (kind, identity), name in tree.names.items() if kind == "provider"}
    named = products | {identity: name for identity, name in companies.items() if name}
    return {identity: named[identity] for identity in sorted(named) if named[identity] != identity}


# -- states -------------------------------------------------------------------------------------------


def function_states(tree: FaultTree, clock: RecoveryTimes) -> dict[str, FunctionState]:
    """The state of each function now, as far as the evidence shows: in the optimistic and the pessimistic reading."""
    nothing = frozenset[tuple[str, str]]()
    best = impact(tree, nothing, clock, reading="optimistic")
    worst = impact(tree, nothing, clock, reading="pessimistic")
    return {each.id: _state(each, best[each.id], worst[each.id]) for each in tree.functions}


def _state(function: SiteFunction, best: Outage, worst: Outage) -> FunctionState:
    if function.applies == "no":
        return "not_applicable"
    if function.applies == "unseen":
        return "not_assessed"
    if best.stops:
        return "down"
    if worst.stops:
        return "unknown"
    return "degraded" if any(leg.state == "failed" for leg in function.legs) else "up"


def _rests_on_known_ground(tree: FaultTree, states: dict[str, FunctionState]) -> bool:
    """True if name resolution and the web site each have an alternative of which everything is known (else the verdict
    is inconclusive)."""
    for function in tree.functions:
        if function.id in ("resolve", "web") and function.applies != "no":
            if states[function.id] == "unknown":
                return False
            if not any(leg.state in ("known", "failed") for leg in function.legs):
                return False
    return True


def _coverage(tree: FaultTree) -> float:
    """The share of those basic events on which functions rest whose operator and state are known; 1 only if all are."""
    used = {name for function in tree.functions if function.counts for name in tree.below(function.root)}
    leaves = [leaf for name, leaf in tree.leaves.items() if name in used]
    known = sum(leaf.certainty in ("certain", "failed") for leaf in leaves)
    if known == len(leaves):
        return 1.0 if leaves else 0.0
    return min(0.99, round(known / len(leaves), 2))


def _cut_sets(
    tree: FaultTree, clock: RecoveryTimes
) -> tuple[tuple[CutSet, ...], tuple[str, ...], dict[DomainKind, int]]:
    """The minimal cut sets of every kind, a note where the list is incomplete, and the order up to which it is not."""
    rows, limits = [], []
    orders: dict[DomainKind, int] = {}
    lasting = _Lasting(tree, clock)
    necks = order_one(tree)
    shown = {f.id for f in tree.functions if f.applies == "yes" and standing(necks[f.id])}
    for kind in KINDS:
        found = minimal_cut_sets(tree, kind)
        if found.order < MOST:
            orders[kind] = found.order
            limits.append(
                f"{kind}: a lower bound, complete up to sets of {found.order}; there are too many larger ones"
            )
        for function in sorted(shown & set(found.sets)):
            sets = found.sets[function]
            single = [each for each in sets if len(each) == 1]
            larger = [each for each in sets if len(each) > 1]
            rows += [CutSet(kind, function, members) for members in single]
            rows += [
                CutSet(kind, function, members, lasting(kind, function, members)) for members in larger[:MOST_SETS]
            ]
            if len(larger) > MOST_SETS:
                limits.append(f"{kind}, {function}: {MOST_SETS} of {len(larger)} sets of two or three are listed")
    return tuple(rows), tuple(limits), orders


class _Lasting:
    """The hours of the functions without several companies or products, each set computed once."""

    def __init__(self, tree: FaultTree, clock: RecoveryTimes) -> None:
        self._tree, self._clock = tree, clock
        self._outages: dict[tuple[DomainKind, tuple[str, ...]], dict[str, Outage]] = {}

    def __call__(self, kind: DomainKind, function: str, members: tuple[str, ...]) -> Hours | None:
        """The hours without a function; None for another kind, and beyond ``TIMED_SETS`` sets."""
        known = self._outages.get((kind, members))
        if known is None:
            if kind not in ("parent", "provider") or len(self._outages) >= TIMED_SETS:
                return None
            failed = frozenset((kind, each) for each in members)
            known = self._outages[kind, members] = impact(self._tree, failed, self._clock)
        return rounded(known[function].hours)


# -- the rest -----------------------------------------------------------------------------------------


def _unknowns(site: SiteModel, functions: Iterable[SiteFunction]) -> tuple[UnknownFact, ...]:
    settled = answered_otherwise(site.evidence, site.file.target)
    if site.proofs.declared.apps == "none":
        settled |= frozenset(site.evidence.ids(("apps", site.file.target.domain)))
    open_ = (item for item in site.evidence.items.values() if item.unknown is not None and item.id not in settled)
    facts = [_unknown_fact(item) for item in open_]
    for function in functions:
        for subject, provider, detail in function.hidden_origins:
            facts.append(
                UnknownFact("origin", subject, HIDDEN_ORIGIN, retryable=False, detail=detail, provider=provider)
            )
    unique = {(fact.role, fact.subject, fact.cause, fact.evidence): fact for fact in facts}
    return tuple(unique[key] for key in sorted(unique))


def _unknown_fact(item: Evidence) -> UnknownFact:
    assert item.unknown is not None  # noqa: S101 - the caller filters; this tells the type checker
    return UnknownFact(
        role=values.KINDS[item.kind].role,
        subject=item.subject,
        cause=item.unknown.cause,
        retryable=item.unknown.cause in RETRYABLE,
        detail=item.unknown.detail,
        evidence=item.id,
        declare=values.KINDS[item.kind].declare or UNSET,
    )


def _other_ways(evidence: EvidenceIndex, proofs: Proofs) -> tuple[Fallback, ...]:
    """Ways to install that need neither of the two large stores, graded by how they answered."""
    declared = {StoreListing(each.provider, each.subject) for each in proofs.all if each.role == "app_store"}
    found = []
    for item in evidence.of("listing"):
        value = item.value
        if (
            isinstance(value, Listing)
            and subject_of(item, StoreListing) not in declared
            and value.store not in ("apple-app-store", "google-play")
        ):
            found.append(_other_store(value, proofs))
    for item in evidence.of("web_app"):
        if isinstance(item.value, WebApp) and item.value.installable:
            reason = "browsers can install the web app while the site itself is up"
            found.append(Fallback("app_store", web_app_at(item.subject), "probed", (reason,), proof="passed"))
    for item in evidence.of("packages"):
        if item.value is not None:
            reason = "the front page offers a package for direct download; it was not fetched"
            found.append(Fallback("app_store", package_at(item.subject), "configured", (reason,)))
    return tuple(found)


def _other_store(listing: Listing, proofs: Proofs) -> Fallback:
    """Another store that lists the app: independent if its company runs neither of the two large stores."""
    parent = proofs.attribution.catalogue.parent(listing.store)
    shared = parent in {proofs.attribution.catalogue.parent(each) for each, *_ in STORES.values()}
    why = f"shares parent {parent}" if shared else "shares no parent with the two large stores"
    reasons = (f"lists {listing.id} now", why)
    return Fallback("app_store", listing.store, "probed" if shared else "independent", reasons, proof="passed")


def _caveats(site: SiteModel) -> Iterator[Caveat]:
    """What limits the whole report: zones whose name servers could not be asked from here."""
    for zone, health in sorted(site.servers.zones.items()):
        if not health.heard:
            delegated = site.evidence.value("delegation", zone, Delegation) is not None
            sources = "the delegation and the resolver" if delegated else "the resolver, as the registry was not heard"
            text = (
                f"Not tested: whether the name servers of {zone} serve it. Every one, asked directly, refused or "
                "answered without authority, while the resolver answers for the zone: something between here and them "
                "answers port 53 itself, or they have stopped and the resolver's cache still answers. Operators, score "
                f"and verdict come from {sources}."
            )
            yield Caveat("direct_dns", zone, text, health.because)
    yield from _unheard_family(site)


def _unheard_family(site: SiteModel) -> Iterator[Caveat]:
    unheard = site.servers.unheard
    for zone, health in sorted(site.servers.zones.items()) if unheard is not None else ():
        rows = [each for each in health.servers if each.standing == "not_asked"]
        if health.heard and rows:
            text = (
                f"Not tested over {unheard}: whether the name servers of {zone} serve it there. Every address of that "
                "family answered with an error or without authority, while the others serve: something "
                f"between here and them answers port 53 over {unheard}, or they do not serve the zone there."
            )
            because = tuple(dict.fromkeys(identity for each in rows for identity in each.because))
            yield Caveat("direct_dns", zone, text, because)


def _mail_not_assessed(file: EvidenceFile, tree: FaultTree, evidence: EvidenceIndex) -> Iterator[NotAssessed]:
    """What is open of the mail exchangers, which a scan asks only on demand."""
    domain = file.target.domain
    receives = next((each for each in tree.functions if each.id == "mail_receive"), None)
    if receives is None:
        return
    if is_implicit(evidence, domain) and receives.applies != "yes":
        yield NotAssessed("incoming mail", receives.note)
    elif receives.applies == "yes" and any(leg.liveness == "not_asked" for leg in receives.legs):
        yield NotAssessed("whether the mail exchangers answer", "not asked; --smtp asks each for its greeting")


def _held_back(evidence: EvidenceIndex) -> Iterator[NotAssessed]:
    """The scripts of the front page that only another script starts; nothing shows which of them ever run."""
    for item in evidence.of("page"):
        if isinstance(item.value, Page) and item.value.held_back is not UNSET:
            hosts = sorted({each.host for each in item.value.held_back})
            why = f"another script starts them, after consent or the first click: {words.few(hosts)}"
            count = len(item.value.held_back)
            yield NotAssessed(f"{count} held-back {'script' if count == 1 else 'scripts'}", why)


def _not_assessed(file: EvidenceFile, tree: FaultTree, evidence: EvidenceIndex) -> tuple[NotAssessed, ...]:
    rows = []
    if "no-http" in file.run.options:
        rows.append(NotAssessed("web answers, certificates, page and apps", "switched off with --no-http"))
    if "no-third-party" in file.run.options:
        rows.append(NotAssessed("registrar, network owners and store listings", "switched off with --no-third-party"))
    if tree.unfollowed:
        first = ", ".join(sorted(tree.unfollowed)[:3])
        more = f" and {len(tree.unfollowed) - 3} more" if len(tree.unfollowed) > 3 else ""
        why = f"beyond the depth of this scan: {first}{more}; --depth goes further"
        rows.append(NotAssessed("the zones of far name servers", why))
    rows += _mail_not_assessed(file, tree, evidence)
    rows += _held_back(evidence)
    for function in tree.functions:
        if function.id == "mail_send" and function.applies == "no":
            rows.append(NotAssessed("mail senders", function.note))
        if function.applies == "unseen":
            rows.append(NotAssessed(words.function(function.id), function.note))
    if any(leaf.own and "prefix" in leaf.domains for leaf in tree.leaves.values()):
        rows.append(
            NotAssessed("carriers", "who carries the traffic of the site's own network cannot be seen from outside")
        )
    rows += [NotAssessed(*NOT_ASSESSED[role]) for role in unseen_roles(tree)]
    return tuple(rows)
