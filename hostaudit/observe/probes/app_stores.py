"""Store listings of the apps that the site or its owner names: present, absent or unknown, one look-up each."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, cast
from urllib.parse import quote

import msgspec

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import AppLinks, Listing, StoreListing
from hostaudit.observe import html_tags
from hostaudit.observe.net import HttpReply, Outcome, jsontext, led_elsewhere
from hostaudit.observe.probes import Probe, Scan, together

MOST_LOOKUPS = 12
"""The most apps that are looked up in one store; a site that declares more is a platform for others' apps."""

APPLE = "https://itunes.apple.com/lookup?{key}={ids}&country=us&entity=software"
PLAY = "https://play.google.com/store/apps/details?id={id}&hl=en&gl=US"
F_DROID = "https://f-droid.org/api/v1/packages/{id}"
IZZY = "https://apt.izzysoft.de/fdroid/api/v1/packages/{id}"
GALAXY = "https://galaxystore.samsung.com/api/detail/{id}"
MICROSOFT = "https://displaycatalog.mp.microsoft.com/v7.0/products?bigIds={id}&market=US&languages=en-us"
DESKTOP = (
    "https://storeedgefd.dsx.mp.microsoft.com/v9.0/products/{id}?market=US&locale=en-us&deviceFamily=Windows.Desktop"
)

APP_STORE = "apple-app-store"
LONGEST_URL = 500


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask all stores at once. Every Android package is looked up in F-Droid too, which lists apps without accounts.

    Declared apps come first. They wait for the apps that the site names, so that a store that accepts several ids gets
    one request for both.
    """
    apps = item.value.apps if item is not None and isinstance(item.value, AppLinks) else ()
    declared = list(dict.fromkeys((each.provider, each.app) for each in scan.declared("app_store") if each.app))
    wanted = {(app.store, app.id) for app in apps if app.store not in (APP_STORE, "f-droid")}
    wanted |= {("f-droid", app.id) for app in apps if app.platform == "android" and "." in app.id}
    wanted |= {(APP_STORE, app.id) for app in apps if app.store == APP_STORE}
    by_store: dict[str, list[str]] = {}
    for store, identity in dict.fromkeys([*declared, *sorted(wanted)]):
        chosen = by_store.setdefault(store, [])
        if len(chosen) < MOST_LOOKUPS:
            chosen.append(identity)
        elif (store, identity) in declared:
            ending: Outcome[Listing] = Outcome.gap("limit", "hostaudit", f"more than {MOST_LOOKUPS} apps in one store")
            scan.note("listing", StoreListing(store, identity), ending)
    mine = frozenset(identity for store, identity in declared if store == APP_STORE)
    jobs = [_apple(scan, by_store.pop(APP_STORE, []), mine)]
    jobs += [_one(scan, store, identity) for store, identities in by_store.items() for identity in identities]
    await together(jobs)


async def _one(scan: Scan, store: str, identity: str) -> None:
    subject = StoreListing(store, identity)
    if store not in READERS:
        scan.note("listing", subject, Outcome.gap("no_service", store, "no public look-up is known for this store"))
        return
    template, read = (DESKTOP, _desktop) if identity.startswith("XP") else READERS[store]
    reply = await scan.net.service(template.format(id=quote(identity, safe="")), accept="*/*")
    outcome = reply.then(lambda value: read(value, store, identity))
    scan.note("listing", subject, _with_owner(scan, outcome))


def _with_owner(scan: Scan, outcome: Outcome[Listing]) -> Outcome[Listing]:
    """Add to a listing if the developer's site, as the store gives it, is on the audited registrable domain."""

    def compare(listing: Listing) -> Listing:
        url = html_tags.resolve("", listing.developer_url or "")
        owned = scan.suffixes(html_tags.host_of(url)) == scan.target.registrable if url else None
        return msgspec.structs.replace(listing, owned=owned)

    return outcome.map(compare)


def _refused(reply: HttpReply) -> Outcome[Any] | None:
    """The outcome that a status alone decides, else None. 403 means a rate limit here, never "not listed"."""
    if reply.status in (403, 429):
        return Outcome.gap("rate_limited", reply.url, f"status {reply.status}")
    if reply.status == 404 and led_elsewhere(reply):
        return Outcome.gap("http_status", reply.url, "status 404 after a redirect elsewhere")
    if reply.status == 404:
        return Outcome.none("404", reply.url)
    if reply.status != 200:
        return Outcome.gap("http_status", reply.url, f"status {reply.status}")
    return None


def _not_of(content: Any, member: str, thing: str, source: str) -> Outcome[Any]:
    """The outcome for a record that is not that of the package or product asked for: of another one, or of none."""
    named = isinstance(content, dict) and isinstance(content.get(member), str)
    return Outcome.gap("other_subject" if named else "malformed", source, f"not the record of this {thing}")


def _json(reply: HttpReply) -> Any:
    return jsontext.decode(reply, reply.url).value


def _text(value: Any, limit: int = 200) -> str | None:
    return value[:limit] if isinstance(value, str) and value else None


# -- Apple ------------------------------------------------------------------------------------------------


async def _apple(scan: Scan, identities: list[str], wanted: frozenset[str]) -> None:
    """Store numbers first, in one request, then those bundle ids that belong to none of them, in another.

    A ``wanted`` bundle id is always looked up, even if a number has it already: its own listing is the question.
    """
    numbers = sorted(each for each in identities if each.isdecimal())
    bundles = sorted(each for each in identities if not each.isdecimal())
    found = await _apple_batch(scan, "id", numbers)
    if found.unknown is not None and found.unknown.cause != "malformed":
        # A failure of the first request would make the second request fail as well.
        for bundle in bundles:
            scan.note("listing", StoreListing(APP_STORE, bundle), Outcome(found.source, unknown=found.unknown))
        return
    same = {str(row.get("bundleId")).lower() for row in found.value or () if str(row.get("trackId")) in numbers}
    rest = [bundle for bundle in bundles if bundle in wanted or bundle.lower() not in same]
    await _apple_batch(scan, "bundleId", rest)


async def _apple_batch(scan: Scan, key: str, identities: list[str]) -> Outcome[list[dict[str, Any]]]:
    """Record the listings of ids of one kind, and return the records that were found."""
    if not identities:
        return Outcome.of([], "hostaudit")
    joined = ",".join(quote(each, safe="") for each in identities)
    rows = (await scan.net.service(APPLE.format(key=key, ids=joined))).then(_apple_rows)
    asked = frozenset(each.lower() for each in identities)
    for identity in identities:
        outcome = rows.then(partial(_apple_listing, key=key, identity=identity, asked=asked, source=rows.source))
        scan.note("listing", StoreListing(APP_STORE, identity), _with_owner(scan, outcome))
    return rows


def _apple_rows(reply: HttpReply) -> Outcome[list[dict[str, Any]]]:
    refused = _refused(reply)
    if refused is not None:
        # This service answers 200 for unknown ids, so a 404 proves nothing about an app.
        return refused if refused.unknown else Outcome.gap("http_status", reply.url, "status 404")
    content = _json(reply)
    results = content.get("results") if isinstance(content, dict) else None
    if not isinstance(results, list) or content.get("resultCount") != len(results):
        return Outcome.gap("malformed", reply.url, "no resultCount that fits the results")
    if not all(isinstance(row, dict) for row in results):
        return Outcome.gap("malformed", reply.url, "a result is no JSON object")
    return Outcome.of(results, reply.url)


def _apple_listing(
    rows: list[dict[str, Any]], key: str, identity: str, asked: frozenset[str], source: str
) -> Outcome[Listing]:
    """The listing of one of the ids that were asked for together, in lower case. A listing that belongs to none of them
    shows that the service answered something else, so that the lack of this one proves nothing."""
    name = "trackId" if key == "id" else "bundleId"
    for row in rows:
        if str(row.get(name)).lower() == identity.lower():
            developer, url = _text(row.get("sellerName")), _text(row.get("sellerUrl"), LONGEST_URL)
            # The same store has desktop programs under ids of the same form.
            platform = "other" if row.get("kind") == "mac-software" else "ios"
            listing = Listing(APP_STORE, identity, platform, _text(row.get("trackName")), developer, url)  # type: ignore[arg-type]
            return Outcome.of(listing, source)
    if any(str(row.get(name)).lower() not in asked for row in rows):
        return Outcome.gap("other_subject", source, f"a listing with another {name} than was asked for")
    return Outcome.none("not listed in us" if rows else "resultCount 0 in us", source)


# -- the others -------------------------------------------------------------------------------------------


def _play(reply: HttpReply, store: str, identity: str) -> Outcome[Listing]:
    """The listing on an app's page, from JSON-LD (schema.org ``SoftwareApplication``) and Open Graph meta elements."""
    refused = _refused(reply)
    if refused is not None:
        return Outcome.none("404 in US", reply.url) if refused.absent else refused
    metas: dict[str, str] = {}
    for tag in html_tags.tags(reply.body.decode("utf-8", "replace")):
        if tag.name == "meta":
            metas.setdefault(tag.attributes.get("property", ""), tag.attributes.get("content", ""))
        elif tag.name == "script" and tag.attributes.get("type", "").strip().lower() == "application/ld+json":
            app = _described(_json(replace(reply, body=tag.text.encode(), truncated=False)), identity)
            if app is not None:
                author = app.get("author")
                author = author if isinstance(author, dict) else {}
                developer, url = _text(author.get("name")), _text(author.get("url"), LONGEST_URL)
                return Outcome.of(
                    Listing(store, identity, "android", _text(app.get("name")), developer, url), reply.url
                )
    title = metas.get("og:title", "").removesuffix(" - Apps on Google Play")
    if title and _is_page_of(metas.get("og:url"), identity):
        return Outcome.of(Listing(store, identity, "android", _text(title)), reply.url)
    return Outcome.gap("malformed", reply.url, "the page names no app")


def _described(content: Any, identity: str) -> dict[str, Any] | None:
    """The description of this app in a block of JSON-LD, which has one object or a list of objects."""
    for thing in content if isinstance(content, list) else [content]:
        is_app = isinstance(thing, dict) and thing.get("@type") in ("SoftwareApplication", "MobileApplication")
        if is_app and ("url" not in thing or _is_page_of(thing["url"], identity)):
            return cast("dict[str, Any]", thing)
    return None


def _is_page_of(url: Any, identity: str) -> bool:
    page = html_tags.resolve("", url) if isinstance(url, str) else None
    return page is not None and html_tags.app_in_link(page) == ("android", "google-play", identity)


def _f_droid(reply: HttpReply, store: str, identity: str) -> Outcome[Listing]:
    refused = _refused(reply)
    if refused is not None:
        return refused
    content = _json(reply)
    if not isinstance(content, dict) or content.get("packageName") != identity:
        return _not_of(content, "packageName", "package", reply.url)
    versions = content.get("packages", [])
    if not isinstance(versions, list):
        return Outcome.gap("malformed", reply.url, "packages is no list")
    if not versions:
        return Outcome.none("no version offered", reply.url)
    return Outcome.of(Listing(store, identity, "android"), reply.url)


def _galaxy(reply: HttpReply, store: str, identity: str) -> Outcome[Listing]:
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


def _packaged(reply: HttpReply, store: str, identity: str) -> Outcome[Listing]:
    """A packaged app of the Microsoft Store (ids that begin with 9)."""
    refused = _refused(reply)
    if refused is not None:
        return refused
    content = _json(reply)
    products = content.get("Products") if isinstance(content, dict) else None
    if not isinstance(products, list):
        return Outcome.gap("malformed", reply.url, "no Products")
    if not products:
        return Outcome.none("no product of this id in US", reply.url)
    about = products[0].get("ProductId") if isinstance(products[0], dict) else None
    if isinstance(about, str) and about.lower() != identity.lower():
        return _not_of(products[0], "ProductId", "product", reply.url)
    localised = products[0].get("LocalizedProperties") if isinstance(products[0], dict) else None
    first = localised[0] if isinstance(localised, list) and localised and isinstance(localised[0], dict) else {}
    name, developer = _text(first.get("ProductTitle")), _text(first.get("PublisherName"))
    url = _text(first.get("PublisherWebsiteUri"), LONGEST_URL)
    return Outcome.of(Listing(store, identity, "windows", name, developer, url), reply.url)


def _desktop(reply: HttpReply, store: str, identity: str) -> Outcome[Listing]:
    """A desktop program of the Microsoft Store (ids that begin with XP), which needs another look-up."""
    refused = _refused(reply)
    if refused is not None:
        return refused
    content = _json(reply)
    product = content.get("Payload") if isinstance(content, dict) else None
    if not isinstance(product, dict) or product.get("ProductId") != identity:
        return _not_of(product, "ProductId", "product", reply.url)
    name, developer = _text(product.get("Title")), _text(product.get("PublisherName"))
    url = _text(product.get("AppWebsiteUrl"), LONGEST_URL)
    return Outcome.of(Listing(store, identity, "windows", name, developer, url), reply.url)


READERS = {
    "google-play": (PLAY, _play),
    "f-droid": (F_DROID, _f_droid),
    "izzyondroid": (IZZY, _f_droid),
    "galaxy-store": (GALAXY, _galaxy),
    "microsoft-store": (MICROSOFT, _packaged),
}
"""Stores with a public look-up by id: its URL, and the function that reads the answer."""

PROBE = Probe("app_stores", needs=("apps",), gives=("listing",), run=run)
