"""Starting the program with a window."""

import atexit
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    QStandardPaths,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from nnsim.gui.look.collection import Collector
from nnsim.gui.look.settings import stored_look
from nnsim.gui.look.theme import apply_theme
from nnsim.gui.window.errors import Errors
from nnsim.gui.window.window import MainWindow
from nnsim.resources import resource
from nnsim.training import engines

WINDOW_LIBRARIES = (
    "libxkbcommon-x11.so.0", "libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-keysyms.so.1", "libxcb-shape.so.0",
) if sys.platform == "linux" else ()
"""What Qt needs for a window and does not bring along, as scripts/setup.sh has it for an X display."""

SWITCH_SECONDS = 0.0005
"""How long the training thread may keep the interpreter. Python's 5 ms make the window stutter."""

SHOWN_MS = 400
"""By then the first window is painted."""

LOOK_MS = 200
"""How often a signal is looked for where nothing tells of one."""


def make_app(argv: list[str] | None = None) -> QApplication:
    """The QApplication, with name, icon and look. Where there can be no window the program ends, and says why."""
    sys.setswitchinterval(SWITCH_SECONDS)
    existing = QApplication.instance()
    with _saying_why_no_window():
        app = existing if isinstance(existing, QApplication) else QApplication(argv or ["nnsim"])
    app.setApplicationName("nnsim")
    app.setOrganizationName("nnsim")
    QGuiApplication.setDesktopFileName("nnsim")
    app.setWindowIcon(QIcon(str(resource("desktop/nnsim.svg"))))
    atexit.register(_leave_clipboard)
    apply_theme(app, *stored_look())
    return app


def run(file: str | None = None) -> int:
    """Open the window, with a file if one is named. Returns the exit status."""
    app = make_app(sys.argv)
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)
    errors = Errors(Path(folder) / "log", app)
    errors.watch()
    window = MainWindow()
    errors.happened.connect(window.tell_error)
    if errors.last_fault:
        window.tell_fault(errors.last_fault)
    window.show_with_layout()
    if file is not None:
        QTimer.singleShot(0, window, lambda: window.files.open(Path(file)))
    QTimer.singleShot(SHOWN_MS, window, lambda: engines.prepare_in_background())
    collector = Collector(window)
    app.commitDataRequest.connect(Logout(window, app).on_announced)
    app.aboutToQuit.connect(window.end_now)
    try:
        with _ending_on_signals(window):
            return app.exec()
    finally:
        collector.end()


class Logout(QObject):
    """The end of the system's session: when it is announced, unsaved work is kept; when it comes, nothing is asked.

    In between it may be called off. Then the program goes on, and goes on keeping; whoever closes the window after that
    is asked as ever.
    """

    def __init__(self, window: MainWindow, app: QApplication) -> None:
        super().__init__(window)
        self._window, self._app = window, app

    def on_announced(self) -> None:
        """The system asks what is to be kept."""
        self._window.files.write_journal()
        self._app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Until somebody uses the program again, to quit is the end of the session."""
        if event.type() == QEvent.Type.Quit:
            self._window.end_now()
        elif event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress):
            self._app.removeEventFilter(self)
        return False


def _leave_clipboard() -> None:
    """What was copied stays as text: data that Python made would be asked by Qt when Python has ended, and crash."""
    if QApplication.instance() is not None:
        clipboard = QApplication.clipboard()
        # Offscreen it is this process's own, and does not say so.
        if clipboard.ownsClipboard() or QGuiApplication.platformName() == "offscreen":
            clipboard.setText(clipboard.text())


@contextmanager
def _ending_on_signals(window: MainWindow) -> Iterator[None]:
    """Ctrl-C, a shutdown and a closed terminal keep what is not saved, and end the program at once.

    Python runs a handler when it comes to run Python next, which in a window at rest may take long: a byte that the
    system writes into a pipe wakes Qt. Where no pipe can be watched (Windows), it wakes by itself. A second signal ends
    the program in the system's way.
    """
    received: list[int] = []
    caught = [number for number in (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP"))
              if number is not None and signal.getsignal(number) is not signal.SIG_IGN]  # as nohup asks for

    def end() -> None:
        if received:
            for number in caught:
                signal.signal(number, signal.SIG_DFL)
            window.end_now()
            QApplication.exit(128 + received[0])

    for number in caught:
        signal.signal(number, lambda number, frame: received.append(number))
    with _woken_by_signals(window, end):
        yield


@contextmanager
def _woken_by_signals(parent: QObject, look: Callable[[], None]) -> Iterator[None]:
    if os.name != "posix":
        timer = QTimer(parent, interval=LOOK_MS)
        timer.timeout.connect(look)
        timer.start()
        yield
        timer.stop()
        return
    read, written = os.pipe()
    os.set_blocking(written, False)

    def wake() -> None:
        os.read(read, 64)
        look()

    notifier = QSocketNotifier(read, QSocketNotifier.Type.Read, parent)
    notifier.activated.connect(wake)
    signal.set_wakeup_fd(written, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(-1)
        notifier.setEnabled(False)
        os.close(read)
        os.close(written)


@contextmanager
def _saying_why_no_window() -> Iterator[None]:
    """Where Qt cannot open a window it aborts, and advises to reinstall. Within, the program ends with the reason."""
    heard: list[str] = []

    def hear(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        heard.append(text)
        if kind == QtMsgType.QtFatalMsg:
            print(f"nnsim: {_why_no_window(' '.join(heard))}", file=sys.stderr, flush=True)
            os._exit(1)

    before = qInstallMessageHandler(hear)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
    for text in heard:
        print(text, file=sys.stderr)


def _why_no_window(heard: str) -> str:
    missing = [library for library in WINDOW_LIBRARIES if not _can_be_loaded(library)]
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if os.environ.get("QT_QPA_PLATFORM"):
        return heard
    if not display:
        return "there is no display here: log in to a desktop, or set DISPLAY."
    if missing:
        return (f"Qt needs {', '.join(missing)}, which {'are' if missing[1:] else 'is'} not installed here. On Debian "
                f"and Ubuntu run: sudo apt install {' '.join(map(_debian_package, missing))}")
    return f"no display can be reached at {display}: is it running, and may you use it?"


def _can_be_loaded(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _debian_package(library: str) -> str:
    """libxcb-cursor.so.0 is in libxcb-cursor0, libxkbcommon-x11.so.0 in libxkbcommon-x11-0: Debian's rule for names."""
    name, _, version = library.partition(".so.")
    return f"{name}{'-' if name[-1:].isdigit() else ''}{version}".lower()
