"""The Output panel: what the network says over its inputs."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, QTimer
from PySide6.QtWidgets import QToolButton

from nnsim.core.analysis.maps import Plane, data_range, plane_samples
from nnsim.core.arrays import Array
from nnsim.core.losses import LOSSES
from nnsim.core.program import Trace
from nnsim.data.dataset import Dataset
from nnsim.gui.look.icons import icon
from nnsim.gui.look.theme import GRID, font, theme
from nnsim.gui.panels.output.arrangement import Parts
from nnsim.gui.panels.output.choices import WINNER, OutputChoices
from nnsim.gui.panels.output.input_sliders import InputSliders
from nnsim.gui.panels.output.words import Words
from nnsim.gui.panels.paced import Paced
from nnsim.gui.panels.plot_panel import PlotPanel
from nnsim.gui.plots.points import Points, Scale, nearest, points_of
from nnsim.gui.plots.regions import winners
from nnsim.gui.plots.ticks import nearby, stepped
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.kept import Kept
from nnsim.gui.widgets.cards import close_together, quiet_button
from nnsim.gui.widgets.controls import plain_tip
from nnsim.gui.widgets.labels import TextLine

if TYPE_CHECKING:
    from nnsim.gui.panels.output.legends import ClassLegend, ColorBar
    from nnsim.gui.panels.output.plots import CurvePlot, MapPlot
    from nnsim.gui.plots.plot import Plot

FINE = 192
"""Cells across a map that jumps: at 64 its edges would be stairs. Only for networks this small:"""
FINE_NETWORK = 48
ZOOM_STEP = 1.25
SNAP = 8.0
"""A press this near to a sample, in pixels, means the sample."""
MOST_SLIDERS = 64
"""Of so many inputs at most the values are controls in this panel; those of all are on the canvas."""
WORDS_MS = 250
"""While training contours, and places for words, are found no more often than this."""


class OutputPanel(PlotPanel):
    """A heat map over two inputs with the samples and the decision boundary, or a curve over one.

    Of several outputs one, or the regions in which each is the largest.
    """

    id = "output"
    size_hint, least_size = QSize(300, 330), QSize(160, 160)
    map: "MapPlot"
    curve: "CurvePlot"
    bar: "ColorBar"
    legend: "ClassLegend"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("OutputPanel", "Output"))
        self.output = ""
        """The output neuron that is shown when one is; empty if there is none."""
        self._prefers_winner: bool | None = None
        """Whether the learner chose the winner or one output; None before any choice."""
        self._hovered: tuple[float, float] | None = None
        self._scale = Scale()
        self._fine: tuple[object, Array] | None = None
        self._shown: Kept[Array] = Kept()
        self.choices = OutputChoices()
        self.choices.neuron_chosen.connect(self._choose_neuron)
        self.choices.axes_chosen.connect(desk.looking.set_axes)
        self.sliders = InputSliders()
        self.sliders.moved.connect(lambda id, value: desk.looking.set_inputs({id: value}))
        self.levels, *self.zoom_buttons = self._build_buttons()
        desk.study.compare_changed.connect(self._on_compare)
        desk.looking.map_came.connect(self._on_values)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.fit_anew)
        self._written = Paced(self, desk, self._write, WORDS_MS)
        self.add_to_header(self.choices, close_together(self.levels, *self.zoom_buttons))
        self.readout = TextLine("output_readout", "ink", align=Qt.AlignmentFlag.AlignRight)
        self.note = TextLine("output_note")
        self.readout.setParent(self.page)
        for widget in (self.choices.axes, self.note, self.sliders):
            widget.setParent(self.page)
            widget.hide()

    def _build_buttons(self) -> tuple[QToolButton, ...]:
        """Contours, back to all, see more, see less."""
        tip = self.tr("Contours: lines where the output is 0.1, 0.2 … 0.9 of its scale")
        levels = quiet_button("", "output_levels", tip, checkable=True)
        levels.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        levels.setStyleSheet("padding: 3px;")
        levels.toggled.connect(self.update_document)
        levels.hide()
        buttons = [levels]
        for name, image, tip, notches in (
            ("output_all", "fit", self.tr("Show as much of the inputs as at first (0)"), 0.0),
            ("output_more", "zoom-out", self.tr("See more of the inputs: how does it go on? (−, wheel)"), 1.0),
            ("output_less", "zoom-in", self.tr("See less of the inputs, larger (+, wheel)"), -1.0),
        ):
            button = quiet_button("", name, tip)
            button.setProperty("image", image)
            button.setStyleSheet("padding: 3px;")
            button.clicked.connect(lambda checked=False, notches=notches: self._zoom(notches))
            buttons.append(button)
        return tuple(buttons)

    def _zoom(self, notches: float, at: tuple[float, float] | None = None) -> None:
        if notches == 0:
            self.desk.looking.show_whole_plane()
        else:
            self.desk.looking.zoom_plane(ZOOM_STEP**notches, at)

    def _choose_neuron(self, id: str) -> None:
        self._prefers_winner = id == WINNER
        self.output = id or self.output
        self.update_document()

    # What is shown

    @property
    def plot(self) -> "MapPlot | CurvePlot | None":
        """The plot that is shown, if one is."""
        if not self.built:
            return None
        return next((plot for plot in (self.map, self.curve) if not plot.isHidden()), None)

    @property
    def winner(self) -> bool:
        """Whether the largest of several outputs is shown: as chosen, at first where softmax is learned."""
        plane, wanted = self.desk.looking.plane, self._prefers_winner
        if plane is None or plane.y is None or len(self.desk.session.structure.outputs) < 2:
            return False
        return self._softmax if wanted is None else wanted

    @property
    def _softmax(self) -> bool:
        """Whether softmax is shown: of a single output it is always 1, and says nothing of the network."""
        session = self.desk.session
        return len(session.structure.outputs) > 1 and session.document.training.loss == "softmax_cross_entropy"

    @property
    def _column(self) -> int | None:
        """The place of the shown output among all; None for the winner."""
        return None if self.winner else self.desk.session.structure.outputs.index(self.output)

    def _all_values(self, trace: Trace) -> Array:
        """All outputs as the window shows them, (outputs, samples)."""
        rows = trace.a_rows[self.desk.session.program.outputs]
        if not self._softmax:
            return rows
        with np.errstate(over="ignore", invalid="ignore"):
            return LOSSES["softmax_cross_entropy"].shown(rows.T).T

    def _values(self, trace: Trace) -> Array:
        """The shown output as the window shows it, or the largest of all, (samples,)."""
        def made() -> Array:
            rows = self._all_values(trace)
            return rows.max(axis=0) if column is None else rows[column]

        column = self._column
        return self._shown.get(made, trace, self.desk.session.program, self._softmax, column)

    def show_document(self) -> None:
        structure = self.desk.session.structure
        if self.output not in structure.by_id or structure.by_id[self.output].role != "output":
            self.output = structure.outputs[0] if structure.outputs else ""
        plane = self.desk.looking.plane
        if not self.output or not any(structure.incoming[id] for id in self._shown_outputs):
            plane = None
        self.choices.show_chosen(structure, plane, WINNER if self.winner else self.output)
        if plane is not None:
            self._scale = Scale.of_all([self._scale_of(id) for id in self._shown_outputs])
        # A step has no values between its ends.
        self.levels.setVisible(plane is not None and plane.y is not None and not self._scale.crisp)
        self.levels.setIcon(icon("contours", "accent" if self.levels.isChecked() else "muted"))
        for button in self.zoom_buttons:
            button.setIcon(icon(button.property("image"), "muted"))
            button.setVisible(plane is not None)
        self.zoom_buttons[0].setVisible(plane is not None and self.desk.looking.plane_is_zoomed)
        self._show_sliders(plane)
        flat, winner = plane is not None and plane.y is not None, self.winner
        self.map.setVisible(flat)
        self.curve.setVisible(plane is not None and not flat)
        self.bar.setVisible(flat and not winner)
        self.legend.setVisible(flat and winner)
        if plane is None:
            problems = "\n".join(problem.message for problem in self.desk.session.problems)
            self.show_empty(self.tr("Connect a neuron to an output to see its map"), problems)
            return
        self.show_page()
        if flat:
            self._prepare_map(plane)
        else:
            self._prepare_curve(plane)
        self._say_rest(plane)
        # What is written into the map finds its place with the values, once.
        self._arrange()
        self.show_values()

    @property
    def _shown_outputs(self) -> tuple[str, ...]:
        return self.desk.session.structure.outputs if self.winner else (self.output,)

    def _show_sliders(self, plane: Plane | None) -> None:
        """One for each input that is no axis."""
        inputs, data = self.desk.session.structure.inputs, self._fitting()
        others = {}
        if plane is not None:
            # Of thousands only the first: each is a control.
            for id in inputs[:MOST_SLIDERS]:
                if id not in (plane.x, plane.y):
                    low, high = data_range(inputs, id, data)
                    others[id] = (low, high if high > low else low + 1)
        self.sliders.show_inputs(others, self.desk.session.has_binary_inputs)
        self.sliders.show_values(self.desk.looking.inputs)
        self.sliders.setVisible(bool(others))

    def _scale_of(self, output: str) -> Scale:
        if self._softmax:
            return Scale()
        return Scale.of_output(self.desk.session.structure.by_id[output].activation, self._targets(output))

    def make_plots(self) -> "tuple[MapPlot, CurvePlot]":
        from nnsim.gui.panels.output.legends import ClassLegend, ColorBar
        from nnsim.gui.panels.output.plots import CurvePlot, MapPlot

        self.map, self.curve, self.bar, self.legend = MapPlot(), CurvePlot(), ColorBar(), ClassLegend()
        for plot in (self.map, self.curve):
            plot.setToolTip(plain_tip(self.tr(
                "Click, drag or use the arrow keys to set the inputs; the wheel and + − zoom, 0 shows all again")))
            plot.pressed.connect(self._on_pressed)
            plot.hovered.connect(lambda x, y: self._hover((x, y)))
            plot.left.connect(lambda: self._hover(None))
            plot.stepped.connect(self._on_stepped)
            plot.zoomed.connect(self._zoom)
        return self.map, self.curve

    def place_plots(self, plots: "tuple[Plot, ...]") -> None:
        self.bar.setParent(self.page)
        self.legend.setParent(self.page)
        for plot in plots:
            plot.setParent(self.page)

    def _prepare_map(self, plane: Plane) -> None:
        assert plane.y is not None
        self.map.set_titles(plane.x, plane.y)
        self.map.set_ranges(plane.x_range, plane.y_range)
        name = self.tr("{output} over {x} and {y}")
        output = self.tr("Winner") if self.winner else self.output
        self.map.setAccessibleName(name.format(output=output, x=plane.x, y=plane.y))
        self._show_points(self.map, plane)
        self.bar.show_scale(self._scale, bool(len(self.map.points.x)))
        self.legend.show_names(self.desk.session.structure.outputs)

    def _prepare_curve(self, plane: Plane) -> None:
        self.curve.set_titles(plane.x, self._words(plane).name)
        self.curve.setAccessibleName(self.tr("{output} over {x}").format(output=self.output, x=plane.x))
        self._show_points(self.curve, plane)

    # Samples

    def _fitting(self) -> Dataset | None:
        """The data, if its columns are those of the network."""
        data, structure = self.desk.session.dataset, self.desk.session.structure
        if data is None or not data.fits(len(structure.inputs), len(structure.outputs)):
            return None
        return data

    def _targets(self, output: str) -> Array | None:
        data = self._fitting()
        return None if data is None else data.T[:, self.desk.session.structure.outputs.index(output)]

    def _show_points(self, plot: "MapPlot | CurvePlot", plane: Plane) -> None:
        """Draw the samples, if others are to be seen than are drawn."""
        data = self._fitting()
        inputs, fed = self.desk.session.structure.inputs, self.desk.looking.input_row[0]
        rest = tuple(fed[i] for i, id in enumerate(inputs) if id not in (plane.x, plane.y))
        if self.is_new((plot, data, plane, self._column, rest, self._scale)):
            plot.show_points(Points() if data is None else points_of(
                data, inputs, self._column, plane, fed, self._scale.threshold))

    # Values

    def show_values(self) -> None:
        plane, plot = self.desk.looking.plane, self.plot
        trace = self.desk.looking.map_trace
        if plane is None or plot is None or trace is None:
            return
        now = self._all_values(self.desk.looking.trace)[:, 0]
        at_x = self.desk.looking.inputs.get(plane.x, 0.0)
        if plane.y is None:
            self._show_curve(plane, self._values(trace))
            plot.marker.move(at_x, float(now[self._column or 0]))
        else:
            if len(self.desk.session.structure.inputs) > 2:
                self._show_points(plot, plane)
                self.sliders.show_values(self.desk.looking.inputs)
            self._show_map(plane, trace)
            self._written.update()
            plot.marker.move(at_x, self.desk.looking.inputs.get(plane.y, 0.0))
        if not self.desk.session.moving:
            plot.setAccessibleDescription(self._words(plane).of_plot(
                self._values(trace), self.map.classes, plot.points, self.desk.looking.inputs, now))
        if self.desk.study.compared is not None:
            self._show_ghost(plane)
        self._read_out(plane)

    def _on_compare(self) -> None:
        plane = self.desk.looking.plane
        if self.seen and plane is not None and self.plot is not None:
            self._show_ghost(plane)

    def _show_ghost(self, plane: Plane) -> None:
        """The boundary, or the curve, that the run began with, as long as it is compared."""
        start, desk = self.desk.study.compared, self.desk
        trace = None if start is None else desk.looking.trace_with(start.parameters)
        if plane.y is None:
            self.curve.show_ghost(plane.values("x"), None if trace is None else self._values(trace))
        elif trace is not None and self.winner:
            self.map.show_ghost_of_winners(self._grids(trace, plane), plane)
        else:
            grid = None if trace is None else self._values(trace).reshape(plane.resolution, plane.resolution)
            self.map.show_ghost(grid, plane, self._scale.threshold)

    def _grids(self, trace: Trace, plane: Plane) -> Array:
        """All outputs over the plane, (outputs, n, n), without softmax, which changes no winner and bends a line."""
        return trace.a_rows[self.desk.session.program.outputs].reshape(-1, plane.resolution, plane.resolution)

    def _words(self, plane: Plane) -> Words:
        return Words(self.desk.session.structure.outputs, self._column, self._softmax, plane, self._scale)

    def _show_map(self, plane: Plane, trace: Trace) -> None:
        structure = self.desk.session.structure
        if self._scale.crisp and len(structure.neurons) + len(structure.connections) <= FINE_NETWORK:
            plane = replace(plane, resolution=FINE)
            trace = self.desk.session.program.run(self.desk.session.network.parameters, self._fine_samples(plane))
        if self.winner:
            self.map.show_winners(self._grids(trace, plane), plane, self._scale.crisp)
        else:
            self.map.show_map(self._values(trace).reshape(plane.resolution, plane.resolution), plane, self._scale)

    def _write(self) -> None:
        """Contours with their values, and what each region of a map means."""
        plane, plot, trace = self.desk.looking.plane, self.map, self.desk.looking.map_trace
        if plane is None or plane.y is None or trace is None or not len(plot.classes):
            return
        texts = self._words(plane).of_regions(theme())
        used = font("body" if self.winner else "display", bold=True)
        words = plot.words_in_regions(texts, plane, used) if texts else []
        shown = self.levels.isChecked() and not self._scale.crisp
        largest = self._values(trace).reshape(plane.resolution, plane.resolution) if shown and self.winner else None
        words += plot.show_levels(plane, self._scale if shown else None, largest, words)
        plot.write(words)

    def _fine_samples(self, plane: Plane) -> Array:
        inputs = self.desk.session.structure.inputs
        row = self.desk.looking.input_row[0]
        key = (plane, inputs, tuple(row) if len(inputs) > 2 else ())
        if self._fine is None or self._fine[0] != key:
            self._fine = key, plane_samples(plane, inputs, row)
        return self._fine[1]

    def _show_curve(self, plane: Plane, values: Array) -> None:
        self.curve.show_curve(plane.values("x"), values, self._scale.crisp)
        seen = np.concatenate([values[np.isfinite(values)], self.curve.points.y, [self._scale.low, self._scale.high]])
        self.curve.fit(plane, float(seen.min()), float(seen.max()))

    def _read_out(self, plane: Plane) -> None:
        """The inputs and what comes of them: those under the mouse, else those fed."""
        row, trace = self.desk.looking.input_row.copy(), self.desk.looking.trace
        inputs = self.desk.session.structure.inputs
        if self._hovered is not None:
            row[0, inputs.index(plane.x)] = self._hovered[0]
            if plane.y is not None:
                row[0, inputs.index(plane.y)] = self._hovered[1]
            trace = self.desk.session.program.run(self.desk.session.network.parameters, row)
        values = self._all_values(trace)[:, 0]
        self.readout.set_text(self._words(plane).at(dict(zip(inputs, row[0].tolist(), strict=True)), values))
        if self.winner:
            self.legend.show_values(values, int(winners(values)))

    def _say_rest(self, plane: Plane) -> None:
        data, settable = self.desk.session.dataset, len(self.sliders.inputs)
        more = len(self.desk.session.structure.inputs) - 2 if self.sliders.many else 0
        text = self._words(plane).of_rest(data, self._fitting() is not None, more, settable)
        self.note.set_text(text)
        self.note.setToolTip(plain_tip(text))
        self.note.setVisible(bool(text))

    # Mouse and keyboard

    def _hover(self, at: tuple[float, float] | None) -> None:
        self._hovered = at
        # One that is behind may show a network that is gone; it reads out when it is in step again.
        if self.plot is not None and not self._behind and self.desk.looking.plane is not None:
            self._read_out(self.desk.looking.plane)

    def _on_pressed(self, x: float, y: float) -> None:
        plane, plot = self.desk.looking.plane, self.plot
        if plane is None or plot is None:
            return
        (x0, x1), (y0, y1) = plot.ranges
        size = plot.view.sceneBoundingRect().size()
        per_x, per_y = size.width() / (x1 - x0), size.height() / (y1 - y0)
        found = nearest(plot.points, x, None if plane.y is None else y, per_x, per_y)
        if found is not None and found[1] <= SNAP:
            x, y = float(plot.points.x[found[0]]), float(plot.points.y[found[0]])
        else:
            x, y = nearby(x, (x0, x1)), nearby(y, (y0, y1))
        self.desk.looking.set_inputs({plane.x: x} if plane.y is None else {plane.x: x, plane.y: y})

    def _on_stepped(self, dx: int, dy: int, fine: bool) -> None:
        plane = self.desk.looking.plane
        if plane is None:
            return
        values = {}
        for id, reach, direction in ((plane.x, plane.x_range, dx), (plane.y, plane.y_range, dy)):
            if id is not None and direction:
                values[id] = stepped(self.desk.looking.inputs.get(id, 0.0), reach, direction, fine)
        self.desk.looking.set_inputs(values)

    # Place

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            # What stands in this panel hears later than it of another size of text.
            self._later.start()

    def fit(self) -> None:
        """All in its place; where there is room for a word depends on the size."""
        if self.plot is not None:
            self._arrange()
            self._written.update()

    def _arrange(self) -> None:
        if self.plot is not None:
            Parts(self.rect().adjusted(GRID, GRID, -GRID, -GRID), self.plot, self.map, self.bar, self.legend,
                  self.choices, self.sliders, self.readout, self.note, self.desk.session.structure.outputs,
                  self.winner).arrange()
