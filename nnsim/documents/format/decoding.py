"""Decoding: the bytes of an .nnsim file become a document."""

import codecs
import contextlib
import dataclasses
import json
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.fields import forms
from nnsim.core.formulas.notation import NOTATIONS
from nnsim.core.network import (
    BIAS_NOTATIONS,
    MAX_CONNECTIONS,
    MAX_NAME_LENGTH,
    MAX_NEURONS,
    ROLES,
    Connection,
    Network,
    NetworkError,
    Neuron,
)
from nnsim.data.generators import GENERATORS
from nnsim.data.sources import CsvData, DataSource, GeneratedData, InlineData
from nnsim.documents.document import Document
from nnsim.documents.format.encoding import VERSION
from nnsim.documents.format.errors import Fault, FileError
from nnsim.documents.format.strict_json import check, measure, step, tree, twice
from nnsim.documents.format.tables import table
from nnsim.documents.format.typed_faults import instead, typed_fault
from nnsim.documents.layout import MAX_POSITION, filled
from nnsim.training.config import CHOICES, TrainingConfig

T = TypeVar("T")


class _Neuron(Struct, forbid_unknown_fields=True, gc=False):
    id: str
    role: str
    activation: str | UnsetType = UNSET
    combine: str | UnsetType = UNSET
    bias: str | UnsetType | None = UNSET
    notation: str | UnsetType = UNSET


class _Connection(Struct, forbid_unknown_fields=True, gc=False):
    source: str
    target: str
    weight: str


class _Parameter(Struct, forbid_unknown_fields=True, gc=False):
    value: float
    trainable: bool | UnsetType = UNSET


class _Network(Struct, forbid_unknown_fields=True):
    neurons: Raw = Raw(b"[]")
    connections: Raw = Raw(b"[]")
    parameters: Raw = Raw(b"{}")


class _Lengths(Struct):
    network: _Network


class _Header(Struct):
    format: Raw = Raw(b"null")
    version: Raw = Raw(b"null")


class _File(Struct, forbid_unknown_fields=True):
    format: Raw
    version: Raw
    network: Raw
    layout: Raw = Raw(b"{}")
    data: Raw = Raw(b"null")
    training: Raw = Raw(b"{}")
    notes: Raw = Raw(b'""')
    notation: Raw = Raw(b"null")


class _Inline(Struct, forbid_unknown_fields=True):
    inputs: Raw
    targets: Raw
    columns: Raw = Raw(b"[]")


MOST_PARAMETERS = MAX_CONNECTIONS + MAX_NEURONS
"""A weight for each connection and a bias for each neuron: more could not be used."""
MOST_FIELDS, MOST_SMALL, MOST_NAMES = 100, 10_000, 1 << 20
"""How many fields settings have at most; how many bytes one of them, and how many a text or a list of names."""
_LIMITS = {"neurons": MAX_NEURONS, "connections": MAX_CONNECTIONS, "parameters": MOST_PARAMETERS}

_TYPES: Mapping[str, Any] = {
    "": _File,
    "network": _Network,
    "network.neurons": _Neuron,
    "network.connections": _Connection,
    "network.parameters.*": _Parameter,
    "layout.*": tuple[float, float],
    "data.inline": _Inline,
}
_CHOICES: Mapping[str, Iterable[str]] = {
    "role": ROLES, "activation": ACTIVATIONS, "combine": COMBINES, "notation": BIAS_NOTATIONS,
}


def decode(raw: bytes, name: str = "document") -> Document:
    """The document that ``raw``, an .nnsim file called ``name``, holds.

    Raises FileError, and nothing else, if there is none. Neurons without a place get one.
    """
    try:
        # Some editors put a byte order mark before UTF-8.
        return _document(raw.removeprefix(codecs.BOM_UTF8))
    except Fault as fault:
        raise FileError(name, *fault.args) from None


def _document(raw: bytes) -> Document:
    items = check(raw).items
    _check_lengths(raw)
    _check_header(msgspec.json.decode(raw, type=_Header))
    _fields(raw, "", items)
    file = _typed(raw, _File, "")
    network = _network(bytes(file.network))
    notes = _typed(file.notes, str, "notes")
    places = _counted(file.layout, "layout", MAX_NEURONS, "places")
    layout = _read(places, dict[str, tuple[float, float]], "layout", len)
    _check_layout(layout, network)
    data = None if bytes(file.data) == b"null" else _data(bytes(file.data))
    training = _training(_fields(bytes(file.training), "training"))
    return Document(network, filled(network.structure, layout), data, training, notes, _notation(file.notation))


def _notation(raw: Raw) -> str:
    """The name of a notation; empty if none is chosen."""
    value = _small(bytes(raw), "notation")
    if value is not None and (not isinstance(value, str) or value not in NOTATIONS):
        raise Fault(f"there is no notation {_shown(value)}{instead(value, NOTATIONS)}", "notation")
    return value or ""


def _typed(raw: bytes | Raw, kind: type[T], where: str) -> T:
    """What ``raw`` holds, if it is of this kind; it is JSON, as ``check`` saw. Raises Fault naming the field."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise typed_fault(error, bytes(raw), where, _TYPES) from None


def _counted(raw: bytes | Raw, where: str, limit: int, what: str) -> bytes:
    """``raw``, if it has no more items than ``limit``: before any of them is made."""
    items = measure(bytes(raw)).items
    if items > limit:
        raise Fault(f"there are {items} {what}; at most {limit} are allowed.", where)
    return bytes(raw)


def _check_lengths(raw: bytes) -> None:
    """What is too much is told before what is wrong with it."""
    with contextlib.suppress(msgspec.ValidationError):
        network = msgspec.json.decode(raw, type=_Lengths).network
        for name, limit in _LIMITS.items():
            _counted(getattr(network, name), f"network.{name}", limit, name)


def _read(raw: bytes | Raw, kind: type[T], where: str, keys: Callable[[T], int]) -> T:
    """What ``raw`` holds, as from ``_typed``; ``keys`` is how many were read for it. Raises Fault if a key stands
    twice: then ``raw`` has more of them, as the last one counts."""
    found = _typed(raw, kind, where)
    if measure(bytes(raw)).keys == keys(found):
        return found
    # There is not room for all that was read and, beside it, for all keys.
    del found
    raise next(twice(bytes(raw), where, depth=2))


def _fields(raw: bytes, where: str, items: int | None = None) -> dict[str, bytes]:
    """The fields of an object of settings, each as it stands in the file; ``items`` is how many, if that is known."""
    items = measure(raw).items if items is None else items
    if items > MOST_FIELDS:
        raise Fault(f"there are {items} fields; at most {MOST_FIELDS} are allowed.", where)
    found = _typed(raw, dict[str, Raw], where)
    if len(found) < items:
        raise next(twice(raw, where, depth=1))
    return {key: bytes(value) for key, value in found.items()}


def _small(raw: bytes, where: str) -> Any:
    """The value of one setting, whatever it is. What is long can only be a text or a list of names."""
    limit = MOST_NAMES if raw.startswith((b"[", b'"')) else MOST_SMALL
    if len(raw) > limit:
        raise Fault(f"this is too long: at most {limit // 1000} kB belong here.", where)
    if raw.startswith(b"[") and len(raw) > MOST_SMALL:
        return _typed(_counted(raw, where, MAX_NEURONS, "names"), list[str], where)
    return tree(raw, where)


def _check_header(header: _Header) -> None:
    format = bytes(header.format)
    if (json.loads(format) if len(format) <= 100 else "") != "nnsim":
        found = "it is missing" if format == b"null" else f"here it is {_as_written(format)}"
        raise Fault(f'every nnsim document has "format": "nnsim"; {found}: choose a .nnsim file.', "format")
    written = bytes(header.version)
    if written == b"null":
        raise Fault(f"the version is missing: add {VERSION}.", "version")
    try:
        version = msgspec.json.decode(written, type=float)
    except msgspec.ValidationError:
        version = 0.0
    if version % 1 or version < 1:
        raise Fault(f"{_as_written(written)} is no version: write {VERSION}.", "version")
    if version > VERSION:
        raise Fault(f"a newer nnsim saved this file, in version {_as_written(written)}; this one reads version "
                    f"{VERSION}: update nnsim to open it.", "version")


def _as_written(raw: bytes) -> str:
    """A value as it stands in the file, or as much of it as a message can hold."""
    begin = raw[:400].decode(errors="replace")
    return _shown(json.loads(begin)) if begin.startswith('"') and len(raw) < 400 else begin[:80]


def _check_layout(layout: Mapping[str, tuple[float, float]], network: Network) -> None:
    for id, position in layout.items():
        if id not in network.structure.by_id:
            raise Fault(f"there is no neuron {_shown(id)}: remove its place.", step("layout", id))
        if max(map(abs, position)) > MAX_POSITION:
            raise Fault(f"this is too far out: use numbers up to {MAX_POSITION:.0f}.",
                        step("layout", id), f"neuron {id}")


def _network(raw: bytes) -> Network:
    _fields(raw, "network")
    parts = _typed(raw, _Network, "network")
    neurons = _read(parts.neurons, list[_Neuron], "network.neurons", lambda all: sum(
        getattr(neuron, field) is not UNSET for neuron in all for field in _Neuron.__struct_fields__))
    connections = _read(parts.connections, list[_Connection], "network.connections", lambda all: 3 * len(all))
    parameters = _read(parts.parameters, dict[str, _Parameter], "network.parameters", lambda all: 2 * len(all) + sum(
        parameter.trainable is not UNSET for parameter in all.values()))
    _check_neurons(neurons, parameters)
    _check_connections(neurons, connections, parameters)
    _check_parameters(neurons, connections, parameters)
    # What the file leaves out is left out here too, and so has its default.
    values = {key: parameter.value for key, parameter in parameters.items()}
    frozen = [key for key, parameter in parameters.items() if parameter.trainable is False]
    try:
        return Network.build(
            [Neuron(**msgspec.to_builtins(neuron)) for neuron in neurons],
            [Connection(c.source, c.target, c.weight) for c in connections], values, frozen,
        )
    except NetworkError as error:
        # All that is left is a cycle: it belongs to no single field.
        raise Fault(f"{error.problems[0].message} Remove one of them.", "network.connections") from None


def _check_neurons(neurons: Sequence[_Neuron], parameters: Container[str]) -> None:
    seen: set[str] = set()
    for i, neuron in enumerate(neurons):
        where, what = f"network.neurons[{i}]", f"neuron {neuron.id[:80]}"
        _check_name(neuron.id, f"{where}.id", what)
        if neuron.id in seen:
            raise Fault("another neuron has this id already: give each its own.", f"{where}.id", what)
        seen.add(neuron.id)
        for field, allowed in _CHOICES.items():
            value = getattr(neuron, field)
            if value is not UNSET and value not in allowed:
                message = f"there is no {field} {_shown(value)}{instead(value, allowed)}"
                raise Fault(message, f"{where}.{field}", what)
        for field in ("activation", "combine", "bias", "notation"):
            if neuron.role == "input" and getattr(neuron, field) is not UNSET:
                message = f"an input has only an id and a role: remove “{field}”."
                raise Fault(message, f"{where}.{field}", what)
        if isinstance(neuron.bias, str) and neuron.bias not in parameters:
            raise Fault(_no_parameter(neuron.bias), f"{where}.bias", what)


def _check_connections(
    neurons: Sequence[_Neuron], connections: Sequence[_Connection], parameters: Container[str]
) -> None:
    roles = {neuron.id: neuron.role for neuron in neurons}
    seen: set[tuple[str, str]] = set()
    for i, connection in enumerate(connections):
        found = _connection_fault(connection, roles, seen, parameters)
        if found:
            message, field = found
            what = f"{connection.source[:80]} → {connection.target[:80]}"
            raise Fault(message, f"network.connections[{i}]{field}", what)


def _connection_fault(
    connection: _Connection, roles: Mapping[str, str], seen: set[tuple[str, str]], parameters: Container[str]
) -> tuple[str, str] | None:
    """(message, field) if a connection is wrong. ``seen`` has the ends of those before; its own are added."""
    source, target = connection.source, connection.target
    for field, end in ((".source", source), (".target", target)):
        if end not in roles:
            return f"there is no neuron {_shown(end)}{instead(end, roles)}", field
    if source == target:
        return "a neuron cannot be connected to itself: remove this connection.", ""
    if roles[target] == "input":
        return f"{target} is an input, and nothing may enter one: remove this connection.", ".target"
    if (source, target) in seen:
        return "these two are connected already: remove one of the connections.", ""
    seen.add((source, target))
    if connection.weight not in parameters:
        return _no_parameter(connection.weight), ".weight"
    return None


def _check_parameters(
    neurons: Sequence[_Neuron], connections: Sequence[_Connection], parameters: Iterable[str]
) -> None:
    used: set[Any] = {connection.weight for connection in connections}
    used |= {neuron.bias for neuron in neurons}
    for key in parameters:
        _check_name(key, "network.parameters")
        if key not in used:
            raise Fault(f"no neuron and no connection uses the parameter {_shown(key)}: remove it.",
                        step("network.parameters", key))


def _check_name(text: str, where: str, what: str = "") -> None:
    if not 1 <= len(text) <= MAX_NAME_LENGTH:
        raise Fault(f"a name has 1 to {MAX_NAME_LENGTH} characters; this one has {len(text)}.", where, what)


def _no_parameter(key: str) -> str:
    return f"there is no parameter {_shown(key)}: add it to network.parameters."


def _data(raw: bytes) -> DataSource:
    fields = _fields(raw, "data")
    kinds = [kind for kind in ("generator", "inline", "csv") if kind in fields]
    if len(kinds) != 1:
        found = f", not {' and '.join(kinds)} together" if kinds else ""
        raise Fault(f"one of “generator”, “inline” and “csv” belongs here{found}.", "data")
    kind = kinds[0]
    rest = {key: inner for key, inner in fields.items() if key != kind}
    if kind == "inline":
        return _settings(InlineData, rest, "data", _inline(fields["inline"]))
    value = _small(fields[kind], f"data.{kind}")
    if kind == "generator":
        if not isinstance(value, str) or value not in GENERATORS:
            message = f"there is no generator {_shown(value)}{instead(value, GENERATORS)}"
            raise Fault(message, "data.generator")
        return GeneratedData(value, _settings(GENERATORS[value].fields, rest, "data"))
    if not isinstance(value, str):
        raise Fault("the name of a CSV file belongs here, in quotes.", "data.csv")
    return _settings(CsvData, rest, "data", {"path": value})


def _inline(raw: bytes) -> dict[str, Any]:
    """Inputs, targets and columns of data that stand in the document itself."""
    _fields(raw, "data.inline")
    inline = _typed(raw, _Inline, "data.inline")
    columns = _typed(
        _counted(inline.columns, "data.inline.columns", 2 * MAX_NEURONS, "names"), list[str], "data.inline.columns")
    tables = {name: table(bytes(getattr(inline, name)), name, f"data.inline.{name}") for name in ("inputs", "targets")}
    return {**tables, "columns": columns}


def _training(fields: Mapping[str, bytes]) -> TrainingConfig:
    for field in CHOICES:
        if not fields.get(field, b"{").startswith(b"{"):
            example = TrainingConfig.__dataclass_fields__[field].default
            raise Fault(f'an object such as {{"name": "{example}"}} belongs here.', f"training.{field}")
    return _settings(TrainingConfig, fields, "training")


def _settings(
    kind: type[T], fields: Mapping[str, bytes], where: str, given: Mapping[str, Any] | None = None
) -> T:
    """A dataclass of settings from the fields of an object of the file, as they stand in it; ``given`` are those that
    stand elsewhere."""
    settings = dict(given or {})
    allowed = [f.name for f in dataclasses.fields(kind) if f.name not in settings]  # type: ignore[arg-type]
    kinds = {key: form.kind for key, form in forms(kind).items()}
    for key, raw in fields.items():
        if key not in allowed:
            raise Fault(f"there is no field “{key[:80]}” here{instead(key, allowed)}", step(where, key))
        value = _small(raw, step(where, key))
        if isinstance(value, int | float) and not isinstance(value, bool):
            # 4.0 samples are 4, a rate of 1 is 1.0.
            value = int(value) if kinds.get(key) is int and float(value).is_integer() else float(value)
        settings[key] = value
    try:
        return kind(**settings)
    except ValueError as error:
        # check_fields and its kin begin with the name of the field.
        first = re.split(r"[ :]", str(error), maxsplit=1)[0]
        raise Fault(str(error)[:400], f"{where}.{first}" if first in allowed else where) from None


def _shown(value: Any) -> str:
    text = f"“{value}”" if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else text[:80] + "…"
