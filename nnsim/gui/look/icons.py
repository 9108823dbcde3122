"""Icons of buttons: one SVG each in resources/icons, drawn in a colour of the theme."""

from collections.abc import Callable
from functools import lru_cache, partial
from itertools import product

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from nnsim.gui.look.theme import Theme, icon_sizes, mix, theme
from nnsim.resources import resource


def icon(name: str, color: str = "ink") -> QIcon:
    """The icon ``name`` in the theme's colour ``color``, greyed while its button is disabled.

    Ask again when the theme or the size of all text changes.
    """
    return _drawn(name, color, theme(), tuple(icon_sizes().values()), screen_scales())


def screen_scales() -> tuple[float, ...]:
    """Pixels of a screen per pixel of the window: of each screen there is, and the common ones a window may move to."""
    return tuple(sorted({1.0, 2.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}))


@lru_cache(maxsize=128)
def _drawn(name: str, color: str, colors: Theme, sizes: tuple[int, ...], scales: tuple[float, ...]) -> QIcon:
    svg = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    grey = mix(colors.muted, colors.card, 0.35).name()
    for mode, tint in ((QIcon.Mode.Normal, getattr(colors, color)), (QIcon.Mode.Disabled, grey)):
        renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", tint).encode()))
        for size, scale in product(sizes, scales):
            result.addPixmap(picture(size, scale, partial(_render, renderer)), mode)
    return result


def _render(renderer: QSvgRenderer, painter: QPainter, side: int) -> None:
    renderer.render(painter, QRectF(0, 0, side, side))


def picture(size: int, scale: float, paint: Callable[[QPainter, int], None]) -> QPixmap:
    """A square picture of ``size`` pixels of the window, for a screen that has ``scale`` pixels for each of them.

    ``paint(painter, side)`` draws it, transparent at first; ``side`` is in pixels of the screen.
    """
    side = int(size * scale + 0.5)  # as Qt rounds the size it asks for
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint(painter, side)
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
