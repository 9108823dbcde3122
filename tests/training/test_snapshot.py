"""Snapshots: a run that is saved and resumed, also in another process, ends at the same bits."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nnsim
from nnsim.training.engines import ENGINES

SETTINGS = {
    "adam": {"optimizer": "adam", "learning_rate": 0.01},
    "momentum with all else": {
        "optimizer": "momentum", "learning_rate": 0.05, "schedule": {"name": "step", "epochs": 5}, "l2": 1e-3,
        "clip": 0.5, "stop_gradient": 1e-9, "stop_change": 1e-12,
    },
    "once shuffled": {"order": "shuffle_once", "batch_size": 3},
    "one by one": {"optimizer": "adam", "order": "shuffle_each_epoch", "batch_size": 1},
}

RESUME = """
import sys
from tests.training.test_snapshot import SETTINGS, parts
import nnsim
folder, engine = sys.argv[1:]
for name in SETTINGS:
    network, data, config = parts(name)
    snapshot = nnsim.Snapshot.load(f"{folder}/{name}.npz")
    trainer = nnsim.Trainer.resume(network, data, config, snapshot)
    assert trainer.engine == engine
    trainer.advance(until_epoch=30)
    trainer.snapshot().save(f"{folder}/{name} resumed.npz")
"""


def parts(name: str) -> tuple[nnsim.Network, nnsim.Dataset, nnsim.TrainingConfig]:
    """The same network, data and settings in every process."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(23, 2))
    data = nnsim.Dataset(X, np.sign(X[:, :1]), X[:5] + 0.1, np.sign(X[:5, :1]))
    return nnsim.Network.layered([2, 4, 1], seed=2), data, nnsim.TrainingConfig(**SETTINGS[name])  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=ENGINES)
def resumed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with each run as it was saved in the middle of an epoch, and as another process ended it."""
    engine, folder = request.param, tmp_path_factory.mktemp("runs")
    for name in SETTINGS:
        stopped = nnsim.Trainer(*parts(name), engine)
        stopped.advance(updates=31)
        stopped.set_values({"w1": float(stopped.network.value("w1"))})
        assert 0 < stopped.snapshot().position < stopped.snapshot().batches
        stopped.snapshot().save(folder / f"{name}.npz")
    command = [sys.executable, "-c", RESUME, str(folder), engine]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder, engine


@pytest.mark.parametrize("name", SETTINGS)
def test_resumed_in_another_process(name: str, resumed: tuple[Path, str]) -> None:
    """Stopped in the middle of an epoch, saved, gone on with elsewhere: parameters, curves and memory are the same."""
    folder, engine = resumed
    whole = nnsim.Trainer(*parts(name), engine)
    whole.advance(until_epoch=30)
    end, expected = nnsim.Snapshot.load(folder / f"{name} resumed.npz"), whole.snapshot()
    assert end.state is not None and expected.state is not None
    assert np.array_equal(end.parameters, expected.parameters)
    assert end.state.progress == expected.state.progress
    assert [update for update, _ in end.state.edits] == [31]
    for ours, theirs in zip(end.state.memory, expected.state.memory, strict=True):
        assert np.array_equal(ours, theirs)
    assert np.array_equal(end.train.mean, expected.train.mean)
    assert np.array_equal(end.test.mean, expected.test.mean)
    assert end.engine == engine


@pytest.mark.parametrize("engine", ENGINES)
def test_settings_that_changed_on_the_way_change_no_bit(engine: str) -> None:
    """A run keeps the kernels it began with, also where another batch size would have chosen others."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(50, 2))
    data = nnsim.Dataset(X, np.sign(X[:, :1]))
    network = nnsim.Network.layered([2, 8, 8, 1], seed=2)
    trainer = nnsim.Trainer(network, data, nnsim.TrainingConfig(batch_size=50), engine)
    trainer.advance(updates=3)
    trainer.configure(nnsim.TrainingConfig(batch_size=1, optimizer="adam"))
    trainer.advance(updates=70)
    resumed = nnsim.Trainer.resume(network, data, trainer.config, trainer.snapshot())
    for each in (trainer, resumed):
        each.advance(updates=200)
    assert np.array_equal(trainer.parameters, resumed.parameters)


def test_a_frame_of_a_running_worker_cannot_be_resumed() -> None:
    """It holds what a window draws, and says so."""
    network, data, config = parts("adam")
    frame = nnsim.Trainer(network, data, config).snapshot(whole=False)
    with pytest.raises(ValueError, match="went on"):
        nnsim.Trainer.resume(network, data, config, frame)
    with pytest.raises(ValueError, match="stands still"):
        frame.save("nowhere.npz")


def test_a_snapshot_is_on_the_disk_before_it_takes_the_last_one_s_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut could leave neither."""
    steps = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("fsync"), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda *paths: (steps.append("replace"), replace(*paths)))
    nnsim.Trainer(*parts("adam")).snapshot().save(tmp_path / "run.npz")
    assert steps == ["fsync", "replace"] and [file.name for file in tmp_path.iterdir()] == ["run.npz"]


def test_what_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    """Text, half a file, another network: a ValueError that says what is wrong."""
    network, data, config = parts("adam")
    file = tmp_path / "run.npz"
    nnsim.Trainer(network, data, config).snapshot().save(file)
    whole = file.read_bytes()
    for damaged in (b"", b"text", whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        with pytest.raises(ValueError, match="not a snapshot"):
            nnsim.Snapshot.load(file)
    file.write_bytes(whole)
    with pytest.raises(ValueError, match="another network"):
        nnsim.Trainer.resume(nnsim.Network.layered([2, 5, 1]), data, config, nnsim.Snapshot.load(file))
