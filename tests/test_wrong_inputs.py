"""What people type and write wrongly: each is answered at once, with what failed, what it means and what to do next."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers import ROOT
from helpers.command import PARLER, PARLER_REPORT, hostaudit

from hostaudit.errors import Exit

CORPUS = ROOT / "tests" / "corpus"

FILES = {
    "empty.json": "",
    "torn.json": '{"schema": "hostaudit.report/1", "tar',
    "trend.json": '{"schema": "hostaudit.trend/1"}',
    "array.json": "[1, 2]",
    "newer.json": '{"schema": "hostaudit.evidence/2"}',
    "empty.txt": "",
    "bad.txt": "not a domain\n///\n",
    "torn.jsonl": '{"type": "failed", "domain": "x.com"}\n{"schema": "hosta',
    "nobody.jsonl": '{"type": "summary"}\n',
    "empty.yaml": "",
    "text.yaml": "hello\n",
    "tab.yaml": "version: 1\n\tpolicy: {}\n",
    "later.yaml": "version: 2\npolicy: {min_score: 3}\n",
    "nothing.yaml": "version: 1\n",
    "word.yaml": "version: 1\npolicy: {min_score: lots}\n",
    "key.yaml": "version: 1\npolicy: {min_scroe: 5}\n",
    "anchor.yaml": "version: 1\npolicy: &a {min_score: 5}\n",
    "twice.yaml": "version: 1\npolicy: {min_score: 5, min_score: 6}\n",
    "norway.yaml": "version: 1\npolicy: {jurisdictions: {deny: [{id: NO, reason: a reason}]}}\n",
    "role.yaml": "version: 1\npolicy: {roles: {dsn: {min_providers: 2}}}\n",
    "site.yaml": "version: 1\nsites:\n  - domain: example.com\n    hots: [a.example.com]\n",
    "preset.yaml": "version: 1\npolicy: {extends: [basline]}\n",
    "good.yaml": "version: 1\nsites:\n  - domain: example.com\n",
    "day.yaml": "version: 1\npolicy: good.yaml\ntests:\n"
    "  - {name: a, evidence: parler.json, day: 2021-13-09, verdict: fail}\n",
    "gone.tests.yaml": "version: 1\npolicy: good.yaml\ntests:\n"
    "  - {name: a, evidence: gone.json, day: 2021-01-09, verdict: fail}\n",
}
SAVED = {"parler.json": PARLER, "report.json": PARLER_REPORT, "other.json": str(CORPUS / "in-pairs.json")}


class Wrong(NamedTuple):
    """A command line, what its error and its hint say, and the exit code."""

    line: str
    error: str
    hint: str
    code: int = Exit.USAGE


WRONG = (
    # the command line
    Wrong("scna", "'scna'. Did you mean 'scan'", "hostaudit --help"),
    Wrong("example.com", "No such command", "hostaudit scan example.com"),
    Wrong("rules lst", "Did you mean 'list'", "hostaudit rules --help"),
    Wrong("scan a.com --fromat json", "--format", "hostaudit scan --help"),
    Wrong("scan a.com --format jsn", "--format jsn is not known", "did you mean json?"),
    Wrong("scan parler.json --color blue", "--color blue is not known", "auto, always, never"),
    Wrong("scan parler.json --fail-on hihg", "--fail-on hihg is not known", "did you mean high?"),
    Wrong("scan parler.json --unknown maybe", "--unknown maybe is not known", "inconclusive, fail, warn"),
    Wrong("scan", "no domain is given", "-l FILE"),
    Wrong("scan a.com b.com", "unexpected extra argument", "for several sites: hostaudit scan -l FILE"),
    Wrong("scan a.com -l bad.txt", "both a domain and a list", "-l FILE"),
    Wrong("scan a.com --resume", "--resume has no effect without --list", "give -l FILE"),
    Wrong("scan a.com --site good.yaml --no-site", "contradict each other", "leave one of them out"),
    Wrong("analyse", "Missing argument 'FILE'", "hostaudit analyse --help"),
    Wrong("diff parler.json", "Missing argument 'NEW'", "hostaudit diff --help"),
    Wrong("diff - -", "standard input cannot be both", "give a file"),
    Wrong("history show a.com", "Missing option '--history'", "hostaudit history show --help"),
    # names of sites
    Wrong("scan exmaple", "single label", "did you mean exmaple.com?"),
    Wrong("scan localhost", "single label", "it names this machine"),
    Wrong("scan 192.0.2.1", "is an IP address", "give the domain name"),
    Wrong("scan a.notatld", "not a known top-level domain", "check the spelling"),
    Wrong("scan http://", "has no host name", "example.com"),
    Wrong("scan co.uk", "co.uk", "example.co.uk"),
    Wrong("scan -l gone.txt", "cannot be read", "one domain on each line"),
    Wrong("scan -l empty.txt", "it is empty", "one domain on each line", Exit.NOTHING_TO_SCAN),
    Wrong("scan -l bad.txt", "line 1: not a domain", "one domain on each line", Exit.NOTHING_TO_SCAN),
    # values of options
    Wrong("scan a.com --timeout -1", "--timeout is -1", "seconds above 0"),
    Wrong("scan a.com --timeout soon", "--timeout", "hostaudit scan --help"),
    Wrong("scan a.com --depth 99", "--depth is 99", "from 0 to 6"),
    Wrong("scan a.com --resolver dns.google", "not an IP address", "9.9.9.9"),
    Wrong("scan a.com --ca-bundle empty.txt", "no PEM certificate", "PEM certificates"),
    Wrong("scan a.com --allow-private 10.0.0.1/8", "host bits set", "10.0.0.0/8"),
    Wrong("whatif parler.json --drop amazon --notice soonish", "is not a duration", "24h"),
    Wrong("whatif parler.json --scenario parler-2021 --as aws", "is not ACTOR=ID", "aws=ovh"),
    Wrong("whatif parler.json --drop aws --kind firm", "--kind firm is not known", "give one of: parent"),
    # places of output
    Wrong("scan parler.json -o report.pdf", "no format is known by the suffix .pdf", ".json (json)"),
    Wrong("scan parler.json -o nowhere/r.json", "cannot be written", "create its folder first"),
    Wrong("scan parler.json -o xyz=report", "xyz is not a known format", "-o ./xyz=report"),
    Wrong("scan parler.json -o json", "names a format but no file", "-o json=FILE"),
    Wrong("scan parler.json -o a.json -o csv=a.json", "a.json is the file of two outputs", "a file of its own"),
    Wrong("scan parler.json -o parler.json", "is also the input", "give another file"),
    Wrong("policy init parler.json -o good.yaml", "good.yaml exists already", "--force"),
    # saved files
    Wrong("scan gone.json", "gone.json cannot be read", "report, evidence or list"),
    Wrong("analyse empty.json", "incomplete or not JSON", "--save-evidence"),
    Wrong("analyse torn.json", "incomplete or not JSON", "--save-evidence"),
    Wrong("analyse trend.json", "has schema hostaudit.trend/1", "--save-evidence"),
    Wrong("analyse newer.json", "has schema hostaudit.evidence/2", "use the version that wrote it"),
    Wrong("analyse array.json", "neither a report nor evidence", "--save-evidence"),
    Wrong("analyse .", "Is a directory", "report, evidence or list"),
    Wrong("analyse torn.jsonl", "line 2 of torn.jsonl", "--resume"),
    Wrong("analyse nobody.jsonl", "holds no report", "scan -l", Exit.NOTHING_TO_SCAN),
    Wrong("whatif reports.jsonl --all", "reports.jsonl cannot be read", "report, evidence or list"),
    Wrong("whatif list.jsonl --all --format json", "holds one site, not a list", "jsonl"),
    Wrong("convert list.jsonl --format cyclonedx", "holds one site, not a list", "give one of: csv"),
    Wrong("policy init list.jsonl -o -", "is a list of 2 sites", "a file of its own"),
    Wrong("diff parler.json other.json", "report of parler.com", "two reports of one domain"),
    Wrong("scan parler.json --host a.b.com", "saved evidence: nothing is scanned", "leave out --host"),
    Wrong("scan parler.json --site good.yaml", "no declarations for parler.com", "it has: example.com"),
    Wrong("scan parler.json --baseline report.json", "--baseline has no effect", "--fail-on high"),
    Wrong("scan parler.json --baseline parler.json --fail-on high", "is evidence, not a report", "hostaudit analyse"),
    Wrong("history show a.com --history gone.db", "no such file", "hostaudit scan DOMAIN --history"),
    Wrong("history show a.com --history good.yaml", "is not a history", "give another file"),
    # ids
    Wrong("whatif parler.json", "no simulation is given", "--drop ID"),
    Wrong("whatif parler.json --drop clodflare", "clodflare", "did you mean cloudflare?"),
    Wrong("whatif parler.json --scenario parler-2020", "no scenario 'parler-2020'", "parler-2021"),
    Wrong("whatif parler.json --drop aws --scenario parler-2021", "cannot be used together", "one of them"),
    Wrong("whatif parler.json --all --format sarif", "cannot write the output", "json, jsonl"),
    Wrong("explain dns.min_provider", "not a rule, a code or a role", "dns.min_providers"),
    Wrong("explain graph", "needs a file", "saved evidence"),
    Wrong("explain graph report.json", "without its fault tree", "--with-graph"),
    Wrong("explain dns parler.json", "a file has no effect", "leave the file out"),
    Wrong("schema repotr", "repotr is not known", "did you mean report?"),
    Wrong("completion bashh", "bashh is not known", "did you mean bash?"),
    Wrong("scenarios show dyn", "no scenario 'dyn'", "dyn-2016"),
    Wrong("providers show clodflare", "no provider clodflare", "cloudflare"),
    Wrong("providers list --role dnss", "--role dnss is not known", "did you mean dns?"),
    Wrong("providers lint gone.yaml", "cannot be read", "existing provider file"),
    Wrong("data update orgin-table", "orgin-table", "origin-table"),
    Wrong("policy init --preset baslien", "--preset baslien is not known", "baseline"),
    # policies, site files and tests
    Wrong("policy check", "no hostaudit.yaml in this folder", "hostaudit policy init DOMAIN"),
    Wrong("policy check nosuch", "nosuch cannot be read", "site or policy file"),
    Wrong("scan parler.json --policy gone.yaml", "gone.yaml cannot be read", "site or policy file"),
    Wrong("policy check empty.yaml", "the file is empty", "hostaudit policy init -o -"),
    Wrong("policy check text.yaml", "must be a mapping", "hostaudit policy init -o -"),
    Wrong("policy check tab.yaml", "tab.yaml:2:1: not readable as YAML", "hostaudit policy init -o -"),
    Wrong("policy check later.yaml", "version 2 of the site file", "use a newer hostaudit"),
    Wrong("policy check nothing.yaml", "neither sites nor a policy", "add sites or a policy"),
    Wrong("policy check word.yaml", "word.yaml:2:21: min_score must be a number, not 'lots'", "policy init -o -"),
    Wrong("policy check key.yaml", "unknown key 'min_scroe'", "did you mean 'min_score'?"),
    Wrong("policy check anchor.yaml", "the anchor &a is not allowed", "write the value out"),
    Wrong("policy check twice.yaml", "'min_score' stands twice", "hostaudit policy init -o -"),
    Wrong("policy check norway.yaml", "NO is a truth value", 'quote it ("NO")'),
    Wrong("policy check role.yaml", "'dsn' is not a role", "did you mean 'dns'?"),
    Wrong("policy check site.yaml", "unknown key 'hots'", "did you mean 'hosts'?"),
    Wrong("policy check preset.yaml", "no preset 'basline'", "did you mean 'baseline'?"),
    Wrong("policy test day.yaml", "'2021-13-09' is not a day", "write year, month and day"),
    Wrong("policy test gone.tests.yaml", "gone.json cannot be read", "report, evidence or list"),
    Wrong("policy test good.yaml", "unknown key 'sites'", "did you mean 'tests'?"),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wrong")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    for name, path in SAVED.items():
        shutil.copy(path, folder / name)
    rows = [json.loads((CORPUS / f"{name}.json").read_text("utf-8")) for name in ("in-pairs", "parler-2021")]
    (folder / "list.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in rows), "utf-8")
    return folder


def test_there_are_enough_of_them():
    assert len({each.line for each in WRONG}) == len(WRONG) >= 60


@pytest.mark.parametrize("wrong", WRONG, ids=lambda each: each.line)
def test_a_wrong_input_has_one_clear_answer(place, monkeypatch, wrong):
    monkeypatch.chdir(place)
    before = sorted(path.name for path in place.iterdir())
    result = hostaudit(*wrong.line.split())
    lines = result.stderr.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    hints = [line for line in lines if line.startswith("hint: ")]

    assert (result.returncode, result.stdout) == (wrong.code, "")
    assert len(errors) == len(hints) == 1
    assert wrong.error in errors[0]
    assert wrong.hint in hints[0]
    assert hints[0].removeprefix("hint: ") not in errors[0]
    assert not re.search(r"Traceback|internal error|Exception|Errno", result.stderr)
    assert sorted(path.name for path in place.iterdir()) == before


@pytest.mark.parametrize("wrong", [each for each in WRONG if each.line.endswith(".yaml")], ids=lambda each: each.line)
def test_a_fault_in_a_file_of_ours_is_shown_with_a_mark_below(place, monkeypatch, wrong):
    monkeypatch.chdir(place)
    lines = hostaudit(*wrong.line.split()).stderr.splitlines()
    found = re.match(r"error: (\S+\.yaml):(\d+):(\d+): ", lines[0])
    marks = [at for at, line in enumerate(lines) if line.strip("| ") == "^"]

    assert bool(marks) <= bool(found)
    for at in marks:
        line, column = int(found[2]), int(found[3])
        text = FILES[found[1]].splitlines()[line - 1]
        assert lines[at - 1] == f"{line:5} | {text}"
        assert lines[at].index("^") == lines[at - 1].index("|") + 1 + column


def test_all_faults_of_a_policy_are_told_in_one_run(place, monkeypatch):
    monkeypatch.chdir(place)
    (place / "four.yaml").write_text(
        "version: 1\n"
        "policy:\n"
        "  extends: [basline]\n"
        "  roles:\n"
        "    dns: {min_providers: two}\n"
        "exceptions:\n"
        "  - {id: EX-1, rule: dns.min_provider, target: x.com, reason: no, owner: me, expires: 2027-01-01}\n"
        "  - {id: EX-2, rule: dns.min_providers, target: x.com, reason: short, owner: me, expires: 2027-01-01}\n"
    )
    try:
        result = hostaudit("policy", "check", "four.yaml")
    finally:
        (place / "four.yaml").unlink()
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]

    assert result.returncode == Exit.USAGE
    assert [line.split(":")[2] for line in errors] == ["3", "5", "7", "8"]
    assert result.stderr.count("      | ") == len(errors)


@pytest.mark.parametrize(
    "text",
    [
        "[default]\naws_secret_access_key = hunter2\n",
        "apiVersion: v1\nkind: Secret\ndata: {password: hunter2}\n",
        "machine example.com login me password hunter2\n",
        "version: 1\npolicy: {min_score: 5}\nwebhook_token: hunter2\n",
    ],
)
def test_what_may_be_a_secret_is_never_shown(place, monkeypatch, text):
    monkeypatch.chdir(place)
    (place / "secret.yaml").write_text(text)
    try:
        result = hostaudit("policy", "check", "secret.yaml")
    finally:
        (place / "secret.yaml").unlink()

    assert result.returncode == Exit.USAGE
    assert "hunter2" not in result.stderr
