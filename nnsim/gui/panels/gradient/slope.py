"""The Why the gradient panel: any f(x) with its tangent, and steps down its slope."""

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QScrollArea, QSizePolicy, QStyle, QWidget

from nnsim.core.analysis.tangents import OFFERS, Curve
from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.theme import GRID, text_scale, theme
from nnsim.gui.panels.plot_panel import LOW_PLOT, LOWEST_PLOT, PlotPanel
from nnsim.gui.plots.ticks import PLACES, nearby, nice_step, rounded
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.cards import HeaderChoice, quiet_button, zoom_buttons
from nnsim.gui.widgets.controls import name_widget, plain_tip
from nnsim.gui.widgets.labels import FormulaRow, Sentence, toned
from nnsim.gui.widgets.number_field import NumberField
from nnsim.gui.widgets.text_field import TextField

if TYPE_CHECKING:
    from nnsim.gui.panels.gradient.plots import TrailPlot

FIRST_RATE = 0.1
POINTS = 241
RUN_STEPS, RUN_MS = 20, 250
LONGEST_TRAIL = 200
FARTHEST = 256.0
"""How many times the picture grows at most to follow a point that jumps out."""
LOW = 280
"""In a lower panel, at 100 % text, what is said stands beside the plot if there is room."""


class SlopePanel(PlotPanel):
    """A function to choose or to type, a point to move on it, and x′ = x − η·f′(x), step by step."""

    id = "slope"
    plot: "TrailPlot"

    def __init__(self, desk: Desk) -> None:
        # With large text on a small screen it scrolls.
        super().__init__(desk, QCoreApplication.translate("SlopePanel", "Why the gradient"), QScrollArea())
        self.curve = Curve(OFFERS[0].text)
        self.at = self._start = OFFERS[0].start
        self.trail: list[float] = []
        """Where x was before each step, the first one first."""
        self.rate = FIRST_RATE
        self._half = OFFERS[0].half
        self._zoom = 0
        self._left = 0
        self._runner = QTimer(self)
        self._runner.setInterval(RUN_MS)
        self._runner.timeout.connect(self._run_on)
        self._build_header()
        self._build_body()

    def minimumSizeHint(self) -> QSize:
        # With large text two panels must still find room above each other in a window of 720 pixels.
        return QSize(200, min(160, round(296 - 100 * text_scale())))

    # Building

    def _build_header(self) -> None:
        self.choice = HeaderChoice("slope_choice", self.tr("A function to begin with"))
        self.choice.set_choices([(offer.text, offer.label) for offer in OFFERS])
        self.choice.chosen.connect(self._choose)
        self.choice.set_value(self.curve.text)
        self.choice.setPlaceholderText(self.tr("typed"))
        self.farther, self.nearer = zoom_buttons("slope", lambda by: self._set_zoom(self._zoom + by))
        self.add_to_header(self.choice, self.farther, self.nearer)

    def _build_body(self) -> None:
        label = toned("muted", "f(x) =")
        self.field = TextField(_what_is_wrong)
        name_widget(self.field, "slope_function", self.tr("f(x)"))
        self.field.set_tip(self.tr("A formula of x, such as x^2 − 2x, sin(3x) or 1,5x"))
        self.field.set_text(self.curve.text)
        self.field.edited.connect(self._type)
        top = row_in(None, GRID)
        top.addWidget(label)
        top.addWidget(self.field, 1)
        drawing, self.words = column_in(None, GRID), column_in(None, GRID)
        self.rows.addLayout(drawing, 1)
        self.rows.addLayout(self.words)
        drawing.addLayout(top)
        self.leave_place(drawing)
        self.numbers = FormulaRow("slope")
        self.formula, self.readout = self.numbers.formula, self.numbers.readout
        self.words.addWidget(self.numbers)
        self.says = Sentence("slope_says")
        self.words.addWidget(self.says)
        self.words.addStretch()
        self.steps = self._build_steps()
        self.words.addLayout(self.steps)

    def _build_steps(self) -> QBoxLayout:
        """The rate, and the buttons that take steps at it."""
        self.rate_label = toned("muted", name="slope_rate_label")
        self.rate_field = NumberField(0.0, 1e9, step=0.1)
        name_widget(self.rate_field, "slope_rate", self.tr("Learning rate"))
        self.rate_field.set_number(self.rate)
        self.rate_field.edited.connect(self._set_rate)
        self.step, self.run = QPushButton(self.tr("Step")), QPushButton(self.tr("Run"))
        for button, name, do in ((self.step, "slope_step", self._take_step), (self.run, "slope_run", self._toggle_run)):
            name_widget(button, name, button.text())
            button.clicked.connect(do)
        self.reset = quiet_button("↺", "slope_reset", self.tr("Reset: back to where the steps began"))
        self.reset.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.reset.clicked.connect(self._go_back)
        steps, rate, self.buttons = row_in(None, GRID), row_in(None, GRID), row_in(None, GRID)
        rate.addWidget(self.rate_label)
        rate.addWidget(self.rate_field, 1)
        self.buttons.addWidget(self.step)
        self.buttons.addWidget(self.run)
        self.buttons.addWidget(self.reset)
        steps.addLayout(rate, 1)
        steps.addLayout(self.buttons)
        return steps

    def make_plots(self) -> "tuple[TrailPlot]":
        from nnsim.gui.panels.gradient.plots import TrailPlot

        self.plot = TrailPlot("slope_plot")
        self.plot.setMinimumHeight(LOWEST_PLOT)
        # As high as there is room for: what it would like to be would make the panel scroll.
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.plot.setAccessibleName(self.tr("f(x) with a point that the mouse or the arrow keys move"))
        self.plot.pressed.connect(lambda x, y: self._move(x))
        self.plot.stepped.connect(self._on_arrow)
        self.plot.set_titles("x", "f(x)")
        return (self.plot,)

    def build(self) -> None:
        super().build()
        QWidget.setTabOrder(self.field, self.plot)

    # What the learner does

    def _choose(self, text: str) -> None:
        offer = next(offer for offer in OFFERS if offer.text == text)
        self.field.set_text(text, keep_typing=False)
        self._begin(Curve(text), offer.start, offer.half)

    def _type(self, text: str) -> None:
        # The point and the picture stay: one looks at another function at the same place.
        self._begin(Curve(text), self.at, self._half)

    def _begin(self, curve: Curve, x: float, half: float) -> None:
        self._stop()
        self.curve, self.at, self._start, self._half = curve, x, x, half
        self.trail.clear()
        self._zoom = 0
        self.choice.set_value(curve.text)
        self.update_document()

    def _set_zoom(self, zoom: int) -> None:
        self._zoom = max(-8, min(8, zoom))
        self.update_document()

    def _move(self, x: float) -> None:
        """Put the point at a round number; a new way begins there."""
        self._stop()
        self.at = self._start = nearby(x, self._range())
        self.trail.clear()
        self.update_values()

    def _on_arrow(self, across: int, up: int, fine: bool) -> None:
        low, high = self._range()
        step = nice_step(high - low, PLACES if fine else PLACES / 4)
        if across:
            self._move(rounded(self.at, step) + across * step)

    def _set_rate(self, rate: float) -> None:
        self.rate = rate
        self.update_values()

    def _take_step(self) -> bool:
        """One step; False if there is none to take."""
        after = self.curve.step(self.at, self.rate)
        if not math.isfinite(after) or after == self.at or not math.isfinite(self.curve.value(after)):
            return False
        self.trail = [*self.trail, self.at][-LONGEST_TRAIL:]
        self.at = after
        self.update_values()
        return True

    def _toggle_run(self) -> None:
        if self._runner.isActive():
            self._stop()
            self.update_values()
            return
        self._left = RUN_STEPS
        if self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) <= 0:
            # The system asks for less motion: all steps at once.
            while self._left and self._take_step():
                self._left -= 1
        else:
            self._runner.start()
            self._run_on()

    def _run_on(self) -> None:
        if not self.seen or not self._left or not self._take_step():
            self._stop()
            self.update_values()
        self._left -= 1

    def _stop(self) -> None:
        self._runner.stop()
        self.run.setText(self.tr("Run"))

    def _go_back(self) -> None:
        self._stop()
        self.at = self._start
        self.trail.clear()
        self.update_values()
        self.plot.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        self._stop()
        super().hideEvent(event)

    # What is shown

    def _on_values(self) -> None:
        """Nothing of the network is shown here: while it trains there is nothing to draw."""

    def show_document(self) -> None:
        rate = self.desk.study.notation.rate
        self.rate_label.setText(rate.text)
        self.rate_field.setAccessibleName(self.tr("Learning rate {rate}").format(rate=rate.text))
        self.rate_field.set_tip(self.tr("How far a step goes: {rate} times the slope").format(rate=rate.text))
        self.formula.set_formula(rf"x' = x - {rate.latex}\cdot f'(x)")
        self.farther.setEnabled(self._zoom > -8)
        self.nearer.setEnabled(self._zoom < 8)
        self.show_values()

    def _range(self) -> tuple[float, float]:
        """What of x is seen: around 0, and as often twice that as the way needs; closer, around the point."""
        half = self._half
        places = [abs(place) for place in (*self.trail, self.at) if math.isfinite(place)]
        while half < 1.05 * max(places) and half < FARTHEST * self._half:
            half *= 2
        if not self._zoom:
            return -half, half
        half *= 2.0**-self._zoom
        middle = rounded(self.at, nice_step(2 * half, 16))
        return middle - half, middle + half

    def show_values(self) -> None:
        curve, x = self.curve, self.at
        y, slope, after = curve.value(x), curve.slope(x), curve.step(x, self.rate)
        there = curve.value(after) if math.isfinite(after) else math.nan
        low, high = self._range()
        xs = np.unique([*np.linspace(low, high, POINTS), x])
        ys = curve.values(xs)
        way = np.array([*self.trail, x])
        heights = curve.values(way)
        finite = ys[np.isfinite(ys)]
        # A pole must not flatten all else; where one came by is seen in any case.
        fair = np.quantile(finite, [0.03, 0.97]) if len(finite) else np.zeros(2)
        self.plot.fit((low, high), fair, (*heights.tolist(), *fair.tolist()), whole=True)
        self.plot.show_curve(xs, ys)
        self.plot.show_trail(way[np.isfinite(heights)], heights[np.isfinite(heights)])
        self.plot.show_point(x, y, slope)
        uphill = self._uphill(y, slope, there)
        self.plot.show_step(x, y, after, there, theme().bad if uphill else theme().ink)
        digits = self.desk.study.short_digits(3)
        self.readout.set_text(f"f′({format_number(x, digits)}) = "
                              + (format_number(slope, digits) if math.isfinite(slope) else "–"))
        self.readout.reserve()
        text = self._in_words(x, y, slope, after, there)
        self.says.say(text, warns=uphill)
        self.plot.setAccessibleDescription(f"x = {format_number(x)}, f(x) = {format_number(y)}. {text}")
        moves = math.isfinite(after) and after != x and math.isfinite(there)
        for button in (self.step, self.run):
            button.setEnabled(moves or (button is self.run and self._runner.isActive()))
            button.setToolTip(plain_tip(self._tip_of(button) if moves else self.tr("There is no step to take here")))
        self.run.setText(self.tr("Stop") if self._runner.isActive() else self.tr("Run"))
        self.reset.setEnabled(bool(self.trail))
        self.rate_field.set_number(self.rate)
        self.fit()

    def _tip_of(self, button: QPushButton) -> str:
        if button is self.step:
            return self.tr("Go one step down the slope")
        return self.tr("Go up to {n} steps").format(n=RUN_STEPS)

    @staticmethod
    def _uphill(y: float, slope: float, there: float) -> bool:
        """Whether the next step leads up, although it goes against the slope."""
        return math.isfinite(slope) and slope != 0 and math.isfinite(there) and there > y

    def _in_words(self, x: float, y: float, slope: float, after: float, there: float) -> str:
        place = self.curve.place(x)
        if place == "corner":
            return self.tr("f has a corner here: two slopes meet, and neither is the slope.")
        if place == "jump":
            return self.tr("f jumps here: there is no slope.")
        if place == "nowhere":
            return self.tr("f has no value or no slope here.")
        if slope == 0:
            return self.tr("f is level here: the slope is 0, and a step leads nowhere.")
        rate, digits = self.desk.study.notation.rate.text, self.desk.study.short_digits(3)
        if self._uphill(y, slope, there):
            return self.tr("{rate} = {value} is too large: the step jumps over the valley, f rises from "
                           "{before} to {after}.").format(
                rate=rate, value=format_number(self.rate),
                before=format_number(y, digits), after=format_number(there, digits))
        way = (self.tr("f rises here: to make f smaller, go left.") if slope > 0 else
               self.tr("f falls here: to make f smaller, go right."))
        if not math.isfinite(there):
            return f"{way} " + self.tr("The step leads where f has no value.")
        if after == x:
            return f"{way} " + self.tr("The step is too short: it leads nowhere.")
        return f"{way} " + self.tr("Next: {before} → {after}.").format(before=format_number(x, digits),
                                                                      after=format_number(after, digits))

    def fit(self) -> None:
        """Where the panel is too low for a good plot and all else, the formula gives way, then what the slope says.

        In a flat one all this stands beside the plot, and the buttons below the rate where that is too narrow for both.
        """
        side, room = self.lay_beside(self.words, LOW)
        in_row = self.rate_label.sizeHint().width() + round(64 * text_scale()) + self.buttons.sizeHint().width()
        self.steps.setDirection(QBoxLayout.Direction.LeftToRight if in_row + 2 * GRID <= room
                                else QBoxLayout.Direction.TopToBottom)
        left = self.height() - 4 * GRID - self.steps.sizeHint().height()
        left -= 0 if side else 2 * GRID + self.field.sizeHint().height()
        lowest, low = (0, 0) if side else (LOWEST_PLOT, LOW_PLOT)
        # Two lines rather than none.
        self.says.fit()
        if left < lowest + self.says.minimumHeight():
            self.says.fit(2)
        words = self.says.minimumHeight()
        self.numbers.setVisible(left >= low + words + self.readout.sizeHint().height() + GRID)
        self.says.setVisible(left >= lowest + words)


def _what_is_wrong(text: str) -> str:
    """Why a text is no function; empty if it is one."""
    try:
        Curve(text)
    except ValueError as error:
        return str(error)
    return ""
