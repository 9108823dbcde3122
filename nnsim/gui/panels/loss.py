"""The Loss panel: how far the loss has fallen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from nnsim.core.numbers import format_number
from nnsim.gui.panel import quiet_button
from nnsim.gui.plot_panel import EmptyState, PlotPanel, TextLine
from nnsim.gui.session import Session
from nnsim.gui.theme import GRID, font
from nnsim.training.history import Points

if TYPE_CHECKING:
    from nnsim.gui.loss_plot import LossPlot

DIGITS = 3


class LossPanel(PlotPanel):
    """Train and test loss by epoch, of the run that goes on or of the last one."""

    id = "loss"

    def __init__(self, session: Session) -> None:
        super().__init__(session, QCoreApplication.translate("LossPanel", "Loss"))
        self.plot: LossPlot | None = None
        self._train, self._test = LossLine("loss_train"), LossLine("loss_test")
        self._log = quiet_button(self.tr("log"), "loss_log", self.tr("Logarithmic loss axis"), checkable=True)
        self._log.toggled.connect(self.update_document)
        self.add_to_header(self._train, self._test, self._log)
        self._empty = EmptyState("loss_empty")
        self._empty.say(self.tr("Train to see the loss fall"), self.tr("train solid, test dashed"))
        padded = QWidget()
        inside = QVBoxLayout(padded)
        inside.setContentsMargins(GRID, GRID, GRID, GRID)
        inside.addWidget(self._empty)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(padded)
        self.setMinimumSize(200, 80)

    def sizeHint(self) -> QSize:
        return QSize(300, 170)

    def build(self) -> None:
        from nnsim.gui.loss_plot import LossPlot

        self.plot = LossPlot("loss_plot")
        self.plot.setAccessibleName(self.tr("Loss by epoch"))
        self.plot.set_titles(self.tr("epoch"), self.tr("loss"))
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        column.addWidget(self.plot)
        self._pages.addWidget(page)

    def show_document(self) -> None:
        if self.plot is not None:
            self.plot.restyle()
        self.show_values()

    def show_values(self) -> None:
        latest = self.session.latest
        self._train.show_loss(self.tr("— train"), latest.train if latest else None)
        self._test.show_loss(self.tr("┄ test"), latest.test if latest else None)
        drawn = latest is not None and len(latest.train.epoch) > 1
        self._pages.setCurrentIndex(1 if drawn else 0)
        if drawn and latest is not None and self.plot is not None:
            self.plot.show_points(latest.train, latest.test, self._log.isChecked())
            self.plot.setAccessibleDescription(f"{self._train.text()}, {self._test.text()}")


class LossLine(TextLine):
    """The last loss of a curve; as wide as it ever gets, so that nothing moves while it changes."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._name = ""
        self.hide()

    def show_loss(self, name: str, points: Points | None) -> None:
        """Show the last value of ``points`` after ``name``; nothing where there is none."""
        there = points is not None and len(points.mean) > 0
        if name != self._name:
            self._name = name
            self.updateGeometry()
        if points is not None and there:
            self.set_text(f"{name} {format_number(float(points.mean[-1]), DIGITS)}")
        self.setVisible(there)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(font(self.size_name)).horizontalAdvance(f"{self._name} 0.00000")
        return QSize(width + 2, super().sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
