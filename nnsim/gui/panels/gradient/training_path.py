"""The way a training run took through its parameters, kept for whoever wants to draw it."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from nnsim.core.arrays import Array

if TYPE_CHECKING:
    from nnsim.gui.session.desk import Desk
    from nnsim.training.snapshot import Snapshot

MOST_POINTS = 2_000
MOST_NUMBERS = 4_000_000
"""Of a large network fewer moments are kept: 32 MB are enough."""


class TrainingPath(QObject):
    """The parameters at the frames of the current run, or of the last one; thinned out as it grows long.

    It keeps the snapshots' own vectors, so that any parameter's way can be asked for afterwards, and a frame costs
    next to nothing, whether anybody looks or not.
    """

    def __init__(self, desk: "Desk") -> None:
        super().__init__(desk)
        self._desk = desk
        self._run: int | None = None
        self._kept: list[Array] = []
        self._last: Snapshot | None = None
        self._every, self._frames = 1, 0
        desk.values_changed.connect(self._follow)
        desk.run_changed.connect(self._follow)

    def of(self, *names: str) -> Array:
        """(moments, names): the values of these parameters from the start on; no rows before a run."""
        index = self._desk.session.structure.parameter_index
        if self._last is None or not set(names) <= set(index):
            return np.zeros((0, len(names)))
        moments = self._kept if self._kept[-1] is self._last.parameters else [*self._kept, self._last.parameters]
        places = [index[name] for name in names]
        return np.array([moment[places] for moment in moments])

    def _follow(self) -> None:
        latest, start = self._desk.session.latest, self._desk.session.start_network
        if latest is self._last:
            return
        self._last = latest
        if latest is None or start is None:
            self._run, self._kept, self._last = None, [], None
            return
        if latest.run != self._run:
            self._run, self._kept, self._every, self._frames = latest.run, [start.parameters], 1, 0
        self._frames += 1
        if self._frames % self._every == 0:
            self._kept.append(latest.parameters)
        if len(self._kept) > max(16, min(MOST_POINTS, MOST_NUMBERS // max(len(latest.parameters), 1))) - 1:
            self._kept, self._every = self._kept[::2], self._every * 2
