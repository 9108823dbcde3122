"""A hand that drives the window with real mouse and key events, for the tour and the tests."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QMenuBar, QMessageBox, QWidget

from nnsim.gui.canvas.neuron_item import RADIUS, RIM, SWITCH
from nnsim.gui.session.lagging import Lagging
from nnsim.gui.window.window import MainWindow

W = TypeVar("W", bound=QWidget)
NO_KEYS = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class HandError(AssertionError):
    """What the hand reached for was not there, or did not happen."""


class Hand:
    """Does what a learner does, and counts it: one gesture a click, double-click, drag, key or typed text."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.canvas = window.canvas
        self.desk, self.session = window.desk, window.desk.session
        self.gestures = 0

    # The canvas. Points are in the scene.

    def at(self, id: str) -> QPointF:
        """The middle of a neuron."""
        return self.canvas.network_scene.neurons[id].pos()

    def rim(self, id: str) -> QPointF:
        """A point of a neuron's rim, at its right."""
        return self.at(id) + QPointF(RADIUS - RIM / 2, 0)

    def name_of(self, id: str) -> QPointF:
        """The middle of a neuron's name."""
        return self.at(id) + self.canvas.network_scene.neurons[id].name_rect.center()

    def label_of(self, source: str, target: str) -> QPointF:
        """The middle of a connection's label."""
        return self.canvas.network_scene.edges.edges[source, target].label.center()

    def point_at(self, point: QPointF) -> None:
        """Hold the mouse over a point of the canvas."""
        QTest.mouseMove(self.canvas.viewport(), self._seen(point))
        self.settle()

    def click_at(self, point: QPointF, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Click on the canvas."""
        self.gestures += 1
        QTest.mouseClick(self.canvas.viewport(), LEFT, keys, self._seen(point))
        self.settle()

    def double_click_at(self, point: QPointF) -> None:
        """Double-click on the canvas."""
        self.gestures += 1
        viewport, place = self.canvas.viewport(), self._seen(point)
        QTest.mousePress(viewport, LEFT, NO_KEYS, place)
        QTest.mouseRelease(viewport, LEFT, NO_KEYS, place)
        QTest.mouseDClick(viewport, LEFT, NO_KEYS, place)
        self.settle()

    def drag(
        self,
        start: QPointF,
        end: QPointF,
        button: Qt.MouseButton = LEFT,
        steps: int = 4,
        release: bool = True,
        keys: Qt.KeyboardModifier = NO_KEYS,
    ) -> None:
        """Drag on the canvas; without ``release`` the button stays down at the end."""
        self.gestures += 1
        viewport = self.canvas.viewport()
        a, b = self._seen(start), self._seen(end)
        QTest.mouseMove(viewport, a)
        QTest.mousePress(viewport, button, keys, a)
        for i in range(1, steps + 1):
            self.move(viewport, a + (b - a) * i / steps, button, keys)
            self.settle()
        if release:
            QTest.mouseRelease(viewport, button, keys, b)
            self.settle()

    @staticmethod
    def move(widget: QWidget, at: QPoint, button: Qt.MouseButton, keys: Qt.KeyboardModifier) -> None:
        """Move the mouse; QTest knows no keys that are held meanwhile."""
        if keys == NO_KEYS:
            QTest.mouseMove(widget, at)
            return
        place, screen = QPointF(at), QPointF(widget.mapToGlobal(at))
        QApplication.sendEvent(
            widget, QMouseEvent(QEvent.Type.MouseMove, place, screen, Qt.MouseButton.NoButton, button, keys)
        )

    def connect(self, source: str, target: str) -> None:
        """Drag from a neuron's rim to another neuron."""
        self.drag(self.rim(source), self.at(target))

    def flip(self, id: str) -> None:
        """Click an input's switch."""
        self.click_at(self.at(id) + SWITCH.center())

    def add(self, role: str, point: QPointF) -> str:
        """Double-click on empty canvas and choose; returns the new neuron's name."""
        before = set(self.desk.session.structure.by_id)
        self.double_click_at(point)
        self.click(f"choose_{role}")
        new = set(self.desk.session.structure.by_id) - before
        if len(new) != 1:
            raise HandError(f"Choosing {role} did not add one neuron but {len(new)}.")
        return new.pop()

    def _seen(self, point: QPointF) -> QPoint:
        place = self.canvas.mapFromScene(point)
        if not self.canvas.viewport().rect().contains(place):
            raise HandError(f"The point ({point.x():.0f}, {point.y():.0f}) is outside the visible canvas.")
        return place

    # Keys and widgets

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS, widget: QWidget | None = None) -> None:
        """Press a key where the focus is."""
        self.gestures += 1
        target = widget or QApplication.focusWidget() or self.canvas
        QTest.keyClick(target, key, keys)
        self.settle()

    def write(self, text: str, enter: bool = True) -> None:
        """Replace the text of the editor that has the focus, and press Enter."""
        self.gestures += 1
        editor = QApplication.focusWidget()
        if editor is None:
            raise HandError("No editor has the focus.")
        QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(editor, text)
        if enter:
            QTest.keyClick(editor, Qt.Key.Key_Return)
        self.settle()

    def find(self, name: str, kind: type[W]) -> W:
        """The visible widget with an objectName."""
        tops = [self.window, *(w for w in QApplication.topLevelWidgets() if w is not self.window and w.isVisible())]
        found = [w for top in tops for w in top.findChildren(kind, name) if w.isVisible()]
        if not found:
            raise HandError(f"There is no visible {name}.")
        return found[0]

    def click(self, name: str) -> None:
        """Click a button, a check box, or whatever has this objectName, where it is once all that is due is done."""
        self.gestures += 1
        self.settle()
        widget = self.find(name, QWidget)
        if not widget.isEnabled():
            raise HandError(f"{name} is disabled: {widget.toolTip()}")
        QTest.mouseClick(widget, LEFT, NO_KEYS, widget.rect().center())
        self.settle()

    def choose(self, name: str, text: str) -> None:
        """Choose an entry of a combo box by its text, with the keys."""
        self.gestures += 1
        box = self.find(name, QComboBox)
        index = box.findText(text)
        if index < 0:
            raise HandError(
                f"{name} has no entry {text}; it has {', '.join(box.itemText(i) for i in range(box.count()))}."
            )
        box.setFocus()
        while box.currentText() != text:
            # By their texts: what one chooses on the way may take an entry out of the list.
            before, index = box.currentText(), box.findText(text)
            QTest.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < index else Qt.Key.Key_Up)
            if box.currentText() == before:
                raise HandError(f"{name} does not move to {text}.")
        QTest.keyClick(box, Qt.Key.Key_Return)
        self.settle()

    def menu(self, action_name: str) -> None:
        """Open the menu that holds an action, and those on the way to it, and click it."""
        bar = self.window.menuBar()
        way = _way_to(action_name, bar)
        if way is None:
            raise HandError(f"No menu has {action_name}.")
        self.gestures += 1 + len(way)
        top, *below = way
        QTest.mouseClick(bar, LEFT, NO_KEYS, bar.actionGeometry(top.menuAction()).center())
        self.wait(top.isVisible, "the menu is open")
        for menu in below:
            self._click_entry(top, menu.menuAction())
            self.wait(menu.isVisible, "the menu in it is open")
            top = menu
        self.choose_in_menu(top, action_name)

    def example(self, id: str) -> None:
        """Open an example from its menu."""
        self.menu(f"example_{id}")
        # A message that goes makes room for the canvas: what is measured now must hold for the next gesture. The first
        # round has it laid out, the second draws what is where.
        self.settle()
        self.settle()

    def context_menu(self, point: QPointF, action_name: str) -> None:
        """Right-click on the canvas, and click an entry of the menu that opens."""
        self.gestures += 2
        viewport, place = self.canvas.viewport(), self._seen(point)
        QTest.mouseMove(viewport, place)
        QTest.mousePress(viewport, Qt.MouseButton.RightButton, NO_KEYS, place)
        reason = QContextMenuEvent.Reason.Mouse
        QApplication.sendEvent(viewport, QContextMenuEvent(reason, place, viewport.mapToGlobal(place)))
        QTest.mouseRelease(viewport, Qt.MouseButton.RightButton, NO_KEYS, place)
        self.choose_in_menu(self.find("canvas_menu", QMenu), action_name)

    def choose_in_menu(self, menu: QMenu, action_name: str) -> None:
        """Click an entry of a menu that is open."""
        action = next((a for a in menu.actions() if a.objectName() == action_name), None)
        if action is None:
            raise HandError(f"The menu has no {action_name}.")
        self._click_entry(menu, action)

    def _click_entry(self, menu: QMenu, action: QAction) -> None:
        target = menu.actionGeometry(action).center()
        for i in range(8):
            # A menu takes a click only after the mouse has moved over it.
            QTest.mouseMove(menu, target + QPoint(i % 2, 0))
            if i and menu.activeAction() is action:
                break
        QTest.mouseClick(menu, LEFT, NO_KEYS, target)
        self.settle()

    def answering(self, answer: str, do: Callable[[], object]) -> None:
        """Do something that may ask a question, and answer it by the button of that name."""

        def press() -> None:
            box = QApplication.activeModalWidget()
            if isinstance(box, QMessageBox):
                self.gestures += 1
                QTest.mouseClick(box.button(QMessageBox.StandardButton[answer]), LEFT)

        timer = QTimer()
        timer.timeout.connect(press)
        timer.start(20)
        do()
        timer.stop()
        self.settle()

    # What has come of it

    @staticmethod
    def check(holds: object, what: str) -> None:
        """Raise HandError if what was done has not come to what it should."""
        if not holds:
            raise HandError(f"It is not so that {what}.")

    def picture(self, path: Path, line: str) -> None:
        """Write the window as a PNG, all of it at one moment also of a run that goes on, and say what it shows."""
        with self.desk.in_step():
            self.wait_for_views()
            image = self.window.grab().toImage()
        self.check(image.save(str(path)), f"{path} could be written")
        print(f"{path.name}: {line}", flush=True)

    def answers(self, output: str) -> list[float]:
        """What an output says for 00, 01, 10 and 11, the inputs flipped by their switches."""
        answers = []
        first, second = self.desk.session.structure.inputs
        for row in ((0, 0), (0, 1), (1, 0), (1, 1)):
            for id, value in zip((first, second), row, strict=True):
                if self.desk.looking.inputs[id] != value:
                    self.flip(id)
            answers.append(self.desk.looking.output_of(output))
        return answers

    # Waiting

    def settle(self) -> None:
        """Let the window do what is due."""
        QApplication.processEvents()
        self.desk.turns.finish()

    def wait(self, until: Callable[[], object], what: str, seconds: float = 20.0) -> None:
        """Let the window work until something holds; an error names it if it does not in time."""
        if not self._rest(seconds, until):
            raise HandError(f"After {seconds:g} s it is still not so that {what}.")

    def wait_for_views(self) -> None:
        """Let all views in sight show what they are to show; in a run only where it is held, see ``Desk.in_step``."""
        self.settle()
        late = [*self.desk.findChildren(Lagging), *self.window.findChildren(Lagging)]
        self.wait(lambda: not any(view.busy for view in late), "all views are in step")
        self.wait_for_formulas()
        self.settle()

    def wait_for_formulas(self, window: MainWindow | None = None) -> None:
        """Let all formulas in sight be typeset, of the hand's window or of another."""
        lists = [panel.list for panel in (window or self.window).panels.values()
                 if hasattr(panel, "list") and panel.seen]
        self.wait(lambda: not any(shown.typesetter.busy for shown in lists), "all formulas are typeset")

    def rest(self, seconds: float) -> None:
        """Do nothing for a while; the window keeps running."""
        self._rest(seconds, lambda: False)

    @staticmethod
    def _rest(seconds: float, until: Callable[[], object]) -> bool:
        """A real event loop, so that the window can tell when it is idle. Whether ``until`` came true."""
        if until():
            return True
        loop, poll = QEventLoop(), QTimer()
        end = time.monotonic() + seconds
        poll.timeout.connect(lambda: loop.quit() if until() or time.monotonic() > end else None)
        poll.start(10)
        loop.exec()
        poll.stop()
        return bool(until())


def _way_to(action_name: str, place: QMenuBar | QMenu) -> list[QMenu] | None:
    """The menus that lead to an action, the outermost first; None if none does."""
    for action in place.actions():
        menu = action.menu()
        if action.objectName() == action_name:
            return []
        way = _way_to(action_name, menu) if isinstance(menu, QMenu) else None
        if isinstance(menu, QMenu) and way is not None:
            return [menu, *way]
    return None
