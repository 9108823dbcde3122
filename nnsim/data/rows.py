"""Rows of numbers that stand in a document: they behave as a tuple of tuples and take the room of an array."""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np

from nnsim.core.arrays import Array

Row = tuple[float, ...]


class Rows(Sequence[Row]):
    """A read-only table (rows, columns) as a sequence of its rows; equal to the tuple of tuples with these numbers.

    As tuples a number takes ten times the room, and a row of one number twenty times.
    """

    __slots__ = ("_hash", "table")

    def __init__(self, table: Array) -> None:
        self.table = table
        self._hash: int | None = None

    def __len__(self) -> int:
        return len(self.table)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        found = self.table[index].tolist()
        return tuple(map(tuple, found)) if isinstance(index, slice) else tuple(found)

    def __iter__(self) -> Iterator[Row]:
        return map(tuple, self.table.tolist()) if len(self) < 1000 else (self[i] for i in range(len(self)))

    def __array__(self, dtype: type | None = None, copy: bool | None = None) -> Array:
        return np.array(self.table, dtype=dtype) if copy else np.asarray(self.table, dtype=dtype)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Rows):
            return self is other or np.array_equal(self.table, other.table)
        return isinstance(other, tuple) and len(other) == len(self) and tuple(self) == other

    def __hash__(self) -> int:
        if self._hash is None:
            # −0 equals 0, and so must its hash.
            self._hash = hash((self.table.shape, (self.table + 0.0).tobytes()))
        return self._hash

    def __repr__(self) -> str:
        return f"{tuple(self[:3])!r}" if len(self) <= 3 else f"{tuple(self[:3])!r} … {len(self)} rows"
