"""``hostaudit providers lint|list|show``: each rule of the lint speaks up, and one new file is all that it takes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT
from helpers.command import environment, hostaudit
from jsonschema import Draft202012Validator

from hostaudit.analysis.catalogue import lint
from hostaudit.documents import rules, schemas
from hostaudit.errors import Exit, UsageError

ALPHA = """\
id: alpha
name: Alpha Cloud
parent: corp
roles: [dns, cdn, registrar]
sources:
  company: ["annual report of Corp, 2026"]
  networks: ["routing table, 2026"]
  names: ["pages of the provider, 2026"]
  headers: ["recorded responses, 2026"]
  certificates: ["store of a browser, 2026"]
  registration: ["list of registrars, 2026"]
jurisdiction: CA
basis: "annual report of Corp, 2026"
asns: [64500]
ranges: [8.8.0.0/16]
ns: [dns.alpha-cloud.com]
cname: [alpha-cloud.net]
cname_patterns: ['[a-z]+\\.edge-\\d\\.alpha-cloud\\.org']
headers:
  - {name: server, pattern: '^alpha$'}
issuers: [Alpha Trust]
registrar_ids: ["4001"]
registrar_names: ["Alpha Registrar, Inc."]
samples:
  matches:
    - asn 64500
    - ip 8.8.0.1
    - ns ns1.dns.alpha-cloud.com
    - cname www.alpha-cloud.net
    - cname a.edge-1.alpha-cloud.org
    - "header server: alpha"
    - issuer Alpha Trust
    - registrar 4001
  not_matches: [ns ns1.dns.alpha-cloud.com.example]
"""

BETA = """\
id: beta
name: Beta
roles: [dns]
jurisdiction: SE
basis: "register of companies, 2026"
sources: {names: ["pages of the provider, 2026"]}
ns: [beta-dns.com]
depends_on:
  - "on": alpha
    source: "status page of Beta, 2026"
samples:
  matches: [ns ns1.beta-dns.com]
  not_matches: [ns ns1.notbeta-dns.com]
"""

PARENTS = 'corp: {name: Corp, jurisdiction: US, basis: "annual report, 2026"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rules folder with two providers and nothing wrong."""
    place = tmp_path / "rules"
    (place / "providers").mkdir(parents=True)
    for shared in (ROOT / "rules").glob("*.yaml"):
        shutil.copy(shared, place)
    (place / "parents.yaml").write_text(PARENTS)
    (place / "sources.yaml").write_text("{}\n")
    (place / "providers/alpha.yaml").write_text(ALPHA)
    (place / "providers/beta.yaml").write_text(BETA)
    return place


def complaints(place: Path) -> list[str]:
    """File, line and problem of each, without the folder."""
    return [f"{Path(each.file).name}:{each.line}: {each.problem}" for each in lint.lint(place)[1]]


def test_nothing_is_wrong_with_what_is_right(folder):
    assert lint.lint(folder) == (2, [])
    done = hostaudit("providers", "lint", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 providers, no problem\n", "")


@pytest.mark.parametrize(
    ("rule", "old", "new", "expected"),
    [
        ("samples_hold", "- asn 64500", "- asn 64501", "alpha.yaml:26: 'asn 64501' does not match"),
        ("samples_hold", "- asn 64500", "- asn x", "alpha.yaml:26: 'asn x' is no clue"),
        ("samples_hold", "- asn 64500", "- zzz x", "alpha.yaml:26: 'zzz x' is no clue"),
        ("samples_hold", ".com.example]", ".com]", "'ns ns1.dns.alpha-cloud.com' must not match, and does"),
        ("samples_are_complete", "    - issuer Alpha Trust\n", "", "alpha.yaml:21: issuers has no sample"),
        ("samples_are_complete", "asns: [64500]", "asns: [64500]\nptr: [a-cloud.com]", "15: ptr has no sample"),
        ("samples_are_complete", "  not_matches: [ns ns1.dns.alpha-cloud.com.example]\n", "", "no look-alike"),
        ("facts_have_sources", '  headers: ["recorded responses, 2026"]\n', "", "alpha.yaml:19: headers: no source"),
        ("facts_have_sources", "\nissuers: [Alpha Trust]", "", "sources.certificates accounts for nothing"),
        (
            "companies_have_a_basis",
            'basis: "annual report of Corp, 2026"\n',
            "",
            "alpha.yaml:12: jurisdiction CA: no basis",
        ),
        ("companies_have_a_basis", "annual report of", "knowledge, unchecked:", "alpha.yaml:13: basis"),
        (
            "companies_have_a_basis",
            "jurisdiction: CA",
            "jurisdiction: US",
            "12: jurisdiction US is that of corp anyway",
        ),
        ("facts_have_sources", '  company: ["annual report of Corp, 2026"]\n', "", "alpha.yaml:3: parent: no source"),
        (
            "facts_have_sources",
            '["list of registrars, 2026"]',
            "[a b, c d, e f, g h, i j]",
            "registration has too many",
        ),
        ("clues_tell_somebody", "[dns.alpha-cloud.com]", "[co.uk]", "co.uk is a suffix under which anybody registers"),
        ("clues_tell_somebody", r"edge-\d\.alpha-cloud\.org", r"(?:e|f)\.(?:com|net)", "no word is certain in"),
        ("clues_tell_somebody", "'^alpha$'", "'a'", "matches server: Apache/2.4.62 (Debian), which anybody may send"),
        ("clues_tell_somebody", "8.8.0.0/16", "10.0.0.0/16", "alpha.yaml:15: ranges: 10.0.0.0/16 is special-purpose"),
        ("nobody_claims_what_is_another_s", "[dns.alpha-cloud.com]", "[beta-dns.com]", "is claimed by beta too"),
        ("nobody_claims_what_is_another_s", "[dns.alpha-cloud.com]", "[beta-dns.com]", "is claimed by alpha too"),
        ("nobody_sits_under_another", "[dns.alpha-cloud.com]", "[x.beta-dns.com]", "lies under beta-dns.com of beta"),
        ("nobody_sits_under_another", "[dns.alpha-cloud.com]", "[x.beta-dns.com]", "covers x.beta-dns.com of alpha"),
    ],
)
def test_each_rule_speaks_up(folder, rule, old, new, expected):
    assert rule in {each.__name__ for each in lint.RULES}
    assert old in ALPHA
    (folder / "providers/alpha.yaml").write_text(ALPHA.replace(old, new))
    found = complaints(folder)
    assert any(expected in each for each in found), found


@pytest.mark.parametrize(
    ("rule", "file", "text", "expected"),
    [
        ("companies_have_a_basis", "providers/beta.yaml", BETA.replace('basis: "register of companies, 2026"\n', ""),
         "beta.yaml:4: jurisdiction SE: no basis"),
        ("companies_have_a_basis", "providers/beta.yaml", BETA.replace("jurisdiction: SE\n", ""),
         "beta.yaml:4: basis without jurisdiction"),
        ("companies_have_a_basis", "parents.yaml", "corp: {name: Corp, jurisdiction: US}\n",
         "parents.yaml:1: corp: jurisdiction US: no basis"),
        ("companies_have_a_basis", "parents.yaml", PARENTS.replace("jurisdiction: US, ", ""),
         "parents.yaml:1: corp: basis without jurisdiction or parent"),
        ("companies_have_a_basis", "parents.yaml", PARENTS.replace("annual report", "unchecked"), "is not one"),
        ("products_hang_together", "providers/beta.yaml", BETA.replace("Beta, 2026", "Beta"),
         "beta.yaml:9: depends_on alpha: the source has no year"),
        ("products_hang_together", "providers/beta.yaml", BETA.replace("name: Beta", "name: Beta\nparent: corp"),
         "depends_on: alpha is of the same company"),
        ("products_hang_together", "providers/beta.yaml", BETA.replace("name: Beta", "name: Beta\naccount: alpha"),
         "beta.yaml:3: account alpha is of another company, corp"),
        ("nobody_s_ranges_overlap", "providers/beta.yaml", BETA.replace("ns: [", "ranges: [8.8.8.0/24]\nns: ["),
         "beta.yaml:7: ranges: 8.8.8.0/24 lies in 8.8.0.0/16 of alpha"),
        ("nobody_s_ranges_overlap", "providers/beta.yaml", BETA.replace("ns: [", "ranges: [8.8.8.0/24]\nns: ["),
         "alpha.yaml:15: ranges: 8.8.0.0/16 covers 8.8.8.0/24 of beta"),
        ("nobody_claims_what_is_another_s", "providers/beta.yaml", BETA.replace("ns: [", "ranges: [8.8.0.0/16]\nns: ["),
         "beta.yaml:7: ranges: 8.8.0.0/16 is claimed by alpha too"),
        ("nobody_claims_what_is_another_s", "providers/beta.yaml",
         BETA.replace("name: Beta", "name: Beta\nparent: corp\nasns: [64500]"), "asns: 64500 is claimed by alpha too"),
        ("every_record_is_used", "parents.yaml", PARENTS + 'lone: {name: Lone, jurisdiction: SE, basis: "x, 2026"}\n',
         "parents.yaml:2: lone: no provider and no company belongs to it"),
        ("every_record_is_used", "sources.yaml", 'zone: {title: T, date: "2026", licence: CC0, address: "https://a.example/"}\n',
         "sources.yaml:1: zone: no provider names it"),
    ],
)  # fmt: skip
def test_each_rule_speaks_up_about_companies_and_what_they_share(folder, rule, file, text, expected):
    assert rule in {each.__name__ for each in lint.RULES}
    (folder / file).write_text(text)
    found = complaints(folder)
    assert any(expected in each for each in found), found


def test_every_rule_is_tested_here():
    text = Path(__file__).read_text("utf-8")
    assert [rule.__name__ for rule in lint.RULES if f'"{rule.__name__}"' not in text] == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("roles: [dns]", "role: [dns]", "beta.yaml:3: unknown key 'role'; did you mean 'roles'?"),
        ("roles: [dns]", "roles: [dnss]", "beta.yaml:3: roles: 'dnss' is not a role; did you mean 'dns'?"),
        ("id: beta", "id: betta", "beta.yaml:1: the id 'betta' and the file name 'beta.yaml' must agree"),
        ("jurisdiction: SE", "jurisdiction: NO", "beta.yaml:4: jurisdiction: unquoted NO is a truth value"),
        ("name: Beta", "name: Beta\nparent: corq", "beta.yaml:3: unknown parent 'corq'; did you mean 'corp'?"),
        ('"on": alpha', '"on": alfa', "beta.yaml:9: depends_on: unknown provider 'alfa'; did you mean 'alpha'?"),
    ],
)
def test_what_cannot_be_loaded_is_a_complaint_like_any_other(folder, old, new, expected):
    (folder / "providers/beta.yaml").write_text(BETA.replace(old, new))
    assert [each.startswith(expected) for each in complaints(folder)] == [True]


def test_all_unreadable_files_are_told_at_once(folder):
    (folder / "providers/alpha.yaml").write_text("id: alpha]")
    (folder / "providers/beta.yaml").write_text(BETA.replace("roles:", "rolls:"))
    done = hostaudit("providers", "lint", folder)
    lines = done.stdout.splitlines()
    assert done.returncode == Exit.FAIL
    assert [re.sub(r": .*", "", line.replace(f"{folder}/", "")) for line in lines[:-1]] == [
        "providers/alpha.yaml:1",
        "providers/alpha.yaml:1",
        "providers/beta.yaml:3",
    ]
    assert lines[-1] == "2 providers, 3 problems"


def test_a_file_alone_is_looked_at_within_its_folder(folder):
    (folder / "providers/alpha.yaml").write_text(ALPHA.replace("- asn 64500", "- asn 1"))
    place = folder / "providers/beta.yaml"
    assert lint.lint(place) == (1, [])
    place.write_text(BETA.replace("beta-dns.com]", "alpha-cloud.com]"))
    assert complaints(place)
    assert {each.file for each in lint.lint(place)[1]} == {str(place)}


def test_a_file_from_elsewhere_is_looked_at_beside_the_shipped_ones(tmp_path):
    place = tmp_path / "newcomer.yaml"
    place.write_text(BETA.replace("id: beta", "id: newcomer").replace("alpha", "aws").replace("beta-dns", "awsdns-zz"))
    assert lint.lint(place) == (1, [])
    place.write_text(place.read_text().replace("awsdns-zz.com", "x.cloudflare.com"))
    assert [each.problem for each in lint.lint(place)[1]] == [
        "ns: x.cloudflare.com lies under cloudflare.com of cloudflare"
    ]


@pytest.mark.parametrize("name", ["nowhere", "nowhere.yaml", "notes.txt"])
def test_what_is_no_catalogue_is_refused(tmp_path, name):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UsageError):
        lint.lint(tmp_path / name)
    assert hostaudit("providers", "lint", tmp_path / name).returncode == Exit.USAGE


# -- list and show ------------------------------------------------------------------------------------


def emitted(*arguments: str) -> dict:
    done = hostaudit("providers", *arguments, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_the_list_has_everybody_and_can_be_narrowed():
    everybody = emitted("list")
    Draft202012Validator(json.loads(schemas.path("providers").read_bytes())).validate(everybody)
    assert [each["id"] for each in everybody["providers"]] == [each.id for each in rules.load().providers]
    registries = emitted("list", "--role", "registry")["providers"]
    assert registries
    assert all("registry" in each["roles"] for each in registries)
    amazon = {each["id"] for each in emitted("list", "--parent", "amazon")["providers"]}
    assert {"aws", "route53", "cloudfront"} <= amazon
    assert not {"azure", "cloudflare"} & amazon
    both = {each["id"] for each in emitted("list", "--parent", "amazon", "--role", "dns")["providers"]}
    assert "route53" in both
    assert both < amazon


def test_a_page_tells_all_that_is_known():
    page = emitted("show", "route53")
    Draft202012Validator(json.loads(schemas.path("provider").read_bytes())).validate(page)
    assert [each["id"] for each in page["owners"]] == ["amazon"]
    assert "aws" in page["siblings"]
    assert "route53" not in page["siblings"]
    assert "vercel" in emitted("show", "aws")["needed_by"]
    shown = hostaudit("providers", "show", "route53").stdout
    assert shown.startswith("route53: Amazon Route 53\n")
    assert all(word in shown for word in ("Who is in control", "How it is recognised", "Where that was read", "awsdns"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "rout53"), "did you mean 'route53'?"),
        (("show", "amazon"), "hostaudit providers list --parent amazon"),
        (("show", "\x1b[2J"), "no provider"),
        (("list", "--parent", "amazn"), "did you mean 'amazon'?"),
        (("list", "--parent", "route53"), "it is a product of amazon"),
        (("list", "--role", "cdnn"), "give one of:"),
        (("list", "--format", "yaml"), "give one of:"),
    ],
)
def test_who_is_not_there_is_said_with_who_may_be_meant(arguments, words):
    done = hostaudit("providers", *arguments)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert words in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("columns", ["20", "40", "80"])
def test_no_line_is_wider_than_the_terminal(columns):
    for arguments in (("list",), ("show", "vercel"), ("match", "ns-1.awsdns-00.com")):
        done = hostaudit("providers", *arguments, COLUMNS=columns)
        assert done.returncode == 0
        assert max(map(len, done.stdout.splitlines())) <= int(columns)


# -- one file is enough -------------------------------------------------------------------------------


def test_one_new_file_is_enough_for_every_command(tmp_path):
    """The provider that rules/README.md shows in ten lines, put into a copy of the project."""
    page = (ROOT / "rules/README.md").read_text("utf-8")
    text = page.partition("<!-- new provider -->")[2].partition("```yaml\n")[2].partition("```")[0]
    assert len(text.splitlines()) == 10
    for name in ("hostaudit", "rules"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess:
        place = environment(PYTHONPATH=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"))
        command = [sys.executable, "-m", "hostaudit", "providers", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=place, cwd=tmp_path, timeout=60)

    assert run("match", "ns1.dns.example.net").stdout.startswith("No provider")
    (tmp_path / "rules/providers/example-dns.yaml").write_text(text)
    lint_ = run("lint", "rules/providers/example-dns.yaml")
    assert (lint_.returncode, lint_.stdout) == (0, "1 provider, no problem\n")
    assert (
        json.loads(run("match", "ns1.dns.example.net", "--format", "json").stdout)["providers"][0]["id"]
        == "example-dns"
    )
    assert "\nexample-dns " in run("list").stdout
    assert run("show", "example-dns").stdout.startswith("example-dns: Example DNS\n")
    (tmp_path / "rules/providers/example-dns.yaml").unlink()
    assert run("match", "ns1.dns.example.net").stdout.startswith("No provider")


def test_a_share_of_the_address_space_is_no_basis_for_a_usual_choice(folder):
    path = folder / "providers" / "beta.yaml"
    told = BETA.replace('"register of companies, 2026"', '"address space 98 % SE"')
    path.write_text(told)
    assert lint.lint(folder)[1] == []
    path.write_text(told.replace("ns: [", "usual: [dns]\nns: ["))
    (complaint,) = lint.lint(folder)[1]
    assert "says where addresses are registered, not who controls it" in complaint.problem


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("ended: soon", "is not a year, month or day"),
        ("ended: 2024-13", "is not a year, month or day"),
        ('since: "24"', "is not a year, month or day"),
        ('ended: "2024-01"\nusual: [dns]', "the service ended on 2024-01; nobody can choose it"),
    ],
)
def test_a_date_is_one_and_an_ended_service_is_no_usual_choice(folder, line, problem):
    (folder / "providers" / "beta.yaml").write_text(BETA.replace("ns: [", f"{line}\nns: ["))
    (complaint,) = lint.lint(folder)[1]
    assert problem in complaint.problem


def test_the_sheet_shows_owners_with_their_dates_both_countries_and_investors():
    done = hostaudit("providers", "show", "loopia")
    assert "team-blue: team.blue (TransIP, Combell, Register.it) (BE;" in done.stdout
    assert "read 2026-09), owner since 2024-05" in " ".join(done.stdout.split())
    assert "jurisdiction of the owner: BE" in done.stdout
    assert "most of Namecheap is held by CVC" in " ".join(hostaudit("providers", "show", "namecheap").stdout.split())
    assert "ended: 2025-01; nobody can buy it" in hostaudit("providers", "show", "edgio").stdout
    assert "upstream not stated" in hostaudit("providers", "show", "desec").stdout
