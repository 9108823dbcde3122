"""Plots in the program's look. Imports pyqtgraph (0.3 s): panels import this module late."""

import html
from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QMargins, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsWidget, QLabel, QWidget

from nnsim.core.analysis.drawable import Range, can_be_drawn, drawable_range, is_drawable
from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.theme import GRID, Theme, font, set_role, text_scale, theme
from nnsim.gui.plots.points import Points
from nnsim.gui.plots.ticks import nice_ticks
from nnsim.gui.widgets.controls import name_widget

Ticks = list[tuple[float, str]]
TICK_LENGTH = 4
TICK_GAP = 3


def _named(values: Sequence[float]) -> Ticks:
    return [(value, format_number(value)) for value in values]


def pen(color: QColor | str, width: float = 1.0, dashes: Sequence[float] | None = None) -> QPen:
    """A pen whose width does not scale with the axes; a thick one is thicker where text is larger."""
    # So wide a pen is in pixels of the screen, of which a fine one has several to one of the window.
    fine = QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]
    result = QPen(QColor(color), fine * (width * text_scale() if width > 1 else width))
    result.setCosmetic(True)
    if dashes:
        result.setDashPattern(list(dashes))
        result.setCapStyle(Qt.PenCapStyle.FlatCap)
    return result


def scaled(size: float) -> float:
    """The size of a sign, larger where text is larger."""
    return round(size * text_scale())


class TitledAxis(pg.AxisItem):
    """An axis whose title keeps inside the plot: pyqtgraph moves it 5 pixels out, and the line of an _ is cut off."""

    def resizeEvent(self, event: object = None) -> None:
        super().resizeEvent(event)
        if self.label is not None and self.orientation == "bottom":
            self.label.setY(self.size().height() - self.label.boundingRect().height() + 2)


class Plot(pg.GraphicsView):
    """Two titled axes with numbers around a view that does not pan.

    ``pressed(x, y)`` comes while the mouse is pressed or dragged in the view, ``hovered(x, y)`` while it moves
    over it, ``left()`` when it has left; ``stepped(dx, dy, fine)`` for an arrow key. A subclass makes its items before
    it calls ``__init__`` here, which calls ``restyle``.
    """

    pressed = Signal(float, float)
    hovered = Signal(float, float)
    left = Signal()
    stepped = Signal(int, int, bool)
    zoomed = Signal(float, object)
    """By how many notches to see more, less than 0 for less, around which (x, y); 0 for all as at first."""

    def __init__(self, name: str, parent: QWidget | None = None, *, interactive: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.interactive = interactive
        self.markers: list[Marker] = []
        self.zooms = False
        """Whether the wheel and the keys + − 0 zoom."""
        self._range: tuple[Range, Range] = ((0.0, 1.0), (0.0, 1.0))
        self._titles = ("", "")
        self._lacks: dict[str, str] = {}
        """What is said of each part that cannot be drawn as a whole."""
        self.gap = QLabel(self)
        name_widget(self.gap, f"{name}_gap", "")
        set_role(self.gap, tone="small")
        self.gap.setTextFormat(Qt.TextFormat.PlainText)
        self.gap.setWordWrap(True)
        self.gap.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.gap.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.gap.hide()
        self._style: tuple[Theme, float] | None = None
        # Not pyqtgraph's PlotItem, which brings the eighty widgets of a menu along, and each is restyled with the rest.
        self.view = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0.0)
        self.view.disableAutoRange()
        self.axes = {side: TitledAxis(side) for side in ("left", "bottom")}
        self._around = QGraphicsGridLayout()
        self._around.setSpacing(0)
        self._around.addItem(self.view, 0, 1)
        self._around.setColumnStretchFactor(1, 1)
        self._around.setRowStretchFactor(0, 1)
        for axis, row, column in ((self.axes["left"], 0, 0), (self.axes["bottom"], 1, 1)):
            axis.linkToView(self.view)
            axis.setZValue(0.5)
            self._around.addItem(axis, row, column)
        whole = QGraphicsWidget()
        whole.setLayout(self._around)
        self.setCentralItem(whole)
        self.enableMouse(False)
        # An axis is written from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        whole.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        for axis in self.axes.values():
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=TICK_LENGTH, hideOverlappingLabels=False, tickTextOffset=TICK_GAP,
                          autoExpandTextSpace=False, autoReduceTextSpace=False)
        self.setMouseTracking(interactive)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if interactive else Qt.FocusPolicy.NoFocus)
        if interactive:
            self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        self.restyle()

    # What it shows

    def keep_style(self) -> bool:
        """Take colours and fonts from the theme if they changed; whether they did."""
        if self._style == (theme(), text_scale()):
            return False
        self.restyle()
        return True

    def restyle(self) -> None:
        """Take colours and fonts from the theme."""
        t = theme()
        self._style = (t, text_scale())
        self.setBackground(t.card)
        self.gap.setStyleSheet(f"background: {t.card}; color: {t.muted}; padding: 1px 3px;")
        for axis in self.axes.values():
            axis.setPen(None)  # the view's border is the line
            axis.setTickPen(pen(t.line))
            axis.setTextPen(pen(t.muted))
            axis.setTickFont(font("small"))
            axis.label.setFont(font("small"))
        for marker in self.markers:
            marker.restyle()
        self._frame()
        self._arrange()

    def stack(self, *items: pg.GraphicsObject, depth: int = 0) -> None:
        """Show these items, each above the one before it, from this depth on."""
        for place, item in enumerate(items):
            item.setZValue(depth + place)
            self.add(item)

    def add(self, item: pg.GraphicsObject) -> None:
        """Show an item, in the numbers of the axes."""
        self.view.addItem(item, ignoreBounds=True)

    def remove(self, item: pg.GraphicsObject) -> None:
        """Show an item no longer."""
        self.view.removeItem(item)

    def set_titles(self, x: str, y: str) -> None:
        """Name the axes; plain text."""
        if (x, y) != self._titles:
            self._titles = (x, y)
            self._arrange()

    def drawn(self, part: str, values: Array, gaps: bool = True) -> Array:
        """The values of one part of the plot, NaN in place of what cannot be drawn.

        As long as there is such, the plot says so; of values that are NaN themselves only where no ``gaps`` belong.
        """
        here, undefined = is_drawable(values), np.isnan(values)
        self._say_lack(part, self._too_large if not (here | undefined).all() else
                       self.tr("Some values are undefined.") if not gaps and undefined.any() else "")
        return np.where(here, values, np.nan)

    @property
    def _too_large(self) -> str:
        return self.tr("Some values are too large to draw.")

    def drawn_points(self, points: Points) -> Points:
        """Those samples that can be drawn; the plot says so if these are not all."""
        x, y = self.drawn("samples of x", points.x), self.drawn("samples of y", points.y)
        there = ~np.isnan(x + y)
        return points if there.all() else points.only(there)

    def _say_lack(self, part: str, text: str) -> None:
        if text != self._lacks.get(part, ""):
            self._lacks[part] = text
            said = next(filter(None, self._lacks.values()), "")
            self.gap.setText(said)
            self.gap.setAccessibleName(said)
            self.gap.setVisible(bool(said))
            self._place_gap()

    def _place_gap(self) -> None:
        """In the upper left corner of the view."""
        if not self.gap.isHidden():
            insets = self.insets(self.size())
            room = max(self.width() - insets.left() - insets.right() - GRID, 1)
            width = min(room, QFontMetrics(font("small")).horizontalAdvance(self.gap.text()) + 2 * GRID)
            self.gap.setGeometry(insets.left() + GRID // 2, insets.top() + GRID // 2, width,
                                 self.gap.heightForWidth(width))

    def set_ranges(self, x: Range, y: Range) -> None:
        """Show exactly these ranges, as far as they can be drawn."""
        self._say_lack("ranges", "" if can_be_drawn(*x, *y) else self._too_large)
        x, y = drawable_range(*x), drawable_range(*y)
        if (x, y) != self._range:
            self._range = (x, y)
            self._arrange()

    @property
    def ranges(self) -> tuple[Range, Range]:
        """What is shown of x and of y."""
        return self._range

    def insets(self, size: QSize) -> QMargins:
        """How much of a plot of this size the axes and their numbers take on each side."""
        metrics = QFontMetrics(font("small"))
        line = metrics.height()
        xs, ys = self._ticks(size)
        widest = max((metrics.horizontalAdvance(text) for _, text in ys), default=0)
        last = max((metrics.horizontalAdvance(text) for _, text in xs[-1:]), default=0)
        left = widest + TICK_LENGTH + TICK_GAP + (line + 2 if self._titles[1] else 0) + 2
        bottom = TICK_LENGTH + TICK_GAP + line + (line if self._titles[0] else 0)
        return QMargins(left, line // 2 + 1, max(GRID // 2, last // 2 + 1), bottom)

    def _ticks(self, size: QSize) -> tuple[Ticks, Ticks]:
        across, up = max(size.width() - 48, 1), max(size.height() - 40, 1)
        line = QFontMetrics(font("small")).height()
        xs, ys = self._range
        return (_named(nice_ticks(*xs, min(8.0, across / (3.4 * line)))),
                _named(nice_ticks(*ys, min(8.0, up / (2.2 * line)))))

    def _arrange(self) -> None:
        """Axes as wide as their numbers, titles as long as there is room."""
        insets = self.insets(self.size())
        self._around.setContentsMargins(0, insets.top(), insets.right(), 0)
        self.axes["left"].setWidth(insets.left())
        self.axes["bottom"].setHeight(insets.bottom())
        metrics = QFontMetrics(font("small"))
        room = {"bottom": self.width() - insets.left() - insets.right(),
                "left": self.height() - insets.top() - insets.bottom()}
        for side, title, ticks in zip(("bottom", "left"), self._titles, self._ticks(self.size()), strict=True):
            axis = self.axes[side]
            # pyqtgraph reads a title as HTML, and a neuron may be called <b>.
            short = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, max(room[side], 0))
            axis.setLabel(html.escape(short), color=theme().muted)
            axis.resizeEvent()  # puts the title in the middle again
            axis.setTicks([ticks])
        (x0, x1), (y0, y1) = self._range
        self.view.setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0, disableAutoRange=True)
        self._place_gap()

    def _frame(self) -> None:
        """The view's border says who has the keyboard."""
        self.view.setBorder(pen(theme().accent if self.hasFocus() else theme().line))

    # Mouse and keyboard, past pyqtgraph: nothing pans, no menu opens, the wheel scrolls what is around or zooms

    def at(self, position: QPointF) -> tuple[float, float] | None:
        """The numbers under a place in the widget; None outside the view."""
        scene = self.mapToScene(position.toPoint())
        if not self.view.sceneBoundingRect().contains(scene):
            return None
        point = self.view.mapSceneToView(scene)
        return float(point.x()), float(point.y())

    def place_of(self, x: float, y: float) -> QPointF:
        """Where in the widget these numbers are."""
        return QPointF(self.mapFromScene(self.view.mapViewToScene(QPointF(x, y))))

    def _tell(self, event: QMouseEvent, signal: Callable[[float, float], None]) -> None:
        there = self.at(event.position())
        if there is not None:
            signal(*there)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.interactive and event.button() == Qt.MouseButton.LeftButton:
            self._tell(event, self.pressed.emit)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.interactive:
            event.ignore()
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._tell(event, self.pressed.emit)
        if self.at(event.position()) is None:
            self.left.emit()
        else:
            self._tell(event, self.hovered.emit)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        there = self.at(event.position()) if self.zooms else None
        turned = event.angleDelta().y()
        if there is None or not turned:
            event.ignore()
            return
        self.zoomed.emit(-turned / 120, there)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        step = steps.get(Qt.Key(event.key())) if self.interactive else None
        notches = {"+": -1.0, "-": 1.0, "−": 1.0, "0": 0.0}.get(event.text()) if self.zooms else None
        if notches is not None:
            self.zoomed.emit(notches, None)
            return
        if step is None:
            event.ignore()
            return
        self.stepped.emit(*step, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._frame()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._frame()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "axes"):  # pyqtgraph resizes itself while it is being made
            self._arrange()


class Marker:
    """A point that moves: what is currently fed."""

    def __init__(self, ring: bool) -> None:
        self._ring = ring
        self._halo = pg.ScatterPlotItem(pxMode=True)
        self._point = pg.ScatterPlotItem(pxMode=True)

    def stand_in(self, plot: Plot) -> None:
        """Be drawn above all else in a plot."""
        plot.stack(self._halo, self._point, depth=20)
        plot.markers.append(self)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme. A ring lets the sample beneath it be seen."""
        t = theme()
        if self._ring:
            self._halo.setSize(scaled(16))
            self._halo.setPen(pen(t.card, 4))
            self._halo.setBrush(None)
            self._point.setSize(scaled(16))
            self._point.setPen(pen(t.ink, 1.6))
            self._point.setBrush(None)
        else:
            self._halo.setSize(scaled(12))
            self._halo.setPen(None)
            self._halo.setBrush(t.color("card"))
            self._point.setSize(scaled(9))
            self._point.setPen(None)
            self._point.setBrush(t.color("accent"))

    def move(self, x: float, y: float) -> None:
        """Stand at (x, y); nowhere if that is not a place."""
        there = can_be_drawn(x, y)
        for item in (self._halo, self._point):
            item.setData([x] if there else [], [y] if there else [])

    @property
    def place(self) -> tuple[float, float] | None:
        """Where it stands."""
        x, y = self._point.getData()
        return (float(x[0]), float(y[0])) if len(x) else None
