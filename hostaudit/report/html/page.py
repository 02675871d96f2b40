"""The page: one file without any request, under a policy that allows its own script and style alone.

The template escapes all text by itself. Data for the script is JSON in which nothing can end the element, and the
script writes text as text only. Whoever reads the page without script has every number as a table.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hostaudit.report.drawing import drawing
from hostaudit.report.html import view
from hostaudit.report.nodes import node_list
from hostaudit.report.text import inert, printable

if TYPE_CHECKING:
    from hostaudit.model.effects import Effects
    from hostaudit.model.report import Report

HERE = Path(__file__).parent
LONGEST = 1200
"""Columns of one text from outside; what is longer is cut in its middle."""


def page(report: Report, effects: Effects | None) -> str:
    """The whole page of one site."""
    found = node_list(report, effects)
    shown = view.view(report, effects, found)
    shown_page: str = _template().render(
        shown,
        policy=_policy(),
        style=Markup(_asset("page.css")),  # noqa: S704 - a file of ours
        script=Markup(_asset("page.js")),  # noqa: S704 - a file of ours
        data=Markup(_data(shown["data"])),  # noqa: S704 - no character in it can end the element
        graph=Markup(drawing(found, title=f"What {report.target.domain} rests on")),  # noqa: S704 - escaped there
    )
    return shown_page


@cache
def _asset(name: str) -> str:
    return (HERE / name).read_text("utf-8")


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible,
    )
    return environment.get_template("page.jinja")


def _visible(value: Any) -> Any:
    """Text from outside with every invisible character made visible, and no command of a build log; what is markup
    already stays."""
    return inert(printable(value, LONGEST)) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _policy() -> str:
    """The content security policy of the page."""
    hashed = {name: _hash(_asset(name)) for name in ("page.js", "page.css")}
    return (
        f"default-src 'none'; script-src '{hashed['page.js']}'; style-src '{hashed['page.css']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _data(found: dict[str, Any]) -> str:
    """JSON that stays inside its element, whatever is in it."""
    shown = json.dumps(_printable(found), ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return shown.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return inert(printable(value, LONGEST))
    if isinstance(value, dict):
        return {key: _printable(each) for key, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list | tuple) else value
