"""A program that the system ends: what was edited is kept, it ends in order and with the right status, and the next
start offers what was kept.

One process has all imported and forks a window for each of them.
"""

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.documents.journal import Leftover, RecoveryJournal

WINDOWS = '''
import os, signal, sys
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from nnsim.documents.examples import EXAMPLES
from nnsim.gui import app

def say(text):
    os.write(1, f"{text}\\n".encode())

class Window(app.MainWindow):
    def show_with_layout(self):
        super().show_with_layout()
        QTimer.singleShot(0, self, getattr(self, doing))

    def edit(self):
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.edit_more)
        self.timer.start(20)

    def edit_more(self):
        self.canvas.commands.add_neuron("hidden")
        say(len(self.desk.session.structure.neurons))

    def train(self):
        self.files.open_example(EXAMPLES["xor_to_learn"])
        self.desk.session.set_speed(None)
        self.desk.session.train()
        self.desk.values_changed.connect(self.say_epoch)

    def say_epoch(self):
        if self.desk.session.epoch:
            say(self.desk.session.epoch)

    def leave(self):
        self.canvas.commands.add_neuron("hidden")
        say(1)
        QApplication.exit(7)

    def announce_logout(self):
        self.canvas.commands.add_neuron("hidden")
        QApplication.instance().commitDataRequest.emit(None)
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.answer)
        self.timer.start(10)

    def answer(self):
        question = QApplication.activeModalWidget()
        if question:
            self.timer.stop()
            say("asked")
            question.button(question.StandardButton.Discard).click()

    def quit(self):
        QApplication.sendEvent(QApplication.instance(), QEvent(QEvent.Type.Quit))

    def log_out(self):
        self.announce_logout()
        say(1)
        self.quit()

    def log_out_twice(self):
        self.announce_logout()
        self.log_out()

    def call_logout_off(self):
        self.announce_logout()
        self.canvas.commands.add_neuron("hidden")
        say(2)

    def call_logout_off_and_quit(self):
        self.announce_logout()
        QTest.mouseClick(self.canvas.viewport(), Qt.MouseButton.LeftButton)
        say(1)
        self.quit()

    def offer(self):
        if not self.messages.isVisible():
            QTimer.singleShot(10, self, self.offer)
            return
        say(self.findChild(QLabel, "message_text").text())
        QApplication.exit(0)

# Whoever runs the tests in the background may have had them ignored, and what is ignored stays so.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
app.MainWindow = Window
say("ready")
for line in sys.stdin:
    doing, os.environ["HOME"] = line.split()
    process = os.fork()
    if not process:
        sys.exit(app.run())
    say(f"process {process}")
    say(f"ended {os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])}")
'''


class Windows:
    """Windows in processes of their own, one after the other."""

    def __init__(self, said: IO[str], ask: IO[str], home: Path) -> None:
        self._said, self._ask, self._home = said, ask, home
        assert said.readline() == "ready\n"
        self.seconds = 0.0
        """How long the last one took to end."""

    @property
    def journal(self) -> Path:
        """Where the journals lie."""
        return self._home / ".local/share/nnsim/nnsim/recovery"

    def open(self, doing: str, end: Callable[[int], None] = lambda _: None, after: int = 0) -> tuple[int, str]:
        """Open one that does this, and end it when it has said so many numbers: its status, and what it said last
        before that."""
        self._ask.write(f"{doing} {self._home}\n")
        self._ask.flush()
        process, last, begun = 0, "", 0.0
        guard = threading.Timer(60, lambda: os.kill(process, signal.SIGKILL))
        guard.start()
        try:
            for line in self._said:
                word, _, rest = line.strip().partition(" ")
                if word == "process":
                    process = int(rest)
                elif word == "ended":
                    self.seconds = time.monotonic() - begun
                    return int(rest), last
                elif not begun:
                    last = line.strip()
                    if not last.isdecimal() or int(last) >= after:
                        begun = time.monotonic()
                        end(process)
        finally:
            guard.cancel()
        raise AssertionError("it ended without a word")

    def leftovers(self) -> tuple[Leftover, ...]:
        """What the next start finds; it is not taken."""
        journal = RecoveryJournal(self.journal)
        found = journal.leftovers()
        journal.close()
        return found


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """Windows in processes of their own, with a home of their own."""
    root, home = Path(__file__).resolve().parents[1], tmp_path_factory.mktemp("home")
    environment = {**os.environ, "PYTHONPATH": str(root), "NNSIM_ENGINE": "numpy", "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("XDG_DATA_HOME", None)
    with subprocess.Popen([sys.executable, "-c", WINDOWS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, env=environment, cwd=home) as process:
        assert process.stdout is not None and process.stdin is not None
        yield Windows(process.stdout, process.stdin, home)
        process.stdin.close()


SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


def sent(number: signal.Signals) -> Callable[[int], None]:
    """What sends a process this."""
    return lambda process: os.kill(process, number)


def check_edits(windows: Windows, number: signal.Signals, after: int) -> None:
    """Every neuron that was on the canvas is kept."""
    status, last = windows.open("edit", sent(number), after)
    (left,) = windows.leftovers()
    kept = len(left.load().network.structure.neurons)
    left.discard()
    assert status == 128 + number and kept >= int(last) >= after


def check_training(windows: Windows, number: signal.Signals, after: int) -> None:
    """The weights are kept that training had come to, under the example's name."""
    status, _ = windows.open("train", sent(number), after)
    (left,) = windows.leftovers()
    network, begin = left.load().network, load(EXAMPLES["xor_to_learn"].path).network
    left.discard()
    assert status == 128 + number and left.note.title == EXAMPLES["xor_to_learn"].title and left.note.speed is None
    assert (network.parameters != begin.parameters).all()


def test_a_signal_while_editing_loses_nothing_and_is_offered(windows: Windows) -> None:
    """The last edit was a moment ago: the next start offers it."""
    status, last = windows.open("edit", sent(signal.SIGTERM), after=3)
    assert status == 128 + signal.SIGTERM
    status, said = windows.open("offer")
    assert status == 0 and "was kept" in said
    (left,) = windows.leftovers()
    assert len(left.load().network.structure.neurons) >= int(last)
    left.discard()


def test_a_signal_while_training_loses_nothing(windows: Windows) -> None:
    """As Ctrl-C in a terminal."""
    check_training(windows, signal.SIGINT, after=1)


def test_whatever_else_ends_it_keeps_the_work(windows: Windows) -> None:
    """An end without a closed window; and a terminal that is closed after a logout that was called off: the program
    had gone on keeping."""
    for doing, end, expected in (("leave", lambda _: None, (7, 1)),
                                 ("call_logout_off", sent(signal.SIGHUP), (128 + signal.SIGHUP, 2))):
        status, _ = windows.open(doing, end)
        (left,) = windows.leftovers()
        assert (status, len(left.load().network.structure.neurons)) == expected
        left.discard()


def test_a_logout_asks_nothing_and_loses_nothing(windows: Windows) -> None:
    """The system asks what is to be kept, maybe twice, and then has it quit: the next start offers the work."""
    for doing, neurons in (("log_out", 1), ("log_out_twice", 2)):
        status, said = windows.open(doing)
        (left,) = windows.leftovers()
        assert (status, said, len(left.load().network.structure.neurons)) == (0, "1", neurons)
        left.discard()


def test_whoever_goes_on_after_a_logout_was_called_off_is_asked_as_ever(windows: Windows) -> None:
    """Here the work is given up: nothing of it is left."""
    assert windows.open("call_logout_off_and_quit", after=2) == (0, "asked")
    assert windows.leftovers() == ()


@pytest.mark.soak
@pytest.mark.parametrize("check", [check_edits, check_training])
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_hundred_signals(windows: Windows, number: signal.Signals, check: Callable[..., None]) -> None:
    """After few edits or many; no death by another signal, none that hangs, and nothing lost."""
    seconds = []
    for n in range(100):
        check(windows, number, 1 + n % 7)
        seconds.append(windows.seconds)
    print(f"{number.name} {check.__name__}: ended after {statistics.median(seconds):.2f} s, at most "
          f"{max(seconds):.2f} s")
