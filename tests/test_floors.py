"""The floors of nnsim (see README): who may import whom, and what no module may do."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "nnsim"

FLOORS = ("core", "data", "training", "documents", "exchange", "experiments", "lessons", "gui")
# Modules that stand beside the floors. All but `resources` may use every floor; no floor may use them.
BESIDE = {"__init__", "__main__", "cli", "resources"}

QT = {"PySide6", "shiboken6", "pyqtgraph"}
RUNS_WHAT_IT_READS = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
FILES_AND_CLOCKS = {"datetime", "glob", "io", "os", "pathlib", "shutil", "subprocess", "tempfile", "time"}
CORE_MAY_USE = {"nnsim", "numpy", "numba", "llvmlite", "highspy", *sys.stdlib_module_names} - FILES_AND_CLOCKS
OWN_RANDOM_STATE = {"Generator", "default_rng", "SeedSequence", "BitGenerator", "PCG64", "Philox"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """`nnsim.core` for nnsim/core/__init__.py, `nnsim.core.network` for nnsim/core/network.py."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, wherever in the module and in whichever way."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                above = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                base = ".".join([*above, *([module] if module else [])])
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def forbidden_import(module: str, name: str) -> str | None:
    """Why `module` may not import `name`, or None."""
    own = f"{module}.".split(".")[1]
    top, wanted = f"{name}.".split(".")[:2]
    if top in RUNS_WHAT_IT_READS:
        return "it runs what it reads"
    if top in QT and own != "gui":
        return "Qt stands in gui/ only"
    if top == "random" or (name.startswith("numpy.random.") and name.split(".")[2] not in OWN_RANDOM_STATE):
        return "random numbers come from a numpy Generator that is handed in"
    if own == "core" and top not in CORE_MAY_USE:
        return "core/ is mathematics on arrays: numpy, Numba and HiGHS, no files, no clock"
    if top != "nnsim":
        return None
    if own == "resources":
        return "resources.py stands below all floors"
    if own not in FLOORS:
        return None
    if wanted in FLOORS:
        return f"{own}/ comes before {wanted}/" if FLOORS.index(wanted) > FLOORS.index(own) else None
    if wanted == "resources":
        return "core/ reads no files" if own == "core" else None
    if wanted.startswith("__") and wanted != "__main__":
        return None  # nnsim.__version__
    return "the package's own names reach every floor; import from the floor itself"


def problems(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """What in the source of `module` breaks the rules, a line each."""
    tree = ast.parse(source)
    package = module if is_package else module.rpartition(".")[0]
    found = []
    for line, name in imports(tree, package):
        if reason := forbidden_import(module, name):
            found.append(f"{module}:{line} imports {name}: {reason}")
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="eval" | "exec" as function)):
                found.append(f"{module}:{node.lineno} calls {function}")
            case ast.Call(func=ast.Name(id="open")) if module.startswith("nnsim.core"):
                found.append(f"{module}:{node.lineno} opens a file in core/")
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
                found.append(f"{module}:{node.lineno} reads pickles")
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="random"), attr=function
            ) if function not in OWN_RANDOM_STATE:
                found.append(f"{module}:{node.lineno} uses numpy's global random state: {function}")
    return found


def panels_in(list_of_panels: str, package: str) -> set[str]:
    """The modules that the list of panels, panels/__init__.py, brings in."""
    names = {name for _, name in imports(ast.parse(list_of_panels), package)}
    modules = {".".join(name.split(".")[: package.count(".") + 2]) for name in names}
    return {name for name in modules if name.startswith(package + ".")}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_keeps_the_rules(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert problems(source, name_of(path), is_package=path.stem == "__init__") == []
    assert path.stem not in {"util", "utils"}, "name it for what it does"


def test_every_module_stands_on_a_floor_or_is_known_beside_them() -> None:
    tops = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES}
    assert tops <= {*FLOORS, *BESIDE}


def test_panels_do_not_import_panels() -> None:
    package = "nnsim.gui.panels"
    folder = PACKAGE / "gui" / "panels"
    listed = folder / "__init__.py"
    panels = panels_in(listed.read_text(encoding="utf-8"), package) if listed.exists() else set()
    for path in folder.glob("*.py"):
        if name_of(path) in panels:
            names = [name for _, name in imports(ast.parse(path.read_text(encoding="utf-8")), package)]
            others = [n for n in names for p in panels - {name_of(path)} if f"{n}.".startswith(f"{p}.")]
            assert others == [], f"{name_of(path)} imports another panel"


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("nnsim.core.network", "import PySide6.QtCore"),
        ("nnsim.training.worker", "def f():\n    from PySide6 import QtCore"),
        ("nnsim.cli", "import pyqtgraph as pg"),
        ("nnsim.documents.file", "import importlib\nimportlib.import_module('shiboken6')"),
        ("nnsim.core.network", "from nnsim.data import dataset"),
        ("nnsim.core.network", "from nnsim import training"),
        ("nnsim.core.network", "from .. import gui"),
        ("nnsim.core.network", "from ..data.dataset import Dataset"),
        ("nnsim.data.dataset", "import nnsim.documents.document"),
        ("nnsim.data.dataset", "from nnsim import Network"),
        ("nnsim.gui.window.window", "from nnsim.cli import main"),
        ("nnsim.core.network", "from nnsim.resources import resource"),
        ("nnsim.resources", "from nnsim.core import network"),
        ("nnsim.core.network", "import time"),
        ("nnsim.core.network", "from pathlib import Path"),
        ("nnsim.core.network", "import msgspec"),
        ("nnsim.core.network", "open('weights')"),
        ("nnsim.documents.file", "import pickle"),
        ("nnsim.documents.file", "np.load(file, allow_pickle=True)"),
        ("nnsim.gui.window.window", "eval('1 + 1')"),
        ("nnsim.gui.window.window", "exec('x = 1')"),
        ("nnsim.data.order", "import random"),
        ("nnsim.data.order", "np.random.shuffle(order)"),
        ("nnsim.data.order", "from numpy.random import shuffle"),
    ],
)
def test_a_broken_rule_is_noticed(module: str, source: str) -> None:
    assert len(problems(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("nnsim.core.network", "import numpy as np\nfrom math import exp\nfrom .losses import LOSSES"),
        ("nnsim.data.dataset", "from nnsim.core import network\nfrom nnsim.resources import resource"),
        ("nnsim.data.dataset", "rng = np.random.default_rng(0)\nfrom numpy.random import Generator"),
        ("nnsim.documents.file", "from nnsim import __version__\nimport os"),
        ("nnsim.gui.window.window", "from PySide6 import QtWidgets\napp.exec()\nmodel.eval()"),
        ("nnsim.cli", "from nnsim.gui.window.window import Window"),
        ("nnsim", "from nnsim.core.network import Network"),
    ],
)
def test_what_is_allowed_is_let_through(module: str, source: str) -> None:
    assert problems(source, module) == []


def test_relative_imports_count_from_the_package() -> None:
    assert problems("from . import network", "nnsim.core", is_package=True) == []
    assert len(problems("from ..gui import window", "nnsim.core", is_package=True)) == 1


def loaded_by(code: str) -> set[str]:
    """Top-level names of all modules that a fresh Python has loaded after running `code`."""
    code += "\nimport sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.splitlines()[-1].split())


def test_importing_nnsim_loads_neither_qt_nor_numba() -> None:
    assert not loaded_by("import nnsim") & {*QT, "numba"}


def test_everything_below_the_window_runs_without_qt() -> None:
    names = [name_of(path) for path in MODULES if not name_of(path).startswith("nnsim.gui")]
    code = "\n".join(f"import {name}" for name in names if not name.endswith("__main__"))
    public = "\nimport nnsim\nfor name in getattr(nnsim, '__all__', ()):\n    getattr(nnsim, name)"
    assert not loaded_by(code + public) & QT
