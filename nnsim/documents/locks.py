"""Who still works on a file: locks that the system releases when a process ends, and what serves where it has none."""

import contextlib
import os
import platform
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt  # pragma: no cover: there is none elsewhere; the tests have one of their own
else:
    import fcntl


def lock(handle: int, wait: bool = False) -> bool | None:
    """Lock an open file until it is closed. False if another has the lock, None where there are no locks."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None
    return True


def close(handle: int) -> None:
    """Close a file, and so unlock it. An error is none: whether data are on the disk fsync has said before."""
    with contextlib.suppress(OSError):
        os.close(handle)


def process_mark() -> str:
    """What tells this process from all others: its id, when it began, and the computer's name."""
    return f"{os.getpid()} {_begin(os.getpid())} {platform.node()}"


def lives(mark: str) -> bool | None:
    """Whether the process of a mark is alive; None if that cannot be known. (The id alone would not do: another
    program may have it by now.)"""
    parts = mark.split(" ", 2)
    if len(parts) < 3 or not parts[0].isdecimal() or parts[2] != platform.node() or sys.platform == "win32":
        return None
    pid = int(parts[0])
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass  # another user's
    return _begin(pid) == parts[1]


def _begin(pid: int) -> str:
    """When a process began, as the system counts; “-” where it does not say."""
    try:
        # Behind the name, which may hold anything: field 22.
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19].decode("ascii")
    except (OSError, IndexError, UnicodeDecodeError):
        return "-"
