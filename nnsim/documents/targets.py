"""The truth table of a document: its rows, its target columns, and how they change with the network or by hand.

The target columns are the data that a small network of 0s and 1s learns from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from nnsim.core.arrays import Array
from nnsim.data.generators import GENERATORS, MAX_GATE_INPUTS, gate_column, gate_named, gates, truth_table
from nnsim.data.sources import CsvData, DataSource, GeneratedData, InlineData
from nnsim.documents.document import Document

OWN = "own"
"""The choice that stands for a column of the learner's own."""
_NOTHING: Mapping[int, str] = {}


@dataclass(frozen=True, eq=False)
class TruthTable:
    """All rows of the inputs, X (2ⁿ, n) counting up, and ``targets`` (2ⁿ, columns) with NaN where unset.

    Each output has a column. Columns behind those belong to no output: they wait for one. There is one column even if
    there is no output yet, for what shall be built.
    """

    X: Array
    targets: Array


def truth_table_of(document: Document) -> TruthTable | None:
    """The truth table of a document with 1 to 6 inputs; None if its data are of another kind or do not fit."""
    structure, data = document.network.structure, document.data
    n = len(structure.inputs)
    if not 1 <= n <= MAX_GATE_INPUTS:
        return None
    X = truth_table(n)
    columns = len(data.targets[0]) if isinstance(data, InlineData) else 1
    targets = np.full((len(X), max(columns, len(structure.outputs))), np.nan)
    if isinstance(data, GeneratedData):
        if data.generator not in gates(n) or data.fields.inputs != n:
            return None
        targets[:, 0] = gate_column(data.generator, n)
    elif isinstance(data, InlineData):
        if not _is_table(data, n):
            return None
        rows = np.array(data.inputs) @ (2 ** np.arange(n - 1, -1, -1))
        targets[rows.astype(np.intp), :columns] = data.targets
    elif data is not None:
        return None
    return TruthTable(X, targets)


def learned_data(document: Document) -> DataSource | None:
    """What the outputs that there are can learn: the data without columns of a truth table that none of them has."""
    data, structure = document.data, document.network.structure
    inputs, outputs = len(structure.inputs), len(structure.outputs)
    return _used(data, inputs, outputs) if isinstance(data, InlineData) and 0 < outputs < len(data.targets[0]) else data


@lru_cache(maxsize=4)
def _used(data: InlineData, inputs: int, outputs: int) -> InlineData:
    if not _is_table(data, inputs):
        return data
    targets, columns = tuple(row[:outputs] for row in data.targets), data.columns[: inputs + outputs]
    return replace(data, targets=targets, columns=columns)


def _is_table(data: InlineData, inputs: int) -> bool:
    """Whether the data are rows of 0s and 1s, each at most once, all of them to learn from."""
    if len(data.inputs) > 2**inputs or len(data.inputs[0]) != inputs or data.test_share:
        return False
    values = {value for row in (*data.inputs, *data.targets) for value in row}
    return values <= {0.0, 1.0} and len(set(data.inputs)) == len(data.inputs)


def target_choices(document: Document, table: TruthTable, chosen: Mapping[int, str] = _NOTHING) -> list[str | None]:
    """What each target column is: the name of a gate, OWN, or None where it is not set.

    Several gates may be the same column, as majority and AND for two inputs: then the one of the document
    is named, or the one that was ``chosen`` for that output.
    """
    if isinstance(document.data, GeneratedData):
        chosen = {**chosen, 0: document.data.generator}
    inputs = table.X.shape[1]
    choices: list[str | None] = []
    for output, column in enumerate(table.targets.T):
        if np.isnan(column).all():
            choices.append(None)
            continue
        gate = chosen.get(output)
        if gate not in gates(inputs) or not np.array_equal(gate_column(gate, inputs), column):
            gate = gate_named(column, inputs)
        choices.append(gate or OWN)
    return choices


def gate_label(document: Document) -> str:
    """What the gate is called that is the target; empty if the data are no gate."""
    data = document.data
    entry = GENERATORS[data.generator] if isinstance(data, GeneratedData) else None
    return entry.label if entry is not None and entry.is_gate else ""


def choose_target(document: Document, output: int, choice: str | None) -> Document:
    """The document with a gate as the target of its ``output``-th output; None removes the data.

    A column that no output has is removed alone. OWN sets a column that is not set yet to 0, and keeps any other.
    """
    table = truth_table_of(document)
    if table is not None and choice is None and len(document.network.structure.outputs) <= output:
        return _with_columns(document, [column for column in range(table.targets.shape[1]) if column != output])
    if table is None or choice is None:
        return replace(document, data=None)
    targets = table.targets.copy()
    if choice == OWN:
        if not np.isnan(targets[:, output]).any():
            return document
        targets = np.nan_to_num(targets)
    else:
        inputs = table.X.shape[1]
        if targets.shape[1] == 1:
            return replace(document, data=_gate(choice, inputs))
        targets[:, output] = gate_column(choice, inputs)
        targets = np.nan_to_num(targets)
    return _with_targets(document, table.X, targets)


def flip_target(document: Document, row: int, output: int) -> Document:
    """The document with the target of ``output`` in ``row`` changed from 0 to 1 or back; unset becomes 1.

    In a table where nothing is set the other rows become 0.
    """
    table = truth_table_of(document)
    if table is None:
        return document
    targets = table.targets.copy()
    targets[row, output] = 0.0 if targets[row, output] == 1 else 1.0
    known = ~np.isnan(table.targets).all(axis=1)
    kept = known | (np.arange(len(targets)) == row) if known.any() else ~known
    return _with_targets(document, table.X[kept], np.nan_to_num(targets[kept]))


def data_follow(before: Document, after: Document) -> Document:
    """``after`` with data that went along with its inputs and outputs, which ``before`` had others of.

    A target column belongs to its output, and goes only with its neuron, where other outputs stay. That of an output
    that has another role now is the next output's that has none; until there is one it waits behind all others.
    A gate always has a column for each input; NOT is gone where one comes.
    """
    document = _targets_follow(before, after)
    data, inputs = document.data, len(document.network.structure.inputs)
    if not isinstance(data, GeneratedData) or not gate_label(document):
        return document
    if data.fields.inputs == inputs or not 1 <= inputs <= MAX_GATE_INPUTS:
        return document
    if data.generator in gates(inputs):
        return replace(document, data=_gate(data.generator, inputs))
    comes = len(after.network.structure.neurons) > len(before.network.structure.neurons)
    return replace(document, data=None) if comes else document


def _targets_follow(before: Document, after: Document) -> Document:
    """``after`` with the columns of its data where their outputs are now."""
    old, new = before.network.structure.outputs, after.network.structure
    columns = range(_own_columns(after))
    stay = {column for column in columns if column < len(old) and old[column] in new.outputs}
    gone = {column for column in columns if column < len(old) and old[column] not in new.by_id}
    if gone and not set(old) & set(new.outputs):
        gone.clear()  # There may come an output that takes them.
    # What was free last comes first: roles that are given back in turn find their own columns again.
    order = sorted(set(columns) - gone, key=lambda column: column not in stay)
    return after if order == [*columns] else _with_columns(after, order)


def _own_columns(document: Document) -> int:
    """How many target columns the data have that belong to one output each; what generators make has none such."""
    data = document.data
    if isinstance(data, GeneratedData):
        return 1 if gate_label(document) else 0
    return 0 if data is None else len(data.targets if isinstance(data, CsvData) else data.targets[0])


def _with_columns(document: Document, order: Sequence[int]) -> Document:
    """The document with these target columns of its data, in this order.

    Data that are no truth table keep their last column: it is all that they were made for.
    """
    data = document.data
    if isinstance(data, CsvData):
        # Without names for the inputs a column that is no target would become one.
        keeps = len(order) == len(data.targets) or (order and data.inputs)
        names = tuple(data.targets[column] for column in order)
        return replace(document, data=replace(data, targets=names)) if keeps else document
    if not order and (isinstance(data, GeneratedData) or truth_table_of(document) is not None):
        return replace(document, data=None)
    if not order or not isinstance(data, InlineData):
        return document
    inputs = len(data.inputs[0])
    titles = data.columns and (*data.columns[:inputs], *(data.columns[inputs + column] for column in order))
    targets = tuple(tuple(row[column] for column in order) for row in data.targets)
    changed = replace(document, data=replace(data, targets=targets, columns=titles))
    table = truth_table_of(changed)
    whole = table is not None and not np.isnan(table.targets).any()
    return _with_targets(changed, table.X, table.targets) if table is not None and whole else changed


def _gate(name: str, inputs: int) -> GeneratedData:
    return GeneratedData(name, GENERATORS[name].fields(inputs=inputs))


def _with_targets(document: Document, X: Array, targets: Array) -> Document:
    """These rows as the data: a gate if they are one, so that the same table is always the same data."""
    name = gate_named(targets[:, 0], X.shape[1]) if targets.shape[1] == 1 else None
    if name is not None:
        return replace(document, data=_gate(name, X.shape[1]))
    inputs, rows = tuple(map(tuple, X.tolist())), tuple(map(tuple, targets.tolist()))
    old = document.data
    if isinstance(old, InlineData) and len(old.targets[0]) == targets.shape[1]:
        return replace(document, data=replace(old, inputs=inputs, targets=rows))
    return replace(document, data=InlineData(inputs, rows))
