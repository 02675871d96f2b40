"""Rebuild the IANA data that ships in ``hostaudit/net/iana`` from a folder of IANA's own registry files.

Usage: ``python .ci/build_iana.py SRC_DIR``. The folder holds, at any depth, ``iana-ipv4-special-registry.xml`` and
``iana-ipv6-special-registry.xml`` (https://www.iana.org/assignments/) and the RDAP bootstrap files ``dns.json``,
``ipv4.json`` and ``ipv6.json`` (https://data.iana.org/rdap/, RFC 9224).
"""

from __future__ import annotations

import ipaddress
import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "hostaudit" / "datasets" / "iana"
XMLNS = {"i": "http://www.iana.org/assignments"}


def find(source: Path, name: str) -> Path:
    hits = sorted(source.rglob(name))
    if not hits:
        sys.exit(f"{name} is not below {source}")
    return hits[0]


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


if __name__ == "__main__":
    main()
