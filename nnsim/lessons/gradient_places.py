"""Places of a worksheet where the loss, a gradient or an update is asked for, with what mistakes there are made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import name
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection
from nnsim.lessons.places import NeuronPlace, Place

_BY_OUTPUT: dict[str, Callable[[float], float]] = {"sigmoid": lambda a: a * (1.0 - a), "tanh": lambda a: 1.0 - a * a}
"""Slopes that are written with the output."""


@dataclass(frozen=True)
class CostPlace(NeuronPlace):
    """What one output costs."""

    answer: float

    @property
    def t(self) -> float:
        """The target."""
        assert self.e.t is not None
        return float(self.e.t[self.e.structure.outputs.index(self.id)])

    @property
    def o(self) -> float:
        """The output."""
        return self.e.a(self.id)

    @property
    def m(self) -> int:
        """How many outputs there are."""
        return len(self.e.structure.outputs)

    @property
    def square(self) -> float:
        """The difference, squared."""
        return (self.t - self.o) ** 2

    @property
    def loss(self) -> str:
        """The name of the loss."""
        return self.e.loss_name

    @property
    def halved(self) -> bool:
        """Whether it takes half of the square."""
        return self.loss == "half_squared_error"

    @property
    def squared(self) -> bool:
        """Whether it squares the difference."""
        return self.loss in ("half_squared_error", "mean_squared_error")

    @property
    def averaged(self) -> bool:
        """Whether a mean is taken over the outputs."""
        return LOSSES[self.loss].averaged

    @property
    def logarithmic(self) -> bool:
        """Whether it takes a logarithm."""
        return self.loss in ("binary_cross_entropy", "softmax_cross_entropy")

    @property
    def target(self) -> str:
        """The target as it is written."""
        return self.e.notation.target_of(self.id).text

    @property
    def output(self) -> str:
        """The output as it is written."""
        return self.e.notation.activation(self.e.structure, self.id).text


@dataclass(frozen=True)
class LossSlopePlace(CostPlace):
    """The loss's derivative by an output."""


@dataclass(frozen=True)
class LossPlace(Place):
    """The loss: the sum or mean of what the outputs cost, by their names."""

    answer: float
    costs: Mapping[str, float]

    @property
    def averaged(self) -> bool:
        """Whether it is a mean."""
        return LOSSES[self.e.loss_name].averaged

    @property
    def halved(self) -> bool:
        """Whether it takes half of the squares."""
        return self.e.loss_name == "half_squared_error"


@dataclass(frozen=True)
class BackPlace(NeuronPlace):
    """∂L/∂a of a neuron that feeds others."""

    answer: float

    @property
    def pairs(self) -> list[tuple[float, float]]:
        """(δ, slope of that sum by this output) for each neuron that it feeds."""
        return [(self.e.delta(c.target), self.e.by_source(c).value) for c in self.e.structure.outgoing[self.id]]

    @property
    def ways(self) -> list[tuple[str, float]]:
        """(neuron, what comes back through it), where there are several."""
        outgoing = self.e.structure.outgoing[self.id]
        return [(c.target, delta * slope) for c, (delta, slope) in zip(outgoing, self.pairs, strict=True)
                ] if len(outgoing) > 1 else []


@dataclass(frozen=True)
class SlopePlace(NeuronPlace):
    """The slope of a neuron's function."""

    @property
    def z(self) -> float:
        """The sum."""
        return self.e.z(self.id)

    @property
    def a(self) -> float:
        """The output."""
        return self.e.a(self.id)

    @property
    def by_output(self) -> Callable[[float], float] | None:
        """The slope by the output, where it is written so."""
        return _BY_OUTPUT.get(self.activation)

    @property
    def at_output(self) -> float:
        """The slope that the output would have if it were a sum."""
        entry = ACTIVATIONS[self.activation]
        a = np.array([self.a])
        return float(entry.derivative(a, entry.f(a))[0])


@dataclass(frozen=True)
class WeightPlace(Place):
    """One about a weight."""

    use: Connection

    @property
    def weight(self) -> float:
        """The weight."""
        return self.e.network.value(self.use.weight)

    @property
    def weight_name(self) -> str:
        """The weight as it is written."""
        return name(self.use.weight).text


@dataclass(frozen=True)
class LocalPlace(WeightPlace):
    """The slope of a sum by a weight: what comes in."""

    @property
    def source(self) -> str:
        """Where it comes from."""
        return self.use.source

    @property
    def target(self) -> str:
        """Where it leads to."""
        return self.use.target

    @property
    def source_sum(self) -> float | None:
        """The sum of the neuron that it comes from; None for an input."""
        return None if self.source in self.e.structure.inputs else self.e.z(self.source)

    @property
    def target_output(self) -> float:
        """What comes out where it leads to."""
        return self.e.a(self.target)

    @property
    def others(self) -> list[tuple[str, float]]:
        """(source, what it sends) of the other connections to the same neuron."""
        return [(c.source, self.e.a(c.source)) for c in self.e.structure.incoming[self.target] if c is not self.use]


@dataclass(frozen=True)
class GradientPlace(WeightPlace):
    """The gradient of a weight that is used once, a product of three factors."""

    answer: float
    factors: tuple[Equation, ...]
    digits: int
    """How the factors are written."""

    @property
    def ways(self) -> list[tuple[str, float]]:
        """(neuron, the path through it alone), where there are several."""
        _, slope, local = self.factors
        return [(id, way * slope.value * local.value) for id, way in BackPlace(self.e, self.use.target, 0.0).ways]

    @property
    def others(self) -> list[tuple[str, float]]:
        """(weight, gradient) of the other weights into the same neuron."""
        return [(name(c.weight).text, self.e.gradient(c.weight))
                for c in self.e.structure.incoming[self.use.target] if c is not self.use]


@dataclass(frozen=True)
class SharedPlace(Place):
    """The gradient of a parameter with several uses: the sum of its parts at each."""

    answer: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class UpdatePlace(Place):
    """The new value of a weight. ``plain`` says that the step is the rate times the gradient."""

    gradient: GradientPlace
    answer: float
    rate: float
    plain: bool

    @property
    def g(self) -> float:
        """The gradient."""
        return self.gradient.answer

    @property
    def w(self) -> float:
        """The weight as it was."""
        return self.gradient.weight

    @property
    def weight_name(self) -> str:
        """The weight as it is written."""
        return self.gradient.weight_name

    @property
    def rate_name(self) -> str:
        """The learning rate as it is written."""
        return self.e.notation.rate.text


@dataclass(frozen=True)
class ErrorPlace(Place):
    """T − O of an output."""

    answer: float


@dataclass(frozen=True)
class RulePlace(Place):
    """The new value of a parameter by the perceptron rule, or with a ``sign`` of −1 of the threshold that it is.

    ``parts`` are (output, T − O, what came in) of its uses. ``plain``: no penalty or clipping changes the step.
    """

    parameter: str
    answer: float
    rate: float
    plain: bool
    parts: tuple[tuple[str, float, float], ...]
    sign: float = 1.0

    @property
    def old(self) -> float:
        """The value as it was."""
        return self.sign * self.e.network.value(self.parameter)

    @property
    def called(self) -> str:
        """The parameter as it is written."""
        return name(self.parameter).text if self.sign > 0 else "θ"

    @property
    def rate_name(self) -> str:
        """The learning rate as it is written."""
        return self.e.notation.rate.text

    @property
    def way(self) -> str:
        """Which way it goes."""
        return "T − O is added, and O − T is not" if self.sign > 0 else "θ is −bias, so it falls where a bias rises"

    def after(self, corrections: Iterable[float]) -> float:
        """The new value if its uses are corrected by these."""
        return self.old + self.sign * sum(corrections)
