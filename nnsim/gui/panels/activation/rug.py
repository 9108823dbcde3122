"""Where the samples of the data stand on the axis of a neuron's activation function."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnsim.core.analysis.slices import spread
from nnsim.core.arrays import Array
from nnsim.core.network import Neuron, Structure
from nnsim.data.dataset import Dataset
from nnsim.gui.plots.points import target_classes
from nnsim.gui.session.costs import AT_ONCE, work
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.kept import Kept
from nnsim.gui.session.lagging import Lagging
from nnsim.training import engines

MOST_IN_RUG = 200
"""Samples whose sums stand on the axis; of more, as many spread over all of them."""
Sums = dict[int | None, Array]
"""z of samples, by their class; None where targets are no classes."""


class Rug(QObject):
    """The sums of one neuron over the data: ``came()`` when those of a large network are there."""

    came = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._session = desk.session
        self._kept: Kept[Sums] = Kept()
        self._ends: Kept[Array] = Kept()
        self._late: Lagging[Sums] = Lagging(self)
        self._late.came.connect(self.came)
        desk.session.closed.connect(self._late.end)

    def of(self, neuron: Neuron | None) -> Sums:
        """The sums by class; empty without a neuron or without data that fit, and until those are there."""
        session, structure, data = self._session, self._session.structure, self._session.dataset
        inputs, outputs = len(structure.inputs), len(structure.outputs)
        if neuron is None or data is None or not data.fits(inputs, outputs) or not outputs or session.problems:
            return {}
        parameters, ends = session.parameters, self._ends.get(lambda: np.unique(data.T), data)

        def made() -> Sums:
            return _sums(structure, parameters, data, neuron, ends)

        if work(structure, min(len(data.X), MOST_IN_RUG)) <= AT_ONCE:
            return self._kept.get(made, structure, data, neuron, parameters)
        return self._late.get((structure, data, neuron), (parameters,), lambda stopped: made()) or {}


def _sums(structure: Structure, parameters: Array, data: Dataset, neuron: Neuron, ends: Array) -> Sums:
    rows = spread(len(data.X), MOST_IN_RUG)
    trace = engines.fast_program_of(structure).run(parameters, data.X[rows])
    z = trace.z_rows[structure.position[neuron.id]]
    if len(ends) != 2:
        # Targets of a curve to fit are no classes.
        return {None: z}
    classes = target_classes(data.T[rows], 0 if len(structure.outputs) == 1 else None, float(ends.max()))
    return {kind: z[classes == kind] for kind in np.unique(classes).tolist()}
