"""Replacements for each single point of failure, and well-known providers that cannot replace it."""

from __future__ import annotations

from hostaudit.model import words
from hostaudit.model.whatif import Candidate, Fallbacks, Gap
from hostaudit.report import wording as say
from hostaudit.report.places import only_in
from hostaudit.report.terminal.recoveries import recoveries
from hostaudit.report.terminal.sheet import MORE, Sheet
from hostaudit.report.text import width

MOST = 8
"""The most candidates of each sort that are listed."""

FUNCTIONS = 4

AT_A_LOSS = "until somebody stands in, that is your way back; without it, recorded cases took"

NOT_STATED = "upstream not stated"
"""The word for a candidate that shares no company with the site as far as the catalogue says, which says nothing of the
products on which the candidate rests itself."""


def write(sheet: Sheet, document: Fallbacks) -> None:
    """One section for each gap, in the order given."""
    domain = sheet.safe(document.target.domain, 260)
    if document.gaps:
        sheet.bold(f"Who could stand in for each single point of failure of {domain}")
    else:
        sheet.bold(f"No single point of failure of {domain} was found that a provider of the catalogue could fill")
    if document.parents:
        sheet.text(words.few([sheet.safe(each, 60) for each in document.parents], 12), lead="Depends already on: ")
    if document.jurisdictions:
        sheet.text(words.few([sheet.safe(each, 20) for each in document.jurisdictions], 12), lead="Jurisdictions: ")
    for position, gap in enumerate(document.gaps, 1):
        _gap(sheet, position, gap)
    recoveries(sheet, document.recoveries, AT_A_LOSS)


def _gap(sheet: Sheet, position: int, gap: Gap) -> None:
    called = sheet.safe(gap.name or gap.parent, 80)
    if gap.name and gap.parent.lower() != gap.name.lower():
        called += f" ({sheet.safe(gap.parent, 80)})"
    called += sheet.safe(only_in(gap.places), 200)
    sheet.heading(f"{position}. {sheet.safe(say.role(gap.role), 40)} by {called}")
    if gap.own == "guessed":
        sheet.text("It looks like the site's own, which needs no other; own in the site file settles it.", 3)
    if gap.functions:
        functions = [sheet.safe(words.function(each), 60) for each in gap.functions]
        sheet.text(words.few(functions, FUNCTIONS), 3, lead="carries: ")
    # Well-known names come first, as people consider them first.
    ranked = sorted(gap.candidates, key=lambda each: not each.usual)
    independent = [each for each in ranked if each.independent]
    bound = [each for each in ranked if not each.independent]
    if not independent:
        sheet.text("Nobody in the catalogue is independent of what the site rests on already.", 3)
    shared = {each.reasons for each in independent}
    common = independent[0].reasons if len(independent) > 1 and len(shared) == 1 else ()
    if common:
        sheet.text("; ".join(sheet.safe(reason, 120) for reason in common), 3, lead="each of these: ")
    for each in independent[:MOST]:
        # Where nobody has said on whom a provider rests, it may rest on somebody of the site.
        stated = each.upstream != "not stated"
        _candidate(sheet, "good" if stated else "weak", "independent" if stated else NOT_STATED, each, common)
    _rest(sheet, len(independent) - MOST)
    for each in bound[:MOST]:
        _candidate(sheet, "bad", "not independent", each)
    _rest(sheet, len(bound) - MOST)


def _candidate(sheet: Sheet, mark: str, word: str, each: Candidate, said: tuple[str, ...] = ()) -> None:
    """One provider; ``said`` are the remarks that were already made on all of them."""
    name, where = sheet.safe(each.name or each.provider, 60), sheet.safe(each.jurisdiction or "", 20)
    identity = "" if each.provider.lower() == each.name.lower() else sheet.safe(each.provider, 60)
    aside = ", ".join(part for part in (identity, where) if part and width(part))
    text = f"{name}{f' ({aside})' if aside else ''}"
    reasons = "; ".join(sheet.safe(reason, 120) for reason in each.reasons if reason not in said)
    history = "; ".join(sheet.safe(told, 80) for told in each.history)
    usual = "a usual choice" if each.usual else ""
    told = [part for part in (usual, reasons, f"on record: {history}" if history else "") if part]
    sheet.marked(mark, word, f"{text}{' - ' if told else ''}{'; '.join(told)}", 3)


def _rest(sheet: Sheet, left: int) -> None:
    if left > 0:
        sheet.text(f"and {left} more, {MORE}", 5)


PAGES = {Fallbacks: write}
