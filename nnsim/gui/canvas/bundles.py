"""Bundles: between two wide layers of a very large network, all connections as one band."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter, QPainterPath, QPen

from nnsim.core.arrays import Array, Indices
from nnsim.core.formulas.numbers import format_number
from nnsim.documents.ways import Ways
from nnsim.gui.canvas.edges import curve
from nnsim.gui.canvas.neuron_item import RADIUS
from nnsim.gui.look.theme import Theme, font, mix

BUNDLES = 20_000
"""Above this number of connections those between two layers are drawn as one band …"""
SMALLEST = 500
"""… if there are at least so many between the two."""
FEWEST = 50
"""Fewer are no band, however many lines there are."""
GAP = 14.0
"""Between the neurons and the band."""


@dataclass(frozen=True)
class Bundle:
    """The connections from the neurons of one depth to those of another."""

    rows: Indices
    """Where their weights stand among the values shown."""
    source: QRectF
    """Around the neurons they come from."""
    target: QRectF

    @property
    def bounds(self) -> QRectF:
        """All of it lies within."""
        return self.source.united(self.target)

    def band(self, above: float, below: float) -> QPainterPath:
        """The part of the band between two shares of its height, 0 at the top and 1 at the bottom."""
        left, right = self.source.right() + GAP, self.target.left() - GAP
        if right < left:
            # One layer stands above or beside the other: from middle to middle.
            left, right = self.source.center().x(), self.target.center().x()

        def at(x: float, layer: QRectF, share: float) -> QPointF:
            return QPointF(x, layer.top() + layer.height() * share)

        upper, lower = (curve(at(left, self.source, share), at(right, self.target, share)) for share in (above, below))
        upper.connectPath(lower.toReversed())
        upper.closeSubpath()
        return upper


def bundled(ways: Ways, places: Array) -> tuple[tuple[Bundle, ...], Indices]:
    """(the bundles, the rows of the edges that are in none); ``places``, (neurons, 2), are the middles of the neurons.

    Few connections between two layers stay lines, as long as all of these together are not too many.
    """
    lines, wide = 0, []
    for number in sorted(range(len(ways.groups)), key=lambda number: len(ways.groups[number].rows)):
        count = len(ways.groups[number].rows)
        if count < FEWEST or (count < SMALLEST and lines + count <= BUNDLES):
            lines += count
        else:
            wide.append(number)
    groups = [ways.groups[number] for number in sorted(wide)]
    loose = np.ones(len(ways.ends), dtype=bool)
    for group in groups:
        loose[group.rows] = False
    sources = _around(places, [group.sources for group in groups])
    targets = _around(places, [group.targets for group in groups])
    rows = (group.rows for group in groups)
    return tuple(map(Bundle, rows, sources, targets)), np.flatnonzero(loose)


def _around(places: Array, parts: Sequence[Indices]) -> list[QRectF]:
    """The rectangle around the neurons of each part."""
    if not parts:
        return []
    first = np.cumsum([0, *map(len, parts[:-1])])
    x, y = places[np.concatenate(parts)].T
    edges = (np.minimum.reduceat(x, first), np.minimum.reduceat(y, first),
             np.maximum.reduceat(x, first), np.maximum.reduceat(y, first))
    return [QRectF(left, top, right - left, bottom - top).adjusted(-RADIUS, -RADIUS, RADIUS, RADIUS)
            for left, top, right, bottom in np.stack(edges, axis=1).tolist()]


def paint_bundle(painter: QPainter, t: Theme, bundle: Bundle, values: Array) -> None:
    """The positive share above, plain; the negative share below, hatched; how many, and how large, written on them."""
    weights = values[bundle.rows]
    positive = float(np.mean(weights >= 0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if positive > 0:
        painter.setPen(QPen(mix(t.positive, t.card, 0.35), 0))
        painter.setBrush(mix(t.positive, t.card, 0.84))
        painter.drawPath(bundle.band(0.0, positive))
    if positive < 1:
        painter.setPen(QPen(mix(t.negative, t.card, 0.35), 0, Qt.PenStyle.DashLine))
        painter.setBrush(QBrush(mix(t.negative, t.card, 0.6), Qt.BrushStyle.BDiagPattern))
        painter.drawPath(bundle.band(positive, 1.0))
    _write(painter, t, bundle, weights, positive)


def _write(painter: QPainter, t: Theme, bundle: Bundle, weights: Array, positive: float) -> None:
    """The band's label, always of the same size, in the middle of what is seen of the band.

    In lines, or along the band; where there is no room for all of it, what counts least is left out.
    """
    zoom = painter.worldTransform().m11()
    between = QRectF(bundle.source.topRight() + QPointF(GAP, 0), bundle.target.bottomLeft() - QPointF(GAP, 0))
    between.setTop(max(bundle.source.top(), bundle.target.top()))
    between.setBottom(min(bundle.source.bottom(), bundle.target.bottom()))
    # A picture tells its size in the pixels of the screen, of which there may be several to one of the window.
    picture = QRectF(QPointF(), QSizeF(painter.viewport().size()) / painter.device().devicePixelRatio())
    between &= painter.worldTransform().inverted()[0].mapRect(picture)
    if between.isEmpty():
        return
    wide, high = between.width() * zoom, between.height() * zoom
    with np.errstate(over="ignore"):
        mean = float(np.mean(np.abs(weights)))
    parts = (
        QCoreApplication.translate("Bundle", "{count} connections").format(count=f"{len(weights):,}"),
        QCoreApplication.translate("Bundle", "{share} % positive").format(share=round(100 * positive)),
        QCoreApplication.translate("Bundle", "mean |w| {size}").format(size=format_number(mean, 3)),
    )
    metrics = QFontMetricsF(font("small"))
    ways = [("\n".join(parts), 0.0, wide, high)]
    ways += [(" · ".join(parts[:count]), -90.0, high, wide) for count in (3, 2, 1)]
    for text, angle, across, along in ways:
        size = metrics.size(0, text)
        if size.width() + 16 <= across and size.height() + 4 <= along:
            painter.save()
            at = painter.worldTransform().map(between.center())
            painter.resetTransform()
            painter.translate(at)
            painter.rotate(angle)
            rect = QRectF(-size.width() / 2 - 8, -size.height() / 2 - 2, size.width() + 16, size.height() + 4)
            painter.setFont(font("small"))
            painter.setPen(QPen(t.color("line"), 1))
            painter.setBrush(t.color("card"))
            painter.drawRoundedRect(rect, 4, 4)
            painter.setPen(t.color("ink"))
            painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
            painter.restore()
            return
