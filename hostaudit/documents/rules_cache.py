"""The compiled rules: a copy in the user's cache folder, under a name derived from everything on which it depends."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import msgspec

from hostaudit import __version__, files
from hostaudit.errors import UsageError
from hostaudit.model.rules import Rules

KEPT = 3
"""Number of compiled copies that stay on disk: enough for a few checkouts."""

DECIDING = (
    "hostaudit.documents.countries",
    "hostaudit.documents.policy_file",
    "hostaudit.documents.policy_problems",
    "hostaudit.documents.policy_values",
    "hostaudit.documents.problem",
    "hostaudit.documents.rules",
    "hostaudit.documents.rules_problems",
    "hostaudit.documents.strict_yaml",
    "hostaudit.domain",
    "hostaudit.model.actors",
    "hostaudit.model.policy",
    "hostaudit.model.roles",
    "hostaudit.model.rules",
    "hostaudit.model.verdict",
)
"""The modules on which the compiled rules depend: all that are loaded to read them. A missing one is a defect."""


def place(content: bytes) -> Path | None:
    """Return the path of the compiled copy of rules with this digest, None without a cache folder. Its name changes
    with the files, the version and the source of every module on which the copy depends."""
    try:
        directory = files.cache_folder()
    except UsageError:  # no home directory
        return None
    key = hashlib.sha256(content)
    key.update(__version__.encode())
    for module in DECIDING:
        source = _source(module)
        if source is None:
            return None
        key.update(f"{module}\0{len(source)}\0".encode())
        key.update(source)
    return directory / f"rules-{key.hexdigest()[:32]}.msgpack"


def _source(module: str) -> bytes | None:
    """The source of a module; None if modules are installed without source, so that changes cannot be detected.

    Raises ``ModuleNotFoundError`` for a module that does not exist: a stale copy must never be used silently.
    """
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{module} decides on the rules and does not exist", name=module)
    try:
        with open(spec.origin, "rb") as stream:  # noqa: PTH123 - a Path would cost as much as the reading
            return stream.read()
    except OSError:
        return None


def stored(path: Path) -> Rules | None:
    """Return the compiled copy, None unless it is complete and belongs to this user."""
    try:
        content = files.read_own(path)
        if hashlib.sha256(content[32:]).digest() != content[:32]:
            return None
        return msgspec.msgpack.decode(content[32:], type=Rules)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def store(path: Path, rules: Rules) -> None:
    """Write the compiled copy if possible; without it everything works, but more slowly."""
    payload = msgspec.msgpack.encode(rules)
    with suppress(OSError):
        files.own_folder(path.parent)
        files.replace_file(path, hashlib.sha256(payload).digest() + payload, mode=0o600, durable=False)
        old = sorted(path.parent.glob("rules-*"), key=lambda each: each.stat().st_mtime, reverse=True)
        for each in old[KEPT:]:
            each.unlink(missing_ok=True)
