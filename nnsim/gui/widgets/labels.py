"""Lines of text, sentences and formulas, cut or wrapped where they do not fit."""

import math

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStylePainter, QWidget

from nnsim.gui.look.theme import GRID, font, set_role, theme
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.controls import name_widget, plain_tip
from nnsim.gui.widgets.formulas import FormulaLabel


def toned(tone: str, text: str = "", name: str = "") -> QLabel:
    """A label of one line called ``name``, whose role in the theme is ``tone``."""
    label = QLabel(text)
    label.setObjectName(name)
    set_role(label, tone=tone)
    return label


class ElidedLabel(QLabel):
    """A label of plain text, cut with an ellipsis where there is no room; its tooltip then has the whole.

    ``most`` bounds the width it asks for, so that a long name does not push its neighbours away; about ``least``
    letters are never cut. ``tone`` is its role in the theme.
    """

    def __init__(self, text: str = "", name: str = "", tone: str = "", most: int = 2000, least: int = 3) -> None:
        super().__init__(text)
        self.setObjectName(name)
        if tone:
            set_role(self, tone=tone)
        self._most, self._least, self._own_tip = most, least, ""
        self.short = ""
        """What is shown, cut if it must be, where there is no room for the whole text."""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def set_tip(self, tip: str) -> None:
        """The tooltip besides the whole text."""
        self._own_tip = tip

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            cut = self._full_width() > self.contentsRect().width()
            parts = (self.text() if cut else "", self._own_tip)
            self.setToolTip(plain_tip("\n".join(part for part in parts if part)))
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(min(self._full_width(), self._most) + self._around(), QFontMetrics(self.font()).height())

    def minimumSizeHint(self) -> QSize:
        least = self._least * QFontMetrics(self.font()).averageCharWidth() + self._around()
        return QSize(min(least, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        rect = self.contentsRect()
        fits = not self.short or self._full_width() <= rect.width()
        text = QFontMetrics(self.font()).elidedText(self.text() if fits else self.short, Qt.TextElideMode.ElideRight,
                                                    rect.width())
        # It stands where the window's direction has it, and runs as its own first letter does: −1 is not 1−.
        side = QStyle.visualAlignment(self.layoutDirection(), self.alignment()) | Qt.AlignmentFlag.AlignAbsolute
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.drawItemText(rect, int(side), self.palette(), self.isEnabled(), text, self.foregroundRole())

    def _full_width(self) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(self.text()) + 1

    def _around(self) -> int:
        """What the margins, those of the style sheet too, take away at both sides."""
        return self.width() - self.contentsRect().width()


class TextLine(QWidget):
    """One line of plain text, cut with … where it does not fit. Changing it costs no layout, as a QLabel's would."""

    def __init__(self, name: str, color: str = "muted", size: str = "small",
                 align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft, tells_all: bool = False) -> None:
        """``tells_all`` if the tooltip is the whole text."""
        super().__init__()
        self.setObjectName(name)
        self.color, self.size_name, self.align, self._tells_all = color, size, align, tells_all
        self.wraps = False
        """Whether it is broken into lines where it is given more height than one needs."""
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """The whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            if self._tells_all:
                self.setToolTip(plain_tip(text))
            self.update()

    def reserve(self, shrink: bool = False) -> None:
        """Take as much width as the text needs, and keep it when the text gets shorter, unless ``shrink``."""
        needed = self.sizeHint().width()
        if shrink or needed > self.minimumWidth():
            self.setMinimumWidth(needed)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font(self.size_name))
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        used = font(self.size_name)
        painter.setFont(used)
        painter.setPen(theme().color(self.color))
        # As its own first letter does, whatever the window's direction: −1 is not 1−.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        if self.wraps:
            flags = self.align | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            if painter.boundingRect(self.rect(), flags, self._text).height() > self.height():
                painter.setFont(font("small"))  # rather that than a sentence without its end
            painter.drawText(self.rect(), flags, self._text)
        else:
            text = QFontMetrics(used).elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(self.rect(), self.align | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class Sentence(TextLine):
    """What a plot shows, in words, on up to three lines; in red where it warns. The tooltip has the whole."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "ink", "body")
        self.wraps = True

    def fit(self, lines: int = 3) -> None:
        """Take the height of so many lines, whatever is said."""
        # A line is as high as in text that is drawn: of one alone Qt rounds the height down.
        self.setFixedHeight(math.ceil(QFontMetricsF(font("body")).lineSpacing()) * lines + 2)

    def say(self, text: str, warns: bool = False) -> None:
        """Say something else."""
        self.color = "bad" if warns else "ink"
        self.set_text(text)
        self.setToolTip(plain_tip(text))
        self.update()


class FormulaRow(QWidget):
    """A typeset formula, and at its right a number that changes."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.formula = FormulaLabel()
        name_widget(self.formula, f"{name}_formula", self.tr("Formula"))
        self.readout = TextLine(f"{name}_readout", "ink", "body", Qt.AlignmentFlag.AlignRight)
        row = row_in(self, GRID)
        row.addWidget(self.formula, 1)
        row.addWidget(self.readout)
