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

    ``targets`` is from where to where they reach; ``better`` an activation that reaches them.
    """

    outputs: tuple[str, ...]
    activation: str
    targets: tuple[float, float]
    better: str


def out_of_reach(structure: Structure, T: Array, loss: str) -> tuple[OutOfReach, ...]:
    """The outputs that can never give their column of the targets T (samples, outputs); none where all is well.

    The ends of a range count as reached, though sigmoid and tanh only come near them. A loss that reads outputs as
    something else, as softmax does, is not asked about.
    """
    if LOSSES[loss].log_softmax or T.shape[1] != len(structure.outputs):
        return ()
    found: dict[tuple[str, str], list[int]] = {}
    for column, id in enumerate(structure.outputs):
        activation = structure.by_id[id].activation
        if not _reaches(activation, T[:, column]):
            better = suiting(T[:, column])
            found.setdefault((activation, better), []).append(column)
    return tuple(
        OutOfReach(tuple(structure.outputs[column] for column in columns), activation,
                   (float(T[:, columns].min()), float(T[:, columns].max())), better)
        for (activation, better), columns in found.items()
    )


def suiting(targets: Array) -> str:
    """The activation of an output that reaches the targets, of any shape, and not much more."""
    return next(name for name in WIDER if _reaches(name, targets))


def _reaches(activation: str, targets: Array) -> bool:
    entry = ACTIVATIONS[activation]
    if not entry.has_slope:
        return bool(np.isin(targets, entry.f(np.array([-1.0, 0.0, 1.0]))).all())
    low, high = entry.range
    return bool(low <= targets.min() and targets.max() <= high)
