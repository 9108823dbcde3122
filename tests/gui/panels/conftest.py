"""Fixtures for the tests of panels."""

from collections.abc import Iterator
from typing import Protocol, TypeVar

import pytest
from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from nnsim.gui.look.theme import dress
from nnsim.gui.panels.late_panel import LatePanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.cards import body_frame, header_frame

P = TypeVar("P", bound=LatePanel)


class ShowCard(Protocol):
    """``show_card(panel, width, height)`` gives the panel back, shown and built."""

    def __call__(self, panel: P, width: int, height: int) -> P: ...


def resize(panel: QWidget, width: int, height: int) -> None:
    """Make the card of a panel so large that the panel has this size."""
    card = panel.window()
    card.resize(card.size() - panel.size() + QSize(width, height))


@pytest.fixture
def show_card(qapp: QApplication, desk: Desk) -> Iterator[ShowCard]:
    """Shows a panel as the window does: under its title bar, in a card of this size."""
    cards: list[QWidget] = []

    def show(panel: P, width: int, height: int) -> P:
        card = QWidget()
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header_frame(panel.title, panel.header)[0])
        column.addWidget(body_frame(panel), 1)
        dress(card)
        card.resize(width, height)
        cards.append(card)
        card.show()
        rounds = 0
        while not panel.built and (rounds := rounds + 1) < 100:
            QApplication.processEvents()  # its first paint has it built
        assert panel.built
        QApplication.processEvents()
        return panel

    yield show
    for card in cards:
        card.close()
        card.deleteLater()
        # Now, not when the garbage is collected: that may be while another test restyles all widgets.
        QApplication.sendPostedEvents(card, QEvent.Type.DeferredDelete)
