"""What passes cost, and what is done at once or in passing."""

from nnsim.core.network import Structure
from nnsim.core.program import Program, program_of
from nnsim.training import engines

AT_ONCE = 10_000_000
"""So many multiplications are done without making the window wait."""
SHARE = 100
"""Of that, what is done in passing."""
NEURON_COST, CALL_COST = 8, 500
"""What a neuron costs in multiplications: for each sample, and once for all of them."""


def cost(structure: Structure) -> int:
    """What a forward pass of one sample costs, in multiplications."""
    return len(structure.connections) + NEURON_COST * len(structure.neurons)


def read_program_of(structure: Structure) -> Program:
    """What makes the numbers that are read, sample by sample: of a large network the compiled program."""
    return engines.fast_program_of(structure) if cost(structure) > AT_ONCE // SHARE else program_of(structure)


def work(structure: Structure, samples: int) -> int:
    """What a forward pass of so many samples costs, in multiplications."""
    return samples * cost(structure) + CALL_COST * len(structure.neurons)
