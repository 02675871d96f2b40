"""One loss at many sites: who loses most comes first, and nobody is told as safe of whom that is unknown."""

from __future__ import annotations

import msgspec
import pytest
from helpers import sample_whatif

from hostaudit.model.evidence import Target
from hostaudit.model.report import Hours
from hostaudit.report import Style
from hostaudit.report.terminal.losses import losses
from hostaudit.report.terminal.sheet import Sheet
from hostaudit.report.text import width

replace = msgspec.structs.replace
WHOLE = next(made() for name, made in sample_whatif.DOCUMENTS.items() if name == "whatif")
FUNCTION = replace(
    WHOLE.functions[0], id="web", down_hours=0.0, range=Hours(0.0, 0.0, 0.0), assessed=True, already=False
)


def site(domain, **changes):
    hours = changes.pop("hours", 0.0)
    function = replace(FUNCTION, down_hours=hours, range=Hours(hours, hours, hours), **changes)
    return replace(WHOLE, target=Target(domain, domain, (domain,), ()), functions=(function,))


def page(*documents, columns=80) -> list[str]:
    sheet = Sheet(Style(width=columns))
    losses(sheet, documents)
    return sheet.lines


def test_the_longest_outage_comes_first_and_the_rest_is_told():
    lines = page(
        site("ok.org"), site("short.org", hours=5.0), site("long.org", hours=500.0), site("q.org", assessed=False)
    )

    assert lines[0] == "2 of 4 sites lose a function"
    assert [line.split()[0] for line in lines[1:3]] == ["long.org", "short.org"]
    assert lines[3:] == ["nothing stops at: ok.org", "not known, as something was not assessed: q.org"]


def test_what_does_not_work_now_is_not_told_as_a_loss():
    lines = page(site("dead.org", hours=900.0, already=True, assessed=False))

    assert lines[0] == "0 of 1 sites lose a function"
    assert "not working now in part, before any of this: dead.org" in lines


def test_an_outage_that_is_only_possible_is_no_safety():
    perhaps = site("x.org")
    perhaps = replace(perhaps, functions=(replace(perhaps.functions[0], range=Hours(0.0, 0.0, 9.0)),))

    assert page(perhaps)[1].split() == ["x.org", "short", "web"]


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_no_line_is_wider_than_the_terminal(columns):
    long = site(f"{'a' * 60}.{'b' * 60}.org", hours=30.0)

    assert all(width(line) <= max(columns, 20) for line in page(long, site("ok.org"), columns=columns))
