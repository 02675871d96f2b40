"""Strict YAML: a tree of values with their places, built into typed records.

YAML has readings that nobody intends: ``NO`` is false, ``1.10`` is 1.1, ``22:22`` is 1342, the last of two equal keys
wins, aliases may expand to gigabytes. All of these are refused here with file, line and the correct form.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NoReturn, cast, get_args, get_origin, get_type_hints

import msgspec

from hostaudit.errors import LineError, close, nearest

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"
INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
"""At most 18 digits: no quantity here has more, and Python refuses to convert thousands of them."""
NUMBER = re.compile(r"[-+]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][-+]?[0-9]+)?")
OTHER_NUMBER = re.compile(
    r"[-+]?(?:0[xXob][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9_]*)?|[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?)"
)
"""Further numbers of YAML 1.1: octal, hexadecimal, underscores, base 60."""
SCALARS: dict[type, tuple[re.Pattern[str], Callable[[str], Any], str]] = {
    int: (INTEGER, int, "a whole number"),
    float: (NUMBER, float, "a number"),
    bool: (re.compile("true|false"), "true".__eq__, "true or false"),
}
SINGLE = (str, *SCALARS)
DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?")
AMBIGUOUS = frozenset({"y", "n", "yes", "no", "on", "off"})
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


SECRET = re.compile(
    r"(?i)secret|token|passw|passphrase|credential|(?:api|private|access)[-_ ]?key|authori[sz]ation|bearer|cookie"
    r"|-----BEGIN"
)
"""What may stand beside a secret. No key of ours is called so, but somebody may have written one into our file."""

Checks = Mapping[tuple[type[msgspec.Struct], str], Callable[[str], str]]
"""By Struct and field: a check that returns the fault of a single value, in words that follow it; empty if valid."""


# --- nodes ---------------------------------------------------------------------------------------


@dataclass
class Node:
    """One YAML value and its position, counted from 1. Exactly one of text, items and entries is set. ``wounded``: a
    value in it was refused while it was built."""

    line: int
    column: int = 0
    text: str | None = None
    plain: bool = False
    items: list[Node] | None = None
    entries: list[tuple[Node, Node]] | None = None
    wounded: bool = False


class IncompleteError(Exception):
    """A value cannot be made, and why was told before."""


@dataclass
class Source:
    """A file during reading. ``name``: its name in messages; ``checks``: the checks of its values; ``readers``: the
    functions for values that are written in another form than the one in memory; ``shown``: a fault may show its line,
    which must be false for what may hold secrets; ``faults``: what was found so far."""

    name: str
    data: bytes = field(repr=False)
    checks: Checks = field(default_factory=dict, repr=False)
    readers: Readers = field(default_factory=dict, repr=False)
    shown: bool = False
    faults: list[LineError] = field(default_factory=list, repr=False)

    def refuse(self, at: Node | int, problem: str, hint: str = "") -> NoReturn:
        """Raise ``LineError`` with file, line, column if a node is given, and problem."""
        raise self.fault(at, problem, hint)

    def report(self, at: Node | int, problem: str, hint: str = "") -> None:
        """Keep a fault for ``done``, and go on."""
        self.faults.append(self.fault(at, problem, hint))

    def fault(self, at: Node | int, problem: str, hint: str = "") -> LineError:
        """The fault at a place, with its line if that may be shown."""
        line, column = (at, 0) if isinstance(at, int) else (at.line, at.column)
        place = f"{line}:{column}" if column else str(line)
        message = f"{self.name}:{place}: {problem}"
        found = LineError(message, hint, file=self.name, line=line, problem=problem, column=column)
        lines = self.data.split(b"\n") if self.shown else []
        text = lines[line - 1].decode("utf-8", "replace").rstrip() if 0 < line <= len(lines) else ""
        found.text = "" if SECRET.search(text) else text
        return found

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Keep a fault that is raised inside for ``done``, and go on behind it."""
        try:
            yield
        except LineError as error:
            self.faults += error.all
        except IncompleteError:
            pass

    def done(self) -> None:
        """Raise the faults that were kept, in the order of their lines, as one ``LineError``. Of those at one place
        only the first is told."""
        found: dict[tuple[int, int], LineError] = {}
        for each in self.faults:
            found.setdefault((each.line, each.column), each)
        self.faults = []
        raise_all([found[place] for place in sorted(found)])


def raise_all(faults: Sequence[LineError]) -> None:
    """Raise the first of some faults, with the others; nothing if there is none."""
    if faults:
        first, *others = faults
        first.others = tuple(others)
        raise first


def is_ours(data: bytes, keys: Iterable[str]) -> bool:
    """True if a file has one of the given keys at the beginning of a line. Another file, such as one of credentials to
    which a link or a wrong path leads, is none of which lines are shown."""
    names = b"|".join(re.escape(each.encode()) for each in keys)
    return re.search(rb"(?m)^(?:%s)[ \t]*:" % names, data) is not None


Readers = Mapping[Any, Callable[[Source, Node, str], Any]]
"""By Struct, or Struct and field: a function from a node to its value; the last argument is its name in messages."""


def compose(source: Source) -> Node:
    """Return the tree of a YAML document, without interpretation of values. Raises ``UsageError``."""
    import yaml  # only without a compiled copy: a scan with compiled rules does not need it

    if len(source.data) > MAX_BYTES:
        source.refuse(1, f"the file has {len(source.data)} bytes, at most {MAX_BYTES} are read")
    try:
        text = source.data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = source.data[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        source.refuse(Node(before.count(b"\n") + 1, column), "the file is not UTF-8")
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
                source.refuse(node, "a second document begins here; one file holds one")
            root = root or node
            if stack:
                # The library takes the mark in ``{?a: b}`` for that of a key; YAML 1.2 has it in the key.
                start = getattr(event.start_mark, "index", 0)
                if stack[-1].entries is not None and pending[-1] is None and text[start - 1 : start] == "?":
                    shown = (node.text or "")[:40]
                    source.refuse(node, f"the key ?{shown} begins with a question mark", "put it into quotes")
                _attach(stack[-1], pending, node)
            if node.text is None:
                if len(stack) >= MAX_DEPTH:
                    source.refuse(node, TOO_DEEP)
                stack.append(node)
                pending.append(None)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # The library reads ahead, and its own limit differs between releases, so our limit is checked first.
        deep = _too_deep(text[: mark.index], loader, yaml) if mark else None
        if deep is not None:
            source.refuse(deep, TOO_DEEP)
        problem = getattr(error, "problem", None) or str(error)
        source.refuse(Node(mark.line + 1, mark.column + 1) if mark else 1, f"not readable as YAML: {problem}")
    if root is None:
        source.refuse(1, "the file is empty")
    return root


def _too_deep(text: str, loader: Any, yaml: Any) -> Node | None:
    """The node at which a text exceeds the allowed depth, if that comes before a syntax error."""
    depth = 0
    with suppress(yaml.YAMLError):
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    return Node(event.start_mark.line + 1, event.start_mark.column + 1)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    return None


def _node(source: Source, event: Any, yaml: Any) -> Node | None:
    at = Node(event.start_mark.line + 1, event.start_mark.column + 1)
    if isinstance(event, yaml.AliasEvent):
        source.refuse(at, f"the alias *{event.anchor} is not allowed", "write the value out")
    if not isinstance(event, yaml.NodeEvent):
        return None
    if event.anchor is not None:
        source.refuse(at, f"the anchor &{event.anchor} is not allowed", "write the value out where it is needed")
    if event.tag is not None:
        source.refuse(at, f"the tag {event.tag} is not allowed", "types follow from the key")
    if isinstance(event, yaml.ScalarEvent):
        at.text, at.plain = event.value, not event.style
    elif isinstance(event, yaml.SequenceStartEvent):
        at.items = []
    else:
        at.entries = []
    return at


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
    """Return ``node`` as a value of ``kind`` (a scalar type, Literal, tuple, dict or Struct). Raises ``LineError`` with
    all faults."""
    value = partial(source, node, kind, where)
    source.done()
    return value


def partial(source: Source, node: Node, kind: Any, where: str = "") -> Any:
    """Return ``node`` as ``build`` does, with what could be read of it; the faults are kept for ``done``, which must be
    called. What was refused is taken out of ``node``, so that positions fit. None if nothing could be read."""
    found: list[Any] = []
    with source.gathering():
        found.append(part(source, node, kind, where))
    return found[0] if found else None


def part(source: Source, node: Node, kind: Any, where: str = "") -> Any:
    """Return a value for a reader of another one: faults inside are kept, and only what leaves no value is raised."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if reader := source.readers.get(kind):
            return reader(source, node, where)
        return _struct(source, node, kind, where)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _tuple(source, node, arguments[0], where)
    if origin is dict:
        return _dict(source, node, arguments[1], where)
    if origin is Literal:
        return _choice(source, node, arguments, where)
    optional = [each for each in arguments if each is not type(None)]
    if optional:
        if node.plain and node.text in NULLS:
            return None
        return part(source, node, optional[0], where)
    return _scalar(source, node, kind, where)


def _tuple(source: Source, node: Node, kind: Any, where: str) -> tuple[Any, ...]:
    if node.items is None:
        source.refuse(node, f"{where or 'the file'} must be a list")
    values, kept = [], []
    for each in node.items:
        before = len(source.faults)
        with source.gathering():
            values.append(part(source, each, kind, where))
            kept.append(each)
        each.wounded = len(source.faults) > before
    if len(kept) < len(node.items) and (kind in SINGLE or get_origin(kind) is Literal):
        raise IncompleteError  # a list of values with some left out may say something else
    node.items = kept
    found = tuple(values)
    if kind is not float:  # repeated names are mistakes; two measurements may be equal
        _no_repetition(source, node, found, where)
    return found


def _dict(source: Source, node: Node, kind: Any, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in entries(source, node, where):
        with source.gathering():
            found[key] = part(source, value, kind, key)
    node.entries = [(key, value) for key, value in node.entries or () if key.text in found]
    return found


def entries(source: Source, node: Node, where: str) -> list[tuple[str, Node]]:
    """Return the entries of a mapping; of a key that stands twice the first, and the other is a fault."""
    if node.entries is None:
        source.refuse(node, f"{where or 'the file'} must be a mapping of keys to values")
    found: dict[str, tuple[int, Node]] = {}
    kept = []
    for key_node, value in node.entries:
        with source.gathering():
            key = _scalar(source, key_node, str, "a key")
            if key in found:
                source.refuse(key_node, f"the key {key!r} stands twice, first in line {found[key][0]}")
            found[key] = (key_node.line, value)
            kept.append((key_node, value))
    node.entries = kept
    return [(key, value) for key, (_, value) in found.items()]


def _struct(source: Source, node: Node, kind: type[msgspec.Struct], where: str) -> Any:
    hints = kinds_of(kind)
    values: dict[str, Any] = {}
    before = len(source.faults)
    given = entries(source, node, where)
    places = {key.text: key for key, _ in node.entries or ()}
    meant = set(hints) if len(source.faults) > before else set()
    for key, value in given:
        if key not in hints:
            hint = nearest(key, hints, f"valid keys are {', '.join(sorted(hints))}")
            source.report(places[key], f"unknown key {key!r}{f' in {where}' if where else ''}; {hint}", hint)
            meant |= set(close(key, hints, limit=1, cutoff=0.5))
            continue
        with source.gathering():
            reader = source.readers.get((kind, key))
            values[key] = reader(source, value, key) if reader else part(source, value, hints[key], key)
            _check(source, value, kind, key, values[key])
    node.entries = [(key, value) for key, value in node.entries or () if key.text in values]
    needed = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
    missing = [name for name in kind.__struct_fields__[:needed] if name not in values]
    unwritten = [name for name in missing if name not in places and name not in meant]
    if unwritten:
        source.report(node, f"{where or 'the file'} lacks {' and '.join(f'the key {each!r}' for each in unwritten)}")
    if missing:
        raise IncompleteError
    return kind(**values)


def _check(source: Source, node: Node, kind: type[msgspec.Struct], key: str, value: Any) -> None:
    """Report the single values that have the right form and cannot be meant; they are kept."""
    check = source.checks.get((kind, key))
    if check is None or value is None:
        return
    for leaf in _leaves(node):
        problem = check(cast(str, leaf.text))
        if problem:
            source.report(leaf, f"{key}: {leaf.text!r} {problem}")


@cache
def kinds_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the fields of a record and their types; cached, because it is needed for every record and takes long."""
    return {name: hint for name, hint in get_type_hints(kind).items() if name in kind.__struct_fields__}


def node_at(node: Node, path: Iterable[str | int]) -> Node:
    """Return the value at ``path`` (keys and positions), or the innermost one around it."""
    for step in path:
        if isinstance(step, int):
            inner = node.items[step] if node.items is not None and step < len(node.items) else None
        else:
            inner = next((value for key, value in node.entries or () if key.text == step), None)
        if inner is None:
            break
        node = inner
    return node


def key_at(node: Node, path: Sequence[str | int]) -> Node:
    """Return the key, or list entry, at ``path``, or the innermost value around it."""
    around = node_at(node, path[:-1])
    return next((key for key, _ in around.entries or () if path and key.text == path[-1]), node_at(node, path))


def matching(pattern: re.Pattern[str], meaning: str) -> Callable[[str], str]:
    """Return a check that a whole text has a form; ``meaning`` describes the form in words."""
    return lambda text: "" if pattern.fullmatch(text) else f"is not {meaning}"


def between(low: float, high: float, meaning: str) -> Callable[[str], str]:
    """Return a check that a number is in a range, including its ends."""
    return lambda text: "" if low <= float(text) <= high else f"is not {meaning}"


def _leaves(node: Node) -> Iterator[Node]:
    if node.text is not None:
        yield node
    for item in node.items or ():
        yield from _leaves(item)


def _no_repetition(source: Source, node: Node, values: tuple[Any, ...], where: str) -> None:
    seen: set[str] = set()
    for position, value in enumerate(values):
        written = repr(value)  # records that contain a mapping have no hash
        if written in seen:
            again = cast(list[Node], node.items)[position]
            shown = "the same entry" if isinstance(value, msgspec.Struct) else written
            source.report(again, f"{where}: {shown} stands twice")
        seen.add(written)


def _scalar(source: Source, node: Node, kind: Any, where: str) -> Any:
    text = node.text
    if text is None:
        source.refuse(node, f"{where} must be a single value, not a list or mapping")
    if node.plain and text.lower() in AMBIGUOUS:
        hint = f'quote it ("{text}") or write true or false'
        source.refuse(node, f"{where}: unquoted {text} is a truth value to some YAML readers; {hint}", hint)
    if kind is str:
        problem = _misread(node)
        if problem:
            hint = f'quote it ("{text}")'
            seen = text or "nothing"
            source.refuse(node, f"{where}: unquoted {seen} is {problem}, text is wanted; {hint}", hint)
        return text
    form, convert, wanted = SCALARS[kind]
    if not node.plain or not form.fullmatch(text):
        source.refuse(node, f"{where} must be {wanted}, not {text!r}")
    value = convert(text)
    if isinstance(value, float) and not math.isfinite(value):
        source.refuse(node, f"{where} must be {wanted} of ordinary size, not {text!r}")
    return value


def _choice(source: Source, node: Node, allowed: tuple[Any, ...], where: str) -> Any:
    """One of the values of a Literal, all of which are of one type."""
    value = _scalar(source, node, type(allowed[0]), where)
    if value not in allowed:
        words = [str(each) for each in allowed]
        hint = nearest(str(value), words, f"give one of: {', '.join(words)}" if len(words) > 1 else f"give {words[0]}")
        source.refuse(node, f"{where}: {value!r} is not known; {hint}", hint)
    return value


def _misread(node: Node) -> str:
    """The type that a YAML reader gives to a plain scalar, empty for text."""
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
