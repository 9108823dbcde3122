"""Exports from the window: the file's name chooses the format, and what is in the way is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

import nnsim
from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.exports import export_worked_solution


class Exporter:
    """A session with the lecture's example, and what the file dialog answers."""

    def __init__(self, desk: Desk, parent: QWidget, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk, self.parent, self.folder = desk, parent, folder
        self.answer: tuple[str, str] = ("", "")
        self.asked: list[tuple[object, ...]] = []
        self.heard: list[tuple[str, str]] = []
        desk.session.message.connect(lambda text, kind: self.heard.append((text, kind)))
        monkeypatch.setattr(QFileDialog, "getSaveFileName", self._dialog)
        desk.session.open_document(nnsim.load(EXAMPLES["hands_on"].path), None, "Hands-on 2-2-2")

    def _dialog(self, *args: object) -> tuple[str, str]:
        self.asked.append(args)
        return self.answer

    def export(self, name: str, filter: str = "", exercise: bool = False) -> bool:
        """Export under this name."""
        self.answer = (str(self.folder / name) if name else "", filter)
        return export_worked_solution(self.desk, self.parent, exercise)

    def text(self, name: str) -> str:
        """What a file holds."""
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture
def exporter(desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Exporter]:
    """A exporter with settings of its own."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    parent = QWidget()
    qtbot.addWidget(parent)
    yield Exporter(desk, parent, tmp_path, monkeypatch)
    desk.session.pause()


@pytest.mark.parametrize(("name", "sign"), [("a.tex", r"\documentclass"), ("a.md", "# Worked"), ("a.HTML", "<!DOCT")])
def test_the_suffix_chooses_the_format(exporter: Exporter, name: str, sign: str) -> None:
    """The numbers of now, in the notation of the window, under the document's title."""
    assert exporter.export(name)
    text = exporter.text(name)
    assert text.startswith(sign) and "Hands-on 2" in text and "0.3775" in text and "0.3589" in text
    assert exporter.heard == [(f"Wrote {name} in {exporter.folder}", "info")]


def test_as_an_exercise(exporter: Exporter) -> None:
    """Blanks, and the key at the end."""
    assert exporter.export("a.md", exercise=True)
    before, key = exporter.text("a.md").split("## Key")
    assert "0.5933" not in before and "0.5933" in key and "Exercise: Hands" in before


def test_the_sample_and_optimizer_of_now(exporter: Exporter) -> None:
    """Other inputs without a target: the forward pass alone; after training, what the optimizer remembers."""
    exporter.desk.looking.set_inputs({"i1": 0.7})
    assert exporter.export("b.tex")
    assert "i_{1} &= 0.7" in exporter.text("b.tex") and "Loss" not in exporter.text("b.tex")


def test_a_name_without_suffix_takes_that_of_the_filter(exporter: Exporter) -> None:
    """And asks before it replaces a file that the dialog did not ask about."""
    assert exporter.export("solution", "Markdown (*.md)")
    assert exporter.text("solution.md").startswith("# Worked")
    (exporter.folder / "solution.html").write_text("mine", encoding="utf-8")

    def press(answer: QMessageBox.StandardButton) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox) and "solution.html" in box.text()
        box.button(answer).click()

    QTimer.singleShot(0, lambda: press(QMessageBox.StandardButton.No))
    assert not exporter.export("solution")
    assert exporter.text("solution.html") == "mine"
    QTimer.singleShot(0, lambda: press(QMessageBox.StandardButton.Yes))
    assert exporter.export("solution")
    assert exporter.text("solution.html").startswith("<!DOCTYPE")


def test_cancelled_nothing_is_written(exporter: Exporter) -> None:
    """No file, no word."""
    assert not exporter.export("")
    assert exporter.heard == [] and list(exporter.folder.glob("*.*")) == []


def test_what_is_in_the_way_is_said(exporter: Exporter) -> None:
    """A folder that is not there, a network that is half built or too large: in words, and nothing is written."""
    assert not exporter.export("nowhere/a.tex")
    assert exporter.heard[-1][1] == "failed" and "no such file or folder" in exporter.heard[-1][0]
    exporter.desk.session.open_document(Document(Network.layered([20, 20, 1])))
    assert not exporter.export("a.tex")
    assert "200 parameters" in exporter.heard[-1][0]
    assert not (exporter.folder / "a.tex").exists()


def test_the_next_dialog_begins_where_the_last_ended(exporter: Exporter) -> None:
    """The folder is remembered; the name is made of the title, safe on every system."""
    folder = exporter.folder / "mine"
    folder.mkdir()
    assert exporter.export("mine/a.tex")
    exporter.desk.session.title = "a/b: <c>"
    exporter.export("")
    start = Path(str(exporter.asked[-1][2]))
    assert start.parent == folder
    assert start.name == "a b   c  solution.html"
