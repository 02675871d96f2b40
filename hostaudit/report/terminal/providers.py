"""The provider catalogue: the list, one complete provider, or the providers that match a value."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from hostaudit.model import words
from hostaudit.model.match import Matched, ProviderList, ProviderSheet, ProviderStats
from hostaudit.model.rules import Provider
from hostaudit.report.terminal.sheet import BOLD, Sheet
from hostaudit.report.text import width

LEAST = 16
"""Columns that the last cell of a row needs; with fewer, a row becomes a paragraph."""

GAP = 2

WIDEST = 28
"""The most columns of any cell but the last; longer text takes more lines."""

FACTS: tuple[tuple[str, str], ...] = (
    ("asns", "AS numbers"),
    ("ranges", "address ranges"),
    ("ns", "name servers"),
    ("ns_patterns", "name servers, patterns"),
    ("cname", "aliases (CNAME)"),
    ("cname_patterns", "aliases, patterns"),
    ("mx", "mail exchangers"),
    ("ptr", "reverse names"),
    ("spf", "SPF includes"),
    ("hosts", "page and store hosts"),
    ("issuers", "certificate issuers"),
    ("caa", "CAA names"),
    ("registrar_ids", "registrar ids (IANA)"),
    ("registrar_names", "registrar names"),
    ("registry_names", "registry names"),
    ("organisations", "holders of networks"),
    ("tlds", "top-level domains"),
    ("regions", "regions, patterns"),
)
"""The fields of a record by which a provider is recognised, and their names for people."""


def write_list(sheet: Sheet, document: ProviderList) -> None:
    """Id, name, company, country and roles of each provider."""
    count = len(document.providers)
    sheet.bold(f"{count} provider{'' if count == 1 else 's'}")
    if not document.providers:
        return
    sheet.lines.append("")
    rows = []
    for each in document.providers:
        company = "" if each.parent_name == each.name else f", {each.parent_name}"
        country = each.jurisdiction or "??"
        rows.append([each.id, country, each.name + company, ", ".join(map(_role, each.roles))])
    _table(sheet, rows)
    sheet.heading("Next: all that is known of one")
    sheet.text(f"hostaudit providers show {shlex.quote(document.providers[0].id)}", 2, 4)


def write_match(sheet: Sheet, document: Matched) -> None:
    """Each provider with the clue that names it; if there is none, the kinds as which the value was looked up."""
    kinds = words.listed(list(document.kinds))
    if not document.providers:
        sheet.bold(f"No provider of the catalogue is known by {sheet.safe(document.value, 80)}")
        sheet.text(f"asked as {kinds}; that says nothing about who else may stand behind it", 2, 4)
        return
    sheet.bold(f"{sheet.safe(document.value, 80)}, asked as {kinds}")
    sheet.lines.append("")
    rows = [["as", "provider", "company", "role", "sure", "because of"]]
    for match in document.providers:
        best = match.because[0]
        because = ", ".join(dict.fromkeys(sheet.safe(clue.entry, 60) for clue in match.because))
        rows.append([best.kind, match.id, match.parent, _role(match.role), f"{match.confidence:.2f}", because])
    _table(sheet, rows)
    for match in document.providers:
        if match.contradicts:
            sheet.text(f"{match.id} is contradicted by {words.listed(list(match.contradicts))}", 2, 4)


def write_one(sheet: Sheet, document: ProviderSheet) -> None:
    """Everything in the provider's file, and the references of other providers to it."""
    record = document.provider
    sheet.bold(f"{record.id}: {record.name}")
    roles = ", ".join(map(_role, record.roles))
    usual = f"; thought of first for {', '.join(map(_role, record.usual))}" if record.usual else ""
    sheet.text(roles + usual, lead="roles: ")
    country = document.jurisdiction or "not established"
    sheet.text(country + (f" ({sheet.safe(record.basis, 200)})" if record.basis else ""), lead="jurisdiction: ")
    if document.owner_jurisdiction:
        sheet.text(f"{document.owner_jurisdiction}, which binds it too", lead="jurisdiction of the owner: ")
    if record.ended:
        sheet.text(f"{record.ended}; nobody can buy it", lead="ended: ")
    if not record.sold:
        sheet.text("does this for itself alone", lead="sold: ")
    if record.account:
        sheet.text(f"sold under the customer account of {record.account}", lead="account: ")
    if record.note:
        sheet.text(sheet.safe(record.note, 900), lead="note: ")
    sheet.heading("Who is in control")
    if not document.owners:
        sheet.text("nobody else, as far as is known", 2)
    for owner in document.owners:
        basis = f"; {sheet.safe(owner.basis, 200)}" if owner.basis else ""
        read = f", read {owner.read}" if owner.read else ""
        since = f", owner since {owner.since}" if owner.since else ""
        country = owner.jurisdiction or "country not established"
        sheet.text(f"{owner.name} ({country}{basis}{read}){since}", 2, lead=f"{owner.id}: ")
    for name, investor in _investors(document):
        sheet.text(f"most of {name} is held by {sheet.safe(investor, 100)}, which joins no companies here", 2)
    if document.siblings:
        sheet.text(", ".join(document.siblings), 2, 4, lead="the same company also runs: ")
    _rests(sheet, document)
    _recognised(sheet, record)
    sheet.heading("Where that was read")
    for group in record.sources.__struct_fields__:
        for label in getattr(record.sources, group):
            known = document.publications.get(label)
            text = f"{known.title}, {known.date}; {known.address}" if known is not None else label
            sheet.text(sheet.safe(text, 400), 2, 4, lead=f"{group}: ")


def _investors(document: ProviderSheet) -> list[tuple[str, str]]:
    rows = [(document.provider.name, document.provider.investor), *((o.name, o.investor) for o in document.owners)]
    return [(name, investor) for name, investor in rows if investor]


def _rests(sheet: Sheet, document: ProviderSheet) -> None:
    record = document.provider
    sheet.heading("What it rests on")
    if not record.depends_on:
        sheet.text("upstream not stated: nobody has said on which products of others it rests", 2, 4)
    for upstream in record.depends_on:
        note = f"; {sheet.safe(upstream.note, 300)}" if upstream.note else ""
        sheet.text(f"{sheet.safe(upstream.source, 300)}{note}", 2, 4, lead=f"{upstream.on}: ")
    if document.needed_by:
        sheet.text(", ".join(document.needed_by), 2, 4, lead="needed by: ")


def _recognised(sheet: Sheet, record: Provider) -> None:
    sheet.heading("How it is recognised")
    empty = len(sheet.lines)
    for field, name in FACTS:
        values = getattr(record, field)
        if values:
            sheet.text(", ".join(map(str, values)), 2, 4, lead=f"{name}: ", colour=BOLD)
    for header in record.headers:
        weak = ", weak: never alone" if header.weak else ""
        sheet.text(f"{header.pattern}{weak}", 2, 4, lead=f"header {header.name}: ", colour=BOLD)
    for feed in record.feeds:
        sheet.text(feed.url, 2, 4, lead=f"published ranges ({feed.format}): ", colour=BOLD)
    if len(sheet.lines) == empty:
        sheet.text("by nothing that can be seen from outside: it occurs where a file names it", 2, 4)


def _role(role: str) -> str:
    return role.replace("_", " ")


def _table(sheet: Sheet, rows: Sequence[Sequence[str]]) -> None:
    """Rows of cells side by side; a paragraph each where the terminal is too narrow for that."""
    rows = [[sheet.safe(cell, 300) for cell in row] for row in rows]
    sizes = [min(max(map(width, column)), WIDEST) for column in zip(*rows, strict=True)][:-1]
    left = sheet.width - sum(sizes) - GAP * len(sizes)
    for row in rows:
        if left < LEAST:
            sheet.text(" " + ", ".join(cell for cell in row[1:] if cell), lead=row[0], colour=BOLD)
        else:
            sheet.row(row, [*sizes, left])


def write_stats(sheet: Sheet, document: ProviderStats) -> None:
    """The share that is known, the most frequent providers, and the most frequent unknown groups with their drafts."""
    share = f"{100 * document.attributed / document.references:.1f} %" if document.references else "none"
    sheet.bold(f"{sheet.safe(document.source, 200)}: {share} of {document.references:,} references are known")
    told = f"{document.names:,} names; one owner with one group of names is one reference"
    other = f"; {document.other_records:,} records of other types" if document.other_records else ""
    unread = f"; {document.unread:,} lines could not be read" if document.unread else ""
    sheet.text(f"{told}{other}{unread}", 2, 4)
    if document.known:
        sheet.heading("Known, the most frequent first")
        _table(sheet, [[f"{each.references:,}", each.provider, each.name] for each in document.known])
    if document.unknown:
        sheet.heading(f"Known to nobody, the most frequent of {document.groups:,} groups first")
        rows = [[f"{each.references:,}", each.kind, each.group, ", ".join(each.names)] for each in document.unknown]
        _table(sheet, rows)
        sheet.heading("To fill in: rules/providers/ID.yaml, then hostaudit providers lint")
        for each in document.unknown:
            sheet.lines.append("")
            for line in each.draft.splitlines():
                # A longer line goes on with more space in front, which YAML reads as the same line.
                sheet.text(sheet.safe(line.strip(), 400), 2 + len(line) - len(line.lstrip()), 6)


PAGES = {ProviderList: write_list, ProviderSheet: write_one, Matched: write_match, ProviderStats: write_stats}
