"""The next update of a network's parameters, in equations."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.explain.explanation import Explanation
from nnsim.core.explain.samples import gradients_by_sample, mean_equation
from nnsim.core.explain.update import Step, change_of, update_equations
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import Notation, name
from nnsim.core.network import Network, Problem
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.program import Backward, program_of
from nnsim.training.config import TrainingConfig
from nnsim.training.problems import rule_problems

Memory = tuple[Array, Array, int]


@dataclass(frozen=True, eq=False)
class Update:
    """What an update with the samples X (samples, inputs), T (samples, outputs) makes of each parameter.

    ``memory`` is what the optimizer remembers, see Trainer.memory; before the first update nothing. ``found`` is the
    gradient of the loss with these samples, where it is known.
    """

    network: Network
    config: TrainingConfig
    X: Array
    T: Array
    notation: Notation
    memory: Memory | None = None
    epoch: int = 0
    found: Backward | None = None

    @property
    def straight(self) -> bool:
        """Whether it goes by the perceptron rule, and by no gradient."""
        return OPTIMIZERS[self.config.optimizer_name].straight

    @property
    def gradient(self) -> Array:
        """What the optimizer gets, (n_parameters,): the gradient of the loss, or of the perceptron rule (O − T)·x."""
        return self._backward.gradient

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Why the perceptron rule, if it is that, cannot train this network on these samples."""
        return tuple(rule_problems(self.network.structure, self.T)) if self.straight else ()

    @np.errstate(over="ignore", invalid="ignore")
    def equations(self, parameter: str) -> list[Equation]:
        """The update of one parameter; the last is its new value.

        Empty for a frozen one, which training leaves alone, and where ``problems`` says why there is none. The
        perceptron rule is written with the outputs and inputs of a single sample; of several it begins with the mean
        over them.
        """
        structure, config, notation = self.network.structure, self.config, self.notation
        if parameter in structure.frozen or self.problems:
            return []
        index = structure.parameter_index[parameter]
        r, s, t = (float(self.memory[0][index]), float(self.memory[1][index]), self.memory[2]) if self.memory else (
            0.0, 0.0, 0)
        is_weight = self._weights[index]
        step = Step(config.optimizer_name, config.optimizer_constants, config.rate_at(self.epoch), r, s, t,
                    config.l1 * is_weight, config.l2 * is_weight, config.clip, self._length)
        value = self.network.value(parameter)
        if not self.straight:
            return update_equations(parameter, value, float(self.gradient[index]), step, notation)
        if len(self.X) == 1:
            return update_equations(parameter, value, self._explanation.correction(parameter), step, notation)
        mean = mean_equation(change_of(name(parameter)), -gradients_by_sample(self.network, self._backward, parameter))
        return [mean, *update_equations(parameter, value, mean.term.named(mean.name), step, notation)]

    @cached_property
    def _backward(self) -> Backward:
        if self.found is not None and not self.straight:
            return self.found
        program = program_of(self.network.structure)
        return program.backward(self.network.parameters, self.X, self.T, self.config.loss, self.straight)

    @cached_property
    def _explanation(self) -> Explanation:
        """The single sample, taken apart."""
        return Explanation(self.network, self.X[0], self.T[0], self.config.loss, self.notation)

    @cached_property
    def _weights(self) -> Array:
        """1 for each parameter that serves as a weight, which penalties are for."""
        structure = self.network.structure
        return np.array([name in structure.weight_names for name in structure.parameter_names], dtype=np.float64)

    @cached_property
    def _length(self) -> float:
        """The length of what the optimizer gets, penalties and all, for clipping."""
        w, config = self.network.parameters, self.config
        whole = self.gradient + self._weights * (config.l1 * np.sign(w) + config.l2 * w)
        return float(np.sqrt(np.sum(self.network.structure.trainable * whole * whole)))
