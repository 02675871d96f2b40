"""A scan of a list needs nothing that Windows or macOS lack.

The command runs in a process in which the modules and functions that only some systems have are hidden. It scans a
loopback site.
"""

from __future__ import annotations

import asyncio
import json
import sys

import dns.flags
import pytest
from helpers.command import environment
from helpers.servers import DnsServer, HttpServer, SmtpServer, ca, http, server_context

HOME = "127.0.0.1"
SOA = "ns1.site.com. admin.site.com. 7 3600 600 86400 300"
RECORDS = {
    ("com", "SOA"): ["a.gtld.com. admin.gtld.com. 1 3600 600 86400 300"],
    ("com", "NS"): ["a.gtld.com."],
    ("a.gtld.com", "A"): [HOME],
    ("site.com", "SOA"): [SOA],
    ("site.com", "NS"): ["ns1.site.com."],
    ("ns1.site.com", "A"): [HOME],
    ("site.com", "A"): [HOME],
    ("www.site.com", "CNAME"): ["site.com."],
    ("site.com", "MX"): ["10 mail.site.com."],
    ("mail.site.com", "A"): [HOME],
}
PAGES = {
    "site.com /": http(200, b"<html></html>", Content_Type="text/html"),
    "www.site.com /": http(301, b"", Location="https://site.com/"),
}

HIDDEN = """
import asyncio, os, sys
for module in ("fcntl", "resource", "grp", "termios"):
    sys.modules[module] = None  # an import of it raises ImportError
for name in ("O_CLOEXEC", "O_NOFOLLOW", "pread", "pwrite", "getuid", "fchmod"):
    delattr(os, name)
def unsupported(*_):
    raise NotImplementedError
asyncio.SelectorEventLoop.add_signal_handler = asyncio.SelectorEventLoop.remove_signal_handler = unsupported
"""
"""What Windows lacks, some of which macOS lacks too."""

LOCKED_AS_ON_WINDOWS = """
import types
from hostaudit import files
locked = []
def locking(handle, mode, count):
    if os.fstat(handle).st_ino in locked:
        raise PermissionError(13, "locked")
    locked.append(os.fstat(handle).st_ino)
files.sys = types.SimpleNamespace(platform="win32")
sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, locking=locking)
"""
"""The lock of Windows in place of ``fcntl``."""

NO_OPEN_FILE_IS_REMOVED = """
import pathlib
remove = pathlib.Path.unlink
def unlink(self, missing_ok=False):
    for number in os.listdir("/proc/self/fd"):
        try:
            if os.path.samefile(f"/proc/self/fd/{number}", self):
                raise PermissionError(13, "in use", str(self))
        except FileNotFoundError:
            pass
    remove(self, missing_ok)
pathlib.Path.unlink = unlink
"""
"""Windows removes no file that is open."""

COMMAND = """
from dataclasses import replace
from hostaudit.observe.net.limits import Ports
from hostaudit.cli.commands import scan
real = scan.look_options
local = dict(ports=Ports({ports}), resolver=("{resolver}",))
scan.look_options = lambda *given, **named: replace(real(*given, **named), **local)
from hostaudit.__main__ import entry
entry()
"""


async def scanned(preamble: str, place) -> tuple[int, str]:
    """The exit code and standard error of ``scan -l`` over one site of ours."""
    (place / "list.txt").write_text("site.com\n", "utf-8")
    flags = dns.flags.RA | dns.flags.AA
    names, web = DnsServer(RECORDS, flags=flags), HttpServer(PAGES, server_context(("site.com", "www.site.com")))
    async with names, web, SmtpServer() as exchanger:
        ports = f"dns={names.port}, https={web.port}, http=1, smtp={exchanger.port}"
        arguments = ("-l", "list.txt", "-o", "jsonl=out.jsonl", "--history", "runs.db")
        limits = ("--ca-bundle", str(ca()[2]), "--no-third-party", "--allow-private", "127.0.0.0/8", "--timeout", "5")
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-c",
                preamble + COMMAND.format(ports=ports, resolver=names.address),
                "scan",
                *arguments,
                *limits,
            ),
            cwd=place,
            env=environment(HOME=str(place.parent)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await asyncio.wait_for(process.communicate(), 120)
        return process.returncode, errors.decode()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which files are open")
def test_a_list_is_scanned_to_its_end_without_what_windows_lacks(tmp_path):
    place = tmp_path / "work"
    place.mkdir()

    code, errors = asyncio.run(scanned(HIDDEN + LOCKED_AS_ON_WINDOWS + NO_OPEN_FILE_IS_REMOVED, place))

    assert "internal error" not in errors
    assert "1 of 1 domains" in errors
    report, summary = map(json.loads, (place / "out.jsonl").read_text("utf-8").splitlines())
    assert code == summary["exit_code"], errors
    assert (summary["scanned"], summary["failed"], summary["interrupted"]) == (1, 0, False)
    assert {each["id"] for each in report["functions"]} >= {"resolve", "web", "mail_receive"}
    assert [each["value"]["status"] for each in report["evidence"] if each["kind"] == "front"] == [200]
    assert sorted(each.name for each in place.iterdir()) == ["list.txt", "out.jsonl", "runs.db"]


def test_every_module_loads_without_what_windows_lacks():
    code = HIDDEN + "import importlib, pkgutil, hostaudit\n" + (
        "for each in pkgutil.walk_packages(hostaudit.__path__, 'hostaudit.'):\n"
        "    if not each.name.endswith('__main__'): importlib.import_module(each.name)\n"
    )  # fmt: skip

    async def loaded() -> tuple[int, bytes]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, env=environment(HOME="/"), stderr=asyncio.subprocess.PIPE
        )
        _, errors = await asyncio.wait_for(process.communicate(), 120)
        return process.returncode, errors

    assert asyncio.run(loaded()) == (0, b"")
