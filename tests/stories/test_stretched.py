"""Where one explains or presents, a wide view has the columns farther apart; the document stays as it is."""

import pytest
from PySide6.QtCore import QPointF, Qt

from nnsim.gui.tour.hand import Hand


def test_columns_fill_a_wide_view_and_lie_where_they_lay(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hands-on, presented with its chain rule: what is dragged is saved as it would be elsewhere."""
    monkeypatch.setattr(hand.window, "showFullScreen", hand.window.showNormal)
    hand.window.resize(1280, 720)
    hand.example("hands_on")
    scene = hand.canvas.network_scene
    assert scene.stretch == 1.0
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    hand.settle()
    hand.key(Qt.Key.Key_4, widget=hand.canvas)
    hand.settle()
    assert scene.stretch > 1.5 and not hand.session.dirty
    assert hand.at("h1") == QPointF(240 * scene.stretch, 0)
    hand.drag(hand.at("h2"), hand.at("h2") + QPointF(48 * scene.stretch, 48))
    x, y = hand.session.document.layout["h2"]
    assert 276 <= x <= 300 and 250 <= y <= 290
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, widget=hand.canvas)
    assert not hand.session.dirty
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    hand.settle()
    assert scene.stretch == 1.0 and hand.at("h1") == QPointF(240, 0)
