"""The form of a table as JSON Schema, by which editors check and complete what people write."""

from collections.abc import Mapping

from soundcheck.catalog.schema import FactSpec, FactType, Flag, ListOf, Number, Text

_DRAFT = "http://json-schema.org/draft-07/schema#"

Schema = dict[str, object]


def json_schema(title: str, keys: Mapping[str, FactSpec], defaults: Mapping[str, object]) -> Schema:
    """The schema of a table with the given keys; what stands for one that is not there, told."""
    schema = _table(keys, None)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    for key, default in defaults.items():
        properties[key]["default"] = default
    return {"$schema": _DRAFT, "title": title, **schema}


def _table(keys: Mapping[str, FactSpec], others: FactType | None) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {name: _key(key) for name, key in keys.items()},
        "additionalProperties": False if others is None else _form(others),
    }
    required = [name for name, key in keys.items() if key.is_required]
    return {**schema, "required": required} if required else schema


def _key(key: FactSpec) -> Schema:
    return {**_form(key.type), **({"description": key.about} if key.about else {})}


def _form(form: FactType) -> Schema:
    if isinstance(form, Text):
        schema: Schema = {"type": "string"}
        if form.choices:
            schema["enum"] = list(form.choices)
        if form.pattern:
            schema["pattern"] = f"^(?:{form.pattern})$"
        return schema
    if isinstance(form, Number):
        return {"type": "integer", "minimum": form.least}
    if isinstance(form, Flag):
        return {"type": "boolean"}
    if isinstance(form, ListOf):
        several: Schema = {"type": "array", "items": _form(form.of)}
        return {"anyOf": [_form(form.of), several]} if form.or_one else several
    return _table(form.keys, form.others)
