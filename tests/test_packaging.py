"""What is shipped is what is in the sources: rules in the wheel, documents that are current."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
import tomllib

import pytest
import typer
from helpers import ROOT, corpus
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hostaudit import __version__, audit, cli, report
from hostaudit.analysis.whatif import replay
from hostaudit.documents import evidence_file, rules, scenarios
from hostaudit.errors import Exit
from hostaudit.model.report import Hours
from hostaudit.model.whatif import WhatIf
from hostaudit.report import Style
from hostaudit.report.formats.prom import METRICS

README = (ROOT / "README.md").read_text("utf-8")
DOCS = ROOT / "docs"
USAGE = (DOCS / "usage.md").read_text("utf-8")
FORMATS = (DOCS / "formats.md").read_text("utf-8")
WRITTEN = README + "".join(
    path.read_text("utf-8") for path in sorted(DOCS.glob("*.md")) if path.stem != "cli-reference"
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

AGREED = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", "action.yml"}
AGREED |= {"hostaudit", "rules", "examples", "tests", "docs", "constraints.txt", "noxfile.py"}

EXTRAS = PROJECT["project"]["optional-dependencies"]
REQUIRED = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["build-system"]["requires"],
    *(each for extra in EXTRAS.values() for each in extra),
]
PINS = (ROOT / "constraints.txt").read_text("utf-8")


def block(marker: str) -> str:
    """The fenced block after a marker in README."""
    text = README.partition(f"<!-- {marker} -->")[2]
    return text.partition("```")[2].partition("\n")[2].partition("```")[0]


def test_the_rules_go_into_the_wheel_where_they_are_looked_for():
    force = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert force == {"rules": "hostaudit/_rules"}
    assert rules.folder() == ROOT / "rules"


def test_the_package_says_that_it_is_typed():
    assert "Typing :: Typed" in PROJECT["project"]["classifiers"]
    assert (ROOT / "hostaudit" / "py.typed").read_bytes() == b""


def test_the_package_has_few_entries():
    there = [each.name for each in (ROOT / "hostaudit").iterdir() if each.name != "__pycache__"]

    assert len(there) <= 17, sorted(there)


def test_the_example_is_what_its_script_writes():
    built = runpy.run_path(str(ROOT / "examples/parler-2021/build.py"))["document"]()

    assert (ROOT / "examples/parler-2021/evidence.json").read_bytes() == built


def test_every_item_of_the_example_says_whether_it_was_reported_or_is_assumed():
    explained = ("store page as reported", "reported host, illustrative address", "assumed", "illustrative address")
    file = evidence_file.read_evidence(str(ROOT / "examples/parler-2021/evidence.json"))

    assert {each.source for each in file.evidence if not each.source.startswith(explained)} == set()


def test_the_output_in_the_readme_is_that_of_the_example():
    """Lines are left out at ``[...]``; tests/docs/test_pages.py runs the command itself."""
    report = corpus.shown(corpus.bundles()["parler-2021"], "terminal", Style(brief=True))
    pieces = [piece for piece in block("example output").split("[...]\n") if piece]

    assert report.startswith(pieces[0])
    assert len(pieces[0].splitlines()) >= 6
    assert [piece for piece in pieces if f"\n{piece}" not in f"\n{report}"] == []


def test_the_commands_in_the_readme_name_what_exists():
    assert "examples/parler-2021/evidence.json" in block("main command")
    assert '".[dev]"' in block("test command")
    assert "dev" in PROJECT["project"]["optional-dependencies"]


@pytest.mark.parametrize("command", ["main command", "test command"])
def test_the_commands_in_the_readme_install_what_is_pinned(command):
    """``pip -c`` does not reach the build backend: pip before 26.2 reads the first for it, later the second."""
    assert "PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt .venv/bin/pip install" in block(command)


@pytest.mark.parametrize("required", REQUIRED)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("system", ["Linux", "Darwin", "Windows"])
def test_every_dependency_is_pinned_to_a_version_that_is_allowed(required, python, system):
    platform, name = {"Linux": ("linux", "posix"), "Darwin": ("darwin", "posix"), "Windows": ("win32", "nt")}[system]
    place = {"python_version": python, "python_full_version": f"{python}.0", "platform_system": system}
    place |= {"sys_platform": platform, "os_name": name, "extra": ""}
    wanted = Requirement(required)
    if wanted.marker is not None and not wanted.marker.evaluate(place):
        return
    pins = [Requirement(line) for line in PINS.splitlines() if not line.startswith("#")]
    found = [
        each
        for each in pins
        if canonicalize_name(each.name) == canonicalize_name(wanted.name)
        and (each.marker is None or each.marker.evaluate(place))
    ]

    assert len(found) == 1
    ((operator, version),) = [(each.operator, each.version) for each in found[0].specifier]
    assert operator == "=="
    assert wanted.specifier.contains(version)


def test_the_pins_name_no_place_to_fetch_from():
    lines = PINS.splitlines()

    assert "nox -s lock" in lines[1]
    assert not re.search(r"://|^\s*-|file:|[a-z]:\\", PINS, re.MULTILINE)
    assert all(re.fullmatch(r"#.*|[a-z0-9-]+==[0-9][\w.]*( ; .+)?", line) for line in lines)


def test_whoever_owns_the_project_is_the_same_everywhere():
    places = PROJECT["project"]["urls"].values()
    owners = {re.match(r"https://github\.com/([^/]+)/hostaudit(?:/|$)", each)[1] for each in places}
    texts = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "action.yml", *(ROOT / "examples").rglob("*.y*ml")]
    used = [
        owner
        for path in [*texts, *(ROOT / "docs").rglob("*.md")]
        for owner in re.findall(r"(?:github\.com/|uses: )([\w.-]+)/hostaudit(?![\w-])", path.read_text("utf-8"))
    ]

    assert len(owners) == 1
    assert used
    assert set(used) == owners


def release_check(tree, tag):
    done = subprocess.run([sys.executable, tree / ".ci" / "release-check", tag], capture_output=True, text=True)
    return done.returncode, done.stderr


def test_a_release_is_refused_for_all_that_is_not_ready_and_no_more(tmp_path):
    for name in (".ci/release-check", "pyproject.toml", "hostaudit/__init__.py", "CHANGELOG.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    project = (tmp_path / "pyproject.toml").read_text("utf-8")
    owner = re.search(r"github\.com/([^/]+)/", project)[1]
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n")

    (tmp_path / "pyproject.toml").write_text(project.replace(f"/{owner}/", "/OWNER/"))
    code, said = release_check(tmp_path, "v9.9.9")
    assert code == 1
    assert all(text in said for text in ("Source", "Issues", "Changelog", "the tag is v9.9.9", "no section [9.9.9]"))
    assert "put the owner in place of OWNER" in said

    (tmp_path / "pyproject.toml").write_text(project.replace(f"/{owner}/", "/somebody/"))
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n## [{__version__}] - 2030-01-01\n")
    assert release_check(tmp_path, f"v{__version__}") == (0, "")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_pages_and_the_command_line_know_the_same_options(name):
    command = typer.main.get_command(cli.app).commands[name]
    options = {text for each in command.params for text in (*each.opts, *each.secondary_opts) if text.startswith("--")}

    assert f"hostaudit {name} " in USAGE
    assert [option for option in options if f"`{option}" not in WRITTEN] == []


def test_the_pages_name_no_option_that_does_not_exist():
    commands = list(typer.main.get_command(cli.app).commands.values())
    commands += [each for group in commands for each in getattr(group, "commands", {}).values()]
    options = {text for command in commands for each in command.params for text in each.opts}

    assert set(re.findall(r"`(--[a-z-]+)", WRITTEN)) <= options


def test_the_walk_of_the_page_has_the_numbers_of_the_example():
    text = " ".join((DOCS / "how-it-decides.md").read_text("utf-8").split())
    file = evidence_file.read_evidence(str(ROOT / "examples/parler-2021/evidence.json"))
    case = audit.understand(file, rules.load())
    opinion = audit.analyse(file, rules.load())
    row = next(each for each in opinion.dependencies if each.id == "hosting:api.parler.com 52.33.9.9:aws")
    point = opinion.spofs[0]
    ids = next(each for each in point.functions if each.id == "web:api.parler.com").times
    times = [opinion.times[each] for each in ids]
    worst, second, third = opinion.score.working[0].companies[:3]
    replayed = replay.replay(case, scenarios.find("parler-2021"))
    fates = {each.id: each.down_hours for each in replayed.functions}

    assert f"noted {len(file.evidence)} answers" in text
    assert f"{len(case.tree.gates)} gates over {len(case.tree.leaves)} basic events" in text
    assert (row.provider, row.confidence, len(row.clues)) == ("aws", 0.99, 4)
    assert all(clue.split(" ", 1)[1] in text.replace("the origin ", "") for clue in row.clues[1:])
    assert next(each.hours for each in times if each.how == "assumed") == Hours(48, 360, 2136)
    assert any("60 s" in each.source and each.how == "measured" for each in times)
    assert (point.failure_domain.id, point.order) == ("amazon", 1)
    also = f"{second.name} and {third.name}, without which new installs stop, have {second.exposure:.4f} each"
    assert f"exposure, {worst.exposure}; {also}" in text
    assert f"= {opinion.score.low}." in text
    assert opinion.score.low == opinion.score.high
    assert (round(fates["web"]), fates["install_ios"] / 24, fates["install_android"] / 24) == (840, 128, 602)
    assert "35 days (840 h), 128 days and 602 days" in text
    assert "web site and api.parler.com - at once; back after about 15 days (2 to 89 days)" in " ".join(
        corpus.rendered(corpus.bundles()["parler-2021"], "terminal").split()
    )


def test_the_exit_codes_in_the_readme_are_those_of_the_command():
    table = README.partition("| code | meaning |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([0-9, ]+) \|", table, re.MULTILINE)

    assert {int(code) for row in rows for code in row.split(",")} == set(Exit)


def test_the_formats_of_the_page_are_those_there_are():
    section = FORMATS.partition("\n## Formats\n")[2].partition("\n## ")[0]
    table = section.partition("| format | for |")[2].partition("\n\n")[0]
    reports_only = re.search(r"\n(`sarif`.*?) hold reports", section, re.DOTALL)

    assert sorted(re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE)) == sorted(report.names())
    assert reports_only is not None
    assert set(re.findall("`([a-z]+)`", reports_only[1])) == set(report.names()) - set(report.able(WhatIf))


def test_the_metrics_of_the_page_are_those_there_are():
    rows = re.findall(r"^\| `(hostaudit_[a-z_]+)` \| ([a-z_, ]+) \|", FORMATS, re.MULTILINE)

    assert {name: tuple(labels.split(", ")) for name, labels in rows} == {
        name: labels for name, (_, labels) in METRICS.items()
    }


def test_the_changelog_knows_this_version_or_is_unreleased():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert f"## [{__version__}]" in changelog or "## [Unreleased]" in changelog


def test_the_pages_go_into_the_source_distribution():
    assert "docs" in PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]


def test_the_top_level_holds_what_was_agreed():
    entries = {each.name for each in ROOT.iterdir() if not each.name.startswith(".")}

    assert entries - {"dist", "build"} <= AGREED
