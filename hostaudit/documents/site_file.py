"""The file ``hostaudit.yaml``: what its owner declares about sites and demands of them, read strictly.

What would be guessed at, or would have no effect, is refused with its line. The same questions are asked of the
declaration inside an evidence file, which may come from anybody.
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
from hostaudit.documents.strict_yaml import INTEGER, MAX_BYTES, Node, Source, build, compose, key_at, node_at
from hostaudit.errors import UsageError
from hostaudit.model.policy import rule_keys
from hostaudit.model.rules import Provider, Rules
from hostaudit.model.site import Site, SiteFile

VERSION = 1
# -- reading ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    """A file as it was read: how messages call it, what it says with names in A-labels, and where."""

    name: str
    content: SiteFile
    tree: Node

    def place(self, where: Where) -> str:
        """``FILE:LINE:COLUMN`` of a key or entry, else of what is around it."""
        at = key_at(self.tree, where)
        return f"{self.name}:{at.line}:{at.column}"


def read(path: Path, known: Mapping[str, Provider] | None = None, world: World | None = None) -> SiteFile:
    """The content of the file at ``path``, its names in A-labels. Raises ``UsageError``: ``FILE:LINE:COLUMN: problem``.

    ``known`` are the providers of the catalogue by id, ``world`` is what a policy may name; without them ids are
    taken as they are.
    """
    return load(path, known, world).content


def load(path: Path, known: Mapping[str, Provider] | None = None, world: World | None = None) -> Loaded:
    """The same with the places of its keys."""
    source = Source(str(path), _bytes(path), CHECKS, policy_file.READERS)
    try:
        return _load(source, known, world)
    except UsageError as error:
        raise UsageError(error.message, error.hint or "all keys are described in: hostaudit schema site") from error


def load_by(path: Path, rules: Rules, world: World) -> Loaded:
    """A file read by the rules that it is used with. Raises ``UsageError``."""
    return load(path, {each.id: each for each in rules.providers}, world)


def world(rules: Rules) -> World:
    """The ids that a policy may use, by these rules."""
    from hostaudit.documents import scenarios

    companies = policy_file.companies(rules.providers, rules.parents)
    alone = tuple(each for each in rules.checks if each not in rule_keys())
    return World(companies, scenarios.ids(), tuple(sorted(rules.presets)), alone)


def _load(source: Source, known: Mapping[str, Provider] | None, world: World | None) -> Loaded:
    tree = compose(source)
    _refuse_other_version(source, tree)
    file = cast(SiteFile, build(source, tree, SiteFile))
    sites = tuple(normal_site(site) for site in file.sites)
    for place, policy in policies(file):
        if policy is None and key_at(tree, place).text == "policy":
            hint = "add a rule, or write policy: {} for the defaults"
            source.refuse(key_at(tree, place), f"policy is empty; {hint}", hint)
    if not sites and any(key.text == "sites" for key, _ in tree.entries or ()):
        source.refuse(node_at(tree, ("sites",)), "sites declares no site", "give at least its domain")
    if not (sites or file.targets or file.exceptions or file.policy):
        hint = "add sites or a policy"
        source.refuse(tree, f"the file has neither sites nor a policy; {hint}", hint)
    for position, site in enumerate(sites):
        for problem in contradictions(site, sites[:position], known):
            _refuse(source, node_at(tree, ("sites", position, *problem.where)), problem)
    file = policy_file.normal(structs.replace(file, sites=sites))
    for problem in policy_problems(file, world):
        _refuse(source, node_at(tree, problem.where), problem)
    return Loaded(source.name, file, tree)


def _refuse(source: Source, at: Node, problem: Problem) -> None:
    source.refuse(at, problem.message, problem.advice)


def site_of(file: SiteFile, domain: str) -> Site | None:
    """The declaration of a domain in A-labels, None if the file has none."""
    return next((site for site in file.sites if site.domain == domain), None)


def problems(site: Site) -> Iterator[tuple[str, str]]:
    """The problems of a declaration that is not read from a site file, as (place, message)."""
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
    """Asked first: a file of a later version has keys that are no mistake."""
    for key, value in tree.entries or ():
        if key.text == "version" and value.plain and INTEGER.fullmatch(value.text or "") and value.text != str(VERSION):
            hint = "use a newer hostaudit" if int(value.text or 0) > VERSION else f"write version: {VERSION}"
            problem = f"version {value.text} of the site file; hostaudit {__version__} reads version {VERSION}"
            source.refuse(value, f"{problem}; {hint}", hint)


def _unsound(record: Struct, where: Where) -> Iterator[Problem]:
    """Single values that are wrong, in a record and in those inside it. What was left at its default is not asked."""
    for key in structs.fields(type(record)):
        value = getattr(record, key.name)
        check = SOUND.get((type(record), key.name))
        if value is None or value == key.default:
            continue
        for position, each in enumerate(value) if isinstance(value, tuple) else ((None, value),):
            here: Where = (*where, key.name) if position is None else (*where, key.name, position)
            if isinstance(each, Struct):
                yield from _unsound(each, here)
            elif check is not None and (problem := check(str(each))):
                yield Problem(here, f"{str(each)[:80]!r} {problem}")
