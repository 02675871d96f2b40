"""Exit codes by verdict, with and without a defect of hostaudit itself."""

from __future__ import annotations

from hostaudit.errors import Exit
from hostaudit.model.verdict import EXIT_CODES, INTERNAL, exit_code


def test_a_defect_goes_before_all_but_a_failure():
    found = {each: exit_code(each, defects=True) for each in EXIT_CODES}

    assert found == {"pass": 4, "not_judged": 4, "fail": 1, "inconclusive": 4}
    assert Exit.INTERNAL == INTERNAL


def test_without_a_defect_the_verdict_decides():
    assert {each: exit_code(each, defects=False) for each in EXIT_CODES} == EXIT_CODES
