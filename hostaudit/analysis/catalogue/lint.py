"""Lint of the provider catalogue: the rules for a new provider's file; each complaint has file, line and a remedy.

The loader refuses a file that it cannot read. A readable file may still be wrong: a sample that does not match, a
suffix that belongs to another company, a fact without a source. Each rule below checks one such condition.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hostaudit import domain
from hostaudit.analysis.catalogue.catalogue import SAMPLES, Catalogue, evaluate_sample, normalise
from hostaudit.analysis.catalogue.clue_index import RangeIndex, number_of, words
from hostaudit.datasets.special_purpose import special_networks
from hostaudit.documents import rules
from hostaudit.documents.strict_yaml import Node, Source, build, compose, node_at
from hostaudit.errors import LineError, UsageError
from hostaudit.model.rules import Provider, Rules

NAMES = ("ns", "cname", "mx", "ptr", "spf", "hosts")
"""Fields that hold suffixes."""

PATTERNS = ("ns_patterns", "cname_patterns", "regions")

SAMPLE_OF = {
    "ns": "ns",
    "ns_patterns": "ns",
    "cname": "cname",
    "cname_patterns": "cname",
    "mx": "mx",
    "ptr": "ptr",
    "spf": "spf",
    "hosts": "host",
    "asns": "asn",
    "ranges": "ip",
    "headers": "header",
    "issuers": "issuer",
    "caa": "caa",
    "tlds": "tld",
    "registrar_ids": "registrar",
    "registrar_names": "registrar",
    "registry_names": "registry",
    "organisations": "organisation",
    "regions": "region",
}
"""By field of a record, the kind of clue string that proves it."""

GROUPS = {
    "company": ("parent",),
    "networks": ("asns", "ranges", "organisations", "feeds"),
    "names": (*NAMES, *PATTERNS),
    "headers": ("headers",),
    "certificates": ("issuers", "caa"),
    "registration": ("registrar_ids", "registrar_names", "registry_names", "tlds"),
    "claimable": ("claimable",),
}
"""By group of ``sources``, the fields that it covers; a country has its ``basis`` instead."""

MOST_SOURCES = 4

ALONE = ("asns", "registrar_ids", "tlds", "caa")
"""Fields whose values belong to one provider only, even among products of one company."""

GENERIC: dict[str, tuple[str, ...]] = {
    "server": (
        "nginx", "nginx/1.26.0", "Apache/2.4.62 (Debian)", "Microsoft-IIS/10.0", "envoy", "openresty", "LiteSpeed",
        "Caddy", "gunicorn", "Varnish",
    ),
    "via": ("1.1 varnish", "1.1 proxy.example.org (squid/5.7)"),
    "x-powered-by": ("PHP/8.3.0", "Express", "ASP.NET", "Next.js"),
    "x-cache": ("HIT", "MISS", "HIT from proxy01", "TCP_MISS"),
    "x-served-by": ("web-01",),
    "set-cookie": ("session=1; Path=/",),
    "vary": ("Accept-Encoding",),
    "cache-control": ("max-age=60",),
    "content-type": ("text/html",),
    "x-request-id": ("1",),
    "age": ("1",),
    "etag": ('"1"',),
}  # fmt: skip
"""Header lines that any server may send."""

HEARSAY = re.compile(r"unchecked|knowledge|assum|guess|unknown|not checked", re.IGNORECASE)
"""Words that show that a basis is no real basis."""

ADDRESS_SPACE = re.compile(r"address space \d+ % [A-Z]{2}(?: \([^)]*\))?")
"""A basis that shows where the addresses of a provider are registered, which is not who controls it."""

YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, order=True)
class Complaint:
    """A complaint: ``file`` and ``line`` of the defect, ``problem``: the defect, ``mend``: the remedy."""

    file: str
    line: int
    problem: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}{f'; {self.mend}' if self.mend else ''}"


@dataclass(frozen=True)
class Book:
    """A rules folder that could be read, with the trees that give the lines."""

    rules: Rules
    catalogue: Catalogue
    trees: dict[str, Node]

    def complain(self, provider: Provider, path: Iterable[str | int], problem: str, mend: str) -> Complaint:
        """A complaint about the value at ``path`` in a provider's file."""
        file = f"rules/providers/{provider.id}.yaml"
        return Complaint(file, node_at(self.trees[file], path).line, problem, mend)

    def of_shared(self, file: str, key: str, problem: str, mend: str) -> Complaint:
        """A complaint about an entry of a file that providers share."""
        line = next((name.line for name, _ in self.trees[file].entries or () if name.text == key), 1)
        return Complaint(file, line, f"{key}: {problem}", mend)


PARENTS, SOURCES = "rules/parents.yaml", "rules/sources.yaml"


def lint(place: Path | None = None) -> tuple[int, list[Complaint]]:
    """Return the number of checked providers, and the complaints in the order of files and lines.

    ``place`` is a rules folder (default: the one in use), or one provider file, which is checked as part of its own
    folder if that is a rules folder, else of the one in use. Raises ``UsageError`` if ``place`` is neither.
    """
    directory, only, sources = _read(place)
    found = sorted(_complaints(sources))
    if only:
        found = [each for each in found if each.file == only]
    if place is not None:
        found = [replace(each, file=_shown(each.file, place, directory, only)) for each in found]
    return (1 if only else len(sources) - len(_others(sources))), found


def _read(place: Path | None) -> tuple[Path, str, list[Source]]:
    """The folder, the name of the only file to check (empty: all), and the sources to read."""
    if place is None:
        return rules.folder(), "", rules.read(rules.folder())
    if place.is_dir():
        return place, "", rules.read(place)
    if place.suffix != ".yaml":
        raise UsageError(
            f"{place} is neither a rules folder nor a provider file", "give one such as rules/providers/x.yaml"
        )
    try:
        data = place.read_bytes()
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror}", "give an existing provider file") from None
    around = place.resolve().parent.parent
    directory = around if (around / "parents.yaml").is_file() else rules.folder()
    name = f"rules/providers/{place.name}"
    kept = [source for source in rules.read(directory) if source.name != name]
    return directory, name, [Source(name, data, rules.CHECKS), *kept]


def _shown(file: str, place: Path, directory: Path, only: str) -> str:
    return str(place) if only else str(directory / file.removeprefix("rules/"))


def _others(sources: list[Source]) -> list[Source]:
    return [source for source in sources if not source.name.startswith("rules/providers/")]


def _complaints(sources: list[Source]) -> Iterator[Complaint]:
    """The complaints about all files that cannot be read; if all can be read, the complaints of the rules."""
    unread: list[Complaint] = []
    trees: dict[str, Node] = {}
    for source in sources:
        try:
            trees[source.name] = compose(source)
            if source.name.startswith("rules/providers/"):
                build(source, trees[source.name], Provider)
        except UsageError as error:
            unread += _refused(error)
    if unread:
        yield from unread
        return
    try:
        read = rules.parse(sources, "lint")
    except UsageError as error:
        yield from _refused(error)
        return
    book = Book(read, Catalogue(read), trees)
    for rule in RULES:
        yield from rule(book)


def _refused(error: UsageError) -> Iterator[Complaint]:
    """The complaints for a refusal of the loader, each with its hint in the message if that is part of the sentence."""
    if not isinstance(error, LineError):
        yield Complaint("rules", 1, error.message, error.hint)
        return
    for each in error.all:
        yield Complaint(each.file, each.line, each.problem, "" if each.hint in each.problem else each.hint)


# -- one provider ---------------------------------------------------------------------------------


def samples_hold(book: Book) -> Iterator[Complaint]:
    """Every sample finds, or does not find, its provider."""
    for provider in book.rules.providers:
        for key, wanted in (("matches", True), ("not_matches", False)):
            for position, sample in enumerate(getattr(provider.samples, key)):
                problem = _sample_problem(book.catalogue, provider.id, sample, wanted=wanted)
                if problem:
                    yield book.complain(provider, ("samples", key, position), *problem)


def _sample_problem(catalogue: Catalogue, identity: str, sample: str, *, wanted: bool) -> tuple[str, str] | None:
    try:
        found = evaluate_sample(catalogue, sample)
    except ValueError:
        return f"{sample!r} is no clue", f"write a kind and a value; kinds are {', '.join(SAMPLES)}"
    if (identity in found) is wanted:
        return None
    if wanted:
        return f"{sample!r} does not match", "add the fact that it proves, or mend the sample"
    return f"{sample!r} must not match, and does", "narrow what the record claims, or mend the sample"


def samples_are_complete(book: Book) -> Iterator[Complaint]:
    """Every kind of fact has a sample that proves it, and there is a look-alike that must not match."""
    for provider in book.rules.providers:
        kinds = {sample.partition(" ")[0] for sample in provider.samples.matches}
        for field, kind in SAMPLE_OF.items():
            if getattr(provider, field) and kind not in kinds:
                yield book.complain(
                    provider, (field,), f"{field} has no sample", f'add one such as "{kind} ..." to samples.matches'
                )
        if provider.samples.matches and not provider.samples.not_matches:
            mend = "add one to samples.not_matches, such as a name with another ending"
            yield book.complain(provider, ("samples",), "no look-alike that must not match", mend)


def facts_have_sources(book: Book) -> Iterator[Complaint]:
    """Every group of facts has a source."""
    for provider in book.rules.providers:
        for group, fields in GROUPS.items():
            stated = [field for field in fields if getattr(provider, field)]
            if stated and not getattr(provider.sources, group):
                mend = f"say under sources.{group} where that was read, and when"
                yield book.complain(provider, (stated[0],), f"{', '.join(stated)}: no source", mend)
            if len(getattr(provider.sources, group)) > MOST_SOURCES:
                mend = f"keep the best {MOST_SOURCES}"
                yield book.complain(provider, ("sources", group), f"sources.{group} has too many", mend)
            if not stated and group != "company" and getattr(provider.sources, group):
                mend = "remove the group, or add the facts"
                yield book.complain(provider, ("sources", group), f"sources.{group} accounts for nothing", mend)


def companies_have_a_basis(book: Book) -> Iterator[Complaint]:
    """A record that states a country has a basis for it that is better than hearsay, and states the country only if it
    is not that of the controlling company."""
    mend = "say what shows it, such as a register of companies or the terms of service, with the year"
    for provider in book.rules.providers:
        basis, country = provider.basis, provider.jurisdiction
        if country and not basis:
            yield book.complain(provider, ("jurisdiction",), f"jurisdiction {country}: no basis", mend)
        if basis and not country:
            yield book.complain(provider, ("basis",), "basis without jurisdiction", "state the country that it shows")
        if HEARSAY.search(basis):
            yield book.complain(provider, ("basis",), f"basis {basis!r} is not one", mend)
        if provider.usual and ADDRESS_SPACE.fullmatch(basis):
            problem = f"basis {basis!r} says where addresses are registered, not who controls it"
            yield book.complain(provider, ("basis",), problem, "a provider with the key usual needs a better one")
        owner = book.catalogue.parent(provider.id)
        if country and owner != provider.id and country == book.catalogue.company_jurisdiction(owner):
            problem = f"jurisdiction {country} is that of {owner} anyway"
            yield book.complain(provider, ("jurisdiction",), problem, "remove it, and its basis")
    for identity, record in book.rules.parents.items():
        if record.jurisdiction and not record.basis:
            yield book.of_shared(PARENTS, identity, f"jurisdiction {record.jurisdiction}: no basis", mend)
        if record.basis and not record.jurisdiction and not record.parent:
            yield book.of_shared(PARENTS, identity, "basis without jurisdiction or parent", "state what it shows")
        if HEARSAY.search(record.basis):
            yield book.of_shared(PARENTS, identity, f"basis {record.basis!r} is not one", mend)


def clues_tell_somebody(book: Book) -> Iterator[Complaint]:
    """No claim matches everybody: no public suffixes, header lines of common software, or addresses without a holder;
    and every pattern contains a word by which it is found."""
    nobodys = RangeIndex()
    nobodys.add("", "", map(str, special_networks()))
    for provider in book.rules.providers:
        for field in NAMES:
            for position, suffix in enumerate(getattr(provider, field)):
                if domain.registrable(suffix) is None and domain.platform_suffix(suffix) != suffix:
                    mend = "name what the provider itself registered under it"
                    problem = f"{field}: {suffix} is a suffix under which anybody registers"
                    yield book.complain(provider, (field, position), problem, mend)
        for field in PATTERNS:
            for position, pattern in enumerate(getattr(provider, field)):
                if not words(pattern):
                    mend = "write a name of the provider's out, outside brackets, between dots or hyphens"
                    yield book.complain(
                        provider, (field, position), f"{field}: no word is certain in {pattern!r}", mend
                    )
        for position, header in enumerate(provider.headers):
            values = GENERIC.get(header.name, ())
            common = next((value for value in values if re.search(header.pattern, value, re.IGNORECASE)), None)
            if common is not None:
                problem = f"headers: {header.pattern!r} matches {header.name}: {common}, which anybody may send"
                yield book.complain(provider, ("headers", position), problem, "narrow the pattern")
        for position, block in enumerate(provider.ranges):
            if nobodys.at(*number_of(block.partition("/")[0])):
                problem = f"ranges: {block} is special-purpose"
                yield book.complain(provider, ("ranges", position), problem, "remove it (RFC 6890)")


def products_hang_together(book: Book) -> Iterator[Complaint]:
    """An account belongs to the same company; an upstream belongs to another one, and has a source with a date."""
    parent = book.catalogue.parent
    for provider in book.rules.providers:
        if provider.account and parent(provider.account) != parent(provider.id):
            problem = f"account {provider.account} is of another company, {parent(provider.account)}"
            yield book.complain(provider, ("account",), problem, "use depends_on for what others sell")
        for position, upstream in enumerate(provider.depends_on):
            path = ("depends_on", position)
            if parent(upstream.on) == parent(provider.id):
                problem = f"depends_on: {upstream.on} is of the same company"
                yield book.complain(provider, path, problem, "remove it: one company is one party anyway")
            if not YEAR.search(upstream.source):
                problem = f"depends_on {upstream.on}: the source has no year"
                yield book.complain(provider, path, problem, "say when that was read")


# -- providers together ---------------------------------------------------------------------------


def nobody_claims_what_is_another_s(book: Book) -> Iterator[Complaint]:
    """No two companies claim the same fact; for some facts, no two providers do."""
    claimed: dict[tuple[str, str], list[tuple[Provider, int]]] = defaultdict(list)
    for provider in book.rules.providers:
        for field, position, fact in _claims(provider):
            claimed[field, fact].append((provider, position))
    for (field, fact), holders in claimed.items():
        for provider, position in holders:
            others = {
                other.id
                for other, _ in holders
                if other.id != provider.id
                and (field in ALONE or book.catalogue.parent(other.id) != book.catalogue.parent(provider.id))
            }
            if others:
                problem = f"{field}: {fact} is claimed by {', '.join(sorted(others))} too"
                mend = "leave it to the one whose it is; products of one company share a parent"
                yield book.complain(provider, (field, position), problem, mend)


def _claims(provider: Provider) -> Iterator[tuple[str, int, str]]:
    """Field, position and fact, in the form for comparison."""
    for field in (*NAMES, *PATTERNS, "caa", "tlds", "ranges", "asns", "registrar_ids"):
        yield from ((field, position, str(fact)) for position, fact in enumerate(getattr(provider, field)))
    for field in ("registrar_names", "registry_names", "organisations"):
        yield from ((field, position, normalise(name)) for position, name in enumerate(getattr(provider, field)))
    yield from (("issuers", position, name.casefold()) for position, name in enumerate(provider.issuers))


def nobody_sits_under_another(book: Book) -> Iterator[Complaint]:
    """No suffix of one company lies under a suffix of another one."""
    for field in NAMES:
        owners = {
            suffix: (provider, position)
            for provider in book.rules.providers
            for position, suffix in enumerate(getattr(provider, field))
        }
        for suffix, (provider, position) in owners.items():
            above = suffix.partition(".")[2]
            while above:
                over, place = owners.get(above, (provider, 0))
                if book.catalogue.parent(over.id) != book.catalogue.parent(provider.id):
                    mend = "one of the two is too wide, or both are of one company"
                    problem = f"{field}: {suffix} lies under {above} of {over.id}"
                    yield book.complain(provider, (field, position), problem, mend)
                    problem = f"{field}: {above} covers {suffix} of {provider.id}"
                    yield book.complain(over, (field, place), problem, mend)
                above = above.partition(".")[2]


def nobody_s_ranges_overlap(book: Book) -> Iterator[Complaint]:
    """No address range of one company lies within a range of another one."""
    ranges = RangeIndex()
    for provider in book.rules.providers:
        ranges.add(provider.id, book.catalogue.parent(provider.id), provider.ranges)
    places = {
        (provider.id, block): position
        for provider in book.rules.providers
        for position, block in enumerate(provider.ranges)
    }
    records = {provider.id: provider for provider in book.rules.providers}
    for (identity, block), position in places.items():
        for outer in ranges.around(block):
            if outer.family != book.catalogue.parent(identity):
                mend = "one of the two is too wide, or both are of one company"
                problem = f"ranges: {block} lies in {outer.text} of {outer.provider}"
                yield book.complain(records[identity], ("ranges", position), problem, mend)
                problem = f"ranges: {outer.text} covers {block} of {identity}"
                place = places[outer.provider, outer.text]
                yield book.complain(records[outer.provider], ("ranges", place), problem, mend)


def every_record_is_used(book: Book) -> Iterator[Complaint]:
    """Every company record controls a provider of the catalogue, and every source record is named."""
    used = {provider.parent for provider in book.rules.providers}
    used |= {record.parent for record in book.rules.parents.values()}
    for identity in book.rules.parents:
        if identity not in used:
            yield book.of_shared(PARENTS, identity, "no provider and no company belongs to it", "remove the line")
    named = {
        label
        for provider in book.rules.providers
        for group in provider.sources.__struct_fields__
        for label in getattr(provider.sources, group)
    }
    for label in book.rules.sources:
        if label not in named:
            yield book.of_shared(SOURCES, label, "no provider names it", "remove the line")


RULES: tuple[Callable[[Book], Iterator[Complaint]], ...] = (
    samples_hold,
    samples_are_complete,
    facts_have_sources,
    companies_have_a_basis,
    clues_tell_somebody,
    products_hang_together,
    nobody_claims_what_is_another_s,
    nobody_sits_under_another,
    nobody_s_ranges_overlap,
    every_record_is_used,
)
