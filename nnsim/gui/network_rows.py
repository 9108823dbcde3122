"""Neurons and connections as rows: what each cell says, how it is edited, in which order the rows stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractProxyModel,
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.network import MAX_NAME_LENGTH, Connection, Neuron, Structure
from nnsim.core.numbers import format_number
from nnsim.documents import edits
from nnsim.gui.controls import plain_tip
from nnsim.gui.neuron_form import share_parameter
from nnsim.gui.session import Session

Array = NDArray[np.float64]
Index = QModelIndex | QPersistentModelIndex
Item = Any
"""A row: a Neuron or a Connection."""
Kind = Literal["text", "choice", "number", "yes"]
Place = tuple[str, ...]
_DIGITS = re.compile(r"(\d+)")


def _tr(text: str) -> str:
    return QCoreApplication.translate("NetworkTable", text)


class Now:
    """The numbers of one moment, each computed when the first cell asks for it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.structure = session.structure
        self.parameters: Array = session.network.parameters

    @cached_property
    def z(self) -> Array:
        """Pre-activations for the inputs that are fed, (neurons,)."""
        return self._session.trace.z_rows[:, 0]

    @cached_property
    def a(self) -> Array:
        """Outputs for the inputs that are fed, (neurons,)."""
        return self._session.trace.a_rows[:, 0]

    @cached_property
    def delta(self) -> Array | None:
        """∂L/∂z of the samples that are studied, (neurons,); None without targets."""
        backward = self._session.study.backward
        return None if backward is None else np.asarray(backward.delta_rows.sum(axis=1))

    @cached_property
    def gradient(self) -> Array | None:
        """∂L/∂p of the samples that are studied, (parameters,); None without targets."""
        backward = self._session.study.backward
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
    write: Callable[[Session, Item, Any, object], bool] | None = None
    closed: Callable[[Item], str] = lambda item: ""
    check: Callable[[Session, Item, str], str] = lambda session, item, text: ""
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
    value: str
    """The column that takes numbers from the clipboard."""
    parameter: Callable[[Item], str | None]
    """The parameter whose value stands in that column."""
    sign: Callable[[Item], float]
    """−1 where that value is shown as a threshold."""

    @property
    def value_column(self) -> int:
        """Where the column of values stands."""
        return next(i for i, column in enumerate(self.columns) if column.id == self.value)


# Neurons

ROLES = {"input": "Input", "hidden": "Hidden", "output": "Output"}


def _sign(neuron: Neuron) -> float:
    return -1.0 if neuron.notation == "threshold" else 1.0


def _not_an_input(neuron: Neuron) -> str:
    if neuron.role != "input":
        return ""
    return _tr("{name} is an input: it computes nothing.").format(name=neuron.id)


def _why_not_trainable(neuron: Neuron) -> str:
    return _not_an_input(neuron) or (
        "" if neuron.bias is not None else _tr("{name} has no bias to train.").format(name=neuron.id))


def _why_not_length(text: str) -> str:
    if 1 <= len(text.strip()) <= MAX_NAME_LENGTH:
        return ""
    return _tr("A name has 1 to {most} characters.").format(most=MAX_NAME_LENGTH)


def _why_not_name(session: Session, neuron: Neuron, text: str) -> str:
    if text != neuron.id and text in session.structure.by_id:
        return _tr("There is a neuron called {name} already.").format(name=text)
    return _why_not_length(text)


def _rename(session: Session, neuron: Neuron, new: str, token: object) -> bool:
    text = _tr("Rename {old} to {new}").format(old=neuron.id, new=new)
    return session.apply(text, lambda d: edits.rename_neuron(d, neuron.id, new))


def _set_role(session: Session, neuron: Neuron, role: Any, token: object) -> bool:
    text = _tr("Set role of {name}").format(name=neuron.id)
    return session.apply(text, lambda d: edits.set_role(d, [neuron.id], role))


def _set_field(field: str, text: str) -> Callable[[Session, Neuron, str, object], bool]:
    def write(session: Session, neuron: Neuron, value: str, token: object) -> bool:
        return session.apply(
            text.format(name=neuron.id), lambda d: edits.set_neurons(d, [neuron.id], **{field: value}))

    return write


def _set_bias(session: Session, neuron: Neuron, value: float, token: object) -> bool:
    threshold, bias = neuron.notation == "threshold", neuron.bias
    text = (_tr("Set θ of {name}") if threshold else _tr("Set b of {name}")).format(name=neuron.id)
    number = _sign(neuron) * value + 0.0
    if bias is not None:
        return session.set_values({bias: number}, text, token)

    def with_bias(document: Any) -> Any:
        given = edits.set_bias_used(document, neuron.id, True)
        return edits.set_values(given, {str(given.network.structure.by_id[neuron.id].bias): number})

    return session.apply(text, with_bias, token)


def _set_trainable(session: Session, name: str | None, yes: bool) -> bool:
    text = (_tr("Make {name} trainable") if yes else _tr("Freeze {name}")).format(name=name)
    return name is not None and session.apply(text, lambda d: edits.set_trainable(d, [name], yes))


def _read_bias(now: Now, neuron: Neuron) -> float | None:
    value = now.parameter(neuron.bias)
    # + 0.0 makes a 0 of −0.
    return None if value is None else _sign(neuron) * value + 0.0


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
        Column("name", _tr("Name"), _tr("What the neuron is called"), "text", lambda now, n: n.id, _rename,
               check=_why_not_name),
        Column("role", _tr("Role"), _tr("What the neuron is for"), "choice", lambda now, n: n.role, _set_role,
               choices={role: _tr(label) for role, label in ROLES.items()}),
        Column("activation", _tr("Activation"), _tr("The function that turns the sum into the output"), "choice",
               lambda now, n: None if n.role == "input" else n.activation,
               _set_field("activation", _tr("Set activation of {name}")), _not_an_input, choices=activations),
        Column("combine", _tr("Combine"), _tr("How the inputs are put together"), "choice",
               lambda now, n: None if n.role == "input" else n.combine,
               _set_field("combine", _tr("Set combination of {name}")), _not_an_input, choices=combines),
        Column("bias", _tr("b or θ"), _tr("The bias b that is added to the sum, or the threshold θ = −b"), "number",
               _read_bias, _set_bias, _not_an_input, live=True,
               prefix=lambda n: "θ" if n.notation == "threshold" else "b"),
        Column("trainable", _tr("Trainable"), _tr("Whether training may change the bias"), "yes",
               lambda now, n: None if n.bias is None else n.bias not in now.structure.frozen,
               lambda session, n, yes, token: _set_trainable(session, n.bias, yes), _why_not_trainable),
        Column("z", z, _tr("What comes in with the bias, before the activation, for the inputs that are fed"), "number",
               _computed(_of_neuron(lambda now: now.z)), live=True),
        Column("output", _tr("Output"), _tr("What the neuron says for the inputs that are fed"), "number",
               _of_neuron(lambda now: now.a), live=True),
        Column("delta", "δ", _tr("How the loss changes with the sum of the neuron: ∂L/∂z of the samples chosen above"),
               "number", _computed(_of_neuron(lambda now: now.delta)), live=True),
    ), lambda structure: structure.neurons, lambda n: (n.id,), "bias", lambda n: n.bias, _sign)


# Connections

def _rename_weight(session: Session, connection: Connection, new: str, token: object) -> bool:
    share_parameter(session, connection.weight, new)
    return True


def _set_weight(session: Session, connection: Connection, value: float, token: object) -> bool:
    return session.set_values({connection.weight: value}, _tr("Set {name}").format(name=connection.weight), token)


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
               check=lambda session, c, text: _why_not_length(text)),
        Column("value", _tr("Value"), _tr("What the output of the source is multiplied by"), "number",
               lambda now, c: now.parameter(c.weight), _set_weight, live=True),
        Column("trainable", _tr("Trainable"), _tr("Whether training may change the weight"), "yes",
               lambda now, c: c.weight not in now.structure.frozen,
               lambda session, c, yes, token: _set_trainable(session, c.weight, yes)),
        Column("gradient", _tr("Gradient"), _tr("How the loss of the samples chosen above changes with the weight"),
               "number", _read_gradient, live=True),
    ), lambda structure: structure.connections, lambda c: c.ends, "value", lambda c: c.weight, lambda c: 1.0)


class NetworkRows(QAbstractTableModel):
    """All neurons, or all connections, in the network's order."""

    def __init__(self, session: Session, rows: Rows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self.rows = session, rows
        self.items: Sequence[Item] = ()
        self.row_of: dict[Place, int] = {}
        self.now = Now(session)
        self._words: list[str] = []

    def show(self, rows: Rows) -> None:
        """Show the session's structure and values; ``rows`` as before, but for the titles."""
        items = rows.items(self.session.structure)
        self.now = Now(self.session)
        if items is self.items and rows is self.rows:
            return
        self.rows, self.items = rows, items
        self.row_of = {rows.place(item): row for row, item in enumerate(items)}
        self._words = [self._words_of(item) for item in items]

    def show_values(self) -> None:
        """Take the values of now; the cells say them when they are asked."""
        self.now = Now(self.session)

    def _words_of(self, item: Item) -> str:
        texts = (self._text(column, item, column.read(self.now, item)) for column in self.rows.columns
                 if column.kind in ("text", "choice"))
        return "\n".join(texts).casefold()

    def matching(self, text: str) -> list[int]:
        """The rows in which every word of ``text`` occurs."""
        words = [word for word in text.casefold().split() if word != "→"]
        return [row for row, said in enumerate(self._words) if all(word in said for word in words)]

    def sort_key(self, column: int, row: int) -> Any:
        """What a row is sorted by; None for a cell without a value."""
        here, item = self.rows.columns[column], self.items[row]
        value = here.read(self.now, item)
        if value is None or (isinstance(value, float) and np.isnan(value)):
            return None
        if here.kind in ("text", "choice"):
            # h2 comes before h10: digits sort as numbers.
            parts = _DIGITS.split(self._text(here, item, value).casefold())
            return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts if part]
        return value

    # Cells

    def value(self, row: int, column: int) -> str | float | bool | None:
        """What stands in a cell: a text, a number, yes or no, or None."""
        return self.rows.columns[column].read(self.now, self.items[row])

    def text(self, row: int, column: int) -> str:
        """How it is written."""
        return self._text(self.rows.columns[column], self.items[row], self.value(row, column))

    def _text(self, column: Column, item: Item, value: str | float | bool | None) -> str:
        if value is None:
            return ""
        if column.kind == "yes":
            return self.tr("yes") if value else self.tr("no")
        if column.kind == "number":
            return f"{column.prefix(item)} {format_number(float(value))}".lstrip()
        return (column.choices or {}).get(str(value), str(value))

    def plain(self, row: int, column: int) -> str:
        """A cell for a spreadsheet: numbers with all their digits and an ASCII minus."""
        value = self.value(row, column)
        return repr(value) if isinstance(value, float) else self.text(row, column)

    def why_not_edit(self, row: int, column: int) -> str:
        """Why a cell cannot be edited; empty if it can."""
        here = self.rows.columns[column]
        if here.write is None:
            return self.tr("{column} follows from the rest of the network.").format(column=here.title)
        return here.closed(self.items[row])

    def write(self, row: int, column: int, value: Any, token: object = None) -> bool:
        """Edit a cell; False if the edit was refused, and then nothing has changed."""
        here = self.rows.columns[column]
        return here.write is not None and here.write(self.session, self.items[row], value, token)

    def name_of(self, row: int) -> str:
        """A row in words: h1, or x0 → h1."""
        return " → ".join(self.rows.place(self.items[row]))

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (as Qt declares it)
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if not index.isValid() or self.why_not_edit(index.row(), index.column()):
            return flags
        if self.rows.columns[index.column()].kind == "yes":
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        here = self.rows.columns[column]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.EditRole:
            return self.value(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = self.text(row, column) or self.tr("none")
            return f"{self.name_of(row)}, {here.title}: {said}" if column else said
        if role == Qt.ItemDataRole.CheckStateRole and here.kind == "yes":
            value = self.value(row, column)
            return None if value is None else Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(row, column))
        return None

    def _tip(self, row: int, column: int) -> str:
        value = self.value(row, column)
        whole = repr(value) if isinstance(value, float) else str(value) if isinstance(value, str) else ""
        if self.rows.columns[column].kind == "choice":
            whole = self.text(row, column)
        return whole or self.why_not_edit(row, column)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or self.why_not_edit(index.row(), index.column()):
            return False
        if role == Qt.ItemDataRole.CheckStateRole:
            value = Qt.CheckState(value) == Qt.CheckState.Checked
        return self.write(index.row(), index.column(), value)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= section < (self.columnCount() if orientation == Qt.Orientation.Horizontal else self.rowCount()):
            return None
        if orientation == Qt.Orientation.Vertical:
            return self.name_of(section) if role == Qt.ItemDataRole.AccessibleTextRole else None
        here = self.rows.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return here.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(here.about)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{here.title}: {here.about}"
        return None


class OrderedRows(QAbstractProxyModel):
    """The rows of a NetworkRows that match the search, in the order of a column.

    Ten thousand rows are put in order at once, which QSortFilterProxyModel would do by asking for two cells at each
    of a hundred thousand comparisons. The order is that of the moment it was asked for: rows do not wander while
    training changes their numbers.
    """

    def __init__(self, source: NetworkRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.search = ""
        """Only rows in which every word of it occurs are shown."""
        self._by: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)
        self._order: list[int] = []
        self._place: dict[int, int] = {}
        self.setSourceModel(source)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; −1 is the network's order."""
        self._by = column, order
        self.arrange()

    def arrange(self, rows: Rows | None = None) -> bool:
        """Show the session's structure, and put the rows in order. Whether other rows stand there now."""
        source, before = self.source, (self.source.items, self.source.rows)
        source.show(rows or source.rows)
        order = self._ordered()
        if source.rows is not before[1]:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)
        if order != self._order:
            self.beginResetModel()
            self._order, self._place = order, {row: here for here, row in enumerate(order)}
            self.endResetModel()
            return True
        if source.items is not before[0] and order:
            self.dataChanged.emit(self.index(0, 0), self.index(len(order) - 1, self.columnCount() - 1))
        return False

    def _ordered(self) -> list[int]:
        rows, (column, order) = self.source.matching(self.search), self._by
        if column < 0:
            return rows
        keys = {row: self.source.sort_key(column, row) for row in rows}
        given = [row for row in rows if keys[row] is not None]
        given.sort(key=keys.__getitem__, reverse=order == Qt.SortOrder.DescendingOrder)
        # Cells without a value come last, whichever way the others go.
        return given + [row for row in rows if keys[row] is None]

    def row_at(self, place: Place) -> int:
        """Where a neuron or connection stands now; −1 if it is not shown."""
        return self.shown_row(self.source.row_of.get(place, -1))

    def shown_row(self, source_row: int) -> int:
        """Where a row of the source stands now; −1 if it is not shown."""
        return self._place.get(source_row, -1)

    def place_at(self, row: int) -> Place:
        """What stands in a row."""
        return self.source.rows.place(self.source.items[self._order[row]])

    def source_row(self, row: int) -> int:
        """The row of the source that stands here."""
        return self._order[row]

    # What Qt asks

    def mapToSource(self, proxyIndex: Index) -> QModelIndex:
        if not proxyIndex.isValid() or proxyIndex.row() >= len(self._order):
            return QModelIndex()
        return self.source.index(self._order[proxyIndex.row()], proxyIndex.column())

    def mapFromSource(self, sourceIndex: Index) -> QModelIndex:
        row = self._place.get(sourceIndex.row(), -1) if sourceIndex.isValid() else -1
        return self.index(row, sourceIndex.column()) if row >= 0 else QModelIndex()

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        inside = 0 <= row < len(self._order) and 0 <= column < self.columnCount() and not parent.isValid()
        return self.createIndex(row, column) if inside else QModelIndex()

    def parent(self, child: Index | None = None) -> Any:
        return QModelIndex() if child is not None else QAbstractItemModel.parent(self)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.source.rows.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical and 0 <= section < len(self._order):
            section = self._order[section]
        return self.source.headerData(section, orientation, role)
