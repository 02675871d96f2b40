"""Rules on companies and countries, in whatever role: who may not occur, how much one may hold, where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hostaudit import domain
from hostaudit.analysis.impact.score import part
from hostaudit.model.policy import Refusal, Severity, UnknownMode
from hostaudit.model.words import listed
from hostaudit.policy.checks.context import Answer, Ground, few, open_questions, reasons


@dataclass(frozen=True)
class Party:
    """Somebody on whom the site rests. ``above``: the companies in control, the nearest first; ``own``: the roles in
    which the site itself chose it, of all its ``roles``. ``certain``: that it is this one. ``countries`` of it and of
    all above it; ``located``: of the last of them the country is known."""

    provider: str
    account: str
    name: str
    above: tuple[str, ...]
    company: str
    roles: frozenset[str]
    own: frozenset[str]
    certain: bool
    countries: tuple[str, ...]
    located: bool
    because: tuple[str, ...]

    @property
    def told(self) -> str:
        """Its name, and whose it is if that says more."""
        return self.name if self.company in ("", self.name) else f"{self.name} ({self.company})"


def parties(ground: Ground) -> tuple[Party, ...]:
    """Everybody on whom something rests, by provider, those behind others included."""
    held: dict[str, list[tuple[str, bool, bool, str, tuple[str, ...], str]]] = {}
    tld = domain.tld(ground.report.target.registrable)
    for leaf in ground.leaves:
        for provider in leaf.domains.get("provider", ()):
            own = leaf.place == "serving" and (leaf.owned or (leaf.role == "registry" and leaf.subject == tld))
            parent = next(iter(leaf.domains.get("parent", ())), provider)
            country = next(iter(leaf.domains.get("jurisdiction", ())), "")
            sure = leaf.certainty == "certain"
            held.setdefault(provider, []).append((part(leaf), own, sure, parent, leaf.because, country))
    return tuple(_party(ground, provider, rows) for provider, rows in sorted(held.items()))


def _party(ground: Ground, provider: str, rows: list[tuple[str, bool, bool, str, tuple[str, ...], str]]) -> Party:
    above = _above(ground, provider, rows[0][3])
    records = ground.case.rules.parents
    listed_ = {each.id: each for each in ground.case.rules.providers}
    stated_by = {each: listed_[each].jurisdiction for each in above if each in listed_}
    stated_by |= {each: records[each].jurisdiction for each in above if each in records}
    stated = {country for *_, country in rows if country}
    last = above[-1] if above else provider
    located = bool(stated_by.get(last)) or (bool(stated) and last not in stated_by)
    return Party(
        provider=provider,
        account=ground.case.attribution.catalogue.account(provider),
        name=ground.called(provider),
        above=above,
        company=ground.case.company(last).removeprefix("unknown:"),
        roles=frozenset(role for role, *_ in rows),
        own=frozenset(role for role, own, *_ in rows if own),
        certain=any(sure for _, _, sure, *_ in rows),
        countries=tuple(sorted(stated | {each for each in stated_by.values() if each})),
        located=located,
        because=tuple(sorted({each for *_, because, _ in rows for each in because})),
    )


def _above(ground: Ground, provider: str, parent: str) -> tuple[str, ...]:
    """The companies in control of a provider, itself if it is its own: the nearest first."""
    owners = {each.id: each.parent for each in ground.case.rules.providers}
    owners |= {identity: record.parent for identity, record in ground.case.rules.parents.items()}
    way = [provider] if provider in owners else [parent]
    while owners.get(way[-1]) and owners[way[-1]] not in way:
        way.append(owners[way[-1]])
    if parent not in way and provider not in owners:
        way.append(parent)
    return tuple(way)


def hit(party: Party, identity: str) -> bool:
    """Whether an id means a party: its product, its account, or a company above it."""
    return identity in (party.provider, party.account, *party.above)


# -- the rules --------------------------------------------------------------------------------------------


def providers_deny(ground: Ground) -> Iterator[Answer]:
    """``providers.deny``: products and accounts."""
    for refusal in ground.policy.providers:
        yield from _refused(
            ground,
            "providers.deny",
            refusal,
            [each for each in parties(ground) if refusal.id in (each.provider, each.account)],
        )


def parents_deny(ground: Ground) -> Iterator[Answer]:
    """``parents.deny``: companies, at any height."""
    demand = ground.policy.parents
    for refusal in demand.deny:
        found = [each for each in parties(ground) if refusal.id in each.above]
        yield from _refused(ground, "parents.deny", refusal, found, demand.severity, demand.unknown)


def _refused(
    ground: Ground,
    rule: str,
    refusal: Refusal,
    found: list[Party],
    severity: Severity | None = None,
    unknown: UnknownMode | None = None,
) -> Iterator[Answer]:
    why = f" ({refusal.reason})" if refusal.reason else ""
    sure = [each for each in found if each.certain]
    for each in sure:
        message = f"{each.told} is refused{why}; it is here as {_parts(ground, each)}."
        yield _about(ground, rule, refusal.id, "fail", message, each, severity, unknown)
    if sure:
        return
    open_ = ground.hidden()
    if open_:
        message = f"Whether {refusal.id} occurs could not be learnt: {open_questions(open_)}."
        yield Answer(rule, "unknown", refusal.id, message, because=reasons(open_), severity=severity, unknown=unknown)
    else:
        message = f"{refusal.id} does not occur{_caveat(ground)}."
        yield Answer(rule, "pass", refusal.id, message, severity=severity, unknown=unknown)


def _parts(ground: Ground, party: Party) -> str:
    titles = [ground.title(each) for each in sorted(party.roles)]
    return listed([each if each[:2].isupper() else each[:1].lower() + each[1:] for each in titles])


def _caveat(ground: Ground) -> str:
    """What lies outside of what can be judged at all."""
    notes = [group.note for group in ground.alternatives.groups("hosting") if group.note]
    return f"; {few(notes)} and not judged" if notes else ""


def _about(
    ground: Ground,
    rule: str,
    subject: str,
    outcome: str,
    message: str,
    party: Party,
    severity: Severity | None,
    unknown: UnknownMode | None,
) -> Answer:
    return Answer(
        rule,
        "fail" if outcome == "fail" else "unknown",
        subject,
        message,
        provider=party.provider,
        because=party.because,
        severity=severity,
        unknown=unknown,
        confidence=ground.confidence((party.provider,)),
    )


def parents_max_share(ground: Ground) -> Iterator[Answer]:
    """``parents.max_share``: of all alternatives, the share of the largest company."""
    demand = ground.policy.parents
    if demand.max_share is None:
        return
    legs, hidden = ground.alternatives.legs()
    held: dict[str, tuple[int, int]] = {}
    doubtful = 0
    for each in legs:
        sure = {identity for kind, identity in each.least if kind == "parent"}
        if not each.sure:
            doubtful += 1
        for parent in sure:
            least, doubts = held.get(parent, (0, 0))
            held[parent] = (least + 1, doubts + (not each.sure))
    # An alternative of which not everything is known may be anybody's; those surely a company's are in its count.
    high = max((least + doubtful - doubts for least, doubts in held.values()), default=doubtful)
    low, who = max(((least, parent) for parent, (least, _) in held.items()), default=(0, ""))
    total = len(legs)
    shares = (low / total, high / total) if total else (0.0, 0.0)
    if hidden or not total:
        shares = (0.0, 1.0 if hidden else 0.0)
    outcome = "pass" if shares[1] <= demand.max_share else "fail" if shares[0] > demand.max_share else "unknown"
    percent = [f"{100 * each:.0f}" for each in shares]
    told = percent[0] if percent[0] == percent[1] else f"{percent[0]} to {percent[1]}"
    named = f", {ground.case.company(who)}" if who else ""
    most = f"{100 * demand.max_share:.0f}"
    yield Answer(
        "parents.max_share",
        "pass" if outcome == "pass" else "fail" if outcome == "fail" else "unknown",
        ground.domain,
        f"One company holds {told} % of {total} alternatives{named}; at most {most} % is allowed.",
        provider=who,
        because=tuple(sorted({each for leg in legs for each in leg.because})),
        severity=demand.severity,
        unknown=demand.unknown,
    )


# -- countries --------------------------------------------------------------------------------------------


def jurisdictions_deny(ground: Ground) -> Iterator[Answer]:
    """``jurisdictions.deny``: no company of these countries."""
    demand = ground.policy.jurisdictions
    for refusal in demand.deny:
        why = f" ({refusal.reason})" if refusal.reason else ""
        found = [each for each in parties(ground) if refusal.id in each.countries]
        sure = [each for each in found if each.certain]
        for each in sure:
            message = f"{each.told} is under the jurisdiction of {refusal.id}, which is refused{why}."
            yield _about(
                ground, "jurisdictions.deny", refusal.id, "fail", message, each, demand.severity, demand.unknown
            )
        if not sure:
            yield _elsewhere(ground, "jurisdictions.deny", refusal.id, f"No company of {refusal.id} occurs")


def jurisdictions_allow(ground: Ground) -> Iterator[Answer]:
    """``jurisdictions.allow``: no company of any other country."""
    demand = ground.policy.jurisdictions
    if not demand.allow:
        return
    allowed = set(demand.allow)
    wrong = [each for each in parties(ground) if each.certain and set(each.countries) - allowed]
    for each in wrong:
        others = listed(sorted(set(each.countries) - allowed))
        message = f"{each.told} is under the jurisdiction of {others}; allowed: {few(demand.allow, 12)}."
        yield _about(
            ground, "jurisdictions.allow", each.provider, "fail", message, each, demand.severity, demand.unknown
        )
    settled = _elsewhere(ground, "jurisdictions.allow", ground.domain, f"Every company is of {few(demand.allow, 12)}")
    if settled.outcome == "unknown" or not wrong:
        yield settled


def jurisdictions_known(ground: Ground) -> Iterator[Answer]:
    """``jurisdictions.known``: the country of every company that was identified."""
    demand = ground.policy.jurisdictions
    if not demand.known:
        return
    wrong = [each for each in parties(ground) if each.certain and not each.located]
    for each in wrong:
        message = f"Under whose jurisdiction {each.told} is, is not known."
        yield _about(
            ground, "jurisdictions.known", each.provider, "fail", message, each, demand.severity, demand.unknown
        )
    open_ = ground.hidden()
    if open_:
        message = f"Who some operators are could not be learnt: {open_questions(open_)}."
        yield _country(ground, "jurisdictions.known", ground.domain, "unknown", message, reasons(open_))
    elif not wrong:
        message = f"The country of every company is known{_caveat(ground)}."
        yield _country(ground, "jurisdictions.known", ground.domain, "pass", message, ())


def _elsewhere(ground: Ground, rule: str, subject: str, told: str) -> Answer:
    """What remains when no company of a wrong country was found: all is well, unless some country is open."""
    homeless = [each for each in parties(ground) if not each.located]
    open_ = ground.hidden()
    if not (homeless or open_):
        return _country(ground, rule, subject, "pass", f"{told}{_caveat(ground)}.", ())
    unknown = few((*(each.told for each in homeless), *(f"{leaf.role} {leaf.subject}" for leaf in open_)))
    because = {each for party in homeless for each in party.because} | set(reasons(open_))
    message = f"The country of some companies is not known: {unknown}."
    return _country(ground, rule, subject, "unknown", message, sorted(because))


def _country(ground: Ground, rule: str, subject: str, outcome: str, message: str, because: Iterable[str]) -> Answer:
    demand = ground.policy.jurisdictions
    return Answer(
        rule,
        "pass" if outcome == "pass" else "unknown",
        subject,
        message,
        because=tuple(because),
        severity=demand.severity,
        unknown=demand.unknown,
    )
