"""An input and an output are told from a hidden neuron by form alone, as pixels without colour."""

import math
from itertools import pairwise
from statistics import mean

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from nnsim.gui.canvas import neuron_item
from nnsim.gui.canvas.neuron_item import RADIUS, Face, NeuronItem
from nnsim.gui.canvas.role_marks import inner_radius
from nnsim.gui.look.theme import DARK, LIGHT, Theme

FACES = {"input": Face("", is_input=True), "hidden": Face(""), "output": Face("", is_output=True, arrow=True)}
DARK_LINE = 85
"""From so much contrast of 255 on a line is not a soft one."""
HALF = 52
"""Half the side of what is painted, in the scene's units."""


def painted(face: Face, scale: float, look: Theme, larger: float = 1.0) -> QImage:
    """The neuron in shades of grey, in the middle of a picture."""
    item = NeuronItem("n")
    item.magnify(larger)
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


@pytest.mark.parametrize("larger", [1.0, 1.5, 2.2])
@pytest.mark.parametrize("text", ["≥ 1", "≥ 0.6", "≥ −0.125", "≥ −1.23e+05"])
@pytest.mark.usefixtures("qapp")
def test_the_inner_rim_is_open_where_a_long_text_stands(
    text: str, larger: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below and above it is whole; a text that has room inside leaves it whole at the sides too."""
    face, scale, ground = Face("", text, is_output=True), 4.0, QColor(LIGHT.card).value()
    used = QFontMetricsF(neuron_item._fitting(face, larger))
    half_width, half_height = used.horizontalAdvance(text) / 2, used.capHeight() / 2
    monkeypatch.setattr(neuron_item, "paint_text", lambda *_: None)
    image = painted(face, scale, LIGHT, larger)
    inner = inner_radius(RADIUS)
    edge = min(half_width, RADIUS - 2)
    for x in (-edge, edge):
        for y in (-half_height, 0, half_height):
            if math.hypot(x, y) < RADIUS - 2:
                assert contrast(image, x * scale, y * scale, ground) < DARK_LINE
    has_room = math.hypot(half_width + 1, half_height) <= inner
    assert (contrast(image, -inner * scale, 0, ground) > DARK_LINE) == has_room
    assert has_room == (text != "≥ −1.23e+05")
    assert contrast(image, 0, inner * scale, ground) > DARK_LINE
