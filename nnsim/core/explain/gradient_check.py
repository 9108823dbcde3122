"""The gradient check: the analytic gradient beside central differences."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.losses import LOSSES, Loss
from nnsim.core.network import Network
from nnsim.core.program import Trace, program_of

STEP = float(np.finfo(np.float64).eps ** (1 / 3))
"""Times max(1, |w|): where truncation and rounding of a central difference are about equal. Press et al., 5.7."""
RELATIVE, ABSOLUTE = 1e-5, 1e-7


@dataclass(frozen=True)
class Check:
    """∂L/∂p by backpropagation and by (L(p+h) − L(p−h)) / 2h.

    ``kink`` names the neuron or output whose function jumps or bends between p−h and p+h: there a derivative does not
    exist, and the two need not agree. Empty for none.
    """

    parameter: str
    analytic: float
    numeric: float
    agrees: bool
    kink: str = ""

    @property
    def comparable(self) -> bool:
        """Whether both are numbers: out of all bounds, ∞ and what is undefined prove nothing wrong."""
        return bool(np.isfinite([self.analytic, self.numeric]).all())


@np.errstate(all="ignore")
def check_gradient(
    network: Network, X: Array, T: Array, loss: str, parameters: Iterable[str] | None = None
) -> tuple[Check, ...]:
    """A check of each of these parameters, or of all. X (samples, inputs), T (samples, outputs), both sound."""
    program, structure, w = program_of(network.structure), network.structure, network.parameters
    loss_entry = LOSSES[loss]
    _, gradient = program.gradient(w, X, T, loss)
    found = []
    for name in structure.parameter_names if parameters is None else parameters:
        index = structure.parameter_index[name]
        h = STEP * max(1.0, abs(w[index]))
        sides, losses = [], []
        for sign in (-1.0, 1.0):
            moved = w.copy()
            moved[index] += sign * h
            # What was really added, after rounding, is what to divide by.
            trace = program.run(moved, X)
            sides.append(trace)
            losses.append(loss_entry.value(trace.a[:, program.outputs], T))
        width = (w[index] + h) - (w[index] - h)
        numeric = float((losses[1] - losses[0]) / width)
        analytic = float(gradient[index])
        scale = max(abs(analytic), abs(numeric))
        apart = abs(analytic - numeric)
        agrees = math.isfinite(apart) and apart <= RELATIVE * scale + ABSOLUTE * max(1.0, abs(losses[0]))
        kink = "" if agrees else _kink(network, sides[0], sides[1], T, loss_entry)
        found.append(Check(name, analytic, numeric, agrees, kink))
    return tuple(found)


def _kink(network: Network, below: Trace, above: Trace, T: Array, loss: Loss) -> str:
    """What jumps or bends between two passes close to each other, in the learner's words."""
    structure = network.structure
    for row, neuron in enumerate(structure.neurons):
        if neuron.role == "input":
            continue
        entry = ACTIVATIONS[neuron.activation]
        for kink in entry.kinks:
            if ((below.z_rows[row] < kink) != (above.z_rows[row] < kink)).any() or (
                    (below.z_rows[row] <= kink) != (above.z_rows[row] <= kink)).any():
                return f"{entry.label} of {neuron.id} {'bends' if entry.has_slope else 'jumps'} here"
        if neuron.combine == "max" and len(structure.incoming[neuron.id]) > 1:
            edges = structure.incoming[neuron.id]
            rows = [structure.position[c.source] for c in edges]
            weights = np.array([network.value(c.weight) for c in edges])[:, None]
            first, second = (np.argmax(weights * trace.a_rows[rows], axis=0) for trace in (below, above))
            gap = np.sort(weights * below.a_rows[rows], axis=0)
            if (first != second).any() or (gap[-1] - gap[-2] < 1e-4).any():
                return f"another input becomes the largest of {neuron.id} here"
    if loss.kinked:
        for column, id in enumerate(structure.outputs):
            row = structure.position[id]
            if (np.sign(below.a_rows[row] - T[:, column]) != np.sign(above.a_rows[row] - T[:, column])).any():
                return f"|T − O| of {id} bends here"
    return ""
