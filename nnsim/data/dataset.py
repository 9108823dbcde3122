"""The samples a network learns from and is tested on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.arrays import Array
from nnsim.core.layered import counted


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training samples X (samples, inputs), T (samples, outputs), and test samples or None.

    The arrays are read-only copies. Raises ValueError, naming row and column, for NaN, inf and
    shapes that do not fit.
    """

    X: Array
    T: Array
    X_test: Array | None = None
    T_test: Array | None = None

    def __init__(
        self, X: ArrayLike, T: ArrayLike, X_test: ArrayLike | None = None, T_test: ArrayLike | None = None
    ) -> None:
        object.__setattr__(self, "X", table_of(X, "X"))
        object.__setattr__(self, "T", table_of(T, "T"))
        object.__setattr__(self, "X_test", None if X_test is None else table_of(X_test, "X_test"))
        object.__setattr__(self, "T_test", None if T_test is None else table_of(T_test, "T_test"))
        if len(self.X) != len(self.T):
            raise ValueError(f"X has {len(self.X)} rows but T has {len(self.T)}: each sample needs its target.")
        if len(self.X) == 0:
            raise ValueError("The training data has no row: nothing can be learned from it.")
        if (self.X_test is None) != (self.T_test is None):
            raise ValueError("X_test and T_test belong together: give both or none.")
        if self.X_test is not None and self.T_test is not None:
            if len(self.X_test) != len(self.T_test):
                raise ValueError(f"X_test has {len(self.X_test)} rows but T_test has {len(self.T_test)}.")
            if not self.fits(self.X_test.shape[1], self.T_test.shape[1]):
                raise ValueError("The test data must have the same columns as the training data.")

    def __repr__(self) -> str:
        test = "" if self.X_test is None else f", and {len(self.X_test)} to test on"
        return (f"<Dataset: {counted(len(self.X), 'sample')}, {counted(self.X.shape[1], 'input')}, "
                f"{counted(self.T.shape[1], 'target')}{test}>")

    def fits(self, n_inputs: int, n_outputs: int | None = None) -> bool:
        """Whether a network of so many inputs and outputs can take the data: a column of X and of T for each.

        Without ``n_outputs`` only X is asked about: its rows can be fed, whatever T is.
        """
        return self.X.shape[1] == n_inputs and n_outputs in (None, self.T.shape[1])


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
