"""The small window that draws random weights."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from nnsim.core.initializers import INITIALIZERS
from nnsim.gui.look.theme import GRID
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.controls import name_widget, push_button
from nnsim.gui.widgets.forms import Rows
from nnsim.gui.widgets.number_field import NumberField

MARGIN = 12
WIDTH = 344
MOST = 2.0**53


class RandomWeights(QFrame):
    """Seed and distribution of new random weights. Drawing is an edit like any other and can be undone."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._desk = desk
        name_widget(self, "random_popup", self.tr("Random weights"))
        self.setFrameShape(QFrame.Shape.Box)
        self.setStyleSheet("QFrame#random_popup { background: palette(base); border: 1px solid palette(mid); }")
        column = column_in(self, MARGIN, (MARGIN, MARGIN, MARGIN, MARGIN))
        rows = Rows()
        column.addLayout(rows)
        self._seed = NumberField(0, MOST, whole=True)
        rows.add(self.tr("Seed"), self._seed, "random_seed", self.tr("The same seed draws the same weights"))
        self._initializer = ChoiceField()
        self._initializer.set_choices(
            [(None, self.tr("chosen by the activation")),
             *((entry.name, self.tr(entry.label)) for entry in INITIALIZERS.values())],
            {None: self.tr("Each layer takes the distribution that suits its activation."),
             **{entry.name: self.tr(entry.about) for entry in INITIALIZERS.values()}})
        rows.add(self.tr("Distribution"), self._initializer, "random_initializer",
                 self.tr("How the weights are spread. Biases become 0; what is frozen stays."))
        buttons = row_in(None, GRID)
        buttons.addStretch(1)
        self._next = push_button(self.tr("Next seed"), "random_next",
                                 self.tr("Take the next seed and draw at once: see how much the start matters"))
        self._next.clicked.connect(self._draw_next)
        self._draw = push_button(self.tr("Draw"), "random_draw", self.tr("Draw the weights and close"), "primary")
        self._draw.clicked.connect(self._draw_and_close)
        buttons.addWidget(self._next)
        buttons.addWidget(self._draw)
        column.addLayout(buttons)

    def open_at(self, button: QWidget) -> None:
        """Show under ``button``, inside the screen."""
        self.resize(WIDTH, self.sizeHint().height())
        place = button.mapToGlobal(QPoint(0, button.height() + GRID // 2))
        space = button.screen().availableGeometry()
        place.setX(max(space.left(), min(place.x(), space.right() - self.width())))
        if place.y() + self.height() > space.bottom():
            place.setY(button.mapToGlobal(QPoint(0, 0)).y() - self.height() - GRID // 2)
        self.move(place)
        self.show()
        self._seed.setFocus()
        self._seed.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._draw_and_close()
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _draw_weights(self) -> None:
        self._seed.commit()
        self._desk.session.random_weights(int(self._seed.number or 0), self._initializer.value)

    def _draw_and_close(self) -> None:
        self._draw_weights()
        self.close()

    def _draw_next(self) -> None:
        self._seed.commit()
        self._seed.set_number(min((self._seed.number or 0) + 1, MOST))
        self._draw_weights()
