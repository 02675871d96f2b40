"""Write the schema files again after a change of the model."""

from __future__ import annotations

from hostaudit.documents.schemas import generate, path
from hostaudit.model.documents import PUBLISHED

for name in PUBLISHED:
    path(name).write_bytes(generate(name))
