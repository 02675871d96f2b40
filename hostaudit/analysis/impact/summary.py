"""The sentence on top of a report: the companies that can stop a function alone, and for how long, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import (
    IDLE,
    CutSet,
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
from hostaudit.model.roles import ROLES
from hostaudit.model.values import Listing
from hostaudit.model.verdict import Verdict
from hostaudit.model.words import duration, function, listed, onset, span

NAMED = 3
"""The most companies that the sentence names."""

REASONS = 2
"""The most findings of what is down now that the sentence tells."""

ESSENTIAL = {"resolve": "name resolution", "web": "the web site"}
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
    """Return one or two sentences; the first states the worst case. ``names``: the names of companies, by id.
    ``notice``: the hours of notice that the score counts on; the sentences count on none. ``own``: what is taken for
    the site's own."""
    domain = file.target.domain
    if name_is_gone(findings):
        return f"{findings[0].message} Nothing of the site can work."
    if not _anything_answered(evidence):
        return (
            f"Nothing could be learnt about {domain}: no look-up was answered, so it may be safe or not. "
            "Check the network here, or name another resolver with --resolver."
        )
    lead = _no_web(functions, domain) + _down_now(functions, findings, domain)
    lead += _worst(domain, functions, spofs, pairs_as_told(cut_sets, own), fallbacks, names, _stores(evidence))
    lead += "".join(_its_own(parts, domain) for parts in own)
    if notice > 0:
        lead += f" These times are without notice; the score counts on {duration(notice)} of it."
    if verdict == "inconclusive":
        open_ = [ESSENTIAL[f.id] for f in functions if f.id in ESSENTIAL and _open(f)]
        verb = "rests" if len(open_) == 1 else "rest"
        missing = (
            f"what {listed(open_)} {verb} on could not be established" if open_ else "an essential fact is unknown"
        )
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
    strong = [point for point in companies if not point.name_only]
    if strong:
        text = "; ".join(_alone(point, domain) for point in strong[:NAMED])
        if len(strong) > NAMED:
            text += f"; {len(strong) - NAMED} more can each end a function alone"
        return f"{text}. {_standby(fallbacks, stores)}"
    if companies:
        holders = listed([called(point) for point in companies])
        return (
            f"No company seen can take {domain} down alone, apart from those that hold its name or names that it rests "
            f"on: {holders}. Every name has one registry and one registrar."
            f"{_in_pairs(domain, functions, cut_sets, names)}"
        )
    return f"No single point of failure of {domain} was established.{_in_pairs(domain, functions, cut_sets, names)}"


def _alone(point: SinglePoint, domain: str) -> str:
    """What one company can stop, and for how long."""
    down = [each for each in point.functions if each.effect == "down"]
    if not down:
        lost = [each for each in point.functions if each.effect != "degraded"]
        return f"{called(point)} alone can end {functions_named(lost, domain)} of {domain}, {_how_long(lost)}"
    of_whom = "" if any(each.id == "web" for each in down) else f" of {domain}"
    return f"{called(point)} alone can take down {functions_named(down, domain)}{of_whom}, {_how_long(down)}"


def _its_own(parts: OwnParts, domain: str) -> str:
    """What the owner runs himself, or seems to: it can fail, but ends no contract."""
    named, roles = listed(parts.names), listed([ROLES[each].words for each in parts.roles])
    match parts.ground:
        case "declared":
            return f" For {roles} {domain} runs on its own ({named}): that can fail, but nobody can end its contract."
        case "guessed":
            # They are told as one: the first stands for all of them.
            seen = f", seen under {len(parts.companies)} names," if len(parts.companies) > 1 else ""
            return (
                f" {parts.names[0]}{seen} looks like the site's own, for {roles}; if so, own in the site file says it."
            )
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
    return f" Two together can take {what} down: {first}{more}."


def called(point: SinglePoint) -> str:
    """The name of a failure domain, for people."""
    return point.failure_domain.name or point.failure_domain.id


def functions_named(impacts: list[FunctionImpact], domain: str) -> str:
    """``the web site, incoming mail and api.example.com``."""
    shown = [each for each in impacts if each.effect != "degraded"]
    words = [domain if each.id == "web" and domain else function(each.id) for each in shown]
    if "name resolution" in words and domain in words:
        words.remove("name resolution")
    if domain in words:
        words.remove(domain)
        words.insert(0, domain)
    return listed(words)


def _how_long(down: list[FunctionImpact]) -> str:
    worst = max(down, key=lambda each: (each.id == "web", each.time_to_recover_hours.usual))
    onsets = [each.onset for each in down]
    # All that was named has stopped for nearly all users when the last of it has.
    begins = Hours(*(most(getattr(each, end) for each in onsets) for end, most in ENDS))
    lasts = worst.time_to_recover_hours
    return f"{onset(begins, lasts)}, for about {span(lasts)}"


def _stores(evidence: EvidenceIndex) -> frozenset[str]:
    """The stores that list an app of the site."""
    return frozenset(item.value.store for item in evidence.of("listing") if isinstance(item.value, Listing))


def _standby(fallbacks: tuple[Fallback, ...], stores: frozenset[str]) -> str:
    """The fallbacks that could take over, by the best grade; a fallback that is only declared does not count yet."""
    proved = [each for each in fallbacks if each.grade in ("probed", "independent")]
    if any(each.id for each in proved):
        good = sorted({each.role for each in proved if each.grade == "independent"})
        roles = listed([role.replace("_", " ") for role in good])
        return f"Independent fallbacks answer for {roles}." if good else "Fallbacks answer, but none is independent."
    if any(each.provider in stores for each in proved):
        return "A further store lists the app."
    declared = sum(bool(each.id) for each in fallbacks)
    return f"{declared} declared, none proved yet." if declared else "No fallback was seen."
