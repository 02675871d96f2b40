"""Imports go one way, and each library of others has one owner. A failure names the line."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "hostaudit"

GROUND = ("model", "errors")
THOUGHT = (
    "seen",
    "indexes",
    "catalogue",
    "attribution",
    "graph",
    "operators",
    "times",
    "legs",
    "names",
    "proofs",
    "spares",
    "stores",
    "tree",
    "case",
    "impact",
    "cutsets",
    "standing",
    "score",
    "sentence",
    "lookalikes",
    "findings",
    "judge",
    "spans",
    "course",
    "binding",
    "fates",
    "timeline",
    "candidates",
    "alternatives",
    "checks",
    "exceptions",
    "gate",
    "snapshots",
    "changes",
)
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "model": ("model",),
    "errors": (),
    "files": ("errors",),
    "domain": (*GROUND, "files", "tables"),
    "strict_yaml": GROUND,
    "policyfile": (*GROUND, "domain", "strict_yaml", "words"),
    "rules": (*GROUND, "files", "policyfile", "strict_yaml"),
    "scenarios": (*GROUND, "strict_yaml", "rules"),
    "sitefile": (*GROUND, "domain", "policyfile", "strict_yaml", "words"),
    "ratchet": (*GROUND, "demands"),
    "reminders": (*GROUND, "policyfile"),
    "demands": (*GROUND, "policyfile", "sitefile", "strict_yaml"),
    "documents": (*GROUND, "sitefile"),
    "console": GROUND,
    "history": GROUND,
    "explanations": (*GROUND, "strict_yaml", "words"),
    "policytests": (*GROUND, "policyfile", "strict_yaml"),
    "schemas": (*GROUND, "policyfile", "schemas", "sitefile", "words"),
    "matching": (*GROUND, "catalogue", "files", "indexes", "special", "strict_yaml", "tables"),
    "directory": (*GROUND, "catalogue", "strict_yaml"),
    "lint": (*GROUND, "catalogue", "domain", "indexes", "rules", "special", "strict_yaml"),
    "markup": GROUND,
    "special": (),
    "tables": (*GROUND, "files", "special", "tables"),
    "net": (*GROUND, "files", "special", "tables", "net"),
    "data": (*GROUND, "data", "domain", "net", "tables"),
    "probes": (*GROUND, "markup", "net", "probes"),
    "words": ("model",),
    "report": ("model", "report", "words"),
    **{room: (*GROUND, "domain", "words", *THOUGHT[:position]) for position, room in enumerate(THOUGHT)},
    "audit": (*GROUND, *THOUGHT, "documents", "domain", "rules", "scenarios", "net", "probes"),
    "completion": (),
    "doctor": (*GROUND, "data", "files", "net", "rules", "tables"),
    "cli": (
        *GROUND,
        "audit",
        "candidates",
        "case",
        "changes",
        "snapshots",
        "completion",
        "console",
        "data",
        "demands",
        "directory",
        "doctor",
        "documents",
        "domain",
        "explanations",
        "files",
        "history",
        "lint",
        "matching",
        "policyfile",
        "policytests",
        "ratchet",
        "reminders",
        "report",
        "rules",
        "scenarios",
        "schemas",
        "sitefile",
        "tables",
        "timeline",
    ),
    "__main__": (*GROUND, "cli"),
}
"""What each room (a module or folder of the package) may see. ``THOUGHT`` is in order: each sees those before it."""

SEAM = ("net", "net.outcome", "net.jsontext")
"""What of the net a probe may see: the protocol, its plain values and how a body is read, never a client."""

OWNERS = {
    "dns": ("net/dns.py",),
    "httpx": ("net/http.py",),
    "httpcore": ("net/http.py",),
    "cryptography": ("net/http.py",),
    "ipwhois": ("net/whois.py",),
    "yaml": ("strict_yaml.py",),
    "typer": ("cli/",),
    "sqlite3": ("history.py",),
    "idna": ("domain.py",),
    "publicsuffixlist": ("domain.py",),
}
"""By library the modules that may import it; a folder, with its slash, stands for all in it."""

ANYWHERE = {"msgspec"}
"""Third-party libraries that have no owner."""

STANDARD = {*sys.stdlib_module_names, "__future__"}


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


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


def is_module(dotted: str) -> bool:
    place = ROOT.joinpath(*dotted.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def offences(path: Path) -> Iterator[str]:
    room = room_of(path)
    for line, module in imports(path):
        where = f"{path.relative_to(ROOT)}:{line}"
        top, _, rest = module.partition(".")
        if top == "hostaudit":
            seen = rest.split(".")[0]
            if seen and seen != room and seen not in MAY_IMPORT[room]:
                yield f"{where} {room} may not import {seen}"
            if room == "probes" and seen == "net" and rest not in SEAM:
                yield f"{where} probes may not import {rest}"
            if room == "probes" and seen == "probes" and rest != "probes":
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
    rooms = {room_of(path) for path in files()} - {"__init__"}

    assert rooms <= set(MAY_IMPORT), f"say in this file what these may import: {sorted(rooms - set(MAY_IMPORT))}"


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_one_way_and_libraries_stay_with_their_owner(path):
    if room_of(path) == "__init__":
        assert not list(imports(path)) or all(module == "__future__" for _, module in imports(path))
    else:
        assert not list(offences(path))


@pytest.mark.parametrize(
    ("room", "source", "words"),
    [
        ("judge.py", "from hostaudit.net import Net", "judge may not import net"),
        ("judge.py", "def f():\n    from hostaudit import net", ":2 judge may not import net"),
        ("report/x.py", "import hostaudit.audit", "report may not import audit"),
        ("report/x.py", "from hostaudit.errors import Exit", "report may not import errors"),
        ("probes/x.py", "from hostaudit.probes.page import PROBE", "a probe may not import another"),
        ("probes/x.py", "from hostaudit.net.live import LiveNet", "probes may not import net.live"),
        ("probes/x.py", "if TYPE_CHECKING:\n    from hostaudit.judge import judge", ":2 probes may not import judge"),
        ("graph.py", "from hostaudit.impact import impact", "graph may not import impact"),
        ("net/x.py", "import httpx", "httpx belongs to net/http.py"),
        ("net/x.py", "from dns import message", "dns belongs to net/dns.py"),
        ("report/x.py", "import typer", "typer belongs to cli/"),
        ("graph.py", "import requests", "requests has no owner"),
    ],
)
def test_the_rule_finds_what_it_is_for(tmp_path, monkeypatch, room, source, words):
    monkeypatch.setattr("test_layers.PACKAGE", tmp_path / "hostaudit")
    monkeypatch.setattr("test_layers.is_module", lambda dotted: dotted == "hostaudit.net")
    monkeypatch.setattr("test_layers.ROOT", tmp_path)
    path = tmp_path / "hostaudit" / room
    path.parent.mkdir(parents=True)
    path.write_text(source)

    assert [words in each for each in offences(path)] == [True]


def test_a_probe_may_see_the_seam_of_the_net(tmp_path, monkeypatch):
    monkeypatch.setattr("test_layers.PACKAGE", tmp_path / "hostaudit")
    monkeypatch.setattr("test_layers.ROOT", tmp_path)
    path = tmp_path / "hostaudit" / "probes" / "x.py"
    path.parent.mkdir(parents=True)
    path.write_text("from hostaudit.net import Net\nfrom hostaudit.net.outcome import Outcome\n")

    assert not list(offences(path))
