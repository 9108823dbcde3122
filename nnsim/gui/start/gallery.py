"""The gallery: all examples with a picture and a line each, to be walked with the arrows and searched by typing."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QLineEdit, QVBoxLayout, QWidget

from nnsim.documents.examples import EXAMPLES, Example
from nnsim.gui.look.theme import GRID, RADIUS, font, mix, set_role, text_scale, theme
from nnsim.gui.start.thumbnails import Thumbnails
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.controls import literal, name_widget
from nnsim.gui.widgets.forms import scrolled

CARD_WIDTH = 208
PICTURE = 0.55
"""The height of a picture, as a share of its width."""
PAD = 12
WINDOW = QSize(1032, 720)
BAR = 10
"""The width of the scroll bar, which the search field keeps clear of as the cards do."""
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class ExampleCard(QAbstractButton):
    """One example: its picture, title and line. The picture is drawn when the card is first seen."""

    def __init__(self, example: Example, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self.example = example
        # An equation is not broken over two lines.
        self._about = example.about.replace(" = ", "\u00a0=\u00a0")
        self._thumbnails = thumbnails
        self.setObjectName(f"card_{example.id}")
        self.setText(literal(example.title))
        self.setAccessibleName(example.title)
        self.setAccessibleDescription(example.about)
        self.setToolTip(self.tr("Open {title}").format(title=example.title))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def matches(self, words: Sequence[str]) -> bool:
        """Whether title, section or line have every one of ``words``, which are in lower case."""
        text = f"{self.example.title} {self.example.section} {self.example.about}".casefold()
        return all(word in text for word in words)

    def picture_size(self) -> QSize:
        """The size of its picture."""
        return QSize(self.width() - 2, round((self.width() - 2) * PICTURE))

    @property
    def drawn(self) -> bool:
        """Whether its picture is there, in the current look."""
        return self._thumbnails.ready(self.example, self.picture_size(), self.devicePixelRatioF()) is not None

    def _about_rect(self, width: int) -> QRect:
        """Where the line stands in a card of ``width``."""
        top = round((width - 2) * PICTURE) + PAD + QFontMetrics(font("body", bold=True)).height() + GRID // 2
        box = QRect(PAD, top, width - 2 * PAD, 1_000)
        return QFontMetrics(font("body")).boundingRect(box, Qt.TextFlag.TextWordWrap, self._about)

    def heightForWidth(self, width: int) -> int:
        return self._about_rect(width).bottom() + PAD

    def sizeHint(self) -> QSize:
        width = round(CARD_WIDTH * text_scale())
        return QSize(width, self.heightForWidth(width))

    def paintEvent(self, event: QPaintEvent) -> None:
        t, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = self.hasFocus() or self.underMouse()
        frame = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mix(t.card, t.ink, 0.05) if self.underMouse() or self.isDown() else t.color("card"))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        size = self.picture_size()
        picture = self._thumbnails.ready(self.example, size, self.devicePixelRatioF())
        if picture is not None:
            clip = QPainterPath()
            clip.addRoundedRect(frame, RADIUS, RADIUS)
            painter.setClipPath(clip)
            painter.drawPixmap(QPoint(1, 1), picture)
            painter.setClipping(False)
        else:
            QTimer.singleShot(0, self, self._draw)
        painter.setPen(QPen(t.color("line"), 1))
        painter.drawLine(1, size.height() + 1, self.width() - 1, size.height() + 1)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        text = QRect(PAD, size.height() + PAD, self.width() - 2 * PAD, QFontMetrics(font("body", bold=True)).height())
        painter.setPen(t.color("ink"))
        painter.setFont(font("body", bold=True))
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.example.title)
        painter.setPen(t.color("muted"))
        painter.setFont(font("body"))
        about = self._about_rect(self.width())
        about.setRight(self.width() - PAD)
        painter.drawText(about, Qt.TextFlag.TextWordWrap, self._about)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        wide = 2.0 if self.hasFocus() else 1.0
        edge = wide / 2
        painter.setPen(QPen(t.color("accent" if active else "line"), wide))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(edge, edge, -edge, -edge), RADIUS, RADIUS)

    def _draw(self) -> None:
        """After the cards are on the screen, one picture between two events."""
        self._thumbnails.draw(self.example, self.picture_size(), self.devicePixelRatioF())
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # The arrows walk over all cards, not over neighbours in the focus chain; Enter opens as Space does.
        if event.key() in ARROWS:
            event.ignore()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Cards(QWidget):
    """The sections with their cards, in as many columns as there is room for.

    ``chosen(example)`` when a card is clicked; ``arrow(key)`` when an arrow is pressed on one.
    """

    chosen = Signal(object)
    arrow = Signal(int)

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        name_widget(self, "gallery_cards", self.tr("Examples"))
        self._sections: list[tuple[QLabel, list[ExampleCard]]] = []
        for title, examples in example_sections().items():
            heading = QLabel(title, self)
            set_role(heading, tone="title")
            cards = [ExampleCard(example, thumbnails, self) for example in examples]
            for card in cards:
                card.clicked.connect(lambda checked=False, card=card: self.chosen.emit(card.example))
            self._sections.append((heading, cards))

    @property
    def shown(self) -> list[ExampleCard]:
        """The cards that match what is searched for, in their order."""
        return [card for _, cards in self._sections for card in cards if not card.isHidden()]

    def search(self, text: str) -> None:
        """Show the cards that have every word of ``text``."""
        words = text.casefold().split()
        for heading, cards in self._sections:
            for card in cards:
                card.setVisible(card.matches(words))
            heading.setVisible(any(not card.isHidden() for card in cards))
        self.arrange()

    def arrange(self) -> None:
        """Put the cards in rows; those of a row are equally high."""
        least, gap = round(CARD_WIDTH * text_scale()), 2 * GRID
        room = self.width() - 2 * gap
        columns = max(1, (room + gap) // (least + gap))
        width = max(1, min((room - (columns - 1) * gap) // columns, round(least * 1.3)))
        y = 0
        for heading, cards in self._sections:
            visible = [card for card in cards if not card.isHidden()]
            if not visible:
                continue
            heading.setGeometry(gap, y, room, heading.sizeHint().height())
            y += heading.height() + GRID
            for start in range(0, len(visible), columns):
                row = visible[start : start + columns]
                height = max(card.heightForWidth(width) for card in row)
                for column, card in enumerate(row):
                    card.setGeometry(gap + column * (width + gap), y, width, height)
                y += height + gap
            y += GRID
        self.setMinimumHeight(y)

    def walk(self, key: int) -> ExampleCard | None:
        """The card that an arrow leads to from the one with the focus; the first if none has it."""
        shown = self.shown
        here = next((card for card in shown if card.hasFocus()), None)
        if here is None:
            return shown[0] if shown else None
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            index = shown.index(here) + (1 if key == Qt.Key.Key_Right else -1)
            return shown[index] if 0 <= index < len(shown) else None
        rows = [card for card in shown if (card.y() > here.y() if key == Qt.Key.Key_Down else card.y() < here.y())]
        if not rows:
            return None
        y = min(card.y() for card in rows) if key == Qt.Key.Key_Down else max(card.y() for card in rows)
        return min((card for card in rows if card.y() == y), key=lambda card: abs(card.x() - here.x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Here, because the scroll area around would take the arrows to scroll.
        if event.key() in ARROWS:
            self.arrow.emit(event.key())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.arrange()


class Gallery(QDialog):
    """A window beside the work. ``chosen(example)`` when one is clicked or Enter is pressed on it."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("gallery_window")
        self.setWindowTitle(self.tr("Gallery of examples"))
        self.setModal(False)
        self.search = QLineEdit()
        name_widget(self.search, "gallery_search", self.tr("Search the examples"))
        self.search.setPlaceholderText(self.tr("Search the examples, such as: two outputs"))
        self.search.setToolTip(self.tr("Shows the examples that have these words in their title, line or section"))
        self.cards = Cards(Thumbnails())
        self._nothing = QLabel()
        self._nothing.setObjectName("gallery_nothing")
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._nothing, tone="muted")
        self._nothing.hide()
        self._area = scrolled(self.cards)
        self._area.setObjectName("gallery_area")
        top = QVBoxLayout()
        top.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID + BAR, GRID)
        top.addWidget(self.search)
        column = column_in(self, GRID)
        column.addLayout(top)
        column.addWidget(self._nothing, 1)
        column.addWidget(self._area, 1)
        self.search.textChanged.connect(self._on_search)
        self.cards.chosen.connect(self.chosen)
        self.cards.arrow.connect(self._walk)
        room = parent.window().size() - QSize(64, 64)
        self.resize(WINDOW.boundedTo(room))

    def show_all(self) -> None:
        """Show it, with nothing searched for."""
        self.search.clear()
        self.show()
        self.raise_()
        self.activateWindow()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_search(self, text: str) -> None:
        self.cards.search(text)
        found = bool(self.cards.shown)
        nothing = self.tr("No example has “{text}” in its title or line. Esc shows all of them.")
        self._nothing.setText(nothing.format(text=text.strip()))
        self._nothing.setHidden(found)
        self._area.setVisible(found)
        self._area.verticalScrollBar().setValue(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        searching = self.search.hasFocus()
        if key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # From the search the first that was found; cards take the key themselves.
            if searching and self.search.text().strip() and self.cards.shown:
                self.cards.shown[0].click()
        elif key in ARROWS:
            self._walk(key)
        elif text.isprintable() and text.strip() and not searching:
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
            self.search.insert(text)
        else:
            super().keyPressEvent(event)

    def _walk(self, key: int) -> None:
        card = self.cards.walk(key)
        if card is not None:
            card.setFocus(Qt.FocusReason.TabFocusReason)
            self._area.ensureWidgetVisible(card, 0, 5 * GRID)
        elif key == Qt.Key.Key_Up:
            self.search.setFocus(Qt.FocusReason.BacktabFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "cards"):
            self.cards.arrange()


def example_sections() -> dict[str, list[Example]]:
    """The examples by section, in their order."""
    sections: dict[str, list[Example]] = {}
    for example in EXAMPLES.values():
        sections.setdefault(example.section, []).append(example)
    return sections
