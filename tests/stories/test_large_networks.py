"""Large networks on the canvas: what is drawn of thousands of connections, at rest and under the hand."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QTableView

from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.documents.layout import arrange
from nnsim.gui.canvas.bundles import SMALLEST
from nnsim.gui.canvas.edge_layer import LABELS, MANY
from nnsim.gui.look.theme import mix, theme
from nnsim.gui.tour.hand import Hand

ALT = Qt.KeyboardModifier.AltModifier


def opened(hand: Hand, *sizes: int) -> None:
    """A layered network, arranged, on the canvas."""
    network = Network.layered(list(sizes), seed=0)
    hand.session.open_document(Document(network, layout=dict(arrange(network.structure))))
    hand.rest(0.3)


def pixels(hand: Hand) -> NDArray[np.uint8]:
    """(height, width, 4): the canvas as it is seen."""
    hand.settle()
    image = hand.canvas.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4).copy()


@pytest.mark.parametrize("sizes", [(7,) * 7, (20,) * 5], ids=["294 connections", "1 600 connections"])
def test_a_drag_draws_only_what_moves(hand: Hand, sizes: tuple[int, ...]) -> None:
    """Away from the neuron and its edges nothing changes meanwhile; in the end all is as if drawn from the start."""
    opened(hand, *sizes)
    canvas, scene = hand.canvas, hand.canvas.network_scene
    ids = list(hand.session.structure.by_id)
    id = ids[len(ids) // 2]
    hand.click_at(hand.at(id))
    before, start = pixels(hand), hand.at(id)
    hand.drag(start, start + QPointF(45, 30), release=False, keys=ALT)
    during = pixels(hand)
    assert (during != before).any()
    moved = QRectF()
    for edge in scene.edges.edges.values():
        # Its own edges, and those that end where they do and make room for them.
        if id in edge.ends or (id, edge.ends[1]) in scene.edges.edges:
            moved = moved.united(edge.bounds)
    seen = canvas.mapFromScene(moved).boundingRect().adjusted(-90, -60, 90, 60)
    outside = np.ones(before.shape[:2], dtype=bool)
    outside[max(0, seen.top()) : seen.bottom(), max(0, seen.left()) : seen.right()] = False
    assert 0.2 < outside.mean() < 0.8
    # Half-covered pixels of lines may be rounded otherwise.
    assert np.abs(during[outside].astype(int) - before[outside]).max() <= 4
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, ALT, canvas.mapFromScene(hand.at(id)))
    after = pixels(hand)
    assert hand.session.document.layout[id] == hand.at(id).toTuple() != start.toTuple()
    canvas.network_scene.rebuild()
    again = pixels(hand)
    assert (again == after).mean() > 0.999
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.at(id) == start
    assert (pixels(hand) == before).mean() > 0.999


def test_a_cancelled_drag_leaves_no_trace(hand: Hand) -> None:
    """Esc in the middle of a drag: the picture is the one from before."""
    opened(hand, *(20,) * 5)
    id = list(hand.session.structure.by_id)[50]
    hand.click_at(hand.at(id))
    before, start = pixels(hand), hand.at(id)
    hand.drag(start, start + QPointF(60, 40), release=False, keys=ALT)
    assert (pixels(hand) != before).any()
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    QTest.mouseRelease(hand.canvas.viewport(), Qt.MouseButton.LeftButton, ALT, hand.canvas.mapFromScene(start))
    assert hand.at(id) == start
    assert (pixels(hand) == before).all()
    assert hand.session.undo_stack.count() == 0


def test_among_many_only_what_is_looked_at_has_style_and_labels(hand: Hand) -> None:
    """1 600 straight lines; the edges of a selected neuron, and of one under the mouse, in full style with weights."""
    opened(hand, *(20,) * 5)
    layer = hand.canvas.network_scene.edges
    assert len(layer.edges) > MANY > LABELS
    assert not any(edge.curved for edge in layer.edges.values())
    assert not any(edge.text for edge in layer.edges.values())
    plain, id = pixels(hand), list(hand.session.structure.by_id)[45]
    hand.click_at(hand.at(id))
    own = [edge for ends, edge in layer.edges.items() if id in ends]
    assert len(own) == 40 and all(edge.text for edge in own)
    assert not any(edge.text for ends, edge in layer.edges.items() if id not in ends)
    assert (pixels(hand) != plain).any()
    placed = [edge.label for edge in own if not edge.label.isNull()]
    assert len(placed) > 5
    assert not any(a.intersects(b) for i, a in enumerate(placed) for b in placed[:i])
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    other = list(hand.session.structure.by_id)[65]
    hand.point_at(hand.at(other))
    assert {ends for ends, edge in layer.edges.items() if edge.text} >= {e for e in layer.edges if other in e}


def test_with_all_selected_nothing_stands_out(hand: Hand) -> None:
    """Full style, labels and columns are for a few: all of 23 140 connections would take half a minute to draw."""
    opened(hand, 2, 160, 140, 3)
    rows, edges = hand.find("table_rows", QTableView), hand.canvas.network_scene.edges.edges
    note = hand.find("table_note", QLabel)
    columns = rows.model().columnCount()
    hand.canvas.fit()
    hand.click_at(hand.at("h1_7"))
    assert rows.model().columnCount() == columns + 1
    assert sum(not edge.label.isNull() for edge in edges.values()) > 0
    told = note.text()
    hand.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier, hand.canvas)
    assert len(hand.desk.looking.selected_neurons) == 305
    assert rows.model().columnCount() == columns
    assert all(edge.label.isNull() for edge in edges.values())
    assert note.text() != told
    assert "305" in note.text()
    hand.key(Qt.Key.Key_Escape, widget=hand.canvas)
    hand.click_at(hand.at("h1_7"))
    assert rows.model().columnCount() == columns + 1
    assert note.text() == told


def test_beyond_twenty_thousand_connections_are_bundles(hand: Hand) -> None:
    """64-150-90-3: a band between wide layers, blue and hatched orange; a few connections stay lines."""
    sizes = (64, 150, 90, 3)
    opened(hand, *sizes)
    layer = hand.canvas.network_scene.edges
    wide = [a * b for a, b in pairwise(sizes) if a * b >= SMALLEST]
    assert [len(bundle.rows) for bundle in layer.bundles] == wide
    assert len(layer.loose) == 90 * 3
    colours = {tuple(row) for row in pixels(hand).reshape(-1, 4)[:, :3]}
    assert len(colours) > 20
    network = hand.session.network
    weights = np.array([network.value(c.weight) for c in hand.session.structure.connections])
    share = float(np.mean(weights[layer.bundles[0].rows] >= 0))
    middle = layer.bundles[0].band(0.0, share)
    assert middle.contains(middle.boundingRect().center())
    # Nothing is found in a band, until a neuron is chosen: then its own edges are there.
    at = layer.bundles[0].band(0.0, 1.0).boundingRect().center()
    assert layer.at(at, 6.0) is None
    before = pixels(hand)
    id = hand.session.structure.inputs[5]
    hand.click_at(hand.at(id))
    assert (pixels(hand) != before).sum() > 1_000
    edge = layer.edges[id, "h1_1"]
    assert layer.at(edge.line.center(), 6.0) is not None
    hand.window.commands.set_theme("dark")
    card = theme().color("card").getRgb()[:3]
    assert (pixels(hand)[2, 2, :3] == card).all()


def test_thin_lines_of_both_signs_are_seen(hand: Hand) -> None:
    """Half of the weights are negative, and so are about half of the lines that are seen: none covers the others."""
    opened(hand, 4, 60, 60, 60, 16)
    seen = pixels(hand).reshape(-1, 4)[:, :3]
    t = theme()
    counts = [sum(int((seen == mix(colour, t.card, share).getRgb()[:3]).all(axis=1).sum()) for share in (0.5, 0.8))
              for colour in (t.negative, t.positive)]
    assert min(counts) > 0.4 * sum(counts) > 1_000


@pytest.mark.parametrize("zoom", [1.0, 3.0])
def test_a_bundle_says_what_it_is(hand: Hand, zoom: float) -> None:
    """As much as there is room for, in the middle of what is seen of it."""
    hand.window.resize(1440, 900)
    hand.rest(0.1)
    opened(hand, 2, 200, 200, 90, 8)
    hand.key(Qt.Key.Key_F, widget=hand.canvas)
    scene = hand.canvas.network_scene
    wide = scene.edges.bundles[0]
    if zoom > 1:
        middle = hand.canvas.mapFromScene(QPointF(wide.source.right(), wide.source.top() + 200))
        hand.canvas.zoom_by(zoom, middle)
    before = pixels(hand)
    band = hand.canvas.mapFromScene(wide.band(0.0, 1.0).boundingRect()).boundingRect()
    seen = band & hand.canvas.viewport().rect()
    assert seen.height() > 200
    # Only the label is as dark as ink, though its edges are soft.
    inside = before[seen.top():seen.bottom(), seen.left():seen.right(), :3]
    ink = (inside < 120).all(axis=2)
    rows = np.flatnonzero(ink.any(axis=1))
    assert len(rows) > 60
    assert abs(rows.mean() - seen.height() / 2) < 24
