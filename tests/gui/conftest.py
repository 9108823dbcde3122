"""Fixtures for what knows Qt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from nnsim.gui.look.theme import apply_theme
from nnsim.gui.session.session import Session


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    """A session with an empty document, in the light theme; closed afterwards."""
    apply_theme(qapp, "light")
    session = Session()
    yield session
    session.close()
