"""Views that follow one after another."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QFocusEvent, QMouseEvent, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from nnsim.gui.session.turns import Turns


class View(QLineEdit):
    """Counts how often it is drawn, and which events came to it."""

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.painted = 0
        self.came: list[QEvent.Type] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        super().paintEvent(event)

    def event(self, event: QEvent) -> bool:
        self.came.append(event.type())
        return super().event(event)


class Scene:
    """A window with three views, and who has followed so far."""

    def __init__(self) -> None:
        self.window = QWidget()
        column = QVBoxLayout(self.window)
        self.views = [View() for _ in range(3)]
        for view in self.views:
            column.addWidget(view)
        self.turns = Turns(self.window)
        self.followed: list[int] = []
        self.window.show()
        QApplication.processEvents()

    def wait_all(self) -> None:
        """All three wait for their turn."""
        for number, view in enumerate(self.views):
            self.turns.wait(view, lambda number=number: self.followed.append(number))


def pass_over(view: QWidget) -> None:
    """The mouse, without a button; unlike QTest's it is not followed by other events."""
    place, none = QPointF(5, 5), Qt.MouseButton.NoButton
    QApplication.sendEvent(view, QMouseEvent(QEvent.Type.MouseMove, place, QPointF(view.mapToGlobal(place)), none, none,
                                             Qt.KeyboardModifier.NoModifier))


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.turns.end()
    scene.window.close()
    scene.window.deleteLater()


def test_the_window_sees_its_events_between_two_turns(scene: Scene) -> None:
    seen: list[int] = []
    beat = QTimer(scene.window)
    beat.timeout.connect(lambda: seen.append(len(scene.followed)))
    beat.start(0)
    scene.wait_all()
    assert scene.followed == []
    while len(scene.followed) < 3:
        QApplication.processEvents()
    beat.stop()
    assert scene.followed == [0, 1, 2] and {1, 2} <= set(seen)


def test_who_waits_is_not_drawn_until_its_turn(scene: Scene) -> None:
    first, last = scene.views[0], scene.views[-1]
    last.update()
    scene.wait_all()
    drawn = last.painted
    last.repaint()
    scene.window.grab()
    QApplication.sendPostedEvents()
    assert last.painted == drawn and scene.turns.waits(last)
    scene.turns.finish()
    QApplication.processEvents()
    assert last.painted > drawn and not scene.turns.waits(last) and first.updatesEnabled()


def test_who_waits_already_keeps_its_place_and_follows_once(scene: Scene) -> None:
    scene.wait_all()
    scene.turns.wait(scene.views[0], lambda: scene.followed.append(7))
    scene.turns.finish()
    assert scene.followed == [7, 1, 2]


@pytest.mark.parametrize("act", ["key", "click", "wheel", "drag", "focus"])
def test_what_the_learner_does_meets_no_view_that_is_behind(scene: Scene, act: str) -> None:
    last = scene.views[-1]
    last.setText("old")
    scene.turns.wait(scene.views[0], lambda: scene.followed.append(0))
    scene.turns.wait(last, lambda: last.setText("new"))
    if act == "key":
        QTest.keyClick(last, Qt.Key.Key_X)
    elif act == "click":
        QTest.mouseClick(last, Qt.MouseButton.LeftButton)
    elif act == "wheel":
        QTest.wheelEvent(last.windowHandle() or scene.window.windowHandle(), QPointF(last.geometry().center()),
                         QPoint(0, 120))
    elif act == "focus":
        last.setFocus(Qt.FocusReason.OtherFocusReason)
        QApplication.sendEvent(last, QFocusEvent(QEvent.Type.FocusIn))
    else:
        given = QMimeData()
        QApplication.sendEvent(last, QDragEnterEvent(QPoint(2, 2), Qt.DropAction.CopyAction, given,
                                                     Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    assert scene.followed == [0] and last.text() == ("newx" if act == "key" else "new")


def test_a_mouse_that_passes_hastens_nobody_and_is_not_seen_by_who_waits(scene: Scene) -> None:
    scene.turns.wait(scene.views[-1], lambda: scene.followed.append(1))
    for view in scene.views:
        view.came.clear()
        pass_over(view)
    assert scene.followed == []
    assert QEvent.Type.MouseMove in scene.views[0].came and QEvent.Type.MouseMove not in scene.views[-1].came
    scene.turns.finish()
    pass_over(scene.views[-1])
    assert QEvent.Type.MouseMove in scene.views[-1].came


def test_an_error_in_one_turn_takes_no_other_away(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, error, trace: told.append(kind))

    def fail() -> None:
        raise ValueError("no")

    scene.wait_all()
    scene.turns.wait(scene.views[0], fail)
    while scene.turns.waits(scene.views[-1]):
        QApplication.processEvents()
    assert scene.followed == [1, 2] and told == [ValueError]
    assert all(view.updatesEnabled() for view in scene.views)


def test_at_the_end_nobody_has_a_turn(scene: Scene) -> None:
    scene.wait_all()
    scene.turns.end()
    QTest.keyClick(scene.views[0], Qt.Key.Key_X)
    QApplication.processEvents()
    assert scene.followed == []
