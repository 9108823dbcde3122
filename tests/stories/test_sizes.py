"""The window at every size, scale of text and direction: nothing is cut, nothing stands on something else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations, product

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QTabBar, QToolBar, QToolButton, QWidget

from nnsim.documents.examples import EXAMPLES
from nnsim.gui.canvas.edge_layer import READABLE
from nnsim.gui.canvas.neuron_item import GAP, NeuronItem
from nnsim.gui.canvas.view import LARGER_STEP, READ_PIXELS
from nnsim.gui.look.icons import icon
from nnsim.gui.look.settings import TEXT_SCALES
from nnsim.gui.look.theme import PRESENTED_PIXELS, font, icon_sizes, pixels, text_scale
from nnsim.gui.panels.output.panel import OutputPanel
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.forms import WholeRows
from nnsim.gui.widgets.number_field import NumberField
from nnsim.gui.window.panels import BUILD, WORKSPACES

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def small(hand: Hand) -> Hand:
    """A hand on a window of 1280×720 in its first arrangement."""
    hand.window.resize(1280, 720)
    hand.window.workspaces.reset()
    hand.settle()
    return hand


@pytest.fixture
def mirrored(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Hand]:
    """A hand on a window that runs from right to left."""
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        yield request.getfixturevalue("new_hand")
    finally:
        QGuiApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def enlarge(hand: Hand, scale: float) -> None:
    """All text in this size, at once: each step in between would restyle the whole window."""
    if text_scale() < scale:
        hand.window.commands.scale_text(TEXT_SCALES.index(scale) - TEXT_SCALES.index(text_scale()))
        hand.settle()


def present(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """F11; the screen of the tests is smaller than the window."""
    monkeypatch.setattr(hand.window, "showFullScreen", lambda: None)
    hand.key(Qt.Key.Key_F11, widget=hand.window)


def show_at(hand: Hand, scale: float | str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All text in this size, or as when presenting. One window at all scales: each costs as much as a story."""
    if isinstance(scale, str):
        present(hand, monkeypatch)
    else:
        enlarge(hand, scale)


def within(widget: QWidget, frame: QWidget) -> bool:
    """Whether the whole of a widget is inside another."""
    return frame.rect().contains(widget.rect().translated(widget.mapTo(frame, widget.rect().topLeft())))


def test_text_of_150_percent_fits_a_small_screen(small: Hand) -> None:
    """No workspace makes a window of 1280×720 grow, and all tools of the toolbar stay: speed is one of them."""
    small.example("hands_on")
    enlarge(small, 1.25)
    small.key(Qt.Key.Key_Plus, CONTROL, small.window)
    assert text_scale() == 1.5
    bar = small.find("toolbar", QToolBar)
    for workspace in WORKSPACES:
        small.click(f"workspace_{workspace.id}")
        small.rest(0.05)
        assert small.window.size().toTuple() == (1280, 720)
        assert within(small.find("speed_control", QWidget), bar)
    back = small.find("tool_back_to_start", QToolButton)
    assert back.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly and back.toolTip()
    # One that has lost its word is as wide as one that never had any: its icon stands in the middle.
    alone = [button for button in bar.findChildren(QToolButton) if button.objectName().startswith("tool_")
             and button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly]
    assert len(alone) > 3 and {button.width() for button in alone} == {back.width()}
    small.window.commands.scale_text(TEXT_SCALES.index(1.1) - TEXT_SCALES.index(1.5))
    small.key(Qt.Key.Key_Minus, CONTROL, small.window)
    assert text_scale() == 1.0
    small.rest(0.05)
    assert back.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def test_the_epoch_never_takes_the_place_of_a_tool(small: Hand) -> None:
    """Where the number of the epoch has no room it is left out: a cut number would be a wrong one."""
    small.example("xor_to_learn")
    small.desk.session.train(epochs=1234)
    small.wait(lambda: not small.desk.session.training, "it has learned")
    bar, label = small.find("toolbar", QToolBar), small.find("epoch_label", QLabel)
    for scale in (1.0, 1.5):
        enlarge(small, scale)
        small.rest(0.05)
        assert all(within(small.find(name, QWidget), bar) for name in ("speed_control", "tool_back_to_start"))
        fits = label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
        assert label.text() == "epoch 1,234" and fits == (scale == 1.0)
        picture = label.grab().toImage()
        colors = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
        assert (len(colors) > 1) == fits


def test_title_bars_are_whole(small: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A title bar ends where its panel begins, and what stands in it is not cut."""
    small.example("circle")
    for scale in (1.0, 1.5, "present"):
        show_at(small, scale, monkeypatch)
        small.rest(0.05)
        seen = [dock for id, dock in small.window.docks.items() if small.window.panels[id].seen]
        assert len(seen) >= 2
        for dock in seen:
            header, where = dock.titleBarWidget(), (scale, dock.windowTitle())
            assert header.geometry().bottom() + 1 == dock.widget().y(), where
            for part in header.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
                assert not part.isVisible() or within(part, header), (*where, part.objectName())
            title = header.findChild(QLabel, "card_title")
            assert title.width() >= title.sizeHint().width() or not title.isVisible(), where


def test_tabs_are_never_cut(small: Hand) -> None:
    """Titles of tabs are whole; where not all have room, the bar scrolls."""
    enlarge(small, 1.5)
    small.click("workspace_explain")
    small.rest(0.05)
    bars = [bar for bar in small.window.findChildren(QTabBar, "panel_tabs") if bar.isVisible() and bar.x() >= 0]
    assert len(bars) == 3
    for bar in bars:
        for tab in range(bar.count()):
            assert bar.tabRect(tab).width() >= bar.fontMetrics().horizontalAdvance(bar.tabText(tab))


def test_a_very_large_screen_is_used(hand: Hand) -> None:
    """On 3840×2160 pixels the panels at the sides are wide, and a small network is large."""
    hand.window.resize(3840, 2160)
    hand.window.workspaces.reset()
    hand.example("and")
    for side in BUILD.sides[:2]:
        for stack in side.stacks:
            assert hand.window.docks[stack.panels[0]].width() >= side.share * 3840 - 1
    assert hand.canvas.zoom > 1.5


@pytest.mark.parametrize("scale", ["1", "2"])
def test_lines_of_plots_are_as_wide_on_a_fine_screen(scale: str) -> None:
    """2 pixels of the window, which are 4 of a screen with twice as many."""
    code = """
import pyqtgraph as pg
from nnsim.gui.app import make_app
app = make_app()
from nnsim.gui.plots.plot import Plot, pen
plot = Plot("plot")
plot.add(pg.PlotCurveItem([0, 1], [0.53, 0.53], pen=pen("#ff0000", 2)))
plot.resize(200, 200)
plot.show()
app.processEvents()
picture = plot.grab().toImage()
reds = [picture.pixelColor(picture.width() // 2, y) for y in range(picture.height())]
print(round(sum(255 - red.green() for red in reds if red.red() > 250) / 255))
"""
    environment = os.environ | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == str(2 * int(scale))


def boxes(item: NeuronItem) -> list[QRectF]:
    """What belongs to a neuron, in the scene, without the gap around it."""
    return [rect.adjusted(GAP, 0, -GAP, 0) for rect in item.taken()]


def overlapping(items: list[NeuronItem]) -> list[tuple[str, str]]:
    """Pairs of neurons whose names, numbers or circles stand on each other."""
    return [(a.id, b.id) for a, b in combinations(items, 2)
            if any(one.intersects(other) for one in boxes(a) for other in boxes(b))]


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_nothing_covers_another_neuron_when_presenting(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """In no example does a name, a bias or a weight stand on a neighbour, though all text is large."""
    hand.window.resize(*size)
    present(hand, monkeypatch)
    assert not hand.window.findChild(QWidget, "palette").isVisible()
    for example in EXAMPLES.values():
        assert hand.window.files.open_example(example)
        hand.settle()
        scene = hand.canvas.network_scene
        assert not overlapping(list(scene.neurons.values())), example.id
        taken = [rect for item in scene.neurons.values() for rect in boxes(item)]
        labels = [(edge.ends, edge.label) for edge in scene.edges.edges.values()]
        covering = [ends for ends, label in labels if any(label.intersects(rect) for rect in taken)]
        assert not covering, example.id


@pytest.mark.parametrize(
    ("size", "examples"),
    [((1280, 720), ("xor", "half_adder", "hands_on")), ((1920, 1080), ("xor", "parity", "circle", "sine"))],
    ids=["small projector", "large projector"],
)
def test_the_canvas_can_be_read_from_the_last_row(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], examples: tuple[str, ...]
) -> None:
    """The smallest text of a neuron and of a weight is 20 pixels, also where the network has to be made smaller."""
    hand.window.resize(*size)
    for name in examples:
        hand.example(name)
        labels = hand.canvas.network_scene.edges.labels
        present(hand, monkeypatch)
        hand.canvas.fit()
        scene, zoom = hand.canvas.network_scene, hand.canvas.zoom
        for larger in (scene.larger, scene.edges.larger):
            assert font("small", larger=larger).pixelSize() * zoom >= PRESENTED_PIXELS - 0.5, name
        assert scene.covered() == 0 and scene.edges.labels >= labels - 1
        hand.key(Qt.Key.Key_F11, widget=hand.window)
        # Near the screen texts are at most a step larger than it takes to read them.
        for larger in (scene.larger, scene.edges.larger):
            assert larger == 1.0 or pixels("small") * (larger - LARGER_STEP) * hand.canvas.zoom < READ_PIXELS, name


def test_biases_stand_under_their_neurons_where_there_is_room(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """And all of them at the side where there is not, so that they stand alike."""
    hand.example("circle")
    items = hand.canvas.network_scene.neurons
    assert all(items[id].below_rect.center().x() == 0 for id in ("h1", "h4", "y"))
    present(hand, monkeypatch)
    assert all(items[id].below_rect.left() > 0 for id in ("h1", "h4", "y"))
    hand.key(Qt.Key.Key_Escape, widget=hand.window)
    assert all(items[id].below_rect.center().x() == 0 for id in ("h1", "h4", "y"))


def test_larger_text_is_read_from_farther_away(small: Hand) -> None:
    """At 150 % the weights of a network in a small window are still written."""
    small.example("hands_on")
    enlarge(small, 1.5)
    small.click("workspace_explain")
    small.rest(0.05)
    small.canvas.zoom_by(0.85 * READABLE / small.canvas.zoom)
    label = small.canvas.mapFromScene(small.canvas.network_scene.edges.edges["i1", "h1"].label).boundingRect()
    written = small.canvas.grab(label.adjusted(2, 2, -2, -2)).toImage()
    small.canvas.network_scene.edges.edges["i1", "h1"].text = "8888"
    small.canvas.viewport().update()
    assert small.canvas.grab(label.adjusted(2, 2, -2, -2)).toImage() != written


def test_weights_from_the_start_cover_nothing(hand: Hand) -> None:
    """B: each stands beside its label, clear of the other labels, of neurons and of each other."""
    hand.example("circle")
    hand.session.train(epochs=5)
    hand.wait(lambda: not hand.session.training, "it has learned")
    hand.desk.study.compare(True)
    scene = hand.canvas.network_scene
    shown = [edge for edge in scene.edges.edges.values() if edge.ghost and not edge.label.isNull()]
    assert len(shown) == 12
    taken = [rect for item in scene.neurons.values() for rect in boxes(item)]
    others = [*taken, *(edge.label for edge in shown), *(edge.ghost_label for edge in shown)]
    for edge in shown:
        assert sum(edge.ghost_label.intersects(other) for other in others) == 1, edge.ends  # itself
        assert edge.ghost_label.adjusted(-3, -3, 3, 3).intersects(edge.label)


def test_a_message_takes_the_place_of_the_hint(hand: Hand) -> None:
    """The status bar never writes one over the other."""
    hand.example("xor_to_learn")
    hint = hand.window.findChild(QLabel, "hint_label")
    assert hint.isVisible()
    hand.session.train(epochs=1)
    hand.wait(lambda: not hand.session.training, "it has learned")
    hand.settle()
    assert hand.window.statusBar().currentMessage() and not hint.isVisible()


def test_an_empty_panel_says_what_to_do_even_if_it_is_low(small: Hand) -> None:
    """Where two lines have no room, the one that matters is whole."""
    enlarge(small, 1.5)
    small.click("workspace_train")
    small.rest(0.05)
    empty = small.find("loss_empty", QWidget)
    for label in (label for label in empty.findChildren(QLabel) if label.isVisible()):
        assert label.height() >= label.heightForWidth(label.width()) and within(label, empty)
    assert "Train to see the loss fall" in {label.text() for label in empty.findChildren(QLabel) if label.isVisible()}


def test_icons_are_drawn_at_the_size_they_are_shown(hand: Hand) -> None:
    """They grow with the text, and none is a picture of another size made larger or smaller."""
    for scale in (1.0, 1.5):
        enlarge(hand, scale)
        for name, size in (("tool_arrange", icon_sizes()["icon"]), ("close_output", icon_sizes()["quiet_icon"])):
            button = hand.find(name, QToolButton)
            assert button.iconSize() == QSize(size, size) and QSize(size, size) in button.icon().availableSizes()
        assert {QSize(side * 2, side * 2) for side in icon_sizes().values()} <= set(icon("close").availableSizes())
        button = hand.find("palette_step", QToolButton)
        assert button.iconSize() in button.icon().availableSizes()


def cut_rows(hand: Hand) -> list[str]:
    """Controls and labels of the Training panel that its lower edge cuts through."""
    area = hand.window.panels["training"].findChild(WholeRows)
    parts = [part for part in area.widget().findChildren(QWidget) if part.isVisible() and part.layout() is None]
    tops = {part: part.mapTo(area.viewport(), QPoint()).y() for part in parts}
    assert any(top >= 0 and top + part.height() <= area.end for part, top in tops.items())
    return [part.objectName() for part, top in tops.items() if top < area.end < top + part.height()]


def test_the_settings_of_training_end_in_a_whole_row(hand: Hand) -> None:
    """At first, scrolled, and where a row has come: no row is cut through in the middle."""
    for size in ((1280, 720), (1440, 900), (1440, 873)):
        hand.window.resize(*size)
        hand.click("workspace_train")
        hand.window.workspaces.reset()
        hand.example("circle")
        hand.rest(0.05)
        assert not cut_rows(hand), size
        bar = hand.window.panels["training"].findChild(WholeRows).verticalScrollBar()
        for value in (bar.maximum() // 3, bar.maximum()):
            bar.setValue(value)
            assert not cut_rows(hand), size
        bar.setValue(0)
        hand.example("xor")  # a reason in place of the epoch
        hand.rest(0.05)
        assert not cut_rows(hand), size


def test_what_the_activation_panel_says_is_whole(small: Hand) -> None:
    """What has no room under the plot is left out."""
    for scale, example in product((1.0, 1.5), ("xor", "hands_on")):
        enlarge(small, scale)
        small.example(example)
        small.rest(0.1)
        panel = small.window.panels["activation"]
        parts = [part for part in (panel.formula, panel.no_slope, panel.about) if part.isVisible()]
        assert parts
        for part in parts:
            assert part.height() >= part.heightForWidth(part.width()) and within(part, panel), part.objectName()
        assert panel.plot.height() >= panel.plot.minimumHeight() and within(panel.plot, panel)
        assert panel.who.text() == "" or panel.who.width() >= panel.who.sizeHint().width()


@pytest.mark.parametrize(("size", "scales"), [((1280, 720), (1.0, 1.5, "present")), ((1440, 900), (1.0, 1.5, 2.0))],
                         ids=["small", "middle"])
def test_what_the_output_panel_says_is_whole(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], scales: tuple[float | str, ...]
) -> None:
    """Colours, value and the samples' labels are never cut, and none stands on another."""
    hand.window.resize(*size)
    hand.window.workspaces.reset()
    hand.example("xor")
    for scale in scales:
        show_at(hand, scale, monkeypatch)
        for example in ("xor", "circle", "blobs"):
            assert hand.window.files.open_example(EXAMPLES[example])
            hand.rest(0.1)
            all_whole(hand.window.panels["output"])
        if (size, scale) == ((1440, 900), 1.0):
            hand.example("xor")
            hand.rest(0.1)
            assert len([label for label in hand.window.panels["output"].plot._labels if label.isVisible()]) == 4


def all_whole(panel: OutputPanel) -> None:
    """What the test above says of the panel as it is now."""
    parts = [part for part in (panel.plot, panel.bar, panel.legend, panel.readout, panel.note) if part.isVisible()]
    for one, other in combinations(parts, 2):
        assert not one.geometry().intersects(other.geometry()), (one.objectName(), other.objectName())
    assert all(within(part, panel) for part in parts)
    if panel.bar.isVisible():
        assert panel.bar.width() >= panel.bar.sizeHint().width()
    readout = panel.readout
    wide = readout.sizeHint().width()
    lines = readout.height() // (readout.sizeHint().height() - 2) if readout.wraps else 1
    assert wide <= lines * readout.width()
    view = panel.plot.view.sceneBoundingRect()
    labels = [label.mapRectToScene(label.boundingRect()) for label in panel.plot._labels if label.isVisible()]
    assert all(view.contains(label.adjusted(4, 4, -4, -4)) for label in labels)
    assert not any(a.intersects(b) for a, b in combinations(labels, 2))


def test_the_palette_is_whole_at_any_height(hand: Hand) -> None:
    """Labels are whole, or not there; no button stands on another; the canvas does not jump sideways."""
    palette = hand.find("palette", QWidget)
    buttons = palette.findChildren(QToolButton)
    for scale in (1.0, 1.5):
        enlarge(hand, scale)
        widths = set()
        for height in (900, 620, 760, 900):
            hand.window.resize(1440, height)
            hand.settle()
            widths.add(palette.width())
            for one, other in combinations(buttons, 2):
                assert not one.geometry().intersects(other.geometry())
            for button in buttons:
                if button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextUnderIcon:
                    assert within(button, palette)
                    assert button.fontMetrics().horizontalAdvance(button.text()) <= button.width()
        assert len(widths) == 1
        assert buttons[0].toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextUnderIcon


def test_controls_of_a_panel_among_tabs_begin_at_its_left(small: Hand) -> None:
    """Its tab has its title: there would be a hole where the title was."""
    small.click("workspace_train")
    small.rest(0.05)
    for id, part in (("loss_slice", "loss_slice_scope"), ("output", "output_neuron")):
        small.example("hands_on")
        small.window.show_panel(id)
        header = small.window.docks[id].titleBarWidget()
        widget = small.window.panels[id].header
        left = widget.mapTo(header, QPoint()).x()
        assert (left < 24) == (id == "loss_slice"), part


def test_a_summary_leaves_out_what_has_no_room(small: Hand) -> None:
    """At 150 % the title bar of the network ends in a whole word."""
    small.example("hands_on")
    summary = small.window._summary
    assert summary.text().endswith("10 parameters")
    assert summary.width() >= summary.sizeHint().width()
    enlarge(small, 1.5)
    small.rest(0.05)
    assert summary.short.endswith("4 neurons")
    assert summary.width() >= summary.fontMetrics().horizontalAdvance(summary.short)


# From right to left


def test_the_window_mirrors_and_mathematics_does_not(mirrored: Hand) -> None:
    """Panels and toolbar change sides; the network, tables, axes and numbers run as they always do."""
    hand, left_to_right = mirrored, Qt.LayoutDirection.LeftToRight
    hand.example("circle")
    canvas, palette = hand.canvas, hand.find("palette", QWidget)
    assert palette.mapTo(hand.window, palette.rect().topLeft()).x() > canvas.mapTo(hand.window,
                                                                                  canvas.rect().topLeft()).x()
    assert hand.find("tool_undo", QToolButton).x() > hand.find("tool_train", QToolButton).x()
    assert canvas.mapFromScene(hand.at("x0")).x() < canvas.mapFromScene(hand.at("y")).x()
    table = hand.window.panels["table"]
    assert table.layoutDirection() == left_to_right and canvas.viewport().layoutDirection() == left_to_right
    hand.wait(lambda: hand.window.panels["output"].plot is not None, "the plot is built")
    plot = hand.window.panels["output"].plot
    assert plot.axes["left"].sceneBoundingRect().x() < plot.view.sceneBoundingRect().x()
    assert all(field.layoutDirection() == left_to_right for field in hand.window.findChildren(NumberField))
    assert hand.find("first_hint", QWidget).layoutDirection() == Qt.LayoutDirection.RightToLeft


def picture(hand: Hand) -> QImage:
    """The network as it is drawn."""
    image = QImage(800, 600, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    hand.canvas.network_scene.render(painter)
    painter.end()
    return image


def table_picture(hand: Hand) -> QImage:
    """The rows of the table as they are drawn, at one size."""
    panel = hand.window.panels["table"]
    panel.window().resize(1440, 900)
    hand.settle()
    view = panel.view
    return view.grab(QRect(0, 0, 400, 120)).toImage()


def test_legends_and_sums_are_written_alike_in_both_directions(hand: Hand) -> None:
    """The low end of a scale is at its left, and −1 is not 1−, also in the loss of a sample."""
    hand.example("circle")
    hand.click("workspace_train")
    hand.window.show_panel("losses")
    hand.rest(0.1)
    bar, term = hand.window.panels["output"].bar, hand.find("losses_term_y", QWidget)
    term.resize(400, 24)
    assert "−" in term.text() and bar.isVisible()
    expected = [part.grab().toImage() for part in (bar, term)]
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        assert [part.grab().toImage() for part in (bar, term)] == expected
    finally:
        QGuiApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_title_bars_are_mirrored_to_the_pixel(mirrored: Hand) -> None:
    """The title is as far from its end as it is in the other direction."""
    header = mirrored.window.docks["output"].titleBarWidget()
    title = header.findChild(QLabel, "card_title")
    frame = 1
    assert header.width() - title.geometry().right() - 1 == 12 + frame
    assert mirrored.find("close_output", QToolButton).x() == 8 + frame


@pytest.mark.parametrize("example", ["xor", "circle"])
def test_numbers_are_written_alike_in_both_directions(new_hand: Hand, example: str) -> None:
    """−1.85 is never 1.85−, and 0 < 1.2 → 0 never 0 → 1.2 > 0: the network looks the same to the pixel."""
    hand = new_hand
    hand.example(example)
    hand.canvas.network_scene.setSceneRect(hand.canvas.network_scene.content_rect())
    expected, table = picture(hand), table_picture(hand)
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        hand.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        hand.settle()
        assert picture(hand) == expected
        assert table_picture(hand) == table
    finally:
        QGuiApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.parametrize("scale", [1.0, 1.5, 1.75, 2.0])
def test_every_tool_can_be_reached_in_large_text(small: Hand, scale: float) -> None:
    """The kinds of the palette, the speed, the workspaces and the menus stand inside the window, none over another."""
    small.example("xor_to_learn")
    enlarge(small, scale)
    small.rest(0.05)
    palette = small.find("palette", QWidget)
    kinds = [child for child in palette.findChildren(QToolButton) if child.objectName().startswith("palette_")]
    assert len(kinds) == 6 and all(kind.isVisible() and within(kind, palette) for kind in kinds)
    assert not any(a.geometry().intersects(b.geometry()) for a, b in combinations(kinds, 2))
    assert all(kind.iconSize().height() <= kind.height() for kind in kinds)
    assert within(small.find("speed_control", QWidget), small.find("toolbar", QToolBar))
    switch, bar = small.find("workspace_switch", QWidget), small.window.menuBar()
    assert within(switch, bar) and all(within(b, switch) for b in switch.findChildren(QToolButton) if b.isVisible())
    menus = [bar.actionGeometry(action) for action in bar.actions()]
    assert len(menus) == 8 and all(place.isValid() and place.right() <= switch.x() for place in menus)
