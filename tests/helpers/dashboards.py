"""The eight questions of docs/dashboards.md, asked with the very text of the page."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "dashboards.md"
QUESTION = re.compile(r"^## (\d)\. .*?\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(bash|sql)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Rows = list[tuple[str, ...]]


def queries() -> dict[int, dict[str, str]]:
    """By number of a question, its block for jq (``bash``) and that for DuckDB (``sql``)."""
    found = QUESTION.findall(PAGE.read_text("utf-8"))
    return {int(number): dict(BLOCK.findall(text)) for number, text in found}


def views() -> str:
    """The block that makes the views."""
    text = PAGE.read_text("utf-8")
    return dict(BLOCK.findall(text[text.index("## The views") : text.index("## 1. ")]))["sql"]


def by_jq(question: int, folder: Path, now: float) -> Rows:
    """The answer of jq in a folder with ``reports.jsonl`` and ``yesterday.jsonl``. ``now``: seconds since 1970."""
    import jq

    words = shlex.split(queries()[question]["bash"])
    assert words.pop(0) == "jq"
    flags = words.pop(0)
    values: dict[str, Any] = {}
    while words[0] == "--slurpfile":
        _, name, file = (words.pop(0) for _ in range(3))
        values[name] = [json.loads(line) for line in (folder / file).read_text("utf-8").splitlines()]
    program = re.sub(r"\bnow\b", str(now), words.pop(0))
    compiled = jq.compile(program, args=values)
    if "n" in flags:
        found = compiled.input_value(None).all()
    else:
        (file,) = words
        found = compiled.input_text((folder / file).read_text("utf-8"), slurp="s" in flags).all()
    return sorted(tuple(each.split("\t")) for each in found)


def by_sql(question: int, folder: Path, now: float) -> Rows:
    """The answer of DuckDB in the same folder."""
    import duckdb

    text = views() + queries()[question]["sql"]
    text = re.sub(r"\bnow\(\)", f"to_timestamp({now})", text)
    for file in ("reports.jsonl", "yesterday.jsonl"):
        text = text.replace(f"'{file}'", f"'{folder / file}'")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(text).fetchall()
    return sorted(tuple(f"{each:g}" if isinstance(each, float) else str(each) for each in row) for row in rows)
