"""The tasks of this repository. ``nox -l`` lists them, ``nox -s NAME`` runs one; ``.ci/run`` and CI run the same ones.

What they install is pinned by ``constraints.txt``, unless they are named after the newest or the lowest versions.
"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv"
nox.options.sessions = ["lint", "types", "test"]

ROOT = Path(__file__).parent
LOCK = "constraints.txt"
ACTION_LOCK = ".ci/action-lock.txt"
LOCKED = ("-c", LOCK, "--build-constraints", LOCK)
LAB = Path(os.environ.get("HOSTAUDIT_LAB", ROOT.parent / "shared" / "lab" / "lab"))
"""The laboratory network, which is no part of this repository."""


def install(session: nox.Session, *what: str) -> None:
    """Install as pip would, ready to run: many of the tests start a process, which would compile everything again."""
    session.install("--compile-bytecode", *what)


def smoke_files() -> list[str]:
    """The files with tests of the smoke set; to collect all others for it would take longer than to run it."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(each.relative_to(ROOT)) for each in files if "pytest.mark.smoke" in each.read_text("utf-8")]


def try_out(session: nox.Session, *, whole: bool) -> None:
    """The command that README begins with, and the smoke set or the whole suite, on what the session has installed."""
    session.run("uv", "pip", "freeze")
    report = session.run("python", "-m", "hostaudit", "scan", "examples/parler-2021/evidence.json", silent=True)
    if "\nAmazon alone can take down parler.com" not in f"\n{report}":
        session.error(f"the main command says something else:\n{report}")
    chosen = () if whole else ("-m", "smoke", *smoke_files())
    every = {"HOSTAUDIT_ALL_EXAMPLES": "1"} if whole else {}
    session.run("python", "-m", "pytest", "-q", "-n", "2", *chosen, *session.posargs, env=every)


@nox.session
def lint(session: nox.Session) -> None:
    """The rules of style, and the form of every Python file."""
    install(session, *LOCKED, ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """The types, strictly."""
    install(session, *LOCKED, ".[dev]")
    session.run("mypy")


@nox.session
def test(session: nox.Session) -> None:
    """The whole suite, or what is named after ``--``."""
    install(session, *LOCKED, ".[dev]")
    session.run("python", "-m", "pytest", "-q", *(session.posargs or ("-n", "auto")))


@nox.session
def pipelines(session: nox.Session) -> None:
    """Workflows, the action and its script, the image, the alert rules; the list of naughty strings in every format."""
    install(session, *LOCKED, ".[dev,lint]")
    session.run(".ci/lint-pipelines", external=True)
    session.run("python", "-m", "pytest", "-q", "tests/test_hostile.py", "-k", "naughty")


@nox.session
def build(session: nox.Session) -> None:
    """Wheel and source distribution, into ``dist``, which must not be there."""
    if (ROOT / "dist").exists():
        session.error("dist is there already: what is in it would be released too")
    session.run("uv", "build", "-q", "--build-constraints", LOCK, "--out-dir", "dist")


@nox.session
def wheel(session: nox.Session) -> None:
    """The built wheel, with the sources out of the way: its commands, SARIF's validator, how fast it starts."""
    with tempfile.TemporaryDirectory() as folder:
        session.run("uv", "build", "-q", "--build-constraints", LOCK, "--out-dir", folder)
        (built,) = Path(folder).glob("*.whl")
        install(session, "-c", LOCK, str(built))
    session.run(".ci/wheel", session.bin, external=True)


@nox.session
def lab(session: nox.Session) -> None:
    """Real behaviour, where the laboratory network is; HOSTAUDIT_LAB names its command."""
    in_lab(session, "lab_checks.py")
    in_lab(session, "lab_fleet.py", "--sites", "12", needs=("duckdb", "jq"))


def in_lab(session: nox.Session, script: str, *arguments: str, needs: tuple[str, ...] = ()) -> None:
    """Run one of the laboratory's scripts with the command as it is installed. ``needs``: what else it imports."""
    if not os.access(LAB, os.X_OK):
        session.skip(f"no laboratory network at {LAB}: what it proves is not checked in this run")
    install(session, *LOCKED, ".", *needs)
    command = str(Path(session.bin) / "hostaudit")
    session.run(".ci/lab-setup", str(LAB), external=True)
    session.run("python", f".ci/{script}", "--lab", str(LAB), "--hostaudit", command, *arguments)


@nox.session
def matrix(session: nox.Session) -> None:
    """Scans with faults in the laboratory network: a part of them, by the day, or with the options after ``--``."""
    part = ("--part", f"{datetime.now(UTC).toordinal()}/32", "--patience", "45")
    in_lab(session, "lab_matrix.py", *(session.posargs or part))


@nox.session
def fuzz(session: nox.Session) -> None:
    """Each fuzz target for five seconds, or with the options after ``--``."""
    install(session, *LOCKED, ".[dev]")
    session.run("python", ".ci/fuzz.py", *(session.posargs or ("--seconds", "5")))


@nox.session(name="smoke-newest")
def smoke_newest(session: nox.Session) -> None:
    """The smoke set, with the newest version of every dependency."""
    install(session, "--upgrade", ".[dev]")
    try_out(session, whole=False)


@nox.session(name="smoke-lowest")
def smoke_lowest(session: nox.Session) -> None:
    """The smoke set, with the lowest version of every dependency that pyproject.toml allows."""
    install(session, "--resolution", "lowest-direct", ".[dev]")
    try_out(session, whole=False)


@nox.session(tags=["nightly"])
def browser(session: nox.Session) -> None:
    """Pages in a real Chromium (Debian's), with axe-core of npm: every interaction, against ``whatif``."""
    install(session, *LOCKED, ".[dev]")
    install(session, "playwright>=1.50")
    with tempfile.TemporaryDirectory() as folder:
        session.run("npm", "pack", "--silent", "--pack-destination", folder, "axe-core@4", external=True)
        (packed,) = Path(folder).glob("axe-core-*.tgz")
        session.run("tar", "xzf", str(packed), "-C", folder, "package/axe.min.js", external=True)
        session.run("python", ".ci/browser.py", "--axe", f"{folder}/package/axe.min.js", *session.posargs)


@nox.session(tags=["nightly"])
def coverage(session: nox.Session) -> None:
    """Branch coverage by the whole suite, in its own processes and in those that it starts."""
    install(session, *LOCKED, ".[dev]")
    with tempfile.TemporaryDirectory() as folder:
        data = {"COVERAGE_FILE": str(Path(folder) / "coverage")}
        session.run("coverage", "run", "-m", "pytest", "-q", "-n", "2", env=data)
        session.run("coverage", "combine", "-q", env=data)
        session.run("coverage", "report", env=data)


@nox.session(tags=["nightly"])
def newest(session: nox.Session) -> None:
    """The whole suite, with the newest version of every dependency."""
    install(session, "--upgrade", ".[dev]")
    try_out(session, whole=True)


@nox.session(tags=["nightly"])
def lowest(session: nox.Session) -> None:
    """The whole suite, with the lowest version of every dependency that pyproject.toml allows."""
    install(session, "--resolution", "lowest-direct", ".[dev]")
    try_out(session, whole=True)


@nox.session(tags=["nightly"])
def prices(session: nox.Session) -> None:
    """The price of each kind of addition: its tests in copies of the project, and ruff and mypy over these copies."""
    install(session, *LOCKED, ".[dev]")
    session.run("python", "-m", "pytest", "-q", "-n", "2", "-m", "nightly")
    session.run("python", ".ci/prices", *session.posargs)


@nox.session(tags=["nightly"])
def fleet(session: nox.Session) -> None:
    """A larger fleet of generated sites in the laboratory network, each day another; after ``--`` the seed of one."""
    seed = session.posargs[0] if session.posargs else str(datetime.now(UTC).toordinal())
    in_lab(session, "lab_fleet.py", "--sites", "600", "--seed", seed, needs=("duckdb", "jq"))


@nox.session(name="whole-matrix", tags=["nightly"])
def whole_matrix(session: nox.Session) -> None:
    """Every fault of the matrix, one laboratory network for each layer."""
    in_lab(session, "lab_matrix.py", *session.posargs)


@nox.session(name="long-fuzz", tags=["nightly"])
def long_fuzz(session: nox.Session) -> None:
    """An hour of fuzzing on two processors, each day with another seed."""
    install(session, *LOCKED, ".[dev]")
    session.run("python", ".ci/fuzz.py", *(session.posargs or ("--seconds", "265")))


@nox.session(tags=["nightly"])
def private(session: nox.Session) -> None:
    """Sites that try to send a scan to private places, in the laboratory network."""
    in_lab(session, "lab_private.py", *session.posargs)


@nox.session(tags=["nightly"])
def kills(session: nox.Session) -> None:
    """Runs that are killed at any moment; those of lists in the laboratory network."""
    in_lab(session, "lab_kills.py", *session.posargs)


@nox.session(tags=["nightly"])
def mutants(session: nox.Session) -> None:
    """Mutation testing: of all its modules, or of those after ``--``."""
    install(session, *LOCKED, ".[dev]")
    session.run("python", ".ci/mutants.py", *session.posargs)


@nox.session(tags=["nightly"])
def readers(session: nox.Session) -> None:
    """Others read what the action writes: sarif-tools, junit2html, pre-commit with the hook of this repository."""
    install(session, *LOCKED, ".[dev]", "sarif-tools==3.0.5", "junit2html==31.1.4", "pre-commit==4.7.0")
    session.run("python", ".ci/readers.py", env={"PYTHONPATH": "tests"})


@nox.session(venv_backend="none")
def nightly(session: nox.Session) -> None:
    """What is too long for every change; .ci/nightly runs it all, or the parts that it is given."""
    session.run(".ci/nightly", *session.posargs, external=True)


@nox.session
def lock(session: nox.Session) -> None:
    """Make ``constraints.txt`` anew: the newest of everything, for each supported Python on each system. Then the lock
    of the action, with the hashes of those of these versions that it installs."""
    project = nox.project.load_toml("pyproject.toml")
    build = Path(session.create_tmp()) / "build.in"
    build.write_text("\n".join(project["build-system"]["requires"]), "utf-8")
    lowest_python = project["project"]["requires-python"].removeprefix(">=")
    usual = ("uv", "pip", "compile", "--quiet", "--universal", "--python-version", lowest_python, "--no-annotate")
    usual = (*usual, "--no-emit-index-url", "--custom-compile-command", "nox -s lock", "pyproject.toml", str(build))
    session.run(*usual, "--upgrade", "--all-extras", "--output-file", LOCK)
    session.run(*usual, "--upgrade", "--generate-hashes", "--constraints", LOCK, "--output-file", ACTION_LOCK)
