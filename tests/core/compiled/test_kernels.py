"""The compiled engine against autograd, against numpy, and against itself in other slices."""

from dataclasses import replace

import numpy as np
import pytest

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.compiled.driver import train
from nnsim.core.compiled.edges import evaluate
from nnsim.core.compiled.engine import (
    KINDS,
    CompiledProgram,
    GraphDescent,
    LayerDescent,
    NarrowDescent,
    descent_of,
    is_narrow,
    layered_levels,
)
from nnsim.core.descent import Descent, NumpyDescent, Progress, Rule, Samples
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Network, Neuron
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.order import ORDERS
from nnsim.core.program import compile, program_of
from tests.core import reference
from tests.core.random_networks import random_case


def samples_of(X: np.ndarray, T: np.ndarray) -> Samples:
    """Without test samples."""
    return Samples(X, T, X[:0], T[:0])


def begun(descent: Descent, parameters: np.ndarray) -> Descent:
    """The same descent, at these parameters."""
    descent.write(descent.v.w, parameters)
    descent.write(descent.v.good, parameters)
    return descent


def advanced(descent: Descent, rule: Rule, updates: int = 2**62, epochs: int = 2**62) -> Progress:
    """Go on for so many updates or epochs from the start."""
    return descent.advance(rule, Progress(), updates, epochs, (np.zeros(1000), np.zeros(1000)))


def rule(loss: str = "half_squared_error", optimizer: str = "sgd", order: str = "sequential", **fields: object) -> Rule:
    """A rule by the names of the registries."""
    constants = np.array([*OPTIMIZERS[optimizer].constants.values(), 0.0, 0.0, 0.0, 0.0][:4])
    return Rule(
        loss=list(LOSSES).index(loss), optimizer=list(OPTIMIZERS).index(optimizer), constants=constants,
        order=ORDERS[order], **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("seed", range(200))
def test_outputs_loss_and_gradient_agree_with_autograd(seed: int) -> None:
    """Random graphs of every feature, an independent reverse-mode library, 1e-9; frozen parameters too."""
    case = random_case(seed)
    network, n = case.network, len(case.X)
    loss, gradient, _ = reference.loss_gradient_deltas(network, case.X, case.T, case.loss)
    expected = reference.outputs(network, network.parameters, case.X)
    found = CompiledProgram(network.structure).forward(network.parameters, case.X)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    descent = begun(GraphDescent(network.structure, samples_of(case.X, case.T)), network.parameters)
    progress = advanced(descent, rule(case.loss, batch=n, rate=0.0), updates=1)
    np.testing.assert_allclose(progress.loss, loss, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(descent.read(descent.v.gradient), gradient, rtol=1e-9, atol=1e-9)
    assert np.array_equal(descent.read(descent.v.w), network.parameters)


@pytest.mark.parametrize("seed", range(0, 60))
def test_both_engines_give_the_same_parameters(seed: int) -> None:
    """Random graphs, every optimizer, order, loss and several batch sizes: 1e-12 after 10 updates."""
    case = random_case(seed)
    structure, n = case.network.structure, len(case.X)
    optimizers = [name for name, entry in OPTIMIZERS.items() if not entry.straight]
    settings = rule(
        case.loss, optimizers[seed % len(optimizers)], list(ORDERS)[seed % 3], batch=1 + seed % n, rate=1e-3,
        seed=seed, l1=1e-3 * (seed % 2), l2=1e-3 * (seed % 3), clip=0.5 if seed % 5 == 0 else -1.0,
    )
    samples = samples_of(case.X, case.T)
    ours = begun(GraphDescent(structure, samples), case.network.parameters)
    reference_run = begun(NumpyDescent(compile(case.network), samples), case.network.parameters)
    assert advanced(ours, settings, updates=10)[:7] == advanced(reference_run, settings, updates=10)[:7]
    np.testing.assert_allclose(ours.read(ours.v.w), reference_run.read(reference_run.v.w), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("batch", [1, 3, 4, 10, 70, 200])
@pytest.mark.parametrize(
    "sizes", [[1, 1], [2, 8, 8, 1], [8, 7, 8], [3, 9, 33, 5], [40, 70, 2], [2, 32, 64, 16, 8]], ids=str
)
def test_layers_agree_with_numpy(sizes: list[int], batch: int) -> None:
    """Widths and batches that fill tiles, miss them by one, and take several chunks: 1e-12 after 10 updates."""
    rng = np.random.default_rng(batch)
    X, T = rng.normal(size=(150, sizes[0])), rng.normal(size=(150, sizes[-1]))
    network = Network.layered(sizes, output="linear", seed=3)
    settings = rule(batch=min(batch, 150), rate=0.01, optimizer="momentum")
    kinds = set(KINDS) if max(sizes) <= 8 else set(KINDS) - {NarrowDescent.kind}
    expected = begun(NumpyDescent(compile(network), samples_of(X, T)), network.parameters)
    loss = advanced(expected, settings, updates=10).loss
    for kind in sorted(kinds):
        descent = begun(KINDS[kind](network.structure, samples_of(X, T)), network.parameters)
        assert advanced(descent, settings, updates=10).loss == pytest.approx(loss, rel=1e-12)
        np.testing.assert_allclose(descent.read(descent.v.w), expected.read(expected.v.w), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(120))
def test_layers_of_every_feature_agree_with_numpy(seed: int) -> None:
    """Every activation, loss, optimizer and penalty, frozen parameters and missing biases: 1e-12 after 10 updates."""
    rng = np.random.default_rng(seed)
    loss = list(LOSSES)[seed % len(LOSSES)]
    optimizer = list(OPTIMIZERS)[seed % len(OPTIMIZERS)]
    hidden = list(ACTIVATIONS)[seed % len(ACTIVATIONS)]
    sizes = rng.integers(1, 9, size=rng.integers(2, 5)).tolist()
    output = "sigmoid" if loss == "binary_cross_entropy" else "linear"
    network = random_layers(sizes, hidden, output, rng)
    samples = Samples(
        rng.normal(size=(11, sizes[0])), rng.uniform(size=(11, sizes[-1])),
        rng.normal(size=(3, sizes[0])), rng.uniform(size=(3, sizes[-1])),
    )
    settings = rule(
        loss, optimizer, list(ORDERS)[seed % 3], batch=1 + seed % 4, rate=1e-3, seed=seed, l1=1e-3 * (seed % 2),
        l2=1e-3 * (seed % 3), clip=0.5 if seed % 5 == 0 else -1.0, stop_gradient=1e-9 if seed % 4 == 0 else -1.0,
        straight=OPTIMIZERS[optimizer].straight,
    )
    runs, curves = [], []
    for make in (*KINDS.values(), lambda structure, samples: NumpyDescent(program_of(structure), samples)):
        descent, curve = begun(make(network.structure, samples), network.parameters), (np.zeros(20), np.zeros(20))
        end = descent.advance(settings, Progress(), 10 + seed % 4, 2**62, curve)
        runs.append((descent.read(descent.v.w), descent.read(descent.v.mean_gradient), [end.loss, end.gradient_norm]))
        curves.append(curve)
    for run, curve in zip(runs, curves, strict=True):
        for ours, theirs in zip((*run, *curve), (*runs[-1], *curves[-1]), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def random_layers(sizes: list[int], hidden: str, output: str, rng: np.random.Generator) -> Network:
    """A layered network of which a quarter of the neurons have no bias and a fifth of the parameters are frozen."""
    plain = Network.layered(sizes, hidden=hidden, output=output, seed=int(rng.integers(100)))
    neurons = [
        replace(neuron, bias=None) if rng.random() < 0.25 else neuron for neuron in plain.structure.neurons
    ]
    used = {neuron.bias for neuron in neurons} | plain.structure.weight_names
    values = {name: float(rng.normal(0.0, 0.7)) for name in plain.parameter_names if name in used}
    return Network.build(
        neurons, plain.structure.connections, values, [name for name in values if rng.random() < 0.2]
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ORDERS)
def test_slices_change_no_bit(kind: str, order: str) -> None:
    """One call, or many of 1 to 4 updates that end anywhere in an epoch: the same bits, losses included."""
    rng = np.random.default_rng(5)
    X, T = rng.normal(size=(23, 2)), rng.normal(size=(23, 1))
    network = Network.layered([2, 5, 1], seed=1)
    settings = rule(optimizer="adam", order=order, batch=4, rate=0.01, seed=9)
    whole, sliced = (begun(KINDS[kind](network.structure, samples_of(X, T)), network.parameters) for _ in range(2))
    curve = np.zeros(50)
    end = whole.advance(settings, Progress(), 2**62, 50, (curve, np.zeros(50)))
    progress, losses, one = Progress(), [], (np.zeros(8), np.zeros(8))
    while progress.epoch < 50:
        before = progress.epoch
        progress = sliced.advance(settings, progress, progress.update + int(rng.integers(1, 5)), 50, one)
        losses += one[0][: progress.epoch - before].tolist()
    assert np.array_equal(whole.v.w, sliced.v.w)
    assert progress == end
    assert losses == curve.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_saturated_and_steep(kind: str) -> None:
    """z = ±1 000: sigmoids at their ends, slopes of 0, no NaN; the same as numpy."""
    network = Network.layered([1, 2, 1], hidden="sigmoid", output="sigmoid").with_values(
        {"w1": 1000.0, "w2": -1000.0, "w3": 1.0, "w4": -1.0}
    )
    X, T = np.array([[1.0], [-1.0], [0.0]]), np.array([[1.0], [0.0], [0.5]])
    runs = []
    for make in (lambda: KINDS[kind](network.structure, samples_of(X, T)),
                 lambda: NumpyDescent(compile(network), samples_of(X, T))):
        descent = begun(make(), network.parameters)
        advanced(descent, rule(batch=2, rate=0.5), updates=6)
        runs.append(descent.read(descent.v.w))
    assert np.isfinite(runs[0]).all()
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-12, atol=1e-12)


def test_thresholds_sit_on_exact_values() -> None:
    """0.1 added up ten times misses 1, as in numpy and on paper with as many digits: no sum is taken in pairs."""
    neurons = [*(Neuron(f"x{i}", "input") for i in range(10)), Neuron("y", "output", "heaviside", bias="b")]
    network = Network.build(
        neurons, [Connection(f"x{i}", "y", f"w{i}") for i in range(10)],
        {**{f"w{i}": 0.1 for i in range(10)}, "b": -1.0},
    )
    X = np.ones((3, 10))
    for parameters in (network.parameters, network.with_values({"b": -0.9999999999999999}).parameters):
        ours = CompiledProgram(network.structure).forward(parameters, X)
        assert np.array_equal(ours, compile(network).forward(parameters, X))
    assert ours.tolist() == [[1.0], [1.0], [1.0]]


@pytest.mark.parametrize("kind", KINDS)
def test_thresholds_sit_on_exact_values_while_training(kind: str) -> None:
    """0.1 added up eight times misses 0.8 by one digit: every kind of run sees the same side of the step."""
    start = {**{f"w{i}": 0.1 for i in range(1, 9)}, "b_y": -0.8}
    for bias in (-0.8, -0.7999999999999999):
        network = Network.layered([8, 1], output="heaviside").with_values({**start, "b_y": bias})
        samples = samples_of(np.ones((1, 8)), np.ones((1, 1)))
        ours = begun(KINDS[kind](network.structure, samples), network.parameters)
        theirs = begun(NumpyDescent(compile(network), samples), network.parameters)
        settings = rule(optimizer="perceptron", straight=True)
        assert advanced(ours, settings, updates=1).loss == advanced(theirs, settings, updates=1).loss
        assert ours.read(ours.v.w).tolist() == theirs.read(theirs.v.w).tolist()


def test_a_neuron_that_nothing_enters() -> None:
    """It combines to 0: its activation is f(bias), and the bias learns."""
    network = Network.build(
        [Neuron("x", "input"), Neuron("h", "hidden", "sigmoid", bias="b"), Neuron("y", "output", "linear")],
        [Connection("x", "y", "w"), Connection("h", "y", "v")], {"w": 0.5, "v": 2.0, "b": 0.3},
    )
    X, T = np.array([[1.0], [2.0]]), np.array([[0.0], [1.0]])
    assert CompiledProgram(network.structure).forward(network.parameters, X) == pytest.approx(
        0.5 * X + 2.0 / (1.0 + np.exp(-0.3)), abs=1e-15
    )
    ours = begun(GraphDescent(network.structure, samples_of(X, T)), network.parameters)
    advanced(ours, rule(batch=2, rate=0.1), updates=1)
    _, gradient = compile(network).loss_and_gradient(network.parameters, X, T)
    assert ours.read(ours.v.w) == pytest.approx(network.parameters - 0.1 * gradient, abs=1e-15)


def test_which_networks_are_layers() -> None:
    """A skip connection, a shared parameter or mixed activations make a graph of a layered net."""
    plain = Network.layered([2, 3, 1])
    assert layered_levels(plain.structure) is not None
    parts = plain.structure.neurons, plain.structure.connections
    values = dict(zip(plain.parameter_names, plain.parameters.tolist(), strict=True))
    skip = Network.build(parts[0], [*parts[1], Connection("x0", "y", "skip")], {**values, "skip": 1.0})
    assert layered_levels(skip.structure) is None
    samples = samples_of(np.zeros((9, 2)), np.zeros((9, 1)))
    assert isinstance(descent_of(skip.structure, samples, 9), GraphDescent)
    wide = Network.layered([2, 64, 64, 1])
    assert isinstance(descent_of(wide.structure, samples, 9), LayerDescent)


def test_narrow_layers_with_small_batches_have_their_own_kernels() -> None:
    """No level, the inputs included, wider than a tile, and few samples an update; a named kind is taken as named."""
    samples = samples_of(np.zeros((9, 2)), np.zeros((9, 1)))
    deep = Network.layered([2, 8, 8, 8, 1]).structure
    assert isinstance(descent_of(deep, samples, 1), NarrowDescent)
    assert isinstance(descent_of(deep, samples, 10), LayerDescent)
    assert isinstance(descent_of(deep, samples, 1, "layers"), LayerDescent)
    assert isinstance(descent_of(deep, samples, 10, "narrow"), NarrowDescent)
    for sizes, narrow_enough in (([8, 8, 8], True), ([9, 2], False), ([2, 9, 1], False), ([2, 9], False)):
        levels = layered_levels(Network.layered(sizes).structure)
        assert levels is not None and is_narrow(levels) == narrow_enough


def test_each_kernel_is_compiled_for_one_kind_of_arguments() -> None:
    """With and without test samples, whatever the settings: nothing is ever compiled while a learner waits."""
    X, T = np.zeros((5, 2)), np.zeros((5, 1))
    X.setflags(write=False)
    network = Network.layered([2, 2, 1])
    for kind in KINDS.values():
        for samples in (samples_of(X, T), Samples(X, T, X, T), Samples(X[::2], T[::2], X[1:2], T[1:2])):
            advanced(begun(kind(network.structure, samples), network.parameters), rule(batch=2), epochs=1)
    CompiledProgram(network.structure).activations(network.parameters, X)
    assert len({signature[0].instance_class for signature in train.signatures}) == len(train.signatures) == len(KINDS)
    assert len(evaluate.signatures) == 1
