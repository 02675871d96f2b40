"""The text of a new policy: each rule with the state of the site today; rules that it does not meet are comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from hostaudit.report.text import printable

if TYPE_CHECKING:
    from hostaudit.model.report import Report
    from hostaudit.policy.propose import Step

WIDTH = 110
MOST_FAILED = 3
SCHEMA = "site-1.schema.json"
MODELINES = f"""\
# yaml-language-server: $schema={SCHEMA}
# $schema: {SCHEMA}
# Editors help with this file once the schema lies beside it: hostaudit schema site > {SCHEMA}
"""
"""For editors that ask a language server (VS Code, Neovim, Helix) and for those of JetBrains."""

UNKNOWN = "What becomes of a rule whose answer nobody got: inconclusive (exit 3), fail (exit 1) or warn (exit 0)."
NOTICE = "Hours of notice that whoever ends service is assumed to give. Many recorded cases had none."

AFTER = """\

# Sites of which something else is demanded, or that carry labels for reports and metrics:
# targets:
#   - match: [{domain}, "*.{domain}"]
#     labels: {{owner: team-web, tier: critical}}
#     policy: {{min_score: 50}}

# What is accepted for a while. Each needs a reason, an owner and a last day; what is over comes back and says so.
# exceptions:
#   - id: EX-1
#     rule: dns.min_providers
#     target: {domain}
#     reason: the second operator is ordered, see OPS-12
#     owner: alice@example.com
#     expires: {later}
"""


def text(steps: Sequence[Step], report: Report | None, presets: Sequence[str], today: date) -> str:
    """The text of a ``hostaudit.yaml``. Without a report, that is without a site, the presets decide everything."""
    domain = report.target.domain if report else "shop.example.com"
    lines = [MODELINES, *_comment(_head(report, presets, today), ""), "version: 1", "policy:"]
    if presets:
        lines += [*_comment("Read them with: hostaudit policy show --effective --origin", "  ")]
        lines += [f"  extends: [{', '.join(presets)}]"]
    modes = [step for step in steps if step.path == ("unknown",)]
    if not presets:
        lines += [*_comment(UNKNOWN, "  "), "  unknown: inconclusive", "", *_comment(NOTICE, "  "), "  notice_hours: 0"]
    elif any(step.at for step in modes):
        lines += ["", *_comment(f"{modes[0].preset} has fail, which the unknowns of today would be.", "  ")]
        lines += ["  unknown: inconclusive"]
    shown = [step for step in steps if _says_something(step)]
    for path, step in ((step.path, step) for step in shown if step.path == ("min_score",)):
        lines += ["", *_entry(path[0], step, "  ")]
    for family in ("roles", "functions"):
        lines += _family(family, [step for step in shown if step.path[0] == family])
    for family in ("parents", "jurisdictions"):
        lines += _group(family, [step for step in shown if step.path[0] == family], "  ")
    lines += _gates([step for step in steps if step.path[0] == "scenarios"])
    later = f"{today.year + 1}-{today.month:02}-01"
    return "\n".join(lines) + "\n" + AFTER.format(domain=domain, later=later)


def _head(report: Report | None, presets: Sequence[str], today: date) -> str:
    if report is None:
        return f"What is demanded of sites: {' and '.join(presets)}."
    domain = printable(report.target.domain, 253)
    seen = report.run.started[:10]
    when = f"{today} (looked at on {seen})" if seen != today.isoformat() else str(today)
    met = f"What is demanded of {domain}, which met all of it on {when}."
    if report.verdict != "pass":
        met = f"What is demanded of {domain}. On {when} the verdict by it was {report.verdict}."
        if report.verdict == "inconclusive":
            met += " What name resolution or the web site rest on could not be seen in full: no demand changes that."
    failed = [each.message for each in report.findings if each.verdict == "fail"]
    if failed:
        met += f" What no demand changes: {' '.join(failed[:MOST_FAILED])}"
    return f"{met} Tighten a line when the site has got better, so that it stays so."


def _says_something(step: Step) -> bool:
    """True if the step needs a line: the preset does not contain it already, or the rule gave an answer."""
    return bool(step.value != step.wanted) if step.preset else step.asked


def _family(name: str, steps: Sequence[Step]) -> Iterator[str]:
    """The lines of roles or functions, which are groups in a group."""
    if not steps:
        return
    active = any(_active(step) for step in steps)
    yield ""
    yield f"  {name}:" if active else f"  # {name}:"
    for inner in dict.fromkeys(step.path[1] for step in steps):
        yield from list(_group(inner, [step for step in steps if step.path[1] == inner], "    "))[1:]


def _group(name: str, steps: Sequence[Step], indent: str) -> Iterator[str]:
    if not steps:
        return
    yield ""
    key = f'"{name}"' if ":" in name else name
    yield f"{indent}{key}:" if any(_active(step) for step in steps) else f"{indent}# {key}:"
    for step in steps:
        yield from _entry(step.path[-1], step, f"{indent}  ")


def _active(step: Step) -> bool:
    """True if the line is a setting, False if it is only a comment."""
    return step.value is not None or bool(step.preset)


def _entry(key: str, step: Step, indent: str) -> Iterator[str]:
    """A demand with the rule's result of today."""
    message = step.message
    if step.preset:
        message = f"{step.preset} has {key}: {_written(step.wanted)}, which is not met yet. {message}"
    elif step.value is None:
        message = f"Not met yet. {message}"
    yield from _comment(message, indent)
    if step.value is not None:
        yield f"{indent}{key}: {_written(step.value)}"
    elif step.preset:
        yield f"{indent}{key}: {'false' if step.wanted is True else 'null'}"
    else:
        yield f"{indent}# {key}: {_written(step.example)}"


def _gates(steps: Sequence[Step]) -> Iterator[str]:
    """Scenario gates of presets, if one of them had to be changed: a list replaces the list before it."""
    if all(step.value == step.wanted for step in steps):
        return
    yield ""
    for step in steps:
        if step.value != step.wanted:
            scenario, function = step.path[1:]
            limit = f"{scenario}, {function} <= {step.wanted:g}h"
            yield from _comment(f"{step.preset} has {limit}, which is not met yet. {step.message}", "  ")
    kept: dict[str, list[str]] = {}
    for step in steps:
        if step.value is not None:
            kept.setdefault(step.path[1], []).append(f"{_quoted(step.path[2])}: <= {step.value:g}h")
    if not kept:
        yield "  scenarios: []"
        return
    yield "  scenarios:"
    for scenario, limits in kept.items():
        yield f"    - {{scenario: {scenario}, {', '.join(limits)}}}"


def _quoted(key: str) -> str:
    return f'"{key}"' if ":" in key else key


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}"


def _comment(words: str, indent: str) -> Iterable[str]:
    """Lines of a comment. Names in it come from outside and must not be able to end the line."""
    marker = f"{indent}# "
    return textwrap.wrap(printable(words, 600), WIDTH, initial_indent=marker, subsequent_indent=marker)
