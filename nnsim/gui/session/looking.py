"""What the learner looks at: the selection, the inputs that are fed, the plane of the map, and what follows from it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from math import isqrt

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnsim.core.analysis.gates import Gate, gates_of
from nnsim.core.analysis.maps import Plane, plane_samples
from nnsim.core.arrays import Array
from nnsim.core.network import Ends, Structure
from nnsim.core.program import Trace
from nnsim.documents.document import Document
from nnsim.gui.session.costs import AT_ONCE, cost, read_program_of
from nnsim.gui.session.kept import Kept
from nnsim.gui.session.lagging import Lagging, Stopped
from nnsim.gui.session.session import Session
from nnsim.training import engines

MOST_NUMBERS, MOST_SHOWN, MOST_PRODUCTS = 4_000_000, 1_000_000, 100_000_000
"""So many numbers a map of all neurons has at most, and of all outputs, and so many multiplications it takes: else it
is coarser."""
COARSEST = 8
SLICE = 4
"""In so many rows a map is made between two looks whether it is still wanted."""
MOST_ZOOM = 50.0
"""So many times as much of the inputs can be seen, or as little."""


class Looking(QObject):
    """View state, never part of the document: no undo step, no dirty mark.

    Signals: ``selection_changed()``; ``inputs_changed()`` when other values are fed; ``plane_changed()`` when the map
    shows another part of the inputs; ``map_came()`` when a map is there that took long.
    """

    selection_changed = Signal()
    inputs_changed = Signal()
    plane_changed = Signal()
    map_came = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.selected_neurons: frozenset[str] = frozenset()
        self.selected_connections: frozenset[Ends] = frozenset()
        self.inputs: dict[str, float] = {}
        self._last_fed: dict[str, float] = {}
        """What was fed last to each input that was there, also to those that may come back by undo."""
        self.plane: Plane | None = None
        self._whole_plane: Plane | None = None
        """The plane that is wide enough for the data; ``plane`` may be a part of it, or reach beyond."""
        self._axes: tuple[str, str] | None = None
        self._begins = True
        self._row: Kept[Array] = Kept()
        self._trace: Kept[Trace] = Kept()
        self._map: Kept[Trace | None] = Kept()
        self._other_map: Kept[Trace | None] = Kept()
        self._late_map: Lagging[Trace] = Lagging(self)
        self._late_other_map: Lagging[Trace] = Lagging(self)
        for late in (self._late_map, self._late_other_map):
            late.came.connect(self.map_came)
            session.closed.connect(late.end)
        self._gates: Kept[Mapping[str, Gate]] = Kept()

    # What is selected

    def select(self, neurons: Collection[str] = (), connections: Collection[Ends] = ()) -> None:
        """Select these neurons and connections, and nothing else."""
        chosen = frozenset(neurons), frozenset(connections)
        if chosen != (self.selected_neurons, self.selected_connections):
            self.selected_neurons, self.selected_connections = chosen
            self.selection_changed.emit()

    @property
    def selects_something(self) -> bool:
        """Whether a neuron or a connection is selected."""
        return bool(self.selected_neurons or self.selected_connections)

    def select_place(self, place: tuple[str, ...], more: bool = False) -> None:
        """Select a neuron, (id,), or a connection, (source, target); with ``more`` besides what is selected."""
        neurons: set[str] = set(self.selected_neurons) if more else set()
        connections: set[Ends] = set(self.selected_connections) if more else set()
        if len(place) == 1:
            neurons ^= {place[0]}
        elif len(place) == 2:
            connections ^= {(place[0], place[1])}
        self.select(neurons, connections)

    # What is fed, and what the network makes of it

    def set_inputs(self, values: Mapping[str, float]) -> bool:
        """Feed these values to inputs; always possible."""
        new = {**self.inputs, **{id: float(v) for id, v in values.items() if np.isfinite(v)}}
        if new != self.inputs:
            self.inputs = new
            self.inputs_changed.emit()
        return True

    @property
    def input_row(self) -> Array:
        """(1, inputs): the values that are fed, read-only."""
        return self._row.get(lambda: _row_of(self.inputs, self._session.structure.inputs),
                             self._session.structure, self.inputs)

    @property
    def trace(self) -> Trace:
        """All numbers of the forward pass for the current inputs and values, one sample."""
        session = self._session
        return self._trace.get(lambda: read_program_of(session.structure).run(session.parameters, self.input_row),
                               session.structure, session.parameters, self.inputs)

    def output_of(self, id: str) -> float:
        """The current activation of a neuron."""
        return float(self.trace.a_rows[self._session.structure.position[id], 0])

    def sum_of(self, id: str) -> float:
        """The current pre-activation z of a neuron."""
        return float(self.trace.z_rows[self._session.structure.position[id], 0])

    @property
    def gates(self) -> Mapping[str, Gate]:
        """The gate of the inputs that each threshold neuron currently is, where it is a known one; by its id."""
        session = self._session
        return self._gates.get(lambda: gates_of(session.network) if session.has_binary_inputs else {},
                               session.structure, session.parameters, session.dataset)

    # The plane of the map

    @property
    def map_trace(self) -> Trace | None:
        """Every neuron over the plane of inputs that the Output panel shows; None without inputs.

        Computed once for each change of values and shared by all views; of a large network beside the window, and
        then this is the last one, or None, until ``map_came()``. Rows are neurons; columns the samples of
        ``plane``, row by row from the lowest second input.
        """
        return self._over_plane(self._session.parameters, self._map, self._late_map)

    def trace_with(self, parameters: Array) -> Trace | None:
        """``map_trace`` with other values of the parameters, such as those of the start; as late as that."""
        return self._over_plane(parameters, self._other_map, self._late_other_map)

    def _over_plane(self, parameters: Array, kept: Kept[Trace | None], late: Lagging[Trace]) -> Trace | None:
        plane, structure = self.plane, self._session.structure
        if plane is None:
            return None
        row = self.input_row[0]
        fed = self.inputs if len(structure.inputs) > 2 else None

        def run(stopped: Stopped = lambda: False) -> Trace | None:
            return _trace_over(plane, structure, parameters, row, stopped)

        if plane.resolution ** (1 if plane.y is None else 2) * cost(structure) <= AT_ONCE:
            return kept.get(run, structure, parameters, plane, fed)
        return late.get((structure, plane), (parameters, fed), run)

    def set_axes(self, x: str, y: str) -> None:
        """Which inputs span the plane."""
        self._axes = (x, y)
        self._update_plane()
        self.plane_changed.emit()

    def zoom_plane(self, factor: float, at: tuple[float, float] | None = None) -> None:
        """Show ``factor`` times as much of the inputs, around a point of the plane or its middle."""
        whole, plane = self._whole_plane, self.plane
        if whole is None or plane is None:
            return
        factor = min(max(plane.width * factor, whole.width / MOST_ZOOM), whole.width * MOST_ZOOM) / plane.width
        zoomed = plane.zoomed(factor, at)
        ends, meant = (np.array([*p.x_range, *p.y_range]) for p in (zoomed, whole))
        self._see(whole if np.allclose(ends, meant, rtol=0, atol=1e-9 * whole.width) else zoomed)

    def show_whole_plane(self) -> None:
        """Show as much of the inputs as at first."""
        self._see(self._whole_plane)

    @property
    def plane_is_zoomed(self) -> bool:
        """Whether ``plane`` shows more or less than at first."""
        return self.plane != self._whole_plane

    def _see(self, plane: Plane | None) -> None:
        if plane != self.plane:
            self.plane = plane
            self.plane_changed.emit()

    def _update_plane(self) -> None:
        plane = Plane.over(self._session.structure.inputs, self._axes, self._session.dataset)
        if plane is not None:
            plane = replace(plane, resolution=_resolution(plane, self._session.structure))
        if plane != self._whole_plane:
            self._whole_plane = self.plane = plane

    # Keeping in step; the Desk calls these before any view is told

    def forget(self) -> None:
        """Another document comes: nothing is selected, and its first sample will be fed."""
        self.selected_neurons, self.selected_connections = frozenset(), frozenset()
        self._axes = self._whole_plane = self.plane = None
        self._begins = True

    def follow(self, old: Document, new: Document) -> bool:
        """Follow the document; whether the selection differs.

        Selection and inputs follow a renamed neuron; those of neurons that are gone are forgotten.
        """
        before = self.selected_neurons, self.selected_connections
        structure, was = new.network.structure, old.network.structure
        if self._begins:
            self._begins, self.inputs, self._last_fed = False, self._first_sample(), {}
        elif structure is not was:
            new_name = _renamed(was, structure)
            neurons = frozenset(new_name.get(id, id) for id in self.selected_neurons)
            ends = frozenset((new_name.get(a, a), new_name.get(b, b)) for a, b in self.selected_connections)
            self.selected_neurons = frozenset(id for id in neurons if id in structure.by_id)
            self.selected_connections = frozenset(each for each in ends if each in structure.by_ends)
            inputs = {new_name.get(id, id): value for id, value in self.inputs.items()}
            self._last_fed |= inputs
            self.inputs = {id: self._last_fed.get(id, 0.0) for id in structure.inputs}
        self._update_plane()
        return before != (self.selected_neurons, self.selected_connections)

    def _first_sample(self) -> dict[str, float]:
        """The first sample of the data: an example shows the numbers it is known by. Zeros where there is none."""
        data, inputs = self._session.dataset, self._session.structure.inputs
        if data is None or not data.fits(len(inputs)):
            return dict.fromkeys(inputs, 0.0)
        return dict(zip(inputs, data.X[0].tolist(), strict=True))


def _row_of(values: Mapping[str, float], inputs: tuple[str, ...]) -> Array:
    """(1, inputs): a value for each input, 0 where there is none; read-only."""
    row = np.array([[values.get(id, 0.0) for id in inputs]])
    row.setflags(write=False)
    return row


def _resolution(plane: Plane, structure: Structure) -> int:
    """How fine a map is: coarser than at most in a network that is so large that it would take minutes."""
    samples = min(MOST_NUMBERS // max(len(structure.neurons), 1), MOST_SHOWN // max(len(structure.outputs), 1),
                  MOST_PRODUCTS // max(cost(structure), 1))
    return min(plane.resolution, max(COARSEST, samples if plane.y is None else isqrt(samples)))


def _trace_over(plane: Plane, structure: Structure, parameters: Array, row: Array, stopped: Stopped) -> Trace | None:
    """Every neuron over a plane, the other inputs as in ``row``; None if it was stopped."""
    samples = plane_samples(plane, structure.inputs, row)
    program = engines.fast_program_of(structure)
    if len(samples) * cost(structure) <= AT_ONCE:
        return program.run(parameters, samples)
    parts: list[Trace] = []
    for part in np.array_split(samples, max(1, len(samples) // (SLICE * COARSEST))):
        if stopped():
            return None
        parts.append(program.run(parameters, part))
    return Trace(np.hstack([part.z_rows for part in parts]), np.hstack([part.a_rows for part in parts]))


def _renamed(old: Structure, new: Structure) -> dict[str, str]:
    """Old name -> new name, if the two differ by the name of one neuron; else nothing."""
    if len(old.neurons) != len(new.neurons):
        return {}
    names = {a.id: b.id for a, b in zip(old.neurons, new.neurons, strict=True) if a.id != b.id}
    return names if len(names) == 1 else {}
