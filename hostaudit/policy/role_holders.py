"""The providers in a role: the reasons why they are unknown, and the answers about the role as a whole."""

from __future__ import annotations

from hostaudit.model.verdict import Outcome
from hostaudit.policy.check import Answer, Demand
from hostaudit.policy.context import PolicyContext, open_questions, reasons


def unknown_holders(context: PolicyContext, role: str) -> str:
    """Return the reasons why the providers in a role are unknown; empty if they are known."""
    notes = [group.note for group in context.alternatives.groups(role) if group.note]
    leaves = context.hidden(role)
    if leaves:
        notes.append(open_questions(leaves))
    elif not notes and any(group.doubtful for group in context.alternatives.groups(role)):
        notes.append("nothing shows who it is")
    return "; ".join(notes)


def of_role(context: PolicyContext, demand: Demand, outcome: Outcome, message: str) -> Answer:
    """Return an answer about all providers in the role of a demand."""
    because = reasons((*context.leaves_of(demand.role), *context.hidden(demand.role)))
    return demand.answer(outcome, context.domain, message, because=because)
