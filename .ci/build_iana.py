"""Rebuild the data about registries that ship in ``hostaudit/datasets/iana``.

Usage: ``python .ci/build_iana.py SRC_DIR``. The folder holds, at any depth, ``iana-ipv4-special-registry.xml`` and
``iana-ipv6-special-registry.xml`` (https://www.iana.org/assignments/) and the RDAP bootstrap files ``dns.json``,
``ipv4.json`` and ``ipv6.json`` (https://data.iana.org/rdap/, RFC 9224). It may hold ``tlds.jsonl`` and
``supplemental-cctld-rdap.json``, a collection of IANA's root zone database and a list of RDAP servers that IANA does
not list (https://github.com/case/iana-data); then the table of top-level domains, the list of unlisted servers and the
hosts of port 43 are made anew too.
"""

from __future__ import annotations

import ipaddress
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "hostaudit" / "datasets" / "iana"
XMLNS = {"i": "http://www.iana.org/assignments"}


TABLE = "top-level domain, sponsoring organisation, back end if it is another one, how that is known"


def find(source: Path, name: str) -> Path:
    hits = sorted(source.rglob(name))
    if not hits:
        sys.exit(f"{name} is not below {source}")
    return hits[0]


def some(source: Path, name: str) -> bool:
    return any(source.rglob(name))


def own_text(element: ET.Element | None) -> str:
    """The text of an element without its footnote marks."""
    return "" if element is None or element.text is None else element.text.strip()


def special_purpose(source: Path) -> dict[str, object]:
    updated: dict[str, str] = {}
    blocks: list[list[object]] = []
    for family in ("ipv4", "ipv6"):
        root = ET.parse(find(source, f"iana-{family}-special-registry.xml")).getroot()  # IANA's own file
        updated[family] = own_text(root.find("i:updated", XMLNS))
        for record in root.iterfind(".//i:record", XMLNS):
            name = own_text(record.find("i:name", XMLNS))
            reachable = own_text(record.find("i:global", XMLNS)) == "True"
            for block in own_text(record.find("i:address", XMLNS)).split(","):
                blocks.append([str(ipaddress.ip_network(block.strip())), name, reachable])
    return {"updated": updated, "blocks": blocks}


def bootstrap(source: Path) -> dict[str, object]:
    """Each registry as ``[base URL, key, key, ...]``; of several URLs the https one stands (RFC 9224 section 3)."""
    made: dict[str, object] = {}
    for registry in ("dns", "ipv4", "ipv6"):
        text = json.loads(find(source, f"{registry}.json").read_text("utf-8"))
        services = [[min(urls, key=lambda url: not url.startswith("https:")), *keys] for keys, urls in text["services"]]
        made[registry] = {"publication": text["publication"], "services": sorted(services)}
    return made


def roots(source: Path) -> list[dict[str, object]]:
    """The delegated top-level domains, in the order of their names."""
    rows = [json.loads(line) for line in find(source, "tlds.jsonl").read_text("utf-8").splitlines()]
    return sorted((row for row in rows if row["delegated"]), key=lambda row: row["tld"])


def supplement(source: Path) -> list[dict[str, str]]:
    document = json.loads(find(source, "supplemental-cctld-rdap.json").read_text("utf-8"))
    return list(document["ccTldRdapServers"])


def unlisted(source: Path) -> dict[str, object]:
    """The servers that IANA does not list, by base URL; those of a top-level domain that is listed by now stay out."""
    listed = {key for keys, _ in json.loads(find(source, "dns.json").read_text("utf-8"))["services"] for key in keys}
    found: dict[str, list[str]] = {}
    for row in supplement(source):
        if row["tld"] not in listed:
            found.setdefault(row["rdapServer"], []).append(row["tld"])
    newest = max(row["dateUpdated"] for row in supplement(source))
    return {"publication": newest, "services": sorted([url, *sorted(tlds)] for url, tlds in found.items())}


def plain(text: object) -> str:
    return " ".join(str(text or "").split())


def operators(source: Path) -> str:
    """One row for each top-level domain. The back end is whoever runs its RDAP server without being listed, else the
    technical contact of the root zone database."""
    servers = {row["tld"]: row["backendOperator"] for row in supplement(source)}
    lines = [f"# {TABLE}"]
    for row in roots(source):
        sponsor = plain(row.get("sponsor"))
        server, contact = plain(servers.get(str(row["tld"]))), plain(row.get("tech"))
        behind, known = (server, "server") if server else (contact, "contact")
        lines.append(
            "\t".join((str(row["tld"]), sponsor, *((behind, known) if behind not in ("", sponsor) else ("", ""))))
        )
    return "\n".join(lines) + "\n"


def whois(source: Path) -> dict[str, str]:
    """The hosts of port 43, where RDAP alone does not do: country code domains, and what was known before."""
    known: dict[str, str] = json.loads((TARGET / "whois-servers.json").read_text("utf-8"))
    told = {str(row["tld"]): str(row["whois"]) for row in roots(source) if row.get("whois")}
    country = {str(row["tld"]) for row in roots(source) if row["type"] == "cctld"}
    first = [tld for tld in ("com", "net", "org") if tld in known]
    rest = sorted((set(known) | (country & set(told))) - set(first))
    return {tld: told.get(tld, known.get(tld, "")) for tld in (*first, *rest)}


def write(name: str, document: object) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    lines = text.replace("],[", "],\n[") + "\n"  # one entry a line keeps later diffs readable
    (TARGET / name).write_text(lines, "utf-8")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = Path(sys.argv[1])
    write("special-purpose.json", special_purpose(source))
    write("rdap-bootstrap.json", bootstrap(source))
    if some(source, "tlds.jsonl"):
        write("rdap-unlisted.json", unlisted(source))
        (TARGET / "tlds.tsv").write_text(operators(source), "utf-8")
        hosts = json.dumps(whois(source), indent=0, ensure_ascii=False)
        (TARGET / "whois-servers.json").write_text(hosts + "\n", "utf-8")


if __name__ == "__main__":
    main()
