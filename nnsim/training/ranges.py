"""Whether outputs can give what the targets ask for."""

from dataclasses import dataclass

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.losses import LOSSES
from nnsim.core.network import Structure

WIDER = ("sigmoid", "tanh", "linear")
"""What to choose where targets are out of reach: the narrowest that reaches them."""


@dataclass(frozen=True)
class OutOfReach:
    """Outputs that share an activation, whose range leaves out some of their targets.

    ``targets`` is from where to where they reach, ``gives`` what the outputs give, or with ``softmax`` what softmax
    makes of them; ``better`` is an activation that reaches the targets.
    """

    outputs: tuple[str, ...]
    activation: str
    targets: tuple[float, float]
    gives: tuple[float, float]
    better: str
    softmax: bool = False


def out_of_reach(structure: Structure, T: Array, loss: str) -> tuple[OutOfReach, ...]:
    """The outputs that can never give their column of the targets T (samples, outputs); none where all is well.

    The ends of a range count as reached, though sigmoid and tanh only come near them.
    """
    if T.shape[1] != len(structure.outputs):
        return ()
    if LOSSES[loss].log_softmax:
        return _shares_out_of_reach(structure, T)
    found: dict[tuple[str, str], list[int]] = {}
    for column, id in enumerate(structure.outputs):
        activation = structure.by_id[id].activation
        if not _reaches(activation, T[:, column]):
            better = suiting(T[:, column], loss)
            found.setdefault((activation, better), []).append(column)
    return tuple(
        OutOfReach(tuple(structure.outputs[column] for column in columns), activation,
                   (float(T[:, columns].min()), float(T[:, columns].max())), ACTIVATIONS[activation].range, better)
        for (activation, better), columns in found.items()
    )


def suiting(targets: Array, loss: str) -> str:
    """The activation of an output that reaches the targets, of any shape, and not much more."""
    return "linear" if LOSSES[loss].log_softmax else next(name for name in WIDER if _reaches(name, targets))


def _shares_out_of_reach(structure: Structure, T: Array) -> tuple[OutOfReach, ...]:
    """The outputs that are bounded, if softmax makes no share as small or large of them as a target is."""
    activations = [structure.by_id[id].activation for id in structure.outputs]
    low, high = np.array([ACTIVATIONS[name].range for name in activations]).T
    with np.errstate(over="ignore"):
        others = ~np.eye(len(low), dtype=bool)
        smallest = 1.0 / (1.0 + np.exp(high[None, :] - low[:, None]).sum(axis=1, where=others))
        largest = 1.0 / (1.0 + np.exp(low[None, :] - high[:, None]).sum(axis=1, where=others))
    out = (T.min(axis=0) < smallest) | (T.max(axis=0) > largest)
    if not out.any():
        return ()
    bounded: dict[str, list[str]] = {}
    for id, name, ends in zip(structure.outputs, activations, zip(low, high, strict=True), strict=True):
        if np.isfinite(ends).any():
            bounded.setdefault(name, []).append(id)
    targets = float(T[:, out].min()), float(T[:, out].max())
    gives = float(smallest[out].min()), float(largest[out].max())
    return tuple(OutOfReach(tuple(ids), name, targets, gives, "linear", True) for name, ids in bounded.items())


def _reaches(activation: str, targets: Array) -> bool:
    entry = ACTIVATIONS[activation]
    if not entry.has_slope:
        return bool(np.isin(targets, entry.f(np.array([-1.0, 0.0, 1.0]))).all())
    low, high = entry.range
    return bool(low <= targets.min() and targets.max() <= high)
