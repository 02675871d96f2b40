"""One site as two places see it, for the laboratory network, and a resolver that lies.

Each place is a topology of its own, in which the same Internet has other records for the site.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

Tree = dict[str, Any]

SITE = "steadfast.org"
HALVES = {"tokyo": ("104.17.20.30", "51.38.99.20"), "paris": ("151.101.1.7", "88.198.77.10")}
"""By place: the address at the content network, and that at the host, which users there are not given."""

EDGES = {"tokyo": "fastly", "paris": "cloudflare"}
"""By place: the content network that users there are given."""


def topology(lab: Path, place: str) -> Tree:
    """``redundant``, in which a place has one of the two content networks and one of the two hosts."""
    tree: Tree = yaml.safe_load((lab / "topologies" / "redundant.yaml").read_text("utf-8"))
    tree["include"] = [str(lab / "topologies" / "base.yaml")]
    edge, host = HALVES[place]
    _without(tree["zones"]["cdn-switch.net"], f" A {edge}")
    _without(tree["zones"][SITE], f"@ 300 A {host}")
    _without(tree["zones"][SITE], "@ 300 AAAA 2a01:" if host.startswith("88.") else "@ 300 AAAA 2001:")
    return tree


def lying(lab: Path) -> Tree:
    """``redundant`` behind a resolver that denies that the site exists."""
    base = str(lab / "topologies" / "redundant.yaml")
    return {"include": [base], "resolver": {"unbound": {"local-zone": f'"{SITE}." always_nxdomain'}}}


def _without(zone: Tree, mark: str) -> None:
    lines = zone["records"].splitlines()
    kept = [line for line in lines if mark not in line]
    assert len(kept) == len(lines) - 1, mark
    zone["records"] = "\n".join(kept)
