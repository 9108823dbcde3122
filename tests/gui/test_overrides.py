"""An error in a method that Qt calls: told, and Qt goes on. On Python 3.11 it would end the program."""

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractListModel, QObject, QRectF, QSize
from PySide6.QtGui import QPainter, QUndoCommand, QUndoStack
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsScene, QLabel, QWidget

import nnsim
from tests.gui import errors_in_overrides

KINDS: tuple[Callable[[], object], ...] = (
    lambda: 1 / 0, lambda: [][0], lambda: 2.0**10_000, lambda: int("a"), lambda: {}["a"], lambda: None + 1,  # type: ignore[operator]
)


@pytest.fixture
def told(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of errors that reached the hook."""
    found: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: found.append(kind.__name__))
    return found


@pytest.mark.parametrize("fails", KINDS)
def test_an_error_in_an_event_is_told_and_the_caller_goes_on(told: list[str], fails: Callable[[], object]) -> None:
    """Of the class itself, of one beside Qt's, and of one put in its place later."""

    class Beside:
        def hideEvent(self, event: object) -> None:
            fails()

    class Failing(Beside, QWidget):
        def showEvent(self, event: object) -> None:
            fails()

        def resizeEvent(self, event: object) -> None:
            raise AssertionError

    Failing.resizeEvent = lambda self, event: fails()  # type: ignore[method-assign]
    widget = Failing()
    widget.show()
    widget.resize(300, 200)
    widget.setVisible(False)
    assert len(told) >= 3 and len(set(told)) == 1
    assert widget.size() == QSize(300, 200) and widget.isHidden()


def test_what_asks_for_a_value_gets_qts_own(told: list[str]) -> None:
    """A size, a text of a model; and nothing where Qt has none to give."""

    class Label(QLabel):
        def sizeHint(self) -> QSize:
            raise ValueError

    class Model(QAbstractListModel):
        def rowCount(self, parent: object = None) -> int:
            return 1 // 0

        def data(self, index: object, role: int = 0) -> object:
            raise KeyError

    assert Label("text").sizeHint() == QLabel("text").sizeHint()
    model = Model()
    assert not model.rowCount() and model.data(model.index(0)) is None
    assert set(told) == {"ValueError", "ZeroDivisionError", "KeyError"}


def test_a_painter_is_ended(told: list[str]) -> None:
    """One that was begun where the error came from; one that Qt gave is Qt's."""
    given: list[bool] = []

    class Item(QGraphicsItem):
        def boundingRect(self) -> QRectF:
            raise RuntimeError

    class Painted(QWidget):
        def paintEvent(self, event: object) -> None:
            painter = QPainter(self)
            self.deeper(painter)

        def deeper(self, painter: QPainter) -> None:
            given.append(painter.isActive())
            raise OverflowError

    Painted().grab()
    scene = QGraphicsScene()
    scene.addItem(Item())
    scene.itemsBoundingRect()
    assert given == [True] and set(told) == {"OverflowError", "RuntimeError"}


def test_an_undo_command_that_fails(told: list[str]) -> None:
    """No QObject, and guarded all the same."""

    class Command(QUndoCommand):
        def redo(self) -> None:
            raise IndexError

    stack = QUndoStack()
    stack.push(Command())
    stack.undo()
    assert told == ["IndexError"] and stack.count() == 1
    stack.clear()


def test_every_override_of_the_program_is_guarded() -> None:
    """By enumeration: of all modules, and of pyqtgraph's classes that they use."""
    for module in pkgutil.walk_packages(nnsim.__path__, "nnsim."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, unguarded = 0, []
    waiting = list(QObject.__mro__[-2].__subclasses__())
    while waiting:
        cls = waiting.pop()
        waiting += type.__subclasses__(cls)
        if not cls.__module__.startswith(("nnsim.", "pyqtgraph.")):
            continue
        qt = [base for base in cls.__mro__ if base.__module__.startswith("PySide6.")]
        for name, method in vars(cls).items():
            if inspect.isfunction(method) and not name.startswith("__") and any(name in vars(base) for base in qt):
                found += 1
                if not hasattr(method, "is_guard"):
                    unguarded.append(f"{cls.__module__}.{cls.__name__}.{name}")
    assert found > 230 and not unguarded


def test_a_window_in_which_every_widget_fails_keeps_the_document(tmp_path: Path) -> None:
    """In a process of its own, because on Python 3.11 each of these errors was its end."""
    done = subprocess.run([sys.executable, errors_in_overrides.__file__, str(tmp_path)], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
