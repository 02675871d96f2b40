"""What holds for every test: no traffic leaves the machine, and the environment of whoever runs it does not matter."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import seal
from hypothesis import settings

settings.register_profile("hostaudit", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
settings.load_profile("hostaudit")

# A shell starts background jobs with interrupts ignored, which commands under test would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What a new file may be read by is a matter of whoever runs the tests; some look at it.
os.umask(0o022)


sys.addaudithook(seal.stay_here)


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take away what the environment says; give each run a cache of its own; fail a test that went elsewhere."""
    for name in [*seal.FOREIGN, *(each for each in os.environ if each.startswith("HOSTAUDIT_"))]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp() / "no-home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "no-data"))
    yield
    gone, seal.REACHED[:] = tuple(seal.REACHED), []
    assert not gone


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
