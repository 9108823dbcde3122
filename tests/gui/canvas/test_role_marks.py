"""An input and an output are told from a hidden neuron by form alone, as pixels without colour."""

import math
from itertools import pairwise
from statistics import mean

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from nnsim.gui.canvas import neuron_item
from nnsim.gui.canvas.neuron_item import RADIUS, Face, NeuronItem
from nnsim.gui.look.theme import DARK, LIGHT, Theme

FACES = {"input": Face("", is_input=True), "hidden": Face(""), "output": Face("", is_output=True, arrow=True)}
DARK_LINE = 85
"""From so much contrast of 255 on a line is not a soft one."""
HALF = 52
"""Half the side of what is painted, in the scene's units."""


def painted(face: Face, scale: float, look: Theme) -> QImage:
    """The neuron in shades of grey, in the middle of a picture."""
    item = NeuronItem("n")
    item.show_face(face, None)
    image = QImage(round(2 * HALF * scale), round(2 * HALF * scale), QImage.Format.Format_RGB32)
    image.fill(QColor(look.card))
    painter = QPainter(image)
    painter.translate(image.width() / 2, image.height() / 2)
    painter.scale(scale, scale)
    item.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    return image.convertToFormat(QImage.Format.Format_Grayscale8)


def contrast(image: QImage, x: float, y: float, ground: int) -> int:
    """How far the shade at a point differs from the ground; the middle is at (0, 0)."""
    at = QPointF(image.width() / 2 + x, image.height() / 2 + y)
    return abs(image.pixelColor(int(at.x()), int(at.y())).value() - ground)


def rims(image: QImage, radius: float, ground: int) -> int:
    """How many dark lines are crossed on the way in, on the average of all directions below the middle."""
    angles = [math.radians(degrees) for degrees in range(30, 151, 5)]
    way = [mean(contrast(image, r * math.cos(a), r * math.sin(a), ground) for a in angles)
           for r in (radius * 1.2 - i / 2 for i in range(round(radius * 1.6)))]
    return sum(before <= DARK_LINE < here for before, here in pairwise(way))


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=lambda look: str(look.name))
@pytest.mark.parametrize("pixels", [12, 20, 32, 64, 100])
@pytest.mark.usefixtures("qapp")
def test_each_role_has_a_form_of_its_own(pixels: int, look: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    """A circle of ``pixels`` in radius: two rims, one, or a soft one; a port at the left or an arrow at the right."""
    monkeypatch.setattr(neuron_item, "theme", lambda: look)
    ground, beside = QColor(look.card).value(), pixels * 1.2
    forms = {}
    for role, face in FACES.items():
        image = painted(face, pixels / RADIUS, look)
        left, right = (max(contrast(image, x, y, ground) for y in (-1, 0, 1)) > DARK_LINE for x in (-beside, beside))
        forms[role] = rims(image, pixels, ground), (left, right)
    assert forms == {"input": (0, (True, False)), "hidden": (1, (False, False)), "output": (2, (False, True))}


@pytest.mark.parametrize("role", FACES)
@pytest.mark.usefixtures("qapp")
def test_labels_keep_clear_of_all_that_is_painted(role: str) -> None:
    """Nothing is painted beside what the neuron says that it takes up, nor beside its bounds."""
    item = NeuronItem("n")
    item.show_face(FACES[role], None)
    image, ground = painted(FACES[role], 2.0, LIGHT), QColor(LIGHT.card).value()
    spread = [rect.adjusted(-1, -1, 1, 1) for rect in item.taken()]
    points = [QPointF(x / 2 - HALF, y / 2 - HALF) for x in range(4 * HALF) for y in range(4 * HALF)
              if abs(image.pixelColor(x, y).value() - ground) > 10]
    assert points and all(any(rect.contains(point) for rect in spread) for point in points)
    assert all(map(item.boundingRect().contains, points))
