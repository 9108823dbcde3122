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

import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from llvmlite import ir
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


def lanes_of(like: Any) -> int:
    """How many lanes a kernel asks for: by a number, or by a tile of as many."""
    return like.lanes if isinstance(like, TileType) else like.literal_value


def address_of(context: Any, builder: Any, kinds: Any, values: Any) -> Any:
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
    """The tile that begins at array[place] and runs along the last axis; nothing is checked."""
    tile = TileType(lanes_of(lanes))

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = address_of(context, builder, sig.args[1:], args[1:])
        return builder.load(builder.bitcast(address, ir.VectorType(DOUBLE, tile.lanes).as_pointer()), align=8)

    return signature(tile, lanes, array, place), code


@intrinsic
def store(typing: Any, array: Any, place: Any, tile: Any) -> Any:
    """Write the tile where ``load`` would read it; nothing is checked."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = address_of(context, builder, sig.args[:2], args[:2])
        builder.store(args[2], builder.bitcast(address, args[2].type.as_pointer()), align=8)
        return context.get_dummy_value()

    return signature(types.void, array, place, tile), code


@intrinsic(prefer_literal=True)
def spread(typing: Any, lanes: Any, array: Any, place: Any) -> Any:
    """array[place] in every lane; nothing is checked."""
    tile = TileType(lanes_of(lanes))

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, builder.load(address_of(context, builder, sig.args[1:], args[1:])), tile.lanes)

    return signature(tile, lanes, array, place), code


@intrinsic
def at(typing: Any, array: Any, place: Any) -> Any:
    """array[place] alone, of whatever kind; nothing is checked."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = address_of(context, builder, sig.args, args)
        kind = context.get_data_type(array.dtype)
        return builder.load(builder.bitcast(address, kind.as_pointer()))

    return signature(array.dtype, array, place), code


@intrinsic
def put(typing: Any, array: Any, place: Any, value: Any) -> Any:
    """array[place] = value; nothing is checked."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = address_of(context, builder, sig.args[:2], args[:2])
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
    tile = TileType(lanes_of(lanes))

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.cast(builder, args[1], value, tile)

    return signature(tile, lanes, value), code


@intrinsic(prefer_literal=True)
def first_lanes(typing: Any, lanes: Any, count: Any) -> Any:
    """The mask that is true in the first ``count`` lanes."""
    n = lanes_of(lanes)

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


def lane_call(builder: Any, name: str, *args: Any, **options: Any) -> Any:
    """An LLVM intrinsic of vectors, such as llvm.fabs."""
    kind = args[-1].type
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(kind, [a.type for a in args]), f"llvm.{name}.v{kind.count}f64"
    )
    return builder.call(function, args, **options)


_lanewise((operator.add, operator.iadd), 2, TileType, lambda b, x, y: b.fadd(x, y))
_lanewise((operator.sub, operator.isub), 2, TileType, lambda b, x, y: b.fsub(x, y))
_lanewise((operator.mul, operator.imul), 2, TileType, lambda b, x, y: b.fmul(x, y))
_lanewise((operator.truediv,), 2, TileType, lambda b, x, y: b.fdiv(x, y))
_lanewise((operator.neg,), 1, TileType, lambda b, x: b.fneg(x))
_lanewise((operator.gt,), 2, MaskType, lambda b, x, y: b.fcmp_ordered(">", x, y))
_lanewise((operator.ge,), 2, MaskType, lambda b, x, y: b.fcmp_ordered(">=", x, y))
_lanewise((operator.lt,), 2, MaskType, lambda b, x, y: b.fcmp_ordered("<", x, y))
_lanewise((operator.le,), 2, MaskType, lambda b, x, y: b.fcmp_ordered("<=", x, y))
_lanewise((operator.eq,), 2, MaskType, lambda b, x, y: b.fcmp_ordered("==", x, y))
_lanewise((np.abs, abs), 1, TileType, lambda b, x: lane_call(b, "fabs", x))
_lanewise((np.sqrt,), 1, TileType, lambda b, x: lane_call(b, "sqrt", x))
# Lane by lane through the C library: right everywhere, and slow, which a rare function may be.
_lanewise((np.sin,), 1, TileType, lambda b, x: lane_call(b, "sin", x))
_lanewise((np.cos,), 1, TileType, lambda b, x: lane_call(b, "cos", x))


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
        return lane_call(builder, "fmuladd", *tiles)

    return signature(tile, x, y, z), code


def shuffled(builder: Any, x: Any, y: Any, lanes: Iterable[int]) -> Any:
    """The LLVM vector of these lanes of x and y, those of y counted on from those of x."""
    lanes = list(lanes)
    return builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes))


def _across(combine: Callable[..., Any]) -> Any:
    """A function for kernels: all lanes of a tile combined into one number, halves first, always in the same order."""

    @intrinsic
    def across(typing: Any, tile: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            rest, n = args[0], tile.lanes
            while n > 1:
                n //= 2
                low, high = (shuffled(builder, rest, rest, range(start, start + n)) for start in (0, n))
                rest = combine(builder, low, high)
            return builder.extract_element(rest, BITS(0))

        return signature(types.float64, tile), code

    return across


lane_sum = _across(lambda builder, x, y: builder.fadd(x, y))
"""(tile): the sum of all lanes."""
lane_max = _across(lambda builder, x, y: _larger(builder, x, y, ">"))
"""(tile): the largest of all lanes; NaN if one is, as numpy has it."""
