"""How does the wall time of a whole scan grow with the round-trip time R?

Runs the installed command in a laboratory network in which every address is R away, for several R, with the resolver
warm; fits wall = a + b R through the medians. Goals: a at most 0.35 s with imports, b at most 1.25 x the critical path
of 8 R, peak memory of one scan under 80 MiB.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL_A, GOAL_B, GOAL_KIB = 0.35, 10.0, 80 * 1024
DOMAIN = "parler.com"


def measure(command: list[str], runs: int) -> None:
    """Inside the network: one run to warm the resolver, then ``runs``; prints seconds and peak KiB of each."""
    for number in range(runs + 1):
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        if status:
            sys.exit(f"{command} ended with status {status}")
        if number:
            print(f"{time.perf_counter() - started:.4f} {usage.ru_maxrss}", flush=True)


def topology(lab: Path, place: Path, milliseconds: int) -> Path:
    """The first site of the laboratory with every address the same way off."""
    text = (lab.parent / "topologies/parler-2021.yaml").read_text("utf-8")
    text = text.replace("[base.yaml]", f"[{lab.parent / 'topologies/base.yaml'}]").partition("\nlatency:")[0]
    path = place / f"r{milliseconds}.yaml"
    path.write_text(f"{text}\nlatency: {{default_ms: {milliseconds}}}\n", "utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path, help="the laboratory's driver")
    parser.add_argument("--hostaudit", default="hostaudit", help="the command to measure")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rtt", type=int, nargs="+", default=[20, 50, 100], help="round-trip times, ms")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    command = [options.hostaudit, "scan", DOMAIN, "--format", "json", "-q"]
    if options.inside:
        measure(command, options.runs)
        return
    points, peak = [], 0
    with tempfile.TemporaryDirectory() as place:
        for milliseconds in options.rtt:
            path = topology(options.lab.resolve(), Path(place), milliseconds)
            inner = [
                sys.executable,
                __file__,
                "--inside",
                "--hostaudit",
                options.hostaudit,
                "--runs",
                str(options.runs),
            ]
            done = subprocess.run(
                [str(options.lab), "run", "--quiet", str(path), "--", *inner],
                check=True,
                capture_output=True,
                text=True,
            )
            rows = [line.split() for line in done.stdout.splitlines() if line.count(" ") == 1]
            walls = [float(wall) for wall, _ in rows]
            peak = max(peak, *(int(kib) for _, kib in rows))
            points.append((milliseconds / 1000, statistics.median(walls)))
            print(f"R {milliseconds:4} ms: {min(walls):.3f} / {statistics.median(walls):.3f} / {max(walls):.3f} s")
    mean_r = statistics.mean(r for r, _ in points)
    mean_w = statistics.mean(wall for _, wall in points)
    b = sum((r - mean_r) * (wall - mean_w) for r, wall in points) / sum((r - mean_r) ** 2 for r, _ in points)
    a = mean_w - b * mean_r
    print(f"wall = {a:.3f} s + {b:.2f} R   (goals: {GOAL_A} s, {GOAL_B} R; b / critical path of 8 R = {b / 8:.2f})")
    print(f"peak memory {peak} KiB (goal: {GOAL_KIB})")


if __name__ == "__main__":
    main()
