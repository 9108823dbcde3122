"""Parameters that several neurons or connections share."""

from __future__ import annotations

from nnsim.core.network import Neuron, Structure
from nnsim.documents import edits
from nnsim.gui.session.session import Session


def other_uses(structure: Structure, parameter: str, here: object) -> str:
    """Where else a shared parameter is used, for reading; empty if it is not shared."""
    uses = [use for use in structure.uses[parameter] if use != here]
    return ", ".join(f"{use.id}" if isinstance(use, Neuron) else f"{use.source} → {use.target}" for use in uses)


def share_parameter(session: Session, old: str, new: str) -> None:
    """Rename a parameter; if ``new`` exists already, the two become one, and the learner is told."""
    joins = new in session.structure.parameter_index
    text = session.tr("Share {new}") if joins else session.tr("Rename {old} to {new}")
    done = session.apply(text.format(old=old, new=new), lambda d: edits.share(d, old, new))
    if done and joins:
        session.say(session.tr("{old} is now the shared parameter {new}.").format(old=old, new=new))
