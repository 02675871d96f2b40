"""How a question ended, as tests compare it."""

from __future__ import annotations

from typing import Any

from hostaudit.observe.net.outcome import Outcome


def cause(outcome: Outcome[Any]) -> str:
    """The cause of an outcome that must be unknown."""
    assert outcome.value is None
    assert outcome.absent is None
    assert outcome.unknown is not None
    return outcome.unknown.cause
