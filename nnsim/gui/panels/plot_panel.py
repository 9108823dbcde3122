"""Panels with a plot, and the small widgets around one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnsim.gui.look.theme import GRID, RADIUS, font, set_role, text_scale, theme
from nnsim.gui.panels.panel import Panel, quiet_button
from nnsim.gui.session.session import Session
from nnsim.gui.widgets.controls import ChoiceField, plain_tip
from nnsim.gui.widgets.formulas import FormulaLabel


def _tr(text: str) -> str:
    return QCoreApplication.translate("PlotPanel", text)


class PlotPanel(Panel):
    """A panel whose plot is made after it was first painted: importing pyqtgraph takes 0.3 s.

    A subclass overrides ``build`` (make the plot), ``show_document`` and ``show_values``, which are what
    ``update_document`` and ``update_values`` are to a Panel and are only called once the plot is there.
    """

    def __init__(self, session: Session, title: str) -> None:
        super().__init__(session, title)
        self.built = False
        self._builder = QTimer(self)
        self._builder.setSingleShot(True)
        self._builder.setInterval(0)
        self._builder.timeout.connect(self.build_now)

    def build(self) -> None:
        """Make the plot."""

    def show_document(self) -> None:
        """Show the session's document, selection and run anew."""

    def show_values(self) -> None:
        """Show the values of now; cheap."""

    def build_now(self) -> None:
        """Make the plot if it is not there yet."""
        if not self.built:
            self.built = True
            self.build()
            self._on_change()

    def update_document(self) -> None:
        if self.built:
            self.show_document()

    def update_values(self) -> None:
        if self.built:
            self.show_values()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.built:
            self._builder.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # The scale of all text comes with the style sheet.
        if event.type() == QEvent.Type.StyleChange:
            self._on_change()


class TextLine(QWidget):
    """One line of plain text, cut with … where it does not fit. Changing it costs no layout, as a QLabel's would."""

    def __init__(self, name: str, color: str = "muted", size: str = "small",
                 align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> None:
        super().__init__()
        self.setObjectName(name)
        self.color, self.size_name, self.align = color, size, align
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

    def fit(self) -> None:
        """Take the height of three lines, whatever is said."""
        self.setFixedHeight(QFontMetrics(font("body")).lineSpacing() * 3 + 2)

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
        self.formula.setObjectName(f"{name}_formula")
        self.formula.setAccessibleName(_tr("Formula"))
        self.readout = TextLine(f"{name}_readout", "ink", "body", Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.formula, 1)
        row.addWidget(self.readout)


def zoom_buttons(name: str, zoom: Callable[[int], None]) -> tuple[QToolButton, QToolButton]:
    """− and + for a title bar; ``zoom(by)`` is asked to see more of the axis (−1), or less of it (1)."""
    farther = quiet_button("−", f"{name}_zoom_out", _tr("See more of the axis"))
    nearer = quiet_button("+", f"{name}_zoom_in", _tr("See the point closer"))
    for button, by in ((farther, -1), (nearer, 1)):
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda checked=False, by=by: zoom(by))
    return farther, nearer


class HeaderChoice(ChoiceField):
    """A choice for a title bar: as wide as what is chosen, cut with … where it is narrower."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(tip)
        self.setToolTip(plain_tip(tip))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        # Low enough for a title bar, and with its margin where the text begins.
        sides = "1px 6px 1px 0" if self.isRightToLeft() else "1px 0 1px 6px"
        self.setStyleSheet(f"QComboBox {{ padding: {sides}; }}")

    def set_choices(self, choices: Iterable[tuple[Any, str]], about: dict[Any, str] | None = None) -> None:
        super().set_choices(choices, about)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        width = min(width, round(12 * GRID * text_scale())) + round(4 * GRID * text_scale())
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 7 * GRID), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option,
                                           QStyle.SubControl.SC_ComboBoxEditField, self)
        text = option.currentText or self.placeholderText()
        option.currentText = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()


class EmptyState(QWidget):
    """What an empty panel says: what it will show, and what to do for it. ``margin`` in pixels is around its frame."""

    def __init__(self, name: str, margin: int = 0) -> None:
        super().__init__()
        self.setObjectName(name)
        self._margin = margin
        self._says = QLabel()
        self._why = QLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, GRID // 2 + margin, 3 * GRID, GRID // 2 + margin)
        column.setSpacing(GRID // 2)
        column.addStretch(1)
        for label, role in ((self._says, "section"), (self._why, "muted")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            set_role(label, tone=role)
            column.addWidget(label)
        column.addStretch(1)

    def say(self, text: str, why: str = "") -> None:
        """Show what to do, and under it why."""
        self._says.setText(text)
        self._why.setText(why)
        self.setAccessibleName(f"{text} {why}".strip())
        self._show_why()

    def _show_why(self) -> None:
        """Where there is no room for both, what to do is what counts."""
        column = self.layout()
        assert column is not None
        margins, width = column.contentsMargins(), self.contentsRect().width() - 6 * GRID
        needed = sum(label.heightForWidth(width) for label in (self._says, self._why)) + column.spacing()
        room = self.height() - margins.top() - margins.bottom()
        self._why.setVisible(bool(self._why.text()) and (needed <= room or not self.isVisible()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_why()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_why()

    def text(self) -> str:
        """All that is said."""
        return self.accessibleName()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = painter.pen()
        pen.setColor(theme().color("line"))
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme().color("raised"))
        m = self._margin + 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(m, m, -m, -m), RADIUS, RADIUS)
        painter.end()
