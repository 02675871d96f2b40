"""Whether the stores list the apps that the site names: present, absent or unknown, one look-up a listing."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from hostaudit import markup
from hostaudit.model import AppLinks, AppRef, Evidence, Listing
from hostaudit.net import HttpReply, Outcome, jsontext
from hostaudit.probes import Probe, Scan

MOST_LOOKUPS = 12
"""Apps looked up in one store; a site that declares more is a platform for others' apps."""

APPLE = "https://itunes.apple.com/lookup?{key}={ids}&country=us&entity=software"
PLAY = "https://play.google.com/store/apps/details?id={id}&hl=en&gl=US"
F_DROID = "https://f-droid.org/api/v1/packages/{id}"
IZZY = "https://apt.izzysoft.de/fdroid/api/v1/packages/{id}"
GALAXY = "https://galaxystore.samsung.com/api/detail/{id}"
MICROSOFT = "https://displaycatalog.mp.microsoft.com/v7.0/products?bigIds={id}&market=US&languages=en-us"


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask all stores at once; every Android package is looked for in F-Droid too, which needs no account to list it."""
    if item is None or not isinstance(item.value, AppLinks):
        return
    apps = item.value.apps
    packages = {app.id for app in apps if app.platform == "android" and "." in app.id}
    jobs = [_apple(scan, [app.id for app in apps if app.store == "apple-app-store"][:MOST_LOOKUPS])]
    wanted = {(app.store, app.id) for app in apps if app.store not in ("apple-app-store", "f-droid")}
    wanted |= {("f-droid", package) for package in packages}
    by_store: dict[str, int] = {}
    for store, identity in sorted(wanted):
        by_store[store] = by_store.get(store, 0) + 1
        if by_store[store] <= MOST_LOOKUPS:
            jobs.append(_one(scan, store, identity, _platform(apps, store)))
    await asyncio.gather(*jobs)


def _platform(apps: tuple[AppRef, ...], store: str) -> str:
    return next((app.platform for app in apps if app.store == store), "android")


async def _one(scan: Scan, store: str, identity: str, platform: str) -> None:
    subject = f"{store} {identity}"
    if store not in READERS:
        scan.note("listing", subject, Outcome.gap("no_service", store, "no public look-up is known for this store"))
        return
    template, read = READERS[store]
    reply = await scan.net.service(template.format(id=quote(identity, safe="")), accept="*/*")
    outcome = reply.then(lambda value: read(value, store, identity, platform))
    scan.note("listing", subject, _with_owner(scan, outcome))


def _with_owner(scan: Scan, outcome: Outcome[Listing]) -> Outcome[Listing]:
    """Say whether the developer's site, as the store names it, is on the audited registrable domain."""

    def compare(listing: Listing) -> Listing:
        host = None
        if listing.developer_url and markup.resolve("https://x.invalid/", listing.developer_url):
            host = urlsplit(listing.developer_url).hostname
        owned = scan.suffixes(host) == scan.target.registrable if host else None
        return msgspec.structs.replace(listing, owned=owned)

    return outcome.map(compare)


def _refused(reply: HttpReply) -> Outcome[Any] | None:
    """What a status says by itself. 403 is how these services limit rates; it never means "not listed"."""
    if reply.status in (403, 429):
        return Outcome.gap("rate_limited", reply.url, f"status {reply.status}")
    if reply.status == 404:
        return Outcome.none("404", reply.url)
    if reply.status != 200:
        return Outcome.gap("http_status", reply.url, f"status {reply.status}")
    return None


def _json(reply: HttpReply) -> Any:
    return jsontext.decode(reply, reply.url).value


def _text(value: Any, limit: int = 200) -> str | None:
    return value[:limit] if isinstance(value, str) and value else None


# -- Apple ------------------------------------------------------------------------------------------------


async def _apple(scan: Scan, identities: list[str]) -> None:
    """Store numbers and bundle ids, each kind in one request (the service takes comma-joined ids)."""
    numbers = sorted(each for each in identities if each.isdecimal())
    bundles = sorted(each for each in identities if not each.isdecimal())
    await asyncio.gather(_apple_batch(scan, "id", numbers), _apple_batch(scan, "bundleId", bundles))


async def _apple_batch(scan: Scan, key: str, identities: list[str]) -> None:
    if not identities:
        return
    joined = ",".join(quote(each, safe="") for each in identities)
    reply = await scan.net.service(APPLE.format(key=key, ids=joined))
    rows = reply.then(_apple_rows)
    for identity in identities:
        outcome = rows.then(lambda found, wanted=identity: _apple_listing(found, key, wanted, reply.source))  # type: ignore[misc]
        scan.note("listing", f"apple-app-store {identity}", _with_owner(scan, outcome))


def _apple_rows(reply: HttpReply) -> Outcome[list[dict[str, Any]]]:
    refused = _refused(reply)
    if refused is not None:
        # This service answers 200 for what it does not know, so that a 404 says nothing about an app.
        return refused if refused.unknown else Outcome.gap("http_status", reply.url, "status 404")
    content = _json(reply)
    results = content.get("results") if isinstance(content, dict) else None
    if not isinstance(results, list) or not isinstance(content.get("resultCount"), int):
        return Outcome.gap("malformed", reply.url, "no resultCount and results")
    return Outcome.of([row for row in results if isinstance(row, dict)], reply.url)


def _apple_listing(rows: list[dict[str, Any]], key: str, identity: str, source: str) -> Outcome[Listing]:
    name = "trackId" if key == "id" else "bundleId"
    for row in rows:
        if str(row.get(name, "")).lower() == identity.lower():
            listing = Listing(
                "apple-app-store",
                identity,
                "ios",
                _text(row.get("trackName")),
                _text(row.get("sellerName")),
                _text(row.get("sellerUrl"), 500),
            )
            return Outcome.of(listing, source)
    return Outcome.none("not listed in us", source)


# -- the others -------------------------------------------------------------------------------------------


def _play(reply: HttpReply, store: str, identity: str, platform: str) -> Outcome[Listing]:
    """The page of an app names it in JSON-LD (schema.org ``SoftwareApplication``)."""
    del platform
    refused = _refused(reply)
    if refused is not None:
        return Outcome.none("404 in US", reply.url) if refused.absent else refused
    for tag in markup.tags(reply.body.decode("utf-8", "replace")):
        if tag.name == "script" and tag.attributes.get("type", "").lower() == "application/ld+json":
            content = _json(replace(reply, body=tag.text.encode()))
            if isinstance(content, dict) and content.get("@type") == "SoftwareApplication":
                author = content.get("author")
                author = author if isinstance(author, dict) else {}
                name, developer = _text(content.get("name")), _text(author.get("name"))
                url = _text(author.get("url"), 500)
                return Outcome.of(Listing(store, identity, "android", name, developer, url), reply.url)
    return Outcome.gap("malformed", reply.url, "the page names no app")


def _f_droid(reply: HttpReply, store: str, identity: str, platform: str) -> Outcome[Listing]:
    del platform
    refused = _refused(reply)
    if refused is not None:
        return refused
    content = _json(reply)
    if not isinstance(content, dict) or content.get("packageName") != identity:
        return Outcome.gap("malformed", reply.url, "not the record of this package")
    if not content.get("packages"):
        return Outcome.none("no version offered", reply.url)
    return Outcome.of(Listing(store, identity, "android"), reply.url)


def _galaxy(reply: HttpReply, store: str, identity: str, platform: str) -> Outcome[Listing]:
    del platform
    refused = _refused(reply)
    if refused is not None:
        return refused
    content = _json(reply)
    if not isinstance(content, dict):
        return Outcome.gap("malformed", reply.url, "no JSON object")
    if "errCode" in content:
        return Outcome.none(f"errCode {str(content['errCode'])[:20]}", reply.url)
    detail, seller = content.get("DetailMain"), content.get("SellerInfo")
    if not isinstance(detail, dict):
        return Outcome.gap("malformed", reply.url, "no DetailMain")
    developer = _text(seller.get("sellerName")) if isinstance(seller, dict) else None
    return Outcome.of(Listing(store, identity, "android", _text(detail.get("contentName")), developer), reply.url)


def _microsoft(reply: HttpReply, store: str, identity: str, platform: str) -> Outcome[Listing]:
    del platform
    if re.match(r"(?i)XP", identity):
        return Outcome.gap("no_service", reply.url, "this look-up does not know desktop packages")
    refused = _refused(reply)
    if refused is not None:
        return refused
    content = _json(reply)
    products = content.get("Products") if isinstance(content, dict) else None
    if not isinstance(products, list):
        return Outcome.gap("malformed", reply.url, "no Products")
    if not products:
        return Outcome.none("no product of this id in US", reply.url)
    localised = products[0].get("LocalizedProperties") if isinstance(products[0], dict) else None
    first = localised[0] if isinstance(localised, list) and localised and isinstance(localised[0], dict) else {}
    listing = Listing(
        store,
        identity,
        "windows",
        _text(first.get("ProductTitle")),
        _text(first.get("PublisherName")),
        _text(first.get("PublisherWebsiteUri"), 500),
    )
    return Outcome.of(listing, reply.url)


READERS = {
    "google-play": (PLAY, _play),
    "f-droid": (F_DROID, _f_droid),
    "izzyondroid": (IZZY, _f_droid),
    "galaxy-store": (GALAXY, _galaxy),
    "microsoft-store": (MICROSOFT, _microsoft),
}
"""Stores with a public look-up by id: where to ask, and how to read the answer."""

PROBE = Probe("app_stores", needs=("apps",), gives=("listing",), run=run)
