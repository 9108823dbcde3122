"""The menus: each in one column on a small screen, each panel once, and sizes of text with a way back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from nnsim.gui.look.settings import TEXT_SCALE
from nnsim.gui.look.theme import text_scale
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.menu_actions import menu_actions
from nnsim.gui.window.panels import PANELS, WORKSPACES

CONTROL = Qt.KeyboardModifier.ControlModifier
ROOM = 680
"""The height below the menu bar of a screen of 1280×720."""


def menus(hand: Hand) -> list[QMenu]:
    """All of them, with those inside them."""
    found: list[QMenu] = []
    waiting = [top.menu() for top in hand.window.menuBar().actions()]
    while waiting:
        menu = waiting.pop()
        if isinstance(menu, QMenu):
            found.append(menu)
            waiting += [action.menu() for action in menu.actions() if action.menu() is not None]
    return found


def height_in_one_column(menu: QMenu) -> int:
    """Of its entries, each as high as Qt makes it."""
    menu.aboutToShow.emit()
    menu.sizeHint()
    return sum(menu.actionGeometry(action).height() for action in menu.actions())


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_each_menu_is_one_column(hand: Hand, scale: float) -> None:
    """But for the list of examples in large text: the gallery shows those as pictures."""
    TEXT_SCALE.store(scale)
    hand.window.commands.apply_look()
    hand.settle()
    heights = {menu.objectName() or menu.title(): height_in_one_column(menu) for menu in menus(hand)}
    if scale > 1:
        del heights["examples_menu"]
    assert len(heights) > 12 and heights["&View"] > 300
    assert not {name: height for name, height in heights.items() if height > ROOM}


def test_each_panel_stands_once_under_view(hand: Hand) -> None:
    """In a menu of panels, under the first workspace that has it; it opens and closes the panel."""
    shown = [(path, action.objectName().removeprefix("show_"))
             for path, action in menu_actions(hand.window.menuBar()) if action.objectName().startswith("show_")]
    assert {path for path, _ in shown} == {("View", "Panels")}
    ids = [id for _, id in shown]
    assert sorted(ids) == sorted(PANELS)
    first = [next(i for i, w in enumerate(WORKSPACES) if id in w.panels or w is WORKSPACES[-1])
             for id in ids]
    assert first == sorted(first)
    for _ in range(2):
        before = hand.window.docks["output"].isVisible()
        hand.menu("show_output")
        assert hand.window.docks["output"].isVisible() != before


def test_text_has_a_way_back_to_its_normal_size(hand: Hand) -> None:
    """Ctrl+0, and the entry of the menu, from any size."""
    for size, back in ((Qt.Key.Key_Plus, lambda: hand.key(Qt.Key.Key_0, CONTROL, hand.window)),
                       (Qt.Key.Key_Minus, lambda: hand.menu("action_text_normal"))):
        for _ in range(2):
            hand.key(size, CONTROL, hand.window)
        assert text_scale() != 1.0 and TEXT_SCALE.value() == text_scale()
        back()
        assert text_scale() == 1.0 and TEXT_SCALE.value() == 1.0


def test_no_two_entries_of_a_menu_have_one_letter(hand: Hand) -> None:
    """Alt and a letter, and the letter of an entry, mean one thing."""
    bars = [hand.window.menuBar().actions(), *(menu.actions() for menu in menus(hand))]
    for entries in bars:
        letters = [action.text()[action.text().index("&") + 1].lower() for action in entries
                   if "&" in action.text().partition("\t")[0]]
        assert sorted(letters) == sorted(set(letters)), letters
