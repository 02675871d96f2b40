"""The page on architecture names the modules that there are, each where it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "hostaudit"
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
MODULE = re.compile(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.py|[a-z_0-9]+/(?:[a-z_0-9]+/)*)`")
LEAST = {"domain": 60, "provider": 10}


def walk(word: str) -> list[str]:
    """The modules of a walk, in order."""
    text = PAGE.partition(f"<!-- walk: {word} -->")[2].partition("<!-- end of walk -->")[0]
    return re.findall(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.py)`", text)


@pytest.mark.parametrize("word", LEAST)
def test_each_module_of_a_walk_exists_and_is_passed_once(word):
    modules = walk(word)

    assert len(modules) >= LEAST[word]
    assert [each for each in modules if not (PACKAGE / each).is_file()] == []
    assert sorted(modules) == sorted(set(modules))


@pytest.mark.parametrize("word", LEAST)
def test_the_steps_of_a_walk_are_numbered_without_a_gap(word):
    text = PAGE.partition(f"<!-- walk: {word} -->")[2].partition("<!-- end of walk -->")[0]
    numbers = [int(each) for each in re.findall(r"(?:^|[\s])(\d+)\. `", text)]

    assert numbers == list(range(1, numbers[-1] + 1))


def test_the_rooms_of_the_page_are_those_of_the_package():
    block = PAGE.partition("```text\nhostaudit/\n")[2].partition("```")[0]
    rooms = {line.split()[0] for line in block.splitlines()}
    there = {f"{each.name}/" for each in PACKAGE.iterdir() if each.is_dir() and not each.name.startswith(("_", "."))}
    there |= {each.name for each in PACKAGE.glob("*.py") if not each.name.startswith("__")}

    assert rooms == there


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/how-it-decides.md", ".github/CONTRIBUTING.md"])
def test_every_module_and_folder_that_a_page_names_exists(page):
    text = (ROOT / page).read_text("utf-8")
    named = {each.removeprefix("hostaudit/") for each in MODULE.findall(text)}

    assert [each for each in sorted(named) if not ((PACKAGE / each).exists() or (ROOT / each).exists())] == []


def test_the_places_of_additions_exist():
    text = (ROOT / ".github/CONTRIBUTING.md").read_text("utf-8")
    rows = re.findall(r"^\| [^|]+ \| \d+ \| ([^|]+) \|$", text, re.MULTILINE)
    places = [ROOT / each for row in rows for each in re.findall(r"`((?:rules|hostaudit)/[^`\s]*)`", row)]

    assert [str(each) for each in places if not (each if each.stem.islower() else each.parent).exists()] == []


def test_folders_of_data_on_the_page_exist():
    folders = re.findall(r"`(hostaudit/[a-z_/]+/)`", PAGE)

    assert folders
    assert [each for each in folders if not (ROOT / each).is_dir()] == []


def test_every_module_of_analysis_and_policy_is_on_the_page():
    lists = (
        "analysis/fault_tree/functions/",
        "analysis/findings/",
        "policy/checks/",
    )  # folders that are lists of their own
    modules = [
        each.relative_to(PACKAGE).as_posix()
        for room in ("analysis", "policy")
        for each in PACKAGE.glob(f"{room}/**/*.py")
    ]
    named = set(MODULE.findall(PAGE))

    assert modules
    assert [each for each in modules if not each.startswith(lists) and "__" not in each and each not in named] == []
