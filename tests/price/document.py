"""A command with a document of its own: four files."""

from __future__ import annotations

from price.patched_copy import Price, after, edits, new

PRICE = Price(
    most=4,
    patch={
        "hostaudit/model/price.py": new(
            '''\
"""A made-up document."""

from __future__ import annotations

from typing import Literal

import msgspec

PRICE_SCHEMA: Literal["hostaudit.price/1"] = "hostaudit.price/1"


class PriceList(msgspec.Struct, frozen=True):
    """What an addition costs."""

    schema: Literal["hostaudit.price/1"]
    files: int
'''
        ),
        "hostaudit/model/documents.py": edits(
            after(
                "from hostaudit.model.policy import EffectivePolicy\n", "from hostaudit.model.price import PriceList\n"
            ),
            after("    | PolicyTrials\n", "    | PriceList\n"),
        ),
        "hostaudit/report/terminal/price.py": new(
            '''\
"""The page of a made-up document."""

from __future__ import annotations

from hostaudit.model.price import PriceList
from hostaudit.report.terminal.sheet import Sheet


def write(sheet: Sheet, document: PriceList) -> None:
    """One line."""
    sheet.text(f"a document costs {document.files} files")


PAGES = {PriceList: write}
'''
        ),
        "hostaudit/cli/commands/price.py": new(
            '''\
"""``hostaudit price``: a made-up command."""

from __future__ import annotations

from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, Output
from hostaudit.cli.output import Writer


@grouped
def price(output: Output, console: Console) -> int:
    """Show what a document costs."""
    from hostaudit.model.price import PRICE_SCHEMA, PriceList

    return Writer(output, console, document=PriceList).put(PriceList(PRICE_SCHEMA, 4))


ENTRIES = (Entry(75, "price", price),)
'''
        ),
    },
    checks=("model/test_documents.py",),
    shows=("price",),
    expect=("a document costs 4 files",),
)
