"""Read the start tags of hostile HTML: the scripts, styles, manifests and app links that a page names.

No tree is built: it is not needed, and hostile input can make tree builders hang. The scanner reads once from left to
right and never goes back, so its time is linear in the length of the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.entities import html5
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from hostaudit.domain import host_in, web_host, web_reference

LONGEST_PAGE = 3 * 512 * 1024
MOST_TAGS = 13_000
MOST_STEPS = 26_000
"""Tags, comments, attributes and character references of a page that are read: some six times as many as usual pages
have. With the steps for URLs they bound the processor time of a page to 0.1 s."""

STEPS_OF_A_URL = 24
"""The steps that reading one URL or the id of an app counts for, by the time that it takes; twice as many if it has
letters beyond ASCII."""

MOST_ATTRIBUTES = 256
MOST_REFERENCES = 500
MOST_PACKAGES = 20
LONGEST_URL = 2000

App = tuple[str, str, str, str]
"""(platform, store id, app id, place in the page)."""

HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|[0-9A-Fa-f:.]+")
"""A host name in A-labels, or an address. Hyphens at the ends of labels break a rule (RFC 952) and are in use."""

RAW_TEXT = frozenset({"script", "style", "textarea", "title", "iframe", "xmp", "noembed", "noframes", "noscript"})
"""Elements whose content a browser that runs scripts does not parse as markup (WHATWG HTML, section 13.2.6)."""

SPACE = "\\t\\n\\f\\r "
"""White space of HTML; Python's definition includes more characters."""

FOREIGN = frozenset({"svg", "math"})
"""Elements with content of another language, in which every element can end in its own start tag."""

HTML_WITHIN = frozenset({"foreignobject", "desc", "title"})
"""Elements of SVG whose content is HTML again (WHATWG HTML, "HTML integration point")."""

ENDS_OF_FOREIGN = f"(?i:{'|'.join(sorted(FOREIGN | HTML_WITHIN))})"

NEVER_FOREIGN = frozenset(
    {"b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "embed", "head", "hr"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "i", "img", "li", "listing", "menu", "meta", "nobr", "ol", "p", "pre"}
    | {"ruby", "s", "small", "span", "strong", "strike", "sub", "sup", "table", "tt", "u", "ul", "var"}
)
"""Elements that end foreign content wherever they begin (WHATWG HTML section 13.2.6.5)."""

DEEPEST_FOREIGN = 32

OPENING = re.compile(
    f"<(?:(?:/(?!{ENDS_OF_FOREIGN})[A-Za-z][^{SPACE}/>]*+>|(?![A-Za-z/!?]))[^<]*+<)*+(?:(/?)([A-Za-z][^{SPACE}/>]*+)|(!--|[!?/])|)"
)
"""The beginning of the next tag with its name, or of a comment, a declaration or a bogus comment. End tags without
anything but a name, and ``<`` that begin nothing, are passed over here, since a page may consist of them; the ends of
foreign elements are not."""

ATTRIBUTE = re.compile(
    f"[{SPACE}/]*+([^{SPACE}/>][^{SPACE}/>=]*+)"
    f"(?:[{SPACE}]*+=[{SPACE}]*+(?:\"([^\"]*+)\"|'([^']*+)'|([\"'])|([^{SPACE}>]*+)))?+"
)
"""A name and its value: in double or single quotes, in quotes that have no end, or without quotes."""

COMMENT_END = re.compile("--!?>")
ENDS = {name: re.compile(f"</{name}(?=[{SPACE}/>])", re.IGNORECASE | re.ASCII) for name in RAW_TEXT}
REFERENCE = re.compile("&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|([A-Za-z][A-Za-z0-9]*)(;|=)?)")


class Tag(NamedTuple):
    """A start tag. Names are lower case, values decoded; of equal names the first is kept. ``text``: raw content."""

    name: str
    attributes: dict[str, str]
    text: str = ""


def tags(html: str) -> Iterator[Tag]:
    """The start tags of a page in order, in its first ``LONGEST_PAGE`` characters.

    Ends after ``MOST_STEPS`` tags, comments and attributes; at most ``MOST_TAGS`` are yielded.
    """
    return Scanner(html).tags()


class _Foreign:
    """The foreign elements that are open at a place of a page, and those in them whose content is HTML again."""

    def __init__(self) -> None:
        self._open: list[str] = []

    @property
    def here(self) -> bool:
        """True if a tag at this place is an element of SVG or MathML."""
        return bool(self._open) and self._open[-1] in FOREIGN

    def begin(self, name: str, *, whole: bool) -> bool:
        """Read a start tag, ``whole`` if it is the element's end too; True if the element is a foreign one."""
        if self.here and name in NEVER_FOREIGN:
            while self.here:
                self._open.pop()
        here = self.here or name in FOREIGN
        opens = name in FOREIGN or (here and name in HTML_WITHIN)
        if opens and not whole and len(self._open) < DEEPEST_FOREIGN:
            self._open.append(name)
        return here

    def end(self, name: str) -> None:
        """Read an end tag."""
        if name in self._open:
            while self._open.pop() != name:
                pass


class Scanner:
    """Reads one page. ``cut``: not all of it was read, as it is too long or has too many parts."""

    def __init__(self, html: str) -> None:
        self.cut = len(html) > LONGEST_PAGE
        self._html = html[:LONGEST_PAGE]
        self._steps = MOST_STEPS

    def tags(self) -> Iterator[Tag]:
        """See the function ``tags``."""
        html, count, position = self._html, 0, 0
        foreign = _Foreign()
        while opening := OPENING.search(html, position):
            self._steps -= 1
            if self._steps < 0 or count == MOST_TAGS:
                self.cut = True
                return
            closing, named, other = opening.groups()
            if other is not None:
                position = _beyond_other(html, opening.start(3) - 1, foreign=foreign.here)
            elif named is None:
                return
            else:
                attributes, position, whole = self._attributes(opening.end())
            if position < 0:
                return
            if other is not None:
                continue
            name = _lower(named)
            if closing:
                foreign.end(name)
                continue
            count += 1
            other_language = foreign.begin(name, whole=whole)
            if name == "plaintext" and not other_language:
                return
            text = ""
            if name in RAW_TEXT and not other_language:
                self._steps -= 1
                end = ENDS[name].search(html, position)
                text = html[position : end.start() if end else len(html)]
                position += len(text)
            yield Tag(name, attributes, text)

    def spend(self, steps: int) -> bool:
        """Take steps for work on a tag; False if none are left."""
        self._steps -= steps
        self.cut |= self._steps < 0
        return self._steps >= 0

    def _attributes(self, position: int) -> tuple[dict[str, str], int, bool]:
        """The attributes from ``position`` on, the end of the tag, -1 if it has none, and whether it ends in ``/>``."""
        html = self._html
        if html.startswith(">", position):
            return {}, position + 1, False
        found: dict[str, str] = {}
        for _ in range(min(MOST_ATTRIBUTES, max(self._steps, 0))):
            attribute = ATTRIBUTE.match(html, position)
            if attribute is None:
                break
            self._steps -= 1
            name, double, single, unclosed, bare = attribute.groups()
            if unclosed:
                return found, -1, False
            position = attribute.end()
            name = _lower(name)
            if name not in found:
                value = double or single or bare or ""
                if "&" in value:
                    value = decoded(value) if self.spend(2 * value.count("&")) else ""
                found[name] = value
        end = html.find(">", position)
        return found, end + 1 if end >= 0 else -1, html.endswith("/", position, max(end, position))


def _beyond_other(html: str, position: int, *, foreign: bool) -> int:
    """The end of the comment, declaration or bogus comment at ``position``; -1 if it has no end. Only foreign elements
    have sections of text (CDATA)."""
    if foreign and html.startswith("<![CDATA[", position):
        end_of_text = html.find("]]>", position)
        return end_of_text + 3 if end_of_text >= 0 else -1
    if html.startswith("<!--", position):
        # ``<!-->`` and ``<!--->`` are complete comments.
        if html.startswith((">", "->"), position + 4):
            return html.index(">", position) + 1
        end = COMMENT_END.search(html, position + 4)
        return end.end() if end else -1
    end_of_it = html.find(">", position)
    return end_of_it + 1 if end_of_it >= 0 else -1


def _lower(name: str) -> str:
    """A name with A to Z in lower case. Other letters whose lower case is ASCII are kept, as they make another name."""
    return name.lower() if name.isascii() else re.sub("[A-Z]+", lambda match: match.group().lower(), name)


def decoded(value: str) -> str:
    """An attribute value with its character references decoded by WHATWG HTML section 13.2.5.73.

    Unlike in text, a name without ``;`` is not decoded before ``=``, a letter or a digit: ``?a=1&copy=2`` is a query.
    """
    return REFERENCE.sub(_character, value) if "&" in value else value


def _character(match: re.Match[str]) -> str:
    name, follower = match.groups()
    text = match.group()
    if name is not None:
        known = follower != "=" and name + (follower or "") in html5
        return html5[name + (follower or "")] if known else text
    digits = text[2:].rstrip(";").lstrip("xX0")
    # No character has a number this long, and Python refuses to read very long ones.
    number = int(digits or "0", 16 if text[2] in "xX" else 10) if len(digits) < 10 else 0
    if 0x80 <= number < 0xA0:
        return unescape(text)
    return chr(number) if 0 < number <= sys.maxunicode and not 0xD800 <= number < 0xE000 else "\ufffd"


@dataclass(frozen=True, slots=True)
class Resource:
    """A script or style sheet; ``blocking``: the browser does not show the page before it has loaded this."""

    url: str
    kind: Literal["script", "style"]
    blocking: bool


@dataclass
class References:
    """The references of a page. URLs are absolute and http or https.

    ``held_back``: scripts that another script starts later: after the visitor's consent, as many consent managers do,
    or at the first click or movement, as plug-ins for speed do.
    ``broken_manifest``: the link of a manifest is no valid URL. ``cut``: only a part of the page was read; the rest may
    have further references.
    """

    resources: list[Resource] = field(default_factory=list)
    held_back: list[Resource] = field(default_factory=list)
    manifest: str | None = None
    broken_manifest: bool = False
    packages: list[str] = field(default_factory=list)
    apps: list[App] = field(default_factory=list)
    cut: bool = False


HEAD_ELEMENTS = frozenset(
    {"html", "head", "base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style"}
    | {"template", "title"}
)
"""Elements that leave a parser in the head (WHATWG HTML section 13.2.6.4.4); any other one begins the body."""

SCRIPT_TYPES = frozenset({"", "module", "text/javascript", "application/javascript", "text/ecmascript"}) | {
    "application/ecmascript",
    "application/x-javascript",
    "text/x-javascript",
    "text/jscript",
}
"""Types of script that browsers fetch; an element of any other type is a block of data for them."""

ROCKET_LOADER = re.compile(r"[0-9a-f]{12,40}-(.*)", re.DOTALL)
"""Cloudflare's Rocket Loader puts a random number before the type of a script, and starts all of them itself when the
page is there (Cloudflare, "Rocket Loader")."""

OLD_ROCKET_LOADER = "text/rocketscript"

LATER = re.compile("data-[a-z-]*src")
"""Attributes with the address of a script that another script puts into ``src``."""

APP_METAS = {
    "apple-itunes-app": ("ios", "apple-app-store"),
    "google-play-app": ("android", "google-play"),
    "al:ios:app_store_id": ("ios", "apple-app-store"),
    "al:iphone:app_store_id": ("ios", "apple-app-store"),
    "al:ipad:app_store_id": ("ios", "apple-app-store"),
    "al:android:package": ("android", "google-play"),
    "twitter:app:id:iphone": ("ios", "apple-app-store"),
    "twitter:app:id:ipad": ("ios", "apple-app-store"),
    "twitter:app:id:googleplay": ("android", "google-play"),
}
"""The names of ``meta`` that give the id of an app: Apple's and Google's banners, App Links, and X's cards."""

PLAIN_IDS = ("al:", "twitter:")
"""The beginnings of those whose content is the id alone."""

APP_SCHEMES = {
    "itms-apps://": "https://",
    "itms-appss://": "https://",
    "market://": "https://play.google.com/store/apps/",
}
"""Schemes that open a store directly, and the beginning of the equivalent web URL."""


def references(html: str, base: str) -> References:
    """The references of the page at the URL ``base``."""
    page = Scanner(html)
    found = References()
    in_head, base_seen, in_store = True, False, _may_name_an_app(base)
    for name, attributes, _ in page.tags():
        in_head = in_head and name in HEAD_ELEMENTS
        reference = attributes.get(REFERRING.get(name, ""))
        if reference is None and name == "script" and attributes:
            reference = next((value for key, value in attributes.items() if LATER.fullmatch(key)), None)
        if reference is None:
            continue
        anchor = name in ("a", "area")
        cost = STEPS_OF_A_URL if reference.isascii() else 2 * STEPS_OF_A_URL
        if not page.spend(1 if anchor else cost):
            break
        if anchor and not (in_store or _may_name_an_app(reference.strip()[:LONGEST_URL])):
            continue
        if anchor and not page.spend(cost):
            break
        if name == "meta":
            _meta(found, attributes)
        elif name == "base" and not base_seen:
            base_seen = True
            base = resolve(base, reference) or base
            in_store = _may_name_an_app(base)
        elif name == "script":
            _script(found, base, attributes, reference, in_head=in_head)
        elif name == "link":
            _link(found, base, attributes)
        elif anchor:
            _anchor(found, base, reference)
    found.cut = page.cut or max(len(found.resources), len(found.held_back)) >= MOST_REFERENCES
    found.apps = list(dict.fromkeys(found.apps))[:MOST_REFERENCES]
    found.packages = list(dict.fromkeys(found.packages))[:MOST_PACKAGES]
    return found


REFERRING = {"base": "href", "script": "src", "link": "href", "a": "href", "area": "href", "meta": "content"}
"""The attribute with the URL or the id of an app, by the elements that are read."""

STORE_WORDS = (
    "apple", "itms", "google", "market:", "amazon", "huawei", "microsoft", "f-droid", "izzysoft", "samsung", ".apk",
    "\t", "\n", "\r",
)  # fmt: skip
"""What a link to an app or a package has in it, or in the URL of the page. White space within a URL is left out of
it."""


def _may_name_an_app(url: str) -> bool:
    """True if a URL is worth resolving, which costs more than reading its tag. Other letters than ASCII may become
    any host."""
    small = url.lower()
    return not small.isascii() or any(word in small for word in STORE_WORDS)


def resolve(base: str, reference: str) -> str | None:
    """An absolute http or https URL with its host in A-labels; None for any other scheme and for invalid URLs."""
    if len(reference) > 2 * LONGEST_URL:
        return None
    plain = web_reference(reference, base.partition(":")[0].lower())
    if plain is None or len(plain) > LONGEST_URL:
        return None
    try:
        # Joining costs as much as all the rest, and a reference with a host does not need it.
        whole = f"{base.partition(':')[0]}:{plain}" if base and plain.startswith("//") else plain
        split = urlsplit(whole if whole.startswith(("http:", "https:")) else urljoin(base, whole))
        named, port = host_in(split.netloc), split.port
    except ValueError:
        return None
    host = web_host(unquote(named) if ":" not in named else named)
    if split.scheme not in ("http", "https") or not HOST.fullmatch(host):
        return None
    if host != named.lower().rstrip(".") or not split.netloc.isascii():
        split = split._replace(netloc=host if port is None else f"{host}:{port}")
    url = split.geturl()
    return url if len(url) <= LONGEST_URL and url.isprintable() else None


def host_of(url: str) -> str:
    """The host of a URL that ``resolve`` returned: lower case, no trailing dot."""
    return (urlsplit(url).hostname or "").rstrip(".")


def _resource(
    rows: list[Resource], base: str, reference: str, kind: Literal["script", "style"], *, blocking: bool
) -> None:
    url = resolve(base, reference)
    if url is not None and len(rows) < MOST_REFERENCES:
        rows.append(Resource(url, kind, blocking))


def _script(found: References, base: str, attributes: dict[str, str], reference: str, *, in_head: bool) -> None:
    form = attributes.get("type", "").strip().lower()
    rocket = ROCKET_LOADER.fullmatch(form)
    if form in SCRIPT_TYPES and "src" in attributes:
        aside = form == "module" or bool({"async", "defer", "nomodule"} & attributes.keys())
        _resource(found.resources, base, reference, "script", blocking=in_head and not aside)
    elif form == OLD_ROCKET_LOADER or (rocket is not None and rocket[1] in SCRIPT_TYPES):
        _resource(found.resources, base, reference, "script", blocking=False)
    elif form in SCRIPT_TYPES or form == "text/plain" or "script" in form:
        _resource(found.held_back, base, reference, "script", blocking=False)


def _link(found: References, base: str, attributes: dict[str, str]) -> None:
    relations = attributes.get("rel", "").lower().split()
    href = attributes.get("href")
    if href is None:
        return
    if "stylesheet" in relations:
        media = attributes.get("media", "").strip().lower()
        aside = "alternate" in relations or "disabled" in attributes or media == "print"
        _resource(found.resources, base, href, "style", blocking=not aside)
    elif "manifest" in relations and found.manifest is None:
        found.manifest = resolve(base, href)
        found.broken_manifest |= found.manifest is None


def _meta(found: References, attributes: dict[str, str]) -> None:
    name = (attributes.get("name") or attributes.get("property") or "").strip().lower()
    if name not in APP_METAS:
        return
    content = attributes.get("content", "")
    if not name.startswith(PLAIN_IDS):
        match = re.search(r"app-id\s*=\s*([\w.]+)", content)
        content = match.group(1) if match else ""
    platform, store = APP_METAS[name]
    add_app(found.apps, platform, store, content, f"meta {name}")


def _anchor(found: References, base: str, reference: str) -> None:
    reference = reference.strip()
    for scheme, place in APP_SCHEMES.items():
        if reference[: len(scheme)].lower() == scheme:
            reference = place + reference[len(scheme) :]
    url = resolve(base, reference)
    if url is None:
        return
    if urlsplit(url).path.lower().endswith(".apk"):
        found.packages.append(url)
    app = app_in_link(url)
    if app is not None:
        add_app(found.apps, *app, "link")


# -- apps -------------------------------------------------------------------------------------------------

PACKAGE = re.compile(r"[A-Za-z]\w*(\.\w+)+", re.ASCII)
"""An Android application id (Android, "Configure the app module")."""

APP_IDS = {
    "apple-app-store": re.compile(r"[1-9][0-9]{4,14}|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"),
    "google-play": PACKAGE,
    "f-droid": PACKAGE,
    "izzyondroid": PACKAGE,
    "amazon-appstore": PACKAGE,
    "galaxy-store": PACKAGE,
    "appgallery": re.compile(r"C[0-9]{5,15}"),
    "microsoft-store": re.compile(r"9[0-9A-Z]{11}|XP[0-9A-Z]{12}"),
}
"""The form of an id in each store. Other texts are rejected, so that no text can alter the URL of a look-up."""

BUNDLE = re.compile(r"(?=[0-9.-]*[A-Za-z])[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""A bundle id of Apple; some of old have no dot. Only Apple's own file says of such a word that it is one."""

LONGEST_APP_ID = 150


def add_bundle(apps: list[App], identity: str, via: str) -> None:
    """Keep the bundle id of an app of Apple's."""
    if len(identity) <= LONGEST_APP_ID and BUNDLE.fullmatch(identity):
        apps.append(("ios", "apple-app-store", identity, via))


def add_app(apps: list[App], platform: str, store: str, identity: str, via: str) -> None:
    """Keep an app reference if its id has the form of that store."""
    identity = identity.strip()
    if store == "microsoft-store":
        identity = identity.upper()
    if len(identity) <= LONGEST_APP_ID and APP_IDS[store].fullmatch(identity):
        apps.append((platform, store, identity, via))


def app_in_link(url: str) -> tuple[str, str, str] | None:
    """(platform, store, id) if a URL is the page of an app in a store, else None; the id is as written in the URL."""
    split = urlsplit(url)
    host = (split.hostname or "").removeprefix("www.")
    steps = [step for step in split.path.split("/") if step]
    if host.startswith("appgallery") and host.endswith(".huawei.com"):
        steps += split.fragment.split("/")
        numbers = [step for step in steps if APP_IDS["appgallery"].fullmatch(step)]
        return ("android", "appgallery", numbers[0]) if numbers else None
    if not steps:
        return None
    if host in ("apps.apple.com", "itunes.apple.com", "geo.itunes.apple.com"):
        # The pages of developers, albums and books have numbers too.
        found = "app" in steps and re.fullmatch("id([0-9]+)", steps[-1])
        return ("ios", "apple-app-store", found[1]) if found else None
    if host == "play.google.com":
        return _by_query("google-play", split.query, "id", steps[:3] == ["store", "apps", "details"])
    if host.startswith("amazon.") and steps[:4] == ["gp", "mas", "dl", "android"]:
        return _by_query("amazon-appstore", split.query, "p", True)
    if host in ("apps.microsoft.com", "microsoft.com"):
        is_app = host.startswith("apps.") or "store" in steps or "p" in steps
        return ("windows", "microsoft-store", steps[-1]) if is_app else None
    for name, place, store in STORE_PATHS:
        if host == name and place in steps[:-1]:
            return "android", store, steps[steps.index(place) + 1]
    return None


STORE_PATHS = (
    ("f-droid.org", "packages", "f-droid"),
    ("apt.izzysoft.de", "apk", "izzyondroid"),
    ("galaxystore.samsung.com", "detail", "galaxy-store"),
    ("apps.samsung.com", "detail", "galaxy-store"),
)
"""Stores whose app pages have the id after a fixed path segment: host, segment, store."""


def _by_query(store: str, query: str, key: str, is_app: bool) -> tuple[str, str, str] | None:
    try:
        values = parse_qs(query, max_num_fields=50).get(key, []) if is_app else []
    except ValueError:
        return None
    return ("android", store, values[0]) if values else None
