"""The calculation of a score, line by line, so that a reader can repeat it with a calculator."""

from __future__ import annotations

import math
from collections.abc import Mapping

from hostaudit.model import words
from hostaudit.model.actors import NOBODY
from hostaudit.model.report import COMPANIES, WorkingCompany, WorkingEnd, WorkingFunction
from hostaudit.model.working import Working
from hostaudit.report.terminal.sheet import MORE, Sheet

OTHERS = 6
"""The number of companies of which only the exposure is given, as it is too small to matter."""

FULL, FURTHER, LIGHT = "full_harm_hours", "further_weight", "name_only_weight"


def write(sheet: Sheet, document: Working) -> None:
    """The formula, its numbers, and both ends of the score."""
    of = f" of {sheet.safe(document.target.domain, 260)}" if document.target else ""
    sheet.bold(f"How the score{of} is computed")
    sheet.heading("Formula")
    for line in document.formula:
        sheet.text(sheet.safe(line, 400), 2, 4)
    _numbers(sheet, "Weights of the functions", document.weights, document)
    if document.weights and document.reasons.get("weights"):
        sheet.text(sheet.safe(document.reasons["weights"], 400), 2, 4)
    _numbers(sheet, "Constants", document.constants, document)
    if len(document.ends) == 2 and _alike(*document.ends):
        _end(sheet, document.ends[0], "low and high", document)
    else:
        for end in document.ends:
            _end(sheet, end, end.end, document)


def _alike(low: WorkingEnd, high: WorkingEnd) -> bool:
    """True if both ends are calculated in the same way; the second then need not repeat the companies."""
    return low.companies == high.companies or (low.score == high.score and not high.companies)


def _numbers(sheet: Sheet, title: str, numbers: dict[str, float], document: Working) -> None:
    if numbers:
        sheet.heading(title)
    for name, number in numbers.items():
        reason = f" - {sheet.safe(document.reasons[name], 400)}" if document.reasons.get(name) else ""
        sheet.text(f"{sheet.safe(name, 80)} {_plain(number)}{reason}", 2, 4)


def _plain(number: float) -> str:
    return f"{number:.10g}"


def _end(sheet: Sheet, end: WorkingEnd, name: str, document: Working) -> None:
    reading = {"low": ", what is unknown taken as failing", "high": ", what is unknown taken as working"}
    sheet.heading(f"The {name} end{reading.get(name, ', the same')}: {end.score:.1f}")
    if not end.companies:
        sheet.text("No company ends a function alone, so every exposure is 0.", 2)
    whole = [each for each in end.companies if each.functions]
    for position, company in enumerate(whole, 1):
        _company(sheet, position, company, document)
    rest = [each for each in end.companies if not each.functions]
    if rest:
        shown = ", ".join(f"{sheet.safe(each.name or each.parent, 60)} {each.exposure:.4f}" for each in rest[:OTHERS])
        left = f", +{len(rest) - OTHERS} more, {MORE}" if len(rest) > OTHERS else ""
        sheet.text(f"{shown}{left}", 2, 4, lead="less: ")
    strong = [each.exposure for each in end.companies if not each.name_only]
    anybody = [each.exposure for each in end.companies if each.parent == NOBODY]
    if anybody:
        sheet.text(f"What nobody could name counts as {COMPANIES} companies.", 2)
    worst = sorted((*strong, *anybody * COMPANIES), reverse=True)[:COMPANIES]
    factors = _factors([each for each in worst if each > 0], document.constants.get(FURTHER, 0.0))
    names = [each.exposure if each.name_only else each.as_name for each in end.companies]
    if any(names):
        factors.append(f"(1 - {max(names):.4f})")
    product = f"= {' x '.join(('100', *factors))} " if factors else ""
    sheet.text(f"{product}= {end.score:.1f}", 2, lead="score ")


def _factors(exposures: list[float], further: float) -> list[str]:
    """The factor of each company that provides more than a name, the worst first."""
    weight = 1.0
    found: list[str] = []
    for each in exposures:
        found.append(f"(1 - {f'{_plain(round(weight, 6))} x ' if found else ''}{each:.4f})")
        weight *= further
    return found


def _company(sheet: Sheet, position: int, company: WorkingCompany, document: Working) -> None:
    called = sheet.safe(company.name or company.parent, 80)
    identity = f" ({sheet.safe(company.parent, 80)})" if company.name.lower() != company.parent.lower() else ""
    sheet.text(f"{called}{identity}, exposure {company.exposure:.4f}", 1, 3, lead=f"{position}. ")
    hurt = [each for each in company.functions if each.harm > 0]
    for function in hurt:
        _function(sheet, function, document.constants)
    amounts = [round(each.weight * each.harm, 4) for each in hurt]
    whole = " + ".join(f"{each:.4f}" for each in amounts) or "0"
    if sum(amounts) > 1:
        whole = f"{whole}, at most 1"
    elif company.factor > 0 and round(company.exposure / company.factor, 3) == 1 > sum(amounts):
        whole = "1, since what the site is for is gone for good"
    if company.factor != 1:
        whole = f"({whole}) x {_plain(company.factor)} (it holds only names)"
    sum_ = f"{whole} = " if len(amounts) > 1 or company.factor != 1 else ""
    sheet.text(f"{sum_}{company.exposure:.4f}", 4, 4, lead="exposure = ")
    if company.as_name:
        light = _plain(document.constants.get(LIGHT, 0.0))
        sheet.text(f"{company.exposure:.4f} x {light} = {company.as_name:.4f}", 4, 4, lead="it holds a name too: ")


def _function(sheet: Sheet, function: WorkingFunction, constants: Mapping[str, float]) -> None:
    """Two sums: from hours to harm, from harm to its share."""
    name = sheet.safe(words.function(function.id), 60)
    how = ""
    if full := constants.get(FULL):
        raw = math.log1p(function.hours) / math.log1p(full)
        cut = ", at most 1" if raw > 1 else ""
        how = f" = ln(1 + {_plain(function.hours)}) / ln(1 + {_plain(full)}) = {raw:.4f}{cut}"
    sheet.text(f"{name}: gone for {_plain(function.hours)} h, harm{how}", 4, 4)
    amount = function.weight * function.harm
    sheet.text(f"{function.harm:.4f} x weight {_plain(function.weight)} = {amount:.4f}", 6, 4)


PAGES = {Working: write}
