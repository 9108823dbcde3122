"""The samples a network learns from and is tested on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.arrays import Array
from nnsim.core.layered import counted
from nnsim.data.csv_files import Reading, read_file
from nnsim.data.held_out import held_out
from nnsim.data.scaling import SCALINGS


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training samples X (samples, inputs), T (samples, outputs), and test samples or None.

    The arrays are read-only copies. ``input_names`` names the columns of X, ``classes`` the classes that T tells
    apart; both are empty where there are no names. ``reading`` says how a file was read, if they come from one. Raises
    ValueError, naming row and column, for NaN, inf and shapes that do not fit.
    """

    X: Array
    T: Array
    X_test: Array | None = None
    T_test: Array | None = None
    input_names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    reading: Reading | None = None

    def __init__(
        self, X: ArrayLike, T: ArrayLike, X_test: ArrayLike | None = None, T_test: ArrayLike | None = None, *,
        input_names: Sequence[str] = (), classes: Sequence[str] = (), reading: Reading | None = None,
    ) -> None:
        object.__setattr__(self, "input_names", tuple(input_names))
        object.__setattr__(self, "classes", tuple(classes))
        object.__setattr__(self, "reading", reading)
        object.__setattr__(self, "X", table_of(X, "X"))
        object.__setattr__(self, "T", table_of(T, "T"))
        object.__setattr__(self, "X_test", None if X_test is None else table_of(X_test, "X_test"))
        object.__setattr__(self, "T_test", None if T_test is None else table_of(T_test, "T_test"))
        if len(self.X) != len(self.T):
            raise ValueError(f"X has {counted(len(self.X), 'row')} but T has {len(self.T):,}: "
                             "each sample needs its target.")
        if len(self.X) == 0:
            raise ValueError("The training data has no row: nothing can be learned from it.")
        if (self.X_test is None) != (self.T_test is None):
            raise ValueError("X_test and T_test belong together: give both or none.")
        if self.X_test is not None and self.T_test is not None:
            if len(self.X_test) != len(self.T_test):
                raise ValueError(f"X_test has {counted(len(self.X_test), 'row')} but T_test has {len(self.T_test):,}.")
            if not self.fits(self.X_test.shape[1], self.T_test.shape[1]):
                raise ValueError("The test data must have the same columns as the training data.")

    def __repr__(self) -> str:
        test = "" if self.X_test is None else f", and {len(self.X_test):,} to test on"
        return (f"<Dataset: {counted(len(self.X), 'sample')}, {counted(self.X.shape[1], 'input')}, "
                f"{counted(self.T.shape[1], 'target')}{test}>")

    @classmethod
    def from_csv(
        cls, path: str | Path, inputs: Sequence[str] = (), targets: Sequence[str] = (), scaling: str = "none",
        test_share: float = 0.0, seed: int = 0,
    ) -> Self:
        """The samples in a CSV file, wherever it lies; how it is written is found out, and is in ``reading``.

        ``inputs`` and ``targets`` name columns. Without targets the last column is the target; without inputs the
        others are, but for those that only count or name the rows. TRUE and FALSE are 1 and 0. A target of words
        becomes a column of 0 and 1 for two classes, and a column for each class for more; ``classes`` names them.

        ``test_share`` of the samples, drawn by ``seed``, are kept for the test. ``scaling`` of the inputs is "none",
        "zero_to_one", "minus_one_to_one" or "standard" (mean 0, standard deviation 1): its numbers are found on the
        training samples alone and serve both; an input that is the same in all of them becomes 0. Raises ValueError
        naming file, line and column, and both where the file can be read in two ways.
        """
        if scaling not in SCALINGS:
            raise ValueError(f"There is no scaling “{scaling}”; use one of {', '.join(SCALINGS)}.")
        if not 0 <= test_share < 1:
            raise ValueError(f"test_share is {test_share}: give a part from 0 to below 1, such as 0.2.")
        if seed < 0:
            raise ValueError(f"seed is {seed}: give a whole number from 0.")
        inputs, targets = _names(inputs, "inputs"), _names(targets, "targets")
        both = sorted(set(inputs) & set(targets))
        if both:
            raise ValueError(f"The column “{both[0]}” is an input and a target: choose one.")
        file = Path(path).expanduser()
        if "://" in str(path):
            raise ValueError(f"“{path}” is an address: save the file from there, and give its path.")
        if not file.exists():
            raise ValueError(f"“{file.name}” is not there: {file.parent.absolute()} has no such file.")
        try:
            found = read_file(file, file.name, inputs, targets)
        except OSError as error:
            raise ValueError(f"{file} cannot be read: {error.strerror}.") from None
        test = held_out(len(found.X), test_share, seed)
        scaled = SCALINGS[scaling](found.X[~test])
        tests = (scaled(found.X[test]), found.T[test]) if test.any() else (None, None)
        return cls(scaled(found.X[~test]), found.T[~test], *tests, input_names=found.input_names,
                   classes=found.classes, reading=found.reading)

    def fits(self, n_inputs: int, n_outputs: int | None = None) -> bool:
        """Whether a network of so many inputs and outputs can take the data: a column of X and of T for each.

        Without ``n_outputs`` only X is asked about: its rows can be fed, whatever T is.
        """
        return self.X.shape[1] == n_inputs and n_outputs in (None, self.T.shape[1])


def _names(names: Sequence[str], what: str) -> tuple[str, ...]:
    """The names of columns. Raises ValueError for one name alone, for what is no name, and for a name twice."""
    if isinstance(names, str):
        raise ValueError(f"{what} is “{names}”: give a list of column names, such as (\"{names}\",).")
    listed = tuple(names)
    for number, name in enumerate(listed):
        if not isinstance(name, str):
            raise ValueError(f"{what} has {name!r}: columns are named by text, such as \"{name}\".")
        if name in listed[:number]:
            raise ValueError(f"{what} names the column “{name}” twice.")
    return listed


def table_of(values: ArrayLike, what: str) -> Array:
    """Numbers as a read-only array (samples, columns). Raises ValueError, naming ``what``, if one is not finite."""
    try:
        table = np.array(values, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{what} is not a table of numbers: {error}") from None
    if table.ndim != 2:
        raise ValueError(f"{what} must be a table (samples, columns); its shape is {table.shape}.")
    finite = np.isfinite(table)
    if not finite.all():
        row, column = (int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(
            f"{what} has {table[row, column]} in row {row}, column {column}: only finite numbers can be used."
        )
    table.setflags(write=False)
    return table
