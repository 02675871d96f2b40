"""The parts of a check: the demand that it gets, the answers that it gives, and the ladder of its values.

A check is a pure function of the site, its report, the policy and the day. Unknown facts widen the interval that it
compares and never narrow it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hostaudit.model.report import Report
from hostaudit.model.verdict import Outcome, Severity, UnknownMode
from hostaudit.model.words import few
from hostaudit.model.words import function as function_name

if TYPE_CHECKING:
    from hostaudit.policy.context import PolicyContext

CONFIDENCE = 0.9
"""The default confidence of an answer, 0 to 1."""

COUNTLESS = 1000.0
"""The least bound of an interval that is written as "any number"."""


@dataclass(frozen=True)
class Answer:
    """The answer of a check for one subject. ``because``: ids of evidence; ``confidence``: 0 to 1."""

    demand: Demand
    outcome: Outcome
    subject: str
    message: str
    provider: str
    because: tuple[str, ...]
    confidence: float


@dataclass(frozen=True)
class Demand:
    """One demand of a policy on a site: the id of the rule, the demanded value, and the role or function, if it applies
    to one. ``severity`` and ``unknown`` go before those of the rule and of the policy."""

    rule: str
    value: Any = None
    role: str = ""
    function: str = ""
    severity: Severity | None = None
    unknown: UnknownMode | None = None

    def answer(
        self,
        outcome: Outcome,
        subject: str,
        message: str,
        *,
        provider: str = "",
        because: Iterable[str] = (),
        confidence: float = CONFIDENCE,
    ) -> Answer:
        """Return an answer to this demand."""
        return Answer(self, outcome, subject, message, provider, tuple(because), confidence)


Evaluate = Callable[["PolicyContext", Demand], Iterator[Answer]]


def _nothing(report: Report) -> Mapping[str, tuple[Any, ...]]:
    del report
    return {}


@dataclass(frozen=True)
class Ladder:
    """Values of a demand from strict to loose, for ``hostaudit policy init``.

    ``usual``: the values by which a demand of a preset is loosened. ``proposed``: by role or function (empty for the
    whole site) the values that are tried for a site without a preset, by its report. A demand that the site does not
    meet is shown with the loosest value, or the strictest.
    """

    usual: tuple[Any, ...]
    proposed: Callable[[Report], Mapping[str, tuple[Any, ...]]] = _nothing
    shows_strictest: bool = False


@dataclass(frozen=True)
class Check:
    """A rule and its evaluation. ``id``: the id of its text (``rules/checks/*.yaml``) and of the key that demands it;
    ``ROLE`` and ``FUNCTION`` in it stand for any. Without a ``ladder`` the demand is neither proposed nor loosened.
    ``serving``: it demands that something serves, and how well, so that the loss of all of it is no pass."""

    id: str
    evaluate: Evaluate
    ladder: Ladder | None = None
    serving: bool = False


SCORES = tuple(range(95, 0, -5))
"""Values of a demand on a score."""

# -- outcomes and words -----------------------------------------------------------------------------------


def compared(low: float, high: float, least: float) -> Outcome:
    """Compare an interval with the least value that is demanded."""
    return "pass" if low >= least else "fail" if high < least else "unknown"


def compared_most(low: float, high: float, most: float) -> Outcome:
    """Compare an interval with the largest value that is allowed."""
    return "pass" if high <= most else "fail" if low > most else "unknown"


def number(value: float) -> str:
    """Return a number as text, without a fraction if it is whole."""
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def between(low: float, high: float) -> str:
    """Return an interval in words: ``2``, ``1 to 2``, ``1 or more``."""
    if high >= COUNTLESS:
        return "any number" if low >= COUNTLESS else f"{number(low)} or more"
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def few_of(words: Iterable[str], most: int = 4) -> str:
    """Return the first different words, and the number of further ones."""
    return few(list(dict.fromkeys(words)), most)


def not_assessed(demand: Demand, function: str, why: str) -> Answer:
    """Return the answer about a function of which nobody knows if the site has it."""
    return demand.answer("unknown", function, f"{function_name(function).capitalize()}: {why}.")


def no_such_function(demand: Demand, function: str, *, known: bool) -> Answer:
    """Return the answer about a function that the site does not have (``known``), or that was not looked at."""
    text = "the site does not have it" if known else "it was not looked at; name its host, or declare it"
    return demand.answer("pass" if known else "unknown", function, f"{function_name(function).capitalize()}: {text}.")
