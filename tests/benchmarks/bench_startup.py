"""How long do ``--version``, ``--help`` and ``policy check`` take beside a bare interpreter? Whole processes."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

POLICY = Path(__file__).resolve().parents[2] / "examples" / "policies" / "shop.yaml"


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hostaudit", default="hostaudit", help="the command to measure")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "--version": [options.hostaudit, "--version"],
        "--help": [options.hostaudit, "--help"],
        "scan --help": [options.hostaudit, "scan", "--help"],
        "policy check": [options.hostaudit, "policy", "check", str(POLICY)],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(options.runs):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    bare = statistics.median(taken["python -c pass"])
    print(f"{'command':16} {'min':>7} {'median':>7} {'max':>7}   ratio to a bare interpreter")
    for name, each in taken.items():
        middle = statistics.median(each)
        low, high = min(each) * 1000, max(each) * 1000
        print(f"{name:16} {low:5.0f}ms {middle * 1000:5.0f}ms {high:5.0f}ms   {middle / bare:.1f}")


if __name__ == "__main__":
    main()
