"""How long does judgement take, from evidence in memory to a report, and to load the rules?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from hostaudit import rules
from hostaudit.audit import analyse
from hostaudit.documents import read_evidence

BUNDLE = Path(__file__).resolve().parents[2] / "examples/parler-2021/evidence.json"


def measure(name: str, work: Callable[[], object], runs: int = 15) -> None:
    work()
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    print(f"{name:26} {min(taken):6.1f} ms  median {statistics.median(taken):6.1f} ms  max {max(taken):6.1f} ms")


def main() -> None:
    found = rules.load()
    file = read_evidence(str(BUNDLE))
    print(f"{len(file.evidence)} items of evidence, {len(found.providers)} providers")
    measure("load the rules, warm", rules.load)
    measure("read the evidence", lambda: read_evidence(str(BUNDLE)))
    measure("analyse", lambda: analyse(file, found))


if __name__ == "__main__":
    main()
