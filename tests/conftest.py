"""Fixtures for all tests: nothing may be left behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """A test that leaves a training thread running fails."""
    yield
    left = [t for t in threading.enumerate() if t.name.startswith("nnsim-")]
    for thread in left:
        thread.join(2.0)
    assert not [t.name for t in left if t.is_alive()]
