"""Errors that nobody caught: told once, kept in a log, and never the end of what the learner made."""

import contextlib
import faulthandler
import logging
import os
import platform
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

import PySide6
from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from nnsim import __version__
from nnsim.gui.session.beside import Cancelled

LOG, FAULTS = "nnsim.log", "faults.log"
LOG_BYTES, OLDER_LOGS = 512 * 1024, 3
MOST_FAULT_BYTES = 64 * 1024
MOST_LETTERS = 200
"""Of an error's own text, where it is told; the details have all of it."""


class Errors(QObject):
    """Hears of every error that would else end unheard, in whichever thread; ``folder`` is where the logs go.

    ``happened(what, details)`` once for each place in the program that fails, however often it does. What kills the
    process itself, such as a fault in a library, is written down by ``faulthandler``; ``last_fault`` is what it wrote
    when the program ran before, empty if nothing did.
    """

    happened = Signal(str, str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heard: set[tuple[Any, ...]] = set()
        self._log = logging.getLogger("nnsim")
        self._log.propagate = False
        logging.raiseExceptions = False  # a full disk is no reason to say more
        self.last_fault = ""
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handler = RotatingFileHandler(folder / LOG, maxBytes=LOG_BYTES, backupCount=OLDER_LOGS, encoding="utf-8",
                                          delay=True)
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
            self._log.handlers = [handler]
            self._watch_faults(folder / FAULTS)

    def watch(self) -> None:
        """From now on errors of slots, of Qt's methods, of threads, of destructors and of the end come here."""
        sys.excepthook = self._hear
        threading.excepthook = lambda args: self._hear(args.exc_type, args.exc_value, args.exc_traceback)
        sys.unraisablehook = lambda args: self._hear(args.exc_type, args.exc_value, args.exc_traceback)

    def _watch_faults(self, path: Path) -> None:
        with path.open("ab+") as written:
            written.seek(0)
            self.last_fault = written.read(MOST_FAULT_BYTES).decode("utf-8", "replace")
            written.truncate(0)
        if self.last_fault:
            self._log.error("The program ended by a fault:\n%s", self.last_fault)
        # Open for good: another process that begins meanwhile reads and empties it, this one goes on at its end.
        self._faults = path.open("ab")
        faulthandler.enable(self._faults)

    def _hear(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Never raises: there is nobody to hear of it."""
        if issubclass(kind, Cancelled):
            return  # the program ends, or another document was opened: what was being done is wanted no more
        with contextlib.suppress(Exception):
            last = traceback.extract_tb(trace, limit=-1)
            place = (kind, *((frame.filename, frame.lineno) for frame in last))
            if place in self._heard:
                return  # what fails in every frame
            self._heard.add(place)
            text = "".join(traceback.format_exception(kind, error, trace))
            self._log.error(text)
            if isValid(self):
                what = traceback.format_exception_only(kind, error)[-1].strip()
                self.happened.emit(what[:MOST_LETTERS], details(text))
            if sys.stderr is not None:
                print(text, end="", file=sys.stderr)


def details(text: str) -> str:
    """What whoever mends it wants to know."""
    return (f"nnsim {__version__}, Python {platform.python_version()}, PySide6 {PySide6.__version__}, "
            f"{platform.platform()}, {os.environ.get('QT_QPA_PLATFORM', 'its own windows')}\n\n{text}")
