"""A slider over one parameter, with the band of values that keep the rows right drawn on it and told in words."""

import math
import time

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnsim.core.analysis.bands import Band, band_of
from nnsim.core.analysis.drawable import drawable_range
from nnsim.core.arrays import Flags
from nnsim.core.formulas.numbers import DIGITS, format_number
from nnsim.documents.targets import gate_label
from nnsim.gui.look.theme import GRID, font, mix, set_role, theme
from nnsim.gui.plots.ticks import nice_step, rounded
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.controls import CalmSlider, plain_tip
from nnsim.gui.widgets.forms import plain_text
from nnsim.gui.widgets.number_field import GESTURE_PAUSE

STEPS = 200
"""About so many values a slider has."""
USUAL = 2.0
"""From its opposite to this a slider reaches at least: gates turn weights of 1 into −2."""
ROOM = 0.3
"""Beyond what is to be seen, as a part of it, a slider goes on at each side."""
ROOMY = 6.0
"""A slider this many times as long as it has to be is made anew."""
KNOB, END = 7.0, 4.0


class BandSlider(CalmSlider):
    """A slider over numbers. ``moved(value)`` says what the learner set; ``began()`` and ``ended()`` enclose a drag.

    A band is drawn as a green bar with its numbers beneath: a full dot is an end that belongs to it, a ring one that
    does not, an arrow stands where there is none.
    """

    moved = Signal(float)
    began = Signal()
    ended = Signal(bool)
    """Whether the drag was cancelled."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPageStep(10)
        self.band: Band | None = None
        self.number = 0.0
        self.digits: int = DIGITS
        self._low, self._step = -1.0, 0.01
        self.valueChanged.connect(self._on_moved)

    @property
    def reach(self) -> tuple[float, float]:
        """The numbers at both ends."""
        return self._low, self._low + self._step * self.maximum()

    def show_number(self, number: float, band: Band | None) -> None:
        """Show a number and a band; both ends of the slider follow, but not while it is dragged."""
        resized = (band is None) != (self.band is None)
        self.number, self.band = number, band
        if resized:
            self.updateGeometry()
        ends = [end for end in (band.low, band.high) if math.isfinite(end)] if band is not None else []
        low, high = drawable_range(min([-USUAL, number, *ends]), max([USUAL, number, *ends]))
        span = high - low
        has_low, has_high = self.reach
        fits = has_low <= low - 0.05 * span and high + 0.05 * span <= has_high and has_high - has_low <= ROOMY * span
        with QSignalBlocker(self):
            if not self.isSliderDown() and not fits:
                self._step = nice_step(span * (1 + 2 * ROOM), STEPS)
                self._low = rounded(math.floor((low - ROOM * span) / self._step) * self._step, self._step)
                self.setRange(0, math.ceil((high + ROOM * span - self._low) / self._step))
            self.setValue(round(self._part(number) * self.maximum()))
        self.update()

    def _on_moved(self, position: int) -> None:
        self.number = rounded(self._low + position * self._step, self._step)
        self.moved.emit(self.number)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.began.emit()
            self._go_to(event.position().x())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._go_to(event.position().x())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown() and event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.ended.emit(False)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isSliderDown():
            self.setSliderDown(False)
            self.ended.emit(True)
        else:
            super().keyPressEvent(event)

    def _go_to(self, x: float) -> None:
        part = (x - KNOB) / max(self.width() - 2 * KNOB, 1.0)
        self.setValue(round(min(max(part, 0.0), 1.0) * self.maximum()))

    # Drawing

    def sizeHint(self) -> QSize:
        return QSize(160, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        # Numbers stand below only where there is a band.
        return QSize(96, 3 * GRID + (QFontMetrics(font("small")).height() if self.band is not None else 0))

    def _part(self, number: float) -> float:
        """Where a number is, from 0 at the left to 1; at an end if it is beyond."""
        low, high = self.reach
        return min(max((number - low) / ((high - low) or 1.0), 0.0), 1.0)

    def place_of(self, number: float) -> float:
        """Where a number is, in pixels from the left; at an end if it is beyond."""
        return KNOB + self._part(number) * (self.width() - 2 * KNOB)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = GRID + 2.0
        left, right = KNOB, self.width() - KNOB
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("line"))
        painter.drawRoundedRect(QRectF(left, middle - 1.5, right - left, 3), 1.5, 1.5)
        if self.band is not None:
            self._paint_band(painter, self.band, middle)
        place = QPointF(self.place_of(self.number), middle)
        painter.setPen(QPen(t.color("accent"), 2))
        painter.setBrush(t.color("accent" if self.hasFocus() else "card"))
        painter.drawEllipse(place, KNOB - 1, KNOB - 1)
        painter.end()

    def _paint_band(self, painter: QPainter, band: Band, middle: float) -> None:
        t = theme()
        a, b = self.place_of(band.low), self.place_of(band.high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mix(t.good, t.card, 0.35))
        painter.drawRect(QRectF(a, middle - END, b - a, 2 * END))
        used = font("small")
        metrics = QFontMetrics(used)
        painter.setFont(used)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        (low, has_low), (high, has_high) = band.ends(self.digits)
        texts = []
        for end, text, belongs, at in ((band.low, low, has_low, a), (band.high, high, has_high, b)):
            if math.isfinite(end):
                painter.setPen(QPen(t.color("good"), 2))
                painter.setBrush(t.color("good" if belongs else "card"))
                painter.drawEllipse(QPointF(at, middle), END, END)
                texts.append((at, text))
            else:
                out = -1.0 if end < 0 else 1.0
                painter.setPen(QPen(t.color("good"), 2))
                painter.drawPolyline([QPointF(at - out * 2, middle - END - 2), QPointF(at + out * 3, middle),
                                      QPointF(at - out * 2, middle + END + 2)])
        painter.setPen(t.color("good"))
        if len(texts) == 2 and texts[0][1] == texts[1][1]:
            texts.pop()
        beyond = 0.0
        for at, text in texts:
            width = metrics.horizontalAdvance(text)
            x = max(min(at - width / 2, self.width() - width - 1.0), beyond)
            painter.drawText(QRectF(x, middle + END + 4, width + 1, metrics.height()), 0, text)
            beyond = x + width + GRID / 2


class BandField(QWidget):
    """The slider of a parameter, written as it is or with its sign turned (θ = −b), and what it says of its band.

    ``edited(value, token)`` as a NumberField's: one token for one drag, or for steps in one go.
    """

    edited = Signal(object, object)

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self._desk = desk
        self._name, self._symbol, self._turned = "", "", False
        self._token: object = None
        self._moved_at = -math.inf
        self._before = 0.0
        self._rows: Flags | None = None
        self._seen: tuple[object, ...] = ()
        self.slider = BandSlider()
        self.slider.setObjectName(f"{name}_slider")
        self.slider.moved.connect(self._on_moved)
        self.slider.began.connect(self._on_began)
        self.slider.ended.connect(self._on_ended)
        self.words = plain_text(f"{name}_band")
        column = column_in(self, GRID // 2)
        column.addWidget(self.slider)
        column.addWidget(self.words)

    @property
    def band(self) -> Band | None:
        """The band that is drawn, of what is written."""
        return self.slider.band

    def show_parameter(self, parameter: str, symbol: str, turned: bool) -> None:
        """Show a parameter, called ``symbol``; ``turned`` shows −value."""
        if (parameter, symbol) != (self._name, self._symbol):
            self._name, self._symbol, self._turned = parameter, symbol, turned
            self._token, self._seen, self._rows = None, (), None
            self.slider.setSliderDown(False)
        self.slider.setAccessibleName(symbol)
        self.slider.setToolTip(plain_tip(
            self.tr("Drag to try other values of {name}, all views follow; Esc takes it back.").format(name=symbol)))
        desk = self._desk
        # Weights alone decide, and none of them but these: inputs that are flipped change nothing.
        digits = desk.study.digits
        key = (desk.session.structure, desk.session.dataset, desk.session.network.parameters.tobytes(), digits)
        if key != self._seen:
            self._seen, self.slider.digits = key, digits
            self.slider.show_number(self._number, self._find(parameter))
            self._say()

    def show_number(self) -> None:
        """Show where the parameter is now, in the band as it was found last."""
        self.slider.show_number(self._number, self.slider.band)

    @property
    def _number(self) -> float:
        return self._sign * self._desk.session.network.value(self._name) + 0.0

    @property
    def _sign(self) -> float:
        return -1.0 if self._turned else 1.0

    def _find(self, parameter: str) -> Band | None:
        data = self._desk.session.dataset
        if data is None:
            return None
        # While it is dragged, the rows that matched when it began are the ones to keep.
        rows = self._rows if self.slider.isSliderDown() else None
        band = band_of(self._desk.session.network, parameter, data.X, data.T, rows)
        return band.negated() if band is not None and self._turned else band

    def _say(self) -> None:
        band, symbol = self.slider.band, self._symbol
        text, tone, more = "", "muted", ""
        if band is not None:
            all_rows, name = bool(band.rows.all()), gate_label(self._desk.session.document)
            n = int(band.rows.sum())
            if all_rows and name:
                text = self.tr("{gate} works for {band}")
            elif all_rows:
                text = (self.tr("The one row is right for {band}") if n == 1
                        else self.tr("All {n} rows are right for {band}"))
            elif n == 1:
                text = self.tr("The one right row stays right for {band}")
            else:
                text = self.tr("The {n} right rows stay right for {band}")
            where = band.written(symbol, self.slider.digits) or self.tr("every {name}").format(name=symbol)
            # Not broken into lines: “θ >” alone says nothing.
            text = text.format(gate=name, n=f"{n:,}", band=where.replace(" ", "\u00a0"))
            inside = self.slider.number in band
            tone = "good" if inside else "bad"
            text = f"✓ {text}" if inside else self.tr("✗ Outside: {band}").format(band=text)
            more = self._ends_in_words(band)
        if text != self.words.text():
            self.words.setText(text)
            self._make_room()
        if self.words.property("tone") != tone:
            set_role(self.words, tone=tone)
        self.words.setToolTip(plain_tip(more))
        self.words.setVisible(bool(text))
        number = format_number(self.slider.number, self.slider.digits)
        self.slider.setAccessibleDescription(f"{number}. {text} {more}".strip())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        # An area that scrolls asks for the least height, of which a label that wraps says that of one line.
        self.words.setMinimumHeight(max(self.words.heightForWidth(self.width()), 0))

    def _ends_in_words(self, band: Band) -> str:
        """Which end belongs to the band, for whoever does not read < and ≤."""
        (low, has_low), (high, has_high) = band.ends(self.slider.digits)
        parts = []
        for end, text, belongs, yes, no in (
            (band.low, low, has_low, self.tr("from {n} on, which belongs to it"),
             self.tr("above {n}, which does not belong to it")),
            (band.high, high, has_high, self.tr("up to {n}, which belongs to it"),
             self.tr("below {n}, which does not belong to it")),
        ):
            if math.isfinite(end):
                parts.append((yes if belongs else no).format(n=text))
        return self.tr("The green band: {ends}.").format(ends="; ".join(parts)) if parts else ""

    # What the learner does

    def _on_began(self) -> None:
        band = self.slider.band
        self._token, self._before = object(), self.slider.number
        self._rows = band.rows if band is not None else None

    def _on_ended(self, cancelled: bool) -> None:
        token, self._token = self._token, None
        self._rows = None
        if cancelled:
            self.edited.emit(self._before, token)
        self._seen = ()
        self.show_parameter(self._name, self._symbol, self._turned)

    def _on_moved(self, value: float) -> None:
        now = time.monotonic()
        if not self.slider.isSliderDown() and (self._token is None or now - self._moved_at > GESTURE_PAUSE):
            self._token = object()
        self._moved_at = now
        self.edited.emit(value, self._token)
