"""The first page: what an empty canvas shows. What a neuron is, and where to begin."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMoveEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QPushButton, QWidget

from nnsim.documents.files import shown_name
from nnsim.gui.look.theme import GRID, font, set_role
from nnsim.gui.session.desk import Desk
from nnsim.gui.start.neuron_picture import NeuronPicture
from nnsim.gui.widgets.boxes import clear, column_in, row_in
from nnsim.gui.widgets.controls import literal, name_widget, plain_tip
from nnsim.gui.widgets.labels import toned

MOST_RECENT = 3
RECENT_WIDTH = 160
"""How wide the name of a recent file may be, in pixels at 100 %."""


class FirstPage(QWidget):
    """Lies over the canvas while the network is empty. Clicks beside its buttons are the canvas's.

    ``and_wanted()``, ``gallery_wanted()`` and ``file_wanted(path)`` say what was clicked.
    """

    and_wanted = Signal()
    gallery_wanted = Signal()
    file_wanted = Signal(object)

    def __init__(self, desk: Desk, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._desk, self._canvas = desk, canvas
        name_widget(self, "first_page", self.tr("What a neuron is, and where to begin"))
        self._paths: list[Path] = []
        self._picture = NeuronPicture()
        weighs = self.tr("A neuron weighs its inputs, adds them up, and fires if the sum reaches its threshold.")
        self._line = self._words("first_line", weighs)
        self._do = self._words("first_do", self.tr("Or double-click anywhere to add your first neuron."))
        set_role(self._do, tone="muted")
        begin = self._button(self.tr("Start with AND"), "first_and", "primary",
                             self.tr("Open one neuron that fires if both of its inputs do"))
        begin.clicked.connect(self.and_wanted)
        gallery = self._button(self.tr("Open an example"), "first_gallery", "",
                               self.tr("See all examples as pictures (Ctrl+G)"))
        gallery.clicked.connect(self.gallery_wanted)
        self._begin = (begin, gallery)
        self._buttons = row_in(None, GRID)
        self._buttons.addStretch(1)
        self._buttons.addWidget(begin)
        self._buttons.addWidget(gallery)
        self._buttons.addStretch(1)
        self._recent = QWidget()
        self._recent_row = row_in(self._recent, 2 * GRID)
        column = column_in(self, GRID, (2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID))
        column.addStretch(1)
        column.addWidget(self._picture, 8)
        column.addWidget(self._line)
        column.addSpacing(GRID // 2)
        column.addLayout(self._buttons)
        column.addWidget(self._recent)
        column.addWidget(self._do)
        column.addStretch(1)
        canvas.installEventFilter(self)
        desk.document_changed.connect(self.follow)
        self.follow()

    def show_recent(self, paths: list[Path]) -> None:
        """Offer the first few of these files."""
        clear(self._recent_row)
        self._recent_row.addStretch(1)
        if paths:
            head = toned("muted", self.tr("Recent:"))
            self._recent_row.addWidget(head)
        for number, path in enumerate(paths[:MOST_RECENT]):
            link = self._button("", f"first_recent_{number}", "link", str(path))
            name = shown_name(path)
            shown = link.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, self._name_width())
            link.setText(literal(shown))
            link.setAccessibleName(self.tr("Open {name}").format(name=name))
            link.clicked.connect(lambda checked=False, path=path: self.file_wanted.emit(path))
            self._recent_row.addWidget(link)
        self._recent_row.addStretch(1)
        self._paths = paths
        self._fit()

    def follow(self) -> None:
        """There while the network is empty; the focus goes back to the canvas with it."""
        empty = not self._desk.session.structure.neurons
        if empty != self.isVisibleTo(self._canvas):
            focused = self.focusWidget()
            had_focus = focused is not None and focused.hasFocus()
            self.setVisible(empty)
            if not empty and had_focus:
                self._canvas.setFocus()
        if empty:
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def moveEvent(self, event: QMoveEvent) -> None:
        # A view that scrolls takes along what lies on it.
        super().moveEvent(event)
        if not self.pos().isNull():
            self.move(0, 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_recent_row"):
            self.show_recent(self._paths)

    def _fit(self) -> None:
        """As large as the canvas; what there is no room for is left out, the buttons never."""
        self.setGeometry(self._canvas.rect())
        layout = self.layout()
        assert layout is not None
        room = self.width() - 4 * GRID
        row = sum(button.sizeHint().width() + GRID for button in self._begin)
        directions = QBoxLayout.Direction
        self._buttons.setDirection(directions.LeftToRight if row <= room else directions.TopToBottom)
        self._recent.setVisible(bool(self._paths) and self._recent_row.minimumSize().width() <= room)
        self._picture.setVisible(self._picture.minimumSizeHint().width() <= room)
        optional: tuple[QWidget, ...] = (self._do, self._line, self._picture)
        for widget in optional[:2]:
            widget.show()
        for widget in optional:
            wide = layout.hasHeightForWidth()
            if (layout.minimumHeightForWidth(self.width()) if wide else layout.minimumSize().height()) <= self.height():
                break
            widget.hide()

    def _name_width(self) -> int:
        return RECENT_WIDTH * font("body").pixelSize() // 13

    @staticmethod
    def _words(name: str, text: str) -> QLabel:
        label = QLabel(text)
        label.setObjectName(name)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setWordWrap(True)
        return label

    @staticmethod
    def _button(text: str, name: str, kind: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        name_widget(button, name, text, plain_tip(tip))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAutoDefault(False)
        set_role(button, kind=kind)
        return button
