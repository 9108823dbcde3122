"""The next update of a network's parameters, in equations."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.explain.samples import corrections_by_sample, mean_equation
from nnsim.core.explain.update import Step, change_of, correction_term, update_equations
from nnsim.core.formulas.equation import Equation
from nnsim.core.formulas.notation import Notation, name
from nnsim.core.formulas.terms import Term
from nnsim.core.network import Network, Problem
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.program import Trace, program_of
from nnsim.data.dataset import Dataset
from nnsim.training.config import TrainingConfig
from nnsim.training.problems import rule_problems

Memory = tuple[Array, Array, int]


@dataclass(frozen=True, eq=False)
class Update:
    """What an update with the samples X (samples, inputs), T (samples, outputs) makes of each parameter.

    ``memory`` is what the optimizer remembers, see Trainer.memory; before the first update nothing.
    """

    network: Network
    config: TrainingConfig
    X: Array
    T: Array
    notation: Notation
    memory: Memory | None = None
    epoch: int = 0

    @property
    def straight(self) -> bool:
        """Whether it goes by the perceptron rule, and by no gradient."""
        return OPTIMIZERS[self.config.optimizer_name].straight

    @cached_property
    def gradient(self) -> Array:
        """What the optimizer gets, (n_parameters,): the gradient of the loss, or of the perceptron rule (O − T)·x."""
        program = program_of(self.network.structure)
        return program.gradient(self.network.parameters, self.X, self.T, self.config.loss, self.straight)[1]

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Why the perceptron rule, if it is that, cannot train this network on these samples."""
        return tuple(rule_problems(self.network.structure, Dataset(self.X, self.T))) if self.straight else ()

    @np.errstate(over="ignore", invalid="ignore")
    def equations(self, parameter: str) -> list[Equation]:
        """The update of one parameter; the last is its new value.

        Empty for a frozen one, which training leaves alone, and where ``problems`` says why there is none. The
        perceptron rule is written with the outputs and inputs of a single sample; of several it begins with the mean
        over them.
        """
        structure, w, config = self.network.structure, self.network.parameters, self.config
        if parameter in structure.frozen or self.problems:
            return []
        weights = np.array([name in structure.weight_names for name in structure.parameter_names], dtype=np.float64)
        whole = self.gradient + weights * (config.l1 * np.sign(w) + config.l2 * w)
        r, s, t = self.memory or (np.zeros_like(w), np.zeros_like(w), 0)
        index = structure.parameter_index[parameter]
        step = Step(
            config.optimizer_name, config.optimizer_constants, config.rate_at(self.epoch),
            float(r[index]), float(s[index]), t, config.l1 * weights[index], config.l2 * weights[index], config.clip,
            float(np.sqrt(np.sum(structure.trainable * whole * whole))),
        )
        value, gradient = self.network.value(parameter), float(self.gradient[index])
        if not self.straight:
            return update_equations(parameter, value, gradient, step, self.notation)
        if len(self.X) == 1:
            return update_equations(parameter, value, self._correction(parameter), step, self.notation)
        mean = self.change(parameter)
        return [mean, *update_equations(parameter, value, mean.term.named(mean.name), step, self.notation)]

    def change(self, parameter: str) -> Equation:
        """What the perceptron rule adds, but for the rate: the mean of (T − O)·x over the samples."""
        values = corrections_by_sample(self.network.structure, self._trace, self.T, parameter)
        return mean_equation(change_of(name(parameter)), values)

    @cached_property
    def _trace(self) -> Trace:
        return program_of(self.network.structure).run(self.network.parameters, self.X)

    def _correction(self, parameter: str) -> Term:
        structure, notation, trace = self.network.structure, self.notation, self._trace
        targets = {id: Term(float(t), notation.target_of(id), place=(id,))
                   for id, t in zip(structure.outputs, self.T[0], strict=True)}
        given = {id: Term(float(trace.a_rows[structure.position[id], 0]), notation.activation(structure, id),
                          place=(id,)) for id in structure.by_id}
        return correction_term(structure, parameter, given, targets, given)
