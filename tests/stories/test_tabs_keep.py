"""Another document changes what the panels show, and not where they stand."""

import pytest
from PySide6.QtWidgets import QTabBar

from nnsim.documents.examples import EXAMPLES
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.panels import WORKSPACES, Arrangement
from tests.stories.conftest import places

SHOWN = ("xor", "circle", "hands_on", "blobs", "sine", "half_adder", "and")


def tabs(hand: Hand) -> list[tuple[list[str], int]]:
    """The titles of each bar of tabs, and which is in front."""
    bars = [bar for bar in hand.window.findChildren(QTabBar, "panel_tabs") if bar.isVisible() and bar.x() >= 0]
    return sorted(([bar.tabText(i) for i in range(bar.count())], bar.currentIndex()) for bar in bars)


@pytest.mark.parametrize("workspace", WORKSPACES[1:], ids=lambda w: w.id)
def test_tabs_and_panels_stay_where_they_are(hand: Hand, workspace: Arrangement) -> None:
    """Their titles, their order, the one in front, and each panel's place to the pixel."""
    hand.window.resize(1280, 720)
    hand.click(f"workspace_{workspace.id}")
    hand.settle()
    stood = tabs(hand), places(hand.window)
    assert stood[0]
    for name in SHOWN:
        assert hand.window.files.open_example(EXAMPLES[name])
        hand.settle()
        assert (tabs(hand), places(hand.window)) == stood, name


def test_in_build_only_the_table_follows_its_rows(hand: Hand) -> None:
    """All others stand where they stood; it is as high as its rows, and its top edge moves with the canvas."""
    others = {id: place for id, place in places(hand.window).items() if id != "table"}
    heights = {}
    for name in SHOWN:
        assert hand.window.files.open_example(EXAMPLES[name])
        hand.rest(0.05)
        now = places(hand.window)
        heights[name] = now["table"].height()
        assert {id: place for id, place in now.items() if id != "table"} == others, name
    assert heights["hands_on"] < heights["xor"]


def test_a_message_moves_nothing(hand: Hand) -> None:
    """What is refused, what is offered and what went wrong lie over the edge of the canvas."""
    hand.example("xor")
    stood, canvas = places(hand.window), hand.canvas.geometry()
    zoom = hand.canvas.transform()
    for tell in (lambda: hand.session.refuse("No: " + "a long reason " * 20),
                 lambda: hand.window.messages.stand("offer", "There is something", "Take it", lambda: None),
                 lambda: hand.window.tell_error("a test", "details")):
        tell()
        hand.settle()
        assert hand.window.messages.isVisible()
        assert (places(hand.window), hand.canvas.geometry(), hand.canvas.transform()) == (stood, canvas, zoom)
        hand.click("message_close")
        hand.settle()
        assert (places(hand.window), hand.canvas.geometry(), hand.canvas.transform()) == (stood, canvas, zoom)
