"""The example documents that come with the program."""

from dataclasses import dataclass
from pathlib import Path

from nnsim.resources import resource


@dataclass(frozen=True)
class Example:
    """A document in resources/examples/.

    ``speed`` is how many updates a second training starts with, so that what changes can be watched
    for 8 to 15 seconds; None for gates, which are built, not trained.
    """

    id: str
    title: str
    section: str
    about: str
    speed: float | None = None

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.id}.nnsim"

    @property
    def path(self) -> Path:
        """Where its file is."""
        return resource(f"examples/{self.file}")


_GATES = "Gates by hand"
_LECTURE = "The lecture, step by step"
_TRAIN = "Train"
_FUNCTIONS = "Approximate a function"

_ENTRIES = (
    Example("and", "AND", _GATES, "One neuron that fires only if both inputs do: θ = 1.2."),
    Example("or", "OR", _GATES, "One neuron that fires if any input does: θ = 0.6."),
    Example("nand", "NAND", _GATES, "AND the other way round: both weights are −1, θ = −1.2."),
    Example("nor", "NOR", _GATES, "OR the other way round: both weights are −1, θ = −0.6."),
    Example("not", "NOT", _GATES, "One input, weight −1: the neuron fires until the input does."),
    Example("xor", "XOR", _GATES, "What one neuron cannot do: a hidden AND takes 2 off the sum."),
    Example("xor_layered", "XOR in layers", _GATES, "The same without connections that skip: (OR) AND (NAND)."),
    Example("majority", "Majority of 3", _GATES, "One neuron that fires if two of its three inputs do: θ = 1.6."),
    Example("half_adder", "Half adder", _GATES,
            "Two outputs add two bits: the carry is AND, and the sum is XOR, which takes the carry off twice."),
    Example("parity", "Parity of 3", _GATES,
            "1 for an odd number of ones: three neurons count them, and the output adds any − two + all."),
    Example("hands_on", "Hands-on 2-2-2", _LECTURE,
            "One sample, eight weights: the backpropagation example calculated in the lecture.", speed=20),
    Example("perceptron_and", "Perceptron learns AND", _TRAIN,
            "One threshold neuron and Rosenblatt's rule: the line turns until every row is right.", speed=4),
    Example("perceptron_xor", "Perceptron on XOR", _TRAIN,
            "The same rule where no line can do it: it wanders for ever.", speed=4),
    Example("xor_to_learn", "XOR to learn", _TRAIN,
            "2-2-1 with sigmoids finds XOR by itself, after a long wait on a plateau.", speed=120),
    Example("circle", "Circle", _TRAIN, "2-4-1 bends its boundary until it closes around a disk.", speed=120),
    Example("blobs", "Blobs", _TRAIN,
            "Three classes, three outputs: straight lines part them, and softmax says how surely.", speed=8),
    Example("moons", "Moons", _TRAIN, "2-4-1 bends its boundary between two half moons.", speed=120),
    Example("rings", "Rings", _TRAIN, "2-8-1 finds a ring between a disk and another ring.", speed=250),
    Example("spiral", "Spiral", _TRAIN, "2-8-8-1 winds its boundary between two spirals.", speed=1000),
    Example("checkerboard", "Checkerboard", _TRAIN,
            "2-12-8-1 and Adam put together a board of sixteen squares.", speed=800),
    Example("sine", "Sine", _FUNCTIONS, "1-6-1: six bent curves add up to one wave.", speed=400),
)

EXAMPLES: dict[str, Example] = {entry.id: entry for entry in _ENTRIES}
"""Every example by id, in the order of the menu."""
