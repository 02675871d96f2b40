"""How long does it take to open the table of routes and to look an address up, beside maxminddb's C reader?

    python tests/benchmarks/bench_tables.py [--table FILE] [--mmdb FILE]

``--mmdb`` is a file made of the same data; without it, or without maxminddb, that column is left out. Both sides look
up the same addresses in the same order, in turns; figures are CPU time, median of the rounds with the extremes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from hostaudit import datasets
from hostaudit.datasets.table import Table

ROUNDS = 9
LOOK_UPS = 100_000


def addresses(table: Table, version: int, seed: int = 7) -> list[str]:
    """Half of them in intervals drawn evenly, half in the address space of these by size."""
    draw = random.Random(seed)
    rows = [(first, last) for first, last, _ in table.intervals(version)]
    sizes = [last - first + 1 for first, last in rows]
    chosen = draw.choices(rows, k=LOOK_UPS // 2) + draw.choices(rows, sizes, k=LOOK_UPS // 2)
    draw.shuffle(chosen)
    kind = IPv4Address if version == 4 else IPv6Address
    return [str(kind(draw.randint(first, last))) for first, last in chosen]


def rounds(sides: dict[str, Callable[[str], object]], asked: list[str]) -> dict[str, list[float]]:
    """Microseconds per look-up, by side, one figure per round."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(ROUNDS + 1):
        for name in sides if number % 2 else reversed(sides):
            look = sides[name]
            started = time.process_time()
            for address in asked:
                look(address)
            if number:
                taken[name].append((time.process_time() - started) / len(asked) * 1e6)
    return taken


FRESH = """
import sys, time
from pathlib import Path
def rss():
    for line in open("/proc/self/status"):
        if line.startswith(("RssAnon", "RssFile")):
            yield int(line.split()[1])
{imports}
asked = sys.stdin.read().split()
before = tuple(rss())
started = time.perf_counter()
table = {opening}
opened = time.perf_counter() - started
at_once = tuple(rss())
for address in asked:
    table.get(address)
after = tuple(rss())
print(opened * 1000, (at_once[0] - before[0]) / 1024, (after[0] - before[0]) / 1024, (after[1] - before[1]) / 1024)
"""


def fresh(imports: str, opening: str, asked: list[str]) -> list[float]:
    """(milliseconds to open; MB of own memory after opening and after the look-ups; MB of the file mapped), median."""
    program = FRESH.format(imports=imports, opening=opening)
    runs = []
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", program], input="\n".join(asked), capture_output=True, text=True, check=True
        )
        runs.append([float(word) for word in done.stdout.split()])
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path)
    parser.add_argument("--mmdb", type=Path)
    given = parser.parse_args()
    routes = datasets.open_routes()
    place = given.table or Path(routes.file)
    table = Table.open(place)
    about = table.metadata
    print(f"{place}: data of {about.date}, {about.intervals_v4 + about.intervals_v6:,} intervals")
    reader = None
    if given.mmdb is None:
        print("maxminddb is left out: no --mmdb FILE was given")
    else:
        try:
            import maxminddb
        except ImportError:
            print("maxminddb is left out: it is not installed")
        else:
            reader = maxminddb.open_database(given.mmdb, maxminddb.MODE_MMAP_EXT)

    for version in (4, 6):
        asked = addresses(table, version)
        sides: dict[str, Callable[[str], object]] = {"ours": table.get}
        if reader is not None:
            sides["maxminddb"] = reader.get
        taken = rounds(sides, asked)
        for name, each in taken.items():
            middle = statistics.median(each)
            print(f"IPv{version} {name:10} {min(each):5.2f}/{middle:5.2f}/{max(each):5.2f} us  {1e6 / middle:>9,.0f}/s")
        if reader is not None:
            ratio = statistics.median(taken["ours"]) / statistics.median(taken["maxminddb"])
            known = sum(reader.get(each) is not None for each in asked)
            print(
                f"IPv{version} ratio      {ratio:5.2f}  (goal 1.5; {known / len(asked):.1%} of the addresses in both)"
            )

    some = addresses(table, 4)[:20_000] + addresses(table, 6)[:20_000]
    openings = {
        "ours": (
            "from hostaudit.datasets.table import Table",
            f"Table.open(Path({str(place)!r}))",
        )
    }
    if reader is not None:
        openings["maxminddb"] = "import maxminddb", f"maxminddb.open_database({str(given.mmdb)!r}, 1)"
    for name, (imports, opening) in openings.items():
        opened, at_once, after, mapped = fresh(imports, opening, some)
        print(
            f"open {name:10} {opened:6.2f} ms, own memory +{at_once:.1f} MB at once, +{after:.1f} MB after "
            f"{len(some):,} look-ups, {mapped:.1f} MB of the file mapped (shared)"
        )


if __name__ == "__main__":
    main()
