"""Messages of refusals, in the shape in which tests compare them."""

from __future__ import annotations

import re


def by_line(message: str) -> str:
    """A refusal as ``FILE:LINE: problem``; the column, which tests of the reader look at, is left out."""
    return re.sub(r"^([^\n]*?:\d+):\d+: ", r"\1: ", message)
