"""The little bars over the columns of a network in layers: how many neurons, which activation, and a + between them."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, pairwise
from math import inf

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QGraphicsRectItem, QLabel, QStyleOptionGraphicsItem, QToolButton, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.formulas.numbers import numbered
from nnsim.documents.document import Document
from nnsim.documents.layout import TALLEST
from nnsim.gui.canvas.layer_commands import LayerCommands
from nnsim.gui.canvas.view import FIT_MARGIN, CanvasView
from nnsim.gui.look.theme import GRID, mix, text_scale, theme
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.cards import HeaderChoice, quiet_button
from nnsim.gui.widgets.controls import name_widget

TOP = 6
"""Between the bars and the upper edge of the canvas."""
BELOW = 4
"""Between the bars and what is fitted, at least."""
BETWEEN, BESIDE = 3, 4
"""Between a bar and the + beside it; and between the first and the last and the edges of the canvas."""
BEHIND, AROUND = -5, 52
"""Below lines and neurons; and how far a band reaches beyond the middles of its neurons."""
FRAME, ARROW = 24, 6
"""Beside the name of an activation in its field: in pixels, and more for larger text, whose arrow is larger."""
FARTHEST = 9 * GRID
"""So far beside the middle of its column a bar may stand that has no room there, and as far as it is still over it."""
ANYWHERE = (-inf, inf)
MOST_LAYERS = 12
WORDS, FUNCTIONS, BUTTONS, NUMBERS = 3, 2, 1, 0
"""How much the bars say, all of them alike: all, all but “inputs” and “outputs”, no activations, the numbers alone; as
much as there is room for."""


class _Band(QGraphicsRectItem):
    """What lies behind a layer that stands in several columns, so that it is seen to be one."""

    def __init__(self, area: QRectF) -> None:
        super().__init__(area)
        self.setZValue(BEHIND)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(QPen(theme().color("line"), 0))
        painter.setBrush(mix(theme().accent_soft, theme().card, 0.4))
        painter.drawRoundedRect(self.rect(), GRID, GRID)


class LayerBars(QObject):
    """One bar over each column and one + between two, where the network stands in columns and ``shown`` is true.

    While the mouse is on one of them none moves, also where what it does moves the columns.
    """

    def __init__(self, view: CanvasView, commands: LayerCommands) -> None:
        super().__init__(view)
        self._view, self._commands = view, commands
        self._bars: list[_Bar] = []
        self._pluses: list[QToolButton] = []
        self._bands: list[_Band] = []
        self._controls: list[QWidget] = []
        """What the keyboard reaches, from left to right."""
        self._shown = self._held = False
        self._columns: list[tuple[float, float]] = []
        """The left and the right edge of each column, in the scene; none where there are no columns."""
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._place)
            bar.rangeChanged.connect(self._place)
        self._room = view.viewport()
        self._room.installEventFilter(self)
        view.desk.document_changed.connect(self._on_document)
        view.fitted.connect(self._follow)

    def show(self, shown: bool) -> None:
        """Whether they are to be seen at all."""
        self._shown = shown
        self._follow()

    def _on_document(self, old: Document, new: Document) -> None:
        if old.network.structure is not new.network.structure or old.layout != new.layout or old.data != new.data:
            self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._room:
            if event.type() == QEvent.Type.Resize:
                self._place()
        elif event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self._held = event.type() == QEvent.Type.Enter
            self._place()
        return False

    def _follow(self) -> None:
        structure, places = self._view.desk.session.structure, self._view.network_scene.positions()
        self._lay_bands([[places[id] for id in layer] for layer in structure.layers if len(layer) > TALLEST])
        layers = structure.layers if self._shown and len(structure.layers) <= MOST_LAYERS else ()
        xs = [[places[id].x() for id in layer] for layer in layers]
        columns = [(min(column), max(column)) for column in xs]
        apart = all(left[1] < right[0] for left, right in pairwise(columns))
        columns = columns if apart else []
        if len(columns) != len(self._columns):
            self._held = False  # others stand there now
        self._columns = columns
        while len(self._bars) < len(columns):
            self._add()
        for number, bar in enumerate(self._bars):
            if number < len(columns):
                bar.follow(layers[number], len(columns))
        # The next fit leaves them room; until then nothing jumps.
        height = max((bar.sizeHint().height() for bar in self._bars), default=0)
        self._view.upper_edge = max(0, TOP + height + BELOW - FIT_MARGIN) if columns else 0
        self._place()

    def _lay_bands(self, layers: Sequence[Sequence[QPointF]]) -> None:
        """One behind each of these layers."""
        scene = self._view.network_scene
        for band in self._bands:
            scene.removeItem(band)
        self._bands = [_Band(QPolygonF(layer).boundingRect().adjusted(-AROUND, -AROUND, AROUND, AROUND))
                       for layer in layers]
        for band in self._bands:
            scene.addItem(band)

    def _add(self) -> None:
        number, view = len(self._bars), self._view
        if number:
            tip = view.tr("Add a layer here; what stays keeps its weights")
            plus = quiet_button("+", f"layer_add_{number}", tip)
            plus.setAccessibleName(view.tr("Add a layer before layer {n}").format(n=number))
            self._adopt(plus, plus)
            plus.setStyleSheet(_frame(plus, "11px"))
            plus.setFixedSize(22, 22)
            plus.clicked.connect(partial(self._insert, number))
            self._pluses.append(plus)
        bar = _Bar(view, self._commands, number)
        self._adopt(bar, *bar.controls)
        self._bars.append(bar)

    def _adopt(self, widget: QWidget, *controls: QWidget) -> None:
        """Take in a bar or a +, and what the keyboard reaches in it behind all before it."""
        widget.setParent(self._view)
        widget.installEventFilter(self)
        for before, control in pairwise((*self._controls[-1:], *controls)):
            QWidget.setTabOrder(before, control)
        self._controls += controls

    def _insert(self, number: int, checked: bool = False) -> None:
        self._commands.insert(number)

    def _place(self, *_: object) -> None:
        if self._held or self._view.fitting:
            return
        bars, pluses = self._bars[: len(self._columns)], self._pluses[: max(0, len(self._columns) - 1)]
        middles = [self._view.mapFromScene(QPointF((left + right) / 2, 0)).x() for left, right in self._columns]
        places = self._say_as_much_as_fits(bars, middles)
        height = max((bar.height() for bar in bars), default=0)
        for bar, middle in zip(bars, places, strict=False):
            bar.setGeometry(round(middle - bar.width() / 2), TOP, bar.width(), height)
        for i, plus in enumerate(pluses):
            left, right = bars[i].geometry().right(), bars[i + 1].geometry().left()
            plus.move((left + right - plus.width()) // 2 + 1, TOP + (height - plus.height()) // 2)
        room = self._room.rect()
        for widget in (*self._bars, *self._pluses):
            seen = room.left() <= widget.geometry().left() and widget.geometry().right() <= room.right()
            widget.setVisible(bool(places) and (widget in bars or widget in pluses) and seen)
            widget.raise_()

    def _say_as_much_as_fits(self, bars: Sequence["_Bar"], middles: Sequence[int]) -> list[float]:
        """Where the middle of each bar is; none where there is no room for them."""
        plus, room = self._pluses[0].width() + 2 * BETWEEN if self._pluses else 0, self._room.width()
        for much in (WORDS, FUNCTIONS, BUTTONS, NUMBERS) if bars else ():
            for bar in bars:
                bar.say(much)
            bounds = [(BESIDE + bar.width() / 2, room - BESIDE - bar.width() / 2) if 0 <= middle <= room else ANYWHERE
                      for bar, middle in zip(bars, middles, strict=True)]
            places = spread(middles, [(a.width() + b.width()) / 2 + plus for a, b in pairwise(bars)], bounds)
            if all(abs(place - middle) <= max(FARTHEST, bar.width() / 2) and low <= place <= high
                   for bar, place, middle, (low, high) in zip(bars, places, middles, bounds, strict=True)):
                return places
        return []


def spread(middles: Sequence[float], apart: Sequence[float], bounds: Sequence[tuple[float, float]]) -> list[float]:
    """Places as near the ``middles`` as can be, each at least so far from the one before as ``apart`` says.

    Each keeps its bounds, the least and the most, if all can.
    """
    steps = [*accumulate(apart, initial=0.0)][: len(middles)]
    # Seen from their steps, the places must only not fall: each half way between what pushes it on and back.
    free = [middle - step for middle, step in zip(middles, steps, strict=True)]
    pushed = zip(accumulate(free, max), _backwards(free), strict=True)
    least = accumulate((low - step for (low, _), step in zip(bounds, steps, strict=True)), max)
    most = _backwards([high - step for (_, high), step in zip(bounds, steps, strict=True)])
    return [min(max((on + back) / 2, low), high) + step
            for (on, back), low, high, step in zip(pushed, least, most, steps, strict=True)]


def _backwards(numbers: Sequence[float]) -> list[float]:
    """The least of each number and those behind it."""
    return [*accumulate(reversed(numbers), min)][::-1]


class _Bar(QFrame):
    """− 4 + and the activation of one layer."""

    def __init__(self, parent: QWidget, commands: LayerCommands, number: int) -> None:
        super().__init__(parent)
        self._commands, self._number = commands, number
        name_widget(self, f"layer_bar_{number}", self.tr("Layer {n}").format(n=number))
        self.setStyleSheet(_frame(self, "6px"))
        self._row = row = row_in(self, 0, (2, 1, 2, 1))
        self._fewer, self._more = self._button("−", "fewer", -1), self._button("+", "more", 1)
        self._count = QLabel()
        self._count.setObjectName(f"layer_{number}_size")
        self._count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._count.setContentsMargins(GRID // 2, 0, GRID // 2, 0)
        tip = self.tr("Activation of every neuron in the layer")
        self._activation = HeaderChoice(f"layer_{number}_activation", tip)
        self._activation.setAccessibleName(self.tr("Activation of layer {n}").format(n=number))
        self._activation.set_choices([(entry.name, self.tr(entry.label)) for entry in ACTIVATIONS.values()])
        self._activation.chosen.connect(lambda name: commands.set_activation(number, name))
        for widget in (self._fewer, self._count, self._more, self._activation):
            row.addWidget(widget)
        self.controls: Sequence[QWidget] = (self._fewer, self._more, self._activation)
        """What the keyboard reaches, from left to right."""
        self._size, self._last, self._fixed, self._words = 0, 0, False, ""

    def _button(self, text: str, name: str, by: int) -> QToolButton:
        button = quiet_button(text, f"layer_{self._number}_{name}", "")
        button.setStyleSheet("padding: 0; min-height: 0;")
        button.setFixedSize(24, 22)
        button.setAutoRepeat(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self._resize_by(by))
        return button

    def _resize_by(self, by: int) -> Callable[[], None]:
        return lambda: self._commands.resize(self._number, by)

    def follow(self, layer: Sequence[str], layers: int) -> None:
        """Show this layer, of so many."""
        structure = self._commands.structure
        self._size, self._last = len(layer), layers - 1
        found = {structure.by_id[id].activation for id in layer}
        self._activation.set_value(found.pop() if len(found) == 1 else None)
        self._activation.updateGeometry()
        self._fixed = self._number in (0, self._last) and bool(self._commands.why_not_resize(self._number, 1))
        hidden = 0 < self._number < self._last
        self._words = (numbered(self._size, self.tr("1 neuron"), self.tr("{n} neurons")) if hidden
                       else numbered(self._size, self.tr("1 output"), self.tr("{n} outputs")) if self._number
                       else numbered(self._size, self.tr("1 input"), self.tr("{n} inputs")))
        self._count.setToolTip(self._words)
        for button, by in ((self._fewer, -1), (self._more, 1)):
            why = self._commands.why_not_resize(self._number, by)
            button.setEnabled(not why)
            what = (self.tr("One neuron more in layer {n}") if by > 0 else self.tr("Remove layer {n}")
                    if hidden and self._size == 1 else self.tr("One neuron fewer in layer {n}"))
            name_widget(button, button.objectName(), what.format(n=self._number), why or what.format(n=self._number))

    def say(self, much: int) -> None:
        """Show as much as this, and be as wide as it takes."""
        at_an_end = self._number in (0, self._last)
        self._count.setText(self._words if much == WORDS and at_an_end else f"{self._size:,}")
        for button in (self._fewer, self._more):
            button.setVisible(much >= BUTTONS and not self._fixed)
        chosen = self._activation.fontMetrics().horizontalAdvance(self._activation.currentText())
        self._activation.setFixedWidth(chosen + FRAME + round(ARROW * text_scale()))
        self._activation.setVisible(much >= FUNCTIONS and bool(self._number))
        self._row.activate()
        self.adjustSize()


def _frame(widget: QWidget, radius: str) -> str:
    return (f"QWidget#{widget.objectName()} {{ background: palette(base); border: 1px solid palette(mid); "
            f"border-radius: {radius}; padding: 0; min-height: 0; }}")
