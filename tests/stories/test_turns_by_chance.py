"""Whatever comes while panels wait for their turn, no error is told, and what they show in the end is the document."""

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.gui.panels.panel import IN_STEP
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.panels import PANELS, WORKSPACES
from tests.stories.conftest import forget_work
from tests.stories.test_large_documents import rows

DOCUMENTS = (
    Document(Network.layered([20] * 10, seed=1), data=rows(8, 20, 20)),
    Document(Network.layered([2, 60, 50, 1], seed=2), data=rows(30, 2, 1)),
    Document(Network.layered([3, 900, 2], seed=2), data=rows(3, 3, 2)),
    Document(Network.layered([2, 4, 1], seed=3), data=rows(40_000, 2, 1)),
    Document(Network.layered([2, 2, 1], seed=2)),
    Document(),
)
KEYS = (Qt.Key.Key_Down, Qt.Key.Key_Tab, Qt.Key.Key_5, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Escape)


def live_through(hand: Hand, seed: int, steps: int) -> list[str]:
    """So many changes, each with something that comes when a few of those who wait have had their turn; which of the
    panels in sight do not show the document in the end."""
    chance, window, session = random.Random(seed), hand.window, hand.session

    def someone() -> QWidget:
        return chance.choice([w for w in window.findChildren(QWidget) if w.isVisible() and w.width() > 3])

    def select() -> None:
        if session.structure.neurons:
            hand.desk.looking.select([chance.choice(session.structure.neurons).id])

    def point() -> None:
        widget = someone()
        QTest.mouseMove(widget, QPoint(chance.randrange(widget.width()), chance.randrange(widget.height())))

    changes: tuple[Callable[[], object], ...] = (
        lambda: session.open_document(chance.choice(DOCUMENTS)), session.undo, select,
        lambda: session.open_document(chance.choice(DOCUMENTS)),
        lambda: window.workspaces.switch(chance.choice(WORKSPACES)),
        lambda: hand.canvas.commands.add_neuron(chance.choice(["input", "hidden", "output"])),
        lambda: window.workspaces.show_panel(chance.choice(list(PANELS))),
    )
    comes: tuple[Callable[[], object], ...] = (
        lambda: QTest.mouseClick(someone(), Qt.MouseButton.LeftButton),
        lambda: QTest.keyClick(someone(), chance.choice(KEYS)),
        lambda: QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
        lambda: window.resize(chance.choice([1280, 1440]), chance.choice([720, 900])),
        lambda: window.commands.set_theme(chance.choice(["light", "dark"])),
        lambda: session.train(updates=2), lambda: window.grab(), lambda: chance.choice(changes)(), point,
    )
    # A click may open a dialog, which would wait for ever.
    closer = QTimer(window)
    closer.timeout.connect(lambda: [w.close() for w in [QApplication.activeModalWidget()] if w is not None])
    closer.start(50)
    for _ in range(steps):
        chance.choice(changes)()
        forget_work(window)
        for _ in range(chance.randrange(3)):
            QApplication.sendPostedEvents()
        chance.choice(comes)()
        for _ in range(chance.randrange(3)):
            QApplication.processEvents()
        for other in QApplication.topLevelWidgets():
            if other is not window and other.isVisible():
                other.close()
    closer.stop()
    session.pause()
    hand.settle()
    assert set(hand.canvas.network_scene.neurons) == set(session.structure.by_id)
    in_sight = {id: panel for id, panel in window.panels.items() if panel.isVisible()}
    return [id for id, panel in in_sight.items() if not panel.seen or panel._behind != IN_STEP]


def test_no_error_is_told_between_two_turns(new_hand: Hand) -> None:
    assert live_through(new_hand, seed=2, steps=25) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(12))
def test_no_error_is_told_between_very_many_turns(new_hand: Hand, seed: int) -> None:
    assert live_through(new_hand, seed, steps=200) == []
