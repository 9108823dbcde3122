"""The Loss panel: the loss by epoch, of training and test samples."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize

from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.loss.line import LINE_DIGITS, LossLine
from nnsim.gui.panels.plot_panel import PlotPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import header_button
from nnsim.training.history import NO_POINTS

if TYPE_CHECKING:
    from nnsim.gui.panels.loss.plot import LossPlot


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
        self._log = header_button(self.tr("log"), "loss_log", self.tr("Logarithmic loss axis"), checkable=True)
        self._log.toggled.connect(self.update_document)
        self.add_to_header(self._train, self._test, self._log)
        self.leave_place()
        self._say_train()

    def _say_train(self) -> None:
        self.show_empty(self.tr("Train to see the loss fall"), self.tr("train solid, test dashed, running mean grey"))

    def make_plots(self) -> "tuple[LossPlot]":
        from nnsim.gui.panels.loss.plot import LossPlot

        self.plot = LossPlot("loss_plot")
        self.plot.setAccessibleName(self.tr("Loss by epoch"))
        self.plot.set_titles(self.tr("epoch"), self.tr("loss"))
        self.plot.running_line.setToolTip(self.tr(
            "The mean over the epoch, each sample as it passed: later ones met weights that earlier ones had changed."))
        return (self.plot,)

    def show_values(self) -> None:
        latest, digits = self.desk.session.latest, self.desk.study.short_digits(LINE_DIGITS)
        # Where an epoch is one update, its mean is the loss from before the update: nothing of its own.
        runs = latest is not None and latest.batches > 1 and len(latest.train.mean) > 1
        running = latest.train if latest is not None and runs else NO_POINTS
        self._train.show_loss("—", self.tr("train"), latest.loss if latest else None, digits)
        self._test.show_loss("┄", self.tr("test"), latest.test_loss if latest else None, digits)
        if latest is not None and len(latest.seen[0]) > 1:
            self.show_page()
            mean = float(running.mean[-1]) if len(running.mean) else None
            self.plot.running_line.show_loss("─", self.tr("running mean"), mean, digits)
            self.plot.show_points(latest.seen, latest.test, running, self._log.isChecked())
            lines = (line for line in (self._train, self._test, self.plot.running_line) if not line.isHidden())
            self.plot.setAccessibleDescription(", ".join(line.accessibleName() for line in lines))
        else:
            self._say_train()
