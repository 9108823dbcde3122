"""Help: gestures and keys, and what this program is."""

from __future__ import annotations

import platform
from collections.abc import Sequence

import numpy as np
import PySide6
from PySide6.QtCore import QCoreApplication, QPoint, QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWhatsThis,
    QWidget,
)

from nnsim.gui.neuron_picture import NeuronPicture
from nnsim.gui.theme import GRID, set_role, text_scale
from nnsim.training import engines


def _tr(text: str) -> str:
    return QCoreApplication.translate("Help", text)


def gestures() -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """All gestures and keys: sections of (what to do, what happens)."""
    return (
        (
            _tr("Build"),
            (
                (_tr("Double-click on empty canvas"), _tr("add an input, a neuron or an output there")),
                (_tr("Drag from a neuron's rim"), _tr("connect it; on empty canvas a connected neuron appears")),
                (_tr("Drag from the strip at the left, or click there"), _tr("add a neuron of that kind")),
                (_tr("Drag a neuron"), _tr("move it, with all that is selected; hold Alt and nothing snaps")),
                (_tr("Double-click on a weight or neuron"), _tr("edit its number; ↑ ↓ step 0.1, with Ctrl 0.01")),
                (_tr("Double-click on a name, F2"), _tr("rename")),
                (_tr("I, N, O"), _tr("add an input, neuron, output")),
                (_tr("C"), _tr("connect all selected neurons: then click the target, or drag around several")),
                (_tr("C, Alt+arrows, Enter"), _tr("the same by keys; Alt+Shift+arrows gather several targets")),
                (_tr("L"), _tr("add a layer that all selected neurons feed")),
                (_tr("Ctrl+L"), _tr("add a layered network, such as 2, 4, 1")),
                (_tr("Ctrl+C, Ctrl+X, Ctrl+V"), _tr("copy, cut, paste neurons, also into another window")),
                (_tr("Ctrl+D"), _tr("duplicate what is selected")),
                (_tr("Del"), _tr("remove what is selected")),
                (_tr("A"), _tr("arrange in columns, with fewest crossings")),
                (_tr("Right-click, Menu key"), _tr("what can be done with what is there")),
            ),
        ),
        (
            _tr("Look"),
            (
                (_tr("Click the switch, Space"), _tr("flip an input between 0 and 1")),
                (_tr("Click, Shift+click, drag on empty canvas"), _tr("select")),
                (_tr("Ctrl+A"), _tr("select all")),
                (_tr("Alt+arrows, arrows"), _tr("go to the next neuron, along connections; move it")),
                (_tr("E, Shift+E"), _tr("go through the neuron's connections; Alt+← and Alt+→ go to their ends")),
                (_tr("Enter"), _tr("edit the number of what is selected")),
                (_tr("Wheel, Ctrl+Alt++, Ctrl+Alt+-"), _tr("zoom")),
                (_tr("Drag with the middle button, or with Space held"), _tr("move the paper")),
                (_tr("F"), _tr("fit the network into the window")),
                (_tr("Wheel, + − and 0 on the output map"), _tr("see more or less of the inputs; all as at first")),
                (_tr("View ▸ Biases as neurons"), _tr("draw each bias as the weight of a neuron that is always 1")),
                (_tr("View ▸ Products on the connections"), _tr("write weight · input instead of the weight")),
            ),
        ),
        (
            _tr("Move about"),
            (
                (_tr("Alt+1, Alt+2, Alt+3"), _tr("the workspaces Build, Train and Explain")),
                (_tr("F6, Shift+F6"), _tr("the keys to the next panel, or the one before; Tab goes on inside it")),
                (_tr("F11"), _tr("present: canvas, table and output alone, large; Esc leaves")),
                (_tr("Ctrl++, Ctrl+-"), _tr("larger or smaller text")),
                (_tr("Alt and an underlined letter"), _tr("open a menu")),
                (_tr("Ctrl+G"), _tr("all examples as pictures")),
                (_tr("Ctrl+N, Ctrl+O"), _tr("new, open")),
                (_tr("Ctrl+S, Ctrl+Shift+S, Ctrl+Q"), _tr("save, save under another name, quit")),
            ),
        ),
        (
            _tr("Explain"),
            (
                (_tr("Ctrl+1 … Ctrl+9"), _tr("forward, backward, step by step, and the rest of the Explain menu")),
                (_tr("Point at a term, or go to it with the arrows"), _tr("light its place on the canvas")),
                (_tr("Click a term, Enter"), _tr("select what it is of; with Shift besides what is selected")),
                (_tr("← → in Step through"), _tr("one step back, one step on; Space lets them go on")),
                (_tr("Ctrl+C"), _tr("copy an equation; its menu also copies LaTeX")),
            ),
        ),
        (
            _tr("Train"),
            (
                (_tr("Ctrl+T"), _tr("train, pause")),
                (_tr("Ctrl+K"), _tr("soften the steps, so that they can learn; Enter keeps it, Esc takes it back")),
                (_tr("Ctrl+B, Ctrl+E"), _tr("one batch, one epoch")),
                (_tr("Ctrl+Backspace"), _tr("back to the weights from before training")),
                (_tr("Hold B"), _tr("compare with the start: its weights as ghosts, its boundary dotted")),
                (_tr("Ctrl+Z, Ctrl+Y"), _tr("undo, redo: a whole training run is one step")),
                (_tr("Esc"), _tr("cancel what you began")),
            ),
        ),
        (
            _tr("Fields and tables"),
            (
                (_tr("F1, ?"), _tr("this page")),
                (_tr("Shift+F1"), _tr("what is this? Says what the field does that has the keyboard")),
                (_tr("↑ ↓, with Ctrl"), _tr("step a number, in smaller steps")),
                (_tr("Alt+↓"), _tr("usual values of the learning rate")),
                (_tr("Enter, or just type"), _tr("edit a cell of the table; Space turns a switch over")),
                (_tr("Ctrl+C, Ctrl+V"), _tr("copy cells; paste a column of numbers from a spreadsheet")),
                (_tr("Ctrl+F"), _tr("find in the table")),
            ),
        ),
    )


def show_gestures(parent: QWidget) -> QDialog:
    """A window with all gestures and keys, beside the work."""
    dialog = QDialog(parent)
    dialog.setObjectName("gestures_window")
    dialog.setWindowTitle(_tr("Gestures and keys"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    column = QVBoxLayout(dialog)
    page = QWidget()
    grid = QGridLayout(page)
    grid.setHorizontalSpacing(24)
    grid.setColumnStretch(0, 2)
    grid.setColumnStretch(1, 3)
    grid.setVerticalSpacing(6)
    row = 0
    for title, entries in gestures():
        heading = QLabel(title)
        set_role(heading, tone="title")
        grid.addWidget(heading, row, 0, 1, 2)
        grid.setRowMinimumHeight(row, 32)
        for gesture, effect in entries:
            row += 1
            what = QLabel(effect)
            set_role(what, tone="muted")
            how = QLabel(gesture)
            for place, label in enumerate((how, what)):
                label.setWordWrap(True)
                grid.addWidget(label, row, place, Qt.AlignmentFlag.AlignTop)
        row += 1
    grid.setRowStretch(row, 1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setWidget(page)
    column.addWidget(scroll)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column.addWidget(buttons)
    dialog.resize(680, 620)
    dialog.show()
    return dialog


def neuron_parts() -> Sequence[tuple[str, str, str]]:
    """What corresponds to what: (part of the nerve cell, part of the model, what it does)."""
    return (
        (_tr("Dendrites"), _tr("inputs x"), _tr("take in the signals of other cells: here numbers, often 0 and 1")),
        (_tr("Synapses"), _tr("weights w"), _tr("pass each signal on, stronger or weaker, or hold the cell back: "
                                                "a negative weight")),
        (_tr("Cell body"), _tr("sum Σ w·x"), _tr("adds up what arrives, and compares it with the threshold θ")),
        (_tr("Axon"), _tr("output"), _tr("carries the answer on: 1 if the sum is ≥ θ, else 0")),
    )


def show_what_a_neuron_is(parent: QWidget) -> QDialog:
    """The nerve cell beside its model, and what corresponds to what, beside the work."""
    dialog = QDialog(parent)
    dialog.setObjectName("neuron_window")
    dialog.setWindowTitle(_tr("What is a neuron?"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    column.setSpacing(2 * GRID)
    column.addWidget(NeuronPicture(), 1)
    grid = QGridLayout()
    grid.setHorizontalSpacing(3 * GRID)
    grid.setVerticalSpacing(GRID)
    grid.setColumnStretch(2, 1)
    for row, (cell, model, does) in enumerate(neuron_parts()):
        name, effect = QLabel(cell), QLabel(does)
        set_role(name, tone="title")
        set_role(effect, tone="muted")
        effect.setWordWrap(True)
        for place, label in enumerate((name, QLabel(model), effect)):
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, row, place)
    column.addLayout(grid)
    closing = QLabel(_tr("With a smooth function in place of the step, such as a sigmoid, the same neuron can learn: "
                         "a small change of a weight then changes the output a little."))
    closing.setWordWrap(True)
    column.addWidget(closing)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column.addWidget(buttons)
    dialog.resize((QSize(720, 520) * text_scale()).boundedTo(parent.window().size() - QSize(64, 64)))
    dialog.show()
    return dialog


def what_is_this() -> None:
    """Say what the field does that has the keyboard; where none has, let the learner click one."""
    widget = QApplication.focusWidget()
    while widget is not None and not widget.whatsThis():
        widget = widget.parentWidget()
    if widget is None:
        QWhatsThis.enterWhatsThisMode()
    else:
        QWhatsThis.showText(widget.mapToGlobal(QPoint(0, widget.height())), widget.whatsThis(), widget)


def engine_in_words() -> str:
    """Which engine the next run will be on, with its version, and why, if it is not the fast one."""
    from importlib.metadata import version

    if engines.ready():
        return _tr("compiled, Numba {version}").format(version=version("numba"))
    numpy = _tr("numpy {version}").format(version=np.__version__)
    if engines.failure():
        return _tr("{numpy} (the compiled engine failed: {why})").format(numpy=numpy, why=engines.failure())
    if engines.installed():
        return _tr("{numpy}, until the compiled engine is ready").format(numpy=numpy)
    return _tr("{numpy} (Numba is not installed)").format(numpy=numpy)


def show_about(parent: QWidget) -> None:
    """What this program is, and which versions run."""
    # Here, because importlib.metadata takes 30 ms, which the first window does not wait for.
    from importlib.metadata import version

    QMessageBox.about(
        parent,
        _tr("About nnsim"),
        "\n".join(
            (
                _tr("nnsim {version}").format(version=version("nnsim")),
                "",
                _tr("Build a neural network by hand, see every number in it, train it and watch it learn."),
                "",
                _tr("Engine: {engine}").format(engine=engine_in_words()),
                f"Qt {PySide6.__version__}, Python {platform.python_version()}",
                _tr("MIT licence"),
            )
        ),
    )
