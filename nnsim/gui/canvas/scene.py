"""The scene: keeps the canvas's items in step with the session."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRectF, QTimer, Signal
from PySide6.QtGui import QImage, QPolygonF
from PySide6.QtWidgets import QGraphicsScene

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array, Indices
from nnsim.core.explain.rounding import why_rounding_decides
from nnsim.core.explain.sums import in_order, sum_of
from nnsim.core.formulas.numbers import factor, format_number
from nnsim.core.network import Connection, Ends, Neuron
from nnsim.documents.document import Document, Position
from nnsim.documents.layout import filled
from nnsim.documents.ways import ways_of
from nnsim.gui.canvas.edge_labels import LABEL_DIGITS, boxes, covered, overlapping
from nnsim.gui.canvas.edge_layer import EdgeLayer
from nnsim.gui.canvas.loss_on_canvas import LossOnCanvas
from nnsim.gui.canvas.neuron_item import GAP, Face, NeuronItem, Part
from nnsim.gui.canvas.neuron_items import CROWD, NeuronItems
from nnsim.gui.canvas.neuron_pictures import neuron_pictures
from nnsim.gui.canvas.shared_biases import SharedBiases
from nnsim.gui.canvas.sum_places import place_sums
from nnsim.gui.session.desk import Desk

TRAINING_FRAME_MS = 100
"""While training the canvas is drawn at most 10 times a second."""
TRAINING_DELAY_MS = 16
UNREACHED = 0.3
"""How strongly a neuron shows that a wave has not reached yet."""
LOOK_MS = 10
"""So long at most items are made of the neurons in sight, before the window does something else."""
REACH, SMALLEST_SCALE = 6.0, 0.2
"""So many pixels from a line the mouse still points at it; far away no more than when so small."""
NEAR = 200.0
"""No text of a neuron reaches farther from it."""
BEYOND = 2_000.0
"""How far the paper reaches at least beyond all that is drawn."""
SHEET = QRectF(-50_000, -50_000, 100_000, 100_000)


@dataclass(frozen=True)
class Hit:
    """What is at a point of the canvas: a part, and the neuron or connection it belongs to."""

    part: Part = ""
    neuron: str = ""
    connection: Ends | None = None


class NetworkScene(QGraphicsScene):
    """Items by neuron id and one layer of edges. Never changes the document: gestures ask the Session."""

    updated = Signal()
    """Values are shown that may be other ones."""
    rewritten = Signal()
    """Numbers are written in another way, and are of other widths."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.neurons = NeuronItems(self, self._prepare)
        self.larger = 1.0
        """So many times as large as elsewhere the texts of neurons are."""
        self.stretch = 1.0
        """So many times as far apart as in the document the columns are drawn."""
        self.crossed = 0
        """How often a connection runs through a sum."""
        self._placed = False
        """Whether labels have places, which they keep while numbers change."""
        self.edges = EdgeLayer(self._weight_text, self._weight_ghost, self._taken)
        self.addItem(self.edges)
        self.loss = LossOnCanvas(desk, self.neurons, self.edges, lambda: self.larger)
        self.addItem(self.loss.box)
        self.shared = SharedBiases(self.neurons)
        self.addItem(self.shared)
        self.biases_drawn = self.products_drawn = self.names_drawn = False
        """Whether a bias is drawn as a neuron that is always 1; whether labels are products, and have names."""
        self._looked: QRectF | None = None
        """The part of the scene that is in sight, if all neurons in it are shown as closely as they are to be."""
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(0)
        self._look.timeout.connect(self._look_closely)
        self.neurons.dots.painted = self._look_if_elsewhere
        self._digits: int = LABEL_DIGITS
        self._problems: dict[str, str] = {}
        self._since = QElapsedTimer()
        self._since.start()
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.timeout.connect(self._late_frame)
        desk.document_changed.connect(self._on_document)
        desk.values_changed.connect(self._on_values)
        desk.looking.selection_changed.connect(self.show_selection)
        desk.looking.plane_changed.connect(self._on_values)
        desk.looking.map_came.connect(self._on_values)
        desk.study.lit_changed.connect(self.show_lit)
        desk.study.changed.connect(self._on_study)
        desk.study.wave_changed.connect(self.update_values)
        desk.study.compare_changed.connect(self.update_values)
        self.rebuild()

    # Keeping in step

    def _on_document(self, old: Document, new: Document) -> None:
        if (
            old.network.structure is not new.network.structure
            or old.data != new.data
            or old.training.loss != new.training.loss
        ):
            self.rebuild()
        elif old.layout != new.layout:
            places = self._places(new)
            self._move(np.flatnonzero((places != self.neurons.places).any(axis=1)), places)
            self._come_to_rest()

    def rebuild(self) -> None:
        """Items for the current document; those of neurons that stay are kept."""
        structure = self.desk.session.structure
        self._looked = None
        self._problems = {id: problem.message for problem in self.desk.session.problems for id in problem.neurons}
        self.shared.follow(structure)
        self.neurons.follow(structure, self._places(self.desk.session.document))
        self.edges.lay_out(structure, self.neurons.places)
        self._weights = ways_of(structure).weights
        self._inputs = np.array([neuron.role == "input" for neuron in structure.neurons])
        self._outputs = np.array([neuron.role == "output" for neuron in structure.neurons])
        self._steps = np.array([not ACTIVATIONS[neuron.activation].has_slope for neuron in structure.neurons])
        self._placed = False
        self.show_selection()
        self.update_values()
        self._lay_paper()

    def _lay_paper(self) -> None:
        # One wide sheet: a scene rectangle that follows its content would make the view jump.
        self.setSceneRect(SHEET.united(self.content_rect().adjusted(-BEYOND, -BEYOND, BEYOND, BEYOND)))

    def draw(self, *, biases: bool | None = None, products: bool | None = None, names: bool | None = None) -> None:
        """How the network is drawn: biases as neurons, labels as products and with the weights' names.

        View state, not part of the document.
        """
        self.biases_drawn = self.biases_drawn if biases is None else biases
        self.products_drawn = self.products_drawn if products is None else products
        self.names_drawn = self.names_drawn if names is None else names
        self._placed = False
        self.update_values()

    def _places(self, document: Document) -> Array:
        """(neurons, 2): where each neuron of a document is drawn, also those that nobody has placed."""
        places = np.array([*filled(document.network.structure, document.layout).values()]).reshape(-1, 2)
        return places * (self.stretch, 1.0)

    def position(self, point: QPointF) -> Position:
        """A point of the scene as a layout has it: whole numbers, which a person can read in the file."""
        return float(round(point.x() / self.stretch)), float(round(point.y()))

    def point(self, position: Position) -> QPointF:
        """A place of a layout in the scene."""
        return QPointF(position[0] * self.stretch, position[1])

    def positions(self) -> dict[str, QPointF]:
        """Where each neuron is drawn, also in the middle of a drag."""
        return {id: QPointF(x, y) for id, (x, y) in zip(self.neurons, self.neurons.places.tolist(), strict=True)}

    def content_rect(self) -> QRectF:
        """The rectangle around all that is drawn."""
        return self.neurons.content_rect().united(self.loss.box.content_rect())

    def preview_move(self, positions: Mapping[str, QPointF]) -> None:
        """Show neurons elsewhere while they are dragged, until ``settle``; the document learns of it on release."""
        places = self.neurons.places.copy()
        rows = np.array(self.neurons.rows(positions), dtype=np.intp)
        places[rows] = np.array([place.toTuple() for place in positions.values()]).reshape(-1, 2)
        self._move(rows[(places[rows] != self.neurons.places[rows]).any(axis=1)], places)

    def _move(self, rows: Indices, places: Array) -> None:
        if len(rows):
            self._move_items(rows, places)
            self.shared.lay_out()
            self._place_labels()

    def _move_items(self, rows: Indices, places: Array) -> None:
        self.neurons.move(rows, places[rows])
        self.edges.move_ends(rows, places)

    def settle(self, positions: Mapping[str, QPointF]) -> None:
        """End of a drag: show neurons where they belong, and find every label its best place."""
        self.preview_move(positions)
        self._come_to_rest()

    def _come_to_rest(self) -> None:
        self.edges.settle(self.neurons.places)
        self._place_labels()
        self._lay_paper()

    # Of a crowd, items are made of those in sight

    def _look_if_elsewhere(self) -> None:
        if self._in_sight() != self._looked:
            self._look.start()

    def _in_sight(self) -> QRectF:
        views = self.views()
        return views[0].mapToScene(views[0].viewport().rect()).boundingRect() if views else QRectF()

    def _look_closely(self) -> None:
        clock, area = QElapsedTimer(), self._in_sight()
        clock.start()
        if self.neurons.show_closely(area, lambda: clock.elapsed() >= LOOK_MS):
            self._looked = area
        else:
            self._look.start()

    def _prepare(self, item: NeuronItem) -> None:
        """A new item shows what it has to show."""
        desk, neuron = self.desk, self.desk.session.structure.by_id[item.id]
        item.larger = self.larger
        item.mark(chosen=item.id in desk.looking.selected_neurons, lit=item.id in desk.study.lit_neurons)
        if self.neurons.crowded:
            self._show(neuron, item, None, desk.session.has_binary_inputs)

    def show_selection(self) -> None:
        """Mark what is selected."""
        chosen = self.desk.looking.selected_neurons
        for id, item in self.neurons.made.items():
            item.mark(chosen=id in chosen)
        marked = np.zeros(len(self.neurons), dtype=bool)
        marked[self.neurons.rows(chosen & self.desk.session.structure.by_id.keys())] = True
        self.neurons.dots.mark(marked)
        self._mark_edges()
        self.loss.follow()

    def _mark_edges(self) -> None:
        desk, study = self.desk, self.desk.study
        looked_at = desk.looking.selected_neurons | study.lit_neurons
        self.edges.mark(chosen=desk.looking.selected_connections, lit=study.lit_connections, touching=looked_at)
        if self.edges.crowded and self._placed:
            # Then only they have a label.
            self._place_labels()

    def show_lit(self) -> None:
        """Light what is pointed at, here or where its numbers are shown."""
        study = self.desk.study
        if len(study.lit_neurons) <= CROWD:
            for id in study.lit_neurons & self.desk.session.structure.by_id.keys():
                self.neurons[id]
        for id, item in self.neurons.made.items():
            item.mark(lit=id in study.lit_neurons and not item.hover)
        self._mark_edges()

    def _on_values(self) -> None:
        if not self.desk.session.moving:
            self._frame.stop()
            self.update_values()
        elif not self._frame.isActive():
            # Between two frames of the panels, so that the window never draws all at once.
            self._frame.start(max(TRAINING_DELAY_MS, TRAINING_FRAME_MS - self._since.elapsed()))

    def _on_study(self) -> None:
        digits = self.desk.study.short_digits(LABEL_DIGITS)
        if digits != self._digits:
            self._digits, self._placed = digits, False
            self.update_values()
            self.rewritten.emit()
        else:
            self.loss.follow()

    def _late_frame(self) -> None:
        with self.desk.session.gui_first():
            self.update_values()

    def update_values(self) -> None:
        """Show the current values: weights, outputs, maps and reasons."""
        self._since.restart()
        session = self.desk.session
        images = {} if self.neurons.crowded else neuron_pictures(self.desk)
        structure, switches = session.structure, session.has_binary_inputs
        for id, item in self.neurons.made.items():
            self._show(structure.by_id[id], item, images.get(id), switches)
        if self.neurons.crowded:
            firing = np.where(self._inputs, switches, self._steps)
            if firing.any():  # else nobody here asks for the outputs, which take long
                firing &= self.desk.looking.trace.a_rows[:, 0] == 1.0
            self.neurons.dots.fill(self._inputs, self._outputs, firing)
        self.edges.show_values(session.parameters[self._weights])
        self.shared.lay_out()
        # What moves about cannot be read.
        if self._placed:
            self.loss.follow()
        else:
            self._make_room()
            self._place_labels()
        self.updated.emit()

    def _show(self, neuron: Neuron, item: NeuronItem, image: QImage | QPolygonF | None, switches: bool) -> None:
        study = self.desk.study
        face = self._face(neuron, self._problems.get(neuron.id, ""), switches)
        tag = study.tags.get(neuron.id)
        if tag is not None:
            face = replace(face, below=tag)
        if neuron.role == "output":
            goes_on = self.loss.seen or bool(self.desk.session.structure.outgoing[neuron.id])
            face = replace(face, is_output=True, arrow=not goes_on)
        if study.compared is not None and neuron.bias is not None:
            face = replace(face, ghost=_bias_text(neuron, study.compared.value(neuron.bias), self._digits))
        unreached = study.reached is not None and neuron.id not in study.reached
        item.setOpacity(UNREACHED if unreached else self.loss.strength(neuron.id))
        item.show_face(face, image)

    def _make_room(self) -> None:
        """Biases under their neurons, or all of them beside, where one would stand on what is below it; and sums."""
        items = list(self.neurons.made.values())
        for item in items:
            item.set_aside(False)
        lines = self.edges.lines()
        if lines is not None and not self.neurons.crowded:
            self.crossed = place_sums(items, lines)
        below = [item for item in items if item.has_bias_below]
        if self.neurons.crowded or not below:
            return
        owner, rects = self._all_taken()
        height = np.array([item.y() for item in items])[owner]
        if any(
            (overlapping(item.below_rect.translated(item.pos()), rects) & (height > item.y())).any() for item in below
        ):
            for item in below:
                item.set_aside(True)

    def _all_taken(self) -> tuple[Indices, Array]:
        """What neurons take up: which neuron each rectangle is of, and (rectangles, 4) left, top, right, bottom."""
        found = [(i, rect) for i, item in enumerate(self.neurons.values()) for rect in item.taken()]
        return np.array([i for i, _ in found], dtype=np.intp), boxes(rect for _, rect in found)

    # Large enough to be read from afar

    def show_loss(self, on: bool) -> None:
        """Whether the loss is seen behind the outputs."""
        self.loss.show(on)
        self.update_values()

    def magnify(self, neurons: float, weights: float, stretch: float | None = None) -> None:
        """Have texts of neurons, and weights, so many times as large as elsewhere; circles and lines stay.

        The columns stand ``stretch`` times as far apart as they lie, or as they stood.
        """
        stretch = stretch or self.stretch
        if (neurons, weights, stretch) == (self.larger, self.edges.larger, self.stretch):
            return
        self.larger, self.edges.larger = neurons, weights
        for item in self.neurons.made.values():
            item.magnify(neurons)
        if stretch != self.stretch:
            self.stretch = stretch
            self._move_items(np.arange(len(self.neurons)), self._places(self.desk.session.document))
            self.edges.settle(self.neurons.places)
        self.shared.lay_out()
        self._make_room()
        self._place_labels()

    def covered_by(self, area: QRectF) -> float:
        """How much of neurons, labels and loss lies in a part of the scene."""
        loss = self.loss.box
        labels = [edge.label for edge in self.edges.edges.every()] if not self.edges.crowded else []
        shown = [loss.box, *loss.target_rects.values()] if loss.isVisible() else []
        return covered(area, boxes([*self._taken(area), *labels, *shown]))

    def covered(self) -> int:
        """How many pairs of neurons cover something of each other."""
        owner, rects = self._all_taken()
        # Not what only comes near: rectangles have a margin at each side.
        left, top, right, bottom = rects.T + np.array([[GAP], [0.0], [-GAP], [0.0]])
        over = (left[:, None] < right) & (top[:, None] < bottom)
        pairs = np.argwhere(over & over.T & (owner[:, None] < owner))
        return len(np.unique(owner[pairs], axis=0))

    def _place_labels(self) -> None:
        self._placed = bool(self.neurons)
        self.edges.place_labels()
        self.loss.follow()

    def _taken(self, region: QRectF) -> list[QRectF]:
        """What neurons take up of a part of the scene."""
        return self.neurons.taken(region.adjusted(-NEAR, -NEAR, NEAR, NEAR))

    def _weight_text(self, connection: Connection) -> str:
        network = self.desk.session.network
        text = format_number(network.value(connection.weight), self._digits)
        if self.products_drawn:
            first, second = in_order(network.structure.by_id[connection.target].activation,
                                     network.value(connection.weight), self.desk.looking.output_of(connection.source))
            text = f"{format_number(first, self._digits)} · {factor(second, self._digits)}"
        if self.names_drawn:
            text = f"{connection.weight}: {text}" if self.products_drawn else f"{connection.weight} = {text}"
        return text

    def _weight_ghost(self, connection: Connection) -> str:
        start = self.desk.study.compared
        return "" if start is None else format_number(start.value(connection.weight), self._digits)

    def _face(self, neuron: Neuron, problem: str, switches: bool) -> Face:
        desk, id = self.desk, neuron.id
        value = desk.looking.output_of(id)
        shown = format_number(value, self._digits)
        if neuron.role == "input":
            switch = bool(value) if switches and value in (0.0, 1.0) else None
            return Face(id, center=shown, is_input=True, fires=value == 1.0 and switch is not None, switch=switch)
        bias = desk.session.network.value(neuron.bias) if neuron.bias is not None else 0.0
        drawn, as_one = self.biases_drawn and neuron.bias is not None, ""
        if drawn and self.shared.drawn_by(neuron) == id:
            as_one = (f"{neuron.bias} = " if self.names_drawn else "") + format_number(bias, self._digits)
        if not ACTIVATIONS[neuron.activation].has_slope:
            taken_apart = sum_of(desk.session.network, id, desk.looking.trace)
            center = f"≥ {format_number(-bias, self._digits)}"
            if drawn or neuron.notation == "bias":
                # Its bias is among what comes in: the sum is compared with 0.
                center = "z ≥ 0"
                taken_apart = replace(taken_apart, notation="bias")
            gate, why = desk.looking.gates.get(id), why_rounding_decides(taken_apart)
            below, note = (taken_apart.short(desk.study.digits, cut) for cut in (True, False))
            return Face(id, center, below, shown, value == 1.0, problem=problem, bias=as_one,
                        gate=gate.text if gate else "", note=f"{note}\n{why}" if why else "")
        named = (self.names_drawn and neuron.bias) or "b"
        below = "" if drawn or neuron.bias is None else _bias_text(neuron, bias, self._digits, named)
        return Face(id, "", below, shown, problem=problem, bias=as_one)

    # Finding what is at a point

    def inside(self, area: QRectF) -> tuple[set[str], set[Ends]]:
        """The neurons whose middles are in a part of the scene, and the connections between them."""
        rows = self.neurons.within(area)
        return set(self.neurons.ids(rows.tolist())), self.edges.between(rows)

    def hit(self, point: QPointF, scale: float) -> Hit:
        """What is at a point of the scene; ``scale`` is the view's zoom."""
        for id in reversed(self.neurons.near(point)):
            part = self.neurons[id].part_at(point - self.neurons.at(id))
            if part:
                return Hit(part, id)
        found = self.edges.at(point, REACH / max(scale, SMALLEST_SCALE))
        return Hit() if found is None else Hit(found[1], connection=found[0])


def _bias_text(neuron: Neuron, bias: float, digits: int, name: str = "b") -> str:
    """θ or b of a neuron, as it is written: ``b = 0.35``."""
    turned = neuron.notation == "threshold"
    return f"{'θ' if turned else name} = {format_number((-bias if turned else bias) + 0.0, digits)}"
