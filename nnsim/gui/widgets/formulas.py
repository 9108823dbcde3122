"""Formulas typeset from LaTeX."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from nnsim.gui.look.theme import GRID, pixels, theme

TYPESET_SIZE = 24.0
"""The size formulas are typeset at; any other is that, scaled."""
_MARK, _MARK_GAP = 16, 6
MOST_TYPESET = 4096
REST_MS = 8
"""Between two formulas, so that what is plain is painted first and the window stays answering."""


class Typeset(NamedTuple):
    """A formula as SVG at ``TYPESET_SIZE``: its size and how far its baseline lies below its top."""

    svg: bytes
    width: float
    height: float
    ascent: float


@lru_cache(maxsize=512)
def typeset(latex: str, color: str) -> Typeset:
    """The typeset formula, or a line of plain text where it has a letter that cannot be typeset.

    A new one takes 5 to 60 ms, so changing numbers do not belong in it.
    """
    if not can_be_typeset(latex):
        return _in_plain(spoken(latex), color)
    # Imported here because it takes 0.2 s, which the first window does not wait for.
    from ziamath.config import config
    from ziamath.zmath import Latex

    config.svg2 = False  # Qt reads SVG 1
    svg = Latex(latex, size=TYPESET_SIZE, color=color).svg().encode()
    box = QSvgRenderer(QByteArray(svg)).viewBoxF()
    return Typeset(svg, box.width(), box.height(), -box.y())


@lru_cache(maxsize=4096)
def can_be_typeset(latex: str) -> bool:
    """Whether the typesetting font has all letters: it has none of Hebrew, Arabic or Chinese names."""
    if latex.isascii():
        return True
    from ziamath.zmath import Latex

    letters = Latex("x").font
    return all(letters.glyphindex(c) for c in latex if not c.isascii())


def _in_plain(text: str, color: str) -> Typeset:
    """A line in the system's typeface, which takes what it lacks from others."""
    used = QFont(QApplication.font())
    used.setPixelSize(round(TYPESET_SIZE))
    metrics = QFontMetricsF(used)
    width, height = metrics.horizontalAdvance(text), metrics.height()
    face = f'font-family="{escape(used.family())}" font-size="{TYPESET_SIZE}" fill="{color}"'
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {-metrics.ascent()} {width} {height}">'
           f"<text {face}>{escape(text)}</text></svg>")
    return Typeset(svg.encode(), width, height, metrics.ascent())


class Typesetter(QObject):
    """Typesets what is wanted piece by piece while the window has nothing else to do. ``ready()`` after each."""

    ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._done: dict[tuple[str, str], Typeset | None] = {}
        self._wanted: dict[tuple[str, str], None] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._typeset_one)

    @property
    def busy(self) -> bool:
        """Whether something is still to be typeset."""
        return bool(self._wanted)

    def get(self, latex: str, color: str) -> Typeset | None:
        """The typeset formula if it is there; else None, and it comes soon unless it cannot be typeset."""
        if (latex, color) not in self._done:
            self._wanted[(latex, color)] = None
            self._timer.start()
        return self._done.get((latex, color))

    def _typeset_one(self) -> None:
        if not self._wanted:
            self._timer.stop()
            return
        key = next(iter(self._wanted))
        del self._wanted[key]
        if len(self._done) > MOST_TYPESET:
            self._done.clear()
        self._done[key] = typeset(*key) if can_be_typeset(key[0]) else None
        self.ready.emit()


@lru_cache(maxsize=1024)
def formula_image(latex: str, size: float, color: str, dpr: float = 1.0) -> QImage:
    """The formula in ``color``, its letters ``size`` pixels large, sharp at ``dpr``."""
    formula = typeset(latex, color)
    scale = size / TYPESET_SIZE
    target = QRectF(0, 0, formula.width * scale * dpr, formula.height * scale * dpr)
    # An image, not a pixmap: it may stay in the cache when the application ends.
    image = QImage(target.size().toSize() + QSize(1, 1), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(formula.svg)).render(painter, target)
    painter.end()
    image.setDevicePixelRatio(dpr)
    return image


_WORDS = {
    r"\geq": "≥", r"\leq": "≤", r"\Sigma": "Σ", r"\sum": "Σ", r"\theta": "θ", r"\sigma": "σ", r"\delta": "δ",
    r"\partial": "∂", r"\cdot": "·", r"\eta": "η", r"\ln": " ln ", r"\sin": "sin", r"\cos": "cos", r"\,": " ",
    r"\quad": " ", r"\left": "", r"\right": "", r"\\": "; ", r"\prime": "′", "'": "′", "&": " ", "-": "−",
}


def spoken(latex: str) -> str:
    """The formula as one line of plain text, for those who hear it: (1)/(1+e^(−x)), Σ over i (T(i)−O(i))^(2)."""
    text = re.sub(r"\\(?:begin|end)\{cases\}", "", latex)
    text = re.sub(r"\\(?:text|mathrm)\{([^{}]*)\}", r"\1", text)
    group = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
    text = re.sub(rf"\\frac{group}{group}", r"(\1)/(\2)", text)
    text = re.sub(rf"\\sum_(?:{group}|(\w))", r"\\sum over \1\2 ", text)
    while (simpler := re.sub(r"\^\{([^{}]*)\}|_(?:\{([^{}]*)\}|(\w))", _raised_or_index, text)) != text:
        text = simpler
    words = "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
    text = re.sub(words, lambda match: _WORDS[match.group()], text)
    return re.sub(r"\s+", " ", re.sub(r"[{}]", "", text)).strip()


def _raised_or_index(found: re.Match[str]) -> str:
    if found[1] is not None:
        return f"^({found[1]})"
    index: str = found[2] or found[3]
    return index if index.isdigit() else f"({index})"


class _Placed(NamedTuple):
    """One formula of a label in its place: the baseline's left end, and its part of the normal size."""

    latex: str
    x: float
    baseline: float
    scale: float
    mark: QPen | None


class FormulaLabel(QWidget):
    """Formulas beside each other, one under the other where they do not fit; never cut.

    A formula shrinks before it breaks the line, but not below ``SMALLEST`` of its size; one that is wider
    than the label alone shrinks until it fits. Each may have a mark: a short line drawn with that pen, so
    that the formula explains a curve.
    """

    SMALLEST = 0.8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formulas: tuple[tuple[str, QPen | None], ...] = ()
        self._placed: list[_Placed] = []
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def formulas(self) -> tuple[str, ...]:
        """The LaTeX of what is shown."""
        return tuple(latex for latex, _ in self._formulas)

    def set_formulas(self, formulas: Iterable[tuple[str, QPen | None]]) -> None:
        """Show these (LaTeX, mark or None)."""
        self._formulas = tuple(formulas)
        self.setAccessibleDescription("; ".join(spoken(latex) for latex in self.formulas))
        self._arrange()
        self.updateGeometry()

    def set_formula(self, latex: str) -> None:
        """Show one formula."""
        self.set_formulas([(latex, None)] if latex else [])

    def sizeHint(self) -> QSize:
        return QSize(GRID * 24, self.heightForWidth(GRID * 24))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        return self._rows(max(width, 1))[1]

    def _size(self) -> float:
        """Letters of the typesetting font look smaller than the system's of the same size."""
        return pixels("body") * 1.15

    def _rows(self, width: int) -> tuple[list[_Placed], int]:
        """Every formula in its place, and the height of all."""
        width -= 2  # antialiasing takes a pixel more
        entries = []
        for latex, mark in self._formulas:
            formula = typeset(latex, theme().ink)
            entries.append((latex, mark, formula, (_MARK + _MARK_GAP if mark else 0)))
        factor = self._size() / TYPESET_SIZE
        gap = 2 * GRID
        lead = sum(entry[3] for entry in entries) + gap * (len(entries) - 1)
        together = (width - lead) / max(sum(entry[2].width for entry in entries) * factor, 1e-9)
        rows = [entries] if together >= self.SMALLEST or len(entries) < 2 else [[entry] for entry in entries]
        placed: list[_Placed] = []
        top = 0.0
        for row in rows:
            lead = sum(entry[3] for entry in row) + gap * (len(row) - 1)
            natural = sum(entry[2].width for entry in row) * factor
            scale = factor * min(1.0, max(0.1, (width - lead) / max(natural, 1e-9)))
            ascent = max((entry[2].ascent for entry in row), default=0.0) * scale
            descent = max((entry[2].height - entry[2].ascent for entry in row), default=0.0) * scale
            x = 0.0
            for latex, mark, formula, before in row:
                placed.append(_Placed(latex, x + before, top + ascent, scale, mark))
                x += before + formula.width * scale + gap
            top += ascent + descent + GRID / 2
        return placed, round(max(0.0, top - GRID / 2) + 0.5) if rows and entries else 0

    def _arrange(self) -> None:
        self._placed = self._rows(max(self.width(), 1))[0]
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._arrange()
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, dpr = theme().ink, self.devicePixelRatioF()
        images = [(place, typeset(place.latex, ink), formula_image(place.latex, place.scale * TYPESET_SIZE, ink, dpr))
                  for place in self._placed]
        painter = QPainter(self)
        for place, formula, image in images:
            if place.mark is not None:
                # On the axis of the fractions, where the equals sign stands.
                y = round(place.baseline - 0.25 * TYPESET_SIZE * place.scale) + 0.5
                painter.setPen(place.mark)
                painter.drawLine(QPointF(place.x - _MARK - _MARK_GAP, y), QPointF(place.x - _MARK_GAP, y))
            painter.drawImage(QPointF(place.x, place.baseline - formula.ascent * place.scale), image)
        painter.end()
