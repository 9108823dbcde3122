"""The Output panel: what the network says over its inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton

from nnsim.core.losses import LOSSES
from nnsim.core.maps import Plane, decision_threshold, plane_samples, value_range
from nnsim.core.numbers import format_number
from nnsim.core.program import Trace
from nnsim.data.dataset import Dataset
from nnsim.gui.controls import plain_tip
from nnsim.gui.icons import icon
from nnsim.gui.output_choices import OutputChoices
from nnsim.gui.output_points import Points, Scale, nearest, points_of
from nnsim.gui.panel import Paced, close_together, quiet_button
from nnsim.gui.plot_panel import EmptyState, PlotPanel, TextLine
from nnsim.gui.session import Session
from nnsim.gui.theme import GRID, text_scale
from nnsim.gui.ticks import nice_step, rounded
from nnsim.training import engines

if TYPE_CHECKING:
    from nnsim.gui.output_plots import ColorBar, CurvePlot, MapPlot

Array = NDArray[np.float64]
MARGIN = GRID
FINE = 192
"""Cells across a map that jumps: at 64 its edges would be stairs. Only for networks this small:"""
FINE_NETWORK = 48
ZOOM_STEP = 1.25
SNAP = 8.0
"""A press this near to a sample, in pixels, means the sample."""
PLACES = 200
"""How finely the mouse and Ctrl with an arrow set an input: parts of what is shown."""
READ_DIGITS, PLACE_DIGITS = 3, 2
LEVELS_MS = 250
"""While training the contours are found no more often than this."""
BESIDE = 80
"""As much width beside the map is enough to explain it there."""


class OutputPanel(PlotPanel):
    """A heat map over two inputs with the samples and the decision boundary, or a curve over one."""

    id = "output"

    def __init__(self, session: Session) -> None:
        super().__init__(session, QCoreApplication.translate("OutputPanel", "Output"))
        self.output = ""
        """The output neuron that is shown; empty if there is none."""
        self._hovered: tuple[float, float] | None = None
        self._scale = Scale()
        self._drawn_points: tuple[object, ...] = ()
        self._fine: tuple[object, Array] | None = None
        self.map: MapPlot | None = None
        self.curve: CurvePlot | None = None
        self.bar: ColorBar | None = None
        self.choices = OutputChoices()
        self.choices.neuron_chosen.connect(self._choose_neuron)
        self.choices.axes_chosen.connect(session.set_axes)
        self.zoom_buttons = self._build_zoom()
        session.study.compare_changed.connect(self._on_compare)
        self.levels = quiet_button(self.tr("contours"), "output_levels",
                                   self.tr("Lines where the output is 0.1, 0.2 … 0.9 of its scale"), checkable=True)
        self.levels.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Low enough for a title bar.
        self.levels.setStyleSheet("padding: 1px 6px; min-height: 0;")
        self.levels.toggled.connect(self.update_document)
        self.levels.hide()
        self._levels = Paced(self, session, self._show_levels, LEVELS_MS)
        self.add_to_header(self.levels, self.choices, close_together(*self.zoom_buttons))
        self.readout = TextLine("output_readout", "ink", align=Qt.AlignmentFlag.AlignRight)
        self.note = TextLine("output_note")
        self.empty = EmptyState("output_empty")
        for widget in (self.readout, self.note, self.empty):
            widget.setParent(self)
            widget.hide()

    def _build_zoom(self) -> tuple[QToolButton, ...]:
        """Back to all, see more, see less."""
        buttons = []
        for name, image, tip, notches in (
            ("output_all", "fit", self.tr("Show as much of the inputs as at first (0)"), 0.0),
            ("output_more", "zoom-out", self.tr("See more of the inputs: how does it go on? (−, wheel)"), 1.0),
            ("output_less", "zoom-in", self.tr("See less of the inputs, larger (+, wheel)"), -1.0),
        ):
            button = quiet_button("", name, tip)
            button.setProperty("image", image)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setStyleSheet("padding: 3px;")
            button.clicked.connect(lambda checked=False, notches=notches: self._zoom(notches))
            buttons.append(button)
        return tuple(buttons)

    def _zoom(self, notches: float, at: tuple[float, float] | None = None) -> None:
        if notches == 0:
            self.session.show_whole_plane()
        else:
            self.session.zoom_plane(ZOOM_STEP**notches, at)

    def sizeHint(self) -> QSize:
        return QSize(300, 330)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 160)

    def _choose_neuron(self, id: str) -> None:
        self.output = id
        self.update_document()

    # What is shown

    @property
    def plot(self) -> MapPlot | CurvePlot | None:
        """The plot that is shown, if one is."""
        for plot in (self.map, self.curve):
            if plot is not None and not plot.isHidden():
                return plot
        return None

    @property
    def _softmax(self) -> bool:
        return self.session.document.training.loss == "softmax_cross_entropy"

    def _values(self, trace: Trace) -> Array:
        """The shown output as the window shows it, (samples,)."""
        session = self.session
        rows = trace.a_rows[session.program.outputs]
        column = session.structure.outputs.index(self.output)
        if not self._softmax:
            return rows[column]
        with np.errstate(over="ignore", invalid="ignore"):
            return LOSSES["softmax_cross_entropy"].shown(rows.T)[:, column]

    def show_document(self) -> None:
        structure = self.session.structure
        if self.output not in structure.by_id or structure.by_id[self.output].role != "output":
            self.output = structure.outputs[0] if structure.outputs else ""
        plane = self.session.plane
        if not self.output or not structure.incoming[self.output]:
            plane = None
        self.choices.show_chosen(structure, plane, self.output)
        for button in self.zoom_buttons:
            button.setIcon(icon(button.property("image"), "muted"))
            button.setVisible(plane is not None)
        self.zoom_buttons[0].setVisible(plane is not None and self.session.plane_is_zoomed)
        if plane is None:
            self._show_empty()
            return
        self.empty.hide()
        self._scale = self._scale_of(self.output)
        if plane.y is None:
            self._prepare_curve(plane)
        else:
            self._prepare_map(plane)
        # A step has no values between its ends.
        self.levels.setVisible(plane.y is not None and not self._scale.crisp)
        self.readout.show()
        self._say_rest(plane)
        self._arrange()
        self.show_values()

    def _show_empty(self) -> None:
        for widget in (self.map, self.curve, self.bar, self.readout, self.note, self.levels):
            if widget is not None:
                widget.hide()
        problems = "\n".join(problem.message for problem in self.session.problems)
        self.empty.say(self.tr("Connect a neuron to an output to see its map"), problems)
        self.empty.show()
        self._arrange()

    def _scale_of(self, output: str) -> Scale:
        activation = self.session.structure.by_id[output].activation
        if self._softmax:
            return Scale(0.0, 1.0, 0.5)
        targets = self._targets()
        low, high = value_range(activation, targets)
        return Scale(low, high, decision_threshold(activation, targets), activation == "heaviside")

    def _prepare_map(self, plane: Plane) -> None:
        from nnsim.gui.output_plots import ColorBar, MapPlot

        if self.map is None or self.bar is None:
            self.map, self.bar = MapPlot(), ColorBar()
            self._adopt(self.map)
            self.bar.setParent(self)
        if self.curve is not None:
            self.curve.hide()
        assert plane.y is not None
        if self.map.keep_style():
            self._drawn_points = ()
        self.map.set_titles(plane.x, plane.y)
        self.map.set_ranges(plane.x_range, plane.y_range)
        name = self.tr("{output} over {x} and {y}")
        self.map.setAccessibleName(name.format(output=self.output, x=plane.x, y=plane.y))
        self.map.show()
        self._show_points()
        self.bar.show_scale(self._scale, bool(len(self.map.points.x)))
        self.bar.show()

    def _prepare_curve(self, plane: Plane) -> None:
        from nnsim.gui.output_plots import CurvePlot

        if self.curve is None:
            self.curve = CurvePlot()
            self._adopt(self.curve)
        for widget in (self.map, self.bar):
            if widget is not None:
                widget.hide()
        if self.curve.keep_style():
            self._drawn_points = ()
        self.curve.set_titles(plane.x, self._name())
        self.curve.setAccessibleName(self.tr("{output} over {x}").format(output=self.output, x=plane.x))
        self.curve.show()
        self._show_points()

    def _adopt(self, plot: MapPlot | CurvePlot) -> None:
        plot.setParent(self)
        plot.setToolTip(plain_tip(
            self.tr("Click, drag or use the arrow keys to set the inputs; the wheel and + − zoom, 0 shows all again")))
        plot.pressed.connect(self._on_pressed)
        plot.hovered.connect(self._on_hovered)
        plot.left.connect(self._on_left)
        plot.stepped.connect(self._on_stepped)
        plot.zoomed.connect(self._zoom)

    def _name(self) -> str:
        return f"softmax({self.output})" if self._softmax else self.output

    # Samples

    def _fitting(self) -> Dataset | None:
        """The data, if its columns are those of the network."""
        data, structure = self.session.dataset, self.session.structure
        if data is None or (data.X.shape[1], data.T.shape[1]) != (len(structure.inputs), len(structure.outputs)):
            return None
        return data

    def _targets(self) -> Array | None:
        data = self._fitting()
        return None if data is None else data.T[:, self.session.structure.outputs.index(self.output)]

    def _show_points(self) -> None:
        """Draw the samples, if others are to be seen than are drawn."""
        plane, plot, data = self.session.plane, self.plot, self._fitting()
        if plane is None or plot is None:
            return
        inputs = self.session.structure.inputs
        others = [i for i, id in enumerate(inputs) if id not in (plane.x, plane.y)]
        rest = tuple(self.session.input_row[0, others])
        key = (plot, data, plane, self.output, rest, self._scale)
        if self._drawn_points and all(a is b or a == b for a, b in zip(key, self._drawn_points, strict=True)):
            return
        self._drawn_points = key
        if data is None:
            plot.show_points(Points())
        else:
            column = self.session.structure.outputs.index(self.output)
            fed = self.session.input_row[0]
            plot.show_points(points_of(data, inputs, column, plane, fed, self._scale.threshold))


    # Values

    def show_values(self) -> None:
        plane, plot = self.session.plane, self.plot
        trace = self.session.map_trace
        if plane is None or plot is None or trace is None:
            return
        now = float(self._values(self.session.trace)[0])
        if not self.session.training:
            plot.setAccessibleDescription(self._in_words(self._values(trace), plane, now))
        at_x = self.session.inputs.get(plane.x, 0.0)
        if plane.y is None:
            self._show_curve(plane, self._values(trace))
            plot.marker.move(at_x, now)
        elif self.map is not None:
            if len(self.session.structure.inputs) > 2:
                self._show_points()
                self._say_rest(plane)
            self._show_map(self.map, plane, trace)
            self._levels.update()
            plot.marker.move(at_x, self.session.inputs.get(plane.y, 0.0))
        if self.session.study.compared is not None:
            self._show_ghost(plane)
        self._read_out(plane, now)

    def _on_compare(self) -> None:
        plane = self.session.plane
        if self.seen and self.built and plane is not None and self.plot is not None:
            self._show_ghost(plane)

    def _show_ghost(self, plane: Plane) -> None:
        """The boundary, or the curve, that the run began with, as long as it is compared."""
        start, session = self.session.study.compared, self.session
        values = None
        if start is not None:
            samples = plane_samples(plane, session.structure.inputs, session.input_row[0])
            values = self._values(engines.fast_program_of(session.structure).run(start.parameters, samples))
        if plane.y is None and self.curve is not None:
            self.curve.show_ghost(plane.values("x"), values)
        elif self.map is not None:
            grid = None if values is None else values.reshape(plane.resolution, plane.resolution)
            self.map.show_ghost(grid, plane, self._scale.threshold)


    def _in_words(self, values: Array, plane: Plane, now: float) -> str:
        """What the plot shows, for whoever does not see it."""
        finite = values[np.isfinite(values)]
        if not len(finite):
            return self.tr("No finite value anywhere")
        text = self.tr("{output} from {low} to {high}").format(
            output=self._name(), low=format_number(float(finite.min()), READ_DIGITS),
            high=format_number(float(finite.max()), READ_DIGITS))
        if plane.y is not None:
            text += "; " + self.tr("at least {threshold} in {share} % of the plane").format(
                threshold=format_number(self._scale.threshold, READ_DIGITS),
                share=round(100 * float((finite >= self._scale.threshold).mean())))
        points = self.plot.points if self.plot is not None else Points()
        if len(points.x):
            text += "; " + self.tr("{n} samples, {high} of the high class ● and {low} of the low class ◇").format(
                n=len(points.x), high=int(points.high.sum()), low=int((~points.high).sum()))
        fed = ", ".join(f"{id} = {format_number(self.session.inputs.get(id, 0.0), READ_DIGITS)}"
                        for id in (plane.x, plane.y) if id)
        return text + "; " + self.tr("{inputs} gives {value}").format(
            inputs=fed, value=format_number(now, READ_DIGITS))

    def _show_map(self, plot: MapPlot, plane: Plane, trace: Trace) -> None:
        structure = self.session.structure
        if self._scale.crisp and len(structure.neurons) + len(structure.connections) <= FINE_NETWORK:
            plane = replace(plane, resolution=FINE)
            trace = self.session.program.run(self.session.network.parameters, self._fine_samples(plane))
        plot.show_map(self._values(trace).reshape(plane.resolution, plane.resolution), plane, self._scale)

    def _show_levels(self) -> None:
        plane = self.session.plane
        if self.map is not None and plane is not None and plane.y is not None:
            shown = self.levels.isChecked() and not self._scale.crisp
            self.map.show_levels(plane, self._scale if shown else None)

    def _fine_samples(self, plane: Plane) -> Array:
        inputs = self.session.structure.inputs
        row = self.session.input_row[0]
        key = (plane, inputs, tuple(row) if len(inputs) > 2 else ())
        if self._fine is None or self._fine[0] != key:
            self._fine = key, plane_samples(plane, inputs, row)
        return self._fine[1]

    def _show_curve(self, plane: Plane, values: Array) -> None:
        assert self.curve is not None
        self.curve.show_curve(plane.values("x"), values, self._scale.crisp)
        seen = np.concatenate([values[np.isfinite(values)], self.curve.points.y, [self._scale.low, self._scale.high]])
        self.curve.fit(plane, float(seen.min()), float(seen.max()))

    def _read_out(self, plane: Plane, now: float) -> None:
        """The inputs and what comes of them: those under the mouse, else those fed."""
        row, value = self.session.input_row, now
        inputs = self.session.structure.inputs
        if self._hovered is not None:
            row[0, inputs.index(plane.x)] = self._hovered[0]
            if plane.y is not None:
                row[0, inputs.index(plane.y)] = self._hovered[1]
            value = float(self._values(self.session.program.run(self.session.network.parameters, row))[0])
        # The place is rounded more than the value, which must never be cut.
        at = [format_number(float(row[0, inputs.index(id)]), PLACE_DIGITS) for id in (plane.x, plane.y) if id]
        shown = format_number(value, READ_DIGITS)
        self.readout.set_text(f"({', '.join(at)}) → {shown}" if plane.y is not None else f"{at[0]} → {shown}")

    def _say_rest(self, plane: Plane) -> None:
        """What the plot itself does not say: data that does not fit, softmax, the other inputs."""
        data, structure = self.session.dataset, self.session.structure
        texts = []
        if data is not None and self._fitting() is None:
            text = self.tr("the data has {X} input and {T} target columns: not those of this network")
            texts.append(text.format(X=data.X.shape[1], T=data.T.shape[1]))
        if self._softmax and plane.y is not None:
            texts.append(self.tr("softmax of the outputs"))
        if len(structure.inputs) > 2:
            others = [id for id in structure.inputs if id not in (plane.x, plane.y)]
            parts = [f"{id} = {format_number(self.session.inputs.get(id, 0.0), READ_DIGITS)}" for id in others]
            texts.append(self.tr("the rest as fed: {inputs}").format(inputs=", ".join(parts)))
        text = " · ".join(texts)
        text = text[:1].upper() + text[1:]
        self.note.set_text(text)
        self.note.setToolTip(plain_tip(text))
        if self.note.isHidden() == bool(text):
            self.note.setVisible(bool(text))
            self._arrange()

    # Mouse and keyboard

    def _on_hovered(self, x: float, y: float) -> None:
        self._hovered = x, y
        self._read_again()

    def _on_left(self) -> None:
        self._hovered = None
        self._read_again()

    def _read_again(self) -> None:
        if self.plot is not None and self.session.plane is not None:
            self._read_out(self.session.plane, float(self._values(self.session.trace)[0]))

    def _on_pressed(self, x: float, y: float) -> None:
        plane, plot = self.session.plane, self.plot
        if plane is None or plot is None:
            return
        (x0, x1), (y0, y1) = plot.ranges
        size = plot.view.sceneBoundingRect().size()
        per_x, per_y = size.width() / (x1 - x0), size.height() / (y1 - y0)
        found = nearest(plot.points, x, None if plane.y is None else y, per_x, per_y)
        if found is not None and found[1] <= SNAP:
            x, y = float(plot.points.x[found[0]]), float(plot.points.y[found[0]])
        else:
            x, y = rounded(x, nice_step(x1 - x0, PLACES)), rounded(y, nice_step(y1 - y0, PLACES))
        self.session.set_inputs({plane.x: x} if plane.y is None else {plane.x: x, plane.y: y})


    def _on_stepped(self, dx: int, dy: int, fine: bool) -> None:
        plane = self.session.plane
        if plane is None:
            return
        values = {}
        for id, reach, direction in ((plane.x, plane.x_range, dx), (plane.y, plane.y_range, dy)):
            if id is not None and direction:
                step = nice_step(reach[1] - reach[0], PLACES if fine else PLACES / 10)
                values[id] = rounded(self.session.inputs.get(id, 0.0) + direction * step, step)
        self.session.set_inputs(values)

    # Place

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """The plot as large as it can be; under it what explains it, or beside it in a low, wide panel."""
        room = self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        self.empty.setGeometry(room)
        plot = self.plot
        if plot is None:
            return
        line = self.readout.sizeHint().height()
        below = GRID // 2 + line * (1 if self.note.isHidden() else 2)
        size = QSize(room.width(), max(room.height() - below, 60))
        beside = False
        if self.map is not None and plot is self.map:
            size, tall = self.map.square(size), self.map.square(room.size())
            beside = tall.height() > size.height() and room.width() - tall.width() >= BESIDE * text_scale()
            size = tall if beside else size
        else:
            size.setHeight(min(size.height(), size.width()))
        left = 0 if beside else (room.width() - size.width()) // 2
        plot.setGeometry(room.left() + left, room.top(), size.width(), size.height())
        self.readout.wraps = self.note.wraps = beside
        self.readout.align = Qt.AlignmentFlag.AlignLeft if beside else Qt.AlignmentFlag.AlignRight
        if beside:
            corner = QPoint(plot.geometry().right() + GRID // 2, room.top())
            self._explain_beside(QRect(corner, room.bottomRight()), line)
        else:
            self._explain_below(plot, room, line)

    def _explain_beside(self, room: QRect, line: int) -> None:
        """Colours, the value and the note one under the other, at the right of the plot."""
        assert self.bar is not None
        x, top, width = room.left(), room.top() + GRID // 2, room.width()
        self.bar.setGeometry(x, top, min(width, self.bar.sizeHint().width()), line)
        self.readout.setGeometry(x, top + line + GRID, width, 2 * line)
        note = top + 3 * line + 2 * GRID
        self.note.setGeometry(x, note, width, max(line, room.bottom() - note))

    def _explain_below(self, plot: MapPlot | CurvePlot, room: QRect, line: int) -> None:
        """Colours at the left and the value at the right, in one line under the view; then the note."""
        insets = plot.insets(plot.size())
        left, right = plot.x() + insets.left(), plot.geometry().right() - insets.right()
        top = plot.geometry().bottom() + GRID // 2
        colors = 0
        if self.bar is not None and not self.bar.isHidden():
            colors = min(self.bar.sizeHint().width(), (right - left) * 11 // 20)
            self.bar.setGeometry(left, top, colors, line)
        # The numbers may run out to the panel's edge, so that they are whole in a narrow one.
        end = room.right() if right - left - colors < 20 * GRID else right
        self.readout.setGeometry(left + colors + GRID, top, end - left - colors - GRID, line)
        self.note.setGeometry(left, top + line, room.right() - left, line)
