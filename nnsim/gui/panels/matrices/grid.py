"""Where the cells of all layers lie, which neuron and parameter each is of, and what stands in it."""

from PySide6.QtCore import QPoint, QRect, QSize

from nnsim.core.arrays import Array
from nnsim.core.network import Connection, Structure
from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.matrices.blocks import PARTS, Block, Cell, blocks_of, number_width, row_height
from nnsim.gui.session.desk import Desk

FEW = 40
"""Of more blocks only those that come into sight are measured."""


class Grid:
    """The blocks of a desk's network, one under the other, as they are seen through a window of ``size`` pixels."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.blocks: list[Block] = []
        self.size = QSize()
        self.needed = QSize()
        """How large all blocks are together, as far as they were measured."""
        self._measured: list[bool] = []
        self.x, self.y = 0, 0
        """How far it is scrolled, in pixels."""
        self._structure: Structure | None = None
        self._values: tuple[Array, Array, Array] | None = None

    @property
    def is_behind(self) -> bool:
        """Whether the session's network has another structure than the blocks."""
        return self.desk.session.structure is not self._structure

    def follow(self) -> None:
        """Take the blocks of the session's network."""
        self._structure = self.desk.session.structure
        self.blocks = blocks_of(self._structure)
        self._measured = [False] * len(self.blocks)

    def arrange(self) -> None:
        """Give every block its place."""
        top = GRID
        for block in self.blocks:
            block.arrange_rows(top, self.size.width())
            top = block.bottom + 2 * GRID
        self.needed = QSize(0, top)
        self._measured = [False] * len(self.blocks)
        for index in range(len(self.blocks)) if len(self.blocks) <= FEW else self.in_sight():
            self.measured(index)

    def measured(self, index: int) -> Block:
        """A block that has its columns in their places."""
        block = self.blocks[index]
        if not self._measured[index]:
            self._measured[index] = True
            block.arrange_columns(self.size.width(), self.number_width)
            self.needed = self.needed.expandedTo(QSize(max(block.right, block.code_end), 0))
        return block

    def in_sight(self) -> list[int]:
        """Which blocks can be seen."""
        seen = [i for i, block in enumerate(self.blocks) if block.top < self.y + self.size.height()
                and block.bottom > self.y]
        for index in seen:
            self.measured(index)
        return seen

    @property
    def digits(self) -> int:
        """As many as the learner asks for; fewer are painted where a cell has no room for them."""
        return self.desk.study.digits

    @property
    def number_width(self) -> int:
        """Room for that many digits."""
        return number_width(self.digits)

    # Cells

    def has(self, cell: Cell) -> bool:
        """Whether there is such a cell."""
        return cell.layer < len(self.blocks) and self.measured(cell.layer).has(cell)

    def first_cell(self) -> Cell | None:
        """Where the keys begin; None without a layer."""
        return Cell(0, "W" if self.blocks[0].layer.columns else "z", 0) if self.blocks else None

    def cell_of(self, source: str, target: str) -> Cell | None:
        """Where the weight of a connection stands; without a source, where the neuron's sum does."""
        for index, block in enumerate(self.blocks):
            row, column = block.layer.row_of.get(target), block.layer.column_of.get(source)
            if row is not None and (column is not None or not source):
                return Cell(index, "W" if source else "z", row, column or 0)
        return None

    def next_cell(self, cell: Cell, right: int, down: int) -> Cell:
        """The next cell in a direction; the same at the edge. Beyond the last row comes the next layer."""
        block = self.measured(cell.layer)
        if right:
            places = [("W", column) for column in range(len(block.layer.columns))]
            places += [(part, 0) for part in PARTS[1:] if part in block.left]
            here = places.index((cell.part, cell.column))
            part, column = places[min(max(here + right, 0), len(places) - 1)]
            return Cell(cell.layer, part, min(cell.row, block.rows(part) - 1), column)
        row = cell.row + down
        if 0 <= row < block.rows(cell.part):
            return cell._replace(row=row)
        layer = cell.layer + (1 if row > 0 else -1)
        if not 0 <= layer < len(self.blocks):
            return cell
        other = self.measured(layer)
        part = cell.part if cell.part in other.left else "z"
        column = min(cell.column, len(other.layer.columns) - 1) if part == "W" else 0
        return Cell(layer, part, 0 if row > 0 else other.rows(part) - 1, column)

    def rect_of(self, cell: Cell) -> QRect:
        """Where a cell is in the window."""
        block, height = self.measured(cell.layer), row_height()
        width = block.cell_width if cell.part == "W" else self.number_width
        x = block.left[cell.part] + cell.column * width - self.x
        return QRect(x, block.cells + cell.row * height - self.y, width, height)

    def cell_at(self, point: QPoint) -> Cell | None:
        """The cell at a point of the window."""
        x, y = point.x() + self.x, point.y() + self.y
        for index, block in enumerate(self.blocks):
            if not block.cells <= y < block.below:
                continue
            if block.header < self.y and point.y() < block.cells - block.header:
                return None  # the header, which stays in sight
            row = (y - block.cells) // row_height()
            for part, left in block.left.items():
                width = block.cell_width if part == "W" else self.number_width
                column = (x - left) // width
                count = len(block.layer.columns) if part == "W" else 1
                if 0 <= column < count and row < block.rows(part):
                    return Cell(index, part, row, column)
        return None

    def connection(self, cell: Cell) -> Connection | None:
        """The connection of a cell of W."""
        return self.blocks[cell.layer].connection(cell)

    def neuron(self, cell: Cell) -> str:
        """The neuron of a cell of x, b, z or a: whose value stands there."""
        return self.blocks[cell.layer].neuron(cell)

    def parameter(self, cell: Cell) -> str | None:
        """The parameter of a cell of W or b; None where there is none."""
        return self.blocks[cell.layer].parameter(cell)

    # Values

    @property
    def values(self) -> tuple[Array, Array, Array]:
        """Parameters, and z and a of every neuron for the inputs that are fed, as they were when first asked for."""
        if self._values is None:
            trace = self.desk.looking.trace
            self._values = self.desk.session.network.parameters, trace.z_rows[:, 0], trace.a_rows[:, 0]
        return self._values

    def forget_values(self) -> None:
        """Ask for them anew."""
        self._values = None

    def value(self, cell: Cell) -> float | None:
        """The number in a cell; None in an empty one."""
        parameters, z, a = self.values
        structure = self.blocks[cell.layer].layer.structure
        if cell.part in "Wb":
            parameter = self.parameter(cell)
            return None if parameter is None else float(parameters[structure.parameter_index[parameter]])
        place = structure.position[self.neuron(cell)]
        return float(z[place] if cell.part == "z" else a[place])
