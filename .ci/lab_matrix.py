"""The fault matrix: each cell of ``lab_faults.py`` is one scan of a site with a fault, held against a healthy twin with a
policy that the twin meets. A fault may make answers unknown; it must never make them better, worse or late.

``--quarter N``: the cells whose place in the matrix is N modulo 4, in one network; else all, a network for each layer.
``--only TEXT``: the cells whose name has this in it, with what the command wrote.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import lab_faults
import yaml
from lab_faults import Cell
from lab_world import WORLD

AT_ONCE = 8
AGAIN = 2
"""How many are scanned again at once, after the first look of a busy machine ended at the deadline."""

TIMEOUT, DEADLINE = 1, 8
SLACK = 2.0
"""Seconds beyond the deadline, for the judging and a machine that is busy."""

CPU = 6.0
"""Seconds of the processor for one scan, which do not depend on what else the machine does."""

KILLED = 90
Facts = dict[str, Any]

# --- inside the network ---


def run(command: list[str]) -> Facts:
    """Run a command; how it ended, and the processor time that it took."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - started > KILLED:
                process.kill()
            time.sleep(0.05)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    wall = time.monotonic() - started
    return {"code": process.returncode, "wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "stderr": text}


def scan(hostaudit: str, name: str, *more: str) -> Facts:
    """One scan of one site: how it ended and its report, None if there is none."""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        row = run([hostaudit, "scan", name, "--no-site", "--format", "json", "-o", str(report), *more])
        row["report"] = json.loads(report.read_text("utf-8")) if report.exists() else None
    return row


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
    evidence, policy = folder / f"{shape}.json", folder / f"{shape}.yaml"
    name = lab_faults.twin(shape)
    for _ in range(3):
        row = scan(hostaudit, name, "--save-evidence", str(evidence))
        if row["report"] is None:
            continue
        init = [hostaudit, "policy", "init", str(evidence), "--no-site", "-q", "-o", "-"]
        proposed = subprocess.run(init, capture_output=True, text=True, cwd=folder)
        policy.write_text(json.dumps(demands(row["report"], proposed.stdout)), "utf-8")
        judged = scan_file(hostaudit, evidence, policy, folder)
        row |= {"code": judged["code"], "report": judged["report"], "stderr": judged["stderr"]}
        if row["code"] == 0:
            break
    return row


def scan_file(hostaudit: str, evidence: Path, policy: Path, folder: Path) -> Facts:
    report = folder / "judged.json"
    report.unlink(missing_ok=True)
    words = ["--no-site", "--policy", str(policy), "--format", "json", "-o", str(report)]
    row = run([hostaudit, "analyse", str(evidence), *words])
    row["report"] = json.loads(report.read_text("utf-8")) if report.exists() else None
    return row


def out_of_time(row: Facts) -> bool:
    """Whether a scan saw less than its fault hides, since there was no time left."""
    return row["report"] is not None and any(each["cause"] == "deadline" for each in row["report"]["unknowns"])


def inside(hostaudit: str, names: Path, to: Path, patience: float) -> None:
    """Scan the twins, then the sites; one line of JSON for each look. After ``patience`` seconds none is scanned again."""
    cells = {each.name: each for each in lab_faults.matrix()}
    chosen = [cells[each] for each in json.loads(names.read_text("utf-8"))]
    with tempfile.TemporaryDirectory() as place, to.open("w", encoding="utf-8") as file:
        folder = Path(place)
        shapes = list(dict.fromkeys(each.shape for each in chosen))
        for shape in shapes:
            file.write(json.dumps({"twin": shape, **healthy(hostaudit, shape, folder)}) + "\n")

        end = time.monotonic() + patience

        def one(cell: Cell) -> Facts:
            limits = ("--timeout", str(TIMEOUT), "--deadline", str(DEADLINE))
            policy = ("--policy", str(folder / f"{cell.shape}.yaml"))
            return {"cell": cell.name, **scan(hostaudit, lab_faults.domain(cell), *limits, *policy)}

        blind = []
        for most, some in ((AT_ONCE, chosen), (AGAIN, blind)):
            with ThreadPoolExecutor(most) as pool:
                for cell, row in zip(some, pool.map(one, some), strict=True):
                    file.write(json.dumps(row) + "\n")
                    if some is chosen and out_of_time(row) and time.monotonic() < end:
                        blind.append(cell)


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
    return {kind: why for pattern, kinds, why in WORLD if fnmatch(cell.name, pattern) for kind in kinds}


def felt(report: Facts | None, sound: Facts) -> bool:
    """Whether the fault shows in the evidence at all."""

    def shown(of: Facts) -> list[tuple[str, str]]:
        return sorted((each["kind"], next((key for key in ("value", "absent", "unknown") if key in each), "")) for each in of["evidence"])

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


def told(cell: Cell, row: Facts, twin: Facts) -> tuple[bool, bool]:
    """Print what is wrong with a look at a cell; whether anything is, and whether the world alone says so."""
    world = excused(cell)
    found = wrong(row, twin)
    bad = "; ".join(f"{kind}: {what}" for kind, what in found.items() if kind not in world)
    if bad:
        print(f"FAIL {cell.name}: {bad} -- alone: .ci/nox -s matrix -- --only {cell.name}", flush=True)
    return bool(bad), bool(found)


def chosen_cells(options: argparse.Namespace) -> list[list[Cell]]:
    """The cells to scan, those of one network together."""
    cells = lab_faults.matrix()
    if options.only:
        cells = [each for each in cells if options.only in each.name]
    if options.quarter is not None:
        return [cells[options.quarter % 4 :: 4]]
    layers = dict.fromkeys(each.layer for each in cells)
    return [[each for each in cells if each.layer == layer] for layer in layers]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path, required=True)
    parser.add_argument("--hostaudit", required=True)
    parser.add_argument("--quarter", type=int)
    parser.add_argument("--only")
    parser.add_argument("--patience", type=float, default=600, help="seconds for second looks in one network")
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
    print(f"{count['cells']} cells in {time.monotonic() - started:.0f} s: {count['wrong']} wrong; in {count['felt']} the "
          f"fault was felt, {count['blind']} ended at the deadline, in {count['excused']} the world says it to everybody")  # fmt: skip
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
        found = [told(cell, row, twins[cell.shape]) for row in looks]
        count["cells"] += 1
        count["wrong"] += any(bad for bad, _ in found)
        count["excused"] += any(any_ and not bad for bad, any_ in found)
        count["felt"] += felt(looks[-1]["report"], twins[cell.shape]["report"])
        count["blind"] += out_of_time(looks[-1])
    return count


if __name__ == "__main__":
    main()
