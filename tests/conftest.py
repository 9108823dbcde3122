"""Fixtures for all tests: nothing may be left behind."""

import gc
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLockFile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A home of its own for every process that runs tests: what one that was killed left to recover would be offered to the
# windows of all others. The cache of the compiled engine stays where it is.
os.environ.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))
_home = tempfile.TemporaryDirectory(prefix="nnsim-tests-")
os.environ["HOME"] = _home.name

from nnsim.training import engines, kernel_cache  # noqa: E402

# Some tests import kernels before the engine is loaded: without a word Numba would keep those beside the source, and
# look at one file only to see whether they are stale.
os.environ["NUMBA_CACHE_DIR"] = str(kernel_cache.cache_folder())


# Signals are another thing on Windows.
collect_ignore = ["test_signals.py"] if os.name == "nt" else []


@pytest.fixture(scope="session", autouse=True)
def engine_loaded() -> None:
    """From the first test on every run is on the same engine, in whichever order the tests come.

    One worker at a time: kernels that no cache holds, as after every change of them, are compiled once.
    """
    lock = QLockFile(str(engines.cache_folder() / "lock"))
    lock.setStaleLockTime(0)
    lock.lock()
    engines.load()
    lock.unlock()
    # What is there for good, all tests among it, need not be looked through whenever garbage is collected; and what a
    # window makes when it is made would have it collected a hundred times.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(autouse=True)
def no_widget_left() -> Iterator[None]:
    """What a test has closed is gone before the next begins; until then every change of theme would restyle it too."""
    yield
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """A test that leaves a training thread running fails."""
    yield
    left = [t for t in threading.enumerate() if t.name.startswith("nnsim-")]
    for thread in left:
        thread.join(2.0)
    assert not [t.name for t in left if t.is_alive()]
