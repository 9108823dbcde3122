"""The next update in equations is the one that the trainer does."""

import numpy as np
import pytest

import nnsim
from nnsim.core.formulas.notation import NOTATIONS
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.training.update import next_update, training_gradient

X, T = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [1.0], [0.0]]


@pytest.mark.parametrize("extra", [
    {}, {"l1": 0.02}, {"l2": 0.3}, {"l1": 0.01, "l2": 0.2}, {"clip": 0.01}, {"clip": 0.05, "l1": 0.05, "l2": 0.1},
    {"clip": 1e6}, {"schedule": {"name": "exponential", "factor": 0.5}},
], ids=str)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_last_equation_is_the_trainers_new_value(optimizer: str, extra: dict[str, object]) -> None:
    """Of every parameter, two updates long, with what the optimizer remembers, penalties, clipping and a schedule."""
    straight = OPTIMIZERS[optimizer].straight
    network = (nnsim.Network.layered([2, 1], output="heaviside", seed=3) if straight
               else nnsim.Network.layered([2, 3, 1], seed=3))
    network = network.with_values({network.structure.neurons[-1].bias or "": 0.4})
    config = nnsim.TrainingConfig(optimizer=optimizer, learning_rate=0.1, batch_size=0, **extra)  # type: ignore[arg-type]
    trainer = nnsim.Trainer(network, nnsim.Dataset(X, T), config, "numpy")
    for epoch in range(2):
        before, memory = trainer.network, trainer.memory
        gradient = training_gradient(before, config, np.array(X), np.array(T))
        rest = NOTATIONS["field"], memory if epoch else None, epoch
        said = [next_update(before, config, gradient, name, *rest)[-1].value for name in before.parameter_names]
        trainer.advance(updates=1)
        assert said == pytest.approx(trainer.parameters.tolist(), rel=1e-12, abs=1e-15)
