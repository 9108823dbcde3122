"""A label that had no room on its line goes back to it as soon as there is room."""

from PySide6.QtWidgets import QApplication

from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.gui.canvas.view import CanvasView
from nnsim.gui.session.desk import Desk


def test_a_label_is_forced_only_while_it_has_no_room(qapp: QApplication, desk: Desk) -> None:
    """Texts that were far too large for a moment leave nothing behind."""
    desk.session.open_document(load(EXAMPLES["hands_on"].path))
    view = CanvasView(desk)
    scene = view.network_scene

    def places() -> list[tuple[float, float, float, float]]:
        return [edge.label.getRect() for edge in scene.edges.edges.every()]

    before, labels = places(), scene.edges.labels
    assert labels == len(before) and not scene.edges.squeezed
    scene.magnify(1.0, 12.0)
    assert scene.edges.squeezed
    scene.magnify(1.0, 1.0)
    assert not scene.edges.squeezed and scene.edges.labels == labels and places() == before
