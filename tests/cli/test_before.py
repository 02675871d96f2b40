"""``--against FOLDER``: one look judged by the files before and after a change, so that only the difference is new."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.command import PARLER, hostaudit_patched

from hostaudit import cli
from hostaudit.errors import Exit

DNS = "  roles: {dns: {min_providers: 2}}\n"
STRICT = f"version: 1\npolicy:\n{DNS}"
STRICTER = f"{STRICT}  min_score: 90\n"
EXCEPTED = (
    f"{STRICT}exceptions:\n  - {{id: X1, rule: dns.min_providers, target: parler.com, owner: us,\n"
    "     reason: the second one is ordered, expires: 2099-01-01}\n"
)
EMPTY = "version: 1\nsites: [{domain: parler.com}]\n"
OWN = "version: 1\nsites:\n  - {domain: parler.com, own: {parents: [amazon]}}\n"


@pytest.fixture
def project(here):
    """Write the files of now, of before, or both; and judge the example by them."""

    def judge(now: str | None, before: str | None, *options: str) -> tuple[int, dict]:
        Path("before").mkdir(exist_ok=True)
        for path, text in ((Path("hostaudit.yaml"), now), (Path("before/hostaudit.yaml"), before)):
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text)
        code = cli.run(["analyse", PARLER, "--against", "before", *options, "-o", "json=r.json", "-o", "out.txt"])
        return code, json.loads(Path("r.json").read_text())

    return judge


def new(report: dict) -> set[str]:
    return {each["rule"] for each in report["findings"] if each["verdict"] == "fail"}


def known(report: dict) -> set[str]:
    return {each["rule"] for each in report["findings"] if each.get("baseline")}


def test_what_failed_before_the_change_too_is_shown_and_does_not_fail(project):
    code, report = project(STRICT, STRICT)

    assert (code, report["verdict"], known(report)) == (Exit.PASS, "pass", {"dns.min_providers"})


def test_what_only_the_change_demands_is_new(project):
    code, report = project(STRICTER, STRICT)

    assert (code, new(report), known(report)) == (Exit.FAIL, {"score.min"}, {"dns.min_providers"})


@pytest.mark.parametrize("before", [None, EMPTY, EXCEPTED, "version: 1\npolicy: {min_score: many}\n"])
def test_without_a_demand_before_everything_is_new(project, before, capsys):
    """So it is where an exception covered the failure, and where the files of then cannot be read."""
    code, report = project(STRICT, before)

    assert (code, new(report)) == (Exit.FAIL, {"dns.min_providers"})
    assert ("all that fails counts as new" in capsys.readouterr().err) == (before is not None and "many" in before)


def test_what_a_declaration_kept_away_is_new_without_it(project):
    assert project(OWN, OWN, "--fail-on", "critical")[0] == Exit.PASS
    code, report = project(EMPTY, OWN, "--fail-on", "critical")

    assert (code, new(report)) == (Exit.FAIL, {"single-point"})
    assert project(OWN, EMPTY, "--fail-on", "critical")[0] == Exit.PASS


def test_a_policy_that_is_given_by_name_lies_at_the_same_path_before(project):
    for folder in (Path("conf"), Path("before/conf")):
        folder.mkdir(parents=True)
        (folder / "p.yaml").write_text(STRICT)

    assert project(None, None, "--policy", "conf/p.yaml")[0] == Exit.PASS
    Path("before/conf/p.yaml").unlink()
    assert project(None, None, "--policy", "conf/p.yaml")[0] == Exit.FAIL
    assert project(None, None, "--policy", str(Path("conf/p.yaml").resolve()))[0] == Exit.FAIL


def test_a_file_outside_the_folder_is_the_same_before(project, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "p.yaml"
    outside.write_text(STRICT)

    assert project(None, None, "--policy", str(outside))[0] == Exit.PASS


def test_a_folder_that_is_not_there_is_refused(here, capsys):
    assert cli.run(["analyse", PARLER, "--against", "gone"]) == Exit.USAGE
    assert "--against gone is no folder" in capsys.readouterr().err


# -- lists ------------------------------------------------------------------------------------------------

SEEN = """
from hostaudit import audit
from hostaudit.model.evidence import EVIDENCE_SCHEMA, EvidenceFile, EvidenceRun
AT = "2021-01-09T12:00:00Z"
async def look(target, options, progress=None, site=None, common=None):
    print("looked at", target.domain, *target.named, *(each.id for each in site.fallbacks), file=sys.stderr)
    run = EvidenceRun(started=AT, finished=AT, resolver="192.0.2.1", vantage="local", tool_version="0")
    return EvidenceFile(EVIDENCE_SCHEMA, target, run, (), site)
audit.look = look
"""
SITE = (
    "version: 1\npolicy: {{min_score: 1}}\nsites:\n  - domain: a.com\n    hosts: [{host}]\n    fallbacks:\n{fallback}"
)
CA = "      - {role: ca, provider: lets-encrypt}\n"
ZERO = "      - {role: ca, provider: zerossl}\n"


def test_the_one_look_covers_what_was_declared_before_and_reports_what_is_declared_now(here):
    Path("before").mkdir()
    Path("hostaudit.yaml").write_text(SITE.format(host="api.a.com", fallback=CA))
    Path("before/hostaudit.yaml").write_text(SITE.format(host="old.a.com", fallback=ZERO))
    Path("list").write_text("a.com\n")
    Path("before/list").write_text("a.com\n")
    told = []
    for arguments in (("-l", "list", "--format", "jsonl"), ("a.com", "--format", "json", "--no-http")):
        done = hostaudit_patched(SEEN, "scan", *arguments, "--against", "before")
        told += [line.split() for line in done.stderr.splitlines() if line.startswith("looked at")]
        named = json.loads(done.stdout.splitlines()[0] if "-l" in arguments else done.stdout)["target"]["named"]
        assert named == ["api.a.com"]

    assert [set(each[3:]) for each in told] == [{"api.a.com", "old.a.com", "ca:lets-encrypt", "ca:zerossl"}] * 2


def saved_list(name: str) -> None:
    assert cli.run(["analyse", PARLER, "--no-site", "-o", f"jsonl={name}", "-o", "out.txt"]) == Exit.PASS


def test_a_list_of_reports_is_judged_anew_and_a_domain_that_it_lacked_before_is_new(here, capsys):
    saved_list("list.jsonl")
    Path("hostaudit.yaml").write_text(STRICT)

    assert cli.run(["analyse", "list.jsonl", "-o", "jsonl=judged.jsonl"]) == Exit.FAIL
    assert "parler.com" in capsys.readouterr().out
    again = ["analyse", "list.jsonl", "-o", "jsonl=again.jsonl"]
    assert cli.run([*again, "--baseline", "judged.jsonl"]) == Exit.PASS
    other = Path("judged.jsonl").read_text().replace("parler.com", "another.com")
    Path("judged.jsonl").write_text('{"type":"failed","domain":"b.com"}\n' + other)
    capsys.readouterr()
    assert cli.run([*again, "--baseline", "judged.jsonl"]) == Exit.FAIL
    assert "parler.com is not in baseline judged.jsonl" in capsys.readouterr().err


def test_a_list_with_a_site_that_was_not_judged_ends_with_its_code(here, capsys):
    saved_list("list.jsonl")
    Path("list.jsonl").write_text(Path("list.jsonl").read_text() + '{"type":"failed","domain":"b.com"}\n')

    assert cli.run(["scan", "list.jsonl", "-o", "markdown=x.md"]) == Exit.INTERNAL
    assert "without a report: b.com" in capsys.readouterr().err
    Path("list.jsonl").write_text('{"type":"failed","domain":"b.com"}\n')
    assert cli.run(["scan", "list.jsonl"]) == Exit.NOTHING_TO_SCAN
