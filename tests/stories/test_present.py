"""Present: large for a hall, by number keys, with each thing in its place."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar, QToolButton

from nnsim.gui.look.theme import font, line_width, theme
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.cards import CardHeader
from nnsim.gui.window.panels import ASIDE, EXPLAIN, EXPLANATION, HEROES, PANELS, WORKSPACES, Arrangement, presented
from tests.stories.test_workspaces import in_front, shown

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def presenting(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> Hand:
    """At 1280×720. The screen of the tests is smaller than the window, so that it is not made as large."""
    monkeypatch.setattr(hand.window, "showFullScreen", lambda: None)
    hand.window.resize(1280, 720)
    return hand


def test_present(presenting: Hand) -> None:
    """F11: the network and the table with the output, text of 20 pixels and lines of 3; keys still work; Esc goes
    back."""
    hand = presenting
    hand.example("xor_to_learn")
    small, before = font("small").pixelSize(), shown(hand)
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    assert shown(hand) == {"table", "output"}
    assert font("small").pixelSize() >= 20 and line_width(1.0) == 3.0
    assert not hand.window.menuBar().isVisible() and not hand.window.statusBar().isVisible()
    axis = hand.window.panels["output"].plot.axes["left"]
    assert axis.style["tickFont"].pixelSize() >= 20
    hand.key(Qt.Key.Key_T, CTRL, hand.window)
    assert hand.session.training
    hand.key(Qt.Key.Key_T, CTRL, hand.window)
    assert not hand.session.training
    hand.key(Qt.Key.Key_Escape, widget=hand.window)
    assert shown(hand) == before and font("small").pixelSize() == small and line_width(1.0) == 1.0
    assert hand.window.menuBar().isVisible()


def test_number_keys_switch_what_is_presented(presenting: Hand) -> None:
    """Each fills the screen as the list of heroes has it, without a menu; its tab is lit, and a click does the same."""
    hand = presenting
    hand.example("hands_on")
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    tabs = hand.find("present_tabs", QTabBar)
    for number, hero in enumerate(HEROES, 1):
        hand.key(Qt.Key(Qt.Key.Key_0.value + number), widget=hand.window)
        assert hand.window.workspaces.current is hero and shown(hand) == hero.panels == in_front(hand)
        assert tabs.currentIndex() == number - 1 and hand.canvas.isVisible() == hero.canvas
        assert hand.window.size().toTuple() == (1280, 720)
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(1).center())
    assert hand.window.workspaces.current is HEROES[1]
    assert tabs.tabRect(len(HEROES) - 1).right() < tabs.width(), "all are in sight"
    hand.key(Qt.Key.Key_Escape, widget=hand.window)
    hand.key(Qt.Key.Key_3, widget=hand.window)
    assert hand.window.workspaces.current is WORKSPACES[0], "the numbers are free where nothing is presented"


def test_the_tabs_of_present_are_whole_and_stay(presenting: Hand) -> None:
    """At 1280×720, whichever is in front, and while a run says how far it is."""
    hand = presenting
    hand.window.resize(1280, 720)
    hand.example("circle")
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    tabs = hand.find("present_tabs", QTabBar)
    for number in range(1, len(HEROES) + 1):
        hand.key(Qt.Key(Qt.Key.Key_0 + number), widget=hand.window)
        hand.settle()
        assert tabs.tabRect(tabs.count() - 1).right() <= tabs.width() and tabs.tabRect(0).left() >= 0, number
    before = [tabs.tabRect(i) for i in range(tabs.count())]
    hand.session.train(epochs=3)
    hand.wait(lambda: not hand.session.training, "three epochs are done")
    hand.settle()
    assert [tabs.tabRect(i) for i in range(tabs.count())] == before


@pytest.mark.parametrize(("workspace", "panel", "shows"), [
    ("build", None, "present_table"), ("train", None, "present_output"), ("explain", None, "present_forward"),
    *(("explain", id, f"present_{id}") for id in EXPLANATION),
])
def test_present_shows_the_hero_of_where_one_comes_from(presenting: Hand, workspace: str, panel: str | None,
                                                        shows: str) -> None:
    presenting.example("hands_on")
    presenting.click(f"workspace_{workspace}")
    if panel:
        presenting.window.show_panel(panel)
    before = in_front(presenting)
    presenting.key(Qt.Key.Key_F11, widget=presenting.window)
    assert presenting.window.workspaces.current.id == shows
    presenting.key(Qt.Key.Key_Escape, widget=presenting.window)
    assert presenting.window.workspaces.current.id == workspace and in_front(presenting) == before


def test_explain_keys_lead_to_where_there_is_room(presenting: Hand) -> None:
    """Ctrl+1…9 bring a panel here if it has a place here, else they go to Explain; presenting, they present it."""
    hand = presenting
    hand.example("hands_on")
    keys = {id: Qt.Key(ord(entry.key[-1])) for id, entry in PANELS.items() if entry.key}
    for id, key in keys.items():
        hand.click("workspace_build")
        hand.key(key, CTRL, hand.window)
        assert hand.window.panels[id].seen
        assert hand.window.workspaces.current is (EXPLAIN if id in EXPLANATION else WORKSPACES[0])
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    for id, key in keys.items():
        hand.key(key, CTRL, hand.window)
        assert hand.window.workspaces.current is presented(id) and in_front(hand) == {id}
        tabs = hand.find("present_tabs", QTabBar)
        assert tabs.tabData(tabs.currentIndex()) == f"present_{id}"
    hand.key(Qt.Key.Key_Escape, widget=hand.window)


def number_key(hand: Hand, hero: Arrangement) -> None:
    """Press the number of what is presented."""
    hand.key(Qt.Key(Qt.Key.Key_1 + HEROES.index(hero)), widget=hand.window)


def title_of(hand: Hand, id: str) -> str:
    """What is written at the left of a panel's title bar, all of it; empty if nothing is."""
    header = hand.window.docks[id].titleBarWidget()
    assert isinstance(header, CardHeader)
    title = header.title
    assert not title.isVisible() or title.width() >= title.sizeHint().width(), id
    return title.text() if title.isVisible() and title.x() < header.width() / 4 else ""


@pytest.mark.parametrize("hero", [hero for hero in HEROES if len(hero.panels) > 1], ids=lambda hero: hero.id)
@pytest.mark.parametrize("example", ["xor", "half_adder"])
def test_of_several_panels_each_says_what_it_is(presenting: Hand, hero: Arrangement, example: str) -> None:
    """Also when an input is taken away, and its plot is another."""
    hand = presenting
    hand.example(example)
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    number_key(hand, hero)
    for _ in range(2):
        assert {id: title_of(hand, id) for id in hero.panels} == {
            id: hand.window.panels[id].title for id in hero.panels}
        hand.click_at(hand.at(hand.session.structure.inputs[0]))
        hand.key(Qt.Key.Key_Delete)
    assert not hand.session.structure.inputs


def test_numbered_tabs_stay_whatever_is_presented(presenting: Hand) -> None:
    """What has no number is named in its title bar, which is whole, and takes no room of theirs: no tab leaves, no
    arrow comes."""
    hand = presenting
    hand.example("hands_on")
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    tabs = hand.find("present_tabs", QTabBar)
    number_key(hand, HEROES[-1])
    before = [tabs.tabRect(i) for i in range(len(HEROES) - 1)]
    for aside in ASIDE:
        id = aside.id.removeprefix("present_")
        hand.window.show_panel(id)
        panel, header = hand.window.panels[id], hand.window.docks[id].titleBarWidget()
        assert isinstance(header, CardHeader)
        hand.wait(lambda panel=panel: getattr(panel, "built", True), f"{id} is there")  # in its turn, after its title
        hand.settle()
        assert header.height() == header.least_height(), id
        assert hand.window.workspaces.current is aside and title_of(hand, id) == hand.window.panels[id].title
        assert [tabs.tabRect(i) for i in range(len(HEROES) - 1)] == before, id
        assert tabs.tabRect(tabs.count() - 1).right() <= tabs.width(), id
        assert not any(arrow.isVisible() for arrow in tabs.findChildren(QToolButton)), id
        assert tabs.accessibleTabName(tabs.currentIndex()) == PANELS[id].title


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_card_of_the_network_has_a_line_all_around(presenting: Hand, mode: str) -> None:
    """As the others have; where its title bar is shown, or the bar of Soften in its place, that has the upper one."""
    hand = presenting
    hand.window.commands.set_theme(mode)
    hand.example("xor")

    def edges() -> list[bool]:
        """Whether there is a line above, below, left and right of the network."""
        canvas, image = hand.canvas, hand.window.grab().toImage()
        place = QRect(canvas.mapTo(hand.window, QPoint(0, 0)), canvas.size())
        middle, line = place.center(), theme().color("line")
        return [any(image.pixelColor(at + step * n) == line for n in (1, 2, 3)) for at, step in (
            (QPoint(middle.x(), place.top()), QPoint(0, -1)), (QPoint(middle.x(), place.bottom()), QPoint(0, 1)),
            (QPoint(place.left(), middle.y()), QPoint(-1, 0)), (QPoint(place.right(), middle.y()), QPoint(1, 0)))]

    hand.key(Qt.Key.Key_F11, widget=hand.window)
    for hero in HEROES:
        if hero.canvas:
            number_key(hand, hero)
            assert edges() == [True] * 4, hero.id
    hand.click("present_soften")
    assert edges() == [False, True, True, True]
    hand.click("soften_cancel")
    assert edges() == [True] * 4
    hand.key(Qt.Key.Key_Escape, widget=hand.window)
    assert hand.window.workspaces.current is WORKSPACES[0] and edges()[0] and edges()[1]


@pytest.mark.parametrize(("example", "size"), [("hands_on", (1280, 720)), ("hands_on", (1440, 900)),
                                               ("xor", (1440, 900)), ("circle", (1280, 720))])
def test_the_table_is_as_high_as_it_was(presenting: Hand, example: str, size: tuple[int, int]) -> None:
    """Whatever was looked at meanwhile: with one row, with four, with more than there is room for."""
    hand = presenting
    hand.window.resize(*size)
    hand.example(example)
    dock = hand.window.docks["table"]

    def whole() -> bool:
        return example == "circle" or dock.height() == dock.maximumHeight()

    hand.wait(whole, "it is as high as its rows")
    before, room = dock.geometry(), hand.canvas.size()
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    hand.wait(whole, "it is as high as its rows, presented")
    hand.key(Qt.Key.Key_Escape, widget=hand.window)
    hand.wait(lambda: dock.geometry() == before, "it is as before")
    hand.click("workspace_explain")
    hand.click("workspace_build")
    hand.wait(lambda: dock.geometry() == before, "it is as before")
    assert hand.canvas.size() == room
