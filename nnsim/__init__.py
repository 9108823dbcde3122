"""nnsim: build a neural network by hand, see every number in it, train it and watch it learn."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nnsim.core.shown import draw_with

if TYPE_CHECKING:
    from nnsim.core.network import Connection, Network, NetworkError, Neuron
    from nnsim.core.program import Program, compile
    from nnsim.data.dataset import Dataset
    from nnsim.documents.document import Document
    from nnsim.documents.files import FileError, load, save
    from nnsim.training.config import TrainingConfig
    from nnsim.training.snapshot import Snapshot
    from nnsim.training.trainer import Trainer

__version__ = "0.1.0"

_HOMES = {
    "Connection": "nnsim.core.network",
    "Dataset": "nnsim.data.dataset",
    "Document": "nnsim.documents.document",
    "FileError": "nnsim.documents.files",
    "Network": "nnsim.core.network",
    "NetworkError": "nnsim.core.network",
    "Neuron": "nnsim.core.network",
    "Program": "nnsim.core.program",
    "Snapshot": "nnsim.training.snapshot",
    "Trainer": "nnsim.training.trainer",
    "TrainingConfig": "nnsim.training.config",
    "compile": "nnsim.core.program",
    "load": "nnsim.documents.files",
    "save": "nnsim.documents.files",
}
"""Where each public name lives; loaded when it is first used (PEP 562), so that ``import nnsim`` is quick."""

__all__ = [
    "Connection",
    "Dataset",
    "Document",
    "FileError",
    "Network",
    "NetworkError",
    "Neuron",
    "Program",
    "Snapshot",
    "Trainer",
    "TrainingConfig",
    "compile",
    "load",
    "save",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nnsim' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def _draw(shown: object) -> str | None:
    from nnsim.exchange.notebook import picture_of

    return picture_of(shown)


# Here, because a network is drawn floors above the one it stands on; what draws it is loaded for the first picture.
draw_with(_draw)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
