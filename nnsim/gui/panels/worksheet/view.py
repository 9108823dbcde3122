"""What the Worksheet panel shows: a sheet of a chosen kind, its given numbers, and what the learner answered."""

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMenu, QStackedLayout, QToolButton, QWidget

from nnsim.core.network import NetworkError
from nnsim.exchange.pages import Parts, plain
from nnsim.gui.look.settings import LEARNER, LONGEST_NAME
from nnsim.gui.look.theme import GRID, text_scale
from nnsim.gui.panels.worksheet.question_rows import QWIDGETSIZE_MAX, GivenNumbers, QuestionRows
from nnsim.gui.session.answers import Given, Place
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.exports import ask_and_write
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.cards import HeaderChoice, header_button
from nnsim.gui.widgets.controls import name_widget, plain_tip, push_button
from nnsim.gui.widgets.empty_state import EmptyState
from nnsim.gui.widgets.forms import plain_text, scrolled
from nnsim.gui.widgets.labels import TextLine
from nnsim.gui.widgets.text_field import TextField
from nnsim.lessons.material import Material
from nnsim.lessons.worksheets import KINDS, Missing, Worksheet, make_worksheet, write_worksheet

SOON_MS = 150
"""Values that are dragged are followed only when they rest."""
BESIDE_FROM = 540
"""From this width on the given numbers stand beside the questions."""
GIVEN_PART, GIVEN_LEAST, GIVEN_MOST = 0.32, 184, 296
ABOVE_PART = 0.35
"""How much of a narrow panel they take above the questions."""
SHORT_ENTRY = 30
"""A longer entry of a list may be broken."""
_EXPORTS = ((False, "blanks"), (None, "with_key"), (True, "key"))


class WorksheetView(QWidget):
    """A sheet of questions of a kind. What is typed is view state: it never changes the document.

    ``controls`` belong into the panel's title bar.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("worksheet_view")
        self.desk = desk
        self.sheet: Worksheet | None = None
        self._number = 0
        self._shown: Place | None = None
        """Of which sheet is shown what there is, or why there is none."""
        self._right: set[str] = set()
        self._build_controls()
        self._build_body()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.update_document)
        desk.answers.restored.connect(self._on_restored)

    @property
    def first(self) -> QWidget:
        """Where the keys begin: the first blank, or without a sheet the choice of a kind."""
        editors = self.rows.editors if self.sheet is not None else ()
        return editors[0] if editors else self._kind

    # Building

    def _build_controls(self) -> None:
        self._kind = KindChoice("worksheet_kind", self.tr("Kind of worksheet"))
        self._kind.set_choices([(kind.id, self.tr(kind.label)) for kind in KINDS.values()],
                               {kind.id: self.tr(kind.about) for kind in KINDS.values()})
        self._kind.set_value("forward")
        self._kind.chosen.connect(lambda kind: self._start())
        self._progress = TextLine("worksheet_progress")
        self._answers = header_button(self.tr("Answers"), "worksheet_answers",
                                      self.tr("Show the right answers beside the questions"), checkable=True)
        self._export = header_button(self.tr("Export…"), "worksheet_export",
                                     self.tr("Write this worksheet as LaTeX, Markdown or HTML"))
        menu = QMenu(self._export)
        menu.setObjectName("worksheet_export_menu")
        said = {"blanks": self.tr("With &blanks…"), "with_key": self.tr("With blanks and its &key…"),
                "key": self.tr("The key &alone…")}
        for key, name in _EXPORTS:
            action = menu.addAction(said[name])
            action.setObjectName(f"worksheet_export_{name}")
            action.triggered.connect(lambda checked=False, key=key: self.export(key))
        self._export.setMenu(menu)
        self._export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for button in (self._answers, self._export):
            # Low enough for the title bar of a panel among tabs.
            button.setStyleSheet("min-height: 0; padding: 2px 6px;")
        self.controls = (self._progress, self._kind, self._answers, self._export)

    def _build_body(self) -> None:
        self.rows = QuestionRows()
        self.rows.answered.connect(self._on_answered)
        self._answers.toggled.connect(self.rows.show_answers)
        self._learner = TextField()
        name_widget(self._learner, "worksheet_learner", self.tr("Your name"))
        self._learner.setMaxLength(LONGEST_NAME)
        self._learner.setPlaceholderText(self.tr("your name"))
        self._learner.set_tip(self.tr("The same name gives the same numbers; without one they are the network's own."))
        self._learner.set_text(LEARNER.value())
        self._learner.edited.connect(self._on_name)
        tip = self.tr("Another sheet with other numbers")
        self._new = push_button(self.tr("New numbers"), "worksheet_new", tip, "link", tip)
        self._new.clicked.connect(lambda: self._start(self._number + 1))
        self._whose = plain_text("worksheet_whose", muted=True)
        tip = self.tr("Back to the first sheet")
        self._back = push_button(self.tr("First sheet"), "worksheet_first", tip, "link", tip)
        self._back.clicked.connect(lambda: self._start())
        self._numbers = GivenNumbers()
        content = QWidget()
        column = column_in(content, GRID, (12, GRID, 12, GRID))
        for widget in (self._learner, self._whose, self._new, self._back, self._numbers):
            column.addWidget(widget)
        column.addStretch(1)
        self._side = scrolled(content)
        self._side.setObjectName("worksheet_side")
        page = QWidget()
        self._page = QBoxLayout(QBoxLayout.Direction.LeftToRight, page)
        self._page.setContentsMargins(0, 0, 0, 0)
        self._page.setSpacing(0)
        self._page.addWidget(self.rows, 1)
        self._page.addWidget(self._side)
        self._empty = EmptyState("worksheet_empty")
        padded = QWidget()
        inside = column_in(padded, 0, (GRID, GRID, GRID, GRID))
        inside.addWidget(self._empty)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(padded)
        self._pages.addWidget(page)

    # Keeping in step

    def update_document(self) -> None:
        """Show the sheet about the session's document and sample."""
        if self.desk.session.training:
            if self._place != self._shown:
                self._shown = None
                self._show_missing(self.tr("The worksheet comes when training pauses"),
                                   self.tr("It asks about the numbers that the network has then."))
            return
        desk = self.desk
        targets = desk.study.targets
        material = Material(desk.session.network, tuple(desk.looking.input_row[0].tolist()),
                            None if targets is None else tuple(targets.tolist()), desk.session.document.training,
                            desk.study.notation, desk.study.digits)
        self._shown = self._place
        try:
            sheet = make_worksheet(self._kind.value, material, self._learner.text(), self._number)
        except Missing as missing:
            self._show_missing(self.tr(str(missing)), self.tr(missing.why))
        except (NetworkError, ValueError) as error:
            self._show_missing(self.tr("There is no worksheet for this network"), str(error))
        else:
            self._show(sheet)

    def update_values(self) -> None:
        """Follow the current values, once they rest."""
        if not self.desk.session.training:
            self._soon.start()

    def _show(self, sheet: Worksheet) -> None:
        if sheet != self.sheet:
            self.sheet = sheet
            before = self.desk.answers.of(self._place)
            # A question may have other blanks by now.
            given = {q.id: before[q.id] for q in sheet.questions if len(before.get(q.id, ())) == len(q.fields)}
            self._right = {q.id for q in sheet.questions if q.id in given and all(given[q.id])
                           and q.check(*given[q.id]).right}
            self.rows.show_sheet(sheet, given)
            self.rows.show_answers(self._answers.isChecked())
            self._numbers.show_given(tuple((heading, _spaced(parts)) for heading, parts in sheet.given))
        self._show_whose()
        self._show_progress()
        self._pages.setCurrentIndex(1)
        self._allow("")

    def _show_missing(self, needs: str, why: str) -> None:
        self.sheet = None
        self._empty.say(needs, why)
        self._pages.setCurrentIndex(0)
        self._progress.set_text("")
        self._allow(needs)

    def _allow(self, reason: str) -> None:
        """Without a sheet its buttons are disabled and say why."""
        for button in (self._new, self._answers, self._export):
            button.setEnabled(not reason)
            button.setToolTip(plain_tip(reason or button.accessibleName()))

    def _show_whose(self) -> None:
        name, kind = " ".join(self._learner.text().split()), KINDS[self._kind.value]
        if name:
            said = self.tr("The numbers of {name}").format(name=name)
        elif self._number or not kind.own_numbers:
            said = ""
        else:
            said = self.tr("The network’s own numbers")
        if self._number:
            sheet = self.tr("sheet {n}").format(n=self._number + 1)
            said = f"{said}, {sheet}" if said else self.tr("Sheet {n}").format(n=self._number + 1)
        self._whose.setText(said)
        self._whose.setVisible(bool(said))
        self._back.setVisible(self._number > 0)

    def _show_progress(self) -> None:
        assert self.sheet is not None
        count = len(self.sheet.questions)
        self._progress.set_text(self.tr("{right} of {all} right").format(right=len(self._right), all=count))
        self._progress.reserve()

    @property
    def _place(self) -> Place:
        """Which sheet answers belong to."""
        return self._kind.value, " ".join(self._learner.text().split()).casefold(), self._number

    # What the learner does

    def _on_answered(self, id: str, given: Given, verdict: object) -> None:
        if self.sheet is None:
            return  # its field lost the keys because its sheet is gone
        self.desk.answers.give(self._place, id, given)
        right = getattr(verdict, "right", False)
        (self._right.add if right else self._right.discard)(id)
        self._show_progress()

    def _on_restored(self) -> None:
        self.sheet = self._shown = None
        self.update_document()

    def _start(self, number: int = 0) -> None:
        """Another sheet; what was typed into this one is kept for when it comes back."""
        self._number = number
        self._answers.setChecked(False)
        self.update_document()

    def _on_name(self, name: str) -> None:
        LEARNER.store(name)
        self._start()

    def forget(self) -> None:
        """Another document was opened: what was answered belongs to the old one."""
        self._number, self.sheet, self._shown = 0, None, None
        self._answers.setChecked(False)

    def export(self, key: bool | None) -> bool:
        """Ask for a file and write this worksheet: ``key`` as in write_worksheet. True if it was written."""
        sheet = self.sheet
        if sheet is None:
            return False
        name = f"{self.tr(sheet.title)} {sheet.learner}".strip()
        name = self.tr("{name} key").format(name=name) if key else name
        return ask_and_write(self.desk, self.window(), self.tr("Export Worksheet"), name,
                             lambda format: write_worksheet(sheet, format, key))

    # Places

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        scale = text_scale()
        side_by_side = self.width() >= BESIDE_FROM * scale
        direction = QBoxLayout.Direction.LeftToRight if side_by_side else QBoxLayout.Direction.BottomToTop
        if self._page.direction() != direction:
            self._page.setDirection(direction)
        if side_by_side:
            width = min(max(self.width() * GIVEN_PART, GIVEN_LEAST * scale), GIVEN_MOST * scale)
            self._side.setFixedWidth(round(width))
            self._side.setMinimumHeight(0)
            self._side.setMaximumHeight(QWIDGETSIZE_MAX)
        else:
            self._side.setMinimumWidth(0)
            self._side.setMaximumWidth(QWIDGETSIZE_MAX)
            self._side.setFixedHeight(round(self.height() * ABOVE_PART))


class KindChoice(HeaderChoice):
    """The choice of a kind, as wide as the longest where there is room."""

    def sizeHint(self) -> QSize:
        return QSize(self.widest + 4 * GRID, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(12 * GRID, super().minimumSizeHint().height())


def _spaced(parts: Parts) -> str:
    """The entries of a list with gaps between; a line breaks between entries only."""
    entries = [""]
    for part in parts:
        if part == ", ":
            entries.append("")
        else:
            entries[-1] += plain((part,))
    return "   ".join(entry.replace(" ", "\N{NO-BREAK SPACE}") if len(entry) <= SHORT_ENTRY else entry
                      for entry in entries)
