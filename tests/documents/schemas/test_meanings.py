"""Every property of the documents that programs exchange is explained in a sentence."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hostaudit.documents import schemas
from hostaudit.documents.schemas import meanings
from hostaudit.model.documents import PUBLISHED


def properties(name):
    """(class, property, its schema) of a published document, as the model has it now."""
    schema = json.loads(schemas.generate(name))
    for kind, definition in (schema.get("$defs") or schema["definitions"]).items():
        for key, value in definition.get("properties", {}).items():
            yield kind, key, value


@pytest.mark.parametrize("name", [*meanings.EXPLAINED, "site"])
def test_every_property_has_a_sentence(name):
    lacking = [f"{kind}.{key}" for kind, key, value in properties(name) if not value.get("description")]

    assert not lacking, f"hostaudit/documents/schemas/meanings.yaml lacks a sentence for {', '.join(lacking)}"


def test_every_sentence_is_of_a_property_that_exists():
    there = {(kind, key) for name in PUBLISHED for kind, key, _ in properties(name)}
    keys = {key for _, key in there}
    table = meanings.meanings()
    gone = [
        f"{kind}.{key}" for kind in table for key in table[kind] if kind != meanings.ANY and (kind, key) not in there
    ]
    gone += [f"{meanings.ANY}.{key}" for key in table[meanings.ANY] if key not in keys]

    assert not gone, f"take these out of hostaudit/documents/schemas/meanings.yaml: {', '.join(gone)}"


def test_sentences_are_sentences():
    for kind, row in meanings.meanings().items():
        for key, text in row.items():
            assert text[0].isupper() and text.endswith("."), f"{kind}.{key}: {text}"
            assert len(text.split()) >= 3, f"{kind}.{key}: {text}"


def test_a_property_without_a_sentence_is_named(monkeypatch):
    monkeypatch.setitem(meanings.meanings(), "Hours", {"low": "Hours in the best case."})
    definitions = {"Hours": {"properties": {"low": {}, "usual": {}}}}
    meanings.explain(definitions)

    assert [key for key, value in definitions["Hours"]["properties"].items() if "description" not in value] == ["usual"]


def test_a_command_does_not_read_the_sentences():
    program = (
        "import sys; from hostaudit import cli; cli.run(['schema', 'report']);"
        " print([each for each in sys.modules if 'meanings' in each])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"
