"""Functions of tiles, as polynomials that stay in the vector registers; and how a registry's functions are compiled.

To import this module is to teach Numba np.exp, np.tanh and so on for tiles.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import types
from numba.core.typing.templates import signature
from numba.extending import intrinsic, overload

from nnsim.core.compiled.tiles import BITS, TileType, fill, fma, lane_call

INNER = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Options of what only kernels call: else Numba compiles two more functions for each, for callers in Python and C."""

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


@njit(forceinline=True, **INNER)
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


@njit(forceinline=True, **INNER)
def _exp_parts(x):
    """(2ⁿ, p) with eˣ = 2ⁿ·(1 + p), |p| < 0.42. x in [−708.39, 709]. n·ln 2 is taken off in two pieces (Cody 1980)."""
    shifted = fma(x, _LOG2_E, _ROUNDING)
    n = shifted - _ROUNDING
    return _power_of_2(shifted), _less_1(fma(n, -_LN2_LOW, fma(n, -_LN2_HIGH, x)))


@njit(forceinline=True, **INNER)
def _exp(x):
    inside = np.where(x < _SMALLEST, _SMALLEST, np.where(x > _LARGEST, _LARGEST, x))
    power, p = _exp_parts(inside)
    value = fma(power, p, power)
    return np.where(x < _SMALLEST, 0.0, np.where(x > _LARGEST, np.inf, value))


@njit(forceinline=True, **INNER)
def _expm1(x):
    inside = np.where(x < _SMALLEST, _SMALLEST, np.where(x > _LARGEST, _LARGEST, x))
    power, p = _exp_parts(inside)
    value = fma(power, p, power - 1.0)
    return np.where(x > _LARGEST, np.inf, value)


@njit(forceinline=True, **INNER)
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
    return signature(x, x, sign), lambda context, builder, sig, args: lane_call(builder, "copysign", *args)


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


@njit(forceinline=True, **INNER)
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
    # What is not a number, infinite or negative comes out as numpy has it.
    return np.where(x < 0.0, np.nan, np.where(x < np.inf, value, x))


@njit(forceinline=True, **INNER)
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
    return njit(copy, error_model="numpy", **INNER, **options)
