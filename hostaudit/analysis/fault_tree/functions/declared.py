"""Functions that the owner declares in the site file: each rests on other functions, and on any one provider per
need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.model.roles import Role


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield one function for each that the site file declares, in its order."""
    for function in parts.proofs.site.functions if parts.proofs.site is not None else ():
        needs = [_need(parts, function.id, each.role, each.any_of) for each in function.needs]
        required = [Purpose.FUNCTION.of(each).id for each in function.requires]
        weight = function.weight if function.weight is not None else parts.scoring.named_host_weight
        yield FunctionRecord(function.id, (*required, *needs), weight=weight, note="declared in the site file")


def _need(parts: TreeParts, function: str, role: str, providers: tuple[str, ...]) -> str:
    nodes = [
        parts.operators.operator(cast(Role, role), function, parts.attribution.declared(each)) for each in providers
    ]
    return parts.tree.gate(Purpose.NEED.of(function, role), "any", nodes)


FUNCTION = FunctionDefinition((), 90, "down", add)
