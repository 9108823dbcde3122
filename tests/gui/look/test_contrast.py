"""Contrast of every pair of colours that text or a sign is drawn with, by WCAG 2.1."""

import pytest
from PySide6.QtGui import QColor

from nnsim.gui.look.theme import DARK, LIGHT, Theme, mix

AA_TEXT, AA_GRAPHIC = 4.5, 3.0

TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "muted") for ground in ("window", "card", "raised")),
    ("ink", "accent_soft"), ("ink", "input_fill"), ("ink", "positive_soft"),
    *((text, ground) for text in ("positive_text", "negative_text", "good", "bad") for ground in ("card", "raised")),
    ("positive_text", "accent_soft"),
    ("accent", "card"), ("accent", "raised"), ("on_accent", "accent"), ("card", "muted"), ("on_accent", "positive"),
]
"""(text, what it stands on), as used in the style sheet, the canvas, the lists and the plots."""

GRAPHIC_PAIRS = [
    *((sign, "card") for sign in ("positive", "negative", "accent", "good", "bad", "ink", "muted")),
    ("accent", "window"), ("ink", "window"),
    ("positive", "input_fill"), ("accent", "accent_soft"),
]
"""(edge, point, curve or mark, what it lies on)."""


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.1."""
    channels = QColor(color).getRgbF()[:3]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 for equal colours to 21 for black on white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself() -> None:
    """Black on white is 21, and the published example #767676 on white just passes 4.5."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert 4.5 <= contrast("#767676", "#ffffff") < 4.6


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable(theme: Theme, text: str, ground: str) -> None:
    """At least 4.5 to 1."""
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= AA_TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize(("sign", "ground"), GRAPHIC_PAIRS)
def test_signs_are_seen(theme: Theme, sign: str, ground: str) -> None:
    """At least 3 to 1."""
    assert contrast(getattr(theme, sign), getattr(theme, ground)) >= AA_GRAPHIC


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_stays_readable_under_the_mouse(theme: Theme) -> None:
    """What lies under the mouse has another ground; ink and muted text can be read on it."""
    hovered = mix(theme.card, theme.ink, 0.06).name()
    assert contrast(theme.ink, hovered) >= AA_TEXT
    assert contrast(theme.muted, hovered) >= AA_TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_points_are_seen_on_the_map(theme: Theme) -> None:
    """A sample's rim parts it from the map: its light or dark edge contrasts with the map's ends."""
    for end in ("map_low", "map_high"):
        assert max(contrast(theme.card, getattr(theme, end)), contrast(theme.ink, getattr(theme, end))) >= AA_GRAPHIC
