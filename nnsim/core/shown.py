"""What a notebook shows in place of text: pictures, which only floors above this one know how to draw."""

from collections.abc import Callable

Drawer = Callable[[object], str | None]
"""Draws what it is given, as SVG or HTML; None if there is nothing to see."""

_drawers: list[Drawer] = []


def draw_with(drawer: Drawer) -> None:
    """From now on this one draws; the package says so when it is imported."""
    _drawers[:] = [drawer]


def picture_of(shown: object) -> str | None:
    """The picture of what a notebook shows. None where there is none: the notebook then shows its text."""
    return _drawers[0](shown) if _drawers else None
