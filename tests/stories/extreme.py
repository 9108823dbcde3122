"""A window that opens documents of extreme numbers with every panel in sight, in a process of its own.

``python -m tests.stories.extreme 0 6 1`` prints a line of JSON for each thing it begins and each fault it finds: an
error that nobody caught, a warning of Python or numpy, a message of Qt. Whoever started it sees a death, or that
nothing comes any more.
"""

import faulthandler
import json
import re
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from itertools import islice, product, zip_longest
from pathlib import Path

from PySide6.QtCore import Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QSlider,
    QTableView,
    QWidget,
)

from nnsim.documents.document import Document
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.panels.explain.steps import StepsPanel
from nnsim.gui.plots.plot import Plot
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.number_field import NumberField
from nnsim.gui.window.panels import WORKSPACES
from tests.documents.extreme_documents import documents
from tests.stories.conftest import window_with_hand

STUCK_SECONDS, MOST_COLUMNS = 60, 16
LEFT = ("activation", "loss_slice", "slope", "separability", "loss_slice")
BELOW = ("table", "forward", "backward", "steps", "matrices", "losses", "worksheet", "network_table")
"""Panels that share a place: of each row one is in front at a time; all others are in sight anyway."""


def _say(kind: str, **what: object) -> None:
    print(json.dumps({"kind": kind, **what}), flush=True)


def _listen() -> None:
    """Have every fault said, and none of them end anything."""
    def shown(message: object, category: type[Warning], *_: object) -> None:
        _say("fault", what=f"{category.__name__}: {message}", where=traceback.format_stack(limit=14)[:-1])

    def raised(kind: type[BaseException], error: BaseException, trace: object) -> None:
        _say("fault", what=f"{kind.__name__}: {error}", where=traceback.format_exception(error))

    def told(kind: QtMsgType, context: object, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and "This plugin does not support" not in text:
            _say("fault", what=f"Qt: {text}", where=traceback.format_stack(limit=14)[:-1])

    warnings.simplefilter("always")
    warnings.filterwarnings("ignore", "path is deprecated", DeprecationWarning)
    warnings.showwarning = shown  # type: ignore[assignment]
    sys.excepthook = raised
    sys.unraisablehook = lambda seen: _say("fault", what=f"unraisable {seen.exc_value!r}",
                                           where=traceback.format_exception(seen.exc_value))
    qInstallMessageHandler(told)


WRONG = re.compile(r"(?<![\w])(inf|nan|NaN|Infinity|None)(?![\w])")
"""How Python writes what a learner should read as ∞ or undefined."""


def words_of(window: QWidget) -> Iterator[str]:
    """All that can be read in a window, and what a screen reader says of it."""
    for widget in window.findChildren(QWidget):
        if widget.isVisible():
            yield widget.accessibleDescription()
            match widget:
                case QLabel() | QLineEdit() | QAbstractButton():
                    yield widget.text()
                case QAbstractItemView():
                    for row, column in product(range(widget.model().rowCount()), range(MOST_COLUMNS)):
                        yield str(widget.model().index(row, column).data() or "")


def read(window: QWidget) -> None:
    """Say where a number is not written as a learner reads it."""
    for text in words_of(window):
        if WRONG.search(text):
            _say("fault", what=f"written: {text[:200]}", where=[])


def glance_at(hand: Hand, document: Document) -> None:
    """Open a document with its last weight selected, each panel once in front, and train it for one update."""
    hand.session.open_document(document, None, "extreme")
    hand.desk.study.choose_row(0)
    hand.desk.looking.select([], [document.network.structure.connections[-1].ends])
    hand.window.workspaces.switch(WORKSPACES[-1])
    for fronts in zip_longest(LEFT, BELOW):
        for id in filter(None, fronts):
            _say("panel", id=id)
            hand.window.workspaces.show_panel(id)
        hand.settle()
        read(hand.window)
    hand.session.train(updates=1)
    hand.wait(lambda: not hand.session.training, "it is trained")


def look_at(hand: Hand, document: Document) -> None:
    """Open a document in every workspace, with every panel in front, a weight, a neuron and two weights selected,
    go through its first batch, train it for one update and a while, and take that back."""
    window, session, looking = hand.window, hand.session, hand.desk.looking
    session.open_document(document, None, "extreme")
    hand.settle()
    structure = document.network.structure
    ends = [c.ends for c in structure.connections]
    hidden = [n.id for n in structure.neurons if n.role != "input"]
    selections = [([], ends[-1:]), (hidden[:1], []), ([], [ends[0], ends[-1]]), (hidden[-1:], []), ([], [])]
    if session.dataset is not None:
        hand.desk.study.choose_row(0)
    for workspace in WORKSPACES:
        window.workspaces.switch(workspace)
        hand.settle()
    for fronts in zip_longest(LEFT, BELOW):
        for id in filter(None, fronts):
            _say("panel", id=id)
            window.workspaces.show_panel(id)
        for neurons, connections in selections:
            looking.select(neurons, connections)
            hand.settle()
            read(window)
    looking.select([], ends[:1])
    scopes = (("batch", ("loss_slice", "losses")), ("all", ("slope", "backward")), ("sample", ("matrices",)))
    for scope, fronts in scopes:
        hand.desk.study.set_scope(scope)
        for id in fronts:
            window.workspaces.show_panel(id)
            hand.settle()
    window.workspaces.show_panel("steps")
    steps = window.workspaces.panels["steps"]
    assert isinstance(steps, StepsPanel)
    for _ in range(12):
        steps.forward()
    hand.settle()
    for id in ("loss", "output", "network_table"):
        window.workspaces.show_panel(id)
    for amount in ({"updates": 1}, {"epochs": 3}):
        _say("panel", id=f"training {amount}")
        session.train(**amount)
        hand.wait(lambda: not session.training, "it is trained")
        hand.settle()
    session.undo()
    hand.settle()
    touch(hand)


def touch(hand: Hand) -> None:
    """Use what can be used by mouse and keys: plots, sliders, number fields, switches; sort, copy, look from afar."""
    for id in (*BELOW, *LEFT):
        _say("panel", id=f"touched {id}")
        hand.window.workspaces.show_panel(id)
        hand.settle()
        for widget in hand.window.workspaces.panels[id].findChildren(QWidget):
            if widget.isVisible() and widget.isEnabled():
                _use(widget)
        hand.settle()
    hand.canvas.fit()
    hand.settle()


def _use(widget: QWidget) -> None:
    keys = Qt.Key
    if isinstance(widget, Plot):
        QTest.mouseMove(widget.viewport(), widget.viewport().rect().center())
        QTest.mouseClick(widget.viewport(), Qt.MouseButton.LeftButton, pos=widget.viewport().rect().center())
        for text in ("+", "-", "-", "0"):
            QTest.keyClicks(widget, text)
        for key in (keys.Key_Left, keys.Key_Up):
            QTest.keyClick(widget, key)
    elif isinstance(widget, QSlider | NumberField):
        for key in (keys.Key_Up, keys.Key_PageUp, keys.Key_Down):
            QTest.keyClick(widget, key)
    elif isinstance(widget, QTableView):
        for column in range(widget.model().columnCount()):
            widget.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    elif isinstance(widget, EquationList):
        widget.copy(latex=True, whole=True)
        widget.copy(whole=True)
    elif isinstance(widget, QAbstractButton) and widget.isCheckable():
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def main(first: int, last: int, step: int) -> None:
    """Look at the documents first, first + step … below last; at one only glance, with a step of 0."""
    faulthandler.enable()
    _listen()
    with tempfile.TemporaryDirectory() as place, window_with_hand(Path(place)) as hand:
        for index, (name, document) in islice(enumerate(documents()), first, last, step or 1):
            faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
            _say("document", index=index, name=name)
            (look_at if step else glance_at)(hand, document)
            faulthandler.cancel_dump_traceback_later()
    # The offscreen clipboard outlives Python, and what Python gave it must not.
    QApplication.clipboard().clear()
    _say("end")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
