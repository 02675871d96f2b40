"""The price of one addition: the files that it touches, proved in a copy of the project.

Each other module in this folder but ``test_prices.py`` holds one price as ``PRICE``; the folder is the list. A price
names each file of its patch and the edit made to it. ``test_prices.py`` proves of every price that

- the patch touches at most ``most`` files (generated files and tests do not count),
- in a copy with the whole patch the completeness tests pass and a command shows the new thing,
- with any one file taken back a completeness test fails and its message contains ``FILE lacks``.

``.ci/prices`` runs ruff and mypy over the patched copies, which is too slow for the tests.

An example is ``tests/price/provider.py``. An edit is a function from the old text of a file to the new one: ``new``,
``after``, ``before``, ``replaced``, ``appended``, or several of them in a row by ``edits``. An edit fails if its anchor
does not occur exactly once, so that a price cannot rot unnoticed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

Edit = Callable[[str], str]

COPIED = ("hostaudit", "rules", "tests", "examples", "docs", ".ci", "pyproject.toml", "README.md", "CHANGELOG.md")
"""What a copy holds, as far as it is there."""

GENERATORS: tuple[tuple[str, ...], ...] = (("-m", "hostaudit.documents.schemas"), (".ci/build_docs.py",))
"""The commands that write generated files anew, as arguments of Python; run in the copy after the patch."""


@dataclass(frozen=True)
class Price:
    """One addition and its price.

    ``patch``: by file, relative to the root of the project, its edit. ``checks``: the completeness tests, as names of
    test files, with ``::test_name`` if only one of its tests matters; a file is found wherever below ``tests`` it lies.
    ``inputs``: files by name that are written beside the copy before the command runs. ``shows``: the arguments of
    ``hostaudit``, which runs in the folder of the inputs; ``{root}`` stands for the copy. ``expect``: texts that its
    output must contain.
    """

    most: int
    patch: Mapping[str, Edit]
    checks: tuple[str, ...]
    shows: tuple[str, ...]
    expect: tuple[str, ...]
    inputs: Mapping[str, str] = field(default_factory=dict)


def prices() -> dict[str, Price]:
    """The prices of this folder by module name."""
    paths = [path for path in sorted(HERE.glob("*.py")) if path.stem not in ("patched_copy", "test_prices", "__init__")]
    return {path.stem: _load(path) for path in paths}


def _load(path: Path) -> Price:
    spec = importlib.util.spec_from_file_location(f"price_of_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    price: Price = module.PRICE
    return price


# -- edits ------------------------------------------------------------------------------------------------


def new(text: str) -> Edit:
    """A file that is not there yet."""

    def edit(old: str) -> str:
        assert not old, "the file is there already"
        return text

    return edit


def replaced(anchor: str, text: str) -> Edit:
    """``text`` in place of ``anchor``."""

    def edit(old: str) -> str:
        assert old.count(anchor) == 1, f"{anchor!r} occurs {old.count(anchor)} times"
        return old.replace(anchor, text)

    return edit


def after(anchor: str, text: str) -> Edit:
    """``text`` directly behind ``anchor``."""
    return replaced(anchor, anchor + text)


def before(anchor: str, text: str) -> Edit:
    """``text`` directly in front of ``anchor``."""
    return replaced(anchor, text + anchor)


def appended(text: str) -> Edit:
    """``text`` at the end of the file."""
    return lambda old: old + text


def edits(*several: Edit) -> Edit:
    """Several edits of one file, one after the other."""

    def edit(old: str) -> str:
        for each in several:
            old = each(old)
        return old

    return edit


# -- the copy ---------------------------------------------------------------------------------------------


def patched(price: Price, place: Path, *, without: str = "") -> Path:
    """A copy of the project below ``place`` with the patch applied, but for the file ``without``; returns its root."""
    root = place / "copy"
    root.mkdir(parents=True)
    waste = shutil.ignore_patterns("__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=waste)
        elif (ROOT / name).is_file():
            shutil.copy2(ROOT / name, root / name)
    for name, edit in price.patch.items():
        if name != without:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(edit(path.read_text("utf-8") if path.exists() else ""), "utf-8")
    for name, text in price.inputs.items():
        (place / name).write_text(text, "utf-8")
    for command in () if without else GENERATORS:
        run(root, *command, check=True)
    return root


def run(
    root: Path, *arguments: str, folder: Path | None = None, check: bool = False
) -> subprocess.CompletedProcess[str]:
    """Python with these arguments, importing from the copy ``root``. ``check``: a failure raises ``AssertionError``."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE", "COV_"))},
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_CACHE_HOME": str(root.parent / "cache"),
        "XDG_DATA_HOME": str(root.parent / "no-data"),
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        (sys.executable, *arguments), cwd=folder or root, env=environment, capture_output=True, text=True, timeout=300
    )
    assert not check or done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
    return done


def checked(price: Price, root: Path) -> subprocess.CompletedProcess[str]:
    """The completeness tests of a price, run in the copy."""
    tests = []
    for check in price.checks:
        file, colons, test = check.partition("::")
        (path,) = (root / "tests").rglob(file)
        tests.append(f"{path.relative_to(root)}{colons}{test}")
    return run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=short", *tests)


def shown(price: Price, root: Path) -> str:
    """What the command of a price writes when it runs from the copy: standard output, then standard error."""
    arguments = (each.replace("{root}", str(root)) for each in price.shows)
    done = run(root, "-m", "hostaudit", *arguments, folder=root.parent)
    return done.stdout + done.stderr
