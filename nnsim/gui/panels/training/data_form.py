"""The form of the data a network learns from."""

from dataclasses import fields, replace
from pathlib import PurePosixPath
from typing import Any

from PySide6.QtWidgets import QWidget

from nnsim.core.fields import forms
from nnsim.data.generators import GENERATORS
from nnsim.data.sources import CsvData, DataSource, GeneratedData, InlineData
from nnsim.documents import edits
from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.training.data_reading import reading_text
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.forms import FORM_LABELS, FieldsForm, Rows, plain_text

_OWN = ""
"""Stands in the choice for data that no generator makes: a table in the document, a file, or none."""


class DataForm(QWidget):
    """Which data, and its settings: samples, noise, seed, test share. Edits go to the session."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        column = column_in(self, GRID)
        rows = Rows(FORM_LABELS, whole=True)
        column.addLayout(rows)
        self._choice = ChoiceField(whole_text=True)
        self._choice.chosen.connect(self._choose)
        rows.add(self.tr("Source"), self._choice, "data_source", self.tr("What the network learns from"))
        self._reading = plain_text("data_reading", muted=True)
        self._reading.setAccessibleName(self.tr("How the file was read"))
        column.addWidget(self._reading)
        self._column = column
        self._form: FieldsForm | None = None
        self._kind: type | None = None

    def show_document(self) -> None:
        """Show the document's data."""
        source = self._desk.session.document.data
        self._choice.set_choices(*self._choices(source))
        self._choice.set_value(source.generator if isinstance(source, GeneratedData) else _OWN)
        settings = _settings(source)
        if type(settings) is not self._kind:
            self._build_form(settings)
        if self._form is not None:
            self._form.show_values(settings)
        data = self._desk.session.dataset if isinstance(source, CsvData) else None
        self._reading.setVisible(data is not None)
        if data is not None and data.reading is not None:
            self._reading.setText(reading_text(data.reading, data.classes))

    def _build_form(self, settings: Any) -> None:
        if self._form is not None:
            self._column.removeWidget(self._form)
            self._form.setParent(None)
            self._form.deleteLater()
            self._form = None
        self._kind = type(settings)
        # How many inputs a truth table has follows from the network.
        names = [] if settings is None else [name for name in forms(settings) if name != "inputs"]
        names.sort(key=lambda name: name == "seed")  # last: it draws the points and the test samples
        if names:
            self._form = FieldsForm(settings, "data", names)
            self._form.edited.connect(self._set_field)
            self._column.addWidget(self._form)

    def _choices(self, source: DataSource | None) -> tuple[list[tuple[str, str]], dict[Any, str]]:
        """The present source, and every generator whose columns fit the network."""
        structure = self._desk.session.structure
        shape = len(structure.inputs), len(structure.outputs)
        present = source.generator if isinstance(source, GeneratedData) else None
        choices, about = [], {}
        if present is None:
            choices.append((_OWN, self._name_of_own(source)))
        for entry in GENERATORS.values():
            made = _made(entry.name, *shape, None)
            columns = entry.columns(made.fields) if made is not None else (-1, -1)
            fits = all(has in (0, needs) for has, needs in zip(shape, columns, strict=True))
            if entry.name == present or (made is not None and fits):
                choices.append((entry.name, self.tr(entry.label)))
                about[entry.name] = self.tr(entry.about)
        return choices, about

    def _name_of_own(self, source: DataSource | None) -> str:
        if isinstance(source, InlineData):
            rows = len(source.inputs)
            return self.tr("own table ({n})").format(n=rows)
        if isinstance(source, CsvData):
            return PurePosixPath(source.path).name
        return self.tr("none")

    def _choose(self, name: str) -> None:
        if name != _OWN:
            structure = self._desk.session.structure
            like = _settings(self._desk.session.document.data)
            source = _made(name, len(structure.inputs), len(structure.outputs), like)
            if source is not None:
                self._desk.session.apply(self.tr("Choose data"), lambda d: edits.set_data(d, source))
        self.show_document()

    def _set_field(self, name: str, value: object, token: object) -> None:
        source = self._desk.session.document.data
        if source is None:
            return
        label = self.tr(forms(_settings(source))[name].label)

        def change(source: Any) -> Any:
            if isinstance(source, GeneratedData):
                return GeneratedData(source.generator, replace(source.fields, **{name: value}))
            return replace(source, **{name: value})

        self._desk.session.apply(self.tr("Data: set {what}").format(what=label),
                            lambda d: edits.set_data(d, change(d.data)), token)
        self.show_document()


def _settings(source: DataSource | None) -> Any:
    """The dataclass that holds the settings of a source."""
    return source.fields if isinstance(source, GeneratedData) else source


def _made(name: str, inputs: int, outputs: int, like: Any) -> GeneratedData | None:
    """A generator's data for a network of so many inputs and outputs, with the settings of ``like`` if it is alike.

    None if the generator has no table for so many inputs, or not so many classes.
    """
    kind: Any = GENERATORS[name].fields
    known = {field.name for field in fields(kind)}
    values = {f.name: getattr(like, f.name) for f in fields(like) if f.name in known} if type(like) is kind else {}
    if "inputs" in known:
        values["inputs"] = max(1, inputs)
    if "classes" in known and outputs:
        # Two classes need one output.
        values["classes"] = max(2, outputs)
    try:
        return GeneratedData(name, kind(**values))
    except ValueError:
        return None
