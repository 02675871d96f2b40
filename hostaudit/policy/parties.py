"""Parties: the companies on which a site rests, whoever controls them, and the answers that several checks give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hostaudit import domain
from hostaudit.analysis.impact.score import effective_role
from hostaudit.model.actors import seen_of
from hostaudit.model.policy import Refusal
from hostaudit.model.words import listed
from hostaudit.policy.check import Answer, Demand, few_of
from hostaudit.policy.context import PolicyContext, open_questions, reasons


@dataclass(frozen=True)
class Party:
    """A provider on which the site rests. ``above``: the companies in control, the nearest first; ``own``: the roles in
    which the site itself chose it, of all its ``roles``. ``certain``: the attribution is certain. ``countries``: its
    own and those of all above it; ``located``: the country of the last of them is known."""

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
    def named(self) -> str:
        """The name, with the controlling company if that is more information."""
        return self.name if self.company in ("", self.name) else f"{self.name} ({self.company})"


def parties(context: PolicyContext) -> tuple[Party, ...]:
    """Return every provider on which something rests, sorted by id, including those behind other providers."""
    held: dict[str, list[tuple[str, bool, bool, str, tuple[str, ...], tuple[str, ...]]]] = {}
    tld = domain.tld(context.report.target.registrable)
    for leaf in context.leaves:
        for provider in leaf.domains.get("provider", ()):
            own = leaf.place == "serving" and (leaf.owned or (leaf.role == "registry" and leaf.registered == tld))
            parent = next(iter(leaf.domains.get("parent", ())), provider)
            countries = leaf.domains.get("jurisdiction", ())
            sure = leaf.certainty == "certain"
            held.setdefault(provider, []).append((effective_role(leaf), own, sure, parent, leaf.because, countries))
    return tuple(_party(context, provider, rows) for provider, rows in sorted(held.items()))


def _party(
    context: PolicyContext, provider: str, rows: list[tuple[str, bool, bool, str, tuple[str, ...], tuple[str, ...]]]
) -> Party:
    above = _above(context, provider, rows[0][3])
    records = context.case.rules.parents
    listed_ = {each.id: each for each in context.case.rules.providers}
    stated_by = {each: listed_[each].jurisdiction for each in above if each in listed_}
    stated_by |= {each: records[each].jurisdiction for each in above if each in records}
    stated = {each for *_, countries in rows for each in countries}
    last = above[-1] if above else provider
    located = bool(stated_by.get(last)) or (bool(stated) and last not in stated_by)
    return Party(
        provider=provider,
        account=context.case.attribution.catalogue.account(provider),
        name=context.called(provider),
        above=above,
        company=seen_of(context.case.company(last)),
        roles=frozenset(role for role, *_ in rows),
        own=frozenset(role for role, own, *_ in rows if own),
        certain=any(sure for _, _, sure, *_ in rows),
        countries=tuple(sorted(stated | {each for each in stated_by.values() if each})),
        located=located,
        because=tuple(sorted({each for *_, because, _ in rows for each in because})),
    )


def _above(context: PolicyContext, provider: str, parent: str) -> tuple[str, ...]:
    """The controlling companies of a provider, the nearest first; the provider itself if it has no parent."""
    owners = {each.id: each.parent for each in context.case.rules.providers}
    owners |= {identity: record.parent for identity, record in context.case.rules.parents.items()}
    way = [provider] if provider in owners else [parent]
    while owners.get(way[-1]) and owners[way[-1]] not in way:
        way.append(owners[way[-1]])
    if parent not in way and provider not in owners:
        way.append(parent)
    return tuple(way)


def means(party: Party, identity: str) -> bool:
    """True if an id names a party: its product, its account, or a company above it."""
    return identity in (party.provider, party.account, *party.above)


# -- answers ----------------------------------------------------------------------------------------------


def about(context: PolicyContext, demand: Demand, subject: str, message: str, party: Party) -> Answer:
    """Return the failure that one party causes."""
    return demand.answer(
        "fail",
        subject,
        message,
        provider=party.provider,
        because=party.because,
        confidence=context.confidence((party.provider,)),
    )


def refused(context: PolicyContext, demand: Demand, refusal: Refusal, found: list[Party]) -> Iterator[Answer]:
    """Yield the answers about one refused provider or company; ``found``: its parties at the site."""
    sure = [each for each in found if each.certain]
    for each in sure:
        message = f"{each.named} is refused{why(refusal)}; it is here as {_parts(context, each)}."
        yield about(context, demand, refusal.id, message, each)
    if sure:
        return
    unknown = context.hidden()
    if unknown:
        message = f"It is unknown whether {refusal.id} occurs: {open_questions(unknown)}."
        yield demand.answer("unknown", refusal.id, message, because=reasons(unknown))
    else:
        yield demand.answer("pass", refusal.id, f"{refusal.id} does not occur{caveat(context)}.")


def why(refusal: Refusal) -> str:
    """Return the reason of a refusal in brackets, empty if there is none."""
    return f" ({refusal.reason})" if refusal.reason else ""


def _parts(context: PolicyContext, party: Party) -> str:
    titles = [context.title(each) for each in sorted(party.roles)]
    return listed([each if each[:2].isupper() else each[:1].lower() + each[1:] for each in titles])


def caveat(context: PolicyContext) -> str:
    """Return the end of a sentence about the alternatives that cannot be judged."""
    notes = [group.note for group in context.alternatives.groups("hosting") if group.note]
    return f"; {few_of(notes)} and not judged" if notes else ""


def elsewhere(context: PolicyContext, demand: Demand, subject: str, message: str) -> Answer:
    """Return the answer if no company of a wrong country was found: ``message``, unless some country is unknown."""
    homeless = [each for each in parties(context) if not each.located]
    hidden = context.hidden()
    if not (homeless or hidden):
        return demand.answer("pass", subject, f"{message}{caveat(context)}.")
    unknown = few_of((*(each.named for each in homeless), *(f"{leaf.role} {leaf.subject}" for leaf in hidden)))
    because = {each for party in homeless for each in party.because} | set(reasons(hidden))
    text = f"The country of some companies is not known: {unknown}."
    return demand.answer("unknown", subject, text, because=sorted(because))
