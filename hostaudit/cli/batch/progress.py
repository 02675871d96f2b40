"""The progress of a run over many sites, on standard error."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TextIO

from hostaudit.cli.batch.records import Tally, clock
from hostaudit.cli.console import progress_fits, say

REDRAW = 0.5
LINES_OF_PROGRESS = 20
"""The number of progress lines in a run where no line can be rewritten."""


class ProgressLine:
    """The progress of the run, on standard error: one line rewritten in place on a terminal, else several lines."""

    def __init__(self, tally: Tally, stream: TextIO, *, shown: bool, lines: bool) -> None:
        self._tally = tally
        self._stream = stream
        self._live = shown and progress_fits(stream, os.environ)
        self._lines = shown and lines and not self._live
        self._drawn = False
        self._every = max(1, tally.total // LINES_OF_PROGRESS)

    async def draw(self) -> None:
        """Redraw until cancelled."""
        while self._live:
            self._stream.write(f"\r\x1b[K{self.text()}")
            self._stream.flush()
            self._drawn = True
            await asyncio.sleep(REDRAW)

    def count(self) -> None:
        """Count a record that was written."""
        if self._lines and (self._tally.ended % self._every == 0 or self._tally.ended == self._tally.total):
            say(f"hostaudit: {self.text()}\n")
            self._stream.flush()

    def text(self) -> str:
        """The number of records of all records, the speed, and the expected end."""
        tally = self._tally
        seconds = time.monotonic() - tally.started
        fresh = tally.ended - tally.resumed
        parts = [f"{tally.ended} of {tally.total} domains"]
        if fresh and seconds > 0:
            left = (tally.total - tally.ended) * seconds / fresh
            parts += [f"{fresh / seconds:.1f} a second", f"{clock(left)} left"]
        if tally.failed:
            parts.append(f"{tally.failed} failed")
        if tally.interrupted:
            parts.append("finishing")
        return ", ".join(parts)

    def clear(self) -> None:
        """Remove the line, so that another one can be written."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False
