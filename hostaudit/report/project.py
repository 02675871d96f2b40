"""The pages of the project on the web, from ``[project.urls]`` of pyproject.toml, which is the one place that names
them."""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata

_CODE = re.compile(r"HA-[A-Z]+-[0-9]{3}")


@cache
def project_page() -> str:
    """The address of the sources; empty where the package is not installed."""
    try:
        urls = metadata.metadata("hostaudit").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    named = dict(each.split(", ", 1) for each in urls)
    return str(named.get("Source", ""))


def rule_page(code: str) -> str:
    """The address of the rule with a code, on the page of all rules."""
    page = f"{project_page()}/blob/main/docs/rules.md"
    return f"{page}#{code}" if code else page


def rule_link(code: str) -> str:
    """The address of the rule with a code, for a link that somebody may open; empty if the code has not the form of one
    of ours, as in a report that was made by another, or if the page of the project is not known."""
    known = project_page().startswith("https://") and _CODE.fullmatch(code)
    return rule_page(code) if known else ""
