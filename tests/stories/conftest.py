"""Fixtures of the stories: a real window and a hand that drives it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QRect, QSettings, QStandardPaths, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QSlider

from nnsim.core.formulas.numbers import DIGITS
from nnsim.gui.app import make_app
from nnsim.gui.look.theme import presenting, text_scale, theme
from nnsim.gui.panels.activation.panel import FIRST
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window import workspaces
from nnsim.gui.window.panels import WORKSPACES
from nnsim.gui.window.window import MainWindow

SIZE = (1440, 900)


@contextmanager
def window_with_hand(place: Path) -> Iterator[Hand]:
    """A new window of 1440×900 with settings of its own, which lie in this folder; it is closed without saving.

    Panels are made when they are asked for, not before, while the window idles: few stories come to see them.
    """
    keep_settings_in(place)
    make_app()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workspaces, "FILLING_MS", 3_600_000)
        window = MainWindow()
    window.resize(*SIZE)
    window.show_with_layout()
    QApplication.processEvents()
    yield Hand(window)
    forget_work(window)
    assert window.close()
    window.deleteLater()
    # Now, not when the event loop ends: a window half gone must not be restyled.
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def keep_settings_in(place: Path) -> None:
    """From now on the learner's settings lie in this folder."""
    QStandardPaths.setTestModeEnabled(True)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(place / "settings"))


def forget_work(window: MainWindow) -> None:
    """Whatever is open counts as saved."""
    window.desk.session.pause()
    window.desk.session.mark_saved(Path("nowhere.nnsim"), window.desk.session.live_document)


def places(window: MainWindow) -> dict[str, QRect]:
    """Where the panels stand that are open."""
    return {id: dock.geometry() for id, dock in window.docks.items() if dock.isVisible()}


def chosen_in(window: MainWindow, id: str) -> list[object]:
    """What a learner has chosen in a panel: in the controls to be seen, and what it keeps beside them."""
    dock, panel = window.docks[id], window.panels[id]
    controls = [
        getattr(control, name)()
        for kind, name in ((QAbstractButton, "isChecked"), (QComboBox, "currentText"), (QLineEdit, "text"),
                           (QSlider, "value"))
        for control in dock.findChildren(kind) if control.isVisibleTo(dock)
    ]
    kept = {name: frozenset(value) if isinstance(value, set) else value for name, value in vars(panel).items()
            if isinstance(value, bool | float | str | set)}
    return [controls, kept]


class Reused:
    """A window that stories use one after the other: to make it as new takes a quarter of the time that a new one does.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._closing = ExitStack()
        self._hand: Hand | None = None
        self._arrangement: dict[str, QRect] = {}
        self._look: tuple[object, ...] = ()
        self._chosen: dict[str, list[object]] = {}

    def empty(self) -> Hand:
        """A hand on the window with nothing open, and all else as the last story left it."""
        if self._hand is None:
            self._hand = self._closing.enter_context(window_with_hand(self._place))
            self._hand.window.commands.apply_look()  # a window of a story's own may have left another
            self._hand.rest(0.05)  # what is made after it was painted
            self._arrangement = places(self._hand.window)
            self._look = theme(), text_scale(), presenting()
            self._chosen = {id: chosen_in(self._hand.window, id) for id in self._hand.window.panels}
        return Hand(self._hand.window)

    def renew(self, place: Path) -> Hand:
        """A hand on the window as it is when it is new; with settings of its own, which lie in this folder."""
        hand = self.empty()
        window, study = hand.window, hand.desk.study
        for name in ("draw_biases", "draw_products", "draw_names"):
            window.actions_by_name[name].setChecked(False)
        window.workspaces.leave_present()
        keep_settings_in(place)
        window.files.recent_changed.emit()
        study.set_scope("sample")
        if study.digits != DIGITS:
            study.set_digits(DIGITS)
        window.hints.start_again()
        if (theme(), text_scale(), presenting()) != self._look:
            window.commands.apply_look()
        window.resize(*SIZE)
        hand.settle()
        self._arrange(window)
        if self._drop_used(window):
            self._arrange(window)
        window.activateWindow()
        window.canvas.fit()
        window.canvas.setFocus()
        hand.settle()
        return hand

    def _arrange(self, window: MainWindow) -> None:
        """The first workspace in its first arrangement."""
        if window.workspaces.current is not WORKSPACES[0] or places(window) != self._arrangement:
            window.show_with_layout()
            QApplication.processEvents()

    def _drop_used(self, window: MainWindow) -> bool:
        """Panels in which something was chosen are made anew, at once or when they are asked for; whether there were
        such."""
        used = [id for id in window.panels if chosen_in(window, id) != self._chosen.get(id)]
        for id in used:
            for part in (window.docks[id].widget(), window.docks[id].titleBarWidget()):
                part.setParent(None)
                part.deleteLater()
                # Now: what has no parent is a window, and would be restyled as one.
                QApplication.sendPostedEvents(part, QEvent.Type.DeferredDelete)
            del window.panels[id]
        window.workspaces.prepare()
        return bool(used)

    def leave(self, broken: bool = False) -> None:
        """Nothing stays open in the window and beside it, and nothing is kept for its next start. If it is ``broken``
        the next story has another one."""
        if self._hand is None:
            return
        window = self._hand.window
        for other in QApplication.topLevelWidgets():
            if not isinstance(other, MainWindow) and other.isVisible():
                other.close()
        while window.messages.isVisible():
            window.messages.close_button.click()
        window.statusBar().clearMessage()
        forget_work(window)
        if broken:
            self.close()
        else:
            window.panels["activation"].function = FIRST  # without a neuron it keeps the last
            window.files.new()
            self._hand.settle()

    def close(self) -> None:
        """The end of the window; what comes after it has text of the usual size."""
        if self._hand is not None:
            self._hand.window.workspaces.leave_present()
        self._hand = None
        self._closing.close()


@pytest.fixture
def new_hand(qapp: QApplication, tmp_path: Path) -> Iterator[Hand]:
    """A hand on a window of one's own, for what a window does when it is new, or ends."""
    with window_with_hand(tmp_path) as hand:
        yield hand


@pytest.fixture(scope="module")
def reused(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reused]:
    """The window of a module's stories."""
    reused = Reused(tmp_path_factory.mktemp("window"))
    yield reused
    reused.close()


@pytest.fixture
def hand(request: pytest.FixtureRequest, reused: Reused, tmp_path: Path) -> Iterator[Hand]:
    """A hand on a window as new, which the stories of a module use one after the other."""
    failed = request.session.testsfailed
    yield reused.renew(tmp_path)
    reused.leave(broken=request.session.testsfailed > failed)


@pytest.fixture
def shared(request: pytest.FixtureRequest, reused: Reused) -> Iterator[Hand]:
    """A hand on the same window, with nothing open: which panels and settings the others left in sight must not
    matter."""
    failed = request.session.testsfailed
    yield reused.empty()
    reused.leave(broken=request.session.testsfailed > failed)


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
