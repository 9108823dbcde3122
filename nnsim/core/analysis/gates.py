"""Which gate of the network's inputs a threshold neuron is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array, Flags, Indices
from nnsim.core.network import Network
from nnsim.core.program import program_of

MOST_NAMED = 4
"""A gate of more inputs than this has no name."""
MOST_INPUTS = 8
"""Networks with more inputs are not looked at: their truth table has too many rows."""
MOST_WORK = 200_000
"""Nor are those whose rows times connections are more."""

_BY_COUNT: tuple[tuple[str, Callable[[Indices, int], Flags]], ...] = (
    ("AND", lambda ones, n: ones == n),
    ("OR", lambda ones, n: ones >= 1),
    ("NAND", lambda ones, n: ones < n),
    ("NOR", lambda ones, n: ones == 0),
    ("XOR", lambda ones, n: ones % 2 == 1),
    ("XNOR", lambda ones, n: ones % 2 == 0),
    ("MAJORITY", lambda ones, n: 2 * ones > n),
)
"""Gates that only count how many of their n ≥ 2 inputs are 1."""


@dataclass(frozen=True)
class Gate:
    """A gate by name, and the inputs that matter to it. ``whole`` says that these are all inputs of the network."""

    name: str
    inputs: tuple[str, ...]
    whole: bool
    counts: bool
    """Whether the name is one of AND, OR …; else it is a formula that names its inputs, such as NOT x0."""

    @property
    def text(self) -> str:
        """``AND``; of some of the inputs ``AND(x0, x2)``; ``x0 AND NOT x1``, ``NOT x0``, ``x0``, ``0``, ``1``."""
        return self.name if not self.counts or self.whole else f"{self.name}({', '.join(self.inputs)})"


def gate_of(said: Array, inputs: Sequence[str]) -> Gate | None:
    """The gate whose truth table is ``said``, (2ⁿ,), rows counting up, the first input most significant.

    Inputs that make no difference are left out. None if it says anything but 0 and 1, if more than MOST_NAMED
    inputs matter, or if no short name tells what it does.
    """
    n = len(inputs)
    if said.shape != (2**n,) or not np.isin(said, (0.0, 1.0)).all():
        return None
    cube: Flags = (said == 1.0).reshape((2,) * n)
    matters = [axis for axis in range(n) if (cube.take(0, axis) != cube.take(1, axis)).any()]
    if len(matters) > MOST_NAMED:
        return None
    # Where an input makes no difference, its 0s stand for all.
    cube = cube[tuple(slice(None) if axis in matters else 0 for axis in range(n))]
    names = tuple(inputs[axis] for axis in matters)
    name = _name(cube, names)
    if not name:
        return None
    return Gate(name, names, len(matters) == n, any(name == known for known, _ in _BY_COUNT))


def _name(cube: Flags, names: tuple[str, ...]) -> str:
    """The name of a function that needs each of its inputs; empty if it has none."""
    k = len(names)
    if k == 0:
        return "1" if cube.all() else "0"
    if k == 1:
        return names[0] if cube[1] else f"NOT {names[0]}"
    ones: Indices = np.indices(cube.shape).sum(axis=0)
    for name, rule in _BY_COUNT:
        if np.array_equal(rule(ones, k), cube):
            return name
    # One row alone that fires, or does not: an AND, or an OR, of inputs some of which are negated.
    for joint, rows in ((" AND ", np.argwhere(cube)), (" OR ", 1 - np.argwhere(~cube))):
        if len(rows) == 1:
            return joint.join(id if bit else f"NOT {id}" for id, bit in zip(names, rows[0], strict=True))
    return ""


def gates_of(network: Network) -> Mapping[str, Gate]:
    """The gate of every threshold neuron that is one, by the neuron's id, from all 0s and 1s of the inputs.

    A neuron that nothing enters is not looked at, nor are large networks; see MOST_INPUTS and MOST_WORK.
    """
    structure = network.structure
    inputs = structure.inputs
    steps = [n.id for n in structure.neurons
             if n.role != "input" and structure.incoming[n.id] and not ACTIVATIONS[n.activation].has_slope]
    if not steps or not 1 <= len(inputs) <= MOST_INPUTS:
        return {}
    if 2 ** len(inputs) * len(structure.connections) > MOST_WORK:
        return {}
    X = np.indices((2,) * len(inputs)).reshape(len(inputs), -1).T.astype(np.float64)
    trace = program_of(structure).run(network.parameters, X)
    found = {id: gate_of(trace.a_rows[structure.position[id]], inputs) for id in steps}
    return {id: gate for id, gate in found.items() if gate is not None}
