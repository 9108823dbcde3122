"""Encoding: a document becomes the bytes of an .nnsim file, always the same for the same document."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from nnsim.core.fields import forms
from nnsim.core.network import Network, Neuron
from nnsim.data.sources import CsvData, DataSource, GeneratedData
from nnsim.documents.document import Document
from nnsim.documents.format.errors import FileError
from nnsim.documents.format.strict_json import MAX_BYTES
from nnsim.documents.layout import MAX_POSITION, filled
from nnsim.training.config import CHOICES, TrainingConfig, chosen_name, own_constants

VERSION = 1
"""The version of the file format that is written; files of a higher one are refused."""


def encode(document: Document, name: str = "document") -> bytes:
    """The canonical .nnsim text, UTF-8: one line a neuron, connection, parameter, place and sample.

    What has its default is left out, so that the text says what the learner chose. Raises FileError for
    what no file may hold: a place that is not finite, half a Unicode character, more than 256 MB.
    """
    structure = document.network.structure
    for id, position in document.layout.items():
        if id in structure.by_id and not all(abs(coordinate) <= MAX_POSITION for coordinate in position):
            raise FileError(name, f"the place of neuron {id} is too far out: move it back.", f"layout.{id}")
    layout = filled(structure, document.layout)
    sections = {"format": _text("nnsim"), "version": str(VERSION), "network": _network(document.network)}
    if layout:
        places = (f"{_text(id)}: [{_number(x)}, {_number(y)}]" for id, (x, y) in layout.items())
        sections["layout"] = _block("{", places, 1)
    if document.data is not None:
        sections["data"] = _data(document.data)
    training = _settings(document.training)
    if training:
        sections["training"] = _line(training)
    if document.notes:
        sections["notes"] = _text(document.notes)
    text = _object(sections, 0) + "\n"
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError as error:
        near = text[max(0, error.start - 20) : error.start]
        raise FileError(name, f"a text holds half of a Unicode pair, after “{near}”: remove it.") from None
    if len(raw) > MAX_BYTES:
        raise FileError(name, f"the document needs more than {MAX_BYTES // 2**20} MB: make it smaller.")
    return raw


def _network(network: Network) -> str:
    structure = network.structure
    neurons = (_line(_neuron(neuron)) for neuron in structure.neurons)
    connections = (
        f'{{"source": {_text(c.source)}, "target": {_text(c.target)}, "weight": {_text(c.weight)}}}'
        for c in structure.connections
    )
    # A parameter keeps its point, 1.0, and so its sign at 0; it is read by people who look for weights.
    frozen = ', "trainable": false'
    parameters = (
        f'{_text(name)}: {{"value": {value!r}{frozen if name in structure.frozen else ""}}}'
        for name, value in zip(network.parameter_names, network.parameters.tolist(), strict=True)
    )
    return _object({
        "neurons": _block("[", neurons, 2),
        "connections": _block("[", connections, 2),
        "parameters": _block("{", parameters, 2),
    }, 1)


def _neuron(neuron: Neuron) -> dict[str, str]:
    fields = {field.name: getattr(neuron, field.name) for field in dataclasses.fields(neuron)}
    default = Neuron("", "hidden")
    return {
        key: _text(value) for key, value in fields.items()
        if key in ("id", "role") or value != getattr(default, key)
    }


def _data(source: DataSource) -> str:
    if isinstance(source, GeneratedData):
        return _line({"generator": _text(source.generator), **_settings(source.fields)})
    if isinstance(source, CsvData):
        chosen = {"inputs": source.inputs, "targets": source.targets}
        names = {key: _line_of_texts(columns) for key, columns in chosen.items() if columns}
        return _line({"csv": _text(source.path), **names, **_settings(source)})
    inline = {
        key: _block("[", (f"[{', '.join(map(_number, row))}]" for row in getattr(source, key)), 3)
        for key in ("inputs", "targets")
    }
    if source.columns:
        inline["columns"] = _line_of_texts(source.columns)
    return _object({"inline": _object(inline, 2), **_settings(source)}, 1)


def _settings(owner: Any) -> dict[str, str]:
    """The fields with a form that are not at their defaults, and the choices of a training."""
    defaults = {field.name: field.default for field in dataclasses.fields(owner)}
    known = forms(owner)
    found = {}
    for key, default in defaults.items():
        value = getattr(owner, key)
        if isinstance(owner, TrainingConfig) and key in CHOICES:
            if value != default:
                constants = {k: _number(v) for k, v in own_constants(value).items()}
                found[key] = _line({"name": _text(chosen_name(value)), **constants})
        elif key in known and value != default:
            found[key] = _value(value, known[key].kind)
    return found


def _value(value: Any, kind: type) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return str(int(value)) if kind is int else _number(value)


def _number(value: float) -> str:
    """The shortest text of a number that reads back the same: 0.1, 25, 1e-07."""
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


_escape = json.JSONEncoder(ensure_ascii=False).encode


def _text(value: str) -> str:
    return _escape(value)


def _line(items: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_text(key)}: {value}" for key, value in items.items()) + "}"


def _line_of_texts(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _object(items: Mapping[str, str], depth: int) -> str:
    return _block("{", (f"{_text(key)}: {value}" for key, value in items.items()), depth)


def _block(opening: str, items: Iterable[str], depth: int) -> str:
    """The items in brackets, one a line; ``depth`` is how deep the brackets stand."""
    closing = {"[": "]", "{": "}"}[opening]
    indent = "  " * (depth + 1)
    inner = f",\n{indent}".join(items)
    return f"{opening}\n{indent}{inner}\n{'  ' * depth}{closing}" if inner else opening + closing
