"""What a learner calls things is shown as it was typed, also where Qt takes an & for the mark of a letter."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as Rich
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QTabBar, QWidget

import nnsim
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.gui.tour.hand import Hand
from nnsim.gui.widgets.controls import literal
from nnsim.gui.window.menu_actions import plain, tip
from nnsim.gui.window.panels import PANELS
from tests.stories.conftest import forget_work
from tests.stories.test_copying import open_menu

NAME = "Q&A"
CONTROL = Qt.KeyboardModifier.ControlModifier


def with_letters() -> Iterator[str]:
    """Every text that is there now and in which an & marks a letter."""
    for top in QApplication.topLevelWidgets():
        yield from (action.text() for action in top.findChildren(QAction))
        yield from (action.text() for menu in top.findChildren(QMenu) for action in menu.actions())
        yield from (button.text() for button in top.findChildren(QAbstractButton))
        yield from (bar.tabText(i) for bar in top.findChildren(QTabBar) for i in range(bar.count()))
        yield from (label.text() for label in top.findChildren(QLabel) if label.buddy() is not None)


def misread() -> set[str]:
    """Those of them that lose the & of a name."""
    return {text for text in with_letters() if NAME in text}


def renamed(document: Document, first: str = NAME) -> Document:
    """The same with an &, or whatever else comes ``first``, in every name."""
    structure = document.network.structure
    for name in structure.parameter_names:
        document = edits.share(document, name, f"{first} {name}")
    for neuron in structure.neurons:
        document = edits.rename_neuron(document, neuron.id, f"{first} {neuron.id}")
    return document


def read_as_html(name: str) -> set[tuple[str, str]]:
    """The tooltips that are there now and in which a name would be read as HTML."""
    found = set()
    for top in QApplication.topLevelWidgets():
        for owner in (top, *top.findChildren(QWidget), *top.findChildren(QAction)):
            if name in (said := owner.toolTip()) and Rich.mightBeRichText(said):
                found.add((owner.objectName(), said))
    return found


def offered(hand: Hand, point: QPointF) -> list[str]:
    """What the menu of the canvas says at a point."""
    open_menu(hand, point)
    menu = hand.find("canvas_menu", QMenu)
    texts = [action.text() for action in menu.actions()]
    assert not misread()
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    hand.settle()
    return texts


def test_a_text_is_read_back_as_it_was() -> None:
    for text in ("", "&", "a & b", "&&", "Q&A", "&File"):
        assert plain(literal(text)) == text


def test_no_name_loses_its_ampersand(hand: Hand, tmp_path: Path) -> None:
    """Of a file, a neuron, a weight, a bias or a threshold: in any menu, button or tab of any panel."""
    path = tmp_path / f"{NAME}.nnsim"
    nnsim.save(renamed(nnsim.load(EXAMPLES["hands_on"].path)), path)
    assert hand.window.files.open(path)
    hand.settle()
    for id in PANELS:
        hand.window.workspaces.show_panel(id)
        hand.settle()
        assert not misread(), id
    hand.click("workspace_build")
    structure = hand.session.structure
    output = structure.outputs[0]
    ends = structure.incoming[output][0].ends
    weight, bias = structure.by_ends[ends].weight, structure.by_id[output].bias
    assert f"Chain rule of {bias}" in map(plain, offered(hand, hand.at(output)))
    assert f"Chain rule of {weight}" in map(plain, offered(hand, hand.label_of(*ends)))
    hand.context_menu(hand.label_of(*ends), "canvas_trainable")
    assert plain(hand.window.actions_by_name["undo"].text()) == f"Undo Freeze {weight}"
    forget_work(hand.window)
    hand.window.files.new()
    hand.settle()
    assert not misread() and any(literal(path.name) == text for text in with_letters())


def test_no_name_is_read_as_html(hand: Hand, tmp_path: Path) -> None:
    """In the tooltip of any panel or action, also of one that says by names why it cannot be done."""
    name = "<b>Q"
    path = tmp_path / f"{name}.nnsim"
    nnsim.save(renamed(nnsim.load(EXAMPLES["xor"].path), name), path)
    assert hand.window.files.open(path)
    structure = hand.session.structure
    for id in PANELS:
        hand.window.workspaces.show_panel(id)
        for neurons, connections in (((structure.outputs[0],), ()), ((), (structure.connections[0].ends,))):
            hand.desk.looking.select(neurons, connections)
            hand.settle()
            assert read_as_html(name) == set(), id
    train = hand.window.actions_by_name["train"]
    assert not train.isEnabled() and tip(train).startswith(f"Neurons {name} h and {name} output use")
    forget_work(hand.window)


def test_undo_and_redo_say_the_name(shared: Hand) -> None:
    """Of what was renamed by its key, and taken back by its."""
    hand = shared
    hand.example("and")
    output = hand.session.structure.outputs[0]
    hand.click_at(hand.at(output))
    hand.key(Qt.Key.Key_F2)
    hand.write(NAME)
    for word, keys in (("Undo", None), ("Redo", Qt.Key.Key_Z)):
        if keys is not None:
            hand.key(keys, CONTROL, hand.window)
        said = hand.window.actions_by_name[word.lower()]
        assert plain(said.text()) == said.toolTip() == f"{word} Rename {output} to {NAME}"
