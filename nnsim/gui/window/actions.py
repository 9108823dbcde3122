"""The actions of the window, a row each: what it is called, its keys and icon, what it does, and when it cannot."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence

from nnsim.gui.canvas.neuron_items import CROWD
from nnsim.gui.canvas.view import ZOOM_STEP
from nnsim.gui.look.icons import icon
from nnsim.gui.look.settings import toggled
from nnsim.gui.start.help import show_about, show_gestures, show_what_a_neuron_is, what_is_this
from nnsim.gui.widgets.controls import literal
from nnsim.gui.window.commands import Commands
from nnsim.gui.window.menu_actions import plain, set_tip
from nnsim.gui.window.panels import WORKSPACES

Keys = str | QKeySequence.StandardKey
STANDARD = QKeySequence.StandardKey
STEP_MS = 150
"""A step that takes longer is shown as the run it is, which can be paused."""


@dataclass(frozen=True)
class Entry:
    """An action, called ``action_<name>``."""

    name: str
    text: str
    do: Callable[[], object]
    keys: tuple[Keys, ...] = ()
    tip: str = ""
    """Empty where the text says it all."""
    icon: str = ""
    why_not: Callable[[], str] | None = None
    """Why it cannot be done now, in the learner's words; empty if it can. None: it always can."""
    heard: Literal["anywhere", "canvas", "letter"] = "anywhere"
    """Where its keys act. ``canvas``: elsewhere they copy and paste text, formulas and numbers. ``letter``: the canvas
    listens for it itself, so that it can be typed everywhere else; the menu only says it."""


@dataclass(frozen=True)
class Toggle:
    """An action that is on or off, a way of looking; remembered."""

    name: str
    text: str
    tip: str
    show: Callable[[bool], object]
    suits: Callable[[], bool] = bool
    """Whether it suits what is open: then it is on until the learner chooses."""
    why_not: Callable[[], str] = str
    """Why it would change nothing now, in the learner's words; empty if it would."""


class Actions(QObject):
    """All actions of the window, ``by_name``; ``update`` keeps in step what can be done."""

    def __init__(self, commands: Commands) -> None:
        super().__init__(commands.window)
        self._commands, self._window, self._desk = commands, commands.window, commands.desk
        self.by_name: dict[str, QAction] = {}
        self._taken: set[str] = set()
        """The keys of the actions before: none has two meanings."""
        self._stepping = QTimer(self)
        self._stepping.setSingleShot(True)
        self._stepping.setInterval(STEP_MS)
        self._stepping.timeout.connect(self._update_train)
        self._entries = tuple(self._table())
        for entry in self._entries:
            self._make(entry)
        self._all_toggles = tuple(self._toggles())
        for toggle in self._all_toggles:
            self._make_toggle(toggle)

    # The table

    def _table(self) -> Iterator[Entry]:
        yield from self._files()
        yield from self._editing()
        yield from self._building()
        yield from self._training()
        yield from self._looking()
        yield from self._helping()

    def _files(self) -> Iterable[Entry]:
        commands, files = self._commands, self._commands.files
        return (
            Entry("new", self.tr("&New"), files.new, (STANDARD.New,)),
            Entry("open", self.tr("&Open…"), files.ask_open, (STANDARD.Open,)),
            Entry("save", self.tr("&Save"), files.save, (STANDARD.Save,)),
            Entry("save_as", self.tr("Save &as…"), files.ask_save, (STANDARD.SaveAs,)),
            Entry("recover", self.tr("Reco&ver unsaved work…"), files.recovery_asked.emit,
                  why_not=lambda: "" if files.left else self.tr("There is no unsaved work to recover")),
            Entry("export_solution", self.tr("Export &worked solution…"), commands.export_solution,
                  tip=self.tr("The calculation of this network and sample, as LaTeX, Markdown or HTML")),
            Entry("export_exercise", self.tr("Export as &exercise…"), partial(commands.export_solution, exercise=True),
                  tip=self.tr("The same with blanks for the results, and a key at the end")),
            Entry("quit", self.tr("&Quit"), self._window.close, (STANDARD.Quit, "Ctrl+Q")),
        )

    def _editing(self) -> Iterable[Entry]:
        canvas, desk, clipboard = self._commands.canvas, self._desk, self._commands.canvas.clipboard
        return (
            Entry("undo", self.tr("&Undo"), self._commands.undo, (STANDARD.Undo,), icon="undo"),
            Entry("redo", self.tr("&Redo"), self._commands.redo, (STANDARD.Redo,), icon="redo"),
            Entry("cut", self.tr("Cu&t"), clipboard.cut, (STANDARD.Cut,), why_not=self._why_no_neuron,
                  heard="canvas"),
            Entry("copy", self.tr("&Copy"), clipboard.copy, (STANDARD.Copy,), why_not=self._why_no_neuron,
                  heard="canvas"),
            Entry("paste", self.tr("&Paste"), clipboard.paste, (STANDARD.Paste,), heard="canvas"),
            Entry("duplicate", self.tr("Dup&licate"), clipboard.duplicate, ("Ctrl+D",), why_not=self._why_no_neuron,
                  heard="canvas"),
            Entry("delete", self.tr("&Delete"), canvas.commands.delete_selected, ("Del",),
                  why_not=lambda: "" if self._chosen else self.tr("Select a neuron or a connection first"),
                  heard="letter"),
            Entry("select_all", self.tr("Select &all"), canvas.commands.select_all, (STANDARD.SelectAll,)),
            Entry("rename", self.tr("Re&name"), canvas.in_place.rename_selected, ("F2",),
                  why_not=lambda: "" if len(desk.looking.selected_neurons) == 1 else self.tr("Select one neuron first"),
                  heard="letter"),
            Entry("edit_value", self.tr("&Edit its number"), canvas.in_place.edit_selected, ("Enter",),
                  why_not=lambda: "" if self._chosen == 1 else self.tr("Select one neuron or connection first"),
                  heard="letter"),
            Entry("flip_input", self.tr("&Flip between 0 and 1"), canvas.commands.flip_selected, ("Space",),
                  why_not=self._why_not_flip, heard="letter"),
        )

    def _building(self) -> Iterable[Entry]:
        on_canvas = self._commands.canvas.commands
        return (
            Entry("add_input", self.tr("Add &input"), partial(on_canvas.add_neuron, "input"), ("I",), icon="input",
                  heard="letter"),
            Entry("add_neuron", self.tr("Add &neuron"), partial(on_canvas.add_neuron, "hidden"), ("N",), icon="neuron",
                  heard="letter"),
            Entry("add_output", self.tr("Add &output"), partial(on_canvas.add_neuron, "output"), ("O",), icon="output",
                  heard="letter"),
            Entry("layers", self.tr("&Layers…"), self._commands.open_layers_form, ("Ctrl+L",),
                  self.tr("A layered network, such as 2, 4, 1: in place of what is there, or beside it"), "layers"),
            Entry("add_layer", self.tr("Add a la&yer behind…"), on_canvas.open_layer_form, ("L",),
                  self.tr("Add neurons that all selected ones feed"), why_not=self._why_no_neuron, heard="letter"),
            Entry("connect", self.tr("&Connect from the selected neurons"), on_canvas.begin_connect, ("C",),
                  why_not=self._why_no_neuron, heard="letter"),
            Entry("arrange", self.tr("&Arrange"), on_canvas.arrange, ("A",),
                  self.tr("Put the neurons in columns, with fewest crossings"), "arrange",
                  lambda: "" if self._desk.session.structure.neurons else self.tr("There is no neuron yet"), "letter"),
        )

    def _training(self) -> Iterable[Entry]:
        desk, softening = self._desk, self._desk.softening
        return (
            Entry("train", self.tr("&Train"), self._commands.desk.session.toggle_training, ("Ctrl+T",)),
            Entry("soften", self.tr("So&ften the steps…"), softening.begin, ("Ctrl+K",)),
            Entry("harden", self.tr("&Harden the sigmoids"), softening.harden,
                  tip=self.tr("Make the sigmoids steps again, with the weights they have now"),
                  why_not=lambda: "" if softening.can_harden else self.tr(
                      "Only a network of sigmoids on inputs and targets of 0 and 1 becomes a gate")),
            Entry("step_batch", self.tr("Step one &batch"), partial(self._step, updates=1), ("Ctrl+B",),
                  self.tr("One update, on one batch (Ctrl+B)"), "step", self._why_not_train),
            Entry("step_epoch", self.tr("Step one &epoch"), partial(self._step, epochs=1), ("Ctrl+E",),
                  self.tr("To the end of the epoch (Ctrl+E)"), "step-epoch", self._why_not_train),
            Entry("back_to_start", self.tr("Back to &start"), desk.session.back_to_start, ("Ctrl+Backspace",),
                  self.tr("The weights from before training"), "restart",
                  lambda: "" if desk.session.start_network is not None else self.tr(
                      "Train first: then this brings back the weights from before")),
        )

    def _looking(self) -> Iterable[Entry]:
        commands, canvas, workspaces = self._commands, self._commands.canvas, self._commands.workspaces
        return (
            Entry("fit", self.tr("&Fit the network"), canvas.fit, ("F",), icon="fit", heard="letter"),
            Entry("zoom_in", self.tr("Zoom in"), partial(canvas.zoom_by, ZOOM_STEP), ("Ctrl+Alt++",)),
            Entry("zoom_out", self.tr("Zoom out"), partial(canvas.zoom_by, 1 / ZOOM_STEP), ("Ctrl+Alt+-",)),
            Entry("text_larger", self.tr("&Larger text"), partial(commands.scale_text, 1), (STANDARD.ZoomIn,)),
            Entry("text_smaller", self.tr("&Smaller text"), partial(commands.scale_text, -1), (STANDARD.ZoomOut,)),
            Entry("text_normal", self.tr("&Normal text size"), commands.normal_text, ("Ctrl+0",)),
            Entry("reset_layout", self.tr("&Reset the arrangement of panels"), workspaces.reset),
            *(Entry(f"workspace_{workspace.id}", self.tr(workspace.title), partial(workspaces.switch, workspace),
                    (f"Alt+{number}",), self.tr(workspace.about)) for number, workspace in enumerate(WORKSPACES, 1)),
            Entry("present", self.tr("&Present"), commands.toggle_present, ("F11", STANDARD.FullScreen),
                  self.tr("What this workspace is for, large, on the whole screen")),
            *(Entry(name, text, partial(commands.go_to_panel, step), (key,),
                    self.tr("The keys to another panel, or to the canvas"))
              for name, text, step, key in (("next_panel", self.tr("Ne&xt panel"), 1, "F6"),
                                            ("previous_panel", self.tr("Pre&vious panel"), -1, "Shift+F6"))),
        )

    def _helping(self) -> Iterable[Entry]:
        commands, window = self._commands, self._window
        return (
            Entry("gestures", self.tr("&Gestures and keys"), partial(show_gestures, window),
                  ("F1", STANDARD.HelpContents, "?")),
            Entry("gallery", self.tr("Ga&llery…"), commands.open_gallery, ("Ctrl+G",),
                  self.tr("All examples as pictures")),
            Entry("find_action", self.tr("&Find an action…"), commands.find_action, ("Ctrl+Shift+P",),
                  self.tr("Type a word of what you want to do")),
            Entry("what_is_a_neuron", self.tr("What is a &neuron?"), partial(show_what_a_neuron_is, window)),
            Entry("hints_again", self.tr("Show the first &hints again"), commands.hints.start_again),
            Entry("whats_this", self.tr("&What is this?"), what_is_this, ("Shift+F1", STANDARD.WhatsThis),
                  self.tr("Says what the field does that has the keyboard, or the one that is clicked next")),
            Entry("about", self.tr("&About nnsim"), partial(show_about, window)),
        )

    def _toggles(self) -> Iterable[Toggle]:
        canvas = self._commands.canvas
        return (
            Toggle("draw_biases", self.tr("&Biases as neurons"),
                   self.tr("Each bias as the weight of a neuron that is 1"), lambda on: canvas.draw(biases=on),
                   why_not=self._why_no_biases),
            Toggle("draw_products", self.tr("Pro&ducts on the connections"),
                   self.tr("Each weight times what comes in, such as −2 · 1"), lambda on: canvas.draw(products=on)),
            Toggle("draw_names", self.tr("Na&mes of weights"),
                   self.tr("Each weight with its name, such as w5 = 0.4"), lambda on: canvas.draw(names=on),
                   suits=lambda: canvas.network_scene.edges.few and self._desk.study.notation.id == "lecture"),
        )

    # Making them

    def _make(self, entry: Entry) -> None:
        action = QAction(entry.text, self._window)
        action.setObjectName(f"action_{entry.name}")
        action.setToolTip(_tip(entry))
        # Theirs are for a button that may be filled with the accent: on a menu they could not be seen.
        action.setIconVisibleInMenu(entry.name not in ("train", "soften"))
        if entry.heard == "letter":
            action.setText(f"{entry.text}\t{entry.keys[0]}")
        else:
            action.setShortcuts(self._all_keys(entry))
        if entry.heard == "canvas":
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self._commands.canvas.addAction(action)
        action.triggered.connect(lambda checked=False: entry.do())
        self.by_name[entry.name] = action

    def _all_keys(self, entry: Entry) -> list[QKeySequence]:
        """Every binding that the platform has for its keys, and that no action before has taken."""
        found: dict[str, QKeySequence] = {}
        for keys in entry.keys:
            bindings = [QKeySequence(keys)] if isinstance(keys, str) else QKeySequence.keyBindings(keys)
            found.update((binding.toString(), binding) for binding in bindings)
        free = {text: binding for text, binding in found.items() if text not in self._taken}
        self._taken |= set(free)
        return list(free.values())

    def _make_toggle(self, toggle: Toggle) -> None:
        action = QAction(toggle.text, self._window)
        action.setObjectName(f"action_{toggle.name}")
        action.setToolTip(toggle.tip)
        action.setCheckable(True)
        setting = toggled(toggle.name)
        action.setChecked(setting.value())
        if action.isChecked():
            toggle.show(True)
        action.toggled.connect(toggle.show)
        # What suits another network is not what the learner chose.
        action.triggered.connect(lambda on: setting.store(on))  # PySide6 does not hold the object of a method
        self.by_name[toggle.name] = action

    # Keeping in step

    def update(self) -> None:
        """Say what can be done now, and why the rest cannot."""
        for entry in self._entries:
            if entry.why_not is not None:
                why = entry.why_not()
                self.by_name[entry.name].setEnabled(not why)
                set_tip(self.by_name[entry.name], why or _tip(entry))
        for toggle in self._all_toggles:
            action, why = self.by_name[toggle.name], toggle.why_not()
            action.setChecked(toggled(toggle.name).value_or(toggle.suits()))
            action.setEnabled(not why)
            set_tip(action, why or toggle.tip)
        self._update_undo()
        self._update_train()
        self._update_soften()

    def update_icons(self) -> None:
        """Draw the icons in the colours of the theme."""
        for entry in self._entries:
            if entry.icon:
                self.by_name[entry.name].setIcon(icon(entry.icon))

    def _update_undo(self) -> None:
        stack = self._desk.session.undo_stack
        for name, can, text, word, why in (
            ("undo", stack.canUndo() or self._desk.session.training, stack.undoText(), self.tr("&Undo"),
             self.tr("There is nothing to undo yet")),
            ("redo", stack.canRedo(), stack.redoText(), self.tr("&Redo"), self.tr("Nothing was undone")),
        ):
            action = self.by_name[name]
            action.setEnabled(can)
            action.setText(f"{word} {literal(text)}".rstrip())
            set_tip(action, plain(action.text()) if can else why)

    def _update_train(self) -> None:
        session = self._desk.session
        if not session.training:
            self._stepping.stop()
        training = session.training and not self._stepping.isActive()
        why, train = self._why_not_train(), self.by_name["train"]
        train.setEnabled(not why)
        train.setText(self.tr("&Pause") if training else self.tr("&Train"))
        train.setIconText(plain(train.text()))
        train.setIcon(icon("pause" if training else "play", "ink" if why else "on_accent"))
        set_tip(train, why or (self.tr("Pause training (Ctrl+T)") if training else self.tr("Train (Ctrl+T)")))

    def _update_soften(self) -> None:
        softening, soften = self._desk.softening, self.by_name["soften"]
        why = ""
        if not softening.possible:
            why = self.tr("There is no step neuron that could become a sigmoid")
        elif softening.active:
            why = self.tr("The steps are being softened: keep that or take it back first")
        softens = self.tr("Make the steps steep sigmoids with the same thresholds, which can be trained.")
        soften.setEnabled(not why)
        soften.setIcon(icon("soften", "on_accent" if softening.replaces_training else "ink"))
        set_tip(soften, why or f"{self._why_not_train()} {softens}".strip())

    @property
    def _chosen(self) -> int:
        return len(self._desk.looking.selected_neurons) + len(self._desk.looking.selected_connections)

    def _why_no_neuron(self) -> str:
        return "" if self._desk.looking.selected_neurons else self.tr("Select a neuron first")

    def _why_no_biases(self) -> str:
        neurons = self._desk.session.structure.neurons
        if len(neurons) > CROWD:
            return self.tr("A network of more than {n} neurons is drawn as dots, which have no room for their biases"
                           ).format(n=CROWD)
        return "" if not neurons or any(neuron.bias for neuron in neurons) else self.tr("No neuron here has a bias")

    def _why_not_flip(self) -> str:
        inputs = self._desk.looking.selected_neurons & set(self._desk.session.structure.inputs)
        return "" if inputs else self.tr("Select an input first")

    def _why_not_train(self) -> str:
        if self._desk.session.training:
            return ""
        return " ".join(problem.message for problem in self._desk.session.training_problems())

    def _step(self, **bound: int) -> None:
        """One step of a run that is paused, or that it pauses. Done at once, it does not turn Train into Pause."""
        self._desk.session.pause()
        self._stepping.start()
        self._desk.session.train(**bound)


def _tip(entry: Entry) -> str:
    return entry.tip or plain(entry.text)
