"""The published schemas: what they take, what they refuse, and that they are those of the model."""

from __future__ import annotations

import json
import runpy
import sys

import jsonschema
import pytest
from helpers.reports_shown import as_json, validator

from hostaudit.documents import schemas


def unordered(schema):
    """A schema but for what differs between releases of msgspec: the order of keys and alternatives, and whether the
    keys of a mapping are listed."""
    if isinstance(schema, dict):
        found = {key: unordered(value) for key, value in schema.items() if key != "propertyNames"}
        return found | {key: sorted(found[key], key=json.dumps) for key in ("anyOf", "enum") if key in found}
    return [unordered(each) for each in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("name", schemas.NAMES)
def test_the_shipped_schema_is_that_of_the_model(name):
    shipped, made = json.loads(schemas.path(name).read_bytes()), json.loads(schemas.generate(name))

    assert unordered(shipped) == unordered(made), "run: python -m hostaudit.documents.schemas"
    jsonschema.validators.validator_for(shipped).check_schema(shipped)


@pytest.mark.parametrize("states", [(), ("absent", "unknown")])
def test_the_schema_refuses_evidence_with_no_ending_or_two(states):
    document = as_json()
    item = document["evidence"][0]
    del item["value"]
    item.update({"absent": "NODATA", "unknown": {"cause": "timeout", "detail": ""}} if states else {})

    with pytest.raises(jsonschema.ValidationError):
        validator().validate(document)


def test_the_schemas_are_written_where_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(schemas, "path", lambda name: tmp_path / name)
    monkeypatch.delitem(sys.modules, "hostaudit.documents.schemas.__main__", raising=False)
    runpy.run_module("hostaudit.documents.schemas.__main__")

    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {
        name: schemas.generate(name) for name in schemas.NAMES
    }
