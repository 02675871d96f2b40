"""The sentence on top of a report: the companies that can stop a function alone, and for how long, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.model.actors import is_unknown
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import (
    IDLE,
    CutSet,
    Effect,
    Fallback,
    Finding,
    Function,
    FunctionImpact,
    Hours,
    OwnParts,
    SinglePoint,
    name_is_gone,
    pairs_as_told,
)
from hostaudit.model.roles import ROLES, SINGLE
from hostaudit.model.site import FallbackId
from hostaudit.model.values import Listing
from hostaudit.model.verdict import Verdict
from hostaudit.model.words import AT_ONCE, duration, fallback, function, listed, onset, span

NAMED = 3
"""The most companies that the sentence names."""

REASONS = 2
"""The most findings of what is down now that the sentence tells."""

TRIVIAL = 1.0
"""Hours below which the loss of something that does not stop the site is not told in the sentence."""

ESSENTIAL = {"resolve": "name resolution", "web": "the web site"}
EFFECTS: tuple[Effect, ...] = ("down", "no_new_installs", "cannot_renew", "not_assessed")
"""The effects by which something is lost, the worst first."""

MAIL = ("mail_receive", "mail_send")
BOTH_WAYS = "mail (in and out)"
ENDS = (("low", min), ("usual", max), ("high", max))
"""How the times to impact of several functions are said as one."""


def summarise(
    file: EvidenceFile,
    evidence: EvidenceIndex,
    functions: tuple[Function, ...],
    spofs: tuple[SinglePoint, ...],
    cut_sets: tuple[CutSet, ...],
    fallbacks: tuple[Fallback, ...],
    findings: tuple[Finding, ...],
    verdict: Verdict,
    names: Mapping[str, str],
    notice: float = 0.0,
    own: tuple[OwnParts, ...] = (),
) -> str:
    """Return a few sentences; the first states the worst case. ``names``: what people call companies, by id.
    ``notice``: the hours of notice that the score counts on; the sentences count on none. ``own``: what is taken for
    the site's own."""
    domain = file.target.domain
    if name_is_gone(findings):
        return f"{findings[0].message} Nothing of the site can work."
    if not _anything_answered(evidence):
        return (
            f"Nothing could be learnt about {domain}: no question was answered. "
            "Check the network here, or name another resolver with --resolver."
        )
    lead = _no_web(functions, domain) + _down_now(functions, findings, domain)
    lead += _worst(domain, functions, spofs, pairs_as_told(cut_sets, own), fallbacks, names, _stores(evidence))
    lead = lead.rstrip() + "".join(_its_own(parts, domain) for parts in own)
    if notice > 0 and spofs:
        lead += f" These times are without notice; the score counts on {duration(notice)} of notice."
    if verdict == "inconclusive":
        open_ = [ESSENTIAL[f.id] for f in functions if f.id in ESSENTIAL and _open(f)]
        verb = "rests" if len(open_) == 1 else "rest"
        missing = f"it is unknown what {listed(open_)} {verb} on" if open_ else "an essential fact is unknown"
        return f"Inconclusive for {domain}: {missing}. {lead}"
    return lead


def _anything_answered(evidence: EvidenceIndex) -> bool:
    return any(item.unknown is None and item.not_applicable is None for item in evidence.items.values())


def _open(row: Function) -> bool:
    return row.state != "not_applicable" and _rests_on_unknown(row)


def _rests_on_unknown(row: Function) -> bool:
    return row.state == "unknown" or not any(leg.state in ("known", "failed") for leg in row.legs)


def _no_web(functions: tuple[Function, ...], domain: str) -> str:
    """A sentence on a name without a web site, so that what follows is read as what it is: about names and mail."""
    gone = any(each.id == "web" and each.state == "not_applicable" for each in functions)
    return f"{domain} has no web site: no name of it has an address. " if gone else ""


def _down_now(functions: tuple[Function, ...], findings: tuple[Finding, ...], domain: str) -> str:
    """Sentences about functions that are down already, and why. They have no single point of failure, so the list of
    those would not show them."""
    down = [each.id for each in functions if each.state == "down"]
    # What stops the site itself comes before what stops a part of it.
    reasons = sorted((each for each in findings if each.down_now), key=lambda each: not {*each.down_now} & {*ESSENTIAL})
    explained = {identity for each in reasons for identity in each.down_now}
    text = _not_working("Not working now", [each for each in down if each in explained], domain)
    text += "".join(f"{each.message} " for each in reasons[:REASONS])
    if len(reasons) > REASONS:
        text += f"{len(reasons) - REASONS} more findings tell of the rest. "
    rest = [each for each in down if each not in explained]
    return text + _not_working("Not working now, as seen from here", rest, domain)


def _not_working(lead: str, functions: list[str], domain: str) -> str:
    names = [domain if each == "web" else function(each) for each in functions]
    return f"{lead}: {listed(names)}. " if names else ""


def _worst(
    domain: str,
    functions: tuple[Function, ...],
    spofs: tuple[SinglePoint, ...],
    cut_sets: tuple[CutSet, ...],
    fallbacks: tuple[Fallback, ...],
    names: Mapping[str, str],
    stores: frozenset[str],
) -> str:
    companies = [point for point in spofs if point.failure_domain.kind == "parent"]
    strong = [point for point in companies if not point.name_only and not _is_trivial(point)]
    if strong:
        text = " ".join(f"{_alone(point, domain, names, first=point is strong[0])}." for point in strong[:NAMED])
        rest = len(strong) - NAMED
        if rest > 0:
            text += " 1 more company can end" if rest == 1 else f" {rest} more companies can each end"
            text += " a function alone."
        return f"{text} {_standby(fallbacks, stores)}"
    if any(each.id in ESSENTIAL and each.state == "down" for each in functions):
        return ""  # who could take it down is no question while it is down
    holders = [called(point, names) for point in companies if point.name_only]
    if holders:
        return (
            f"No company seen can take {domain} down alone, except the registrars and registries of its name and of "
            f"the names that it rests on: {listed(holders)}.{_in_pairs(domain, functions, cut_sets, names)}"
        )
    return f"No single point of failure of {domain} was found.{_in_pairs(domain, functions, cut_sets, names)}"


def _is_trivial(point: SinglePoint) -> bool:
    """True if the loss of a company takes nothing down, and what it ends is usually back within the hour."""
    lost = [each for each in point.functions if each.effect != "degraded"]
    return all(each.effect != "down" and each.time_to_recover_hours.usual < TRIVIAL for each in lost)


def _alone(point: SinglePoint, domain: str, names: Mapping[str, str], *, first: bool) -> str:
    """What one company can stop, which it decides, and how long it would take to bring that back, which it does not.
    The ``first`` such sentence names the site, and says whose time that is."""
    by_effect = [[each for each in point.functions if each.effect == effect] for effect in EFFECTS]
    down, lost = by_effect[0], next(filter(None, by_effect))  # of one effect, since they begin at different times
    verb = "take down" if down else "end"
    whose = f" of {domain}" if first and all(each.id != "web" for each in down) else ""
    named = functions_named(lost, domain)
    what = _said(_longest(lost)) if len(named) > 1 else ""
    who = called(point, names)
    if is_unknown(point.failure_domain.id):  # what was seen of it, in words; the names of others stay as they are
        who = who[:1].upper() + who[1:]
    decided = _longest(lost).decided_by
    # Of a company that holds a name too, what is said of the name is no matter of its other services.
    who += f", as {ROLES[decided].words}," if isinstance(decided, str) and decided in SINGLE else ""
    stops = f"{who} alone can {verb} {listed(named)}{whose}{_begins(lost)}"
    return f"{stops}; {_is_back(_longest(lost), what, names, first=first)}"


def _its_own(parts: OwnParts, domain: str) -> str:
    """What the owner runs himself, or seems to: it can fail, but ends no contract."""
    named, roles = listed(parts.names), listed([ROLES[each].words for each in parts.roles])
    match parts.ground:
        case "declared":
            return f" For {roles} {domain} runs on its own ({named}): that can fail, but nobody can end its contract."
        case "guessed":
            # They are told as one: the first stands for all of them.
            seen = f", seen under {len(parts.companies)} names," if len(parts.companies) > 1 else ""
            return f" {parts.names[0]}{seen} looks like the site's own, for {roles}; if so, write own in the site file."
        case _:
            return ""


def _in_pairs(
    domain: str, functions: tuple[Function, ...], cut_sets: tuple[CutSet, ...], names: Mapping[str, str]
) -> str:
    """The pairs that stop the web site; of a name without one, those that stop the first function that it has."""
    there = [each.id for each in functions if each.state not in IDLE]
    held = {each.function for each in cut_sets if (each.kind, len(each.members)) == ("parent", 2)}
    main = "web" if "web" in there else next((each for each in there if each in held and each != "resolve"), "resolve")
    pairs = [each for each in cut_sets if (each.kind, each.function, len(each.members)) == ("parent", main, 2)]
    if not pairs:
        return ""
    what = domain if main == "web" else f"{function(main)} of {domain}"
    more = (
        f", or one of {len(pairs) - 1} other pairs"
        if len(pairs) > 2
        else ", or one other pair"
        if len(pairs) == 2
        else ""
    )
    first = listed([names.get(each) or each for each in pairs[0].members])
    lasts = pairs[0].hours
    back = f"; you would need about {span(lasts)} to be back" if lasts is not None and len(pairs) == 1 else ""
    return f" Two together can take {what} down: {first}{more}{back}."


def called(point: SinglePoint, names: Mapping[str, str]) -> str:
    """What people call the company of a failure domain."""
    domain = point.failure_domain
    return names.get(domain.id) or domain.name or domain.id


def functions_named(impacts: list[FunctionImpact], domain: str) -> list[str]:
    """What is lost: the site by its name first, then ``api.example.com``, ``incoming mail``; both ways of mail in one,
    and no names beside the site, which rests on them."""
    lost = [each.id for each in impacts if each.effect != "degraded"]
    named = {each: function(each) for each in sorted(lost, key=lambda each: each != "web")}
    if "web" in named:
        named["web"] = domain
        named.pop("resolve", None)
    if named.keys() >= {*MAIL}:
        named[MAIL[0]] = BOTH_WAYS
        del named[MAIL[1]]
    return list(named.values())


def _longest(lost: list[FunctionImpact]) -> FunctionImpact:
    """The function whose recovery is told: the web site, or what takes longest."""
    return max(lost, key=lambda each: (each.id == "web", each.time_to_recover_hours.usual))


def _begins(lost: list[FunctionImpact]) -> str:
    onsets = [each.onset for each in lost]
    # All that was named has stopped for nearly all users when the last of it has.
    begins = Hours(*(most(getattr(each, end) for each in onsets) for end, most in ENDS))
    told = onset(begins, _longest(lost).time_to_recover_hours)
    return f", {told}" if begins.high < AT_ONCE else f" ({told})"


def _said(impact: FunctionImpact) -> str:
    return "the web site" if impact.id == "web" else function(impact.id)


def _is_back(longest: FunctionImpact, what: str, names: Mapping[str, str], *, first: bool) -> str:
    """How long it would take to bring back what was lost. ``what``: of several functions, the one with that time."""
    lasts = span(longest.time_to_recover_hours)
    way = f" by way of {fallback(FallbackId.read(longest.via), names)}" if longest.via else ""
    if first:
        return f"you would need about {lasts} {f'to bring {what} back' if what else 'to be back'}{way}"
    return f"{f'{what} ' if what else ''}back after about {lasts}{way}"


def _stores(evidence: EvidenceIndex) -> frozenset[str]:
    """The stores that list an app of the site."""
    return frozenset(item.value.store for item in evidence.of("listing") if isinstance(item.value, Listing))


def _standby(fallbacks: tuple[Fallback, ...], stores: frozenset[str]) -> str:
    """The fallbacks that could take over, by the best grade; a fallback that is only declared does not count yet."""
    proved = [each for each in fallbacks if each.grade in ("probed", "independent")]
    if any(each.id for each in proved):
        good = sorted({each.role for each in proved if each.grade == "independent"})
        roles = listed([ROLES[role].words if role in ROLES else role.replace("_", " ") for role in good])
        return f"Independent fallbacks answer for {roles}." if good else "Fallbacks answer, but none is independent."
    if any(each.provider in stores for each in proved):
        return "A further store lists the app."
    declared = sum(bool(each.id) for each in fallbacks)
    if not declared:
        return "No fallback was seen."
    return (
        "1 fallback is declared, not proved yet."
        if declared == 1
        else f"{declared} fallbacks are declared, none is proved yet."
    )
