"""Doctor where everything can be seen, and where something is lacking: it is named, with what it means."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import dns.flags
import pytest
from helpers.command import hostaudit
from helpers.servers import LOOPBACK, DnsServer, HttpServer, WhoisServer, ca, http, server_context

from hostaudit.observe import doctor
from hostaudit.observe.net.limits import Ports

HOSTS = (
    "rdap.verisign.com",
    "rdap.arin.net",
    "data.iana.org",
    "itunes.apple.com",
    "play.google.com",
    "f-droid.org",
)


ROOT = "127.0.0.2"
REFERRAL = {"com": [("com", "NS", "a.gtld-servers.net.")]}


def root(port, **more):
    """A root server: it refers to the servers of a top-level domain and offers no recursion."""
    given = {"authority": REFERRAL, "flags": dns.flags.Flag(0)} | more
    return DnsServer({("a.com", "A"): ["192.0.2.1"]}, host=ROOT, port=port, **given)


def examine(
    environ, *, faults=None, pages=None, away=0, flags=dns.flags.RA | dns.flags.AD, whois=None, lost=(), direct=None
):
    """What doctor says where these servers are all there is; ``away``: seconds by which their clocks differ;
    ``direct``: how the root server differs from a real one."""

    async def go():
        stamp = format_datetime(datetime.now(UTC) + timedelta(seconds=away), usegmt=True)
        records = {(host, "A"): [LOOPBACK] for host in (*HOSTS, "whois.iana.org") if host not in lost}
        records |= {(doctor.ROUTES, "TXT"): ['"15169 | 8.8.8.0/24 | US | arin | 2023-12-28"']}
        names = DnsServer(
            {key: text for key, text in records.items() if key[0] not in lost}, faults=faults or {}, flags=flags
        )
        web = HttpServer(pages or {}, server_context(HOSTS))
        web._page = lambda request: (pages or {}).get(_host(request), http(200, b"{}", Date=stamp))
        port43 = WhoisServer({"com": "refer: x"} if whois is None else whois)
        async with names, web, port43, root(names.port, **(direct or {})):
            trial = doctor.Trial(
                resolver=(names.address,),
                ca_bundle=ca()[2],
                timeout=1.0,
                allow_private=("127.0.0.0/8",),
                ports=Ports(dns=names.port, https=web.port, http=1, whois=port43.port),
                roots=(ROOT,),
            )
            found = await doctor.examine(trial, environ)
            return {each.id: each for each in found.checks}

    return asyncio.run(go())


def _host(request: bytes) -> str:
    return next(line[6:] for line in request.decode().split("\r\n") if line.lower().startswith("host: ")).split(":")[0]


def states(rows, *but):  # the age of what is shipped is not that of the code
    return {each.id: each.state for each in rows.values() if each.state != "ok" and each.id not in (*but, "data")}


def test_where_everything_answers_all_is_well(tmp_path):
    rows = examine({"XDG_CACHE_HOME": str(tmp_path)})

    assert states(rows) == {}
    assert {
        "python",
        "rules",
        "data",
        "cache",
        "certificates",
        "resolver",
        "resolver-tcp",
        "dnssec",
        "edns",
    } <= set(rows)
    assert {"routes", "clock", "rdap", "rdap-addresses", "rdap-bootstrap", "whois", *doctor.STORES} <= set(rows)
    assert "by rdap.verisign.com" in rows["clock"].found


@pytest.mark.parametrize(
    ("lacking", "expected"),
    [
        ({"away": 600}, {"clock": "warn"}),
        ({"away": -200_000}, {"clock": "fail"}),
        ({"flags": dns.flags.RA}, {"dnssec": "warn"}),
        ({"faults": {".": "timeout"}}, {"dnssec": "unknown", "edns": "unknown"}),
        ({"faults": {doctor.ROUTES: "servfail"}}, {"resolver": "fail", "routes": "fail"}),
        ({"lost": (doctor.ROUTES,)}, {"routes": "fail"}),
        ({"direct": {"flags": dns.flags.RA}}, {"direct-dns": "warn"}),
        ({"direct": {"authority": {}}}, {"direct-dns": "warn"}),
        *(
            ({"direct": {"faults": {"com": each}}}, {"direct-dns": "warn"})
            for each in ("refused", "servfail", "notimp")
        ),
        ({"direct": {"faults": {"com": "timeout"}}}, {"direct-dns": "warn"}),
        ({"faults": {"play.google.com": "servfail"}}, {"store-google": "fail"}),
        ({"faults": {"f-droid.org": "timeout"}}, {"store-f-droid": "fail"}),
        ({"whois": {}}, {"whois": "fail"}),
        ({"pages": {"rdap.arin.net": http(429)}}, {"rdap-addresses": "unknown"}),
        ({"pages": {"f-droid.org": http(503)}}, {"store-f-droid": "unknown"}),
        ({"environ": {"HTTPS_PROXY": "http://proxy:3128"}}, {"proxies": "warn"}),
        ({"environ": {"HOSTAUDIT_RESOLVR": "192.0.2.1"}}, {"other-variables": "warn"}),
        ({"environ": {"XDG_CACHE_HOME": "{tmp_path}/file"}}, {"cache": "warn"}),
    ],
)
def test_what_is_lacking_is_named_with_what_it_means(tmp_path, lacking, expected):
    (tmp_path / "file").touch()
    said = {name: text.format(tmp_path=tmp_path) for name, text in lacking.get("environ", {}).items()}
    rows = examine(**lacking | {"environ": {"XDG_CACHE_HOME": str(tmp_path)} | said})

    assert states(rows) == expected
    assert all(rows[name].means or rows[name].state == "unknown" for name in expected)
    assert all(rows[name].next for name in expected)


def test_a_certificate_that_is_not_trusted_points_at_clock_and_bundle():
    async def go():
        web = HttpServer({}, server_context(HOSTS, "self-signed"))
        names = DnsServer({(host, "A"): [LOOPBACK] for host in (*HOSTS, "whois.iana.org")})
        async with names, web:
            ports = Ports(dns=names.port, https=web.port, http=1, whois=1)
            trial = doctor.Trial((names.address,), ca()[2], 1.0, ("127.0.0.0/8",), ports, roots=())
            return {each.id: each for each in (await doctor.examine(trial, {})).checks}

    rows = asyncio.run(go())
    assert rows["rdap"].state == "fail"
    assert "clock" in rows["rdap"].next
    assert rows["clock"].state == "unknown"
    assert "connection refused" in rows["whois"].found


def test_the_command_names_what_is_not_there_and_ends_with_3():
    result = hostaudit("doctor", "--resolver", "127.0.0.1", "--timeout", "0.2", "--format", "json")
    document = json.loads(result.stdout)

    assert (result.returncode, document["schema"]) == (3, "hostaudit.doctor/1")
    assert {each["id"]: each["state"] for each in document["checks"]}["resolver"] == "fail"


@pytest.mark.parametrize("arguments", [("--resolver", "dns.example"), ("--timeout", "0"), ("--ca-bundle", "gone.pem")])
def test_what_cannot_be_meant_is_refused(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert hostaudit("doctor", *arguments).returncode == 2


def test_an_interception_is_told_from_silence_and_from_a_root_server_itself():
    taken = examine({}, direct={"flags": dns.flags.RA})["direct-dns"]
    silent = examine({}, direct={"faults": {"com": "timeout"}})["direct-dns"]
    real = examine({}, direct={"flags": dns.flags.AA, "authority": {}})["direct-dns"]

    assert taken.means.startswith("port 53 is intercepted")
    assert "with an offer of recursion" in taken.found
    assert silent.found == "no root server answered (timeout)"
    assert real.state == "ok"
