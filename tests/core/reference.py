"""A second, naive reading of networks and losses, for the autograd package: shares no code with nnsim.

Every neuron is computed by itself, from formulas written down here once more, by recursion over the
graph. Reverse-mode differentiation is then autograd's own.
"""

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
from autograd import grad

from nnsim.core.network import Connection, Network

# autograd traces values of its own types, so its arrays are Any here.
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "heaviside": lambda z: 0.0 * z + (z >= 0.0),
    "relu": lambda z: anp.where(z > 0.0, z, 0.0),
    "leaky_relu": lambda z: anp.where(z > 0.0, z, 0.01 * z),
    "elu": lambda z: anp.where(z > 0.0, z, anp.exp(anp.where(z > 0.0, 0.0, z)) - 1.0),
    "sigmoid": lambda z: 1.0 / (1.0 + anp.exp(-z)),
    "tanh": anp.tanh,
    "softplus": lambda z: anp.log(1.0 + anp.exp(z)),
    "swish": lambda z: z / (1.0 + anp.exp(-z)),
    "gaussian": lambda z: anp.exp(-z * z),
    "sine": anp.sin,
    "linear": lambda z: z,
}
CORNERS = ("heaviside", "relu", "leaky_relu")
"""Activations without a derivative at 0."""

LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "half_squared_error": lambda o, t: anp.mean(anp.sum(0.5 * (t - o) ** 2, axis=1)),
    "mean_squared_error": lambda o, t: anp.mean((t - o) ** 2),
    "mean_absolute_error": lambda o, t: anp.mean(anp.abs(t - o)),
    "binary_cross_entropy": lambda o, t: anp.mean(-t * anp.log(o) - (1.0 - t) * anp.log(1.0 - o)),
    "softmax_cross_entropy": lambda o, t: anp.mean(
        anp.sum(t * (anp.log(anp.sum(anp.exp(o), axis=1, keepdims=True)) - o), axis=1)
    ),
}


def _product(terms: list[Any]) -> Any:
    result = 1.0
    for term in terms:
        result = result * term
    return result


COMBINES: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "product": _product,
    "max": lambda terms: anp.max(anp.array(terms), axis=0),
}


def evaluate(network: Network, p: Any, X: Any, nudge: Any = 0.0) -> tuple[dict[str, Any], ...]:
    """(z, a, terms) by neuron id. ``nudge`` (samples, neurons) is added to every z: its slope is δ."""
    structure = network.structure
    names = list(network.parameter_names)
    place = {neuron.id: i for i, neuron in enumerate(structure.neurons)}
    incoming: dict[str, list[Connection]] = {neuron.id: [] for neuron in structure.neurons}
    for connection in structure.connections:
        incoming[connection.target].append(connection)
    nudge = nudge + anp.zeros((len(X), len(place)))
    inputs = [neuron.id for neuron in structure.neurons if neuron.role == "input"]
    a: dict[str, Any] = {id: X[:, column] for column, id in enumerate(inputs)}
    z: dict[str, Any] = {}
    terms: dict[str, Any] = {}

    def activation(id: str) -> Any:
        if id not in a:
            neuron = structure.neurons[place[id]]
            terms[id] = [p[names.index(edge.weight)] * activation(edge.source) for edge in incoming[id]]
            z[id] = COMBINES[neuron.combine](terms[id]) if terms[id] else anp.zeros(len(X))
            if neuron.bias is not None:
                z[id] = z[id] + p[names.index(neuron.bias)]
            z[id] = z[id] + nudge[:, place[id]]
            a[id] = ACTIVATIONS[neuron.activation](z[id])
        return a[id]

    for id in place:
        activation(id)
    return z, a, terms


def outputs(network: Network, p: Any, X: Any, nudge: Any = 0.0) -> Any:
    """The outputs, (samples, outputs)."""
    a = evaluate(network, p, X, nudge)[1]
    ids = [neuron.id for neuron in network.structure.neurons if neuron.role == "output"]
    return anp.stack([a[id] for id in ids], axis=1)


def loss_gradient_deltas(network: Network, X: Any, T: Any, loss: str) -> tuple[float, Any, Any]:
    """(L, ∂L/∂p, δ): δ (samples, neurons) is the slope of L by what is added to each z."""

    def whole(p: Any, nudge: Any) -> Any:
        return LOSSES[loss](outputs(network, p, X, nudge), T)

    p = anp.array(network.parameters)
    none = anp.zeros((len(X), len(network.structure.neurons)))
    gradient, deltas = grad(whole, (0, 1))(p, none)
    return float(whole(p, none)), gradient, deltas
