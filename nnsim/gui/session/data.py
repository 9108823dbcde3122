"""The data of the open document: a large file is read beside the window."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnsim.data.csv_files import located
from nnsim.data.dataset import Dataset
from nnsim.data.sources import CsvData, DataSource, dataset_of
from nnsim.documents.document import Document
from nnsim.documents.targets import learned_data
from nnsim.gui.session.lagging import Lagging

AT_ONCE_BYTES = 500_000
"""A file up to this size is read without making the window wait."""
KEPT = 3
Found = tuple[Dataset | None, str]
"""The samples, or why there are none: empty if the document has no data."""
_Key = tuple[DataSource, Path | None]


class Data(QObject):
    """Finds the samples of a source, and keeps those of the last few: undo asks for them again.

    ``came()`` when some are there, or cannot be had, that took long to read.
    """

    came = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._kept: list[tuple[_Key, object, Found]] = []
        """Newest first: of what, how its file was then, and what was found."""
        self._late: Lagging[tuple[_Key, Found]] = Lagging(self)
        self._late.came.connect(self._on_read)
        self._reading: _Key | None = None
        self.end = self._late.end

    def of(self, document: Document, folder: Path | None) -> Found:
        """The samples of a document, or why they cannot be used; while they are read, that."""
        source = learned_data(document)
        if source is None:
            return None, ""
        key = source, folder
        # Compared, not looked up: a hash of a whole table would be computed each time. What is shown stays until it is
        # reloaded, whatever becomes of its file; what was shown before counts only if its file is as it was.
        for place, (kept, state, found) in enumerate(self._kept):
            if kept == key and (place == 0 or state == _state(source, folder)):
                self._kept.insert(0, self._kept.pop(place))
                return found
        if _is_large(source, folder):
            if key != self._reading:
                self._reading = key
                self._late.get((key,), (), lambda stopped: (key, _read(*key)))
            return None, self.tr("The data are being read …")
        self._keep(key, _read(source, folder))
        return self._kept[0][2]

    def take(self, document: Document, folder: Path | None, data: Dataset) -> None:
        """These, which are a document's, were read already."""
        if source := learned_data(document):
            self._keep((source, folder), (data, ""))

    def forget(self) -> None:
        """Read all anew, because a file has changed."""
        self._kept.clear()
        self._reading = None

    def _keep(self, key: _Key, found: Found) -> None:
        self._kept = [(key, _state(*key), found), *(kept for kept in self._kept if kept[0] != key)][:KEPT]

    def _on_read(self) -> None:
        read = self._late.last
        if read is not None and read[0] == self._reading:
            self._reading = None
            self._keep(*read)
            self.came.emit()


def _state(source: DataSource, folder: Path | None) -> tuple[int, int] | None:
    """When the file of a source was written, and how large it is; None if it has none, or none that can be read."""
    if not isinstance(source, CsvData):
        return None
    try:
        state = located(source.path, folder).stat()
    except (ValueError, OSError):
        return None
    return state.st_mtime_ns, state.st_size


def _is_large(source: DataSource, folder: Path | None) -> bool:
    state = _state(source, folder)
    return state is not None and state[1] > AT_ONCE_BYTES


def _read(source: DataSource, folder: Path | None) -> Found:
    try:
        return dataset_of(source, folder), ""
    except (ValueError, OSError) as error:
        return None, str(error)


@lru_cache(maxsize=4)
def are_binary(data: Dataset) -> tuple[bool, bool]:
    """Whether the inputs, and whether the targets, are 0 and 1."""
    X, T = (bool(np.isin(table, (0.0, 1.0)).all()) for table in (data.X, data.T))
    return X, T
