"""Snapshots: moments of training, frozen, which may be kept in a file and continued from."""

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.descent import CONVERGED, Progress
from nnsim.core.layered import counted
from nnsim.core.order import ORDERS
from nnsim.training.archive import read_arrays, write_arrays
from nnsim.training.engines import ENGINES
from nnsim.training.history import MOST_EPOCHS, Curve, Points

Edits = tuple[tuple[int, Mapping[str, float]], ...]
VERSION = 2
MOST = MOST_EPOCHS
"""Of whatever is counted."""
MOST_TEXT = 8 * 1024 * 1024
"""Bytes that all but the arrays may have: a hundred thousand edits by hand."""

_VECTORS = ("parameters", "r", "s", "began", "good", "mean_gradient")
_CURVES = ("rows", "pending", "counts")
_FLOATS = tuple(name for name, value in Progress()._asdict().items() if isinstance(value, float))
_ARRAYS = ("about", "floats", *_VECTORS, *(f"{name}_{key}" for name in ("train", "test") for key in _CURVES))

_LARGEST: Mapping[str, int] = {
    "order": max(ORDERS.values()), "reason": CONVERGED,
    **dict.fromkeys(("epoch", "update", "done", "batch", "seed", "shuffled", "steps", "since"), MOST),
}
"""What counts in Progress, each from 0 to this."""
_NOT_ABOVE = (("epoch", "update"), ("steps", "update"), ("since", "epoch"), ("shuffled", "epoch"))
"""Fields of Progress of which the first cannot be more than the second."""

@dataclass(frozen=True)
class RunState:
    """All that a run needs to continue as if it had never stopped, besides network, data and config.

    ``kind`` names the engine's kind of run, see Descent; ``memory`` is what the optimizer remembers, two vectors
    (n_parameters,); ``began`` the parameters that this epoch began with, ``good`` those of the best one;
    ``mean_gradient`` this epoch's gradient so far.
    The order of the samples is a function of ``progress``.
    """

    kind: str
    progress: Progress
    memory: tuple[Array, Array]
    began: Array
    good: Array
    mean_gradient: Array
    limit: float
    started_epoch: int
    edits: Edits
    train: Mapping[str, Array]
    test: Mapping[str, Array]
    """The curves, see Curve.state."""

    def __repr__(self) -> str:
        return f"<RunState at epoch {self.progress.epoch:,}, update {self.progress.update:,}>"


@dataclass(frozen=True)
class Snapshot:
    """A moment of training: frozen copies, safe to hand to another thread.

    ``loss`` is the loss on all training samples with these parameters, in the frames of a running worker that of a
    moment ago. ``train`` has the running means of the epochs, see History.
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
    seen: tuple[Array, Array] = (np.empty(0), np.empty(0))
    """Epochs, and the exact train losses at their ends, see Seen; the last is ``loss``."""
    test_loss: float | None = None
    """As ``loss``, on the test samples; None without."""

    def __repr__(self) -> str:
        return (f"<Snapshot at epoch {self.epoch:,}, update {self.update:,}: "
                f"{counted(len(self.parameters), 'parameter')}, loss {self.loss:.4g}, {self.engine}>")

    def save(self, path: str | Path) -> None:
        """Write it to a file (numpy's .npz), to be resumed in another process. Raises ValueError without a state."""
        if self.state is None:
            raise ValueError("Only a snapshot of a run that stands still can be saved: ask the trainer for one.")
        state = self.state
        about = _About(
            VERSION, state.kind, self.run, self.reason, self.engine, self.position, self.batches, self.progress,
            {k: v for k, v in state.progress._asdict().items() if k in _LARGEST}, state.started_epoch,
            [(update, dict(values)) for update, values in state.edits],
        )
        write_arrays(path, {
            "about": np.frombuffer(json.dumps(dataclasses.asdict(about)).encode(), dtype=np.uint8),
            "floats": np.array([*(getattr(state.progress, name) for name in _FLOATS), state.limit, self.loss]),
            "parameters": self.parameters, "r": state.memory[0], "s": state.memory[1], "began": state.began,
            "good": state.good, "mean_gradient": state.mean_gradient,
            **{f"train_{key}": value for key, value in state.train.items()},
            **{f"test_{key}": value for key, value in state.test.items()},
        })

    @classmethod
    def load(cls, path: str | Path) -> "Snapshot":
        """Read a file that ``save`` wrote.

        Raises ValueError, naming what is wrong, if it is none: sizes are checked before anything is unpacked, and all
        that ``check`` can see without the network. OSError if there is no file.
        """
        try:
            snapshot = cls._read(read_arrays(path, _ARRAYS))
            snapshot.check()
        except ValueError as error:
            raise ValueError(f"{path} is not a snapshot of a training run: {error}") from None
        return snapshot

    @classmethod
    def _read(cls, file: Mapping[str, Array]) -> "Snapshot":
        about = _about(file["about"])
        if file["floats"].dtype != np.float64 or file["floats"].shape != (len(_FLOATS) + 2,):
            raise ValueError(f"floats must be {len(_FLOATS) + 2} numbers")
        *floats, limit, loss = file["floats"].tolist()
        if about.integers.keys() != _LARGEST.keys():
            raise ValueError(f"integers must be {', '.join(_LARGEST)}")
        progress = Progress(**about.integers, **dict(zip(_FLOATS, floats, strict=True)))
        curves = [{key: file[f"{name}_{key}"] for key in _CURVES} for name in ("train", "test")]
        state = RunState(
            about.kind, progress, (file["r"], file["s"]), file["began"], file["good"], file["mean_gradient"], limit,
            about.started_epoch, tuple(about.edits), *curves,
        )
        train, test = (Curve.restored(curve).points() for curve in curves)
        return cls(
            about.run, file["parameters"], progress.epoch, progress.update, about.position, about.batches, loss,
            train, test, about.engine, about.reason, len(state.edits), about.nearness, state,
        )

    def check(self, parameters: int | None = None, samples: int | None = None) -> None:
        """Raises ValueError, naming what is wrong, unless a run can go on from here.

        ``parameters`` and ``samples`` are how many the network and the training data have, where that is known. Nothing
        that did not pass may reach a kernel: compiled code looks at no bound.
        """
        state = self.state
        if state is None:
            raise ValueError("This snapshot was taken from a run that went on: it has nothing to resume from.")
        n = len(self.parameters) if parameters is None else parameters
        arrays = self.parameters, *state.memory, state.began, state.good, state.mean_gradient
        vectors = dict(zip(_VECTORS, arrays, strict=True))
        for name, vector in vectors.items():
            if not isinstance(vector, np.ndarray) or vector.dtype != np.float64 or vector.ndim != 1:
                raise ValueError(f"{name} is not a vector of numbers.")
            if len(vector) != n:
                raise ValueError(f"{name} has {len(vector)} numbers where {n} parameters belong: it was taken of "
                                 "another network, or is damaged.")
            if name in ("parameters", "began", "good") and not np.isfinite(vector).all():
                raise ValueError(f"{name}: number {int(np.argmin(np.isfinite(vector)))} is not finite.")
        _check_progress(state.progress, samples)
        for name, value, most in (
            ("run", self.run, MOST), ("position", self.position, MOST), ("batches", self.batches, MOST),
            ("started_epoch", state.started_epoch, state.progress.epoch),
        ):
            _check_count(name, value, most)
        if not isinstance(state.limit, float):
            raise ValueError(f"limit is {state.limit!r}; it must be a number.")
        if self.engine not in ENGINES:
            raise ValueError(f"engine is “{str(self.engine)[:40]}”; it must be one of {', '.join(ENGINES)}.")
        if self.progress is not None and not 0.0 <= self.progress <= 1.0:
            raise ValueError(f"nearness is {self.progress}; it must be from 0 to 1.")
        for update, values in state.edits:
            _check_count("the update of an edit", update, state.progress.update)
            if not all(map(math.isfinite, values.values())):
                raise ValueError(f"the edit at update {update} sets a number that is not finite.")
        train, test = Curve.restored(state.train), Curve.restored(state.test)
        if train.epochs != state.progress.epoch + 1 or test.epochs not in (0, train.epochs):
            raise ValueError(f"curves of {train.epochs} and {test.epochs} epochs do not belong to epoch "
                             f"{state.progress.epoch}.")


@dataclass(frozen=True)
class _About:
    """What a file holds besides arrays."""

    version: int
    kind: str
    run: int
    reason: str | None
    engine: str
    position: int
    batches: int
    nearness: float | None
    integers: dict[str, int]
    started_epoch: int
    edits: list[tuple[int, dict[str, float]]]


@dataclass(frozen=True)
class _Version:
    version: int


def _about(raw: Array) -> _About:
    # Here because it takes 50 ms, which the first window does not wait for.
    import msgspec

    if raw.dtype != np.uint8 or raw.ndim != 1 or len(raw) > MOST_TEXT:
        raise ValueError("about is no text that a snapshot has")
    try:
        found = msgspec.json.decode(raw.tobytes(), type=_Version).version
        if found != VERSION:
            raise ValueError(f"it has version {found}, this program reads {VERSION}")
        return msgspec.json.decode(raw.tobytes(), type=_About)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"about: {error}") from None


def _check_progress(progress: Progress, samples: int | None) -> None:
    for name, most in _LARGEST.items():
        _check_count(name, getattr(progress, name), most)
    for name, other in _NOT_ABOVE:
        _check_count(name, getattr(progress, name), getattr(progress, other))
    if any(not isinstance(getattr(progress, name), float) for name in _FLOATS):
        raise ValueError(f"{', '.join(_FLOATS)} must be numbers with a point.")
    if progress.done and (not progress.batch or progress.done % progress.batch):
        raise ValueError(f"done is {progress.done}: that is no number of whole batches of {progress.batch} samples.")
    if samples is not None and (progress.done >= samples or progress.batch > samples):
        raise ValueError(f"done is {progress.done} and batch {progress.batch}, but the data have {samples} samples: it "
                         "was taken with other data.")


def _check_count(name: str, value: Any, most: int) -> None:
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{name} is {str(value)[:40]}; it must be a whole number from 0 to {most}.")
