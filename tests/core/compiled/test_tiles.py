"""Tiles: every function of them against numpy, at the edges too."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from numba import njit

from nnsim.core.compiled.squares import column_sums, each, repeat, row_sums, rows_at
from nnsim.core.compiled.tile_functions import compiled
from nnsim.core.compiled.tiles import fill, fma, lane_max, lane_sum, load, store, views

RNG = np.random.default_rng(0)
WIDE = np.concatenate([RNG.normal(size=4000) * 3, RNG.normal(size=4000) * 1e-6, RNG.uniform(-700, 700, 8000)])
EDGES = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e3, -1e3, 1e308, -1e308, 21.9, 22.1, -22.1, 1.0, -1.0, 0.5, 2.0])


@cache
def tile_by_tile(function: Callable[..., Any], arguments: int) -> Callable[[np.ndarray, np.ndarray], None]:
    """``function`` of one or two rows, a whole number of tiles, compiled once for all that it is tried on."""
    inner = compiled(function)

    @njit
    def run_one(given, out):
        values, result = views(given), views(out)
        for i in range(0, given.shape[1], 8):
            store(result, i, inner(load(8, values, (0, i))))

    @njit
    def run_two(given, out):
        values, result = views(given), views(out)
        for i in range(0, given.shape[1], 8):
            store(result, i, inner(load(8, values, (0, i)), load(8, values, (1, i))))

    return run_one if arguments == 1 else run_two


def on_tiles(function: Callable[..., Any], *arguments: np.ndarray) -> np.ndarray:
    """``function`` of arrays of a whole number of tiles, lane by lane."""
    out = np.empty(len(arguments[0]))
    tile_by_tile(function, len(arguments))(np.array(arguments), out)
    return out


@pytest.mark.parametrize("where", ["wide", "edges"])
@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.exp(x), lambda x: np.expm1(x), lambda x: np.tanh(x), lambda x: np.sin(x), lambda x: np.cos(x),
        lambda x: np.log(x), lambda x: np.log1p(np.abs(x)), lambda x: np.sqrt(x), lambda x: np.abs(x), lambda x: -x,
    ],
    ids=["exp", "expm1", "tanh", "sin", "cos", "log", "log1p", "sqrt", "abs", "neg"],
)
def test_functions_of_one_tile(function: Callable[..., Any], where: str) -> None:
    """To two units in the last digit, and NaN and infinity where numpy has them."""
    x = WIDE if where == "wide" else EDGES
    with np.errstate(all="ignore"):
        expected = function(x)
    np.testing.assert_allclose(on_tiles(function, x), expected, rtol=5e-16, atol=1e-300)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, lambda x, y: x / y,
        lambda x, y: np.maximum(x, y), lambda x, y: np.minimum(x, y), lambda x, y: np.where(x > y, x, y),
        lambda x, y: np.where(x <= y, 1.0, 2.0), lambda x, y: 2.0 * x + 1.0, lambda x, y: np.where(x == y, x, 0.0),
    ],
    ids=["add", "sub", "mul", "div", "maximum", "minimum", "where", "less_equal", "numbers", "equal"],
)
def test_functions_of_two_tiles(function: Callable[..., Any]) -> None:
    """Bit for bit what numpy gives, NaN handed on by maximum and minimum included."""
    x = np.concatenate([WIDE[:4000], np.repeat(EDGES, 16)])
    y = np.concatenate([WIDE[4000:8000], np.tile(EDGES, 16)])
    with np.errstate(all="ignore"):
        expected = function(x, y)
    np.testing.assert_array_equal(on_tiles(function, x, y), expected)


def test_sums_across_lanes() -> None:
    """lane_sum adds up a tile, row_sums the rows of a square, whichever way they are stored apart."""

    @njit
    def run(given, out):
        values, result = views(given), views(out)
        store(result, 0, row_sums(8, fma(rows_at(8, values, 3, 11), fill(64, 2.0), fill(64, 1.0))))
        out[8] = lane_sum(load(8, values, 5))

    values, out = np.random.default_rng(1).normal(size=120), np.zeros(9)
    run(values, out)
    rows = [sum(2.0 * values[3 + 11 * i : 11 + 11 * i] + 1.0) for i in range(8)]
    np.testing.assert_allclose(out, [*rows, values[5:13].sum()], rtol=1e-13)


def test_rows_and_columns_of_a_square() -> None:
    """each and repeat make a matrix of a vector, column_sums adds up its rows from the first to the last."""

    @njit
    def run(given, out):
        values, result = views(given), views(out)
        x, y = load(8, values, 0), load(8, values, 8)
        store(result, 0, each(8, x) * repeat(8, y))
        store(result, 64, column_sums(8, load(64, values, 16)))
        out[72] = lane_max(x)

    values, out = np.random.default_rng(1).normal(size=80), np.zeros(73)
    run(values, out)
    assert np.array_equal(out[:64].reshape(8, 8), np.outer(values[:8], values[8:16]))
    total = np.zeros(8)
    for row in values[16:].reshape(8, 8):
        total += row
    assert np.array_equal(out[64:72], total)
    assert out[72] == values[:8].max()
    for place in range(8):
        values[place] = np.nan
        run(values, out)
        assert np.isnan(out[72])
        values[place] = 9.0 + place
        run(values, out)
        assert out[72] == 9.0 + place
