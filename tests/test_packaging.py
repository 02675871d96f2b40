"""What is shipped is what is in the sources: rules in the wheel, documents that are current."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import test_corpus

from hostaudit import __version__, rules

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

AGREED = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", "action.yml"}
AGREED |= {"hostaudit", "rules", "examples", "tests"}


def block(marker: str) -> str:
    """The fenced block after a marker in README."""
    text = README.partition(f"<!-- {marker} -->")[2]
    return text.partition("```")[2].partition("\n")[2].partition("```")[0]


def shortened(report: str) -> str:
    """A terminal report as README shows it: down to its first heading after the companies."""
    return report.partition("\nThe same seen otherwise")[0].rstrip() + "\n[...]\n"


def test_the_rules_go_into_the_wheel_where_they_are_looked_for():
    force = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert force == {"rules": "hostaudit/_rules"}
    assert rules.folder() == ROOT / "rules"


def test_the_example_is_what_its_script_writes():
    built = runpy.run_path(str(ROOT / "examples/parler-2021/build.py"))["document"]()

    assert (ROOT / "examples/parler-2021/evidence.json").read_bytes() == built


def test_the_output_in_the_readme_is_that_of_the_example():
    report = test_corpus.rendered(test_corpus.bundles()["parler-2021"], "terminal")

    assert block("example output") == shortened(report)


def test_the_commands_in_the_readme_name_what_exists():
    assert "examples/parler-2021/evidence.json" in block("main command")
    assert '".[dev]"' in block("test command")
    assert "dev" in PROJECT["project"]["optional-dependencies"]


def test_the_changelog_knows_this_version_or_is_unreleased():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert f"## [{__version__}]" in changelog or "## [Unreleased]" in changelog


def test_the_catalogue_is_as_large_as_the_changelog_says():
    number = len(rules.load().providers)

    assert f"A catalogue of {number} providers" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_top_level_holds_what_was_agreed():
    entries = {each.name for each in ROOT.iterdir() if not each.name.startswith(".")}

    assert entries - {"dist", "build"} <= AGREED
