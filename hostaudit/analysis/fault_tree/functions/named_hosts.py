"""``web:HOST``: each host that the user names answers, a function of its own."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import Purpose


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield one function for each named host."""
    for host in parts.target.named:
        node = parts.hosts.answers(host)
        shown = parts.hosts.shown(host)
        yield FunctionRecord(
            f"web:{host}",
            (node,),
            legs=shown.legs,
            degraded_by=parts.tree.children(Purpose.LEGS.of(host)),
            hidden_origins=shown.hidden_origins,
        )


FUNCTION = FunctionDefinition((), 30, "down", add)
