"""The program of a network: forward and backward passes, level by level, in numpy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.activations import ACTIVATIONS, Activation
from nnsim.core.arrays import Array, Indices
from nnsim.core.combines import COMBINES, Combine
from nnsim.core.losses import LOSSES
from nnsim.core.network import Network, NetworkError, Neuron, Problem, Structure

T = TypeVar("T")


@dataclass(frozen=True)
class Trace:
    """All numbers of a forward pass. Row i belongs to neuron i of the structure.

    ``z_rows`` and ``a_rows`` are (neurons, samples); an input's z is its value.
    """

    z_rows: Array
    a_rows: Array

    @property
    def z(self) -> Array:
        """Pre-activations, (samples, neurons)."""
        return self.z_rows.T

    @property
    def a(self) -> Array:
        """Activations, (samples, neurons)."""
        return self.a_rows.T


@dataclass(frozen=True)
class Backward:
    """All numbers of both passes over some samples: the mean loss and how it depends on everything.

    ``gradient`` is ∂L/∂p, (n_parameters,). ``delta_rows`` is δ = ∂L/∂z, (neurons, samples): each sample's share of
    the mean, so a column is 1/samples of that sample's own δ. Inputs have none: 0.
    """

    loss: float
    gradient: Array
    trace: Trace
    delta_rows: Array

    @property
    def deltas(self) -> Array:
        """δ of every neuron, (samples, neurons)."""
        return self.delta_rows.T


@dataclass(frozen=True)
class Places:
    """Where some numbers stand in a longer array: to read them there, and to add to them.

    ``index`` may have any shape and name a place more than once, as a shared parameter does.
    """

    index: Indices

    @cached_property
    def run(self) -> slice | None:
        """The places as a slice if they follow one another: a view costs a fraction of a copy."""
        flat = self.index.ravel()
        if len(flat) == 0 or (np.diff(flat) != 1).any():
            return None
        return slice(int(flat[0]), int(flat[-1]) + 1)

    @cached_property
    def _sorted(self) -> tuple[Indices, Indices, Indices] | None:
        """(places without repeats, the order that sorts ``index``, where each place starts in it).

        None if no place is named twice.
        """
        flat = self.index.ravel()
        places, starts = np.unique(np.sort(flat), return_index=True)
        return None if len(places) == len(flat) else (places, np.argsort(flat, kind="stable"), starts)

    def of(self, array: Array) -> Array:
        """array[index], as a view if it can be."""
        if self.run is None:
            return array[self.index]
        part = array[self.run]
        return part if self.index.ndim == 1 else part.reshape(self.index.shape + array.shape[1:])

    def put(self, array: Array, values: Array) -> None:
        """array[index] = values, for a flat ``index``."""
        array[self.index if self.run is None else self.run] = values

    def add(self, array: Array, values: Array) -> None:
        """array[index] += values; a place that is named more than once gets all that is meant for it."""
        if self.run is not None:
            view = self.of(array)
            view += values
        elif self._sorted is None:
            array[self.index] += values
        else:
            # What np.add.at does, several times faster: bring equal places together, sum each stretch.
            places, order, starts = self._sorted
            array[places] += np.add.reduceat(values.reshape(-1, *array.shape[1:])[order], starts, axis=0)


@dataclass(frozen=True)
class Group:
    """Neurons computed in one go: alike in level, combine, activation, number of connections, bias or none.

    ``weights`` is the matrix W of their parameters, (neurons, fan_in), in file order. ``sources`` is
    (fan_in, neurons), or only (fan_in,) in a *layer*: all sum up what the same neurons send, in the same
    order. ``biases`` is (neurons,), or None.
    """

    neurons: Places
    sources: Places
    weights: Places
    biases: Places | None
    combine: Combine
    activation: Activation
    only_inputs: bool
    """All sources are input neurons: nothing is to be sent further back."""

    @property
    def fan_in(self) -> int:
        """How many connections enter each of the neurons."""
        return len(self.sources.index)

    @property
    def is_layer(self) -> bool:
        """Their combination is the matrix product W x."""
        return self.sources.index.ndim == 1

    def terms(self, W: Array, a: Array) -> Iterator[Array]:
        """weightᵢ·activationᵢ in file order, (neurons, samples) each; a (all neurons, samples)."""
        for weights, source in zip(W.T, self.sources.index, strict=True):
            yield weights[:, None] * a[source]


class Program:
    """What a structure computes. Made by ``compile``; holds no values, so any thread may use it."""

    engine = "numpy"

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.inputs: Indices = _positions(structure, structure.inputs)
        self.outputs: Indices = _positions(structure, structure.outputs)
        self._output_places = Places(self.outputs)
        self.groups: tuple[Group, ...] = tuple(_groups(structure))
        # Where a function jumps or bends, the order of a sum decides on which side of it z falls: then
        # sums run in file order. Smooth networks may use matrix products, 1e-16 away.
        self.file_order = any(g.activation.kinks or g.combine.kinked for g in self.groups)

    def __repr__(self) -> str:
        cannot = " that cannot run yet" if self.problems else ""
        return f"<Program of {self.structure.summary}; {self.engine}{cannot}>"

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Why this network cannot be run yet, naming the neurons. Empty if it can."""
        return tuple(_problems(self.structure))

    @property
    def explainable(self) -> bool:
        """Whether there is something to explain, also where an output is still to be connected: one that is."""
        return bool(self.structure.inputs) and any(self.structure.incoming[id] for id in self.structure.outputs)

    def forward(self, parameters: ArrayLike, X: ArrayLike) -> Array:
        """The outputs. X (samples, inputs) -> (samples, outputs).

        Raises ValueError for a wrong number of columns and for NaN or inf, naming row and column.
        """
        return self.trace(parameters, X).a[:, self.outputs]

    def trace(self, parameters: ArrayLike, X: ArrayLike) -> Trace:
        """All pre-activations and activations. X (samples, inputs). Raises as ``forward``."""
        return self.run(self._vector(parameters), checked_matrix(X, "X", self.structure.inputs))

    def loss_and_gradient(
        self, parameters: ArrayLike, X: ArrayLike, T: ArrayLike, loss: str = "half_squared_error"
    ) -> tuple[float, Array]:
        """The mean loss over the samples and its derivative by every parameter, frozen or not.

        X (samples, inputs), T (samples, outputs) -> (L, ∂L/∂p of shape (n_parameters,)).
        Raises ValueError for an unknown loss, for shapes that do not fit and for NaN or inf, naming row and
        column.
        """
        if loss not in LOSSES:
            raise ValueError(f"There is no loss “{loss}”; use one of {', '.join(LOSSES)}.")
        X = checked_matrix(X, "X", self.structure.inputs)
        T = checked_matrix(T, "T", self.structure.outputs)
        if len(X) != len(T):
            raise ValueError(f"X has {len(X)} samples but T has {len(T)}: each sample needs its target.")
        if len(X) == 0:
            raise ValueError("There is no sample: the mean loss of nothing is not defined.")
        return self.gradient(self._vector(parameters), X, T, loss)

    # The unchecked forms, for loops that checked their arrays once. Overflow is not an error here: it
    # becomes inf or NaN, which the Trainer reports as divergence.

    @np.errstate(over="ignore", invalid="ignore", under="ignore")
    def run(self, parameters: Array, X: Array) -> Trace:
        """``trace`` for arrays known to be sound.

        For every neuron: z = combine(weightᵢ·activationᵢ, in file order) + bias, a = f(z).
        """
        z = np.zeros((len(self.structure.neurons), len(X)))
        z[self.inputs] = X.T
        a = z.copy()
        for group in self.groups:
            combined = self._combine(group, parameters, a)
            if group.biases is not None:
                combined += group.biases.of(parameters)[:, None]
            group.neurons.put(z, combined)
            group.neurons.put(a, group.activation.f(combined))
        return Trace(z, a)

    def activations(self, parameters: Array, X: Array) -> Array:
        """The activation of every neuron, (neurons, samples), for arrays known to be sound: what maps are made of."""
        return self.run(parameters, X).a_rows

    @np.errstate(over="ignore", invalid="ignore", under="ignore")
    def gradient(
        self, parameters: Array, X: Array, T: Array, loss: str, straight: bool = False
    ) -> tuple[float, Array]:
        """``loss_and_gradient`` for arrays known to be sound. Rumelhart, Hinton, Williams 1986.

        With ``straight`` every activation counts as one of slope 1 and the loss as ½(t−o)²: for one layer of threshold
        neurons ∂L/∂w is then (o−t)·x, the perceptron rule. Rosenblatt 1958.
        """
        trace = self.run(parameters, X)
        o = self._output_places.of(trace.a_rows).T
        return LOSSES[loss].value(o, T), self._backward(parameters, trace, T, loss, straight)[0]

    @np.errstate(over="ignore", invalid="ignore", under="ignore")
    def backward(self, parameters: Array, X: Array, T: Array, loss: str, straight: bool = False) -> Backward:
        """Both passes with all their numbers; arrays known to be sound. ``straight`` as in ``gradient``."""
        trace = self.run(parameters, X)
        gradient, delta = self._backward(parameters, trace, T, loss, straight)
        delta[self.inputs] = 0.0
        o = self._output_places.of(trace.a_rows).T
        return Backward(LOSSES[loss].value(o, T), gradient, trace, delta)

    def _combine(self, group: Group, parameters: Array, a: Array) -> Array:
        if group.fan_in == 0:
            return np.zeros((len(group.neurons.index), a.shape[1]))
        W = group.weights.of(parameters)
        if group.is_layer and not self.file_order:
            return np.asarray(W @ group.sources.of(a))
        return group.combine.forward(group.terms(W, a))

    def _backward(
        self, parameters: Array, trace: Trace, T: Array, loss: str, straight: bool = False
    ) -> tuple[Array, Array]:
        """(∂L/∂p, δ by rows, but for the inputs')."""
        gradient = np.zeros_like(parameters)
        # Each row gathers ∂L/∂a from the neurons it feeds, then its own turn comes: δ = ∂L/∂a · f′(z).
        delta = np.zeros_like(trace.a_rows)
        o = self._output_places.of(trace.a_rows).T
        by_output = o - T if straight else LOSSES[loss].gradient(o, T)
        self._output_places.put(delta, by_output.T / len(T))
        for group in reversed(self.groups):
            z, a = group.neurons.of(trace.z_rows), group.neurons.of(trace.a_rows)
            d = group.neurons.of(delta)
            d = d.copy() if straight else d * group.activation.derivative(z, a)
            group.neurons.put(delta, d)
            if group.biases is not None:
                group.biases.add(gradient, d.sum(axis=1))
            if group.fan_in == 0:
                continue
            W = group.weights.of(parameters)
            if group.is_layer:
                group.weights.add(gradient, d @ group.sources.of(trace.a_rows).T)
                if not group.only_inputs:
                    group.sources.add(delta, W.T @ d)
            else:
                weights, incoming = W.T[:, :, None], group.sources.of(trace.a_rows)
                by_term = d * group.combine.derivative(weights * incoming)
                group.weights.add(gradient, (by_term * incoming).sum(axis=2).T)
                if not group.only_inputs:
                    group.sources.add(delta, by_term * weights)
        return gradient, delta

    def _vector(self, parameters: ArrayLike) -> Array:
        vector = np.asarray(parameters, dtype=np.float64)
        if vector.shape != (len(self.structure.parameter_names),):
            raise ValueError(
                f"This network has {len(self.structure.parameter_names)} parameters; "
                f"the vector given has shape {vector.shape}."
            )
        return vector


def program_of(structure: Structure) -> Program:
    """The program of any sound structure, also a half-built one; made once for each structure."""
    return kept_in(structure, "_program", Program)


def kept_in(structure: Structure, name: str, make: Callable[[Structure], T]) -> T:
    """What ``make`` makes of a structure, made once for each; any thread may ask, and all get the same.

    It lives in the structure, under this name, where a cached_property would put it, so that both are freed together:
    in a dictionary with weak keys it would hold its own key for ever.
    """
    kept = vars(structure)
    if name not in kept:
        kept.setdefault(name, make(structure))
    found: T = kept[name]
    return found


def compile(network: Network) -> Program:
    """The program of a network that is ready to run.

    Raises NetworkError, with ``.problems``, if it is not. Cached by the identity of the structure.
    """
    program = program_of(network.structure)
    if program.problems:
        raise NetworkError(program.problems)
    return program


def checked_matrix(values: ArrayLike, what: str, columns: tuple[str, ...]) -> Array:
    """``values`` as (samples, columns) float64. Raises ValueError naming row and column of what is wrong."""
    try:
        matrix = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} is not a table of numbers: {error}") from None
    if matrix.ndim != 2 or matrix.shape[1] != len(columns):
        named = ", ".join(columns[:8]) + (" …" if len(columns) > 8 else "")
        raise ValueError(
            f"{what} must have {len(columns)} columns, one each for {named}; its shape is {matrix.shape}."
        )
    finite = np.isfinite(matrix)
    if not finite.all():
        row, column = (int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(
            f"{what} has {matrix[row, column]} in row {row}, column {column} ({columns[column]}): "
            "only finite numbers can be used."
        )
    return matrix


def _positions(structure: Structure, ids: tuple[str, ...]) -> Indices:
    return np.array([structure.position[id] for id in ids], dtype=np.intp)


def _groups(structure: Structure) -> list[Group]:
    """The neurons to compute, in an order in which every source comes before its targets."""
    together: dict[tuple[int, str, str, int, bool], list[Neuron]] = {}
    for neuron in structure.neurons:
        if neuron.role != "input":
            depth, fan_in = structure.depth[neuron.id], len(structure.incoming[neuron.id])
            key = (depth, neuron.combine, neuron.activation, fan_in, neuron.bias is not None)
            together.setdefault(key, []).append(neuron)
    return [_group(structure, neurons) for _, neurons in sorted(together.items(), key=lambda item: item[0])]


def _group(structure: Structure, neurons: list[Neuron]) -> Group:
    position, index = structure.position, structure.parameter_index
    edges = [structure.incoming[neuron.id] for neuron in neurons]
    shape = len(neurons), len(edges[0])
    sources = np.array([position[e.source] for row in edges for e in row], dtype=np.intp).reshape(shape)
    weights = np.array([index[e.weight] for row in edges for e in row], dtype=np.intp).reshape(shape)
    biases = [index[neuron.bias] for neuron in neurons if neuron.bias is not None]
    is_layer = neurons[0].combine == "sum" and bool((sources == sources[0]).all())
    return Group(
        neurons=Places(_positions(structure, tuple(neuron.id for neuron in neurons))),
        sources=Places(sources[0] if is_layer else sources.T),
        weights=Places(weights),
        biases=Places(np.array(biases, dtype=np.intp)) if biases else None,
        combine=COMBINES[neurons[0].combine],
        activation=ACTIVATIONS[neurons[0].activation],
        only_inputs=all(structure.by_id[e.source].role == "input" for row in edges for e in row),
    )


def _problems(structure: Structure) -> list[Problem]:
    problems = []
    if not structure.inputs:
        problems.append(Problem("There is no input neuron yet: add one."))
    if not structure.outputs:
        problems.append(Problem("There is no output neuron yet: add one, or make a neuron an output."))
    for id in structure.outputs:
        if not structure.incoming[id]:
            problems.append(Problem(f"Nothing leads to output {id}: connect a neuron to it.", (id,)))
    return problems
