"""``hostaudit diff``: compare two reports of one site, or two lists of sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hostaudit.cli import evidence
from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Output
from hostaudit.cli.output import Writer
from hostaudit.errors import Exit, UsageError

if TYPE_CHECKING:
    from hostaudit.model.changes import Changes, ListChanges, Snapshot

EXIT_OF = {"same": Exit.PASS, "changed": Exit.FAIL, "unknown": Exit.INCONCLUSIVE}

StrictOption = Annotated[
    bool,
    typer.Option("--expect-no-changes", help="Exit 1 if anything changed, 3 if facts only became unknown or known."),
]


@grouped
def diff(
    *,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The earlier report (JSON), evidence, or list of either.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The later report (JSON), evidence, or list of either.")],
    expect_no_changes: StrictOption = False,
    output: Output,
    console: Console,
) -> int:
    """List the changes between two reports of one site, or of the sites of two lists, the worst change first. A fact
    can be added, removed, changed or become unknown."""
    from hostaudit.model.changes import Changes

    writer = Writer(output, console, document=Changes)
    if old == new == "-":
        raise UsageError("standard input cannot be both reports", "give a file for one of them")
    before, after = _read(old, writer), _read(new, writer)
    found: Changes | ListChanges
    if before.listed and after.listed:
        from hostaudit.history.list_diff import Looked, between_lists

        found = between_lists(Looked(before.sites, before.left_out), Looked(after.sites, after.left_out))
    else:
        from hostaudit.history.diff import between

        found = between(*_same_site(before, after))
    writer.put(found)
    return EXIT_OF[found.outcome] if expect_no_changes else Exit.PASS


class _Read(NamedTuple):
    """A file: the snapshot of each site by domain. ``left_out``: domains of a list without a report."""

    path: str
    sites: dict[str, Snapshot]
    listed: bool
    left_out: tuple[str, ...]


def _read(path: str, writer: Writer) -> _Read:
    """Read saved reports, or report on saved evidence with the shipped rules and without a policy."""
    from hostaudit.history.snapshot import snapshot

    found = evidence.reports(path, writer)
    sites = {each.target.domain: snapshot(each) for each in found.reports}
    if len(sites) < len(found.reports):
        more = len(found.reports) - len(sites)
        writer.note(f"{more} lines of {path} are about a domain that stands there again: the last line of each counts")
    return _Read(path, sites, found.listed, found.left_out)


def _same_site(before: _Read, after: _Read) -> tuple[Snapshot, Snapshot]:
    """The two snapshots of one site, which a list has among others. Raises ``UsageError``."""
    alone, other = (before, after) if not before.listed else (after, before)
    (domain,) = alone.sites
    if domain not in other.sites:
        if other.listed:
            raise UsageError(f"{other.path} has no report of {domain}, of which {alone.path} is", "give two lists")
        (different,) = other.sites
        message = f"{alone.path} is a report of {domain}, {other.path} of {different}"
        raise UsageError(message, "give two reports of one domain")
    return before.sites[domain], after.sites[domain]


ENTRIES = (Entry(60, "diff", diff),)
