"""The Selected panel: the fields of the selected neuron, connection or neurons, or of the whole network."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QCoreApplication, QMimeData, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QFocusEvent, QTextOption
from PySide6.QtWidgets import QApplication, QCheckBox, QPlainTextEdit, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.formulas.numbers import numbered
from nnsim.core.network import Structure
from nnsim.documents import edits
from nnsim.gui.look.theme import GRID, set_role
from nnsim.gui.panels.paced import Paced
from nnsim.gui.panels.panel import Panel
from nnsim.gui.panels.selected.band_field import BandField
from nnsim.gui.panels.selected.gradient_line import GradientLine, NextLine
from nnsim.gui.panels.selected.neuron_form import NeuronForm
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.parameters import other_uses, rename_neuron, set_trainable, share_parameter, why_not_name
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.choice_field import choice_of
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.forms import Rows, WholeRows, plain_text, scrolled
from nnsim.gui.widgets.labels import ElidedLabel
from nnsim.gui.widgets.number_field import GESTURE_PAUSE, NumberField
from nnsim.gui.widgets.text_field import TextField

MARGIN = 12
LABELS = 84
"""Of a connection's labels, which are short: its weight has the rest of a narrow panel."""


class SelectedPanel(Panel):
    """What is selected, as a form; with nothing selected, the network and the notes about it."""

    id = "selected"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("SelectedPanel", "Selected"))
        self._subject = ElidedLabel(name="selected_subject", tone="muted")
        self.add_to_header(self._subject)
        self._neuron = NeuronForm(desk)
        self._neuron.renamed.connect(self._rename)
        self._connection = ConnectionForm(desk)
        self._several = SeveralForm(desk)
        self._network = NetworkForm(desk)
        self._pages: tuple[QWidget, ...] = (self._neuron, self._connection, self._several, self._network)
        self._shown: QWidget | None = None
        self._renaming = False
        content = QWidget()
        column = column_in(content, 0, (MARGIN, MARGIN, MARGIN, MARGIN))
        for page in self._pages:
            page.hide()
            column.addWidget(page, 1 if page is self._network else 0)
        column.addStretch(0)
        self._area = scrolled(content, WholeRows())
        outer = column_in(self)
        outer.addWidget(self._area)
        self._slow = Paced(self, desk, partial(self._follow_values, slow=True))
        self.setMinimumSize(240, 80)

    def sizeHint(self) -> QSize:
        return QSize(288, 280)

    def update_document(self) -> None:
        if self._renaming:
            return
        desk = self.desk
        neurons, connections = desk.looking.selected_neurons, desk.looking.selected_connections
        if len(neurons) + len(connections) > 1:
            self._show_page(self._several, self.tr("{n} selected").format(n=f"{len(neurons) + len(connections):,}"))
            self._several.show_document()
        elif neurons:
            id = next(iter(neurons))
            is_input = desk.session.structure.by_id[id].role == "input"
            what = self.tr("Input {name}") if is_input else self.tr("Neuron {name}")
            self._neuron.show_document(id)
            self._show_page(self._neuron, what.format(name=id))
        elif connections:
            ends = next(iter(connections))
            self._connection.show_document(ends)
            self._show_page(self._connection, f"{ends[0]} → {ends[1]}")
        else:
            self._network.show_document()
            self._show_page(self._network, self.tr("Network"))

    def update_values(self) -> None:
        self._follow_values(slow=False)
        self._slow.update()

    def _follow_values(self, slow: bool) -> None:
        """Show the current numbers, or those that take longer: band and gradient."""
        if self._shown is self._neuron and self.desk.looking.selected_neurons and not self._renaming:
            (self._neuron.show_slow_values if slow else self._neuron.show_values)()
        elif self._shown is self._connection and self.desk.looking.selected_connections:
            (self._connection.show_slow_values if slow else self._connection.show_values)()

    def _show_page(self, page: QWidget, subject: str) -> None:
        self._subject.setText(subject)
        if page is self._shown:
            return
        if self._shown is not None:
            # What is half-typed belongs to something that is not selected any more, or not there.
            for number in self._shown.findChildren(NumberField):
                number.revert()
            for text in self._shown.findChildren(TextField):
                text.revert()
            focused = QApplication.focusWidget()
            if focused is not None and self._shown.isAncestorOf(focused):
                self.setFocus()  # else the keys would go to a field nobody sees
            self._shown.hide()
        self._shown = page
        page.show()
        self._area.verticalScrollBar().setValue(0)

    def _rename(self, old: str, new: str) -> None:
        """Rename a neuron; it stays selected, keeps the focus, and an input keeps what is fed to it."""
        self._renaming = True
        try:
            rename_neuron(self.desk, old, new)
        finally:
            self._renaming = False
        self.update_document()


class ConnectionForm(QWidget):
    """Every field of one connection."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._ends = ("", "")
        rows = self._rows = Rows(LABELS, wraps=True)
        self.setLayout(rows)
        self._weight = NumberField(whole_text=True)
        self._weight.edited.connect(self._set_weight)
        self._weight_label = rows.add(self.tr("Weight"), self._weight, "connection_weight",
                                      self.tr("What the source's output is multiplied by"))
        self._gradient = GradientLine(desk, "connection_gradient")
        rows.add(self.tr("Gradient"), self._gradient, "connection_gradient",
                 self.tr("How the loss changes with the weight; ✓ if a difference quotient says the same"))
        rows.addRow(self._gradient.why)
        self._next = NextLine(desk, "connection_next")
        self._next_label = rows.add(self.tr("Next"), self._next, "connection_next",
                                    self.tr("What the next step of training makes of the weight"))
        self._band = BandField(desk, "connection")
        self._band.edited.connect(self._set_weight)
        rows.addRow(self._band)
        self._trainable = QCheckBox()
        self._trainable.clicked.connect(lambda yes: set_trainable(self._desk, self._parameter, yes))
        rows.add(self.tr("Trainable"), self._trainable, "connection_trainable",
                 self.tr("Whether training may change this weight"))
        self._name = TextField(why_not_name)
        self._name.edited.connect(self._share)
        rows.add(self.tr("Name"), self._name, "connection_name", self.tr(
            "What the weight is called. The name of another parameter makes them one, shared by both."))
        self._source, self._target = ElidedLabel(), ElidedLabel()
        rows.add(self.tr("From"), self._source, "connection_source")
        rows.add(self.tr("To"), self._target, "connection_target")
        self._shared = plain_text("connection_shared")
        rows.add(self.tr("Shared with"), self._shared, "connection_shared",
                 self.tr("These use the same parameter: what changes here changes there"))

    @property
    def _parameter(self) -> str:
        return self._desk.session.structure.by_ends[self._ends].weight

    def show_document(self, ends: tuple[str, str]) -> None:
        """Show this connection."""
        same, self._ends = ends == self._ends, ends
        structure, weight = self._desk.session.structure, self._parameter
        self._weight_label.setText(self.tr("Weight {name}").format(name=weight))
        self._weight.setAccessibleName(self._weight_label.text())
        self._weight.set_number(self._desk.session.network.value(weight), keep_typing=same)
        self._name.set_text(weight, keep_typing=same)
        yes = weight not in structure.frozen
        self._trainable.setChecked(yes)
        self._trainable.setText(self.tr("yes") if yes else self.tr("no, frozen"))
        self._source.setText(ends[0])
        self._target.setText(ends[1])
        others = other_uses(structure, weight, structure.by_ends[ends])
        self._shared.setText(others)
        self._rows.show_row(self._shared, bool(others))
        self.show_slow_values()

    def show_values(self) -> None:
        """Show the current weight."""
        self._weight.set_number(self._desk.session.network.value(self._parameter))
        self._band.show_number()

    def show_slow_values(self) -> None:
        """Show what follows from it, which takes longer."""
        self._band.show_parameter(self._parameter, self._parameter, False)
        self._rows.show_row(self._gradient, self._gradient.show_parameter(self._parameter))
        self._rows.show_row(self._gradient.why, bool(self._gradient.why.text()))
        self._next_label.setText(self.tr("Next {name}").format(name=self._parameter))
        self._rows.show_row(self._next, self._next.show_parameter(self._parameter))

    def _set_weight(self, value: float, token: object) -> None:
        name = self._parameter
        self._desk.session.set_values({name: value}, self.tr("Set {name}").format(name=name), token)

    def _share(self, new: str) -> None:
        share_parameter(self._desk, self._parameter, new)
        self.show_document(self._ends)


class SeveralForm(QWidget):
    """What several selected neurons and connections have in common."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        rows = self._rows = Rows()
        self.setLayout(rows)
        self._count = plain_text("several_count")
        rows.addRow(self._count)
        self._activation = choice_of(ACTIVATIONS)
        self._activation.setPlaceholderText(self.tr("different"))
        self._activation.chosen.connect(self._set_activation)
        rows.add(self.tr("Activation"), self._activation, "several_activation",
                 self.tr("The activation of all selected neurons"))
        self._trainable = QCheckBox()
        self._trainable.clicked.connect(self._set_trainable)
        rows.add(self.tr("Trainable"), self._trainable, "several_trainable",
                 self.tr("Whether training may change the selected weights and biases"))

    def show_document(self) -> None:
        """Show what is selected."""
        structure = self._desk.session.structure
        neurons, connections = len(self._desk.looking.selected_neurons), len(self._desk.looking.selected_connections)
        parts = [numbered(neurons, self.tr("1 neuron"), self.tr("{n} neurons")) if neurons else "",
                 numbered(connections, self.tr("1 connection"), self.tr("{n} connections")) if connections else ""]
        self._count.setText(", ".join(part for part in parts if part))
        activations = {structure.by_id[id].activation for id in self._calculating(structure)}
        self._rows.show_row(self._activation, bool(activations))
        self._activation.set_value(activations.pop() if len(activations) == 1 else None)
        self._rows.show_row(self._trainable, any(True for _ in self._parameters(structure)))
        # Of all in a large network only as many are looked at as it takes to know.
        frozen = bool(structure.frozen) and any(name in structure.frozen for name in self._parameters(structure))
        mixed = frozen and not all(name in structure.frozen for name in self._parameters(structure))
        states = Qt.CheckState
        self._trainable.setCheckState(
            states.PartiallyChecked if mixed else states.Unchecked if frozen else states.Checked)
        self._trainable.setText(self.tr("some") if mixed else self.tr("no, frozen") if frozen else self.tr("yes"))

    def _calculating(self, structure: Structure) -> list[str]:
        return [id for id in self._desk.looking.selected_neurons if structure.by_id[id].role != "input"]

    def _parameters(self, structure: Structure) -> Iterator[str]:
        """The parameters of what is selected; a shared one as often as it is used."""
        for ends in self._desk.looking.selected_connections:
            yield structure.by_ends[ends].weight
        for id in self._desk.looking.selected_neurons:
            bias = structure.by_id[id].bias
            if bias is not None:
                yield bias

    def _set_activation(self, name: str) -> None:
        ids = self._calculating(self._desk.session.structure)
        self._desk.session.apply(self.tr("Set activations"), lambda d: edits.set_neurons(d, ids, activation=name))

    def _set_trainable(self) -> None:
        structure = self._desk.session.structure
        names = set(self._parameters(structure))
        yes = bool(names & structure.frozen)
        self._desk.session.apply(self.tr("Make parameters trainable") if yes else self.tr("Freeze parameters"),
                            lambda d: edits.set_trainable(d, names, yes))
        self.show_document()


class NetworkForm(QWidget):
    """The whole network: its size, what it lacks, and notes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        column = column_in(self, GRID)
        self._kind = plain_text("network_kind")
        column.addWidget(self._kind)
        self._rows = Rows()
        self._rows.setVerticalSpacing(GRID // 2)
        column.addLayout(self._rows)
        self._numbers: dict[str, ElidedLabel] = {}
        for name, label in (("inputs", self.tr("Inputs")), ("neurons", self.tr("Neurons")),
                            ("connections", self.tr("Connections")), ("parameters", self.tr("Parameters"))):
            self._numbers[name] = ElidedLabel()
            self._rows.add(label, self._numbers[name], f"network_{name}")
        self._missing = plain_text("network_problems")
        set_role(self._missing, tone="bad")
        column.addWidget(self._missing)
        self._notes = NotesEdit(desk)
        column.addWidget(self._notes, 1)

    def show_document(self) -> None:
        """Show the network as it is."""
        structure = self._desk.session.structure
        empty, depth = not structure.neurons, structure.depth
        if empty:
            kind = self.tr("Double-click on the canvas to add the first neuron.")
        elif structure.layers:
            kind = self.tr("{n}-layer network, not counting the inputs").format(n=len(structure.layers) - 1)
        elif not any(depth[id] for id in structure.outputs):
            kind = self.tr("Not connected to an output yet")
        elif any(depth[c.target] > depth[c.source] + 1 for c in structure.connections):
            kind = self.tr("A network with connections that skip layers")
        else:
            kind = self.tr("A network that is not in layers")
        self._kind.setText(kind)
        inputs, frozen = len(structure.inputs), len(structure.frozen)
        count = parameters = f"{len(structure.parameter_names):,}"
        if frozen:
            parameters = self.tr("{n}, {frozen} of them frozen").format(n=parameters, frozen=f"{frozen:,}")
        texts = {"inputs": f"{inputs:,}", "neurons": f"{len(structure.neurons) - inputs:,}",
                 "connections": f"{len(structure.connections):,}", "parameters": parameters}
        self._numbers["parameters"].short = count
        for name, label in self._numbers.items():
            label.setText(texts[name])
            self._rows.show_row(label, not empty)
        problems = [] if empty else [problem.message for problem in self._desk.session.problems]
        self._missing.setText("\n".join(problems))
        self._missing.setVisible(bool(problems))
        self._notes.show_document()


LONGEST_PARAGRAPH, LONGEST_WORD = 20_000, 500
"""Signs of the notes that can be laid out at every letter without anybody noticing."""


class NotesEdit(QPlainTextEdit):
    """The notes of the document. What is typed in one go is one undo step."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._token: object = None
        self._typed_at = 0.0
        name_widget(self, "network_notes", self.tr("Notes"))
        self.setPlaceholderText(self.tr("Notes about this network"))
        self.setToolTip(self.tr("Saved with the document"))
        self.setTabChangesFocus(True)
        self.setMinimumHeight(64)
        self.textChanged.connect(self._on_typed)

    def sizeHint(self) -> QSize:
        return QSize(160, 80)

    def show_document(self) -> None:
        """Show the document's notes."""
        notes = self._desk.session.document.notes
        # A paragraph is laid out as a whole, at every letter that is typed into it.
        long = max(map(len, notes.split("\n"))) > LONGEST_PARAGRAPH
        shown = notes[:LONGEST_PARAGRAPH] + " …" if long else notes
        self.setReadOnly(long)
        self.setToolTip(self.tr("Too long to be edited here: this is the beginning") if long
                        else self.tr("Saved with the document"))
        self._wrap(shown)
        if shown != self.toPlainText():
            self._token = None
            with QSignalBlocker(self):
                self.setPlainText(shown)

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if self.textCursor().block().length() + max(map(len, text.split("\n"))) > LONGEST_PARAGRAPH:
            self._desk.session.refuse(self.tr("A paragraph of the notes has at most {n} signs: part the text first.")
                                      .format(n=LONGEST_PARAGRAPH))
            return
        self._wrap(text)
        super().insertFromMimeData(source)

    def _wrap(self, text: str) -> None:
        """Break lines between words, or anywhere if one is very long: Qt looks for its end once for each line."""
        modes = QTextOption.WrapMode
        endless = re.search(rf"\S{{{LONGEST_WORD}}}", text)
        mode = modes.WrapAnywhere if endless else modes.WrapAtWordBoundaryOrAnywhere
        if mode != self.wordWrapMode():
            self.setWordWrapMode(mode)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._token = None
        super().focusOutEvent(event)

    def _on_typed(self) -> None:
        notes = self.toPlainText()
        if notes == self._desk.session.document.notes:
            return
        now = time.monotonic()
        if self._token is None or now - self._typed_at > GESTURE_PAUSE:
            self._token = object()
        self._typed_at = now
        self._desk.session.apply(self.tr("Edit the notes"), lambda d: replace(d, notes=notes), self._token)
