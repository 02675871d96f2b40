"""The generated pages of docs/ are what .ci/build_docs.py writes."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILDER = runpy.run_path(str(ROOT / ".ci/build_docs.py"))


@pytest.mark.parametrize("name", BUILDER["PAGES"])
def test_a_generated_page_is_current(name):
    assert (ROOT / "docs" / name).read_text("utf-8") == BUILDER["PAGES"][name](), "run: python .ci/build_docs.py"


def test_every_page_that_says_it_is_generated_has_a_builder():
    marked = {path.name for path in (ROOT / "docs").glob("*.md") if BUILDER["MARK"] in path.read_text("utf-8")}

    assert marked == set(BUILDER["PAGES"])


def test_check_names_what_is_not_current_and_writes_nothing(tmp_path, capsys, monkeypatch):
    main = BUILDER["main"]
    monkeypatch.setitem(main.__globals__, "DOCS", tmp_path)
    monkeypatch.setitem(main.__globals__, "PAGES", {"one.md": lambda: "new\n"})
    (tmp_path / "one.md").write_text("old\n")

    assert main(["--check"]) == 1
    assert "docs/one.md is not current" in capsys.readouterr().err
    assert (tmp_path / "one.md").read_text() == "old\n"
    assert main([]) == 0
    assert (tmp_path / "one.md").read_text() == "new\n"
    assert main(["--check"]) == 0
    assert main(["--other"]) == 2
