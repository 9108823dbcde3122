"""Tasks of a new user, counted in gestures, and whole stories with the keyboard alone and with the mouse alone.

A gesture is one click, double-click, drag, key, or typed number or name. The three tasks, as they were written down
before they were tried, with the number of gestures that was thought to be right:

1. **Build XOR from nothing.** Knows the README's first steps and the lecture's picture of XOR: which neurons, which
   weights, which thresholds. The window is empty. Goal: the truth table says that all four rows match XOR. With mouse
   and typed numbers at most 18 gestures, with the keyboard alone at most 30, with the mouse alone at most 24.
2. **Show softening and training on a projector.** Knows that steps cannot be trained and that sigmoids can. The window
   is empty, the projector has 1280×720. Goal: the hall sees XOR of steps, then of sigmoids so soft that rows fail, then
   training that repairs them, and the window is as it was before. With the mouse at most 12, with the keyboard at most
   16.
3. **Tell classes and signs apart in a grey-scale print of the screen.** Knows the README. The window is empty. Goal: a
   picture on which somebody without colours can say which weights are negative, which neurons fire, which points belong
   to which class, which part of the plane is 1, which curve is of the test. At most 4 gestures to the picture; what is
   to be seen in it is checked on its pixels.

Tried, they take what ``FOUND`` says; a change that makes one of them longer fails here.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QStandardPaths, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QWidget,
)

from nnsim.core.analysis.bands import right_rows
from nnsim.core.arrays import Array
from nnsim.gui.canvas.neuron_item import RADIUS
from nnsim.gui.canvas.soften_bar import SoftenBar
from nnsim.gui.look.theme import text_scale
from nnsim.gui.panels.activation.plot import ActivationPlot
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.panels.loss.plot import LossPlot
from nnsim.gui.panels.output.plots import MapPlot
from nnsim.gui.panels.selected.band_field import BandSlider
from nnsim.gui.plots.plot import Plot
from nnsim.gui.start.gesture_list import GESTURES
from nnsim.gui.tour.hand import LEFT, NO_KEYS, Hand

KEY = Qt.Key
ALT, CTRL, SHIFT = (Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier,
                    Qt.KeyboardModifier.ShiftModifier)
FOUND = {"XOR, mouse and numbers": 17, "XOR, keyboard": 27, "XOR, mouse": 16,
         "projector, mouse": 10, "projector, keyboard": 10, "grey, mouse": 2, "grey, keyboard": 4}
XOR_EDGES = (("x0", "h1"), ("x1", "h1"), ("x0", "y"), ("x1", "y"), ("h1", "y"))


# Hands that use one thing only


def press(hand: Hand, *keys: Qt.Key | tuple[Qt.KeyboardModifier, Qt.Key]) -> None:
    """Keys, each where the keyboard is: in an open menu, else in the widget with the focus."""
    for key in keys:
        modifiers, plain = key if isinstance(key, tuple) else (NO_KEYS, key)
        hand.key(plain, modifiers, QApplication.activePopupWidget())


def drag_slider(hand: Hand, name: str, value: float) -> None:
    """One drag of a slider from its knob to a value."""
    hand.gestures += 1
    slider = hand.find(name, BandSlider)
    start, end = (QPoint(round(slider.place_of(number)), 10) for number in (slider.number, value))
    QTest.mousePress(slider, LEFT, NO_KEYS, start)
    for i in range(1, 5):
        QTest.mouseMove(slider, start + (end - start) * i / 4)
        hand.settle()
    QTest.mouseRelease(slider, LEFT, NO_KEYS, end)
    hand.settle()


def pick(hand: Hand, name: str, text: str) -> None:
    """Open a choice with the mouse and click an entry."""
    hand.gestures += 2
    box = hand.find(name, QComboBox)
    QTest.mouseClick(box, LEFT, NO_KEYS, QPoint(box.width() - 8, box.height() // 2))
    hand.wait(box.view().isVisible, "the choice is open")
    view = box.view()
    place = view.visualRect(view.model().index(box.findText(text), 0)).center()
    QTest.mouseMove(view.viewport(), place)
    QTest.mouseClick(view.viewport(), LEFT, NO_KEYS, place)
    hand.window.activateWindow()
    hand.settle()


def in_dialog(hand: Hand, do: Callable[[], object], answer: Callable[[QFileDialog], object]) -> None:
    """Do something that opens a file dialog, and answer it."""
    answered = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog) and not answered:
            answered.append(True)
            try:
                answer(dialog)
            finally:
                # One that is still open would wait for ever.
                QTimer.singleShot(1_000, dialog, dialog.reject)

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(20)
    do()
    hand.wait(lambda: answered, "the file dialog has been answered")
    timer.stop()
    hand.window.activateWindow()
    hand.settle()


def type_name(hand: Hand, name: str) -> Callable[[QFileDialog], None]:
    """With the keyboard: the name in its field, and Enter."""

    def answer(dialog: QFileDialog) -> None:
        hand.gestures += 1
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        QTest.keyClick(edit, KEY.Key_A, CTRL)
        QTest.keyClicks(edit, name)
        # The first is for the list of names that fit, where one is open.
        for _ in range(2):
            if dialog.isVisible():
                QTest.keyClick(edit, KEY.Key_Return)

    return answer


def click_save(hand: Hand) -> Callable[[QFileDialog], None]:
    """With the mouse: the button Save; the name is offered."""

    def answer(dialog: QFileDialog) -> None:
        hand.gestures += 1
        box = dialog.findChild(QDialogButtonBox)
        QTest.mouseClick(box.button(QDialogButtonBox.StandardButton.Save), LEFT)

    return answer


def status(hand: Hand) -> str:
    """What the table says of the rows."""
    return hand.find("table_status", QLabel).text()


def train_a_while(hand: Hand, toggle: Callable[[], object]) -> None:
    """Train until all four rows are right, and pause."""
    data = hand.session.dataset
    assert data is not None
    toggle()
    assert hand.session.training
    hand.wait(lambda: hand.session.epoch > 20 and right_rows(hand.session.network, data.X, data.T).all(),
              "all four rows are right")
    toggle()
    assert not hand.session.training


# 1. XOR from nothing


def xor_by_mouse(hand: Hand) -> None:
    """Four neurons from the strip and five drags."""
    for kind in ("input", "input", "step", "output"):
        hand.click(f"palette_{kind}")
    for source, target in XOR_EDGES:
        hand.connect(source, target)


def xor_without_keys(hand: Hand) -> None:
    """The same, numbers by the slider of what is selected, and the target chosen."""
    xor_by_mouse(hand)
    drag_slider(hand, "connection_slider", -2.0)
    for id, threshold in (("h1", 1.2), ("y", 0.6)):
        hand.click_at(hand.at(id))
        drag_slider(hand, "neuron_slider", threshold)
    pick(hand, "target_choice", "XOR")


def xor_by_keys(hand: Hand) -> None:
    """Four letters, the inputs connected with both others at once, and the three numbers that are not as they come."""
    press(hand, KEY.Key_I, KEY.Key_I, KEY.Key_N, KEY.Key_O)
    press(hand, (ALT, KEY.Key_Left), (ALT, KEY.Key_Left), (ALT | SHIFT, KEY.Key_Down), KEY.Key_C)
    press(hand, (ALT, KEY.Key_Right), (ALT | SHIFT, KEY.Key_Right), KEY.Key_Return)
    press(hand, (ALT, KEY.Key_Left), (ALT, KEY.Key_Right), KEY.Key_C, (ALT, KEY.Key_Right), KEY.Key_Return)
    press(hand, KEY.Key_Return)
    hand.write("-2")
    press(hand, (ALT, KEY.Key_Left), KEY.Key_Return)
    hand.write("1.2")
    press(hand, (ALT, KEY.Key_Right), KEY.Key_Return)
    hand.write("0.6")


def is_xor(hand: Hand) -> bool:
    """Whether the network is the lecture's, and the table says so."""
    network = hand.session.network
    weights = {c.ends: network.value(c.weight) for c in hand.session.structure.connections}
    return (weights == {ends: -2.0 if ends == ("h1", "y") else 1.0 for ends in XOR_EDGES}
            and (network.value("b_h1"), network.value("b_y")) == (-1.2, -0.6)
            and "all 4 rows match XOR" in status(hand))


def test_xor_with_mouse_and_numbers(hand: Hand) -> None:
    """As one does it: neurons and connections with the mouse, numbers typed where they stand."""
    xor_by_mouse(hand)
    for place, number in ((hand.label_of("h1", "y"), "-2"), (hand.at("h1"), "1,2"), (hand.at("y"), "0,6")):
        hand.double_click_at(place)
        hand.write(number)
    pick(hand, "target_choice", "XOR")
    assert is_xor(hand)
    assert hand.gestures <= FOUND["XOR, mouse and numbers"]


def test_xor_with_the_keyboard(hand: Hand) -> None:
    """From the canvas, where the keys are at first, to the target in the table."""
    xor_by_keys(hand)
    press(hand, (SHIFT, KEY.Key_F6), KEY.Key_Tab, KEY.Key_X)
    assert is_xor(hand)
    assert hand.gestures <= FOUND["XOR, keyboard"]


def test_xor_with_the_mouse(hand: Hand) -> None:
    """No key at all: numbers by the slider of what is selected, a weight's opposite in one drag."""
    xor_without_keys(hand)
    assert is_xor(hand)
    assert hand.gestures <= FOUND["XOR, mouse"]


def test_the_output_is_the_same_however_it_is_added(hand: Hand) -> None:
    """A step beside steps, from the strip, by O and by double-click; any number beside neurons that can learn."""
    hand.click("palette_output")
    press(hand, KEY.Key_O)
    hand.add("output", hand.at("y2" if "y2" in hand.session.structure.by_id else hand.session.structure.outputs[-1])
             + QPointF(-150, 0))
    assert [n.activation for n in hand.session.structure.neurons] == ["heaviside"] * 3
    hand.click("palette_tanh")
    before = set(hand.session.structure.outputs)
    hand.click("palette_output")
    hand.canvas.setFocus()
    press(hand, KEY.Key_O)
    new = set(hand.session.structure.outputs) - before
    assert [hand.session.structure.by_id[id].activation for id in new] == ["linear"] * 2


# 2. On a projector


@pytest.fixture
def projector(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> Hand:
    """A window of 1280×720. The screen of the tests is smaller than the window, so it does not fill it."""
    monkeypatch.setattr(hand.window, "showFullScreen", lambda: None)
    hand.window.resize(1280, 720)
    hand.settle()
    return hand


def arrangement(hand: Hand) -> dict[str, tuple[int, int, int, int]]:
    """Where the panels are that can be seen."""
    return {id: hand.window.docks[id].geometry().getRect() for id, panel in hand.window.panels.items() if panel.seen}


def is_presented_well(hand: Hand) -> None:
    """All titles whole, all four rows in sight, text of 20 pixels on the canvas too, nothing outside the window."""
    for id in ("table", "output"):
        dock = hand.window.docks[id]
        assert dock.titleBarWidget().geometry().bottom() < dock.widget().geometry().top()
        for label in dock.titleBarWidget().findChildren(QLabel):
            assert not label.isVisible() or label.height() >= label.fontMetrics().height() - 1
    rows = hand.window.panels["table"].view
    assert rows.visualRect(rows.model().index(3, 0)).bottom() <= rows.viewport().height()
    larger = min(hand.canvas.network_scene.larger, hand.canvas.network_scene.edges.larger)
    assert 11 * text_scale() * larger * hand.canvas.zoom >= (17 if hand.desk.softening.active else 19)
    for id in ("present_train", "present_present", "soften_keep"):
        button = hand.window.findChild(QWidget, id)
        if button.isVisible():
            assert hand.window.rect().contains(button.mapTo(hand.window, button.rect().bottomRight()))


def test_softening_on_a_projector_with_the_mouse(projector: Hand) -> None:
    """Example, Present, Soften, k, Keep, Train, Pause, Leave: each is in sight when it is needed."""
    hand = projector
    hand.rest(0.1)
    hand.example("xor")
    hand.rest(0.1)
    before = arrangement(hand)
    hand.menu("action_present")
    is_presented_well(hand)
    hand.click("present_soften")
    bar = hand.find("soften_bar", SoftenBar)
    slider = hand.find("soften_slider", QWidget)
    hand.gestures += 1
    span = slider.width() - 16
    start, end = (QPoint(8 + round(span * (k - 1) / 19), slider.height() // 2) for k in (10, 4))
    QTest.mousePress(slider, LEFT, NO_KEYS, start)
    QTest.mouseMove(slider, end)
    QTest.mouseRelease(slider, LEFT, NO_KEYS, end)
    hand.settle()
    assert "fail" in hand.find("soften_report", QLabel).text()
    is_presented_well(hand)
    hand.click("soften_keep")
    assert not bar.isVisible()
    train_a_while(hand, lambda: hand.click("present_train"))
    assert "all 4 rows match XOR" in status(hand)
    assert "epoch" in hand.find("present_epoch", QLabel).text()
    is_presented_well(hand)
    hand.click("present_present")
    hand.rest(0.1)
    for id, rect in arrangement(hand).items():
        assert rect == pytest.approx(before[id], abs=4), id
    assert hand.gestures <= FOUND["projector, mouse"]


def test_softening_on_a_projector_with_the_keyboard(projector: Hand) -> None:
    """The same by keys that stand on the page of keys."""
    hand = projector
    open_xor_by_keys(hand)
    press(hand, KEY.Key_F11, (CTRL, KEY.Key_K), KEY.Key_Tab)
    hand.write("4")
    assert "fail" in hand.find("soften_report", QLabel).text()
    press(hand, KEY.Key_Return)
    assert not hand.window.soften_bar.isVisible()
    train_a_while(hand, lambda: press(hand, (CTRL, KEY.Key_T)))
    assert "all 4 rows match XOR" in status(hand)
    press(hand, KEY.Key_Escape)
    assert hand.window.menuBar().isVisible()
    assert hand.gestures <= FOUND["projector, keyboard"]


def open_xor_by_keys(hand: Hand) -> None:
    """The gallery, what is typed into its search, and Enter."""
    press(hand, (CTRL, KEY.Key_G))
    hand.write("xor")
    hand.wait(lambda: hand.session.title == "XOR", "XOR is open")
    hand.window.activateWindow()
    hand.settle()


# 3. In grey


def grey(widget: QWidget) -> Array:
    """(height, width): what is to be seen of a widget as a grey-scale print has it, 0 to 255."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    assert image.devicePixelRatio() == 1.0
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].astype(np.float64)


TOLD_APART = 20.0
"""So much darker or lighter of 255 is seen as another grey, side by side."""


def gaps(hand: Hand, picture: Array, ends: tuple[str, str]) -> int:
    """How often a connection is interrupted on the picture, apart from its label."""
    edge = hand.canvas.network_scene.edges.edges[ends]
    background = picture[3, 3]
    drawn = []
    for share in np.linspace(0.12, 0.85, 400):
        point = edge.path.pointAtPercent(float(share))
        if not edge.label.adjusted(-6, -6, 6, 6).contains(point):
            place = hand.canvas.mapFromScene(point)
            around = picture[place.y() - 1 : place.y() + 2, place.x() - 1 : place.x() + 2]
            drawn.append(bool(np.abs(around - background).max() > 2 * TOLD_APART))
    return int(np.sum(np.diff(np.array(drawn, dtype=int)) == -1))


def fill(hand: Hand, picture: Array, id: str) -> float:
    """The grey inside a neuron, beside what is written in it."""
    place = hand.canvas.mapFromScene(hand.at(id) + QPointF(0, RADIUS * 0.62))
    return float(np.median(picture[place.y() - 2 : place.y() + 3, place.x() - 2 : place.x() + 3]))


def roundness(plot: Plot, picture: Array, x: float, y: float) -> float:
    """How much of the square around a marker it fills: a circle more than three quarters, a diamond half."""
    place = plot.mapFromScene(plot.place_of(x, y))
    reach = 10
    part = picture[place.y() - reach : place.y() + reach + 1, place.x() - reach : place.x() + reach + 1]
    ground = np.median(np.concatenate([part[:2].ravel(), part[-2:].ravel()]))
    there = np.abs(part - ground) > TOLD_APART
    filled = np.zeros_like(there)
    for row, line in enumerate(there):
        columns = np.flatnonzero(line)
        if len(columns):
            filled[row, columns[0] : columns[-1] + 1] = True
    rows, columns = np.flatnonzero(filled.any(axis=1)), np.flatnonzero(filled.any(axis=0))
    return float(filled.sum() / ((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)))


def longest_runs(picture: Array) -> list[int]:
    """How long the pieces of ink are in a picture of one curve, from left to right."""
    inked = (np.abs(picture - np.median(picture)) > TOLD_APART).any(axis=0).astype(int)
    changes = np.flatnonzero(np.diff(np.concatenate([[0], inked, [0]])))
    return [int(b - a) for a, b in zip(changes[::2], changes[1::2], strict=True)]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_signs_and_classes_in_grey(hand: Hand, mode: str) -> None:
    """XOR on a print: which weight is negative, who fires, where the map is 1, who belongs to which class."""
    hand.window.commands.set_theme(mode)  # type: ignore[arg-type]
    hand.example("xor")
    assert hand.gestures <= FOUND["grey, mouse"]
    hand.wait(lambda: hand.window.panels["output"].findChild(MapPlot), "the map is there")
    hand.flip("x0")
    hand.rest(0.1)
    picture = grey(hand.canvas.viewport())
    for ends in hand.session.structure.by_ends:
        assert (gaps(hand, picture, ends) >= 4) == (ends == ("h", "output")), ends
        assert gaps(hand, picture, ends) in ((0,) if ends != ("h", "output") else range(4, 60))
    # x0 is 1, x1 is 0; the output fires, h does not. What fires is filled, and says so with a number.
    assert abs(fill(hand, picture, "x0") - fill(hand, picture, "x1")) > TOLD_APART
    assert abs(fill(hand, picture, "output") - fill(hand, picture, "h")) > TOLD_APART
    plot = hand.find("output_map", MapPlot)
    seen = grey(plot)

    def region(x: float, y: float) -> float:
        at = plot.mapFromScene(plot.place_of(x, y))
        return float(np.median(seen[at.y() - 2 : at.y() + 3, at.x() - 2 : at.x() + 3]))

    assert abs(region(0.5, 0.5) - region(0.15, 0.15)) > 1.5 * TOLD_APART
    for x, y, circle in ((0, 1, True), (1, 1, False), (0, 0, False)):
        assert (roundness(plot, seen, x, y) > 0.66) is circle, (x, y)
    # The table says it in numbers and signs.
    model = hand.window.panels["table"].view.model()
    last = [str(model.index(row, model.columnCount() - 1).data()) for row in range(4)]
    assert [text[0] for text in last] == ["0", "1", "1", "0"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_curves_in_grey(hand: Hand, mode: str) -> None:
    """The circle on a print: the test loss is dashed, and on the activation's axis each class has a row and a shape."""
    hand.window.commands.set_theme(mode)  # type: ignore[arg-type]
    hand.example("circle")
    # So many epochs, however fast the machine is: the curves are the same each time.
    assert hand.session.train(epochs=100)
    hand.wait(lambda: not hand.session.training, "some epochs are done")
    hand.click("workspace_train")
    hand.click("loss_log")
    hand.click_at(hand.at("h1"))
    hand.window.show_panel("activation")
    hand.rest(0.3)
    loss = hand.find("loss_plot", LossPlot)
    loss.running.setVisible(False)
    for curve, other, dashed in ((loss.train, loss.test, False), (loss.test, loss.train, True)):
        curve.setVisible(True)
        other.setVisible(False)
        hand.settle()
        left, right = (loss.mapFromScene(loss.place_of(loss.ranges[0][1] * share, 0)).x() for share in (0.3, 0.95))
        top, bottom = (loss.mapFromScene(loss.place_of(0, y)).y() for y in reversed(loss.ranges[1]))
        runs = longest_runs(grey(loss)[top + 2 : bottom - 1, left:right])
        assert (len(runs) >= 5) is dashed, runs
    activation = hand.find("activation_plot", ActivationPlot)
    heights = [set(points.getData()[1].tolist()) for points in activation.rug.values() if len(points.getData()[1])]
    assert len(heights) == 2 and not heights[0] & heights[1]
    assert len({points.opts["symbol"] for points in activation.rug.values() if len(points.getData()[1])}) == 2


def test_grey_picture_with_the_keyboard(hand: Hand) -> None:
    """To the same picture without a mouse: the gallery, its search, and the input flipped."""
    open_xor_by_keys(hand)
    press(hand, (ALT, KEY.Key_Left), KEY.Key_Space)
    assert hand.desk.looking.inputs["x0"] == 1.0
    assert hand.gestures <= FOUND["grey, keyboard"]


# Whole stories


def test_a_whole_story_with_the_keyboard(hand: Hand, tmp_path: Path) -> None:
    """Built, checked in the table, softened, trained, explained, shown, saved and opened again; no mouse."""
    xor_by_keys(hand)
    press(hand, (SHIFT, KEY.Key_F6), KEY.Key_Tab, KEY.Key_X)
    assert is_xor(hand)
    # Through the rows, whose inputs are fed.
    press(hand, (SHIFT, KEY.Key_Tab))
    fed = []
    for _ in range(4):
        fed.append((*hand.desk.looking.input_row[0].tolist(), hand.desk.looking.output_of("y")))
        press(hand, KEY.Key_Down)
    assert sorted(fed) == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
    press(hand, (CTRL, KEY.Key_K), KEY.Key_Tab)
    hand.write("4")
    press(hand, KEY.Key_Return)
    assert {n.activation for n in hand.session.structure.neurons if n.role != "input"} == {"sigmoid"}
    train_a_while(hand, lambda: press(hand, (CTRL, KEY.Key_T)))
    # One weight explained: to the canvas, to a neuron, onto its connection, its chain rule.
    while QApplication.focusWidget() is not hand.canvas:
        press(hand, KEY.Key_F6)
    press(hand, (ALT, KEY.Key_Left), KEY.Key_E)
    assert len(hand.desk.looking.selected_connections) == 1
    press(hand, (CTRL, KEY.Key_2))
    (ends,) = hand.desk.looking.selected_connections
    weight = hand.session.structure.by_ends[ends].weight
    view = hand.find("backward_lines", EquationList)
    hand.wait(lambda: f"∂L/∂{weight}" in view.text, "the chain rule is there")
    assert view.hasFocus()
    for digit, id in ((KEY.Key_3, "explain"), (KEY.Key_2, "train"), (KEY.Key_1, "build")):
        press(hand, (ALT, digit))
        assert hand.window.workspaces.current.id == id
    press(hand, KEY.Key_F11)
    assert not hand.window.menuBar().isVisible()
    press(hand, KEY.Key_Escape)
    assert hand.window.menuBar().isVisible()
    path = tmp_path / "keys.nnsim"
    in_dialog(hand, lambda: press(hand, (CTRL, KEY.Key_S)), type_name(hand, str(path)))
    assert not hand.session.dirty
    saved = hand.session.document
    press(hand, (CTRL, KEY.Key_N))
    assert not hand.session.structure.neurons
    in_dialog(hand, lambda: press(hand, (CTRL, KEY.Key_O)), type_name(hand, path.name))
    assert hand.session.document == saved


def test_a_whole_story_with_the_mouse(hand: Hand) -> None:
    """The same; no key."""
    Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)).mkdir(
        parents=True, exist_ok=True)
    xor_without_keys(hand)
    assert is_xor(hand)
    rows = hand.window.panels["table"].view
    for row, answer in enumerate((0, 1, 1, 0)):
        hand.gestures += 1
        QTest.mouseClick(rows.viewport(), LEFT, NO_KEYS, rows.visualRect(rows.model().index(row, 0)).center())
        hand.settle()
        assert hand.desk.looking.output_of("y") == answer
    hand.click("tool_soften")
    hand.click("soften_keep")
    train_a_while(hand, lambda: hand.click("tool_train"))
    hand.click_at(hand.label_of("h1", "y"))
    hand.menu("explain_backward")
    view = hand.find("backward_lines", EquationList)
    hand.wait(lambda: "∂L/∂w5" in view.text, "the chain rule is there")
    for id in ("explain", "train", "build"):
        hand.click(f"workspace_{id}")
        assert hand.find(f"workspace_{id}", QToolButton).isChecked()
    hand.menu("action_present")
    hand.click("present_present")
    in_dialog(hand, lambda: hand.menu("action_save"), click_save(hand))
    assert not hand.session.dirty
    saved = hand.session.document
    hand.menu("action_new")
    hand.click("first_recent_0")
    hand.wait(lambda: hand.session.structure.neurons, "the file is open")
    assert hand.session.document == saved


# What the keys need


def test_every_key_stands_on_the_page_of_keys(hand: Hand) -> None:
    """Every shortcut of a menu is told there, so that no gesture has to be found by chance."""
    told = {key.strip() for _, entries in GESTURES for text, _ in entries
            for key in text.replace("\u2026", ",").split(",")}
    told |= {f"Ctrl+{digit}" for digit in range(1, 10)}
    assert "Ctrl+1" in told and "Ctrl+9" in told
    menus = [top.menu() for top in hand.window.menuBar().actions()]
    actions = [action for menu in menus if isinstance(menu, QMenu) for action in menu.actions()]
    keys = {key.toString() for action in actions for key in action.shortcuts() if not key.isEmpty()}
    assert len(keys) > 30 and keys <= told, keys - told


def test_f6_goes_through_the_panels_that_are_seen(hand: Hand) -> None:
    """Round and round, forwards and backwards, to a widget inside each; never to one that cannot be seen."""
    hand.example("xor")
    panels = [id for id in hand.window.docks if id in hand.window.panels and hand.window.panels[id].seen]

    def here() -> str:
        focused = QApplication.focusWidget()
        assert focused is not None and focused.isVisible() and focused.focusPolicy() & Qt.FocusPolicy.TabFocus
        return next((id for id in panels if hand.window.docks[id].isAncestorOf(focused)),
                    "canvas" if focused is hand.canvas else "")

    for key in (KEY.Key_F6, (SHIFT, KEY.Key_F6)):
        met = []
        hand.canvas.setFocus()
        for _ in range(len(panels) + 1):
            press(hand, key)
            met.append(here())
            if met[-1] == "canvas":
                break
        assert set(met) >= {"selected", "activation", "output", "table", "canvas"}
        assert "" not in met and len(met) == len(set(met))


def test_tab_meets_only_what_is_seen(hand: Hand) -> None:
    """All the way round, also in Present: a bar of tabs outside the window takes no key."""
    hand.example("xor")
    for present in (False, True):
        if present:
            press(hand, KEY.Key_F11)
        hand.canvas.setFocus()
        for _ in range(80):
            press(hand, KEY.Key_Tab)
            focused = QApplication.focusWidget()
            assert focused is not None and focused.isVisible()
            middle = focused.mapTo(hand.window, focused.rect().center())
            assert hand.window.rect().contains(middle), focused.objectName()
            if focused is hand.canvas:
                break
        else:
            pytest.fail("Tab never comes back to the canvas")
