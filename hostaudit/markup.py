"""Start tags out of hostile HTML: which scripts, styles, manifests and app links does a page name?

A tree is not needed, and building one is where parsers can be made to hang. The scanner reads once from left to
right and never looks back, so its work grows with the length of the page and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Literal
from urllib.parse import parse_qs, urljoin, urlsplit

LONGEST_PAGE = 3 * 1024 * 1024
MOST_TAGS = 50_000
MOST_ATTRIBUTES = 256
MOST_REFERENCES = 500
LONGEST_URL = 2000

RAW_TEXT = frozenset({"script", "style", "textarea", "title", "iframe", "xmp", "noembed", "noframes"})
"""Elements whose content is not markup (WHATWG HTML, section 13.1.2)."""

TAG_NAME = re.compile(r"[A-Za-z][^\s/>]*")
GAP = re.compile(r"[\s/]+")
ATTRIBUTE = re.compile(r"[^\s/>][^\s/>=]*")
EQUALS = re.compile(r"\s*=\s*")
BARE_VALUE = re.compile(r"[^\s>]*")
ENDS = {name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE) for name in RAW_TEXT}


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag. Names are lower case, values decoded, the first of equal attributes kept; ``text``: raw content."""

    name: str
    attributes: dict[str, str]
    text: str = ""


def tags(html: str) -> Iterator[Tag]:
    """The start tags of a page in order, at most ``MOST_TAGS`` in its first ``LONGEST_PAGE`` characters."""
    html = html[:LONGEST_PAGE]
    position = count = 0
    while count < MOST_TAGS:
        position = html.find("<", position)
        if position < 0:
            return
        if html.startswith("<!--", position):
            position = html.find("-->", position + 4)
            if position < 0:
                return
            position += 3
            continue
        match = TAG_NAME.match(html, position + 1)
        if match is None:
            if html[position + 1 : position + 2] in ("/", "!", "?"):
                position = html.find(">", position + 1)
                if position < 0:
                    return
            else:
                position += 1
            continue
        name = match.group().lower()
        attributes, position = _attributes(html, match.end())
        if position < 0:
            return
        count += 1
        text = ""
        if name in RAW_TEXT:
            end = ENDS[name].search(html, position)
            text = html[position : end.start() if end else len(html)]
            position = end.start() if end else len(html)
        yield Tag(name, attributes, text)


def _attributes(html: str, position: int) -> tuple[dict[str, str], int]:
    """The attributes from ``position`` on, and where the tag ends (-1: it never does)."""
    found: dict[str, str] = {}
    for _ in range(MOST_ATTRIBUTES):
        gap = GAP.match(html, position)
        position = gap.end() if gap else position
        name = ATTRIBUTE.match(html, position)
        if name is None:
            break
        position = name.end()
        value = ""
        equals = EQUALS.match(html, position)
        if equals is not None:
            position = equals.end()
            quote = html[position : position + 1]
            if quote in ('"', "'"):
                end = html.find(quote, position + 1)
                if end < 0:
                    return found, -1
                value, position = html[position + 1 : end], end + 1
            else:
                bare = BARE_VALUE.match(html, position)
                value, position = (bare.group(), bare.end()) if bare else ("", position)
        found.setdefault(name.group().lower(), unescape(value))
    end = html.find(">", position)
    return found, end + 1 if end >= 0 else -1


@dataclass(frozen=True, slots=True)
class Resource:
    """A script or style sheet; ``blocking``: the page is not shown before it is there."""

    url: str
    kind: Literal["script", "style"]
    blocking: bool


@dataclass
class References:
    """What a page names. URLs are absolute and http or https; ``apps`` are (platform, store id, app id, where)."""

    resources: list[Resource] = field(default_factory=list)
    manifest: str | None = None
    packages: list[str] = field(default_factory=list)
    apps: list[tuple[str, str, str, str]] = field(default_factory=list)


APP_METAS = {
    "google-play-app": ("android", "google-play"),
    "al:ios:app_store_id": ("ios", "apple-app-store"),
    "al:android:package": ("android", "google-play"),
}


def references(html: str, base: str) -> References:
    """What the page at the URL ``base`` refers to."""
    found = References()
    in_head, base_seen = True, False
    for tag in tags(html):
        if tag.name == "body":
            in_head = False
        elif tag.name == "base" and not base_seen and "href" in tag.attributes:
            base_seen = True
            base = resolve(base, tag.attributes["href"]) or base
        elif tag.name == "script" and "src" in tag.attributes:
            waits = (
                in_head and not ({"async", "defer"} & tag.attributes.keys()) and tag.attributes.get("type") != "module"
            )
            _resource(found, base, tag.attributes["src"], "script", blocking=waits)
        elif tag.name == "link":
            _link(found, base, tag.attributes)
        elif tag.name == "meta":
            _meta(found, tag.attributes)
        elif tag.name == "a" and "href" in tag.attributes:
            _anchor(found, base, tag.attributes["href"])
    found.apps = list(dict.fromkeys(found.apps))[:MOST_REFERENCES]
    found.packages = list(dict.fromkeys(found.packages))[:20]
    return found


def resolve(base: str, reference: str) -> str | None:
    """An absolute http or https URL, None for anything else and for what is no URL at all."""
    try:
        url = urljoin(base, reference.strip())
        split = urlsplit(url)
        host = split.hostname
    except ValueError:
        return None
    usable = split.scheme in ("http", "https") and host and len(url) <= LONGEST_URL and url.isprintable()
    return url if usable else None


def _resource(
    found: References, base: str, reference: str, kind: Literal["script", "style"], *, blocking: bool
) -> None:
    url = resolve(base, reference)
    if url is not None and len(found.resources) < MOST_REFERENCES:
        found.resources.append(Resource(url, kind, blocking))


def _link(found: References, base: str, attributes: dict[str, str]) -> None:
    relations = attributes.get("rel", "").lower().split()
    href = attributes.get("href")
    if href is None:
        return
    if "stylesheet" in relations:
        aside = (
            "alternate" in relations or "disabled" in attributes or attributes.get("media", "all").strip() == "print"
        )
        _resource(found, base, href, "style", blocking=not aside)
    elif "manifest" in relations and found.manifest is None:
        found.manifest = resolve(base, href)


def _meta(found: References, attributes: dict[str, str]) -> None:
    name = (attributes.get("name") or attributes.get("property") or "").lower()
    content = attributes.get("content", "")
    if name in ("apple-itunes-app", "google-play-app"):
        match = re.search(r"app-id\s*=\s*([\w.]+)", content)
        content = match.group(1) if match else ""
        platform, store = APP_METAS.get(name, ("ios", "apple-app-store"))
    elif name in APP_METAS:
        platform, store = APP_METAS[name]
    else:
        return
    add_app(found.apps, platform, store, content, f"meta {name}")


def _anchor(found: References, base: str, reference: str) -> None:
    url = resolve(base, reference)
    if url is None:
        return
    split = urlsplit(url)
    if split.path.lower().endswith(".apk"):
        found.packages.append(url)
    app = app_in_link(url)
    if app is not None:
        add_app(found.apps, *app, "link")


def app_in_link(url: str) -> tuple[str, str, str] | None:
    """(platform, store, id) if a URL is the page of an app in a store."""
    split = urlsplit(url)
    host, path = (split.hostname or "").removeprefix("www."), split.path.rstrip("/")
    query = parse_qs(split.query, max_num_fields=50) if len(split.query) < LONGEST_URL else {}
    last = path.rpartition("/")[2]
    first = {key: values[0] for key, values in query.items()}
    if host in ("apps.apple.com", "itunes.apple.com") and re.fullmatch(r"id\d+", last):
        return "ios", "apple-app-store", last[2:]
    if host == "play.google.com" and path == "/store/apps/details" and "id" in first:
        return "android", "google-play", first["id"]
    if host == "f-droid.org" and "/packages/" in path:
        return "android", "f-droid", last
    if host == "apt.izzysoft.de" and "/apk/" in path:
        return "android", "izzyondroid", last
    if host == "amazon.com" and path == "/gp/mas/dl/android" and "p" in first:
        return "android", "amazon-appstore", first["p"]
    if host in ("galaxystore.samsung.com", "apps.samsung.com") and "/detail/" in path:
        return "android", "galaxy-store", last
    if host.startswith("appgallery.") and re.fullmatch(r"C\d+", last):
        return "android", "appgallery", last
    if host in ("apps.microsoft.com", "microsoft.com") and re.fullmatch(r"[0-9A-Za-z]{12,14}", last):
        return "windows", "microsoft-store", last.upper()
    return None


APP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
LONGEST_APP_ID = 150


def add_app(apps: list[tuple[str, str, str, str]], platform: str, store: str, identity: str, via: str) -> None:
    """Keep an app reference if its id can be one: numbers or dotted names, nothing that could alter a URL."""
    identity = identity.strip()
    if len(identity) <= LONGEST_APP_ID and APP_ID.fullmatch(identity):
        apps.append((platform, store, identity, via))
