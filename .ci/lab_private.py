"""Sites that try to send a scan to private places, in the laboratory network: 0 connections may arrive there.

Inside the network all private addresses are this machine's own, and whatever listens on them is a canary. A first run
scans every site of ``sites`` by a list; then single scans have standbys at private addresses, hostile proxy variables
and a ``.netrc``.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

Tree = dict[str, Any]

V4 = (
    "127.0.0.1",
    "127.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.2",
    "0.0.0.0",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.5",
    "240.0.0.1",
    "192.0.0.8",
    "192.88.99.1",
)
V6 = (
    "::1",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::1",
    "2001:db8::1",
    "100::1",
)
WRITTEN = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[fe80::1%25lo]",
    "[::]",
    "169.254.169.254",
    "2852039166",
    "10.0.0.1",
    "192.168.0.1:8080",
    "example.com@127.0.0.1",
    "127.0.0.1#@site.com",
    "127.0.0.1:3128",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::1]",
    "127.0.0.1%00.site.com",
)
"""The same places as a URL may spell them."""

FROM_IANA = (
    "aq",
    "bb",
    "bh",
    "bi",
    "bn",
    "bt",
    "bv",
    "cu",
    "cw",
    "cy",
    "eg",
    "et",
    "gb",
    "gf",
    "gm",
    "gn",
    "gq",
    "gr",
    "gt",
    "gu",
    "gw",
    "jo",
    "km",
    "kp",
    "kw",
    "lk",
    "lr",
    "mh",
    "mq",
    "st",
)
"""Top-level domains without RDAP, whose port-43 server hostaudit asks IANA for."""

PUBLIC, WITNESS = "88.198.90.1", "51.38.200.1"
"""An ordinary host; a public address at which this machine itself listens, to see what is sent to a host."""

RESOLVER = ("100.64.1.53", "2001:db8:101::53")
"""The resolver of the laboratory asks name servers wherever they are; it is no part of what is tried."""

PORTS = (22, 25, 43, 53, 80, 443, 3128, 8080)
SERVERS = ["dns1.p01.nsone.net", "dns2.p01.nsone.net"]
SINGLE = 100


class Site(NamedTuple):
    """``part``: what it adds to the topology, beside its zone with these records."""

    domain: str
    records: tuple[str, ...]
    part: Tree


ORDINARY = (f"@ 60 A {PUBLIC}", f"www 60 A {PUBLIC}")


def record(host: str, address: str, ttl: int = 60) -> str:
    return f"{host} {ttl} {'AAAA' if ':' in address else 'A'} {address}"


def by_records() -> Iterator[tuple[tuple[str, ...], Tree]]:
    """An address in the zone itself."""
    for address in (*V4, *V6):
        hint = f"ipv{6 if ':' in address else 4}hint={address}"
        yield (record("@", address), record("www", address)), {}
        yield (f"@ 60 A {PUBLIC}", record("www", address)), {}
        yield (*ORDINARY, "@ 60 MX 10 mx", record("mx", address)), {}
        yield (*ORDINARY, record("ns1", address)), {"ns": ["ns1", *SERVERS]}
        yield (f"@ 60 A {PUBLIC}", "www 60 CNAME inner", record("inner", address)), {}
        yield (*ORDINARY, '@ 60 TXT "v=spf1 a:inner.SITE include:inner.SITE -all"', record("inner", address)), {}
        yield (*ORDINARY, f"@ 60 HTTPS 1 . {hint}", f"www 60 HTTPS 1 inner.SITE. {hint}", record("inner", address)), {}
        yield (f"@ 60 A {PUBLIC}", record("@", address), "www 60 CNAME localhost."), {}


def _rdap(link: str) -> Tree:
    return {
        "objectClassName": "domain",
        "ldhName": "SITE",
        "links": [{"rel": "related", "type": "application/rdap+json", "href": link}],
    }


def by_urls() -> Iterator[tuple[tuple[str, ...], Tree]]:
    """A URL in what the site, its registry or a store answers, with the place written out or behind a name."""
    behind = [(f"inner{number}.SITE", record(f"inner{number}", each)) for number, each in enumerate((*V4, *V6))]
    for host, extra in [*((each, "") for each in WRITTEN), *behind]:
        records = (*ORDINARY, extra) if extra else ORDINARY
        for url in (f"http://{host}/",):
            yield records, _fault("SITE", "^/$", {"kind": "redirect", "to": url})
            yield records, _fault("SITE", "^/$", {"kind": "redirect", "to": f"https://{host}/latest/meta-data"})
            yield (
                records,
                _fault(
                    "SITE", "^/$", _page(f'<link rel="manifest" href="{url}m.json"><script src="{url}x.js"></script>')
                ),
            )
            yield records, _fault("SITE", "^/.well-known/", {"kind": "redirect", "to": url})
            yield (
                records,
                _fault(
                    "SITE",
                    "^/$",
                    _page(f'<base href="{url}"><link rel="manifest" href="m.json"><a href="{url}x.apk">A</a>'),
                ),
            )
            rdap = {"kind": "body", "body": json.dumps(_rdap(f"{url}domain/x"))}
            yield records, _fault("rdap.publicinterestregistry.org", "(?i)domain/SITE", rdap)
            yield records, _fault("rdap.publicinterestregistry.org", "(?i)domain/SITE", {"kind": "redirect", "to": url})


def _page(body: str) -> Tree:
    return {"kind": "body", "body": f"<html><head>{body}</head></html>", "headers": {"Content-Type": "text/html"}}


def _fault(host: str, path: str, fault: Tree) -> Tree:
    return {"service_faults": [{"host": host, "path": path, **fault}]}


def by_rebinding() -> Iterator[tuple[tuple[str, ...], Tree]]:
    """A name with a public address at first, and a private one when it is asked again."""
    for address, times, host in itertools.product(V4, (1, 2, 3, 4, 6), ("", "www.", "inner.", "ns1.")):
        rule = {"kind": "rebind", "zones": [f"{host}SITE"], "first": [PUBLIC], "then": [address], "n": times, "ttl": 0}
        part: Tree = {"dns_faults": [{"server": each, **rule} for each in SERVERS]}
        records = (*ORDINARY, "@ 60 MX 10 inner", f"inner 60 A {PUBLIC}", f"ns1 60 A {PUBLIC}")
        part |= _fault("SITE", "^/$", {"kind": "redirect", "to": "http://inner.SITE/"}) if host == "inner." else {}
        yield records, part


def by_referral() -> Iterator[tuple[str, Tree]]:
    """A top-level domain whose whois server, as IANA names it, is a private place."""
    places = itertools.cycle(
        (*V4, "localhost", *(f"inner{number}.leads-lab.net" for number in range(len(V4) + len(V6))))
    )
    for tld, place in zip(FROM_IANA, places, strict=False):
        text = f"domain: {tld.upper()}\nrefer:        {place}\nwhois:        {place}\n"
        yield (
            f"site.{tld}",
            {"tlds": {tld: {"dns": "nic-io"}}, "whois_rules": [{"q": rf"^{tld}\s*$", "kind": "text", "text": text}]},
        )


def sites(every: int = 1) -> list[Site]:
    """All sites, each with a name of its own; ``every``: or one of so many, for a trial."""
    found = []
    ways = itertools.chain(by_records(), by_urls(), by_rebinding())
    for number, (records, part) in enumerate(ways):
        name = f"place{number}.org"
        text = json.dumps([records, part]).replace("SITE", name)
        found.append(Site(name, *json.loads(text)))
    found += [Site(name, ORDINARY, part) for name, part in by_referral()]
    return found[::every]


def topology(lab: Path, every: int) -> Tree:
    """The rest of the Internet with these sites, and the one at which this machine itself looks on."""
    leads = [record(f"inner{number}", each) for number, each in enumerate((*V4, *V6))]
    whole: Tree = {
        "include": [str(lab / "topologies" / "base.yaml")],
        "name": "private",
        "zones": {
            "leads-lab.net": {"dns": "nsone", "records": leads},
            "seen-lab.net": {
                "dns": "nsone",
                "records": [f"@ 60 A {PUBLIC}", f"www 60 A {PUBLIC}", f"witness 60 A {WITNESS}"],
            },
        },
        "http": [{"hosts": ["seen-lab.net"], "tls": {"ca": "letsencrypt"}, "redirect": "http://witness.seen-lab.net/"}],
        **{key: [] for key in ("dns_faults", "service_faults", "whois_rules")},
        "tlds": {},
    }
    for site in sites(every):
        zone = {"dns": {"nsone": SERVERS}, "registrar": "gandi", "records": list(site.records)}
        if "ns" in site.part:
            zone["ns"] = [each if "." in each else f"{each}.{site.domain}" for each in site.part["ns"]]
        whole["zones"][site.domain] = zone
        hosts = [site.domain, f"www.{site.domain}"]
        if any(line == f"@ 60 A {PUBLIC}" for line in site.records):
            whole["http"].append({"hosts": hosts, "ips": [PUBLIC], "tls": {"ca": "letsencrypt"}, "catchall": True})
        whole["tlds"] |= site.part.get("tlds", {})
        for key in ("dns_faults", "service_faults", "whois_rules"):
            whole[key] += site.part.get(key, [])
    return whole


# --- inside the network ---


class Canary:
    """Listens on the ports of usual services at every address of this machine, and notes who came where."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        self.seen: list[bytes] = []
        """What the witness was sent, a public host."""
        for address in (*V4[1:], WITNESS, *V6):
            # What the kernel does not take as an address of its own nobody can connect to either.
            subprocess.run(["ip", "addr", "add", address, "dev", "lo"], capture_output=True)
        for family, port in itertools.product((socket.AF_INET, socket.AF_INET6), PORTS):
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(("", port))
            listener.listen(64)
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
            if port == 53:
                asked = socket.socket(family, socket.SOCK_DGRAM)
                if family == socket.AF_INET6:
                    asked.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                asked.bind(("", port))
                threading.Thread(target=self._receive, args=(asked,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, peer = listener.accept()
            with connection:
                if peer[0] in RESOLVER:
                    continue
                connection.settimeout(2)
                here = connection.getsockname()
                try:
                    data = connection.recv(4096)
                except OSError:
                    data = b""
                if here[0] == WITNESS and here[1] == 80:
                    self.seen.append(data)
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"
                    )
                elif here[0] != WITNESS:
                    self.hits.append(f"TCP {here[0]} port {here[1]}: {data[:80]!r}")

    def _receive(self, asked: socket.socket) -> None:
        while True:
            data, peer = asked.recvfrom(4096)
            if peer[0] in RESOLVER:
                continue
            self.hits.append(f"UDP port 53 from {peer[0]}: {data[:40]!r}")

    def proved(self) -> bool:
        """Whether it notes what comes at all."""
        socket.create_connection(("10.0.0.1", 8080), 2).close()
        socket.create_connection(("::1", 43), 2).close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.sendto(b"x", ("127.1.2.3", 53))
        threading.Event().wait(1)
        found, self.hits = len(self.hits), []
        return found == 3


def standbys(number: int, name: str) -> Tree:
    """A site file whose standbys lie at private addresses."""
    places = itertools.cycle((*V4, *V6))
    first, second, third = itertools.islice(places, number % 27, number % 27 + 3)
    fallbacks = [
        {"role": "hosting", "provider": "hetzner", "address": first},
        {"role": "dns", "provider": "ns1", "server": f"inner{number % 27}.leads-lab.net"},
        {"role": "mail", "provider": "fastmail", "host": f"inner{(number + 1) % 27}.leads-lab.net"},
        {"role": "cdn", "provider": "bunny", "address": second},
        {"role": "hosting", "provider": "ovh", "address": third, "path": "/health"},
    ]
    spare = [{"domain": f"spare{number}.net"}]
    return {"version": 1, "sites": [{"domain": name, "fallbacks": fallbacks, "spare_names": spare}]}


def alone(hostaudit: str, folder: Path, number: int) -> int:
    """One single scan with everything in its environment that could send it elsewhere; its exit code."""
    name = "seen-lab.net" if number % 4 == 0 else f"place{number}.org"
    home = folder / str(number)
    home.mkdir()
    (home / ".netrc").write_text("default login hostaudit password secret\n", "utf-8")
    (home / ".netrc").chmod(0o600)
    (home / "hostaudit.yaml").write_text(json.dumps(standbys(number, name)), "utf-8")
    proxies = {f"{scheme}_proxy": "http://127.0.0.1:3128" for scheme in ("http", "https", "all", "ftp")}
    proxies |= {key.upper(): value for key, value in proxies.items()}
    words = [
        hostaudit,
        "scan",
        name,
        "--smtp",
        "--timeout",
        "3",
        "--deadline",
        "20",
        "--format",
        "json",
        "-o",
        "report.json",
    ]
    done = subprocess.run(words, cwd=home, capture_output=True, env={**os.environ, **proxies, "HOME": str(home)})
    return done.returncode


def inside(hostaudit: str, to: Path, every: int) -> None:
    """Scan all, with the canary beside; write what was seen."""
    canary = Canary()
    seen: Tree = {"proved": canary.proved()}
    domains = [each.domain for each in sites(every)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "list").write_text("\n".join(domains), "utf-8")
        words = [
            hostaudit,
            "scan",
            "-l",
            "list",
            "--format",
            "json",
            "-o",
            "out.jsonl",
            "--no-site",
            "--smtp",
            "--timeout",
            "3",
            "--deadline",
            "20",
            "--jobs",
            "8",
            "-q",
        ]
        subprocess.run(words, cwd=folder, capture_output=True)
        rows = [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]
        reports = [each for each in rows if "target" in each]
        seen["records"] = sorted(each["target"]["domain"] for each in reports)
        asked = [each.get("unknown", {}) for report in reports for each in report["evidence"]]
        seen["blocked"] = sum(each.get("cause") == "blocked_address" for each in asked)
        with ThreadPoolExecutor(4) as pool:
            seen["codes"] = list(pool.map(lambda number: alone(hostaudit, folder, number), range(0, SINGLE, every)))
    seen |= {"hits": canary.hits, "witness": [base64.b64encode(each).decode() for each in canary.seen]}
    to.write_text(json.dumps(seen), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path, required=True)
    parser.add_argument("--hostaudit", required=True)
    parser.add_argument("--every", type=int, default=1, help="one site of so many, for a trial")
    parser.add_argument("--inside", type=Path)
    options = parser.parse_args()
    if options.inside:
        inside(options.hostaudit, options.inside, options.every)
        return
    with tempfile.TemporaryDirectory() as place:
        path, to, logs = (Path(place) / name for name in ("topology.json", "seen.json", "logs"))
        path.write_text(json.dumps(topology(options.lab.resolve().parent, options.every)), "utf-8")
        again = [
            sys.executable,
            __file__,
            "--lab",
            str(options.lab),
            "--hostaudit",
            options.hostaudit,
            "--every",
            str(options.every),
            "--inside",
            str(to),
        ]
        command = [str(options.lab), "run", "--quiet", "--keep", str(logs), str(path), "--", *again]
        done = subprocess.run(command, capture_output=True, text=True, timeout=3000)
        if done.returncode != 0:
            sys.exit(f"the laboratory failed: {done.stderr[-2000:]}")
        seen = json.loads(to.read_text("utf-8"))
        log = [json.loads(line) for line in (logs / "requests.jsonl").read_text("utf-8").splitlines()]
    rebound = {each["q"] for each in log if each["p"] == "rebind" and each["c"] > 1}
    sys.exit(judged(seen, rebound, options.every))


def judged(seen: Tree, rebound: set[str], every: int) -> int:
    """Print what came of it; 1 if anything was reached, or nothing was tried."""
    domains = sorted(each.domain for each in sites(every))
    requests = [base64.b64decode(each) for each in seen["witness"]]
    told = sum(b"authorization" in each.lower() for each in requests)
    claims = (
        ("the canary notes what comes", seen["proved"], ""),
        ("no connection and no question to a private place", not seen["hits"], seen["hits"][:10]),
        (f"each of {len(domains)} sites has one record", seen["records"] == domains, len(seen["records"])),
        (
            f"{len(seen['codes'])} single scans ended in order",
            all(code in (0, 1, 3) for code in seen["codes"]),
            seen["codes"],
        ),
        ("connections were refused as special-purpose", seen["blocked"] * 2 > len(domains), seen["blocked"]),
        ("names gave another address when asked again", len(rebound) * every > 50, len(rebound)),
        ("a public host was asked, and told no password", requests and not told, (len(requests), told)),
    )
    for claim, holds, what in claims:
        print(f"{'ok  ' if holds else 'FAIL'} {claim}{'' if holds else f': {what}'}")
    print(
        f"{len(domains) + len(seen['codes'])} runs, {len(seen['hits'])} hits, {seen['blocked']} refused, "
        f"{len(rebound)} names rebound, {len(requests)} requests to the witness"
    )
    return 0 if all(holds for _, holds, _ in claims) else 1


if __name__ == "__main__":
    main()
