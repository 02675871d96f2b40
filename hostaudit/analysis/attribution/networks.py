"""The networks that announce an address, and its published and registered holders."""

from __future__ import annotations

from dataclasses import replace

from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.attribution.operator import Hint, Naming, Operator, slug
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.model.values import Origin, Owner, PublishedRanges


class Networks:
    """Operators of addresses, by the routing system, published ranges and registries; each address is evaluated once.

    Two companies contradict one another only if both cannot be right. The announcer of a prefix and the holder of the
    block may differ by contract: a content network announces the blocks of its customers, and a company without a
    network of its own has its block announced by another. Then both are operators.
    """

    def __init__(self, seen: EvidenceIndex, catalogue: Catalogue) -> None:
        self.seen = seen
        self.catalogue = catalogue
        self.naming = Naming(catalogue)
        self._of: dict[str, tuple[Operator, ...]] = {}
        self._holders: dict[str, tuple[Operator, ...]] = {}

    def of(self, address: str) -> tuple[Operator, ...]:
        """The operators that announce the prefix of an address, one per origin company (several for a MOAS prefix)."""
        if address not in self._of:
            found = self._find(address)
            # A table of published ranges that could not be read may hold another company's name.
            hidden = self.seen.open("published", address)
            self._of[address] = tuple(replace(each, certain=False) for each in found) if hidden else found
        return self._of[address]

    def _find(self, address: str) -> tuple[Operator, ...]:
        item = self.seen.get("origin", address)
        origin = item.value if item is not None else None
        owner = self.seen.value("owner", address, Owner)
        held = self._holder_hints(address)
        asked = self.seen.ids(("origin", address), ("owner", address))
        if not isinstance(origin, Origin) or not origin.asns:
            named = self.naming.best(held, asked)
            if named is not None:
                return (replace(named, certain=item is not None and item.unknown is None),)
            label = owner.organisation if owner and owner.organisation else f"the network of {address}"
            what = slug(owner.organisation) if owner and owner.organisation else address
            announced_by_nobody = item is not None and item.unknown is None and owner is not None
            holders = (_names_of(owner),)
            return (self.naming.unlisted(what, label, asked, certain=announced_by_nobody, holders=holders),)
        operators = [self._origin_operator(number, origin, held, address, asked) for number in origin.asns]
        return tuple({operator.provider: operator for operator in reversed(operators)}.values())

    def _holder_hints(self, address: str) -> list[Hint]:
        """The hints at the holder of an address: its published range, and its registered holder."""
        owner = self.seen.value("owner", address, Owner)
        hints = self._range_hints(address, f"origin:{address}")
        if owner is not None:
            named = self.catalogue.organisation(owner.organisation or "")
            hints += [Hint(clue, f"owner:{address}") for clue in named]
        return hints

    def _origin_operator(
        self, number: int, origin: Origin, held: list[Hint], address: str, asked: tuple[str, ...]
    ) -> Operator:
        """The operator that announces the prefix of an address from one AS. Another holder of the block is no
        contradiction if the announcer does that for other companies."""
        announced = [Hint(clue, f"origin:{address}") for clue in self.catalogue.asn(number)]
        beside = self._beside(announced, held)
        found = self.naming.best(announced + [hint for hint in held if hint not in beside], asked)
        owner = self.seen.value("owner", address, Owner)
        if found is None:
            # Team Cymru writes the country behind the name of a network.
            named = next(iter(origin.names), "").removesuffix(f", {origin.country}")
            label = named or (owner.organisation if owner else None) or f"AS{number}"
            # A holder that could not be looked up might have been a company of the catalogue.
            sure = not self.seen.open("owner", address)
            holders = ((*origin.names, *_names_of(owner)),) if len(origin.asns) == 1 else ()
            found = self.naming.unlisted(
                f"as{number}", label, asked, certain=sure, jurisdiction=origin.country, holders=holders
            )
        notes = []
        holder = owner.organisation if owner is not None else None
        elsewhere = [hint.clue for hint in beside if hint.clue.kind == "organisation"]
        if not announced and self.catalogue.provider(found.provider) is not None:
            notes.append(f"announced by AS{number}{f' {origin.names[0]}' if origin.names else ''}")
        elif announced and holder and (elsewhere or not self.catalogue.organisation(holder)):
            notes.append(f"the block is registered to {holder[:80]}")
        # Two addresses may share a merged prefix without sharing an announcement.
        prefixes = () if origin.merged is True else (origin.prefix,)
        asns = tuple(f"AS{n}" for n in origin.asns)
        return replace(found, asns=asns, prefixes=prefixes, clues=(*found.clues, *notes))

    def _beside(self, announced: list[Hint], held: list[Hint]) -> list[Hint]:
        """The hints at those holders whose block another company may announce by contract."""
        announcers = {hint.clue.provider for hint in announced}
        beside = []
        for hint in held:
            holder = hint.clue.provider
            itself = any(self.naming.same(each, holder) for each in announcers)
            if not itself and any(self._carries(each, holder) for each in announcers):
                beside.append(hint)
        return beside

    def _carries(self, announcer: str, holder: str) -> bool:
        """True if a company announces the block of another by contract, as far as the catalogue shows."""
        record, held = self.catalogue.provider(announcer), self.catalogue.provider(holder)
        if record is None or held is None:
            return False
        rests = any(self.naming.same(each.on, announcer) for each in held.depends_on)
        return rests or self.naming.first_place(announcer) == "cdn" or (not held.asns and record.serves("hosting"))

    def holders(self, address: str) -> tuple[Operator, ...]:
        """The companies that publish the block of an address as their own while another company announces it for them.
        The registered holder is only shown beside the announcer, because knowing it must never make a site look
        better or worse."""
        if address not in self._holders:
            origin = self.seen.value("origin", address, Origin)
            held = [hint for hint in self._holder_hints(address) if hint.clue.kind == "range"]
            found: dict[str, Operator] = {}
            for number in origin.asns if origin is not None else ():
                announced = [Hint(clue, f"origin:{address}") for clue in self.catalogue.asn(number)]
                operator = self.naming.best(self._beside(announced, held), self.seen.ids(("origin", address)))
                if operator is not None:
                    found[operator.provider] = replace(operator, clues=(*operator.clues, f"announced by AS{number}"))
            self._holders[address] = tuple(found.values())
        return self._holders[address]

    def hints(self, address: str) -> list[Hint]:
        """All hints about an address: published ranges, the registered holder, the origin AS."""
        origin = self.seen.value("origin", address, Origin)
        hints = self._holder_hints(address)
        for number in origin.asns if origin else ():
            hints += [Hint(clue, f"origin:{address}") for clue in self.catalogue.asn(number)]
        return hints

    def _range_hints(self, address: str, evidence: str) -> list[Hint]:
        """The hints from ranges around an address: as published when it was looked up, else as in the catalogue."""
        found = self.seen.value("published", address, PublishedRanges)
        hints = [Hint(c, f"published:{address}") for c in self.catalogue.published(found.ranges if found else ())]
        fresh = {self.catalogue.parent(hint.clue.provider) for hint in hints}
        known = self.catalogue.address(address)
        return hints + [Hint(c, evidence) for c in known if self.catalogue.parent(c.provider) not in fresh]


def _names_of(owner: Owner | None) -> tuple[str, ...]:
    """The names that a registry has for the holder of a network."""
    return tuple(each for each in (owner.organisation, owner.name) if each) if owner is not None else ()
