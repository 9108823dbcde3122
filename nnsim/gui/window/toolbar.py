"""The toolbar: where its words have no room, the tools that are least missed show their icons alone."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QAction, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QStackedWidget, QToolBar, QToolButton, QWidget

from nnsim.gui.look.theme import GRID, set_role
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.speed import SpeedControl
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.window.menu_actions import plain

WITH_WORDS, ICON_ALONE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


class MainToolBar(QToolBar):
    """Keeps all its tools in sight: words go first, the least missed before the others; a tooltip still has them."""

    def __init__(self, desk: Desk, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._desk, self._actions = desk, actions
        self.setWindowTitle(self.tr("Main toolbar"))
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setToolButtonStyle(WITH_WORDS)
        for name in ("undo", "redo"):
            self.addWidget(tool_button(actions[name], f"tool_{name}", ICON_ALONE))
        self.addSeparator()
        add = self._tool("add_neuron", self.tr("Neuron"))
        menu = QMenu(add)
        menu.addActions([actions[name] for name in ("add_input", "add_neuron", "add_output")])
        add.setMenu(menu)
        add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        name_widget(add, "tool_add", self.tr("Add a neuron"),
                    self.tr("Add an input, a neuron or an output (I, N, O on the canvas)"))
        layers = self._tool("layers", self.tr("Layers…"))
        arrange = self._tool("arrange", self.tr("Arrange"))
        self.addSeparator()
        # One in the place of the other: the toolbar never moves.
        self._train_place = QStackedWidget()
        self._train_place.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._train = self._tool("train", self.tr("Train"), self._train_place)
        for button in (self._train, self._tool("soften", self.tr("Soften"), self._train_place)):
            set_role(button, kind="primary")
        self.addWidget(self._train_place)
        step = self._tool("step_batch", self.tr("Step"))
        epoch = self._tool("step_epoch", self.tr("Epoch"))
        back = self._tool("back_to_start", self.tr("Back to start"))
        speed = SpeedControl(desk)
        speed.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.addWidget(speed)
        self._yielding = (back, arrange, layers, epoch, step, add)
        self._epoch = WholeLabel()
        self._epoch.setObjectName("epoch_label")
        self.addWidget(self._epoch)

    def _tool(self, name: str, word: str, place: QToolBar | QStackedWidget | None = None) -> QToolButton:
        self._actions[name].setIconText(word)
        button = tool_button(self._actions[name], f"tool_{name}", WITH_WORDS)
        (place or self).addWidget(button)
        return button

    def follow(self) -> None:
        """Say how far training is, and offer Soften where steps are all that is in its way."""
        self._train_place.setCurrentIndex(int(self._desk.softening.replaces_training))
        self._train.setAccessibleName(plain(self._actions["train"].text()))
        self._epoch.setText(epoch_in_words(self._desk))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            # A word, the size of all text or a tool has changed.
            self._make_room()
        return done

    def _make_room(self) -> None:
        missing = self.sizeHint().width() - self.width()
        for button in self._yielding:
            if button.toolButtonStyle() == ICON_ALONE:
                missing += self._saved(button)
        for button in self._yielding:
            style = ICON_ALONE if missing > 0 else WITH_WORDS
            if style == ICON_ALONE:
                missing -= self._saved(button)
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)
                set_role(button)  # its margins go by whether it has a word

    @staticmethod
    def _saved(button: QToolButton) -> int:
        """How much narrower a tool is without its word, about."""
        return button.fontMetrics().horizontalAdvance(f"  {button.text()}")


class WholeLabel(QLabel):
    """A label that takes what is left over, and shows its text where all of it fits: a cut number is a wrong one."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def sizeHint(self) -> QSize:
        return QSize(0, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if super().sizeHint().width() <= self.width():
            super().paintEvent(event)


def tool_button(action: QAction, name: str, style: Qt.ToolButtonStyle) -> QToolButton:
    """A button for an action, called ``name``."""
    button = QToolButton()
    button.setObjectName(name)
    button.setDefaultAction(action)
    button.setAccessibleName(plain(action.text()))
    button.setToolButtonStyle(style)
    return button


def epoch_in_words(desk: Desk) -> str:
    """How far training is; nothing before it has begun."""
    latest = desk.session.latest
    return QCoreApplication.translate("MainToolBar", "epoch {n}").format(n=f"{latest.epoch:,}") if latest else ""


def margin(area: Qt.ToolBarArea) -> QToolBar:
    """An empty strip that keeps the panels off the window's edge; QMainWindow has no margin of its own there."""
    strip = QToolBar()
    strip.setObjectName(f"margin_{area.name}")
    strip.setMovable(False)
    strip.setStyleSheet("QToolBar { background: transparent; border: none; padding: 0; spacing: 0; }")
    filler = QWidget()
    filler.setFixedSize(GRID, GRID)
    strip.addWidget(filler)
    if area in (Qt.ToolBarArea.LeftToolBarArea, Qt.ToolBarArea.RightToolBarArea):
        strip.setFixedWidth(GRID)
    else:
        strip.setFixedHeight(GRID)
    strip.toggleViewAction().setVisible(False)
    return strip
