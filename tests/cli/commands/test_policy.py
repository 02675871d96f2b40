"""``hostaudit policy``: a policy is checked without network, shown with its origins, and written so that it is met."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from helpers import ROOT, sites
from helpers.command import environment
from helpers.examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hostaudit import audit, cli
from hostaudit.cli import evidence, policy_draft
from hostaudit.cli.options import Console, Lookup, Output, SiteChoice
from hostaudit.cli.output import Writer
from hostaudit.documents import evidence_file, rules, schemas, site_file
from hostaudit.errors import Exit, UsageError
from hostaudit.model.checks import Criteria
from hostaudit.model.policy import EffectivePolicy
from hostaudit.model.report import Report
from hostaudit.policy import effective, propose
from hostaudit.report.text import printable

RULES = rules.load()
WORLD = site_file.world(RULES)
PARLER = ROOT / "examples" / "parler-2021" / "evidence.json"
REPORTS = sorted((ROOT / "tests" / "corpus").glob("*.json"))
BUNDLES = sorted((ROOT / "examples").glob("**/evidence.json"))
BROKEN = ("not-there", "expired-certificate")
"""What is down now fails whatever is demanded."""

DEMANDABLE = [each for each in (*REPORTS, *BUNDLES) if each.stem not in BROKEN]
"""Of a name that does not exist nothing can be demanded."""
POLICIES = sorted((ROOT / "examples" / "policies").glob("*.yaml"))
GOOD = "version: 1\npolicy: {min_score: 10}\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "hostaudit.yaml"


# -- check ----------------------------------------------------------------------------------------------


def test_a_good_file_that_is_here_is_found_and_said_to_be_in_order(here, capsys):
    here.write_text(GOOD)

    assert cli.run(["policy", "check"]) == Exit.PASS
    assert capsys.readouterr() == ("hostaudit.yaml: valid (a policy)\n", "")

    here.rename(here.with_name(".hostaudit.yaml"))
    assert cli.run(["policy", "check", "-q"]) == Exit.PASS
    assert capsys.readouterr() == ("", "")


def test_no_file_at_all_ends_with_2_and_says_how_to_get_one(here, capsys):
    assert cli.run(["policy", "check"]) == Exit.USAGE
    assert capsys.readouterr().err == (
        "error: there is no hostaudit.yaml in this folder\n"
        "hint: give a file, or write one with: hostaudit policy init DOMAIN\n"
    )


def test_every_file_is_checked_though_one_is_wrong(here, capsys):
    here.with_name("a.yaml").write_text(GOOD.replace("min_score", "min_scor"))
    here.with_name("b.yaml").write_text(GOOD)
    here.with_name("c.yaml").write_text("version: 1\npolicy: {extends: [resilent]}\n")

    assert cli.run(["policy", "check", "a.yaml", "b.yaml", "c.yaml", "d.yaml"]) == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == "b.yaml: valid (a policy)\n"
    assert err == (
        "error: a.yaml:2:10: unknown key 'min_scor' in policy\n"
        f"    2 | {GOOD.replace('min_score', 'min_scor').splitlines()[1]}\n"
        "      |          ^\n"
        "hint: did you mean 'min_score'?\n"
        "error: c.yaml:2:20: extends: there is no preset 'resilent'\n"
        "    2 | policy: {extends: [resilent]}\n"
        "      |                    ^\n"
        "hint: did you mean 'resilient'?\n"
        "error: d.yaml cannot be read: No such file or directory\n"
        "hint: give the path of a site or policy file\n"
    )


def test_exceptions_that_are_over_are_told_and_break_no_build(here, capsys):
    one = "rule: dns.*, target: a.example, reason: long enough, owner: alice"
    here.write_text(
        f"version: 1\nexceptions:\n  - {{id: A, {one}, expires: 2021-01-31}}\n  - {{id: B, {one}, expires: soon}}\n"
    )

    assert cli.run(["policy", "check"]) == Exit.PASS
    assert capsys.readouterr().out == (
        "hostaudit.yaml:3:80: warning: exception A expired on 2021-01-31; alice answers for it\n"
        "hostaudit.yaml:4:80: warning: exception B counts as expired: 'soon' is no day (YYYY-MM-DD)\n"
        "hostaudit.yaml: valid (2 exceptions), 2 warnings\n"
    )


def test_hostile_text_of_a_policy_stays_text(here, capsys):
    here.write_text(
        "version: 1\nexceptions:\n"
        '  - {id: A, rule: dns.*, target: a.example, reason: long enough, owner: "::e\\u202e", expires: 2021-01-31}\n'
    )
    cli.run(["policy", "check"])
    cli.run(["policy", "show", "hostaudit.yaml", "a.example"])
    out = capsys.readouterr().out
    assert "\\u202e" in out
    assert "\u202e" not in out

    here.write_text('version: 1\npolicy: {"\\e[31m": 1}\n')
    cli.run(["policy", "check"])
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("path", [*POLICIES, ROOT / "examples" / "site" / "hostaudit.yaml"], ids=lambda path: path.name)
def test_the_examples_are_in_order_for_us_and_for_editors(path):
    loaded = site_file.load_by(path, RULES, WORLD)
    first, second = path.read_text().splitlines()[:2]
    shown = path.parent / first.removeprefix("# yaml-language-server: $schema=")

    assert shown.resolve() == schemas.path("site")
    assert second == f"# $schema: {first.partition('=')[2]}"
    assert loaded.content.version == 1
    if path in POLICIES:
        assert path.name in (path.parent / "README.md").read_text()


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_the_example_of_parler_meets_none_of_the_examples(path):
    policy = effective.effective(site_file.load_by(path, RULES, WORLD), "parler.com", RULES.presets)
    opinion = audit.analyse(evidence_file.read_evidence(str(PARLER)), RULES, Criteria(policy=policy), date(2021, 1, 9))

    assert opinion.verdict == "fail"


def test_check_loads_nothing_that_looks_or_judges():
    code = (
        "import sys; from hostaudit.cli import run; code = run(sys.argv[1:]);"
        "heavy = {'httpx', 'dns', 'ipwhois', 'rich', 'cryptography', 'asyncio', 'hostaudit.audit'};"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or code)"
    )
    command = [sys.executable, "-c", code, "policy", "check", str(POLICIES[0])]
    result = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)

    assert result.returncode == 0, result.stderr


@pytest.mark.nightly  # the other tests of a run push its numbers up
def test_check_costs_little_more_than_python_itself(tmp_path):
    """150 ms where a bare interpreter takes 12; measured in time of the processor, so that neighbours do not count."""

    def seconds(*arguments: str) -> float:
        extra = {"XDG_CACHE_HOME": str(tmp_path)}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], env=environment(**extra), check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    check = ("-m", "hostaudit", "policy", "check", str(POLICIES[0]))
    seconds(*check)  # compiles the rules
    assert min(seconds(*check) for _ in range(5)) < 16 * min(seconds("-c", "pass") for _ in range(5))


# -- which file -----------------------------------------------------------------------------------------

SITES = "sites: [{domain: x.com, hosts: [api.x.com]}]\n"


def known(given: str = "", policy: str = "", ignored: bool = False) -> evidence.Declarations:
    choice = SiteChoice(Path(given) if given else None, no_site=ignored)
    return evidence.Declarations(choice, lambda _: None, policy=Path(policy) if policy else None)


def sources(found: evidence.Declarations) -> tuple[bool, str]:
    """Whether x.com is declared, and which file demands something of it."""
    policy = found.policy("x.com")
    return found.of("x.com") is not None, policy.source if policy else ""


def test_each_option_goes_before_the_file_that_is_here(here):
    here.write_text(GOOD + SITES)
    here.with_name("demands.yaml").write_text(GOOD)
    here.with_name("both.yaml").write_text(GOOD + SITES)
    here.with_name("declares.yaml").write_text(f"version: 1\n{SITES}")

    assert sources(known()) == (True, "hostaudit.yaml")
    assert sources(known(policy="demands.yaml")) == (True, "demands.yaml")
    assert sources(known(policy="demands.yaml", ignored=True)) == (False, "demands.yaml")
    assert sources(known(policy="both.yaml", ignored=True)) == (True, "both.yaml")
    assert sources(known(given="both.yaml")) == (True, "both.yaml")
    assert sources(known(given="declares.yaml")) == (True, "")
    assert sources(known(given="declares.yaml", policy="both.yaml")) == (True, "both.yaml")
    assert sources(known(ignored=True)) == (False, "")


def test_a_policy_given_in_vain_is_refused_as_is_one_that_is_not_there(here):
    here.write_text("version: 1\ntargets: [{match: [y.com], policy: {min_score: 1}}]\n")

    assert known().policy("x.com") is None
    with pytest.raises(UsageError, match=r"hostaudit\.yaml has no policy for x\.com"):
        known(policy="hostaudit.yaml").policy("x.com")
    with pytest.raises(UsageError, match="cannot be read"):
        known(policy="nowhere.yaml").policy("x.com")


def test_exceptions_alone_are_taken_along(here):
    here.write_text(
        "version: 1\nexceptions:\n"
        "  - {id: A, rule: dns.*, target: x.com, reason: long enough, owner: alice, expires: 2021-01-31}\n"
    )
    found = known().policy("x.com")

    assert found is not None
    assert (found.stated, [each.id for each in found.exceptions]) == (False, ["A"])
    assert known().policy("y.com") is None


# -- show -----------------------------------------------------------------------------------------------

LAYERED = """\
version: 1
policy:
  extends: [resilient]
  min_score: 33
  providers: [{id: everydns, reason: over}]
  scenarios: [{scenario: dyn-2016, web: <= 90m, unknown: warn}]
  jurisdictions: {allow: [DE, "NO"], known: true}
  roles: {hosting: {max_hours_down: null}}
targets:
  - match: [shop.example.com]
    labels: {owner: team-web}
    policy: {roles: {dns: {min_providers: 3}}}
exceptions:
  - {id: EX-7, rule: dns.*, target: shop.example.com, reason: long enough, owner: alice, expires: 2027-03-31}
"""


def shown(capsys, *arguments: str) -> list[str]:
    assert cli.run(["policy", "show", *arguments]) == Exit.PASS
    return capsys.readouterr().out.splitlines()


def test_show_says_what_the_file_says(here, capsys):
    here.write_text(LAYERED)

    assert shown(capsys) == [
        "What hostaudit.yaml demands of any site that no target matches",
        "presets: resilient",
        "",
        "min_score: 33",
        "roles.hosting.max_hours_down: nothing is demanded",
        "providers: everydns (over)",
        "jurisdictions.allow: DE, NO",
        "jurisdictions.known: true",
        "scenarios: dyn-2016: web <= 1.5h, unknown warn",
    ]


def test_show_says_what_it_comes_to_and_where_each_value_stands(here, capsys):
    here.write_text(LAYERED)
    lines = shown(capsys, "Shop.Example.com", "--effective", "--origin")

    assert lines == shown(capsys, "hostaudit.yaml", "shop.example.com", "--effective", "--origin")
    for line in (
        "target: shop.example.com (hostaudit.yaml:10)",
        "label: owner = team-web",
        "unknown: inconclusive (preset:resilient)",
        "min_score: 33 (hostaudit.yaml:4)",
        "roles.dns.min_providers: 3 (hostaudit.yaml:12)",
        "roles.dns.independent_by: parent, asn (preset:resilient)",
        "roles.hosting.max_hours_down: nothing is demanded (hostaudit.yaml:8)",
        "parents.max_share: 0.6 (preset:resilient)",
        "  EX-7: dns.* at shop.example.com, until 2027-03-31, alice: long enough",
    ):
        assert line in lines
    assert not any("(hostaudit.yaml" in line for line in shown(capsys, "shop.example.com", "--effective")[4:])


def test_show_is_a_document_for_programs_too(here, capsys):
    here.write_text(LAYERED)
    cli.run(["policy", "show", "shop.example.com", "--effective", "--origin", "--format", "json"])
    document = json.loads(capsys.readouterr().out)

    jsonschema.Draft202012Validator(json.loads(schemas.path("policy").read_text())).validate(document)
    assert document["schema"] == "hostaudit.policy/1"
    assert document["policy"]["roles"]["dns"]["min_providers"] == 3
    assert document["origins"]["roles.dns.min_providers"] == "hostaudit.yaml:12"


def test_show_of_a_file_without_demands_says_so(here, capsys):
    here.write_text("version: 1\nsites: [{domain: shop.example.com}]\n")

    assert shown(capsys, "shop.example.com")[-1] == "Nothing is demanded of it."
    assert cli.run(["policy", "show", "shop.example.con"]) == Exit.USAGE
    assert "known top-level domain" in capsys.readouterr().err


# -- init -----------------------------------------------------------------------------------------------


def judged(path: Path, file, today: date) -> tuple[EffectivePolicy, Report]:
    policy = effective.effective(site_file.load_by(path, RULES, WORLD), file.target.domain, RULES.presets)
    return policy, audit.analyse(file, RULES, Criteria(policy=policy), today)


def is_met(opinion: Report) -> bool:
    """Whether every rule passes; the verdict is that, unless what the site rests on is unknown."""
    return {each.outcome for each in opinion.findings} <= {"pass"} and opinion.verdict in ("pass", "inconclusive")


def test_a_site_meets_what_is_written_for_it_and_nothing_less(here, capsys, monkeypatch):
    monkeypatch.setattr("hostaudit.cli.commands.policy.utc_today", lambda: date(2021, 1, 9))

    assert cli.run(["policy", "init", str(PARLER)]) == Exit.PASS
    out, err = capsys.readouterr()
    assert out == ""
    assert "policy written to hostaudit.yaml; review it, then run: hostaudit policy check hostaudit.yaml" in err
    policy, opinion = judged(here, evidence_file.read_evidence(str(PARLER)), date(2021, 1, 9))
    assert opinion.verdict == "pass"
    assert policy.policy.min_score == 9.0
    assert policy.policy.roles["registrar"].min_days_left == 30
    assert policy.policy.functions["web"].max_hours_down == 480.0
    assert "dns" not in policy.policy.roles
    text = here.read_text()
    assert text.startswith("# yaml-language-server: $schema=site-1.schema.json\n# $schema: site-1.schema.json\n")
    assert "    # dns:\n      # Not met yet. DNS operator of parler.com: 1 provider" in text
    assert "      # min_providers: 2\n" in text
    assert max(map(len, text.splitlines())) <= 120
    assert cli.run(["policy", "check"]) == Exit.PASS


def test_a_file_that_is_there_is_not_lost(here, capsys):
    here.write_text(GOOD)

    assert cli.run(["policy", "init", str(PARLER)]) == Exit.USAGE
    assert here.read_text() == GOOD
    assert "hostaudit.yaml exists already" in capsys.readouterr().err
    assert cli.run(["policy", "init", str(PARLER), "--force", "-q"]) == Exit.PASS
    assert here.read_text() != GOOD
    assert capsys.readouterr().err == ""
    assert cli.run(["policy", "init", str(PARLER), "-o", "nowhere/x.yaml"]) == Exit.USAGE


def test_a_report_and_its_evidence_give_the_same(here, capsys):
    report = ROOT / "tests" / "corpus" / "parler-2021.json"

    assert cli.run(["policy", "init", str(PARLER), "-o", "-"]) == Exit.PASS
    of_evidence = capsys.readouterr().out
    assert cli.run(["policy", "init", str(report), "-o", "-"]) == Exit.PASS
    assert capsys.readouterr().out == of_evidence
    assert not here.exists()


def test_without_a_site_the_preset_stands_alone(here, capsys):
    assert cli.run(["policy", "init"]) == Exit.PASS
    policy = effective.effective(site_file.load_by(Path(here.name), RULES, WORLD), "", RULES.presets)
    assert policy.extends == ("baseline",)
    assert cli.run(["policy", "init", "-o", "b.yaml", "--preset", "resilient", "--preset", "baseline"]) == Exit.PASS
    assert "extends: [resilient, baseline]" in Path("b.yaml").read_text()
    assert cli.run(["policy", "init", "-o", "c.yaml", "--preset", "none"]) == Exit.USAGE
    assert "give one of: baseline, regulated, resilient" in capsys.readouterr().err


def test_what_a_preset_demands_in_vain_is_taken_back_and_said(here):
    dark = ROOT / "tests" / "corpus" / "in-the-dark.json"

    assert cli.run(["policy", "init", str(dark), "--preset", "regulated", "-q"]) == Exit.PASS
    text = here.read_text()
    for line in (
        "# What name resolution or the web site rest on could not be seen in full: no demand changes that.",
        "  # regulated has fail, which the unknowns of today would be.\n  unknown: inconclusive\n",
        "  min_score: null\n",
        "      # regulated has min_providers: 2, which is not met yet.",
        "      min_providers: null\n",
        "    known: false\n",
        "  scenarios: []\n",
    ):
        assert line in text
    _, opinion = judged(here, of(dark), date(2021, 1, 9))
    assert opinion.verdict == "inconclusive"


def test_what_no_demand_changes_is_said_on_top():
    servers = {**sites.GANDI_NS, "ada.ns.cloudfare.com": ("192.0.2.53", 64496)}
    site = sites.Site("twisted.com").name(sites.GANDI, servers)
    site.note("server", "twisted.com ada.ns.cloudfare.com 192.0.2.53", unknown="timeout")
    found = text(site.file(), (), date(2021, 1, 9))
    head = " ".join(line.lstrip("# ") for line in found.split("version: 1")[0].splitlines())

    assert "the verdict by it was fail" in head
    assert "What no demand changes: ada.ns.cloudfare.com, a name server of twisted.com, is almost" in head


def test_nothing_is_written_for_a_name_that_does_not_exist(here, capsys):
    assert cli.run(["policy", "init", str(ROOT / "tests" / "corpus" / "not-there.json")]) == Exit.USAGE
    assert "not-there.com is not in the zone of its registry" in capsys.readouterr().err
    assert not here.exists()


def test_options_for_looking_go_with_a_domain_only(here, capsys):
    assert cli.run(["policy", "init", str(PARLER), "--host", "a.parler.com"]) == Exit.USAGE
    assert "is saved evidence: nothing is scanned" in capsys.readouterr().err


def test_a_live_site_is_looked_at(here, monkeypatch):
    async def look(*_, **__):
        return evidence_file.read_evidence(str(PARLER))

    monkeypatch.setattr("hostaudit.audit.look", look)

    assert cli.run(["policy", "init", "parler.com", "-q"]) == Exit.PASS
    assert "What is demanded of parler.com" in here.read_text()


@pytest.mark.parametrize("path", DEMANDABLE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_whatever_the_site_it_meets_what_is_written_for_it(path, tmp_path):
    file = of(path)
    today = date.fromisoformat(file.run.started[:10])
    written = tmp_path / "hostaudit.yaml"
    written.write_text(text(file, (), today), "utf-8")
    _, opinion = judged(written, file, today)
    assert is_met(opinion)


@examples(30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(DEMANDABLE),
    presets=st.lists(st.sampled_from(sorted(RULES.presets)), unique=True, max_size=3),
    today=st.dates(date(2010, 1, 1), date(2030, 12, 31)),
)
def test_whatever_the_preset_and_the_day_too(tmp_path, path, presets, today):
    file = of(path)
    written = tmp_path / "hostaudit.yaml"
    written.write_text(text(file, presets, today), "utf-8")

    policy, opinion = judged(written, file, today)
    assert policy.extends == tuple(presets)
    assert is_met(opinion)


def of(path: Path):
    declarations = evidence.Declarations(SiteChoice(no_site=True), lambda _: None)
    quiet = Writer(Output(), Console(quiet=True), document=EffectivePolicy)
    return evidence.of(str(path), quiet, declarations, (), Lookup(), debug=False).files[0]


def text(file, presets, today: date) -> str:
    chosen = {name: RULES.presets[name] for name in presets}
    steps, opinion = propose.settled(propose.trials(audit.understand(file, RULES), today), chosen)
    found = policy_draft.text(steps, opinion, presets, today)
    assert all(printable(line, 1000) == line for line in found.splitlines())
    return found
