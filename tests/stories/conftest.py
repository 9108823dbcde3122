"""Fixtures of the stories: a real window and a hand that drives it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSettings, QStandardPaths
from PySide6.QtWidgets import QApplication

from nnsim.gui.app import make_app
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window import workspaces
from nnsim.gui.window.window import MainWindow


@pytest.fixture
def hand(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    """A hand on a new window of 1440×900 with settings of its own; the window is closed without saving.

    Panels are made when they are asked for, not before, while the window idles: few stories come to see them.
    """
    monkeypatch.setattr(workspaces, "FILLING_MS", 3_600_000)
    QStandardPaths.setTestModeEnabled(True)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    make_app()
    window = MainWindow()
    window.resize(1440, 900)
    window.show_with_layout()
    QApplication.processEvents()
    yield Hand(window)
    window.desk.session.pause()
    window.desk.session.mark_saved(tmp_path / "nowhere.nnsim", window.desk.session.live_document)
    assert window.close()
    window.deleteLater()
    # Now, not when the event loop ends: a window half gone must not be restyled.
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
