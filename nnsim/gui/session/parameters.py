"""Parameters that several neurons or connections share."""

from __future__ import annotations

from nnsim.core.network import Neuron, Structure
from nnsim.documents import edits
from nnsim.gui.session.desk import Desk


def other_uses(structure: Structure, parameter: str, here: object) -> str:
    """Where else a shared parameter is used, for reading; empty if it is not shared."""
    uses = [use for use in structure.uses[parameter] if use != here]
    return ", ".join(f"{use.id}" if isinstance(use, Neuron) else f"{use.source} → {use.target}" for use in uses)


def share_parameter(desk: Desk, old: str, new: str) -> None:
    """Rename a parameter; if ``new`` exists already, the two become one, and the learner is told."""
    joins = new in desk.session.structure.parameter_index
    text = desk.session.tr("Share {new}") if joins else desk.session.tr("Rename {old} to {new}")
    done = desk.session.apply(text.format(old=old, new=new), lambda d: edits.share(d, old, new))
    if done and joins:
        desk.session.say(desk.session.tr("{old} is now the shared parameter {new}.").format(old=old, new=new))
