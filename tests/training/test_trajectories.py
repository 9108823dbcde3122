"""The Trainer against PyTorch: trajectories stored by scripts/make_trajectories.py, replayed by every kind of run."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnsim
from nnsim.core.network import Network

STORED = json.loads(Path(__file__).with_name("trajectories.json").read_text(encoding="utf-8"))
NEAR = 1e-12
"""For ten updates, and for every loss of an epoch."""
FAR = 1e-9
"""For a whole run: each update rounds anew."""

CASE = pytest.mark.parametrize("case", STORED["cases"], ids=[case["name"] for case in STORED["cases"]])
KIND = pytest.mark.parametrize("kind", ["numpy", *(["edges", "layers", "narrow"] if find_spec("numba") else [])])


def stored_network(case: dict[str, Any]) -> Network:
    """The case's network with its stored first values, so that no initializer takes part."""
    stored = STORED["networks"][case["network"]]
    plain = nnsim.Network.layered(stored["sizes"], hidden=stored["hidden"], output=stored["output"])
    assert plain.parameter_names == tuple(stored["parameter_names"])
    values = dict(zip(stored["parameter_names"], stored["parameters"], strict=True))
    return Network.build(plain.structure.neurons, plain.structure.connections, values, case["frozen"])


def trainer_of(case: dict[str, Any], kind: str) -> nnsim.Trainer:
    """A trainer at the beginning of the case, whose run is of this kind."""
    engine = "numpy" if kind == "numpy" else "numba"
    stored = STORED["networks"][case["network"]]
    dataset = nnsim.Dataset(stored["X"], stored["T"])
    trainer = nnsim.Trainer(stored_network(case), dataset, nnsim.TrainingConfig(**case["settings"]), engine=engine)
    trainer._start_on(engine, kind)
    assert (trainer.engine, trainer._descent.kind) == (engine, kind)
    return trainer


@CASE
@KIND
def test_the_first_updates_are_pytorch_s(case: dict[str, Any], kind: str) -> None:
    """After 1, 2, 3, 5 and 10 updates, each counted from the start, all parameters are PyTorch's."""
    for updates, expected in case["after_updates"].items():
        trainer = trainer_of(case, kind)
        trainer.advance(updates=int(updates))
        assert trainer.parameters == pytest.approx(np.array(expected), abs=NEAR, rel=0.0), f"after {updates} updates"


@CASE
@KIND
def test_a_whole_run_is_pytorch_s(case: dict[str, Any], kind: str) -> None:
    """A run of all epochs ends where PyTorch's does, and its first running mean losses are PyTorch's."""
    trainer = trainer_of(case, kind)
    assert trainer.run(epochs=case["epochs"]) == "epochs"
    assert trainer.parameters == pytest.approx(np.array(case["after_epochs"]), abs=FAR, rel=0.0)
    losses = np.array(case["train_loss"])
    assert trainer.history.train_loss[1 : len(losses) + 1] == pytest.approx(losses, abs=NEAR, rel=0.0)


@CASE
def test_frozen_parameters_are_stored_as_they_began(case: dict[str, Any]) -> None:
    """The file itself: what is frozen never moves, and everything else does."""
    stored = STORED["networks"][case["network"]]
    rows = zip(stored["parameter_names"], stored["parameters"], case["after_epochs"], strict=True)
    assert [name for name, before, after in rows if before == after] == [
        name for name in stored["parameter_names"] if name in case["frozen"]
    ]
