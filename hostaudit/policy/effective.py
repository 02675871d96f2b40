"""The effective policy of one site: defaults, presets, the file and its target, merged key by key.

Later values replace earlier ones: the presets of the file in the order in which ``extends`` names them, the policy of
the file, then the presets and the policy of the most specific target. A list is one value and replaces the one before
it; ``null`` removes a demand. The origin of each value is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import fields, replace

from hostaudit.documents.policy_file import given
from hostaudit.documents.policy_values import covers
from hostaudit.documents.site_file import Loaded
from hostaudit.documents.strict_yaml import Node, key_at, node_at
from hostaudit.model.policy import (
    POLICY_SCHEMA,
    EffectivePolicy,
    FunctionDemand,
    JurisdictionDemand,
    ParentDemand,
    Policy,
    PolicyTarget,
    Preset,
    RoleDemand,
    rule_at,
)

DEFAULT = "default"
Path = tuple[str, ...]
DEFAULTS: dict[Path, Any] = {("unknown",): "inconclusive", ("notice_hours",): 0.0}
"""The values of keys that neither a preset nor the file sets."""

Layer = Iterator[tuple[Path, Any, str]]
"""Keys with their values and their places."""


def effective(loaded: Loaded, domain: str, presets: Mapping[str, Preset]) -> EffectivePolicy:
    """Return the effective policy of a domain in A-labels. ``presets``: those of the rules, by name."""
    file, tree = loaded.content, loaded.tree
    position, matched = _best(file.targets, domain)
    target = None if position is None else file.targets[position]
    values: dict[Path, Any] = dict(DEFAULTS)
    origins: dict[Path, str] = dict.fromkeys(values, DEFAULT)
    extends: list[str] = []
    line = tree.line
    lines: dict[str, int] = {}
    for policy, place in (
        (file.policy, ("policy",)),
        (target.policy if target else None, ("targets", position or 0, "policy")),
    ):
        if policy is None:
            continue
        extends += [name for name in policy.extends if name not in extends]
        node = node_at(tree, place)
        line = key_at(tree, place).line
        lines |= {rule: key.line for path, key in given(node) if (rule := rule_at(path))}
        for layer in (*(_preset(name, presets[name]) for name in policy.extends), _own(policy, node, loaded.name)):
            for path, value, origin in layer:
                if value is not None or path not in DEFAULTS:
                    values[path], origins[path] = value, origin
    if position is not None:
        line = node_at(tree, ("targets", position)).line
    for path in [path for path in values if path[0] == "roles" and path[2] == "min_providers"]:
        by = (*path[:2], "independent_by")
        if values[path] is not None and by not in values:
            values[by], origins[by] = RoleDemand().independent_by, DEFAULT
    return EffectivePolicy(
        schema=POLICY_SCHEMA,
        target=domain,
        source=loaded.name,
        line=line,
        stated=file.policy is not None or (target is not None and target.policy is not None),
        matched=matched,
        labels=target.labels if target else {},
        extends=tuple(extends),
        policy=assembled(values),
        origins={".".join(path): origins[path] for path in sorted(origins)},
        exceptions=tuple(each for each in file.exceptions if covers(each.target, domain)),
        lines=lines,
    )


def own(policy: EffectivePolicy) -> EffectivePolicy:
    """Return only the values of the file itself, without its presets and the defaults."""
    kept = {key: origin for key, origin in policy.origins.items() if origin.startswith(f"{policy.source}:")}
    values = {path: value_at(policy.policy, path) for path in _paths(policy.policy) if ".".join(path) in kept}
    return replace(policy, policy=assembled(values), origins=kept)


def _paths(policy: Policy) -> Iterator[Path]:
    """All possible keys, for the roles and functions that occur."""
    for field in fields(policy):
        value = getattr(policy, field.name)
        if isinstance(value, dict):
            yield from ((field.name, name, each.name) for name, demand in value.items() for each in fields(demand))
        elif isinstance(value, Struct):
            yield from ((field.name, each.name) for each in fields(value))
        else:
            yield (field.name,)


def _best(targets: tuple[PolicyTarget, ...], domain: str) -> tuple[int | None, str]:
    """The position of the target with the most specific pattern for a domain, and that pattern: a name is more specific
    than any ``*.``, a longer one of these more than a shorter one."""
    found = [
        (not each.startswith("*."), len(each), position, each)
        for position, target in enumerate(targets)
        for each in target.match
        if covers(each, domain)
    ]
    if not found:
        return None, ""
    _, _, position, pattern = max(found)
    return position, pattern


def _own(policy: Policy, node: Node, name: str) -> Layer:
    for path, key in given(node):
        yield path, value_at(policy, path), f"{name}:{key.line}"


def _preset(name: str, preset: Preset) -> Layer:
    for path in preset.given:
        yield path, value_at(preset.policy, path), f"preset:{name}"


def value_at(policy: Policy, path: Path) -> Any:
    """Return the value of a policy at a path that it has."""
    value: Any = policy
    for step in path:
        value = value[step] if isinstance(value, dict) else getattr(value, step)
    return value


def assembled(values: Mapping[Path, Any]) -> Policy:
    """Return a policy, assembled from its keys."""
    own: dict[str, Any] = {}
    inner: dict[str, dict[str, dict[str, Any]]] = {"roles": {}, "functions": {}, "parents": {}, "jurisdictions": {}}
    for path, value in values.items():
        if len(path) == 1:
            own[path[0]] = value
        else:
            name = path[1] if len(path) == 3 else ""
            inner[path[0]].setdefault(name, {})[path[-1]] = value
    return Policy(
        roles={name: RoleDemand(**keys) for name, keys in sorted(inner["roles"].items())},
        functions={name: FunctionDemand(**keys) for name, keys in sorted(inner["functions"].items())},
        parents=ParentDemand(**inner["parents"].get("", {})),
        jurisdictions=JurisdictionDemand(**inner["jurisdictions"].get("", {})),
        **own,
    )
