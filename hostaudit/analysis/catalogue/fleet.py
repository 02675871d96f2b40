"""A fleet of names against the catalogue: how many of them it knows, and which groups of them it does not.

Names are grouped by the name that a registrar sells. A suffix under which many parties register is no group: the names
below it that are registered are. A reference is an owner with a group, so a zone with four servers of one operator
counts once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from hostaudit import domain
from hostaudit.analysis.catalogue.catalogue import Catalogue, host_name
from hostaudit.documents.name_list import NameList
from hostaudit.model.match import STATS_SCHEMA, Clue, KnownRow, ProviderStats, UnknownRow

KINDS: dict[str, tuple[str, Callable[[Catalogue, str], tuple[Clue, ...]]]] = {
    "ns": ("dns", Catalogue.ns),
    "mx": ("mail", Catalogue.mx),
    "cname": ("paas", Catalogue.cname),
}
"""By kind of clue, the role that it shows in a draft, and the look-up."""

SHOWN = 4
"""Number of names that stand for a group."""


def stats(listed: NameList, catalogue: Catalogue, source: str, most: int) -> ProviderStats:
    """Return how much of a list the catalogue knows, with the ``most`` frequent known providers and unknown groups."""
    held: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    unread = listed.unread
    for use in listed.uses:
        name = host_name(use.name)
        if name:
            held[use.owner, use.kind, domain.registrable(name) or name].append(name)
        else:
            unread += 1
    providers: Counter[str] = Counter()
    groups: Counter[tuple[str, str]] = Counter()
    names: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    answered: dict[tuple[str, str], str] = {}
    for (_, kind, group), hosts in held.items():
        told = next(filter(None, (_provider(catalogue, kind, host, answered) for host in hosts)), "")
        if told:
            providers[told] += 1
        else:
            groups[kind, group] += 1
            names[kind, group].update(hosts)
    ranked = sorted(groups, key=lambda each: (-groups[each], each))
    return ProviderStats(
        schema=STATS_SCHEMA,
        source=source,
        names=len({use.name for use in listed.uses}),
        references=len(held),
        attributed=sum(providers.values()),
        other_records=listed.other,
        unread=unread,
        known=tuple(
            KnownRow(each, catalogue.name(each), catalogue.parent(each), providers[each])
            for each in sorted(providers, key=lambda each: (-providers[each], each))[:most]
        ),
        unknown=tuple(_unknown(*each, groups[each], names[each]) for each in ranked[:most]),
        groups=len(ranked),
    )


def _provider(catalogue: Catalogue, kind: str, host: str, answered: dict[tuple[str, str], str]) -> str:
    """The provider behind a name, empty if the catalogue knows none; each name is looked up once."""
    key = (kind, host)
    if key not in answered:
        answered[key] = next((clue.provider for clue in KINDS[kind][1](catalogue, host)), "")
    return answered[key]


def _unknown(kind: str, group: str, references: int, names: Counter[str]) -> UnknownRow:
    common = tuple(name for name, _ in sorted(names.items(), key=lambda row: (-row[1], row[0]))[:SHOWN])
    return UnknownRow(kind, group, references, common, draft(kind, group, common))


def draft(kind: str, group: str, names: Iterable[str]) -> str:
    """The file of a provider to fill in: what only a person can find out stands in capital letters."""
    label = group.partition(".")[0]
    example = next(iter(names), f"host.{group}")
    return (
        f"id: {label}\nname: NAME OF THE COMPANY\nroles: [{KINDS[kind][0]}]\n"
        f'jurisdiction: COUNTRY OF THE CONTRACT\nbasis: "WHAT SHOWS IT, WITH ITS YEAR"\n'
        f'{kind}: [{group}]\nsources: {{names: ["WHERE IT SAYS THAT {group} IS THEIRS, WITH ITS YEAR"]}}\n'
        f'samples:\n  matches: ["{kind} {example}"]\n  not_matches: ["{kind} {example}.evil.example"]\n'
    )
