"""Contradictions between rules that are valid alone: owners, accounts, upstreams and labels that do not exist.

Each function reports what it finds, with file, line and column, for ``done`` of its source.
"""

from __future__ import annotations

import re
from typing import cast

from hostaudit.documents.strict_yaml import Node, Source
from hostaudit.errors import nearest
from hostaudit.model.rules import Provider, Publication

ONE_WORD = re.compile(r"[^\s./:]+")
"""A source that is a label, not an address or a few words."""


def check_companies(source: Source, tree: Node, above: dict[str, str], providers: dict[str, Provider]) -> None:
    """Report companies that are providers too, and owners that do not exist. ``above``: owners by id."""
    for key, below in tree.entries or ():
        identity = cast(str, key.text)
        if identity in providers:
            hint = f"state its parent and jurisdiction in rules/providers/{identity}.yaml"
            source.report(key, f"{identity} has a file of its own among the providers; {hint}", hint)
        owner = above[identity]
        if owner and owner not in above:
            hint = nearest(owner, above, "give it a line in this file")
            source.report(under(below, "parent")[0], f"{identity}: unknown parent {owner!r}; {hint}", hint)
        check_owners(source, below, identity, above)


def check_owners(source: Source, tree: Node, identity: str, above: dict[str, str]) -> None:
    """Report owners that form a cycle."""
    way = [identity]
    while above.get(way[-1]):
        way.append(above[way[-1]])
        if way[-1] in way[:-1]:
            hint = "remove the line that is not so"
            problem = f"owners go round in a circle: {' belongs to '.join(way)}; {hint}"
            source.report(under(tree, "parent")[0], problem, hint)
            return


def check_labels(source: Source, tree: Node, publications: dict[str, Publication]) -> None:
    """Report sources of one word that ``rules/sources.yaml`` does not explain. ``tree``: that of a provider file."""
    stated = [below for name, below in tree.entries or () if name.text == "sources"]
    groups = [group for below in stated for _, group in below.entries or ()]
    for group in groups:
        for item in group.items or ():
            text = cast(str, item.text)
            if ONE_WORD.fullmatch(text) and text not in publications:
                hint = nearest(text, publications, "explain it in rules/sources.yaml")
                source.report(item, f"sources: unknown label {text!r}; {hint}", hint)


def check_account(source: Source, tree: Node, provider: Provider, known: dict[str, Provider]) -> None:
    """Report an account that does not exist, or that is itself part of another one."""
    if not provider.account:
        return
    at = under(tree, "account")[0]
    if provider.account == provider.id:
        source.report(at, "account names the provider itself", "leave the key out: each provider is its own account")
    holder = known.get(provider.account)
    if holder is None:
        hint = nearest(provider.account, known, "add its file to rules/providers")
        source.report(at, f"account: unknown provider {provider.account!r}; {hint}", hint)
    elif holder.account and holder is not provider:
        hint = f"write account: {holder.account}"
        source.report(at, f"account: {holder.id} is itself sold under {holder.account}; {hint}", hint)


def check_upstreams(source: Source, tree: Node, provider: Provider, known: dict[str, Provider]) -> None:
    """Report upstreams that do not exist, occur twice, or lead back to the provider."""
    seen: set[str] = set()
    if not provider.depends_on:
        return
    for upstream, entry in zip(provider.depends_on, under(tree, "depends_on")[1].items or (), strict=True):
        at = under(entry, "on")[0]
        if upstream.on not in known:
            hint = nearest(upstream.on, known, "add its file to rules/providers")
            source.report(at, f"depends_on: unknown provider {upstream.on!r}; {hint}", hint)
        if upstream.on in seen:
            source.report(at, f"depends_on: {upstream.on!r} stands twice", "put both sources into one entry")
        seen.add(upstream.on)
        chain = _way_back(upstream.on, provider.id, known)
        if chain:
            way = " on ".join((provider.id, *chain))
            source.report(at, f"depends_on goes round in a circle: {way}", "remove the entry that is not so")


def _way_back(start: str, goal: str, known: dict[str, Provider]) -> tuple[str, ...]:
    """The ids from ``start`` to ``goal`` along ``depends_on``, both included; empty if there is no path."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop()
        if way[-1] == goal:
            return way
        record = known.get(way[-1])
        for upstream in record.depends_on if record else ():
            if upstream.on not in seen:
                seen.add(upstream.on)
                ways.append((*way, upstream.on))
    return ()


def under(node: Node, key: str) -> tuple[Node, Node]:
    """The node of a key of a mapping, and the node of its value."""
    return next((name, below) for name, below in node.entries or () if name.text == key)
