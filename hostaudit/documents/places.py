"""Merged evidence: the looks of one site from several places, side by side in one document.

A site may answer every place otherwise, as content networks and name servers that tell places apart do, and a resolver
may lie. So nothing is mixed: each item says in which place it was seen, an equal result of several places is written
once, and ``apart`` gives each look back as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import UNSET, structs

from hostaudit.errors import UsageError
from hostaudit.model.evidence import (
    UNNAMED,
    Elsewhere,
    Evidence,
    EvidenceFile,
    EvidenceRun,
    Look,
    Target,
    is_vantage,
)
from hostaudit.model.site import Site
from hostaudit.model.words import listed

MOST_LOOKS = 32
FAR_APART = timedelta(days=1)
"""Looks further apart than this may differ by time as well as by place."""

NAMES = "a name has letters, digits, dots, hyphens and underscores, at most 40, such as tokyo or eu-west-1"


def merge(files: Iterable[EvidenceFile] | Mapping[str, EvidenceFile]) -> EvidenceFile:
    """Return one evidence of looks at one site from several places; merged evidence brings all of its own looks.

    ``files``: evidence by the name of its place, or evidence whose ``run.vantage`` is that name. The order does not
    matter. Raises ``UsageError`` for fewer than two looks, different sites, a place named twice or not at all, and
    different declarations.
    """
    given = files.items() if isinstance(files, Mapping) else (("", each) for each in files)
    looks = [look for name, file in given for look in apart(with_name(file, name))]
    looks.sort(key=lambda each: each.run.vantage)
    names = [each.run.vantage for each in looks]
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise UsageError(f"two looks are from the place {twice[0]}", "name them apart: --as NAME=FILE for each")
    if not 2 <= len(looks) <= MOST_LOOKS:
        count = "1 look is" if len(looks) == 1 else f"{len(looks)} looks are"
        raise UsageError(f"{count} given", f"give the evidence of 2 to {MOST_LOOKS} places")
    for each in looks[1:]:
        first, other = looks[0].target, each.target
        if (first.domain, first.registrable) != (other.domain, other.registrable):
            message = f"{looks[0].run.vantage} looked at {first.domain}, {each.run.vantage} at {other.domain}"
            raise UsageError(message, "merge looks at one site; hostaudit compare sets two sites side by side")
    return EvidenceFile(
        schema=looks[0].schema,
        target=_target([each.target for each in looks]),
        run=_run([each.run for each in looks]),
        evidence=_items(looks),
        site=_site(looks),
        looks=tuple(Look(each.target, each.run) for each in looks),
    )


def apart(file: EvidenceFile) -> tuple[EvidenceFile, ...]:
    """Return the looks of merged evidence, each as it was before; evidence of one look as it is."""
    if not file.looks:
        return (file,)
    seen: dict[str, list[Evidence]] = {each.run.vantage: [] for each in file.looks}
    for item in file.evidence:
        single = structs.replace(item, vantage="", also=())
        seen[item.vantage].append(single)
        for each in item.also:
            seen[each.vantage].append(structs.replace(single, source=each.source, at=each.at))
    return tuple(
        EvidenceFile(file.schema, each.target, each.run, tuple(seen[each.run.vantage]), file.site)
        for each in file.looks
    )


def far_apart(file: EvidenceFile) -> str:
    """Return how far the looks of merged evidence lie apart, as a sentence, if that is more than a day; else empty."""
    if not file.looks:
        return ""
    times = sorted((_time(each.run.started), each.run.vantage) for each in file.looks)
    (first, early), (last, late) = times[0], times[-1]
    if last - first <= FAR_APART:
        return ""
    days = (last - first) / timedelta(days=1)
    return f"{early} looked {days:.1f} days before {late}: differences may come from time, not from place"


def problems(file: EvidenceFile) -> Iterator[tuple[str, str]]:
    """Yield the defects of the places of evidence, as (place in the document, message)."""
    names = [each.run.vantage for each in file.looks]
    if len(names) == 1 or len(names) > MOST_LOOKS:
        yield "looks", f"{len(names)} looks; merged evidence has 2 to {MOST_LOOKS}"
    for position, look in enumerate(file.looks):
        name = look.run.vantage
        if not is_vantage(name) or names.count(name) > 1:
            yield f"looks[{position}]", f"{name[:60]!r} is not the name of one place"
        if (look.target.domain, look.target.registrable) != (file.target.domain, file.target.registrable):
            yield f"looks[{position}]", f"{look.target.domain} was looked at, not {file.target.domain}"
    for position, item in enumerate(file.evidence):
        places = [item.vantage, *(each.vantage for each in item.also)] if names or item.also else [*item.vantages]
        if not names and places:
            yield f"evidence[{position}]", "it names a place, but the document has no looks"
        elif unknown := [each for each in places if each not in names]:
            yield f"evidence[{position}]", f"{unknown[0][:60]!r} is not the place of one of the looks"


def with_name(file: EvidenceFile, name: str, path: str = "") -> EvidenceFile:
    """Return evidence of one look with the name of its place, which is its own if ``name`` is empty. ``path``: the
    file, for errors. Raises ``UsageError`` for a look without a name, and a name that is none."""
    about = path or f"the look at {file.target.domain}"
    if file.looks:
        if name:
            held = listed([each.run.vantage for each in file.looks])
            raise UsageError(f"{about} is evidence of several places already: {held}", "give it without a name")
        return file
    called = name or file.run.vantage
    if called == UNNAMED and not name:
        hint = f"name the place: --as NAME={path or 'FILE'}, or scan with --vantage NAME"
        raise UsageError(f"{about} does not say from which place it is", hint)
    if not is_vantage(called):
        raise UsageError(f"{called[:60]!r} is not the name of a place", NAMES)
    return structs.replace(file, run=structs.replace(file.run, vantage=called))


def _items(looks: list[EvidenceFile]) -> tuple[Evidence, ...]:
    """All items by id, then by place; equal results of one question once."""
    by_id: dict[str, list[Evidence]] = {}
    for look in looks:
        place = look.run.vantage
        for item in look.evidence:
            rows = by_id.setdefault(item.id, [])
            same = next((at for at, each in enumerate(rows) if _result(each) == _result(item)), None)
            if same is None:
                rows.append(structs.replace(item, vantage=place))
            else:
                also = (*rows[same].also, Elsewhere(place, item.source, item.at))
                rows[same] = structs.replace(rows[same], also=also)
    return tuple(item for identity in sorted(by_id) for item in by_id[identity])


def _result(item: Evidence) -> object:
    return item.value, item.absent, item.unknown, item.not_applicable


def _target(targets: list[Target]) -> Target:
    """The site with all hosts that were looked at from anywhere."""
    hosts = tuple(dict.fromkeys(host for each in targets for host in each.hosts))
    named = tuple(dict.fromkeys(host for each in targets for host in each.named))
    return structs.replace(targets[0], hosts=hosts, named=named)


def _run(runs: list[EvidenceRun]) -> EvidenceRun:
    """The run of all looks: from the first to the last, with the oldest data of each sort."""
    data: dict[str, str] = {}
    for each in runs:
        for sort, day in (each.data or {}).items():
            data[sort] = min(day, data.get(sort, day))
    defects = tuple(dict.fromkeys(defect for each in runs for defect in each.defects or ()))
    return EvidenceRun(
        started=min(each.started for each in runs),
        finished=max(each.finished for each in runs),
        resolver=", ".join(dict.fromkeys(each.resolver for each in runs)),
        vantage=", ".join(each.vantage for each in runs),
        tool_version=", ".join(dict.fromkeys(each.tool_version for each in runs)),
        options=tuple(sorted({option for each in runs for option in each.options})),
        data=data or UNSET,
        defects=defects or UNSET,
    )


def _site(looks: list[EvidenceFile]) -> Site | None:
    """What the owner declared: the same for all looks that hold a declaration."""
    declared = [each for each in looks if each.site is not None]
    for each in declared[1:]:
        if each.site != declared[0].site:
            message = f"{declared[0].run.vantage} and {each.run.vantage} hold different declarations of the owner"
            raise UsageError(message, "look from each place with the same site file")
    return declared[0].site if declared else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
