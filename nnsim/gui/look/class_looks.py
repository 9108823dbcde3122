"""How classes are told apart: a shape and a colour for each, in both themes."""

from dataclasses import dataclass

from PySide6.QtGui import QColor

from nnsim.gui.look.theme import DARK, LIGHT, Theme, mix

TIE = -1
"""The class where there is none: several outputs are the largest, or none is a number."""
QUIET = 0.62
"""How much of the card is in the colour of a class's region, so that samples and words stand out on it."""


@dataclass(frozen=True)
class ClassLook:
    """The shape of a class's samples, by pyqtgraph's name, and its colour in the light and in the dark theme."""

    symbol: str
    light: str
    dark: str

    def color(self, t: Theme) -> str:
        """Of samples and signs, as #rrggbb."""
        return self.dark if t is DARK else self.light

    def region(self, t: Theme) -> QColor:
        """Of the region where the class wins."""
        return mix(self.color(t), t.card, QUIET)


LOOKS = (
    ClassLook("d", LIGHT.negative, DARK.negative),
    ClassLook("o", LIGHT.positive, DARK.positive),
    ClassLook("t1", "#1a7f37", "#57c575"),
    ClassLook("s", "#7a4fa8", "#b79be8"),
    ClassLook("t", "#0b7a75", "#4cc2bd"),
    ClassLook("star", "#b83280", "#ee86bd"),
    ClassLook("p", "#7a5c2e", "#c9a36a"),
    ClassLook("+", "#66700f", "#b8c24a"),
    ClassLook("h", "#b3261e", "#ff8a80"),
    ClassLook("t2", "#56606b", "#a9b4c0"),
)
"""The looks of the classes in order; of two, the low ◆ and the high ●."""
NO_CLASS = ClassLook("x", LIGHT.muted, DARK.muted)


DIFFERENT = len(LOOKS) ** 2
"""So many classes look different; the next one looks like the first."""


def class_look(index: int) -> ClassLook:
    """The look of the class with this number; every pair of shape and colour is used once before one comes again."""
    if index == TIE:
        return NO_CLASS
    count = len(LOOKS)
    shape, color = LOOKS[(index + index // count) % count], LOOKS[index % count]
    return ClassLook(shape.symbol, color.light, color.dark)
