"""What a learner has answered on worksheets about the open document."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from nnsim.documents.journal import Answer

Given = tuple[str, ...]
"""What stands in the blanks of a question."""
Place = tuple[str, str, int]
"""The kind of a sheet, whose it is, and its number."""


class Answers(QObject):
    """The answers by sheet and question; view state, no part of the document. They are kept with unsaved work.

    ``changed()`` when one was given, ``restored()`` when those of another session came back.
    """

    changed = Signal()
    restored = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._given: dict[Place, dict[str, Given]] = {}

    def of(self, place: Place) -> dict[str, Given]:
        """What was answered on a sheet, by question."""
        return dict(self._given.get(place, {}))

    def give(self, place: Place, question: str, given: Given) -> None:
        """Answer a question."""
        self._given.setdefault(place, {})[question] = given
        self.changed.emit()

    def forget(self) -> None:
        """Another document was opened: what was answered belongs to the old one."""
        self._given.clear()

    def entries(self) -> tuple[Answer, ...]:
        """All answers in which something stands, as the journal keeps them."""
        return tuple((*place, question, given) for place, sheet in self._given.items()
                     for question, given in sheet.items() if any(given))

    def restore(self, entries: Iterable[Answer]) -> None:
        """Take answers out of the journal."""
        for kind, learner, number, question, given in entries:
            self._given.setdefault((kind, learner, number), {})[question] = given
        self.restored.emit()
