"""The commands of hostaudit: each module here holds one, or a group, and enters it as ``ENTRIES``. The folder is the
list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import typer


@dataclass(frozen=True)
class Entry:
    """A command, or a group of commands, as ``hostaudit --help`` lists it. A lower ``place`` comes first."""

    place: int
    name: str
    run: Callable[..., int] | typer.Typer
