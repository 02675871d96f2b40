"""Runs that are killed (SIGKILL) at any moment: nothing that was written is lost, nothing is in a file twice.

Lists with ``--resume`` and ``--history`` need the laboratory network; judging saved evidence, building a table and the
caches do not. ``--seed`` makes the moments, which depend on the machine all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = ROOT / "examples" / "parler-2021" / "evidence.json"
SITES, LISTS, JUDGED, BUILT, CACHED = 120, 312, 57, 3, 18
"""Sites of a list; kills of each kind."""

ENDED = (0, 1, 3)


class Wrong(Exception):  # noqa: N818 - not an error of this program
    """What is not as it must be."""


def killed(command: list[str], after: float, **options: Any) -> bool:
    """Run a command and kill it; False if it ended by itself before. Raises ``Wrong`` if it ended badly."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True, **options)
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        if process.returncode not in ENDED:
            said.seek(0)
            raise Wrong(f"exit {process.returncode}: {said.read().decode()[-500:]}")
    return False


def runs_of(history: Path) -> Counter[tuple[str, str]]:
    """How often a run of a domain is in a history, by domain and start."""
    with closing(sqlite3.connect(history)) as database:
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        if whole != "ok":
            raise Wrong(f"the history is damaged: {whole}")
        return Counter(
            (str(domain), str(started)) for domain, started in database.execute("SELECT domain, started FROM run")
        )


# --- with the network ---


def lists(hostaudit: str, kills: int, chance: random.Random, domains: list[str], folder: Path) -> None:
    """One list after the other is scanned, killed and resumed until so many kills are made."""
    (folder / "list").write_text("\n".join(domains), "utf-8")
    made = number = 0
    while made < kills:
        number += 1
        out, history = folder / f"out{number}.jsonl", folder / f"history{number}.db"
        words = [
            hostaudit,
            "scan",
            "-l",
            str(folder / "list"),
            "--format",
            "json",
            "-o",
            str(out),
            "--history",
            str(history),
        ]
        words += ["--no-site", "--timeout", "1", "--deadline", "8", "-q", "--resume"]
        seen: set[str] = set()
        while killed(words, chance.uniform(0.3, 4.0) if made < kills else 600, cwd=folder):
            made += 1
            seen = kept(out, seen)
        whole(out, history, domains)
        print(f"... list {number} of {len(domains)} sites is whole after {made} kills in all", flush=True)


def kept(out: Path, before: set[str]) -> set[str]:
    """The domains with a whole record. Raises ``Wrong`` if one that had a record has none now."""
    found = set()
    for line in out.read_bytes().split(b"\n")[:-1] if out.exists() else ():
        found.add(domain_of(json.loads(line)))
    if before - found:
        raise Wrong(f"lost by a kill: {sorted(before - found)[:5]}")
    return found


def domain_of(record: dict[str, Any]) -> str:
    return record["target"]["domain"] if "target" in record else record.get("domain", "")


def whole(out: Path, history: Path, domains: list[str]) -> None:
    """Raises ``Wrong`` unless every domain is in both files once."""
    *records, summary = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    counted = Counter(map(domain_of, records))
    if counted != Counter(domains) or summary.get("type") != "summary":
        raise Wrong(f"records: {[(each, counted[each]) for each in domains if counted[each] != 1][:10]}")
    kept_runs = Counter(domain for domain, _ in runs_of(history).elements())
    failed = {each["domain"] for each in records if each.get("type") == "failed"}
    off = [(each, kept_runs[each]) for each in domains if kept_runs[each] != (each not in failed)]
    if off:
        raise Wrong(f"the history holds not once: {off[:10]}")


# --- without ---


def judged(hostaudit: str, kills: int, chance: random.Random, folder: Path) -> None:
    """Saved evidence is judged: the report is the old one or a new one, and the history holds each run once."""
    report, history = folder / "report.json", folder / "history.db"
    words = [hostaudit, "analyse", str(EVIDENCE), "--no-site", "-q", "-o", f"json={report}", "--history", str(history)]
    killed(words, 120, cwd=folder)
    first, made = report.read_bytes(), 0
    while made < kills:
        made += killed(words, chance.uniform(0.05, 1.5), cwd=folder)
        if report.read_bytes() != first:
            raise Wrong("the report is neither the old one nor the new one")
        runs_of(history)
    killed(words, 120, cwd=folder)
    shown = subprocess.run(
        [hostaudit, "history", "show", "parler.com", "--history", str(history)], capture_output=True, text=True
    )
    if shown.returncode != 0:
        raise Wrong(f"the history cannot be shown: {shown.stderr[-300:]}")


def built(hostaudit: str, kills: int, chance: random.Random, folder: Path) -> None:
    """A table is built over an older one, which stays or is replaced whole."""
    rows = (
        f"{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}.0\t24\t{64500 + number % 30}\n"
        for number in range(1 << 16, 1 << 18)
    )
    (folder / "routes.tsv").write_text("".join(rows), "utf-8")
    table, made = folder / "table.hat", 0
    words = [hostaudit, "data", "build", str(folder / "routes.tsv"), "-o", str(table), "--date", "2026-01-01"]
    killed(words, 300, cwd=folder)
    first = table.read_bytes()
    while made < kills:
        made += killed(words, chance.uniform(0.5, 3.0), cwd=folder)
        if table.read_bytes() != first:
            raise Wrong("the table is neither the old one nor the new one")
    killed(words, 300, cwd=folder)


def cached(hostaudit: str, kills: int, chance: random.Random, folder: Path) -> None:
    """The first run with an empty cache is killed: the next one is right, and the caches are whole."""
    words = [
        hostaudit,
        "analyse",
        str(EVIDENCE),
        "--no-site",
        "-q",
        "--format",
        "json",
        "-o",
        str(folder / "report.json"),
    ]
    killed(words, 120, cwd=folder)
    first, made = (folder / "report.json").read_bytes(), 0
    while made < kills:
        cache = folder / f"cache{made}"
        there = {**os.environ, "XDG_CACHE_HOME": str(cache)}
        made += killed(words, chance.uniform(0.1, 2.0), cwd=folder, env=there)
        (folder / "report.json").unlink(missing_ok=True)
        killed(words, 120, cwd=folder, env=there)
        if (folder / "report.json").read_bytes() != first:
            raise Wrong("after a kill the report is another one")


# --- all ---


def inside(options: argparse.Namespace) -> None:
    domains = json.loads(options.inside.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as place:
        lists(options.hostaudit, part(LISTS, options), random.Random(options.seed), domains, Path(place))


def in_network(options: argparse.Namespace) -> None:
    """Make a fleet, and run the lists inside its network."""
    with tempfile.TemporaryDirectory() as place:
        topology, names = Path(place) / "fleet.yaml", Path(place) / "names.json"
        draw = [str(options.lab), "fleet", "-n", str(SITES), "--seed", "7", "-o", str(topology)]
        drawn = subprocess.run(draw, capture_output=True, text=True, check=True).stdout.splitlines()
        names.write_text(json.dumps([json.loads(line)["domain"] for line in drawn]), "utf-8")
        again = [sys.executable, __file__, "--hostaudit", options.hostaudit, "--seed", str(options.seed)]
        again += ["--share", str(options.share), "--inside", str(names)]
        done = subprocess.run(
            [str(options.lab), "run", "--quiet", str(topology), "--", *again], capture_output=True, text=True
        )
        print(done.stdout, end="")
        if done.returncode != 0:
            raise Wrong(done.stderr[-1000:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path)
    parser.add_argument("--hostaudit", required=True)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--share", type=float, default=1.0, help="this part of the kills, for a trial")
    parser.add_argument("--inside", type=Path)
    options = parser.parse_args()
    if options.inside:
        try:
            inside(options)
        except Wrong as wrong:
            sys.exit(str(wrong))
        return
    print(f"--seed {options.seed}")
    parts: list[tuple[str, int, Callable[[str, int, random.Random, Path], None]]] = [
        ("analyse with -o and --history", JUDGED, judged),
        ("data build", BUILT, built),
        ("caches", CACHED, cached),
    ]
    failed = 0
    for what, kills, run in parts:
        with tempfile.TemporaryDirectory() as place:
            once = partial(run, options.hostaudit, part(kills, options), random.Random(options.seed), Path(place))
            failed += tried(what, part(kills, options), once)
    if options.lab is not None:
        failed += tried("scan -l with --resume and --history", part(LISTS, options), partial(in_network, options))
    sys.exit(1 if failed else 0)


def part(kills: int, options: argparse.Namespace) -> int:
    return max(1, round(kills * options.share))


def tried(what: str, kills: int, run: Callable[[], None]) -> bool:
    """Run one part and print what came of it; whether it failed."""
    started = time.monotonic()
    try:
        run()
    except Wrong as wrong:
        print(f"FAIL {what}: {wrong}", flush=True)
        return True
    print(f"ok   {what}: {kills} kills, nothing lost, nothing doubled ({time.monotonic() - started:.0f} s)", flush=True)
    return False


if __name__ == "__main__":
    main()
