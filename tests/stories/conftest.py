"""Fixtures of the stories: a real window and a hand that drives it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSettings, QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication

from nnsim.gui.app import make_app
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window import workspaces
from nnsim.gui.window.window import MainWindow


@contextmanager
def window_with_hand(place: Path) -> Iterator[Hand]:
    """A new window of 1440×900 with settings of its own, which lie in this folder; it is closed without saving.

    Panels are made when they are asked for, not before, while the window idles: few stories come to see them.
    """
    QStandardPaths.setTestModeEnabled(True)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(place / "settings"))
    make_app()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workspaces, "FILLING_MS", 3_600_000)
        window = MainWindow()
    window.resize(1440, 900)
    window.show_with_layout()
    QApplication.processEvents()
    yield Hand(window)
    forget_work(window)
    assert window.close()
    window.deleteLater()
    # Now, not when the event loop ends: a window half gone must not be restyled.
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def forget_work(window: MainWindow) -> None:
    """Whatever is open counts as saved."""
    window.desk.session.pause()
    window.desk.session.mark_saved(Path("nowhere.nnsim"), window.desk.session.live_document)


@pytest.fixture
def hand(qapp: QApplication, tmp_path: Path) -> Iterator[Hand]:
    """A hand on a window of one's own."""
    with window_with_hand(tmp_path) as hand:
        yield hand


@pytest.fixture(scope="module")
def window_of_the_module(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hand]:
    with window_with_hand(tmp_path_factory.mktemp("shared")) as hand:
        yield hand


@pytest.fixture
def shared(window_of_the_module: Hand) -> Hand:
    """A hand on a window that the stories of a module share, with nothing open: which panels and settings the others
    left in sight must not matter."""
    forget_work(window_of_the_module.window)
    window_of_the_module.window.files.new()
    window_of_the_module.settle()
    return window_of_the_module


def meanwhile(hand: Hand, busy: Callable[[], bool], *steps: Callable[[], object]) -> list[object]:
    """Have things done while the window is busy with something, one after the other; what they gave."""
    done: list[object] = []

    def go_on() -> None:
        if busy() and len(done) < len(steps):
            index = len(done)
            done.append(None)
            if len(done) == len(steps):
                timer.stop()
            done[index] = steps[index]()

    timer = QTimer(hand.window)
    timer.timeout.connect(go_on)
    timer.start(5)
    return done
