"""The output of a list of sites: a record for each, a summary last, and the files or streams that take them."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hostaudit import __version__
from hostaudit.audit.batch.ledger import Kept, Ledger, identity
from hostaudit.audit.batch.loop import Record
from hostaudit.cli.console import columns, put
from hostaudit.cli.output import EXIT_OF, worst_code
from hostaudit.errors import Exit
from hostaudit.model.overview import SiteLine
from hostaudit.report import Style
from hostaudit.report.json_text import written
from hostaudit.report.terminal.overview import overview
from hostaudit.report.text import inert, printable

if TYPE_CHECKING:
    from hostaudit.cli.batch.domain_list import Listed

RECORDS = ("json", "jsonl")
"""Formats that write one record on each line; of the others only *terminal* can be written during the run."""

MOST_NAMED = 1000
"""Rejected lines named one by one, on standard error and in the summary; all are counted."""


@dataclass
class Tally:
    """The counts of a run. ``ended``: domains that have a record, including those of an earlier part of the run."""

    total: int
    verdicts: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    defective: int = 0
    resumed: int = 0
    interrupted: bool = False
    started: float = field(default_factory=time.monotonic)

    @property
    def ended(self) -> int:
        """Domains that have a record."""
        return self.verdicts.total() + self.failed

    def add(self, record: Record) -> None:
        """Count a record of this run."""
        if record.judged is None:
            self.failed += 1
        else:
            self.verdicts[record.judged.verdict] += 1
            self.defective += bool(record.judged.defects)

    def keep(self, kept: Kept) -> None:
        """Count the records of an earlier part of the run."""
        self.verdicts.update(kept.verdicts.values())
        self.failed += len(kept.failed)
        self.defective += len(kept.defective)
        self.resumed = len(kept.domains)

    @property
    def code(self) -> int:
        """The exit code: a site without a report comes first, then a known failure, a defect at single questions, an
        unknown result."""
        if self.interrupted:
            return Exit.INTERRUPTED
        if self.failed:
            return Exit.INTERNAL
        codes = {EXIT_OF[verdict] for verdict, count in self.verdicts.items() if count}
        codes |= {Exit.INTERNAL} if self.defective else set()
        return worst_code(codes)


# -- in words ---------------------------------------------------------------------------------------------


def line(record: Record) -> str:
    """A record as a line of JSON."""
    if record.judged is not None:
        return record.judged.line
    return _json({"type": "failed", "domain": record.domain, "message": printable(record.failure, 400)})


def summary(tally: Tally, listed: Listed, asked: dict[str, Any]) -> str:
    """The last line of a complete file of records; a file without it belongs to a run that was cut off."""
    named = listed.rejected[:MOST_NAMED]
    return _json(
        {
            "type": "summary",
            "domains": tally.total,
            "scanned": tally.ended,
            "resumed": tally.resumed,
            "verdicts": {name: tally.verdicts[name] for name in EXIT_OF},
            "failed": tally.failed,
            "defective": tally.defective,
            "duplicates": listed.duplicates,
            "rejected": len(listed.rejected),
            "rejected_lines": [
                {"line": each.line, "text": printable(each.text), "why": printable(each.why, 300)} for each in named
            ],
            "seconds": round(time.monotonic() - tally.started, 3),
            "interrupted": tally.interrupted,
            "exit_code": int(tally.code),
            "tool_version": __version__,
            "run": identity(asked),
        }
    )


def _json(document: dict[str, Any]) -> str:
    return written(document, indent=0)


WORDS = {"pass": "PASS", "fail": "FAIL", "inconclusive": "INCONCLUSIVE", "not_judged": "-"}


def row(record: Record, *, to_file: bool) -> str:
    """One line for one domain: verdict, score, name, and the beginning of its summary sentence."""
    plain = to_file or (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    wide = 120 if to_file else columns(sys.stdout, os.environ)
    if record.judged is None:
        head, sentence = f"{'ERROR':<12} {'':>9}  {record.domain}", record.failure
    else:
        low, high = (f"{each:.0f}" for each in (record.judged.low, record.judged.high))
        score = low if low == high else f"{low} to {high}"
        head = f"{WORDS[record.judged.verdict]:<12} {score:>9}  {record.domain}"
        sentence = record.judged.summary.partition(". ")[0].removesuffix(".")
    head = inert(printable(head, 120, ascii_only=plain))
    room = wide - len(head) - 2
    if room < MOST_TERSE:
        return f"{head}\n"
    text = inert(printable(sentence, 400, ascii_only=plain))
    return f"{head}  {text if len(text) <= room else text[: room - 3].rstrip() + '...'}\n"


MOST_TERSE = 20
"""Columns; a shorter beginning of a sentence tells the reader nothing."""


def told(record: Record) -> SiteLine:
    """The line of a record in the table at the end."""
    if record.judged is None:
        return SiteLine(record.domain, failure=record.failure or "not judged")
    judged = record.judged
    return judged.overview or SiteLine(record.domain, judged.verdict, judged.low, judged.high)


def closing(tally: Tally, listed: Listed, sites: Sequence[SiteLine], style: Style) -> str:
    """The end for people: the table of the sites, and the number of domains by outcome."""
    counts = [f"{tally.verdicts[name]} {name.replace('_', ' ')}" for name in EXIT_OF if tally.verdicts[name]]
    counts += [f"{tally.failed} failed with an internal error"] if tally.failed else []
    counts += [f"{tally.defective} with an internal error at single questions"] if tally.defective else []
    counts += [f"{len(listed.rejected)} lines rejected"] if listed.rejected else []
    counts += [f"{listed.duplicates} named twice"] if listed.duplicates else []
    seconds = time.monotonic() - tally.started
    of = f"{tally.ended} of {tally.total} domains" if tally.ended < tally.total else f"{tally.total} domains"
    state = "Interrupted: " if tally.interrupted else ""
    table = f"\n{overview(sites, style)}" if len(sites) > 1 else ""
    return f"{table}\n{state}{of} in {clock(seconds)}: {', '.join(counts) or 'none scanned'}\n"


# -- destinations of records -------------------------------------------------------------------------------------


class Sink:
    """Standard output. ``whole``: each record is a line of JSON with the report; else it is a line for people."""

    def __init__(self, name: str, path: Path | None = None) -> None:
        self.whole = name in RECORDS
        self.path = path
        self.kept = Kept()

    @property
    def to_terminal(self) -> bool:
        """True if records and the progress line go to the same terminal."""
        return self.path is None and sys.stdout.isatty()

    def write(self, text: str) -> None:
        """Write a complete record without delay."""
        put(text)

    def close(self, *, finished: bool) -> None:
        """Close the sink after the last record. ``finished``: the run was not cut off."""


class FileSink(Sink):
    """A file of records that a later run can continue."""

    def __init__(self, name: str, path: Path, ledger: Ledger) -> None:
        super().__init__(name, path)
        self._ledger = ledger
        self.kept = ledger.kept

    def write(self, text: str) -> None:
        """See ``Sink``."""
        self._ledger.write(text)

    def close(self, *, finished: bool) -> None:
        """See ``Sink``."""
        self._ledger.close(finished=finished)


class PageSink(Sink):
    """A file for people, which is written as a whole when the run ends."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, path)
        self._place = path
        self._lines: list[str] = []

    def write(self, text: str) -> None:
        """See ``Sink``."""
        self._lines.append(text)

    def close(self, *, finished: bool) -> None:  # noqa: ARG002 - the last line already tells people how the run ended
        """See ``Sink``."""
        from hostaudit.files import write_atomically

        write_atomically(self._place, "".join(self._lines).encode("utf-8"))


def opened(name: str, path: Path | None, asked: dict[str, Any], *, resume: bool) -> Sink:
    """Open the sink for a format: a file, or standard output."""
    if path is None:
        return Sink(name)
    return FileSink(name, path, Ledger(path, asked, resume=resume)) if name in RECORDS else PageSink(name, path)


def clock(seconds: float) -> str:
    """A time in words: seconds, minutes or hours."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60:02} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02} min"
