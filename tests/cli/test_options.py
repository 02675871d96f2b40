"""Where documents go: several from one look, refused in time if they cannot, and none lost with another."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from helpers import ROOT
from helpers.command import PARLER, PARLER_REPORT, environment, evidence, hostaudit

from hostaudit import cli, report
from hostaudit.cli import options
from hostaudit.cli.options import Console, Output
from hostaudit.cli.output import EXIT_OF, Writer
from hostaudit.errors import Exit, UsageError
from hostaudit.model.changes import Changes
from hostaudit.model.checks import PolicyTrials
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import Report

MACHINE = tuple(name for name in report.names() if name != "terminal")
POLICY = "version: 1\npolicy:\n  {}\n"
DEMANDS = {
    "pass": (PARLER, "min_score: 1"),
    "fail": (PARLER, "roles: {dns: {min_providers: 2}}"),
    "inconclusive": ("", "roles: {dns: {min_providers: 2}}"),
}
"""By verdict the evidence, empty for a file that holds none, and what is demanded of it."""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def nothing_is_looked_at(monkeypatch):
    def look(*_arguments, **_options):
        raise AssertionError("it was looked at")

    monkeypatch.setattr("hostaudit.audit.look", look)


def demanded(place: Path, verdict: str) -> list[str]:
    """The arguments that give a verdict."""
    file, demand = DEMANDS[verdict]
    (place / "hostaudit.yaml").write_text(POLICY.format(demand))
    if not file:
        file = str(place / "evidence.json")
        Path(file).write_text(evidence())
    return ["analyse", file, "--policy", "hostaudit.yaml", "-q"]


def verdict_in(name: str, text: str) -> str:
    """What a format says without the words of a person: pass, fail or inconclusive."""
    if name in ("json", "jsonl"):
        return json.loads(text)["verdict"]
    if name == "sarif":
        code = json.loads(text)["runs"][0]["invocations"][0]["exitCode"]
        return {0: "pass", 1: "fail", 3: "inconclusive"}[code]
    if name == "junit":
        top = ElementTree.fromstring(text)
        return "fail" if top.get("failures") != "0" else "inconclusive" if top.get("errors") != "0" else "pass"
    if name == "gitlab":
        severities = {each["severity"] for each in json.loads(text)}
        return "fail" if severities - {"info"} else "inconclusive" if severities else "pass"
    if name == "comment":
        return {"✅": "pass", "❌": "fail", "❔": "inconclusive"}[text.split(" ")[2]]
    if name == "html":
        return text.split('<meta name="hostaudit-verdict" content="')[1].split('"')[0]
    if name == "markdown":
        return text.split(" ")[2].rstrip(":").lower()
    if name == "prom":
        holds = next(line for line in text.splitlines() if "_verdict{" in line and line.endswith(" 1"))
        return holds.split('verdict="')[1].split('"')[0]
    if name == "csv":
        return next(csv.DictReader(io.StringIO(text)))["site_verdict"]
    found = {each["name"]: each["value"] for each in json.loads(text)["metadata"]["properties"]}
    return found["hostaudit:verdict"]


@pytest.mark.parametrize("verdict", DEMANDS)
def test_one_run_writes_every_format_and_all_agree_with_the_exit_code(place, verdict):
    outputs = [part for name in MACHINE for part in ("-o", f"{name}=out.{name}")]
    done = hostaudit(*demanded(place, verdict), *outputs, timeout=60)

    assert (done.returncode, done.stderr) == (EXIT_OF[verdict], "")
    assert {"pass": "\nPASS by ", "fail": "\nFAIL by ", "inconclusive": "\nINCONCLUSIVE by "}[verdict] in done.stdout
    for name in MACHINE:
        assert verdict_in(name, (place / f"out.{name}").read_text("utf-8")) == verdict, name
    assert not list(place.glob(".*"))


@pytest.mark.parametrize("verdict", DEMANDS)
@pytest.mark.parametrize("name", report.names())
def test_the_exit_code_is_the_same_for_each_format(place, capsys, verdict, name):
    code = cli.run([*demanded(place, verdict), "--format", name])
    shown = capsys.readouterr().out

    assert code == EXIT_OF[verdict]
    assert not any(line.startswith("::") for line in shown.splitlines())
    if name != "terminal":
        assert verdict_in(name, shown) == verdict


def test_results_point_at_the_line_of_the_policy(place):
    cli.run([*demanded(place, "fail"), "-o", "sarif=x.sarif", "-o", "gitlab=x.json", "-o", "/dev/null"])
    sarif = json.loads((place / "x.sarif").read_text())["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    (entry,) = json.loads((place / "x.json").read_text())

    assert sarif["artifactLocation"]["uri"] == entry["location"]["path"] == "hostaudit.yaml"
    assert sarif["region"]["startLine"] == entry["location"]["lines"]["begin"] > 1


def test_each_result_points_at_the_line_of_its_demand(place):
    two = "{dns:\n      {min_providers: 3}, hosting:\n      {min_providers: 3}}"
    (place / "lines.yaml").write_text(f"version: 1\npolicy:\n  min_score: 99\n  roles:\n    {two}\n")
    outputs = ("-o", "sarif=x.sarif", "-o", "gitlab=x.json", "-o", "/dev/null")
    cli.run(["analyse", PARLER, "--policy", "lines.yaml", *outputs])
    results = json.loads((place / "x.sarif").read_text())["runs"][0]["results"]
    entries = json.loads((place / "x.json").read_text())

    lines = {each["ruleId"]: each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in results}
    assert lines == {"score.min": 3, "dns.min_providers": 6, "hosting.min_providers": 7}
    assert {each["check_name"]: each["location"]["lines"]["begin"] for each in entries} == lines


@pytest.mark.parametrize(
    ("name", "begins"),
    [("r.json", "{"), ("r.xml", "<?xml"), ("r.md", "## "), ("r.csv", '"domain"'), ("r.sarif", "{"), ("r.TXT", "Ama")],
)
def test_the_suffix_of_a_file_chooses_its_format(here, name, begins):
    assert cli.run(["analyse", PARLER, "-o", name, "-q"]) == 0
    assert (here / name).read_text("utf-8").startswith(begins)


def test_a_chosen_format_goes_before_a_suffix(here):
    assert cli.run(["analyse", PARLER, "--format", "csv", "-o", "r.json", "-o", "markdown=r.xml", "-q"]) == 0
    assert (here / "r.json").read_text("utf-8").startswith('"domain"')
    assert (here / "r.xml").read_text("utf-8").startswith("## ")


@pytest.mark.parametrize("name", ["report.htm", "report.pdf", "report.jso"])
def test_an_unknown_suffix_is_refused_with_the_list(here, capsys, name):
    assert cli.run(["analyse", PARLER, "-o", name]) == 2
    told = capsys.readouterr().err
    assert f"-o {name}: no format is known by the suffix" in told
    assert ".json (json)" in told
    assert not list(here.iterdir())


def test_variables_of_the_environment_give_options(monkeypatch, capsys):
    monkeypatch.setenv("HOSTAUDIT_FORMAT", "csv")
    assert cli.run(["analyse", PARLER]) == 0
    assert capsys.readouterr().out.startswith('"domain"')
    assert cli.run(["analyse", PARLER, "--format", "json"]) == 0
    assert capsys.readouterr().out.startswith("{")
    monkeypatch.setenv("HOSTAUDIT_FORMAT", "cvs")
    assert cli.run(["analyse", PARLER]) == 2
    assert "csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [("analyse",), ("scan",), ("whatif", "--drop", "amazon"), ("fallbacks",), ("policy", "init", "-o", "-")]
)
def test_a_report_is_as_good_as_the_evidence_in_it(here, capsys, command):
    first, *options = command if command[0] != "policy" else ("policy init", *command[2:])
    shown = {}
    for file in (PARLER, PARLER_REPORT):
        assert cli.run([*first.split(), file, *options]) == 0
        shown[file] = capsys.readouterr()
        assert ("is a report: the evidence in it is judged anew" in shown[file].err) == (file == PARLER_REPORT)

    assert shown[PARLER].out == shown[PARLER_REPORT].out


@pytest.mark.parametrize("arguments", [["help", "scan"], ["scan", "-h"], ["scan", "--help"]])
def test_help_is_asked_for_in_every_usual_way(capsys, arguments):
    assert cli.run(arguments) == 0
    assert capsys.readouterr().out.startswith("Usage: hostaudit scan ")


# -- where standard output goes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "shown", "files"),
    [
        ((), "terminal", ()),
        (("-o", "out"), "", ("out",)),
        (("-o", "-"), "terminal", ()),
        (("--format", "json", "-o", "/dev/stdout"), "json", ()),
        (("-o", "json=out"), "terminal", ("out",)),
        (("-o", "json=-"), "json", ()),
        (("--format", "terminal", "-o", "json=-", "-o", "junit=out"), "json", ("out",)),
        (("-o", "a", "-o", "json=-"), "json", ("a",)),
        (("-o", "a", "-o", "jsonl=b", "-o", "json=c"), "", ("a", "b", "c")),
        (("--format", "json", "-o", "sarif=a=b"), "json", ("a=b",)),
        (("-o", "./json=x"), "", ("json=x",)),
        (("-o", "A=x"), "", ("A=x",)),
    ],
)
def test_standard_output_takes_one_document_at_most(place, capsys, arguments, shown, files):
    assert cli.run(["analyse", PARLER, *arguments]) == Exit.PASS
    out = capsys.readouterr().out

    assert {each.name for each in place.iterdir()} == set(files)
    if shown == "json":
        assert json.loads(out)["schema"] == "hostaudit.report/1"
    else:
        assert ("not judged" in out) == (shown == "terminal")
        assert bool(out) == bool(shown)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("-o", "json=a", "-o", "jsonl=./a"), "a is the file of two outputs", "a file of its own"),
        (("-o", "a", "-o", "a"), "a is the file of two outputs", "a file of its own"),
        (("-o", "json=a", "--save-evidence", "a"), "both the report and the evidence", "two different"),
        (("-o", "xml=a"), "xml is not a known format", "-o ./xml=a"),
        (("-o", "json="), "names no file", "sarif=hostaudit.sarif"),
        (("-o", ""), "names no file", "sarif=hostaudit.sarif"),
        (("-o", "sarif"), "names a format but no file", "-o sarif=FILE"),
        (("-o", "json=-", "-o", "sarif=-"), "json and sarif cannot both be written", "-o FORMAT=FILE"),
        (("--format", "json", "-o", "sarif=-"), "sarif and json cannot both be written", "-o FORMAT=FILE"),
        (("-o", "json=a", "-o", "sarif=gone/b"), "gone/b cannot be written", "create its folder"),
        (("-o", "json=."), "cannot be written", "name of a file in it"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_looked_at(
    place, capsys, nothing_is_looked_at, arguments, message, hint
):
    assert cli.run(["scan", "x.com", *arguments]) == Exit.USAGE
    streams = capsys.readouterr()

    assert streams.out == ""
    assert message in streams.err
    assert hint in streams.err
    assert not list(place.iterdir())


@pytest.mark.parametrize(
    "command", [("whatif", "x.com", "--drop", "amazon"), ("whatif", "x.com", "--all"), ("fallbacks", "x.com")]
)
def test_a_format_that_does_not_write_the_document_names_those_that_do(place, capsys, nothing_is_looked_at, command):
    assert cli.run([*command, "-o", "sarif=x"]) == Exit.USAGE
    told = capsys.readouterr().err

    assert "format sarif cannot write the output of this command" in told
    assert "json, jsonl, markdown, terminal" in told


def test_documents_of_offline_commands_are_refused_too(place, capsys):
    assert cli.run(["scenarios", "list", "-o", "prom=x"]) == Exit.USAGE
    assert "json, jsonl, markdown, terminal" in capsys.readouterr().err
    assert not list(place.iterdir())


# -- what fails does not take the rest with it ------------------------------------------------------------


def test_a_disk_that_is_full_for_one_output_leaves_the_others(place, capsys, monkeypatch):
    from hostaudit.files import write_atomically

    def full(path, data):
        if path.name.startswith("full"):
            raise UsageError(f"{path} cannot be written: No space left on device", "free some space")
        write_atomically(path, data)

    monkeypatch.setattr("hostaudit.files.write_atomically", full)
    outputs = ("-o", "json=full1", "-o", "sarif=kept", "-o", "junit=full2")
    code = cli.run(["analyse", PARLER, *outputs])
    streams = capsys.readouterr()

    assert code == Exit.USAGE
    assert "not judged" in streams.out
    assert {each.name for each in place.iterdir()} == {"kept"}
    assert "full1 cannot be written" in streams.err
    assert "full2 cannot be written" in streams.err


def test_a_defect_in_one_format_leaves_the_others(place, capsys, monkeypatch):
    def broken(*_arguments):
        raise ZeroDivisionError("no")

    monkeypatch.setattr("hostaudit.report.formats.sarif._run", broken)
    code = cli.run(["analyse", PARLER, "-o", "sarif=a", "-o", "junit=b"])
    streams = capsys.readouterr()

    assert code == Exit.INTERNAL
    assert "ZeroDivisionError" in streams.err
    assert "not judged" in streams.out
    assert {each.name for each in place.iterdir()} == {"b"}


def test_a_reader_that_leaves_does_so_after_the_files_are_written(place):
    outputs = "-o sarif=a -o json=- -o junit=b"
    shell = f"{sys.executable} -m hostaudit analyse {PARLER} -q {outputs} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], env=environment(PYTHONPATH=str(ROOT)), cwd=place, timeout=60)

    assert done.returncode in (Exit.PASS, Exit.BROKEN_PIPE)
    assert {each.name for each in place.iterdir()} == {"a", "b"}


def test_a_pipe_whose_reader_leaves_takes_no_other_output_with_it(place, monkeypatch):
    from hostaudit.files import write_atomically

    def gone(path, data):
        if path.name == "pipe":
            raise BrokenPipeError
        write_atomically(path, data)

    monkeypatch.setattr("hostaudit.files.write_atomically", gone)
    with pytest.raises(BrokenPipeError):
        cli.run(["analyse", PARLER, "-q", "-o", "sarif=pipe", "-o", "a"])

    assert {each.name for each in place.iterdir()} == {"a"}


def test_an_output_that_was_there_is_replaced_whole(place):
    (place / "a").write_text("x" * 100_000)
    writer = Writer(Output("json", ["a", "sarif=b"]), Console(quiet=True), document=Report)

    assert [(name, path.name) for name, path in writer.outputs] == [("json", "a"), ("sarif", "b")]
    assert cli.run(["analyse", PARLER, "-q", "-o", "jsonl=a"]) == Exit.PASS
    assert (place / "a").read_text().count("\n") == 1
    assert (place / "a").stat().st_mode & 0o777 == 0o644


def test_a_format_that_is_not_asked_for_is_not_loaded():
    code = (
        "import sys; from hostaudit.cli import run; run(['analyse', sys.argv[1], '-o', 'jsonl=/dev/null']);"
        "formats = {f'hostaudit.report.formats.{name}' for name in sys.argv[2:]} - {'hostaudit.report.formats.jsonl'};"
        "sys.exit(' '.join(sorted(formats & set(sys.modules))) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, PARLER, *MACHINE],
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
    )

    assert done.stderr == "hostaudit: jsonl written to /dev/null\n"
    assert done.returncode == 0


@pytest.mark.parametrize("name", MACHINE)
def test_standard_output_stays_clean_while_progress_is_shown(place, capsys, monkeypatch, name):
    async def look(target, options, progress=None, site=None, *rest, **further):
        progress(3, 2)
        file = msgspec.json.decode(evidence(), type=EvidenceFile)
        return msgspec.structs.replace(file, target=target, site=site)

    monkeypatch.setattr("hostaudit.audit.look", look)
    monkeypatch.setattr("hostaudit.cli.commands.scan.progress_fits", lambda *_: True)
    code = cli.run(["scan", "x.com", "--format", name, "--save-evidence", "kept.json"])
    streams = capsys.readouterr()

    assert code == Exit.INCONCLUSIVE
    assert "3 answers" in streams.err
    assert "\x1b" not in streams.out
    assert verdict_in(name, streams.out) == "inconclusive"


@pytest.mark.parametrize("command", [("analyse",), ("scan",), ("whatif", "--drop", "amazon"), ("fallbacks",)])
@pytest.mark.parametrize("output", ["evidence.json", "json=evidence.json", "./evidence.json"])
def test_what_is_read_is_never_written_over(place, capsys, command, output):
    before = evidence()
    (place / "evidence.json").write_text(before)
    verb, *options = command

    assert cli.run([verb, str(place / "evidence.json"), *options, "-q", "-o", output]) == Exit.USAGE
    assert "is also the input" in capsys.readouterr().err
    assert (place / "evidence.json").read_text() == before


def test_each_command_offers_the_formats_that_it_can_write():
    assert report.able(Changes) == options.OF_EVERY
    assert report.able(PolicyTrials) == options.OF_TRIALS
    assert report.able(Report) == report.names()
