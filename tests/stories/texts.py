"""What can be read in a widget."""

from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QWidget

from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.widgets.labels import TextLine


def texts_in(widget: QWidget) -> list[str]:
    """All that is to be seen of it, and what a screen reader says; not what is typed into its fields."""
    texts = []
    for part in [widget, *(part for part in widget.findChildren(QWidget) if part.isVisible())]:
        if isinstance(part, QLineEdit):
            continue
        texts += [part.accessibleName(), part.accessibleDescription()]
        if isinstance(part, (QLabel, TextLine)):
            texts.append(part.text())
        elif isinstance(part, EquationList):
            texts += [part.text, *(cell.below for row in part.rows for cell in row.cells)]
        elif isinstance(part, QAbstractItemView):
            model = part.model()
            texts += [str(model.index(row, column).data())
                      for row in range(model.rowCount()) for column in range(model.columnCount())]
        elif callable(getattr(part, "text", None)):
            texts.append(part.text())
    return texts
