"""A scan during which hostaudit itself failed: the report is written, the exit code and standard error say so."""

from __future__ import annotations

import json

import msgspec
import pytest
from helpers.sites import Site, in_pairs
from msgspec import UNSET

from hostaudit import api, cli
from hostaudit.audit.batch.judge_process import Job, judged
from hostaudit.audit.batch.ledger import read
from hostaudit.audit.batch.loop import Record
from hostaudit.cli.batch.records import Tally
from hostaudit.documents.evidence_file import decode_evidence, encode_evidence
from hostaudit.errors import Exit
from hostaudit.observe import probes
from hostaudit.observe.look import LookOptions

DEFECTS = ("DNS a.example A: AttributeError: 'x' has no 'y'", "probe mail: KeyError: 'z'")
TWO_DNS = "version: 1\npolicy: {roles: {dns: {min_providers: LEAST}}}\n"


def file(site: Site, defects=DEFECTS):
    whole = site.file()
    return msgspec.structs.replace(whole, run=msgspec.structs.replace(whole.run, defects=defects))


@pytest.fixture
def analyse(tmp_path, capsys):
    """Exit code, report and standard error of the command; ``least``: providers of DNS that are demanded."""

    def run(site: Site, least: int = 0, *words: str):
        path, policy = tmp_path / "evidence.json", tmp_path / "policy.yaml"
        path.write_bytes(encode_evidence(file(site)))
        policy.write_text(TWO_DNS.replace("LEAST", str(least)), "utf-8")
        demands = ["--policy", str(policy)] if least else []
        code = cli.run(["analyse", str(path), "--no-site", *demands, "--format", "json", *words])
        out, err = capsys.readouterr()
        return code, json.loads(out), err

    return run


def dark() -> Site:
    return in_pairs().note("a", "www.steady.org", unknown="timeout").note("aaaa", "www.steady.org", unknown="timeout")


@pytest.mark.parametrize(
    ("site", "least", "verdict", "without"),
    [(in_pairs(), 0, "not_judged", 0), (in_pairs(), 2, "pass", 0), (dark(), 0, "inconclusive", 3)],
)
@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_exit_4_goes_before_0_and_3_and_the_report_is_written(analyse, site, least, verdict, without, quiet):
    code, report, err = analyse(site, least, *quiet)

    assert (code, report["verdict"]) == (Exit.INTERNAL, verdict)
    assert report["run"]["defects"] == list(DEFECTS)
    assert f"exit code 4; without it {without}" in err
    assert f"{DEFECTS[0]} and 1 more" in err
    assert "--debug" in err


def test_a_failed_policy_stays_1_and_both_are_named(analyse):
    code, report, err = analyse(in_pairs(), 9)

    assert (code, report["verdict"]) == (Exit.FAIL, "fail")
    assert "the site failed all the same (exit code 1)" in err
    assert DEFECTS[0] in err


@pytest.mark.parametrize("name", ["prom", "markdown", "sarif"])
def test_every_format_that_gives_the_exit_code_gives_that_one(name):
    report = api.analyse(file(in_pairs()))
    text = api.encode_report(report, name).decode()

    told = {"prom": 'hostaudit_exit_code{domain="steady.org"} 4', "markdown": "exit code 4", "sarif": '"exitCode":4'}
    assert told[name] in text


def test_a_look_keeps_the_defects_of_its_probes(monkeypatch):
    async def breaks(scan, item):
        raise KeyError("x" * 1000)

    monkeypatch.setattr(probes, "load", lambda: (probes.Probe("broken", (), ("mx",), breaks),))
    found = api.look("steady.org", options=LookOptions(resolver=("127.0.0.1",), no_third_party=True))

    assert found.run.defects[0].startswith("probe broken: KeyError: ")
    assert len(found.run.defects[0]) == 300
    assert found.evidence[0].unknown.cause == "internal_error"
    assert decode_evidence(encode_evidence(found), "e") == found


def test_a_look_without_defects_says_nothing_of_them(monkeypatch):
    monkeypatch.setattr(probes, "load", lambda: ())
    found = api.look("steady.org", options=LookOptions(resolver=("127.0.0.1",), no_third_party=True))

    assert found.run.defects is UNSET
    assert b"defects" not in encode_evidence(found)


def test_a_list_counts_the_sites_at_which_it_failed(tmp_path):
    sound, broken = (judged(Job(each, None, "", whole=True)) for each in (in_pairs().file(), file(in_pairs())))
    tally = Tally(2)
    for each in (sound, broken):
        tally.add(Record("steady.org", each))

    assert (broken.defects, sound.defects) == (DEFECTS, ())
    assert (tally.defective, tally.code) == (1, Exit.INTERNAL)
    tally.verdicts["fail"] += 1
    assert tally.code == Exit.FAIL
    tally.failed = 1
    assert tally.code == Exit.INTERNAL
    path = tmp_path / "records.jsonl"
    path.write_text(broken.line, "utf-8")
    resumed = Tally(1)
    resumed.keep(read(path))
    assert (resumed.defective, resumed.code) == (1, Exit.INTERNAL)
