"""The resources and references of the front page: third-party scripts and styles, apps, web app, packages.

The files in which a site declares its apps (Apple's ``apple-app-site-association``, Google's ``assetlinks.json``)
are asked for at the same time as the page.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec import UNSET

from hostaudit.model.evidence import Cause, Evidence, Unknown
from hostaudit.model.values import (
    AppLinks,
    AppRef,
    DirectPackages,
    FrontPage,
    Kind,
    Page,
    PageResource,
    WebApp,
    evidence_id,
    is_challenge,
)
from hostaudit.observe import html_tags
from hostaudit.observe.net import HttpReply, Outcome, jsontext, led_elsewhere
from hostaudit.observe.probes import Probe, Scan, as_addresses, together

REDIRECTS = 5
SHOWN = 200
"""The only status of an answer that is a page or a file."""
BROKEN = 500
"""The lowest status of a server that does not work now."""
GONE = (404, 410)
"""The only statuses that prove that there is none."""
MOST_ADDRESSES = 4
MOST_ENTRIES = 200
"""The most entries that are read from a declaration or manifest."""
MOST_APPS = 12
"""The most apps that are kept for one store; a site that declares more is a platform for the apps of others."""
MOST_RESOURCES = 20

ASSOCIATION = "/.well-known/apple-app-site-association"
ASSET_LINKS = "/.well-known/assetlinks.json"

APP_ID_PREFIX = re.compile("[A-Z0-9]{10}")
"""The team or the app id prefix before a bundle id (Apple, "Glossary: application identifier")."""

NO_FILE_FOR_DEVICES: frozenset[Cause] = frozenset({"connection_refused", "certificate_invalid"})
"""Causes with which no device gets a file either."""

STORE_HOSTS = ("itunes.apple.com", "play.google.com", "f-droid.org")
"""Hosts that are resolved while the page is fetched, so that a later look-up needs no round trip for the address."""

PLATFORMS = {
    "play": ("android", "google-play"),
    "itunes": ("ios", "apple-app-store"),
    "f-droid": ("android", "f-droid"),
    "amazon": ("android", "amazon-appstore"),
    "windows": ("windows", "microsoft-store"),
}
"""Values of ``platform`` in a manifest's ``related_applications`` (W3C Manifest Incubations)."""

DISPLAYS = ("standalone", "fullscreen", "minimal-ui", "window-controls-overlay")
ICON_SIZES = (192, 512)


async def run(scan: Scan, item: Evidence | None) -> None:
    """Fetch the page and the declarations concurrently, then record the apps."""
    del item
    aside = [asyncio.ensure_future(_warm_up(scan))]
    declared, (host, page) = await asyncio.gather(_declarations(scan), _front(scan))
    found: list[html_tags.App] = [app for each in declared for app in each.apps]
    silent = [each.silence for each in declared if each.silence is not None]
    # Devices find no declaration at a name beside the page's where nothing listens, or whose certificate is refused.
    beside = {each.host for each in declared} - {scan.target.domain, host}
    silent = [each for each in silent if each.host not in beside or each.cause not in NO_FILE_FOR_DEVICES]
    why = _no_page_by_proof(scan)
    if page is None and why:
        _no_page(scan, host, why)
    elif page is None:
        silent.append(_Silence("the front page"))
        _no_page(scan, host)
    else:
        references = html_tags.references(_text(page.body), page.url)
        references.cut |= page.truncated
        silent += [_Silence("the rest of the front page")] if references.cut else []
        scan.note("page", host, Outcome.of(_as_page(scan, page, references), page.url))
        aside.append(asyncio.ensure_future(_resources(scan, host)))
        _packages(scan, host, references, page.url)
        found += references.apps
        related, source = await _web_app(scan, host, references, page.url)
        found += related
        silent += [_Silence(source)] if source else []
    _apps(scan, found, silent, why if page is None else "")
    await asyncio.gather(*aside)


async def _warm_up(scan: Scan) -> None:
    await together(scan.net.dns(host, "A") for host in STORE_HOSTS)


# -- the page ---------------------------------------------------------------------------------------------


async def _front(scan: Scan) -> tuple[str, HttpReply | None]:
    """Record the place of the front page; return its host and the reply, None if it is not a readable page."""
    domain = scan.target.domain
    hosts = await _served(scan)
    tries = [f"https://{host}/" for host in hosts] + [f"http://{host}/" for host in hosts[:1]]
    outcome: Outcome[HttpReply] = Outcome.none("no name of the site has an address", "resolver")
    for number, url in enumerate(tries):
        reply = await scan.net.fetch(url, redirects=REDIRECTS)
        if number == 0 or reply.value is not None:
            outcome = reply
        # Another name or scheme is tried only if nothing listens at the first.
        if reply.value is not None or (reply.unknown and reply.unknown.cause != "connection_refused"):
            break
    reply = outcome
    if hosts and reply.unknown is not None and reply.unknown.cause == "certificate_invalid":
        reply = await _past_refusal(scan, hosts[0], reply)
    scan.note("front", domain, reply.map(_as_front))
    if reply.value is None:
        scan.note("page", domain, reply)
        return domain, None
    host = html_tags.host_of(reply.value.url) or domain
    kind = (reply.value.header("content-type") or "text/html").lower()
    if is_challenge(reply.value.headers):
        gap: Outcome[Page] = Outcome.gap("challenge", reply.source, f"status {reply.value.status}")
        scan.note("page", host, gap)
        return host, None
    if reply.value.status != SHOWN:
        scan.note("page", host, Outcome.gap("http_status", reply.source, f"status {reply.value.status}"))
        return host, None
    if "html" not in kind:
        scan.note("page", host, Outcome.gap("malformed", reply.source, f"content type {kind[:60]}"))
        return host, None
    return host, reply.value


async def _past_refusal(scan: Scan, host: str, refused: Outcome[HttpReply]) -> Outcome[HttpReply]:
    """The page that browsers find although one certificate is refused: at another address of the host, or over plain
    HTTP; the refusal itself if there is none."""
    found = await together(scan.net.dns(host, kind) for kind in ("A", "AAAA"))
    addresses = [str(record.fields[0]) for each in found if each.value is not None for record in each.value.records]
    for address in addresses[:MOST_ADDRESSES] if len(addresses) > 1 else ():
        reply = await scan.net.fetch(f"https://{host}/", address=address, redirects=REDIRECTS)
        if reply.value is not None:
            return reply
    reply = await scan.net.fetch(f"http://{host}/", redirects=REDIRECTS)
    return reply if reply.value is not None else refused


async def _served(scan: Scan) -> list[str]:
    """The domain and its www name, without a name that is proved to have no address."""
    hosts = [host for host in scan.target.hosts if host not in scan.target.named]
    found = await together(_has_address(scan, host) for host in hosts)
    return [host for host, there in zip(hosts, found, strict=True) if there]


async def _has_address(scan: Scan, host: str) -> bool:
    outcomes = await together(scan.net.dns(host, kind) for kind in ("A", "AAAA"))
    return any(outcome.absent is None for outcome in outcomes)


def _as_front(reply: HttpReply) -> FrontPage:
    challenge = is_challenge(reply.headers) or UNSET
    return FrontPage(reply.url, html_tags.host_of(reply.url), reply.status, reply.hops, challenge)


def _text(body: bytes) -> str:
    """A page as text. The declared encoding is ignored: hosts and app ids are ASCII, the same in all usual ones."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Ten times as slow as UTF-8 where it is invalid, so the rest of a long one counts as not read.
        text = body[: html_tags.LONGEST_PAGE // 4].decode("utf-16", "replace")
        return text if len(body) <= html_tags.LONGEST_PAGE // 4 else text.ljust(html_tags.LONGEST_PAGE + 1)
    return body[: 2 * html_tags.LONGEST_PAGE].decode("utf-8", "replace")


def _as_page(scan: Scan, page: HttpReply, references: html_tags.References) -> Page:
    held_back = _of_others(scan, page, references.held_back)
    resources = _of_others(scan, page, references.resources)
    return Page(page.url, resources, references.manifest, references.cut, held_back or UNSET)


def _of_others(scan: Scan, page: HttpReply, found: list[html_tags.Resource]) -> tuple[PageResource, ...]:
    """What comes from hosts under another registrable name, each address once."""
    rows: dict[str, PageResource] = {}
    own = scan.suffixes(html_tags.host_of(page.url))
    for resource in found:
        host = html_tags.host_of(resource.url)
        earlier = rows.get(resource.url)
        if own is None or scan.suffixes(host) != own:
            blocking = resource.blocking or (earlier is not None and earlier.blocking)
            rows[resource.url] = PageResource(resource.url, host, resource.kind, blocking)
    return tuple(sorted(rows.values(), key=lambda row: row.url))


def _no_page_by_proof(scan: Scan) -> str:
    """The reason why there is no page on which something could be looked for; empty if that is not proved. A server
    that does not work now may show a page when it does."""
    item = scan.seen.get(evidence_id("front", scan.target.domain))
    if item is None or item.absent is not None:
        return "there is no front page" if item is not None else ""
    value = item.value
    if not isinstance(value, FrontPage):
        return ""
    if value.challenge is True:
        return "the front page answered with a challenge page"
    return f"the front page answered {value.status}" if value.status != SHOWN and value.status < BROKEN else ""


def _no_page(scan: Scan, host: str, why: str = "") -> None:
    """Record that ways to install were not looked for; ``why``: the proof that there is no page, if there is one."""
    kinds: tuple[Kind, ...] = ("packages", "web_app")
    for kind in kinds:
        if why:
            scan.not_applicable(kind, host, why, "hostaudit")
        else:
            scan.note(kind, host, Outcome.gap("depends_on_unknown", "hostaudit", "the front page could not be read"))


def _packages(scan: Scan, host: str, references: html_tags.References, source: str) -> None:
    if references.packages:
        scan.note("packages", host, Outcome.of(DirectPackages(tuple(sorted(references.packages))), source))
    else:
        scan.note("packages", host, _nothing(references, "no package offered", source))


def _nothing(references: html_tags.References, proof: str, source: str) -> Outcome[Any]:
    """The outcome for a reference that the page does not have; only a page that was read completely is a proof."""
    if references.cut:
        return Outcome.gap("too_large", source, "not all of the front page was read")
    return Outcome.none(proof, source)


async def _resources(scan: Scan, host: str) -> None:
    """Look up the hosts of third parties; those of blocking resources come first."""
    item = scan.seen.get(evidence_id("page", host))
    rows = item.value.resources if item is not None and isinstance(item.value, Page) else ()
    hosts = list(dict.fromkeys(row.host for row in sorted(rows, key=lambda row: (not row.blocking, row.host))))
    await together(_resource(scan, each) for each in hosts[:MOST_RESOURCES])
    for beyond in hosts[MOST_RESOURCES:]:
        scan.note("resource", beyond, Outcome.gap("limit", "hostaudit", f"more than {MOST_RESOURCES} third parties"))


async def _resource(scan: Scan, host: str) -> None:
    scan.note("resource", host, (await scan.net.dns(host, "A")).map(as_addresses))


# -- the web app ------------------------------------------------------------------------------------------


async def _web_app(
    scan: Scan, host: str, references: html_tags.References, page: str
) -> tuple[list[html_tags.App], str]:
    """Record if the site is an installable web app. Returns the apps of its manifest, and the source of a gap."""
    if references.manifest is None and references.broken_manifest:
        scan.note("web_app", host, Outcome.gap("malformed", page, "the manifest that is linked has no web address"))
        return [], "the web app manifest"
    if references.manifest is None:
        scan.note("web_app", host, _nothing(references, "no manifest linked", page))
        return [], ""
    reply = await scan.net.fetch(references.manifest, redirects=REDIRECTS)
    manifest = reply.then(_manifest)
    scan.note("web_app", host, manifest.map(lambda found: _as_web_app(found[0], page, found[1])))
    if manifest.value is None:
        return [], "" if manifest.absent else "the web app manifest"
    return _related(manifest.value[1]), ""


def _manifest(reply: HttpReply) -> Outcome[tuple[str, dict[str, Any]]]:
    """The URL of a manifest after redirects, and its content."""
    proof: Outcome[tuple[str, dict[str, Any]]] | None = _no_file(reply)
    if proof is not None:
        return proof

    def with_place(content: Any) -> Outcome[tuple[str, dict[str, Any]]]:
        if not isinstance(content, dict):
            return Outcome.gap("malformed", reply.url, "the manifest is no JSON object")
        return Outcome.of((reply.url, content), reply.url)

    return jsontext.decode(reply, reply.url).then(with_place)


def _no_file(reply: HttpReply) -> Outcome[Any] | None:
    """The outcome of an answer that has no file of the site, by its status and headers; None if it may have one."""
    if is_challenge(reply.headers):
        return Outcome.gap("challenge", reply.url, f"status {reply.status}")
    if reply.status in GONE and not led_elsewhere(reply):
        return Outcome.none(str(reply.status), reply.url)
    if reply.status != SHOWN:
        return Outcome.gap("http_status", reply.url, f"status {reply.status}")
    return None


def _as_web_app(url: str, page: str, manifest: dict[str, Any]) -> WebApp:
    """The properties of a manifest that browsers require before they offer to install it."""
    names = [manifest[key] for key in ("name", "short_name") if isinstance(manifest.get(key), str) and manifest[key]]
    sizes = set(_icon_sizes(manifest.get("icons")))
    lacks = []
    if not (url.startswith("https:") and page.startswith("https:")):
        lacks.append("https")
    if not names:
        lacks.append("name")
    if not isinstance(manifest.get("start_url"), str):
        lacks.append("start_url")
    displays = [manifest.get("display"), *_listed(manifest.get("display_override"))]
    if not any(display in DISPLAYS for display in displays if isinstance(display, str)):
        lacks.append("display")
    lacks += [f"icon {size}" for size in ICON_SIZES if size not in sizes and 0 not in sizes]
    if manifest.get("prefer_related_applications") is True:
        lacks.append("prefer_related_applications is true")
    return WebApp(url, not lacks, names[0][:200] if names else None, tuple(lacks))


def _icon_sizes(icons: Any) -> Iterator[int]:
    """The icon sizes of a manifest in pixels; 0 means ``any``."""
    for icon in _listed(icons)[:MOST_ENTRIES]:
        sizes = icon.get("sizes") if isinstance(icon, dict) else None
        for size in sizes.lower().split()[:20] if isinstance(sizes, str) else ():
            if size == "any":
                yield 0
            elif size.partition("x")[0].isdecimal() and len(size) < 12:
                yield int(size.partition("x")[0])


def _related(manifest: dict[str, Any]) -> list[html_tags.App]:
    apps: list[html_tags.App] = []
    for related in _listed(manifest.get("related_applications"))[:MOST_ENTRIES]:
        if not isinstance(related, dict) or not isinstance(related.get("platform"), str):
            continue
        url = related.get("url")
        linked = (
            html_tags.app_in_link(url)
            if isinstance(url, str) and html_tags.resolve("https://x.invalid/", url)
            else None
        )
        identity = related.get("id")
        if linked is not None:
            html_tags.add_app(apps, *linked, "manifest")
        elif related["platform"] in PLATFORMS and isinstance(identity, str):
            html_tags.add_app(apps, *PLATFORMS[related["platform"]], identity, "manifest")
    return apps


# -- declarations -----------------------------------------------------------------------------------------


class _Silence(NamedTuple):
    """A place where an app may be named, and which told nothing: its name with the ending, the cause, and the host of a
    file."""

    place: str
    cause: Cause = "depends_on_unknown"
    host: str = ""


@dataclass(frozen=True)
class _Declared:
    """The apps in a well-known file of a host. ``silence``: an answer that proves nothing."""

    host: str
    apps: list[html_tags.App] = field(default_factory=list)
    silence: _Silence | None = None


async def _declarations(scan: Scan) -> list[_Declared]:
    """The declarations in well-known files of the domain and its www name."""
    hosts = await _served(scan)
    return await together(_declared(scan, host, path) for host in hosts for path in (ASSOCIATION, ASSET_LINKS))


async def _declared(scan: Scan, host: str, path: str) -> _Declared:
    """What one file declares. Only a proof that there is none, and sound JSON, tell that no app is named."""
    place = f"{host}{path}"
    reply = await scan.net.fetch(f"https://{place}", redirects=REDIRECTS)
    content = reply.then(lambda answer: _no_file(answer) or jsontext.decode(answer, reply.source))
    if content.unknown is not None:
        ending = _ending(reply, content.unknown)
        return _Declared(host, silence=_Silence(f"{place} ({ending})", content.unknown.cause, host))
    if content.value is None:
        return _Declared(host)
    read = _from_association if path == ASSOCIATION else _from_asset_links
    return _Declared(host, read(content.value))


def _ending(reply: Outcome[HttpReply], unknown: Unknown) -> str:
    """Why an answer proves nothing, in a few words."""
    if reply.value is None:
        return unknown.cause.replace("_", " ")
    words = {"challenge": f"status {reply.value.status}, a challenge page", "malformed": "status 200, no JSON"}
    led = f" after a redirect to {reply.value.url}" if reply.value.hops else ""
    return f"{words.get(unknown.cause, f'status {reply.value.status}')}{led}"[:200]


def _from_association(content: Any) -> list[html_tags.App]:
    """Apps of an ``apple-app-site-association``: ids are ``PREFIX.bundle.id`` (Apple, Associated Domains)."""
    identities: list[Any] = []
    for section in ("webcredentials", "appclips"):
        identities += _listed(_member(content, section, "apps"))
    details = _member(content, "applinks", "details")
    # In the format of 2015 the ids are the names of the members.
    identities += details if isinstance(details, dict) else ()
    for detail in _listed(details)[:MOST_ENTRIES]:
        if isinstance(detail, dict):
            identities += [detail.get("appID"), *_listed(detail.get("appIDs"))]
    apps: list[html_tags.App] = []
    for identity in identities[:MOST_ENTRIES]:
        prefix, _, bundle = identity.partition(".") if isinstance(identity, str) else ("", "", "")
        if "." in bundle or APP_ID_PREFIX.fullmatch(prefix):
            html_tags.add_bundle(apps, bundle.strip(), "apple-app-site-association")
    return apps


def _from_asset_links(content: Any) -> list[html_tags.App]:
    """Apps of an ``assetlinks.json`` (Google, Digital Asset Links)."""
    apps: list[html_tags.App] = []
    for statement in _listed(content)[:MOST_ENTRIES]:
        if _member(statement, "target", "namespace") == "android_app":
            name = _member(statement, "target", "package_name")
            if isinstance(name, str):
                html_tags.add_app(apps, "android", "google-play", name, "assetlinks.json")
    return apps


def _apps(scan: Scan, found: list[html_tags.App], silent: list[_Silence], no_page: str = "") -> None:
    """Record the apps, or why none is known. A file that told nothing goes before a page that was not read."""
    domain = scan.target.domain
    source, unread = f"the site of {domain}", tuple(sorted({each.place for each in silent}))
    causes = [each.cause for each in silent if each.cause != "depends_on_unknown"]
    refs = _kept(found)
    if refs:
        scan.note("apps", domain, Outcome.of(AppLinks(refs, unread), source))
    elif unread:
        cause = causes[0] if causes else "depends_on_unknown"
        scan.note("apps", domain, Outcome.gap(cause, source, f"no answer from {', '.join(unread[:4])}"))
    elif no_page:
        scan.not_applicable("apps", domain, no_page, source)
    else:
        scan.note("apps", domain, Outcome.none("no app named", source))


def _kept(found: list[html_tags.App]) -> tuple[AppRef, ...]:
    """Each app once, from its strongest source; at most ``MOST_APPS`` of a store, so that no store displaces others."""
    rows: dict[tuple[str, str], AppRef] = {}
    count: Counter[str] = Counter()
    for platform, store, identity, via in found:
        if (store, identity) not in rows and count[store] < MOST_APPS:
            count[store] += 1
            rows[store, identity] = AppRef(platform, store, identity, via)  # type: ignore[arg-type]
    return tuple(rows[key] for key in sorted(rows))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _member(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


PROBE = Probe("page", needs=(), gives=("front", "page", "web_app", "packages", "apps", "resource"), run=run)
