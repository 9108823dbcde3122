"""Sources: where a document's data comes from, as values that can be saved and compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.fields import field
from nnsim.core.layered import counted
from nnsim.data.csv_files import inside, read_columns
from nnsim.data.dataset import Dataset, table_of
from nnsim.data.generators import GENERATORS, checked
from nnsim.data.rows import Row, Rows
from nnsim.data.splits import split


def _test_share() -> Any:
    return field(0.0, "Test share", "Which part of the samples is kept from training, to test on.",
                 minimum=0.0, maximum=0.9)


def _seed() -> Any:
    return field(0, "Data seed", "The same seed draws the same samples for the test.", minimum=0, maximum=2**53)


@dataclass(frozen=True)
class GeneratedData:
    """Data made by a generator. ``fields`` is an instance of its dataclass; None takes its defaults.

    Raises ValueError for a generator that does not exist and for fields of another one.
    """

    generator: str
    fields: Any = None

    def __post_init__(self) -> None:
        entry = GENERATORS.get(self.generator)
        if entry is None:
            raise ValueError(f"There is no generator “{self.generator}”; use one of {', '.join(GENERATORS)}.")
        if self.fields is None:
            object.__setattr__(self, "fields", entry.fields())
        if type(self.fields) is not entry.fields:
            raise ValueError(f"The generator {self.generator} takes {entry.fields.__name__}, "
                             f"not {type(self.fields).__name__}.")


@dataclass(frozen=True)
class InlineData:
    """Data kept in the document itself: one row of ``inputs`` and one of ``targets`` for each sample.

    ``columns`` names the inputs' columns, then the targets'; empty if they have no names. Raises
    ValueError naming the row for rows of unequal length and for what is not a finite number. Both may be given as any
    sequence of rows, or as an array.
    """

    inputs: Sequence[Row]
    targets: Sequence[Row]
    columns: tuple[str, ...] = ()
    test_share: float = _test_share()
    seed: int = _seed()

    def __post_init__(self) -> None:
        for name in ("inputs", "targets"):
            object.__setattr__(self, name, _rows(getattr(self, name), name))
        object.__setattr__(self, "columns", _names(self.columns, "columns"))
        checked(self)
        if len(self.inputs) != len(self.targets):
            raise ValueError(f"It has inputs in {counted(len(self.inputs), 'row')} but targets in "
                             f"{len(self.targets):,}: each sample needs both.")
        width = len(self.inputs[0]) + len(self.targets[0])
        if self.columns and len(self.columns) != width:
            names = counted(len(self.columns), "name")
            raise ValueError(f"It gives {names} in columns for {counted(width, 'column')}: "
                             "name the inputs, then the targets.")


@dataclass(frozen=True)
class CsvData:
    """Data in a CSV file beside the document. ``path`` is relative to the document's folder and stays in it.

    ``inputs`` and ``targets`` name columns. Without targets the last column is the target; without
    inputs all other columns are. Raises ValueError for a path that leaves the folder.
    """

    path: str
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    test_share: float = _test_share()
    seed: int = _seed()

    def __post_init__(self) -> None:
        inside(self.path)
        for name in ("inputs", "targets"):
            object.__setattr__(self, name, _names(getattr(self, name), name))
        checked(self)
        both = sorted(set(self.inputs) & set(self.targets))
        if both:
            raise ValueError(f"The column “{both[0]}” is an input and a target: choose one.")


DataSource = GeneratedData | InlineData | CsvData


def dataset_of(source: DataSource, folder: Path | None = None) -> Dataset:
    """The samples of a source, split into training and test by its seed and share.

    ``folder`` is where the document lies; None if it was never saved. Raises ValueError, in the
    learner's words, naming file, line and column, if a CSV file cannot be used.
    """
    if isinstance(source, GeneratedData):
        return _generated(source)
    if isinstance(source, InlineData):
        return _inline(source)
    found = read_columns(source.path, folder, source.inputs, source.targets)
    return split(found.X, found.T, source.test_share, source.seed, input_names=found.input_names, classes=found.classes,
                 reading=found.reading)


# The same source is asked for at every edit of the document; it is immutable, and so is a Dataset.


@lru_cache(maxsize=16)
def _generated(source: GeneratedData) -> Dataset:
    X, T = GENERATORS[source.generator].make(source.fields)
    return split(X, T, getattr(source.fields, "test_share", 0.0), getattr(source.fields, "seed", 0))


@lru_cache(maxsize=4)
def _inline(source: InlineData) -> Dataset:
    return split(np.asarray(source.inputs), np.asarray(source.targets), source.test_share, source.seed)


def _rows(rows: Sequence[Sequence[float]] | Array, what: str) -> Rows:
    """The rows, all of the same length."""
    if isinstance(rows, Rows):
        return rows
    if isinstance(rows, np.ndarray) and rows.ndim == 2 and rows.size:
        return Rows(table_of(rows, what))
    if len(rows) == 0:
        raise ValueError(f"{what} has no row: give one row for each sample.")
    for number, row in enumerate(rows):
        if len(row) == 0:
            raise ValueError(f"{what} row {number} is empty: give at least one number.")
        if len(row) != len(rows[0]):
            raise ValueError(f"{what} row {number} has {counted(len(row), 'number')}, but row 0 has {len(rows[0]):,}: "
                             "all rows must be as long.")
    return Rows(table_of(rows, what))


def _names(names: Sequence[str], what: str) -> tuple[str, ...]:
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"{what} must be a list of column names.")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} names the column “{name}” twice.")
        seen.add(name)
    return tuple(names)
