"""The ways to install an app: which stores list it now, and what needs no store?"""

from __future__ import annotations

from typing import Literal

from hostaudit.analysis.attribution.attribute import Attribution
from hostaudit.analysis.attribution.evidence_index import Seen
from hostaudit.analysis.fault_tree.basic_events import Operators
from hostaudit.analysis.fault_tree.fallback_proofs import Proofs
from hostaudit.analysis.fault_tree.tree import Graph
from hostaudit.model.evidence import subject_of
from hostaudit.model.report import Leg
from hostaudit.model.roles import STORES
from hostaudit.model.values import AppRef, DirectPackages, Kind, Listing, StoreListing, WebApp, subject_text


class Stores:
    """Adds to a graph the alternatives of the functions that install."""

    def __init__(self, seen: Seen, who: Attribution, graph: Graph, operators: Operators, proofs: Proofs) -> None:
        self.seen = seen
        self.who = who
        self.graph = graph
        self.operators = operators
        self.proofs = proofs

    def listings(self, apps: list[AppRef], platform: str) -> tuple[list[str], list[Leg]]:
        """Each listing that was looked up for this platform; a store that was asked and has none is no leg."""
        nodes, legs = [], []
        named = {StoreListing(app.store, app.id) for app in apps}
        asked = set(named)
        asked |= {
            at
            for item in self.seen.of("listing")
            if isinstance(item.value, Listing) and item.value.platform == platform
            if (at := subject_of(item, StoreListing)) is not None
        }
        declared = {
            StoreListing(each.provider, each.subject): each for each in self.proofs.all if each.role == "app_store"
        }
        for listing in sorted(asked, key=subject_text):
            proof = declared.get(listing)
            if proof is not None and proof.passes is False and listing not in named:
                continue
            store, subject = listing.store, subject_text(listing)
            item = self.seen.get("listing", listing)
            if item is not None and item.absent is not None:
                continue
            if item is not None and isinstance(item.value, Listing):
                node = self.operators.operator("app_store", subject, self.who.store(store, (item.id,)))
            elif self._elsewhere(store, platform):
                continue
            else:
                node = self.operators.open_question("app_store", subject, self.seen.ids(("listing", subject)))
            nodes.append(node)
            legs.append(self.graph.leg("app_store", subject, node))
        for item in self.seen.of("listing"):
            unanswered = subject_of(item, StoreListing)
            if item.unknown is None or unanswered in asked:
                continue
            apple = unanswered is not None and unanswered.store in STORES["ios"]
            if unanswered in declared:
                if apple == (platform == "ios"):
                    nodes.append(self.operators.hoped("app_store", item.subject, (item.id,)))
            elif platform == "android" and not apple:
                node = self.operators.open_question("app_store", item.subject, (item.id,))
                nodes.append(node)
                legs.append(self.graph.leg("app_store", item.subject, node))
        return nodes, legs

    def _elsewhere(self, store: str, platform: str) -> bool:
        """Whether the same store lists an app of the site under another id (App Store number and bundle id)."""
        return any(
            isinstance(item.value, Listing) and item.value.store == store and item.value.platform == platform
            for item in self.seen.of("listing")
        )

    def outside(self, platform: str, web: str) -> list[tuple[str, Leg]]:
        """Ways to install that need no store but the site itself (``web``): an installable web app, a package there."""
        kinds: tuple[Kind, ...] = ("web_app", "packages") if platform == "android" else ("web_app",)
        ways = []
        for kind in kinds:
            for item in self.seen.of(kind):
                label = "installable web app" if kind == "web_app" else "direct package"
                value = item.value
                if item.unknown is not None:
                    node = self.operators.open_question("app_store", f"{label} at {item.subject}", (item.id,))
                elif (isinstance(value, WebApp) and value.installable) or isinstance(value, DirectPackages):
                    node = self.graph.gate(f"{kind}:{item.subject}", "all", [web])
                else:
                    continue
                state: Literal["known", "unknown"] = "known" if item.unknown is None else "unknown"
                ways.append((node, Leg("app_store", f"{label} at {item.subject}", (), state, (item.id,))))
        return ways
