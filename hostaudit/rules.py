"""Rules files, read strictly: what does a rules folder say, and where exactly is it wrong?

YAML has readings that nobody means: ``NO`` is false, ``1.10`` is 1.1, ``22:22`` is 1342, the last of two equal keys
wins, an alias may repeat itself into gigabytes. All of these are refused here with file, line and what to write
instead. What was read once is kept compiled in the user's cache directory, under a name made of everything that the
result depends on.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NoReturn, cast, get_args, get_origin, get_type_hints

import msgspec

from hostaudit import __version__
from hostaudit.errors import UsageError
from hostaudit.model import HeaderClue, Provider, Recovery, Role, Rules, Samples, Scoring

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
KEPT = 3
"""Compiled caches that stay on disk: enough for a few checkouts side by side."""

INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
OTHER_NUMBER = re.compile(
    r"[-+]?(?:0[xXob][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9_]*)?|[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?)"
)
"""What YAML 1.1 takes for a number besides: octal, hexadecimal, underscores, base 60."""
SCALARS: dict[type, tuple[re.Pattern[str], Callable[[str], Any], str]] = {
    int: (INTEGER, int, "a whole number"),
    float: (NUMBER, float, "a number"),
    bool: (re.compile("true|false"), "true".__eq__, "true or false"),
}
DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?")
AMBIGUOUS = frozenset({"y", "n", "yes", "no", "on", "off"})
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


# --- nodes ---------------------------------------------------------------------------------------


@dataclass
class Node:
    """One YAML value and the line it begins on. Exactly one of text, items and entries is set."""

    line: int
    text: str | None = None
    plain: bool = False
    items: list[Node] | None = None
    entries: list[tuple[Node, Node]] | None = None


@dataclass
class Source:
    """A file under reading; ``name`` is how messages call it."""

    name: str
    data: bytes = field(repr=False)

    def refuse(self, line: int, problem: str, hint: str = "") -> NoReturn:
        """Stop with file, line and problem."""
        raise UsageError(f"{self.name}:{line}: {problem}", hint)


def compose(source: Source) -> Node:
    """The tree of a YAML document, with no value interpreted yet. Raises ``UsageError``."""
    import yaml  # only when nothing compiled is at hand: a scan with warm rules does without

    if len(source.data) > MAX_BYTES:
        source.refuse(1, f"the file has {len(source.data)} bytes, at most {MAX_BYTES} are read")
    try:
        text = source.data.decode("utf-8")
    except UnicodeDecodeError as error:
        source.refuse(source.data[: error.start].count(b"\n") + 1, "the file is not UTF-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    stack: list[Node] = []
    pending: list[Node | None] = []
    root: Node | None = None
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
                pending.pop()
                continue
            node = _node(source, event, yaml)
            if node is None:
                continue
            if not stack and root is not None:
                source.refuse(node.line, "a second document begins here; one file holds one")
            root = root or node
            if stack:
                _attach(stack[-1], pending, node)
            if node.text is None:
                if len(stack) >= MAX_DEPTH:
                    source.refuse(node.line, f"nested more than {MAX_DEPTH} levels deep")
                stack.append(node)
                pending.append(None)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        source.refuse(mark.line + 1 if mark else 1, f"not readable as YAML: {problem}")
    if root is None:
        source.refuse(1, "the file is empty")
    return root


def _node(source: Source, event: Any, yaml: Any) -> Node | None:
    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent):
        source.refuse(line, f"the alias *{event.anchor} is not allowed", "write the value out")
    if not isinstance(event, yaml.NodeEvent):
        return None
    if event.anchor is not None:
        source.refuse(line, f"the anchor &{event.anchor} is not allowed", "write the value out where it is needed")
    if event.tag is not None:
        source.refuse(line, f"the tag {event.tag} is not allowed", "types follow from the key")
    if isinstance(event, yaml.ScalarEvent):
        return Node(line, text=event.value, plain=not event.style)
    if isinstance(event, yaml.SequenceStartEvent):
        return Node(line, items=[])
    return Node(line, entries=[])


def _attach(parent: Node, pending: list[Node | None], node: Node) -> None:
    """Put a node into the collection under construction; in a mapping, keys and values take turns."""
    if parent.items is not None:
        parent.items.append(node)
    elif pending[-1] is None:
        pending[-1] = node
    else:
        cast(list[tuple[Node, Node]], parent.entries).append((pending[-1], node))
        pending[-1] = None


# --- values --------------------------------------------------------------------------------------


def build(source: Source, node: Node, kind: Any, where: str = "") -> Any:
    """``node`` as a value of ``kind`` (str, int, float, bool, tuple, dict or Struct). Raises ``UsageError``."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(source, node, kind, where)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        if node.items is None:
            source.refuse(node.line, f"{where or 'the file'} must be a list")
        values = tuple(build(source, each, arguments[0], where) for each in node.items)
        _no_repetition(source, node, values, where)
        return values
    if origin is dict:
        pairs = [(key, value, build(source, value, arguments[1], key)) for key, value in _entries(source, node, where)]
        return {key: built for key, _, built in pairs}
    optional = [each for each in arguments if each is not type(None)]
    if optional:
        if node.plain and node.text in NULLS:
            return None
        return build(source, node, optional[0], where)
    return _scalar(source, node, kind, where)


def _entries(source: Source, node: Node, where: str) -> list[tuple[str, Node]]:
    if node.entries is None:
        source.refuse(node.line, f"{where or 'the file'} must be a mapping of keys to values")
    found: dict[str, tuple[int, Node]] = {}
    for key_node, value in node.entries:
        key = _scalar(source, key_node, str, "a key")
        if key in found:
            source.refuse(key_node.line, f"the key {key!r} stands twice, first in line {found[key][0]}")
        found[key] = (key_node.line, value)
    return [(key, value) for key, (_, value) in found.items()]


def _struct(source: Source, node: Node, kind: type[msgspec.Struct], where: str) -> Any:
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name in kind.__struct_fields__}
    lines = {key.text: key.line for key, _ in node.entries or ()}
    values: dict[str, Any] = {}
    for key, value in _entries(source, node, where):
        if key not in hints:
            hint = _nearest(key, hints, f"valid keys are {', '.join(sorted(hints))}")
            source.refuse(lines[key], f"unknown key {key!r}{f' in {where}' if where else ''}; {hint}", hint)
        values[key] = build(source, value, hints[key], key)
        check = CHECKS.get((kind, key))
        if check is not None and values[key] is not None:
            for leaf in _leaves(value):
                problem = check(cast(str, leaf.text))
                if problem:
                    source.refuse(leaf.line, f"{key}: {leaf.text!r} {problem}")
    required = [field.name for field in msgspec.structs.fields(kind) if field.required]
    missing = [name for name in required if name not in values]
    if missing:
        source.refuse(node.line, f"{where or 'the file'} lacks the key {missing[0]!r}")
    return kind(**values)


def _nearest(word: str, valid: Iterable[str], otherwise: str) -> str:
    import difflib  # only for a message

    near = difflib.get_close_matches(word, sorted(valid), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else otherwise


def _leaves(node: Node) -> Iterator[Node]:
    if node.text is not None:
        yield node
    for item in node.items or ():
        yield from _leaves(item)


def _no_repetition(source: Source, node: Node, values: tuple[Any, ...], where: str) -> None:
    for position, value in enumerate(values):
        if value in values[:position]:
            line = cast(list[Node], node.items)[position].line
            source.refuse(line, f"{where}: {value!r} stands twice")


def _scalar(source: Source, node: Node, kind: Any, where: str) -> Any:
    text = node.text
    if text is None:
        source.refuse(node.line, f"{where} must be a single value, not a list or mapping")
    if node.plain and text.lower() in AMBIGUOUS:
        hint = f'quote it ("{text}") or write true or false'
        source.refuse(node.line, f"{where}: unquoted {text} is a truth value to some YAML readers; {hint}", hint)
    if kind is str:
        problem = _misread(node)
        if problem:
            hint = f'quote it ("{text}")'
            seen = text or "nothing"
            source.refuse(node.line, f"{where}: unquoted {seen} is {problem}, text is wanted; {hint}", hint)
        return text
    form, convert, wanted = SCALARS[kind]
    if not node.plain or not form.fullmatch(text):
        source.refuse(node.line, f"{where} must be {wanted}, not {text!r}")
    return convert(text)


def _misread(node: Node) -> str:
    """What a plain scalar is to a YAML reader, if that is anything but text."""
    text = node.text or ""
    if not node.plain:
        return ""
    if text in NULLS:
        return "no value"
    if text.lower() in ("true", "false"):
        return "a truth value"
    if NUMBER.fullmatch(text) or OTHER_NUMBER.fullmatch(text):
        return "a number"
    return "a date" if DATE.fullmatch(text) else ""


# --- what single values must look like -----------------------------------------------------------

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})+")
ROLES = get_args(Role)


def _matching(pattern: re.Pattern[str], meaning: str) -> Callable[[str], str]:
    return lambda text: "" if pattern.fullmatch(text) else f"is not {meaning}"


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        return f"is not a regular expression: {error}"
    return ""


def _cidr(text: str) -> str:
    try:
        ip_network(text)
    except ValueError as error:
        return f"is not an address range in CIDR form: {error}"
    return ""


def _role(text: str) -> str:
    if text in ROLES:
        return ""
    return f"is not a role; {_nearest(text, ROLES, 'roles are ' + ', '.join(ROLES))}"


def _as_number(text: str) -> str:
    return "" if 0 < int(text) < 2**32 else "is not an AS number"


HOST_NAME = _matching(NAME, "a host name in lower case with at least two labels and no dot around it")
PROVIDER_ID = _matching(ID, "an id in kebab-case")
CHECKS: dict[tuple[type[msgspec.Struct], str], Callable[[str], str]] = {
    (Provider, "id"): PROVIDER_ID,
    (Provider, "parent"): PROVIDER_ID,
    (Provider, "roles"): _role,
    (Provider, "jurisdiction"): _matching(re.compile("[A-Z]{2}"), "a country code (ISO 3166-1, two capital letters)"),
    (Provider, "asns"): _as_number,
    (Provider, "ranges"): _cidr,
    **{(Provider, key): HOST_NAME for key in ("ns", "cname", "mx", "spf", "hosts", "caa")},
    (Provider, "ns_patterns"): _regex,
    (Provider, "cname_patterns"): _regex,
    (Provider, "registrar_ids"): _matching(re.compile("[1-9][0-9]*"), "an IANA registrar id"),
    (Provider, "tlds"): _matching(re.compile(LABEL), "a top-level domain in lower case without a dot"),
    (HeaderClue, "name"): _matching(re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+"), "a header name in lower case"),
    (HeaderClue, "pattern"): _regex,
    (Samples, "matches"): _matching(re.compile("[a-z]+ .+"), "a clue string such as 'ns ns1.example.com'"),
    (Samples, "not_matches"): _matching(re.compile("[a-z]+ .+"), "a clue string such as 'ns ns1.example.com'"),
}


# --- the folder ----------------------------------------------------------------------------------


def folder() -> Path:
    """The rules folder: that of the checkout which this package lies in, else the copy inside the package."""
    package = Path(__file__).resolve().parent
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
        providers = sorted(entry.name for entry in (directory / "providers").iterdir())
        wrong = [name for name in providers if not name.endswith(".yaml") and not name.startswith(".")]
        if wrong:
            raise UsageError(f"rules/providers/{wrong[0]}: provider files end in .yaml", "rename or remove it")
        names = [f"providers/{name}" for name in providers if not name.startswith(".")]
        names += ["parents.yaml", "recovery.yaml", "scoring.yaml"]
        return [Source(f"rules/{name}", (directory / name).read_bytes()) for name in names]
    except OSError as error:
        message = f"the rules in {directory} cannot be read: {error.strerror or error}"
        raise UsageError(message, "install hostaudit again, or name a complete rules folder") from error


def parse(sources: list[Source], version: str) -> Rules:
    """Rules from file contents. Raises ``UsageError``."""
    trees = {source.name: (source, compose(source)) for source in sources}
    parents = build(*trees["rules/parents.yaml"], dict[str, str])
    providers = [_provider(*trees[source.name]) for source in sources if source.name.startswith("rules/providers/")]
    known = {provider.id for provider in providers} | set(parents)
    for provider in providers:
        if provider.parent and provider.parent not in known:
            source, tree = trees[f"rules/providers/{provider.id}.yaml"]
            hint = _nearest(provider.parent, known, "add it to rules/parents.yaml")
            line = next(key.line for key, _ in tree.entries or () if key.text == "parent")
            source.refuse(line, f"unknown parent {provider.parent!r}; {hint}", hint)
    return Rules(
        version=version,
        providers=tuple(sorted(providers, key=lambda provider: provider.id)),
        parents=parents,
        recovery=_recovery(*trees["rules/recovery.yaml"]),
        scoring=build(*trees["rules/scoring.yaml"], Scoring),
    )


def _provider(source: Source, tree: Node) -> Provider:
    provider = cast(Provider, build(source, tree, Provider))
    expected = source.name.rpartition("/")[2].removesuffix(".yaml")
    if provider.id != expected:
        source.refuse(tree.line, f"the id {provider.id!r} and the file name {expected + '.yaml'!r} must agree")
    for key in ("roles", "samples"):
        empty = provider.samples.matches == () if key == "samples" else provider.roles == ()
        if empty:
            source.refuse(tree.line, f"{key} must not be empty")
    return provider


def _recovery(source: Source, tree: Node) -> dict[str, Recovery]:
    table = cast(dict[str, Recovery], build(source, tree, dict[str, Recovery]))
    for role, hours in table.items():
        line = next(key.line for key, _ in tree.entries or () if key.text == role)
        problem = _role(role)
        if problem:
            source.refuse(line, f"{role!r} {problem}")
        if not 0 <= hours.low <= hours.usual <= hours.high:
            source.refuse(line, f"{role}: low, usual and high must rise from 0")
    return table


# --- the compiled copy ---------------------------------------------------------------------------


def _cache_file(content: bytes) -> Path | None:
    """Where the compiled copy belongs; its name changes with the files, this module, the version and the types."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        directory = Path(base) if base.startswith("/") else Path.home() / ".cache"
    except RuntimeError:  # no home directory
        return None
    key = hashlib.sha256(content)
    key.update(__version__.encode())
    with suppress(OSError):
        key.update(Path(__file__).read_bytes())
    for kind in (Rules, Provider, Samples, HeaderClue, Recovery, Scoring):
        key.update(repr((kind.__name__, kind.__struct_fields__, get_type_hints(kind))).encode())
    return directory / "hostaudit" / f"rules-{key.hexdigest()[:32]}.msgpack"


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
        # A name of our own beside the target: the tempfile module takes longer to import than this file to write.
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            part.touch(mode=0o600)
            part.write_bytes(hashlib.sha256(payload).digest() + payload)
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        old = sorted(path.parent.glob("rules-*"), key=lambda each: each.stat().st_mtime, reverse=True)
        for each in old[KEPT:]:
            each.unlink(missing_ok=True)
