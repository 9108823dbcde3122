"""Rows and columns of widgets, with their gaps and margins in pixels."""

from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

Margins = tuple[int, int, int, int]
"""Left, top, right, bottom."""
NO_MARGINS = (0, 0, 0, 0)


def column_in(owner: QWidget | None, gap: int = 0, margins: Margins = NO_MARGINS) -> QVBoxLayout:
    """The layout of ``owner``, or one to be put into another: its parts one under the other."""
    column = QVBoxLayout() if owner is None else QVBoxLayout(owner)
    column.setContentsMargins(*margins)
    column.setSpacing(gap)
    return column


def row_in(owner: QWidget | None, gap: int = 0, margins: Margins = NO_MARGINS) -> QHBoxLayout:
    """The layout of ``owner``, or one to be put into another: its parts side by side."""
    row = QHBoxLayout() if owner is None else QHBoxLayout(owner)
    row.setContentsMargins(*margins)
    row.setSpacing(gap)
    return row


def clear(layout: QLayout, keep: QWidget | None = None) -> None:
    """Take all widgets out of a layout, and delete all but one."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None and widget is not keep:
            widget.hide()
            widget.deleteLater()
