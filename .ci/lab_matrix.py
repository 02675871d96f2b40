"""The fault matrix: each cell of ``lab_faults.py`` is one scan of a site with a fault, held against a healthy twin with
a policy that the twin meets. A fault may make answers unknown; it must never make them better, worse or late.

``--part N/M``: the cells whose place in the matrix is N modulo M, in one network; else all, a network for each layer.
``--only TEXT``: the cells whose name has this in it, with what the command wrote.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import itertools
import json
import os
import pkgutil
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import lab_faults
import yaml
from lab_faults import Cell
from lab_world import WORLD

AT_ONCE = 8
AGAIN = 2
"""How many are scanned again at once, after a first look in which something did not answer in time."""

TIMEOUT, DEADLINE = 1, 8
SLACK = 2.0
"""Seconds beyond the deadline, for the judging and a machine that is busy."""

CPU = 6.0
"""Seconds of the processor for one scan, which do not depend on what else the machine does."""

KILLED = 90
Facts = dict[str, Any]

# --- inside the network ---


class Job(NamedTuple):
    """One command line of hostaudit, and where its standard error and its report go."""

    words: list[str]
    place: Path

    @property
    def report(self) -> Path:
        return self.place / "report.json"


def load() -> None:
    """Load hostaudit once. Each command then runs in a process that is forked from this one: on two cores, starting
    Python eight times at once would take a large part of the deadline."""
    import hostaudit
    from hostaudit.documents import rules

    for module in pkgutil.walk_packages(hostaudit.__path__, "hostaudit."):
        # A module of an extra that is not installed is none that a scan needs.
        with suppress(ImportError):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for name in ("httpx", "dns.message", "ipwhois", "yaml"):
        importlib.import_module(name)
    rules.shipped()
    gc.freeze()


def start(job: Job) -> int:
    """Fork, and run the command there; the id of the process."""
    job.place.mkdir(parents=True, exist_ok=True)
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        out, error = (
            os.open(os.devnull, os.O_WRONLY),
            os.open(job.place / "stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        )
        os.dup2(out, 1)
        os.dup2(error, 2)
        from hostaudit.cli import run

        code = run(["scan", *job.words, "--no-site", "--format", "json", "-o", str(job.report)])
        sys.stderr.flush()
    finally:
        os._exit(code)


def run_all(jobs: Iterable[Job], most: int) -> Iterator[tuple[Job, Facts]]:
    """Run the commands, at most so many at once; how each ended, as they end."""
    waiting, running = iter(jobs), dict[int, tuple[Job, float]]()
    while True:
        # A job is taken when its turn has come, since whoever gives them may stop by the clock.
        while len(running) < most and (job := next(waiting, None)) is not None:
            running[start(job)] = (job, time.monotonic())
        if not running:
            return
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if not pid:
            for late in (each for each, (_, begun) in running.items() if time.monotonic() - begun > KILLED):
                os.kill(late, signal.SIGKILL)
            time.sleep(0.02)
            continue
        job, begun = running.pop(pid)
        row = {
            "code": os.waitstatus_to_exitcode(status),
            "wall": time.monotonic() - begun,
            "cpu": usage.ru_utime + usage.ru_stime,
            "stderr": (job.place / "stderr").read_text("utf-8", "replace"),
            "report": json.loads(job.report.read_text("utf-8")) if job.report.exists() else None,
        }
        shutil.rmtree(job.place)
        yield job, row


def demands(report: Facts, proposed: str) -> Facts:
    """A policy: what ``policy init`` proposes, and that every role is held by those alone who hold it now."""
    policy: Facts = yaml.safe_load(proposed)
    roles = policy["policy"].setdefault("roles", {})
    for role in {row["role"] for row in report["dependencies"]}:
        holders = {row["provider"] for row in report["dependencies"] if row["role"] == role}
        roles.setdefault(role, {})["allow"] = sorted(holders)
    return policy


def healthy(hostaudit: str, shape: str, folder: Path) -> Facts:
    """Scan a twin until nothing is unknown that a busy machine made so, and write the policy that it meets."""
    evidence, policy = folder / f"{shape}.evidence.json", folder / f"{shape}.yaml"
    row: Facts = {}
    for _ in range(3):
        ((_, row),) = run_all([Job([lab_faults.twin(shape), "--save-evidence", str(evidence)], folder / "twin")], 1)
        if row["report"] is None:
            continue
        init = [hostaudit, "policy", "init", str(evidence), "--no-site", "-q", "-o", "-"]
        proposed = subprocess.run(init, capture_output=True, text=True, cwd=folder)
        policy.write_text(json.dumps(demands(row["report"], proposed.stdout)), "utf-8")
        ((_, judged),) = run_all([Job([str(evidence), "--policy", str(policy)], folder / "twin")], 1)
        row |= {key: judged[key] for key in ("code", "report", "stderr")}
        if row["code"] == 0:
            break
    return row


def unanswered(row: Facts) -> int:
    """How many questions of a scan got no answer in time."""
    causes = [each["cause"] for each in row["report"]["unknowns"]] if row["report"] is not None else []
    return sum(each in ("timeout", "deadline") for each in causes)


def inside(hostaudit: str, names: Path, to: Path, patience: float) -> None:
    """Scan the twins, then the sites, a line of JSON for each look; none is looked at again after ``patience`` s."""
    cells = {each.name: each for each in lab_faults.matrix()}
    chosen = [cells[each] for each in json.loads(names.read_text("utf-8"))]
    load()
    with tempfile.TemporaryDirectory() as place, to.open("w", encoding="utf-8") as file:
        folder = Path(place)
        for shape in dict.fromkeys(each.shape for each in chosen):
            file.write(json.dumps({"twin": shape, **healthy(hostaudit, shape, folder)}) + "\n")

        def job(cell: Cell) -> Job:
            limits = ("--timeout", str(TIMEOUT), "--deadline", str(DEADLINE))
            policy = ("--policy", str(folder / f"{cell.shape}.yaml"))
            return Job([lab_faults.domain(cell), *limits, *policy], folder / cell.name)

        first = [(cells[done.place.name], row) for done, row in run_all(map(job, chosen), AT_ONCE)]
        # What a busy machine let pass hides what its fault does. Silent faults, with the most time-outs, come last.
        blind = sorted((each for each in first if unanswered(each[1])), key=lambda each: unanswered(each[1]))
        end = time.monotonic() + patience
        again = run_all((job(cell) for cell, _ in blind if time.monotonic() < end), AGAIN)
        looks = itertools.chain(first, ((cells[done.place.name], row) for done, row in again))
        file.writelines(json.dumps({"cell": cell.name, **row}) + "\n" for cell, row in looks)


# --- outside: what is wrong ---


def seconds(report: Facts) -> float:
    """How long the look lasted, by its own clock."""
    started, finished = (datetime.fromisoformat(report["run"][key]) for key in ("started", "finished"))
    return (finished - started).total_seconds()


def parties(report: Facts, *, direct: bool = False) -> set[tuple[str, str]]:
    """Who holds which role; ``direct``: by the site's own records."""
    return {(row["role"], row["provider"]) for row in report["dependencies"] if row["direct"] or not direct}


def open_roles(report: Facts, lost: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the lost parties whose role has something unknown in it."""
    roles = {each["role"] for each in report["unknowns"]}
    roles |= {each["rule"].partition(".")[0] for each in report["findings"] if each["outcome"] == "unknown"}
    return {each for each in lost if each[0] in roles}


def down(report: Facts) -> set[str]:
    return {each["id"] for each in report["functions"] if each["state"] == "down"}


def wrong(row: Facts, twin: Facts) -> dict[str, str]:
    """By kind of wrong, what the report says that is not so."""
    report, sound = row["report"], twin["report"]
    if report is None or row["code"] not in (0, 1, 3):
        return {"none": f"no report in order, exit {row['code']}: {row['stderr'].strip()[-300:]}"}
    found = {}
    if seconds(report) > DEADLINE + SLACK or row["cpu"] > CPU:
        found["late"] = f"{seconds(report)} s, {row['cpu']:.1f} s of the processor"
    crashed = [each["subject"] for each in report["unknowns"] if each["cause"] == "internal_error"]
    if crashed:
        found["crash"] = f"hostaudit itself failed at {crashed}"
    lost = parties(sound) - parties(report)
    silent = parties(sound, direct=True) - parties(report) - open_roles(report, lost)
    if row["code"] == 0 and lost:
        found["pass"] = f"exit 0, though nothing is seen of {sorted(lost)}"
    elif silent:
        found["lost"] = f"nothing is seen of {sorted(silent)}, and no unknown says so"
    if report["score"]["low"] > sound["score"]["low"] + 1e-6:
        found["raise"] = f"score.low is {report['score']['low']}, the twin's {sound['score']['low']}"
    dead = down(report) - down(sound)
    if dead:
        found["down"] = f"{sorted(dead)}: {report['summary'][:200]}"
    return found


def excused(cell: Cell) -> dict[str, str]:
    """By kind, the reason why this is no wrong of the report."""
    names = (cell.name, *cell.of)
    return {
        kind: why for pattern, kinds, why in WORLD if any(fnmatch(each, pattern) for each in names) for kind in kinds
    }


def felt(report: Facts | None, sound: Facts) -> bool:
    """Whether the fault shows in the evidence at all."""

    def shown(of: Facts) -> list[tuple[str, str]]:
        return sorted(
            (each["kind"], next((key for key in ("value", "absent", "unknown") if key in each), ""))
            for each in of["evidence"]
        )

    return report is None or shown(report) != shown(sound)


def in_network(options: argparse.Namespace, cells: list[Cell], place: Path) -> list[Facts]:
    """Scan these cells in one network."""
    topology, names, seen = (place / name for name in ("topology.json", "names.json", "seen.jsonl"))
    topology.write_text(json.dumps(lab_faults.topology(options.lab.resolve().parent, cells)), "utf-8")
    names.write_text(json.dumps([each.name for each in cells]), "utf-8")
    again = [sys.executable, __file__, "--lab", str(options.lab), "--hostaudit", options.hostaudit]
    again += ["--patience", str(options.patience), "--inside", str(names), str(seen)]
    command = [str(options.lab), "run", "--quiet", str(topology), "--", *again]
    # Other runs on this machine throw compiled rules out of the usual cache, and each scan would read all rules anew.
    own = {**os.environ, "XDG_CACHE_HOME": str(place / "cache"), "XDG_DATA_HOME": str(place / "data")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, env=own)
    if done.returncode != 0:
        sys.exit(f"the laboratory failed: {done.stderr[-2000:]}")
    return [json.loads(line) for line in seen.read_text("utf-8").splitlines()]


def chosen_cells(options: argparse.Namespace) -> list[list[Cell]]:
    """The cells to scan, those of one network together."""
    cells = lab_faults.matrix()
    if options.only:
        cells = [each for each in cells if options.only in each.name]
    if options.part:
        number, parts = map(int, options.part.split("/"))
        return [cells[number % parts :: parts]]
    layers = dict.fromkeys(each.layer for each in cells)
    return [[each for each in cells if each.layer == layer] for layer in layers]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path, required=True)
    parser.add_argument("--hostaudit", required=True)
    parser.add_argument("--part")
    parser.add_argument("--only")
    parser.add_argument("--patience", type=float, default=40, help="seconds for second looks in one network")
    parser.add_argument("--keep", type=Path, help="keep what came of each scan here, one line each")
    parser.add_argument("--inside", nargs=2, type=Path)
    options = parser.parse_args()
    if options.inside:
        inside(options.hostaudit, *options.inside, options.patience)
        return
    started, count = time.monotonic(), Counter[str]()
    for cells in chosen_cells(options):
        with tempfile.TemporaryDirectory() as place:
            rows = in_network(options, cells, Path(place))
        if options.keep:
            with options.keep.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in rows)
        count += judged(cells, rows)
    print(
        f"{count['cells']} cells in {time.monotonic() - started:.0f} s: {count['wrong']} wrong; "
        f"in {count['felt']} the fault was felt, in {count['blind']} something never answered in time, "
        f"in {count['excused']} the world says it to everybody"
    )
    sys.exit(1 if count["wrong"] or not count["cells"] else 0)


def judged(cells: list[Cell], rows: list[Facts]) -> Counter[str]:
    """Print what is wrong in one network; the numbers of cells by what came of them."""
    count = Counter[str]()
    twins = {row["twin"]: row for row in rows if "twin" in row}
    for shape, row in twins.items():
        if row["code"] != 0:
            print(f"FAIL the healthy site {shape} does not pass: exit {row['code']}: {row['stderr'][-500:]}")
            count["wrong"] += 1
    for cell in cells:
        looks = [row for row in rows if row.get("cell") == cell.name]
        found = [wrong(row, twins[cell.shape]) for row in looks]
        world = excused(cell)
        bad = {kind: what for each in found for kind, what in each.items() if kind not in world}
        if bad:
            what = "; ".join(f"{kind}: {said}" for kind, said in bad.items())
            print(f"FAIL {cell.name}: {what} -- alone: .ci/nox -s matrix -- --only {cell.name}", flush=True)
        count["cells"] += 1
        count["wrong"] += bool(bad)
        count["excused"] += any(found) and not bad
        count["felt"] += felt(looks[-1]["report"], twins[cell.shape]["report"])
        count["blind"] += min(map(unanswered, looks)) > 0
    return count


if __name__ == "__main__":
    main()
