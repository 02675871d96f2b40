"""The registry of documents is complete: model class, page and command of each. A failure names the file that lacks it.

The files are read as syntax trees, as a package that lacks one of them may not even import.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from helpers import ROOT

PACKAGE = ROOT / "hostaudit"
REGISTRY = PACKAGE / "model" / "documents.py"


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def registered() -> dict[str, str]:
    """By class of the registry the module of the model that it is imported from."""
    return {
        alias.name: node.module.rpartition(".")[2]
        for node in parsed(REGISTRY).body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hostaudit.model.")
        for alias in node.names
    }


def shown() -> dict[str, str]:
    """Those that a command shows: the members of the union ``Document``."""
    union = next(
        node.value
        for node in parsed(REGISTRY).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "Document"
    )
    names = {node.id for node in ast.walk(union) if isinstance(node, ast.Name)}
    return {each: module for each, module in registered().items() if each in names}


def classes(path: Path) -> Iterator[ast.ClassDef]:
    return (node for node in parsed(path).body if isinstance(node, ast.ClassDef)) if path.is_file() else iter(())


def has_schema_id(node: ast.ClassDef) -> bool:
    return any(
        isinstance(each, ast.AnnAssign)
        and ast.unparse(each.target) == "schema"
        and ast.unparse(each.annotation).startswith("Literal['hostaudit.")
        for each in node.body
    )


def used(folder: str, find: type[ast.AST], wanted: str) -> set[str]:
    """The names in ``PAGES = {NAME: ...}`` or in ``Writer(..., document=NAME)`` of the modules of a folder."""
    found: set[str] = set()
    for path in (PACKAGE / folder).glob("*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, find) and wanted in (
                [ast.unparse(each) for each in node.targets] if isinstance(node, ast.Assign) else [node.arg]
            ):
                found |= {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
    return found


def assigned(path: Path, variable: str) -> set[str]:
    """The names in the values of a variable of a module, wherever it is set."""
    return {
        each.id
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == variable
        for each in ast.walk(node.value)
        if isinstance(each, ast.Name)
    }


def one_of(path: Path, variable: str) -> set[str]:
    """The names in the annotation of a variable of a module: what it holds is known only when the files are read."""
    return {
        each.id
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == variable
        for each in ast.walk(node.annotation)
        if isinstance(each, ast.Name)
    }


def test_every_document_of_the_registry_has_its_class():
    lacking = [
        f"{name(PACKAGE / 'model')}/{module}.py lacks the class {each}"
        for each, module in registered().items()
        if each not in {node.name for node in classes(PACKAGE / "model" / f"{module}.py")}
    ]
    assert not lacking, "; ".join(lacking)


def test_every_class_with_a_schema_id_is_in_the_registry():
    lacking = [
        f"{name(REGISTRY)} lacks {node.name} of {name(path)}"
        for path in sorted((PACKAGE / "model").glob("*.py"))
        for node in classes(path)
        if has_schema_id(node) and node.name not in registered()
    ]
    assert not lacking, "; ".join(lacking)


def test_every_document_that_is_shown_has_a_page():
    pages = used("report/terminal", ast.Assign, "PAGES")
    lacking = [
        f"hostaudit/report/terminal/{module}.py lacks a page for {each}"
        for each, module in shown().items()
        if each not in pages
    ]
    assert not lacking, "; ".join(lacking)


def test_every_document_that_is_shown_is_written_by_a_command():
    written = used("cli/commands", ast.keyword, "document")
    for path in (PACKAGE / "cli" / "commands").glob("*.py"):
        written |= assigned(path, "document") | one_of(path, "found")
    lacking = [
        f"hostaudit/cli/commands/{module}.py lacks a command that writes {each}"
        for each, module in shown().items()
        if each not in written
    ]
    assert not lacking, "; ".join(lacking)


def test_the_registry_agrees_with_what_is_published():
    from hostaudit.documents import schemas
    from hostaudit.model import documents

    assert set(schemas.NAMES) == set(documents.PUBLISHED)
    assert {each.__name__ for each in documents.SHOWN} == set(shown())
    assert all(documents.schema_id(each) == f"hostaudit.{word}/1" for word, each in documents.PUBLISHED.items()
               if each not in {*documents.WRITTEN.values(), *documents.LINES.values()})  # fmt: skip
