"""All functions that are compared, a row each: the name, the formula, and that of the slope."""

from collections.abc import Sequence

from PySide6.QtGui import QPen
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QWidget

from nnsim.gui.look.theme import GRID
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.forms import scrolled
from nnsim.gui.widgets.formulas import FormulaLabel
from nnsim.gui.widgets.labels import toned

Written = tuple[str, QPen]
"""A formula in LaTeX, and the pen of its curve."""


class ComparedFormulas(QScrollArea):
    """Stands beside the plot where there is room; scrolls if there are very many."""

    def __init__(self) -> None:
        super().__init__()
        name_widget(self, "activation_formulas", self.tr("Formulas of the functions that are compared"))
        self._page = QWidget()
        self._rows = column_in(self._page, GRID // 2, (0, 0, GRID, 0))
        self._rows.addStretch(1)
        scrolled(self._page, self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.shown: list[tuple[QLabel, FormulaLabel]] = []
        """Name and formulas of each function."""
        self.hide()

    def show_functions(self, functions: Sequence[tuple[str, Written, Written]], slopes: bool) -> None:
        """Show these: (name, f, f′), the slopes or not."""
        while len(self.shown) < len(functions):
            self._add()
        for (name, formulas), function in zip(self.shown, functions, strict=False):
            label, f, slope = function
            name.setText(label)
            formulas.set_formulas([f, slope] if slopes else [f])
        for place, row in enumerate(self.shown):
            for widget in row:
                widget.setVisible(place < len(functions))

    def _add(self) -> None:
        name, formulas = toned("small"), FormulaLabel()
        name_widget(formulas, f"activation_formula_{len(self.shown)}", self.tr("Formula"))
        self._rows.insertWidget(2 * len(self.shown), name)
        self._rows.insertWidget(2 * len(self.shown) + 1, formulas)
        self.shown.append((name, formulas))
