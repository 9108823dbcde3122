"""Starting the program with a window."""

import gc
import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from nnsim.gui.look.settings import stored_look
from nnsim.gui.look.theme import apply_theme
from nnsim.gui.window.window import MainWindow
from nnsim.resources import resource
from nnsim.training import engines

SWITCH_SECONDS = 0.0005
"""How long the training thread may keep the interpreter. Python's 5 ms make the window stutter."""

SHOWN_MS = 400
"""By then the first window is painted."""

SETTLED_MS = 3_000
"""By then all panels are built."""


def make_app(argv: list[str] | None = None) -> QApplication:
    """The QApplication, with name, icon and look."""
    sys.setswitchinterval(SWITCH_SECONDS)
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(argv or ["nnsim"])
    app.setApplicationName("nnsim")
    app.setOrganizationName("nnsim")
    QGuiApplication.setDesktopFileName("nnsim")
    app.setWindowIcon(QIcon(str(resource("desktop/nnsim.svg"))))
    apply_theme(app, *stored_look())
    return app


def run(file: str | None = None) -> int:
    """Open the window, with a file if one is named. Returns the exit status."""
    app = make_app(sys.argv)
    window = MainWindow()
    _report_errors(window)
    window.show_with_layout()
    if file is not None:
        QTimer.singleShot(0, window, lambda: window.files.open(Path(file)))
    QTimer.singleShot(SHOWN_MS, window, lambda: engines.prepare_in_background())
    QTimer.singleShot(SETTLED_MS, window, settle_memory)
    return app.exec()


def settle_memory() -> None:
    """Take what is there for good out of garbage collection, which would else stop the window for 40 ms at times."""
    gc.collect()
    gc.freeze()


def _report_errors(window: MainWindow) -> None:
    """An error nobody caught is told, with where it was; the document stays open."""

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        if sys.stderr is not None:
            traceback.print_exception(kind, error, trace)
        window.messages.tell(
            window.tr(
                "Something went wrong inside nnsim ({kind}: {error}). Your network is still here; save it to be safe."
            ).format(kind=kind.__name__, error=error)
        )

    sys.excepthook = report
