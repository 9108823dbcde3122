"""What a screen reader is told: every control of the window has a name, every plot says what it shows."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QGraphicsView, QScrollBar, QWidget

from nnsim.gui.tour.hand import Hand

ROLE = QAccessible.Role
CONTROLS = {
    ROLE.PushButton, ROLE.ButtonMenu, ROLE.ButtonDropDown, ROLE.CheckBox, ROLE.RadioButton, ROLE.ComboBox,
    ROLE.EditableText, ROLE.SpinBox, ROLE.Slider, ROLE.Dial, ROLE.List, ROLE.Table, ROLE.Tree, ROLE.PageTabList,
    ROLE.ProgressBar, ROLE.MenuBar,
}
EXAMPLES = ("", "xor", "hands_on", "circle", "sine")


def walk(of: QAccessibleInterface, depth: int = 0) -> Iterator[QAccessibleInterface]:
    """Everything below, but for the cells of tables and the parts of fields."""
    yield of
    if of.role() in (ROLE.Table, ROLE.Tree, ROLE.List, ROLE.SpinBox, ROLE.ComboBox, ROLE.MenuBar) or depth > 60:
        return
    for i in range(of.childCount()):
        child = of.child(i)
        if child is not None and child.isValid():
            yield from walk(child, depth + 1)


def path(widget: QWidget | None) -> str:
    """Where a widget stands, for whoever has to name it."""
    parts = []
    while widget is not None and len(parts) < 5:
        parts.append(f"{type(widget).__name__}#{widget.objectName()}")
        widget = widget.parentWidget()
    return " < ".join(parts)


def nameless(place: QWidget) -> set[str]:
    """Controls and plots in sight in a window or a part of it without a name; plots also without a description."""
    found = set()
    for here in walk(QAccessible.queryAccessibleInterface(place)):
        thing = here.object()
        widget = thing if isinstance(thing, QWidget) else None
        if widget is None or isinstance(widget, QScrollBar) or not widget.isVisible():
            continue
        named = bool(here.text(QAccessible.Text.Name).strip())
        above = widget.parentWidget()
        inside = isinstance(above, QAbstractScrollArea) and above.viewport() is widget
        focusable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not inside
        if (here.role() in CONTROLS or focusable) and not named:
            found.add(f"{here.role().name} without a name: {path(widget)}")
        if isinstance(widget, QGraphicsView):
            # Its own words: Qt would take the tooltip, which says what to do and not what is to be seen.
            said = widget.accessibleDescription().strip()
            if not named or not said:
                found.add(f"plot without {'a description' if named else 'a name'}: {path(widget)}")
    return found


def bring_to_front(hand: Hand, id: str) -> None:
    """Show a panel with all that it is made of; its formulas may still be typeset, which makes no control."""
    hand.window.show_panel(id)
    hand.wait(lambda: getattr(hand.window.panels[id], "built", True), "its plot is there")
    hand.settle()


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_control_has_a_name(shared: Hand, example: str) -> None:
    """Each panel in front once, with nothing, a neuron and a connection selected."""
    hand = shared
    if example:
        hand.example(example)
    found = nameless(hand.window)
    for id, dock in hand.window.docks.items():
        bring_to_front(hand, id)
        found |= nameless(dock)
    structure = hand.session.structure
    for neurons, connections in (([n.id for n in structure.neurons[-1:]], []),
                                 ([n.id for n in structure.neurons[:1]], []),
                                 ([], [c.ends for c in structure.connections[:1]]),
                                 ([n.id for n in structure.neurons[:2]], [])):
        hand.desk.looking.select(neurons, connections)
        hand.settle()
        found |= nameless(hand.window)
        for id in ("selected", "activation", "loss_slice", "backward", "separability", "slope"):
            bring_to_front(hand, id)
            found |= nameless(hand.window.docks[id])
    assert not found, "\n".join(sorted(found))
