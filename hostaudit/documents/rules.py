"""The rules folder: which providers, recovery times and constants does judgement go by?

What was read once is kept compiled in the user's cache directory, under a name made of everything that the result
depends on.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import cast, get_args

import msgspec

import hostaudit
from hostaudit import __version__, files
from hostaudit.documents.strict_yaml import Checks, Node, Source, build, compose
from hostaudit.errors import UsageError, nearest
from hostaudit.model.policy import (
    FunctionDemand,
    JurisdictionDemand,
    ParentDemand,
    Policy,
    Preset,
    Refusal,
    RoleDemand,
    ScenarioGate,
)
from hostaudit.model.roles import ROLES, Service
from hostaudit.model.rules import (
    Check,
    Feed,
    HeaderClue,
    Parent,
    Provider,
    Publication,
    Recovery,
    RoleText,
    Rules,
    Samples,
    Scoring,
    Sources,
    Upstream,
)

PRESETS = "rules/presets/"
KEPT = 3
"""Compiled caches that stay on disk: enough for a few checkouts side by side."""

# --- what single values must look like -----------------------------------------------------------

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})+")
CODE = re.compile(r"HA-[A-Z]+-[0-9]{3}")
ONE_WORD = re.compile(r"[^\s./:]+")
"""A source that is a label and neither an address nor a few words."""
SERVICES = get_args(Service)
STEPS = ("switch", "spare_name")
"""What takes time besides the replacement of an operator in a role."""


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


HOST_NAME = _matching(NAME, "a host name in lower case with at least two labels and no dot around it")
PROVIDER_ID = _matching(ID, "an id in kebab-case")
COUNTRY = _matching(re.compile("[A-Z]{2}"), "a country code (ISO 3166-1, two capital letters)")
CHECKS: Checks = {
    (Provider, "id"): PROVIDER_ID,
    (Provider, "parent"): PROVIDER_ID,
    (Provider, "roles"): _service,
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
    (HeaderClue, "name"): _matching(re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+"), "a header name in lower case"),
    (HeaderClue, "pattern"): _regex,
    (Samples, "matches"): _matching(re.compile("[a-z]+ .+"), "a clue string such as 'ns ns1.example.com'"),
    (Samples, "not_matches"): _matching(re.compile("[a-z]+ .+"), "a clue string such as 'ns ns1.example.com'"),
}


CLUES = (
    "asns", "ranges", "ns", "ns_patterns", "cname", "cname_patterns", "mx", "ptr", "spf", "hosts", "headers", "issuers",
    "caa", "registrar_ids", "registrar_names", "organisations", "tlds", "regions", "feeds",
)  # fmt: skip
"""The fields by which a provider is recognised; one without any occurs only where a file names it."""


# --- the folder ----------------------------------------------------------------------------------


def folder() -> Path:
    """The rules folder: that of the checkout which this package lies in, else the copy inside the package."""
    package = Path(hostaudit.__file__).resolve().parent
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "rules" / "providers").is_dir():
        return checkout / "rules"
    return package / "_rules"


def load(directory: Path | None = None) -> Rules:
    """All rules of a folder (default: the shipped ones). Raises ``UsageError`` naming file, line and key."""
    sources = read(directory or folder())
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.name}\0{len(source.data)}\0".encode())
        digest.update(source.data)
    cache = _cache_file(digest.digest())
    rules = _cached(cache) if cache else None
    if rules is None:
        rules = parse(sources, digest.hexdigest()[:12])
        if cache:
            _keep(cache, rules)
    return rules


def read(directory: Path) -> list[Source]:
    """The files of a rules folder in a fixed order. Raises ``UsageError`` if one is missing or unreadable."""
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
        return [Source(f"rules/{name}", _content(f"{base}/{name}"), CHECKS) for name in names]
    except OSError as error:
        message = f"the rules in {directory} cannot be read: {error.strerror or error}"
        raise UsageError(message, "install hostaudit again, or give a complete rules folder") from error


def _content(path: str) -> bytes:
    """A small file, read without the file objects and paths that would double the time for a thousand of them."""
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
    """Rules from file contents. Raises ``UsageError``."""
    trees = {source.name: (source, compose(source)) for source in sources if not source.name.startswith(PRESETS)}
    parents = build(*trees["rules/parents.yaml"], dict[str, Parent])
    publications = build(*trees["rules/sources.yaml"], dict[str, Publication])
    providers = [_provider(*trees[source.name]) for source in sources if source.name.startswith("rules/providers/")]
    known = {provider.id for provider in providers} | set(parents)
    by_id = {provider.id: provider for provider in providers}
    above = {each.id: each.parent for each in providers} | {each: parents[each].parent for each in parents}
    _companies(*trees["rules/parents.yaml"], above, by_id)
    for provider in providers:
        source, tree = trees[f"rules/providers/{provider.id}.yaml"]
        if provider.parent and provider.parent not in known:
            hint = nearest(provider.parent, known, "add it to rules/parents.yaml")
            source.refuse(_under(tree, "parent")[0], f"unknown parent {provider.parent!r}; {hint}", hint)
        _line_of_owners(source, tree, provider.id, above)
        _labels(source, tree, publications)
        _account(source, tree, provider, by_id)
        _upstreams(source, tree, provider, by_id)
    return Rules(
        version=version,
        providers=tuple(sorted(providers, key=lambda provider: provider.id)),
        parents=parents,
        recovery=_recovery(*trees["rules/recovery.yaml"]),
        scoring=build(*trees["rules/scoring.yaml"], Scoring),
        checks=_checks([trees[source.name] for source in sources if source.name.startswith("rules/checks/")]),
        roles=_roles(*trees["rules/roles.yaml"]),
        presets=_presets([source for source in sources if source.name.startswith(PRESETS)]),
        sources=publications,
    )


def _presets(sources: list[Source]) -> dict[str, Preset]:
    """The policies that come with hostaudit, by name."""
    from hostaudit.documents import policy_file  # only when nothing compiled is at hand

    found = {source.name.removeprefix(PRESETS).removesuffix(".yaml"): source for source in sources}
    for name, source in found.items():
        if not ID.fullmatch(name):
            source.refuse(1, f"{name!r} is not a name in kebab-case", "rename the file")
    return {name: policy_file.preset(source) for name, source in found.items()}


def _companies(source: Source, tree: Node, above: dict[str, str], providers: dict[str, Provider]) -> None:
    """Refuse companies that are providers too, and owners that do not exist. ``above`` is everybody's owner."""
    for key, below in tree.entries or ():
        identity = cast(str, key.text)
        if identity in providers:
            hint = f"state its parent and jurisdiction in rules/providers/{identity}.yaml"
            source.refuse(key, f"{identity} has a file of its own among the providers; {hint}", hint)
        owner = above[identity]
        if owner and owner not in above:
            hint = nearest(owner, above, "give it a line in this file")
            source.refuse(_under(below, "parent")[0], f"{identity}: unknown parent {owner!r}; {hint}", hint)
        _line_of_owners(source, below, identity, above)


def _line_of_owners(source: Source, tree: Node, identity: str, above: dict[str, str]) -> None:
    """Refuse owners that lead back to one another."""
    way = [identity]
    while above.get(way[-1]):
        way.append(above[way[-1]])
        if way[-1] in way[:-1]:
            hint = "remove the line that is not so"
            problem = f"owners go round in a circle: {' belongs to '.join(way)}; {hint}"
            source.refuse(_under(tree, "parent")[0], problem, hint)


def _provider(source: Source, tree: Node) -> Provider:
    provider = cast(Provider, build(source, tree, Provider))
    expected = source.name.rpartition("/")[2].removesuffix(".yaml")
    if provider.id != expected:
        source.refuse(tree, f"the id {provider.id!r} and the file name {expected + '.yaml'!r} must agree")
    if not provider.roles:
        source.refuse(tree, "roles must not be empty")
    visible = "app_store" in provider.roles or any(getattr(provider, field) for field in CLUES)
    if visible and not provider.samples.matches:
        source.refuse(tree, "samples must not be empty", "write one clue string for each kind of clue")
    for role in provider.usual:
        if not provider.serves(role):
            hint = f"roles of {provider.id} are {', '.join(provider.roles)}"
            at = next(item for item in _under(tree, "usual")[1].items or () if item.text == role)
            source.refuse(at, f"usual: {role!r} is none of its roles; {hint}", hint)
    return provider


def _under(node: Node, key: str) -> tuple[Node, Node]:
    """A key of a mapping and what stands under it."""
    return next((name, below) for name, below in node.entries or () if name.text == key)


def _labels(source: Source, tree: Node, publications: dict[str, Publication]) -> None:
    """Refuse sources of one word that ``rules/sources.yaml`` does not explain. ``tree`` is that of a provider."""
    stated = [below for name, below in tree.entries or () if name.text == "sources"]
    groups = [group for below in stated for _, group in below.entries or ()]
    for group in groups:
        for item in group.items or ():
            text = cast(str, item.text)
            if ONE_WORD.fullmatch(text) and text not in publications:
                hint = nearest(text, publications, "explain it in rules/sources.yaml")
                source.refuse(item, f"sources: unknown label {text!r}; {hint}", hint)


def _account(source: Source, tree: Node, provider: Provider, known: dict[str, Provider]) -> None:
    """Refuse an account that does not exist, or that is itself part of another one."""
    if not provider.account:
        return
    at = _under(tree, "account")[0]
    if provider.account == provider.id:
        source.refuse(at, "account names the provider itself", "leave the key out: each provider is its own account")
    holder = known.get(provider.account)
    if holder is None:
        hint = nearest(provider.account, known, "add its file to rules/providers")
        source.refuse(at, f"account: unknown provider {provider.account!r}; {hint}", hint)
    if holder.account:
        hint = f"write account: {holder.account}"
        source.refuse(at, f"account: {holder.id} is itself sold under {holder.account}; {hint}", hint)


def _upstreams(source: Source, tree: Node, provider: Provider, known: dict[str, Provider]) -> None:
    """Refuse upstreams that do not exist, stand twice, or lead back to the provider."""
    seen: set[str] = set()
    if not provider.depends_on:
        return
    for upstream, entry in zip(provider.depends_on, _under(tree, "depends_on")[1].items or (), strict=True):
        at = _under(entry, "on")[0]
        if upstream.on not in known:
            hint = nearest(upstream.on, known, "add its file to rules/providers")
            source.refuse(at, f"depends_on: unknown provider {upstream.on!r}; {hint}", hint)
        if upstream.on in seen:
            source.refuse(at, f"depends_on: {upstream.on!r} stands twice", "put both sources into one entry")
        seen.add(upstream.on)
        chain = _way_back(upstream.on, provider.id, known)
        if chain:
            way = " on ".join((provider.id, *chain))
            source.refuse(at, f"depends_on goes round in a circle: {way}", "remove the entry that is not so")


def _way_back(start: str, goal: str, known: dict[str, Provider]) -> tuple[str, ...]:
    """Ids from ``start`` to ``goal`` along ``depends_on``, both included; empty if there is no way."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop()
        if way[-1] == goal:
            return way
        record = known.get(way[-1])
        for upstream in record.depends_on if record else ():
            if upstream.on not in seen:
                seen.add(upstream.on)
                ways.append((*way, upstream.on))
    return ()


def _recovery(source: Source, tree: Node) -> dict[str, Recovery]:
    table = cast(dict[str, Recovery], build(source, tree, dict[str, Recovery]))
    for role, hours in table.items():
        at = next(key for key, _ in tree.entries or () if key.text == role)
        problem = "" if role in STEPS else _role(role)
        if problem:
            source.refuse(at, f"{role!r} {problem}")
        if not 0 <= hours.low <= hours.usual <= hours.high:
            source.refuse(at, f"{role}: low, usual and high must rise from 0")
    return table


def _checks(trees: list[tuple[Source, Node]]) -> dict[str, Check]:
    """The texts of the rules by id. Refuses a code that two rules have: people quote codes."""
    found: dict[str, Check] = {}
    quoted: dict[str, str] = {}
    for source, tree in trees:
        check = cast(Check, build(source, tree, Check))
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
        found[check.id] = check
    return found


def _roles(source: Source, tree: Node) -> dict[str, RoleText]:
    table = cast(dict[str, RoleText], build(source, tree, dict[str, RoleText]))
    for role in table:
        problem = _role(role)
        if problem:
            source.refuse(_under(tree, role)[0], f"{role!r} {problem}")
    return table


# --- the compiled copy ---------------------------------------------------------------------------


READERS = ("documents/rules.py", "documents/policy_file.py", "model/rules.py", "model/policy.py", "model/roles.py")
"""The modules that decide what the rules say; a test fails if one of them is not there."""


def _cache_file(content: bytes) -> Path | None:
    """Where the compiled copy belongs; its name changes with the files, this module, the version and the types."""
    try:
        directory = files.cache_folder()
    except UsageError:  # no home directory
        return None
    key = hashlib.sha256(content)
    key.update(__version__.encode())
    with suppress(OSError):
        # Reading them is quicker than asking every record for the types of its fields.
        package = Path(hostaudit.__file__).parent
        for module in READERS:
            key.update(package.joinpath(module).read_bytes())
    for kind in (
        Rules, Provider, Parent, Sources, Feed, Samples, HeaderClue, Upstream, Recovery, Scoring, Publication, Preset,
        Policy, Check, RoleText, RoleDemand, FunctionDemand, ParentDemand, JurisdictionDemand, Refusal, ScenarioGate,
    ):  # fmt: skip
        key.update(repr((kind.__name__, kind.__struct_fields__)).encode())
    return directory / f"rules-{key.hexdigest()[:32]}.msgpack"


def _cached(path: Path) -> Rules | None:
    """The compiled copy, None unless it is whole and nobody else's."""
    try:
        if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
            return None
        content = path.read_bytes()
        if hashlib.sha256(content[32:]).digest() != content[:32]:
            return None
        return msgspec.msgpack.decode(content[32:], type=Rules)
    except (OSError, msgspec.MsgspecError):
        return None


def _keep(path: Path, rules: Rules) -> None:
    """Store the compiled copy if that is possible; without it everything works, only slower."""
    payload = msgspec.msgpack.encode(rules)
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace_file(path, hashlib.sha256(payload).digest() + payload, mode=0o600, durable=False)
        old = sorted(path.parent.glob("rules-*"), key=lambda each: each.stat().st_mtime, reverse=True)
        for each in old[KEPT:]:
            each.unlink(missing_ok=True)
