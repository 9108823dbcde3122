"""Workspaces: the learner switches, nothing else rearranges the window."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar, QTableView, QToolButton

from nnsim.documents.examples import EXAMPLES
from nnsim.gui.look.settings import TEXT_SCALES
from nnsim.gui.look.theme import text_scale
from nnsim.gui.panels.panel import Panel
from nnsim.gui.session.desk import Desk
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window import workspaces
from nnsim.gui.window.panels import EXPLAIN, PANELS, PRESENTED, WORKSPACES, PanelEntry
from nnsim.gui.window.window import MainWindow
from tests.stories.conftest import SIZE, places

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def shown(hand: Hand) -> set[str]:
    """The panels that are open."""
    return {id for id, dock in hand.window.docks.items() if dock.isVisible()}


def in_front(hand: Hand) -> set[str]:
    """The panels that can be seen."""
    return {id for id, panel in hand.window.panels.items() if panel.seen}


@contextmanager
def another_window() -> Iterator[Hand]:
    """A hand on one more window, with the settings of the first; the learner's next start."""
    window = MainWindow()
    window.resize(1440, 900)
    window.show_with_layout()
    QApplication.processEvents()
    yield Hand(window)
    window.desk.close()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


class EchoPanel(Panel):
    """A panel that no list knows."""

    id = "echo"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "Echo")


def test_three_workspaces(hand: Hand) -> None:
    """Each shows its panels, the first of each place in front, with canvas and Train always there."""
    for workspace in WORKSPACES:
        hand.click(f"workspace_{workspace.id}")
        assert shown(hand) == workspace.panels
        assert hand.find(f"workspace_{workspace.id}", QToolButton).isChecked()
        assert workspace.front == in_front(hand)
        assert hand.canvas.isVisible() and hand.find("tool_train", QToolButton)
    hand.key(Qt.Key.Key_2, ALT, hand.window)
    assert hand.window.workspaces.current.id == "train"


def test_a_panel_and_its_entry_say_the_same(hand: Hand) -> None:
    for id in PANELS:
        panel = hand.window.panels[id]
        assert panel.id == panel.objectName() == id
        assert hand.window.docks[id].isAncestorOf(panel)


def test_every_panel_has_a_button_to_close_it(hand: Hand) -> None:
    """Also one that is made late: the cross is drawn, and closes it."""
    for id in ("output", "matrices", "network_table"):
        hand.window.show_panel(id)
        button = hand.find(f"close_{id}", QToolButton)
        assert not button.icon().isNull()
        hand.click(f"close_{id}")
        assert id not in shown(hand)


def test_each_is_left_as_it_was(hand: Hand) -> None:
    """A panel closed in Build stays closed there and open in Train; a reset brings it back."""
    hand.click("close_output")
    hand.click("workspace_train")
    assert "output" in shown(hand)
    hand.click("workspace_build")
    assert "output" not in shown(hand)
    hand.menu("action_reset_layout")
    assert "output" in shown(hand)


def test_the_next_start_finds_the_workspace(hand: Hand) -> None:
    """A window that was left in Explain opens in Explain, with the tab that was in front."""
    hand.example("hands_on")
    hand.click("workspace_explain")
    hand.window.show_panel("matrices")
    hand.window.workspaces.remember()
    with another_window() as again:
        assert again.window.workspaces.current.id == "explain"
        assert again.window.panels["matrices"].seen and not again.window.panels["forward"].seen


def test_a_new_panel_is_one_entry(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its entry it has its menus, key and tab, is remembered where it was opened, and spoils no older layout."""
    hand.click("workspace_explain")
    hand.window.show_panel("matrices")
    hand.window.workspaces.remember()
    monkeypatch.setitem(sys.modules, "nnsim.gui.panels.echo", sys.modules[__name__])
    monkeypatch.setitem(PANELS, "echo", PanelEntry("echo", "echo:EchoPanel", "Echo", ("forward",), key="Ctrl+F9"))
    with another_window() as old:
        assert old.window.workspaces.current is EXPLAIN and old.window.panels["matrices"].seen
        assert not old.window.docks["echo"].isVisible()  # a learner's own layout knows nothing of it
        assert old.window.findChild(QAction, "show_echo").text() == "Echo"
        menu = old.window.findChild(QAction, "explain_echo").associatedObjects()[0]
        named = [action.objectName() for action in menu.actions()]
        assert named[named.index("explain_worksheet") + 1] == "explain_echo"
        old.key(Qt.Key.Key_F9, CTRL, old.window)
        assert old.find("echo", EchoPanel).seen and old.find("close_echo", QToolButton)
        old.menu("action_reset_layout")
        assert old.window.panels["forward"].seen and "echo" not in shown(old)
        old.menu("explain_echo")
        assert old.find("echo", EchoPanel).seen
        assert old.window.docks["echo"] in old.window.tabifiedDockWidgets(old.window.docks["forward"])
        old.click("workspace_build")
        assert "echo" not in shown(old)
        old.click("workspace_explain")
        assert old.window.panels["echo"].seen
        old.window.workspaces.remember()
    with another_window() as again:
        assert again.window.panels["echo"].seen
        again.window.findChild(QAction, "show_echo").trigger()
        assert "echo" not in shown(again)


def test_each_panel_has_a_place_in_each_arrangement() -> None:
    """Where it does not stand at first it opens beside one that does; and what is named is there."""
    for arrangement in (*WORKSPACES, *PRESENTED):
        listed = [id for stack in arrangement.stacks for id in stack.panels]
        assert len(listed) == len(set(listed)) and set(listed) <= set(PANELS)
    for workspace in WORKSPACES:
        assert workspace.hero in workspace.panels
        for id, entry in PANELS.items():
            assert id in workspace.panels or set(entry.beside) & workspace.panels, (workspace.id, id)


def test_no_tabs_stay_behind(hand: Hand) -> None:
    """After many switches there is one bar of tabs for each stack of panels that can be seen, and no other."""
    for _ in range(3):
        for workspace in WORKSPACES:
            hand.click(f"workspace_{workspace.id}")
            hand.rest(0.05)
            bars = [bar for bar in hand.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
                    if bar.isVisible() and hand.window.rect().intersects(bar.geometry())]
            places = {(bar.x(), bar.y()) for bar in bars}
            assert len(places) == len(bars), [[bar.tabText(i) for i in range(bar.count())] for bar in bars]
            titles = [bar.tabText(i) for bar in bars for i in range(bar.count())]
            assert len(titles) == len(set(titles))


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1920, 1080)])
def test_the_window_keeps_its_size(hand: Hand, size: tuple[int, int]) -> None:
    """No workspace makes the window grow."""
    hand.window.resize(*size)
    for workspace in (*WORKSPACES, WORKSPACES[0]):
        hand.click(f"workspace_{workspace.id}")
        hand.settle()
        assert hand.window.size().toTuple() == size


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1920, 1080)])
def test_there_is_room_for_the_task(hand: Hand, size: tuple[int, int]) -> None:
    """Build: the table as high as its rows. Train: Training over the whole height, a square map, a high loss plot.
    Explain: the explanation over the whole height, in 45 % of the width."""
    docks = hand.window.docks
    hand.window.resize(*size)
    hand.example("xor")
    below = hand.window.statusBar().geometry().top()
    assert docks["table"].geometry().bottom() > below - 16
    rows = hand.find("table_rows", QTableView)
    last = rows.rowViewportPosition(3) + rows.rowHeight(3)
    assert last <= rows.viewport().height() <= last + 12
    hand.click("workspace_train")
    training = docks["training"].geometry()
    assert training.left() < 16 and training.bottom() > below - 16
    assert training.top() <= hand.window.centralWidget().geometry().top()
    box = hand.window.panels["output"].plot.view.sceneBoundingRect()
    assert 0.9 < box.width() / box.height() < 1.1 and box.height() > 200
    assert hand.window.panels["loss"].height() >= 200
    hand.click("workspace_explain")
    explanation = docks["forward"].geometry()
    assert explanation.width() >= 0.45 * size[0] and explanation.bottom() > below - 16
    assert explanation.height() > 0.75 * size[1]
    for id in ("selected", "loss_slice"):
        assert docks[id].geometry().top() > hand.window.centralWidget().geometry().bottom()
        assert docks[id].geometry().right() < explanation.left()
    assert hand.window.size().toTuple() == size


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900)])
def test_each_is_the_same_whenever_one_comes_back(new_hand: Hand, size: tuple[int, int]) -> None:
    """Round after round the panels stand where they stood, and no tabs of another workspace stay."""
    hand = new_hand
    hand.window.resize(*size)
    hand.example("circle")
    hand.rest(0.1)
    found: dict[str, tuple[object, ...]] = {}
    for round_ in range(3):
        for workspace in WORKSPACES:
            hand.click(f"workspace_{workspace.id}")
            hand.rest(0.1)
            bars = hand.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
            tabs = sorted(bar.geometry().getRect() for bar in bars if bar.isVisible() and bar.x() >= 0)
            now = ({id: rect for id, rect in places(hand.window).items() if rect.x() >= 0}, tabs)
            assert found.setdefault(workspace.id, now) == now, (round_, workspace.id)


def test_widths_come_back(hand: Hand) -> None:
    """A window that was small for a while is as it was before, in each workspace; also where a line was dragged."""
    hand.example("circle")
    for workspace in WORKSPACES:
        hand.click(f"workspace_{workspace.id}")
        hand.settle()
        before = places(hand.window)
        for size in ((1100, 700), (820, 660), (1700, 950), SIZE):
            hand.window.resize(*size)
            hand.settle()
        assert places(hand.window) == before
    explanation = hand.window.docks["forward"]
    width = explanation.width()
    line = QPoint(explanation.geometry().left() - 4, 400)
    QTest.mousePress(hand.window, Qt.MouseButton.LeftButton, pos=line)
    for _ in range(3):
        line -= QPoint(20, 0)
        hand.move(hand.window, line, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
        hand.settle()
    QTest.mouseRelease(hand.window, Qt.MouseButton.LeftButton, pos=line)
    assert explanation.width() == width + 60
    for size in ((1280, 720), SIZE):
        hand.window.resize(*size)
        hand.settle()
    assert explanation.width() == width + 60


def test_large_text_leaves_no_wide_panels_behind(hand: Hand) -> None:
    """Whichever workspace was seen at the largest text: at the usual one all panels have their usual sizes."""
    hand.window.resize(1280, 720)
    spaces = [workspace.id for workspace in WORKSPACES]
    first = {}
    for scale in (1.0, 2.0, 1.0):
        hand.window.commands.scale_text(TEXT_SCALES.index(scale) - TEXT_SCALES.index(text_scale()))
        for space in (*spaces, spaces[0]):
            hand.click(f"workspace_{space}")
            widths = {id: rect.width() for id, rect in places(hand.window).items() if rect.x() >= 0}
            if scale == 1.0:
                assert first.setdefault(space, widths) == pytest.approx(widths, abs=8), space


def test_another_theme_leaves_nothing_of_the_last(new_hand: Hand) -> None:
    """Switched to dark, each workspace looks as in a window that was opened in dark; and back in light as at first."""

    def pictures(window: MainWindow) -> list[QImage]:
        taken: list[QImage] = []
        for workspace in WORKSPACES:
            window.workspaces.switch(workspace)
            new_hand.rest(0.05)
            new_hand.wait_for_formulas(window)
            taken.append(window.grab().toImage())
        return taken

    new_hand.window.commands.set_theme("light")
    new_hand.example("xor")
    new_hand.rest(0.2)
    pictures(new_hand.window)
    light = pictures(new_hand.window)
    new_hand.window.commands.set_theme("dark")
    dark = pictures(new_hand.window)
    assert all(a != b for a, b in zip(light, dark, strict=True))
    fresh = MainWindow()
    fresh.resize(new_hand.window.size())
    fresh.show_with_layout()
    fresh.desk.session.open_document(new_hand.session.document, new_hand.session.path)
    new_hand.rest(0.2)
    pictures(fresh)
    expected = pictures(fresh)
    fresh.desk.close()
    fresh.close()
    fresh.deleteLater()
    assert dark == expected
    new_hand.window.commands.set_theme("light")
    assert pictures(new_hand.window) == light


def test_panels_out_of_sight_are_made_while_nothing_is_done(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspaces, "FILLING_MS", 1)
    window = MainWindow()
    window.show_with_layout()
    assert len(window.panels) < len(window.docks)
    hand.wait(lambda: len(window.panels) == len(window.docks), "all panels are made")
    window.desk.close()
    window.close()
    window.deleteLater()


def test_a_panel_may_be_resized_while_another_document_is_told(hand: Hand) -> None:
    """As a toolbar that needs another width has the docks laid out: what it shows from before is not asked for."""
    resized: list[str] = []

    def shrink(*documents: object) -> None:
        for id, panel in hand.window.panels.items():
            if panel.seen:
                panel.resize(panel.width() - 9, panel.height() - 5)
                resized.append(id)

    hand.desk.document_changed.connect(shrink)
    for id in hand.window.docks:
        hand.window.show_panel(id)
        hand.settle()
        for example in ("blobs", "xor"):
            assert hand.window.files.open_example(EXAMPLES[example])
        hand.settle()
    assert set(resized) == set(hand.window.docks)
