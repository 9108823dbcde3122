"""The menus of the window."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDockWidget, QMenu, QWidgetAction

from nnsim.core.formulas.notation import NOTATIONS
from nnsim.core.formulas.numbers import Writing, with_count
from nnsim.documents.files import shown_name
from nnsim.gui.look.settings import stored_look
from nnsim.gui.start.gallery import example_sections
from nnsim.gui.widgets.controls import literal, name_widget
from nnsim.gui.widgets.labels import toned
from nnsim.gui.window.commands import Commands
from nnsim.gui.window.menu_actions import set_tip
from nnsim.gui.window.panels import HEROES, PANELS, WORKSPACES, presented


class Menus(QObject):
    """Fills the menu bar with the window's actions, the panels, the examples and the recent files."""

    def __init__(self, commands: Commands, actions: Mapping[str, QAction]) -> None:
        super().__init__(commands.window)
        self._commands, self._actions = commands, actions
        self._bar = commands.window.menuBar()
        name_widget(self._bar, "menu_bar", self.tr("Menus"))
        self._build()

    def _build(self) -> None:
        file = self._menu(self.tr("&File"), "new", "open")
        self._recent_menu = file.addMenu(self.tr("Open &recent"))
        self._recent_menu.aboutToShow.connect(self._fill_recent)
        self._commands.files.recent_changed.connect(self._fill_recent)
        self._fill(file, "", "save", "save_as", "recover", "", "export_solution", "export_exercise", "", "quit")
        self._menu(self.tr("&Edit"), "undo", "redo", "", "cut", "copy", "paste", "duplicate", "delete", "",
                   "edit_value", "rename", "flip_input", "", "select_all")
        self._menu(self.tr("&Network"), "add_input", "add_neuron", "add_output", "", "layers", "add_layer", "connect",
                   "", "arrange")
        self._menu(self.tr("&Train"), "train", "step_batch", "step_epoch", "", "back_to_start", "", "soften", "harden")
        self._build_explain_menu(self._menu(self.tr("E&xplain")))
        self._build_view_menu(self._menu(self.tr("&View"), *(f"workspace_{w.id}" for w in WORKSPACES), "present", "",
                                         "fit", "zoom_in", "zoom_out", "", "draw_biases", "draw_products",
                                         "draw_names", ""))
        self._build_examples_menu(self._menu(self.tr("Exam&ples"), "gallery"))
        self._menu(self.tr("&Help"), "find_action", "gestures", "whats_this", "what_is_a_neuron", "gallery", "",
                   "hints_again", "", "about")
        self._fill_recent()

    def _menu(self, title: str, *names: str) -> QMenu:
        menu = self._bar.addMenu(title)
        menu.setToolTipsVisible(True)
        self._fill(menu, *names)
        return menu

    def _fill(self, menu: QMenu, *names: str) -> None:
        """Actions by their names; an empty name is a line between them."""
        for name in names:
            menu.addAction(self._actions[name]) if name else menu.addSeparator()

    def _build_view_menu(self, menu: QMenu) -> None:
        self._build_panels_menu(menu.addMenu(self.tr("Pan&els")))
        self._build_heroes_menu(menu.addMenu(self.tr("Present &as")))
        self._fill(menu, "next_panel", "previous_panel", "reset_layout", "")
        modes = (("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark")))
        self._choice(menu.addMenu(self.tr("&Theme")), "theme", modes, lambda: stored_look()[0],
                     self._commands.set_theme)
        self._fill(menu.addMenu(self.tr("Text &size")), "text_larger", "text_smaller", "text_normal")

    def _build_heroes_menu(self, menu: QMenu) -> None:
        """What can be presented; its number is its key while one presents."""
        menu.setObjectName("heroes_menu")
        menu.setToolTipsVisible(True)
        for number, hero in enumerate(HEROES, 1):
            action = menu.addAction(f"{self.tr(hero.title)}\t{number}")
            action.setObjectName(hero.id)
            action.setToolTip(self.tr("{about}; {key} while presenting").format(about=self.tr(hero.about), key=number))
            action.triggered.connect(lambda checked=False, hero=hero: self._commands.workspaces.switch(hero))

    def _build_panels_menu(self, menu: QMenu) -> None:
        """Each panel once, under the first workspace that it stands in."""
        menu.setObjectName("panels_menu")
        docks = dict(self._commands.workspaces.docks)
        for workspace in WORKSPACES:
            self._heading(menu, self.tr(workspace.title))
            for id in [id for id in docks if id in workspace.panels]:
                self._add_panel(menu, id, docks.pop(id))
        for id, dock in docks.items():
            self._add_panel(menu, id, dock)

    def _add_panel(self, menu: QMenu, id: str, dock: QDockWidget) -> None:
        dock.toggleViewAction().setObjectName(f"show_{id}")
        self._tell(dock.toggleViewAction(), id)
        menu.addAction(dock.toggleViewAction())

    def _tell(self, action: QAction, id: str) -> None:
        """What Present calls a panel, where it calls it otherwise: it is looked for by either word."""
        hero = presented(id)
        if hero is not None and hero.title != PANELS[id].title:
            action.setToolTip(self.tr("{panel}, presented as {name}").format(
                panel=self.tr(PANELS[id].title), name=self.tr(hero.title)))

    @staticmethod
    def _heading(menu: QMenu, text: str) -> None:
        """A word over the entries that follow. Qt shows no text of a section under a style sheet."""
        action = QWidgetAction(menu)
        action.setDefaultWidget(toned("small", text))
        action.setEnabled(False)
        menu.addAction(action)

    def _build_examples_menu(self, menu: QMenu) -> None:
        menu.setObjectName("examples_menu")
        for section, entries in example_sections().items():
            self._heading(menu, section)
            for example in entries:
                action = menu.addAction(literal(example.title))
                action.setObjectName(f"example_{example.id}")
                action.setToolTip(example.about)
                # Queued, so that the menu is gone before a question about unsaved work is asked.
                action.triggered.connect(
                    lambda checked=False, example=example: self._commands.files.open_example(example),
                    Qt.ConnectionType.QueuedConnection,
                )

    def _build_explain_menu(self, menu: QMenu) -> None:
        workspaces, study = self._commands.workspaces, self._commands.desk.study
        explaining = [(not entry.key, entry.key, id) for id, entry in PANELS.items() if entry.key is not None]
        for _, key, id in sorted(explaining):
            action = menu.addAction(workspaces.docks[id].windowTitle())
            action.setObjectName(f"explain_{id}")
            action.setShortcut(key)
            self._tell(action, id)
            action.triggered.connect(lambda checked=False, id=id: workspaces.show_panel(id))
        menu.addSeparator()
        scopes = (("sample", self.tr("This sample")), ("batch", self.tr("This batch")), ("all", self.tr("All data")))
        self._choice(menu.addMenu(self.tr("&Gradients of")), "scope", scopes, lambda: study.scope, study.set_scope)
        notations = (("", self.tr("As suits the network")),
                     *((entry.id, self.tr(entry.label)) for entry in NOTATIONS.values()))
        self._choice(menu.addMenu(self.tr("&Notation")), "notation", notations, lambda: study.chosen_notation,
                     study.set_notation)
        self._build_digits_menu(menu.addMenu(self.tr("&Digits")))

    def _build_digits_menu(self, menu: QMenu) -> None:
        """How numbers are written: how many digits, which of them count, and what becomes of the rest."""
        study = self._commands.desk.study
        counts = tuple((n, self.tr("{n} digits").format(n=n)) for n in (3, 4, 5, 6, 9, 12))
        kinds = (("significant", self.tr("&Significant digits")), ("decimals", self.tr("&Decimals")))
        ends = (("rounded", self.tr("&Rounded")), ("cut", self.tr("&Cut off")))
        self._choice(menu, "digits", counts, lambda: int(study.digits),
                     lambda n: study.set_digits(with_count(study.digits, n)))
        menu.addSeparator()
        self._choice(menu, "digits", kinds, lambda: kinds[study.digits.decimals][0],
                     lambda kind: study.set_digits(Writing(study.digits, kind == "decimals", study.digits.truncated)))
        menu.addSeparator()
        self._choice(menu, "digits", ends, lambda: ends[study.digits.truncated][0],
                     lambda end: study.set_digits(Writing(study.digits, study.digits.decimals, end == "cut")))

    def _choice(self, menu: QMenu, name: str, options: Iterable[tuple[Any, str]], current: Callable[[], Any],
                choose: Callable[[Any], None]) -> None:
        """A menu of which one entry holds, the ``current()`` one."""
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
            actions[current()].setChecked(True)

        menu.aboutToShow.connect(show)
        show()

    def _fill_recent(self) -> None:
        self._recent_menu.clear()
        files = self._commands.files
        recent = files.recent()
        for path in recent:
            action = self._recent_menu.addAction(literal(shown_name(path)))
            set_tip(action, str(path))
            action.triggered.connect(
                lambda checked=False, path=path: files.open(path), Qt.ConnectionType.QueuedConnection
            )
        if recent:
            self._recent_menu.addSeparator()
            self._recent_menu.addAction(self.tr("Clear this list"), files.clear_recent)
        self._recent_menu.setEnabled(bool(recent))
