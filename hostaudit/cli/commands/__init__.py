"""The commands of hostaudit. Each module of this folder defines one command or one group and lists it in ``ENTRIES``;
there is no other list."""

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
