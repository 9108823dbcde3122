"""The Matrices panel: each layer as h = g(W x + b), and as NumPy code."""

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QApplication

from nnsim.core.network import NetworkError
from nnsim.exchange.numpy_code import numpy_code
from nnsim.gui.look.theme import text_scale
from nnsim.gui.panels.low_panel import LowPanel
from nnsim.gui.panels.matrices.blocks import Cell
from nnsim.gui.panels.matrices.view import MatrixView
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import header_button
from nnsim.gui.widgets.controls import name_widget, plain_tip
from nnsim.gui.widgets.labels import TextLine


class MatricesPanel(LowPanel):
    """Cells that can be edited, and a button that copies the whole network as a NumPy program."""

    id = "matrices"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("MatricesPanel", "Matrices"))
        self.view = MatrixView(desk)
        name_widget(self.view, "matrix_view", self.tr("Matrices of the layers"))
        self.status = CellLine("matrices_status", "muted", "body", Qt.AlignmentFlag.AlignRight, tells_all=True)
        self.copy = header_button(self.tr("Copy NumPy code"), "matrices_copy", self.tr("Copy NumPy code"))
        # Low enough for a title bar among tabs.
        self.copy.setStyleSheet("padding: 1px 6px; min-height: 0;")
        self._copy_tip = self.tr("The whole network as a program that needs NumPy alone")
        self.copy.clicked.connect(self._copy)
        self.add_to_header(self.status, self.copy)
        self.pages.addWidget(self.view)
        self.view.pointed.connect(self._show_status)
        self.setFocusProxy(self.view)

    def update_document(self) -> None:
        desk = self.desk
        why = " ".join(problem.message for problem in desk.session.problems)
        self.copy.setEnabled(not why)
        self.copy.setToolTip(plain_tip(why or self._copy_tip))
        self.view.show_layers()
        if self.view.grid.blocks:
            self.show_page()
            self._show_status(self.view.at)
        else:
            self.show_empty(self.tr("Add neurons to see their weights as matrices"), why)
            self._show_status(None)

    def follow_values(self) -> None:
        self.view.show_values()
        self._show_status(self.view.at)

    def _show_status(self, cell: Cell | None) -> None:
        text = "" if cell is None else self.view.about(cell)
        self.status.set_text(text)
        self.view.setAccessibleDescription(text)

    def _copy(self) -> None:
        desk = self.desk
        network, row = desk.session.network, desk.looking.input_row[0]
        try:
            code = desk.session.beside.run(lambda: numpy_code(network, row), self.tr("Writing the NumPy code …"))
        except (NetworkError, ValueError) as error:
            desk.session.refuse(str(error))
            return
        QApplication.clipboard().setText(code)
        desk.session.say(self.tr("The network is in the clipboard as NumPy code."))


class CellLine(TextLine):
    """The cell that is pointed at, in words; always as wide, so that nothing moves while the mouse does."""

    def sizeHint(self) -> QSize:
        return QSize(round(320 * text_scale()), super().sizeHint().height())
