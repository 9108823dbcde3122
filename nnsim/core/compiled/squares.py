"""Squares: tiles of lanes² numbers, row after row, for products of matrices and vectors."""

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.typing.templates import signature
from numba.extending import intrinsic

from nnsim.core.compiled.tiles import BITS, DOUBLE, TileType, address_of, lanes_of, shuffled


def _neighbours(rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(rows[::2], rows[1::2], strict=True)


@intrinsic(prefer_literal=True)
def rows_at(typing: Any, lanes: Any, array: Any, place: Any, step: Any) -> Any:
    """The square of the rows of ``lanes`` numbers at place, place + step, place + 2·step …"""
    n = lanes_of(lanes)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = builder.ptrtoint(address_of(context, builder, sig.args[1:3], args[1:3]), BITS)
        stride = builder.mul(context.cast(builder, args[3], step, types.int64), BITS(8))
        rows = []
        for _ in range(n):
            pointer = builder.inttoptr(address, ir.VectorType(DOUBLE, n).as_pointer())
            rows.append(builder.load(pointer, align=8))
            address = builder.add(address, stride)
        while len(rows) > 1:
            rows = [shuffled(builder, x, y, range(2 * x.type.count)) for x, y in _neighbours(rows)]
        return rows[0]

    return signature(TileType(n * n), lanes, array, place, step), code


def _square(order: Callable[[int], list[int]]) -> Any:
    """A function for kernels: the square that holds, place by place, the lanes ``order(lanes)`` of a tile."""

    @intrinsic(prefer_literal=True)
    def square(typing: Any, lanes: Any, tile: Any) -> Any:
        n = lanes_of(lanes)

        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return shuffled(builder, args[1], args[1], order(n))

        return signature(TileType(n * n), lanes, tile), code

    return square


repeat = _square(lambda n: [*range(n)] * n)
"""(lanes, tile): the square each of whose rows is ``tile``."""
each = _square(lambda n: [i for i in range(n) for _ in range(n)])
"""(lanes, tile): the square each of whose columns is ``tile``."""


def _sums(add_up: Callable[..., Any]) -> Any:
    """A function for kernels: the tile that ``add_up(builder, rows)`` makes of the rows of a square."""

    @intrinsic(prefer_literal=True)
    def sums(typing: Any, lanes: Any, square: Any) -> Any:
        n = lanes_of(lanes)

        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            rows = [shuffled(builder, args[1], args[1], range(i * n, i * n + n)) for i in range(n)]
            return add_up(builder, rows)

        return signature(TileType(n), lanes, square), code

    return sums


def _sum_each(builder: Any, rows: Any) -> Any:
    """The sum of each of as many rows as they have lanes.

    Neighbours are added pair by pair: rows 0 and 1 become one that holds half sums of both, and so on.
    """
    n, step = len(rows), 1
    while len(rows) > 1:
        low = [i + n - step if i & step else i for i in range(n)]
        high = [place + step for place in low]
        halves = ([shuffled(builder, x, y, lanes) for lanes in (low, high)] for x, y in _neighbours(rows))
        rows = [builder.fadd(x, y) for x, y in halves]
        step *= 2
    return rows[0]


row_sums = _sums(_sum_each)
"""(lanes, square): the sum of each row."""
column_sums = _sums(lambda builder, rows: reduce(builder.fadd, rows))
"""(lanes, square): the sum of each column, one row after the other."""
