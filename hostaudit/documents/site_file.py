"""The file ``hostaudit.yaml``: the owner's declarations about sites, and the demands on them, read strictly.

A value that is ambiguous, or would have no effect, is refused with its line. The same checks apply to the declaration
inside an evidence file, which may come from anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from msgspec import Struct, structs

from hostaudit import __version__
from hostaudit.documents import policy_file
from hostaudit.documents.policy_problems import World, policies
from hostaudit.documents.policy_problems import problems as policy_problems
from hostaudit.documents.problem import Problem, Where
from hostaudit.documents.site_problems import contradictions
from hostaudit.documents.site_values import CHECKS, SOUND, normal_site
from hostaudit.documents.strict_yaml import (
    INTEGER,
    MAX_BYTES,
    NULLS,
    IncompleteError,
    Node,
    Readers,
    Source,
    compose,
    entries,
    is_ours,
    key_at,
    node_at,
    part,
    partial,
)
from hostaudit.errors import LineError, UsageError, nearest
from hostaudit.model.policy import rule_keys
from hostaudit.model.roles import RESTORED, ROLES
from hostaudit.model.rules import Provider, Rules
from hostaudit.model.site import DeclaredRecovery, Own, Site, SiteFile

VERSION = 1
KEYS = ("sites", "policy", "targets", "exceptions")
"""The keys of which every such file has one."""

EXAMPLE = "for a commented example: hostaudit policy init -o -; all keys: hostaudit schema site"

# -- values with another written form ---------------------------------------------------------------------


def _systems(source: Source, node: Node, where: str) -> tuple[int, ...]:
    """Read the numbers of autonomous systems, written as in reports (``AS64500``) or alone."""
    if node.items is None:
        source.refuse(node, f"{where} must be a list")
    found: list[int] = []
    for each in node.items:
        shown = repr((each.text or "")[:80]) if each.text is not None else "a list or mapping"
        problem = SOUND[Own, "asns"](each.text or "")
        if problem:
            source.report(each, f"{where}: {shown} {problem}")
            continue
        number = int((each.text or "").upper().removeprefix("AS"))
        if number in found:
            source.report(each, f"{where}: AS{number} stands twice")
        found.append(number)
    return tuple(found)


def _recovery(source: Source, node: Node, where: str) -> dict[str, DeclaredRecovery]:
    """Read ``{ROLE: {hours: 4, tested: 2026-10-01}}``: only roles that an owner can restore in his own time."""
    for key, _ in node.entries or ():
        role = key.text or ""
        if role in ROLES and role not in RESTORED:
            hint = f"declare a fallback for it; roles that you restore yourself are {', '.join(RESTORED)}"
            source.report(key, f"{where}: how long {ROLES[role].words} takes is not up to you alone; {hint}", hint)
        if role not in ROLES:
            hint = nearest(role, RESTORED, f"roles are {', '.join(RESTORED)}")
            source.report(key, f"{where}: {role[:80]!r} is not a role; {hint}", hint)
    if not entries(source, node, where):
        hint = "give a role, its hours and the day of the last test, such as hosting: {hours: 4, tested: 2026-10-01}"
        source.refuse(node, f"{where} says nothing; {hint}", hint)
    return cast("dict[str, DeclaredRecovery]", part(source, node, dict[str, DeclaredRecovery], where))


def _day_text(source: Source, node: Node, where: str) -> str:
    """Read a day, which YAML needs no quotes for here."""
    if node.text is None or (node.plain and node.text in NULLS):
        hint = "write the last day of a test, such as 2026-10-01"
        source.refuse(node, f"{where} must be a day; {hint}", hint)
    return node.text


READERS: Readers = {
    **policy_file.READERS,
    (Own, "asns"): _systems,
    (Site, "recovery"): _recovery,
    (DeclaredRecovery, "tested"): _day_text,
}

# -- reading ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    """A file that was read: its name in messages, its content with names in A-labels, and the places of its keys."""

    name: str
    content: SiteFile
    tree: Node

    def place(self, where: Where) -> str:
        """Return ``FILE:LINE:COLUMN`` of a key or entry, or of the value around it."""
        at = key_at(self.tree, where)
        return f"{self.name}:{at.line}:{at.column}"


def read(path: Path, known: Mapping[str, Provider] | None = None, world: World | None = None) -> SiteFile:
    """Return the content of a file, with names in A-labels. Raises ``UsageError``: ``FILE:LINE:COLUMN: problem``.

    ``known``: the providers of the catalogue by id; ``world``: the ids that a policy may name. Without them ids are not
    checked.
    """
    return load(path, known, world).content


def load(path: Path, known: Mapping[str, Provider] | None = None, world: World | None = None) -> Loaded:
    """Return the content of a file like ``read``, with the places of its keys."""
    data = _bytes(path)
    source = Source(str(path), data, CHECKS, READERS, is_ours(data, KEYS))
    try:
        return _load(source, known, world)
    except LineError as error:
        error.hint = error.hint or EXAMPLE
        raise


def load_by(path: Path, rules: Rules, world: World) -> Loaded:
    """Return a file, checked against the rules with which it is used. Raises ``UsageError``."""
    return load(path, {each.id: each for each in rules.providers}, world)


def world(rules: Rules) -> World:
    """Return the ids that a policy may use, by these rules."""
    from hostaudit.documents import scenarios

    companies = policy_file.companies(rules.providers, rules.parents)
    alone = tuple(each for each in rules.checks if each not in rule_keys())
    return World(companies, scenarios.ids(), tuple(sorted(rules.presets)), alone)


def _load(source: Source, known: Mapping[str, Provider] | None, world: World | None) -> Loaded:
    tree = compose(source)
    _refuse_other_version(source, tree)
    # Before anything is taken out of the tree: a declaration with another fault is still a declaration.
    declared = _declared_functions(tree)
    file = cast("SiteFile | None", partial(source, tree, SiteFile))
    if file is None:
        source.done()
        raise IncompleteError  # unreachable: a file without a value has a fault
    _refuse_nothing(source, tree, file)
    sites = tuple(_normal_site(site) for site in file.sites)
    for position, site in enumerate(sites):
        at = node_at(tree, ("sites", position))
        # What was refused in a site may be what another of its values refers to.
        for problem in () if at.wounded else contradictions(site, sites[:position], known):
            _report(source, node_at(at, problem.where), problem)
    file = policy_file.normal(structs.replace(file, sites=sites))
    for problem in policy_problems(file, world, declared):
        _report(source, node_at(tree, problem.where), problem)
    source.done()
    return Loaded(source.name, file, tree)


def _declared_functions(tree: Node) -> frozenset[str]:
    """The ids of the functions that the sites of a file declare, as they are written."""
    sites = node_at(tree, ("sites",)).items or ()
    functions = [one for site in sites for one in node_at(site, ("functions",)).items or ()]
    return frozenset(node_at(each, ("id",)).text or "" for each in functions)


def _refuse_nothing(source: Source, tree: Node, file: SiteFile) -> None:
    """Report a file, or a part of one, that says nothing, unless it is so by another fault."""
    for place, policy in policies(file):
        if policy is None and key_at(tree, place).text == "policy":
            hint = "add a rule, or write policy: {} for the defaults"
            source.report(key_at(tree, place), f"policy is empty; {hint}", hint)
    if source.faults:
        return
    if not file.sites and any(key.text == "sites" for key, _ in tree.entries or ()):
        source.report(node_at(tree, ("sites",)), "sites declares no site", "give at least its domain")
    elif not (file.sites or file.targets or file.exceptions or file.policy):
        hint = "add sites or a policy"
        source.report(tree, f"the file has neither sites nor a policy; {hint}", hint)


def _normal_site(site: Site) -> Site:
    """The site with names in A-labels; one with an invalid name, as its check has told, as it is."""
    try:
        return normal_site(site)
    except UsageError:
        return site


def _report(source: Source, at: Node, problem: Problem) -> None:
    source.report(at, problem.message, problem.advice)


def site_of(file: SiteFile, domain: str) -> Site | None:
    """Return the declaration of a domain in A-labels, None if the file has none."""
    return next((site for site in file.sites if site.domain == domain), None)


def problems(site: Site) -> Iterator[tuple[str, str]]:
    """Yield the problems of a declaration that is not read from a site file, as (place, message)."""
    wrong = list(_unsound(site, ()))
    if not wrong and normal_site(site) != site:
        wrong = [Problem((), "names must be A-labels in lower case")]
    for problem in wrong or contradictions(site, (), None):
        yield ".".join(map(str, problem.where)), problem.message


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise UsageError(f"{path} cannot be read: {reason}", "give the path of a site or policy file") from error


def _refuse_other_version(source: Source, tree: Node) -> None:
    """Refuse a file of another version. This is checked first: the unknown keys of a later version are no mistakes."""
    for key, value in tree.entries or ():
        if key.text == "version" and value.plain and INTEGER.fullmatch(value.text or "") and value.text != str(VERSION):
            hint = "use a newer hostaudit" if int(value.text or 0) > VERSION else f"write version: {VERSION}"
            problem = f"version {value.text} of the site file; hostaudit {__version__} reads version {VERSION}"
            source.refuse(value, f"{problem}; {hint}", hint)


def _unsound(record: Struct, where: Where) -> Iterator[Problem]:
    """Yield the invalid single values in a record and in nested records. Default values are not checked."""
    for key in structs.fields(type(record)):
        value = getattr(record, key.name)
        check = SOUND.get((type(record), key.name))
        if value is None or value == key.default:
            continue
        for position, each in _parts(value):
            here: Where = (*where, key.name) if position is None else (*where, key.name, position)
            if isinstance(each, Struct):
                yield from _unsound(each, here)
            elif check is not None and (problem := check(str(each))):
                yield Problem(here, f"{str(each)[:80]!r} {problem}")


def _parts(value: object) -> Iterator[tuple[int | str | None, object]]:
    """The single values of a field, each with its position in a list or its key in a mapping."""
    if isinstance(value, tuple):
        yield from enumerate(value)
    elif isinstance(value, dict):
        yield from value.items()
    else:
        yield None, value
