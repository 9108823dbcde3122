"""The main window: canvas in the middle, panels around it, menus and toolbar above."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMargins, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStyle, QTabWidget, QWidget

from nnsim.core.formulas.numbers import numbered
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import shown_name
from nnsim.gui.canvas.interaction import Canvas
from nnsim.gui.canvas.palette import Palette
from nnsim.gui.canvas.soften_bar import SoftenBar
from nnsim.gui.look.settings import GEOMETRY
from nnsim.gui.look.theme import dress, set_role
from nnsim.gui.session.desk import Desk
from nnsim.gui.start.first_hints import FirstHints
from nnsim.gui.start.first_page import FirstPage
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.cards import body_frame, header_frame, header_height
from nnsim.gui.widgets.labels import ElidedLabel
from nnsim.gui.window.actions import Actions
from nnsim.gui.window.commands import Commands
from nnsim.gui.window.data_file import DataFileWatch
from nnsim.gui.window.files import DocumentFiles
from nnsim.gui.window.loading import BusyBar
from nnsim.gui.window.menu_actions import menu_actions
from nnsim.gui.window.menus import Menus
from nnsim.gui.window.message_bar import MessageBar, OverEdge
from nnsim.gui.window.panels import BUILD, TRAIN
from nnsim.gui.window.present_bar import PresentBar
from nnsim.gui.window.recovery import RecoveryOffer
from nnsim.gui.window.toolbar import MainToolBar, margin
from nnsim.gui.window.workspace_switch import WorkspaceSwitch
from nnsim.gui.window.workspaces import Workspaces

SAY_MS = 6_000
FIRST_SIZE, FIRST_SHARE = QSize(1440, 900), 0.75
"""Of the window when it opens for the first time: in pixels, and of a large screen's sides."""
FRAME = QMargins(6, 38, 6, 6)
"""What a system puts around a window, at most: what it is in truth is known when the window stands."""
NO_KEYS = Qt.KeyboardModifier.NoModifier


def first_geometry(screen: QRect) -> QRect:
    """Where the window opens for the first time: in the middle of the ``screen`` that is free, never larger than it."""
    room = screen.marginsRemoved(FRAME)
    size = FIRST_SIZE.expandedTo(screen.size() * FIRST_SHARE).boundedTo(room.size())
    return QStyle.alignedRect(Qt.LayoutDirection.LeftToRight, Qt.AlignmentFlag.AlignCenter, size, room)


class MainWindow(QMainWindow):
    """The program's window. Owns the session; every action asks it or the files. Unsaved work is kept in ``place``, or
    else where the system has such things."""

    def __init__(self, place: Path | None = None) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self._over = False
        """Whether it was closed, or had to end: nothing is kept any more."""
        self.desk = Desk(self)
        self.files = DocumentFiles(self.desk, self, place)
        self.canvas = Canvas(self.desk)
        self.first_page = FirstPage(self.desk, self.canvas.viewport())
        self.hints = FirstHints(self.desk, self.canvas)
        self.messages = MessageBar()
        self.soften_bar = SoftenBar(self.desk)
        self.soften_bar.closed.connect(self.canvas.setFocus)
        self.setDockNestingEnabled(True)
        self.setAcceptDrops(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._build_center()
        self.workspaces = Workspaces(self, self._center, self.desk)
        self.panels, self.docks = self.workspaces.panels, self.workspaces.docks
        self.show_panel = self.workspaces.show_panel
        self.desk.panel_wanted.connect(self.show_panel)
        self.commands = Commands(self, self.desk, self.canvas, self.files, self.workspaces, self.hints)
        self._actions = Actions(self.commands)
        self.actions_by_name = self.canvas.window_actions = self._actions.by_name
        Menus(self.commands, self.actions_by_name)
        self._workspace_switch = WorkspaceSwitch(self.workspaces, self.menuBar(), self.actions_by_name["present"])
        self.menuBar().setCornerWidget(self._workspace_switch)
        self._workspace_switch.show()
        self._build_toolbar()
        self._build_status()
        desk = self.desk
        desk.opened.connect(self._on_opened)
        desk.document_changed.connect(self._update_all)
        desk.session.file_changed.connect(self._update_title)
        desk.values_changed.connect(self._update_bars)
        desk.looking.selection_changed.connect(self._update_actions)
        desk.run_changed.connect(self._on_run)
        desk.session.undo_stack.indexChanged.connect(self._update_actions)
        desk.softening.changed.connect(self._update_actions)
        desk.session.message.connect(self._say)
        page, queued = self.first_page, Qt.ConnectionType.QueuedConnection
        # Queued, because opening hides the button that was clicked.
        page.and_wanted.connect(lambda: self.files.open_example(EXAMPLES["and"]), queued)
        page.gallery_wanted.connect(self.commands.open_gallery)
        page.file_wanted.connect(self.files.open, queued)
        self._recovery = RecoveryOffer(self.files, self.messages, self)
        self._data_watch = DataFileWatch(desk, self.messages, self)
        self.files.leftovers_changed.connect(self._update_actions)
        self.files.recent_changed.connect(self._update_recent)
        self._update_recent()
        self.commands.look_changed.connect(self._on_look)
        # Before its panels are placed: how much room they need depends on the size of the text.
        self.workspaces.changing.connect(self._on_workspace)
        self.workspaces.changed.connect(self.canvas.fit)
        self.canvas.escaped.connect(self.workspaces.leave_present)
        self._actions.update_icons()
        dress(self)
        self._update_all()
        self.setGeometry(first_geometry(self.screen().availableGeometry()))
        QTimer.singleShot(0, self, self._recovery.offer)

    # Building

    def _build_center(self) -> None:
        self._center = center = QWidget()
        column = column_in(center)
        column.addWidget(self.soften_bar)
        self._summary = ElidedLabel(name="network_summary", tone="muted")
        self._header, _ = header_frame(self.tr("Network"), self._summary)
        column.addWidget(self._header)
        # In its place, so that the canvas loses little room and its labels stay.
        self.desk.softening.changed.connect(self._show_header)
        inside = QWidget()
        row = row_in(inside)
        self._palette = Palette(self.canvas)
        row.addWidget(self._palette)
        row.addWidget(self.canvas, 1)
        self._body = body_frame(inside)
        column.addWidget(self._body, 1)
        working = BusyBar("working")
        self.desk.session.beside.lasts.connect(working.tell)
        self.desk.session.beside.over.connect(working.hide)
        OverEdge(center, self.messages, covered=self._covered_by)
        OverEdge(center, working, self.files.loading.bar, self.files.saving.bar)
        center.setMinimumSize(320, 200)
        self.setCentralWidget(center)

    def _covered_by(self, rect: QRect) -> float:
        """How much of the network a rectangle of the middle of the window covers."""
        room = self.canvas.viewport()
        return self.canvas.covered_by(QRect(room.mapFrom(self._center, rect.topLeft()), rect.size()))

    def _show_header(self) -> None:
        softening = self.desk.softening.active
        self._header.setHidden(self._presenting or softening)
        # Alone it has a line above, too.
        set_role(self._body, card="whole" if self._presenting and not softening else "body")

    def _build_toolbar(self) -> None:
        self._toolbar = MainToolBar(self.desk, self.actions_by_name)
        self._present_bar = PresentBar(self.desk, self.actions_by_name, self.workspaces)
        for bar in (self._toolbar, self._present_bar):
            self.addToolBar(bar)
            self.addToolBarBreak()
        areas = Qt.ToolBarArea
        for area in (areas.TopToolBarArea, areas.LeftToolBarArea, areas.RightToolBarArea, areas.BottomToolBarArea):
            self.addToolBar(area, margin(area))

    def _build_status(self) -> None:
        # Both of one height with any text: a status bar that lays itself out anew would show the hint over a message.
        self._saved_label = ElidedLabel()
        self._saved_label.setObjectName("saved_label")
        self._hint_label = ElidedLabel()
        self._hint_label.setObjectName("hint_label")
        self._hint_label.setContentsMargins(4, 0, 4, 0)
        self.statusBar().addWidget(self._hint_label, 1)
        self.statusBar().addPermanentWidget(self._saved_label)
        self.statusBar().setSizeGripEnabled(False)

    # Keeping in step

    def _update_recent(self) -> None:
        self.first_page.show_recent(self.files.recent())

    def _on_opened(self) -> None:
        self.messages.pass_by()
        self.canvas.fit()

    def _update_all(self) -> None:
        self._update_title()
        self._update_actions()
        structure = self.desk.session.structure
        parts = []
        if structure.layers:
            parts.append(self.tr("{n}-layer").format(n=f"{len(structure.layers) - 1:,}"))
        inputs, neurons = len(structure.inputs), len(structure.neurons) - len(structure.inputs)
        if structure.neurons:
            parts.append(numbered(inputs, self.tr("1 input"), self.tr("{n} inputs")))
            parts.append(numbered(neurons, self.tr("1 neuron"), self.tr("{n} neurons")))
            parts.append(numbered(len(structure.parameter_names), self.tr("1 parameter"), self.tr("{n} parameters")))
        self._summary.setText("  ·  ".join(parts))
        self._summary.short = "  ·  ".join(parts[:-1])
        # The items of the canvas say nothing to a screen reader: the rows of All numbers do.
        self.canvas.setAccessibleDescription(", ".join([*parts, self.tr("All numbers reads them row by row")]))

    def _update_title(self) -> None:
        desk = self.desk
        name = shown_name(desk.session.path) if desk.session.path else desk.session.title or self.tr("Untitled")
        self.setWindowTitle(f"{name}[*] — nnsim")
        self.setWindowModified(desk.session.dirty)
        self._saved_label.setText(
            self.tr("not saved yet") if desk.session.dirty else self.tr("saved") if desk.session.path else ""
        )

    def _on_run(self) -> None:
        training = self.desk.session.training
        if training and not self._was_training:
            # That the run before stopped, and why, is not what there is to say while this one goes on.
            self.statusBar().clearMessage()
            self.messages.pass_by()
        self._was_training = training
        self._update_actions()

    def _update_actions(self) -> None:
        self._actions.update()
        self._hint_label.setText(self._hint())
        self._update_bars()

    def _update_bars(self) -> None:
        self._toolbar.follow()
        self._present_bar.follow()

    def _hint(self) -> str:
        desk = self.desk
        if desk.session.training:
            return self.tr("Training – weights you edit take effect at once")
        if not desk.session.structure.neurons:
            return self.tr("Double-click on the canvas to add a neuron")
        if desk.looking.selected_connections:
            return self.tr("Double-click edits the weight  ·  Del removes the connection")
        chosen = [desk.session.structure.by_id[id] for id in desk.looking.selected_neurons]
        if len(chosen) == 1 and chosen[0].role == "input":
            return self.tr("Space or the switch flips the input  ·  drag from its rim to connect")
        if chosen:
            return self.tr("Drag from the rim to connect, from inside to move  ·  Enter edits its number")
        return self.tr(
            "Drag from a rim to connect  ·  double-click on empty canvas adds a neuron  ·  F1 shows all gestures"
        )

    def _say(self, text: str, kind: str) -> None:
        if kind == "failed":
            self.messages.tell(text)
        elif kind == "refused" or self._presenting:
            # While presenting there is no status bar.
            self.messages.pass_on(text, kind == "refused")
        else:
            self.statusBar().showMessage(text, SAY_MS)

    def tell_error(self, what: str, details: str) -> None:
        """Tell of an error inside the program; ``details`` is for whoever mends it."""
        text = self.tr("Something went wrong inside nnsim ({what}). Your network is still here; save it to be safe.")
        self._tell_with_details(text.format(what=what), details)

    def tell_fault(self, details: str) -> None:
        """Tell of a fault that ended the program when it ran before."""
        self._tell_with_details(self.tr("nnsim was ended by a fault the last time it ran."), details)

    def _tell_with_details(self, text: str, details: str) -> None:
        def copy() -> None:
            QApplication.clipboard().setText(details)
            self.desk.session.say(self.tr("The details are in the clipboard."))

        self.messages.stand("error", text, self.tr("Copy Details"), copy, closes=False)

    def _on_look(self) -> None:
        self._header.setFixedHeight(header_height())
        self.workspaces.update_look()
        self._workspace_switch.update_look()
        self.messages.update_look()
        self._actions.update_icons()
        self._update_actions()

    def _on_workspace(self) -> None:
        presenting = self.workspaces.presenting
        self.canvas.wait_to_fit()
        self._palette.setVisible(self.workspaces.current is BUILD)
        self.canvas.layer_bars.show(self.workspaces.current in (BUILD, TRAIN))
        self.canvas.stretches = self.workspaces.current not in (BUILD, TRAIN)
        self.canvas.network_scene.show_loss(self.workspaces.current.explains)
        if presenting != self._presenting:
            self._presenting = presenting
            self.menuBar().setVisible(not presenting)
            for _, action in menu_actions(self.menuBar()):
                # Of the window itself, so that its keys work where no menu is shown.
                self.addAction(action) if presenting else self.removeAction(action)
            self.statusBar().setVisible(not presenting)
            self._show_header()
            self._present_bar.setVisible(presenting)
            self._toolbar.setVisible(not presenting)
            if presenting:
                self._was_maximized = self.isMaximized()
                self.showFullScreen()
            elif self._was_maximized:
                self.showMaximized()
            else:
                self.showNormal()
            self.commands.apply_look()

    _presenting = _was_maximized = _was_training = False

    # Layout and closing

    def show_with_layout(self) -> None:
        """Show the window as it was left, or in its first arrangement."""
        self.restoreGeometry(GEOMETRY.value())
        self.workspaces.prepare()
        self._on_workspace()
        self.show()
        self.workspaces.start()
        self.canvas.fit()
        self.canvas.setFocus()

    # Here and not on the canvas: it is held wherever the keys are, but where they write text.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_B and event.modifiers() in (NO_KEYS, Qt.KeyboardModifier.ShiftModifier):
            if not event.isAutoRepeat() and not self.desk.study.compare(True):
                self._say(self.tr("Train first: then B shows the weights and the boundary from the start."), "info")
        elif event.key() == Qt.Key.Key_Escape and self._presenting:
            self.workspaces.leave_present()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_B:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self.desk.study.compare(False)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:
            # The key may be released elsewhere.
            self.desk.study.compare(False)
        if event.type() == QEvent.Type.UpdateRequest and self.desk.session.training:
            with self.desk.session.gui_first():
                return super().event(event)
        return super().event(event)

    def end_now(self) -> None:
        """Keep what is not saved for the next start, and ask nothing: the system ends the program."""
        if not self._over:
            self._over = True
            self.files.end_now()
            self.desk.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        # Ignored first: if anything below raises, the window must stay open with the work in it.
        event.ignore()
        self.canvas.in_place.close_editor()
        if not self._over:
            if not self.files.may_leave():
                return
            self._over = True
            GEOMETRY.store(self.saveGeometry())
            self.workspaces.remember()
            self.files.close()
            self.desk.close()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                event.acceptProposedAction()
                # Later: whoever is dragging from waits until this returns.
                QTimer.singleShot(0, self, partial(self.files.open, Path(url.toLocalFile())))
                return
