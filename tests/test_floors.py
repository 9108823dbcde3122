"""The house: which module may import which, and what no module may do.

Every rule is a function of a house, which is read from its folders, so that the same house with one fault planted
shows that the rule notices it.
"""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOORS = ("core", "data", "training", "documents", "exchange", "experiments", "lessons", "gui")
"""From the ground up. A module imports from its own floor and from those below it."""
BESIDE = {"__init__", "__main__", "cli", "resources"}
"""Modules that stand beside the floors. All but ``resources`` may use every floor; no floor may use them."""
ROOMS = {
    "core": (("",), ("compiled", "formulas"), ("analysis", "explain")),
    "gui": (
        *(("look",), ("widgets",), ("plots",), ("session",), ("canvas", "panels"), ("start",), ("window",)),
        *(("app",), ("tour",)),
    ),
}
"""The rooms of a floor that has many, from the ground up; "" is the files that stand in no folder of their own. A room
imports from itself and from those below it, so rooms side by side do not know each other."""
PANELS = ("gui", "panels")
MOST_LINES = 450

QT = {"PySide6", "shiboken6", "pyqtgraph"}
RUNS_WHAT_IT_READS = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
FILES_AND_CLOCKS = {"datetime", "glob", "io", "os", "pathlib", "shutil", "subprocess", "tempfile", "time"}
CORE_MAY_USE = {"nnsim", "numpy", "numba", "llvmlite", "highspy", *sys.stdlib_module_names} - FILES_AND_CLOCKS
OWN_RANDOM_STATE = {"Generator", "default_rng", "SeedSequence", "BitGenerator", "PCG64", "Philox"}


@dataclass(frozen=True, eq=False)
class Module:
    """A file of the house: ``place`` is the way to it from nnsim/, ("core", "network") for nnsim/core/network.py."""

    path: str
    source: str
    place: tuple[str, ...]
    imports: tuple[tuple[int, str], ...]
    """Line and full name of everything imported, wherever in the module and in whichever way."""
    misdeeds: tuple[tuple[int, str], ...]
    """Line and description of what no module may do."""

    @property
    def name(self) -> str:
        """``nnsim.core`` for nnsim/core/__init__.py, ``nnsim.core.network`` for nnsim/core/network.py."""
        return ".".join(("nnsim", *self.place)).removesuffix(".__init__")

    @property
    def floor(self) -> str:
        return self.place[0]

    @property
    def n_lines(self) -> int:
        return len(self.source.splitlines())

    def at(self, line: int) -> str:
        return f"{self.path}:{line}"


House = tuple[Module, ...]
Rule = Callable[[House], list[str]]


def read(root: Path) -> House:
    """All modules of the package nnsim in ``root``."""
    return tuple(
        parsed(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted((root / "nnsim").rglob("*.py"))
    )


@cache
def parsed(path: str, source: str) -> Module:
    place = tuple(path.removesuffix(".py").split("/"))[1:]
    package = ("nnsim", *place[:-1])
    imports: list[tuple[int, str]] = []
    misdeeds: list[tuple[int, str]] = []
    for node in filter(is_looked_at, ast.walk(ast.parse(source))):
        imports.extend(imported_by(node, package))
        misdeeds.extend((node.lineno, what) for what in misdeeds_in(node, place[0]))  # type: ignore[attr-defined]
    return Module(path, source, place, tuple(sorted(imports)), tuple(sorted(misdeeds)))


def is_looked_at(node: ast.AST) -> bool:
    """Whether a node is of a kind that ``imported_by`` or ``misdeeds_in`` may say something of: most are not."""
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Call | ast.keyword | ast.Attribute)


def imported_by(node: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Line and full name of what this node of a module in ``package`` imports."""
    match node:
        case ast.Import(names=names):
            yield from ((node.lineno, alias.name) for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            above = package[: len(package) - level + 1] if level else ()
            base = ".".join([*above, *([module] if module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in names)
        case ast.Call(
            func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            bare = name.lstrip(".")
            above = package[: len(package) - (len(name) - len(bare)) + 1] if bare != name else ()
            yield node.lineno, ".".join([*above, bare])


def misdeeds_in(node: ast.AST, floor: str) -> Iterator[str]:
    """What this node of a module on ``floor`` does that none may do."""
    match node:
        case ast.Call(func=ast.Name(id="eval" | "exec" as function)):
            yield f"calls {function}"
        case ast.Call(func=ast.Name(id="open")) if floor == "core":
            yield "opens a file in core/"
        case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
            yield "reads pickles"
        case ast.Attribute(
            value=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="random"), attr=function
        ) if function not in OWN_RANDOM_STATE:
            yield f"uses numpy's global random state: {function}"


# --- the rules --------------------------------------------------------------------------------------------------------


def forbidden_imports(house: House) -> list[str]:
    """Imports of what a floor may not use: a higher floor, the package itself, Qt, files, what runs what it reads."""
    return [
        f"{module.at(line)} imports {name}: {reason}"
        for module in house
        for line, name in module.imports
        if (reason := forbidden(module.floor, name))
    ]


def forbidden(floor: str, name: str) -> str | None:
    """Why a module on ``floor`` may not import ``name``, or None."""
    top, wanted = f"{name}.".split(".")[:2]
    if top in RUNS_WHAT_IT_READS:
        return "it runs what it reads"
    if top in QT and floor != "gui":
        return "Qt stands in gui/ only"
    if top == "random" or (name.startswith("numpy.random.") and name.split(".")[2] not in OWN_RANDOM_STATE):
        return "random numbers come from a numpy Generator that is handed in"
    if floor == "core" and top not in CORE_MAY_USE:
        return "core/ is mathematics on arrays: numpy, Numba and HiGHS, no files, no clock"
    if top != "nnsim":
        return None
    if floor == "resources":
        return "resources.py stands below all floors"
    if floor not in FLOORS:
        return None
    if wanted in FLOORS:
        return f"{floor}/ comes before {wanted}/" if FLOORS.index(wanted) > FLOORS.index(floor) else None
    if wanted == "resources":
        return "core/ reads no files" if floor == "core" else None
    if is_about_the_package(name):
        return None
    return "the package's own names reach every floor; import from the floor itself"


def is_about_the_package(name: str) -> bool:
    """Whether this is a fact such as ``nnsim.__version__``, for which nothing else is loaded."""
    return name.startswith("nnsim.__") and name != "nnsim.__main__"


def imports_against_the_rooms(house: House) -> list[str]:
    """Imports, within a floor, of a room above or beside one's own; and rooms whose place nobody has named."""
    found = []
    for module in house:
        levels = ROOMS.get(module.floor)
        if levels is None or module.place[1] == "__init__":
            continue
        level = {room: number for number, rooms in enumerate(levels) for room in rooms}
        own = module.place[1] if len(module.place) > 2 or module.place[1] in level else ""
        if own not in level:
            found.append(f"{module.at(1)} stands in no room that has a place in ROOMS")
            continue
        for line, name in module.imports:
            top, floor, wanted = (*name.split("."), "", "")[:3]
            if (top, floor) == ("nnsim", module.floor) and wanted:
                other = wanted if wanted in level else ""
                if other in level and other != own and level[other] >= level[own]:
                    found.append(f"{module.at(line)} imports {name}: {own or floor}/ does not stand above {other}/")
    return found


def panels_that_know_panels(house: House) -> list[str]:
    """Imports of one panel's room by another."""
    rooms = panels_rooms(house)
    found = []
    for module in house:
        if module.place[:2] == PANELS and module.place[2] in rooms:
            for line, name in module.imports:
                other = name.split(".")[1:4]
                if tuple(other[:2]) == PANELS and len(other) > 2 and other[2] in rooms - {module.place[2]}:
                    found.append(f"{module.at(line)} imports {name}: a panel's room knows no other panel's")
    return found


def panels_rooms(house: House) -> set[str]:
    return {module.place[2] for module in house if module.place[:2] == PANELS and len(module.place) > 3}


def circles(house: House) -> list[str]:
    """Circles of imports with their lines; of those that share a module one, a shortest through its first module."""
    arrows = arrows_of(house)
    found, told = [], set[str]()
    for module in house:
        circle = shortest_circle(module.name, arrows)
        if circle and told.isdisjoint(circle):
            told.update(circle)
            steps = zip(circle, [*circle[1:], circle[0]], strict=True)
            found.append("circle: " + ", ".join(f"{arrows[name][to]} imports {to}" for name, to in steps))
    return found


def arrows_of(house: House) -> dict[str, dict[str, str]]:
    """For each module those that it imports, with the place of the import."""
    names = {module.name for module in house}
    arrows: dict[str, dict[str, str]] = {}
    for module in house:
        known = arrows.setdefault(module.name, {})
        for line, name in module.imports:
            wanted = "" if is_about_the_package(name) else name
            while wanted and wanted not in names:
                wanted = wanted.rpartition(".")[0]
            if wanted and wanted != module.name:
                known.setdefault(wanted, module.at(line))
    return arrows


def shortest_circle(start: str, arrows: dict[str, dict[str, str]]) -> list[str]:
    """The names along a shortest way from ``start`` back to it; empty if there is none."""
    ways = [[start]]
    seen = set[str]()
    for way in ways:
        for name in arrows[way[-1]]:
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def misdeeds(house: House) -> list[str]:
    """Calls of eval and exec, files in core/, pickles, global random state."""
    return [f"{module.at(line)} {what}" for module in house for line, what in module.misdeeds]


def long_files(house: House) -> list[str]:
    """Files in which there must be two ideas."""
    return [
        f"{module.at(MOST_LINES + 1)} is one line too many: {module.n_lines}, at most {MOST_LINES}"
        for module in house
        if module.n_lines > MOST_LINES
    ]


def misplaced(house: House) -> list[str]:
    """Modules on no floor, and those that are named for nothing."""
    lost = [f"{module.at(1)} stands on no floor" for module in house if module.floor not in {*FLOORS, *BESIDE}]
    vague = {"util", "utils"}
    return lost + [f"{module.at(1)}: name it for what it does" for module in house if vague & set(module.place)]


RULES: tuple[Rule, ...] = (
    forbidden_imports,
    imports_against_the_rooms,
    panels_that_know_panels,
    circles,
    misdeeds,
    long_files,
    misplaced,
)


@pytest.fixture(scope="module")
def house() -> House:
    return read(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(house: House, rule: Rule) -> None:
    found = rule(house)
    assert not found, "\n".join(found)


def test_the_whole_house_is_looked_at(house: House) -> None:
    """Rules about nothing hold."""
    assert len(house) > 200
    assert {module.path for module in house} == {p.relative_to(ROOT).as_posix() for p in (ROOT / "nnsim").rglob("*.py")}
    assert {module.floor for module in house} == {*FLOORS, *BESIDE}
    for floor, levels in ROOMS.items():
        found = {module.place[1] for module in house if module.floor == floor}
        assert {room for rooms in levels for room in rooms if room} <= found
    assert len(panels_rooms(house)) >= 12
    assert sum(len(arrows) for arrows in arrows_of(house).values()) > 1000


# --- faults planted in the house --------------------------------------------------------------------------------------

IN_A_FUNCTION = "def f() -> None:\n    {}\n"
FOR_TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {}\n"


@pytest.mark.parametrize(
    ("rule", "path", "fault"),
    [
        # A lower floor imports a higher one.
        (forbidden_imports, "core/network.py", "from nnsim.data.dataset import Dataset"),
        (forbidden_imports, "core/compiled/edges.py", IN_A_FUNCTION.format("import nnsim.training.trainer")),
        (forbidden_imports, "data/dataset.py", "from ..documents import document"),
        (forbidden_imports, "training/worker.py", FOR_TYPES.format("from nnsim.lessons.worksheets import Worksheet")),
        (forbidden_imports, "documents/files.py", "import importlib\nimportlib.import_module('nnsim.exchange.latex')"),
        (forbidden_imports, "documents/files.py", "importlib.import_module('..gui.app', __package__)"),
        (forbidden_imports, "exchange/latex.py", IN_A_FUNCTION.format("from nnsim import experiments")),
        (forbidden_imports, "experiments/seeds.py", "from nnsim.gui.app import run"),
        (forbidden_imports, "lessons/worksheets.py", FOR_TYPES.format("from ..gui.session.desk import Desk")),
        # Qt below gui/.
        (forbidden_imports, "core/network.py", "from PySide6.QtCore import QPointF"),
        (forbidden_imports, "documents/document.py", FOR_TYPES.format("from PySide6 import QtGui")),
        (forbidden_imports, "cli.py", IN_A_FUNCTION.format("import pyqtgraph")),
        # A room imports one that stands above or beside it.
        (imports_against_the_rooms, "gui/look/theme.py", "from nnsim.gui.widgets.controls import text_button"),
        (imports_against_the_rooms, "gui/widgets/forms.py", "from nnsim.gui.plots import plot"),
        (imports_against_the_rooms, "gui/plots/plot.py", IN_A_FUNCTION.format("from ..session.desk import Desk")),
        (imports_against_the_rooms, "gui/session/desk.py", FOR_TYPES.format("from nnsim.gui.panels import panel")),
        (imports_against_the_rooms, "gui/canvas/scene.py", "from nnsim.gui.panels.panel import Panel"),
        (imports_against_the_rooms, "gui/panels/panel.py", "from nnsim.gui.canvas import scene"),
        (imports_against_the_rooms, "gui/start/help.py", "import nnsim.gui.window.window"),
        (imports_against_the_rooms, "gui/window/window.py", IN_A_FUNCTION.format("from nnsim.gui import app")),
        (imports_against_the_rooms, "gui/app.py", "from nnsim.gui.tour.tour import tour"),
        (imports_against_the_rooms, "core/program.py", "from nnsim.core.formulas import numbers"),
        (imports_against_the_rooms, "core/compiled/edges.py", "from ..formulas.terms import Term"),
        (imports_against_the_rooms, "core/explain/chain.py", "from nnsim.core.analysis.maps import map_over"),
        (imports_against_the_rooms, "gui/other/thing.py", "x = 1"),
        # A panel imports another.
        (panels_that_know_panels, "gui/panels/loss/panel.py", "from nnsim.gui.panels.data.panel import DataPanel"),
        (panels_that_know_panels, "gui/panels/data/view.py", "from ..matrices import view"),
        (panels_that_know_panels, "gui/panels/data/view.py", IN_A_FUNCTION.format("from nnsim.gui.panels import loss")),
        (panels_that_know_panels, "gui/panels/explain/rows.py", FOR_TYPES.format("import nnsim.gui.panels.loss.plot")),
        # What no module does.
        (misdeeds, "gui/window/window.py", "eval('1 + 1')"),
        (misdeeds, "core/network.py", "open('weights')"),
        (misdeeds, "data/order.py", IN_A_FUNCTION.format("np.random.shuffle(order)")),
        (misdeeds, "documents/files.py", "np.load(file, allow_pickle=True)"),
        (misplaced, "helpers/thing.py", "x = 1"),
        (misplaced, "core/utils.py", "x = 1"),
    ],
)
def test_a_planted_fault_is_found(house: House, rule: Rule, path: str, fault: str) -> None:
    changed, line = planted(house, path, fault)
    found = new_problems(rule, changed, house)
    assert len(found) == 1
    assert found[0].startswith((f"nnsim/{path}:{line} ", f"nnsim/{path}:{line}: "))


@pytest.mark.parametrize(
    "faults",
    [
        {"core/losses.py": "from nnsim.core.program import Program"},
        {"core/losses.py": IN_A_FUNCTION.format("from . import program")},
        {"core/losses.py": FOR_TYPES.format("import nnsim.core.program as program")},
        {"data/one.py": "from nnsim.data import two", "data/two.py": "from nnsim.data.one import name"},
        {
            "data/one.py": "from nnsim.data.two import name",
            "data/two.py": IN_A_FUNCTION.format("import nnsim.data.three"),
            "data/three.py": FOR_TYPES.format("from . import one"),
        },
        {"gui/one.py": "import_module('nnsim.gui.two')", "gui/two.py": "from .one import f"},
        {"resources.py": "from nnsim import __main__", "__main__.py": "from nnsim import resources"},
    ],
)
def test_a_planted_circle_is_found(house: House, faults: dict[str, str]) -> None:
    changed, places = house, set()
    for path, fault in faults.items():
        changed, line = planted(changed, path, fault)
        places.add(f"nnsim/{path}:{line} imports")
    found = new_problems(circles, changed, house)
    assert len(found) == 1
    assert all(place in found[0] for place in places)
    assert found[0].count(" imports ") == max(2, len(faults))


def test_a_planted_long_file_is_found(house: House) -> None:
    path = "core/long.py"
    longest, _ = planted(house, path, "\n" * MOST_LINES)
    assert new_problems(long_files, longest, house) == []
    longer, _ = planted(longest, path, "")
    assert new_problems(long_files, longer, house) == [f"nnsim/{path}:451 is one line too many: 451, at most 450"]


def test_a_house_is_read_from_its_folders(tmp_path: Path) -> None:
    """With new folders and their files, as they are written there."""
    source = "from nnsim.core import network\n"
    for path in ("core/network.py", "gui/other/thing.py"):
        file = tmp_path / "nnsim" / path
        file.parent.mkdir(parents=True)
        file.write_text(source, encoding="utf-8")
    found = [(module.path, module.source, module.imports) for module in read(tmp_path)]
    imports = ((1, "nnsim.core.network"),)
    assert found == [(f"nnsim/{path}", source, imports) for path in ("core/network.py", "gui/other/thing.py")]


def planted(house: House, path: str, fault: str) -> tuple[House, int]:
    """The house with ``fault`` at the end of a file, a new one if need be; and the line where it then ends."""
    path = f"nnsim/{path}"
    before = next((module.source for module in house if module.path == path), "")
    changed = parsed(path, before + fault.removesuffix("\n") + "\n")
    others = (module for module in house if module.path != path)
    return tuple(sorted((changed, *others), key=lambda module: module.path.split("/"))), changed.n_lines


@cache
def problems_of(rule: Rule, house: House) -> tuple[str, ...]:
    """What a rule finds, found once for each house."""
    return tuple(rule(house))


def new_problems(rule: Rule, changed: House, house: House) -> list[str]:
    return [problem for problem in rule(changed) if problem not in problems_of(rule, house)]


# --- single lines -----------------------------------------------------------------------------------------------------


def problems(source: str, path: str) -> list[str]:
    house = (parsed(path, source),)
    return [problem for rule in RULES for problem in rule(house)]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("nnsim/core/network.py", "import PySide6.QtCore"),
        ("nnsim/training/worker.py", "def f():\n    from PySide6 import QtCore"),
        ("nnsim/cli.py", "import pyqtgraph as pg"),
        ("nnsim/documents/file.py", "import importlib\nimportlib.import_module('shiboken6')"),
        ("nnsim/core/network.py", "from nnsim.data import dataset"),
        ("nnsim/core/network.py", "from nnsim import training"),
        ("nnsim/core/network.py", "from .. import gui"),
        ("nnsim/core/network.py", "from ..data.dataset import Dataset"),
        ("nnsim/core/__init__.py", "from ..gui import window"),
        ("nnsim/data/dataset.py", "import nnsim.documents.document"),
        ("nnsim/data/dataset.py", "from nnsim import Network"),
        ("nnsim/gui/window/window.py", "from nnsim.cli import main"),
        ("nnsim/core/network.py", "from nnsim.resources import resource"),
        ("nnsim/resources.py", "from nnsim.core import network"),
        ("nnsim/core/network.py", "import time"),
        ("nnsim/core/network.py", "from pathlib import Path"),
        ("nnsim/core/network.py", "import msgspec"),
        ("nnsim/core/network.py", "open('weights')"),
        ("nnsim/documents/file.py", "import pickle"),
        ("nnsim/documents/file.py", "np.load(file, allow_pickle=True)"),
        ("nnsim/gui/window/window.py", "eval('1 + 1')"),
        ("nnsim/gui/window/window.py", "exec('x = 1')"),
        ("nnsim/data/order.py", "import random"),
        ("nnsim/data/order.py", "np.random.shuffle(order)"),
        ("nnsim/data/order.py", "from numpy.random import shuffle"),
    ],
)
def test_a_broken_rule_is_noticed(path: str, source: str) -> None:
    assert len(problems(source, path)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("nnsim/core/network.py", "import numpy as np\nfrom math import exp\nfrom .losses import LOSSES"),
        ("nnsim/core/__init__.py", "from . import network"),
        ("nnsim/data/dataset.py", "from nnsim.core import network\nfrom nnsim.resources import resource"),
        ("nnsim/data/dataset.py", "rng = np.random.default_rng(0)\nfrom numpy.random import Generator"),
        ("nnsim/documents/file.py", "from nnsim import __version__\nimport os"),
        ("nnsim/gui/window/window.py", "from PySide6 import QtWidgets\napp.exec()\nmodel.eval()"),
        ("nnsim/gui/window/window.py", "from nnsim.gui.panels.panel import Panel\nfrom ..look import theme"),
        ("nnsim/core/explain/chain.py", "from nnsim.core import network\nfrom ..formulas.terms import Term"),
        ("nnsim/cli.py", "from nnsim.gui.window.window import Window"),
        ("nnsim/__init__.py", "from nnsim.core.network import Network"),
    ],
)
def test_what_is_allowed_is_let_through(path: str, source: str) -> None:
    assert problems(source, path) == []


# --- what really is loaded --------------------------------------------------------------------------------------------


def loaded_by(code: str) -> set[str]:
    """Top-level names of all modules that a fresh Python has loaded after running `code`."""
    code += "\nimport sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.splitlines()[-1].split())


def test_importing_nnsim_loads_neither_qt_nor_numba() -> None:
    assert not loaded_by("import nnsim") & {*QT, "numba"}


def test_everything_below_the_window_runs_without_qt(house: House) -> None:
    names = [module.name for module in house if module.floor not in {"gui", "__main__"}]
    code = "\n".join(f"import {name}" for name in names)
    public = "\nimport nnsim\nfor name in getattr(nnsim, '__all__', ()):\n    getattr(nnsim, name)"
    assert not loaded_by(code + public) & QT


def figures(house: House) -> Iterator[str]:
    """What the house is like in numbers: ``python tests/test_floors.py [ANOTHER CHECKOUT]``."""
    for place, modules in (("nnsim/", house), ("nnsim/gui/", tuple(m for m in house if m.floor == "gui"))):
        folders, lines = {module.place[:-1] for module in modules}, sum(module.n_lines for module in modules)
        yield f"{place}: {len(modules)} modules in {len(folders)} folders, {lines:,} lines"
    longest = max(house, key=lambda module: module.n_lines)
    yield f"longest: {longest.path}, {longest.n_lines} lines"
    for rule in RULES:
        found = rule(house)
        yield f"{len(found):3} {rule.__name__}"
        yield from (f"      {each}" for each in found)


if __name__ == "__main__":
    print(*figures(read(Path(sys.argv[1]).resolve() if sys.argv[1:] else ROOT)), sep="\n")
