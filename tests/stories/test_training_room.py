"""What the Training panel says stands there whole, at any size of text."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from nnsim.gui.look.settings import TEXT_SCALES
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.choice_field import ChoiceField


def words(part: QWidget) -> list[str]:
    """All that a control may have to say."""
    if isinstance(part, ChoiceField):
        return [part.itemText(i) for i in range(part.count())]
    return [part.text()] if isinstance(part, QAbstractButton | QLabel) else []


def room(part: QWidget) -> int:
    """How wide a text may be in it; what does not draw on its own says what is around its text by the size it asks for.
    """
    if isinstance(part, ChoiceField):
        return part.width() - (part.minimumSizeHint().width() - part.widest)
    if isinstance(part, QLabel):
        return part.contentsRect().width()
    around = part.sizeHint().width() - part.fontMetrics().horizontalAdvance(part.text())
    return part.width() - around


@pytest.mark.parametrize("size, scale", [((1280, 720), 1.0), ((1280, 720), 1.5), ((1280, 720), 2.0), ((900, 560), 1.0),
                                         ((900, 560), 1.5)])
def test_every_button_choice_and_label_is_whole(hand: Hand, size: tuple[int, int], scale: float) -> None:
    hand.window.resize(*size)
    hand.example("circle")
    hand.click("workspace_train")
    hand.window.commands.scale_text(TEXT_SCALES.index(scale) - TEXT_SCALES.index(1.0))
    panel = hand.window.panels["training"]
    for name in ("training_stop", "training_advanced"):
        panel.findChild(QAbstractButton, name).setChecked(True)
    hand.rest(0.1)
    parts = [part for part in panel.findChildren(QWidget) if part.isVisible() and any(words(part))
             and not (isinstance(part, QLabel) and part.wordWrap())]
    assert len(parts) > 30
    cut = {f"{part.objectName()}: {text}" for part in parts for text in words(part)
           if part.fontMetrics().horizontalAdvance(text) > room(part)}
    outside = {part.objectName() for part in parts
               if part.mapTo(panel, QPoint(part.width(), 0)).x() > panel.width() or part.mapTo(panel, QPoint()).x() < 0}
    assert not cut and not outside
