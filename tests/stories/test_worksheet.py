"""Worksheets: a learner works through a sheet with the keys, goes astray, and is put right."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit

import nnsim
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.look.settings import settings
from nnsim.gui.panels.worksheet.panel import WorksheetPanel
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.empty_state import EmptyState
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.window import kept_answers
from tests.stories.conftest import window_with_hand

FORWARD = ("0.3775", "0.5932", "0.3925", "0.5968", "1.1059", "0.7514", "1.2249", "0.7729")


def open_sheet(hand: Hand, example: str, kind: str) -> None:
    """Open an example and a worksheet about it."""
    hand.example(example)
    hand.window.show_panel("worksheet")
    panel = hand.window.panels["worksheet"]
    assert isinstance(panel, WorksheetPanel)
    hand.wait(lambda: panel.view is not None and panel.view.controls[1].isVisible(), "the sheet is there")
    hand.choose("worksheet_kind", kind)


def test_a_sheet_first_asked_for_while_training_says_why_there_is_none_and_comes_with_the_pause(hand: Hand) -> None:
    """What stood before stays; what another kind asks would be gone with the next update."""
    hand.example("circle")
    hand.click("tool_train")
    hand.window.show_panel("worksheet")
    panel = hand.window.panels["worksheet"]
    assert isinstance(panel, WorksheetPanel)
    hand.wait(lambda: panel.view is not None and panel.view.isVisible(), "the panel is made")
    empty = hand.find("worksheet_empty", EmptyState)
    assert hand.session.training
    assert empty.text() == ("The worksheet comes when training pauses "
                            "It asks about the numbers that the network has then.")
    hand.click("tool_train")
    assert not empty.isVisible() and hand.find("worksheet_h1.z", QLineEdit).isVisible()
    hand.click("tool_train")
    assert not empty.isVisible() and hand.find("worksheet_h1.z", QLineEdit).isVisible()
    hand.choose("worksheet_kind", "Chain rule and update")
    assert empty.isVisible() and hand.session.training
    hand.session.pause()
    hand.settle()
    assert not empty.isVisible() and panel.view is not None and panel.view.sheet is not None


def progress(hand: Hand) -> str:
    """How far the learner is."""
    return hand.find("worksheet_progress", TextLine).text()


def test_the_lectures_forward_pass_with_the_keys_alone(hand: Hand) -> None:
    """Number after number, as on the slides, each with Enter; the misprint of the slide is found out."""
    open_sheet(hand, "hands_on", "Forward pass")
    document = hand.session.document
    hand.click("worksheet_h1.z")
    hand.write("0.3825")
    assert "weights are mixed up" in hand.find("worksheet_h1.z_hint", QLabel).text()
    for number in FORWARD:
        hand.write(number)
    assert progress(hand) == "8 of 8 right"
    assert hand.session.document is document and not hand.session.dirty


def test_two_digits_are_not_enough_and_a_mistake_is_named(hand: Hand) -> None:
    """Two digits: nearly, the keys stay; the misprint of the slide by its name; three digits: right, and on."""
    open_sheet(hand, "hands_on", "Forward pass")
    hint, mark = (hand.window.findChild(QLabel, f"worksheet_h2.z_{part}") for part in ("hint", "mark"))
    assert hint is not None and mark is not None
    for given, sign, said in (("0.39", "≈", "Nearly: give at least three significant digits"),
                              ("0.390", "✗", "The weights are mixed up: h2 takes w3 from i1, w4 from i2.")):
        hand.click("worksheet_h2.z")
        hand.write(given)
        assert mark.text() == sign and said in hint.text() and mark.accessibleName() == hint.text()
        assert "0.392" not in hint.text() and progress(hand) == "0 of 8 right"
        focused = QApplication.focusWidget()
        assert isinstance(focused, QLineEdit) and focused.objectName() == "worksheet_h2.z"
        assert focused.selectedText() == given, "the next answer goes over it"
    hand.write("0.392")
    assert mark.text() == "✓" and not hint.isVisible() and progress(hand) == "1 of 8 right"
    hand.choose("worksheet_kind", "Chain rule and update")
    for given, said in (("0.15", "at least four significant digits"), ("0.1500", "w1 as it was"),
                        ("0.1502", "taken away, not added")):
        hand.click("worksheet_w1.update")
        hand.write(given)
        assert said in hand.find("worksheet_w1.update_hint", QLabel).text()
    hand.write("0.1498")
    assert progress(hand).startswith("1 of")


def test_xors_table_until_it_is_right(hand: Hand) -> None:
    """Sum and output of both neurons in all four rows; a forgotten minus is named, then mended."""
    open_sheet(hand, "xor", "Truth table with its sums")
    hand.click("worksheet_row0.h")
    for total, output in ((0, 0), (0, 0), (1, 0), (1, 1), (1, 0), (1, 1), (2, 1)):
        hand.write(str(total))
        hand.write(str(output))
    assert progress(hand) == "7 of 8 right"
    hand.write("4")
    hand.write("1")
    assert "weight from h is negative" in hand.find("worksheet_row3.output_hint", QLabel).text()
    hand.click("worksheet_row3.output")
    hand.write("0", enter=False)
    hand.key(Qt.Key.Key_Tab)
    hand.write("0")
    assert progress(hand) == "8 of 8 right"


def test_a_sheet_of_ones_own_goes_to_paper(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name gives its own numbers; the answers shown are right when typed; the sheet is written with its key."""
    open_sheet(hand, "hands_on", "Chain rule and update")
    hand.click("worksheet_learner")
    hand.write("Ada")
    assert "Ada" in hand.find("worksheet_whose", QLabel).text()
    hand.click("worksheet_answers")
    panel = hand.window.panels["worksheet"]
    assert isinstance(panel, WorksheetPanel) and panel.view is not None and panel.view.sheet is not None
    sheet = panel.view.sheet
    first = sheet.questions[0].id
    key = hand.find(f"worksheet_{first}_key", QLabel).text().removeprefix("Answer: ")
    hand.click(f"worksheet_{first}")
    hand.write(key)
    assert progress(hand).startswith("1 of")
    focused = QApplication.focusWidget()
    assert isinstance(focused, QLineEdit) and focused.objectName() == f"worksheet_{sheet.questions[1].id}"
    path = tmp_path / "ada.tex"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    panel.view.export(None)
    text = path.read_text(encoding="utf-8")
    assert "(Ada)" in text and r"\section*{Key}" in text and key.replace("−", "-") in text.replace("$", "")
    hand.wait(lambda: "ada.tex" in hand.window.statusBar().currentMessage(), "the window says what it wrote")


def test_answers_are_there_when_the_document_is_opened_again(tmp_path: Path) -> None:
    """After a clean end or another document, of an example and of a file; about other documents nothing is said."""
    path = tmp_path / "mine.nnsim"
    nnsim.save(nnsim.load(EXAMPLES["hands_on"].path), path)
    with window_with_hand(tmp_path) as hand:
        open_sheet(hand, "hands_on", "Forward pass")
        hand.click("worksheet_h1.z")
        hand.write("0.3775")
        hand.wait(lambda: "1 of 8" in progress(hand), "it is right")
        assert hand.window.files.open(path)
        hand.wait(lambda: "0 of 8" in progress(hand), "the file's sheet is empty")
        hand.click("worksheet_h1.z")
        hand.write("9")
        assert hand.window.close()
    with window_with_hand(tmp_path) as hand:
        open_sheet(hand, "hands_on", "Forward pass")
        hand.wait(lambda: "1 of 8" in progress(hand), "it is there again")
        hand.rest(0.1)
        assert not list(hand.window.files._journal._folder.rglob("*.journal"))  # it is safe where it is
        assert hand.window.files.open(path)
        assert [given for *_, given in hand.desk.answers.entries()] == [("9",)]
        hand.window.files.new()
        assert hand.desk.answers.entries() == ()


@pytest.mark.parametrize("stored", [
    "", "{", "[1]", "null", "7", '[["a", [["forward", "", 1]]]]', '[["a", [["forward", "", "x", "q", ["1"]]]]]',
    '[[["a"], 3]]', '[["a", 3]]', "[" * 60_000, '[["a", [["forward", "", 1e999, "q", ["1"]]]]]', "9" * 5_000,
])
def test_damaged_answers_are_none(qapp: QApplication, tmp_path: Path, stored: str) -> None:
    """They stop nothing, and the next ones are kept."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    settings().setValue(kept_answers.KEY, stored)
    assert kept_answers.remembered_answers("a") == ()
    answers = (("forward", "Ada", 2, "h1.z", ("0.3", "")),)
    kept_answers.remember_answers("a", answers)
    assert kept_answers.remembered_answers("a") == answers
    for n in range(30):
        kept_answers.remember_answers(str(n), answers)
    assert kept_answers.remembered_answers("a") == () and kept_answers.remembered_answers("29") == answers
    kept_answers.remember_answers("29", ())
    assert kept_answers.remembered_answers("29") == ()
