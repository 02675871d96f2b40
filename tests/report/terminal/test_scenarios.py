"""The library of scenarios, and one of them."""

from __future__ import annotations

import re

from helpers import sample_whatif as sample
from helpers.pages_shown import flat, shown

from hostaudit.model.scenario import LIBRARY_SCHEMA, Library


def test_the_library_stands_in_columns_where_there_is_room():
    assert re.search(r"^denic-2026 +2026-05-05  outage  A TLD", shown(sample.library()), re.MULTILINE)
    assert re.search(r"^parler-2021  .* {4,}app_store, hosting$", shown(sample.library(), width=150), re.MULTILINE)
    assert "parler-2021 2021-01-09 action: Stores" in flat(sample.library(), width=40)
    assert shown(Library(LIBRARY_SCHEMA, ())) == "0 scenarios\n"


def test_one_scenario_is_shown_whole():
    written = flat(sample.scenario(), width=200)

    for each in (
        "parler-2021: Stores, cloud and vendors leave in three days",
        "kind: provider action; cause: policy",
        "Do before the next incident Ask a second host today.",
        "high confidence, verified on 2026-11-20",
        "+0h Google Play (google-play) removes the app",
        "no notice; for 602 days; stated; sources P1",
        "notice unknown, taken as 0; no end on record; stated; caches keep it alive for their TTL; sources P1, P5",
        "note: answers 403",
        "observed; restores cloud; sources none",
        "- the exact day of the return",
        "- examples/parler-2021: web site down 820 to 860 h; njalla excluded (refuses)",
        "P1: Engadget on the suspension (press) https://www.engadget.example/a",
        "P5: The order of the court (court)",
    ):
        assert each in written
