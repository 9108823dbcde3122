"""The loss behind the outputs, and the paths of what is selected through the network into it."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSizeF

from nnsim.core.formulas.numbers import format_number
from nnsim.core.network import Ends
from nnsim.gui.canvas.edge_labels import LABEL_DIGITS
from nnsim.gui.canvas.edge_layer import FADED, EdgeLayer
from nnsim.gui.canvas.lit_paths import LitPaths, lit_paths, own_places, written
from nnsim.gui.canvas.loss_box import LossBox, LossFace
from nnsim.gui.canvas.neuron_items import NeuronItems
from nnsim.gui.session.desk import Desk

NORMAL, LARGEST = QSizeF(640, 400), 2.5
"""Beside a network of this size the loss is written as neurons are; beside larger ones up to so many times as large."""
UNKNOWN = "–"
SHARES = (0.85, 0.12, 0.7, 0.3, 0.78, 0.22)
"""Where along a connection the number of a path may stand, best first."""


class LossOnCanvas:
    """Keeps box, lines and lit paths in step with the desk, while they are to be seen."""

    def __init__(self, desk: Desk, neurons: NeuronItems, edges: EdgeLayer, larger: Callable[[], float]) -> None:
        """``larger`` is how much larger than they are the texts of neurons are drawn; the box belongs to no scene yet.
        """
        self._desk, self._neurons, self._edges, self._larger, self._shown = desk, neurons, edges, larger, False
        self._clear: frozenset[str] | None = None
        """The neurons that do not fade; None if none does."""
        self.box = LossBox()

    def show(self, on: bool) -> None:
        """Whether the loss is seen on the canvas."""
        self._shown = on

    @property
    def seen(self) -> bool:
        """Whether lines lead from the outputs into the loss."""
        outputs = self._desk.session.structure.outputs
        return self._shown and bool(outputs) and not self._neurons.crowded

    def follow(self) -> None:
        """Something that is shown may be another, or elsewhere."""
        outputs = self._desk.session.structure.outputs
        self.box.setVisible(self.seen)
        if not self.seen:
            self._light(None)
            return
        right = max(rect.right() for item in self._neurons.made.values() for rect in item.taken())
        around = self._neurons.content_rect()
        # A large network is seen from afar: its loss is as much larger.
        larger = max(around.width() / NORMAL.width(), around.height() / NORMAL.height(), self._larger())
        larger = min(larger, max(LARGEST, self._larger()))
        self.box.lay_out(self._face(), [(id, self._neurons.at(id)) for id in outputs], right, max(1.0, larger))
        self._light(lit_paths(self._desk))

    def _face(self) -> LossFace:
        study, structure = self._desk.study, self._desk.session.structure
        targets, explanation, notation = study.targets, study.explanation, study.notation
        loss = None if explanation is None or explanation.backward is None else explanation.backward.loss
        said = [UNKNOWN] * len(structure.outputs) if targets is None else [
            format_number(float(target), study.short_digits(LABEL_DIGITS)) for target in targets]
        return LossFace(
            notation.loss.text, UNKNOWN if loss is None or loss != loss else format_number(loss, study.digits),
            {id: f"{notation.target_of(id).text} = {text}" for id, text in zip(structure.outputs, said, strict=True)})

    def _light(self, lit: LitPaths | None) -> None:
        self._edges.light(None if lit is None else lit.connections)
        self.box.light(None if lit is None else lit.outputs, () if lit is None else self._numbers(lit))
        clear = None if lit is None else lit.neurons
        if clear != self._clear:
            self._clear = clear
            if self._desk.study.reached is None:  # else a wave says how strongly each shows
                for id, item in self._neurons.made.items():
                    item.setOpacity(self.strength(id))

    def strength(self, id: str) -> float:
        """How strongly a neuron shows: fainter where paths are lit and it is on none."""
        return FADED if self._clear is not None and id not in self._clear else 1.0

    def _numbers(self, lit: LitPaths) -> tuple[tuple[QRectF, str], ...]:
        """The number of each path, where it is told from the others."""
        if len(lit.numbered) < 2:
            return ()
        found: list[tuple[QRectF, str]] = []
        for line, numbers in own_places(lit.numbered):
            text = written(numbers)
            if isinstance(line, str):
                rect = self.box.badge(text, self.box.number_at(line))
            else:
                rect = self._beside_label(line, text, [rect for rect, _ in found])
            found.append((rect, text))
        return tuple(found)

    def _beside_label(self, ends: Ends, text: str, taken: list[QRectF]) -> QRectF:
        """A place on a connection that is clear of labels, neurons and other numbers; else the first."""
        path = self._edges.edges[ends].path
        rects = [self.box.badge(text, QPointF(path.pointAtPercent(share))) for share in SHARES]
        busy = [*taken, *self._neurons.taken(path.boundingRect().adjusted(-200, -200, 200, 200)),
                *(edge.label for edge in self._edges.edges.every())]
        return next((rect for rect in rects if not any(rect.intersects(other) for other in busy)), rects[0])
