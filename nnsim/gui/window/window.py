"""The main window: canvas in the middle, panels around it, menus and toolbar above."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnsim.documents.examples import EXAMPLES, Example
from nnsim.gui.canvas.interaction import Canvas
from nnsim.gui.canvas.new_network_form import NewNetworkForm
from nnsim.gui.canvas.palette import Palette
from nnsim.gui.canvas.soften_bar import SoftenBar
from nnsim.gui.look.icons import icon
from nnsim.gui.look.settings import TEXT_SCALES, settings, stored_look
from nnsim.gui.look.theme import GRID, Mode, apply_theme, name_theme, set_role, text_scale
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.speed import SpeedControl
from nnsim.gui.start.first_hints import FirstHints
from nnsim.gui.start.first_page import FirstPage
from nnsim.gui.start.gallery import Gallery
from nnsim.gui.widgets.cards import body_frame, header_frame, header_height
from nnsim.gui.widgets.labels import ElidedLabel
from nnsim.gui.window.actions import Actions, plain
from nnsim.gui.window.files import DocumentFiles
from nnsim.gui.window.menus import Menus
from nnsim.gui.window.message_bar import MessageBar
from nnsim.gui.window.panels import PRESENT
from nnsim.gui.window.present_bar import PresentBar
from nnsim.gui.window.toolbar import ShrinkingToolBar, WholeLabel
from nnsim.gui.window.workspaces import Workspaces, WorkspaceSwitch

SAY_MS = 6_000
NO_KEYS = Qt.KeyboardModifier.NoModifier


class MainWindow(QMainWindow):
    """The program's window. Owns the session; every action asks it or the files."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("main_window")
        name_theme(self)
        self.desk = Desk(self)
        self.files = DocumentFiles(self.desk, self)
        self.canvas = Canvas(self.desk)
        self.first_page = FirstPage(self.desk, self.canvas.viewport())
        self.hints = FirstHints(self.desk, self.canvas)
        self.messages = MessageBar()
        self.soften_bar = SoftenBar(self.desk)
        self.soften_bar.closed.connect(self.canvas.setFocus)
        self._gallery: Gallery | None = None
        self.setDockNestingEnabled(True)
        self.setAcceptDrops(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self._build_center()
        self.workspaces = Workspaces(self, self.desk)
        self.panels, self.docks = self.workspaces.panels, self.workspaces.docks
        self.show_panel = self.workspaces.show_panel
        self._actions = Actions(self)
        self.actions_by_name = self.canvas.window_actions = self._actions.by_name
        self._menus = Menus(self)
        self._workspace_switch = WorkspaceSwitch(self.workspaces)
        self.menuBar().setCornerWidget(self._workspace_switch)
        self._workspace_switch.show()
        self._build_toolbar()
        self._present_bar = PresentBar(self.desk, self.actions_by_name)
        self._header_row.addWidget(self._present_bar)
        self._build_status()
        desk = self.desk
        desk.opened.connect(self._on_opened)
        desk.document_changed.connect(self._update_all)
        desk.session.file_changed.connect(self._update_title)
        desk.values_changed.connect(self._update_progress)
        desk.looking.selection_changed.connect(self._update_actions)
        desk.run_changed.connect(self._update_actions)
        desk.session.undo_stack.indexChanged.connect(self._update_actions)
        desk.softening.changed.connect(self._update_actions)
        desk.session.message.connect(self._say)
        page, queued = self.first_page, Qt.ConnectionType.QueuedConnection
        # Queued, because opening hides the button that was clicked.
        page.and_wanted.connect(lambda: self.files.open_example(EXAMPLES["and"]), queued)
        page.gallery_wanted.connect(self.open_gallery)
        page.file_wanted.connect(self.files.open, queued)
        self.files.recent_changed.connect(self._update_recent)
        self._update_recent()
        QApplication.styleHints().colorSchemeChanged.connect(self._system_scheme_changed)
        # Before its panels are placed: how much room they need depends on the size of the text.
        self.workspaces.changing.connect(self._on_workspace)
        self.workspaces.changed.connect(self.canvas.fit)
        self.canvas.escaped.connect(self.workspaces.leave_present)
        self._update_icons()
        self._update_all()
        self.resize(1440, 900)
        QTimer.singleShot(0, self, self._offer_recovery)

    # Building

    def _build_center(self) -> None:
        center = QWidget()
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self.soften_bar)
        self._summary = ElidedLabel()
        self._summary.setObjectName("network_summary")
        set_role(self._summary, tone="muted")
        self._header, self._header_row = header_frame(self.tr("Network"), self._summary)
        column.addWidget(self._header)
        # In its place, so that the canvas loses little room and its labels stay.
        self.desk.softening.changed.connect(lambda: self._header.setHidden(self.desk.softening.active))
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._palette = Palette(self.canvas)
        row.addWidget(self._palette)
        row.addWidget(self.canvas, 1)
        column.addWidget(body_frame(inside), 1)
        center.setMinimumSize(320, 200)
        self.setCentralWidget(center)

    def _build_toolbar(self) -> None:
        bar = ShrinkingToolBar(self.tr("Main toolbar"))
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addToolBar(bar)
        self.addToolBarBreak()
        areas = Qt.ToolBarArea
        for area in (areas.TopToolBarArea, areas.LeftToolBarArea, areas.RightToolBarArea, areas.BottomToolBarArea):
            self.addToolBar(area, self._margin(area))
        act = self.actions_by_name
        for name in ("undo", "redo"):
            self._tool(bar, name, text=False)
        bar.addSeparator()
        add = self._tool(bar, "add_neuron", self.tr("Neuron"))
        menu = QMenu(add)
        for name in ("add_input", "add_neuron", "add_output"):
            menu.addAction(act[name])
        add.setMenu(menu)
        add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        add.setObjectName("tool_add")
        add.setAccessibleName(self.tr("Add a neuron"))
        add.setToolTip(self.tr("Add an input, a neuron or an output (I, N, O on the canvas)"))
        self._layers_button = self._tool(bar, "layers", self.tr("Layers…"))
        arrange = self._tool(bar, "arrange", self.tr("Arrange"))
        bar.addSeparator()
        # One in the place of the other: the toolbar never moves.
        self._train_place = QStackedWidget()
        self._train_place.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for name, label in (("train", self.tr("Train")), ("soften", self.tr("Soften"))):
            set_role(self._tool(self._train_place, name, label), kind="primary")
        bar.addWidget(self._train_place)
        step = self._tool(bar, "step_batch", self.tr("Step"))
        epoch = self._tool(bar, "step_epoch", self.tr("Epoch"))
        back = self._tool(bar, "back_to_start", self.tr("Back to start"))
        speed = SpeedControl(self.desk)
        speed.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        bar.addWidget(speed)
        bar.yielding = [back, arrange, self._layers_button, epoch, step, add]
        self._epoch = WholeLabel()
        self._epoch.setObjectName("epoch_label")
        bar.addWidget(self._epoch)

    def _margin(self, area: Qt.ToolBarArea) -> QToolBar:
        """An empty strip that keeps the panels off the window's edge; QMainWindow has no margin of its own there."""
        strip = QToolBar()
        strip.setObjectName(f"margin_{area.name}")
        strip.setMovable(False)
        strip.setStyleSheet("QToolBar { background: transparent; border: none; padding: 0; spacing: 0; }")
        filler = QWidget()
        filler.setFixedSize(GRID, GRID)
        strip.addWidget(filler)
        strip.setFixedWidth(GRID) if area in (
            Qt.ToolBarArea.LeftToolBarArea,
            Qt.ToolBarArea.RightToolBarArea,
        ) else strip.setFixedHeight(GRID)
        strip.toggleViewAction().setVisible(False)
        return strip

    def _tool(self, bar: QToolBar | QStackedWidget, name: str, label: str = "", text: bool = True) -> QToolButton:
        action = self.actions_by_name[name]
        button = QToolButton()
        button.setObjectName(f"tool_{name}")
        button.setDefaultAction(action)
        button.setAccessibleName(plain(action.text()))
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(style.ToolButtonTextBesideIcon if text else style.ToolButtonIconOnly)
        if label:
            action.setIconText(label)
        bar.addWidget(button)
        return button

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
        self.messages.hide()
        self.canvas.fit()

    def _update_all(self) -> None:
        self._update_title()
        self._update_actions()
        self._update_progress()
        structure = self.desk.session.structure
        layers = max((structure.depth[id] for id in structure.outputs), default=0)
        parts = []
        if layers:
            parts.append(self.tr("{n}-layer").format(n=layers))
        inputs, neurons = len(structure.inputs), len(structure.neurons) - len(structure.inputs)
        if structure.neurons:
            parts.append(self.tr("1 input") if inputs == 1 else self.tr("{n} inputs").format(n=inputs))
            parts.append(self.tr("1 neuron") if neurons == 1 else self.tr("{n} neurons").format(n=neurons))
            count = len(structure.parameter_names)
            parts.append(self.tr("1 parameter") if count == 1 else self.tr("{n} parameters").format(n=count))
        self._summary.setText("  ·  ".join(parts))
        self._summary.short = "  ·  ".join(parts[:-1])
        # The items of the canvas say nothing to a screen reader: the rows of the Table panel do.
        self.canvas.setAccessibleDescription(", ".join([*parts, self.tr("the Table panel reads them row by row")]))

    def _update_title(self) -> None:
        desk = self.desk
        name = desk.session.path.name if desk.session.path else desk.session.title or self.tr("Untitled")
        self.setWindowTitle(f"{name}[*] — nnsim")
        self.setWindowModified(desk.session.dirty)
        self._saved_label.setText(
            self.tr("not saved yet") if desk.session.dirty else self.tr("saved") if desk.session.path else ""
        )

    def _update_actions(self) -> None:
        self._actions.update()
        self._train_place.setCurrentIndex(int(self.desk.softening.replaces_training))
        self._hint_label.setText(self._hint())
        self._update_progress()

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

    def _update_progress(self) -> None:
        latest = self.desk.session.latest
        self._epoch.setText(self.tr("epoch {n}").format(n=f"{latest.epoch:,}") if latest else "")

    def _say(self, text: str, kind: str) -> None:
        if kind == "refused":
            self.messages.tell(text)
        else:
            self.statusBar().showMessage(text, SAY_MS)

    def _update_icons(self) -> None:
        self._actions.update_icons()
        for id in self.docks:
            close = self.findChild(QToolButton, f"close_{id}")
            if close is not None:
                close.setIcon(icon("close", "muted"))
        self._update_actions()

    # What actions do

    def toggle_training(self) -> None:
        """Train, or pause."""
        if self.desk.session.training:
            self.desk.session.pause()
        else:
            self.desk.session.train()

    def toggle_present(self) -> None:
        """Canvas, table and output alone and large, on the whole screen; and back."""
        presenting = self.workspaces.current is PRESENT
        if presenting:
            self.workspaces.leave_present()
        else:
            self.workspaces.switch(PRESENT)

    def _on_workspace(self) -> None:
        presenting = self.workspaces.current is PRESENT
        if presenting != self._presenting:
            self._presenting = presenting
            self.menuBar().setVisible(not presenting)
            self._palette.setVisible(not presenting)
            for action in self.actions_by_name.values():
                # Of the window itself, so that its keys work where no menu is shown.
                self.addAction(action) if presenting else self.removeAction(action)
            self.statusBar().setVisible(not presenting)
            self._summary.setVisible(not presenting)
            self._present_bar.setVisible(presenting)
            for bar in self.findChildren(QToolBar):
                bar.setVisible(not presenting or bar.objectName().startswith("margin"))
            if presenting:
                self._was_maximized = self.isMaximized()
                self.showFullScreen()
            elif self._was_maximized:
                self.showMaximized()
            else:
                self.showNormal()
            self._apply_theme()

    _presenting = _was_maximized = False

    def go_to_panel(self, step: int) -> None:
        """The keys to the next panel that is seen, or the one before; the canvas is the first of them."""
        firsts = [(dock, first_of_keys(self.panels[id])) for id, dock in self.docks.items()
                  if id in self.panels and self.panels[id].seen]
        places: list[tuple[QWidget, QWidget]] = [
            (self.canvas, self.canvas), *((dock, first) for dock, first in firsts if first is not None)]
        focused = QApplication.focusWidget()
        at = next((i for i, (place, _) in enumerate(places) if focused is not None and place.isAncestorOf(focused)), 0)
        places[(at + step) % len(places)][1].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_layers_form(self) -> None:
        """Open the small form that adds a layered network, under its button."""
        button = self._layers_button
        form = NewNetworkForm(self.desk, self)
        form.destroyed.connect(self.canvas.setFocus)
        form.added.connect(self.canvas.fit)
        form.open_at(button.mapToGlobal(QPoint(0, button.height() + 2)))

    def open_gallery(self) -> None:
        """Show all examples in a window beside this one."""
        if self._gallery is None:
            self._gallery = Gallery(self)
            # Queued, so that the click has ended before a question about unsaved work is asked.
            self._gallery.chosen.connect(self._open_from_gallery, Qt.ConnectionType.QueuedConnection)
        self._gallery.show_all()

    def _open_from_gallery(self, example: Example) -> None:
        if self.files.open_example(example) and self._gallery is not None:
            self._gallery.close()
            self.activateWindow()
            self.canvas.setFocus()

    def set_theme(self, mode: Mode) -> None:
        """Light, dark, or as the system has it; remembered."""
        settings().setValue("theme", mode)
        self._apply_theme()

    def scale_text(self, step: int) -> None:
        """All text one size larger or smaller; remembered."""
        index = min(range(len(TEXT_SCALES)), key=lambda i: abs(TEXT_SCALES[i] - text_scale()))
        scale = TEXT_SCALES[min(max(index + step, 0), len(TEXT_SCALES) - 1)]
        settings().setValue("text_scale", scale)
        self._apply_theme()

    def _apply_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        mode, scale = stored_look()
        apply_theme(app, mode, scale, presenting=self._presenting)
        self._header.setFixedHeight(header_height())
        self.workspaces.update_headers()
        self._update_icons()

    def _system_scheme_changed(self) -> None:
        if settings().value("theme", "system") == "system":
            self._apply_theme()

    def reset_layout(self) -> None:
        """Panels where they were at first."""
        self.workspaces.reset()

    def _offer_recovery(self) -> None:
        left = self.files.leftovers()
        if left:
            name = left[0].path.name if left[0].path else self.tr("an unsaved network")
            self.messages.tell(
                self.tr("nnsim ended unexpectedly last time. Your work on {name} was kept.").format(name=name),
                self.tr("Recover"),
                lambda: self.files.recover(left[0]),
            )

    # Layout and closing

    def show_with_layout(self) -> None:
        """Show the window as it was left, or in its first arrangement."""
        stored = settings()
        geometry = stored.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
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
            self.toggle_present()
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

    def closeEvent(self, event: QCloseEvent) -> None:
        # Ignored first: if anything below raises, the window must stay open with the work in it.
        event.ignore()
        self.canvas.in_place.close_editor()
        if not self.files.may_leave():
            return
        stored = settings()
        stored.setValue("geometry", self.saveGeometry())
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
                self.files.open(Path(url.toLocalFile()))
                return


def first_of_keys(place: QWidget) -> QWidget | None:
    """The first widget in a panel that Tab would stop at; None if there is nothing for the keys in it now."""
    # Not by nextInFocusChain: PySide 6.11.3 then takes the widgets of Qt's own for its own, and docks that move crash.
    stops = (w for w in place.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return next((w for w in stops if w.isVisible() and w.isEnabled()), None)


