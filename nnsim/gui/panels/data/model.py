"""The rows of the table: what each cell says, computed for the rows that are looked at."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.analysis.maps import decision_threshold
from nnsim.core.arrays import Array, Flags, first_row
from nnsim.core.explain.rounding import why_rounding_decides
from nnsim.core.explain.sums import Sum, sum_of
from nnsim.core.formulas.numbers import DIGITS, format_number, is_cut
from nnsim.core.losses import LOSSES
from nnsim.core.network import Network, Structure
from nnsim.core.program import Trace, program_of
from nnsim.data.dataset import Dataset
from nnsim.documents.targets import TruthTable
from nnsim.gui.session.costs import read_program_of
from nnsim.gui.session.lagging import Stopped
from nnsim.gui.widgets.controls import plain_tip
from nnsim.gui.widgets.table import Index

Form = Literal["long", "short", "result", "output"]
FORMS: tuple[Form, ...] = ("long", "short", "result", "output")
"""How a sum is written, from the widest on: see core.sums; at last only what the neuron gives out."""
MOST_COLUMNS = 100
"""Of more columns only the first of each kind are shown."""
BLOCK, SMALL_BLOCK, LARGE = 64, 12, 50_000
"""Rows that are run together: a whole truth table, or what is looked at of more rows; of more connections only few."""
COUNTED_AT_ONCE, MOST_COUNTED = 2_000_000, 1_000_000_000
"""Rows times connections up to which the right rows are counted while the window waits, and beside it."""
TOGETHER = 4_096
"""Rows that are run together to be counted."""
RIGHT, WRONG = "✓", "✗"


@dataclass(frozen=True)
class Column:
    """One column. ``index`` counts within its kind: which input, output or target it is."""

    kind: Literal["set", "input", "sum", "target", "output", "right", "loss"]
    title: str
    index: int = 0
    neuron: str = ""


@dataclass(frozen=True, eq=False)
class Rows:
    """What stands in the rows: X (rows, inputs), T (rows, targets) with NaN where unset.

    The first ``train`` rows are learned from, the rest tests. ``classes`` says how a row can be right:
    "one" output on the right side of its threshold, the largest of "several", or "" not at all.
    """

    X: Array
    T: Array
    train: int
    is_truth_table: bool
    classes: Literal["", "one", "several", "each"]

    @classmethod
    def of_table(cls, table: TruthTable) -> "Rows":
        """A truth table: each output is right or wrong on its own."""
        return cls(table.X, table.targets, len(table.X), True, "each")

    @classmethod
    def of_dataset(cls, data: Dataset) -> "Rows":
        """The training samples, then the test samples."""
        X, T = data.X, data.T
        if data.X_test is not None and data.T_test is not None:
            X, T = np.concatenate([X, data.X_test]), np.concatenate([T, data.T_test])
        classes: Literal["", "one", "several", "each"] = ""
        if T.shape[1] == 1:
            classes = "one" if len(np.unique(T)) == 2 else ""
        elif ((T == 0) | (T == 1)).all() and (T.sum(axis=1) == 1).all():
            classes = "several"
        return cls(X, T, len(data.X), False, classes)

    @cached_property
    def ends(self) -> Array:
        """The least and the greatest target; 0 and 1 in a truth table, also where a column has only one of them."""
        return np.array([0.0, 1.0] if self.is_truth_table else [self.T.min(), self.T.max()])

    def judged(self, outputs: int) -> Array:
        """The targets that so many outputs are compared with: a truth table may have columns that none has now."""
        return self.T[:, :outputs] if self.is_truth_table else self.T

    def right(self, outputs: Array, targets: Array, thresholds: Array) -> Flags:
        """(rows,) whether each row of outputs says what its targets say."""
        if self.classes == "several":
            right = outputs.argmax(axis=1) == targets.argmax(axis=1)
        else:
            low, high = self.ends
            said = np.where(outputs >= thresholds, high, low)
            unset = np.isnan(targets)
            right = ((said == targets) | unset).all(axis=1) & ~unset.all(axis=1)
        return np.asarray(right & np.isfinite(outputs).all(axis=1))


def columns_of(
    rows: Rows, structure: Structure, shown: Collection[str], tr: Callable[[str], str],
) -> tuple[tuple[Column, ...], int]:
    """The columns of these rows, and how many there would be if not only the first of each kind were looked at.

    Of the neurons with a sum those in ``shown``, in the order of their depth; a target stands beside its output.
    """
    inputs, outputs, targets = structure.inputs, structure.outputs, rows.T.shape[1]
    summed = [id for id in structure.by_id if id in shown] if rows.is_truth_table else []
    count = len(inputs) + targets + (len(summed) if rows.is_truth_table else len(outputs) + 2)
    most = count if count <= MOST_COLUMNS else MOST_COLUMNS // 4
    entered = [Column("input", id, i, id) for i, id in enumerate(inputs[:most])]
    wanted = [Column("target", _target_title(outputs, i, tr), i) for i in range(min(targets, most))]
    if rows.is_truth_table:
        ids = sorted(summed, key=lambda id: structure.depth[id])[:most]
        beside = {id: target for id, target in zip(outputs, wanted, strict=False) if id in ids}
        sums = [(Column("sum", id, i, id), *([beside[id]] if id in beside else [])) for i, id in enumerate(ids)]
        apart = [target for target in wanted if target not in beside.values()]
        return (*entered, *chain.from_iterable(sums), *apart), count
    said = [Column("output", id, i, id) for i, id in enumerate(outputs[:most])]
    last = Column("right", tr("right")) if rows.classes else Column("loss", tr("loss"))
    return (Column("set", tr("set")), *entered, *wanted, *said, last), count


def _target_title(outputs: Collection[str], index: int, tr: Callable[[str], str]) -> str:
    ids = list(outputs)
    if ids and index >= len(ids):
        return tr("unused target")
    return f"{tr('target')} {ids[index]}" if len(ids) > 1 else tr("target")


class TableModel(QAbstractTableModel):
    """Rows by columns. Holds no numbers of its own: they come from the network, block by block."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Rows | None = None
        self.columns: tuple[Column, ...] = ()
        self.lit = -1
        """The row that equals the inputs fed now, or −1."""
        self._network = Network()
        self._loss = "half_squared_error"
        self._stale = True
        self._thresholds: Array = np.empty(0)
        self._blocks: dict[int, Trace] = {}
        self._sums: dict[tuple[int, int], Sum] = {}
        self._texts: dict[tuple[int, int, Form], str] = {}
        self._digits: int = DIGITS

    def write_in(self, digits: int) -> None:
        """How the numbers of what is shown next are written."""
        if digits != self._digits:
            self._digits, self._stale = digits, True

    def show(self, rows: Rows | None, columns: tuple[Column, ...], network: Network, loss: str) -> None:
        """Other rows, columns and numbers, all at once: whoever looks in between would find them unequal."""
        if rows is not None and columns == self.columns and self._same_cells(rows):
            self._stale = self._stale or rows is not self.rows
            self.rows = rows
            self.show_values(network, loss)
            return
        self.beginResetModel()
        self.rows, self.columns, self.lit = rows, columns, -1
        self._take(network, loss)
        self.endResetModel()

    def show_values(self, network: Network, loss: str) -> bool:
        """The network whose numbers stand in the rows. Returns whether anything differs."""
        old, rows = self._network, self.rows
        same = network.structure is old.structure and network.parameters is old.parameters and loss == self._loss
        if rows is None or (same and not self._stale):
            return False
        self._take(network, loss)
        self.dataChanged.emit(self.index(0, 0), self.index(len(rows.X) - 1, len(self.columns) - 1))
        return True

    def _same_cells(self, rows: Rows) -> bool:
        """Whether these rows differ from those shown at most in their targets."""
        return self.rows is not None and (rows is self.rows or np.array_equal(rows.X, self.rows.X))

    def _take(self, network: Network, loss: str) -> None:
        self._network, self._loss, self._stale = network, loss, False
        self._blocks.clear()
        self._sums.clear()
        self._texts.clear()
        if self.rows is not None:
            by_id = network.structure.by_id
            self._thresholds = np.array(
                [decision_threshold(by_id[id].activation, self.rows.ends) for id in network.structure.outputs])

    def row_of(self, inputs: Array) -> int:
        """The row of these inputs, (inputs,); the current one if it is; −1 if there is none."""
        rows = self.rows
        if rows is None or rows.X.shape[1] != len(inputs):
            return -1
        if 0 <= self.lit < len(rows.X) and (rows.X[self.lit] == inputs).all():
            return self.lit
        found = first_row(rows.X, inputs)
        return -1 if found is None else found

    def sum_at(self, row: int, column: int) -> Sum:
        """How the neuron of a column comes to its output in a row."""
        key = row, column
        if key not in self._sums:
            trace, sample = self._trace(row)
            self._sums[key] = sum_of(self._network, self.columns[column].neuron, trace, sample)
        return self._sums[key]

    def written(self, row: int, column: int, form: Form = "long") -> str:
        """The text of a cell; a target with its sign."""
        # Asked for to measure and again to paint, 30 times a second.
        key = row, column, form
        if key not in self._texts:
            self._texts[key] = self._write(row, column, form)
        return self._texts[key]

    def _write(self, row: int, column: int, form: Form) -> str:
        here, rows, digits = self.columns[column], self.rows, self._digits
        if rows is None:
            return ""
        if here.kind == "sum":
            here_sum = self.sum_at(row, column)
            return format_number(here_sum.a, digits) if form == "output" else str(getattr(here_sum, form)(digits))
        if here.kind == "set":
            return self.tr("train") if row < rows.train else self.tr("test")
        if here.kind == "input":
            return format_number(float(rows.X[row, here.index]), digits)
        if here.kind == "target":
            target = float(rows.T[row, here.index])
            value = "–" if np.isnan(target) else format_number(target, digits)
            return f"{value} {self.sign(row, column)}".rstrip()
        if here.kind == "right":
            return self.sign(row, column)
        outputs = self._outputs(row)
        if here.kind == "loss":
            return format_number(self._loss_of(outputs, rows.T[row]), digits)
        return format_number(float(LOSSES[self._loss].shown(outputs[None])[0, here.index]), digits)

    def sign(self, row: int, column: int) -> str:
        """✓ or ✗ for a target or a class; empty where there is nothing to compare."""
        here, rows = self.columns[column], self.rows
        if rows is None or here.kind not in ("target", "right"):
            return ""
        if here.kind == "target" and rows.classes != "each":
            return ""
        outputs = self._network.structure.outputs
        if rows.classes == "each":
            if here.index >= len(outputs) or not self._network.structure.incoming[outputs[here.index]]:
                return ""
            one = slice(here.index, here.index + 1)
        else:
            one = slice(None)
        target = rows.T[row : row + 1, one]
        if np.isnan(target).any():
            return ""
        right = rows.right(self._outputs(row)[None, one], target, self._thresholds[one])
        return RIGHT if right[0] else WRONG

    def count_right(self) -> tuple[int, int] | None:
        """How many of the training and of the test rows are right; None if that cannot be said, or takes long.

        A row of a truth table is right if all its targets that are set are; one without any counts as wrong.
        """
        count, rows = self.counter(COUNTED_AT_ONCE), self.rows
        if count is None or rows is None:
            return None
        if rows.is_truth_table:
            # The pass that its cells are of.
            outputs = self._trace(0)[0].a_rows[program_of(self._network.structure).outputs].T
            return int(rows.right(outputs, rows.judged(outputs.shape[1]), self._thresholds).sum()), 0
        return count(lambda: False)

    def counter(self, most: int) -> Callable[[Stopped], tuple[int, int] | None] | None:
        """What counts the right rows, in any thread; None if that cannot be said, or costs more than ``most``."""
        rows, network, thresholds = self.rows, self._network, self._thresholds
        structure, program = network.structure, program_of(network.structure)
        if rows is None or not rows.classes or program.problems:
            return None
        targets = rows.judged(len(structure.outputs))
        if len(structure.outputs) != targets.shape[1]:
            return None
        if len(rows.X) * max(1, len(structure.connections)) > most:
            return None

        def count(stopped: Stopped) -> tuple[int, int] | None:
            right = np.zeros(len(rows.X), dtype=np.bool_)
            for start in range(0, len(right), TOGETHER):
                if stopped():
                    return None
                some = slice(start, start + TOGETHER)
                outputs = program.run(network.parameters, rows.X[some]).a_rows[program.outputs].T
                right[some] = rows.right(outputs, targets[some], thresholds)
            return int(right[: rows.train].sum()), int(right[rows.train :].sum())

        return count

    def _loss_of(self, outputs: Array, targets: Array) -> float:
        with np.errstate(all="ignore"):
            return float(LOSSES[self._loss].per_sample(outputs[None], targets[None])[0])

    def _outputs(self, row: int) -> Array:
        trace, sample = self._trace(row)
        return trace.a_rows[program_of(self._network.structure).outputs, sample]

    def _trace(self, row: int) -> tuple[Trace, int]:
        """The forward pass that holds a row, and where in it."""
        assert self.rows is not None
        large = len(self._network.structure.connections) > LARGE and not self.rows.is_truth_table
        size = SMALL_BLOCK if large else BLOCK
        block, sample = divmod(row, size)
        if block not in self._blocks:
            X = self.rows.X[block * size : (block + 1) * size]
            self._blocks[block] = read_program_of(self._network.structure).run(self._network.parameters, X)
        return self._blocks[block], sample

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (as Qt declares it)
        return 0 if parent.isValid() or self.rows is None else len(self.rows.X)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.written(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index.row(), index.column())
        return None

    def _tip(self, row: int, column: int) -> str:
        here, rows = self.columns[column], self.rows
        if here.kind == "target" and rows is not None and rows.is_truth_table:
            return plain_tip(self.tr("Click the number, or press Space here, to change the target of this row."))
        text = self.written(row, column)
        if here.kind != "sum":
            return ""
        total = self.sum_at(row, column)
        if total.digits_added(self._digits):
            text += "\n" + (self.tr("More digits than usual, because cut off the comparison would read false.")
                            if is_cut(self._digits) else
                            self.tr("More digits than usual, because rounded the comparison would read false."))
        if why := why_rounding_decides(total):
            text += "\n" + why
        return plain_tip(text)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        here = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return here.title
        if role == Qt.ItemDataRole.ToolTipRole:
            if here.kind == "sum":
                label = ACTIVATIONS[self._network.structure.by_id[here.neuron].activation].label
                return plain_tip(self.tr("{neuron}: {activation}. Click to select it.")
                                 .format(neuron=here.neuron, activation=label))
            unused = 0 < len(self._network.structure.outputs) <= here.index
            if here.kind == "target" and unused:
                return plain_tip(self.tr("No output has this target: the next neuron that becomes an output takes it."))
            return plain_tip(here.title)
        return None
