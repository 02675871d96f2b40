"""Imports go one way, and each library of others has one owner. A failure names the line."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "hostaudit"

THINKING = (
    "analysis.catalogue analysis.attribution analysis.diagnosis analysis.fault_tree analysis.site_model analysis.impact"
)
MAY_IMPORT: dict[str, str] = {
    "model": "",
    "errors": "",
    "files": "errors",
    "datasets": "files model errors",
    "domain": "datasets files model errors",
    "documents": "domain files model errors",
    "history": "model errors",
    "report": "model",
    "observe.net": "datasets domain files model errors",
    "observe.html_tags": "domain",
    "observe.spf_record": "",
    "observe.probes": "observe.html_tags observe.spf_record observe.net domain model",
    "observe.contradictions": "domain model",
    "observe.look": "observe.contradictions observe.net observe.probes domain model errors",
    "observe.refresh": "observe.net datasets domain files model errors",
    "observe.doctor": "observe documents datasets files model errors",
    "analysis.catalogue": "documents datasets domain files model errors",
    "analysis.attribution": "analysis.catalogue domain model errors",
    "analysis.diagnosis": "analysis.attribution analysis.catalogue domain model errors",
    "analysis.fault_tree": "analysis.diagnosis analysis.attribution analysis.catalogue domain model errors",
    "analysis.site_model": (
        "analysis.fault_tree analysis.diagnosis analysis.attribution analysis.catalogue domain model errors"
    ),
    "analysis.findings": f"{THINKING} domain model errors",
    "analysis.impact": f"{THINKING} domain model errors",
    "analysis.assess": f"{THINKING} analysis.findings domain model errors",
    "analysis.compare": "model",
    "analysis.places": f"{THINKING} domain model errors",
    "analysis.whatif": f"{THINKING} domain model errors",
    "policy": "analysis documents domain model errors",
    "audit": "observe analysis policy documents domain model errors",
    "audit.batch": "audit observe.look observe.net documents history report domain files model errors",
    "api": "audit observe analysis policy documents report domain files model errors",
    "cli": "api audit observe analysis policy documents history report datasets domain files model errors",
    "__main__": "cli errors",
}
"""What each room may see besides itself. A dotted name is one part of a room, a room stands for all its parts."""

SEAM = ("observe.net", "observe.net.outcome", "observe.net.jsontext")
"""What of the net a probe may see: the protocol, its plain values and how a body is read, never a client."""

OWNERS = {
    "dns": ("observe/net/dns/client.py",),
    "httpx": ("observe/net/http/client.py",),
    "rich": ("report/terminal/spans.py",),
    "httpcore": ("observe/net/http/client.py",),
    "cryptography": ("observe/net/http/client.py",),
    "jinja2": ("report/html/page.py",),
    "markupsafe": ("report/html/page.py",),
    "ipwhois": ("observe/net/registry/address_holder.py",),
    "yaml": ("documents/strict_yaml.py",),
    "typer": ("cli/",),
    "sqlite3": ("history/store.py",),
    "idna": ("domain.py",),
    "publicsuffixlist": ("domain.py",),
}
"""By library the modules that may import it; a folder, with its slash, stands for all in it."""

ANYWHERE = {"msgspec"}
"""Third-party libraries that have no owner."""

STANDARD = {*sys.stdlib_module_names, "__future__"}


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    """The dotted name inside the package, empty for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room that a module stands in, by the longest name in the rule."""
    parts = module.split(".")
    return next((room for end in (2, 1) if (room := ".".join(parts[:end])) in MAY_IMPORT), parts[0])


def inside(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of every import, at any depth and under TYPE_CHECKING too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.relative_to(ROOT)}:{node.lineno} imports relatively"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield node.lineno, submodule if is_module(submodule) else str(node.module)


def imported_at_once(path: Path) -> Iterator[str]:
    """The modules that importing a file loads, those that only type checkers see left out."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        for each in ast.walk(node):
            if isinstance(each, ast.Import):
                yield from (alias.name for alias in each.names)
            elif isinstance(each, ast.ImportFrom):
                yield str(each.module)


def is_module(dotted: str) -> bool:
    place = ROOT.joinpath(*dotted.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def offences(path: Path) -> Iterator[str]:
    module = module_of(path)
    room = room_of(module)
    for line, imported in imports(path):
        where = f"{path.relative_to(ROOT)}:{line}"
        top, _, seen = imported.partition(".")
        if top == "hostaudit":
            if seen and not inside(seen, room) and not any(inside(seen, each) for each in MAY_IMPORT[room].split()):
                yield f"{where} {room} may not import {seen}"
            elif room == "observe.probes" and inside(seen, "observe.net") and seen not in SEAM:
                yield f"{where} probes may not import {seen}"
            elif room == "observe.probes" and seen.startswith("observe.probes."):
                yield f"{where} a probe may not import another"
        elif top in OWNERS or (top not in STANDARD and top not in ANYWHERE):
            owners = OWNERS.get(top)
            if owners is None:
                yield f"{where} {top} has no owner"
            elif not owned(path.relative_to(PACKAGE).as_posix(), owners):
                yield f"{where} {top} belongs to {', '.join(owners)}"


def owned(place: str, owners: tuple[str, ...]) -> bool:
    return any(place.startswith(owner) if owner.endswith("/") else place == owner for owner in owners)


def test_every_module_stands_in_a_known_room():
    rooms = {room_of(module) for path in files() if (module := module_of(path))}

    lost = sorted(
        room for room in rooms if room not in MAY_IMPORT and not any(each.startswith(f"{room}.") for each in MAY_IMPORT)
    )
    assert not lost, f"say in this file what these may import: {lost}"


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_one_way_and_libraries_stay_with_their_owner(path):
    if module_of(path) in MAY_IMPORT or room_of(module_of(path)) in MAY_IMPORT:
        assert not list(offences(path))
    else:
        # The package itself, and the rooms whose parts have rules of their own, load nothing.
        assert not [module for module in imported_at_once(path) if module != "__future__"]


@pytest.mark.parametrize(
    ("place", "source", "words"),
    [
        ("analysis/assess.py", "from hostaudit.observe.net import Net", "analysis.assess may not import observe.net"),
        ("analysis/assess.py", "def f():\n    from hostaudit.observe import net", ":2 analysis.assess may not import"),
        ("analysis/x.py", "import os", ""),
        ("analysis/impact/x.py", "from hostaudit.analysis.whatif.replay import x", "analysis.impact may not import"),
        ("analysis/fault_tree/x.py", "import hostaudit.analysis.impact.outage", "may not import analysis.impact"),
        ("report/x.py", "import hostaudit.audit", "report may not import audit"),
        ("report/x.py", "from hostaudit.errors import Exit", "report may not import errors"),
        ("documents/x.py", "import hostaudit.analysis.catalogue.match", "documents may not import analysis.catalogue"),
        ("observe/probes/x.py", "from hostaudit.observe.probes.page import PROBE", "a probe may not import another"),
        ("observe/probes/x.py", "from hostaudit.observe.net.live import LiveNet", "may not import observe.net.live"),
        ("observe/probes/x.py", "if X:\n    from hostaudit.analysis.assess import a", ":2 observe.probes may not"),
        ("observe/net/x.py", "import httpx", "httpx belongs to observe/net/http/client.py"),
        ("observe/net/x.py", "from dns import message", "dns belongs to observe/net/dns/client.py"),
        ("report/x.py", "import typer", "typer belongs to cli/"),
        ("analysis/impact/x.py", "import requests", "requests has no owner"),
    ],
)  # fmt: skip
def test_the_rule_finds_what_it_is_for(tmp_path, monkeypatch, place, source, words):
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "hostaudit")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    monkeypatch.setattr(
        sys.modules[__name__],
        "is_module",
        lambda dotted: dotted in ("hostaudit.observe.net", "hostaudit.observe.probes.page"),
    )
    path = tmp_path / "hostaudit" / place
    path.parent.mkdir(parents=True)
    path.write_text(source)

    if words:
        assert [words in each for each in offences(path)] == [True]
    else:
        assert room_of(module_of(path)) not in MAY_IMPORT


def test_a_probe_may_see_the_seam_of_the_net(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "hostaudit")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    path = tmp_path / "hostaudit" / "observe" / "probes" / "x.py"
    path.parent.mkdir(parents=True)
    path.write_text("from hostaudit.observe.net import Net\nfrom hostaudit.observe.net.outcome import Outcome\n")

    assert not list(offences(path))
