"""The window that stories use one after the other is as a new one, whatever was done in it."""

from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage

import nnsim
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.tour.hand import Hand
from tests.stories.conftest import Reused, window_with_hand


def portrait(hand: Hand) -> list[object]:
    """All that is to be seen of a window: empty and with a network, in each workspace; and what can be done in it."""

    def picture() -> QImage:
        hand.wait(lambda: all(getattr(panel, "built", True) for panel in hand.window.panels.values() if panel.seen),
                  "all panels in sight are there")
        hand.wait_for_formulas()
        # Words and shades follow after a while, the later the busier the machine is.
        before, now = QImage(), hand.window.grab().toImage()
        while now != before:
            hand.rest(0.3)
            before, now = now, hand.window.grab().toImage()
        return now

    session, study = hand.session, hand.desk.study
    seen: list[object] = [
        picture(), hand.canvas.hasFocus(), session.speed, session.path, session.title, study.scope, study.notation,
        study.digits, hand.window.files.recent(),
        {name: (action.text(), action.isEnabled(), action.isChecked()) for name, action
         in hand.window.actions_by_name.items()},
    ]
    hand.example("xor")
    for workspace in ("train", "explain", "build"):
        hand.click(f"workspace_{workspace}")
        seen.append(picture())
    return seen


def look_otherwise(hand: Hand, place: Path) -> None:
    """Colours, sizes, notation, what is drawn; a smaller window, presenting."""
    hand.example("circle")
    hand.menu("action_draw_biases")
    hand.menu("action_draw_products")
    hand.desk.study.set_scope("all")
    hand.desk.study.set_notation("lecture")
    hand.desk.study.set_digits(6)
    hand.window.commands.set_theme("dark")
    hand.window.commands.scale_text(3)
    hand.window.resize(1280, 720)
    hand.window.showFullScreen = hand.window.showNormal
    hand.key(Qt.Key.Key_F11, widget=hand.window)
    del hand.window.showFullScreen


def choose_in_panels(hand: Hand, place: Path) -> None:
    """A choice in each panel that has one, another arrangement, and another workspace."""
    hand.example("hands_on")
    hand.click("activation_derivative")
    hand.click("output_more")
    hand.click("close_selected")
    for id in hand.window.docks:
        hand.window.show_panel(id)
        hand.settle()
    hand.click("network_table_kind_connections")
    hand.click("workspace_explain")


def work(hand: Hand, place: Path) -> None:
    """A file, edits, training, softening, a message, a window beside it, a number half typed."""
    nnsim.save(nnsim.load(EXAMPLES["xor"].path), place / "a.nnsim")
    assert hand.window.files.open(place / "a.nnsim")
    hand.session.set_speed(None)
    hand.add("hidden", QPointF(0, 150))
    hand.key(Qt.Key.Key_Delete, widget=hand.canvas)
    hand.click("tool_soften")
    hand.click("soften_keep")
    hand.click("tool_train")
    hand.wait(lambda: hand.session.epoch > 1, "it trains")
    hand.session.refuse("No.")
    hand.menu("action_gallery")
    hand.canvas.setFocus()
    hand.double_click_at(hand.label_of("h", "output"))


def test_a_window_that_was_used_is_as_a_new_one(reused: Reused, tmp_path: Path) -> None:
    """On the screen and off it; what one story leaves, no other takes away."""
    with window_with_hand(tmp_path / "new") as hand:
        expected = portrait(hand)
    for number, use in enumerate((look_otherwise, choose_in_panels, work)):
        use(reused.renew(tmp_path / str(number)), tmp_path)
        reused.leave()
    found = portrait(reused.renew(tmp_path / "last"))
    assert [one == other for one, other in zip(found, expected, strict=True)] == [True] * len(expected)


def test_another_takes_the_place_of_a_broken_one(reused: Reused, tmp_path: Path) -> None:
    """Whatever a story that failed has left, the next does not see it."""
    before = reused.renew(tmp_path).window
    reused.leave(broken=True)
    assert reused.renew(tmp_path).window is not before
