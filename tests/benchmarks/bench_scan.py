"""How does the wall time of a whole scan grow with the round-trip time R?

Runs the installed command in a laboratory network in which every address is R away, for several R, with the resolver
warm; fits wall = a + b R through the medians. Goals: a at most 0.35 s with imports, b at most 1.25 x the critical path
of 8 R, peak memory of one scan under 80 MiB. With ``--peer``, another command (such as ``findcdn list parler.com``)
runs in turn with it; the goal is half its wall time.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

GOAL_A, GOAL_B, GOAL_KIB, GOAL_PEER = 0.35, 10.0, 80 * 1024, 0.5
CRITICAL_PATH = 8
DOMAIN = "parler.com"


class Sample(NamedTuple):
    seconds: float
    kib: int


class Line(NamedTuple):
    """``seconds = a + b R``."""

    a: float
    b: float


def fit(points: list[tuple[float, float]]) -> Line:
    """Least squares through (R, seconds)."""
    mean_r, mean_w = (statistics.mean(column) for column in zip(*points, strict=True))
    b = sum((r - mean_r) * (wall - mean_w) for r, wall in points) / sum((r - mean_r) ** 2 for r, _ in points)
    return Line(mean_w - b * mean_r, b)


def once(command: list[str]) -> Sample:
    """One whole process: wall time, and the most memory that it ever held."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{shlex.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return Sample(seconds, usage.ru_maxrss)


def measure(commands: dict[str, list[str]], runs: int) -> None:
    """Inside the network: one round warms the resolver, then ``runs`` rounds; prints the samples as JSON."""
    taken: dict[str, list[Sample]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            sample = once(command)
            if number:
                taken[name].append(sample)
    print(json.dumps(taken))


def topology(lab: Path, place: Path, milliseconds: int) -> Path:
    """The first site of the laboratory with every address the same way off."""
    text = (lab.parent / "topologies/parler-2021.yaml").read_text("utf-8")
    text = text.replace("[base.yaml]", f"[{lab.parent / 'topologies/base.yaml'}]").partition("\nlatency:")[0]
    path = place / f"r{milliseconds}.yaml"
    path.write_text(f"{text}\nlatency: {{default_ms: {milliseconds}}}\n", "utf-8")
    return path


def at_distance(options: argparse.Namespace, milliseconds: int) -> dict[str, list[Sample]]:
    """The samples of each command with every address that far off."""
    with tempfile.TemporaryDirectory() as place:
        path = topology(options.lab.resolve(), Path(place), milliseconds)
        mine = [sys.executable, __file__, "--inside", "--hostaudit", options.hostaudit, "--runs", str(options.runs)]
        if options.peer:
            mine += ["--peer", options.peer]
        lab = [str(options.lab), "run", "--quiet", str(path), "--"]
        done = subprocess.run([*lab, *mine], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"R {milliseconds} ms: ended with {done.returncode}\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return {name: [Sample(*row) for row in rows] for name, rows in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", type=Path, help="the laboratory's driver")
    parser.add_argument("--hostaudit", default="hostaudit", help="the command to measure")
    parser.add_argument("--peer", help="another command line to run in turn with it")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rtt", type=int, nargs="+", default=[20, 50, 100], help="round-trip times, ms")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    commands = {"hostaudit": [options.hostaudit, "scan", DOMAIN, "--format", "json", "-q"]}
    if options.peer:
        commands["peer"] = shlex.split(options.peer)
    if options.inside:
        measure(commands, options.runs)
        return
    if options.lab is None:
        parser.error("--lab is needed: the driver of a laboratory network")
    report({milliseconds: at_distance(options, milliseconds) for milliseconds in sorted(set(options.rtt))})


def report(taken: dict[int, dict[str, list[Sample]]]) -> None:
    """Wall times, the line through their medians, memory, and how the peer compares."""
    medians: dict[str, list[tuple[float, float]]] = {}
    for milliseconds, found in taken.items():
        for name, samples in found.items():
            walls = [sample.seconds for sample in samples]
            middle = statistics.median(walls)
            medians.setdefault(name, []).append((milliseconds / 1000, middle))
            print(f"R {milliseconds:4} ms: {name:9} {min(walls):.3f} / {middle:.3f} / {max(walls):.3f} s")
    if len(taken) > 1:
        for name, points in medians.items():
            print(f"{name:9} wall = {fit(points).a:.3f} s + {fit(points).b:.2f} R")
        ratio = fit(medians["hostaudit"]).b / CRITICAL_PATH
        print(f"goals: {GOAL_A} s, {GOAL_B} R; b / critical path of {CRITICAL_PATH} R = {ratio:.2f}")
    for (r, mine), (_, other) in zip(medians["hostaudit"], medians.get("peer", []), strict=False):
        print(f"R {r * 1000:4.0f} ms: {mine / other:.2f} of the peer's wall time (goal: {GOAL_PEER})")
    peak = max(sample.kib for found in taken.values() for sample in found["hostaudit"])
    print(f"peak memory {peak} KiB (goal: {GOAL_KIB})")


if __name__ == "__main__":
    main()
