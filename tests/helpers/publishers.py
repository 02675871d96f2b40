"""Publishers on the loopback address: small data of the shapes that the real ones have, and a way to update from them.

The prefixes are made up; documentation prefixes would be refused as special-purpose.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import json
from dataclasses import replace
from pathlib import Path

from helpers.servers import DnsServer, HttpServer, ca, http, server_context
from hostaudit import domain
from hostaudit.model.rules import Feed, Provider, Samples
from hostaudit.observe.net.limits import Ports
from hostaudit.observe.refresh import sources, update

HOSTS = ("ranges.example", "other.example", "tables.example")
SAMPLES = Samples(())

AWS = {
    "syncToken": "1",
    "createDate": "2026-11-01-00-00-00",
    "prefixes": [
        {"ip_prefix": "44.0.0.0/11", "service": "AMAZON", "region": "eu-west-1", "network_border_group": "x"},
        {"ip_prefix": "44.0.0.0/16", "service": "S3", "region": "eu-west-1"},
        {"ip_prefix": "44.0.0.0/16", "service": "EC2", "region": "eu-west-1"},
        {"ip_prefix": "44.1.0.0/16", "service": "EC2", "region": "us-east-1"},
    ],
    "ipv6_prefixes": [{"ipv6_prefix": "2a05:d000::/25", "service": "AMAZON", "region": "eu-west-1"}],
}
CIDRS = b"# ours\n45.10.0.0/20\n45.11.0.0/20 \n2a0b::/32\n"


def feed(url: str, form: str = "cidr-list", *services: str) -> Feed:
    return Feed(f"http://{url}", form, services)


def provider(identity: str, *feeds: Feed, parent: str = "") -> Provider:
    return Provider(identity, identity.title(), ("hosting",), SAMPLES, parent=parent, feeds=feeds)


PROVIDERS = (
    provider("aws", feed("ranges.example/aws.json", "aws"), parent="amazon"),
    provider("s3", feed("ranges.example/aws.json", "aws", "S3"), parent="amazon"),
    provider("other", feed("other.example/cidrs")),
)
FEEDS = sources.feed_items(PROVIDERS)
PAGES = {
    "ranges.example /aws.json": http(200, json.dumps(AWS).encode(), ETag='"a"'),
    "other.example /cidrs": http(200, CIDRS, Last_Modified="Sun, 01 Nov 2026 10:00:00 GMT"),
}


def suffixes(date: str = "2026-11-20", extra: int = 0) -> bytes:
    """The list that ships, as of another day."""
    text = domain.shipped_list().replace(domain.list_date(domain.shipped_list()).encode(), date.encode(), 1)
    end = b"// ===END ICANN DOMAINS==="
    return text.replace(end, b"".join(b"x%d.zz\n" % n for n in range(extra)) + end, 1)


def at(item: sources.Item, url: str) -> sources.Item:
    """An item of one file, to be had elsewhere."""
    return replace(item, ways=((replace(item.ways[0][0], url=url),),))


def suffix_item() -> sources.Item:
    return at(
        next(each for each in sources.all_items(()) if each.id == "public-suffix-list"), "http://tables.example/psl"
    )


def routes_item() -> sources.Item:
    """The table of routes from two lists with their checksums, or from one list elsewhere."""
    base = "http://tables.example"
    tables = tuple(
        sources.Source(f"{base}/{each}.csv", 100_000, checksum=f"{base}/{each}.csv.sha256") for each in ("ipv4", "ipv6")
    )
    real = next(each for each in sources.all_items(()) if each.id == "origin-table")
    other = sources.Source(f"{base}/other.tsv", 100_000)
    return replace(real, ways=(tables, (other,)), shipped=lambda: None)


def route_lists(rows: int = 60) -> dict[str, bytes]:
    """What tables.example serves for ``routes_item``."""
    known = sources.WELL_KNOWN
    four = [f"{each},{each},{asn},WELL KNOWN" for each, asn in known.items() if "." in each]
    four += [f"51.{n}.0.0,51.{n}.255.255,{3000 + n},NET {n}" for n in range(rows)]
    six = [f"{each},{ipaddress.ip_address(each) + 7},{asn},WELL KNOWN" for each, asn in known.items() if ":" in each]
    lists = {name: "\n".join(rows).encode() + b"\n" for name, rows in (("ipv4", four), ("ipv6", six))}
    pages = {}
    for name, body in lists.items():
        pages[f"tables.example /{name}.csv"] = http(200, body, Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT")
        digest = hashlib.sha256(body).hexdigest()
        pages[f"tables.example /{name}.csv.sha256"] = http(200, f"{digest}  origin-asn-{name}.csv\n".encode())
    return pages


def run(directory: Path, pages, chosen=FEEDS, every=None, *, names=None, told=None, **options):
    """Update from these pages; the results by id, and the raw requests that were made."""

    async def serve():
        plain = HttpServer(pages)
        secure = HttpServer(pages, server_context(HOSTS))
        records = {(host, "A"): ["127.0.0.1"] for host in HOSTS} | (names or {})
        async with plain, secure, DnsServer(records) as dns:
            settings = update.UpdateOptions(
                resolver=(dns.address,),
                ca_bundle=ca()[2],
                allow_private=(ipaddress.ip_network("127.0.0.0/8"),),
                ports=Ports(http=plain.port, https=secure.port),
                **{"answer": 2.0, "most": 2.0, **options},
            )
            tell = ([] if told is None else told).append
            results = await asyncio.to_thread(update.update, directory, every or chosen, chosen, settings, tell)
            return {each.id: each for each in results}, plain.seen + secure.seen

    return asyncio.run(serve())


def content(directory: Path) -> dict[str, bytes]:
    """Every file below a directory but the lock."""
    found = (each for each in directory.rglob("*") if each.is_file() and each.name != ".lock")
    return {each.relative_to(directory).as_posix(): each.read_bytes() for each in found}
