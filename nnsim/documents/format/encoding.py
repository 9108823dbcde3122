"""Encoding: a document becomes the bytes of an .nnsim file, always the same for the same document."""

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
    sections = {"format": _line("nnsim"), "version": str(VERSION), "network": _network(document.network)}
    if layout:
        sections["layout"] = _block("{", (f"{_line(id)}: {_row(place)}" for id, place in layout.items()), 1)
    if document.data is not None:
        sections["data"] = _data(document.data)
    training = _settings(document.training)
    if training:
        sections["training"] = _line(training)
    if document.notes:
        sections["notes"] = _line(document.notes)
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
        f'{{"source": {_line(c.source)}, "target": {_line(c.target)}, "weight": {_line(c.weight)}}}'
        for c in structure.connections
    )
    # A parameter keeps its point, 1.0, and so its sign at 0; it is read by people who look for weights.
    frozen = ', "trainable": false'
    parameters = (
        f'{_line(name)}: {{"value": {value!r}{frozen if name in structure.frozen else ""}}}'
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
    return {key: value for key, value in fields.items() if key in ("id", "role") or value != getattr(default, key)}


def _data(source: DataSource) -> str:
    if isinstance(source, GeneratedData):
        return _line({"generator": source.generator, **_settings(source.fields)})
    if isinstance(source, CsvData):
        chosen = {"inputs": source.inputs, "targets": source.targets}
        names = {key: columns for key, columns in chosen.items() if columns}
        return _line({"csv": source.path, **names, **_settings(source)})
    inline = {key: _block("[", map(_row, getattr(source, key)), 3) for key in ("inputs", "targets")}
    if source.columns:
        inline["columns"] = _line(source.columns)
    settings = {key: _line(value) for key, value in _settings(source).items()}
    return _object({"inline": _object(inline, 2), **settings}, 1)


def _settings(owner: Any) -> dict[str, Any]:
    """The fields with a form that are not at their defaults, and the choices of a training."""
    known = forms(owner)
    found: dict[str, Any] = {}
    for field in dataclasses.fields(owner):
        key, value = field.name, getattr(owner, field.name)
        if value == field.default:
            continue
        if isinstance(owner, TrainingConfig) and key in CHOICES:
            constants = {name: _number(constant) for name, constant in own_constants(value).items()}
            found[key] = {"name": chosen_name(value), **constants}
        elif key in known:
            found[key] = value if value is None or isinstance(value, bool | str) else _number(value, known[key].kind)
    return found


def _row(numbers: Iterable[float]) -> str:
    return _line([_number(value) for value in numbers])


def _number(value: float, kind: type = float) -> float:
    """A number as it is written, as short as reads back the same: 0.1, 25, 1e-07."""
    return int(value) if kind is int or (float(value).is_integer() and abs(value) < 1e15) else float(value)


_line = json.JSONEncoder(ensure_ascii=False).encode
"""A value on one line."""


def _object(items: Mapping[str, str], depth: int) -> str:
    return _block("{", (f"{_line(key)}: {value}" for key, value in items.items()), depth)


def _block(opening: str, items: Iterable[str], depth: int) -> str:
    """The items in brackets, one a line; ``depth`` is how deep the brackets stand."""
    closing = {"[": "]", "{": "}"}[opening]
    indent = "  " * (depth + 1)
    inner = f",\n{indent}".join(items)
    return f"{opening}\n{indent}{inner}\n{'  ' * depth}{closing}" if inner else opening + closing
