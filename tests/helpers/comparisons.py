"""Two looks at one site, and what a comparison says of them."""

from __future__ import annotations

from functools import cache

import msgspec

from helpers import corpus
from hostaudit.audit import analyse
from hostaudit.documents import rules
from hostaudit.history import diff, snapshot
from hostaudit.model.changes import Snapshot
from hostaudit.model.evidence import Unknown

BUNDLES = corpus.bundles()


@cache
def shipped():
    return rules.load()


def look(file, unseen=()) -> Snapshot:
    """A look at a bundle with some of its answers gone."""
    items = tuple(
        msgspec.structs.replace(each, value=None, absent=None, not_applicable=None, unknown=Unknown("timeout"))
        if each.id in unseen
        else each
        for each in file.evidence
    )
    return snapshot.snapshot(analyse(msgspec.structs.replace(file, evidence=items), shipped()))


def compared(before, after):
    return diff.between(snapshot.snapshot(before), snapshot.snapshot(after))
