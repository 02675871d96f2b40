"""Functions that do not work now, and what is to blame."""

from __future__ import annotations

from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction
from hostaudit.analysis.impact.stopped import stopped_by


def tree(**functions: tuple[str, tuple[str, ...]]) -> FaultTree:
    """Functions as gates over basic events; those that begin with ``x`` have failed."""
    made = FaultTree()
    for name, (kind, children) in functions.items():
        for child in children:
            certainty = "failed" if child.startswith("x") else "unknown" if child.startswith("u") else "certain"
            made.leaf(child, BasicEvent({}, "hosting", child, (), certainty=certainty))
        root = made.gate(Purpose.GROUP.of(name), kind, children)
        made.functions.append(SiteFunction(name, root, "yes", "down", 1.0))
    return made


def test_an_event_that_stops_a_function_alone_is_to_blame():
    made = tree(web=("all", ("x1", "a")), mail=("all", ("a",)))
    assert stopped_by(made, ["x1"]) == ("web",)
    assert stopped_by(made, ["a"]) == ()
    assert stopped_by(made, ["not there"]) == ()


def test_so_is_one_of_two_without_which_it_would_work():
    made = tree(web=("any", ("x1", "x2")))
    assert stopped_by(made, ["x1"]) == ("web",)
    assert stopped_by(tree(web=("any", ("x1", "u1"))), ["x1"]) == ()


def test_one_that_has_no_part_in_it_is_not():
    made = tree(web=("all", ("x1", "a")), mail=("all", ("x2", "a")), nothing=("any", ()))
    assert stopped_by(made, ["x1"]) == ("web",)
