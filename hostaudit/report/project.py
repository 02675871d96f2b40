"""The pages of the project on the web, from ``[project.urls]`` of pyproject.toml, which is the one place that names
them."""

from __future__ import annotations

from functools import cache
from importlib import metadata


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
