#!/usr/bin/env python3
"""Mutation testing: each small change of the modules that reckon and judge has to be noticed by the module's own tests.

``mutants.yaml`` lists the modules, the tests at the seam of each, and the mutants that change nothing, with reasons.
The tests of a module are collected once; each mutant is a fork of that process, in which the code of the changed module
takes the place of the loaded one, and ends at the first test that fails. So a test that starts a process sees no
mutant. It fails if too few are killed, if a seam has become slow, and if a listed mutant no longer exists or is killed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import resource
import shutil
import signal
import sys
import tempfile
import time
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pytest
import yaml
from mutations import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / ".ci" / "mutants.yaml"
SOURCE = "<mutant>"

LEAST_KILLED = 95.0
"""Percent of the mutants that are not listed as equivalent."""

LEAST_MUTANTS = 400
MOST_MINUTES = 30
SEAM_SECONDS = 2.0
"""Of the processor, for all tests of a module's seam, on the unchanged module."""

LONGEST = 60
"""Seconds of the clock for one mutant, whatever it waits for."""

MEMORY = 2 << 30

EXAMPLES = 8
"""Generated for each property."""

SURVIVED, KILLED = 0, 1


@dataclass(frozen=True)
class Module:
    """One module under test. ``without``: tests that are too slow for its seam; ``only``: the functions that are
    changed, all if empty; ``equivalents``: by the key of a mutant the reason why no test can notice it."""

    path: str
    tests: tuple[str, ...]
    without: tuple[str, ...]
    only: tuple[str, ...]
    equivalents: dict[tuple[str, str, str, int], str]

    @property
    def name(self) -> str:
        """As it is imported."""
        return self.path.removesuffix(".py").replace("/", ".")

    def tree(self) -> ast.Module:
        """Its syntax tree, anew."""
        return ast.parse((ROOT / self.path).read_text("utf-8"))

    def mutants(self, tree: ast.Module) -> list[Mutant]:
        """Its mutants, which change this tree."""
        return [each for each in mutants(tree) if not self.only or each.place in self.only]

    def unknown(self) -> list[tuple[str, str, str, int]]:
        """The listed equivalents that are no mutants of it."""
        return sorted(self.equivalents.keys() - {each.key for each in self.mutants(self.tree())})


def table() -> list[Module]:
    """What ``mutants.yaml`` says."""
    found = []
    for path, row in yaml.safe_load(TABLE.read_text("utf-8")).items():
        listed = {}
        for each in row.get("equivalent", ()):
            key = each["in"], str(each["was"]), str(each["now"]), each.get("nth", 1)
            if key in listed or not each["why"]:
                raise SystemExit(f"{TABLE.name}: {path}: {key} stands there twice, or has no reason")
            listed[key] = each["why"]
        found.append(
            Module(path, tuple(row["tests"]), tuple(row.get("without", ())), tuple(row.get("only", ())), listed)
        )
    return found


# -- one mutant -------------------------------------------------------------------------------------------


def install(tree: ast.Module, live: types.ModuleType, constant: str = "") -> None:
    """Give the functions of a loaded module the code that its changed tree has; rebind the constant that changed,
    wherever it was imported."""
    fresh = types.ModuleType(live.__name__)
    fresh.__file__ = live.__file__
    loaded, sys.modules[live.__name__] = sys.modules[live.__name__], fresh  # dataclasses look it up
    try:
        exec(compile(tree, SOURCE, "exec", dont_inherit=True), vars(fresh))
    finally:
        sys.modules[live.__name__] = loaded
    for name, function in functions(vars(fresh)):
        there = dict(functions(vars(live)))[name]
        there.__code__ = function.__code__
        if there.__defaults__ != function.__defaults__:
            there.__defaults__ = function.__defaults__
        if there.__kwdefaults__ != function.__kwdefaults__:
            there.__kwdefaults__ = function.__kwdefaults__
    if constant:
        old, new = vars(live)[constant], vars(fresh)[constant]
        for module in list(sys.modules.values()):
            if getattr(module, "__dict__", {}).get(constant) is old:
                setattr(module, constant, new)


def functions(names: dict[str, object], outer: str = "") -> Iterator[tuple[str, types.FunctionType]]:
    """The functions that a module or class defines, by their qualified names."""
    module = names.get("__name__") or names.get("__module__")
    for name, value in list(names.items()):
        if isinstance(value, type) and value.__module__ == module:
            if not outer:
                yield from functions(dict(vars(value)), f"{name}.")
            continue
        value = getattr(value, "__func__", getattr(value, "fget", None) or getattr(value, "func", value))
        value = getattr(value, "__wrapped__", value)
        if isinstance(value, types.FunctionType) and value.__module__ == module and value.__code__.co_name == name:
            # What dataclasses make has another place.
            known = Path(value.__code__.co_filename).name in (SOURCE, f"{module.rpartition('.')[2]}.py")
            yield from [(f"{outer}{name}", value)] if known else []


def limit(cpu: float) -> None:
    """End this process if it takes far more than the tests of an unchanged module do."""
    for which, timer, seconds in (("SIGPROF", "ITIMER_PROF", cpu), ("SIGALRM", "ITIMER_REAL", LONGEST)):
        signal.signal(getattr(signal, which), signal.SIG_DFL)
        signal.setitimer(getattr(signal, timer), seconds)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


# -- all mutants of a module ------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What became of the mutants of a module. ``seconds`` of the processor, that its seam takes; ``slowest``: the
    tests of it that take most."""

    module: Module
    killed: list[Mutant] = field(default_factory=list)
    survived: list[Mutant] = field(default_factory=list)
    seconds: float = 0.0
    slowest: tuple[str, ...] = ()
    trouble: str = ""


class Loop:
    """A plugin of pytest: in place of the tests it runs them once for each mutant, in forks."""

    def __init__(self, module: Module, folder: Path, jobs: int) -> None:
        self.outcome = Outcome(module)
        self.folder = folder
        self.jobs = jobs
        self.in_fork: Path | None = None

    def pytest_sessionstart(self) -> None:
        """The same examples in every run, and none made smaller: who fails is enough to know."""
        import hypothesis  # pytest has to see it first

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        usual = hypothesis.settings.get_profile("hostaudit")
        hypothesis.settings.register_profile(
            "mutants", usual, phases=phases, derandomize=True, database=None, max_examples=EXAMPLES
        )
        hypothesis.settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Without the tests that are too slow for a seam; of generated cases as many as it has time for."""
        import hypothesis

        items[:] = [
            each for each in items if getattr(each, "originalname", each.name) not in self.outcome.module.without
        ]
        for each in items:
            chosen = getattr(each.function, "_hypothesis_internal_use_settings", None)
            if chosen is not None and chosen.max_examples > EXAMPLES:
                fewer = hypothesis.settings(chosen, max_examples=EXAMPLES)
                each.function._hypothesis_internal_use_settings = fewer

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.outcome.trouble = str(report.longrepr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """A fork ends with its first failure, before anything is written about it."""
        error = call.excinfo
        if error is None or error.errisinstance((pytest.skip.Exception, pytest.xfail.Exception)):
            return
        if self.in_fork:
            (self.in_fork / "killer").write_text(item.nodeid)
            os._exit(KILLED)
        self.outcome.trouble = f"{item.nodeid} fails on the unchanged module: {error.exconly()}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        module, outcome = self.outcome.module, self.outcome
        if session.testsfailed or not session.items:
            outcome.trouble = outcome.trouble or "there are no tests"
            return True
        live = importlib.import_module(module.name)
        usual = self._unchanged(session, live)
        if outcome.trouble:
            return True
        outcome.seconds = sum(seconds for seconds, _ in usual.values())
        slowest = sorted(usual, key=lambda each: -usual[each][0])[:3]
        outcome.slowest = tuple(f"{name} {usual[name][0]:.2f} s" for name in slowest)
        session.items.sort(key=lambda item: usual[item.nodeid][0])
        running: dict[int, Mutant] = {}
        tree = module.tree()
        gc.freeze()
        for mutant in module.mutants(tree):
            if len(running) >= self.jobs:
                self._wait(running, session)
            # A test that never enters the function cannot notice; a constant may matter anywhere.
            whole = _constant(mutant, live)
            tests = [each for each in session.items if whole or mutant.place in usual[each.nodeid][1]]
            number = self._fork(live, tree, mutant, tests, 2 + 3 * outcome.seconds)
            running[number] = mutant
        while running:
            self._wait(running, session)
        return True

    def _unchanged(self, session: pytest.Session, live: types.ModuleType) -> dict[str, tuple[float, set[str]]]:
        """The seconds of each test with the module put into its own place, and the functions of it that the test
        enters. It runs here, not in a fork, so that what is read from files once is read already in all forks."""
        install(self.outcome.module.tree(), live)
        found = {}
        for measured in (False, True, True):  # the better of two, as the machine may be busy
            for item, after in zip(session.items, [*session.items[1:], None], strict=True):
                entered: set[str] = set() if not measured else found[item.nodeid][1]

                def enter(frame: types.FrameType, what: str, _: object, entered: set[str] = entered) -> None:
                    if what == "call" and frame.f_code.co_filename == SOURCE:
                        entered.add(frame.f_code.co_qualname.partition(".<locals>")[0])

                sys.setprofile(None if measured else enter)
                began = time.process_time()
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
                seconds = time.process_time() - began
                sys.setprofile(None)
                found[item.nodeid] = min(seconds, found[item.nodeid][0] if measured else seconds), entered
        return found

    def _wait(self, running: dict[int, Mutant], session: pytest.Session) -> None:
        """Until one fork has ended. The test that killed its mutant is the first to be tried on the next one."""
        number, status = os.wait()
        mutant = running.pop(number)
        killed = os.waitstatus_to_exitcode(status) != SURVIVED
        (self.outcome.killed if killed else self.outcome.survived).append(mutant)
        with contextlib.suppress(OSError):
            killer = (self.folder / _folder(mutant) / "killer").read_text()
            session.items.sort(key=lambda item: item.nodeid != killer)
        shutil.rmtree(self.folder / _folder(mutant), ignore_errors=True)

    def _fork(
        self, live: types.ModuleType, tree: ast.Module, mutant: Mutant, tests: list[pytest.Item], cpu: float
    ) -> int:
        number = os.fork()
        if number:
            return number
        with contextlib.suppress(BaseException):  # a module that does not load, a test that leaves
            self._run(live, tree, mutant, tests, cpu)
        os._exit(KILLED)

    def _run(
        self, live: types.ModuleType, tree: ast.Module, mutant: Mutant, tests: list[pytest.Item], cpu: float
    ) -> None:
        """In a fork: these tests, until one fails."""
        gc.disable()
        self.in_fork = self.folder / _folder(mutant)
        self.in_fork.mkdir()
        temporary = tests[0].config._tmp_path_factory if tests else None
        if temporary is not None:
            temporary._basetemp = self.in_fork
        quiet = os.open(os.devnull, os.O_RDWR)
        for each in (0, 1, 2):
            os.dup2(quiet, each)
        limit(cpu)
        mutant.apply()
        install(tree, live, mutant.place if _constant(mutant, live) else "")
        for item, after in zip(tests, [*tests[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        os._exit(SURVIVED)


def _constant(mutant: Mutant, live: types.ModuleType) -> bool:
    return "." not in mutant.place and not isinstance(getattr(live, mutant.place), types.FunctionType)


def _folder(mutant: Mutant) -> str:
    return f"{abs(hash(mutant.key)):x}"


def judge(module: Module, jobs: int) -> Outcome:
    """Run the tests of a module on all its mutants."""
    with tempfile.TemporaryDirectory() as folder:
        loop = Loop(module, Path(folder), jobs)
        options = ["-x", "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:xdist", "-p", "no:faulthandler"]
        code = pytest.main([*options, *module.tests], plugins=[loop])
        if not (loop.outcome.killed or loop.outcome.survived or loop.outcome.trouble):
            loop.outcome.trouble = f"pytest ended with {code}"
        return loop.outcome


# -- the report -------------------------------------------------------------------------------------------


def told(outcome: Outcome) -> tuple[int, int, int, list[str]]:
    """The numbers of mutants that count, of those killed, of equivalents; and what is wrong."""
    module = outcome.module
    equal = [each for each in outcome.survived if each.key in module.equivalents]
    left = [each for each in outcome.survived if each.key not in module.equivalents]
    wrong = [f"listed as equivalent, but there is no such mutant: {key}" for key in module.unknown()]
    noticed = [each for each in outcome.killed if each.key in module.equivalents]
    wrong += [f"listed as equivalent, but killed: {each.key}" for each in noticed]
    if outcome.trouble:
        wrong.append(outcome.trouble)
    if outcome.seconds > SEAM_SECONDS:
        wrong.append(f"its seam takes {outcome.seconds:.1f} s: {', '.join(outcome.slowest)}")
    count = len(outcome.killed) + len(left)
    print(
        f"{module.path}: {count} mutants, {len(outcome.killed)} killed, {len(equal)} equivalent besides, "
        f"seam {outcome.seconds:.1f} s",
        flush=True,
    )
    for each in sorted(left, key=lambda each: each.line):
        again = f" (#{each.nth})" if each.nth > 1 else ""
        print(f"  survived: line {each.line}, {each.place}: {each.was}  ->  {each.now}{again}", flush=True)
    return count, len(outcome.killed), len(equal), [f"{module.path}: {each}" for each in wrong]


def in_process(module: Module, jobs: int) -> tuple[int, int, int, list[str]]:
    """The result of one module, by a process of its own, so that no module's tests see what another's have loaded."""
    read, write = os.pipe()
    number = os.fork()
    if not number:
        os.close(read)
        with os.fdopen(write, "w") as line:
            try:
                json.dump(told(judge(module, jobs)), line)
            except BaseException as error:
                json.dump((0, 0, 0, [f"{module.path}: {error!r}"]), line)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as line:
        count, killed, equal, wrong = json.load(line)
    os.waitpid(number, 0)
    return count, killed, equal, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help="parts of paths; all modules without")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["CI"] = "true"
    chosen = [each for each in table() if not asked.modules or any(part in each.path for part in asked.modules)]
    for each in pkgutil.walk_packages(importlib.import_module("hostaudit").__path__, "hostaudit."):
        if not each.name.endswith("__main__"):
            importlib.import_module(each.name)
    began = time.monotonic()
    rows = [in_process(each, asked.jobs) for each in chosen]
    minutes = (time.monotonic() - began) / 60
    count, killed, equal = (sum(row[place] for row in rows) for place in range(3))
    wrong = [each for row in rows for each in row[3]]
    share = 100 * killed / count if count else 0.0
    print(f"{count} mutants, {killed} killed ({share:.1f} %), {equal} equivalent besides, in {minutes:.1f} minutes")
    if share < LEAST_KILLED:
        wrong.append(f"fewer than {LEAST_KILLED:.0f} % are killed")
    if not asked.modules and count < LEAST_MUTANTS:
        wrong.append(f"fewer than {LEAST_MUTANTS} mutants: the changes or the modules have become too few")
    if minutes > MOST_MINUTES:
        wrong.append(f"more than {MOST_MINUTES} minutes")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
