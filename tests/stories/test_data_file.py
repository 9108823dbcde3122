"""The CSV file beside a document: it goes with it, and what happens to it is noticed."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

import nnsim
from nnsim.data.sources import CsvData
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.tour.hand import Hand

CSV = "x,y,t\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n"


def open_with_csv(hand: Hand, folder: Path, name: str = "data/points.csv") -> Path:
    """A document with its data in a CSV file below it."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CSV)
    document = nnsim.load(EXAMPLES["xor_to_learn"].path)
    nnsim.save(replace(document, data=CsvData(name)), folder / "a.nnsim")
    assert hand.window.files.open(folder / "a.nnsim") and hand.session.dataset is not None
    return file


def test_data_beside_a_document_go_with_it(shared: Hand, tmp_path: Path) -> None:
    """Into another folder, with the folder below it; nothing is asked where nothing is replaced."""
    open_with_csv(shared, tmp_path / "one")
    for folder in (tmp_path / "two", tmp_path / "one"):
        folder.mkdir(exist_ok=True)
        assert shared.window.files._save(folder / "b.nnsim")
        assert (folder / "data" / "points.csv").read_text() == CSV and shared.session.dataset is not None


def test_other_data_of_that_name_are_asked_about(shared: Hand, tmp_path: Path) -> None:
    """Cancel saves nothing; theirs can stay and be used; replaced they are this network's."""
    open_with_csv(shared, tmp_path / "one")
    there = tmp_path / "two" / "data" / "points.csv"
    there.parent.mkdir(parents=True)
    there.write_text("x,y,t\n5,5,5\n")
    save = partial(shared.window.files._save, tmp_path / "two" / "a.nnsim")
    shared.answering("Cancel", save)
    assert not (tmp_path / "two" / "a.nnsim").exists() and shared.session.path == tmp_path / "one" / "a.nnsim"
    shared.answering("No", save)
    assert there.read_text().endswith("5,5,5\n") and shared.session.dataset.X.tolist() == [[5, 5]]
    shared.window.files.open(tmp_path / "one" / "a.nnsim")
    shared.answering("Yes", save)
    assert there.read_text() == CSV and len(shared.session.dataset.X) == 4


def test_data_that_cannot_be_copied_are_named(shared: Hand, tmp_path: Path) -> None:
    """The document is saved, and the message says what to do."""
    file = open_with_csv(shared, tmp_path / "one")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "data").write_text("no folder")
    assert shared.window.files._save(tmp_path / "two" / "a.nnsim")
    message = shared.find("message_text", QLabel).text()
    assert "points.csv could not be copied" in message and str(tmp_path / "two" / "data") in message
    file.unlink()
    shared.window.files.open(tmp_path / "one" / "a.nnsim")
    assert shared.window.files._save(tmp_path / "three.nnsim")


def test_data_that_change_while_they_are_open_are_noticed(shared: Hand, tmp_path: Path) -> None:
    """Written, replaced by another file, removed, and put back; Reload reads them anew."""
    file = open_with_csv(shared, tmp_path)
    bar = shared.window.messages

    def replaced() -> None:
        (tmp_path / "new").write_text(CSV + "7,7,1\n")
        os.replace(tmp_path / "new", file)

    for change, rows, says in ((lambda: file.write_text(CSV + "5,5,0\n5,6,0\n"), 6, "has changed"),
                               (replaced, 5, "changed"), (file.unlink, None, "is gone"),
                               (lambda: file.write_text(CSV), 4, "changed")):
        change()
        shared.wait(bar.isVisible, "it is noticed")
        assert says in bar.label.text() and "points.csv" in bar.label.text()
        shared.click("message_action")
        assert not bar.isVisible()
        data = shared.session.dataset
        assert data is None if rows is None else len(data.X) == rows
        assert bool(shared.session.data_problem) == (rows is None)
    file.write_text(CSV + "5,5,0\n")
    shared.wait(bar.isVisible, "it is noticed")
    shared.window.files.new()
    assert not bar.isVisible()


def test_data_that_changed_unheard_are_noticed_when_the_window_gets_the_keys(shared: Hand, tmp_path: Path) -> None:
    """Some disks tell nobody. Training goes on with what was read until then."""
    file = open_with_csv(shared, tmp_path)
    watch = shared.window._data_watch
    watch._watcher.removePaths([*watch._watcher.files(), *watch._watcher.directories()])
    shared.session.train()
    file.write_text(CSV + "5,5,0\n")
    QGuiApplication.instance().focusWindowChanged.emit(shared.window.windowHandle())
    shared.wait(shared.window.messages.isVisible, "it is noticed")
    assert shared.session.training and len(shared.session.dataset.X) == 4
    shared.click("message_action")
    assert not shared.session.training and len(shared.session.dataset.X) == 5 and shared.session.latest is None


def test_how_a_file_was_read_is_said_beside_the_data(shared: Hand, tmp_path: Path) -> None:
    """What was chosen, the classes, and both readings where the file has two; nothing for data of another kind."""
    file = open_with_csv(shared, tmp_path)
    shared.click("workspace_train")
    said = shared.find("data_reading", QLabel)
    assert said.text() == "Columns parted by commas, names in line 1."
    for content, text in (
        ("sep=;\n# mine\nId;x;y;t\n1;1,5;2;no\n2;2,5;3;yes\n", "Columns parted by semicolons, decimal comma, "
         "names in line 3. One line of comment skipped. Left out, because it only counts or names the rows: “Id”. "
         "Classes: no, yes."),
        ("Unnamed: 0,,id,x,t\n7,,1,1.5,0\n3,,2,2.5,1\n", "Columns parted by commas, decimal point, names in line 1. "
         "Left out, because they only count or name the rows: “Unnamed: 0”, “id”."),
        ("sep=:\n1,5:2.5\n2,5:3.5\n", "Columns parted by “:”, decimal points and commas, no line of names."),
        ("0 0.5 1\n1 1.5 0\n", "Columns parted by spaces, decimal point, no line of names."),
        ("x|y|t\n1|2|a\n3|4|b\n# end\n# of it\n5|6|c\n",
         "Columns parted by bars, names in line 1. 2 lines of comment skipped. Classes: a, b, c."),
    ):
        file.write_text(content)
        shared.session.reload_data()
        assert said.text() == text and not said.isHidden()
    file.write_text("x;t\n1.000;0\n2.000;1\n")
    shared.session.reload_data()
    assert said.isHidden() and "“1.000” may be 1 or 1000" in shared.find("training_reason", QLabel).text()
    shared.window.files.open(EXAMPLES["xor_to_learn"].path)
    assert said.isHidden()
