"""The layers as W, x, b, z and a: which cells they have, and where each stands."""

from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nlargest
from typing import NamedTuple

from PySide6.QtCore import QPoint
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics

from nnsim.core.explain.matrices import Layer, layers_of
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.numbers import DIGITS, MINUS
from nnsim.core.network import Connection, Neuron, Structure
from nnsim.exchange.numpy_code import LayerCode, layer_codes
from nnsim.gui.look.theme import GRID, font, pixels, text_scale

PARTS = ("W", "x", "b", "z", "a")
MARGIN = 12
PAD = 4
MOST_LABEL, MOST_SOURCE = 96, 72
NARROWEST = 44
"""A cell with a number is at least this wide, at 100 % text."""
NARROW = 12
"""A cell of a matrix too wide for numbers: its tint alone, and a dash where it is negative."""
MOST_NUMBERED = 24
"""Up to this many columns have room for numbers."""
MOST_WORDS, MOST_CODE = 6, 6
MOST_MEASURED = 4
"""Of so many names the width is looked at."""


class Cell(NamedTuple):
    """A cell: of which layer, of which of PARTS, and where. Of a column vector ``column`` is 0."""

    layer: int
    part: str
    row: int
    column: int = 0


@dataclass
class Block:
    """A layer in its place. Lengths are pixels of the content, before scrolling."""

    layer: Layer
    code: LayerCode
    words: tuple[Neuron, ...]
    """Neurons that do not sum, whose rows are written out as terms."""
    functions: str
    """Which neuron has which function, where they differ."""
    labels: tuple[str, ...]
    """What stands before each row."""
    top: int = 0
    header: int = 0
    cells: int = 0
    below: int = 0
    bottom: int = 0
    code_at: QPoint = field(default_factory=QPoint)
    """Where the lines of code begin: below the cells, or beside the formula where that has room for both."""
    right: int = 0
    cell_width: int = 0
    left: dict[str, int] = field(default_factory=dict)
    """Where each part that the layer has begins."""
    label_width: int = 0
    source_width: int = 0

    def rows(self, part: str) -> int:
        """How many rows a part has."""
        return len(self.layer.columns) if part == "x" else len(self.layer.rows)

    def arrange_columns(self, room: int, number: int) -> None:
        """Give each part its place, in ``room`` pixels where that is possible; a ``number`` needs so many."""
        layer, metrics = self.layer, QFontMetrics(font("body", bold=True))
        scale = text_scale()

        def widest(ids: tuple[str, ...], most: int) -> int:
            # The longest few: to measure a text costs more than to draw it.
            longest = nlargest(MOST_MEASURED, ids, key=len)
            return max((min(metrics.horizontalAdvance(id), round(most * scale)) for id in longest), default=0) + 1

        self.label_width = widest(self.labels, MOST_LABEL)
        self.source_width = widest(layer.columns, MOST_SOURCE) if layer.columns else 0
        # Around each part a bracket, before it the sign that joins it with the part before.
        gap = 3 * GRID
        others = MARGIN + self.label_width + GRID + self.source_width + 4 * number + 4 * gap + 2 * GRID
        n = len(layer.columns)
        if n > MOST_NUMBERED:
            self.cell_width = NARROW
        else:
            each = (room - others - MARGIN) // max(n, 1)
            # Who asks for more digits than usual wants to see them, and scrolls.
            least = round(NARROWEST * scale) if number <= number_width(DIGITS) else number
            self.cell_width = max(least, min(number, each))
        x = MARGIN + self.label_width + GRID
        self.left = {}
        if n:
            self.left["W"] = x
            x += n * self.cell_width + GRID + self.source_width + GRID
            self.left["x"] = x
            x += number + gap
        if layer.has_bias:
            self.left["b"] = x
            x += number + gap
        self.left["z"] = x
        x += number + gap
        self.left["a"] = x
        self.right = x + number + GRID

    def arrange_rows(self, top: int, room: int) -> None:
        """Give each row its place below ``top``, where ``room`` pixels are seen side by side."""
        line, small = row_height(), small_height()
        self.top = top
        self.header = top + round(28 * text_scale())
        self.cells = self.header + small
        self.below = self.cells + line * max(len(self.layer.rows), len(self.layer.columns)) + GRID // 2
        words = min(len(self.words), MOST_WORDS) + bool(self.functions) + (len(self.words) > MOST_WORDS)
        self.bottom = self.below + words * small
        self.code_at = QPoint(MARGIN, self.bottom)
        # A formula is never as long as the same in code.
        if len(self.code.lines) == len(formulas(self)) == 1 and self.code_end + GRID <= room // 2:
            self.code_at = QPoint(room // 2, (top + self.header - code_height()) // 2)
        else:
            self.bottom += min(len(self.code.lines), MOST_CODE) * code_height()

    @property
    def code_end(self) -> int:
        """How far the code reaches to the right."""
        metrics = QFontMetrics(code_font())
        lines = self.code.lines[:MOST_CODE]
        widest = max(metrics.horizontalAdvance("".join(piece.text for piece in line)[:400]) for line in lines)
        return self.code_at.x() + widest

    def has(self, cell: Cell) -> bool:
        """Whether there is such a cell."""
        return (cell.part in self.left and cell.row < self.rows(cell.part)
                and (cell.part != "W" or cell.column < len(self.layer.columns)))

    def connection(self, cell: Cell) -> Connection | None:
        """The connection of a cell of W."""
        return self.layer.connection(cell.row, cell.column) if cell.part == "W" else None

    def neuron(self, cell: Cell) -> str:
        """The neuron of a cell of x, b, z or a: whose value stands there."""
        return self.layer.columns[cell.row] if cell.part == "x" else self.layer.rows[cell.row]

    def parameter(self, cell: Cell) -> str | None:
        """The parameter of a cell of W or b; None where there is none."""
        if cell.part == "W":
            connection = self.connection(cell)
            return None if connection is None else connection.weight
        return self.layer.neurons[cell.row].bias if cell.part == "b" else None


def blocks_of(structure: Structure) -> list[Block]:
    """A block for each layer, from the inputs on; not arranged yet."""
    layers = layers_of(structure)
    return [_block(layer, code) for layer, code in zip(layers, layer_codes(structure, layers), strict=True)]


def _block(layer: Layer, code: LayerCode) -> Block:
    functions: dict[str, list[str]] = {}
    for neuron in layer.neurons:
        functions.setdefault(neuron.activation, []).append(neuron.id)
    several = "; ".join(f"{function}: {', '.join(ids)}" for function, ids in functions.items())
    words = tuple(n for n, is_sum in zip(layer.neurons, layer.sums, strict=True) if not is_sum)
    return Block(layer, code, words, several if len(functions) > 1 else "",
                 tuple(row_label(neuron) for neuron in layer.neurons))


def row_label(neuron: Neuron) -> str:
    """A neuron's name before its row; with a sign where it does not sum."""
    signs = {"product": "Π ", "max": "max "}
    return signs.get(neuron.combine, "") + neuron.id


def formulas(block: Block) -> list[str]:
    """LaTeX of a layer: h = sigmoid(W₁ x + b₁), and what x is joined from, if it is."""
    code, layer = block.code, block.layer
    functions = {neuron.activation for neuron in layer.neurons}
    product = f"{name(code.W).latex}\\,{name(code.x).latex}" if code.x else ""
    bias = name(code.b).latex if code.b else ""
    inside = " + ".join(part for part in (product, bias) if part) or "0"
    if not any(layer.sums):
        inside = name(code.z).latex
    function = "g" if len(functions) > 1 else name(next(iter(functions))).latex
    if functions == {"linear"}:
        found = [f"{name(code.a).latex} = {inside}"]
    else:
        found = [f"{name(code.a).latex} = {function}({inside})"]
    if len(code.parts) > 1 and all(part.isalnum() for part in code.parts):
        found.append(f"{name(code.x).latex} = ({', '.join(name(part).latex for part in code.parts)})")
    return found


def row_height() -> int:
    """The height of a cell."""
    return QFontMetrics(font("body")).height() + 6


def small_height() -> int:
    """The height of a title, and of a line of words."""
    return QFontMetrics(font("small")).height() + 2


def number_width(digits: int) -> int:
    """Room for so many digits, a point and a sign."""
    return QFontMetrics(font("body")).horizontalAdvance(f"{MINUS}0.{'0' * digits}") + 2 * PAD


def code_height() -> int:
    """The height of a line of code."""
    return QFontMetrics(code_font()).height() + 4


def code_font(bold: bool = False) -> QFont:
    """The system's typeface for code, as large as other text."""
    return _code_font(pixels("body") - 1, bold)


@lru_cache(maxsize=16)
def _code_font(size: int, bold: bool) -> QFont:
    face = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    face.setPixelSize(size)
    face.setBold(bold)
    return face
