"""A batch, step by step: forward neuron by neuron, loss, backward neuron by neuron, accumulate, update."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nnsim.core.arrays import Array, Indices
from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.notation import Notation
from nnsim.core.network import Network
from nnsim.core.program import program_of

Kind = Literal["feed", "forward", "loss", "backward", "accumulate", "update"]


@dataclass(frozen=True)
class Moment:
    """One step: what happens, in which sample of the batch, and at which neuron."""

    kind: Kind
    sample: int
    neuron: str = ""


class Walk:
    """The steps of one batch, for the values before its update. ``rows`` are the samples' rows in the data.

    With ``straight``, the perceptron rule, nothing goes backwards: it knows no δ and no gradient.
    """

    def __init__(self, network: Network, X: Array, T: Array, rows: Indices, loss: str,
                 notation: Notation, straight: bool = False) -> None:
        self.network, self.X, self.T, self.rows = network, X, T, rows
        self.loss, self.notation, self.straight = loss, notation, straight
        self.program = program_of(network.structure)
        self.order = network.structure.order
        self._explained: tuple[int, Explanation] | None = None

    @property
    def _per_sample(self) -> int:
        return (1 if self.straight else 2) * len(self.order) + 3

    def __len__(self) -> int:
        return len(self.X) * self._per_sample + 1

    def __getitem__(self, index: int) -> Moment:
        """The step at 0 … len − 1; the last is the update."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        sample, step = divmod(index, self._per_sample)
        n = len(self.order)
        if sample == len(self.X):
            return Moment("update", sample - 1)
        if step == 0:
            return Moment("feed", sample)
        if step <= n:
            return Moment("forward", sample, self.order[step - 1])
        if step == n + 1:
            return Moment("loss", sample)
        if step < self._per_sample - 1:
            return Moment("backward", sample, self.order[2 * n + 1 - step])
        return Moment("accumulate", sample)

    def reached(self, moment: Moment) -> frozenset[str]:
        """The neurons that the forward wave has reached."""
        inputs = frozenset(self.network.structure.inputs)
        if moment.kind == "feed":
            return inputs
        if moment.kind == "forward":
            return inputs | frozenset(self.order[: self.order.index(moment.neuron) + 1])
        return inputs | frozenset(self.order)

    def reached_back(self, moment: Moment) -> tuple[str, ...]:
        """The neurons whose δ is known."""
        if self.straight:
            return ()
        if moment.kind == "backward":
            return self.order[self.order.index(moment.neuron) :]
        return self.order if moment.kind in ("accumulate", "update") else ()

    def explanation(self, sample: int) -> Explanation:
        """The numbers of one sample."""
        if self._explained is None or self._explained[0] != sample:
            made = Explanation(self.network, self.X[sample], self.T[sample], self.loss, self.notation)
            self._explained = sample, made
        return self._explained[1]

    @np.errstate(all="ignore")
    def gradient(self, samples: int) -> Array:
        """The sum of the first so many samples' own gradients, (n_parameters,); if straight, of (O − T)·x."""
        if samples == 0:
            return np.zeros_like(self.network.parameters)
        _, mean = self.program.gradient(self.network.parameters, self.X[:samples], self.T[:samples], self.loss,
                                        self.straight)
        total: Array = mean * samples
        return total
