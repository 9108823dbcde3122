"""Panels: the cards around the canvas, each a view of the session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from nnsim.documents.document import Document
from nnsim.gui.look.theme import GRID, font, set_role
from nnsim.gui.session.session import Session
from nnsim.gui.widgets.controls import ElidedLabel

TITLE_LETTERS = 14
"""Of a card's title that are never cut for want of room."""


class Panel(QWidget):
    """A view of the session. Hidden, it does no work; shown again, it catches up.

    A panel overrides ``update_document`` (structure, selection, data, settings or theme may differ) and
    ``update_values`` (only values differ: called up to 30 times a second while training, so it must be
    cheap). ``header`` is a row at the right end of its title bar for a line of status or small controls.
    """

    title_changed = Signal(str)
    id = ""
    """Stable name, for objectName and the stored layout."""

    def __init__(self, session: Session, title: str) -> None:
        super().__init__()
        self.session = session
        self.title = title
        self.setObjectName(self.id)
        self.setAccessibleName(title)
        self.header = QWidget()
        row = QHBoxLayout(self.header)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self._stale = True
        session.document_changed.connect(self._on_document)
        session.selection_changed.connect(self._on_change)
        session.run_changed.connect(self._on_change)
        session.plane_changed.connect(self._on_change)
        session.study.changed.connect(self._on_change)
        session.values_changed.connect(self._on_values)

    def update_document(self) -> None:
        """Show the session's document, selection and run anew."""

    def update_values(self) -> None:
        """Show the values of now."""

    def set_title(self, title: str) -> None:
        """Another title, because the panel shows something else now."""
        if title != self.title:
            self.title = title
            self.setAccessibleName(title)
            self.title_changed.emit(title)

    def add_to_header(self, *widgets: QWidget) -> None:
        """Put small controls or labels at the right end of the title bar."""
        layout = self.header.layout()
        assert layout is not None
        for widget in widgets:
            layout.addWidget(widget)

    def _on_document(self, old: Document, new: Document) -> None:
        # Where only values or places differ, values_changed follows and is enough.
        if (old.network.structure, old.data, old.training, old.notes) != (
            new.network.structure,
            new.data,
            new.training,
            new.notes,
        ):
            self._on_change()

    @property
    def seen(self) -> bool:
        """Whether it can be seen: neither closed nor behind another tab."""
        return self.isVisible()

    def _on_change(self) -> None:
        if self.seen:
            self.update_document()
        else:
            self._stale = True

    def _on_values(self) -> None:
        if self.seen:
            self.update_values()
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.update_document()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # What it lit was pointed at in it.
        self.session.study.light()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._on_change()


class LowPanel(Panel):
    """A panel for the place below the canvas: wide and low, full of numbers and formulas."""

    def __init__(self, session: Session, title: str) -> None:
        super().__init__(session, title)
        # Also where the window runs from right to left, mathematics does not.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def sizeHint(self) -> QSize:
        return QSize(640, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 96)


class Paced(QObject):
    """Lets something that is too slow for 30 times a second be done 10 times a second, or less, while training.

    All that is paced shares a part of the time (``Session.pace``), so that canvas and map stay smooth beside it. The
    last of several wishes is always fulfilled.
    """

    INTERVAL_MS = 100

    def __init__(self, panel: Panel, session: Session, do: Callable[[], None], interval_ms: int = INTERVAL_MS) -> None:
        super().__init__(panel)
        self._panel, self._session, self._do = panel, session, do
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._interval = interval_ms
        self._timer.timeout.connect(self._late)
        self._wished = False

    def update(self) -> None:
        """Do it now, or soon if it, or something else that is slow, was done a moment ago in a run that goes on."""
        pace = self._session.pace
        if not self._session.training:
            self._do()
        elif self._timer.isActive():
            self._wished = True
        elif wait := pace.wait_ms():
            self._wished = True
            self._timer.start(wait)
        else:
            with pace.piece():
                self._do()
            self._timer.start(self._interval)

    def _late(self) -> None:
        if self._wished and self._panel.seen:
            self._wished = False
            self.update()


class CardHeader(QFrame):
    """The title bar of a card. A dock gives it the height it hints at, whatever its fixed height is."""

    def __init__(self, title: QLabel, extra: QWidget | None) -> None:
        super().__init__()
        self.title = title
        set_role(self, card="header")
        self.row = QHBoxLayout(self)
        # Margins are not mirrored where the window is; space between the parts is.
        self.row.setContentsMargins(GRID, 3, GRID, 3)
        self.row.setSpacing(GRID // 2)
        self.row.addSpacing(GRID // 2)
        self.row.addWidget(title)
        self.row.addStretch(1)
        self._before = self.row.count() - 1
        if extra is not None:
            self.row.addWidget(extra)
        self.row.addStretch(0)
        self._after = self.row.count() - 1

    def show_title(self, shown: bool) -> None:
        """Show the title, or let the controls begin in its place."""
        self.title.setVisible(shown)
        self.row.setStretch(self._before, int(shown))
        self.row.setStretch(self._after, int(not shown))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.minimumHeight())


def header_frame(title: str, extra: QWidget | None = None) -> tuple[CardHeader, QHBoxLayout]:
    """The title bar of a card: its title at the left, ``extra`` at the right."""
    label = ElidedLabel(title, least=TITLE_LETTERS)
    label.setObjectName("card_title")
    set_role(label, tone="title")
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
    column = QVBoxLayout(frame)
    column.setContentsMargins(1, 0, 1, 1)
    column.addWidget(content)
    return frame


def close_together(*widgets: QWidget) -> QWidget:
    """Small controls for a title bar that belong together, with nothing between them."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    for widget in widgets:
        row.addWidget(widget)
    return box


def quiet_button(text: str, name: str, tip: str, checkable: bool = False) -> QToolButton:
    """A small borderless button for a title bar."""
    button = QToolButton()
    button.setText(text)
    button.setObjectName(name)
    button.setAccessibleName(tip)
    button.setToolTip(tip)
    button.setCheckable(checkable)
    set_role(button, kind="quiet")
    return button
