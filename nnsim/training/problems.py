"""Why a network cannot be trained yet, in the learner's words."""

from collections.abc import Iterable

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.layered import counted
from nnsim.core.losses import LOSSES
from nnsim.core.network import Connection, Problem, Structure
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.program import program_of
from nnsim.data.dataset import Dataset
from nnsim.training.config import TrainingConfig


def training_problems(structure: Structure, dataset: Dataset | None, config: TrainingConfig) -> tuple[Problem, ...]:
    """Why a network cannot be trained on this data with this config, in the learner's words. Empty if it can."""
    problems = list(program_of(structure).problems)
    if dataset is None:
        problems.append(
            Problem(
                "There is no data to learn from yet: choose a target in the truth table, or data in the Training panel."
            )
        )
    elif not problems:
        try:
            check_columns(structure, dataset)
        except ValueError as error:
            problems.append(Problem(str(error)))
    if problems:
        return tuple(problems)
    if dataset is not None:
        T = dataset.T if dataset.T_test is None else np.concatenate([dataset.T, dataset.T_test])
        problems += loss_problems(structure, T, config.loss)
    if OPTIMIZERS[config.optimizer_name].straight:
        return tuple(problems + rule_problems(structure, None if dataset is None else dataset.T))
    return tuple(problems + _slope_problems(structure))


def rule_problems(structure: Structure, T: Array | None) -> list[Problem]:
    """Why the perceptron rule cannot train this network to give T (samples, outputs)."""
    found = []
    hidden = tuple(neuron.id for neuron in structure.neurons if neuron.role == "hidden")
    other = tuple(
        id for id in structure.outputs
        if structure.by_id[id].activation != "heaviside" or structure.by_id[id].combine != "sum"
    )
    if hidden or any(c.source in structure.outputs for c in structure.connections):
        found.append(
            Problem(
                "The perceptron rule trains one layer: it cannot tell what a hidden neuron should have said. "
                "Remove the hidden neurons, or soften the steps and choose SGD.",
                hidden or structure.outputs,
            )
        )
    elif other:
        found.append(
            Problem(
                f"The perceptron rule is for threshold neurons: make {', '.join(other)} a Heaviside step over a sum, "
                "or choose SGD.",
                other,
            )
        )
    if T is not None and not np.isin(T, (0.0, 1.0)).all():
        found.append(Problem("The perceptron rule needs targets of 0 or 1, as a threshold neuron says them."))
    return found


def loss_problems(structure: Structure, T: Array, loss: str) -> list[Problem]:
    """Why a loss does not suit these outputs, or targets T (samples, outputs)."""
    entry, found = LOSSES[loss], []
    domain = entry.domain
    if domain is not None:
        outside = tuple(id for id in structure.outputs if not _within(structure.by_id[id].activation, domain))
        if outside:
            found.append(
                Problem(
                    f"{entry.label} needs outputs between {domain[0]:g} and {domain[1]:g}: "
                    f"make {', '.join(outside)} a sigmoid, or choose another loss.",
                    outside,
                )
            )
    return found + _target_problems(T, loss)


def loss_takes(activations: Iterable[str], T: Array, loss: str) -> bool:
    """Whether a loss suits outputs with these activations, and targets T (samples, outputs)."""
    domain = LOSSES[loss].domain
    return (domain is None or all(_within(name, domain) for name in activations)) and not _target_problems(T, loss)


def _target_problems(T: Array, loss: str) -> list[Problem]:
    """Targets that a loss of probabilities can do nothing with."""
    label = LOSSES[loss].label
    if loss == "binary_cross_entropy" and (T.min() < 0 or T.max() > 1):
        return [
            Problem(
                f"{label} needs targets between 0 and 1, "
                f"but these reach from {T.min():g} to {T.max():g}: choose another loss."
            )
        ]
    if loss == "softmax_cross_entropy":
        if T.shape[1] < 2:
            return [
                Problem(
                    f"{label} needs an output for each class, two or more, for softmax of a single output is always 1: "
                    "choose another loss."
                )
            ]
        if T.min() < 0 or not np.allclose(T.sum(axis=1), 1.0):
            return [
                Problem(f"{label} needs targets that are 0 or more and add up to 1 in each row: choose another loss.")
            ]
    return []


def _within(activation: str, domain: tuple[float, float]) -> bool:
    low, high = ACTIVATIONS[activation].range
    return low >= domain[0] and high <= domain[1]


def _slope_problems(structure: Structure) -> list[Problem]:
    """Where no trainable parameter reaches the loss through slopes, gradient descent has nothing to go by."""
    free = [name for name in structure.parameter_names if name not in structure.frozen]
    if not free:
        return [Problem("Every parameter is frozen, so there is nothing to train: make one trainable.")]
    sloping: set[str] = set()
    for id in sorted(structure.by_id, key=lambda id: -structure.depth[id]):
        neuron = structure.by_id[id]
        heard = neuron.role == "output" or any(c.target in sloping for c in structure.outgoing[id])
        if heard and neuron.role != "input" and ACTIVATIONS[neuron.activation].has_slope:
            sloping.add(id)
    for name in free:
        for use in structure.uses[name]:
            if (use.target if isinstance(use, Connection) else use.id) in sloping:
                return []
    flat = tuple(n.id for n in structure.neurons if n.role != "input" and not ACTIVATIONS[n.activation].has_slope)
    if not flat:
        return [Problem("No trainable parameter leads to an output: connect the neurons that should learn.")]
    several = len(flat) > 1
    named = ", ".join(flat[:-1]) + f" and {flat[-1]}" if several else flat[0]
    return [
        Problem(
            f"Neuron{'s' if several else ''} {named} use{'' if several else 's'} the step function: its slope is 0 "
            "everywhere, so gradient descent cannot train through it. "
            "Choose an activation with a slope, such as the sigmoid"
            + ("." if rule_problems(structure, None) else ", or the perceptron rule as the optimizer."),
            flat,
        )
    ]


def check_columns(structure: Structure, dataset: Dataset) -> None:
    """Raises ValueError if data and network do not have the same columns."""
    for what, table, ids in (("input", dataset.X, structure.inputs), ("target", dataset.T, structure.outputs)):
        if table.shape[1] != len(ids):
            role = "input" if what == "input" else "output"
            raise ValueError(
                f"The data have {counted(table.shape[1], f'{what} column')}, but the network has "
                f"{counted(len(ids), f'{role} neuron')}: they must be as many."
            )
