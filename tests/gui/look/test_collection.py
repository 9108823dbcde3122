"""Garbage is collected now and then, in the window's thread only, and never through a large document."""

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from nnsim.gui.look.collection import CROWD, Collector, no_collection


class Knot:
    """Refers to itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.self = self


def knot() -> weakref.ref[Knot]:
    return weakref.ref(Knot())


@pytest.fixture
def collector(qtbot: QtBot):
    parent = QObject()
    collector = Collector(parent)
    yield collector
    collector.end()
    assert gc.isenabled()
    gc.unfreeze()


def fill(count: int) -> list[list[object]]:
    """So many new objects that collection counts."""
    return [[] for _ in range(count)]


def test_garbage_goes_in_the_window_s_thread_though_others_make_it(collector: Collector) -> None:
    where: list[threading.Thread] = []
    knots: list[weakref.ref[Knot]] = []

    def make() -> None:
        tied = Knot()
        weakref.finalize(tied, lambda: where.append(threading.current_thread()))
        knots.append(weakref.ref(tied))
        del tied
        fill(20_000)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    assert knots[0]() is not None  # as many objects as were made there, none of them was collected for
    kept = fill(gc.get_threshold()[0] + 100)
    collector.look()
    assert kept and knots[0]() is None and where == [threading.main_thread()]


def test_it_looks_by_itself(collector: Collector, qtbot: QtBot) -> None:
    tied = knot()
    kept = fill(gc.get_threshold()[0] + 100)
    qtbot.waitUntil(lambda: tied() is None)
    assert kept


def test_nothing_is_collected_while_something_asks_for_that(collector: Collector) -> None:
    tied = knot()
    with no_collection(), no_collection():
        kept = fill(gc.get_threshold()[0] + 100)
        collector.look()
        collector.settle()
        assert tied() is not None
    assert not gc.isenabled()
    collector.look()
    assert kept and tied() is None


def test_no_collection_looks_through_a_large_document(collector: Collector) -> None:
    collector.settle()
    frozen = gc.get_freeze_count()
    document = fill(CROWD + 1_000)
    collector.look()
    assert gc.get_freeze_count() - frozen > CROWD
    del document
    assert gc.get_freeze_count() - frozen < CROWD  # freed all the same


def test_nor_where_python_collects(qtbot: QtBot) -> None:
    frozen = gc.get_freeze_count()
    try:
        with no_collection():
            document = fill(CROWD + 1_000)
        assert gc.isenabled() and gc.get_freeze_count() - frozen > CROWD and document
    finally:
        gc.unfreeze()
