"""The policy part of ``hostaudit.yaml`` and presets: values that are written in another form than the one in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from msgspec import Struct

from hostaudit.documents.policy_problems import of_policy
from hostaudit.documents.policy_values import CHECKS, HOURS_IN, LIMIT, function_id, pattern
from hostaudit.documents.strict_yaml import (
    NULLS,
    IncompleteError,
    Node,
    Readers,
    Source,
    compose,
    entries,
    key_at,
    kinds_of,
    part,
    partial,
)
from hostaudit.errors import UsageError, nearest
from hostaudit.model.policy import Exemption, FunctionDemand, Policy, Preset, RoleDemand, ScenarioGate
from hostaudit.model.roles import FUNCTIONS, ROLES
from hostaudit.model.site import SiteFile

# -- values with another written form ---------------------------------------------------------------------


def _roles(source: Source, node: Node, where: str) -> dict[str, RoleDemand]:
    for key, value in list(node.entries or ()):
        if key.text is not None and key.text not in ROLES:
            hint = nearest(key.text, ROLES, f"roles are {', '.join(ROLES)}")
            source.report(key, f"roles: {key.text[:80]!r} is not a role; {hint}", hint)
            cast("list[tuple[Node, Node]]", node.entries).remove((key, value))
    return cast("dict[str, RoleDemand]", part(source, node, dict[str, RoleDemand], where))


def _functions(source: Source, node: Node, where: str) -> dict[str, FunctionDemand]:
    demands: dict[str, FunctionDemand] = {}
    for key, value in entries(source, node, where):
        with source.gathering():
            identity = _function(source, node, key, where)
            if identity in demands:
                source.refuse(key_at(node, (key,)), f"{where}: {identity} stands twice")
            demands[identity] = part(source, value, FunctionDemand, key)
    return demands


def _function(source: Source, node: Node, key: str, where: str) -> str:
    try:
        return function_id(key)
    except UsageError as error:
        hint = error.hint or f"functions are {', '.join(FUNCTIONS)}, web:HOST and those declared under sites"
        source.refuse(key_at(node, (key,)), f"{where}: {error.message}; {hint}", hint)


def _gate(source: Source, node: Node, where: str) -> ScenarioGate:
    """Read ``{scenario: ID, FUNCTION: <= 4h, unknown: fail}``: any other key is a function."""
    own: dict[str, Any] = {"unknown": None, "severity": None}
    kinds = {field: kind for field, kind in kinds_of(ScenarioGate).items() if field != "limits"}
    limits: dict[str, float] = {}
    before = len(source.faults)
    given = entries(source, node, where)
    for key, value in given:
        with source.gathering():
            if key in kinds:
                own[key] = part(source, value, kinds[key], key)
                continue
            identity, hours = _limit(source, node, key, value, where)
            if identity in limits:
                source.refuse(key_at(node, (key,)), f"{where}: {identity} stands twice")
            limits[identity] = hours
    if "scenario" not in dict(given) and len(source.faults) == before:
        source.report(node, f"{where} lacks the key 'scenario'")
    if not limits and len(source.faults) == before:
        hint = "add a function and its longest outage, such as web: <= 4h"
        source.report(node, f"{own['scenario']}: no limit is given; {hint}", hint)
    if "scenario" not in own:
        raise IncompleteError
    return ScenarioGate(limits=limits, **own)


def _limit(source: Source, node: Node, key: str, value: Node, where: str) -> tuple[str, float]:
    """The function and the hours of ``FUNCTION: <= 4h``."""
    limit = LIMIT.fullmatch(value.text or "")
    if limit is None and key not in FUNCTIONS and not key.startswith("web:"):
        fields = [field for field in kinds_of(ScenarioGate) if field != "limits"]
        valid = (*fields, *FUNCTIONS)
        hint = nearest(key, valid, f"valid keys are {', '.join(fields)} and functions: {', '.join(FUNCTIONS)}")
        source.refuse(key_at(node, (key,)), f"unknown key {key[:80]!r} in {where}; {hint}", hint)
    if limit is None:
        shown = repr(value.text[:80]) if value.text is not None else "a list or mapping"
        hint = "write the longest outage, such as <= 90m, <= 4h or <= 2d"
        source.refuse(value, f"{key}: {shown} is not a limit; {hint}", hint)
    return _function(source, node, key, where), round(float(limit[1]) * HOURS_IN[limit[2]], 6)


def _day_text(source: Source, node: Node, where: str) -> str:
    """The text of a day. An invalid day is kept, and counts as past when the policy is applied."""
    if node.text is None or (node.plain and node.text in NULLS):
        hint = "write the last day on which it holds, such as 2027-03-31, or never"
        source.refuse(node, f"{where} must be a day; {hint}", hint)
    if len(node.text) > 100:
        source.refuse(node, f"{where} has {len(node.text)} characters, which is no day")
    return node.text


READERS: Readers = {
    (Policy, "roles"): _roles,
    (Policy, "functions"): _functions,
    ScenarioGate: _gate,
    (Exemption, "expires"): _day_text,
    (Exemption, "review"): _day_text,
}


# -- normal form of names ---------------------------------------------------------------------------------


def normal(file: SiteFile) -> SiteFile:
    """Return the file with every pattern in A-labels; one that is invalid, as its check has told, stays as it is."""
    from msgspec.structs import replace

    return replace(
        file,
        targets=tuple(replace(each, match=tuple(_normal(one) for one in each.match)) for each in file.targets),
        exceptions=tuple(replace(each, target=_normal(each.target)) for each in file.exceptions),
    )


def _normal(text: str) -> str:
    try:
        return pattern(text)
    except UsageError:
        return text


# -- presets ----------------------------------------------------------------------------------------------


class _PresetFile(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    policy: Policy


def preset(source: Source) -> Preset:
    """Return a preset from the contents of its file. Raises ``UsageError`` with file, line and column."""
    source = Source(source.name, source.data, CHECKS, READERS, source.shown)
    tree = compose(source)
    found = cast("_PresetFile | None", partial(source, tree, _PresetFile))
    if found is None:
        source.done()
        raise IncompleteError  # unreachable: a file without a value has a fault
    if found.policy.extends:
        source.report(key_at(tree, ("policy", "extends")), "a preset stands for itself; leave extends out")
    for problem in of_policy(found.policy, ("policy",), frozenset(), None):
        source.report(key_at(tree, problem.where), problem.message)
    source.done()
    body = next(value for key, value in tree.entries or () if key.text == "policy")
    return Preset(found.title, found.policy, tuple(path for path, _ in given(body)))


def given(policy: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield the keys that a policy sets, with their nodes: ``(min_score,)``, ``(roles, dns, min_providers)``, in
    order."""
    for key, value in policy.entries or ():
        name = str(key.text)
        if name in ("roles", "functions"):
            for each, below in value.entries or ():
                inner = str(each.text) if name == "roles" else function_id(str(each.text))
                yield from (((name, inner, str(one.text)), one) for one, _ in below.entries or ())
        elif name in ("parents", "jurisdictions"):
            yield from (((name, str(one.text)), one) for one, _ in value.entries or ())
        elif name != "extends":
            yield (name,), key


def companies(providers: Iterable[Any], parents: Iterable[str]) -> frozenset[str]:
    """Return all ids that a demand may name: providers, the companies above them, and recorded companies."""
    return frozenset({each.id for each in providers} | {each.parent for each in providers if each.parent} | {*parents})
