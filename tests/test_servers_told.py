"""What the command says of servers that serve nothing, that could not be asked, or that nobody asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.sites import GANDI_NS, NSONE, Site, in_pairs

from hostaudit import cli
from hostaudit.documents.evidence_file import encode_evidence
from hostaudit.model.values import NewerCopy, SecondAnswer, ServerAnswer, Spf

(ONE, (ONE_AT, _)), (TWO, (TWO_AT, _)) = (*NSONE.items(), *GANDI_NS.items())
TWO_DNS = "version: 1\npolicy: {roles: {dns: {min_providers: 2, independent_by: [parent]}}}\n"


@pytest.fixture
def analysed(tmp_path, capsys):
    """The report on a site by the command, as JSON and at the terminal, and the exit code; a policy if one is given."""

    def run(site: Site, policy: str = "") -> tuple[dict, str, int]:
        path, demands = tmp_path / "evidence.json", tmp_path / "policy.yaml"
        path.write_bytes(encode_evidence(site.file()))
        demands.write_text(policy, "utf-8")
        words = ["analyse", str(path), "--no-site", *(["--policy", str(demands)] if policy else [])]
        code = cli.run([*words, "-v", "--format", "json", "-o", f"terminal={tmp_path / 'report.txt'}"])
        text = " ".join(Path(tmp_path / "report.txt").read_text("utf-8").split())
        return json.loads(capsys.readouterr().out), text, code

    return run


def function(report: dict, identity: str) -> dict:
    return next(each for each in report["functions"] if each["id"] == identity)


def refusing(site: Site, *servers: tuple[str, str]) -> Site:
    for host, address in servers:
        site.note("server", f"steady.org {host} {address}", ServerAnswer("steady.org", host, address, False, "REFUSED"))
    return site


def old_copy() -> Site:
    site = in_pairs()
    for host, address, serial in ((ONE, ONE_AT, 2020101501), (TWO, TWO_AT, 2019030301)):
        answer = ServerAnswer("steady.org", host, address, True, "NOERROR", serial, "p", refresh=7200)
        site.note("server", f"steady.org {host} {address}", answer)
    newer = NewerCopy(ONE, ONE_AT, 2020101501, 7200)
    again = SecondAnswer("steady.org", TWO, TWO_AT, True, "NOERROR", 2019030301, newer)
    return site.note("server_again", f"steady.org {TWO} {TWO_AT}", again)


def test_a_network_that_answers_port_53_itself_takes_no_name_down(analysed):
    report, text, code = analysed(refusing(in_pairs(), (ONE, ONE_AT), (TWO, TWO_AT)))

    assert (function(report, "resolve")["state"], code) == ("up", 0)
    assert [each["kind"] for each in report["caveats"]] == ["direct_dns"]
    assert "Not tested: whether the name servers of steady.org serve it" in text
    assert f"DNS operator known; not asked: steady.org {ONE}" in text
    assert "Not working now" not in text


def test_a_demand_for_two_operators_is_met_by_those_of_the_delegation_then(analysed):
    site = refusing(in_pairs(), (ONE, ONE_AT), (TWO, TWO_AT))

    assert analysed(site, TWO_DNS)[2] == 0
    assert analysed(refusing(in_pairs(), (TWO, TWO_AT)), TWO_DNS)[2] == 1


def test_an_old_copy_does_not_count_for_a_demand(analysed):
    report, text, code = analysed(old_copy(), TWO_DNS)

    assert code == 1
    assert "name-server-old-copy" in {each["rule"] for each in report["findings"]}
    assert f"DNS FAILED: steady.org {TWO}" in text
    assert analysed(old_copy())[2] == 0  # a warning, without a policy


def test_mail_that_nobody_asked_for_earns_no_tick(analysed):
    report, text, _ = analysed(in_pairs())

    assert "· mail operator known; not asked: mx1.steady.org" in text
    assert "mail known" not in text
    assert "DNS known" not in text
    assert "✓ DNS operator known; answers" in text
    assert "whether the mail exchangers answer" in {each["what"] for each in report["not_assessed"]}


def test_without_mx_records_the_address_is_named_as_where_mail_goes(analysed):
    report, text, _ = analysed(in_pairs().note("mx", "steady.org", absent="NODATA"))

    assert function(report, "mail_receive")["state"] == "not_applicable"
    assert "mail goes to the address itself (RFC 5321 section 5.1)" in text
    assert "no mail exchanger" not in text


def test_senders_by_mx_are_open_while_the_mx_set_is_unknown(analysed):
    site = in_pairs().note("spf", "steady.org", Spf("v=spf1 mx -all", uses_mx=True))
    known = analysed(site)[0]
    report, text, _ = analysed(site.note("mx", "steady.org", unknown="timeout"))

    assert function(known, "mail_send")["state"] == "up"
    assert function(report, "mail_send")["state"] == "unknown"
    assert function(report, "mail_send")["score"]["low"] <= function(known, "mail_send")["score"]["low"]
    assert "lets nobody send" not in text


# -- networks that meddle ---------------------------------------------------------------------------------

MEDDLED = {
    "refused": (False, "REFUSED"),
    "servfail": (False, "SERVFAIL"),
    "nxdomain": (True, "NXDOMAIN"),
    "notimp": (False, "NOTIMP"),
    "formerr": (False, "FORMERR"),
    "upward referral, empty, no authority": (False, "NOERROR"),
}


def meddled(kind: str, *, parent: str = "") -> Site:
    """Every question to a name server is answered by somebody in between; ``parent``: those to the registry's too."""
    site = in_pairs()
    for host, address in ((ONE, ONE_AT), (TWO, TWO_AT)):
        authoritative, rcode = MEDDLED[kind]
        first = ServerAnswer("steady.org", host, address, authoritative, rcode)
        site.note("server", f"steady.org {host} {address}", first)
        second = SecondAnswer("steady.org", host, address, authoritative, rcode)
        site.note("server_again", f"steady.org {host} {address}", second)
    return site.note("delegation", "steady.org", unknown=parent) if parent else site


@pytest.mark.parametrize("kind", MEDDLED)
@pytest.mark.parametrize("parent", ["", "refused", "servfail", "dns_error", "lame", "contradicted"])
def test_behind_a_network_that_meddles_demands_are_judged_and_nothing_is_down(analysed, kind, parent):
    report, text, code = analysed(meddled(kind, parent=parent), TWO_DNS)
    twin, _, _ = analysed(in_pairs(), TWO_DNS)

    assert (report["verdict"], code) == (twin["verdict"], 0) == ("pass", 0)
    assert function(report, "resolve")["state"] == "up"
    assert report["score"]["low"] <= twin["score"]["low"]
    assert [each["kind"] for each in report["caveats"]] == ["direct_dns"]
    assert "Not tested: whether the name servers of steady.org serve it" in text
    assert not [each for each in report["findings"] if each["rule"] == "lame-delegation"]


def test_a_family_that_is_meddled_with_is_told_at_the_head(analysed):
    site = in_pairs()
    for host, address in ((ONE, "2001:db8::1"), (TWO, "2001:db8::2")):
        site.note("server", f"steady.org {host} {address}", ServerAnswer("steady.org", host, address, False, "REFUSED"))
    report, text, code = analysed(site, TWO_DNS)

    assert (report["verdict"], code) == ("pass", 0)
    assert "Not tested over IPv6: whether the name servers of steady.org serve it there" in text
    assert not [each for each in report["findings"] if each["rule"] == "lame-delegation"]
