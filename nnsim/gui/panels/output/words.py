"""What the Output panel says: of its plot, of the values in one place, and of what the plot leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from nnsim.core.analysis.maps import Plane
from nnsim.core.arrays import Array, Indices
from nnsim.core.formulas.numbers import format_number, numbered
from nnsim.data.dataset import Dataset
from nnsim.gui.look.class_looks import TIE, class_look
from nnsim.gui.look.theme import Theme
from nnsim.gui.plots.points import Points, Scale, drawn_of
from nnsim.gui.plots.regions import winners

READ_DIGITS, PLACE_DIGITS = 3, 2
MOST_NAMED = 24
"""Of more outputs only those are named that are the largest somewhere."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("OutputPanel", text)


@dataclass(frozen=True)
class Words:
    """What is said while one of the ``outputs``, or the largest of all, is shown over a plane."""

    outputs: tuple[str, ...]
    column: int | None
    """The place of the output that is shown; None for the winner."""
    softmax: bool
    """Whether the values are those of a softmax."""
    plane: Plane
    scale: Scale
    digits: int = READ_DIGITS
    """How values are written."""

    @property
    def name(self) -> str:
        """What the shown output is called, on an axis too; not for the winner."""
        name = self.outputs[self.column or 0]
        return f"softmax({name})" if self.softmax else name

    def value(self, values: Array) -> str:
        """The value of the shown output, of all (outputs,); or the name of the winner and its value."""
        if self.column is not None:
            return format_number(float(values[self.column]), self.digits)
        place = int(winners(values))
        if place == TIE:
            return _tr("tie")
        return f"{self.outputs[place]}, {format_number(float(values[place]), self.digits)}"

    def at(self, inputs: Mapping[str, float], values: Array) -> str:
        """“(1, 0) → 0.5”: where in the plane these inputs are, and what comes of them."""
        # The place is rounded more than the value, which must never be cut.
        place = [format_number(inputs[id], PLACE_DIGITS) for id in (self.plane.x, self.plane.y) if id]
        shown = self.value(values)
        return f"({', '.join(place)}) → {shown}" if self.plane.y is not None else f"{place[0]} → {shown}"

    def of_plot(self, values: Array, classes: Indices, points: Points, fed: Mapping[str, float], now: Array) -> str:
        """What the plot shows, for whoever does not see it.

        ``values`` are the shown ones all over the plane, ``classes`` who wins where; all outputs are ``now``
        (outputs,) for what is ``fed``.
        """
        finite = values[np.isfinite(values)]
        if not len(finite):
            return _tr("No finite value anywhere")
        text = self._winners(classes, points) if self.column is None else self._range(finite, points)
        inputs = ", ".join(f"{id} = {format_number(fed.get(id, 0.0), self.digits)}"
                           for id in (self.plane.x, self.plane.y) if id)
        return text + "; " + _tr("{inputs} gives {value}").format(inputs=inputs, value=self.value(now))

    def _winners(self, classes: Indices, points: Points) -> str:
        won = np.bincount(classes[classes >= 0], minlength=len(self.outputs)) / classes.size
        shares = [_tr("{output} in {share} %").format(output=id, share=round(100 * share))
                  for id, share in zip(self.outputs, won.tolist(), strict=True)
                  if share or len(self.outputs) <= MOST_NAMED]
        text = _tr("The largest output is {shares} of the plane").format(shares=", ".join(shares))
        return text + ("; " + numbered(len(points.x), _tr("1 sample"), _tr("{n} samples")) if len(points.x) else "")

    def _range(self, finite: Array, points: Points) -> str:
        text = _tr("{output} from {low} to {high}").format(
            output=self.name, low=format_number(float(finite.min()), self.digits),
            high=format_number(float(finite.max()), self.digits))
        if self.plane.y is not None:
            text += "; " + _tr("at least {threshold} in {share} % of the plane").format(
                threshold=format_number(self.scale.threshold, self.digits),
                share=round(100 * float((finite >= self.scale.threshold).mean())))
        if len(points.x):
            samples = numbered(len(points.x), _tr("1 sample"), _tr("{n} samples"))
            text += "; " + _tr("{samples}, {high} of the high class ● and {low} of the low class ◇").format(
                samples=samples, high=f"{points.high.sum():,}", low=f"{(~points.high).sum():,}")
        return text

    def of_regions(self, theme: Theme) -> dict[int, tuple[str, QColor]]:
        """What each region of the map means, by its class, and the colour it has; nothing of a smooth map."""
        if self.column is None:
            names = {place: (id, class_look(place).region(theme)) for place, id in enumerate(self.outputs)}
            return {**names, TIE: (_tr("tie"), theme.color("card"))}
        if self.scale.crisp:
            return {0: (format_number(self.scale.low), theme.color("map_low")),
                    1: (format_number(self.scale.high), theme.color("map_high"))}
        return {}

    def of_rest(self, data: Dataset | None, fits: bool, more_inputs: int, settable: int) -> str:
        """What the plot does not say: that the data do not fit, or are not all drawn, softmax, and the other inputs.

        So many inputs are not in sight, of which the first can be set here.
        """
        texts = []
        if data is not None and not fits:
            text = _tr("the data have {X} and {T}: not those of this network")
            texts.append(text.format(
                X=numbered(data.X.shape[1], _tr("1 input column"), _tr("{n} input columns")),
                T=numbered(data.T.shape[1], _tr("1 target column"), _tr("{n} target columns"))))
        if self.softmax and self.plane.y is not None:
            texts.append(_tr("softmax") if self.column is None else _tr("softmax of the outputs"))
        if more_inputs > settable:
            text = _tr("{more}, the first {few} can be set")
            texts.append(text.format(more=_more_inputs(more_inputs), few=settable))
        elif more_inputs:
            texts.append(_more_inputs(more_inputs))
        if data is not None and fits and drawn_of(data)[0] < drawn_of(data)[1]:
            used, every = drawn_of(data)
            texts.append(_tr("drawn are {used} of {all} samples").format(used=f"{used:,}", all=f"{every:,}"))
        text = " · ".join(texts)
        return text[:1].upper() + text[1:]


def _more_inputs(count: int) -> str:
    return numbered(count, _tr("1 more input as fed"), _tr("{n} more inputs as fed"))
