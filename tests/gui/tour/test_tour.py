"""The tour's own words are all that is written, and what Qt has to say."""

import os
import subprocess
import sys

WINDOW = """
from PySide6.QtCore import qWarning
from nnsim.gui.tour.tour import toured_window
with toured_window() as hand:
    hand.settle()
    hand.window.raise_()
    hand.window.resize(900, 700)
    hand.settle()
    qWarning("Something is wrong")
qWarning("This plugin does not support being at its end")
"""


def test_what_a_platform_without_windows_lacks_is_not_written() -> None:
    """Qt says it of each window and each menu; everything else is heard, and all of it again after the tour."""
    done = subprocess.run([sys.executable, "-c", WINDOW], capture_output=True, text=True, check=False,
                          env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == ["Something is wrong", "This plugin does not support being at its end"]
