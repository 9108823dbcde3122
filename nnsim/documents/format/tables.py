"""Tables of numbers in a file: read piece by piece, so that they take the room of an array and not of a tree."""

import re
from itertools import chain

import msgspec
import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.network import MAX_NEURONS
from nnsim.documents.format.errors import Fault
from nnsim.documents.format.typed_faults import typed_fault

PIECE, LONGEST = 1 << 15, 1 << 20
"""Bytes of text that are read together, and that they and the row in which they end may have."""
_NEXT_ROW = re.compile(rb"\][ \t\r\n]*,[ \t\r\n]*\[")


def table(raw: bytes, name: str, where: str) -> Array:
    """The rows [[…], …] in ``raw``, which is JSON, as an array (rows, columns). Raises Fault naming row and column."""
    pieces: list[Array] = []
    at, rows, width = 0, 0, 0
    while at < len(raw):
        # Each piece is a list of whole rows: where one ends, it is closed, and the next is opened again.
        cut = _NEXT_ROW.search(raw, at + PIECE)
        end = cut.start() + 1 if cut else len(raw)
        piece = (b"[" if pieces else b"") + raw[at:end] + (b"]" if cut else b"")
        if len(piece) > LONGEST:
            raise Fault(f"row {rows} is too long: a sample has at most {MAX_NEURONS} numbers.", where)
        found = _rows(piece, rows, where)
        width = width or (len(found[0]) if found else 0)
        lengths = list(map(len, found))
        if found and (width == 0 or lengths.count(width) < len(found)):
            number = next(i for i, length in enumerate(lengths) if length != width or not length)
            message = f"has {lengths[number]} numbers, but row 0 has {width}: all rows must be as long."
            if not lengths[number]:
                message = "is empty: give at least one number."
            raise Fault(f"{name} row {rows + number} {message}", "data")
        flat = chain.from_iterable(found)
        pieces.append(np.fromiter(flat, np.float64, width * len(found)).reshape(len(found), width))
        rows += len(found)
        at = cut.end() - 1 if cut else end
    return np.concatenate(pieces)


def _rows(piece: bytes, first: int, where: str) -> list[list[float]]:
    try:
        return msgspec.json.decode(piece, type=list[list[float]])
    except msgspec.ValidationError as error:
        fault = typed_fault(error, piece, where, {})
    except msgspec.DecodeError:
        # Where a text among the numbers holds what looks like the end of a row.
        raise Fault("a table holds numbers alone: remove the texts from it.", where) from None
    message, path, what = fault.args
    # The piece counts its rows from 0.
    raise Fault(message, re.sub(r"\[(\d+)\]", lambda row: f"[{int(row[1]) + first}]", path, count=1), what)
