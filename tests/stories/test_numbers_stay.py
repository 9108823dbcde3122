"""The numbers of a small network stand on the canvas and can be read, however little room it has."""

from itertools import product

import pytest
from PySide6.QtCore import QRectF, Qt

import nnsim
from nnsim.core.formulas.numbers import Writing
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.canvas.edge_layer import FEW, READABLE
from nnsim.gui.canvas.neuron_item import NUMBERS_FROM
from nnsim.gui.look.theme import text_scale
from nnsim.gui.start.first_hints import FirstHints
from nnsim.gui.tour.hand import Hand

SIZES = (1280, 720), (1440, 900)
SMALL = [id for id, example in EXAMPLES.items() if len(nnsim.load(example.path).network.structure.connections) <= FEW]


def assert_all_shown(hand: Hand) -> None:
    """Each weight has a label inside the view; labels, sums and switches are drawn at this zoom."""
    canvas, scene = hand.canvas, hand.canvas.network_scene
    seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    assert [edge.ends for edge in scene.edges.edges.every() if edge.label.isNull()] == []
    assert [edge.ends for edge in scene.edges.edges.every() if not seen.contains(edge.label)] == []
    for item in scene.neurons.values():
        rects = QRectF(item.name_rect), QRectF(item.below_rect), QRectF(item.badge_rect)
        assert all(seen.contains(item.mapRectToScene(rect)) for rect in rects if not rect.isNull()), item.id
    assert canvas.zoom * text_scale() * scene.edges.larger >= READABLE
    assert canvas.zoom * text_scale() * scene.larger >= NUMBERS_FROM


@pytest.mark.parametrize("id", SMALL)
def test_every_number_of_an_example_in_every_workspace(hand: Hand, id: str) -> None:
    """Build, Train and Explain, on a small and on a larger window."""
    hand.example(id)
    for space, size in product(("build", "train", "explain"), SIZES):
        hand.click(f"workspace_{space}")
        hand.window.resize(*size)
        hand.settle()
        hand.canvas.fit()
        assert_all_shown(hand)


def test_nothing_is_made_larger_than_it_takes_when_one_zooms_in(hand: Hand) -> None:
    """In Explain XOR's texts are larger than its circles would have them; zoomed in twice as far they are not."""
    hand.example("xor")
    hand.click("workspace_explain")
    hand.window.resize(1280, 720)
    hand.settle()
    hand.canvas.fit()
    scene = hand.canvas.network_scene
    assert scene.edges.larger > 1.0
    hand.canvas.zoom_by(3.0)
    assert (scene.larger, scene.edges.larger) == (1.0, 1.0)


def test_a_hint_leaves_a_low_canvas_and_a_presented_one_to_the_network(hand: Hand) -> None:
    """The hint about the switch shows in Build; in Explain at 1280×720 and in Present it does not."""
    hand.example("xor")
    hint = hand.window.findChild(FirstHints, "first_hint")
    assert hint is not None
    hand.window.resize(1280, 720)
    hand.settle()
    assert hint.isVisible()
    hand.click("workspace_explain")
    hand.settle()
    assert not hint.isVisible()
    hand.click("workspace_present")
    hand.settle()
    assert not hint.isVisible()


def all_in_view(hand: Hand) -> bool:
    canvas = hand.canvas
    seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    return seen.contains(canvas.network_scene.content_rect())


def test_all_digits_of_the_loss_are_in_view(hand: Hand) -> None:
    """Twelve of them in Explain, and four again."""
    hand.example("circle")
    hand.click("workspace_explain")
    hand.window.resize(1280, 720)
    hand.settle()
    loss, zoom = hand.canvas.network_scene.loss.box, hand.canvas.zoom
    width = loss.box.width() * zoom
    hand.desk.study.set_digits(Writing(12))
    assert loss.box.width() * hand.canvas.zoom > 1.1 * width and all_in_view(hand)
    assert_all_shown(hand)
    hand.desk.study.set_digits(Writing(4))
    assert hand.canvas.zoom == pytest.approx(zoom)


def test_biases_that_grow_in_a_run_are_not_cut_and_cover_no_weight(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Present, where they are large; the view follows them outward, and a view that somebody moved stays."""
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    hand.window.resize(1280, 720)
    hand.example("circle")
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    hand.settle()
    hand.key(Qt.Key.Key_2, widget=hand.canvas)
    hand.settle()
    canvas, session, zoom = hand.canvas, hand.session, hand.canvas.zoom
    biases = [neuron.bias for neuron in session.structure.neurons if neuron.bias is not None]
    session.set_values(dict.fromkeys(biases, -0.1234), "Biases", token="run")
    labels = [edge.label for edge in canvas.network_scene.edges.edges.every()]
    for item in canvas.network_scene.neurons.values():
        assert not [label for label in labels if label.intersects(item.below_rect.translated(item.pos()))]
    hand.wait(lambda: all_in_view(hand), "all biases are in view")
    assert 0.75 * zoom < canvas.zoom <= zoom
    canvas.zoom_by(1.5)
    zoom = canvas.zoom
    session.set_values(dict.fromkeys(biases, -1.234e-5), "Biases", token="run")
    hand.rest(0.6)
    assert canvas.zoom == zoom
