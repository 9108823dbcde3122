"""The next update of one parameter, in equations."""

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.explain.update import Step, update_equations
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import Notation
from nnsim.core.network import Network
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.program import program_of
from nnsim.training.config import TrainingConfig

Memory = tuple[Array, Array, int]


@np.errstate(over="ignore", invalid="ignore")
def next_update(
    network: Network, config: TrainingConfig, gradient: Array, parameter: str, notation: Notation,
    memory: Memory | None = None, epoch: int = 0,
) -> list[Equation]:
    """What an update with this gradient, (n_parameters,), makes of a parameter; the last equation is its new value.

    ``memory`` is what the optimizer remembers, see Trainer.memory; before the first update nothing.
    """
    structure, w = network.structure, network.parameters
    weights = np.array([name in structure.weight_names for name in structure.parameter_names], dtype=np.float64)
    whole = gradient + weights * (config.l1 * np.sign(w) + config.l2 * w)
    r, s, t = memory or (np.zeros_like(w), np.zeros_like(w), 0)
    index = structure.parameter_index[parameter]
    step = Step(
        config.optimizer_name, config.optimizer_constants, config.rate_at(epoch), float(r[index]), float(s[index]), t,
        config.l1 * weights[index], config.l2 * weights[index], config.clip,
        float(np.sqrt(np.sum(structure.trainable * whole * whole))),
    )
    return update_equations(parameter, network.value(parameter), float(gradient[index]), step, notation)


def training_gradient(network: Network, config: TrainingConfig, X: Array, T: Array) -> Array:
    """The gradient that the optimizer gets, (n_parameters,): of the loss, or for the perceptron rule its own."""
    straight = OPTIMIZERS[config.optimizer_name].straight
    return program_of(network.structure).gradient(network.parameters, X, T, config.loss, straight)[1]
