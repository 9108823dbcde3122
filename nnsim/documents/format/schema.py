"""The JSON Schema of the .nnsim format, made from the registries and the dataclasses that read it.

``python -m nnsim.documents.format.schema > resources/nnsim.schema.json`` writes it anew.
"""

import json
import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.fields import Form, forms
from nnsim.core.formulas.notation import NOTATIONS
from nnsim.core.network import BIAS_NOTATIONS, MAX_CONNECTIONS, MAX_NAME_LENGTH, MAX_NEURONS, ROLES
from nnsim.data.generators import GENERATORS
from nnsim.data.sources import CsvData, InlineData
from nnsim.documents.format.encoding import VERSION
from nnsim.documents.layout import MAX_POSITION
from nnsim.training.config import CHOICES, TrainingConfig

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema, as a value that json.dumps takes.

    It says all that a schema can: what a file means as a whole (ids that are unique, names that exist,
    no cycle) and what its text is (no key twice) is checked by ``decode`` alone.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"nnsim document, version {VERSION}",
        **_object({
            "format": {"const": "nnsim"},
            "version": {"const": VERSION},
            "network": _ref("network"),
            "layout": _ref("layout"),
            "data": {"anyOf": [{"type": "null"}, _ref("data")]},
            "training": _ref("training"),
            "notes": {"type": "string"},
            "notation": {"anyOf": [{"type": "null"}, _enum(NOTATIONS)]},
        }, required=("format", "version", "network")),
        "$defs": {
            "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_LENGTH},
            "network": _network(),
            "neuron": _neuron(),
            "connection": _object(dict.fromkeys(("source", "target", "weight"), _ref("name"))),
            "parameter": _object({"value": {"type": "number"}, "trainable": {"type": "boolean"}}, ("value",)),
            "layout": {
                "type": "object",
                "propertyNames": _ref("name"),
                "additionalProperties": {
                    "type": "array", "minItems": 2, "maxItems": 2,
                    "items": {"type": "number", "minimum": -MAX_POSITION, "maximum": MAX_POSITION},
                },
            },
            "rows": {
                "type": "array", "minItems": 1,
                "items": {"type": "array", "minItems": 1, "items": {"type": "number"}},
            },
            "columns": {"type": "array", "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
            "data": {"oneOf": [*_generators(), _inline(), _csv()]},
            "training": _object({
                **_forms(TrainingConfig),
                **{field: _choice(registry) for field, registry in CHOICES.items()},
            }, ()),
        },
    }


def text() -> str:
    """What resources/nnsim.schema.json holds."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _network() -> Schema:
    return _object({
        "neurons": {"type": "array", "maxItems": MAX_NEURONS, "items": _ref("neuron")},
        "connections": {"type": "array", "maxItems": MAX_CONNECTIONS, "items": _ref("connection")},
        "parameters": {
            "type": "object", "propertyNames": _ref("name"), "additionalProperties": _ref("parameter"),
        },
    }, ())


def _neuron() -> Schema:
    is_input = {"required": ["role"], "properties": {"role": {"const": "input"}}}
    return {
        **_object({
            "id": _ref("name"),
            "role": _enum(ROLES),
            "activation": _enum(ACTIVATIONS),
            "combine": _enum(COMBINES),
            "bias": {"anyOf": [{"type": "null"}, _ref("name")]},
            "notation": _enum(BIAS_NOTATIONS),
        }, ("id", "role")),
        "if": is_input,
        "then": {"maxProperties": 2},
    }


def _generators() -> Iterable[Schema]:
    """One object for all generators that have the same fields."""
    by_fields: dict[type, list[str]] = {}
    for entry in GENERATORS.values():
        by_fields.setdefault(entry.fields, []).append(entry.name)
    for kind, names in by_fields.items():
        yield _object({"generator": _enum(names), **_forms(kind)}, ("generator",))


def _inline() -> Schema:
    table = _object({"inputs": _ref("rows"), "targets": _ref("rows"), "columns": _ref("columns")},
                    ("inputs", "targets"))
    return _object({"inline": table, **_forms(InlineData)}, ("inline",))


def _csv() -> Schema:
    columns = dict.fromkeys(("inputs", "targets"), _ref("columns"))
    return _object({"csv": {"type": "string", "minLength": 1}, **columns, **_forms(CsvData)}, ("csv",))


def _forms(owner: type) -> dict[str, Schema]:
    return {name: _form(form) for name, form in forms(owner).items()}


def _form(form: Form) -> Schema:
    if form.choices:
        return _enum(value for value, _ in form.choices)
    kind = {int: "integer", float: "number", bool: "boolean", str: "string"}[form.kind]
    found: Schema = {"type": [kind, "null"] if form.off else kind, "description": form.help}
    if form.kind in (int, float):
        for key, bound in (("minimum", form.minimum), ("maximum", form.maximum)):
            if math.isfinite(bound):
                found[key] = int(bound) if float(bound).is_integer() else bound
    return found


def _choice(registry: Mapping[str, Any]) -> Schema:
    constant = {"type": "number", "minimum": 0}
    return {"oneOf": [
        _object({"name": {"const": entry.name}, **dict.fromkeys(entry.constants, constant)}, ("name",))
        for entry in registry.values()
    ]}


def _object(properties: Mapping[str, Schema], required: Iterable[str] | None = None) -> Schema:
    """An object of these fields and no other. All are required unless said otherwise."""
    return {
        "type": "object",
        "required": list(properties if required is None else required),
        "properties": dict(properties),
        "additionalProperties": False,
    }


def _enum(values: Iterable[Any]) -> Schema:
    return {"enum": list(values)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


if __name__ == "__main__":
    # As bytes: the schema is UTF-8 with \n whatever the system's console prefers.
    sys.stdout.buffer.write(text().encode())
