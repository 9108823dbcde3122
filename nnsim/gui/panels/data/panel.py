"""The Truth table panel: every row of a truth table with its sums, or the samples of other data."""

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from nnsim.core.formulas.numbers import numbered
from nnsim.data.generators import GENERATORS, MAX_GATE_INPUTS, gates
from nnsim.documents.edits import set_data
from nnsim.documents.targets import OWN, choose_target, flip_target, target_choices, truth_table_of
from nnsim.gui.look.theme import GRID, set_role, text_scale
from nnsim.gui.panels.data.model import MOST_COUNTED, RIGHT, Rows, TableModel, columns_of
from nnsim.gui.panels.data.view import SLACK, TableView, TargetChoice
from nnsim.gui.panels.low_panel import LowPanel
from nnsim.gui.panels.paced import Paced
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.lagging import Lagging
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.controls import name_widget, push_button
from nnsim.gui.widgets.labels import ElidedLabel

MOST_SUMS = 12
"""Above this number of neurons only outputs and selected ones have a column."""
COUNT_MS = 500
"""While training on samples the right ones are counted no more often than this."""

EDGES, EMPTY_HEIGHT = 6, 112
"""Around the rows, and where there are none, in pixels."""


class TablePanel(LowPanel):
    """Rows that can be clicked; the target column is the data the network learns from."""

    id = "table"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("TablePanel", "Truth table"))
        self.model = TableModel(self)
        self.view = TableView(self.model)
        name_widget(self.view, "table_rows", self.tr("Rows of the table"))
        self.fix = push_button(
            self.tr("Use a truth table"), "table_fix",
            self.tr("Take these data away and show every case of the inputs; Undo brings them back"))
        self.note = QLabel()
        self.note.setObjectName("table_note")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setContentsMargins(GRID, 2, GRID, 2)
        set_role(self.note, tone="small")
        self.status = ElidedLabel(name="table_status", tone="muted")
        self.add_to_header(self.status)
        self._build_pages()
        self._source: tuple[object, ...] = ()
        self._rows: Rows | None = None
        self._choices: list[str | None] = []
        self._chosen: dict[int, str] = {}
        """The gate last chosen for an output: of several with the same column that one is shown."""
        self._heights = QTimer(self)
        """Its height is known when the columns are."""
        self._heights.setSingleShot(True)
        self._heights.timeout.connect(self._tell_height)
        self.view.horizontalScrollBar().rangeChanged.connect(self._heights.start)
        self._height_told = 0
        self._counted = Paced(self, desk, self._count, COUNT_MS)
        self._late_count: Lagging[tuple[int, int]] = Lagging(self)
        self._late_count.came.connect(self._count)
        desk.session.closed.connect(self._late_count.end)
        self.view.row_chosen.connect(self._feed)
        self.view.flipped.connect(self._flip)
        self.view.titles.target_chosen.connect(self._choose)
        self.view.titles.sectionClicked.connect(self._select)
        self.fix.clicked.connect(self._drop_data)
        desk.opened.connect(self._chosen.clear)

    def _build_pages(self) -> None:
        """A page with the rows; on that which says why there are none, a way out."""
        filled = QWidget()
        column = column_in(filled, 0, (GRID // 2, 2, GRID // 2, 2))
        column.addWidget(self.view, 1)
        column.addWidget(self.note)
        self.pages.addWidget(filled)
        self.around_empty.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignCenter)

    # Showing

    def height_wanted(self) -> int:
        """That of its titles and all rows; empty, that of what it says."""
        if self.is_empty:
            return round(EMPTY_HEIGHT * text_scale())
        note = self.note.sizeHint().height() if self.note.isVisibleTo(self) else 0
        bar = self.view.horizontalScrollBar()
        return self.view.whole_height() + note + (bar.sizeHint().height() if bar.maximum() else 0) + EDGES

    def _tell_height(self) -> None:
        if self._height_told != (wanted := self.height_wanted()):
            self._height_told = wanted
            self.height_changed.emit()

    def update_document(self) -> None:
        desk, structure = self.desk, self.desk.session.structure
        rows = self._current_rows()
        few = len(structure.inputs) <= MAX_GATE_INPUTS
        is_table = rows.is_truth_table if rows is not None else desk.session.document.data is None and few
        self._heights.start()
        self.set_title(self.tr("Truth table") if is_table else self.tr("Data"))
        problem = self._problem(rows)
        if problem or rows is None:
            self.show_empty(*problem)
            has_data = desk.session.document.data is not None
            self.fix.setVisible(has_data and 1 <= len(structure.inputs) <= MAX_GATE_INPUTS)
            self.model.show(None, (), desk.session.network, desk.session.document.training.loss)
            self._say("", "muted")
            return
        neurons = [n.id for n in structure.neurons if n.role != "input"]
        folded = rows.is_truth_table and len(neurons) > MOST_SUMS
        also = desk.looking.selected_neurons if len(desk.looking.selected_neurons) <= MOST_SUMS else frozenset()
        shown = set(structure.outputs) | also if folded else set(neurons)
        columns, count = columns_of(rows, structure, shown - set(structure.inputs), self.tr)
        self.model.show(rows, columns, desk.session.network, desk.session.document.training.loss)
        self.show_page()
        told = (self.tr("Only outputs and selected neurons are shown: {n} would be too many.")
                if len(also) == len(desk.looking.selected_neurons)
                else self.tr("Only outputs are shown: {n} neurons are selected, too many for columns."))
        selected = desk.looking.selected_neurons
        self.note.setText(told.format(n=f"{len(neurons if also == selected else selected):,}"))
        if len(columns) < count:
            self.note.setText(self.tr("The first columns of each kind are shown: {n} would be too many.").format(
                n=f"{count:,}"))
        self.note.setVisible(folded or len(columns) < count)
        self.view.titles.selected = desk.looking.selected_neurons
        self._show_values()
        self._show_choices(rows)
        self.view.fit(desk.looking.selected_neurons, SLACK if desk.session.training else 0)
        self._show_status(rows)

    def follow_values(self) -> None:
        """Show the current values in the rows that stand."""
        rows = self.model.rows
        if self.is_empty or rows is None or not self._show_values():
            return
        self.view.grow()
        if rows.is_truth_table:
            self._show_status(rows)
        else:
            # To count all samples each time would slow training down.
            self._counted.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._on_change()

    def _show_values(self) -> bool:
        """Show the current numbers, and light the row of the inputs. Returns whether more than those differ."""
        desk = self.desk
        changed = self.model.show_values(desk.session.network, desk.session.document.training.loss)
        row = self.model.row_of(desk.looking.input_row[0])
        if row != self.model.lit:
            self.view.follow(row)
        return changed

    def _show_status(self, rows: Rows) -> None:
        count = self.model.count_right() or self._counted_late(rows)
        if np.isnan(rows.T).all():
            self._say(self.tr("choose a target to check the rows"), "muted")
            return
        if count is None:
            self._say("…" if self.model.counter(MOST_COUNTED) is not None else "", "muted")
            return
        right, tests = count
        if not rows.is_truth_table:
            self._say(self._sample_status(rows, right, tests), "muted")
        elif right == len(rows.X):
            text = self.tr("all {n} rows match {target}").format(n=f"{right:,}", target=self._target_name())
            self._say(f"{text} {RIGHT}", "good")
        else:
            text = self.tr("{right} of {n} rows match {target}")
            self._say(text.format(right=f"{right:,}", n=f"{len(rows.X):,}", target=self._target_name()), "muted")

    def _counted_late(self, rows: Rows) -> tuple[int, int] | None:
        """How many of very many rows are right; None until they are counted beside the window, when training rests."""
        count, network = self.model.counter(MOST_COUNTED), self.desk.session.network
        if count is None or self.desk.session.moving:
            return None
        return self._late_count.get((rows, network.structure, network.parameters), (), count)

    def _count(self) -> None:
        if self.seen and self.model.rows is not None:
            self._show_status(self.model.rows)

    def _sample_status(self, rows: Rows, right: int, tests: int) -> str:
        text = self.tr("{right} of {n} right").format(right=f"{right:,}", n=f"{rows.train:,}")
        total = len(rows.X) - rows.train
        if total:
            text += " · " + self.tr("test {right} of {n}").format(right=f"{tests:,}", n=f"{total:,}")
        return text

    def _say(self, text: str, tone: str) -> None:
        if self.status.text() != text:
            self.status.setText(text)
            self.status.updateGeometry()
        if self.status.property("tone") != tone:
            set_role(self.status, tone=tone)

    def _target_name(self) -> str:
        """The gate that a single target column is."""
        choice = self._choices[0] if len(self.desk.session.structure.outputs) == 1 else None
        return GENERATORS[choice].label if choice in GENERATORS else self.tr("the target")

    def _show_choices(self, rows: Rows) -> None:
        document, outputs = self.desk.session.document, self.desk.session.structure.outputs
        table = truth_table_of(document) if rows.is_truth_table else None
        self._choices = [] if table is None else target_choices(document, table, self._chosen)
        # Own comes last: it leads away into the table, and arrow keys should reach every other choice before.
        options: list[tuple[str | None, str]] = [(None, self.tr("none"))]
        options += [(name, GENERATORS[name].label) for name in gates(rows.X.shape[1])]
        options += [(OWN, self.tr("own"))]
        shown = {}
        for column, here in enumerate(self.model.columns):
            if here.kind == "target" and self._choices:
                output = outputs[here.index] if here.index < len(outputs) else ""
                name = "target_choice" if here.index == 0 else f"target_choice_{output or here.index}"
                label = self.tr("Target of {output}").format(output=output) if output else here.title.capitalize()
                shown[column] = TargetChoice(name, label, options, self._choices[here.index])
        self.view.titles.show_targets(shown)

    def _current_rows(self) -> Rows | None:
        """The rows of the document; the same object until its columns or data differ."""
        document, data = self.desk.session.document, self.desk.session.dataset
        structure = document.network.structure
        key = (structure.inputs, structure.outputs, document.data)
        if self._source[:-1] != key or self._source[-1] is not data:
            table = truth_table_of(document)
            if table is not None:
                self._rows = Rows.of_table(table)
            else:
                self._rows = None if data is None else Rows.of_dataset(data)
            self._source = (*key, data)
        return self._rows

    def _problem(self, rows: Rows | None) -> tuple[str, str] | tuple[()]:
        """What to say in place of rows, and why; empty if there are rows to show."""
        desk, structure = self.desk, self.desk.session.structure
        if not structure.inputs:
            why = self.tr("The table lists what each neuron computes for them.")
            return self.tr("Add inputs to see every case"), why
        if desk.session.data_problem:
            return self.tr("The data cannot be used"), desk.session.data_problem
        if rows is None:
            return (
                self.tr("Choose data in the Training panel to see its samples"),
                self.tr("A truth table of more than 6 inputs would be too long."),
            )
        if rows.is_truth_table:
            return ()
        return self._misfit(rows.X.shape[1], len(structure.inputs), rows.T.shape[1], len(structure.outputs))

    def _misfit(self, columns: int, inputs: int, targets: int, outputs: int) -> tuple[str, str] | tuple[()]:
        """Why data of other columns than the network has neurons cannot stand in the table."""
        if columns != inputs:
            have = self.tr("The data have {columns} for inputs, the network has {neurons}.")
            more, has, needs = columns > inputs, inputs, columns
        elif targets != outputs:
            have = self.tr("The data have {columns} for outputs, the network has {neurons}.")
            more, has, needs = targets > outputs, outputs, targets
        else:
            return ()
        fix = self.tr("Add neurons") if more else self.tr("Remove neurons")
        why = have.format(columns=numbered(needs, self.tr("1 column"), self.tr("{n} columns")),
                          neurons=f"{has:,}" if has else self.tr("none"))
        return (
            self.tr("The data do not fit the network yet"),
            f"{why} " + self.tr("{fix}, or choose other data in the Training panel.").format(fix=fix),
        )

    # What the learner does

    def _feed(self, row: int) -> None:
        rows, desk = self.model.rows, self.desk
        if rows is None:
            return
        data = desk.session.dataset
        if data is not None and row < len(data.X) and np.array_equal(data.X[row], rows.X[row]):
            desk.study.choose_row(row)
        else:
            desk.looking.set_inputs(dict(zip(desk.session.structure.inputs, rows.X[row].tolist(), strict=True)))

    def _flip(self, row: int, column: int) -> None:
        output = self.model.columns[column].index
        self.desk.session.apply(self.tr("Change a target"), lambda d: flip_target(d, row, output))

    def _choose(self, column: int, choice: str | None) -> None:
        rows, output = self.model.rows, self.model.columns[column].index
        if choice is not None:
            self._chosen[output] = choice
        self.desk.session.apply(self.tr("Choose the target"), lambda d: choose_target(d, output, choice))
        if choice == OWN:
            self.view.go_to(max(0, self.model.lit), column)
            self.desk.session.say(self.tr("Click a target, or press Space on it, to change it."))
        if rows is not None:
            # The choice shows what the column is: own stays XOR while its targets are those of XOR.
            self._show_choices(rows)

    def _select(self, column: int) -> None:
        neuron = self.model.columns[column].neuron
        if neuron:
            self.desk.looking.select([neuron])

    def _drop_data(self) -> None:
        self.desk.session.apply(self.fix.text(), lambda d: set_data(d, None))
