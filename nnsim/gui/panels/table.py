"""The table: every row of a truth table with its sums, or the samples of other data."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from nnsim.data.generators import GENERATORS
from nnsim.documents.document import Document
from nnsim.documents.targets import OWN, choose_target, flip_target, gates, target_choices, truth_table_of
from nnsim.gui.panel import Panel
from nnsim.gui.table_model import RIGHT, Rows, TableModel, columns_of
from nnsim.gui.table_view import TableView
from nnsim.gui.plot_panel import EmptyState
from nnsim.gui.session import Session
from nnsim.gui.theme import GRID, set_role

MOST_SUMS = 12
"""Above this number of neurons only outputs and selected ones have a column."""


class TablePanel(Panel):
    """Rows that can be clicked; the target column is the data the network learns from."""

    id = "table"

    def __init__(self, session: Session) -> None:
        super().__init__(session, QCoreApplication.translate("TablePanel", "Table"))
        self.model = TableModel(self)
        self.view = TableView(self.model)
        self.view.setObjectName("table_rows")
        self.view.setAccessibleName(self.tr("Rows of the table"))
        self.empty = EmptyState("table_empty")
        self.note = QLabel()
        self.note.setObjectName("table_note")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setContentsMargins(GRID, 2, GRID, 2)
        set_role(self.note, tone="small")
        self.status = QLabel()
        self.status.setObjectName("table_status")
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.add_to_header(self.status)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(GRID // 2, 2, GRID // 2, 2)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.note)
        framed = QWidget()
        frame = QVBoxLayout(framed)
        frame.setContentsMargins(GRID, GRID, GRID, GRID)
        frame.addWidget(self.empty)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(filled)
        self._pages.addWidget(framed)
        self._source: tuple[object, ...] = ()
        self._rows: Rows | None = None
        self.view.row_chosen.connect(self._feed)
        self.view.flipped.connect(self._flip)
        self.view.titles.target_chosen.connect(self._choose)

    def sizeHint(self) -> QSize:
        return QSize(640, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 96)

    # Showing

    def update_document(self) -> None:
        session = self.session
        structure = session.structure
        rows = self._current_rows()
        problem = self._problem(rows)
        if problem or rows is None:
            self._pages.setCurrentIndex(1)
            self.empty.say(*problem)
            self.model.show_rows(None, ())
            self.status.setText("")
            return
        neurons = [n.id for n in structure.neurons if n.role != "input"]
        folded = len(neurons) > MOST_SUMS
        shown = set(structure.outputs) | session.selected_neurons if folded else set(neurons)
        other = self.model.show_rows(rows, columns_of(rows, structure, shown - set(structure.inputs), self.tr))
        self._show_values(fit=True)
        self._pages.setCurrentIndex(0)
        self.note.setText(self.tr("Only outputs and selected neurons are shown here.") if folded else "")
        self.note.setVisible(folded and rows.is_truth_table)
        self.view.titles.selected = session.selected_neurons
        self.view.refont()
        self._show_choices(rows)
        if other or not session.training:
            self.view.fit(session.selected_neurons)

    def update_values(self) -> None:
        if self._pages.currentIndex() == 0 and self.model.rows is not None:
            self._show_values(fit=False)

    def _show_values(self, fit: bool) -> None:
        session = self.session
        changed = self.model.show_values(session.network, session.document.training.loss)
        self.view.follow(self.model.row_of(session.input_row[0]))
        if changed:
            if not fit:
                self.view.grow()
            self._show_status()

    def _show_status(self) -> None:
        rows, count = self.model.rows, self.model.count_right()
        if rows is None or count is None:
            self.status.setText("")
            return
        right, tests = count
        if rows.is_truth_table:
            choices = target_choices(self.session.document, self._table())
            names = [GENERATORS[c].label for c in choices if c in GENERATORS]
            name = names[0] if len(names) == 1 == len(choices) else self.tr("the target")
            if all(choice is None for choice in choices):
                self.status.setText("")
                return
            total = len(rows.X)
            text = (
                self.tr("all {n} rows match {name} {sign}").format(n=total, name=name, sign=RIGHT)
                if right == total
                else self.tr("{right} of {n} rows match {name}").format(right=right, n=total, name=name)
            )
        else:
            total = rows.train
            text = self.tr("{share} % of {n} train samples right").format(share=f"{100 * right / total:.0f}", n=total)
            if len(rows.X) > rows.train:
                share = 100 * tests / (len(rows.X) - rows.train)
                text += self.tr(" · {share} % of test").format(share=f"{share:.0f}")
        self.status.setText(text)
        good = rows.is_truth_table and right == total
        if self.status.property("tone") != ("good" if good else "muted"):
            set_role(self.status, tone="good" if good else "muted")

    def _show_choices(self, rows: Rows) -> None:
        if not rows.is_truth_table:
            self.view.titles.show_targets({})
            return
        outputs = self.session.structure.outputs
        options = [(name, GENERATORS[name].label) for name in gates(rows.X.shape[1])]
        options += [(OWN, self.tr("own")), (None, self.tr("none"))]
        shown = {}
        for column, here in enumerate(self.model.columns):
            if here.kind == "target":
                output = outputs[here.index] if here.index < len(outputs) else ""
                name = "target_choice" if here.index == 0 else f"target_choice_{output}"
                value = target_choices(self.session.document, self._table())[here.index]
                shown[column] = (name, self.tr("Target of {output}").format(output=output or "y"), options, value)
        self.view.titles.show_targets(shown)

    def _table(self):  # type: ignore[no-untyped-def]
        table = truth_table_of(self.session.document)
        assert table is not None
        return table

    def _current_rows(self) -> Rows | None:
        """The rows of the document; the same object until structure or data differ."""
        document, data = self.session.document, self.session.dataset
        key = (document.network.structure, document.data, data)
        if self._source[:2] != key[:2] or (self._source and self._source[2] is not data):
            table = truth_table_of(document)
            self._rows = Rows.of_table(table) if table is not None else Rows.of_dataset(data) if data is not None else None
            self._source = key
        return self._rows

    def _problem(self, rows: Rows | None) -> tuple[str, str] | tuple[()]:
        """What to say in place of rows, and why; empty if there are rows to show."""
        session, structure = self.session, self.session.structure
        if not structure.inputs:
            return self.tr("Add inputs to see every case"), self.tr("The table lists what each neuron computes for them.")
        if session.data_problem:
            return self.tr("The data cannot be used"), session.data_problem
        if rows is None:
            return (
                self.tr("Choose data in the Training panel to see its samples"),
                self.tr("A truth table of more than 6 inputs would be too long."),
            )
        if rows.X.shape[1] != len(structure.inputs):
            return (
                self.tr("The data does not fit the inputs"),
                self.tr("It has {columns} input columns, the network has {inputs} inputs: they must be as many.").format(
                    columns=rows.X.shape[1], inputs=len(structure.inputs)
                ),
            )
        return ()

    # What the learner does

    def _feed(self, row: int) -> None:
        rows = self.model.rows
        if rows is not None:
            self.session.set_inputs(dict(zip(self.session.structure.inputs, rows.X[row].tolist(), strict=True)))

    def _flip(self, row: int, column: int) -> None:
        output = self.model.columns[column].index
        self.session.apply(self.tr("Change a target"), lambda d: flip_target(d, row, output))

    def _choose(self, column: int, choice: str | None) -> None:
        output = self.model.columns[column].index

        def change(document: Document) -> Document:
            return choose_target(document, output, choice)

        self.session.apply(self.tr("Choose the target"), change)
