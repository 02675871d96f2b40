"""The report: the parties that can take the site down, the evidence for them, and the unknowns.

The worst comes first and the next step last.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable

from hostaudit.model import words
from hostaudit.model.actors import is_unknown, seen_of
from hostaudit.model.data import ONLY_DIRECTS, STALE_AFTER, age
from hostaudit.model.evidence import Evidence
from hostaudit.model.report import (
    IDLE,
    ExceptionNote,
    Finding,
    Function,
    FunctionImpact,
    Hours,
    Leg,
    Report,
    SinglePoint,
    UnknownFact,
    name_is_gone,
    pairs_as_told,
)
from hostaudit.model.roles import SINGLE
from hostaudit.model.site import FallbackId
from hostaudit.model.verdict import LEVELS
from hostaudit.report import places
from hostaudit.report import wording as say
from hostaudit.report.terminal.recoveries import recoveries
from hostaudit.report.terminal.sheet import BOLD, EFFECT_MARKS, GREEN, RED, YELLOW, Sheet, not_assessed

PROOFS = 3
SORTS = 8
LEGS = 8
SUBJECTS = 4
OTHERS = 12
ZONES = 3
"""The most zones that are named of one registrar or registry."""
SHOWN = 20
"""The most findings of one outcome that are shown."""
DOUBTS = 8
TOGETHER = 6
"""The most lines of companies that can take the site down together, for each number of companies."""

STATES = {
    "up": ("good", "up"),
    "down": ("bad", "DOWN"),
    "degraded": ("weak", "degraded"),
    "unknown": ("open", "unknown"),
    "not_applicable": ("open", "does not apply"),
    "not_assessed": ("open", "not assessed"),
}
LEG_STATES = {"unknown": ("open", "partly unknown"), "failed": ("bad", "FAILED")}
KNOWN_LEGS = {
    "": ("plain", "operator known"),
    "answers": ("good", "operator known; answers"),
    "not_asked": ("plain", "operator known; not asked"),
}
"""Of a leg whose operators are known, by its liveness: a tick only where something answered."""
LEADS = {("app_store", "answers"): "app store lists the app", ("ca", ""): "certificate issuer known"}
"""By role and liveness, what is said of a leg whose operators are known, if that is not the usual."""
WITHOUT_OPERATOR = {"app_store": "way to install"}
"""By role, what is said of a leg that needs the site alone."""
UNTESTED = ("plain", "no fault seen")
"""Of a function that works as far as is known, of which nothing was asked itself."""
TOLD = {"error": "bad", "warning": "weak", "info": "open"}
"""By level of a finding that does not count, its mark."""

OWN = {
    "declared": ("good", "its own"),
    "named": ("good", "its own name"),
    "guessed": ("open", "a guess"),
}
"""By ground of what is taken for the site's own, its mark and word."""

VERDICTS = {
    "pass": ("PASS", GREEN),
    "fail": ("FAIL", RED),
    "inconclusive": ("INCONCLUSIVE", YELLOW),
    "not_judged": ("not judged (no policy given)", BOLD),
}
KINDS = {
    "provider": "product",
    "asn": "network",
    "prefix": "prefix",
    "tld": "TLD",
    "jurisdiction": "country",
    "region": "region",
    "parent": "company",
}
TOGETHER_IN = {2: "two", 3: "three"}
NOT_BY_A_TABLE = ("not_asked", "limit", "deadline")
"""The causes of a missing answer that an old table cannot be."""


def write(sheet: Sheet, report: Report) -> None:
    """The whole report."""
    evidence = places.proofs(report)
    names = {each.provider: each.name for each in report.dependencies if each.name} | report.names
    known = say.companies(report)
    _top(sheet, report)
    _places(sheet, report, known)
    _findings(sheet, report)
    _companies(sheet, report, evidence, names, known)
    _its_own(sheet, report)
    recoveries(sheet, report.recoveries, say.OF_THE_SCORE)
    _together(sheet, report, names, known)
    _other_domains(sheet, report, known)
    _functions(sheet, report, names)
    _contradictions(sheet, report)
    _fallbacks(sheet, report, names)
    _unknowns(sheet, report)
    not_assessed(sheet, report.not_assessed)
    _next(sheet, report)


def _top(sheet: Sheet, report: Report) -> None:
    sheet.bold(report.summary)
    low, high = report.score.low, report.score.high
    word, colour = VERDICTS[report.verdict]
    sheet.lines.append("")
    notice = report.policy.notice_hours if report.policy is not None else 0.0
    told = f" with {words.duration(notice)} of notice" if notice > 0 else ""
    scored = f"score {_between(low, high)} of 100{told}{say.outage_class(report)}{sheet.safe(say.grounds(report), 300)}"
    sheet.text(scored, lead=f"{word}: ", colour=colour)
    hosts = ", ".join(sheet.safe(host, 80) for host in report.target.hosts)
    seen = f"Looked at {hosts} on {report.run.started.replace('T', ' ').replace('Z', ' UTC')}"
    sheet.text(sheet.safe(f"{seen}, resolver {report.run.resolver}", 600))
    _data(sheet, report)
    for each in report.caveats:
        sheet.text(sheet.safe(each.text, 800), lead="Note: ", colour=YELLOW)


def _places(sheet: Sheet, report: Report, known: dict[str, str]) -> None:
    """What each place sees, the worst first, and where they contradict each other."""
    for position, each in enumerate(places.of(report)):
        if position == 0:
            sheet.heading("Places, the worst first; redundancy counts within one place only")
        text = f"{places.in_short(each)}; {places.ends(each, known)}"
        sheet.text(sheet.safe(text, 800), 2, 4, lead=f"{sheet.safe(each.vantage, 40)}: ", colour=BOLD)
    told = [*places.contradictions(report)]
    if told:
        sheet.heading("Answered differently, though there is one answer for everybody")
    for text in told[:OTHERS]:
        sheet.marked("weak", "contradicted", sheet.safe(text, 600), 2)
    sheet.more(len(told) - OTHERS)


def _data(sheet: Sheet, report: Report) -> None:
    """The age, at the time of the scan, of the tables that were read instead of the network."""
    told, old = [], []
    looked = report.run.started[:10]
    unanswered = {each.kind for each in report.evidence if each.unknown and each.unknown.cause not in NOT_BY_A_TABLE}
    for sort, day in sorted(report.run.data_versions.items()):
        days = age(day, looked)
        told.append(f"{sheet.safe(sort, 40)} {sheet.safe(day, 20)}{_aged(day, days, looked)}")
        matters = sort not in ONLY_DIRECTS or not unanswered.isdisjoint(ONLY_DIRECTS[sort])
        if days is not None and matters and days > STALE_AFTER.get(sort, days):
            old.append(f"{sort} (older than {STALE_AFTER[sort]} days)")
    if told:
        sheet.text(", ".join(told[:SORTS]), lead="Data: ")
    if old:
        text = f"{words.listed(old)}; to renew it: hostaudit data update"
        sheet.marked("weak", "old data", text, 0)


def _aged(day: str, days: int | None, looked: str) -> str:
    """The age of a table on the day of the look, in brackets."""
    if days is None:
        return ""
    if day > looked:
        return " (newer than the evidence)"
    return f" ({days:,} day{'s' * (days > 1)} old)" if days else " (of the same day)"


def _between(low: float, high: float) -> str:
    least, most = f"{low:.0f}", f"{high:.0f}"
    return least if least == most else f"{least} to {most}"


def _findings(sheet: Sheet, report: Report) -> None:
    """The findings and their results; with a policy its name, and the state of its exceptions."""
    rows = report.findings
    covered = {each.id: each for each in report.exceptions_applied}
    if not (rows or report.policy or covered):
        return
    failed = [each for each in rows if each.outcome == "fail" and not (each.exception or each.baseline)]
    groups = {
        "failed": [each for each in failed if each.verdict],
        "reported only": [each for each in failed if not each.verdict],
        "unknown": [each for each in rows if each.outcome == "unknown" and not each.exception],
        "excepted": [each for each in rows if each.exception],
        "known before": [each for each in rows if each.baseline and not each.exception],
        "passed": [each for each in rows if each.outcome == "pass"],
    }
    numbers = ", ".join(f"{len(each)} {word}" for word, each in groups.items() if each)
    sheet.heading(_by_what(sheet, report, numbers) if report.policy is not None else "Findings")
    for each in groups["failed"][:SHOWN]:
        _finding(sheet, each, "bad", f"FAIL ({each.severity})")
    sheet.more(len(groups["failed"]) - SHOWN)
    for each in groups["reported only"][:SHOWN]:
        aside = ", not demanded" if report.policy is not None else ""
        _finding(sheet, each, TOLD[LEVELS[each.severity]], f"{LEVELS[each.severity]} ({each.severity}{aside})")
    sheet.more(len(groups["reported only"]) - SHOWN)
    for each in groups["unknown"][:SHOWN]:
        weight = {"fail": ", which fails", "": ", a warning only"}.get(each.verdict, "") if report.policy else ""
        _finding(sheet, each, "open", f"unknown ({each.severity}{weight})")
    sheet.more(len(groups["unknown"]) - SHOWN)
    for each in groups["excepted"][:SHOWN]:
        _finding(sheet, each, "weak", "excepted", fix=False)
        note = covered.get(each.exception)
        if note is not None:
            sheet.text(sheet.safe(_exception(note), 400), 6)
    sheet.more(len(groups["excepted"]) - SHOWN)
    for each in groups["known before"][:SHOWN]:
        _finding(sheet, each, "weak", "known before", fix=False)
    sheet.more(len(groups["known before"]) - SHOWN)
    if groups["passed"]:
        passed = dict.fromkeys(sheet.safe(each.rule, 80) for each in groups["passed"])
        sheet.text(", ".join(passed), 2, 4, lead="Passed: ")
    for note in report.exceptions_applied:
        if note.warning:
            lead = f"exception {sheet.safe(note.id, 60)} {say.EXCEPTIONS[note.state]}"
            sheet.marked("bad", lead, f"{sheet.safe(note.rule, 80)}: {sheet.safe(note.warning, 300)}", 2)
            sheet.text(sheet.safe(_exception(note), 400), 6)


def _by_what(sheet: Sheet, report: Report, counts: str) -> str:
    policy = report.policy
    if policy is None:
        return ""
    presets = f" on {words.listed([f'preset {each}' for each in policy.extends])}" if policy.extends else ""
    notice = f", {policy.notice_hours:g} h of notice" if policy.notice_hours else ""
    return f"Policy {sheet.safe(policy.source, 120)}{presets}{notice}: {counts or 'nothing was asked'}"


def _finding(sheet: Sheet, finding: Finding, mark: str, word: str, *, fix: bool = True) -> None:
    named = " ".join(part for part in (finding.code, finding.rule) if part)
    sheet.marked(mark, word, f"{sheet.safe(named, 120)}: {sheet.safe(finding.message, 400)}", 2)
    if fix and finding.effect and finding.outcome == "fail":
        sheet.text(sheet.safe(finding.effect, 400), 6, lead="Effect: ")
    if fix and finding.fix and finding.outcome == "fail":
        sheet.text(sheet.safe(finding.fix, 400), 6, lead="Fix: ")


def _exception(note: ExceptionNote) -> str:
    """The owner, the end and the reason of an exception."""
    if note.days_left is None:
        lasts = f"review {note.review}" if note.review else note.expires
    elif note.days_left < 0:
        lasts = f"ended {-note.days_left} days ago"
    else:
        lasts = f"{note.days_left} days left"
    return f"{note.id}, {note.owner}, {lasts}: {note.reason}"


# -- parties that can take the site down -------------------------------------------------------------------------------


def _companies(
    sheet: Sheet, report: Report, evidence: dict[str, Evidence], names: dict[str, str], known: dict[str, str]
) -> None:
    companies = [point for point in report.spofs if point.failure_domain.kind == "parent"]
    strong = [point for point in companies if not point.name_only]
    gone = report.policy is None and report.verdict == "fail" and not report.spofs
    if gone or name_is_gone(report.findings):
        return
    sheet.heading("What one company alone can end, worst first")
    if not strong:
        unsure = report.unknowns and report.score.low < report.score.high
        open_ = "; the unknown parts (below) may depend on one" if unsure else ""
        names_aside = ", apart from the names" if companies else ""
        sheet.text(f"Nothing, as far as was seen{names_aside}{open_}.", 2)
    for position, point in enumerate(strong, 1):
        roles = say.held(point)
        guess = ", which looks like the site's own" if point.failure_domain.own == "guessed" else ""
        told = _told_id(sheet, point, known)
        where = sheet.safe(places.only_in(point.places), 200)
        held = f"{_called(sheet, point, known)}{guess}{f', {roles}' if roles else ''}{told}{where}"
        sheet.text(held, 1, 3, lead=f"{position}. ", colour=BOLD)
        _effects(sheet, point.functions, names)
        here = isinstance(point.places, tuple)
        _proof(sheet, point.because, places.proofs(report, point.places) if here else evidence)
    stops = [each for point in strong for each in point.functions if each.effect != "degraded"]
    if bases := say.bases(stops, report.times):
        sheet.text(sheet.safe(bases, 400), 2, lead="Times: ")
    _name_holders(sheet, report, [point for point in companies if point.name_only], names, known)


def _goes_on(sheet: Sheet, impact: FunctionImpact, names: dict[str, str]) -> str:
    """Who carries a degraded function meanwhile, and when it is whole again; reports of old do not say."""
    if impact.time_to_recover_hours.high <= 0:
        return ""
    carried = words.listed([sheet.safe(_operator(each, names), 80) for each in impact.remains])
    through = f"goes on through {carried}; " if carried else ""
    return f"{through}complete again after about {words.span(impact.time_to_recover_hours)}"


def _effects(sheet: Sheet, impacts: Iterable[FunctionImpact], names: dict[str, str]) -> None:
    """One line per effect and time, with all functions that share them."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for each in impacts:
        if each.effect == "degraded":
            when = _goes_on(sheet, each, names)
        else:
            when = words.loss(each.onset, each.time_to_recover_hours)
            if each.via:
                when += f" by way of {sheet.fallback(each.via)}"
        when += places.only_in(each.places)
        grouped.setdefault((each.effect, when), []).append(sheet.safe(words.function(each.id), 80))
    for (effect, when), functions in grouped.items():
        text = words.listed(functions) + (f" - {sheet.safe(when)}" if when else "")
        sheet.marked(EFFECT_MARKS.get(effect, "open"), say.effect(effect), text, 4)


def _proof(sheet: Sheet, because: Iterable[str], evidence: dict[str, Evidence]) -> None:
    items = say.most_telling(evidence[each] for each in because if each in evidence)
    for item in items[:PROOFS]:
        sheet.text(f"{sheet.safe(say.proof(item), 120)} [{sheet.safe(item.source, 66)}]", 4, lead="proof: ")
    sheet.more(len(items) - PROOFS, 4, lead="proof: ")


def _name_holders(
    sheet: Sheet, report: Report, points: list[SinglePoint], names: dict[str, str], known: dict[str, str]
) -> None:
    """Registrars and registries, a line for all of a role and time: of order 1 for every site, so they tell little of
    this one."""
    if not points:
        return
    alike: dict[tuple[str, str], list[str]] = {}
    own = {each.parent for each in report.dependencies if each.role in SINGLE and each.direct is True}
    for point in sorted(points, key=lambda each: each.failure_domain.id not in own):
        role = words.listed([say.role(each) for each in point.roles if each in SINGLE]) or "name"
        held = _names_held(sheet, report, point, names)
        of = f" for {words.few(held, ZONES)}" if held else ""
        alike.setdefault((role, _name_is_back(sheet, point)), []).append(f"{_called(sheet, point, known)}{of}")
    others = " (besides the companies above)" if any(not each.name_only for each in report.spofs) else ""
    sheet.lines.append("")
    sheet.text(f"Every name has one registrar and one registry, and each of them can end it{others}:", 2)
    for (role, back), holders in alike.items():
        sheet.text(f"{'; '.join(holders)}{f' - {back}' if back else ''}", 4, 4, lead=f"{role}: ")


def _name_is_back(sheet: Sheet, point: SinglePoint) -> str:
    """When a name works again that its registrar or registry ended, or what takes over."""
    lost = [each for each in point.functions if each.effect != "degraded"]
    direct = [each.time_to_recover_hours for each in lost if not each.via]
    spared = sorted({sheet.fallback(each.via) for each in lost if each.via})
    back = ""
    if direct:
        back = f"back after about {words.span(max(direct, key=lambda each: (each.usual, each.high)))}"
    if spared:
        back += f"{', sooner ' if back else ''}by way of {words.listed(spared)}"
    return back


def _names_held(sheet: Sheet, report: Report, point: SinglePoint, names: dict[str, str]) -> list[str]:
    """The zones whose registrar or registry a company is, those of the site itself first; else whom it works for."""
    held = [each for each in report.dependencies if each.parent == point.failure_domain.id and each.role in SINGLE]
    ordered = sorted(held, key=lambda each: each.direct is not True)
    zones = [zone for each in ordered for zone in each.zones] or [
        f"{names.get(each.subject, each.subject)}, as its back end" for each in held
    ]
    return list(dict.fromkeys(sheet.safe(each, 80) for each in zones))


def _its_own(sheet: Sheet, report: Report) -> None:
    """What the owner runs himself, or seems to, with the reasons."""
    own = report.own if isinstance(report.own, tuple) else ()
    if own:
        sure = any(parts.ground != "guessed" for parts in own)
        told = "The site's own: it" if sure else "Perhaps the site's own: then it"
        sheet.heading(f"{told} can fail, burn or be blocked, but nobody else ends its contract")
    for parts in own:
        mark = "; " if any("," in each for each in parts.names) else ""
        safe = [sheet.safe(each, 80) for each in parts.names]
        named = mark.join(safe) if mark else words.listed(safe)
        text = f"{named}, for {words.listed([say.role(each) for each in parts.roles])}"
        sheet.marked(*OWN[parts.ground], f"{text} ({sheet.safe('; '.join(parts.reasons), 300)})", 2)
        if parts.ground == "guessed":
            told = "The low end of the score counts it as others' companies, the high end as the site's own; own in the"
            sheet.text(f"{told} site file settles it.", 6)


def _other_domains(sheet: Sheet, report: Report, known: dict[str, str]) -> None:
    """Single points of other kinds than a company, one line each."""
    companies = {each.failure_domain.id for each in report.spofs if each.failure_domain.kind == "parent"}
    rest = [
        point
        for point in report.spofs
        if point.failure_domain.kind == "tld"
        or (point.failure_domain.kind not in ("parent", "provider") and not point.name_only)
        or (
            point.failure_domain.kind == "provider" and point.failure_domain.id not in companies and not point.name_only
        )
    ]
    if rest:
        sheet.heading("By product, network, place and TLD: losing one of these is enough")
    applying = sum(each.state not in IDLE for each in report.functions)
    for point in rest[:OTHERS]:
        stopped = [sheet.safe(words.function(each.id), 80) for each in point.functions if each.effect != "degraded"]
        what = "everything" if len(stopped) == applying > 1 else words.few(stopped)
        kind = KINDS.get(point.failure_domain.kind, point.failure_domain.kind)
        if point.failure_domain.own in ("declared", "named"):
            sheet.text(f"{_called(sheet, point, known)}: {what}", 2, 4, lead="own ")
            continue
        called = _product(sheet, point) if kind == "product" else _numbered(sheet, point)
        sheet.text(f"{called}: {what}", 2, 4, lead=f"{kind} ")
    sheet.more(len(rest) - OTHERS)


def _together(sheet: Sheet, report: Report, names: dict[str, str], known: dict[str, str]) -> None:
    """Companies that stop a function only if they fail together; functions with the same cut sets and times share a
    list."""
    own = report.own if isinstance(report.own, tuple) else ()
    for size, number in TOGETHER_IN.items():
        held: dict[str, list[tuple[tuple[str, ...], Hours | None]]] = {}
        for cut in pairs_as_told(report.cut_sets, own):
            if len(cut.members) == size:
                held.setdefault(cut.function, []).append((cut.members, cut.hours))
        shared: dict[tuple[tuple[tuple[str, ...], Hours | None], ...], list[str]] = {}
        for function, sets in held.items():
            sets.sort(key=lambda each: (-each[1].usual if each[1] is not None else 0.0, each[0]))
            shared.setdefault(tuple(sets), []).append(sheet.safe(words.function(function), 80))
        if shared:
            sheet.heading(f"What {number} companies can end together")
        room = TOGETHER
        for together, functions in shared.items():
            if room:
                sheet.text(f"{words.listed(functions)}:", 2)
            for members, hours in together[:room]:
                back = f" - back after about {words.span(hours)}" if hours is not None else ""
                called = [
                    f"{sheet.safe(known.get(each) or _operator(each, names), 80)}{say.holding(report, each)}"
                    for each in members
                ]
                sheet.text(f"{words.listed(called)}{back}", 4, lead="- ")
            room -= len(together[:room])
        sheet.more(sum(map(len, shared)) - TOGETHER)
    for limit in report.cut_set_limits:
        sheet.text(sheet.safe(limit, 300), 2, lead="Note: ")


def _called(sheet: Sheet, point: SinglePoint, known: dict[str, str]) -> str:
    """What people call a company; of one that is not in the catalogue, what was seen of it too."""
    domain = point.failure_domain
    if is_unknown(domain.id):
        seen = sheet.safe(seen_of(domain.id), 80)
        if not domain.name:
            return _nameless(seen)
        aside = "" if seen in domain.name else f"{seen}, "
        return f"{sheet.safe(domain.name, 80)} ({aside}not in the catalogue)"
    return sheet.safe(known.get(domain.id) or domain.name or domain.id, 120)


def _told_id(sheet: Sheet, point: SinglePoint, known: dict[str, str]) -> str:
    """The id that rules and commands use, if the name does not give it."""
    identity = point.failure_domain.id
    same = _called(sheet, point, known).casefold().replace(" ", "-") == identity
    return "" if same or is_unknown(identity) else f"; id {sheet.safe(identity, 80)}"


def _product(sheet: Sheet, point: SinglePoint) -> str:
    """The name that people know and, if it adds information, the id that rules and reports use."""
    domain = point.failure_domain
    if is_unknown(domain.id):
        return sheet.safe(_operator(domain.id, {}), 120)
    name, identity = sheet.safe(domain.name or domain.id, 80), sheet.safe(domain.id, 80)
    return name if name.casefold().replace(" ", "-") == identity else f"{name} ({identity})"


def _numbered(sheet: Sheet, point: SinglePoint) -> str:
    """A number or code with its name behind it: ``16509 (AMAZON-02)``."""
    domain = point.failure_domain
    name = f" ({sheet.safe(domain.name, 80)})" if domain.name and domain.name != domain.id else ""
    return f"{sheet.safe(domain.id, 80)}{name}"


def _operator(provider: str, names: dict[str, str]) -> str:
    """A provider's name; for one that is not in the catalogue, the description from the evidence."""
    return _nameless(seen_of(provider)) if is_unknown(provider) else names.get(provider, provider)


def _nameless(seen: str) -> str:
    return f"an operator not in the catalogue ({seen})"


# -- functions, fallbacks, gaps ---------------------------------------------------------------------------


def _functions(sheet: Sheet, report: Report, names: dict[str, str]) -> None:
    shown = [each for each in report.functions if each.state not in IDLE]
    if name_is_gone(report.findings):  # nothing else was asked, and nothing of it can work
        shown = [each for each in shown if each.state != "unknown"]
    if shown:
        sheet.heading("Functions and what each rests on")
    for each in shown:
        asked = each.state != "up" or any(leg.liveness == "answers" for leg in each.legs)
        mark, word = STATES[each.state] if asked else UNTESTED
        score = f"score {_between(each.score.low, each.score.high)}"
        note = f"; {sheet.safe(each.note)}" if each.note else ""
        sheet.marked(mark, word, f"{sheet.safe(words.function(each.id), 80)}, {score}{note}", 2)
        for leg in each.legs[:LEGS]:
            _leg(sheet, leg, names)
        sheet.more(len(each.legs) - LEGS, 6)
    _idle(sheet, [each for each in report.functions if each.state == "not_applicable"])


def _leg(sheet: Sheet, leg: Leg, names: dict[str, str]) -> None:
    providers = [sheet.safe(_operator(each, names), 80) for each in leg.providers]
    by = f" by {words.few(providers, SUBJECTS)}" if providers else ""
    note = f"; {sheet.safe(leg.note)}" if leg.note else ""
    mark, word = KNOWN_LEGS[leg.liveness] if leg.state == "known" else LEG_STATES[leg.state]
    lead = f"{say.role(leg.role)} {word}"
    if leg.state == "known":
        lead = LEADS.get((leg.role, leg.liveness), lead) if providers else WITHOUT_OPERATOR.get(leg.role, lead)
    sheet.marked(mark, lead, f"{sheet.safe(leg.subject, 100)}{by}{note}", 6)


def _contradictions(sheet: Sheet, report: Report) -> None:
    """Operators with evidence that contradicts their attribution and names another company."""
    doubtful = [each for each in report.dependencies if each.against]
    if not doubtful:
        return
    sheet.heading("Contradictions: less is sure about these operators")
    for each in doubtful[:DOUBTS]:
        taken = f"{each.subject}: {each.name or each.provider}, confidence {each.confidence:.0%}"
        text = f"{taken}; against it: {words.few(each.against)}"
        sheet.marked("weak", say.role(each.role), sheet.safe(text, 300), 2)
    sheet.more(len(doubtful) - DOUBTS)


def _idle(sheet: Sheet, functions: list[Function]) -> None:
    if functions:
        listed = words.listed([sheet.safe(words.function(each.id), 80) for each in functions])
        sheet.text(f"No sign of: {listed}.", 2)


def _fallbacks(sheet: Sheet, report: Report, names: dict[str, str]) -> None:
    sheet.heading("Fallbacks")
    if not report.fallbacks:
        sheet.text("None seen.", 2)
    for each in report.fallbacks:
        known = each.name or _operator(each.provider, names)
        declared = words.standing_by(FallbackId.read(each.id), known) if each.id else ""
        provider = sheet.safe(declared or _operator(each.provider, names), 100)
        backed = f" for {sheet.safe(each.backs_up, 100)}" if each.backs_up else ""
        text = f"{say.role(each.role)} {provider}{backed}"
        sheet.graded(each.grade, text, each.reasons, failed=each.proof == "failed")


def _unknowns(sheet: Sheet, report: Report) -> None:
    """The unknowns, grouped by cause, so that a server that is down does not fill the screen."""
    if not report.unknowns:
        return
    counted = report.score.low < report.score.high
    meaning = ": taken as failing for the low score, as working for the high one" if counted else ""
    sheet.heading(f"Unknown ({len(report.unknowns)}){meaning}")
    grouped: dict[str, list[UnknownFact]] = {}
    for fact in report.unknowns:
        grouped.setdefault(fact.cause, []).append(fact)
    for name, facts in sorted(grouped.items(), key=lambda group: (-len(group[1]), group[0])):
        again = " (asking again may help)" if any(fact.retryable for fact in facts) else ""
        number = Counter(f"{say.role(fact.role)} {fact.subject}" for fact in facts)
        subjects = [sheet.safe(each, 90) for each in number]
        shown = words.few(subjects, SUBJECTS)
        sheet.marked("open", f"{len(facts)} unknown", f"{sheet.safe(say.cause(name))}{again}: {shown}", 2)
        for fact in facts:
            if isinstance(fact.declare, str):
                told = f"{fact.detail}; " if fact.detail else ""
                settles = f"{told}if there are none, write {fact.declare} in the site file"
                sheet.text(sheet.safe(settles, 400), 6)


def _next(sheet: Sheet, report: Report) -> None:
    """The most useful next command. It comes last, where the reader's eye stops."""
    domain = shlex.quote(report.target.domain)
    retryable = sum(fact.retryable for fact in report.unknowns)
    unasked = sum(fact.cause == "not_asked" for fact in report.unknowns)
    failed = next((each.code for each in report.findings if each.verdict == "fail" and each.code), "")
    if report.verdict == "fail" and failed:
        why, command = "read what is at risk and what to do", f"hostaudit explain {shlex.quote(failed)}"
    elif unasked > retryable and report.verdict == "inconclusive":
        why, command = "ask also what was switched off", f"hostaudit scan {domain}"
    elif report.verdict == "inconclusive" or retryable > len(report.evidence) // 4:
        why, command = "ask again, with more time", f"hostaudit scan {domain} --deadline 120"
    else:
        path = shlex.quote(f"{report.target.domain}.json")
        why, command = "keep the proof, for hostaudit analyse", f"hostaudit scan {domain} --save-evidence {path}"
    sheet.heading(f"Next: {why}")
    sheet.text(sheet.safe(command, 600), 2, 4)


PAGES = {Report: write}
