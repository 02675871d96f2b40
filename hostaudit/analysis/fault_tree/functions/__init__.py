"""The functions of a site: each file in this folder is one function or a family of them, and the folder is the list.

``FUNCTION`` in each file gives the id of the function, its place in the order, the effect of its loss, and the way in
which it is added to the fault tree. The parts on which several functions rest (zones, hosts, standbys) are beside this
folder. A function may rest on the gates of other functions that come before it in the order.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.tree import Applies, HiddenOrigin, Loss, Switch, Term
from hostaudit.model.report import Leg


@dataclass(frozen=True)
class FunctionRecord:
    """One function as it is found at a site.

    ``children``: all nodes on which it rests. ``applies``: *no* if the site does not have it, *maybe* or *unseen* if
    the question that decides it has no answer (see ``SiteFunction``); the children then do not count. ``asked``: the
    evidence of that question.
    ``possible``: see ``SiteFunction``.
    ``weight``: its weight in the score if ``rules/scoring.yaml`` has none. ``spares``: nodes that take its place
    after a switch. Other fields: see ``SiteFunction``.
    """

    id: str
    children: tuple[str, ...] = ()
    applies: Applies = "yes"
    legs: tuple[Leg, ...] = ()
    degraded_by: tuple[str, ...] = ()
    note: str = ""
    asked: tuple[str, ...] = ()
    weight: float | None = None
    spares: tuple[tuple[Switch, str], ...] = ()
    begins: Term | None = None
    hidden_origins: tuple[HiddenOrigin, ...] = ()
    possible: tuple[str, ...] = ()


@dataclass(frozen=True)
class FunctionDefinition:
    """The definition of one function or of a family.

    ``ids``: their ids, none for a family whose members the target or the site file names. ``order``: functions are
    built and reported in ascending order. ``loss``: the effect of losing one.
    """

    ids: tuple[str, ...]
    order: int
    loss: Loss
    add: Callable[[TreeParts], Iterable[FunctionRecord]]


@cache
def definitions() -> tuple[FunctionDefinition, ...]:
    """The functions in this folder, in their order."""
    modules = [importlib.import_module(f"{__name__}.{entry.name}") for entry in pkgutil.iter_modules(__path__)]
    found: list[FunctionDefinition] = [module.FUNCTION for module in modules]
    return tuple(sorted(found, key=lambda each: each.order))
