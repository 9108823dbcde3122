"""What the window says of what it does: each export and copy has its word, and all agree whether training runs."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QTableView, QToolButton

import nnsim
from nnsim.gui.panels.explain.equations import EquationList
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.menu_actions import plain

CTRL = Qt.KeyboardModifier.ControlModifier
SETS_CLIPBOARD = re.compile(r"clipboard\(\)\.set|clipboard\.set")
STILL = re.compile(r"stopped|diverged|(is|are) done|ended|failed|paused", re.IGNORECASE)


def functions() -> Iterator[tuple[str, ast.FunctionDef, str]]:
    """Every function of the window's code, the innermost first, with its text."""
    for path in sorted((Path(nnsim.__file__).parent / "gui").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                yield path.name, node, "\n".join(text.split("\n")[node.lineno - 1 : node.end_lineno])


def test_whoever_copies_or_writes_says_so() -> None:
    """Every function that fills the clipboard or writes a text for somebody tells; the program's end need not."""
    writing = {f"{file}:{node.name}": source for file, node, source in functions()
               if SETS_CLIPBOARD.search(source) or "write_text(" in source}
    silent = {name for name, source in writing.items() if ".say(" not in source and "copied.emit(" not in source}
    assert silent == {"app.py:_leave_clipboard"}
    assert len(writing) >= 7


def test_every_action_that_exports_or_copies_has_a_word(hand: Hand, tmp_path: Path,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the menus, by enumeration; what was written, and into which folder."""
    heard: list[str] = []
    hand.session.message.connect(lambda text, kind: heard.append(text))
    hand.example("hands_on")
    hand.click_at(hand.at("h1"))
    kinds = {"export": "written.html", "save": "written.nnsim"}
    names = [name for name in hand.window.actions_by_name if name.startswith(("export", "save", "copy", "cut"))]
    assert {"export_solution", "export_exercise", "save", "save_as", "copy", "cut"} <= set(names)
    for name in sorted(names, key="cut".__eq__):
        file = tmp_path / kinds.get(name.partition("_")[0], "")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, file=file, **more: (str(file), ""))
        heard.clear()
        hand.window.actions_by_name[name].trigger()
        hand.settle()
        hand.wait(lambda: heard, f"{name} says what it did")
        if name.startswith("export"):
            assert file.name in heard[-1] and str(tmp_path) in heard[-1]
        else:
            assert re.search(r"written\.nnsim|written|1 neuron copied", heard[-1]), (name, heard)
        assert hand.window.statusBar().currentMessage() == heard[-1]


def test_what_panels_copy_has_a_word(hand: Hand) -> None:
    """Lines and formulas of Forward, each entry of its menu; cells of the table; the network as code."""
    said = hand.window.statusBar().currentMessage
    hand.example("hands_on")
    hand.menu("explain_forward")
    view = hand.find("forward_lines", EquationList)
    for latex, whole, words in ((False, True, f"{len(view.rows)} lines copied"), (False, False, "1 line copied"),
                                (True, False, "1 formula copied as LaTeX"),
                                (True, True, f"{len(view.rows)} formulas copied as LaTeX")):
        view.setCurrentIndex(view.model().index(0, 0))
        view.copy(latex, whole)
        assert said() == words
    hand.window.show_panel("network_table")
    hand.settle()
    table = next(t for t in hand.window.panels["network_table"].findChildren(QTableView) if t.isVisible())
    table.selectRow(0)
    hand.key(Qt.Key.Key_C, CTRL, table)
    assert re.fullmatch(r"\d+ cells copied", said())
    hand.window.show_panel("matrices")
    hand.click("matrices_copy")
    assert "clipboard" in said()


def of_training(hand: Hand) -> tuple[set[str], str]:
    """What the ways to train say, by sight and by ear; and all that is told of how training is."""
    window = hand.window
    tool = window.findChild(QToolButton, "tool_train")
    present = window.findChild(QToolButton, "present_train")
    words = [plain(window.actions_by_name["train"].text()), window.actions_by_name["train"].toolTip(), tool.text(),
             tool.accessibleName(), present.text(), present.accessibleName()]
    told = [window.statusBar().currentMessage(), window.findChild(QLabel, "hint_label").text(),
            window.messages.label.text() if window.messages.isVisible() else ""]
    return {word.split(" ")[0] for word in words}, " ".join(told)


def test_every_view_agrees_whether_training_runs(hand: Hand) -> None:
    """Before, running, paused, running again, after a step, stopped by a change and running, diverged and running."""
    hand.example("hands_on")
    hand.window.show_panel("training")
    hand.session.set_speed(200.0)

    def agrees(running: bool) -> None:
        hand.settle()
        words, told = of_training(hand)
        assert hand.session.training == running
        assert words == {"Pause" if running else "Train"}, words
        assert ("Training –" in told) == running
        assert not (running and STILL.search(told)), told

    def runs_and_pauses() -> None:
        hand.session.train()
        agrees(True)
        hand.session.pause()
        agrees(False)

    agrees(False)
    runs_and_pauses()
    runs_and_pauses()
    hand.click("tool_step_epoch")
    hand.wait(lambda: not hand.session.training, "the step is done")
    agrees(False)
    runs_and_pauses()
    hand.session.train()
    hand.session.apply("Another network", lambda d: replace(d, network=nnsim.Network.layered([2, 2], seed=1)))
    agrees(False)
    assert "Training stopped" in of_training(hand)[1]
    hand.answering("Discard", lambda: hand.example("hands_on"))
    hand.session.configure(replace(hand.session.document.training, stop_epochs=3), "Stop")
    hand.session.set_speed(None)
    hand.session.train()
    hand.wait(lambda: not hand.session.training, "the run ends by itself")
    assert STILL.search(of_training(hand)[1])
    hand.session.configure(replace(hand.session.document.training, stop_epochs=None), "Go on")
    hand.session.set_speed(200.0)
    runs_and_pauses()
    linear = nnsim.Network.layered([2, 2], output="linear", seed=1)
    document = replace(hand.session.document, network=linear, training=nnsim.TrainingConfig(learning_rate=1e3))
    hand.session.open_document(document, None, "Too large a rate")
    hand.session.train()
    hand.wait(lambda: not hand.session.training, "the run diverges")
    assert "diverged" in of_training(hand)[1]
    hand.session.configure(replace(document.training, learning_rate=0.01), "A smaller rate")
    runs_and_pauses()


def test_a_copy_of_nothing_keeps_the_clipboard(hand: Hand) -> None:
    """A note has no formula: that is said, and what was copied before stays."""
    hand.example("hands_on")
    hand.menu("explain_backward")
    view = hand.find("backward_lines", EquationList)
    QApplication.clipboard().setText("before")
    row = next(i for i, r in enumerate(view.rows) if r.latex is None)
    view.setCurrentIndex(view.model().index(row, 0))
    view.copy(latex=True)
    assert QApplication.clipboard().text() == "before"
    assert "no formula" in hand.window.statusBar().currentMessage()
