"""The menus of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from nnsim.core.formulas.notation import NOTATIONS
from nnsim.gui.look.settings import settings
from nnsim.gui.look.theme import Mode
from nnsim.gui.start.gallery import example_sections
from nnsim.gui.window.panels import PANELS, WORKSPACES

if TYPE_CHECKING:
    from nnsim.gui.window.window import MainWindow


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
        bar.setAccessibleName(self.tr("Menus"))

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
        for name in ("", "save", "save_as", "", "export_solution", "export_exercise", "", "quit"):
            file.addAction(act[name]) if name else file.addSeparator()
        menu(self.tr("&Edit"), "undo", "redo", "", "cut", "copy", "paste", "duplicate", "delete", "",
             "edit_value", "rename", "flip_input", "", "select_all")
        menu(self.tr("&Network"), "add_input", "add_neuron", "add_output", "", "layers", "add_layer", "connect", "",
             "arrange")
        menu(self.tr("&Train"), "train", "step_batch", "step_epoch", "", "back_to_start", "", "soften", "harden")
        self._build_explain_menu(menu(self.tr("E&xplain")))
        view = menu(self.tr("&View"), *(f"workspace_{w.id}" for w in WORKSPACES), "present", "",
                    "fit", "zoom_in", "zoom_out", "", "draw_biases", "draw_products", "")
        for id, dock in window.docks.items():
            dock.toggleViewAction().setObjectName(f"show_{id}")
            view.addAction(dock.toggleViewAction())
        for name in ("", "next_panel", "previous_panel", ""):
            view.addAction(act[name]) if name else view.addSeparator()
        self._build_theme_menu(view.addMenu(self.tr("&Theme")))
        for name in ("text_larger", "text_smaller", "", "reset_layout"):
            view.addAction(act[name]) if name else view.addSeparator()
        examples = bar.addMenu(self.tr("Exam&ples"))
        examples.setObjectName("examples_menu")
        examples.setToolTipsVisible(True)
        examples.addAction(act["gallery"])
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
        menu(self.tr("&Help"), "gestures", "whats_this", "what_is_a_neuron", "gallery", "", "hints_again", "", "about")
        self._fill_recent()

    def _build_explain_menu(self, menu: QMenu) -> None:
        window, study = self._window, self._window.desk.study
        explaining = [(not entry.key, entry.key, id) for id, entry in PANELS.items() if entry.key is not None]
        for _, key, id in sorted(explaining):
            action = menu.addAction(window.docks[id].windowTitle())
            action.setObjectName(f"explain_{id}")
            action.setShortcut(key)
            action.triggered.connect(lambda checked=False, id=id: window.show_panel(id))
        menu.addSeparator()
        scopes = (("sample", self.tr("This sample")), ("batch", self.tr("This batch")), ("all", self.tr("All data")))
        self._choice(menu.addMenu(self.tr("&Gradients of")), "scope", scopes, lambda: study.scope, study.set_scope)
        notations = (("", self.tr("As suits the network")),
                     *((entry.id, self.tr(entry.label)) for entry in NOTATIONS.values()))
        self._choice(menu.addMenu(self.tr("&Notation")), "notation", notations, lambda: study.chosen_notation,
                     study.set_notation)
        digits = tuple((n, self.tr("{n} digits").format(n=n)) for n in (3, 4, 5, 6, 9, 12))
        self._choice(menu.addMenu(self.tr("&Digits")), "digits", digits, lambda: study.digits, study.set_digits)

    def _choice(self, menu: QMenu, name: str, options: Iterable[tuple[Any, str]], now: Callable[[], Any],
                choose: Callable[[Any], None]) -> None:
        """A menu of which one entry holds."""
        menu.setObjectName(f"{name}_menu")
        group = QActionGroup(self)
        actions = {}
        for value, text in options:
            action = actions[value] = menu.addAction(text)
            action.setObjectName(f"{name}_{value}")
            action.setCheckable(True)
            action.triggered.connect(lambda checked=False, value=value: choose(value))
            group.addAction(action)

        def show() -> None:
            actions[now()].setChecked(True)

        menu.aboutToShow.connect(show)
        show()

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
