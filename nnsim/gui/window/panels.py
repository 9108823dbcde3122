"""The list of panels, and the workspaces in which they stand."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


@dataclass(frozen=True)
class PanelEntry:
    """A panel of the window: where its class lives, what its tab says, and where it stands at first."""

    id: str
    home: str
    title: str
    area: Qt.DockWidgetArea
    height: int
    behind: str = ""
    """The panel whose tab it is a neighbour of at first; empty for one that stands by itself."""

PANELS = (
    PanelEntry("selected", "selected.panel:SelectedPanel", "Selected", LEFT, 300),
    PanelEntry("activation", "activation.panel:ActivationPanel", "Activation", LEFT, 400),
    PanelEntry("loss_slice", "gradient.loss_slice:LossSlicePanel", "Loss slice", LEFT, 400, "activation"),
    PanelEntry("slope", "gradient.slope:SlopePanel", "Why the gradient", LEFT, 300, "selected"),
    PanelEntry("separability", "separability.panel:SeparabilityPanel", "One neuron?", LEFT, 400, "activation"),
    PanelEntry("output", "output.panel:OutputPanel", "Output", RIGHT, 345),
    PanelEntry("loss", "loss.panel:LossPanel", "Loss", RIGHT, 140),
    PanelEntry("training", "training.panel:TrainingPanel", "Training", RIGHT, 275),
    PanelEntry("table", "data.panel:TablePanel", "Truth table", BOTTOM, 220),
    PanelEntry("forward", "explain.forward:ForwardPanel", "Forward", BOTTOM, 220, "table"),
    PanelEntry("backward", "explain.backward:BackwardPanel", "Backward", BOTTOM, 220, "table"),
    PanelEntry("steps", "explain.steps:StepsPanel", "Step through", BOTTOM, 220, "table"),
    PanelEntry("matrices", "matrices.panel:MatricesPanel", "Matrices", BOTTOM, 220, "table"),
    PanelEntry("losses", "explain.losses:LossesPanel", "Losses", BOTTOM, 220, "table"),
    PanelEntry("worksheet", "worksheet.panel:WorksheetPanel", "Worksheet", BOTTOM, 220, "table"),
    PanelEntry("network_table", "network_table.panel:NetworkTablePanel", "Table", BOTTOM, 220, "table"),
)
"""Every panel: one file, one line here."""


@dataclass(frozen=True)
class Workspace:
    """An arrangement of the panels: which stand at first, and which of those among tabs are in front.

    All other panels are a menu entry or a key away, and open where PANELS says.
    """

    id: str
    title: str
    about: str
    panels: frozenset[str]
    front: tuple[str, ...] = ()

_ALWAYS = frozenset({"selected", "activation", "output", "loss", "training", "table"})
WORKSPACES = (
    Workspace("build", "Build", "Neurons, weights and the truth table", _ALWAYS | {"separability"}),
    Workspace("train", "Train", "The map, the loss, and the slope that training follows",
              _ALWAYS | {"loss_slice", "losses"}, ("loss_slice",)),
    Workspace("explain", "Explain", "Every number taken apart: forward, backward, step by step",
              _ALWAYS - {"loss"} | {"loss_slice", "slope", "separability", "forward", "backward", "steps", "matrices",
                                    "losses", "worksheet", "network_table"}, ("forward", "loss_slice")),
)
"""What the learner switches between; nothing else rearranges the window."""
PRESENT = Workspace("present", "Present", "Canvas, table and output, large", frozenset({"table", "output"}))
