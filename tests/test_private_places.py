"""Forty sites that try to send a scan to private places, and ten kills: nothing is reached, lost or doubled.

All on the loopback interface, of which one address may be connected to and another is the private place. The same at
length, and against a network of many machines, is a part of the nightly command.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import dns.flags
import pytest
from helpers.command import PARLER, hostaudit, hostaudit_patched
from helpers.servers import DnsServer, HttpServer, SmtpServer, ca, http, server_context

from hostaudit import domain
from hostaudit.audit import look
from hostaudit.model.site import DeclaredFallback, Site
from hostaudit.observe.look import LookOptions
from hostaudit.observe.net.limits import Ports

HOME, PRIVATE = "127.0.0.1", "127.0.0.2"
TOP = "a.gtld.com. admin.gtld.com. 1 3600 600 86400 300"
SPELT = ("127.0.0.2", "127.2", "2130706434", "0x7f000002", "0177.0.0.2", "[::1]", "[::ffff:127.0.0.2]", "inner.SITE")
"""The private place as a URL may spell it; the last is a name with its address."""

RECORDS = {
    "apex": {"SITE A": [PRIVATE]},
    "both": {"SITE A": [HOME, PRIVATE]},
    "www": {"www.SITE A": [PRIVATE]},
    "newer family": {"SITE AAAA": ["::1"], "www.SITE AAAA": ["::ffff:127.0.0.2"]},
    "exchanger": {"SITE MX": ["10 inner.SITE."]},
    "name server": {"SITE NS": ["inner.SITE."]},
    "alias": {"www.SITE A": None, "www.SITE CNAME": ["inner.SITE."]},
    "hint": {"SITE HTTPS": ['1 inner.SITE. ipv4hint="127.0.0.2"']},
}
STANDBYS = {
    "standby server": DeclaredFallback("dns", "ns1", server="inner.SITE"),
    "standby page": DeclaredFallback("hosting", "hetzner", address=PRIVATE),
    "standby host": DeclaredFallback("hosting", "ovh", host="inner.SITE"),
    "standby exchanger": DeclaredFallback("mail", "fastmail", host="inner.SITE"),
}


def page(body: str) -> bytes:
    return http(200, f"<html><head>{body}</head></html>".encode(), Content_Type="text/html")


def led(url: str, way: str) -> dict[str, bytes]:
    """By path, what a site answers that leads to a URL."""
    match way:
        case "redirect":
            return {"/": http(302, Location=url)}
        case "manifest":
            return {"/": page(f'<link rel="manifest" href="{url}m.json"><script src="{url}x.js"></script>')}
        case "well-known":
            return {"/.well-known/assetlinks.json": http(302, Location=url)}
    return {"/": http(301, Location=f"https://SITE{way}"), way: http(302, Location=url)}


URLS = [
    (f"{scheme}://{host}/", way)
    for (scheme, host), way in zip(
        itertools.product(("http", "https"), SPELT),
        itertools.cycle(("redirect", "manifest", "well-known", "/second")),
        strict=False,
    )
]
REBOUND = [(times, host) for times in range(4) for host in ("SITE", "www.SITE", "inner.SITE")]
"""A name with an ordinary address so many times, then with a private one."""


def sites() -> dict[str, tuple[dict[str, Any], dict[str, bytes], tuple[DeclaredFallback, ...], Any]]:
    """By name of a site: its changed records, its pages, its standbys, and the name that rebinds."""
    ways: list[tuple[Any, Any, Any, Any]] = [(records, {}, (), None) for records in RECORDS.values()]
    ways += [({}, led(url, way), (), None) for url, way in URLS]
    ways += [({}, {}, (standby,), None) for standby in STANDBYS.values()]
    ways += [({}, led("http://inner.SITE/", "redirect"), (), rebound) for rebound in REBOUND]
    return {f"place{number}.com": way for number, way in enumerate(ways)}


class Names(DnsServer):
    """A resolver that gives some names another address after so many questions."""

    rebound: dict[str, int]

    def answer(self, wire: bytes, over: str) -> list[bytes]:
        for name, times in self.rebound.items():
            if self.asked[name, "A"] >= times:
                self.records[name, "A"] = [PRIVATE]
        return super().answer(wire, over)


def served() -> tuple[Names, dict[str, bytes]]:
    """The records and the pages of all sites."""
    records: dict[tuple[str, str], list[str]] = {
        ("com", "SOA"): [TOP],
        ("com", "NS"): ["a.gtld.com."],
        ("a.gtld.com", "A"): [HOME],
        ("gtld.com", "SOA"): [TOP],
    }
    pages: dict[str, bytes] = {"/": page("")}
    rebound = {}
    for name, (changed, answers, _, again) in sites().items():
        zone = {
            "SITE SOA": ["ns1.SITE. admin.SITE. 7 3600 600 86400 300"],
            "SITE NS": ["ns1.SITE."],
            "ns1.SITE A": [HOME],
            "SITE A": [HOME],
            "www.SITE A": [HOME],
            "inner.SITE A": [HOME if again else PRIVATE],
        } | changed
        for key, texts in json.loads(json.dumps(zone).replace("SITE", name)).items():
            owner, kind = key.split(" ")
            if texts is not None:
                records[owner, kind] = texts
        pages |= {f"{name} {path}": answer.replace(b"SITE", name.encode()) for path, answer in answers.items()}
        if again:
            rebound[again[1].replace("SITE", name)] = again[0]
    server = Names(records, flags=dns.flags.RA | dns.flags.AA)
    server.rebound = rebound
    return server, pages


def declared(name: str, standbys: tuple[DeclaredFallback, ...]) -> Site | None:
    import msgspec

    if not standbys:
        return None
    text = msgspec.json.encode(Site(name, fallbacks=standbys)).replace(b"SITE", name.encode())
    return msgspec.json.decode(text, type=Site)


@contextlib.asynccontextmanager
async def canary(ports: Ports) -> AsyncIterator[list[str]]:
    """Listens where the other servers do, at the private address; gives the list of who came."""
    hits: list[str] = []

    def came(port: int) -> Any:
        def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            hits.append(f"TCP {port}")
            writer.close()

        return note

    class Asked(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            hits.append(f"UDP {data!r} from {addr}")

    async with contextlib.AsyncExitStack() as stack:
        for port in {ports.dns, ports.http, ports.https, ports.smtp}:
            for address in (PRIVATE, "::1"):
                with contextlib.suppress(OSError):  # a machine without IPv6 has no such place
                    await stack.enter_async_context(await asyncio.start_server(came(port), address, port))
        endpoint, _ = await asyncio.get_running_loop().create_datagram_endpoint(Asked, local_addr=(PRIVATE, ports.dns))
        stack.callback(endpoint.close)
        _, writer = await asyncio.open_connection(PRIVATE, ports.https)
        writer.close()
        await asyncio.sleep(0.05)
        assert hits == [f"TCP {ports.https}"]  # it notes what comes
        hits.clear()
        yield hits


def test_forty_sites_send_no_scan_to_a_private_place():
    """Takes ten seconds and more: it is forty scans, two at once, so that a busy machine still answers in time."""

    async def go() -> tuple[list[str], list[Any], dict[str, int], Counter]:
        names, pages = served()
        context = server_context((*sites(), *(f"www.{name}" for name in sites())))
        web, plain = HttpServer(pages, context), HttpServer(pages)
        async with names, web, plain, SmtpServer() as exchanger:
            ports = Ports(dns=names.port, https=web.port, http=plain.port, smtp=exchanger.port)
            async with canary(ports) as hits:
                options = LookOptions(
                    resolver=(names.address,),
                    ca_bundle=ca()[2],
                    no_third_party=True,
                    allow_private=(f"{HOME}/32",),
                    ports=ports,
                    timeout=8.0,
                    deadline=30.0,
                    depth=0,
                    smtp=True,
                )
                slots = asyncio.Semaphore(2)

                async def one(name: str, standbys: tuple[DeclaredFallback, ...]) -> Any:
                    async with slots:
                        return await look(domain.parse(name), options, None, declared(name, standbys))

                files = await asyncio.gather(*(one(name, each[2]) for name, each in sites().items()))
                return list(hits), files, names.rebound, names.asked

    hits, files, rebound, asked = asyncio.run(go())

    assert len(sites()) == 40
    assert hits == []
    refused = {
        file.target.domain
        for file in files
        for item in file.evidence
        if item.unknown is not None and item.unknown.cause in ("blocked_address", "redirect_refused")
    }
    assert len(refused) >= 12
    assert sum(asked[name, "A"] > times for name, times in rebound.items()) >= 3  # some gave the private address


# -- kills ------------------------------------------------------------------------------------------------

KILL = """
import os, sys
left = [{left}]
def die(event, arguments):
    # Steps of a file that is written: opened, renamed, locked, cut, removed; and statements of the history.
    if event in ("open", "os.rename", "os.truncate", "os.remove", "sqlite3.connect") and {mark!r} in str(arguments[:2]):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), 9)
sys.addaudithook(die)
"""
"""Kills its own process at one of its own steps, so that each run of the test kills at the same places."""


def history_of(path: Any) -> Counter:
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return Counter(row[0] for row in database.execute("SELECT domain FROM run"))


@pytest.mark.parametrize("left", range(5))
def test_a_report_whose_writing_was_killed_is_the_old_one_or_the_new_one(tmp_path, left):
    report, history = tmp_path / "report.json", tmp_path / "history.db"
    words = ("analyse", PARLER, "--no-site", "-q", "-o", f"json={report}", "--history", str(history))
    assert hostaudit(*words).returncode in (0, 3)
    first, kept = report.read_bytes(), history_of(history)

    killed = hostaudit_patched(KILL.format(left=left, mark=str(tmp_path)), *words)

    assert killed.returncode in (-signal.SIGKILL, 0, 3), killed.stderr
    assert report.read_bytes() == first
    assert history_of(history) in (kept, kept + kept)
    assert hostaudit(*words).returncode in (0, 3)
    assert report.read_bytes() == first


LOOK = """
from hostaudit import audit
from hostaudit.model.evidence import EVIDENCE_SCHEMA, EvidenceFile, EvidenceRun
AT = "2021-01-09T12:00:00Z"
async def look(target, options, *rest, site=None, **more):
    step("look")
    run = EvidenceRun(started=AT, finished=AT, resolver="192.0.2.1", vantage="local", tool_version="0")
    return EvidenceFile(EVIDENCE_SCHEMA, target, run, ())
audit.look = look
"""

STEPS = """
import os
from hostaudit.audit.batch import ledger
from hostaudit.history import store
done = dict()
def step(name):
    done[name] = done.get(name, 0) + 1
    if (name, done[name]) == ({name!r}, {number}):
        os.kill(os.getpid(), 9)
def around(name, call):
    def stepping(*arguments, **more):
        step("before " + name)
        answer = call(*arguments, **more)
        step("after " + name)
        return answer
    return stepping
from hostaudit.audit.batch import judge_process as judging
async def judge(self, job):
    return judging.judged(job)
async def nothing(self):
    return None
judging.Judge.judge, judging.Judge._started, judging.Judge._end = judge, nothing, nothing
ledger.Ledger.write = around("line", ledger.Ledger.write)
store.record = around("history", store.record)
"""
"""Kills its own process, in which all is judged too, at a step of the third domain: its look, its line in the output,
its run in the history."""


@pytest.mark.parametrize("name", ["look", "before line", "after line", "before history", "after history"])
def test_a_list_that_was_killed_and_resumed_has_each_domain_once(tmp_path, name):
    wanted = [f"site{each:02}.com" for each in range(12)]
    (tmp_path / "list").write_text("\n".join(wanted))
    out, history = tmp_path / "out.jsonl", tmp_path / "history.db"
    words = ("scan", "-l", tmp_path / "list", "--format", "json", "-o", out, "--history", history, "--jobs", "1", "-q")

    def run(number: int) -> subprocess.CompletedProcess:
        return hostaudit_patched(STEPS.format(name=name, number=number) + LOOK, *words, "--resume", timeout=60)

    killed = run(3)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    done = run(0)

    assert done.returncode == 3, done.stderr
    *records, summary = map(json.loads, out.read_text("utf-8").splitlines())
    assert Counter(each["target"]["domain"] for each in records) == Counter(wanted)
    assert summary["scanned"] == 12
    assert history_of(history) == Counter(wanted)
