"""Every example of docs/api.md runs and prints what the page shows; every public name has one."""

from __future__ import annotations

import contextlib
import io
import re
import shutil

import pytest
from helpers import ROOT
from helpers.loopback import served

import hostaudit

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
EXAMPLES = [(match[1], match[2] or "") for match in EXAMPLE.finditer(PAGE)]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A working directory with the files that the examples name."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("code", "output"), EXAMPLES, ids=lambda text: re.sub(r"\W+", "-", text[-60:])[:40])
def test_an_example_prints_what_the_page_shows(code, output, project, monkeypatch):
    printed = io.StringIO()
    with served(monkeypatch), contextlib.redirect_stdout(printed):
        exec(compile(code, "docs/api.md", "exec"), {"__name__": "__main__"})

    assert printed.getvalue() == output


def test_every_public_name_is_used_in_an_example():
    used = {name for code, _ in EXAMPLES for name in re.findall(r"hostaudit\.(\w+)", code)}

    assert sorted({*hostaudit.__all__} - used - {"__version__"}) == []
