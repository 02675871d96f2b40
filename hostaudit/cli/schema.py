"""``hostaudit schema``: what may a program or an editor expect in a document of ours?"""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli.options import refuse_other
from hostaudit.console import put
from hostaudit.errors import Exit

DOCUMENTS = ("report", "evidence")


def schema(
    document: Annotated[str, typer.Argument(metavar="|".join(DOCUMENTS), help="Which document.")],
) -> int:
    """Print the JSON Schema of a report or of an evidence file."""
    from hostaudit import schemas

    refuse_other("document", document, DOCUMENTS)
    put(schemas.path(document).read_text("utf-8"))
    return Exit.PASS
