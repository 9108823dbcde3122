"""Cards: title bar, body, and the small controls of a title bar."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from nnsim.gui.look.theme import GRID, font, set_role, text_scale
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.controls import name_widget, plain_tip
from nnsim.gui.widgets.labels import ElidedLabel

MOST_MEASURED = 500
"""A choice of more is as wide as one may be: to measure all labels would take long."""
TITLE_LETTERS = 14
"""Of a card's title that are never cut for want of room."""


class CardHeader(QFrame):
    """The title bar of a card. A dock gives it the height it hints at, whatever its fixed height is."""

    def __init__(self, title: QLabel, extra: QWidget | None) -> None:
        super().__init__()
        self.title = title
        self._shows = (True, False)
        set_role(self, card="header")
        # Margins are not mirrored where the window is; space between the parts is.
        self.row = row_in(self, GRID // 2, (GRID, 3, GRID, 3))
        self.row.addSpacing(GRID // 2)
        self.row.addWidget(title)
        self.row.addStretch(1)
        self._before = self.row.count() - 1
        if extra is not None:
            self.row.addWidget(extra)
        self.row.addStretch(0)
        self._after = self.row.count() - 1

    def show_title(self, shown: bool, controls_at_end: bool = False) -> None:
        """Show the title, or let the controls begin in its place, if they do not stay at the end."""
        # A label that was not shown yet counts as hidden, whatever it will be.
        if self._shows != (shown, controls_at_end):
            self._shows = (shown, controls_at_end)
            self.title.setVisible(shown)
            self.row.setStretch(self._before, int(shown or controls_at_end))
            self.row.setStretch(self._after, int(not shown and not controls_at_end))

    def least_height(self) -> int:
        """As high as its controls are: for one that leaves its title to a tab, and its room to what it stands over."""
        border = self.height() - self.contentsRect().height()
        return self.row.sizeHint().height() + border

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.minimumHeight())


def header_frame(title: str, extra: QWidget | None = None) -> tuple[CardHeader, QHBoxLayout]:
    """The title bar of a card: its title at the left, ``extra`` at the right."""
    label = ElidedLabel(title, least=TITLE_LETTERS, name="card_title", tone="title")
    frame = CardHeader(label, extra)
    frame.setFixedHeight(header_height())
    return frame, frame.row


def header_height(among_tabs: bool = False) -> int:
    """The height of a title bar; lower where a tab above it has the title."""
    return QFontMetrics(font("body")).height() + (19 if among_tabs else 21)


def body_frame(content: QWidget) -> QFrame:
    """The lower part of a card around ``content``."""
    frame = QFrame()
    set_role(frame, card="body")
    column = column_in(frame, 0, (1, 0, 1, 1))
    column.addWidget(content)
    return frame


def close_together(*widgets: QWidget) -> QWidget:
    """Small controls for a title bar that belong together, with nothing between them."""
    box = QWidget()
    row = row_in(box)
    for widget in widgets:
        row.addWidget(widget)
    return box


def quiet_button(text: str, name: str, tip: str, checkable: bool = False) -> QToolButton:
    """A small borderless button, for a picture or a sign that says by itself that it can be pressed."""
    button = QToolButton()
    button.setText(text)
    name_widget(button, name, tip, tip)
    button.setCheckable(checkable)
    set_role(button, kind="quiet")
    return button


def header_button(text: str, name: str, tip: str, checkable: bool = False) -> QToolButton:
    """A small button for a title bar that says in a word what it does: with a border, so that it is no label."""
    button = quiet_button(text, name, tip, checkable)
    set_role(button, kind="header")
    return button


def _tr(text: str) -> str:
    return QCoreApplication.translate("PlotPanel", text)


def zoom_buttons(name: str, zoom: Callable[[int], None]) -> tuple[QToolButton, QToolButton]:
    """− and + for a title bar; ``zoom(by)`` is asked to see more of the axis (−1), or less of it (1)."""
    farther = header_button("−", f"{name}_zoom_out", _tr("See more of the axis"))
    nearer = header_button("+", f"{name}_zoom_in", _tr("See the point closer"))
    for button, by in ((farther, -1), (nearer, 1)):
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda checked=False, by=by: zoom(by))
    return farther, nearer


class HeaderChoice(ChoiceField):
    """A choice for a title bar: as wide as what is chosen, cut with … where it is narrower."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        name_widget(self, name, tip, plain_tip(tip))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        # Low enough for a title bar, and with its margin where the text begins.
        sides = "1px 6px 1px 0" if self.isRightToLeft() else "1px 0 1px 6px"
        self.setStyleSheet(f"QComboBox {{ padding: {sides}; }}")

    def set_choices(self, choices: Iterable[tuple[Any, str]], about: Mapping[Any, str] | None = None) -> None:
        super().set_choices(choices, about)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        most = round(12 * GRID * text_scale())
        width = (most if self.count() > MOST_MEASURED else min(self.widest, most)) + round(4 * GRID * text_scale())
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 7 * GRID), super().minimumSizeHint().height())
