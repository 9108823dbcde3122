"""Commands of the window: what its actions and menus call where no other part does it alone."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QMainWindow, QToolButton, QWidget

from nnsim.documents.examples import Example
from nnsim.gui.canvas.changed_area import changed_area
from nnsim.gui.canvas.interaction import Canvas
from nnsim.gui.canvas.new_network_form import NewNetworkForm
from nnsim.gui.look.settings import TEXT_SCALES, THEME, Setting, stored_look, stored_scale
from nnsim.gui.look.theme import Mode, apply_theme, text_scale
from nnsim.gui.session.desk import Desk
from nnsim.gui.start.first_hints import FirstHints
from nnsim.gui.start.gallery import Gallery
from nnsim.gui.window.files import DocumentFiles
from nnsim.gui.window.find_action import FindAction
from nnsim.gui.window.workspaces import Workspaces

SHOWN_IN = {"data": "table", "training": "training", "notes": "selected"}
"""Which panel shows a part of the document that the canvas does not."""


class Commands(QObject):
    """The parts of a window that its actions and menus work on, and what takes several of them.

    ``look_changed()`` when the program has another theme or size of text.
    """

    look_changed = Signal()

    def __init__(self, window: QMainWindow, desk: Desk, canvas: Canvas, files: DocumentFiles,
                 workspaces: Workspaces, hints: FirstHints) -> None:
        super().__init__(window)
        self.window, self.desk, self.canvas = window, desk, canvas
        self.files, self.workspaces, self.hints = files, workspaces, hints
        self._gallery: Gallery | None = None
        QApplication.styleHints().colorSchemeChanged.connect(self.apply_look)

    def undo(self) -> None:
        """Take back the last step, and bring what it changed into view."""
        stack = self.desk.session.undo_stack
        self._in_view(self.desk.session.undo, self.tr("Undone: {step}").format(step=stack.undoText()))

    def redo(self) -> None:
        """Do again the step that was taken back, and bring what it changed into view."""
        stack = self.desk.session.undo_stack
        self._in_view(self.desk.session.redo, self.tr("Done again: {step}").format(step=stack.redoText()))

    def _in_view(self, step: Callable[[], None], said: str) -> None:
        before = self.desk.session.live_document
        step()
        after = self.desk.session.document
        self.canvas.bring_into_view(changed_area(before, after))
        for part, id in SHOWN_IN.items():
            if getattr(before, part) != getattr(after, part):
                self._bring_to_front(id, said)

    def _bring_to_front(self, id: str, said: str) -> None:
        """A panel that is open comes before the others of its place; of one that is not open, what was done is said."""
        dock = self.workspaces.docks[id]
        if dock.isHidden() or (id == "selected" and self.desk.looking.selects_something):
            self.desk.session.say(said)
        else:
            dock.raise_()

    def toggle_present(self) -> None:
        """What this workspace is for alone and large, on the whole screen; and back."""
        if self.workspaces.presenting:
            self.workspaces.leave_present()
        else:
            self.workspaces.present()

    def go_to_panel(self, step: int) -> None:
        """The keys to the next panel that is seen, or the one before; the canvas is the first of them."""
        panels, docks = self.workspaces.panels, self.workspaces.docks
        firsts = [(dock, _first_of_keys(panels[id])) for id, dock in docks.items() if id in panels and panels[id].seen]
        places: list[tuple[QWidget, QWidget]] = [
            (self.canvas, self.canvas), *((dock, first) for dock, first in firsts if first is not None)]
        focused = QApplication.focusWidget()
        at = next((i for i, (place, _) in enumerate(places) if focused is not None and place.isAncestorOf(focused)), 0)
        places[(at + step) % len(places)][1].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_layers_form(self) -> None:
        """Open the small form that adds a layered network, under its button."""
        button = self.window.findChild(QToolButton, "tool_layers")
        assert button is not None
        form = NewNetworkForm(self.desk, self.window)
        form.destroyed.connect(self.canvas.setFocus)
        form.added.connect(self.canvas.fit)
        form.open_at(button.mapToGlobal(QPoint(0, button.height() + 2)))

    def open_gallery(self) -> None:
        """Show all examples in a window beside this one."""
        if self._gallery is None:
            self._gallery = Gallery(self.window)
            # Queued, so that the click has ended before a question about unsaved work is asked.
            self._gallery.chosen.connect(self._open_from_gallery, Qt.ConnectionType.QueuedConnection)
        self._gallery.show_all()

    def _open_from_gallery(self, example: Example) -> None:
        if self.files.open_example(example) and self._gallery is not None:
            self._gallery.close()
            self.window.activateWindow()
            self.canvas.setFocus()

    def export_solution(self, exercise: bool = False) -> None:
        """Ask where, and write the calculation of this network and sample."""
        # Imported here: a start does not wait for what writes documents.
        from nnsim.gui.session.exports import export_worked_solution

        export_worked_solution(self.desk, self.window, exercise)

    def set_theme(self, mode: Mode) -> None:
        """Light, dark, or as the system has it; remembered."""
        THEME.store(mode)
        self.apply_look()

    def scale_text(self, step: int) -> None:
        """All text one size larger or smaller; remembered, apart for presenting."""
        index = min(range(len(TEXT_SCALES)), key=lambda i: abs(TEXT_SCALES[i] - text_scale()))
        self._text_scale.store(TEXT_SCALES[min(max(index + step, 0), len(TEXT_SCALES) - 1)])
        self.apply_look()

    def normal_text(self) -> None:
        """All text in the size that it has at first; remembered."""
        self._text_scale.forget()
        self.apply_look()

    @property
    def _text_scale(self) -> Setting[float]:
        return stored_scale(self.workspaces.presenting)

    def find_action(self) -> None:
        """Let the learner type what to do, over the upper edge of the window."""
        FindAction(self.window).open()

    def apply_look(self) -> None:
        """The stored theme and size of text to the whole program, larger while presenting."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        presenting = self.workspaces.presenting
        apply_theme(app, *stored_look(presenting), presenting)
        self.look_changed.emit()


def _first_of_keys(place: QWidget) -> QWidget | None:
    """The first widget in a panel that Tab would stop at; None if nothing in it takes the keys."""
    # Not by nextInFocusChain: PySide 6.11.3 then takes the widgets of Qt's own for its own, and docks that move crash.
    # One that hands the keys on to another, as the inside of a plot does, is none itself.
    stops = (w for w in place.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and not w.focusProxy())
    return next((w for w in stops if w.isVisible() and w.isEnabled()), None)
