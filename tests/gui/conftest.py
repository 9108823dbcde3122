"""Fixtures for what knows Qt."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from nnsim.gui.look.theme import apply_theme
from nnsim.gui.session.desk import Desk


@pytest.fixture
def desk(qapp: QApplication) -> Iterator[Desk]:
    """A session with an empty document, in the light theme; closed afterwards."""
    apply_theme(qapp, "light")
    desk = Desk()
    yield desk
    desk.close()
