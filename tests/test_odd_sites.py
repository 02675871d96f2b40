"""What is said of odd sites, by the command over saved evidence: the true thing, and no more."""

from __future__ import annotations

import json

import pytest
from helpers.command import hostaudit
from helpers.corpus import behind_a_proxy
from helpers.odd_sites import answers, ipv6_only, mail_only, redirect_only, www_only

from hostaudit.documents.evidence_file import encode_evidence
from hostaudit.model.site import Declared, DeclaredFallback


@pytest.fixture
def run(tmp_path):
    """The command on the evidence of a site: its exit code, and its JSON document or its page."""

    def runs(site, *arguments, command="analyse", page=False):
        path = tmp_path / "evidence.json"
        path.write_bytes(encode_evidence(site.file()))
        done = hostaudit(command, path, *arguments, "--format", "terminal" if page else "json")
        assert done.returncode in (0, 1, 3), done.stderr
        return done.returncode, done.stdout if page else json.loads(done.stdout)

    return runs


def functions(report) -> dict:
    return {each["id"]: each for each in report["functions"]}


def alone(report, kind="parent") -> dict:
    """By failure domain, the functions that it stops."""
    return {
        each["failure_domain"]["id"]: {row["id"] for row in each["functions"] if row["effect"] != "degraded"}
        for each in report["spofs"]
        if each["failure_domain"]["kind"] == kind
    }


# -- a front page under another name ----------------------------------------------------------------------


@pytest.mark.parametrize("company", ["hetzner", "ovh", "ns1", "gandi"])
def test_a_site_that_redirects_is_down_without_its_own_host_its_names_or_the_host_of_the_page(run, company):
    code, answer = run(redirect_only(), "--drop", company, command="whatif")
    web = functions(answer)["web"]

    assert web["down_hours"] > 0
    assert web["assessed"]
    assert "goes down" not in answer["summary"] or "nothing" not in answer["summary"]
    assert code == 0


def test_of_a_site_that_redirects_whoever_holds_one_step_is_named(run):
    _, report = run(redirect_only())

    assert {"hetzner", "ovh", "ibm"} <= {each for each, stopped in alone(report).items() if "web" in stopped}
    assert "renew_certificate" in alone(report)["ovh"]  # the zone of the page's certificate is there
    web = functions(report)["web"]
    assert web["state"] == "up"
    assert {each["subject"].split()[0]: each.get("note", "") for each in web["legs"]} == {
        "www.otherplace.net": "",
        "redirsite.com": "redirects to www.otherplace.net",
        "www.redirsite.com": "redirects to www.otherplace.net",
    }


# -- no web site ------------------------------------------------------------------------------------------


def test_a_name_without_an_address_has_no_web_site_and_is_judged_by_what_it_has(run):
    code, report = run(mail_only())
    rows = functions(report)

    assert code == 0
    assert rows["web"]["state"] == "not_applicable"
    assert not any("web" in stopped for kind in ("parent", "prefix", "asn") for stopped in alone(report, kind).values())
    assert alone(report)["hetzner"] == {"mail_receive"}
    assert report["summary"].startswith("mailonly.com has no web site: no name of it has an address. ")
    assert "of mailonly.com" in report["summary"]
    assert report["score"]["low"] == report["score"]["high"] > 20
    assert report["unknowns"] == []


def test_a_name_without_a_web_site_needs_no_host(run, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\npolicy: {roles: {hosting: {min_providers: 2}}, functions: {web: {min_score: 90}}}\n")

    code, report = run(mail_only(), "--policy", policy)

    assert code == 0
    assert {each["outcome"] for each in report["findings"]} == {"pass"}


def test_one_address_that_could_not_be_asked_for_leaves_it_open_if_there_is_a_web_site(run):
    code, report = run(mail_only().note("a", "www.mailonly.com", unknown="timeout"))

    assert code == 3
    assert functions(report)["web"]["state"] == "unknown"
    assert not any("web" in stopped for stopped in alone(report).values())
    _, known = run(mail_only())
    assert report["score"]["low"] <= known["score"]["low"]
    assert report["score"]["high"] >= known["score"]["high"]


# -- the status of the front page -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 451])
def test_a_host_that_answers_and_shows_no_page_is_up_and_says_nothing_about_apps(run, status):
    code, report = run(answers(status))
    rows = functions(report)

    assert code == 0
    assert rows["web"]["state"] == "up"
    assert [each["message"] for each in report["findings"]] == [
        f"www.steady.org answered {status} to this scan: the host answers, and shows no page."
    ]
    # Only 404 and 410 prove that there is no page that names an app; the others may hide one.
    proved = status in (404, 410)
    assert (report["score"]["low"] == report["score"]["high"]) is proved
    assert rows["install_ios"]["state"] == rows["install_android"]["state"] == "not_assessed"
    assert {"new iOS installs", "new Android installs"} <= {each["what"] for each in report["not_assessed"]}
    _, page = run(answers(status), page=True)
    for claim in ("what it hangs on", "No sign of: new iOS", "names no ios app"):
        assert claim not in " ".join(page.split())


@pytest.mark.parametrize("status", [500, 502, 503, 530])
def test_a_front_page_that_answers_a_server_error_is_down_now(run, status):
    code, report = run(answers(status))

    assert code == 1
    assert report["verdict"] == "fail"
    assert functions(report)["web"]["state"] == "down"
    (found,) = report["findings"]
    assert (found["rule"], found["down_now"], found["verdict"]) == ("front-page-broken", ["web"], "fail")
    assert f"www.steady.org answered {status} to this scan" in found["message"]
    assert not any("web" in stopped for stopped in alone(report).values())


def test_a_trial_of_the_client_is_no_server_error(run):
    code, report = run(answers(503, headers=(("cf-mitigated", "challenge"),)))

    assert code == 0
    assert functions(report)["web"]["state"] == "up"


def test_a_policy_about_apps_is_not_passed_by_a_page_that_was_not_shown(run, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\npolicy: {functions: {install_ios: {min_score: 10, max_hours_down: 48}}}\n")

    code, report = run(answers(404), "--policy", policy)

    assert code == 3
    asked = [each for each in report["findings"] if each["rule"].startswith("install_ios.")]
    assert {each["outcome"] for each in asked} == {"unknown"}


# -- other odd sites --------------------------------------------------------------------------------------


def test_a_site_of_the_newer_address_family_alone_is_a_site_like_any_other(run):
    code, report = run(ipv6_only())

    assert code == 0
    assert functions(report)["web"]["state"] == "up"
    assert "web" in alone(report)["hetzner"]


def test_a_site_without_its_bare_name_is_served_at_its_www_name(run):
    code, report = run(www_only())

    assert code == 0
    assert functions(report)["web"]["state"] == "up"
    assert "the loss of steady.org" not in functions(report)["web"].get("note", "")


# -- the hidden origin ------------------------------------------------------------------------------------


def test_a_hidden_origin_widens_the_interval_and_nothing_else(run):
    code, report = run(behind_a_proxy())

    assert code == 0
    assert report["verdict"] == "not_judged"
    assert functions(report)["web"]["state"] == "up"
    assert report["score"]["low"] < report["score"]["high"]
    assert report["score"]["coverage"] < 1
    assert set(alone(report)) == {"cloudflare", "isrg", "your-online", "verisign"}
    _, page = run(behind_a_proxy(), page=True)
    text = " ".join(page.split())
    assert "the operator of every part seen is known; the origin behind Cloudflare is not" in text
    assert "% of its grounds known" not in text


def test_a_declared_origin_is_shown_counted_and_closes_the_interval(run):
    code, report = run(behind_a_proxy().declare(declare=Declared(origin="hetzner")))

    assert code == 0
    assert report["score"]["low"] == report["score"]["high"]
    assert alone(report)["hetzner"] == {"web"}
    row = next(each for each in report["dependencies"] if each["provider"] == "hetzner")
    assert (row["role"], row["clues"]) == ("hosting", ["declared in the site file"])
    assert not [each for each in report["unknowns"] if each["cause"] == "hidden_behind_cdn"]
    assert report["score"]["high"] <= run(behind_a_proxy())[1]["score"]["high"]


def test_fallbacks_that_are_only_declared_are_counted_in_the_sentence(run):
    site = answers(404).declare(DeclaredFallback("hosting", "ovh", address="51.38.99.20"))

    assert "1 fallback is declared, not proved yet." in run(site)[1]["summary"]
