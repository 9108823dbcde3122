"""Where compiled kernels are kept: in a folder for each text that they are made of, the user's own.

Numba's own check looks at one file only, and would keep using what another file has changed. And it unpickles what
it finds, so a folder in which somebody else can write is never read.
"""

import ast
import atexit
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
WITHIN, ENGINE = "nnsim.core", "nnsim.core.compiled.engine"
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def cache_folder() -> Path:
    """The folder of these kernels, made if need be: the user's own, or else one for this process alone."""
    return own_folder() or _private_folder()


def own_folder() -> Path | None:
    """The user's folder for these kernels; None where it cannot be written, or others could have written in it."""
    try:
        caches = _user_cache() / "nnsim"
        folder = caches / f"kernels-{kernel_key()}"
        for path in (caches.parent, caches, folder):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours = _is_ours(caches) and _is_ours(folder)
        if ours and os.name == "posix":
            # Whoever shares a umask that lets a group write does not mean these.
            caches.chmod(caches.stat().st_mode & ~WRITABLE_BY_OTHERS)
            # Also what lies in it: it may have been open to others once, or lead elsewhere.
            ours = not folder.stat().st_mode & WRITABLE_BY_OTHERS and all(map(_is_ours, folder.rglob("*")))
    except (OSError, RuntimeError):  # the second where nobody knows a home
        return None
    return folder if ours and os.access(folder, os.W_OK | os.X_OK) else None


@cache
def _private_folder() -> Path:
    """A folder that nobody else can guess or enter, removed when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="nnsim-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _is_ours(folder: Path) -> bool:
    """Whether a folder, and the link that it may be, belong to this user."""
    # On Windows what lies in the user's own folders is the user's.
    return os.name != "posix" or {folder.stat().st_uid, folder.lstat().st_uid} == {os.getuid()}


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@cache
def kernel_key(root: Path = ROOT) -> str:
    """What stands for the text of the kernels in ``root``, for this processor, and for what compiles them."""
    # Here, because the first window does not wait for them.
    from importlib.metadata import version

    from llvmlite.binding import get_host_cpu_name

    key = hashlib.sha256()
    for path in sources(root):
        key.update(path.read_bytes())
    made_by = sys.version_info[:3], np.__version__, version("numba"), version("llvmlite"), get_host_cpu_name()
    key.update(repr(made_by).encode())
    return key.hexdigest()[:16]


def sources(root: Path = ROOT) -> list[Path]:
    """All files of core/ that the compiled engine is made of: its own, what they import, what that imports …"""
    found: dict[str, Path] = {}
    waiting = [ENGINE]
    while waiting:
        name = waiting.pop()
        path = root.joinpath(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        # What is imported from a module may be another module or a name in it.
        if f"{name}.".startswith(f"{WITHIN}.") and name not in found and path.is_file():
            found[name] = path
            package = name if path.stem == "__init__" else name.rpartition(".")[0]
            waiting += [name.rpartition(".")[0], *_imported(path.read_bytes(), package)]
    return [found[name] for name in sorted(found)]


@cache
def _imported(source: bytes, package: str) -> tuple[str, ...]:
    """The full names of all that a module of ``package`` may import."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            found += (base, *(f"{base}.{alias.name}" for alias in node.names))
    return tuple(found)
