"""``hostaudit schema``: print the published schemas."""

from __future__ import annotations

from typing import Annotated

import typer

from hostaudit.cli.commands import Entry
from hostaudit.cli.console import put
from hostaudit.cli.options import refuse_other
from hostaudit.documents import schemas
from hostaudit.errors import Exit


def schema(
    document: Annotated[str, typer.Argument(metavar="|".join(schemas.NAMES), help="The name of a document.")],
) -> int:
    """Print the JSON Schema of a document. hostaudit writes or reads each of them."""
    refuse_other("document", document, schemas.NAMES)
    put(schemas.path(document).read_text("utf-8"))
    return Exit.PASS


ENTRIES = (Entry(140, "schema", schema),)
