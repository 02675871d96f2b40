"""``install_ios`` and ``install_android``: the site's app can be installed.

Each rests on the site itself and on any way to install: a store that lists the app, an installable web app, a package.
The loss of all ways is no outage: installed apps work as long as the site itself does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from hostaudit.analysis.diagnosis.front_page import GONE, apps_open, without_address
from hostaudit.analysis.fault_tree.basic_events import EventContext
from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.model.evidence import subject_of
from hostaudit.model.report import Leg, Liveness
from hostaudit.model.roles import STORES
from hostaudit.model.values import (
    AppLinks,
    AppRef,
    DirectPackages,
    Kind,
    Listing,
    StoreListing,
    WebApp,
    subject_text,
)

Platform = Literal["ios", "android"]

PLATFORMS: dict[str, Platform] = {"install_ios": "ios", "install_android": "android"}


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield one function for each platform. The loss of one of several ways degrades it."""
    for function, platform in PLATFORMS.items():
        yield _installs(parts, function, platform)


def _installs(parts: TreeParts, function: str, platform: Platform) -> FunctionRecord:
    item = parts.evidence.get("apps", parts.target.domain)
    links = item.value if item is not None and isinstance(item.value, AppLinks) else None
    apps = [app for app in links.apps if app.platform == platform] if links else []
    answer = parts.hosts.front.answer
    open_source = item is None or item.unknown is not None or bool(links and links.unread)
    # An app that the site names elsewhere may have further ways to install on a page that was not shown.
    open_source |= links is not None and answer.state == "not_shown"
    # That nothing was looked for rests on the answer of the page.
    open_source |= item is not None and item.not_applicable is not None and answer.state == "open"
    asked = parts.evidence.ids(("apps", parts.target.domain))
    if links is None and parts.proofs.declared.apps == "none":
        return FunctionRecord(function, applies="no", note="declared in the site file: there is no app")
    if links is None and without_address(parts.evidence, parts.target):
        return FunctionRecord(function, applies="no", note="there is no web site that names an app")
    if links is None and (item is None or item.absent is None) and apps_open(parts.evidence, parts.target):
        note = f"not looked for: {answer.in_words} and showed no page"
        gone = answer.page is not None and answer.page.status in GONE
        stores = () if gone else tuple(parts.attribution.catalogue.parent(each) for each in STORES[platform])
        return FunctionRecord(function, applies="unseen", note=note, asked=(*asked, *answer.because), possible=stores)
    if not apps and open_source:
        return FunctionRecord(function, applies="maybe", asked=asked)
    if not apps:
        return FunctionRecord(function, applies="no", note=f"the site names no {platform} app")
    nodes, legs = _listings(parts, apps, platform)
    for node, leg in _without_store(parts, platform):
        nodes.append(node)
        legs.append(leg)
    if open_source:
        nodes.append(parts.operators.open_question("app_store", f"further ways to install ({platform})", asked))
    ways = parts.tree.gate(Purpose.ALTERNATIVES.of(function), "any", nodes)
    spared = any(proof.spare is not None and proof.passes is not False for proof in parts.proofs.all)
    note = "an app goes on asking for the site's own name, whatever spare there is" if spared else ""
    children = (Purpose.FUNCTION.of("web").id, ways)
    return FunctionRecord(function, children, legs=tuple(legs), degraded_by=tuple(nodes), note=note)


def _listings(parts: TreeParts, apps: list[AppRef], platform: Platform) -> tuple[list[str], list[Leg]]:
    """A node for each listing that was looked up for this platform, and the legs; a store without a listing is no
    leg."""
    nodes, legs = [], []
    named = {StoreListing(app.store, app.id) for app in apps}
    asked = set(named)
    asked |= {
        at
        for item in parts.evidence.of("listing")
        if isinstance(item.value, Listing) and item.value.platform == platform
        if (at := subject_of(item, StoreListing)) is not None
    }
    declared = {
        StoreListing(each.provider, each.subject): each for each in parts.proofs.all if each.role == "app_store"
    }
    for listing in sorted(asked, key=subject_text):
        proof = declared.get(listing)
        if proof is not None and proof.passes is False and listing not in named:
            continue
        store, subject = listing.store, subject_text(listing)
        item = parts.evidence.get("listing", listing)
        if item is not None and item.absent is not None:
            continue
        if item is not None and isinstance(item.value, Listing):
            context = EventContext(uses=parts.evidence.ids(("apps", parts.target.domain)))
            node = parts.operators.operator("app_store", subject, parts.attribution.store(store, (item.id,)), context)
        elif _elsewhere(parts, store, platform):
            continue
        else:
            node = parts.operators.open_question("app_store", subject, parts.evidence.ids(("listing", subject)))
        nodes.append(node)
        answers: Liveness = "answers" if item is not None and isinstance(item.value, Listing) else ""
        legs.append(parts.tree.leg("app_store", subject, node, liveness=answers))
    for item in parts.evidence.of("listing"):
        unanswered = subject_of(item, StoreListing)
        if item.unknown is None or unanswered in asked:
            continue
        apple = unanswered is not None and unanswered.store in STORES["ios"]
        if unanswered in declared:
            if apple == (platform == "ios"):
                nodes.append(parts.operators.hoped("app_store", item.subject, (item.id,)))
        elif platform == "android" and not apple:
            node = parts.operators.open_question("app_store", item.subject, (item.id,))
            nodes.append(node)
            legs.append(parts.tree.leg("app_store", item.subject, node))
    return nodes, legs


def _elsewhere(parts: TreeParts, store: str, platform: str) -> bool:
    """True if the same store lists an app of the site under another id (App Store number and bundle id)."""
    return any(
        isinstance(item.value, Listing) and item.value.store == store and item.value.platform == platform
        for item in parts.evidence.of("listing")
    )


def _without_store(parts: TreeParts, platform: Platform) -> list[tuple[str, Leg]]:
    """Ways to install that need no store but the site itself: an installable web app, a package there."""
    web = Purpose.FUNCTION.of("web").id
    kinds: tuple[Kind, ...] = ("web_app", "packages") if platform == "android" else ("web_app",)
    ways = []
    for kind in kinds:
        for item in parts.evidence.of(kind):
            label = "installable web app" if kind == "web_app" else "direct package"
            value = item.value
            if item.unknown is not None:
                node = parts.operators.open_question("app_store", f"{label} at {item.subject}", (item.id,))
            elif (isinstance(value, WebApp) and value.installable) or isinstance(value, DirectPackages):
                purpose = Purpose.WEB_APP if kind == "web_app" else Purpose.PACKAGES
                node = parts.tree.gate(purpose.of(item.subject), "all", [web])
            else:
                continue
            state: Literal["known", "unknown"] = "known" if item.unknown is None else "unknown"
            answers: Liveness = "answers" if item.unknown is None and kind == "web_app" else ""
            leg = Leg("app_store", f"{label} at {item.subject}", (), state, (item.id,), liveness=answers)
            ways.append((node, leg))
    return ways


FUNCTION = FunctionDefinition(tuple(PLATFORMS), 60, "no_new_installs", add)
