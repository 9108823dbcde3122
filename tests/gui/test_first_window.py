"""The window when it opens for the first time: it fits the screen, whatever the screen is."""

import pytest
from PySide6.QtCore import QRect

from nnsim.gui.window.window import FIRST_SIZE, FRAME, first_geometry


@pytest.mark.parametrize("left", [0, -1920, 1366])
@pytest.mark.parametrize("size", [(800, 600), (1280, 680), (1280, 720), (1366, 768), (1440, 860), (1440, 900),
                                  (1512, 945), (1920, 1040), (2560, 1400), (3840, 2120), (1080, 1900)])
def test_it_stands_on_the_screen_with_its_frame(size: tuple[int, int], left: int) -> None:
    """In its middle; as large as it likes to be where there is room, and larger on a large screen."""
    screen = QRect(left, 24, *size)
    window = first_geometry(screen)
    assert screen.contains(window.marginsAdded(FRAME))
    assert abs(window.center().x() - screen.center().x()) <= 1
    for mine, whole, wanted in ((window.width(), size[0], FIRST_SIZE.width()),
                                (window.height(), size[1], FIRST_SIZE.height())):
        assert mine >= min(wanted, whole - 50) and mine <= max(wanted, round(0.75 * whole))
