"""The list of panels, and the workspaces in which they stand."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


@dataclass(frozen=True)
class Workspace:
    """An arrangement of the panels that PANELS says stand in it.

    All other panels are a menu entry or a key away, and open where PANELS says.
    """

    id: str
    title: str
    about: str

    @property
    def panels(self) -> frozenset[str]:
        """Those that stand in it at first."""
        return frozenset(id for id, entry in PANELS.items() if self in entry.workspaces)


BUILD = Workspace("build", "Build", "Neurons, weights and the truth table")
TRAIN = Workspace("train", "Train", "The map, the loss, and the slope that training follows")
EXPLAIN = Workspace("explain", "Explain", "Every number taken apart: forward, backward, step by step")
WORKSPACES = (BUILD, TRAIN, EXPLAIN)
"""What the learner switches between; nothing else rearranges the window."""
PRESENT = Workspace("present", "Present", "Canvas, table and output, large")


@dataclass(frozen=True)
class PanelEntry:
    """A panel of the window: where its class lives, what its tab says, and where it stands at first.

    Dock, tab, menu entries, key and the settings of its place come from this line alone.
    """

    id: str
    """Its name in the stored layouts of learners: one that was given stays."""
    home: str
    """Module and class, below nnsim.gui.panels."""
    title: str
    area: Qt.DockWidgetArea
    height: int
    workspaces: tuple[Workspace, ...]
    behind: str = ""
    """The panel whose tab it is a neighbour of at first; empty for one that stands by itself."""
    front: bool = False
    """Whether it is the one of those tabs that is seen, in each of its workspaces."""
    key: str | None = None
    """Its key in the Explain menu, which is in the order of the keys; empty: at its end, without one. None: it is in
    the View menu alone."""


PANELS = {entry.id: entry for entry in (
    PanelEntry("selected", "selected.panel:SelectedPanel", "Selected", LEFT, 300, WORKSPACES),
    PanelEntry("activation", "activation.panel:ActivationPanel", "Activation", LEFT, 400, WORKSPACES),
    PanelEntry("loss_slice", "gradient.loss_slice:LossSlicePanel", "Loss slice", LEFT, 400, (TRAIN, EXPLAIN),
               "activation", front=True, key="Ctrl+6"),
    PanelEntry("slope", "gradient.slope:SlopePanel", "Why the gradient", LEFT, 300, (EXPLAIN,), "selected",
               key="Ctrl+7"),
    PanelEntry("separability", "separability.panel:SeparabilityPanel", "One neuron?", LEFT, 400, (BUILD, EXPLAIN),
               "activation", key="Ctrl+8"),
    PanelEntry("output", "output.panel:OutputPanel", "Output", RIGHT, 345, (*WORKSPACES, PRESENT)),
    PanelEntry("loss", "loss.panel:LossPanel", "Loss", RIGHT, 140, (BUILD, TRAIN)),
    PanelEntry("training", "training.panel:TrainingPanel", "Training", RIGHT, 275, WORKSPACES),
    PanelEntry("table", "data.panel:TablePanel", "Truth table", BOTTOM, 220, (*WORKSPACES, PRESENT)),
    PanelEntry("forward", "explain.forward:ForwardPanel", "Forward", BOTTOM, 220, (EXPLAIN,), "table", front=True,
               key="Ctrl+1"),
    PanelEntry("backward", "explain.backward:BackwardPanel", "Backward", BOTTOM, 220, (EXPLAIN,), "table",
               key="Ctrl+2"),
    PanelEntry("steps", "explain.steps:StepsPanel", "Step through", BOTTOM, 220, (EXPLAIN,), "table", key="Ctrl+3"),
    PanelEntry("matrices", "matrices.panel:MatricesPanel", "Matrices", BOTTOM, 220, (EXPLAIN,), "table", key="Ctrl+4"),
    PanelEntry("losses", "explain.losses:LossesPanel", "Losses", BOTTOM, 220, (TRAIN, EXPLAIN), "table", key="Ctrl+5"),
    PanelEntry("worksheet", "worksheet.panel:WorksheetPanel", "Worksheet", BOTTOM, 220, (EXPLAIN,), "table",
               key="Ctrl+9"),
    PanelEntry("network_table", "network_table.panel:NetworkTablePanel", "Table", BOTTOM, 220, (EXPLAIN,), "table",
               key=""),
)}
"""Every panel by its id: one room in nnsim/gui/panels/, one entry here."""
