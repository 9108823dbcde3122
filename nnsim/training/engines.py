"""Which engine computes: the compiled one where Numba is there and its kernels are ready, else numpy.

    python -m nnsim.training.engines     compiles the kernels and keeps them for all later starts
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import ModuleType

import numpy as np

from nnsim.core.descent import Descent, NumpyDescent, Samples
from nnsim.core.network import Structure
from nnsim.core.program import Program, program_of

COMPILED, NUMPY = "numba", "numpy"
ENGINES = (COMPILED, NUMPY)
SWITCHED_OFF = "NNSIM_ENGINE"
"""An environment variable; set to “numpy”, no kernel is ever loaded."""

_lock = threading.Lock()
_kernels: ModuleType | None = None
_failure = ""


def installed() -> bool:
    """Whether the compiled engine can be had at all."""
    return os.environ.get(SWITCHED_OFF) != NUMPY and importlib.util.find_spec("numba") is not None and not _failure


def ready() -> bool:
    """Whether the compiled engine can be used now, without any waiting."""
    return _kernels is not None


def failure() -> str:
    """Why the compiled engine cannot be used although it is installed; empty if it can."""
    return _failure


def load() -> ModuleType | None:
    """The compiled engine, compiled now if no cache holds it; None where there is none. Any thread may ask."""
    global _kernels, _failure
    with _lock:
        if _kernels is None and installed():
            try:
                _kernels = _imported()
            except Exception as error:
                # Whatever keeps Numba from working here, numpy computes the same.
                _failure = f"{type(error).__name__}: {error}"
        return _kernels


def _imported() -> ModuleType:
    """The module of the kernels, its compiled code read from the cache or written there."""
    import numba

    kept = numba.config.CACHE_DIR
    # Numba asks for the folder while it reads the decorators.
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        from nnsim.core.compiled import engine as compiled
    finally:
        numba.config.CACHE_DIR = kept
    compiled.warm_up()
    return compiled


def cache_folder() -> Path:
    """Where compiled kernels are kept, one folder for each text of core/, each processor and what compiles it.

    Numba's own check looks at one file only, and would go on using what another file has changed.
    """
    key = hashlib.sha256()
    for path in sorted((Path(__file__).parent.parent / "core").rglob("*.py")):
        key.update(path.read_bytes())
    from importlib.metadata import version

    from llvmlite.binding import get_host_cpu_name

    made_by = sys.version_info[:3], np.__version__, version("numba"), version("llvmlite"), get_host_cpu_name()
    key.update(repr(made_by).encode())
    folder = _user_cache() / "nnsim" / f"kernels-{key.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / f"nnsim-{key.hexdigest()[:16]}"
    return folder


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def is_cached() -> bool:
    """Whether the kernels were compiled before, so that loading them is quick."""
    return (cache_folder() / "complete").exists()


def prepare() -> None:
    """Load the kernels, compiling them if need be, and note that the cache is complete."""
    if load() is not None:
        (cache_folder() / "complete").touch()


def prepare_in_background() -> threading.Thread:
    """``prepare`` in a thread; what has to be compiled is compiled in a process of its own, so that nothing waits."""
    thread = threading.Thread(target=_prepare_apart, name="nnsim-engine", daemon=True)
    thread.start()
    return thread


def _prepare_apart() -> None:
    if not installed() or ready():
        return
    if not is_cached():
        command = [sys.executable, "-c", "from nnsim.training.engines import prepare_gently; prepare_gently()"]
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if not is_cached():
            return
    load()


def prepare_gently() -> None:
    """``prepare`` at the lowest priority."""
    if hasattr(os, "nice"):
        os.nice(10)
    prepare()


def chosen(engine: str | None) -> str:
    """The engine that ``engine`` means: None is the compiled one where there is one, waiting until it is ready.

    Raises ValueError if there is no such engine here.
    """
    if engine not in (None, *ENGINES):
        raise ValueError(f"There is no engine “{engine}”; use one of {', '.join(ENGINES)}.")
    if engine == NUMPY:
        return NUMPY
    if load() is not None:
        return COMPILED
    if engine == COMPILED:
        raise ValueError("The compiled engine cannot be used here: " + (_failure or "Numba is not installed") + ".")
    return NUMPY


def now() -> str:
    """The engine that can be used without waiting."""
    return COMPILED if ready() else NUMPY


def descent_of(engine: str, structure: Structure, samples: Samples, batch: int, kind: str = "") -> Descent:
    """A run on an engine that ``chosen`` named; of the ``kind`` that a snapshot names, if it is of this engine."""
    if engine == COMPILED and _kernels is not None:
        descent: Descent = _kernels.descent_of(structure, samples, batch, "" if kind == NUMPY else kind)
        return descent
    return NumpyDescent(program_of(structure), samples)


def fast_program_of(structure: Structure) -> Program:
    """The program of a structure on the engine that can be used now, for many samples; made once for each."""
    if _kernels is None:
        return program_of(structure)
    kept = vars(structure)
    if "_fast_program" not in kept:
        kept.setdefault("_fast_program", _kernels.CompiledProgram(structure))
    program: Program = kept["_fast_program"]
    return program


if __name__ == "__main__":
    prepare()
