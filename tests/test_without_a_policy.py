"""What is found without a policy, by the command: sentence, state, verdict and exit code agree, in every format."""

from __future__ import annotations

import json

import msgspec
import pytest
from helpers import broken_sites as broken
from helpers.reports import report_on
from helpers.sites import in_pairs

from hostaudit import cli
from hostaudit.errors import Exit

DOWN = {
    "clientHold": (
        broken.registered("client hold", gone=True),
        "registration-on-hold",
        {"resolve", "web", "mail_receive"},
        "is on hold at its registrar (clientHold)",
    ),
    "serverHold": (
        broken.registered("server hold", gone=True),
        "registration-on-hold",
        {"resolve", "web", "mail_receive"},
        "is on hold at its registry (serverHold)",
    ),
    "redemptionPeriod": (
        broken.registered("redemption period", "pending delete", gone=True),
        "registration-deleted",
        {"resolve", "web", "mail_receive"},
        "is in its redemption period (redemptionPeriod, pendingDelete)",
    ),
    "inactive": (
        broken.registered("inactive", gone=True),
        "name-not-delegated",
        {"resolve", "web", "mail_receive"},
        "is registered without name servers",
    ),
    "expired certificate": (
        broken.expired(),
        "certificate-refused",
        {"web"},
        "Browsers refuse the certificate of steady.org: it ended on 2021-01-01.",
    ),
    "wrong DS": (broken.bogus(), "dnssec-fails", {"resolve", "web"}, "DNSSEC validation of steady.org fails"),
    "dangling alias": (
        broken.dangling(),
        "dangling-name",
        {"web"},
        "www.steady.org is an alias of steady-shop.azurewebsites.net, which does not exist.",
    ),
    "no exchanger": (
        broken.without_exchangers(),
        "dangling-name",
        {"mail_receive"},
        "mx.gone.net, a mail exchanger of steady.org, does not exist.",
    ),
}
COMING = {
    "hold, still delegated": (broken.registered("clienthold"), "registration-on-hold"),
    "deletion, still delegated": (broken.registered("pending delete"), "registration-deleted"),
    "transfer": (broken.registered("pending transfer"), "registration-transfer"),
    "ended": (broken.registered(expires="2020-12-30T00:00:00Z"), "registration-end"),
    "ends soon": (broken.registered(expires="2021-01-30T00:00:00Z"), "registration-end"),
    "one leg of two": (broken.expired(broken.LEGS[2]), "certificate-refused"),
    "a server fewer": (broken.with_lost_server(registered_name=True), "dangling-name"),
}


def analysed(site, tmp_path, capsys, *arguments):
    path = tmp_path / "evidence.json"
    path.write_bytes(msgspec.json.encode(site.file()))
    code = cli.run(["analyse", str(path), "--no-site", "-q", *arguments])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("way", DOWN)
def test_what_is_down_now_fails_in_sentence_state_verdict_and_exit_code(way, tmp_path, capsys):
    site, rule, functions, said = DOWN[way]
    code, out = analysed(site, tmp_path, capsys, "--format", "json")
    report = json.loads(out)
    found = next(each for each in report["findings"] if each["rule"] == rule and each["down_now"])
    states = {each["id"]: each["state"] for each in report["functions"]}

    assert (code, report["verdict"], found["verdict"], found["severity"]) == (Exit.FAIL, "fail", "fail", "critical")
    assert functions <= set(found["down_now"])
    assert {states[each] for each in found["down_now"]} == {"down"}
    assert said in report["summary"]
    assert found["effect"] and found["fix"]
    assert set(found["because"]) <= {each["id"] for each in report["evidence"]}
    stopped = {each["id"] for point in report["spofs"] for each in point["functions"] if each["effect"] == "down"}
    assert not stopped & set(found["down_now"])


@pytest.mark.parametrize("way", COMING)
def test_what_is_coming_is_told_and_changes_no_exit_code(way, tmp_path, capsys):
    site, rule = COMING[way]
    code, out = analysed(site, tmp_path, capsys, "--format", "json")
    report = json.loads(out)
    (found,) = (each for each in report["findings"] if each["rule"] == rule)

    assert (code, report["verdict"]) == (Exit.PASS, "not_judged")
    assert (found["severity"], found["down_now"], found["verdict"]) == ("medium", [], "")
    assert found["because"] and found["effect"] and found["fix"]


def test_it_is_a_warning_and_no_failure_wherever_it_is_shown(tmp_path, capsys):
    site = broken.registered(expires="2021-01-30T00:00:00Z")
    shown = {
        name: analysed(site, tmp_path, capsys, "--format", name, *(("-v",) if name == "terminal" else ()))[1]
        for name in ("terminal", "sarif", "gitlab", "junit", "markdown", "prom")
    }
    (result,) = json.loads(shown["sarif"])["runs"][0]["results"]
    (entry,) = json.loads(shown["gitlab"])

    assert "warning (medium): HA-NAME-004 registration-end" in shown["terminal"]
    assert "FAIL" not in shown["terminal"]
    assert "Effect: If it is not renewed" in shown["terminal"]
    assert (result["kind"], result["level"]) == ("informational", "warning")
    assert (entry["severity"], entry["description"][:16]) == ("info", "Reported as warn")
    assert "Reported as warning; no policy demands it" in shown["junit"]
    assert "<failure" not in shown["junit"]
    assert "| ⚠️ warning |" in shown["markdown"]
    assert 'rule="registration-end",result="warning"} 1' in shown["prom"]


@pytest.mark.parametrize("way", ["clientHold", "expired certificate", "wrong DS", "dangling alias", "no exchanger"])
def test_to_know_less_of_what_is_broken_only_widens(way):
    site = DOWN[way][0]
    known = report_on(site)
    scores = {each.id: each.score for each in known.functions}
    kinds = ("registration", "delegation", "tls", "server", "cname", "a", "mx")
    for key, item in [row for row in site.items.items() if row[1].kind in kinds and row[1].unknown is None][:24]:
        less = report_on(site.note(item.kind, item.subject, unknown="timeout"))
        site.items[key] = item
        assert less.score.low <= known.score.low
        assert less.score.high >= known.score.high
        for each in less.functions:
            assert each.score.low <= scores[each.id].low, key
            assert each.score.high >= scores[each.id].high, key


def test_with_a_policy_it_counts_from_medium_and_a_low_one_is_information(tmp_path, capsys):
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\npolicy: {min_score: 1}\n")
    site = broken.registered(expires="2021-01-30T00:00:00Z")

    assert analysed(site, tmp_path, capsys, "--policy", str(policy))[0] == Exit.FAIL
    assert analysed(in_pairs(), tmp_path, capsys, "--policy", str(policy))[0] == Exit.PASS


def test_what_if_something_is_down_already_it_stays_down(tmp_path, capsys):
    path = tmp_path / "evidence.json"
    path.write_bytes(msgspec.json.encode(broken.expired().file()))

    assert cli.run(["whatif", str(path), "--drop", "hetzner", "--no-site", "-q", "--format", "json"]) == Exit.PASS
    found = json.loads(capsys.readouterr().out)
    assert found["summary"].startswith("Not working now, before any of this: steady.org,")
    assert "If Hetzner ends service: steady.org is down" not in found["summary"]
    assert found["first_loss"] not in ("web", "install_ios", "install_android")
