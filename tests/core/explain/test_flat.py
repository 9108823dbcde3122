"""A slope of 0 says why, and a gradient that is 0 for it."""

from dataclasses import replace

import numpy as np
import pytest

from nnsim.core.activations import ACTIVATIONS, Activation
from nnsim.core.explain.chain import why_no_gradient
from nnsim.core.explain.explanation import Explanation
from nnsim.core.explain.flat import slope_at, why_flat
from nnsim.core.network import Network

POINTS = sorted({*np.linspace(-3.0, 3.0, 25).tolist(), *(s * 10.0**e for s in (-1, 1) for e in range(-6, 7)), 0.0})
FAR = 1e6


@pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=ACTIVATIONS.keys())
def test_a_reason_is_said_exactly_where_the_slope_is_0(entry: Activation) -> None:
    """Of every activation: where it is 0 there is one, which fits the function; where it is not, none."""
    for z in POINTS:
        why, flat = why_flat(entry, z, "z"), slope_at(entry, z) == 0
        assert bool(why) == flat, z
        if not why:
            continue
        assert why.startswith(f"{entry.label}, ")
        reason = why.removeprefix(f"{entry.label}, ")
        assert (reason == "flat everywhere") == (not entry.has_slope)
        if entry.has_slope and entry.pieces:
            assert any(sign in reason for sign in "≤≥"), "the piece is named"
            assert eval(reason.replace("≤", "<=").replace("≥", ">=").replace("−", "-"), {"z": z})
        elif "turning point" in reason:
            assert slope_at(entry, z - 0.01) * slope_at(entry, z + 0.01) < 0
        elif entry.has_slope:
            assert "rounds to 0" in reason and not entry.pieces
            assert all(slope_at(entry, further) == 0 for further in np.linspace(z, np.copysign(FAR, z), 20))


def test_what_is_said() -> None:
    """As a learner reads it, of the functions that are flat somewhere."""
    said = {(name, z): why_flat(ACTIVATIONS[name], z, "net h1") for name, z in (
        ("relu", -1.0), ("relu", 0.0), ("relu", 1e-9), ("heaviside", 3.0), ("sigmoid", 40.0), ("sigmoid", -40.0),
        ("tanh", 30.0), ("tanh", 3.0), ("gaussian", 0.0), ("linear", 0.0), ("leaky_relu", -5.0))}
    assert {key: value for key, value in said.items() if value} == {
        ("relu", -1.0): "ReLU, net h1 ≤ 0",
        ("relu", 0.0): "ReLU, net h1 ≤ 0",
        ("heaviside", 3.0): "Heaviside step, flat everywhere",
        ("sigmoid", 40.0): "Sigmoid, net h1 so far from 0 that the slope rounds to 0",
        ("tanh", 30.0): "Tanh, net h1 so far from 0 that the slope rounds to 0",
        ("gaussian", 0.0): "Gaussian, at its turning point net h1 = 0",
    }


def test_a_piece_between_two_kinks_is_named_by_both() -> None:
    """A function that is clipped at both ends, and one that is flat in the middle."""
    relu = ACTIVATIONS["relu"]
    clipped = replace(relu, label="Hard tanh", kinks=(-1.0, 1.0), pieces=(0.0, 1.0, 0.0),
                      f=lambda z: np.maximum(np.minimum(z, 1.0), -1.0),
                      derivative=lambda z, a: np.where(abs(z) < 1.0, 1.0, 0.0))
    shrunk = replace(relu, label="Shrink", kinks=(-1.0, 1.0), pieces=(1.0, 0.0, 1.0), f=lambda z: z,
                     derivative=lambda z, a: np.where(abs(z) > 1.0, 1.0, 0.0))
    assert [why_flat(clipped, z, "z") for z in (-2.0, -1.0, 0.0, 1.0, 2.0)] == [
        "Hard tanh, z ≤ −1", "Hard tanh, z ≤ −1", "", "Hard tanh, z ≥ 1", "Hard tanh, z ≥ 1"]
    assert [why_flat(shrunk, z, "z") for z in (-2.0, -1.0, 0.0, 1.0, 2.0)] == [
        "", "Shrink, −1 ≤ z ≤ 1", "Shrink, −1 ≤ z ≤ 1", "Shrink, −1 ≤ z ≤ 1", ""]


def explained(h1: float, h2: float) -> Explanation:
    """2-2-1 with ReLU, whose hidden neurons have these sums for the sample (1, 1)."""
    network = Network.layered([2, 2, 1], hidden="relu", output="linear", seed=1)
    values = dict.fromkeys(network.structure.parameter_names, 1.0)
    for id, z in (("h1", h1), ("h2", h2)):
        bias = network.structure.by_id[id].bias
        assert bias is not None
        values[bias] = z - 2.0
    return Explanation(network.with_values(values), [1.0, 1.0], [0.0])


def test_a_gradient_says_why_it_is_0_where_every_way_is_blocked() -> None:
    """Of the weight into the neuron that is flat; not of one into a neuron that passes, nor where it is not 0."""
    e = explained(-1.0, 2.0)
    for id, notes in (("h1", (e.slope("h1").note,)), ("h2", ())):
        for connection in e.structure.incoming[id]:
            assert why_no_gradient(e, connection.weight) == notes
            assert (e.gradient(connection.weight) == 0) == bool(notes)
    assert e.slope("h1").note == "h1 has slope 0: ReLU, z(h1) ≤ 0." and not e.slope("h2").note


def test_a_way_that_is_blocked_further_on() -> None:
    """Both neurons of a second layer are flat: what leads to the first layer has their reasons."""
    network = Network.layered([1, 1, 2, 1], hidden="relu", output="linear", seed=1)
    structure = network.structure
    values = dict.fromkeys(structure.parameter_names, 1.0)
    second = [c.target for c in structure.outgoing[structure.order[0]]]
    for id in second:
        bias = structure.by_id[id].bias
        assert bias is not None
        values[bias] = -10.0
    e = Explanation(network.with_values(values), [1.0], [0.0])
    first = structure.incoming[structure.order[0]][0].weight
    assert why_no_gradient(e, first) == tuple(e.slope(id).note for id in second) and e.gradient(first) == 0
