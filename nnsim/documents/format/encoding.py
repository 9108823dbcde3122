"""Encoding: a document becomes the bytes of an .nnsim file, always the same for the same document."""

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from nnsim.core.arrays import Array, Flags
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
PIECE = 1_000
"""So many items are written at a time."""
NOTES_PIECE = 100_000
WHOLE = 1e15
"""Below it a whole number is written without a point."""
_ESCAPED = re.compile(r'["\\\x00-\x1f]')
"""What cannot stand in a text in JSON as it is."""

Pieces = Iterable[str]
Part = TypeVar("Part", Sequence[Any], str, Array)


def encode(document: Document, name: str = "document") -> bytes:
    """The canonical .nnsim text, UTF-8: one line a neuron, connection, parameter, place and sample.

    What has its default is left out, so that the text says what the learner chose. Raises FileError for
    what no file may hold: a place that is not finite, half a Unicode character, more than 256 MB. A large document is
    written in pieces, between which other threads may run.
    """
    structure = document.network.structure
    for id, position in document.layout.items():
        if id in structure.by_id and not all(abs(coordinate) <= MAX_POSITION for coordinate in position):
            raise FileError(name, f"the place of neuron {id} is too far out: move it back.", f"layout.{id}")
    found: list[bytes] = []
    size = 0
    for text in _pieces(document):
        try:
            raw = text.encode("utf-8")
        except UnicodeEncodeError as error:
            near = text[max(0, error.start - 20) : error.start]
            raise FileError(name, f"a text holds half of a Unicode pair, after “{near}”: remove it.") from None
        size += len(raw)
        if size > MAX_BYTES:
            raise FileError(name, f"the document needs more than {MAX_BYTES // 2**20} MB: make it smaller.")
        found.append(raw)
    return b"".join(found)


def _pieces(document: Document) -> Pieces:
    """The text, piece by piece."""
    network, training = document.network, _settings(document.training)
    layout = filled(network.structure, document.layout)
    sections: dict[str, Pieces] = {"format": [_line("nnsim")], "version": [str(VERSION)], "network": _network(network)}
    if layout:
        places = np.array(list(layout.values()), dtype=np.float64)
        sections["layout"] = _block("{", map(_named, _parts(list(layout)), _row_lines(places)), 1)
    if document.data is not None:
        sections["data"] = _data(document.data)
    if training:
        sections["training"] = [_line(training)]
    if document.notes:
        sections["notes"] = ['"', *(_line(part)[1:-1] for part in _parts(document.notes, NOTES_PIECE)), '"']
    if document.notation:
        sections["notation"] = [_line(document.notation)]
    yield from _object(sections, 0)
    yield "\n"


def _network(network: Network) -> Pieces:
    structure = network.structure
    ids = [neuron.id for neuron in structure.neurons]
    ends = dict(zip(ids, _quoted(ids), strict=True))
    neurons = ([_line(_neuron(neuron)) for neuron in part] for part in _parts(structure.neurons))
    connections = (
        [f'{{"source": {ends[c.source]}, "target": {ends[c.target]}, "weight": {weight}}}'
         for c, weight in zip(part, _quoted([c.weight for c in part]), strict=True)]
        for part in _parts(structure.connections)
    )
    marks = {name: ', "trainable": false' for name in structure.frozen}
    parameters = (
        [f'{quoted}: {{"value": {value}{marks.get(name, "") if marks else ""}}}'
         for name, quoted, value in zip(part, _quoted(part), _texts(values), strict=True)]
        for part, values in zip(_parts(network.parameter_names), _parts(network.parameters), strict=True)
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


def _data(source: DataSource) -> Pieces:
    if isinstance(source, GeneratedData):
        return [_line({"generator": source.generator, **_settings(source.fields)})]
    if isinstance(source, CsvData):
        chosen = {"inputs": source.inputs, "targets": source.targets}
        names = {key: columns for key, columns in chosen.items() if columns}
        return [_line({"csv": source.path, **names, **_settings(source)})]
    inline = {key: _block("[", _row_lines(np.asarray(getattr(source, key))), 3) for key in ("inputs", "targets")}
    if source.columns:
        inline["columns"] = [_line(source.columns)]
    settings = {key: [_line(value)] for key, value in _settings(source).items()}
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


def _number(value: float, kind: type = float) -> float:
    """A number as it is written, as short as reads back the same: 0.1, 25, 1e-07."""
    return int(value) if kind is int or (float(value).is_integer() and abs(value) < WHOLE) else float(value)


_line = json.JSONEncoder(ensure_ascii=False).encode
"""A value on one line."""


def _quoted(names: Sequence[str]) -> list[str]:
    """Each name as a text in JSON."""
    if _ESCAPED.search("".join(names)):
        return list(map(_line, names))
    return [f'"{name}"' for name in names]


# Numbers. msgspec writes them fifteen times as fast as Python, and the same but for where an exponent begins.


def _texts(values: Array) -> list[str]:
    """Each number as Python writes it: 1.0 keeps its point, and so its sign at 0, for those who look for weights."""
    import msgspec  # here because it takes 50 ms, which the first window does not wait for

    texts = msgspec.json.encode(values.tolist()).decode("ascii")[1:-1].split(",")
    for i in np.flatnonzero(_has_exponent(values)).tolist():
        texts[i] = repr(float(values[i]))
    return texts


def _row_lines(table: Array) -> Iterator[list[str]]:
    """The rows of a table, as lines and in parts; each number as short as it reads back the same."""
    import msgspec

    for part in _parts(table):
        raw = msgspec.json.encode((part + 0.0).tolist())  # −0 becomes 0
        text = raw.decode("ascii")[1:-1].replace(".0,", ",").replace(".0]", "]").replace(",", ", ")
        lines = text.replace("], [", "]\n[").split("\n")
        for i in np.flatnonzero((_has_exponent(part) | (abs(part) >= WHOLE)).any(axis=1)).tolist():
            lines[i] = _line([_number(value) for value in part[i].tolist()])
        yield lines


def _has_exponent(values: Array) -> Flags:
    size = abs(values)
    return ~(size < 1e16) | ((size < 1e-4) & (size > 0))


# Lines


def _parts(items: Part, size: int = PIECE) -> Iterator[Part]:
    """A sequence in parts of some length."""
    return (items[i : i + size] for i in range(0, len(items), size))


def _named(names: Sequence[str], lines: list[str]) -> list[str]:
    return [f"{name}: {line}" for name, line in zip(_quoted(names), lines, strict=True)]


def _object(items: Mapping[str, Pieces], depth: int) -> Pieces:
    for index, (key, pieces) in enumerate(items.items()):
        yield f"{',' if index else '{'}\n{'  ' * (depth + 1)}{_line(key)}: "
        yield from pieces
    yield f"\n{'  ' * depth}}}"


def _block(opening: str, parts: Iterable[list[str]], depth: int) -> Pieces:
    """The items in brackets, one a line; ``depth`` is how deep the brackets stand."""
    indent = f",\n{'  ' * (depth + 1)}"
    before = opening + indent[1:]
    for part in parts:
        yield before + indent.join(part)
        before = indent
    closing = {"[": "]", "{": "}"}[opening]
    yield f"\n{'  ' * depth}{closing}" if before == indent else opening + closing
