"""The one switch that says which samples every gradient in the window is of."""

from PySide6.QtCore import QCoreApplication

from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import HeaderChoice


class ScopeChoice(HeaderChoice):
    """This sample, this batch or all data; wherever it stands, it is the same switch."""

    def __init__(self, desk: Desk, name: str) -> None:
        def tr(text: str) -> str:
            return QCoreApplication.translate("ScopeChoice", text)

        super().__init__(name, tr("Gradients of this sample, of the next batch, or of all data"))
        self._study = desk.study
        self.set_choices(
            [("sample", tr("this sample")), ("batch", tr("this batch")), ("all", tr("all data"))],
            {"sample": tr("The sample that is fed to the inputs"), "batch": tr("The samples of Train's next update"),
             "all": tr("The mean over all training samples")})
        self.chosen.connect(self._study.set_scope)
        self._study.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.set_value(self._study.scope)
