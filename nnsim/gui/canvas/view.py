"""What the canvas is drawn on: zoom, coordinates, the hint at the lower edge. The widget is in interaction.py."""

import math
from collections.abc import Callable
from weakref import ref

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsView, QLabel

from nnsim.core.arrays import Array
from nnsim.documents.document import Document
from nnsim.gui.canvas.scene import Hit, NetworkScene
from nnsim.gui.canvas.snapping import GRID_STEP
from nnsim.gui.look.theme import PRESENTED_PIXELS, font, pixels, presenting, set_role, text_scale, theme
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.controls import name_widget

ZOOM_STEP = 1.15
ZOOM_RANGE = (0.05, 4.0)
FIT_MARGIN = 16
LARGEST_FIT = 1.25
FITS = 4
"""So often at most texts and network are fitted to each other."""
WIDE = 1200
"""A view wider than so many pixels shows a small network larger still."""
GROWN_MS = 400
"""So long a text that has become too long for the view is cut, so that the view does not follow each number."""
EMPTY = QRectF(-200, -150, 400, 300)
"""What ``fit`` shows where there is no network."""
DOTS_FROM = 0.4
"""Pixels per unit of the scene from which on the grid is drawn."""
HINT_MARGIN, HINT_LIFT = 8, 10
"""Between a hint and the sides of the view, and its lower edge."""
MOST_MAGNIFIED = 60
"""Of more neurons the texts are not made larger to be read from afar: there is no room between them."""
MOST_STRETCHED, PARTED_STEP = 3.0, 0.15
LARGEST_TEXT, LARGER_STEP = 2.5, 0.1
READ_PIXELS, LEAST_PIXELS = 10.0, 8.2
"""Small texts of a small network are so large on the screen wherever there is room, and so large in any case."""


class CanvasView(QGraphicsView):
    """Shows the network, and knows nothing of what mouse and keys do with it."""

    fitted = Signal()
    """All was shown; the columns may be drawn farther apart than before, or less far. Zooms and places that ``fit`` has
    tried on the way are of no interest, see ``fitting``."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.network_scene = NetworkScene(desk, self)
        self.setScene(self.network_scene)
        name_widget(self, "canvas", self.tr("Network"))
        self.setAccessibleDescription(
            self.tr("The network as a picture. Double-click to add a neuron; press ? for all gestures.")
        )
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The network and its numbers run from left to right in every language.
        self.viewport().setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        # A panel below that grows by a row moves nothing of what the mouse is at.
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.lower_edge = self.upper_edge = 0
        """How many pixels at the lower and the upper edge ``fit`` keeps clear, because something stands there."""
        self.stretches = False
        """Whether the columns of a small network are drawn farther apart wherever the view is wide; else only where a
        number has no room."""
        self._fitted = True
        """Whether the view shows all because it was asked to: then it does so at any size."""
        self._waiting = False
        """Whether sizes are passed through on the way to the one for the next ``fit``."""
        self.fitting = False
        """Whether the view is on its way to ``fitted()``."""
        self._shown_whole: Array = self.network_scene.neurons.places
        """Where the neurons were that it showed all of then."""
        self._grown = QTimer(self)
        self._grown.setSingleShot(True)
        self._grown.setInterval(GROWN_MS)
        self._grown.timeout.connect(self._show_what_grew)
        self.network_scene.updated.connect(self._look_for_growth)
        self.network_scene.rewritten.connect(self.keep_fitted)
        self._whole: list[tuple[ref[Document], ref[Document]]] = []
        """The documents before and after each edit of much, between which undo and redo lead."""
        self._editing_whole = False
        self._hint = QLabel(self.viewport())
        self._hint.setLayoutDirection(self.layoutDirection())
        self._hint.setObjectName("canvas_hint")
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.hide()

    # Zoom and pan

    @property
    def zoom(self) -> float:
        """Pixels per unit of the scene."""
        return self.transform().m11()

    def zoom_by(self, factor: float, at: QPoint | None = None) -> None:
        """Zoom, keeping the point ``at`` of the viewport (or its middle) where it is."""
        self._fitted = False
        at = at or self.viewport().rect().center()
        before = self.mapToScene(at)
        factor = min(max(self.zoom * factor, ZOOM_RANGE[0]), ZOOM_RANGE[1]) / self.zoom
        self.scale(factor, factor)
        moved = self.mapFromScene(before) - at
        self.scroll_by(-moved.x(), -moved.y())
        self._relax()

    def _relax(self) -> None:
        """Texts that were made larger to be read become no larger than that when one zooms in."""
        scene = self.network_scene
        enough = max(1.0, (PRESENTED_PIXELS if presenting() else READ_PIXELS) / (pixels("small") * self.zoom))
        scene.magnify(min(scene.larger, enough), min(scene.edges.larger, enough))

    def scroll_by(self, dx: float, dy: float) -> None:
        """Move the paper by pixels."""
        self._fitted = False
        for bar, by in ((self.horizontalScrollBar(), dx), (self.verticalScrollBar(), dy)):
            bar.setValue(bar.value() - round(by))

    def fit(self) -> None:
        """Show the whole network, in the middle, with texts that can be read; when presenting, from afar."""
        self._waiting, self.fitting = False, True
        try:
            self._find_fit()
        finally:
            self.fitting = False
            self.fitted.emit()

    def wait_to_fit(self) -> None:
        """All is shown again by the next ``fit``, not at each size that the view has until then."""
        self._waiting = True

    def _find_fit(self) -> None:
        scene = self.network_scene
        scene.magnify(1.0, 1.0, 1.0)
        self._fit()
        self._stretch()
        if presenting() and len(scene.neurons) <= MOST_MAGNIFIED:
            self._magnify(PRESENTED_PIXELS)
        elif scene.edges.few:
            self._magnify(READ_PIXELS)
        if scene.edges.few:
            self._keep_readable()
        self._stretch()
        if scene.edges.few:
            self._part()

    def _stretch(self) -> None:
        """Draw the columns of a small network as far apart as a wide view has room for them."""
        scene = self.network_scene
        if not ((self.stretches or scene.edges.squeezed) and scene.edges.few and len(scene.neurons) > 1):
            return
        rect, places = scene.content_rect(), scene.neurons.places
        span = float(np.ptp(places[:, 0])) / scene.stretch
        if span > 0.0:
            spare = (self.viewport().width() - 2 * FIT_MARGIN) / self.zoom - rect.width()
            self._stretch_to(min(max(scene.stretch + spare / span, 1.0), MOST_STRETCHED))

    def _part(self) -> None:
        """Where a number still has no room, draw the columns farther apart, as long as texts can be read."""
        scene = self.network_scene
        while scene.edges.squeezed and scene.stretch < MOST_STRETCHED:
            stretch = scene.stretch
            self._stretch_to(stretch + PARTED_STEP)
            if min(scene.larger, scene.edges.larger) < self._least:
                self._stretch_to(stretch)
                break
        if scene.edges.squeezed and scene.edges.larger > self._least:
            scene.magnify(scene.larger, self._least)
            self._fit()

    @property
    def _least(self) -> float:
        """So many times as large as elsewhere texts can be read at this zoom."""
        return LEAST_PIXELS / (pixels("small") * self.zoom)

    def _stretch_to(self, stretch: float) -> None:
        scene = self.network_scene
        scene.magnify(scene.larger, scene.edges.larger, stretch)
        self._fit()

    def _keep_readable(self) -> None:
        """Texts of a small network are never too small to be read, even where they come near to each other."""
        scene = self.network_scene
        for _ in range(FITS):
            least = self._least
            if min(scene.larger, scene.edges.larger) >= least:
                return
            scene.magnify(max(scene.larger, least), max(scene.edges.larger, least))
            self._fit()

    def _magnify(self, wanted: float) -> None:
        """Texts of neurons, then weights, so many pixels large, as far as nothing is covered or left out."""
        scene = self.network_scene
        covered, labels, crossed = scene.covered(), scene.edges.labels, scene.crossed
        sizes = [1.0, 1.0]
        for part in range(2):
            while sizes[part] < LARGEST_TEXT and pixels("small") * sizes[part] * self.zoom < wanted:
                sizes[part] += LARGER_STEP
                scene.magnify(*sizes)
                # Numbers that have no room of their own are not made larger than it takes to read them.
                squeezed = scene.edges.squeezed and pixels("small") * scene.edges.larger * self.zoom > READ_PIXELS
                worse = scene.covered() > covered or scene.edges.labels < labels or scene.crossed > crossed
                if worse or (part and squeezed):
                    sizes[part] -= LARGER_STEP
                    scene.magnify(*sizes)
                    break
                self._fit()
        self._fit()

    def _fit(self) -> None:
        rect = self.network_scene.content_rect()
        view = self.viewport().rect().adjusted(0, self.upper_edge, 0, -self.lower_edge)
        if rect.isEmpty():
            rect = EMPTY
        scale = min((view.width() - 2 * FIT_MARGIN) / rect.width(), (view.height() - 2 * FIT_MARGIN) / rect.height())
        scale = min(max(scale, ZOOM_RANGE[0]), LARGEST_FIT * max(1.0, view.width() / WIDE))
        self.resetTransform()
        self.scale(scale, scale)
        self.centerOn(rect.center() + QPointF(0, (self.lower_edge - self.upper_edge) / 2 / scale))
        self._fitted, self._shown_whole = True, self.network_scene.neurons.places.copy()

    def draw(self, **how: bool) -> None:
        """As the scene's ``draw``; a network that was shown whole still is."""
        self.network_scene.draw(**how)
        self.keep_fitted()

    def keep_fitted(self) -> None:
        """Show the whole network again if all of it was shown."""
        if self._fitted:
            self.fit()

    def edit_whole(self, text: str, change: Callable[[Document], Document], more: int = 0) -> bool:
        """As the session's ``apply``, for what moves much: all is shown again if all was, also where it is taken back.
        """
        self._editing_whole = True
        try:
            return self.desk.session.apply(text, change, more=more)
        finally:
            self._editing_whole = False

    def follow_whole(self, old: Document, new: Document) -> None:
        """Show all again, if all was shown, where this is such an edit, or takes one back."""
        if self._editing_whole:
            self._whole.append((ref(old), ref(new)))
        shown = {id(old), id(new)}
        if any({id(before()), id(after())} == shown for before, after in self._whole):
            self.keep_fitted()

    def ensure_shown(self, *ids: str) -> None:
        """Make sure that neurons are in sight."""
        shown = self.mapToScene(self.viewport().rect()).boundingRect()
        items = [self.network_scene.neurons[id] for id in ids]
        if len(self.network_scene.neurons) <= 2 or not all(
            shown.contains(item.mapRectToScene(item.boundingRect())) for item in items
        ):
            self.fit()

    def bring_into_view(self, area: QRectF) -> None:
        """Move no farther than it takes to see a part of the scene; if it is too large, see some of it."""
        shown = self.mapToScene(self.viewport().rect()).boundingRect()
        if area.isEmpty() or shown.contains(area):
            return
        if area.width() <= shown.width() and area.height() <= shown.height():
            self._fitted = False
            self.ensureVisible(area, 0, 0)
        elif not shown.intersects(area):
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._waiting and not self._being_drawn():
            self.keep_fitted()

    def _being_drawn(self) -> bool:
        """Whether neurons that are in sight were placed by hand since all was shown: they stay where they are."""
        scene = self.network_scene
        shown = self.mapToScene(self.viewport().rect()).boundingRect()
        return not np.array_equal(scene.neurons.places, self._shown_whole) and (
            all(map(shown.contains, scene.positions().values())))

    def _outgrown(self) -> bool:
        """Whether a text of a network that all was shown of has become so long that it is cut."""
        shown = self.mapToScene(self.viewport().rect()).boundingRect()
        return self._fitted and not shown.contains(self.network_scene.content_rect()) and not self._being_drawn()

    def _look_for_growth(self) -> None:
        if not self._grown.isActive() and self._outgrown():
            self._grown.start()

    def _show_what_grew(self) -> None:
        # The zoom alone: in a run all else stays where it is.
        if self._outgrown():
            self._fit()

    # What is where, and what is said

    def hit(self, point: QPointF) -> Hit:
        """What is at a point of the scene."""
        return self.network_scene.hit(point, self.zoom)

    def covered_by(self, rect: QRect) -> float:
        """How much of neurons, numbers and loss a rectangle of the viewport covers."""
        return self.network_scene.covered_by(self.mapToScene(rect).boundingRect())

    def show_hint(self, text: str, refused: bool = False) -> None:
        """A line at the lower edge of the canvas; empty hides it."""
        self._hint.setText(text)
        set_role(self._hint, tone="bad" if refused else "muted")
        self._hint.setFont(font("body"))
        view = self.viewport().rect()
        metrics = self._hint.fontMetrics()
        width = min(metrics.horizontalAdvance(text) + 2, view.width() - 2 * HINT_MARGIN)
        self._hint.resize(width, self._hint.heightForWidth(width))
        self._hint.move((view.width() - width) // 2, view.height() - self._hint.height() - HINT_LIFT)
        self._hint.setVisible(bool(text))

    # Drawing

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        t = theme()
        painter.fillRect(rect, t.color("card"))
        if self.zoom < DOTS_FROM:
            return
        painter.setPen(QPen(t.color("line"), 1.6 / self.zoom))
        step = GRID_STEP * self.network_scene.stretch
        left, top = math.floor(rect.left() / step), math.floor(rect.top() / GRID_STEP)
        painter.drawPoints(
            [
                QPointF(x * step, y * GRID_STEP)
                for x in range(left, math.ceil(rect.right() / step) + 1)
                for y in range(top, math.ceil(rect.bottom() / GRID_STEP) + 1)
            ]
        )

    _look: object = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        restyled = event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
        # Many such events come with one change of the theme.
        if restyled and hasattr(self, "network_scene") and self._look != (theme(), text_scale()):
            self._look = theme(), text_scale()
            self.resetCachedContent()
            for item in self.network_scene.neurons.made.values():
                item.measure()
            self.network_scene.rebuild()
            self.viewport().update()
