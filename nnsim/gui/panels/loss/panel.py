"""The Loss panel: the loss by epoch, of training and test samples."""

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QFontMetrics, QResizeEvent

from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.theme import GRID, font, set_role
from nnsim.gui.panels.plot_panel import PlotPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import quiet_button
from nnsim.gui.widgets.labels import TextLine
from nnsim.training.history import NO_POINTS

if TYPE_CHECKING:
    from nnsim.gui.panels.loss.plot import LossPlot

DIGITS = 3


class LossPanel(PlotPanel):
    """Train and test loss by epoch, of the current run or of the last one.

    The losses are those of the weights that are shown; the running mean over each epoch, in which every sample was
    asked when it passed, is a grey line of its own.
    """

    id = "loss"
    size_hint, least_size = QSize(300, 170), QSize(200, 80)
    margins = (GRID // 2, GRID // 2, GRID // 2, GRID // 2)
    plot: "LossPlot"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("LossPanel", "Loss"))
        self._train, self._test = LossLine("loss_train"), LossLine("loss_test")
        self._running = LossLine("loss_running")
        set_role(self._running, tone="muted")
        self._running.setToolTip(self.tr(
            "The mean over the epoch, each sample as it passed: later ones met weights that earlier ones had changed."))
        self._log = quiet_button(self.tr("log"), "loss_log", self.tr("Logarithmic loss axis"), checkable=True)
        self._log.toggled.connect(self.update_document)
        self.add_to_header(self._train, self._test, self._running, self._log)
        self.leave_place()
        self._say_train()

    def _say_train(self) -> None:
        self.show_empty(self.tr("Train to see the loss fall"), self.tr("train solid, test dashed, running mean grey"))

    def make_plots(self) -> "tuple[LossPlot]":
        from nnsim.gui.panels.loss.plot import LossPlot

        self.plot = LossPlot("loss_plot")
        self.plot.setAccessibleName(self.tr("Loss by epoch"))
        self.plot.set_titles(self.tr("epoch"), self.tr("loss"))
        return (self.plot,)

    def show_values(self) -> None:
        latest = self.desk.session.latest
        # Where an epoch is one update, its mean is the loss from before the update: nothing of its own.
        runs = latest is not None and latest.batches > 1 and len(latest.train.mean) > 1
        running = latest.train if latest is not None and runs else NO_POINTS
        self._train.show_loss("—", self.tr("train"), latest.loss if latest else None)
        self._test.show_loss("┄", self.tr("test"), latest.test_loss if latest else None)
        self._running.show_loss("─", self.tr("running mean"), float(running.mean[-1]) if len(running.mean) else None)
        if latest is not None and len(latest.seen[0]) > 1:
            self.show_page()
            self.plot.show_points(latest.seen, latest.test, running, self._log.isChecked())
            lines = (line for line in (self._train, self._test, self._running) if not line.isHidden())
            self.plot.setAccessibleDescription(", ".join(line.accessibleName() for line in lines))
        else:
            self._say_train()


class LossLine(TextLine):
    """The last loss of a curve after its name; where there is little room, only after the sign of its line."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._sign, self._curve, self._number = "", "", ""
        self.hide()

    def show_loss(self, sign: str, curve: str, loss: float | None) -> None:
        """Show the loss; nothing where there is none. One that nobody has worked out yet is …"""
        if (sign, curve) != (self._sign, self._curve):
            self._sign, self._curve = sign, curve
            self.updateGeometry()
        if loss is not None:
            self._number = "…" if math.isnan(loss) else format_number(loss, DIGITS)
            self._fit()
        self.setVisible(loss is not None)

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
