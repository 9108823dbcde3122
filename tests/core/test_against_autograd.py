"""Program against an independent reverse-mode library, on random graphs of every feature."""

from collections import Counter

import numpy as np
import pytest

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Neuron, Structure
from nnsim.core.program import compile
from tests.core import reference
from tests.core.random_networks import random_case

SEEDS = range(200)


@pytest.mark.parametrize("seed", SEEDS)
def test_forward_loss_gradient_and_deltas_agree_with_autograd(seed: int) -> None:
    """Outputs, loss, the gradient by every parameter, and δ of every neuron, to 1e-9."""
    case = random_case(seed)
    network, program = case.network, compile(case.network)
    loss, gradient, deltas = reference.loss_gradient_deltas(network, case.X, case.T, case.loss)
    close = {"rtol": 1e-9, "atol": 1e-9}

    expected = reference.outputs(network, network.parameters, case.X)
    np.testing.assert_allclose(program.forward(network.parameters, case.X), expected, **close)
    own_loss, own_gradient = program.loss_and_gradient(network.parameters, case.X, case.T, case.loss)
    np.testing.assert_allclose(own_loss, loss, **close)
    np.testing.assert_allclose(own_gradient, gradient, **close)
    own_deltas = program.backward(network.parameters, case.X, case.T, case.loss).deltas
    np.testing.assert_allclose(own_deltas, deltas, **close)


@pytest.mark.parametrize("seed", range(0, 40, 3))
def test_pre_activations_agree_with_the_reference(seed: int) -> None:
    """A trace holds z and a of every neuron, in the order of the file; an input's z is its value."""
    case = random_case(seed)
    trace = compile(case.network).trace(case.network.parameters, case.X)
    z, a, _ = reference.evaluate(case.network, case.network.parameters, case.X)
    for row, neuron in enumerate(case.network.structure.neurons):
        np.testing.assert_allclose(trace.a[:, row], a[neuron.id], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(trace.z[:, row], z.get(neuron.id, a[neuron.id]), rtol=1e-9, atol=1e-9)


def features(structure: Structure) -> set[str]:
    """What occurs in a network, by name."""
    found = {f"activation {n.activation}" for n in structure.neurons if n.role != "input"}
    found |= {f"combine {n.combine}" for n in structure.neurons if len(structure.incoming[n.id]) > 1}
    for uses in structure.uses.values():
        kinds = Counter(type(use) for use in uses)
        found |= {"shared weight"} if kinds[Connection] > 1 else set()
        found |= {"shared bias"} if kinds[Neuron] > 1 else set()
        found |= {"weight and bias of one name"} if len(kinds) > 1 else set()
    depth = structure.depth
    skips = any(depth[c.target] - depth[c.source] > 1 for c in structure.connections)
    found |= {"skip connection"} if skips else set()
    found |= {"frozen"} if structure.frozen else set()
    found |= {"output feeds a neuron"} if any(structure.outgoing[id] for id in structure.outputs) else set()
    unfed = [n for n in structure.neurons if n.role == "hidden" and not structure.incoming[n.id]]
    found |= {"nothing comes in"} if unfed else set()
    unheard = [n for n in structure.neurons if n.role == "hidden" and not structure.outgoing[n.id]]
    found |= {"nothing goes out"} if unheard else set()
    found |= {"no bias"} if any(n.role != "input" and n.bias is None for n in structure.neurons) else set()
    return found


def test_the_random_networks_have_every_feature() -> None:
    """Each listed feature occurs at least five times, so that agreement says something about it."""
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        case = random_case(seed)
        program = compile(case.network)
        counts.update(features(case.network.structure))
        counts.update([f"loss {case.loss}", "file order" if program.file_order else "matrix products"])
        several = [group for group in program.groups if len(group.neurons.index) > 1]
        counts.update({"layer" if group.is_layer else "no layer" for group in several if group.fan_in})
    wanted = {f"activation {name}" for name in reference.ACTIVATIONS}
    wanted |= {f"combine {name}" for name in reference.COMBINES}
    wanted |= {f"loss {name}" for name in reference.LOSSES}
    wanted |= {
        "skip connection", "shared weight", "shared bias", "weight and bias of one name", "frozen", "no bias",
        "output feeds a neuron", "nothing comes in", "nothing goes out", "file order", "matrix products",
        "layer", "no layer",
    }
    assert {name: counts[name] for name in wanted if counts[name] < 5} == {}


def test_all_documented_names_have_an_independent_formula() -> None:
    """What the design lists is in the registries. A further entry is checked by finite differences."""
    assert set(reference.ACTIVATIONS) <= set(ACTIVATIONS)
    assert set(reference.COMBINES) <= set(COMBINES)
    assert set(reference.LOSSES) <= set(LOSSES)
