"""Help: gestures and keys, and what this program is."""

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

from nnsim import __version__
from nnsim.gui.look.theme import GRID, set_role, text_scale
from nnsim.gui.start.gesture_list import GESTURES
from nnsim.gui.start.neuron_picture import NeuronPicture
from nnsim.training import engines


def _tr(text: str) -> str:
    return QCoreApplication.translate("Help", text)


def _window(parent: QWidget, name: str, title: str) -> tuple[QDialog, QVBoxLayout]:
    """A window beside the work, and the column for what is in it."""
    dialog = QDialog(parent)
    dialog.setObjectName(name)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog, QVBoxLayout(dialog)


def _shown(dialog: QDialog, column: QVBoxLayout, size: QSize) -> QDialog:
    """Finished with a button that closes it."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column.addWidget(buttons)
    dialog.resize(size)
    dialog.show()
    return dialog


def _label(text: str, tone: str) -> QLabel:
    label = QLabel(text)
    set_role(label, tone=tone)
    return label


def show_gestures(parent: QWidget) -> QDialog:
    """A window with all gestures and keys, beside the work."""
    dialog, column = _window(parent, "gestures_window", _tr("Gestures and keys"))
    page = QWidget()
    grid = QGridLayout(page)
    grid.setHorizontalSpacing(24)
    grid.setColumnStretch(0, 2)
    grid.setColumnStretch(1, 3)
    grid.setVerticalSpacing(6)
    row = 0
    for title, entries in GESTURES:
        grid.addWidget(_label(_tr(title), "title"), row, 0, 1, 2)
        grid.setRowMinimumHeight(row, 32)
        for gesture, effect in entries:
            row += 1
            for place, label in enumerate((QLabel(_tr(gesture)), _label(_tr(effect), "muted"))):
                label.setWordWrap(True)
                grid.addWidget(label, row, place, Qt.AlignmentFlag.AlignTop)
        row += 1
    grid.setRowStretch(row, 1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setWidget(page)
    column.addWidget(scroll)
    return _shown(dialog, column, QSize(680, 620))


def _neuron_parts() -> Sequence[tuple[str, str, str]]:
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
    dialog, column = _window(parent, "neuron_window", _tr("What is a neuron?"))
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    column.setSpacing(2 * GRID)
    column.addWidget(NeuronPicture(), 1)
    grid = QGridLayout()
    grid.setHorizontalSpacing(3 * GRID)
    grid.setVerticalSpacing(GRID)
    grid.setColumnStretch(2, 1)
    for row, (cell, model, does) in enumerate(_neuron_parts()):
        effect = _label(does, "muted")
        effect.setWordWrap(True)
        for place, label in enumerate((_label(cell, "title"), QLabel(model), effect)):
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, row, place)
    column.addLayout(grid)
    closing = QLabel(_tr("With a smooth function in place of the step, such as a sigmoid, the same neuron can learn: "
                         "a small change of a weight then changes the output a little."))
    closing.setWordWrap(True)
    column.addWidget(closing)
    size = QSize(720, 520) * text_scale()
    return _shown(dialog, column, size.boundedTo(parent.window().size() - QSize(64, 64)))


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
    QMessageBox.about(
        parent,
        _tr("About nnsim"),
        "\n".join(
            (
                _tr("nnsim {version}").format(version=__version__),
                "",
                _tr("Build a neural network by hand, see every number in it, train it and watch it learn."),
                "",
                _tr("Engine: {engine}").format(engine=engine_in_words()),
                f"Qt {PySide6.__version__}, Python {platform.python_version()}",
                _tr("MIT licence"),
            )
        ),
    )
