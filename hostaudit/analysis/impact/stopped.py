"""Functions that do not work now, and what of the tree is to blame."""

from __future__ import annotations

from collections.abc import Iterable

from hostaudit.analysis.fault_tree.tree import FaultTree
from hostaudit.analysis.impact.outage import SinglePointMeasure

FAILED = 1


def stopped_by(tree: FaultTree, events: Iterable[str]) -> tuple[str, ...]:
    """The ids of the functions that some failed basic events stop: alone, or as a part without which the rest would
    not.

    ``events``: ids of basic events; those that the tree does not have are left out.
    """
    failed = {name for name, leaf in tree.leaves.items() if leaf.certainty == "failed"}
    blamed = failed & set(events)
    if not blamed:
        return ()
    now, alone, without, anyway = (_stopped(tree, each) for each in (failed, blamed, failed - blamed, set[str]()))
    applying = [function.id for function in tree.functions if function.applies == "yes" and function.id not in anyway]
    return tuple(each for each in applying if each in now and (each in alone or each not in without))


def _stopped(tree: FaultTree, failed: set[str]) -> set[str]:
    state = tree.solve(dict.fromkeys(failed, FAILED), SinglePointMeasure(FAILED))
    return {function.id for function in tree.functions if state.get(function.root, 0)}
