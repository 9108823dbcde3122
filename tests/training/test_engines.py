"""Which engine runs: the compiled one, numpy without it, and neither ever waits for the other."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nnsim
from nnsim.core.compiled import engine
from nnsim.core.compiled.engine import warm_up
from nnsim.training import engines
from nnsim.training.problems import training_problems

ROOT = Path(__file__).parents[2]
WITHOUT = """
import sys
sys.modules["numba"] = None
import numpy as np, nnsim
from nnsim.training import engines
trainer = nnsim.Trainer(nnsim.Network.layered([2, 2, 1]), nnsim.Dataset(np.eye(2), [[0.0], [1.0]]))
trainer.run(epochs=3)
print(trainer.engine, trainer.snapshot().engine, engines.ready(), trainer.epoch)
"""


def run(code: str, **environment: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=900,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def xor() -> tuple[nnsim.Network, nnsim.Dataset]:
    """A small net and XOR."""
    X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    return nnsim.Network.layered([2, 3, 1], seed=1), nnsim.Dataset(X, [[0.0], [1.0], [1.0], [0.0]])


def test_the_compiled_engine_is_what_a_notebook_gets() -> None:
    """A trainer keeps its engine, and its snapshots say which."""
    trainer = nnsim.Trainer(*xor())
    assert (trainer.engine, trainer.snapshot().engine) == ("numba", "numba")
    assert nnsim.Trainer(*xor(), engine="numpy").engine == "numpy"
    with pytest.raises(ValueError, match="no engine “cuda”"):
        nnsim.Trainer(*xor(), engine="cuda")


def test_numpy_serves_without_numba() -> None:
    """Not installed, or switched off: the same work on numpy."""
    assert run(WITHOUT) == "numpy numpy False 3"
    assert run(WITHOUT.replace('sys.modules["numba"] = None', ""), NNSIM_ENGINE="numpy") == "numpy numpy False 3"


def test_asking_for_an_engine_that_is_not_there_says_why() -> None:
    """No silent fallback for who named an engine."""
    code = WITHOUT.replace("[1.0]]))", '[1.0]]), engine="numba")')
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert "Numba is not installed" in done.stderr


BACKGROUND = """
from nnsim.training import engines
assert not engines.is_cached("maps") and engines.now() == "numpy"
engines.prepare_in_background("maps").join()
print(engines.now(), engines.is_cached("maps"), engines.is_cached())
"""
AGAIN = """
from nnsim.training import engines
engines.load({name!r})
from nnsim.core.compiled import driver, edges
print([(sum(kernel.stats.cache_hits.values()), sum(kernel.stats.cache_misses.values()))
       for kernel in (edges.evaluate, driver.train)])
"""


def test_kernels_are_compiled_once_and_found_again(tmp_path: Path) -> None:
    """They are compiled in a process of their own, and read from the cache by the next: here those of maps alone."""
    own = {"XDG_CACHE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "HOME": str(tmp_path)}
    assert run(BACKGROUND, **own) == "numba True False"
    assert run(AGAIN.format(name="maps"), **own) == "[(1, 0), (0, 0)]"


def test_a_later_start_compiles_nothing() -> None:
    """The kernels of maps and of each kind of run: this process has loaded all, so the cache holds them."""
    assert run(AGAIN.format(name="")) == "[(1, 0), (3, 0)]"


@pytest.mark.parametrize("kept", [True, False])
def test_who_waits_for_the_compiler_is_told_once(
    kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line before the first trainer's kernels are compiled, and none where they are read."""
    monkeypatch.setattr(engines, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(engines, "own_folder", lambda: tmp_path if kept else None)
    for says in ("compiling the kernels", ""):
        with monkeypatch.context() as start:
            start.setattr(engines, "_kernels", None)
            start.setattr(engines, "_imported", lambda kernels, folder: engine)
            assert [nnsim.Trainer(*xor()).engine for _ in range(3)] == ["numba"] * 3
        said = capsys.readouterr()
        assert said.out == "" and says in said.err and said.err.count("\n") == bool(says)
        assert ("once" in said.err) == (kept and bool(says))


def test_kernels_have_names() -> None:
    """A kind of run, or maps."""
    with pytest.raises(ValueError, match="no kernels “cuda”; there are edges, layers, narrow, maps"):
        warm_up("cuda")


def test_without_a_folder_to_keep_them_kernels_are_compiled_for_one_process(tmp_path: Path) -> None:
    """No home to write in: what the background compiled is used, and is gone with the process."""
    (tmp_path / "file").touch()
    (tmp_path / "own").mkdir()
    code = BACKGROUND + "print(oct(engines.cache_folder().stat().st_mode & 0o777), engines.cache_folder().parent)"
    nowhere = str(tmp_path / "file" / "cache")
    where = {"XDG_CACHE_HOME": nowhere, "LOCALAPPDATA": nowhere, "HOME": nowhere, "TMPDIR": str(tmp_path / "own")}
    assert run(code, **where).split("\n") == ["numba True False", f"0o700 {tmp_path / 'own'}"]
    assert list((tmp_path / "own").iterdir()) == []


def test_a_failing_compiler_leaves_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever keeps Numba from working is told, and numpy computes."""
    def broken(kernels: str, folder: Path) -> None:
        raise RuntimeError("no LLVM for this machine")

    monkeypatch.setattr(engines, "_kernels", None)
    monkeypatch.setattr(engines, "_failure", "")
    monkeypatch.setattr(engines, "_imported", broken)
    assert engines.load() is None and not engines.ready()
    assert "no LLVM" in engines.failure()
    assert nnsim.Trainer(*xor()).engine == "numpy"
    with pytest.raises(ValueError, match="no LLVM"):
        nnsim.Trainer(*xor(), engine="numba")


def perceptron(target: list[float], engine: str, order: str = "sequential") -> nnsim.Trainer:
    """One threshold neuron that starts at 0, the rule one sample at a time."""
    network = nnsim.Network.layered([2, 1], output="heaviside", initializer="zeros")
    X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    config = nnsim.TrainingConfig(optimizer="perceptron", learning_rate=1.0, batch_size=1, order=order)
    return nnsim.Trainer(network, nnsim.Dataset(X, [[t] for t in target]), config, engine)


@pytest.mark.parametrize("engine", engines.ENGINES)
@pytest.mark.parametrize("target", [[0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0]], ids=["AND", "OR"])
def test_the_perceptron_rule_finds_and_and_or(target: list[float], engine: str) -> None:
    """Rosenblatt's rule, against a plain loop; it stops by itself, because there is nothing left to change."""
    trainer = perceptron(target, engine)
    assert trainer.run(epochs=100) == "converged"
    w, b, X = [0.0, 0.0], 0.0, [(0, 0), (0, 1), (1, 0), (1, 1)]
    for _ in range(trainer.epoch):
        for x, t in zip(X, target, strict=True):
            error = t - float(w[0] * x[0] + w[1] * x[1] + b >= 0)
            w, b = [w[0] + error * x[0], w[1] + error * x[1]], b + error
    assert trainer.parameters.tolist() == [*w, b]
    assert nnsim.compile(trainer.network).forward(trainer.parameters, X)[:, 0].tolist() == target


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_the_perceptron_rule_wanders_on_xor(engine: str) -> None:
    """No line parts XOR: the rule never ends, and its weights go round in circles (Minsky & Papert 1969)."""
    trainer = perceptron([0.0, 1.0, 1.0, 0.0], engine)
    assert trainer.run(epochs=500) == "epochs"
    visited = set()
    for _ in range(50):
        trainer.run(epochs=1)
        visited.add(tuple(trainer.parameters.tolist()))
    assert len(visited) < 10
    assert (trainer.history.train_loss[1:] > 0).all()


def test_the_perceptron_rule_is_for_one_layer_of_steps() -> None:
    """Hidden neurons, other activations and targets between 0 and 1 are named."""
    config = nnsim.TrainingConfig(optimizer="perceptron")
    network, data = xor()
    (problem,) = training_problems(network.structure, data, config)
    assert "one layer" in problem.message and problem.neurons == ("h1", "h2", "h3")
    with pytest.raises(ValueError, match="one layer"):
        nnsim.Trainer(network, data, config)
    smooth = nnsim.Network.layered([2, 1], output="sigmoid")
    (problem,) = training_problems(smooth.structure, data, config)
    assert "threshold" in problem.message
    steps = nnsim.Network.layered([2, 1], output="heaviside")
    assert training_problems(steps.structure, data, config) == ()
    (problem,) = training_problems(steps.structure, nnsim.Dataset(data.X, data.T - 0.5), config)
    assert "0 or 1" in problem.message
    (problem,) = training_problems(steps.structure, data, nnsim.TrainingConfig())
    assert "perceptron rule" in problem.message


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_numbers_that_are_not_numbers_are_refused(engine: str) -> None:
    """NaN and infinity never reach an engine; their row is named."""
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="row 2, column 1"):
            nnsim.Trainer(
                nnsim.Network.layered([2, 2, 1]), nnsim.Dataset([[0, 0], [0, 0], [0, bad]], [[0], [0], [0]]),
                engine=engine,
            )


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_divergence_is_the_same_on_both(engine: str) -> None:
    """A rate far too large: stopped in the same update, the last good values are back and finite."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 2))
    network = nnsim.Network.layered([2, 3, 1], hidden="linear", output="linear")
    found = []
    for each in (engine, "numpy"):
        trainer = nnsim.Trainer(network, nnsim.Dataset(X, X[:, :1]), nnsim.TrainingConfig(learning_rate=1e3), each)
        assert trainer.run(epochs=100) == "diverged"
        found.append((trainer.update, trainer.epoch, trainer.parameters.tolist()))
    assert found[0] == found[1]
