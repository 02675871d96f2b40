"""What the command says of times over saved evidence: caches, recorded lengths, notice, locks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import ROOT
from helpers.command import hostaudit
from helpers.sites import AMAZON_NS, GANDI, NSONE, Site, in_one_leg

from hostaudit.documents.evidence_file import encode_evidence
from hostaudit.model.values import Addresses, Delegation, NameServerGlue, Registration

GODADDY = ("GoDaddy.com, LLC", "146")
HISTORY = ROOT / "examples" / "history"


def one_host(domain: str = "plain.com", *, registrar=GODADDY, servers=NSONE, ttl: int = 172800) -> Site:
    """Registrar, DNS and host at three companies."""
    site = Site(domain).name(registrar, servers)
    tld = domain.rpartition(".")[2]
    site.note("delegation", domain, Delegation(tld, tuple(NameServerGlue(each) for each in servers), ttl, ds=False))
    for host, ip in ((domain, "88.198.77.10"), (f"www.{domain}", "88.198.77.11")):
        site.web(host, (ip, 24940))
    return site.front(f"www.{domain}").caa("letsencrypt.org").mail().apps()


def two_clouds() -> Site:
    """A host at Amazon and one at Hetzner; DNS and mail at Amazon."""
    site = one_host(servers=AMAZON_NS)
    for host, ips in (
        ("plain.com", ("54.189.10.21", "88.198.77.10")),
        ("www.plain.com", ("54.189.10.22", "88.198.77.11")),
    ):
        site.web(host, (ips[0], 16509), (ips[1], 24940))
    return site.mail(("inbound-smtp.us-west-2.amazonaws.com", "52.35.1.10", 16509), spf=("amazonses.com",))


def saved(site: Site, folder: Path) -> Path:
    path = folder / "evidence.json"
    path.write_bytes(encode_evidence(site.file()))
    return path


def whatif(path: Path, *options: str) -> dict:
    done = hostaudit("whatif", path, *options, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def analysed(path: Path, *options: str) -> dict:
    return json.loads(hostaudit("analyse", path, *options, "--format", "json").stdout)


def outcome(document: dict, function: str) -> dict:
    return next(each for each in document["functions"] if each["id"] == function)


def impact(report: dict, identity: str, function: str) -> dict:
    return next(each for each in impacts(report, identity) if each["id"] == function)


# -- caches -------------------------------------------------------------------------------------------------


def test_a_registrar_that_leaves_is_felt_from_the_first_hour(tmp_path):
    path = saved(one_host(), tmp_path)

    resolve = outcome(whatif(path, "--drop", "godaddy"), "resolve")
    text = " ".join(hostaudit("whatif", path, "--drop", "godaddy").stdout.split())

    assert (resolve["intervals"][0]["from_hours"], resolve["down_hours"]) == (0, 120)
    assert resolve["time_to_impact"] == {"low": 0, "usual": 24, "high": 48}
    said = "first users at once, nearly all within 2 days; back after about 5 days (18 minutes to 7 days)"
    assert f"name resolution - {said}" in text


@pytest.mark.parametrize("ttl", [604800, 2**31 - 1])
def test_no_ttl_hides_a_loss(ttl, tmp_path):
    path = saved(one_host(ttl=ttl), tmp_path)

    report, answer = analysed(path), whatif(path, "--drop", "godaddy")
    text = hostaudit("whatif", path, "--drop", "godaddy").stdout + hostaudit("analyse", path, "-v").stdout

    row = impact(report, "godaddy", "resolve")
    assert row["time_to_impact_hours"] == 0
    assert row["time_to_impact"]["high"] == 168
    assert outcome(answer, "web")["down_hours"] == row["time_to_recover_hours"]["usual"] == 120
    assert "goes down" not in answer["summary"]
    assert "596523" not in json.dumps(report)
    assert "within 7 days" in " ".join(text.split()) or "up to 7 days" in " ".join(text.split())


def test_a_dns_operator_that_leaves_is_felt_as_caches_run_out(tmp_path):
    site = one_host()
    for host, ip in (("plain.com", "88.198.77.10"), ("www.plain.com", "88.198.77.11")):
        site.note("a", host, Addresses((), (ip,), 604800))
    report = analysed(saved(site, tmp_path))

    assert impact(report, "ibm", "resolve")["time_to_impact"] == {"low": 0, "usual": 84, "high": 168}
    assert impact(report, "hetzner", "web")["time_to_impact"] == {"low": 0, "usual": 0, "high": 0}


@pytest.mark.parametrize(("incident", "hours"), [("zoom-2025", 1.78), ("zoho-2018", 2.0)])
def test_a_hold_of_two_hours_is_an_outage_of_two_hours(incident, hours):
    path = HISTORY / incident / "evidence.json"

    web = outcome(whatif(path, "--scenario", incident), "web")
    text = hostaudit("whatif", path, "--scenario", incident).stdout

    assert web["down_hours"] == hours
    assert web["time_to_impact"]["low"] == 0 < web["time_to_impact"]["high"]
    assert "First users notice at once" in " ".join(text.split())


def test_a_zone_moves_only_after_its_name_has(tmp_path):
    path = saved(one_host(registrar=("Amazon Registrar, Inc.", "468"), servers=AMAZON_NS), tmp_path)

    report = analysed(path)
    row = impact(report, "amazon", "resolve")
    resolve = outcome(whatif(path, "--drop", "amazon"), "resolve")

    assert row["time_to_recover_hours"] == {"low": 0.3, "usual": 144, "high": 216}
    assert resolve["range"] == row["time_to_recover_hours"]
    times = [report["times"][each] for each in row["times"]]
    parts = [each["hours"] for each in times if each["of"] == "time_to_recover"]
    assert {"low": 0, "usual": 24, "high": 48} in parts
    assert {"low": 0.3, "usual": 120, "high": 168} in parts


def test_a_report_says_who_carries_a_degraded_function_and_for_how_long(tmp_path):
    site = two_clouds().name(GODADDY, NSONE)
    path = saved(site, tmp_path)

    report = analysed(path)
    text = " ".join(hostaudit("analyse", path, "-v").stdout.split())

    (row,) = (each for each in impacts(report, "amazon") if each["id"] == "web")
    assert (row["effect"], row["remains"]) == ("degraded", ["hetzner"])
    assert row["time_to_recover_hours"]["usual"] > 360 - 1
    assert "degraded: web site - goes on through Hetzner; complete again after about 15 days" in text


def impacts(report: dict, identity: str) -> list[dict]:
    points = [each for each in report["spofs"] if each["failure_domain"]["kind"] == "parent"]
    return next(each for each in points if each["failure_domain"]["id"] == identity)["functions"]


# -- what was recorded of one layer -------------------------------------------------------------------------


def test_the_recorded_length_of_the_host_is_not_that_of_names_and_mail(tmp_path):
    answer = whatif(saved(two_clouds(), tmp_path), "--scenario", "parler-2021")

    for function in ("resolve", "mail_receive"):
        row = outcome(answer, function)
        assert row["down_hours"] < 240
        assert {each["basis"] for each in row["intervals"] if each["state"] == "down"} <= {"estimated"}
    (event,) = (each for each in answer["events"] if each["id"] == "cloud")
    assert "the recorded length is for host only" in event["reason"]


def test_a_name_came_back_before_its_host_did():
    answer = whatif(ROOT / "examples" / "parler-2021" / "evidence.json", "--scenario", "parler-2021")

    assert outcome(answer, "web")["down_hours"] == pytest.approx(840, abs=1)
    assert outcome(answer, "resolve")["down_hours"] < 120
    assert outcome(answer, "mail_receive")["down_hours"] < 200


def test_who_suspends_mail_leaves_names_and_servers_alone(tmp_path):
    answer = whatif(saved(two_clouds(), tmp_path), "--scenario", "nayara-2025")

    assert outcome(answer, "mail_receive")["down_hours"] == 192
    assert [outcome(answer, each)["down_hours"] for each in ("resolve", "web")] == [0, 0]


def test_a_registry_of_millions_of_names_is_not_meant_by_what_befell_a_small_one(tmp_path):
    path = saved(one_host(), tmp_path)

    given_up = whatif(path, "--scenario", "freenom-2023-2024")
    taken = whatif(path, "--scenario", "pirate-bay-domains")

    assert outcome(given_up, "resolve")["down_hours"] == 0
    assert 0 < outcome(taken, "resolve")["down_hours"] < 2000 < taken["horizon_hours"]


@pytest.mark.parametrize(
    ("incident", "said"),
    [
        ("digicert-2024", "you have 24 hours to reissue the certificates"),
        ("entrust-2024", "you have 138 days to take the next certificate from another authority"),
    ],
)
def test_what_befalls_certificates_says_what_to_do_and_how_long_that_leaves(incident, said, tmp_path):
    path = saved(one_host(), tmp_path)

    answer = whatif(path, "--scenario", incident)
    text = " ".join(hostaudit("whatif", path, "--scenario", incident).stdout.split())

    assert any(each["to_do"].startswith(said) for each in answer["events"])
    assert f"to do: {said}" in text
    assert said[1:] in answer["summary"]


# -- notice -------------------------------------------------------------------------------------------------


def test_what_may_still_happen_with_notice_is_not_denied(tmp_path):
    path = saved(one_host(), tmp_path)
    options = ("--drop", "hetzner", "--notice", "500h")

    answer = whatif(path, *options)
    text = " ".join(hostaudit("whatif", path, *options).stdout.split())

    web = outcome(answer, "web")
    assert web["down_hours"] == 0 < web["range"]["high"]
    assert "plain.com may be down for up to" in answer["summary"]
    assert "goes down" not in text
    assert "perhaps down: web site" in text


def test_no_notice_makes_a_store_take_an_app_back_sooner(tmp_path):
    path = saved(in_one_leg(), tmp_path)

    hours = [
        outcome(whatif(path, "--drop", "google-play", "--notice", f"{each}h"), "install_android")["range"]
        for each in (0, 2000)
    ]

    assert hours[0] == hours[1] == {"low": 620, "usual": 3072, "high": 14448}


def test_a_score_that_counts_on_notice_says_so_beside_a_sentence_that_does_not(tmp_path):
    path, policy = saved(one_host(), tmp_path), tmp_path / "hostaudit.yaml"
    policy.write_text("version: 1\npolicy:\n  notice_hours: 2000\n  min_score: 10\n")

    report = analysed(path, "--policy", policy)
    text = " ".join(hostaudit("analyse", path, "--policy", policy, "-v").stdout.split())

    assert "These times are without notice; the score counts on 83 days of notice." in report["summary"]
    assert "of 100 with 83 days of notice" in text


# -- locks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "facts", "high"),
    [
        ("plain.com", {"created": "2021-01-05T00:00:00Z"}, 168 + 1344),
        ("plain.de", {"created": "2021-01-05T00:00:00Z"}, 168),
        ("plain.com", {"created": "2018-01-05T00:00:00Z", "transferred": "2036-01-05T00:00:00Z"}, 168 + 1440),
    ],
)
def test_a_transfer_lock_is_for_generic_names_and_never_longer_than_sixty_days(domain, facts, high, tmp_path):
    site = one_host(domain).note("registration", domain, Registration("rdap", *GODADDY, **facts))

    row = impact(analysed(saved(site, tmp_path)), "godaddy", "resolve")

    assert row["time_to_recover_hours"]["high"] == high


def test_a_registrar_and_a_registry_are_told_apart(tmp_path):
    text = " ".join(hostaudit("analyse", saved(one_host(registrar=GANDI), tmp_path), "-v").stdout.split())

    assert "registrar: Gandi (Your.Online) for plain.com - back after about 5 days (18 minutes to 7 days)" in text
    assert "registry: Verisign for plain.com, nsone.net - back after about 1 hour (6 minutes to 38 days)" in text
