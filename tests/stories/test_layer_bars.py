"""Layers changed where they stand: by the bars over the columns, by keys, and by the menu of a neuron."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QGraphicsRectItem, QLabel, QToolButton, QWidget

from nnsim.gui.canvas.layer_bar import spread
from nnsim.gui.tour.hand import Hand

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def sizes(hand: Hand) -> list[int]:
    return [len(layer) for layer in hand.session.structure.layers]


def bars(hand: Hand) -> list[QWidget]:
    """Those to be seen, and each + between them."""
    return [w for w in hand.canvas.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
            if w.objectName().startswith(("layer_bar_", "layer_add_")) and w.isVisible()]


def said(hand: Hand) -> tuple[list[str], list[bool]]:
    """What each bar says of its layer, and whether each but the first shows its activation."""
    found = [bar for bar in bars(hand) if bar.objectName().startswith("layer_bar_")]
    texts = [bar.findChild(QLabel).text() for bar in found]
    return texts, [bar.findChild(QComboBox).isVisible() for bar in found[1:]]


@pytest.mark.parametrize("workspace", [1, 2])
@pytest.mark.parametrize("size", [(1280, 720), (1440, 900)])
def test_2_4_1_becomes_2_6_3_1_in_four_clicks_and_undo_takes_each_back(
    hand: Hand, workspace: int, size: tuple[int, int]
) -> None:
    hand.window.resize(*size)
    hand.example("circle")
    hand.key(Qt.Key(Qt.Key.Key_0 + workspace), ALT, hand.window)
    before = hand.session.document
    for name in ("layer_1_more", "layer_1_more", "layer_add_2", "layer_2_more"):
        hand.click(name)
    assert sizes(hand) == [2, 6, 3, 1]
    network = hand.session.network
    stays = [c.weight for c in before.network.structure.connections if c.target != "y"]
    assert [network.value(name) for name in stays] == [before.network.value(name) for name in stays]
    assert not hand.session.training_problems()
    for _ in range(4):
        hand.key(Qt.Key.Key_Z, CTRL, hand.window)
    assert hand.session.document == before
    assert np.array_equal(hand.session.document.network.parameters, before.network.parameters)


def test_all_stays_in_sight_where_layers_are_taken_back_and_come_again(hand: Hand) -> None:
    """As large as the edits themselves show it; a view that somebody zoomed stays."""
    hand.window.resize(1280, 720)
    hand.example("circle")
    hand.canvas.fit()
    zooms = [hand.canvas.zoom]
    for _ in range(4):
        hand.click("layer_1_more")
        zooms.append(hand.canvas.zoom)
    assert zooms[-1] < 0.8 * zooms[0]
    for zoom in reversed(zooms[:-1]):
        hand.key(Qt.Key.Key_Z, CTRL, hand.window)
        assert hand.canvas.zoom == pytest.approx(zoom)
    for zoom in zooms[1:]:
        hand.key(Qt.Key.Key_Y, CTRL, hand.window)
        assert hand.canvas.zoom == pytest.approx(zoom)
    hand.canvas.zoom_by(1.1)
    zoom = hand.canvas.zoom
    hand.key(Qt.Key.Key_Z, CTRL, hand.window)
    assert hand.canvas.zoom == zoom


def test_a_layer_of_one_goes_by_its_minus_and_the_activation_is_chosen_there(hand: Hand) -> None:
    hand.example("circle")
    hand.choose("layer_1_activation", "ReLU")
    assert {hand.session.structure.by_id[f"h{i}"].activation for i in range(1, 5)} == {"relu"}
    for _ in range(4):
        hand.click("layer_1_fewer")
    assert sizes(hand) == [2, 1]


@pytest.mark.parametrize("example, shown", [("circle", 5), ("xor_layered", 5), ("and", 3), ("xor", 0)])
def test_bars_stand_over_layers_only_and_cover_no_neuron_nor_each_other(hand: Hand, example: str, shown: int) -> None:
    hand.window.resize(1280, 720)
    hand.example(example)
    found = bars(hand)
    assert len(found) == shown
    content = hand.canvas.mapFromScene(hand.canvas.network_scene.content_rect()).boundingRect()
    for i, bar in enumerate(found):
        assert bar.geometry().bottom() <= content.top() + 1
        assert not [other for other in found[:i] if other.geometry().intersects(bar.geometry())]
    hand.key(Qt.Key.Key_3, ALT, hand.window)
    assert bars(hand) == []


@pytest.mark.parametrize("size, larger", [((1280, 720), 0), ((1440, 900), 2)])
def test_bars_of_a_picture_say_equally_much(hand: Hand, size: tuple[int, int], larger: int) -> None:
    """Where one says “2 inputs” the other end says “1 output”, and where one shows its activation all do."""
    hand.window.resize(*size)
    hand.window.commands.scale_text(larger)
    for example in ("hands_on", "xor_layered", "spiral"):
        hand.example(example)
        for workspace in (1, 2):
            hand.key(Qt.Key(Qt.Key.Key_0 + workspace), ALT, hand.window)
            texts, activations = said(hand)
            first, *hidden, last = sizes(hand)
            words = [f"{first} inputs", *map(str, hidden), "1 output" if last == 1 else f"{last} outputs"]
            assert texts == words or (texts == [*map(str, sizes(hand))] and example != "hands_on")
            assert all(activations) or (texts != words and not any(activations))


def test_what_a_bar_leaves_out_is_in_its_tooltip(hand: Hand) -> None:
    hand.window.resize(1280, 720)
    hand.window.commands.scale_text(9)
    hand.example("spiral")
    found = [bar.findChild(QLabel) for bar in bars(hand) if bar.objectName().startswith("layer_bar_")]
    assert [label.text() for label in found] == ["2", "8", "8", "1"]
    assert [label.toolTip() for label in found] == ["2 inputs", "8 neurons", "8 neurons", "1 output"]


@pytest.mark.parametrize("middles, apart, bounds, places", [
    ([10, 50, 90], [30, 30], (0, 100), [10, 50, 90]),  # room for all
    ([40, 50, 60], [30, 30], (0, 100), [20, 50, 80]),  # each as far from its own as the other
    ([10, 60, 65], [30, 25], (0, 100), [10, 50, 75]),  # who has room stays
    ([5, 50, 99], [30, 30], (10, 90), [10, 50, 90]),  # not over the edge
    ([60, 80, 99], [30, 30], (0, 90), [30, 60, 90]),  # the edge pushes on
    ([], [], (0, 0), []),
])
def test_bars_stand_as_near_their_columns_as_can_be(
    middles: list[float], apart: list[float], bounds: tuple[float, float], places: list[float]
) -> None:
    assert spread(middles, apart, [bounds] * len(middles)) == pytest.approx(places)


@pytest.mark.parametrize("example, adds", [("and", ()), ("circle", (1, 2))])
def test_tab_goes_over_the_bars_from_left_to_right(hand: Hand, example: str, adds: tuple[int, ...]) -> None:
    """And back; also where layers came between others."""
    hand.example(example)
    for number in adds:
        hand.click(f"layer_add_{number}")
    controls = [control for bar in bars(hand) for control in (bar, *bar.findChildren(QWidget))
                if control.focusPolicy() & Qt.FocusPolicy.TabFocus and control.isVisible() and control.isEnabled()]
    controls.sort(key=lambda control: control.mapTo(hand.window, QPoint()).x())
    assert len(controls) > 4
    for way, key in ((controls, Qt.Key.Key_Tab), (controls[::-1], Qt.Key.Key_Backtab)):
        way[0].setFocus()
        for control in way[1:]:
            hand.key(key)
            assert QApplication.focusWidget() is control


def test_no_button_moves_under_the_mouse(hand: Hand) -> None:
    hand.example("circle")
    more = hand.find("layer_1_more", QToolButton)
    bar = more.parentWidget()
    QApplication.sendEvent(bar, QEvent(QEvent.Type.Enter))
    place = more.mapToGlobal(QPoint())
    for size in (5, 6, 7, 8):
        hand.click("layer_1_more")
        assert sizes(hand)[1] == size and more.mapToGlobal(QPoint()) == place
    QApplication.sendEvent(bar, QEvent(QEvent.Type.Leave))


def test_data_fix_the_ends_and_a_table_does_not(hand: Hand) -> None:
    hand.example("circle")
    assert not [w for w in hand.canvas.findChildren(QToolButton, "layer_0_more") if w.isVisible()]
    hand.example("and")
    hand.click("layer_0_more")
    assert len(hand.session.structure.inputs) == 3 and not hand.session.training_problems()[1:]


def test_keys_and_the_menu_do_the_same(hand: Hand) -> None:
    hand.example("circle")
    hand.click_at(hand.at("h2"))
    hand.key(Qt.Key.Key_Plus, widget=hand.canvas)
    hand.key(Qt.Key.Key_Insert, widget=hand.canvas)
    assert sizes(hand) == [2, 5, 2, 1]
    hand.key(Qt.Key.Key_Minus, widget=hand.canvas)
    assert sizes(hand) == [2, 4, 2, 1]
    hand.context_menu(hand.at("h2_1"), "canvas_remove_layer")
    assert sizes(hand) == [2, 4, 1]
    hand.context_menu(hand.at("h2"), "canvas_layer_behind")
    assert sizes(hand) == [2, 4, 2, 1]


def test_a_layer_in_several_columns_has_one_ground(hand: Hand) -> None:
    """2-60-1: all sixty, and nobody else, stand on it."""
    hand.click("tool_layers")
    hand.write("2, 60, 1")
    scene = hand.canvas.network_scene
    (band,) = [item for item in scene.items() if isinstance(item, QGraphicsRectItem)]
    assert {id for id, place in scene.positions().items() if band.rect().contains(place)} == set(
        hand.session.structure.layers[1])
    hand.key(Qt.Key.Key_Z, CTRL, hand.window)
    assert not [item for item in scene.items() if isinstance(item, QGraphicsRectItem)]
