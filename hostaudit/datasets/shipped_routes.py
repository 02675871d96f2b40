"""The table of routes that is shipped with hostaudit: packed in the package, unpacked once into the user's cache."""

from __future__ import annotations

import contextlib
import lzma
from functools import cache
from pathlib import Path

from hostaudit.datasets.routes import KIND, Routes
from hostaudit.datasets.table import Table, digest
from hostaudit.errors import DocumentError, UsageError
from hostaudit.files import cache_folder, own_folder, replace_file

SHIPPED = Path(__file__).resolve().parent / "shipped" / "routes.hat.xz"
_HEAD = 4096


def routes() -> Routes:
    """The shipped table from the cache; the first use of each version unpacks it.

    If the cache cannot be written, or its folder is another user's, it is unpacked into memory, once per process.
    Raises ``DocumentError`` if the installation is damaged. May take 0.3 s, so it must not be called from an event
    loop.
    """
    stated = _stated()
    try:
        place = cache_folder() / f"routes-{stated[:16]}.hat"
    except UsageError:
        return _in_memory()
    with contextlib.suppress(DocumentError):
        table = Table.open(place, KIND)
        if table.digest == stated:
            return Routes(table)
    data = _unpacked()
    try:
        own_folder(place.parent)
        replace_file(place, data, mode=0o600)
        return Routes.open(place)
    except (OSError, DocumentError):
        return _in_memory()


@cache
def _stated() -> str:
    """The checksum that the first bytes of the shipped table state."""
    try:
        with SHIPPED.open("rb") as stream:
            return digest(lzma.LZMADecompressor().decompress(stream.read(_HEAD * 16), _HEAD))
    except (OSError, EOFError, lzma.LZMAError, DocumentError) as error:
        raise _damaged(error) from None


def _unpacked() -> bytes:
    try:
        data = lzma.decompress(SHIPPED.read_bytes())
        Table(data, SHIPPED.name).verify()
    except (OSError, EOFError, lzma.LZMAError, DocumentError) as error:
        raise _damaged(error) from None
    return data


@cache
def _in_memory() -> Routes:
    return Routes(Table(_unpacked(), SHIPPED.name))


def _damaged(error: Exception) -> DocumentError:
    return DocumentError(f"the table that came with hostaudit is damaged: {error}", "install hostaudit again")
