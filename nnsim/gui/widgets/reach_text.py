"""What is said of targets that outputs can never give."""

from PySide6.QtCore import QCoreApplication

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.formulas.numbers import format_number
from nnsim.training.ranges import OutOfReach

SHOWN = 4
"""So many outputs are named."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("ReachNote", text)


def reach_text(part: OutOfReach) -> str:
    """“Targets from −1 to 1 are out of reach: y is Sigmoid, which gives only 0 to 1.”"""
    entry = ACTIVATIONS[part.activation]
    low, high = (format_number(value) for value in part.targets)
    ends = [format_number(value) for value in part.gives]
    if not entry.has_slope and not part.softmax:
        gives = _tr("{low} or {high}").format(low=ends[0], high=ends[1])
    elif part.gives[1] == float("inf"):
        gives = _tr("{low} and more").format(low=ends[0])
    else:
        gives = _tr("{low} to {high}").format(low=ends[0], high=ends[1])
    targets = (_tr("The target {low} is").format(low=low) if low == high else
               _tr("Targets from {low} to {high} are").format(low=low, high=high))
    names = ", ".join(part.outputs[:SHOWN]) + (" …" if len(part.outputs) > SHOWN else "")
    one = len(part.outputs) == 1
    if part.softmax:
        text = (_tr("{targets} out of reach: {names} is {activation}, of which softmax makes only {gives}.") if one else
                _tr("{targets} out of reach: {names} are {activation}, of which softmax makes only {gives}."))
    else:
        text = (_tr("{targets} out of reach: {names} is {activation}, which gives only {gives}.") if one else
                _tr("{targets} out of reach: {names} are {activation}, which gives only {gives}."))
    return text.format(targets=targets, names=names, activation=entry.label, gives=gives)
