"""Others read what the action writes: sarif-tools and junit2html the results of four sites and of a list of twenty, and
pre-commit runs the hook of this repository on a good and on a bad policy. The commands lie beside this Python."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from helpers import ROOT
from helpers.action_steps import Runner
from helpers.saved_lists import records_of, shipped_sites

TWO_DNS = str(ROOT / "examples/policies/two-dns-operators.yaml")
PARLER = str(ROOT / "examples/parler-2021/evidence.json")
CASES = {
    "first run": (PARLER, "", 0),
    "pass": (str(ROOT / "examples/history/dyn-2016-two-operators/evidence.json"), TWO_DNS, 0),
    "fail": (PARLER, TWO_DNS, 1),
    "inconclusive": (str(ROOT / "examples/policies/tests/second-operator-silent.json"), TWO_DNS, 3),
    "list of twenty": ("", TWO_DNS, 1),
}


def beside(name: str, *arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command that is installed beside this Python."""
    command = [str(Path(sys.executable).with_name(name)), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def wanted(condition: object, what: str) -> None:
    """End with a word if something does not hold."""
    if not condition:
        sys.exit(f"error: {what}")


def case(name: str, folder: Path) -> None:
    """Run the action, and have its files read."""
    domain, policy, code = CASES[name]
    folder.mkdir()
    runner = Runner(folder)
    if not domain:
        domain = str(folder / "all.jsonl")
        Path(domain).write_text(records_of(shipped_sites()[:20]), "utf-8")
    ran = runner.run(domain=domain, policy=policy, formats="sarif junit")
    wanted(ran.code == code, f"{name}: exit code {ran.code}, not {code}\n{ran.log}")
    results = sarif(name, ran.result("hostaudit.sarif"), folder)
    cases = junit(name, ran.result("hostaudit.xml"), folder)
    print(f"{name}: {results} results, {cases} cases, read by sarif-tools and junit2html")


def sarif(name: str, path: Path, folder: Path) -> int:
    """The number of results, as sarif-tools counts them; what an exception or a baseline covers is not told apart."""
    import json

    ours = len(json.loads(path.read_text("utf-8"))["runs"][0]["results"])
    told = beside("sarif", "csv", "--output", folder / "sarif.csv", path)
    wanted(told.returncode == 0, f"{name}: sarif-tools: {told.stderr}")
    with (folder / "sarif.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    wanted(len(rows) == ours, f"{name}: sarif-tools reads {len(rows)} results of {ours}")
    wanted(
        all(row["Location"].endswith(".yaml") and int(row["Line"]) for row in rows), f"{name}: results without place"
    )
    summary = beside("sarif", "summary", path)
    wanted(summary.returncode == 0 and re.search(r"error: \d", summary.stdout), f"{name}: {summary.stdout}")
    return ours


def junit(name: str, path: Path, folder: Path) -> int:
    """The number of cases, all of which the page of junit2html has."""
    cases = [each.get("name", "") for each in ElementTree.parse(path).iter("testcase")]
    told = beside("junit2html", path, folder / "junit.html")
    wanted(told.returncode == 0, f"{name}: junit2html: {told.stderr}")
    page = (folder / "junit.html").read_text("utf-8")
    missing = [each for each in cases if each.split(" ")[0] not in page]
    wanted(cases and not missing, f"{name}: junit2html leaves out {missing}")
    return len(cases)


def hook(folder: Path) -> None:
    """The hook, installed by pre-commit from this repository as from any other, on two commits of a project."""
    project, source = folder / "project", folder / "source"
    # A copy with what is not committed yet, as pre-commit clones what it is given.
    ignored = shutil.ignore_patterns(".git", ".nox", ".venv", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, source, ignore=ignored)
    project.mkdir()
    for place in (source, project):
        subprocess.run(["git", "init", "-q"], cwd=place, check=True)
        if place == source:
            git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
            subprocess.run(["git", "add", "-A"], cwd=place, check=True)
            subprocess.run([*git, "commit", "-qm", "x"], cwd=place, check=True)
    for text, code in ((b"version: 1\npolicy: {min_score: 1}\n", 0), (b"version: 1\npolicy: {min_scor: 1}\n", 1)):
        (project / "hostaudit.yaml").write_bytes(text)
        subprocess.run(["git", "add", "-A"], cwd=project, check=True)
        ran = beside("pre-commit", "try-repo", source, "hostaudit-policy", "--verbose", "--all-files", cwd=project)
        wanted(ran.returncode == code, f"pre-commit ends with {ran.returncode}, not {code}:\n{ran.stdout}{ran.stderr}")
        wanted(code == 0 or "min_score" in ran.stdout, f"pre-commit does not say what is wrong:\n{ran.stdout}")
    print("pre-commit: the hook passes a good policy and refuses a bad one")


def main() -> None:
    """Read everything."""
    done = beside("pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    wanted(done.returncode == 0, done.stdout + done.stderr)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in CASES:
            case(each, folder / each)
        hook(folder)


if __name__ == "__main__":
    main()
