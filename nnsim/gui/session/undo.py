"""The one kind of undo command."""

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from nnsim.documents.document import Document


class DocumentCommand(QUndoCommand):
    """The one kind of undo command: from one document to another. Commands of one gesture merge by its token.

    ``show`` makes a document the open one.
    """

    def __init__(self, show: Callable[[Document], None], old: Document, new: Document, text: str,
                 token: object = None) -> None:
        super().__init__(text)
        self._show, self._old, self._new, self._token = show, old, new, token

    def redo(self) -> None:
        self._show(self._new)

    def undo(self) -> None:
        self._show(self._old)

    def id(self) -> int:
        return 1 if self._token is not None else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, DocumentCommand) or other._token != self._token or other._old is not self._new:
            return False
        self._new = other._new
        self.setText(other.text())
        self.setObsolete(self._new == self._old)
        return True


def only_moved(old: Document, new: Document) -> bool:
    """Whether neurons lie elsewhere and all else is the same: then no number differs."""
    return (new.network is old.network and new.data is old.data and new.training is old.training
            and new.notes == old.notes and new.notation == old.notation)
