"""The Loss panel: the loss by epoch, of training and test samples."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QFontMetrics, QResizeEvent

from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.theme import GRID, font
from nnsim.gui.panels.plot_panel import PlotPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import quiet_button
from nnsim.gui.widgets.labels import TextLine
from nnsim.training.history import Points

if TYPE_CHECKING:
    from nnsim.gui.panels.loss.plot import LossPlot

DIGITS = 3


class LossPanel(PlotPanel):
    """Train and test loss by epoch, of the current run or of the last one."""

    id = "loss"
    size_hint, least_size = QSize(300, 170), QSize(200, 80)
    margins = (GRID // 2, GRID // 2, GRID // 2, GRID // 2)
    plot: "LossPlot"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("LossPanel", "Loss"))
        self._train, self._test = LossLine("loss_train"), LossLine("loss_test")
        self._log = quiet_button(self.tr("log"), "loss_log", self.tr("Logarithmic loss axis"), checkable=True)
        self._log.toggled.connect(self.update_document)
        self.add_to_header(self._train, self._test, self._log)
        self.leave_place()
        self._say_train()

    def _say_train(self) -> None:
        self.show_empty(self.tr("Train to see the loss fall"), self.tr("train solid, test dashed"))

    def make_plots(self) -> "tuple[LossPlot]":
        from nnsim.gui.panels.loss.plot import LossPlot

        self.plot = LossPlot("loss_plot")
        self.plot.setAccessibleName(self.tr("Loss by epoch"))
        self.plot.set_titles(self.tr("epoch"), self.tr("loss"))
        return (self.plot,)

    def show_values(self) -> None:
        latest = self.desk.session.latest
        self._train.show_loss("—", self.tr("train"), latest.train if latest else None)
        self._test.show_loss("┄", self.tr("test"), latest.test if latest else None)
        if latest is not None and len(latest.train.epoch) > 1:
            self.show_page()
            self.plot.show_points(latest.train, latest.test, self._log.isChecked())
            self.plot.setAccessibleDescription(f"{self._train.accessibleName()}, {self._test.accessibleName()}")
        else:
            self._say_train()


class LossLine(TextLine):
    """The last loss of a curve after its name; where there is little room, only after the sign of its line."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._sign, self._curve, self._number = "", "", ""
        self.hide()

    def show_loss(self, sign: str, curve: str, points: Points | None) -> None:
        """Show the last value of ``points``; nothing where there is none."""
        if (sign, curve) != (self._sign, self._curve):
            self._sign, self._curve = sign, curve
            self.updateGeometry()
        if points is not None and len(points.mean):
            self._number = format_number(float(points.mean[-1]), DIGITS)
            self._fit()
        self.setVisible(points is not None and len(points.mean) > 0)

    def sizeHint(self) -> QSize:
        # As wide as it ever gets, so that nothing moves while the number changes.
        return QSize(self._width(f"{self._sign} {self._curve} 0.000000"), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        whole = f"{self._sign} {self._curve} {self._number}"
        self.set_text(whole if self._width(whole) <= self.width() else f"{self._sign} {self._number}")
        self.setAccessibleName(f"{self._curve} {self._number}")

    def _width(self, text: str) -> int:
        return QFontMetrics(font(self.size_name)).horizontalAdvance(text) + 2
