"""``hostaudit data``: the tables that hostaudit looks things up in without the network."""

from __future__ import annotations

import typer

app = typer.Typer(help="The tables that answer without the network.", no_args_is_help=True, rich_markup_mode=None)
