"""Icons of buttons: one SVG each in resources/icons, drawn in a colour of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from nnsim.gui.theme import Theme, mix, theme
from nnsim.resources import resource

SIZE = 18
_SCALES = (1, 2, 3)


def icon(name: str, color: str = "ink") -> QIcon:
    """The icon ``name`` in the theme's colour ``color``, greyed while its button is disabled.

    Ask again when the theme changes.
    """
    return _drawn(name, color, theme())


@lru_cache(maxsize=128)
def _drawn(name: str, color: str, colors: Theme) -> QIcon:
    svg = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    grey = mix(colors.muted, colors.card, 0.35).name()
    for mode, tint in ((QIcon.Mode.Normal, getattr(colors, color)), (QIcon.Mode.Disabled, grey)):
        renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", tint).encode()))
        for scale in _SCALES:
            pixmap = QPixmap(SIZE * scale, SIZE * scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, SIZE * scale, SIZE * scale))
            painter.end()
            pixmap.setDevicePixelRatio(scale)
            result.addPixmap(pixmap, mode)
    return result
