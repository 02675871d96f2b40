"""What a firewall or a challenge hides never makes a site better, and is told with what settles it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from helpers.sites import Site, in_one_leg, in_pairs

from hostaudit import api, cli
from hostaudit.documents.evidence_file import encode_evidence
from hostaudit.model.report import Report
from hostaudit.model.values import AppLinks, FrontPage, Registration

STATUSES = [204, 301, 400, 401, 403, 405, 429, 451]


def report(site: Site) -> Report:
    return api.analyse(site.file())


def without_apps(site: Site) -> Site:
    for item in [each for each in site.items.values() if each.kind in ("apps", "listing", "web_app", "packages")]:
        del site.items[item.id]
    return site


def behind(site: Site, status: int, *, challenge: bool = False) -> Site:
    """The same site, whose front page is not shown to this scan, and whose well-known files are not there."""
    host = site.items[f"front:{site.domain}"].value.host
    page = FrontPage(f"https://{host}/", host, status, challenge=True if challenge else msgspec.UNSET)
    without_apps(site).note("front", site.domain, page)
    return site.note("apps", site.domain, not_applicable=f"the front page answered {status}")


def states(found: Report) -> dict[str, str]:
    return {each.id: each.state for each in found.functions}


@pytest.mark.parametrize("twin", [in_pairs, in_one_leg])
@pytest.mark.parametrize("status", STATUSES)
def test_a_front_page_that_is_refused_never_raises_the_low_end(twin, status):
    hidden, shown = report(behind(twin(), status)), report(twin())

    assert hidden.score.low <= shown.score.low
    assert hidden.verdict == shown.verdict
    assert states(hidden)["install_ios"] == "not_assessed"


@pytest.mark.parametrize("twin", [in_pairs, in_one_leg])
def test_a_challenge_with_200_is_no_page(twin):
    hidden = report(behind(twin(), 200, challenge=True))

    assert hidden.score.low <= report(twin()).score.low
    note = next(each.note for each in hidden.functions if each.id == "install_ios")
    assert "answered 200 with a challenge page to this scan" in note


@pytest.mark.parametrize("status", [404, 410])
def test_a_front_page_that_is_proved_not_to_be_there_hides_nothing(status):
    gone, refused = report(behind(in_pairs(), status)), report(behind(in_pairs(), 403))

    assert states(gone)["install_ios"] == "not_assessed"
    assert refused.score.low < gone.score.low


@pytest.mark.parametrize("cause", ["http_status", "challenge", "malformed", "timeout", "redirect_refused"])
@pytest.mark.parametrize("twin", [in_pairs, in_one_leg])
def test_well_known_files_that_tell_nothing_never_raise_the_low_end(twin, cause):
    hidden = report(without_apps(twin()).note("apps", "steady.org", unknown=cause))

    assert hidden.score.low <= report(twin()).score.low
    assert states(hidden)["install_android"] == "unknown"


@pytest.fixture
def analysed(tmp_path, capsys):
    def run(site: Site) -> tuple[dict, str]:
        path = tmp_path / "evidence.json"
        path.write_bytes(encode_evidence(site.file()))
        cli.run(
            ["analyse", str(path), "--no-site", "-v", "--format", "json", "-o", f"terminal={tmp_path / 'report.txt'}"]
        )
        text = " ".join(Path(tmp_path / "report.txt").read_text("utf-8").split())
        return json.loads(capsys.readouterr().out), text

    return run


def silent() -> Site:
    return without_apps(in_pairs()).note("apps", "steady.org", unknown="http_status")


def test_the_unknown_says_what_the_owner_can_declare(analysed):
    found, text = analysed(silent())
    fact = next(each for each in found["unknowns"] if each["evidence"] == "apps:steady.org")

    assert fact["declare"] == "declare: {apps: none}"
    assert "write declare: {apps: none} in the site file" in text
    assert not [each for each in found["unknowns"] if each["evidence"] != fact["evidence"] and "declare" in each]


def test_the_declaration_settles_it(analysed):
    from hostaudit.model.site import Declared

    found, text = analysed(silent().declare(declare=Declared(apps="none")))

    assert not [each for each in found["unknowns"] if each["evidence"] == "apps:steady.org"]
    assert "declared in the site file: there is no app" in json.dumps(found)
    assert "in the site file" not in text


def test_apps_beside_a_silent_file_are_not_to_be_declared_away():
    site = in_pairs()
    links = site.items["apps:steady.org"].value
    found = report(site.note("apps", "steady.org", AppLinks(links.apps, ("steady.org/.well-known/x (status 403)",))))

    assert not [each for each in found.unknowns if each.evidence == "apps:steady.org"]


# -- a registration that was read -------------------------------------------------------------------------


@pytest.mark.parametrize("cause", ["timeout", "servfail", "refused", "malformed"])
def test_a_registration_that_was_read_is_never_dropped(cause):
    site = in_pairs()
    for item in list(site.items.values()):
        if item.kind in ("zone", "delegation", "nameservers") or item.subject in ("steady.org", "www.steady.org"):
            site.note(item.kind, item.subject, unknown=cause)
    site.note("registration", "steady.org", Registration("rdap", "Gandi SAS", "81"))
    found = report(site)

    roles = {(each.role, each.provider) for each in found.dependencies}
    assert ("registrar", "gandi") in roles
    assert {"registrar", "registry"} <= {role for role, _ in roles}
    assert next(each for each in found.dependencies if each.role == "registrar").because
    assert found.score.low <= report(in_pairs()).score.low
