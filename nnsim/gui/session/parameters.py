"""What the forms and tables of neurons and parameters edit alike, each edit named as an undo step."""

from typing import Any

from PySide6.QtCore import QCoreApplication

from nnsim.core.network import MAX_NAME_LENGTH, Neuron, Role, Structure
from nnsim.documents import edits
from nnsim.gui.session.desk import Desk


def _tr(text: str) -> str:
    return QCoreApplication.translate("Parameters", text)


def other_uses(structure: Structure, parameter: str, here: object) -> str:
    """Where else a shared parameter is used, for reading; empty if it is not shared."""
    uses = [use for use in structure.uses[parameter] if use != here]
    return ", ".join(f"{use.id}" if isinstance(use, Neuron) else f"{use.source} → {use.target}" for use in uses)


def share_parameter(desk: Desk, old: str, new: str) -> None:
    """Rename a parameter; if ``new`` exists already, the two become one, and the learner is told."""
    joins = new in desk.session.structure.parameter_index
    text = _tr("Share {new}") if joins else _tr("Rename {old} to {new}")
    done = desk.session.apply(text.format(old=old, new=new), lambda d: edits.share(d, old, new))
    if done and joins:
        desk.session.say(_tr("{old} is now the shared parameter {new}.").format(old=old, new=new))


def set_trainable(desk: Desk, name: str, yes: bool) -> bool:
    """Let training change a parameter, or not. True if it was accepted, as of every edit here."""
    text = (_tr("Make {name} trainable") if yes else _tr("Freeze {name}")).format(name=name)
    return desk.session.apply(text, lambda d: edits.set_trainable(d, [name], yes))


def why_not_name(text: str) -> str:
    """Why a neuron or parameter cannot be called so; empty if it can."""
    if 1 <= len(text.strip()) <= MAX_NAME_LENGTH:
        return ""
    return _tr("A name has 1 to {most} characters.").format(most=MAX_NAME_LENGTH)


def why_not_neuron_name(desk: Desk, id: str, text: str) -> str:
    """Why the neuron ``id`` cannot be called so; empty if it can."""
    if text != id and text in desk.session.structure.by_id:
        return _tr("There is a neuron called {name} already.").format(name=text)
    return why_not_name(text)


def rename_neuron(desk: Desk, old: str, new: str) -> bool:
    """Call a neuron something else."""
    text = _tr("Rename {old} to {new}").format(old=old, new=new)
    return desk.session.apply(text, lambda d: edits.rename_neuron(d, old, new))


def set_role(desk: Desk, id: str, role: Role) -> bool:
    """Make a neuron an input, an output, or neither."""
    return desk.session.apply(_tr("Set role of {name}").format(name=id), lambda d: edits.set_role(d, [id], role))


def set_field(desk: Desk, id: str, field: str, value: str) -> bool:
    """Set the activation, the combination or the notation of a neuron."""
    text = {"activation": _tr("Set activation of {name}"), "combine": _tr("Set combination of {name}"),
            "notation": _tr("Set notation of {name}")}[field]
    return desk.session.apply(text.format(name=id), lambda d: edits.set_neurons(d, [id], **{field: value}))


def sign_of(neuron: Neuron) -> float:
    """−1 where the bias is written as a threshold, θ = −b."""
    return -1.0 if neuron.notation == "threshold" else 1.0


def written_bias(neuron: Neuron, bias: float) -> float:
    """The bias, or the threshold that is written for it; a 0 is never −0."""
    return sign_of(neuron) * bias + 0.0


def set_bias(desk: Desk, neuron: Neuron, value: float, token: object) -> bool:
    """Set the bias, or the threshold, of a neuron; one that has none gets one."""
    bias, number = neuron.bias, written_bias(neuron, value)
    text = (_tr("Set θ of {name}") if neuron.notation == "threshold" else _tr("Set b of {name}")).format(name=neuron.id)
    if bias is not None:
        return desk.session.set_values({bias: number}, text, token)

    def with_bias(document: Any) -> Any:
        given = edits.set_bias_used(document, neuron.id, True)
        return edits.set_values(given, {str(given.network.structure.by_id[neuron.id].bias): number})

    return desk.session.apply(text, with_bias, token)
