"""The list of panels, and the arrangements in which they stand: workspaces, and what is presented."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


@dataclass(frozen=True)
class PanelEntry:
    """A panel of the window: where its class lives, what its tab says, and its key.

    Dock, tab, menu entries and the settings of its place come from this line alone.
    """

    id: str
    """Its name in the stored layouts of learners: one that was given stays."""
    home: str
    """Module and class, below nnsim.gui.panels."""
    title: str
    beside: tuple[str, ...]
    """Where it opens in an arrangement that has no place for it: as the neighbour of the first of these that stands."""
    key: str | None = None
    """Its key in the Explain menu, which is in the order of the keys; empty: at its end, without one. None: it is in
    the View menu alone."""


PANELS = {entry.id: entry for entry in (
    PanelEntry("selected", "selected.panel:SelectedPanel", "Selected", ("table", "output")),
    PanelEntry("activation", "activation.panel:ActivationPanel", "Activation", ("selected", "output")),
    PanelEntry("loss_slice", "gradient.loss_slice:LossSlicePanel", "Loss slice", ("activation", "output"), "Ctrl+6"),
    PanelEntry("slope", "gradient.slope:SlopePanel", "Why the gradient", ("loss_slice", "activation", "output"),
               "Ctrl+7"),
    PanelEntry("separability", "separability.panel:SeparabilityPanel", "One neuron?", ("output", "loss_slice"),
               "Ctrl+8"),
    PanelEntry("output", "output.panel:OutputPanel", "Output", ("loss_slice", "loss")),
    PanelEntry("loss", "loss.panel:LossPanel", "Loss", ("output", "loss_slice")),
    PanelEntry("training", "training.panel:TrainingPanel", "Training", ("selected", "output")),
    PanelEntry("table", "data.panel:TablePanel", "Data rows", ("loss_slice", "output")),
    PanelEntry("forward", "explain.forward:ForwardPanel", "Forward", ("table", "output"), "Ctrl+1"),
    PanelEntry("backward", "explain.backward:BackwardPanel", "Backward", ("table", "output"), "Ctrl+2"),
    PanelEntry("steps", "explain.steps:StepsPanel", "Step through", ("table", "output"), "Ctrl+3"),
    PanelEntry("matrices", "matrices.panel:MatricesPanel", "Matrices", ("table", "output"), "Ctrl+4"),
    PanelEntry("losses", "explain.losses:LossesPanel", "Losses", ("table", "output"), "Ctrl+5"),
    PanelEntry("worksheet", "worksheet.panel:WorksheetPanel", "Worksheet", ("table", "output"), "Ctrl+9"),
    PanelEntry("network_table", "network_table.panel:NetworkTablePanel", "All numbers", ("table", "output"), ""),
)}
"""Every panel by its id: one room in nnsim/gui/panels/, one entry here."""


@dataclass(frozen=True)
class Stack:
    """Panels at one place: the first is seen, the others are tabs behind it."""

    panels: tuple[str, ...]
    share: int = 1
    """How much of its side's length it takes, against the others there."""


@dataclass(frozen=True)
class Side:
    """The stacks at one side of the canvas, beside or above each other."""

    area: Qt.DockWidgetArea
    share: float
    """Of the window's width, or of its height for those below the canvas. 0: as high as what it shows."""
    least: int
    """In pixels, also of a small window."""
    stacks: tuple[Stack, ...]
    form: bool = False
    """Whether it is wider with larger text: fields stand beside their names."""


@dataclass(frozen=True)
class Arrangement:
    """What stands around the canvas, for one task.

    All other panels are a menu entry or a key away, and open beside what PANELS says.
    """

    id: str
    title: str
    about: str
    sides: tuple[Side, ...]
    hero: str = "table"
    """The panel that Present shows large, or a tab that stands before it."""
    canvas: bool = True
    """Whether the network is seen."""
    wide: bool = False
    """Whether what stands below the canvas is as wide as the window: the sides end above it."""

    @property
    def stacks(self) -> tuple[Stack, ...]:
        return tuple(stack for side in self.sides for stack in side.stacks)

    @property
    def panels(self) -> frozenset[str]:
        """Those that stand in it at first."""
        return frozenset(id for stack in self.stacks for id in stack.panels)

    @property
    def explains(self) -> bool:
        """Whether it takes numbers apart beside the network, on which the loss and the paths to it are seen then."""
        return self.canvas and not self.panels.isdisjoint((*EXPLANATION, "loss_slice", "slope")) and self is not TRAIN

    @property
    def front(self) -> frozenset[str]:
        """Those of them that are seen at first."""
        return frozenset(stack.panels[0] for stack in self.stacks)


EXPLANATION = ("forward", "backward", "steps", "matrices", "losses", "worksheet")
"""What takes the numbers apart, a tab each."""

BUILD = Arrangement("build", "Build", "Neurons, weights and the truth table", (
    Side(LEFT, 0.22, 284, (Stack(("selected",), 4), Stack(("activation",), 5))),
    Side(RIGHT, 0.24, 312, (Stack(("output",), 5), Stack(("separability",), 4))),
    Side(BOTTOM, 0, 0, (Stack(("table",)),)),
))
TRAIN = Arrangement("train", "Train", "The data and how it learns, the map and the loss", (
    Side(LEFT, 0.225, 332, (Stack(("training",)),), form=True),
    Side(RIGHT, 0.26, 336, (Stack(("output",), 5), Stack(("loss",), 4))),
    Side(BOTTOM, 0.28, 190, (Stack(("table", "losses", "selected", "loss_slice")),)),
), "output")
EXPLAIN = Arrangement("explain", "Explain", "Every number taken apart: forward, backward, step by step", (
    Side(RIGHT, 0.465, 480, (Stack(EXPLANATION),)),
    Side(BOTTOM, 0.33, 240, (Stack(("selected", "activation"), 5), Stack(("loss_slice", "slope", "table"), 7))),
), "forward")
WORKSPACES = (BUILD, TRAIN, EXPLAIN)
"""What the learner switches between; nothing else rearranges the window."""


def _below(id: str, title: str, about: str) -> Arrangement:
    """The network, and one panel below it as wide as the screen."""
    return Arrangement(f"present_{id}", title, about, (Side(BOTTOM, 0.53, 240, (Stack((id,)),)),))


HEROES = (
    Arrangement("present_table", "Table", "Network, table and output", (
        Side(RIGHT, 0.32, 300, (Stack(("output",)),)), Side(BOTTOM, 0, 0, (Stack(("table",)),))), wide=True),
    Arrangement("present_output", "Map", "Network, map and loss", (
        Side(RIGHT, 0.44, 360, (Stack(("output",), 5), Stack(("loss",), 3))),)),
    Arrangement("present_loss", "Loss", "Network and loss", (Side(RIGHT, 0.55, 360, (Stack(("loss",)),)),)),
    _below("backward", "Chain rule", "Network and chain rule"),
    _below("forward", "Forward", "Network and forward pass"),
    _below("matrices", "Matrices", "Network and matrices"),
    _below("steps", "Step through", "Network, forward and backward step by step"),
    Arrangement("present_activation", "Functions", "Activation functions side by side", (
        Side(RIGHT, 1.0, 0, (Stack(("activation",)),)),), canvas=False),
)
"""What can be presented, in the order of their number keys. Each is named after its panel."""
ASIDE = tuple(_below(id, PANELS[id].title, PANELS[id].title) for id in (
    "losses", "loss_slice", "slope", "separability", "worksheet", "network_table"))
"""What else can be presented, each under the network, by its key in the Explain menu."""
PRESENTED = (*HEROES, *ASIDE)


def presented(id: str) -> Arrangement | None:
    """What presents a panel, if anything does."""
    return next((hero for hero in PRESENTED if hero.id == f"present_{id}"), None)
