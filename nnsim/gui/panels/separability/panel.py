"""The panel “Could one neuron do it?”: the line between two classes, or the proof that there is none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QPushButton, QScrollArea, QSizePolicy

from nnsim.core.analysis.maps import Plane
from nnsim.core.analysis.separability import Meeting, Separation, classes_of, parts, separate
from nnsim.core.arrays import Array, Flags
from nnsim.core.formulas.numbers import MINUS, format_number, with_count
from nnsim.core.network import Neuron
from nnsim.data.dataset import Dataset
from nnsim.gui.look.theme import text_scale
from nnsim.gui.panels.plot_panel import LOW_PLOT, PlotPanel, paragraph
from nnsim.gui.plots.points import points_of
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.lagging import Lagging
from nnsim.gui.widgets.cards import HeaderChoice
from nnsim.gui.widgets.controls import name_widget, plain_tip

if TYPE_CHECKING:
    from nnsim.gui.panels.separability.plot import SeparabilityPlot

AT_ONCE = 5_000
"""Of samples with more numbers it is found out beside the window."""
DIGITS = 6
"""So many digits weights and θ have at least: as many as they mostly have, for as written they are to part the classes.
"""
POINT_DIGITS = 3
"""Those of a measured point, and of a share that has many."""
NO_BREAK = "\N{NO-BREAK SPACE}"
MOST_TERMS = 8
"""As many weights, or points of a proof, are written out."""
MOST_INPUTS = 6
"""Points with more inputs are named by their row."""
AROUND = 0.15
"""How much more than the plane is shown on each side, so that no sign and no label is cut in a low plot."""


@dataclass(frozen=True, eq=False)
class Examined:
    """What was found out about one output of a dataset; X and ``high`` are of all samples, those for testing too."""

    data: Dataset
    column: int
    X: Array
    high: Flags
    low_value: float
    high_value: float
    answer: Separation
    as_floats: bool
    """Whether the weights and θ part the classes also when they are rounded to floats."""


def _examined(data: Dataset, column: int) -> tuple[Examined | None, int]:
    """What there is to say about an output; None, and how many values its targets have, if they are no two classes."""
    X, t = data.X, data.T[:, column]
    if data.X_test is not None and data.T_test is not None:
        X, t = np.vstack([X, data.X_test]), np.concatenate([t, data.T_test[:, column]])
    high = classes_of(t)
    if high is None:
        return None, len(np.unique(data.T[:, column]))
    answer = separate(X, high)
    weights, theta = _floats(answer)
    as_floats = answer.verdict == "yes" and math.isfinite(theta) and parts(X, high, weights, theta)
    return Examined(data, column, X, high, float(t.min()), float(t.max()), answer, as_floats), 2


class SeparabilityPanel(PlotPanel):
    """Whether a single threshold neuron can tell the two classes of the data apart, and why."""

    id = "separability"
    size_hint, least_size = QSize(300, 300), QSize(200, 160)
    empty_margins = PlotPanel.margins
    plot: "SeparabilityPlot"

    def __init__(self, desk: Desk) -> None:
        area = QScrollArea()
        super().__init__(desk, QCoreApplication.translate("SeparabilityPanel", "One neuron?"), area)
        self.area = area
        self.column = 0
        """Which output is examined."""
        self.examined: Examined | None = None
        self._examined_of: tuple[Dataset, int] | None = None
        self._values = 0
        """How many different targets there are, where these are no two classes."""
        self._late: Lagging[tuple[Examined | None, int]] = Lagging(self)
        self._late.came.connect(self._on_change)
        desk.session.closed.connect(self._late.end)
        self.choice = HeaderChoice("separability_output", self.tr("Which output is examined"))
        self.choice.chosen.connect(self._choose)
        self.add_to_header(self.choice)
        self.verdict = paragraph("separability_verdict", "section")
        self.proof = paragraph("separability_proof")
        self.take = QPushButton(self.tr("Take these weights"))
        name_widget(self.take, "separability_take", self.take.text())
        self.take.clicked.connect(self._take)
        # Nothing is said before it is known.
        for widget in (self.choice, self.take):
            widget.hide()
        name_widget(area, "separability_area", self.title)
        # A stop for the keyboard where there is something to scroll.
        area.verticalScrollBar().rangeChanged.connect(lambda low, high: area.setFocusPolicy(
            Qt.FocusPolicy.StrongFocus if high > low else Qt.FocusPolicy.NoFocus))
        self.rows.addWidget(self.verdict)
        self.leave_place()
        self.rows.addWidget(self.proof)
        self.rows.addWidget(self.take, 0, Qt.AlignmentFlag.AlignLeft)
        self.rows.addStretch(0)

    def make_plots(self) -> "tuple[SeparabilityPlot]":
        from nnsim.gui.panels.separability.plot import SeparabilityPlot

        self.plot = SeparabilityPlot()
        self.plot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.plot.hide()
        return (self.plot,)

    def _choose(self, column: int) -> None:
        self.column = column
        self.update_document()

    # What is examined

    def _input_names(self, data: Dataset) -> tuple[str, ...]:
        names, count = self.desk.session.structure.inputs, data.X.shape[1]
        return names if len(names) == count else tuple(f"x{i}" for i in range(count))

    def _output_names(self, data: Dataset) -> tuple[str, ...]:
        names, count = self.desk.session.structure.outputs, data.T.shape[1]
        if len(names) == count:
            return names
        return tuple(self.tr("target {n}").format(n=i + 1) for i in range(count))

    def _examine(self, data: Dataset) -> bool:
        """Find out about the chosen output, once; False as long as that goes on beside the window."""
        column = self.column
        if self._examined_of != (data, column):
            few = data.X.size <= AT_ONCE
            found = _examined(data, column) if few else self._late.get(
                (data, column), (), lambda stopped: _examined(data, column))
            if found is None:
                return False
            self._examined_of, (self.examined, self._values) = (data, column), found
        return True

    # What is shown

    def show_document(self) -> None:
        data = self.desk.session.dataset
        names = self._output_names(data) if data is not None else ()
        self.column = min(self.column, max(len(names) - 1, 0))
        self.choice.setVisible(len(names) > 1)
        self.choice.set_choices(list(enumerate(names)))
        self.choice.set_value(self.column)
        if data is None:
            self.examined, self._examined_of = None, None
        if data is not None and not self._examine(data):
            self.examined, self._examined_of = None, None
            self.show_empty(self.tr("{n} samples are being examined …").format(n=f"{len(data.X):,}"))
        elif data is None or self.examined is None:
            self._say_empty(data, names)
        else:
            self.show_page()
            self._say(self.examined)
            self._say_take(self.examined)
            self._show_plot(self.examined)

    def _say_empty(self, data: Dataset | None, names: tuple[str, ...]) -> None:
        if data is None:
            why = self.desk.session.data_problem or self.tr(
                "The truth table and the Training panel offer them. Then it says here whether a straight line parts "
                "the two classes.")
            self.show_empty(self.tr("Choose a truth table or data with two classes"), why)
            return
        text = self.tr("The targets of {output} have {n} different values. One neuron decides between two: choose a "
                       "truth table, or data with two classes.")
        text = text.format(output=names[self.column], n=f"{self._values:,}")
        self.show_empty(self.tr("These data are not two classes"), text)

    def _say(self, found: Examined) -> None:
        """The verdict, and under it the proof."""
        answer = found.answer
        names = self._input_names(found.data)
        low, high = format_number(found.low_value), format_number(found.high_value)
        tip = ""
        if answer.verdict == "unknown":
            self.verdict.setText(self.tr("It could not be decided"))
            self.proof.setText(answer.reason)
        elif answer.verdict == "yes" and not any(answer.weights):
            self.verdict.setText(self.tr("There is only one class"))
            self.proof.setText(self.tr("Every target is {value}: there is nothing to tell apart. Two classes, such as "
                                       "0 and 1, would ask for a line.").format(value=high))
        elif answer.verdict == "yes":
            self.verdict.setText(self.tr("Yes: {value} where").format(value=high)
                                 + f" {equation(names, answer.weights, answer.threshold, self.desk.study.digits)}")
            self.proof.setText(self._say_line(len(names)))
        elif answer.meeting is not None:
            self.verdict.setText(self.tr("No: {what} parts {low} from {high}").format(
                what=_nothing_straight(len(names)), low=low, high=high))
            self.proof.setText(self._say_meeting(found, answer.meeting, low, high))
            tip = self.tr("Numbers may be rounded here. The proof was checked with exact fractions.")
        self.verdict.show()
        self.proof.setVisible(bool(self.proof.text()))
        self.proof.setToolTip(plain_tip(tip))

    def _say_line(self, inputs: int) -> str:
        if inputs == 2:
            return ""
        if inputs == 1:
            return self.tr("θ lies in the middle of the gap between the two classes.")
        return self.tr("This plane lies in the middle of the widest gap between the two classes.")

    def _say_meeting(self, found: Examined, meeting: Meeting, low: str, high: str) -> str:
        """Why the meeting is a proof, in the words that fit its shape."""
        X = found.X
        zeros, ones = [_place(X, i) for i in meeting.zeros], [_place(X, i) for i in meeting.ones]
        where = _number_tuple(meeting.point)
        if meeting.is_contradiction:
            text = self.tr("{point} is {low} in sample {i} and {high} in sample {j}: no rule at all can give both.")
            return text.format(point=zeros[0], low=low, high=high, i=meeting.zeros[0] + 1, j=meeting.ones[0] + 1)
        if (len(zeros), len(ones)) == (2, 2):
            return self._say_pairs(meeting, zeros, ones, where, low, high)
        if 1 in (len(zeros), len(ones)) and len(zeros) + len(ones) <= 4:
            inner, outer, of_inner, of_outer = (zeros[0], ones, low, high) if len(zeros) == 1 else (
                ones[0], zeros, high, low)
            if len(outer) == 2:
                text = self.tr("{inner} is {of_inner} and lies between {outer}, which are {of_outer}. {straight} with "
                               "both on one side has it there too.")
            else:
                text = self.tr("{inner} is {of_inner} and lies in the triangle of {outer}, which are {of_outer}. "
                               "{straight} with all three on one side has it there too.")
            straight = (self.tr("A threshold"), self.tr("A line"), self.tr("A plane"))[min(X.shape[1], 3) - 1]
            return text.format(inner=inner, outer=self._listed(outer), of_inner=of_inner, of_outer=of_outer,
                               straight=straight)
        return self._say_means(found, meeting, where, low, high)

    def _say_pairs(self, meeting: Meeting, zeros: list[str], ones: list[str], where: str, low: str, high: str) -> str:
        text = self.tr("{zeros} are {low}, {ones} are {high}.").format(
            zeros=self._listed(zeros), ones=self._listed(ones), low=low, high=high)
        half = Fraction(1, 2)
        if set(meeting.zero_shares + meeting.one_shares) == {half}:
            more = self.tr("Both pairs have the same middle {where}, and a line cannot have one point on both sides.")
            if len(meeting.point) > 2:
                more = self.tr("Both pairs have the same middle {where}, and a plane cannot have one point on both "
                               "sides.")
        else:
            more = self.tr("What joins each pair meets in {where}, and one point cannot be on both sides.")
        return f"{text} {more.format(where=where)}"

    def _say_means(self, found: Examined, meeting: Meeting, where: str, low: str, high: str) -> str:
        terms = len(meeting.zeros) + len(meeting.ones)
        if terms > MOST_TERMS or len(meeting.point) > MOST_INPUTS:
            text = self.tr("A mean of samples that are {low}, {n} of them, is the same point as a mean of samples that "
                           "are {high}, {m} of them. The largest shares have samples {zeros} and {ones}.")
            text = text.format(n=f"{len(meeting.zeros):,}", m=f"{len(meeting.ones):,}", low=low, high=high,
                               zeros=self._listed(_largest(meeting.zeros, meeting.zero_shares)),
                               ones=self._listed(_largest(meeting.ones, meeting.one_shares)))
        else:
            text = self.tr("A mean of points that are {low} is also a mean of points that are {high}:").format(
                low=low, high=high)
            text += f"\n{certificate(found.X, meeting, where)}"
        why = self.tr("A weighted sum is below θ for every mean of the one and at least θ for every mean of the "
                      "other: it cannot be both.")
        return f"{text}\n{why}"

    def _listed(self, texts: Sequence[str]) -> str:
        return self.tr("{most} and {last}").format(most=", ".join(texts[:-1]), last=texts[-1]) if len(
            texts) > 1 else texts[0]

    # The plot

    def _show_plot(self, found: Examined) -> None:
        plot, flat = self.plot, found.X.shape[1] == 2
        plot.setVisible(flat)
        self.rows.setStretch(self.rows.count() - 1, 0 if flat else 1)
        if not flat:
            return
        plot.setMinimumHeight(round(LOW_PLOT * text_scale()))
        names = self._input_names(found.data)
        plot.set_titles(*names)
        plot.setAccessibleName(self.tr("The samples over {x} and {y}").format(x=names[0], y=names[1]))
        plot.setAccessibleDescription(f"{self.verdict.text()}. {self.proof.text()}")
        if self.is_new(found):
            self._draw(plot, found, names)

    def _draw(self, plot: "SeparabilityPlot", found: Examined, names: tuple[str, ...]) -> None:
        plane = Plane.over(names, None, found.data)
        assert plane is not None
        plot.set_ranges(_wider(plane.x_range), _wider(plane.y_range))
        threshold = found.high_value if found.high.any() else np.inf
        plot.show_points(points_of(found.data, names, found.column, plane, np.zeros(2), threshold))
        meeting = found.answer.meeting
        if meeting is not None:
            point = np.array([float(v) for v in meeting.point])
            plot.show_meeting(found.X[list(meeting.zeros)], found.X[list(meeting.ones)], point)
        else:
            weights, theta = _floats(found.answer) if found.answer.verdict == "yes" else ([0.0, 0.0], 0.0)
            plot.show_line(np.array(weights), theta)

    # Taking the weights

    def _say_take(self, found: Examined) -> None:
        neuron, reason = self._receiver(found)
        self.take.setVisible(found.answer.verdict == "yes")
        self.take.setEnabled(neuron is not None)
        if neuron is not None:
            reason = self.tr("Give {neuron} these weights and this threshold").format(neuron=neuron.id)
        self.take.setToolTip(plain_tip(reason))
        self.take.setAccessibleDescription(reason)

    def _receiver(self, found: Examined) -> tuple[Neuron | None, str]:
        """The neuron that the weights fit, or None and why there is none.

        The selected one; else the output that is examined; else the only one that all inputs and nothing else feed.
        """
        structure = self.desk.session.structure
        inputs = set(structure.inputs)
        if len(inputs) != found.X.shape[1]:
            return None, self.tr("The network has not as many inputs as the data.")
        fed = [n for n in structure.neurons if n.role != "input" and n.combine == "sum"
               and {c.source for c in structure.incoming[n.id]} == inputs]
        if not fed:
            return None, self.tr("No neuron is connected from every input and from nothing else.")
        outputs = structure.outputs
        own = outputs[found.column] if len(outputs) == found.data.T.shape[1] else ""
        selected = self.desk.looking.selected_neurons
        best = [n for n in fed if n.id in selected] or [n for n in fed if n.id == own] or fed
        if len(best) > 1:
            return None, self.tr("Several neurons are connected from every input: select one.")
        neuron = best[0]
        names = [c.weight for c in structure.incoming[neuron.id]]
        if neuron.bias is None:
            return None, self.tr("{neuron} has no threshold to set.").format(neuron=neuron.id)
        if any(len(structure.uses[name]) > 1 for name in [*names, neuron.bias]):
            return None, self.tr("{neuron} shares a weight or its threshold.").format(neuron=neuron.id)
        if not found.as_floats:
            return None, self.tr("Rounded to the digits a network keeps, these weights would be wrong.")
        return neuron, ""

    def _take(self) -> None:
        found = self.examined
        neuron = self._receiver(found)[0] if found is not None else None
        if found is None or neuron is None or neuron.bias is None:
            return
        weights, theta = _floats(found.answer)
        by_input = dict(zip(self.desk.session.structure.inputs, weights, strict=True))
        values = {c.weight: by_input[c.source] for c in self.desk.session.structure.incoming[neuron.id]}
        self.desk.session.set_values(values | {neuron.bias: 0.0 - theta}, self.tr("Take these weights"))


def equation(names: Sequence[str], weights: Sequence[Fraction], threshold: Fraction, digits: int = DIGITS) -> str:
    """“x0 + x1 ≥ 1.5”, “−2·x0 + 0.5·x1 ≥ −1”: inputs of weight 0 are left out, of many only the first are written."""
    digits = with_count(digits, max(digits, DIGITS))
    used = [(name, float(w)) for name, w in zip(names, weights, strict=True) if w]
    text = ""
    for name, weight in used[:MOST_TERMS]:
        sign = (f" {MINUS} " if weight < 0 else " + ") if text else (MINUS if weight < 0 else "")
        size = format_number(abs(weight), digits)
        text += sign + (name if size == "1" else f"{size}·{name}")
    if len(used) > MOST_TERMS:
        text += " + …"
    return f"{text} ≥ {format_number(_float(threshold), digits)}"


def certificate(X: Array, meeting: Meeting, where: str) -> str:
    """“0.5·(0, 0) + 0.5·(1, 1) = 0.5·(0, 1) + 0.5·(1, 0) = (0.5, 0.5)”, with ≈ where numbers are rounded."""
    sides = [" + ".join(f"{_share(share)}·{_place(X, i)}" for i, share in zip(rows, shares, strict=True))
             for rows, shares in ((meeting.zeros, meeting.zero_shares), (meeting.ones, meeting.one_shares))]
    numbers = [*meeting.zero_shares, *meeting.one_shares, *meeting.point,
               *(Fraction(v) for i in meeting.zeros + meeting.ones for v in X[i].tolist())]
    relation = "=" if all(_is_short(number) or number.denominator < 100 for number in numbers) else "≈"
    return f" {relation} ".join([*sides, where])


def _is_short(number: Fraction) -> bool:
    """Whether it is written whole with few digits. A decimal such as 0.1 counts: it is what the learner wrote."""
    return float(f"{float(number):.{POINT_DIGITS}g}") == float(number)


def _share(number: Fraction) -> str:
    """A number of a proof: short decimals as such, other simple fractions as 2/3, the rest rounded."""
    if not _is_short(number) and number.denominator < 100:
        return str(number).replace("-", MINUS)
    return format_number(float(number), POINT_DIGITS if not _is_short(number) else DIGITS)


def _number_tuple(values: Sequence[Fraction]) -> str:
    texts = [_share(value) for value in values]
    # No line ends within a point.
    return texts[0] if len(texts) == 1 else f"({f',{NO_BREAK}'.join(texts)})"


def _place(X: Array, row: int) -> str:
    """A sample as the tuple of its inputs, as a number if there is one, by its number if there are too many."""
    if X.shape[1] > MOST_INPUTS:
        return f"#{row + 1}"
    return _number_tuple([Fraction(v) for v in X[row].tolist()])


def _largest(rows: Sequence[int], shares: Sequence[Fraction]) -> list[str]:
    """The numbers of the three samples with the largest shares."""
    ordered = sorted(zip(shares, rows, strict=True), key=lambda entry: -entry[0])
    return [f"#{row + 1}" for _, row in ordered[:3]]


def _nothing_straight(inputs: int) -> str:
    """What does not exist, by how many inputs there are."""
    translate = QCoreApplication.translate
    if inputs == 1:
        return translate("SeparabilityPanel", "no threshold")
    return translate("SeparabilityPanel", "no line") if inputs == 2 else translate("SeparabilityPanel", "no plane")


def _wider(ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    return low - AROUND * (high - low), high + AROUND * (high - low)


def _floats(answer: Separation) -> tuple[list[float], float]:
    """Weights and θ as a network keeps them."""
    return [float(w) for w in answer.weights], _float(answer.threshold)


def _float(number: Fraction) -> float:
    """The nearest float; of a sum of the largest floats, infinity."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
