"""Every optimizer in every format: what is written of the update is the engine's number."""

import re

import numpy as np
import pytest

import nnsim
from nnsim.core.explain.explanation import Explanation
from nnsim.core.formulas.numbers import format_number
from nnsim.core.formulas.writing import latex_number
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.documents.examples import EXAMPLES
from nnsim.exchange.explained import as_text
from nnsim.exchange.formats import FORMATS
from nnsim.exchange.worked_solution import worked_solution

X, T = np.array([[0.5, -2.0]]), np.array([[1.0]])


def _case(optimizer: str) -> tuple[nnsim.Network, nnsim.TrainingConfig]:
    straight = OPTIMIZERS[optimizer].straight
    network = (nnsim.Network.layered([2, 1], output="heaviside", seed=3) if straight
               else nnsim.Network.layered([2, 3, 1], seed=3))
    return network, nnsim.TrainingConfig(optimizer=optimizer, learning_rate=0.25, batch_size=1)


def _trained(network: nnsim.Network, config: nnsim.TrainingConfig) -> dict[str, float]:
    trainer = nnsim.Trainer(network, nnsim.Dataset(X, T), config, "numpy")
    trainer.advance(updates=1)
    return dict(zip(network.parameter_names, trainer.parameters.tolist(), strict=True))


@pytest.mark.parametrize("format", ["text", *FORMATS])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_new_values_are_the_trainers(optimizer: str, format: str) -> None:
    network, config = _case(optimizer)
    for name, value in _trained(network, config).items():
        if format == "text":
            written = as_text(Explanation(network, X[0], T[0], config.loss), config, name, digits=9)
            assert re.search(rf"^  {name}′ = .*= {re.escape(format_number(value, 9))}$", written, re.M)
        else:
            written = worked_solution(network, X[0], T[0], config, format, digits=9, parameters=[name])
            assert format_number(abs(value), 9) in written or latex_number(abs(value), 9) in written


@pytest.mark.parametrize("format", ["text", *FORMATS])
@pytest.mark.parametrize("parameter", [None, "w2"])
def test_the_perceptron_rule_names_no_gradient(parameter: str | None, format: str) -> None:
    """It has no δ, no ∂ and no chain: the step has no slope."""
    document = nnsim.load(EXAMPLES["perceptron_and"].path)
    x, t = [1.0, 1.0], [0.0]
    if format == "text":
        written = as_text(Explanation(document.network, x, t), document.training, parameter)
    else:
        written = worked_solution(document.network, x, t, document.training, format,
                                  parameters=None if parameter is None else [parameter])
    assert not re.search(r"∂|δ|\\partial|\\delta|[Gg]radient|[Cc]hain", written)


def test_the_loss_at_the_end_is_that_of_what_was_updated() -> None:
    """Of w5 alone only w5 has moved; a frozen bias has no update at all."""
    document = nnsim.load(EXAMPLES["hands_on"].path)
    x, t = [0.05, 0.10], [0.01, 0.99]
    written = worked_solution(document.network, x, t, document.training, "markdown", digits=9, parameters=["w5"])
    after = Explanation(document.network.with_values({"w5": 0.35891647971788465}), x, t).loss().value
    assert "with the new value of w5 alone" in written and format_number(after, 9) in written
    written = worked_solution(document.network, x, t, document.training, "markdown", digits=9)
    assert "0.291027774" in written
    for frozen in sorted(document.network.structure.frozen):
        said = as_text(Explanation(document.network, x, t), document.training, frozen)
        assert f"{frozen} is frozen" in said and f"{frozen}′" not in said
