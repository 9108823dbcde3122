"""What Qt stored, in settings or on the clipboard, never becomes a Python object of the writer's choice."""

import struct
import sys
from functools import cache
from types import ModuleType

from PySide6.QtCore import QByteArray, QDataStream

_USER_TYPE = 65_536
_NAME, _NOTHING = b"PyObject\0", b"N."


@cache
def refuse_stored_objects() -> None:
    """From now on nothing is unpickled where Qt reads a value: it is None instead.

    PySide unpickles each value of the type PyObject in whatever stream Qt reads, so that a line in a settings file runs
    any code. It looks for its reader once, when it meets the first such value; this is that value.
    """
    stands_in = ModuleType("pickle")
    stands_in.loads = lambda raw: None  # type: ignore[attr-defined]
    first = struct.pack(">I?I", _USER_TYPE, True, len(_NAME)) + _NAME + struct.pack(">I", len(_NOTHING)) + _NOTHING
    kept = sys.modules.get("pickle")
    sys.modules["pickle"] = stands_in
    try:
        QDataStream(QByteArray(first)).readQVariant()
    finally:
        del sys.modules["pickle"]
        if kept is not None:
            sys.modules["pickle"] = kept
