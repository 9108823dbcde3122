"""A window in which every class of widgets fails in what show, resize and setVisible call. Run by test_overrides."""

import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QStandardPaths
from PySide6.QtWidgets import QLabel, QWidget

import nnsim
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.app import make_app
from nnsim.gui.window.errors import Errors
from nnsim.gui.window.panels import WORKSPACES
from nnsim.gui.window.window import MainWindow

PLANTED = ("showEvent", "resizeEvent", "hideEvent")
FAILS: tuple[Callable[[], object], ...] = (lambda: 1 / 0, lambda: [][0], lambda: 2.0**10_000, lambda: int("a"))


def main(folder: Path) -> None:
    """Asserts that all failed, all was told, and nothing is lost."""
    QStandardPaths.setTestModeEnabled(True)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    app = make_app()
    errors = Errors(folder / "log", app)
    errors.watch()
    told: list[str] = []
    errors.happened.connect(lambda what, details: told.append(what))

    first = MainWindow()  # so that every class of widgets is there
    for workspace in WORKSPACES:
        first.workspaces.switch(workspace)
    classes = {type(widget) for widget in [first, *first.findChildren(QWidget)]}
    classes = {cls for cls in classes if cls.__module__.startswith("nnsim.")}
    first.close()
    first.deleteLater()
    QCoreApplication.sendPostedEvents(first, QEvent.Type.DeferredDelete)

    failed: dict[type, set[str]] = {cls: set() for cls in classes}
    for cls in classes:
        for name in PLANTED:
            setattr(cls, name, planted(cls, name, getattr(cls, name), failed[cls]))
    window = MainWindow()
    errors.happened.connect(window.tell_error)
    window.show_with_layout()
    assert window.files.open(EXAMPLES["xor_to_learn"].path)
    document = window.desk.session.document
    for workspace in WORKSPACES:
        window.workspaces.switch(workspace)
        for width in (1200, 1100, 1300, 1250):
            window.resize(width, 800)
            app.processEvents()
    for widget in window.findChildren(QWidget):
        if type(widget) in classes:
            for _ in FAILS:
                shown = widget.isVisible()
                widget.setVisible(not shown)
                widget.resize(widget.width() + 7, widget.height() + 7)
                widget.setVisible(shown)
    app.processEvents()

    kinds = {"ZeroDivisionError", "IndexError", "OverflowError", "ValueError"}
    spared = [cls.__name__ for cls, found in failed.items() if not kinds <= found]
    assert classes and not spared, spared
    assert len(told) >= len(kinds)
    assert "Something went wrong" in window.messages.findChild(QLabel, "message_text").text()
    assert (folder / "log" / "nnsim.log").stat().st_size > 0
    assert window.desk.session.document is document
    nnsim.save(document, folder / "kept.nnsim")
    assert nnsim.load(folder / "kept.nnsim") == document
    os._exit(0)  # the planted errors would go on until the end of all


def planted(cls: type, name: str, own: Callable[..., Any], failed: set[str]) -> Callable[..., Any]:
    """The method, which fails each time, in another way each time, after it has done its work."""
    ways = itertools.cycle(FAILS)

    def fails(self: QWidget, event: QEvent) -> None:
        own(self, event)
        if type(self) is cls:
            try:
                next(ways)()
            except Exception as error:
                failed.add(type(error).__name__)
                raise

    return fails


if __name__ == "__main__":
    main(Path(sys.argv[1]))
