"""The numbers of a small network stand on the canvas and can be read, however little room it has."""

from collections.abc import Iterable
from itertools import chain, combinations, product

import pytest
from PySide6.QtCore import QRectF, Qt

import nnsim
from nnsim.core.formulas.numbers import Writing
from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.canvas.edge_layer import FEW, READABLE
from nnsim.gui.canvas.neuron_item import CIRCLE, NUMBERS_FROM, SWITCH, NeuronItem
from nnsim.gui.look.settings import TEXT_SCALES
from nnsim.gui.look.theme import text_scale
from nnsim.gui.start.first_hints import FirstHints
from nnsim.gui.tour.hand import Hand

SMALL = [id for id, example in EXAMPLES.items() if len(nnsim.load(example.path).network.structure.connections) <= FEW]
DENSE = "3-6-2"
"""A generated network as dense as they may be of which every number stands."""
WORKED = "build", "train", "explain"
SIZES = (1280, 720), (1440, 900), (1920, 1080)
NARROW = 300
"""On a canvas narrower than this, as Build has it where the largest text is on the smallest screen, numbers may touch.
"""


def shown(item: NeuronItem) -> list[QRectF]:
    """What is drawn of a neuron, in the scene."""
    rects = [CIRCLE, item.name_rect, item.gate_rect, item.below_rect, item.badge_rect]
    rects += [SWITCH] if item.face.switch is not None else []
    return [rect.translated(item.pos()) for rect in rects if not rect.isNull()]


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


def assert_nothing_overlaps(hand: Hand) -> None:
    """No label covers another, nor anything of a neuron; and no hint covers any of them."""
    canvas, scene = hand.canvas, hand.canvas.network_scene
    labels = {edge.ends: edge.label for edge in scene.edges.edges.every()}
    neurons = {id: shown(item) for id, item in scene.neurons.items()}
    assert [pair for pair in combinations(labels, 2) if labels[pair[0]].intersects(labels[pair[1]])] == []
    assert [(ends, id) for (ends, label), (id, rects) in product(labels.items(), neurons.items())
            if any(map(label.intersects, rects))] == []
    hint = hand.window.hints
    if hint.isVisible():
        covered = canvas.mapToScene(hint.geometry()).boundingRect()
        assert [rect for rect in (*labels.values(), *chain(*neurons.values())) if rect.intersects(covered)] == []


def assert_in_each(hand: Hand, spaces: Iterable[str], sizes: Iterable[tuple[int, int]]) -> None:
    """In each workspace, on a window of each size."""
    for space, size in product(spaces, sizes):
        hand.window.resize(*size)
        hand.click(f"workspace_{space}")
        hand.settle()
        hand.canvas.fit()
        assert_all_shown(hand)
        if hand.canvas.viewport().width() >= NARROW:
            assert_nothing_overlaps(hand)


def look_at(hand: Hand, id: str) -> None:
    """Open an example, or the dense network."""
    if id == DENSE:
        hand.session.open_document(Document(Network.layered([3, 6, 2], "tanh", "sigmoid", seed=1)))
        hand.settle()
    else:
        hand.example(id)


@pytest.mark.parametrize("id", [*SMALL, DENSE])
def test_every_number_stands_clear_in_every_workspace(hand: Hand, id: str) -> None:
    """Where there is least room; a longer form is below."""
    look_at(hand, id)
    assert_in_each(hand, WORKED, SIZES[:1])


@pytest.mark.parametrize("id", ["hands_on", DENSE])
def test_every_number_stands_clear_where_text_is_large(hand: Hand, id: str) -> None:
    """One and a half times as large as usual; a longer form is below."""
    look_at(hand, id)
    hand.window.commands.scale_text(TEXT_SCALES.index(1.5) - TEXT_SCALES.index(1.0))
    assert_in_each(hand, WORKED, SIZES[:1])


@pytest.mark.soak
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("id", [*SMALL, DENSE])
def test_every_number_stands_clear_on_every_window(hand: Hand, id: str, scale: float) -> None:
    look_at(hand, id)
    hand.window.commands.scale_text(TEXT_SCALES.index(scale) - TEXT_SCALES.index(1.0))
    assert_in_each(hand, WORKED, SIZES)


def assert_in_present(hand: Hand, id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 1280×720, whatever is presented beside the network."""
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    hand.window.resize(*SIZES[0])
    look_at(hand, id)
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    for hero in range(1, 8):
        hand.key(Qt.Key(Qt.Key.Key_0 + hero), widget=hand.canvas)
        hand.settle()
        assert_all_shown(hand)
        assert_nothing_overlaps(hand)


@pytest.mark.parametrize("id", ["xor", "hands_on", "rings", DENSE])
def test_every_number_stands_clear_in_present(hand: Hand, id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A longer form is below."""
    assert_in_present(hand, id, monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("id", SMALL)
def test_every_number_of_every_example_stands_clear_in_present(
    hand: Hand, id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_in_present(hand, id, monkeypatch)


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
