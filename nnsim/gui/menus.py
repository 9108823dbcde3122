"""The menus of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from nnsim.gui.files import example_sections, settings
from nnsim.gui.theme import Mode

if TYPE_CHECKING:
    from nnsim.gui.window import MainWindow


class Menus(QObject):
    """Fills the menu bar with the window's actions, the panels, the examples and the recent files."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._build()

    def _build(self) -> None:
        window = self._window
        bar, act = window.menuBar(), window.actions_by_name
        bar.setObjectName("menu_bar")

        def menu(title: str, *names: str) -> QMenu:
            made = bar.addMenu(title)
            made.setToolTipsVisible(True)
            for name in names:
                if name:
                    made.addAction(act[name])
                else:
                    made.addSeparator()
            return made

        file = menu(self.tr("&File"), "new", "open")
        self._recent_menu = file.addMenu(self.tr("Open &recent"))
        self._recent_menu.aboutToShow.connect(self._fill_recent)
        self._window.files.recent_changed.connect(self._fill_recent)
        for name in ("", "save", "save_as", "", "quit"):
            file.addAction(act[name]) if name else file.addSeparator()
        menu(self.tr("&Edit"), "undo", "redo", "", "edit_value", "rename", "delete", "", "select_all")
        menu(self.tr("&Network"), "add_input", "add_neuron", "add_output", "", "layers", "connect", "", "arrange")
        menu(self.tr("&Train"), "train", "step_batch", "step_epoch", "", "back_to_start")
        view = menu(self.tr("&View"), "fit", "zoom_in", "zoom_out", "")
        for dock in window.docks.values():
            view.addAction(dock.toggleViewAction())
        view.addSeparator()
        self._build_theme_menu(view.addMenu(self.tr("&Theme")))
        for name in ("text_larger", "text_smaller", "", "reset_layout"):
            view.addAction(act[name]) if name else view.addSeparator()
        examples = bar.addMenu(self.tr("E&xamples"))
        examples.setObjectName("examples_menu")
        examples.setToolTipsVisible(True)
        for section, entries in example_sections().items():
            examples.addSection(section)
            for example in entries:
                action = examples.addAction(example.title)
                action.setObjectName(f"example_{example.id}")
                action.setToolTip(example.about)
                # Queued, so that the menu is gone before a question about unsaved work is asked.
                action.triggered.connect(
                    lambda checked=False, example=example: self._window.files.open_example(example),
                    Qt.ConnectionType.QueuedConnection,
                )
        menu(self.tr("&Help"), "gestures", "about")
        self._fill_recent()

    def _build_theme_menu(self, menu: QMenu) -> None:
        group = QActionGroup(self)
        modes: tuple[tuple[Mode, str], ...] = (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        )
        for mode, text in modes:
            action = menu.addAction(text)
            action.setObjectName(f"theme_{mode}")
            action.setCheckable(True)
            action.setChecked(settings().value("theme", "system") == mode)
            action.triggered.connect(lambda checked=False, mode=mode: self._window.set_theme(mode))
            group.addAction(action)

    def _fill_recent(self) -> None:
        self._recent_menu.clear()
        recent = self._window.files.recent()
        for path in recent:
            action = self._recent_menu.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(
                lambda checked=False, path=path: self._window.files.open(path), Qt.ConnectionType.QueuedConnection
            )
        if recent:
            self._recent_menu.addSeparator()
            self._recent_menu.addAction(self.tr("Clear this list"), self._window.files.clear_recent)
        self._recent_menu.setEnabled(bool(recent))
