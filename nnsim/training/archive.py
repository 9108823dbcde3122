"""Archives of arrays (numpy's .npz): written in one step, read within limits that are known before anything is read."""

import contextlib
import io
import math
import os
import re
import secrets
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nnsim.core.arrays import Array

MAX_BYTES = 64 * 1024 * 1024
"""Of a file, and of the arrays in it: five vectors for the largest network and two full curves are a third of it."""

_END = 22
"""Bytes of the record that ends a zip file without a comment."""
_LOCATOR = 20
"""Bytes that stand before it where the directory is a large one."""
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00.."
    rb"\{'descr': '([<|]\w\d)', 'fortran_order': False, 'shape': \(([\d, ]{0,80})\), \} *\n", re.DOTALL
)
"""What numpy writes before an array's numbers; read here, because its own reader evaluates the text."""


def write_arrays(path: str | Path, arrays: Mapping[str, Any]) -> None:
    """The arrays become the content of the file at ``path``. Raises OSError, and then the file is as it was."""
    content = io.BytesIO()
    np.savez(content, **arrays)
    target = Path(os.path.realpath(path))
    # In the same folder, because only there a rename is one step.
    temporary = target.parent / f".nnsim-{secrets.token_hex(8)}.tmp"
    try:
        with temporary.open("xb") as file:
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def read_arrays(path: str | Path, names: tuple[str, ...]) -> dict[str, Array]:
    """The arrays of a file that ``write_arrays`` wrote, read-only, by their names.

    Raises OSError if the file cannot be read and ValueError if it is no such archive, holds other arrays, or would
    need more than MAX_BYTES: the sizes are looked at before anything is unpacked.
    """
    with Path(path).open("rb") as file:
        # With its size, because the most that is allowed would be set aside first.
        raw = file.read(min(os.fstat(file.fileno()).st_size, MAX_BYTES + 1))
    if len(raw) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES // 2**20} MB")
    _check_directory(raw, len(names))
    try:
        return _unpacked(raw, names)
    except ValueError:
        raise
    except Exception as error:
        # Damaged bytes make zipfile and zlib raise errors of a dozen kinds, and this list is not written down anywhere.
        raise ValueError(f"the archive is damaged ({error or type(error).__name__})") from None


def _check_directory(raw: bytes, entries: int) -> None:
    """Raises ValueError unless the archive ends in a directory of so many entries: a reader makes all it is told."""
    end = raw[-_END:]
    if len(raw) < _END or not end.startswith(b"PK\x05\x06"):
        raise ValueError("it is no archive, or was cut off")
    told, size = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    large = raw[-_END - _LOCATOR : -_END].startswith(b"PK\x06\x07")
    if told != entries or large or size > 1024 * entries:
        raise ValueError(f"it holds {told} arrays, where {entries} belong")


def _unpacked(raw: bytes, names: tuple[str, ...]) -> dict[str, Array]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        found = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        missing = [name for name in names if name not in found]
        if missing:
            raise ValueError(f"{missing[0]} is missing")
        if sum(entry.file_size for entry in found.values()) > MAX_BYTES:
            raise ValueError(f"unpacked it has more than {MAX_BYTES // 2**20} MB")
        arrays = {}
        for name in names:
            with archive.open(found[name]) as packed:
                # With a size, because without one whatever comes out is taken.
                arrays[name] = _array(name, packed.read(found[name].file_size))
        return arrays


def _array(name: str, raw: bytes) -> Array:
    """The array that the bytes of one .npy file hold."""
    header = _HEADER.match(raw)
    if header is None or header.end() != 10 + int.from_bytes(raw[8:10], "little"):
        raise ValueError(f"{name} has no header of an array of numbers")
    kind = np.dtype(header[1].decode())
    shape = tuple(int(length) for length in re.findall(rb"\d+", header[2]))
    if math.prod(shape) * kind.itemsize != len(raw) - header.end():
        raise ValueError(f"{name} should have the shape {shape}, which are not as many numbers as it holds")
    return np.frombuffer(raw, dtype=kind, offset=header.end()).reshape(shape)
