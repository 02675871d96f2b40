"""The drawing of a site as SVG: three fixed zones, from the functions over what they rest on to the companies.

All text from outside is escaped, and no style or script is in it: whoever embeds it gives the colours by class.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from hostaudit.report.nodes import Edge, Node, NodeList
from hostaudit.report.text import inert, printable

WIDTH = 980
TOP, ROW, BOX = 44, 46, 36
COLUMNS: dict[str, tuple[int, int]] = {"function": (30, 250), "leg": (370, 270), "company": (740, 220)}
"""By zone the left edge and the width of its boxes."""

HEADS = {"function": "What users need", "leg": "What it rests on", "company": "Who can end it"}
MARKS = {"known": "", "unknown": "? ", "failed": "✕ ", "standby": "↻ "}
SWEEPS = 4
"""Rounds in which each zone is put into the order of its neighbours, which keeps edges short."""


@dataclass(frozen=True)
class Place:
    """Where a box stands: its left edge, its middle line and its width, in pixels."""

    left: float
    middle: float
    width: float


def drawing(found: NodeList, *, links: bool = True, title: str = "") -> str:
    """An ``svg`` element. ``links``: each company is a link to ``#company-KEY``, which the keyboard reaches."""
    places, height = _places(found)
    label = quoteattr(inert(printable(title or "What the site rests on", 200)))
    rows = [
        f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" role="group" aria-label={label}>'
    ]
    rows += [
        f'<text class="zone" x="{left}" y="22">{text}</text>'
        for text, (left, _) in ((HEADS[zone], place) for zone, place in COLUMNS.items())
    ]
    rows += [_edge(each, places) for each in found.edges]
    rows += [_box(each, places[each.key], linked=links and each.zone == "company") for each in found.nodes]
    return "\n".join((*rows, "</svg>"))


def _places(found: NodeList) -> tuple[dict[str, Place], float]:
    zones = {zone: list(found.zone(zone)) for zone in ("function", "leg", "company")}
    most = max((len(each) for each in zones.values()), default=1)
    near: dict[str, list[str]] = {}
    for edge in found.edges:
        near.setdefault(edge.source, []).append(edge.target)
        near.setdefault(edge.target, []).append(edge.source)
    rank = {node.key: place / max(len(nodes), 1) for nodes in zones.values() for place, node in enumerate(nodes)}
    for _ in range(SWEEPS):
        for zone in ("leg", "company"):
            zones[zone].sort(key=lambda node: _mean([rank[each] for each in near.get(node.key, [])]))
            rank |= {node.key: place / len(zones[zone]) for place, node in enumerate(zones[zone])}
    places = {}
    for zone, nodes in zones.items():
        left, width = COLUMNS[zone]
        step = min(most * ROW / max(len(nodes), 1), 2.4 * ROW)
        start = TOP + (most * ROW - step * len(nodes)) / 2
        for place, node in enumerate(nodes):
            places[node.key] = Place(left, start + step * (place + 0.5), width)
    return places, TOP + most * ROW + 10


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.5


def _edge(edge: Edge, places: dict[str, Place]) -> str:
    start, end = places[edge.source], places[edge.target]
    if start.left == end.left:
        # From function to function, around the left of their boxes.
        reach = start.left - min(26, 8 + abs(start.middle - end.middle) / 14)
        path = (
            f"M{start.left} {start.middle:.1f}C{reach:.1f} {start.middle:.1f} "
            f"{reach:.1f} {end.middle:.1f} {end.left} {end.middle + 6:.1f}"
        )
    else:
        first, last = start.left + start.width, end.left
        bend = (last - first) / 2
        path = (
            f"M{first} {start.middle:.1f}C{first + bend} {start.middle:.1f} "
            f"{last - bend} {end.middle:.1f} {last} {end.middle:.1f}"
        )
    return f'<path class="edge" data-from="{edge.source}" data-to="{edge.target}" d="{path}"/>'


def _box(node: Node, place: Place, *, linked: bool) -> str:
    top = place.middle - BOX / 2
    columns = int(place.width / 7.4)
    title = f"{MARKS[node.state]}{printable(node.title, columns - len(MARKS[node.state]))}"
    detail = printable(node.detail, int(place.width / 6.2))
    line = place.middle + (-2 if detail else 5)
    inner = (
        f'<rect x="{place.left}" y="{top:.1f}" width="{place.width}" height="{BOX}" rx="5"/>'
        f'<text x="{place.left + 10}" y="{line:.1f}">{_text(title)}</text>'
    )
    if detail:
        inner += f'<text class="detail" x="{place.left + 10}" y="{line + 14:.1f}">{_text(detail)}</text>'
    group = f'<g class="node {node.zone} {node.state}" data-key="{node.key}">{inner}</g>'
    if not linked or not node.identity:
        return group
    return f'<a href="#company-{node.key}" data-company="{node.key}">{group}</a>'


def _text(shown: str) -> str:
    return inert(shown).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
