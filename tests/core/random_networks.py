"""Random networks of every feature, with samples that stay away from steps, corners and ties."""

from dataclasses import dataclass

import numpy as np

from nnsim.core.arrays import Array, Flags
from nnsim.core.network import Connection, Network, Neuron, Role
from tests.core import reference

MARGIN = 1e-3


@dataclass(frozen=True)
class Case:
    """A network, samples for it, and a loss that suits it."""

    network: Network
    X: Array
    T: Array
    loss: str


def random_case(seed: int) -> Case:
    """The same seed gives the same case. Odd seeds may kink; each third is listed level by level."""
    rng = np.random.default_rng(seed)
    loss = list(reference.LOSSES)[seed % len(reference.LOSSES)]
    for _ in range(100):
        network = _random_network(rng, smooth=seed % 2 == 0, shuffled=seed % 3 != 0, loss=loss)
        X = rng.normal(size=(7, len(network.structure.inputs)))
        T = _targets(rng, len(X), len(network.structure.outputs), loss)
        safe = _away_from_kinks(network, X, T, loss)
        if safe.any():
            return Case(network, X[safe], T[safe], loss)
    raise AssertionError(f"seed {seed} found no samples away from kinks")


def _random_network(rng: np.random.Generator, smooth: bool, shuffled: bool, loss: str) -> Network:
    inputs = [Neuron(f"x{i}", "input") for i in range(rng.integers(1, 5))]
    roles: list[Role] = ["hidden"] * int(rng.integers(0, 8)) + ["output"] * int(rng.integers(1, 4))
    rng.shuffle(roles)  # outputs anywhere, so that some feed neurons
    activations = [name for name in reference.ACTIVATIONS if not (smooth and name in reference.CORNERS)]
    combines = ["sum", "sum", "sum", "product"] if smooth else ["sum", "sum", "sum", "product", "max"]
    neurons, connections, names = list(inputs), [], [""]

    def parameter() -> str:
        # A quarter are shared: two weights, two biases, or a weight and a bias of one name.
        name = str(rng.choice(names[1:])) if len(names) > 1 and rng.random() < 0.25 else f"p{len(names)}"
        if name not in names:
            names.append(name)
        return name

    sources: list[str] = []
    activation, combine = "linear", "sum"
    for i, role in enumerate(roles):
        # Now and then a twin of the last neuron, so that layers arise.
        if not (i and sources and rng.random() < 0.4):
            earlier = [neuron.id for neuron in neurons]
            fan_in = int(rng.integers(0 if role == "hidden" else 1, min(5, len(earlier)) + 1))
            sources = [str(id) for id in rng.choice(earlier, fan_in, replace=False)]
            activation, combine = str(rng.choice(activations)), str(rng.choice(combines))
        own = "sigmoid" if role == "output" and loss == "binary_cross_entropy" else activation
        bias = parameter() if rng.random() < 0.75 else None
        neurons.append(Neuron(f"n{i}", role, own, combine, bias))
        connections += [Connection(source, f"n{i}", parameter()) for source in sources]
    names = names[1:]
    if shuffled:
        for parts in (neurons, connections, names):
            rng.shuffle(parts)
    values = {name: float(rng.normal(0.0, 0.9)) for name in names}
    return Network.build(neurons, connections, values, [name for name in names if rng.random() < 0.2])


def _targets(rng: np.random.Generator, samples: int, outputs: int, loss: str) -> Array:
    if loss == "binary_cross_entropy":
        return np.where(rng.random((samples, outputs)) < 0.5, rng.integers(0, 2, (samples, outputs)),
                        rng.random((samples, outputs)))
    if loss == "softmax_cross_entropy":
        return rng.dirichlet(np.ones(outputs), samples)
    return rng.normal(size=(samples, outputs))


def _away_from_kinks(network: Network, X: Array, T: Array, loss: str) -> Flags:
    """(samples,): no z near a corner, no near tie of max, no output on its target, nothing huge."""
    with np.errstate(over="ignore", invalid="ignore"):
        z, a, terms = reference.evaluate(network, network.parameters, X)
    safe = np.ones(len(X), dtype=np.bool_)
    for neuron in network.structure.neurons:
        if neuron.role == "input":
            continue
        safe &= np.abs(z[neuron.id]) < 30.0
        if neuron.activation in reference.CORNERS:
            safe &= np.abs(z[neuron.id]) > MARGIN
        if neuron.combine == "max" and len(terms[neuron.id]) > 1:
            best = np.sort(np.array(terms[neuron.id]), axis=0)
            safe &= best[-1] - best[-2] > MARGIN
    if loss == "mean_absolute_error":
        o = np.stack([a[id] for id in network.structure.outputs], axis=1)
        safe &= (np.abs(o - T) > MARGIN).all(axis=1)
    if loss == "binary_cross_entropy":
        o = np.stack([a[id] for id in network.structure.outputs], axis=1)
        safe &= (np.abs(o - 0.5) < 0.4999).all(axis=1)
    return safe
