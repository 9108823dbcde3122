"""Find an action: whatever stands in a menu is found by a word, and done with Enter or a click."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QMenu, QMenuBar, QWidget, QWidgetAction

from nnsim.gui.look.settings import FOUND_ACTIONS, TEXT_SCALE
from nnsim.gui.look.theme import theme
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.find_action import FindAction, Matches, offers
from nnsim.gui.window.panels import HEROES, PANELS, Arrangement
from tests.stories.test_accessibility import nameless

KEY = Qt.Key
CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def nothing_found_before(reused: object) -> None:
    FOUND_ACTIONS.forget()


def begin(hand: Hand, text: str = "") -> None:
    """Ctrl+Shift+P, and a text."""
    hand.key(KEY.Key_P, CONTROL_SHIFT, hand.window)
    QTest.keyClicks(hand.find("find_action_text", QLineEdit), text)
    hand.settle()


def names(hand: Hand) -> list[str]:
    """What is found, in its order."""
    model = hand.find("find_action_list", QListView).model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def is_open(hand: Hand) -> bool:
    return any(isinstance(w, FindAction) and w.isVisible() for w in QApplication.topLevelWidgets())


def in_menus(place: QMenuBar | QMenu) -> list[QAction]:
    """Walked by the test itself."""
    found = []
    for action in place.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            found += in_menus(below)
        elif not action.isSeparator() and not isinstance(action, QWidgetAction):
            found.append(action)
    return found


def test_whatever_a_menu_has_is_found_by_its_text(shared: Hand) -> None:
    """With its key; also what was added to a menu a moment ago."""
    menu = shared.window.menuBar().actions()[0].menu()
    assert isinstance(menu, QMenu)
    done: list[bool] = []
    added = menu.addAction("Sing a s&ong…", "Ctrl+Alt+7", lambda: done.append(True))
    try:
        wanted = in_menus(shared.window.menuBar())
        found = offers(shared.window)
        assert added in wanted and len(wanted) > 90
        matches = Matches(found, [])
        for action in wanted:
            text = action.text().partition("\t")[0].replace("&", "")
            matches.look_for(text)
            # First, or behind others of the very same name.
            first = [matches.offer(matches.index(row, 0)) for row in range(matches.rowCount())]
            same = [offer for offer in first if offer.name == text]
            assert first[: len(same)] == same and action in [offer.action for offer in same], text
        begin(shared, "song")
        assert names(shared) == ["Sing a song…"]
        shared.key(KEY.Key_Return)
        assert done == [True] and not is_open(shared)
    finally:
        menu.removeAction(added)
        added.deleteLater()
    keys = {offer.name: offer.key for offer in found}
    assert keys["Step one batch"] == "Ctrl+B" and keys["Find an action…"] == "Ctrl+Shift+P"
    assert keys["Add neuron"] == "N" and keys["Sing a song…"] == "Ctrl+Alt+7"


STEPS: tuple[tuple[str, Callable[[Hand], object]], ...] = (
    ("one sample eight weights lecture", lambda hand: hand.session.title == "Hands-on 2-2-2"),
    ("explain digits 6", lambda hand: hand.desk.study.digits == 6),
    ("9 DIG", lambda hand: hand.desk.study.digits == 9),
    ("dark theme", lambda hand: theme().name == "dark"),
    ("gradients batch", lambda hand: hand.desk.study.scope == "batch"),
    ("notation field", lambda hand: hand.desk.study.chosen_notation == "field"),
    ("matrices explain", lambda hand: hand.window.panels["matrices"].seen),
    ("ctrl+2", lambda hand: hand.window.panels["backward"].seen),
    ("workspace_", lambda hand: hand.find("find_action_nothing", QLabel).isVisible()),
    ("biases as neurons", lambda hand: hand.window.actions_by_name["draw_biases"].isChecked()),
    ("select all", lambda hand: len(hand.desk.looking.selected_neurons) == len(hand.session.structure.neurons)),
    ("epoch", lambda hand: hand.session.epoch == 1),
    ("one updat", lambda hand: hand.session.latest.update == 2),
    ("present chain rule", lambda hand: hand.window.workspaces.current.id == "present_backward"),
    ("present functions", lambda hand: hand.window.workspaces.current.id == "present_activation"),
)


def test_enter_does_what_the_menu_does(hand: Hand) -> None:
    """Found by words in any order: of its name, of the menus that lead to it, of what its tooltip tells, by its key."""
    for typed, holds in STEPS:
        begin(hand, typed)
        hand.key(KEY.Key_Return)
        hand.settle()
        hand.wait(lambda holds=holds: holds(hand), typed)
        if is_open(hand):
            hand.key(KEY.Key_Escape)


@pytest.mark.parametrize("hero", HEROES, ids=lambda hero: hero.id)
def test_a_panel_is_found_by_what_present_calls_it(shared: Hand, hero: Arrangement) -> None:
    begin(shared, hero.title)
    assert PANELS[hero.id.removeprefix("present_")].title in names(shared)
    shared.key(KEY.Key_Escape)


def test_arrows_and_the_mouse_choose_too(shared: Hand) -> None:
    """Esc does nothing but close, and the keys are where they were."""
    hand = shared
    hand.canvas.setFocus()
    begin(hand, "add input")
    hand.key(KEY.Key_Escape)
    assert not is_open(hand) and QApplication.focusWidget() is hand.canvas and not hand.session.structure.neurons
    begin(hand, "add put")
    assert names(hand)[:2] == ["Add input", "Add output"]
    hand.key(KEY.Key_Down)
    hand.key(KEY.Key_Return)
    assert [n.role for n in hand.session.structure.neurons] == ["output"]
    begin(hand, "add put")
    shown = hand.find("find_action_list", QListView)
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton,
                     pos=shown.visualRect(shown.model().index(1, 0)).center())
    hand.settle()
    assert [n.role for n in hand.session.structure.neurons] == ["output", "input"] and not is_open(hand)
    begin(hand, "add")
    QTest.mouseClick(hand.find("find_action", QWidget), Qt.MouseButton.LeftButton, pos=QPoint(-40, 300))
    hand.settle()
    assert not is_open(hand)


def test_what_was_chosen_last_comes_first(shared: Hand) -> None:
    """While nothing is typed, and among what the words fit alike; the rest is in the order of the menus."""
    hand = shared
    begin(hand)
    menus = names(hand)
    assert menus[:2] == ["New", "Open…"]
    hand.key(KEY.Key_Escape)
    for typed in ("add output", "zoom in"):
        begin(hand, typed)
        hand.key(KEY.Key_Return)
    begin(hand)
    assert names(hand)[:3] == ["Zoom in", "Add output", "New"] and len(names(hand)) == len(menus)
    hand.key(KEY.Key_Escape)
    begin(hand, "add")
    assert names(hand)[:2] == ["Add output", "Add input"]
    hand.key(KEY.Key_Escape)


def test_what_cannot_be_done_is_shown_with_its_reason(shared: Hand) -> None:
    """Enter leaves it where it is; a screen reader hears the reason."""
    hand = shared
    begin(hand, "rename")
    assert names(hand) == ["Rename"]
    shown = hand.find("find_action_list", QListView)
    heard = shown.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert heard == "Rename, F2, Edit, Select one neuron first"
    hand.key(KEY.Key_Return)
    assert is_open(hand) and FOUND_ACTIONS.value() == []
    hand.key(KEY.Key_Escape)


def test_it_is_there_while_presenting(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the menus are hidden it is the way to all that stands in them, and their keys act too."""
    monkeypatch.setattr(hand.window, "showFullScreen", lambda: None)
    hand.example("hands_on")
    hand.key(KEY.Key_F11, widget=hand.window)
    assert not hand.window.menuBar().isVisible()
    begin(hand, "half adder")
    hand.key(KEY.Key_Return)
    hand.wait(lambda: hand.session.title == "Half adder", "it is open")
    begin(hand, "digits 12")
    hand.key(KEY.Key_Return)
    hand.wait(lambda: hand.desk.study.digits == 12, "twelve digits")
    for id, entry in PANELS.items():
        if entry.key and entry.key.startswith("Ctrl+"):
            hand.key(KEY(ord(entry.key[-1])), Qt.KeyboardModifier.ControlModifier, hand.window)
            assert hand.window.panels[id].seen, entry.key
    hand.key(KEY.Key_Escape, widget=hand.window)
    assert hand.window.menuBar().isVisible()
    # Not twice from now on: a key of two actions does nothing.
    hand.key(KEY.Key_1, Qt.KeyboardModifier.ControlModifier, hand.window)
    assert hand.window.panels["forward"].seen


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_it_fits_the_window(hand: Hand, scale: float) -> None:
    """Its rows are whole, and all of it is inside the window; what stands in it has a name."""
    hand.window.resize(1280, 720)
    TEXT_SCALE.store(scale)
    hand.window.commands.apply_look()
    begin(hand)
    popup, shown = hand.find("find_action", QWidget), hand.find("find_action_list", QListView)
    place = popup.rect().translated(popup.mapToGlobal(QPoint(0, 0)) - hand.window.mapToGlobal(QPoint(0, 0)))
    assert hand.window.rect().contains(place)
    row = shown.sizeHintForRow(0)
    assert shown.viewport().height() >= 8 * row and shown.viewport().height() % row <= 2
    assert nameless(popup) == set()
    hand.key(KEY.Key_Escape)
