"""A network as NumPy code: h = sigmoid(W1 @ x + b1), layer by layer."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.combines import COMBINES
from nnsim.core.explain.matrices import Layer, layers_of
from nnsim.core.network import Network, Structure
from nnsim.core.program import checked_matrix, compile

_HIDDEN, _OUTPUTS, _JOINED = ("h", "a", "hidden"), ("o", "y", "out"), ("x", "in", "joined")
"""What layers, and what several of them are joined to, are called: the first that no neuron is called."""
_MOST_NAMED = 12
_MOST_SHARED = 20
_CALL = re.compile(r"(?<![\w.])(\w+)\(")
"""A function that is called by its name alone: sigmoid(z), but not np.tanh(z)."""

_UTF8 = (
    'if hasattr(sys.stdout, "reconfigure"):  # not every console knows the letters of all names',
    '    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")', "")


class Piece(NamedTuple):
    """A piece of a line of code, and what it stands for: "W", "x", "b", "z", "a", or "" for nothing of a layer's."""

    text: str
    part: str = ""


Line = tuple[Piece, ...]


class LayerCode(NamedTuple):
    """A layer in code: what its arrays are called, and its lines.

    ``b`` is empty where no neuron has a bias, ``x`` where nothing comes in. ``parts`` is what x is joined from.
    """

    W: str
    x: str
    b: str
    z: str
    a: str
    parts: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The lines as they stand in a program."""
        return "\n".join("".join(piece.text for piece in line) for line in self.lines)


def layer_codes(structure: Structure, layers: Sequence[Layer]) -> tuple[LayerCode, ...]:
    """The code of each layer: h = sigmoid(W1 @ x + b1), o = sigmoid(W2 @ h + b2); several hidden layers have numbers.

    No layer is called as a neuron is: one of two neurons h1 and h2 is no h1, and that of a neuron h is a.
    """
    names, joined = _names_of_layers(structure, layers)
    sizes = {-1: len(structure.inputs)} | {layer.depth: len(layer.rows) for layer in layers}
    place = {id: (-1, i) for i, id in enumerate(structure.inputs)}
    place |= {id: (layer.depth, row) for layer in layers for row, id in enumerate(layer.rows)}
    return tuple(_layer_code(layer, names, joined, sizes, place) for layer in layers)


def _names_of_layers(structure: Structure, layers: Sequence[Layer]) -> tuple[dict[int, str], dict[int, str]]:
    """What each layer's output is called, by depth, the inputs' −1; and what a layer takes in, if that is joined."""
    depths = [layer.depth for layer in layers]
    hidden = [layer.depth for layer in layers if layer.rows != structure.outputs]
    numbers = dict.fromkeys(hidden, "") if len(hidden) == 1 else {depth: f"{depth}" for depth in hidden}
    names = dict.fromkeys(depths, _free(structure, _OUTPUTS, [""])) | {-1: "x"}
    stem = _free(structure, _HIDDEN, numbers.values())
    return (names | {depth: f"{stem}{number}" for depth, number in numbers.items()},
            {depth: f"{_free(structure, _JOINED, [f'{depth}'])}{depth}" for depth in depths})


def _free(structure: Structure, stems: Sequence[str], numbers: Iterable[str]) -> str:
    """The first of these that no neuron is called with any of the numbers behind it."""
    numbers = [*numbers]
    for stem in stems:
        if not any(f"{stem}{number}" in structure.by_id for number in numbers):
            return stem
    return _free(structure, [f"{stems[-1]}_"], numbers)


def numpy_code(network: Network, inputs: ArrayLike | None = None) -> str:
    """A program that needs NumPy alone: the arrays, the functions, the network, and its outputs for ``inputs``.

    ``inputs`` is (inputs,), zeros if None. The program prints a line per output. Raises NetworkError if the network
    cannot run, ValueError if inputs do not fit or a matrix would be too large. Sums run in the order of the columns:
    where one meets the edge of a step exactly, its last bit may fall on the other side than in the engine.
    """
    structure = compile(network).structure
    x = np.zeros(len(structure.inputs)) if inputs is None else np.asarray(inputs, dtype=np.float64)
    x = checked_matrix(x[None], "inputs", structure.inputs)[0]
    layers = layers_of(structure)
    codes = layer_codes(structure, layers)
    plain = "".join(structure.outputs).isascii()
    lines = [*([] if plain else ["import sys"]), "import numpy as np", ""]
    for layer, code in zip(layers, codes, strict=True):
        lines += _arrays(network, layer, code)
    lines += _shared(structure)
    for name in _functions(structure):
        lines += ["", "", f"def {name}(z):", *(f"    {line}" for line in ACTIVATIONS[name].code)]
    lines += ["", "", "def network(x):"]
    for code in codes:
        lines += [f"    {line}" for line in code.text.split("\n")]
    lines += [f"    return {_result(structure, layers, codes)}", "", "", *([] if plain else _UTF8),
              f"x = np.array({_list(x)})  # {_names(structure.inputs)}",
              f"for name, value in zip({_strings(structure.outputs)}, network(x)):",
              '    print(name, "=", value)']
    return "\n".join(lines) + "\n"


def _layer_code(layer: Layer, names: dict[int, str], joins: dict[int, str], sizes: dict[int, int],
                place: dict[str, tuple[int, int]]) -> LayerCode:
    depth, a = layer.depth, names[layer.depth]
    W, b, z = f"W{depth}", f"b{depth}" if layer.has_bias else "", f"z{depth}"
    lines: list[Line] = []
    x, parts = "", _parts(layer, names, sizes, place)
    if parts:
        x = parts[0] if parts[0] in names.values() and len(parts) == 1 else joins[depth]
        if x != parts[0]:
            joined = parts[0] if len(parts) == 1 else f"np.concatenate([{', '.join(parts)}])"
            lines.append((Piece(x, "x"), Piece(f" = {joined}")))
    sums, functions = layer.sums, [neuron.activation for neuron in layer.neurons]
    total = _total(len(layer.rows), W, x, b)
    if all(sums) and len(set(functions)) == 1:
        # The whole layer in one line, as the lecture writes it.
        lines.append((Piece(a, "a"), Piece(" = "), *_called(functions[0], total)))
        return LayerCode(W, x, b, z, a, parts, tuple(lines))
    if not any(sums):
        lines.append((Piece(z, "z"), Piece(f" = np.empty({len(sums)})")))
    else:
        lines.append((Piece(z, "z"), Piece(" = "), *total))
    for row, neuron in enumerate(layer.neurons):
        if not sums[row]:
            columns = sorted(layer.column_of[c.source] for c in layer.structure.incoming[neuron.id])
            whole = len(columns) == len(layer.columns)
            cells, entries = (f"[{row}]", "") if whole else (f"[{row}, {columns}]", f"[{columns}]")
            bias = (Piece(" + "), Piece(f"{b}[{row}]", "b")) if neuron.bias is not None else ()
            lines.append((Piece(f"{z}[{row}]", "z"), Piece(f" = {COMBINES[neuron.combine].code}("),
                          Piece(f"{W}{cells}", "W"), Piece(" * "), Piece(f"{x}{entries}", "x"), Piece(")"), *bias))
    if len(set(functions)) == 1:
        lines.append((Piece(a, "a"), Piece(" = "), *_called(functions[0], (Piece(z, "z"),))))
    else:
        lines.append((Piece(a, "a"), Piece(f" = np.empty({len(sums)})")))
        for function in dict.fromkeys(functions):
            rows = [row for row, own in enumerate(functions) if own == function]
            lines.append((Piece(f"{a}[{rows}]", "a"), Piece(" = "),
                          *_called(function, (Piece(f"{z}[{rows}]", "z"),))))
    return LayerCode(W, x, b, z, a, parts, tuple(lines))


def _total(rows: int, W: str, x: str, b: str) -> Line:
    """W @ x + b; without connections only b; without both zeros."""
    product = (Piece(W, "W"), Piece(" @ "), Piece(x, "x")) if x else ()
    if not b:
        return product or (Piece(f"np.zeros({rows})"),)
    return (*product, Piece(" + "), Piece(b, "b")) if product else (Piece(b, "b"),)


def _called(function: str, argument: Line) -> Line:
    return argument if function == "linear" else (Piece(f"{function}("), *argument, Piece(")"))


def _parts(layer: Layer, names: dict[int, str], sizes: dict[int, int],
           place: dict[str, tuple[int, int]]) -> tuple[str, ...]:
    """What x is put together from: whole earlier layers, or some entries of them."""
    entries: dict[int, list[int]] = {}
    for id in layer.columns:
        depth, row = place[id]
        entries.setdefault(depth, []).append(row)
    return tuple(names[depth] if len(rows) == sizes[depth] else f"{names[depth]}[{rows}]"
                 for depth, rows in entries.items())


def _arrays(network: Network, layer: Layer, code: LayerCode) -> list[str]:
    lines = []
    if layer.columns:
        rows = [_list(row) for row in layer.matrix(network.parameters)]
        indent = ",\n" + " " * (len(code.W) + len(" = np.array(["))
        lines.append(f"# {code.W}: to {_names(layer.rows)} from {_names(layer.columns)}")
        lines.append(f"{code.W} = np.array([{indent.join(rows)}])")
    if code.b:
        lines.append(f"{code.b} = np.array({_list(layer.biases(network.parameters))})")
    return lines


def _shared(structure: Structure) -> list[str]:
    """A word about parameters that stand in several places."""
    shared = [(name, len(uses)) for name, uses in structure.uses.items() if len(uses) > 1]
    lines = [f"# {_plain(name)} is one parameter in {count} places." for name, count in shared[:_MOST_SHARED]]
    more = len(shared) - len(lines)
    return lines + ([f"# … and {more} more parameters stand in several places."] if more else [])


def _functions(structure: Structure) -> list[str]:
    """The activations in use and what they call, in the order of the registry."""
    used = {neuron.activation for neuron in structure.neurons if neuron.role != "input"} - {"linear"}
    waiting = [*used]
    while waiting:
        calls = set(_CALL.findall("\n".join(ACTIVATIONS[waiting.pop()].code))) & ACTIVATIONS.keys() - used
        used |= calls
        waiting += calls
    return [name for name in ACTIVATIONS if name in used]


def _result(structure: Structure, layers: Sequence[Layer], codes: Sequence[LayerCode]) -> str:
    for layer, code in zip(layers, codes, strict=True):
        if layer.rows == structure.outputs:
            return code.a
    where = {id: f"{code.a}[{row}]" for layer, code in zip(layers, codes, strict=True)
             for row, id in enumerate(layer.rows)}
    return f"np.array([{', '.join(where[id] for id in structure.outputs)}])"


def _list(values: ArrayLike) -> str:
    """Numbers as a list, each with all its digits."""
    return repr(np.asarray(values, dtype=np.float64).tolist())


def _plain(name: str) -> str:
    """A name for a comment: what would end the line, or not be seen in it, is left out."""
    return "".join(character if character.isprintable() else "?" for character in name)


def _names(ids: Sequence[str]) -> str:
    return ", ".join(_plain(id) for id in ids[:_MOST_NAMED]) + (", …" if len(ids) > _MOST_NAMED else "")


def _strings(ids: Sequence[str]) -> str:
    return f"[{', '.join(repr(id) for id in ids)}]"
