"""The facts that ship: are they young, are they sound, and can every feed still be fetched and read?

Usage: ``python .ci/facts.py [--offline]``. Exit code 1 if something is old, wrong or gone; ``--offline`` fetches
nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from hostaudit.documents import rules

OWNERS = timedelta(days=730)
"""Companies are bought and sold: after this time an owner is read again."""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    print("==", *command, flush=True)
    return subprocess.run([sys.executable, "-m", "hostaudit", *command], capture_output=True, text=True, check=False)


def old_tables(document: dict[str, object]) -> list[str]:
    """The tables that came with hostaudit and are old."""
    items: list[dict[str, str]] = document["items"]  # type: ignore[assignment]
    return [f"{each['id']} of {each['date']} is old" for each in items if each["state"] in ("stale", "damaged")]


def old_owners(now: datetime) -> list[str]:
    """The owners that were read too long ago."""
    book = rules.shipped()
    read = [(each.id, each.read) for each in book.providers] + [(key, each.read) for key, each in book.parents.items()]
    first = (now - OWNERS).strftime("%Y-%m-%d")
    return [f"the owner of {name} was read in {day}" for name, day in sorted(read) if day and day < first[: len(day)]]


def main() -> int:
    status = run("data", "status", "--format", "json")
    wrong = old_tables(json.loads(status.stdout)) if status.returncode == 0 else [status.stderr]
    wrong += old_owners(datetime.now(UTC))
    checks = [("providers", "lint"), ("scenarios", "lint")]
    if "--offline" not in sys.argv[1:]:
        checks.append(("data", "update"))
    for check in checks:
        done = run(*check)
        print(done.stdout, done.stderr, sep="")
        if done.returncode:
            wrong.append(f"hostaudit {' '.join(check)} ended with {done.returncode}")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
