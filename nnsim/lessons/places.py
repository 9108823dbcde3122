"""Places of a worksheet where a sum, its function or a count is asked for, with what mistakes there are made of."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.explain.explanation import Explanation
from nnsim.core.explain.sums import Product, Sum
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.terms import FUNCTIONS
from nnsim.core.network import Connection
from nnsim.lessons.material import layers_of

_SMALLEST_BIAS = 1e-9


@dataclass(frozen=True)
class Place:
    """A blank about one sample's passes through a network."""

    e: Explanation


@dataclass(frozen=True)
class NeuronPlace(Place):
    """One about a neuron."""

    id: str

    @property
    def activation(self) -> str:
        """The name of its function."""
        return self.e.structure.by_id[self.id].activation

    @property
    def bends(self) -> bool:
        """Whether it does more than pass its sum on, so that its δ is another number than ∂L/∂a."""
        return self.activation != "linear"

    @property
    def own_delta(self) -> float:
        """Its δ."""
        return self.e.delta(self.id)

    @property
    def delta(self) -> str:
        """δ as it is written."""
        return self.e.notation.delta(self.id).text


@dataclass(frozen=True)
class SumPlace(NeuronPlace):
    """The sum of a neuron that adds up, as it is written: with its bias, or to be compared with θ."""

    answer: float

    @property
    def edges(self) -> tuple[Connection, ...]:
        """Its connections; none if it does not add up."""
        return self.e.structure.incoming[self.id] if self.e.structure.by_id[self.id].combine == "sum" else ()

    @property
    def w(self) -> Array:
        """Its weights."""
        return np.array([self.e.network.value(c.weight) for c in self.edges])

    @property
    def x(self) -> Array:
        """What comes in."""
        return np.array([self.e.a(c.source) for c in self.edges])

    @property
    def sums(self) -> Array:
        """The sums of the neurons that it comes from, and inputs as they are."""
        inputs = self.e.structure.inputs
        return np.array([self.e.a(c.source) if c.source in inputs else self.e.z(c.source) for c in self.edges])

    @property
    def from_neurons(self) -> bool:
        """Whether anything comes in from another neuron."""
        return any(c.source not in self.e.structure.inputs for c in self.edges)

    @property
    def products(self) -> list[tuple[str, float]]:
        """(source, weight times what comes in)."""
        return [(c.source, float(product)) for c, product in zip(self.edges, self.w * self.x, strict=True)]

    @property
    def bias(self) -> float:
        """What is added to the products; 0 where they are compared with θ."""
        return self.answer - float(self.w @ self.x)

    @property
    def has_bias(self) -> bool:
        """Whether a bias that is not 0 is added."""
        return bool(self.edges) and self._own_bias is not None and abs(self.bias) > _SMALLEST_BIAS

    @property
    def bias_name(self) -> str:
        """The bias as it is written."""
        return name(self._own_bias or "").text

    @property
    def theta(self) -> float:
        """θ, where the sum is compared with one; else 0."""
        if self._own_bias is None or not self.edges or abs(self.bias) > _SMALLEST_BIAS:
            return 0.0
        return -self.e.network.value(self._own_bias)

    @property
    def _own_bias(self) -> str | None:
        return self.e.structure.by_id[self.id].bias

    @property
    def transposed(self) -> Array | None:
        """The weights of W's column in place of its row, as on the lecture's slides; None where W is not square."""
        structure = self.e.structure
        layers, k = layers_of(structure), structure.depth[self.id]
        if not layers or len(layers[k]) != len(layers[k - 1]) or len(self.edges) != len(layers[k]):
            return None
        source = layers[k - 1][layers[k].index(self.id)]
        column = [structure.by_ends.get((source, target)) for target in layers[k]]
        values = [self.e.network.value(c.weight) for c in column if c is not None]
        if len(values) < len(column):
            return None
        by_row = dict(zip(layers[k - 1], values, strict=True))
        return np.array([by_row[c.source] for c in self.edges])

    @property
    def entering(self) -> str:
        """Which weight comes from where."""
        return ", ".join(f"{c.weight} from {c.source}" for c in self.edges)

    @property
    def output(self) -> float:
        """What the neuron makes of it."""
        return self.e.a(self.id)

    @property
    def neighbours(self) -> list[tuple[str, float]]:
        """(neuron, sum) of the others that take from the same neurons."""
        structure = self.e.structure
        sources = {c.source for c in self.edges}
        return [(n.id, self.e.forward(n.id)[0].value) for n in structure.neurons if sources and n.id != self.id
                and n.role != "input" and {c.source for c in structure.incoming[n.id]} == sources]


@dataclass(frozen=True)
class FunctionPlace(NeuronPlace):
    """A neuron's function of its sum."""

    answer: float
    sum: SumPlace
    sum_name: str

    @property
    def called(self) -> str:
        """The function as it is written."""
        written = FUNCTIONS[self.activation].name
        return written.text if written is not None else self.activation

    @property
    def z(self) -> float:
        """The sum."""
        return self.sum.answer

    @property
    def twice(self) -> float:
        """The function of the function of the sum."""
        return float(ACTIVATIONS[self.activation].f(np.array([self.answer]))[0])

    @property
    def sigmoid(self) -> float:
        """The sigmoid of the sum."""
        return float(ACTIVATIONS["sigmoid"].f(np.array([self.z]))[0])

    @property
    def slope(self) -> float:
        """The slope at the sum."""
        return self.e.slope(self.id).value


@dataclass(frozen=True)
class RowPlace:
    """The sum of a step neuron in a row of a gate's table."""

    total: Sum

    @property
    def with_theta(self) -> bool:
        """Whether it is compared with θ, and not with 0."""
        return self.total.in_threshold_notation

    @property
    def answer(self) -> float:
        """The sum as it is asked for."""
        return self.combined if self.with_theta else self.total.z

    @property
    def combined(self) -> float:
        """The products, added up."""
        return self.total.combined

    @property
    def threshold(self) -> float:
        """θ."""
        return self.total.threshold

    @property
    def bias(self) -> float:
        """The bias, or 0."""
        return self.total.bias or 0.0

    @property
    def terms(self) -> tuple[Product, ...]:
        """The products, if they are added up."""
        return self.total.terms if self.total.combine == "sum" else ()


@dataclass(frozen=True)
class StepPlace:
    """What a step neuron says. ``exactly``: its sum is θ and no more; ``rule`` says when it says 1."""

    answer: float
    exactly: bool
    rule: str


@dataclass(frozen=True)
class CellPlace:
    """An entry of a weight matrix: row ``j``, column ``i``, from 0 on. ``way`` says what stands there."""

    W: Array
    j: int
    i: int
    way: str


@dataclass(frozen=True)
class CountPlace:
    """How many parameters a network has."""

    uses: int
    weights: int
    connections: int


@dataclass(frozen=True)
class NetPlace:
    """How many parameters a fully connected network of these layers has."""

    sizes: tuple[int, ...]

    @property
    def weights(self) -> int:
        """How many of them are weights."""
        return sum(a * b for a, b in pairwise(self.sizes))
