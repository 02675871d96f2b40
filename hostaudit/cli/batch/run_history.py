"""The history of a run over a list: each site is in it once, wherever the run was killed.

A site is added after its record is written. So a run that is continued knows from the records which sites may be
missing in the history, and looks no site up again that the history has already.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hostaudit.errors import UsageError

if TYPE_CHECKING:
    from hostaudit.audit.batch.loop import Record
    from hostaudit.model.changes import Snapshot


class RunHistory:
    """Adds sites to the file at ``path``; None: there is no history. ``failure``: the first site that could not be
    added, and why."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.failure = ""

    def catch_up(self, records: Path) -> int:
        """Add the sites of a file of records that the history lacks, and return their number. Raises ``UsageError``."""
        if self.path is None:
            return 0
        from hostaudit.audit.batch import ledger
        from hostaudit.documents.evidence_file import decode_report
        from hostaudit.history import snapshot, store
        from hostaudit.model.report import Report

        count = 0
        for line in ledger.missing(records, store.recorded(self.path)):
            report = decode_report(line, str(records))
            if isinstance(report, Report):
                store.record(self.path, snapshot.snapshot(report))
                count += 1
        return count

    def add(self, record: Record) -> None:
        """Add the site of a record that is written. Blocks, so it must not be called from an event loop."""
        found: Snapshot | None = record.judged.snapshot if record.judged is not None else None
        if self.path is None or found is None:
            return
        if record.judged is not None and record.judged.unkept:
            self.failure = self.failure or f"{record.domain}: {record.judged.unkept}"
        from hostaudit.history import store

        try:
            store.record(self.path, found)
        except UsageError as error:
            self.failure = self.failure or f"{record.domain}: {error.message}"
