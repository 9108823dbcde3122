"""Which engine computes: the compiled one where Numba is there and its kernels are ready, else numpy.

    python -m nnsim.training.engines [edges|layers|narrow|maps]     compiles the kernels, or only those for one kind of
                                                                    run or for maps; keeps them for all later starts
"""

import atexit
import importlib.util
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from nnsim.core.descent import Descent, NumpyDescent, Samples
from nnsim.core.network import Structure
from nnsim.core.program import Program, kept_in, program_of
from nnsim.training.kernel_cache import cache_folder, own_folder

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
    """Whether the compiled engine can be used without waiting."""
    return _kernels is not None


def failure() -> str:
    """Why the compiled engine cannot be used although it is installed; empty if it can."""
    return _failure


def load(kernels: str = "", folder: Path | None = None) -> ModuleType | None:
    """The compiled engine, compiled now if no cache holds it; None where there is none. Any thread may ask.

    With ``kernels`` only those of that name are waited for, and the others whenever one is used; ``folder`` is read
    and filled in place of the cache's. Whoever has to wait is told so on standard error.
    """
    global _kernels, _failure
    with _lock:
        if _kernels is None and installed():
            try:
                folder = folder or cache_folder()
                if not is_cached(kernels, folder):
                    print(_waiting(), file=sys.stderr, flush=True)
                _kernels = _imported(kernels, folder)
                with suppress(OSError):  # a later start then only says that it waits
                    (folder / _mark(kernels)).touch()
            except Exception as error:
                # Whatever keeps Numba from working here, numpy computes the same.
                _failure = f"{type(error).__name__}: {error}"
        return _kernels


def _waiting() -> str:
    kept = "once" if own_folder() else "each time, for want of a folder to keep them in"
    return f"nnsim: compiling the kernels ({kept}; up to a minute) …"


def _imported(kernels: str, folder: Path) -> ModuleType:
    """The module of the kernels, its compiled code read from the folder or written there."""
    import numba

    kept = numba.config.CACHE_DIR
    # Numba asks for the folder while it reads the decorators.
    numba.config.CACHE_DIR = str(folder)
    try:
        from nnsim.core.compiled import engine as compiled
    finally:
        numba.config.CACHE_DIR = kept
    compiled.warm_up(kernels)
    return compiled


def is_cached(kernels: str = "", folder: Path | None = None) -> bool:
    """Whether all kernels, or those of that name, were compiled before, so that loading them is quick."""
    folder = folder or cache_folder()
    return any((folder / mark).exists() for mark in (_mark(kernels), _mark()))


def _mark(kernels: str = "") -> str:
    """The file that says that a folder holds them."""
    return kernels or "complete"


def prepare_in_background(kernels: str = "") -> threading.Thread:
    """``load`` in a thread; what has to be compiled is compiled in a process of its own, so that nothing waits."""
    thread = threading.Thread(target=_prepare_apart, args=(kernels,), name="nnsim-engine", daemon=True)
    thread.start()
    return thread


def _prepare_apart(kernels: str) -> None:
    if not installed() or ready():
        return
    if not is_cached(kernels):
        code = "import sys; from nnsim.training import engines; engines.load_gently(*sys.argv[1:])"
        command = [sys.executable, "-c", code, kernels, str(cache_folder())]
        none = subprocess.DEVNULL
        child = subprocess.Popen(command, stdin=none, stdout=none, stderr=none)
        if own_folder() is None:
            # Its folder goes when this process ends.
            atexit.register(child.kill)
        child.wait()
        if not is_cached(kernels):
            return
    load(kernels)


def load_gently(kernels: str, folder: str) -> None:
    """``load`` at the lowest priority, for the folder's sake."""
    if hasattr(os, "nice"):
        os.nice(10)
    load(kernels, Path(folder))


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
    """A run on an engine that ``chosen`` named; of the ``kind`` that a snapshot names, if it is of this engine.

    Raises ValueError if the structure is none that this kind can run.
    """
    if engine == COMPILED and _kernels is not None:
        levels = _kernels.layered_levels(structure) if kind in ("layers", "narrow") else ()
        if levels is None or (kind == "narrow" and not _kernels.is_narrow(levels)):
            raise ValueError(f"A run of the kind “{kind}” cannot be of this network.")
        descent: Descent = _kernels.descent_of(structure, samples, batch, "" if kind == NUMPY else kind)
        return descent
    return NumpyDescent(program_of(structure), samples)


def fast_program_of(structure: Structure) -> Program:
    """The program of a structure on the engine that can be used now, for many samples; made once for each."""
    if _kernels is None:
        return program_of(structure)
    program: Program = kept_in(structure, "_fast_program", _kernels.CompiledProgram)
    return program


if __name__ == "__main__":
    load(sys.argv[1] if len(sys.argv) > 1 else "")
