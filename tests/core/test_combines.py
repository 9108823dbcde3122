"""Every combine against finite differences and plain loops."""

import math
from functools import reduce

import numpy as np
import pytest

from nnsim.core.combines import COMBINES, Combine

EVERY = pytest.mark.parametrize("entry", COMBINES.values(), ids=COMBINES)
PLAIN = {
    "sum": lambda terms: reduce(lambda x, y: x + y, terms),
    "product": lambda terms: reduce(lambda x, y: x * y, terms),
    "max": max,
}


@EVERY
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_backward_agrees_with_central_differences(entry: Combine, count: int) -> None:
    """One term nudged at a time; (terms, neurons, samples), away from ties."""
    terms = np.random.default_rng(count).normal(size=(count, 3, 5))
    if count > 1:
        best = np.sort(terms, axis=0)
        assert (best[-1] - best[-2]).min() > 1e-4
    h = 1e-6
    slopes = entry.derivative(terms)
    assert slopes.shape == terms.shape
    for k in range(count):
        nudge = np.zeros_like(terms)
        nudge[k] = h
        difference = (entry.forward(terms + nudge) - entry.forward(terms - nudge)) / (2 * h)
        np.testing.assert_allclose(slopes[k], difference, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("count", [1, 2, 9, 20])
def test_forward_equals_a_plain_loop_bit_for_bit(name: str, count: int) -> None:
    """One term after the other, in their order."""
    terms = np.random.default_rng(count).normal(size=(count, 2, 3))
    found = COMBINES[name].forward(terms)
    for neuron in range(2):
        for sample in range(3):
            assert found[neuron, sample] == PLAIN[name]([float(t) for t in terms[:, neuron, sample]])


def test_sum_keeps_the_order_of_its_terms() -> None:
    """0.1 ten times is 0.9999999999999999 one after the other, and 1.0 in pairs."""
    assert COMBINES["sum"].forward(np.full((10, 1, 1), 0.1))[0, 0] == 0.9999999999999999
    assert math.fsum([0.1] * 10) == 1.0
    terms = np.array([1e16, 1.0, -1e16, 1.0]).reshape(4, 1, 1)
    assert COMBINES["sum"].forward(terms)[0, 0] == 1.0
    assert COMBINES["sum"].forward(terms[::-1])[0, 0] == 0.0


def test_product_has_a_slope_where_terms_are_0() -> None:
    """The derivative is the product of all others: dividing by the term would fail."""
    slopes = COMBINES["product"].derivative(np.array([2.0, 0.0, 5.0]).reshape(3, 1, 1))
    assert slopes.ravel().tolist() == [0.0, 10.0, 0.0]
    slopes = COMBINES["product"].derivative(np.array([0.0, 0.0, 5.0]).reshape(3, 1, 1))
    assert slopes.ravel().tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("terms", "winner"), [([3.0, 3.0, 1.0], 0), ([1.0, 3.0, 3.0], 1), ([2.0, 2.0, 2.0], 0), ([0.0, -0.0], 0)]
)
def test_a_tie_of_max_goes_to_the_first(terms: list[float], winner: int) -> None:
    """Only one of equals gets the gradient."""
    slopes = COMBINES["max"].derivative(np.array(terms).reshape(-1, 1, 1)).ravel()
    assert slopes.tolist() == [float(k == winner) for k in range(len(terms))]


@EVERY
def test_one_term_is_itself_and_arrays_are_left_alone(entry: Combine) -> None:
    """A single connection passes its term on, in a new array."""
    terms = np.random.default_rng(0).normal(size=(1, 2, 3))
    found = entry.forward(terms)
    assert np.array_equal(found, terms[0])
    assert not np.shares_memory(found, terms)
    assert np.array_equal(entry.derivative(terms), np.ones_like(terms))
    several = np.random.default_rng(1).normal(size=(4, 2, 3))
    before = several.copy()
    entry.forward(several)
    entry.derivative(several)
    assert np.array_equal(several, before)


@EVERY
def test_terms_may_come_one_at_a_time(entry: Combine) -> None:
    """A generator does: all terms of a wide layer at once would fill the memory."""
    terms = np.random.default_rng(0).normal(size=(6, 2, 3))
    assert np.array_equal(entry.forward(iter(terms)), entry.forward(terms))


@EVERY
def test_entries_are_complete(entry: Combine) -> None:
    """Each has what menus and the canvas show."""
    assert COMBINES[entry.name] is entry
    assert entry.label and entry.symbol and entry.about


def test_registry_holds_what_the_design_lists() -> None:
    """The names that files use."""
    assert {"sum", "product", "max"} <= set(COMBINES)
