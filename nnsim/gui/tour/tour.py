"""The tour: drives the real window through the main job and writes pictures of it."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QPointF,
    QSettings,
    QStandardPaths,
    Qt,
    QtMsgType,
    qFormatLogMessage,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QLabel

from nnsim.gui.app import make_app
from nnsim.gui.session.desk import Desk
from nnsim.gui.tour.hand import Hand, HandError
from nnsim.gui.window.window import MainWindow

SIZE = (1440, 900)
XOR_LOSS = 0.01
CIRCLE_ACCURACY = 0.97
LEARNING_SECONDS = 90.0
"""Enough also where a busy machine compiles the kernels beside it."""


def run_tour(out: Path) -> int:
    """Write at least six PNGs of 1440×900 to the folder ``out``, with a line about each. Status 1 if a step fails."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("win32", "darwin")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

    try:
        with toured_window() as hand:
            hand.settle()
            for chapter in CHAPTERS:
                chapter(hand, out)
    except HandError as error:
        print(f"The tour failed: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def toured_window() -> Iterator[Hand]:
    """A hand on a new window with settings of its own, closed without saving."""
    with tempfile.TemporaryDirectory() as folder, _without_what_offscreen_lacks():
        # The learner's own settings and unsaved work are none of the tour's business.
        QStandardPaths.setTestModeEnabled(True)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)

        make_app()
        window = MainWindow(Path(folder))
        window.resize(*SIZE)
        window.show_with_layout()
        window.resize(*SIZE)
        try:
            yield Hand(window)
        finally:
            window.desk.session.pause()
            window.desk.session.mark_saved(Path(folder) / "tour.nnsim", window.desk.session.live_document)
            window.close()
            window.deleteLater()
            # Now, not when the event loop ends: a window half gone must not be restyled.
            QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
            QApplication.processEvents()


@contextmanager
def _without_what_offscreen_lacks() -> Iterator[None]:
    """Without a screen nobody manages windows, which Qt says dozens of times; all else that it says is heard."""
    def hear(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if text.startswith("This plugin does not support "):
            return
        if before is None:
            print(qFormatLogMessage(kind, context, text), file=sys.stderr, flush=True)
        else:
            before(kind, context, text)

    before = qInstallMessageHandler(hear)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _build_xor(hand: Hand, out: Path) -> None:
    """XOR by hand, from the empty canvas."""
    desk = hand.desk
    hand.picture(out / "1-empty.png", "An empty canvas says what to do first.")
    hand.canvas.fit()
    for role, x, y in (("input", -200, -110), ("input", -200, 110), ("hidden", 10, 0), ("output", 200, 0)):
        hand.add(role, QPointF(x, y))
    for source, target in (("x0", "h1"), ("x1", "h1"), ("x0", "y"), ("x1", "y")):
        hand.connect(source, target)
    hand.double_click_at(hand.at("h1"))
    hand.write("1.2")
    hand.drag(hand.rim("h1"), hand.at("y"), release=False)
    hand.picture(out / "2-connecting.png", "Dragging from a rim connects two neurons.")
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    hand.connect("h1", "y")
    hand.double_click_at(hand.label_of("h1", "y"))
    hand.write("-2")
    hand.double_click_at(hand.at("y"))
    hand.write("0.6")
    hand.check(hand.answers("y") == [0, 1, 1, 0], "the network drawn by hand computes XOR")
    hand.check(desk.session.network.value("b_h1") == -1.2, "the threshold of h1 is 1.2")
    hand.choose("target_choice", "XOR")
    hand.click_at(hand.at("h1"))
    hand.check("✓" in hand.find("table_status", QLabel).text(), "every row of the truth table matches XOR")
    hand.picture(
        out / "3-xor-by-hand.png",
        "XOR by hand: every row of the truth table with its sum, and the output over both inputs.",
    )
    hand.check(not hand.window.actions_by_name["train"].isEnabled(), "Train is disabled for step neurons")


def _train_xor(hand: Hand, out: Path) -> None:
    """XOR to learn, trained until it is right."""
    desk = hand.desk
    hand.answering("Discard", lambda: hand.example("xor_to_learn"))
    hand.picture(out / "4-xor-to-learn.png", "XOR to learn: random weights, and a map that is wrong.")
    desk.session.set_speed(None)
    hand.click("tool_train")
    session = desk.session
    hand.wait(lambda: session.latest is not None and session.latest.loss < XOR_LOSS,
              f"the loss of XOR falls below {XOR_LOSS}", LEARNING_SECONDS)
    hand.click("tool_train")
    hand.check(
        [round(a) for a in hand.answers(desk.session.structure.outputs[0])] == [0, 1, 1, 0],
        "the trained network computes XOR",
    )
    hand.picture(out / "5-xor-learned.png", "XOR learned: the loss has fallen, and two lines part the plane.")


def _train_circle(hand: Hand, out: Path) -> None:
    """The circle, trained until the boundary closes around the inner class."""
    desk = hand.desk
    hand.answering("Discard", lambda: hand.example("circle"))
    desk.session.set_speed(None)
    hand.click("tool_train")
    hand.wait(lambda: desk.session.epoch >= 5, "training gets going")
    hand.picture(out / "6-circle-training.png", "A circle in training: every neuron shows what it has learned so far.")
    hand.wait(
        lambda: _accuracy(desk) >= CIRCLE_ACCURACY and _closed(desk), "the boundary closes around the circle",
        LEARNING_SECONDS,
    )
    hand.click("tool_train")
    hand.check(not desk.session.training, "Pause pauses")
    hand.click_at(
        next(e.label.center() for e in hand.canvas.network_scene.edges.edges.values() if not e.label.isNull())
    )
    hand.picture(out / "7-circle-learned.png", "The boundary has closed; a weight is selected.")
    hand.window.commands.set_theme("dark")
    hand.picture(out / "8-dark.png", "The same in the dark theme.")
    hand.window.commands.set_theme("light")


CHAPTERS: tuple[Callable[[Hand, Path], None], ...] = (_build_xor, _train_xor, _train_circle)


def _accuracy(desk: Desk) -> float:
    data = desk.session.dataset
    assert data is not None
    o = desk.session.program.forward(desk.session.network.parameters, data.X)
    middle = (data.T.min() + data.T.max()) / 2
    return float(np.mean((o > middle) == (middle < data.T)))


def _closed(desk: Desk) -> bool:
    """Whether the whole edge of the map belongs to the outer class, and its middle to the inner one."""
    plane, trace, data = desk.looking.plane, desk.looking.map_trace, desk.session.dataset
    assert plane is not None and trace is not None and data is not None
    y = desk.session.structure.position[desk.session.structure.outputs[0]]
    grid = trace.a_rows[y].reshape(plane.resolution, plane.resolution)
    middle = (data.T.min() + data.T.max()) / 2
    inside = grid[plane.resolution // 2, plane.resolution // 2] > middle
    edge = np.concatenate([grid[0], grid[-1], grid[:, 0], grid[:, -1]]) > middle
    return bool((edge != inside).all())
