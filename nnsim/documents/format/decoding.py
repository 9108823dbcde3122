"""Decoding: the bytes of an .nnsim file become a document."""

import codecs
import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.fields import forms
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
from nnsim.documents.format.strict_json import check, faults, step, tree
from nnsim.documents.format.typed_faults import instead, typed_fault
from nnsim.documents.layout import MAX_POSITION, filled
from nnsim.training.config import CHOICES, TrainingConfig

T = TypeVar("T")


class _Neuron(Struct, forbid_unknown_fields=True):
    id: str
    role: str
    activation: str | UnsetType = UNSET
    combine: str | UnsetType = UNSET
    bias: str | UnsetType | None = UNSET
    notation: str | UnsetType = UNSET


class _Connection(Struct, forbid_unknown_fields=True):
    source: str
    target: str
    weight: str


class _Parameter(Struct, forbid_unknown_fields=True):
    value: float
    trainable: bool = True


class _Network(Struct, forbid_unknown_fields=True):
    neurons: list[_Neuron] = []
    connections: list[_Connection] = []
    parameters: dict[str, _Parameter] = {}


class _Header(Struct):
    format: Any = None
    version: Any = None


class _File(Struct, forbid_unknown_fields=True):
    format: Any
    version: Any
    network: _Network
    layout: dict[str, tuple[float, float]] = {}
    data: dict[str, Any] | None = None
    training: dict[str, Any] = {}
    notes: str = ""


class _Inline(Struct, forbid_unknown_fields=True):
    inputs: list[list[float]]
    targets: list[list[float]]
    columns: list[str] = []


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
    text = check(raw, {"network.neurons": MAX_NEURONS, "network.connections": MAX_CONNECTIONS})
    if not text.lstrip().startswith("{"):
        raise Fault("this is no nnsim document: choose a .nnsim file.")
    try:
        _check_header(msgspec.json.decode(raw, type=_Header))
        file = msgspec.json.decode(raw, type=_File)
    except msgspec.ValidationError as error:
        raise typed_fault(error, tree(text), "", _TYPES) from None
    except msgspec.DecodeError as error:
        # What Python's parser lets through: half a Unicode pair.
        for where, message in faults(tree(text)):
            raise Fault(message, where) from None
        raise Fault(f"this is not JSON ({error}).") from None
    network = _network(file.network)
    _check_layout(file.layout, network)
    layout = filled(network.structure, file.layout)
    data = None if file.data is None else _data(file.data)
    return Document(network, layout, data, _training(file.training), file.notes)


def _check_header(header: _Header) -> None:
    if header.format != "nnsim":
        found = "it is missing" if header.format is None else f"here it is {_shown(header.format)}"
        raise Fault(f'every nnsim document has "format": "nnsim"; {found}: choose a .nnsim file.', "format")
    version = header.version
    if version is None:
        raise Fault(f"the version is missing: add {VERSION}.", "version")
    if isinstance(version, bool) or not isinstance(version, int | float) or version % 1 or version < 1:
        raise Fault(f"{_shown(version)} is no version: write {VERSION}.", "version")
    if version > VERSION:
        raise Fault(f"a newer nnsim saved this file, in version {_shown(version)}; this one reads version "
                    f"{VERSION}: update nnsim to open it.", "version")


def _check_layout(layout: Mapping[str, tuple[float, float]], network: Network) -> None:
    for id, position in layout.items():
        if id not in network.structure.by_id:
            raise Fault(f"there is no neuron {_shown(id)}: remove its place.", step("layout", id))
        if max(map(abs, position)) > MAX_POSITION:
            raise Fault(f"this is too far out: use numbers up to {MAX_POSITION:.0f}.",
                        step("layout", id), f"neuron {id}")


def _network(entry: _Network) -> Network:
    _check_neurons(entry)
    _check_connections(entry)
    _check_parameters(entry)
    # What the file leaves out is left out here too, and so has its default.
    neurons = [Neuron(**msgspec.to_builtins(n)) for n in entry.neurons]
    connections = [Connection(c.source, c.target, c.weight) for c in entry.connections]
    values = {key: parameter.value for key, parameter in entry.parameters.items()}
    frozen = [key for key, parameter in entry.parameters.items() if not parameter.trainable]
    try:
        return Network.build(neurons, connections, values, frozen)
    except NetworkError as error:
        # All that is left is a cycle: it belongs to no single field.
        raise Fault(f"{error.problems[0].message} Remove one of them.", "network.connections") from None


def _check_neurons(entry: _Network) -> None:
    seen: set[str] = set()
    for i, neuron in enumerate(entry.neurons):
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
        if isinstance(neuron.bias, str) and neuron.bias not in entry.parameters:
            raise Fault(_no_parameter(neuron.bias), f"{where}.bias", what)


def _check_connections(entry: _Network) -> None:
    roles = {neuron.id: neuron.role for neuron in entry.neurons}
    seen: set[tuple[str, str]] = set()
    for i, connection in enumerate(entry.connections):
        found = _connection_fault(connection, roles, seen, entry.parameters)
        if found:
            message, field = found
            what = f"{connection.source[:80]} → {connection.target[:80]}"
            raise Fault(message, f"network.connections[{i}]{field}", what)


def _connection_fault(
    connection: _Connection, roles: Mapping[str, str], seen: set[tuple[str, str]], parameters: Iterable[str]
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


def _check_parameters(entry: _Network) -> None:
    used: set[Any] = {connection.weight for connection in entry.connections}
    used |= {neuron.bias for neuron in entry.neurons}
    for key in entry.parameters:
        _check_name(key, "network.parameters")
        if key not in used:
            raise Fault(f"no neuron and no connection uses the parameter {_shown(key)}: remove it.",
                        step("network.parameters", key))


def _check_name(text: str, where: str, what: str = "") -> None:
    if not 1 <= len(text) <= MAX_NAME_LENGTH:
        raise Fault(f"a name has 1 to {MAX_NAME_LENGTH} characters; this one has {len(text)}.", where, what)


def _no_parameter(key: str) -> str:
    return f"there is no parameter {_shown(key)}: add it to network.parameters."


def _data(values: dict[str, Any]) -> DataSource:
    kinds = [kind for kind in ("generator", "inline", "csv") if kind in values]
    if len(kinds) != 1:
        found = f", not {' and '.join(kinds)} together" if kinds else ""
        raise Fault(f"one of “generator”, “inline” and “csv” belongs here{found}.", "data")
    kind, value = kinds[0], values[kinds[0]]
    rest = {key: inner for key, inner in values.items() if key != kind}
    if kind == "generator":
        if not isinstance(value, str) or value not in GENERATORS:
            message = f"there is no generator {_shown(value)}{instead(value, GENERATORS)}"
            raise Fault(message, "data.generator")
        return GeneratedData(value, _settings(GENERATORS[value].fields, rest, "data"))
    if kind == "csv":
        if not isinstance(value, str):
            raise Fault("the name of a CSV file belongs here, in quotes.", "data.csv")
        return _settings(CsvData, rest, "data", {"path": value})
    try:
        inline = msgspec.convert(value, _Inline)
    except msgspec.ValidationError as error:
        raise typed_fault(error, value, "data.inline", _TYPES) from None
    return _settings(InlineData, rest, "data", msgspec.structs.asdict(inline))


def _training(values: dict[str, Any]) -> TrainingConfig:
    for field in CHOICES:
        if field in values and not isinstance(values[field], dict):
            example = TrainingConfig.__dataclass_fields__[field].default
            raise Fault(f'an object such as {{"name": "{example}"}} belongs here.', f"training.{field}")
    return _settings(TrainingConfig, values, "training")


def _settings(
    kind: type[T], values: Mapping[str, Any], where: str, given: Mapping[str, Any] | None = None
) -> T:
    """A dataclass of settings from an object of the file; ``given`` are fields that stand elsewhere in it."""
    settings = dict(given or {})
    allowed = [f.name for f in dataclasses.fields(kind) if f.name not in settings]  # type: ignore[arg-type]
    kinds = {key: form.kind for key, form in forms(kind).items()}
    for key, value in values.items():
        if key not in allowed:
            raise Fault(f"there is no field “{key[:80]}” here{instead(key, allowed)}", step(where, key))
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
