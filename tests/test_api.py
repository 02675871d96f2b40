"""The Python interface as a guest in other programs: types, loops, signals, and what stays behind."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import multiprocessing
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from helpers import ROOT
from helpers.command import PARLER, environment
from helpers.loopback import served

import hostaudit
from hostaudit import api
from hostaudit.audit.batch import judge_process

EVIDENCE = hostaudit.read_evidence(PARLER)


@pytest.fixture
def site(monkeypatch):
    with served(monkeypatch):
        yield


def python(code: str, *arguments: str) -> str:
    command = [sys.executable, *arguments, "-c", code]
    return subprocess.run(command, env=environment(), check=True, capture_output=True, text=True, timeout=60).stdout


# -- names ------------------------------------------------------------------------------------------------


def test_importing_the_package_loads_nothing_of_it():
    code = "import sys; before = set(sys.modules); import hostaudit; print(*sorted(set(sys.modules) - before))"
    assert python(code).split() == ["hostaudit"]


def test_every_name_is_there_and_is_listed():
    code = "import hostaudit; names = dir(hostaudit); print(all(getattr(hostaudit, n) and n in names for n in "
    assert python(f"{code}hostaudit.__all__))") == "True\n"
    with pytest.raises(AttributeError, match="has no attribute 'scam'"):
        _ = hostaudit.scam


def test_type_checkers_see_the_names_that_are_loaded():
    tree = ast.parse(Path(hostaudit.__file__).read_text("utf-8"))
    imported = {alias.name for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) for alias in each.names}
    assert imported - {"import_module"} == {*hostaudit.__all__} - {"__version__"}


def test_every_public_function_of_the_interface_is_exported_and_says_what_it_does():
    own = {
        name: value
        for name, value in vars(api).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == api.__name__ and callable(value)
    }
    assert set(own) <= {*hostaudit.__all__}
    assert [name for name, value in own.items() if not inspect.getdoc(value)] == []


def test_a_program_that_uses_it_passes_strict_type_checks(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        """
import asyncio
from collections.abc import AsyncIterator
import hostaudit

report: hostaudit.Report = hostaudit.scan("example.com", options=hostaudit.LookOptions(deadline=10.0))
low: float = report.score.low

async def failures(domains: list[str]) -> list[str]:
    found: list[str] = []
    results: AsyncIterator[hostaudit.SiteReport | hostaudit.SiteFailure] = hostaudit.scan_many(domains)
    async for each in results:
        if isinstance(each, hostaudit.SiteFailure):
            found.append(each.message)
        else:
            reveal_type(each.report)
    return found

evidence = hostaudit.read_evidence(b"")
hours: list[float] = [each.down_hours for each in hostaudit.whatif(evidence, drop="amazon").functions]
asyncio.run(failures(["example.com"]))
hostaudit.scam()
hostaudit.analyse(evidence, day="today")
"""
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)]
    environ = environment() | {"MYPYPATH": str(ROOT)}
    result = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=300)

    said = [line.partition(": ")[2] for line in result.stdout.splitlines() if "program.py" in line]
    assert (ROOT / "hostaudit" / "py.typed").is_file()
    assert said == [
        'note: Revealed type is "hostaudit.model.report.Report"',
        'error: Module has no attribute "scam"  [attr-defined]',
        'error: Argument "day" to "analyse" has incompatible type "str"; expected "date | None"  [arg-type]',
    ], result.stdout + result.stderr


# -- loops and signals ------------------------------------------------------------------------------------


def test_a_blocking_scan_says_in_a_loop_what_to_use_there():
    async def inside():
        with pytest.raises(hostaudit.UsageError, match="inside a running event loop") as caught:
            hostaudit.look("example.com")
        return caught.value.hint

    assert asyncio.run(inside()) == "there: await hostaudit.alook(...)"


def test_two_scans_run_in_one_loop_beside_another_task(site):
    async def inside():
        beats = 0

        async def beat():
            nonlocal beats
            while True:
                beats += 1
                await asyncio.sleep(0.01)

        beating = asyncio.create_task(beat())
        found = await asyncio.gather(hostaudit.ascan("example.com"), hostaudit.ascan("example.com"))
        left = asyncio.all_tasks() - {asyncio.current_task(), beating}
        beating.cancel()
        return found, left, beats

    (first, second), left, beats = asyncio.run(inside())
    assert first.target.domain == second.target.domain == "example.com"
    assert first.functions == second.functions
    assert left == set()
    assert beats > 5


def test_no_signal_handler_is_changed_while_it_works_or_after(site):
    def handlers():
        return {each: signal.getsignal(each) for each in signal.valid_signals()}

    before, during = handlers(), []
    hostaudit.scan("example.com", progress=lambda *_: during.append(handlers()))

    async def many():
        async for _ in hostaudit.scan_many(["example.com", "www.example.com"]):
            during.append(handlers())

    with asyncio.Runner() as runner:
        runner.get_loop().run_until_complete(many())
    assert len(during) > 2
    assert all(each == before for each in [*during, handlers()])


def test_it_works_in_a_thread_that_is_not_the_main_one(site):
    found = []
    thread = threading.Thread(target=lambda: found.append(hostaudit.scan("example.com")))
    thread.start()
    thread.join(60)

    assert found[0].target.domain == "example.com"


# -- many sites -------------------------------------------------------------------------------------------


def gathered(domains, **options):
    async def inside():
        found = [each async for each in hostaudit.scan_many(domains, **options)]
        return found, asyncio.all_tasks() - {asyncio.current_task()}

    return asyncio.run(inside())


def test_each_site_is_a_report_or_a_failure(site):
    names = ["example.com", "https://www.example.com/", "EXAMPLE.com", "not a name", "com"]
    found, left = gathered(iter(names), jobs=2)

    assert sorted(each.domain for each in found) == ["com", "example.com", "not a name", "www.example.com"]
    reports = {each.domain: each.report for each in found if isinstance(each, hostaudit.SiteReport)}
    assert set(reports) == {"example.com", "www.example.com"}
    assert all(domain == report.target.domain for domain, report in reports.items())
    assert left == set()


def test_a_report_of_many_is_the_one_that_analyse_gives(monkeypatch):
    async def look(target, *_, **__):
        return EVIDENCE

    monkeypatch.setattr("hostaudit.audit.look", look)
    found, _ = gathered(["parler.com"])

    assert found == [hostaudit.SiteReport("parler.com", hostaudit.analyse(EVIDENCE))]


def test_a_defect_is_a_result_and_ends_nothing(monkeypatch):
    async def look(target, *_, **__):
        if target.domain == "broken.com":
            raise ZeroDivisionError("of broken.com")
        return EVIDENCE

    monkeypatch.setattr("hostaudit.audit.look", look)
    found, left = gathered(["broken.com", "parler.com"])

    assert hostaudit.SiteFailure("broken.com", "ZeroDivisionError: of broken.com") in found
    assert len(found) == 2
    assert left == set()


@pytest.mark.parametrize("jobs", [0, 257])
def test_a_number_of_jobs_that_cannot_be_is_refused(jobs):
    with pytest.raises(hostaudit.UsageError, match=f"jobs is {jobs}"):
        gathered(["example.com"], jobs=jobs)


def test_what_the_names_come_from_may_fail():
    def names():
        yield "com"
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError, match="the database is gone"):
        gathered(names())


def children() -> list[str]:
    """Processes that this one started and that are still there."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
            found += (task / "children").read_text().split()
    return found


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are read from /proc")
@pytest.mark.parametrize("how", ["closed", "cancelled", "stopped"])
def test_leaving_early_leaves_no_task_and_no_process(how, monkeypatch):
    begun = []

    async def look(target, *_, **__):
        begun.append(target.domain)
        await asyncio.sleep(0 if target.domain == "a0.com" or how == "stopped" else 60)
        return EVIDENCE

    monkeypatch.setattr("hostaudit.audit.look", look)
    names = [f"a{number}.com" for number in range(50)]
    stop = asyncio.Event()
    before = children()

    async def read():
        async with contextlib.aclosing(hostaudit.scan_many(names, jobs=4, stop=stop)) as sites:
            async for _ in sites:
                stop.set()
                if how == "closed":
                    break
                if how == "cancelled":
                    asyncio.get_running_loop().call_later(0.1, task.cancel)

    async def inside():
        nonlocal task
        task = asyncio.create_task(read())
        await asyncio.gather(task, return_exceptions=True)
        return asyncio.all_tasks() - {asyncio.current_task()}

    task = None
    assert asyncio.run(inside()) == set()
    assert children() == before
    assert len(begun) < 50


def test_a_thread_judges_where_no_python_can_be_started(monkeypatch):
    async def look(target, *_, **__):
        return EVIDENCE

    monkeypatch.setattr("hostaudit.audit.look", look)
    monkeypatch.setattr(sys, "executable", "/usr/bin/uwsgi")
    assert not judge_process.can_start_python()
    found, _ = gathered(["parler.com"])

    assert found == [hostaudit.SiteReport("parler.com", hostaudit.analyse(EVIDENCE))]


def test_a_thread_judges_where_the_loop_starts_no_process(monkeypatch):
    async def look(target, *_, **__):
        return EVIDENCE

    async def refused(*_, **__):
        raise NotImplementedError

    monkeypatch.setattr("hostaudit.audit.look", look)
    monkeypatch.setattr("asyncio.create_subprocess_exec", refused)

    assert gathered(["parler.com"])[0] == [hostaudit.SiteReport("parler.com", hostaudit.analyse(EVIDENCE))]


MAIN = f"""
print("main module runs")
import asyncio, hostaudit
from hostaudit import audit
async def look(*_, **__): return hostaudit.read_evidence({PARLER!r})
audit.look = look
async def main():
    async for each in hostaudit.scan_many(["parler.com"]): print(each.report.verdict)
asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["script", "command", "interactive"])
def test_the_main_module_of_a_program_may_be_anything_and_runs_once(how, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(MAIN)
    arguments = {"script": [str(script)], "command": ["-c", MAIN], "interactive": ["-i"]}
    text = f"exec({MAIN!r})\n" if how == "interactive" else ""
    command = [sys.executable, *arguments[how]]
    result = subprocess.run(
        command, input=text, env=environment(), cwd=tmp_path, capture_output=True, text=True, timeout=60
    )

    assert result.stdout == "main module runs\nnot_judged\n", result.stderr


def test_nothing_of_the_interface_uses_multiprocessing_or_ends_the_process():
    assert multiprocessing.active_children() == []
    for path in [ROOT / "hostaudit/api.py", *(ROOT / "hostaudit/audit").rglob("*.py")]:
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        calls = [ast.unparse(each.func) for each in nodes if isinstance(each, ast.Call)]
        assert not {"signal.signal", "os._exit", "sys.exit", "exit", "print"} & set(calls), path
        assert not [each for each in calls if each.endswith("add_signal_handler")], path


# -- questions and documents ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "either drop or scenario"),
        ({"drop": "amazon", "scenario": "parler-2021"}, "either drop or scenario"),
        ({"scenario": "parler-2021", "notice_hours": 5}, "go with drop"),
        ({"drop": "amazon", "binding": "role"}, "go with scenario"),
        ({"drop": "amazon", "kind": "colour"}, "kind colour is not known"),
        ({"drop": "amazon", "notice_hours": -1}, "notice_hours is -1"),
        ({"drop": "amazon", "notice_hours": float("nan")}, "notice_hours is nan"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(asked, said):
    with pytest.raises(hostaudit.UsageError, match=said):
        hostaudit.whatif(EVIDENCE, **asked)


@pytest.mark.parametrize(
    "options", [{"timeout": 0}, {"deadline": float("nan")}, {"deadline": 4000}, {"depth": 7}, {"allow_private": ("x",)}]
)
def test_options_that_cannot_be_meant_are_refused(options):
    with pytest.raises(hostaudit.UsageError, match=next(iter(options))):
        hostaudit.LookOptions(**options)


def test_documents_are_read_from_paths_and_bytes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = hostaudit.analyse(EVIDENCE)
    hostaudit.write_report(report, Path("-"))
    assert hostaudit.read_report("-") == report == hostaudit.read_report(hostaudit.encode_report(report))
    with pytest.raises(hostaudit.DocumentError, match="evidence, not a report"):
        hostaudit.read_report(hostaudit.encode_evidence(EVIDENCE))
    with pytest.raises(hostaudit.DocumentError, match="is a report"):
        hostaudit.read_evidence(hostaudit.encode_report(report))
    with pytest.raises(hostaudit.UsageError, match="format pdf is not known"):
        hostaudit.write_report(report, tmp_path / "x", "pdf")
    assert [each.name for each in tmp_path.iterdir()] == ["-"]
