"""The Worksheet panel, driven with real keys: answers, hints, progress, numbers of one's own, and export."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.look.theme import apply_theme
from nnsim.gui.panels.worksheet.panel import WorksheetPanel
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.empty_state import EmptyState
from nnsim.gui.widgets.labels import TextLine
from nnsim.lessons.worksheets import KINDS
from tests.exchange.test_worked_solution import nasty_network
from tests.lessons.test_worksheets import SUITS

KEY = Qt.Key
W = TypeVar("W", bound=QWidget)


def settle() -> None:
    """Let layouts within layouts find their sizes."""
    for _ in range(6):
        QApplication.processEvents()


class Sheet:
    """The panel in a window as below the canvas, and what one sees and does there."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.panel = WorksheetPanel(desk)
        self.panel.build_now()
        assert self.panel.view is not None
        self.view = self.panel.view

    def open(self, example: str, kind: str = "") -> None:
        """Open an example, and choose a kind."""
        self.desk.session.open_document(nnsim.load(EXAMPLES[example].path))
        if kind:
            self.choose(kind)

    def choose(self, kind: str) -> None:
        """Choose a kind by the keys."""
        box = self.find("worksheet_kind", ChoiceField)
        box.setFocus()
        while box.value != kind:
            steps = [box.itemData(i) for i in range(box.count())]
            down = steps.index(kind) > steps.index(box.value)
            QTest.keyClick(box, KEY.Key_Down if down else KEY.Key_Up)
        QApplication.processEvents()

    def find(self, name: str, kind: type[W]) -> W:
        """The widget of that name, also of the header."""
        found = self.panel.findChild(kind, name) or self.panel.header.findChild(kind, name)
        assert found is not None, name
        return found

    def type(self, id: str, text: str, key: Qt.Key | None = KEY.Key_Return) -> QLineEdit:
        """Type into a blank, in place of what is there, and press a key."""
        edit = self.find(f"worksheet_{id}", QLineEdit)
        edit.setFocus()
        edit.selectAll()
        QTest.keyClicks(edit, text) if text else QTest.keyClick(edit, KEY.Key_Delete)
        if key is not None:
            QTest.keyClick(edit, key)
        QApplication.processEvents()
        return edit

    def says(self, id: str, what: str) -> str:
        """The text of a question's mark, hint or key; empty if it is not shown."""
        label = self.find(f"worksheet_{id}_{what}", QLabel)
        return label.text() if label.isVisible() else ""

    @property
    def progress(self) -> str:
        """How many answers are right, as the header says it."""
        return self.find("worksheet_progress", TextLine).text()

    def given(self) -> str:
        """All given numbers."""
        QApplication.processEvents()
        return " ".join(label.text() for label in self.panel.findChildren(QLabel) if label.isVisible()
                        and label.objectName().startswith("worksheet_given")).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def sheet(desk: Desk, qtbot: QtBot, tmp_path: Path) -> Iterator[Sheet]:
    """The panel with the lecture's example, with settings of its own."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    sheet = Sheet(desk)
    qtbot.addWidget(sheet.panel)
    sheet.panel.header.setParent(sheet.panel)
    sheet.panel.header.resize(500, 36)
    sheet.panel.resize(740, 240)
    sheet.panel.show()
    sheet.panel.activateWindow()
    sheet.open("hands_on")
    yield sheet
    desk.session.pause()


def test_cut_off_and_rounded_answers_are_right(sheet: Sheet) -> None:
    """The lecture's digits, with a point or a comma, get a quiet ✓ and count."""
    assert sheet.progress == "0 of 8 right"
    for id, text in (("h1.z", "0,3775"), ("h1.a", "0.5932"), ("h2.z", "0.3925"), ("h2.a", "0.597")):
        edit = sheet.type(id, text)
        assert sheet.says(id, "mark") == "✓"
        assert sheet.says(id, "hint") == ""
        assert edit.accessibleDescription() == "right"
    assert sheet.progress == "4 of 8 right"


def test_a_wrong_answer_gets_a_sign_and_a_hint(sheet: Sheet) -> None:
    """✗ and a line that names the step, for eyes and for ears; the answer stays to be mended."""
    edit = sheet.type("h1.z", "0.3825")
    assert sheet.says("h1.z", "mark") == "✗"
    assert "mixed up: h1 takes w1 from i1, w2 from i2" in sheet.says("h1.z", "hint")
    assert edit.accessibleDescription() == sheet.says("h1.z", "hint")
    assert edit.hasFocus() and edit.selectedText() == "0.3825"
    assert sheet.progress == "0 of 8 right"
    QTest.keyClicks(edit, "0.37")
    assert sheet.says("h1.z", "mark") == "", "what is being typed is not judged by what stood there"
    QTest.keyClicks(edit, "75")
    QTest.keyClick(edit, KEY.Key_Return)
    assert sheet.says("h1.z", "mark") == "✓" and sheet.says("h1.z", "hint") == ""
    sheet.type("h1.z", "")
    assert sheet.says("h1.z", "mark") == "" and sheet.progress == "0 of 8 right"


def test_enter_and_tab_go_on(sheet: Sheet) -> None:
    """Enter checks and goes to the next blank, Tab too, also from a wrong answer; Shift+Tab goes back."""
    sheet.type("h1.z", "0.3775")
    assert sheet.find("worksheet_h1.a", QLineEdit).hasFocus()
    sheet.type("h1.a", "7", KEY.Key_Tab)
    assert sheet.says("h1.a", "mark") == "✗"
    assert sheet.find("worksheet_h2.z", QLineEdit).hasFocus()
    QTest.keyClick(sheet.find("worksheet_h2.z", QLineEdit), KEY.Key_Backtab)
    assert sheet.find("worksheet_h1.a", QLineEdit).hasFocus()
    last = sheet.type("o2.a", "0.7729")
    assert last.hasFocus(), "there is nothing behind the last blank"


def test_the_blank_that_is_typed_into_is_seen(sheet: Sheet) -> None:
    """Long sheets scroll along with the keys."""
    for id, text in (("h1.z", "0.3775"), ("h1.a", "0.5932"), ("h2.z", "0.3925"), ("h2.a", "0.5968"),
                     ("o1.z", "1.1059"), ("o1.a", "0.7514"), ("o2.z", "1.2249")):
        sheet.type(id, text)
        focused = QApplication.focusWidget()
        assert focused is not None
        viewport = sheet.view.rows.viewport()
        assert viewport.rect().contains(focused.mapTo(viewport, focused.rect().center()))
    sheet.type("o2.a", "0.7729")
    assert sheet.progress == "8 of 8 right"


def test_several_blanks_are_judged_together(sheet: Sheet) -> None:
    """A question counts once all of its blanks are filled; any weights that work are right."""
    sheet.open("xor", "weights")
    sheet.type("and_gate", "2")
    sheet.type("and_gate_1", "2")
    assert sheet.says("and_gate", "mark") == "" and sheet.progress == "0 of 8 right"
    sheet.type("and_gate_2", "3,5")
    assert sheet.says("and_gate", "mark") == "✓" and sheet.progress == "1 of 8 right"
    sheet.type("and_gate_2", "1")
    assert "AND is 0 there" in sheet.says("and_gate", "hint") and sheet.progress == "0 of 8 right"


def test_choices_by_keys(sheet: Sheet) -> None:
    """The sign of a gradient and the way of its weight are chosen from lists."""
    sheet.choose("loss")
    boxes = [sheet.find(name, ChoiceField) for name in ("worksheet_sign.w5", "worksheet_sign.w5_1")]
    assert [box.currentIndex() for box in boxes] == [-1, -1]
    for box, value in zip(boxes, ("positive", "fall"), strict=True):
        box.setFocus()
        while box.value != value:
            QTest.keyClick(box, KEY.Key_Down)
    assert sheet.says("sign.w5", "mark") == "✓"
    QTest.keyClick(boxes[1], KEY.Key_Up)
    assert "against the gradient" in sheet.says("sign.w5", "hint")


def test_the_document_is_never_touched(sheet: Sheet) -> None:
    """Answers, names and new numbers make no undo step and no dirty mark."""
    before = sheet.desk.session.document
    sheet.type("h1.z", "0.3775")
    sheet.type("learner", "Ada")
    sheet.find("worksheet_new", QAbstractButton).click()
    sheet.choose("chain")
    assert sheet.desk.session.document is before
    assert not sheet.desk.session.dirty and not sheet.desk.session.undo_stack.count()


def test_a_name_gives_numbers_that_come_back(sheet: Sheet, qtbot: QtBot) -> None:
    """Another name, other numbers; the same name, the same numbers and answers; the name is remembered."""
    own = sheet.given()
    assert "i1 = 0.05" in own and "w1 = 0.15" in own
    sheet.type("h1.z", "0.3775")
    sheet.type("learner", "Ada")
    adas = sheet.given()
    assert adas != own and "Ada" in sheet.find("worksheet_whose", QLabel).text()
    assert sheet.progress == "0 of 8 right" and sheet.find("worksheet_h1.z", QLineEdit).text() == ""
    sheet.find("worksheet_new", QAbstractButton).click()
    second = sheet.given()
    assert second not in (own, adas) and "sheet 2" in sheet.find("worksheet_whose", QLabel).text()
    sheet.find("worksheet_first", QAbstractButton).click()
    assert sheet.given() == adas
    again = WorksheetPanel(sheet.desk)
    qtbot.addWidget(again)
    again.build_now()
    again.show()
    assert again.view is not None and again.view.sheet == sheet.view.sheet
    sheet.type("learner", "")
    assert sheet.given() == own
    assert sheet.find("worksheet_h1.z", QLineEdit).text() == "0.3775" and sheet.progress == "1 of 8 right"


def test_answers_can_be_shown(sheet: Sheet) -> None:
    """The key beside each question, and hidden again; another kind begins without it."""
    assert sheet.says("h1.a", "key") == ""
    button = sheet.find("worksheet_answers", QAbstractButton)
    button.click()
    assert sheet.says("h1.a", "key") == "Answer: 0.5933"
    button.click()
    assert sheet.says("h1.a", "key") == ""
    button.click()
    sheet.choose("chain")
    assert not button.isChecked() and sheet.says("w5.back", "key") == ""


@pytest.mark.parametrize(
    ("kind", "example", "says"),
    [("truth_table", "hands_on", "gate"), ("loss", "xor", "slope 0"), ("chain", "xor", "slope 0"),
     ("matrix", "xor", "layered"), ("forward", "", "your network")],
)
def test_what_is_missing_is_said(sheet: Sheet, kind: str, example: str, says: str) -> None:
    """In place of the sheet: what it needs and what to do; the buttons say why they are grey."""
    sheet.choose(kind)
    sheet.desk.session.open_document(nnsim.load(EXAMPLES[example].path) if example else Document())
    empty = sheet.find("worksheet_empty", EmptyState)
    assert empty.isVisible() and says in empty.text()
    for name in ("worksheet_answers", "worksheet_export"):
        button = sheet.find(name, QAbstractButton)
        assert not button.isEnabled() and says in button.toolTip()
    assert not sheet.view.export(None)
    sheet.open(SUITS[kind])
    assert not empty.isVisible() and sheet.find("worksheet_answers", QAbstractButton).isEnabled()


def test_it_follows_the_network(sheet: Sheet, qtbot: QtBot) -> None:
    """Another weight or sample: the sheet asks about it, and what was typed is judged anew."""
    sheet.type("h1.z", "0.3775")
    sheet.desk.session.set_values({"w1": 0.25}, "edit")
    qtbot.waitUntil(lambda: "w1 = 0.25" in sheet.given())
    assert sheet.says("h1.z", "mark") == "✗" and sheet.progress == "0 of 8 right"
    sheet.desk.session.undo()
    qtbot.waitUntil(lambda: sheet.says("h1.z", "mark") == "✓")
    sheet.desk.looking.set_inputs({"i1": 0.5})
    qtbot.waitUntil(lambda: "i1 = 0.5 " in sheet.given())


def test_a_run_does_not_disturb(sheet: Sheet, qtbot: QtBot) -> None:
    """While training the sheet stays; afterwards it asks about the weights that came out."""
    before = sheet.view.sheet
    sheet.desk.session.set_speed(None)
    sheet.desk.session.train()
    qtbot.waitUntil(lambda: sheet.desk.session.epoch > 50)
    sheet.panel.update_document()
    assert sheet.view.sheet is before
    sheet.desk.session.pause()
    qtbot.waitUntil(lambda: sheet.view.sheet != before)


def test_the_window_does_not_wait_for_it() -> None:
    """Importing the panel loads nothing of worksheets; they come when the panel is first seen."""
    code = "import nnsim.gui.panels.worksheet.panel, sys; print([m for m in sys.modules if 'nnsim' in m])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "nnsim.lessons.worksheets" not in run.stdout and "worksheet.view" not in run.stdout, run.stderr
    assert run.stdout.startswith("[")


def test_it_is_made_when_first_seen(desk: Desk, qtbot: QtBot) -> None:
    """With the keys where they were sent."""
    desk.session.open_document(nnsim.load(EXAMPLES["hands_on"].path))
    panel = WorksheetPanel(desk)
    qtbot.addWidget(panel)
    panel.resize(740, 240)
    panel.show()
    panel.activateWindow()
    panel.setFocus()
    qtbot.waitUntil(lambda: panel.view is not None)
    assert panel.view is not None
    qtbot.waitUntil(panel.view.first.hasFocus)
    assert panel.view.first.objectName() == "worksheet_h1.z"


def test_hidden_it_does_no_work(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    """No sheet is made while the panel is hidden; shown again, it catches up."""
    made: list[str] = []
    real = nnsim.gui.panels.worksheet.view.make_worksheet
    monkeypatch.setattr("nnsim.gui.panels.worksheet.view.make_worksheet",
                        lambda kind, *rest: (made.append(kind), real(kind, *rest))[1])
    sheet.panel.hide()
    sheet.desk.session.set_values({"w1": 0.4}, "edit")
    sheet.desk.session.configure(replace(sheet.desk.session.document.training, learning_rate=0.1), "rate")
    assert made == []
    sheet.panel.show()
    assert made == ["forward"] and "w1 = 0.4" in sheet.given()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_at_any_width(sheet: Sheet, kind: str, qapp: QApplication) -> None:
    """At every width and text size each question fits between its edges; blanks in rows have one left edge."""
    sheet.open(SUITS[kind], kind)
    sheet.find("worksheet_answers", QAbstractButton).click()
    for scale in (1.0, 1.5):
        apply_theme(qapp, "dark", scale)
        for width in (380, 560, 640, 740, 1100):
            sheet.panel.resize(round(width * scale), 300)
            settle()
            for area in (sheet.view.rows, sheet.view._side):
                assert area.widget().minimumSizeHint().width() <= area.viewport().width(), (scale, width)
    apply_theme(qapp, "light")
    single = [edit for edit in sheet.view.rows.editors if edit.objectName().count("_") == 1 and kind == "forward"]
    assert len({edit.mapTo(sheet.panel, edit.rect().topLeft()).x() for edit in single}) == (1 if single else 0)


def test_very_long_names_fit(sheet: Sheet) -> None:
    """Names of 64 signs without a space are broken, never cut, and user text is plain text."""
    network = nasty_network()
    sheet.desk.session.open_document(Document(network))
    structure = network.structure
    long = "x" * 64
    renamed = replace(structure, neurons=(replace(structure.neurons[0], id=long), structure.neurons[1]),
                      connections=(replace(structure.connections[0], source=long),))
    sheet.desk.session.open_document(Document(replace(network, structure=renamed)))
    for width in (560, 740):
        sheet.panel.resize(width, 300)
        settle()
        for area in (sheet.view.rows, sheet.view._side):
            assert area.widget().minimumSizeHint().width() <= area.viewport().width()
    labels = [label for label in sheet.panel.findChildren(QLabel) if "script" in label.text()]
    assert labels and {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_every_control_has_a_name(sheet: Sheet) -> None:
    """For tests and for screen readers: objectName and accessible name, and no name twice."""
    for kind in KINDS:
        sheet.open(SUITS[kind], kind)
        controls = [w for root in (sheet.panel, sheet.panel.header) for w in root.findChildren(QWidget)
                    if isinstance(w, QAbstractButton | QComboBox | QLineEdit)]
        for control in controls:
            assert control.objectName() and control.accessibleName(), (kind, control)
        blanks = [edit.accessibleName() for edit in sheet.view.rows.editors]
        assert len(blanks) == len(set(blanks))


@pytest.mark.parametrize(("suffix", "sign"), [(".tex", r"\documentclass"), (".md", "# "), (".html", "<!DOCTYPE")])
def test_export_by_suffix(sheet: Sheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str,
                          sign: str) -> None:
    """With blanks, with the key or the key alone, in the format of the name."""
    path = tmp_path / f"sheet{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    heard: list[tuple[str, str]] = []
    sheet.desk.session.message.connect(lambda text, kind: heard.append((text, kind)))
    menu = sheet.find("worksheet_export", QAbstractButton).menu()  # type: ignore[attr-defined]
    texts = {}
    for action in menu.actions():
        action.trigger()
        texts[action.objectName()] = path.read_text(encoding="utf-8")
    blanks, whole, key = (texts[f"worksheet_export_{name}"] for name in ("blanks", "with_key", "key"))
    assert all(text.startswith(sign) for text in texts.values())
    assert "0.5933" not in blanks and "0.5933" in whole and "0.5933" in key
    assert len(whole) > len(blanks) and "Go through" in blanks and "Go through" not in key
    assert heard == [(f"Wrote sheet{suffix} in {tmp_path}", "info")] * 3
