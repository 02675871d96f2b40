"""The rules folder: providers, recovery times, constants, texts of rules and presets, read strictly.

Rules that were read once are kept compiled, see ``rules_cache``.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any, cast, get_args

import hostaudit
from hostaudit.documents import rules_cache
from hostaudit.documents.rules_problems import (
    check_account,
    check_companies,
    check_labels,
    check_owners,
    check_upstreams,
    under,
)
from hostaudit.documents.strict_yaml import Checks, Node, Source, build, compose, partial, raise_all
from hostaudit.errors import LineError, UsageError, nearest
from hostaudit.model.policy import (
    Preset,
)
from hostaudit.model.roles import ROLES, Service
from hostaudit.model.rules import (
    Feed,
    HeaderClue,
    Parent,
    Provider,
    Publication,
    Recovery,
    RoleText,
    Rules,
    RuleText,
    Samples,
    Scoring,
    Upstream,
)

PRESETS = "rules/presets/"
# --- form of single values -----------------------------------------------------------------------

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})+")
CODE = re.compile(r"HA-[A-Z]+-[0-9]{3}")
SERVICES = get_args(Service)
STEPS = ("switch", "spare_name", "name_taken")
"""Steps with a time of their own, besides the replacement of an operator in a role."""


def _matching(pattern: re.Pattern[str], meaning: str) -> Callable[[str], str]:
    return lambda text: "" if pattern.fullmatch(text) else f"is not {meaning}"


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        return f"is not a regular expression: {error}"
    return ""


def _one_group(text: str) -> str:
    problem = _regex(text)
    if problem:
        return problem
    groups = re.compile(text).groups
    return "" if groups == 1 else f"must have exactly one group, which is the region, and has {groups}"


def _cidr(text: str) -> str:
    try:
        ip_network(text)
    except ValueError as error:
        return f"is not an address range in CIDR form: {error}"
    return ""


def _role(text: str) -> str:
    if text in ROLES:
        return ""
    return f"is not a role; {nearest(text, ROLES, 'roles are ' + ', '.join(ROLES))}"


def _service(text: str) -> str:
    if text in SERVICES:
        return ""
    return f"is not a role; {nearest(text, SERVICES, 'roles are ' + ', '.join(SERVICES))}"


def _https(text: str) -> str:
    return "" if re.fullmatch(r"https://[a-z0-9.-]+/[!-~]*", text) else "is not an https URL"


def _as_number(text: str) -> str:
    return "" if 0 < int(text) < 2**32 else "is not an AS number"


DATE = _matching(
    re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?"),
    "a year, month or day (YYYY, YYYY-MM or YYYY-MM-DD)",
)
HOST_NAME = _matching(NAME, "a host name in lower case with at least two labels and no dot around it")
PROVIDER_ID = _matching(ID, "an id in kebab-case")
COUNTRY = _matching(re.compile("[A-Z]{2}"), "a country code (ISO 3166-1, two capital letters)")
CHECKS: Checks = {
    (Provider, "id"): PROVIDER_ID,
    (Provider, "parent"): PROVIDER_ID,
    (Provider, "roles"): _service,
    **{(kind, key): DATE for kind in (Provider, Parent) for key in ("since", "read")},
    (Provider, "ended"): DATE,
    (Provider, "jurisdiction"): COUNTRY,
    (Parent, "jurisdiction"): COUNTRY,
    (Parent, "parent"): PROVIDER_ID,
    (Publication, "address"): _https,
    (Feed, "url"): _https,
    (Provider, "asns"): _as_number,
    (Provider, "ranges"): _cidr,
    **{(Provider, key): HOST_NAME for key in ("ns", "cname", "mx", "ptr", "spf", "hosts", "caa")},
    (Provider, "ns_patterns"): _regex,
    (Provider, "cname_patterns"): _regex,
    (Provider, "registrar_ids"): _matching(re.compile("[1-9][0-9]*"), "an IANA registrar id"),
    (Provider, "tlds"): _matching(re.compile(LABEL), "a top-level domain in lower case without a dot"),
    (Provider, "account"): PROVIDER_ID,
    (Provider, "regions"): _one_group,
    (Provider, "usual"): _role,
    (Upstream, "on"): PROVIDER_ID,
    (Upstream, "roles"): _service,
    (HeaderClue, "name"): _matching(re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+"), "a header name in lower case"),
    (HeaderClue, "pattern"): _regex,
    (Samples, "matches"): _matching(re.compile("[a-z]+ .+"), "a clue string such as 'ns ns1.example.com'"),
    (Samples, "not_matches"): _matching(re.compile("[a-z]+ .+"), "a clue string such as 'ns ns1.example.com'"),
}


CLUES = (
    "asns", "ranges", "ns", "ns_patterns", "cname", "cname_patterns", "mx", "ptr", "spf", "hosts", "headers", "issuers",
    "caa", "registrar_ids", "registrar_names", "registry_names", "organisations", "tlds", "regions", "feeds",
)  # fmt: skip
"""The fields by which a provider is recognised; a provider without any occurs only where a file names it."""


# --- the folder ----------------------------------------------------------------------------------


def folder() -> Path:
    """The path of the rules folder: that of the checkout around this package, else the copy inside the package."""
    package = Path(hostaudit.__file__).resolve().parent
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "rules" / "providers").is_dir():
        return checkout / "rules"
    return package / "_rules"


def load(directory: Path | None = None) -> Rules:
    """Return all rules of a folder (default: the shipped ones). Raises ``UsageError`` with file, line and key."""
    sources = read(directory or folder())
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.name}\0{len(source.data)}\0".encode())
        digest.update(source.data)
    cache = rules_cache.place(digest.digest())
    rules = rules_cache.stored(cache) if cache else None
    if rules is None:
        rules = parse(sources, digest.hexdigest()[:12])
        if cache:
            rules_cache.store(cache, rules)
    return rules


@cache
def shipped() -> Rules:
    """Return the rules that are shipped with hostaudit, read once. Raises ``UsageError`` if the installation is
    damaged."""
    return load()


def read(directory: Path) -> list[Source]:
    """Return the files of a rules folder in a fixed order. Raises ``UsageError`` if one is missing or unreadable."""
    try:
        with os.scandir(directory / "providers") as entries:
            providers = sorted(entry.name for entry in entries)
        wrong = [name for name in providers if not name.endswith(".yaml") and not name.startswith(".")]
        if wrong:
            raise UsageError(f"rules/providers/{wrong[0]}: provider files end in .yaml", "rename or remove it")
        names = [f"providers/{name}" for name in providers if not name.startswith(".")]
        names += ["parents.yaml", "recovery.yaml", "roles.yaml", "scoring.yaml", "sources.yaml"]
        names += sorted(f"checks/{each.name}" for each in (directory / "checks").glob("*.yaml"))
        presets = directory / "presets"
        names += sorted(f"presets/{each.name}" for each in presets.glob("*.yaml")) if presets.is_dir() else []
        base = os.fspath(directory)
        return [Source(f"rules/{name}", _content(f"{base}/{name}"), CHECKS, shown=True) for name in names]
    except OSError as error:
        message = f"the rules in {directory} cannot be read: {error.strerror or error}"
        raise UsageError(message, "install hostaudit again, or give a complete rules folder") from error


def _content(path: str) -> bytes:
    """The content of a small file. File objects and paths are avoided: they double the time for a thousand files."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        data = os.read(descriptor, size + 1)
        while len(data) < size and (more := os.read(descriptor, size - len(data))):
            data += more
        return data
    finally:
        os.close(descriptor)


def parse(sources: list[Source], version: str) -> Rules:
    """Return rules from file contents. Raises ``LineError`` with all faults, those of relations between files once each
    file is sound alone."""
    faults: list[LineError] = []
    trees: dict[str, tuple[Source, Node]] = {}
    for source in sources:
        if not source.name.startswith(PRESETS):
            with _into(faults):
                trees[source.name] = source, compose(source)

    def read(name: str, reader: Callable[[Source, Node], Any]) -> Any:
        found: list[Any] = []
        with _into(faults):
            found.append(reader(*trees[name]))
        return found[0] if found else None

    raise_all(faults)
    parents = read("rules/parents.yaml", _as(dict[str, Parent]))
    publications = read("rules/sources.yaml", _as(dict[str, Publication]))
    providers = [read(each, _provider) for each in trees if each.startswith("rules/providers/")]
    recovery = read("rules/recovery.yaml", _recovery)
    scoring = read("rules/scoring.yaml", _as(Scoring))
    checks = _checks([trees[each] for each in trees if each.startswith("rules/checks/")], faults)
    roles = read("rules/roles.yaml", _roles)
    presets = _presets([source for source in sources if source.name.startswith(PRESETS)], faults)
    raise_all(faults)
    _check_relations(trees, parents, publications, providers)
    return Rules(
        version=version,
        providers=tuple(sorted(providers, key=lambda provider: provider.id)),
        parents=parents,
        recovery=recovery,
        scoring=scoring,
        checks=checks,
        roles=roles,
        presets=presets,
        sources=publications,
    )


def _as(kind: Any) -> Callable[[Source, Node], Any]:
    return lambda source, tree: build(source, tree, kind)


@contextmanager
def _into(faults: list[LineError]) -> Iterator[None]:
    """Keep the faults of one file, and go on with the next."""
    try:
        yield
    except LineError as error:
        faults += error.all


def _check_relations(
    trees: Mapping[str, tuple[Source, Node]],
    parents: Mapping[str, Parent],
    publications: dict[str, Publication],
    providers: Iterable[Provider],
) -> None:
    """Refuse what only several files together show to be wrong."""
    by_id = {provider.id: provider for provider in providers}
    known = set(by_id) | set(parents)
    above = {each.id: each.parent for each in by_id.values()} | {each: parents[each].parent for each in parents}
    check_companies(*trees["rules/parents.yaml"], above, by_id)
    faults: list[LineError] = []
    for provider in by_id.values():
        source, tree = trees[f"rules/providers/{provider.id}.yaml"]
        if provider.parent and provider.parent not in known:
            hint = nearest(provider.parent, known, "add it to rules/parents.yaml")
            source.report(under(tree, "parent")[0], f"unknown parent {provider.parent!r}; {hint}", hint)
        check_owners(source, tree, provider.id, above)
        check_labels(source, tree, publications)
        check_account(source, tree, provider, by_id)
        check_upstreams(source, tree, provider, by_id)
    for source, _ in trees.values():
        with _into(faults):
            source.done()
    raise_all(faults)


def _presets(sources: list[Source], faults: list[LineError]) -> dict[str, Preset]:
    """The policies that are shipped with hostaudit, by name."""
    from hostaudit.documents import policy_file  # only without a compiled copy

    found: dict[str, Preset] = {}
    for source in sources:
        name = source.name.removeprefix(PRESETS).removesuffix(".yaml")
        with _into(faults):
            if not ID.fullmatch(name):
                source.refuse(1, f"{name!r} is not a name in kebab-case", "rename the file")
            found[name] = policy_file.preset(source)
    return found


def _provider(source: Source, tree: Node) -> Provider:
    provider = cast("Provider | None", partial(source, tree, Provider))
    if provider is not None:
        _check_provider(source, tree, provider)
    source.done()
    return cast(Provider, provider)


def _check_provider(source: Source, tree: Node, provider: Provider) -> None:
    """Report what contradicts itself in one file."""
    expected = source.name.rpartition("/")[2].removesuffix(".yaml")
    if provider.id != expected:
        source.report(
            under(tree, "id")[1], f"the id {provider.id!r} and the file name {expected + '.yaml'!r} must agree"
        )
    if not provider.roles:
        source.report(tree, "roles must not be empty")
    visible = "app_store" in provider.roles or any(getattr(provider, field) for field in CLUES)
    if visible and not provider.samples.matches:
        hint = "write one clue string for each kind of clue"
        source.report(tree, "samples must not be empty", hint)
    if provider.usual and provider.ended:
        hint = "remove the key usual"
        source.report(under(tree, "usual")[0], f"the service ended on {provider.ended}; nobody can choose it", hint)
    for role in provider.usual:
        if not provider.serves(role):
            hint = f"roles of {provider.id} are {', '.join(provider.roles)}"
            at = next(item for item in under(tree, "usual")[1].items or () if item.text == role)
            source.report(at, f"usual: {role!r} is none of its roles; {hint}", hint)


def _recovery(source: Source, tree: Node) -> dict[str, Recovery]:
    table = cast(dict[str, Recovery], build(source, tree, dict[str, Recovery]))
    for role, hours in table.items():
        at = next(key for key, _ in tree.entries or () if key.text == role)
        problem = "" if role in STEPS else _role(role)
        if problem:
            source.refuse(at, f"{role!r} {problem}")
        if not 0 <= hours.low <= hours.usual <= hours.high:
            source.refuse(at, f"{role}: low, usual and high must rise from 0")
        if hours.cases < 0 or (hours.famous and not hours.cases):
            source.refuse(at, f"{role}: cases is the number of recorded cases, and only of these some can be famous")
    return table


def _checks(trees: list[tuple[Source, Node]], faults: list[LineError]) -> dict[str, RuleText]:
    """The texts of the rules by id. Refuses a code that two rules have, because people quote codes."""
    found: dict[str, RuleText] = {}
    quoted: dict[str, str] = {}
    for source, tree in trees:
        with _into(faults):
            check = cast(RuleText, build(source, tree, RuleText))
            _check_codes(source, tree, check, quoted)
            found[check.id] = check
    return found


def _check_codes(source: Source, tree: Node, check: RuleText, quoted: dict[str, str]) -> None:
    expected = check.id.lower().replace(".", "-").replace("_", "-")
    if source.name != f"rules/checks/{expected}.yaml":
        source.refuse(tree, f"the id {check.id!r} and the file name must agree", f"name it {expected}.yaml")
    codes = ([check.code] if check.code else []) + list(check.codes.values())
    if not codes:
        source.refuse(tree, f"{check.id} has no code", "give code, or number for a text of every role or function")
    for code in codes:
        if not CODE.fullmatch(code):
            source.refuse(tree, f"{code!r} is not a code", "give one such as HA-DNS-002")
        if code in quoted:
            source.refuse(tree, f"{code} is that of {quoted[code]} too", "give each rule a code of its own")
        quoted[code] = check.id


def _roles(source: Source, tree: Node) -> dict[str, RoleText]:
    table = cast(dict[str, RoleText], build(source, tree, dict[str, RoleText]))
    for role in table:
        problem = _role(role)
        if problem:
            source.refuse(under(tree, role)[0], f"{role!r} {problem}")
    return table
