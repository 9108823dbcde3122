"""Help: gestures and keys, and what this program is."""

from __future__ import annotations

import platform
from collections.abc import Sequence

import numpy as np
import PySide6
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnsim.gui.theme import set_role
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
                (_tr("Alt+arrows, arrows"), _tr("go to the next neuron, along connections; move it")),
                (_tr("E, Shift+E"), _tr("go through the neuron's connections; Alt+← and Alt+→ go to their ends")),
                (_tr("Enter"), _tr("edit the number of what is selected")),
                (_tr("Wheel"), _tr("zoom")),
                (_tr("Drag with the middle button, or with Space held"), _tr("move the paper")),
                (_tr("F"), _tr("fit the network into the window")),
                (_tr("View ▸ Biases as neurons"), _tr("draw each bias as the weight of a neuron that is always 1")),
                (_tr("View ▸ Products on the connections"), _tr("write weight · input instead of the weight")),
                (_tr("Ctrl +, Ctrl −"), _tr("larger or smaller text")),
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
                (_tr("Ctrl+B, Ctrl+E"), _tr("one batch, one epoch")),
                (_tr("Ctrl+Z, Ctrl+Y"), _tr("undo, redo: a whole training run is one step")),
                (_tr("Esc"), _tr("cancel what you began")),
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
