"""The number of examples for properties that judge a whole site: a part of them on every change, all of them at
night."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

PART = 1.0 if os.environ.get("HOSTAUDIT_ALL_EXAMPLES") else 0.12


def examples(most: int, **others: Any) -> settings:
    """Return settings with up to this number of examples, and others of Hypothesis's own."""
    return settings(max_examples=max(1, round(most * PART)), **others)
