"""Nothing that is read is written over: by no command, by no option, by no other name of the file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from helpers import ROOT
from helpers.servers import ca

from hostaudit import cli
from hostaudit.cli import inputs
from hostaudit.errors import Exit, UsageError

EXAMPLE = ROOT / "examples" / "parler-2021" / "evidence.json"
POLICY = "version: 1\npolicy: {min_score: 1}\nsites:\n  - domain: parler.com\n"
TESTS = "version: 1\npolicy: p.yaml\ntests:\n  - {name: a, evidence: e.json, day: 2021-01-10, verdict: pass}\n"
ROUTES = "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n"
NO_NETWORK = ("--resolver", "127.0.0.1", "--no-http", "--no-third-party", "--deadline", "1")

CASES = {
    "list": ("scan", "-l", "list", "-o", "jsonl=OUT", *NO_NETWORK),
    "list as records": ("scan", "-l", "list", "-o", "terminal=OUT", *NO_NETWORK),
    "evidence": ("analyse", "e.json", "-o", "json=OUT"),
    "evidence of scan": ("scan", "e.json", "-o", "json=OUT"),
    "evidence of whatif": ("whatif", "e.json", "--drop", "amazon", "-o", "OUT"),
    "evidence of fallbacks": ("fallbacks", "e.json", "-o", "OUT"),
    "evidence of explain": ("explain", "score", "e.json", "-o", "OUT"),
    "policy": ("analyse", "e.json", "--policy", "p.yaml", "-o", "json=OUT"),
    "policy of a list": ("scan", "-l", "list", "--policy", "p.yaml", "-o", "jsonl=OUT", *NO_NETWORK),
    "policy in the folder": ("analyse", "e.json", "-o", "json=OUT"),
    "site": ("analyse", "e.json", "--site", "p.yaml", "-o", "json=OUT"),
    "site of whatif": ("whatif", "e.json", "--site", "p.yaml", "--drop", "amazon", "-o", "json=OUT"),
    "site of explain": ("explain", "score", "e.json", "--site", "p.yaml", "-o", "json=OUT"),
    "report to convert": ("convert", "r.json", "-o", "csv=OUT"),
    "baseline": ("analyse", "e.json", "--fail-on", "high", "--baseline", "r.json", "-o", "json=OUT"),
    "bundle": ("scan", "a.com", "--ca-bundle", "ca.pem", "-o", "json=OUT", *NO_NETWORK),
    "bundle of doctor": ("doctor", "--ca-bundle", "ca.pem", "-o", "json=OUT", "--timeout", "0.1"),
    "bundle and saved evidence": ("scan", "a.com", "--ca-bundle", "ca.pem", "--save-evidence", "OUT", *NO_NETWORK),
    "routes": ("data", "build", "routes.tsv", "-o", "OUT"),
    "init": ("policy", "init", "e.json", "-o", "OUT", "--force"),
    "init of a report": ("policy", "init", "r.json", "-o", "OUT", "--force"),
    "init with a site": ("policy", "init", "e.json", "--site", "p.yaml", "-o", "OUT", "--force"),
    "show": ("policy", "show", "p.yaml", "-o", "json=OUT"),
    "tests": ("policy", "test", "t.yaml", "-o", "json=OUT"),
    "evidence of tests": ("policy", "test", "t.yaml", "-o", "json=OUT"),
    "policy of tests": ("policy", "test", "t.yaml", "-o", "json=OUT"),
    "old": ("diff", "e.json", "r.json", "-o", "json=OUT"),
    "new": ("diff", "e.json", "r.json", "-o", "json=OUT"),
    "history": ("history", "show", "parler.com", "--history", "h.db", "-o", "json=OUT"),
    "history of trend": ("history", "trend", "parler.com", "--history", "h.db", "-o", "json=OUT"),
    "history of a scan": ("analyse", "e.json", "--history", "h.db", "-o", "json=OUT"),
    "history that is the evidence": ("analyse", "e.json", "--history", "OUT"),
    "scenarios": ("scenarios", "show", "x", "--rules", "rules", "-o", "json=OUT"),
    "scenarios listed": ("scenarios", "list", "--rules", "rules", "-o", "json=OUT"),
}
"""A command for each kind of input; the file that stands for OUT is the input itself."""

INPUT_OF = {
    "list": "list", "policy": "p.yaml", "site": "p.yaml", "baseline": "r.json", "bundle": "ca.pem",
    "routes": "routes.tsv",
    "evidence": "e.json", "tests": "t.yaml", "old": "e.json", "new": "r.json", "history": "h.db", "init": "e.json",
    "show": "p.yaml", "scenarios": "rules/scenarios/x.yaml",
    "policy in the folder": "hostaudit.yaml", "init of a report": "r.json", "init with a site": "p.yaml",
    "history that is the evidence": "e.json", "report to convert": "r.json",
}  # fmt: skip


def input_of(name: str) -> str:
    words = name.split()
    return next(INPUT_OF[part] for end in range(len(words), 0, -1) if (part := " ".join(words[:end])) in INPUT_OF)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder with one of each kind of input."""
    folder = tmp_path_factory.mktemp("inputs")
    shutil.copy(EXAMPLE, folder / "e.json")
    (folder / "list").write_text("a.com\n")
    (folder / "p.yaml").write_text(POLICY)
    (folder / "t.yaml").write_text(TESTS)
    (folder / "routes.tsv").write_text(ROUTES)
    (folder / "rules/scenarios").mkdir(parents=True)
    shutil.copy(next((ROOT / "rules" / "scenarios").glob("*.yaml")), folder / "rules/scenarios/x.yaml")
    shutil.copy(ca()[2], folder / "ca.pem")
    outputs = ("-o", f"json={folder}/r.json", "--history", f"{folder}/h.db", "-o", f"terminal={os.devnull}")
    assert cli.run(["analyse", f"{folder}/e.json", "-q", "--no-site", *outputs]) == Exit.PASS
    (folder / "hostaudit.yaml").write_text(POLICY)
    return folder


@pytest.fixture
def place(prepared, tmp_path, monkeypatch):
    """A copy of that folder, in which the commands run."""
    folder = tmp_path / "here"
    shutil.copytree(prepared, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("name", "by"),
    [(name, by) for name in CASES for by in ("path", "hard link")]
    + [(name, by) for name in ("list", "policy", "init") for by in ("spelling", "symlink")],
)
def test_no_input_of_any_command_is_written_over(place, capsys, name, by):
    source = place / input_of(name)
    before = source.read_bytes()
    other = place / "other"
    if by == "symlink":
        other.symlink_to(source)
    elif by == "hard link":
        os.link(source, other)
    target = {"path": input_of(name), "spelling": f"{place}/./{input_of(name)}"}.get(by, "other")
    command = [word.replace("OUT", target) for word in CASES[name]]

    assert cli.run(command) == Exit.USAGE
    told = capsys.readouterr().err
    assert any(each in told for each in ("is also the input", "is the file of", "is not a history")), told
    assert source.read_bytes() == before
    assert sorted(each.name for each in place.iterdir() if each.name.endswith((".part", ".run"))) == []


@pytest.mark.parametrize("redirection", ["< e.json >> e.json", "< e.json -o json=e.json", "< e.json -o json=hard"])
def test_a_redirection_by_the_shell_is_seen_too(place, redirection):
    os.link("e.json", "hard")
    before = (place / "e.json").read_bytes()
    ran = subprocess.run(
        f'"{sys.executable}" -m hostaudit analyse - {redirection}',
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert ran.returncode == Exit.USAGE
    assert "is also the input" in ran.stderr
    assert (place / "e.json").read_bytes() == before


def test_the_journal_of_a_run_is_an_output_too(place, capsys):
    (place / "out.run").write_text("a.com\n")

    assert cli.run(["scan", "-l", "out.run", "-o", "jsonl=out", *NO_NETWORK]) == Exit.USAGE
    assert "is also the input" in capsys.readouterr().err
    assert (place / "out.run").read_text() == "a.com\n"


def test_what_one_command_read_is_no_matter_of_the_next(place):
    assert cli.run(["analyse", "e.json", "-q", "--no-site", "-o", "json=new.json"]) == Exit.PASS
    assert cli.run(["explain", "score", "new.json", "-q", "-o", "e.json"]) == Exit.PASS

    os.link("e.json", "hard")
    inputs.begin({})
    inputs.writes("e.json")
    with pytest.raises(UsageError, match="two outputs"):
        inputs.writes("hard")


def parameters(group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(command, parameter) of all that take a file, by what help shows for it."""
    for name, command in getattr(group, "commands", {}).items():
        yield from parameters(command, (*path, name))
    for each in () if hasattr(group, "commands") else group.params:
        shown = str(each.metavar or "")
        if any(word in shown for word in ("FILE", "FOLDER", "OLD", "NEW", "EVIDENCE", "REPORT")):
            yield " ".join(path), str(each.name)


def test_every_parameter_that_takes_a_file_is_known_to_be_read_or_written():
    known = inputs.READ | inputs.ALSO_READ | inputs.WRITTEN
    found = list(parameters(typer.main.get_command(cli.app)))

    assert len(found) > 30
    assert {(command, name) for command, name in found if name not in known} == set()
    assert {name for _, name in found} | {"domain", "target"} >= known - {"rules", "site_seen", "place"}
