"""Errors inside the program: told once, in a log, and the document stays."""

import faulthandler
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.errors import LOG, Errors

FAULT = "import faulthandler, sys\nfrom pathlib import Path\nfrom nnsim.gui.window.errors import Errors\n"


@pytest.fixture
def watched(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Hand, Path]]:
    """A window whose errors come to it, and the folder of their log."""
    for module, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(faulthandler, "enable", lambda file: None)
    errors = Errors(tmp_path / "log")
    errors.watch()
    errors.happened.connect(hand.window.tell_error)
    yield hand, tmp_path / "log"
    errors._faults.close()
    logger = logging.getLogger("nnsim")
    for handler in logger.handlers:
        handler.close()
    logger.handlers = []


def test_an_error_is_told_once_with_its_details(watched: tuple[Hand, Path]) -> None:
    """In a slot, twice: one message, which a second error does not stack; its details can be copied; nothing moves."""
    hand, folder = watched
    hand.example("xor")
    before, place = hand.session.document, hand.canvas.mapToGlobal(hand.canvas.rect().topLeft())

    def fails() -> None:
        raise ZeroDivisionError("of the test")

    for _ in range(2):
        QTimer.singleShot(0, fails)
        hand.settle()
    assert hand.window.messages.isVisible()
    assert "of the test" in hand.find("message_text", QLabel).text()
    assert hand.canvas.mapToGlobal(hand.canvas.rect().topLeft()) == place
    hand.click("message_action")
    copied = QApplication.clipboard().text()
    assert "in fails" in copied and "Python 3" in copied and "of the test" in copied
    hand.click("message_close")
    assert not hand.window.messages.isVisible()
    assert (folder / LOG).read_text(encoding="utf-8").count("Traceback") == 1
    assert hand.session.document is before


def test_errors_of_a_paint_a_thread_a_destructor_and_a_hook(
    watched: tuple[Hand, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever an error is raised: it is heard of, and the window works on."""
    hand, folder = watched
    told: list[str] = []
    monkeypatch.setattr(hand.window.messages, "stand", lambda key, text, *rest, **more: told.append(text))

    class Destroyed:
        def __del__(self) -> None:
            raise OverflowError("while it goes")

    class Painted(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            painter = QPainter(self)
            painter.drawText(0, 0, str(int("paint")))

    Painted(hand.window).grab()
    thread = threading.Thread(target=lambda: int("thread"))
    thread.start()
    thread.join()
    del thread
    Destroyed()
    hand.settle()
    assert all(any(what in text for text in told) for what in ("paint", "thread", "while it goes")), told
    assert (folder / LOG).read_text(encoding="utf-8").count("Traceback") == 3


def test_an_error_that_cannot_be_written_still_leaves_the_window(watched: tuple[Hand, Path]) -> None:
    """Its own text fails."""
    hand, _ = watched

    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError

    sys.excepthook(Mute, Mute(), None)
    hand.settle()
    assert "Mute" in hand.find("message_text", QLabel).text()


def test_messages_wait_for_an_answer(hand: Hand) -> None:
    """What asks stays under what only tells, and through the opening of a document; what tells goes."""
    answered: list[str] = []
    bar = hand.window.messages
    bar.stand("offer", "An offer", "Take it", lambda: answered.append("taken"))
    bar.tell("Refused")
    bar.tell("Refused again")
    assert hand.find("message_text", QLabel).text() == "Refused again"
    assert not bar.action.isVisible()
    hand.example("xor")
    assert hand.find("message_text", QLabel).text() == "An offer"
    hand.click("message_action")
    assert answered == ["taken"] and not bar.isVisible()


def test_a_fault_is_shown_when_the_program_starts_again(tmp_path: Path, hand: Hand) -> None:
    """What kills the process is written by it, and told once."""
    folder = tmp_path / "log"
    code = FAULT + f"errors = Errors(Path({str(folder)!r}))\nprint(errors.last_fault)\n"
    died = subprocess.run([sys.executable, "-c", code + "faulthandler._sigsegv()"], capture_output=True, text=True)
    assert died.returncode < 0
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert "Segmentation fault" in said and "most recent call first" in said
    assert "Segmentation" not in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    hand.window.tell_fault(said)
    hand.click("message_action")
    assert "Segmentation fault" in QApplication.clipboard().text()


def test_an_error_at_the_very_end_is_in_the_log(tmp_path: Path) -> None:
    """When no window is left to tell of it."""
    code = FAULT + (f"errors = Errors(Path({str(tmp_path)!r}))\nerrors.watch()\nimport atexit\n"
                    "atexit.register(lambda: 1 / 0)\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ZeroDivisionError" in done.stderr and "ZeroDivisionError" in (tmp_path / LOG).read_text(encoding="utf-8")
