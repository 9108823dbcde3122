"""Snapshots: moments of training, frozen, which may be kept in a file and continued from."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.descent import Progress
from nnsim.training.history import Curve, Points

Edits = tuple[tuple[int, Mapping[str, float]], ...]
VERSION = 1


@dataclass(frozen=True)
class RunState:
    """All that a run needs to continue as if it had never stopped, besides network, data and config.

    ``kind`` names the engine's kind of run, see Descent; ``memory`` is what the optimizer remembers, two vectors
    (n_parameters,); ``good`` the parameters of the last good epoch; ``mean_gradient`` this epoch's gradient so far.
    The order of the samples is a function of ``progress``.
    """

    kind: str
    progress: Progress
    memory: tuple[Array, Array]
    good: Array
    mean_gradient: Array
    limit: float
    started_epoch: int
    edits: Edits
    train: Mapping[str, Array]
    test: Mapping[str, Array]
    """The curves, see Curve.state."""


@dataclass(frozen=True)
class Snapshot:
    """A moment of training: frozen copies, safe to hand to another thread.

    ``loss`` is the running mean of the current epoch, or of the last one at its end.
    """

    run: int
    parameters: Array
    epoch: int
    update: int
    position: int
    """Batches of the current epoch that are done."""
    batches: int
    """Batches of a whole epoch."""
    loss: float
    train: Points
    test: Points
    engine: str
    reason: str | None = None
    edits: int = 0
    """Edits by hand that are in these parameters."""
    progress: float | None = None
    """How near the run is to its stop, 0 to 1; None if nothing tells."""
    state: RunState | None = None
    """What Trainer.resume continues from; the frames of a running worker leave it out."""

    def save(self, path: str | Path) -> None:
        """Write it to a file (numpy's .npz), to be resumed in another process. Raises ValueError without a state."""
        if self.state is None:
            raise ValueError("Only a snapshot of a run that stands still can be saved: ask the trainer for one.")
        state = self.state
        about = {
            "version": VERSION, "kind": state.kind, "run": self.run, "reason": self.reason, "engine": self.engine,
            "position": self.position, "batches": self.batches, "nearness": self.progress,
            "integers": {k: v for k, v in state.progress._asdict().items() if isinstance(v, int)},
            "started_epoch": state.started_epoch,
            "edits": [[update, dict(values)] for update, values in state.edits],
        }
        arrays: dict[str, Any] = {
            "about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
            "floats": np.array([v for v in state.progress if isinstance(v, float)] + [state.limit, self.loss]),
            "parameters": self.parameters, "r": state.memory[0], "s": state.memory[1], "good": state.good,
            "mean_gradient": state.mean_gradient,
            **{f"train_{key}": value for key, value in state.train.items()},
            **{f"test_{key}": value for key, value in state.test.items()},
        }
        with Path(path).open("wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: str | Path) -> "Snapshot":
        """Read a file that ``save`` wrote. Raises ValueError if it is none."""
        try:
            with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                return cls._read({key: file[key] for key in file.files})
        except (KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile, ValueError) as error:
            raise ValueError(f"{path} is not a snapshot of a training run: {error}") from None

    @classmethod
    def _read(cls, file: Mapping[str, Any]) -> "Snapshot":
        about = json.loads(file["about"].tobytes())
        if about["version"] != VERSION:
            raise ValueError(f"it has version {about['version']}, this program reads {VERSION}")
        floats = dict(zip(
            [name for name, value in Progress()._asdict().items() if isinstance(value, float)] + ["limit", "shown"],
            file["floats"].tolist(), strict=True,
        ))
        limit, loss = floats.pop("limit"), floats.pop("shown")
        progress = Progress(**about["integers"], **floats)
        curves = [{key: file[f"{name}_{key}"] for key in ("rows", "pending", "counts")} for name in ("train", "test")]
        state = RunState(
            about["kind"], progress, (file["r"], file["s"]), file["good"], file["mean_gradient"], limit,
            about["started_epoch"], tuple((update, values) for update, values in about["edits"]), *curves,
        )
        train, test = (Curve.restored(curve).points() for curve in curves)
        parameters = file["parameters"]
        parameters.setflags(write=False)
        return cls(
            about["run"], parameters, progress.epoch, progress.update, about["position"], about["batches"], loss,
            train, test, about["engine"], about["reason"], len(state.edits), about["nearness"], state,
        )
