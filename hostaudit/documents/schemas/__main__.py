"""Write the schema files anew after a change of the model."""

from __future__ import annotations

from hostaudit.documents.schemas import NAMES, generate, path

for name in NAMES:
    path(name).write_bytes(generate(name))
