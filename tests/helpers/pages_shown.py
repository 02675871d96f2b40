"""Documents as the terminal shows them."""

from __future__ import annotations

from hostaudit.report import Style, load


def shown(document, **style) -> str:
    return load("terminal").render(document, Style(**style))


def flat(document, **style) -> str:
    return " ".join(shown(document, **style).split())
