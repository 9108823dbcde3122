"""Tiles: several numbers that the processor handles as one, for kernels that read like scalar code.

A tile of N lanes is one LLVM vector of N doubles; LLVM splits it into the registers that the machine has
(AVX-512, AVX2, SSE, NEON). Inside a function compiled by Numba::

    total = spread(LANES, parameters, bias)                       # the same number in every lane
    total += spread(LANES, parameters, weight) * load(LANES, a, (source, sample))
    store(a, (target, sample), np.tanh(total))

Operators, comparisons and numpy's functions work lane by lane, as they do on arrays: an activation function is
written once and serves both. Numba alone does not vectorise such loops, because it cannot prove that two rows of
one array do not overlap.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.core.imputils import lower_builtin, lower_cast
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, models, overload, register_model

DOUBLE, BITS, BOOL = ir.DoubleType(), ir.IntType(64), ir.IntType(1)


class TileType(types.Type):
    """The Numba type of N doubles that travel together."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Tile({lanes})")


class MaskType(types.Type):
    """The Numba type of N truth values: what a comparison of tiles gives."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Mask({lanes})")


@register_model(TileType)
class _TileModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: TileType) -> None:
        super().__init__(manager, kind, ir.VectorType(DOUBLE, kind.lanes))


@register_model(MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: MaskType) -> None:
        super().__init__(manager, kind, ir.VectorType(BOOL, kind.lanes))


class ViewType(types.Type):
    """The Numba type of an array's numbers without the array: where they begin, how many rows, how far apart.

    Compiled code hands an array on in up to ten words and a view in three, and no view is counted as a reference.
    """

    def __init__(self, dtype: Any, ndim: int) -> None:
        self.dtype, self.ndim = dtype, ndim
        super().__init__(name=f"View({dtype}, {ndim})")


@register_model(ViewType)
class _ViewModel(models.StructModel):
    def __init__(self, manager: Any, kind: ViewType) -> None:
        members = [("data", types.CPointer(kind.dtype)), ("size", types.int64), ("step", types.int64)]
        super().__init__(manager, kind, members)


def _viewed(kind: Any) -> Any:
    """What kind of thing ``views`` makes of another kind."""
    if isinstance(kind, types.Array):
        return ViewType(kind.dtype, kind.ndim)
    return kind


def _as_view(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if not isinstance(kind, types.Array):
        return value
    array = context.make_array(kind)(context, builder, value)
    view = cgutils.create_struct_proxy(_viewed(kind))(context, builder)
    view.data = array.data
    view.size = cgutils.unpack_tuple(builder, array.shape)[0]
    view.step = cgutils.unpack_tuple(builder, array.strides)[0]
    return view._getvalue()


@intrinsic
def views(typing: Any, arrays: Any) -> Any:
    """The view of a C-contiguous array; of a tuple, the tuple with views in place of its arrays."""
    if isinstance(arrays, types.BaseNamedTuple):
        result = types.NamedTuple([_viewed(kind) for kind in arrays.types], arrays.instance_class)
    else:
        result = _viewed(arrays)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        if not isinstance(arrays, types.BaseNamedTuple):
            return _as_view(context, builder, arrays, args[0])
        values = cgutils.unpack_tuple(builder, args[0])
        made = [_as_view(context, builder, k, v) for k, v in zip(arrays.types, values, strict=True)]
        return context.make_tuple(builder, result, made)

    return signature(result, arrays), code


@intrinsic
def by_itself(typing: Any) -> Any:
    """Said in a function, LLVM does not inline it: its loops have the processor's registers for themselves."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return signature(types.void), code


# How lanes are filled


def _spread(builder: Any, value: Any, lanes: int) -> Any:
    """The LLVM vector with ``value`` in every lane."""
    first = builder.insert_element(ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined), value, BITS(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
    return builder.shuffle_vector(first, ir.Constant(first.type, ir.Undefined), zeros)


@lower_cast(types.Float, TileType)
@lower_cast(types.Integer, TileType)
def _number_to_tile(context: Any, builder: Any, number: Any, tile: Any, value: Any) -> Any:
    return _spread(builder, context.cast(builder, value, number, types.float64), tile.lanes)


def _lanes(like: Any) -> int:
    """How many lanes a kernel asks for: by a number, or by a tile of as many."""
    return like.lanes if isinstance(like, TileType) else like.literal_value


def _address(context: Any, builder: Any, kinds: Any, values: Any) -> Any:
    """Pointer to one entry, from (view, place); place is an index or a pair of them.

    No index counts from the end, and none is checked.
    """
    kind, place = kinds
    view = cgutils.create_struct_proxy(kind)(context, builder, values[0])
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    if isinstance(place, types.BaseTuple):
        indices = [context.cast(builder, v, k, types.int64)
                   for v, k in zip(cgutils.unpack_tuple(builder, values[1]), place.types, strict=True)]
    else:
        indices = [context.cast(builder, values[1], place, types.int64)]
    steps = [view.step, BITS(size)][-kind.ndim:]
    address = builder.ptrtoint(view.data, BITS)
    for index, step in zip(indices, steps, strict=True):
        address = builder.add(address, builder.mul(index, step))
    return builder.inttoptr(address, DOUBLE.as_pointer())


@intrinsic(prefer_literal=True)
def load(typing: Any, lanes: Any, array: Any, place: Any) -> Any:
    """The tile that begins at array[place] and goes on along the last axis; nothing is checked."""
    tile = TileType(_lanes(lanes))

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = _address(context, builder, sig.args[1:], args[1:])
        return builder.load(builder.bitcast(address, ir.VectorType(DOUBLE, tile.lanes).as_pointer()), align=8)

    return signature(tile, lanes, array, place), code


@intrinsic
def store(typing: Any, array: Any, place: Any, tile: Any) -> Any:
    """Write the tile where ``load`` would read it; nothing is checked."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = _address(context, builder, sig.args[:2], args[:2])
        builder.store(args[2], builder.bitcast(address, args[2].type.as_pointer()), align=8)
        return context.get_dummy_value()

    return signature(types.void, array, place, tile), code


@intrinsic(prefer_literal=True)
def spread(typing: Any, lanes: Any, array: Any, place: Any) -> Any:
    """array[place] in every lane; nothing is checked."""
    tile = TileType(_lanes(lanes))

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, builder.load(_address(context, builder, sig.args[1:], args[1:])), tile.lanes)

    return signature(tile, lanes, array, place), code


@intrinsic
def at(typing: Any, array: Any, place: Any) -> Any:
    """array[place] alone, of whatever kind; nothing is checked."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = _address(context, builder, sig.args, args)
        kind = context.get_data_type(array.dtype)
        return builder.load(builder.bitcast(address, kind.as_pointer()))

    return signature(array.dtype, array, place), code


@intrinsic
def put(typing: Any, array: Any, place: Any, value: Any) -> Any:
    """array[place] = value; nothing is checked."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = _address(context, builder, sig.args[:2], args[:2])
        number = context.cast(builder, args[2], value, array.dtype)
        builder.store(number, builder.bitcast(address, number.type.as_pointer()))
        return context.get_dummy_value()

    return signature(types.void, array, place, value), code


@overload(operator.getitem)
def _getitem(array, place):
    if isinstance(array, ViewType):
        return lambda array, place: at(array, place)
    return None


@overload(operator.setitem)
def _setitem(array, place, value):
    if isinstance(array, ViewType):
        return lambda array, place, value: put(array, place, value)
    return None


@intrinsic
def _rows(typing: Any, array: Any) -> Any:
    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return cgutils.create_struct_proxy(array)(context, builder, args[0]).size

    return signature(types.int64, array), code


@overload(len)
def _len(array):
    if isinstance(array, ViewType):
        return lambda array: _rows(array)
    return None


@intrinsic(prefer_literal=True)
def fill(typing: Any, lanes: Any, value: Any) -> Any:
    """``value`` in every lane."""
    tile = TileType(_lanes(lanes))

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.cast(builder, args[1], value, tile)

    return signature(tile, lanes, value), code


@intrinsic(prefer_literal=True)
def first_lanes(typing: Any, lanes: Any, count: Any) -> Any:
    """The mask that is true in the first ``count`` lanes."""
    n = _lanes(lanes)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        numbers = ir.Constant(ir.VectorType(BITS, n), list(range(n)))
        bound = _spread(builder, context.cast(builder, args[1], count, types.int64), n)
        return builder.icmp_signed("<", numbers, bound)

    return signature(MaskType(n), lanes, count), code


# Operators


def _lanewise(functions: tuple[Any, ...], n_args: int, result: type, code: Callable[..., Any]) -> None:
    """Teach Numba what ``functions`` give for tiles, mixed with numbers as they come."""

    def generic(self: Any, args: Any, kws: Any) -> Any:
        tile = next((a for a in args if isinstance(a, TileType)), None)
        if tile is None or len(args) != n_args:
            return None
        return signature(result(tile.lanes), *[tile] * n_args)

    for function in functions:
        infer_global(function)(type("Template", (AbstractTemplate,), {"generic": generic}))
        lower_builtin(function, *[TileType] * n_args)(lambda context, builder, sig, args: code(builder, *args))


def _call(builder: Any, name: str, *args: Any, **options: Any) -> Any:
    """An LLVM intrinsic of vectors, such as llvm.fabs."""
    kind = args[-1].type
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(kind, [a.type for a in args]), f"llvm.{name}.v{kind.count}f64"
    )
    return builder.call(function, args, **options)


def _negative(builder: Any, x: Any) -> Any:
    return builder.fneg(x)


_lanewise((operator.add, operator.iadd), 2, TileType, lambda b, x, y: b.fadd(x, y))
_lanewise((operator.sub, operator.isub), 2, TileType, lambda b, x, y: b.fsub(x, y))
_lanewise((operator.mul, operator.imul), 2, TileType, lambda b, x, y: b.fmul(x, y))
_lanewise((operator.truediv,), 2, TileType, lambda b, x, y: b.fdiv(x, y))
_lanewise((operator.neg,), 1, TileType, _negative)
_lanewise((operator.gt,), 2, MaskType, lambda b, x, y: b.fcmp_ordered(">", x, y))
_lanewise((operator.ge,), 2, MaskType, lambda b, x, y: b.fcmp_ordered(">=", x, y))
_lanewise((operator.lt,), 2, MaskType, lambda b, x, y: b.fcmp_ordered("<", x, y))
_lanewise((operator.le,), 2, MaskType, lambda b, x, y: b.fcmp_ordered("<=", x, y))
_lanewise((operator.eq,), 2, MaskType, lambda b, x, y: b.fcmp_ordered("==", x, y))
_lanewise((np.abs, abs), 1, TileType, lambda b, x: _call(b, "fabs", x))
_lanewise((np.sqrt,), 1, TileType, lambda b, x: _call(b, "sqrt", x))
# Lane by lane through the C library: right everywhere, and slow, which a rare function may be.
_lanewise((np.sin,), 1, TileType, lambda b, x: _call(b, "sin", x))
_lanewise((np.cos,), 1, TileType, lambda b, x: _call(b, "cos", x))


def _larger(builder: Any, x: Any, y: Any, comparison: str) -> Any:
    """x where it compares so with y or is not a number, else y: NaN is passed on, as numpy does."""
    chosen = builder.or_(builder.fcmp_ordered(comparison, x, y), builder.fcmp_unordered("uno", x, x))
    return builder.select(chosen, x, y)


_lanewise((np.maximum,), 2, TileType, lambda b, x, y: _larger(b, x, y, ">"))
_lanewise((np.minimum,), 2, TileType, lambda b, x, y: _larger(b, x, y, "<"))


@infer_global(np.where)
class _Where(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) != 3 or not isinstance(args[0], MaskType):
            return None
        tile = TileType(args[0].lanes)
        return signature(tile, args[0], tile, tile)


@lower_builtin(np.where, MaskType, TileType, TileType)
def _where(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.select(*args)


@intrinsic
def fma(typing: Any, x: Any, y: Any, z: Any) -> Any:
    """x·y + z, rounded once where the processor can."""
    tile = next(kind for kind in (x, y, z) if isinstance(kind, TileType))

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        tiles = [context.cast(builder, v, k, tile) for v, k in zip(args, sig.args, strict=True)]
        return _call(builder, "fmuladd", *tiles)

    return signature(tile, x, y, z), code


@intrinsic
def lane_sum(typing: Any, tile: Any) -> Any:
    """The sum of all lanes, halves first: always in the same order."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        half, n = args[0], tile.lanes
        while n > 1:
            n //= 2
            nothing = ir.Constant(half.type, ir.Undefined)
            low, high = (
                builder.shuffle_vector(half, nothing, ir.Constant(ir.VectorType(ir.IntType(32), n), list(part)))
                for part in (range(n), range(n, 2 * n))
            )
            half = builder.fadd(low, high)
        return builder.extract_element(half, BITS(0))

    return signature(types.float64, tile), code


def _shuffled(builder: Any, x: Any, y: Any, lanes: Any) -> Any:
    lanes = list(lanes)
    return builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes))


def _row_sums(builder: Any, rows: Any) -> Any:
    """The vector of the sums of as many rows as each has lanes.

    Neighbours are added pair by pair: rows 0 and 1 become one that holds half sums of both, and so on.
    """
    n, step = len(rows), 1
    while len(rows) > 1:
        low = [i + (n if i & step else 0) - (step if i & step else 0) for i in range(n)]
        high = [place + step for place in low]
        rows = [builder.fadd(_shuffled(builder, x, y, low), _shuffled(builder, x, y, high))
                for x, y in zip(rows[::2], rows[1::2], strict=True)]
        step *= 2
    return rows[0]


@intrinsic(prefer_literal=True)
def rows_at(typing: Any, lanes: Any, array: Any, place: Any, step: Any) -> Any:
    """One tile of lanes² numbers: the rows of ``lanes`` numbers at place, place + step, place + 2·step …"""
    n = _lanes(lanes)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = builder.ptrtoint(_address(context, builder, sig.args[1:3], args[1:3]), BITS)
        stride = builder.mul(context.cast(builder, args[3], step, types.int64), BITS(8))
        rows = []
        for _ in range(n):
            pointer = builder.inttoptr(address, ir.VectorType(DOUBLE, n).as_pointer())
            rows.append(builder.load(pointer, align=8))
            address = builder.add(address, stride)
        while len(rows) > 1:
            rows = [_shuffled(builder, x, y, range(2 * x.type.count))
                    for x, y in zip(rows[::2], rows[1::2], strict=True)]
        return rows[0]

    return signature(TileType(n * n), lanes, array, place, step), code


@intrinsic(prefer_literal=True)
def repeat(typing: Any, lanes: Any, tile: Any) -> Any:
    """A tile of lanes² numbers: ``tile`` again and again."""
    n = _lanes(lanes)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _shuffled(builder, args[1], args[1], list(range(n)) * n)

    return signature(TileType(n * n), lanes, tile), code


@intrinsic(prefer_literal=True)
def row_sums(typing: Any, lanes: Any, square: Any) -> Any:
    """The sums of the ``lanes`` rows of a tile of lanes² numbers."""
    n = _lanes(lanes)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        rows = [_shuffled(builder, args[1], args[1], range(i * n, i * n + n)) for i in range(n)]
        return _row_sums(builder, rows)

    return signature(TileType(n), lanes, square), code


# Exponential and logarithm, as polynomials that stay in the vector registers

_LOG2_E = 1.4426950408889634
_LN2 = 0.6931471805599453
_TANH_IS_1 = 22.0
"""Beyond it tanh is 1 to the last digit."""
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
_SMALLEST, _LARGEST = -708.39, 709.0
_ROUNDING = 6755399441055744.0
"""1.5·2⁵²: added to a number, it leaves its nearest whole number in the lowest bits."""


@intrinsic
def _power_of_2(typing: Any, shifted: Any) -> Any:
    """2ⁿ for n + _ROUNDING, made by writing n into the exponent's bits."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = ir.VectorType(BITS, shifted.lanes)
        n = builder.bitcast(args[0], bits)
        power = builder.add(
            builder.shl(n, ir.Constant(bits, [52] * shifted.lanes)),
            ir.Constant(bits, [1023 << 52] * shifted.lanes),
        )
        return builder.bitcast(power, args[0].type)

    return signature(shifted, shifted), code


@njit(forceinline=True, _nrt=False)
def _less_1(r):
    """eʳ − 1 for |r| ≤ ½ ln 2.

    r·q(r), with q the best polynomial of degree 10 for (eʳ − 1)/r, its error 1.8e-17 (Chebyshev fit at 50 digits).
    Summed in pairs (Estrin 1960), so that few wait for each other.
    """
    r2 = r * r
    r4 = r2 * r2
    low = fma(fma(r, 0.041666666666572767692, 0.16666666666666671008), r2, fma(r, 0.50000000000000056451, 1.0))
    middle = fma(
        fma(r, 2.4801504180837138252e-5, 1.9841269874901259234e-4), r2,
        fma(r, 1.3888888932619635148e-3, 8.3333333333261120526e-3),
    )
    high = fma(2.5105259538448493419e-8, r2, fma(r, 2.7626426376580332797e-7, 2.7557255297969644392e-6))
    return r * fma(fma(high, r4, middle), r4, low)


@njit(forceinline=True, _nrt=False)
def _exp_parts(x):
    """(2ⁿ, p) with eˣ = 2ⁿ·(1 + p), |p| < 0.42. x in [−708.39, 709]. n·ln 2 is taken off in two pieces (Cody 1980)."""
    shifted = fma(x, _LOG2_E, _ROUNDING)
    n = shifted - _ROUNDING
    return _power_of_2(shifted), _less_1(fma(n, -_LN2_LOW, fma(n, -_LN2_HIGH, x)))


@njit(forceinline=True, _nrt=False)
def _exp(x):
    inside = np.where(x < _SMALLEST, _SMALLEST, np.where(x > _LARGEST, _LARGEST, x))
    power, p = _exp_parts(inside)
    value = fma(power, p, power)
    return np.where(x < _SMALLEST, 0.0, np.where(x > _LARGEST, np.inf, value))


@njit(forceinline=True, _nrt=False)
def _expm1(x):
    inside = np.where(x < _SMALLEST, _SMALLEST, np.where(x > _LARGEST, _LARGEST, x))
    power, p = _exp_parts(inside)
    value = fma(power, p, power - 1.0)
    return np.where(x > _LARGEST, np.inf, value)


@njit(forceinline=True, _nrt=False)
def _tanh(x):
    """−(e^−2|x| − 1)/(e^−2|x| + 1) with the sign of x: no digit is lost near 0.

    One piece of ln 2 is enough here: what it rounds away counts n·2⁻ⁿ·4e-17.
    """
    size = np.abs(x)
    shifted = fma(size, -2.0 * _LOG2_E, _ROUNDING)
    power, p = _power_of_2(shifted), _less_1(fma(shifted - _ROUNDING, -_LN2, -2.0 * size))
    below_1 = fma(power, p, power - 1.0)
    return _signed(np.where(size > _TANH_IS_1, 1.0, below_1 / (below_1 + 2.0)), x)


@intrinsic
def _signed(typing: Any, x: Any, sign: Any) -> Any:
    """|x| with the sign of ``sign``."""
    return signature(x, x, sign), lambda context, builder, sig, args: _call(builder, "copysign", *args)


@intrinsic
def _mantissa(typing: Any, x: Any) -> Any:
    """(m, k) with x = m·2ᵏ and m in [√½, √2), for normal x > 0."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.VectorType(BITS, x.lanes)

        def constant(value: int) -> Any:
            return ir.Constant(kind, [value] * x.lanes)

        bits = builder.add(builder.bitcast(args[0], kind), constant((0x3FF00000 - 0x3FE6A09E) << 32))
        k = builder.sub(builder.lshr(bits, constant(52)), constant(1023))
        m = builder.add(builder.and_(bits, constant((1 << 52) - 1)), constant(0x3FE6A09E << 32))
        pair = builder.bitcast(m, args[0].type), builder.sitofp(k, args[0].type)
        return context.make_tuple(builder, sig.return_type, pair)

    return signature(types.UniTuple(x, 2), x), code


@njit(forceinline=True, _nrt=False)
def _log(x):
    """Natural logarithm; −∞ at 0 and below the normal numbers, NaN below 0. Sun's fdlibm, e_log.c (1993)."""
    m, k = _mantissa(x)
    f = m - 1.0
    s = f / (f + 2.0)
    z = s * s
    w = z * z
    odd = z * fma(w, fma(w, fma(w, 1.479819860511658591e-1, 1.818357216161805012e-1), 2.857142874366239149e-1),
                  6.666666666666735130e-1)
    even = w * fma(w, fma(w, 1.531383769920937332e-1, 2.222219843214978396e-1), 3.999999999940941908e-1)
    half = 0.5 * f * f
    value = k * _LN2_HIGH - ((half - fma(s, half + (odd + even), k * _LN2_LOW)) - f)
    value = np.where(x < 2.2250738585072014e-308, -np.inf, value)
    # What is not a number, infinite or negative goes on as numpy has it.
    return np.where(x < 0.0, np.nan, np.where(x < np.inf, value, x))


@njit(forceinline=True, _nrt=False)
def _log1p(x):
    """ln(1 + x) with what 1 + x rounds away put back (Kahan). x ≥ 0."""
    u = 1.0 + x
    return np.where(u < np.inf, _log(u) + (x - (u - 1.0)) / u, u)


@overload(np.zeros_like)
def _zeros_like(a):
    if isinstance(a, TileType):
        return lambda a: fill(a, 0.0)
    return None


@overload(np.ones_like)
def _ones_like(a):
    if isinstance(a, TileType):
        return lambda a: fill(a, 1.0)
    return None


def _overloaded(function: Any, implementation: Any) -> None:
    @overload(function)
    def choose(x):
        if isinstance(x, TileType):
            return lambda x: implementation(x)
        return None


for _function, _implementation in (
    (np.exp, _exp), (np.expm1, _expm1), (np.tanh, _tanh), (np.log, _log), (np.log1p, _log1p),
):
    _overloaded(_function, _implementation)


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """``function`` for kernels, with the plain functions that it calls compiled too.

    So a registry's functions, which know nothing of Numba, can be used as they stand.
    """
    assert isinstance(function, FunctionType)
    helpers = {
        name: compiled(value, **options) for name in function.__code__.co_names
        if isinstance(value := function.__globals__.get(name), FunctionType)
    }
    names = {**function.__globals__, **helpers}
    copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    return njit(copy, error_model="numpy", _nrt=False, **options)
