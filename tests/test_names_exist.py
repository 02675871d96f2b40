"""A name that one module imports from another is defined there. A failure names the line, as of a renamed class."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

from helpers import ROOT


def defined(tree: ast.Module) -> set[str]:
    """The names that a module has after it was loaded, those under ``if`` and ``try`` included."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def module(root: Path, dotted: str) -> Path | None:
    place = root.joinpath(*dotted.split("."))
    return next((each for each in (place.with_suffix(".py"), place / "__init__.py") if each.is_file()), None)


def missing(root: Path) -> Iterator[str]:
    """Each line below ``root`` that imports from hostaudit what is not there."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted((root / "hostaudit").rglob("*.py"))}
    names = {path: defined(tree) for path, tree in trees.items()}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "hostaudit"):
                continue
            source = module(root, str(node.module))
            for alias in node.names:
                if module(root, f"{node.module}.{alias.name}") is None and (
                    source is None or (alias.name not in names[source] and "__getattr__" not in names[source])
                ):
                    yield f"{path.relative_to(root).as_posix()}:{node.lineno} {node.module} has no {alias.name}"


def test_every_name_that_is_imported_exists():
    assert not list(missing(ROOT))


def test_a_renamed_class_of_a_document_is_named_where_a_format_uses_it(tmp_path):
    """A format lists the classes that it writes, so that it cannot lose one silently."""
    shutil.copytree(ROOT / "hostaudit", tmp_path / "hostaudit", ignore=shutil.ignore_patterns("*.json", "__pycache__"))
    path = tmp_path / "hostaudit" / "model" / "checks.py"
    path.write_text(path.read_text("utf-8").replace("class PolicyTrials(", "class PolicyResults("), "utf-8")

    found = list(missing(tmp_path))
    places = {each.partition(":")[0] for each in found}

    assert "hostaudit/report/formats/junit.py" in places
    assert "hostaudit/report/terminal/rules.py" in places
    assert "hostaudit/cli/commands/policy.py" in places
    assert all("hostaudit.model.checks has no PolicyTrials" in each for each in found)
