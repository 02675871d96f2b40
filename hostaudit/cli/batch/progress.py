"""How far a run over many sites is, on standard error."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TextIO

from hostaudit.cli.batch.records import Tally, clock
from hostaudit.cli.console import progress_fits, say

REDRAW = 0.5
LINES_OF_PROGRESS = 20
"""How many lines tell how far a run is, where no line can be rewritten."""


class ProgressLine:
    """How far the run is, on standard error: a line rewritten in place on a terminal, else a line now and then."""

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
        """A record was written."""
        if self._lines and (self._tally.ended % self._every == 0 or self._tally.ended == self._tally.total):
            say(f"hostaudit: {self.text()}\n")
            self._stream.flush()

    def text(self) -> str:
        """How many of how many, how fast, and when it will end."""
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
        """Take the line away, so that another can be written."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False
