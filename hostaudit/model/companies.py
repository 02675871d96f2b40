"""The names of companies as people know them: by the product that they see, such as ``Gandi (Your.Online)``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from hostaudit.model.actors import is_unknown, seen_of
from hostaudit.model.words import listed

if TYPE_CHECKING:
    from hostaudit.model.report import Dependency

TOLD = 2
"""The most products that stand beside the name of a company."""


def known_as(dependencies: Iterable[Dependency], names: Mapping[str, str]) -> dict[str, str]:
    """Return what people call each company that the dependencies name, by its id. ``names``: the names of companies
    and products, by id. A company of which a site shows only products is called by them too: ``Gandi (Your.Online)``.
    A name that holds the other is enough: ``Amazon`` for Amazon Route 53, ``NS1 (IBM)`` for IBM."""
    seen: dict[str, dict[str, str]] = {}
    for each in dependencies:
        products = seen.setdefault(each.parent, {})
        if each.provider != each.parent and not is_unknown(each.provider):
            products[each.provider] = names.get(each.provider) or each.name or each.provider
    return {identity: _called(identity, _named(identity, names), each.values()) for identity, each in seen.items()}


def _named(identity: str, names: Mapping[str, str]) -> str:
    if is_unknown(identity) and not names.get(identity):
        return f"{seen_of(identity)} (not in the catalogue)"
    return names.get(identity) or identity


def _called(identity: str, company: str, products: Iterable[str]) -> str:
    told = sorted({each for each in products if each.casefold() != company.casefold()})
    if not told or len(told) > TOLD:
        return company
    if any(_holds(each, company) or _holds(each, identity.replace("-", " ")) for each in told):
        within = len(told) == 1 and not told[0].casefold().startswith(company.casefold())
        return told[0] if within else company
    if len(told) == 1:
        return f"{told[0]} ({_short(company)})"
    return f"{_short(company)} ({listed(told)})"


def _short(company: str) -> str:
    """The name of a company without what stands in brackets behind it."""
    return company.partition(" (")[0]


def _holds(product: str, company: str) -> bool:
    """True if the words of a company's name or id stand in the name of a product: ``NS1 (IBM)``."""
    return re.search(rf"(?<!\w){re.escape(company.casefold())}(?!\w)", product.casefold()) is not None
