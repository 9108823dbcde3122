"""Notations: how the quantities of a network are written, as plain text and in LaTeX."""

import re
from dataclasses import dataclass
from functools import lru_cache

from nnsim.core.network import Structure
from nnsim.core.symbols import Symbol, words

_NUMBERED = re.compile(r"^([A-Za-z])_?(\d+)$")
_ESCAPES = {"\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "%": r"\%", "#": r"\#", "&": r"\&",
            "_": r"\_", "^": r"\hat{}", "~": r"\sim "}


@lru_cache(maxsize=4096)
def name(text: str) -> Symbol:
    """A neuron's or parameter's own name. A letter and a number become an index; any other stands as it is."""
    numbered = _NUMBERED.match(text)
    if numbered:
        return Symbol(text, f"{numbered[1]}_{{{numbered[2]}}}")
    if len(text) == 1 and text.isascii() and text.isalpha():
        return Symbol(text, text)
    words = r"\ ".join("".join(_ESCAPES.get(c, c) for c in word) for word in text.split(" "))
    return Symbol(text, rf"\mathrm{{{words}}}")


@dataclass(frozen=True)
class Notation:
    """A way of writing. ``z`` and ``a`` go before a neuron's name: z(h1), and as words net h1."""

    id: str
    label: str
    about: str
    z: str
    a: str
    output: str
    target: str
    rate: Symbol
    loss: Symbol

    def pre_activation(self, id: str) -> Symbol:
        """What a neuron sums up: z, net or Input."""
        return self._of(self.z, id)

    def activation(self, structure: Structure, id: str) -> Symbol:
        """What a neuron gives: an input's is its own name, an output's o or O with its number."""
        role = structure.by_id[id].role
        if role == "input":
            return name(id)
        return self._numbered(self.output, id) if role == "output" else self._of(self.a, id)

    def target_of(self, id: str) -> Symbol:
        """What an output should give."""
        return self._numbered(self.target, id)

    def delta(self, id: str) -> Symbol:
        """∂L/∂z of a neuron."""
        return _letter_of("δ", id, r"\delta")

    @staticmethod
    def _of(letter: str, id: str) -> Symbol:
        if len(letter) == 1:
            return _letter_of(letter, id)
        return Symbol(f"{letter} {id}", rf"\mathrm{{{letter}}}_{{{name(id).latex}}}")

    def _numbered(self, letter: str, id: str) -> Symbol:
        """O1 of a neuron called o1, O(y) of one called y."""
        numbered = _NUMBERED.match(id)
        if numbered and numbered[1] in "oOyY":
            return Symbol(f"{letter}{numbered[2]}", f"{letter}_{{{numbered[2]}}}")
        return _letter_of(letter, id)


def _letter_of(letter: str, id: str, latex: str = "") -> Symbol:
    """A letter whose index is a neuron's name: δ(o1), to be read as “δ of o1”.

    Plain text has no lowered letters: Unicode knows some, no y, and few fonts have them; brackets suit any name.
    """
    return Symbol(f"{letter}({id})", f"{latex or letter}_{{{name(id).latex}}}")


_ETA = Symbol("η", r"\eta")
_ENTRIES = (
    Notation("lecture", "Lecture: Input, out, T, O, l", "As the lecture's slides write it.",
             "Input", "out", "O", "T", Symbol("l", "l"), words("Loss")),
    Notation("net", "net, out, T, O, η", "As many textbooks and worked examples write it.",
             "net", "out", "O", "T", _ETA, words("Loss")),
    Notation("field", "Field: z, a, t, o, η", "As research papers write it.",
             "z", "a", "o", "t", _ETA, Symbol("L", "L")),
)

NOTATIONS: dict[str, Notation] = {entry.id: entry for entry in _ENTRIES}
"""Every notation by name."""
LETTERS = frozenset(letter for entry in _ENTRIES for letter in ("δ", entry.z, entry.a, entry.output, entry.target)
                    if len(letter) == 1)
"""Those that have a neuron's name as their index."""

_LECTURES_INPUT = re.compile(r"^i\d+$")


def notation_for(structure: Structure, chosen: str = "") -> Notation:
    """The notation that was chosen by name, else that which suits a network.

    That is the lecture's if the inputs are named as in its example, i1 and i2, else the field's.
    """
    lectures = bool(structure.inputs) and all(_LECTURES_INPUT.match(id) for id in structure.inputs)
    return NOTATIONS.get(chosen) or NOTATIONS["lecture" if lectures else "field"]
