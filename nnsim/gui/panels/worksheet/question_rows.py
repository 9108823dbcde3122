"""A worksheet on the screen: its questions as rows with blanks to type into, each checked as it is answered."""

import re
from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QScrollArea, QWidget

from nnsim.gui.look.theme import GRID, font, set_role, text_scale
from nnsim.gui.session.answers import Given
from nnsim.gui.widgets.boxes import clear, column_in, row_in
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.controls import tabular
from nnsim.gui.widgets.forms import plain_text
from nnsim.gui.widgets.text_field import TextField
from nnsim.lessons.questions import Question, Verdict
from nnsim.lessons.worksheets import Worksheet

FIELD_WIDTH, CHOICE_WIDTH, SMALL_FIELD_WIDTH = 88, 96, 56
WIDEST_TEXT, NARROWEST_TEXT = 344, 144
QWIDGETSIZE_MAX = (1 << 24) - 1
RIGHT, WRONG, NEARLY = "✓", "✗", "≈"
_TONES = {RIGHT: "good", WRONG: "bad"}
_LONG_WORD = re.compile(r"\S{16}(?=\S)")
MANY_BLANKS = 2
"""From so many blanks on they are small."""
MOST_IN_A_LINE = 3
"""More blanks than that stand in several lines."""


class QuestionRow(QWidget):
    """One question: its number and text, its blanks, a quiet mark, and under them a hint.

    ``answered(given, verdict)`` when a blank was filled in or emptied; verdict None while any is empty.
    """

    answered = Signal(object, object)

    def __init__(self, index: int, question: Question) -> None:
        super().__init__()
        name = f"worksheet_{question.id}"
        self.question = question
        number = plain_text(f"{name}_number", muted=True)
        number.setText(str(index))
        number.setFixedWidth(round(20 * text_scale()))
        self.text = plain_text(f"{name}_text")
        self.mark, self.key = plain_text(f"{name}_mark"), plain_text(f"{name}_key", muted=True)
        self.hint = plain_text(f"{name}_hint", muted=True)
        for label in (number, self.text, self.key):
            tabular(label)
        for label in (number, self.mark):
            label.setWordWrap(False)
        self.key.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.key.hide()
        self.hint.hide()
        self.mark.setFixedWidth(round(14 * text_scale()))
        self._index = index
        self.blanks = QWidget()
        together = QGridLayout(self.blanks)
        together.setContentsMargins(0, 0, 0, 0)
        together.setSpacing(GRID)
        self.editors = tuple(self._add_blank(together, name, position) for position in range(len(question.fields)))
        side = row_in(None, GRID)
        side.addWidget(self.blanks)
        side.addWidget(self.mark)
        side.addStretch(1)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(GRID)
        self._line.addWidget(self.text)
        self._line.addLayout(side, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID // 2)
        grid.setVerticalSpacing(GRID // 2)
        grid.addWidget(number, 0, 0)
        grid.addLayout(self._line, 0, 1)
        grid.addWidget(self.hint, 1, 1)
        grid.addWidget(self.key, 2, 1)
        grid.setColumnStretch(1, 1)
        self._number, self._grid = number, grid

    def _add_blank(self, grid: QGridLayout, name: str, position: int) -> TextField | ChoiceField:
        field = self.question.fields[position]
        line, column = divmod(position, MOST_IN_A_LINE)
        if field.label:
            label = plain_text(f"{name}_label{position}", muted=True)
            label.setWordWrap(False)
            label.setText(field.label)
            grid.addWidget(label, line, 2 * column)
        editor: TextField | ChoiceField
        if field.choices:
            editor = ChoiceField()
            editor.set_choices([(value, self.tr(value)) for value in field.choices])
            editor.setPlaceholderText(self.tr("choose"))
            editor.chosen.connect(lambda value: self._check())
            width = CHOICE_WIDTH
        else:
            editor = TextField()
            tabular(editor)
            editor.edited.connect(lambda text: self._check())
            # What is being typed is not judged by what stood there before.
            editor.textEdited.connect(lambda text: self._show_verdict(None))
            width = SMALL_FIELD_WIDTH if len(self.question.fields) >= MANY_BLANKS else FIELD_WIDTH
        editor.setFixedWidth(round(width * text_scale()))
        editor.setObjectName(f"{name}_{position}" if position else name)
        grid.addWidget(editor, line, 2 * column + 1)
        return editor

    @property
    def shape(self) -> tuple[object, ...]:
        """Rows of the same shape can show each other's questions."""
        return shape_of(self.question)

    @property
    def unsettled(self) -> bool:
        """Whether it is marked as wrong, or as nearly right."""
        return self.mark.text() in (WRONG, NEARLY)

    def show_question(self, question: Question, given: Given) -> None:
        """Show a question of the same shape, and what was answered before, judged anew."""
        self.question = question
        self.text.setText(breakable(question.text))
        said = ", ".join(f"{field.label} {field.key}".strip() for field in question.fields)
        form = self.tr("Answer, for example: {key}") if question.target is not None else self.tr("Answer: {key}")
        self.key.setText(form.format(key=said))
        for editor, field, text in zip(self.editors, question.fields, given, strict=True):
            editor.setAccessibleName(f"{self._index}. {question.text} {field.label}".strip())
            editor.set_tip(self.tr("Your answer to question {n}: Enter checks it").format(n=self._index))
            if isinstance(editor, ChoiceField):
                editor.set_value(text or None)
            else:
                editor.set_text(text)
        self._show_verdict(question.check(*given) if all(given) else None)

    def place(self, width: int, beneath: bool) -> None:
        """Give the text this width, the blanks beside it, or ``beneath`` it; the number stands by the first line."""
        direction = QBoxLayout.Direction.TopToBottom if beneath else QBoxLayout.Direction.LeftToRight
        if self._line.direction() != direction:
            self._line.setDirection(direction)
            self._grid.setAlignment(self._number, Qt.AlignmentFlag.AlignTop if beneath else Qt.AlignmentFlag(0))
        self.text.setMinimumWidth(0 if beneath else width)
        self.text.setMaximumWidth(QWIDGETSIZE_MAX if beneath else width)

    def _check(self) -> None:
        given = tuple((editor.value or "") if isinstance(editor, ChoiceField) else editor.text().strip()
                      for editor in self.editors)
        verdict = self.question.check(*given) if all(given) else None
        self._show_verdict(verdict)
        self.answered.emit(given, verdict)

    def _show_verdict(self, verdict: Verdict | None) -> None:
        sign = "" if verdict is None else RIGHT if verdict.right else NEARLY if verdict.nearly else WRONG
        hint = verdict.hint if verdict is not None else ""
        if self.mark.text() != sign:
            self.mark.setText(sign)
            set_role(self.mark, tone=_TONES.get(sign, "muted"))
        said = self.tr("right") if sign == RIGHT else hint
        self.mark.setAccessibleName(said)
        self.hint.setText(breakable(hint))
        self.hint.setVisible(bool(hint))
        for editor in self.editors:
            editor.setAccessibleDescription(said)


def shape_of(question: Question) -> tuple[object, ...]:
    """What the widgets of a question depend on."""
    return question.id, tuple((field.label, field.choices) for field in question.fields)


class QuestionRows(QScrollArea):
    """The questions of a worksheet under its introduction.

    ``answered(id, given, verdict)`` as a row's. Tab goes to the next blank; Enter checks, and goes on unless the
    answer is wrong, or has too few digits.
    """

    answered = Signal(str, object, object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("worksheet_questions")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rows: list[QuestionRow] = []
        self._introduction = plain_text("worksheet_introduction", muted=True)
        content = QWidget()
        self._column = column_in(content, GRID, (12, GRID, 12, GRID))
        self._column.addWidget(self._introduction)
        self._column.addStretch(1)
        self.setWidget(content)

    @property
    def editors(self) -> tuple[TextField | ChoiceField, ...]:
        """All blanks, in their order."""
        return tuple(editor for row in self._rows for editor in row.editors)

    def show_sheet(self, sheet: Worksheet, given: Mapping[str, Given]) -> None:
        """Show these questions and what was answered before, judged anew."""
        if [shape_of(question) for question in sheet.questions] != [row.shape for row in self._rows]:
            self._build(sheet)
        said = (sheet.introduction, sheet.precision)
        self._introduction.setText(" ".join(self.tr(sentence) for sentence in said if sentence))
        for row, question in zip(self._rows, sheet.questions, strict=True):
            row.show_question(question, given.get(question.id, ("",) * len(question.fields)))
        self._arrange()

    def show_answers(self, shown: bool) -> None:
        """Show the key beside each question, or hide it again."""
        for row in self._rows:
            row.key.setVisible(shown)

    def _build(self, sheet: Worksheet) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [QuestionRow(index, question) for index, question in enumerate(sheet.questions, 1)]
        for index, row in enumerate(self._rows, 1):
            id = row.question.id
            row.answered.connect(lambda given, verdict, id=id: self.answered.emit(id, given, verdict))
            self._column.insertWidget(index, row)
        self.verticalScrollBar().setValue(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A blank has taken over its text and leaves Enter to its parents.
        editors = self.editors
        editor = next((editor for editor in editors if editor.hasFocus()), None)
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or editor is None:
            super().keyPressEvent(event)
            return
        row = next(row for row in self._rows if editor in row.editors)
        later = editors[editors.index(editor) + 1 :]
        if row.unsettled:
            if isinstance(editor, TextField):
                editor.selectAll()
            # The hint has its place only after the current layout.
            QTimer.singleShot(0, self, lambda: self.ensureWidgetVisible(row.hint, 0, GRID))
        elif later:
            later[0].setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(later[0], 0, 4 * GRID)

    def _arrange(self) -> None:
        """Give all texts one width, within bounds and the room that there is; wide blanks go beneath theirs."""
        if not self._rows:
            return
        metrics, scale = QFontMetrics(font("body")), text_scale()
        room = self.viewport().width() - 24 - 4 * GRID - 34 * scale
        blanks = {row: row.blanks.sizeHint().width() for row in self._rows}
        longest = max(metrics.horizontalAdvance(row.text.text()) for row in self._rows) + 4
        width = round(min(longest, WIDEST_TEXT * scale, room - min(blanks.values())))
        narrow = width < min(longest, NARROWEST_TEXT * scale)
        for row in self._rows:
            row.place(max(width, 0), beneath=narrow or blanks[row] > room - width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


def breakable(text: str) -> str:
    """``text`` with places where a very long name may be broken, so that it makes nothing wider."""
    return _LONG_WORD.sub(lambda match: match[0] + "\N{ZERO WIDTH SPACE}", text)


class GivenNumbers(QWidget):
    """The numbers that a worksheet starts from, under their headings."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("worksheet_given")
        self._column = column_in(self, GRID // 2)
        self._shown: tuple[tuple[str, str], ...] = ()

    def show_given(self, given: tuple[tuple[str, str], ...]) -> None:
        """Show these (heading, text)."""
        if given == self._shown:
            return
        self._shown = given
        clear(self._column)
        for index, (heading, text) in enumerate(given):
            head, body = plain_text(f"worksheet_given{index}_head", muted=True), plain_text(f"worksheet_given{index}")
            head.setText(self.tr(heading))
            body.setText(breakable(text))
            tabular(body)
            body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._column.addWidget(head)
            self._column.addWidget(body)
            self._column.addSpacing(GRID // 2)
        self._column.addStretch(1)
