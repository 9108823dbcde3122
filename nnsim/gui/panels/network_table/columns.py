"""The columns of the tables of neurons and connections: what each cell says, and how it is edited."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QCoreApplication

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.combines import COMBINES
from nnsim.core.formulas.terms import Place
from nnsim.core.network import Connection, Neuron, Structure
from nnsim.documents.ways import row_of
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.parameters import (
    rename_neuron,
    set_bias,
    set_field,
    set_role,
    set_trainable,
    share_parameter,
    sign_of,
    why_not_name,
    why_not_neuron_name,
    written_bias,
)

Item = Any
"""A row: a Neuron or a Connection."""
Kind = Literal["text", "choice", "number", "yes"]


def _tr(text: str) -> str:
    return QCoreApplication.translate("NetworkTable", text)


class Now:
    """The numbers of one moment, each computed when the first cell asks for it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.structure = desk.session.structure
        self.parameters: Array = desk.session.network.parameters

    @cached_property
    def z(self) -> Array:
        """Pre-activations for the inputs that are fed, (neurons,)."""
        return self._desk.looking.trace.z_rows[:, 0]

    @cached_property
    def a(self) -> Array:
        """Outputs for the inputs that are fed, (neurons,)."""
        return self._desk.looking.trace.a_rows[:, 0]

    @cached_property
    def delta(self) -> Array | None:
        """∂L/∂z of the samples that are studied, (neurons,); None without targets."""
        backward = self._desk.study.backward
        with np.errstate(over="ignore", invalid="ignore"):
            return None if backward is None else np.asarray(backward.delta_rows.sum(axis=1))

    @cached_property
    def gradient(self) -> Array | None:
        """∂L/∂p of the samples that are studied, (parameters,); None without targets."""
        backward = self._desk.study.backward
        return None if backward is None else backward.gradient

    def parameter(self, name: str | None) -> float | None:
        """The value of a parameter; None if there is none."""
        return None if name is None else float(self.parameters[self.structure.parameter_index[name]])


@dataclass(frozen=True)
class Column:
    """One column. ``read(now, item)`` gives a text, a number, a yes or no, or None where it has no meaning.

    ``write(session, item, value, token)`` makes the edit, True if it was accepted; ``closed(item)`` says why a cell
    cannot be edited, ``check(session, item, text)`` why a text cannot stand there. ``live`` cells change with values.
    """

    id: str
    title: str
    about: str
    kind: Kind
    read: Callable[[Now, Item], str | float | bool | None]
    write: Callable[[Desk, Item, Any, object], bool] | None = None
    closed: Callable[[Item], str] = lambda item: ""
    check: Callable[[Desk, Item, str], str] = lambda desk, item, text: ""
    choices: Mapping[str, str] | None = None
    """The values of a choice and their labels."""
    prefix: Callable[[Item], str] = lambda item: ""
    """What stands before a number: θ or b."""
    live: bool = False


@dataclass(frozen=True)
class Rows:
    """What the rows of a table are: neurons or connections."""

    id: str
    columns: tuple[Column, ...]
    items: Callable[[Structure], Sequence[Item]]
    place: Callable[[Item], Place]
    """(id,) of a neuron, (source, target) of a connection."""
    number: Callable[[Structure, Place], int]
    """Which of ``items`` has a place; −1 if none has."""
    parameter: Callable[[Item], str | None]
    """The parameter that takes a number from the clipboard; None if a row has none."""
    sign: Callable[[Item], float]
    """−1 where that number is shown as a threshold."""


# Neurons

ROLES = {"input": "Input", "hidden": "Hidden", "output": "Output"}


def _not_an_input(neuron: Neuron) -> str:
    if neuron.role != "input":
        return ""
    return _tr("{name} is an input: it computes nothing.").format(name=neuron.id)


def _why_not_trainable(neuron: Neuron) -> str:
    return _not_an_input(neuron) or (
        "" if neuron.bias is not None else _tr("{name} has no bias to train.").format(name=neuron.id))


def _read_bias(now: Now, neuron: Neuron) -> float | None:
    value = now.parameter(neuron.bias)
    return None if value is None else written_bias(neuron, value)


def _of_neuron(vector: Callable[[Now], Array | None]) -> Callable[[Now, Neuron], float | None]:
    def read(now: Now, neuron: Neuron) -> float | None:
        values = vector(now)
        return None if values is None else float(values[now.structure.position[neuron.id]])

    return read


def _computed(read: Callable[[Now, Neuron], float | None]) -> Callable[[Now, Neuron], float | None]:
    """Nothing for inputs: they compute nothing."""
    return lambda now, neuron: None if neuron.role == "input" else read(now, neuron)


def neuron_rows(z: str) -> Rows:
    """The table of neurons; ``z`` is what the pre-activation is called."""
    activations = {name: _tr(entry.label) for name, entry in ACTIVATIONS.items()}
    combines = {name: _tr(entry.label) for name, entry in COMBINES.items()}
    return Rows("neurons", (
        Column("name", _tr("Name"), _tr("What the neuron is called"), "text", lambda now, n: n.id,
               lambda desk, n, new, token: rename_neuron(desk, n.id, new),
               check=lambda desk, n, text: why_not_neuron_name(desk, n.id, text)),
        Column("role", _tr("Role"), _tr("What the neuron is for"), "choice", lambda now, n: n.role,
               lambda desk, n, role, token: set_role(desk, n.id, role),
               choices={role: _tr(label) for role, label in ROLES.items()}),
        Column("activation", _tr("Activation"), _tr("The function that turns the sum into the output"), "choice",
               lambda now, n: None if n.role == "input" else n.activation,
               lambda desk, n, value, token: set_field(desk, n.id, "activation", value), _not_an_input,
               choices=activations),
        Column("combine", _tr("Combine"), _tr("How the inputs are put together"), "choice",
               lambda now, n: None if n.role == "input" else n.combine,
               lambda desk, n, value, token: set_field(desk, n.id, "combine", value), _not_an_input,
               choices=combines),
        Column("bias", _tr("b or θ"), _tr("The bias b that is added to the sum, or the threshold θ = −b"), "number",
               _read_bias, set_bias, _not_an_input, live=True,
               prefix=lambda n: "θ" if n.notation == "threshold" else "b"),
        Column("trainable", _tr("Trainable"), _tr("Whether training may change the bias"), "yes",
               lambda now, n: None if n.bias is None else n.bias not in now.structure.frozen,
               lambda desk, n, yes, token: set_trainable(desk, n.bias, yes), _why_not_trainable),
        Column("z", z, _tr("What comes in with the bias, before the activation, for the inputs that are fed"), "number",
               _computed(_of_neuron(lambda now: now.z)), live=True),
        Column("output", _tr("Output"), _tr("What the neuron says for the inputs that are fed"), "number",
               _of_neuron(lambda now: now.a), live=True),
        Column("delta", "δ", _tr("How the loss changes with the sum of the neuron: ∂L/∂z of the samples chosen above"),
               "number", _computed(_of_neuron(lambda now: now.delta)), live=True),
    ), lambda structure: structure.neurons, lambda n: (n.id,),
        lambda structure, place: structure.position.get(place[0], -1) if len(place) == 1 else -1,
        lambda n: n.bias, sign_of)


# Connections

def _rename_weight(desk: Desk, connection: Connection, new: str, token: object) -> bool:
    share_parameter(desk, connection.weight, new)
    return True


def _set_weight(desk: Desk, connection: Connection, value: float, token: object) -> bool:
    return desk.session.set_values({connection.weight: value}, _tr("Set {name}").format(name=connection.weight), token)


def _read_gradient(now: Now, connection: Connection) -> float | None:
    gradient = now.gradient
    return None if gradient is None else float(gradient[now.structure.parameter_index[connection.weight]])


def connection_rows() -> Rows:
    """The table of connections."""
    return Rows("connections", (
        Column("source", _tr("From"), _tr("The neuron that the connection leaves"), "text", lambda now, c: c.source),
        Column("target", _tr("To"), _tr("The neuron that the connection enters"), "text", lambda now, c: c.target),
        Column("weight", _tr("Weight"),
               _tr("What the parameter is called. The name of another parameter makes them one, shared by both."),
               "text", lambda now, c: c.weight, _rename_weight,
               check=lambda desk, c, text: why_not_name(text)),
        Column("value", _tr("Value"), _tr("What the output of the source is multiplied by"), "number",
               lambda now, c: now.parameter(c.weight), _set_weight, live=True),
        Column("trainable", _tr("Trainable"), _tr("Whether training may change the weight"), "yes",
               lambda now, c: c.weight not in now.structure.frozen,
               lambda desk, c, yes, token: set_trainable(desk, c.weight, yes)),
        Column("gradient", _tr("Gradient"), _tr("How the loss of the samples chosen above changes with the weight"),
               "number", _read_gradient, live=True),
    ), lambda structure: structure.connections, lambda c: c.ends,
        lambda structure, place: row_of(structure, (place[0], place[1])) if len(place) == 2 else -1,
        lambda c: c.weight, lambda c: 1.0)
