"""A slider and a number for each input that is not an axis of a plot."""

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.theme import GRID, text_scale
from nnsim.gui.plots.ticks import nice_step, rounded
from nnsim.gui.widgets.boxes import clear
from nnsim.gui.widgets.cards import HeaderChoice
from nnsim.gui.widgets.controls import CalmSlider, name_widget, plain_tip
from nnsim.gui.widgets.forms import scrolled
from nnsim.gui.widgets.labels import ElidedLabel
from nnsim.gui.widgets.number_field import NumberField

MOST_ROWS = 12
"""Of more inputs one at a time has a slider, chosen by its name."""
PLACES = 100
FIELD = 9 * GRID
LONGEST_NAME = 7 * GRID
Reach = tuple[float, float]


class InputSlider:
    """The two controls of one input. ``show`` never tells of a change."""

    def __init__(self, owner: "InputSliders", id: str, reach: Reach, binary: bool) -> None:
        self.id, self.reach = id, reach
        self._owner = owner
        self.slider = CalmSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName(f"output_slider_{id}")
        self.slider.setRange(0, PLACES)
        self.slider.setSingleStep(PLACES // (10 if binary else 20))
        # Of 0 and 1 a click beside the handle takes the other one.
        self.slider.setPageStep(PLACES if binary else PLACES // 5)
        self.slider.setMinimumWidth(4 * GRID)
        self.field = NumberField()
        self.field.setObjectName(f"output_field_{id}")
        low, high = (format_number(end) for end in reach)
        tip = owner.tr("The input {input} that the plot does not run over, from {low} to {high}").format(
            input=id, low=low, high=high)
        self.slider.setAccessibleName(owner.tr("Input {input}").format(input=id))
        self.field.setAccessibleName(owner.tr("Input {input}").format(input=id))
        self.slider.setToolTip(plain_tip(tip))
        self.field.set_tip(owner.tr("The input {input}: any number").format(input=id))
        self.slider.valueChanged.connect(self._slid)
        self.field.edited.connect(lambda number, token: owner.moved.emit(id, number))

    def _slid(self, place: int) -> None:
        low, high = self.reach
        # The ends themselves are no round numbers.
        value = (low if place == 0 else high if place == PLACES else
                 rounded(low + (high - low) * place / PLACES, nice_step(high - low, PLACES)))
        self._owner.moved.emit(self.id, value)

    def show(self, value: float) -> None:
        """Stand at this value, or at the end of the slider that is nearest."""
        low, high = self.reach
        self.field.set_number(value)
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(round(PLACES * min(max((value - low) / (high - low), 0.0), 1.0)))


class InputSliders(QWidget):
    """Rows of name, slider and number, two to a row where it is wide; they scroll where there are more than fit.

    ``moved(id, value)`` says what the learner set.
    """

    moved = Signal(str, float)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("output_inputs")
        self.rows: dict[str, InputSlider] = {}
        self._inputs: dict[str, Reach] = {}
        self._binary = False
        self._values: Mapping[str, float] = {}
        self._chosen = ""
        self._cells: list[tuple[QWidget, CalmSlider, NumberField]] = []
        self._columns = 1
        self.choice = HeaderChoice("output_other", self.tr("Which of the other inputs the slider sets"))
        self.choice.chosen.connect(self._choose)
        self._content = QWidget()
        self._grid = QGridLayout(self._content)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID // 2)
        self._grid.setVerticalSpacing(GRID // 2)
        self.choice.setParent(self._content)
        self.choice.hide()
        self.area: QScrollArea = scrolled(self._content)
        name_widget(self.area, "output_inputs_area", self.tr("The other inputs"))
        around = QGridLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.area)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Those that can be set here."""
        return tuple(self._inputs)

    @property
    def many(self) -> bool:
        """Whether there are so many that one at a time is chosen."""
        return len(self._inputs) > MOST_ROWS

    def show_inputs(self, inputs: dict[str, Reach], binary: bool) -> None:
        """Have a row for each of these, from the first to the second number; ``binary`` if the data are 0 and 1."""
        if (inputs, binary) == (self._inputs, self._binary):
            return
        self._inputs, self._binary = inputs, binary
        if self._chosen not in inputs:
            self._chosen = next(iter(inputs), "")
        self.choice.set_choices([(id, id) for id in inputs] if self.many else [])
        self.choice.set_value(self._chosen)
        self._make_rows()

    def _choose(self, id: str) -> None:
        self._chosen = id
        self._make_rows()
        self.show_values(self._values)

    def _make_rows(self) -> None:
        clear(self._grid, self.choice)
        shown = [self._chosen] if self.many else list(self._inputs)
        self.choice.setVisible(self.many)
        self.rows = {}
        self._cells = []
        for id in shown:
            row = self.rows[id] = InputSlider(self, id, self._inputs[id], self._binary)
            name: QWidget = self.choice
            if not self.many:
                name = ElidedLabel(id, most=LONGEST_NAME, tone="muted")
            row.field.setFixedWidth(round(FIELD * text_scale()))
            self._cells.append((name, row.slider, row.field))
        self._place()
        # Made late, they would come after all other panels for the Tab key.
        stops: list[QWidget] = [self.choice]
        stops += [widget for row in self.rows.values() for widget in (row.slider, row.field)]
        for one, next_one in pairwise(stops):
            QWidget.setTabOrder(one, next_one)

    def _place(self) -> None:
        """All in their columns."""
        for place, cell in enumerate(self._cells):
            row, column = divmod(place, self._columns)
            for part, widget in enumerate(cell):
                self._grid.addWidget(widget, row, 4 * column + part)
                # Else the layout would show it, and count its width, only later.
                widget.show()
        for column in (0, 1):
            self._grid.setColumnStretch(4 * column + 1, int(column < self._columns))
        self._grid.setColumnMinimumWidth(3, GRID if self._columns > 1 else 0)
        for row in range(self._grid.rowCount() + 1):
            self._grid.setRowStretch(row, int(row == self._lines))

    @property
    def _lines(self) -> int:
        return -(-len(self._cells) // self._columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = self.columns_in(self.width())
        if columns != self._columns:
            self._columns = columns
            self._place()

    def show_values(self, values: Mapping[str, float]) -> None:
        """Stand where the inputs are; what is being typed stays."""
        self._values = values
        for id, row in self.rows.items():
            row.show(values.get(id, 0.0))

    @property
    def _cell_width(self) -> int:
        """In less one of them is cut."""
        names = max((name.minimumSizeHint().width() for name, _, _ in self._cells), default=0)
        return names + 4 * GRID + round(FIELD * text_scale()) + GRID

    @property
    def least_width(self) -> int:
        """In less something is cut."""
        return self._cell_width + self.area.verticalScrollBar().sizeHint().width()

    def columns_in(self, width: int) -> int:
        """How many stand beside each other in so much width."""
        return 2 if len(self._cells) > 1 and self.least_width + self._cell_width + 2 * GRID <= width else 1

    @property
    def row_height(self) -> int:
        """How high one row is, with the gap to the next."""
        return next((row.field.sizeHint().height() for row in self.rows.values()), 0) + GRID // 2

    def height_in(self, most: int, width: int = 0) -> int:
        """How high it is to be in this ``width`` where ``most`` is the most it may be: whole rows, one at least."""
        rows = min(-(-len(self.rows) // self.columns_in(width)), max(1, (most + GRID // 2) // max(self.row_height, 1)))
        return max(0, rows * self.row_height - GRID // 2)
