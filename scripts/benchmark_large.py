"""How long the window's thread is at work without a look at its events, with documents as large as a file may hold."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer

from nnsim.core.network import Network, Neuron
from nnsim.data.sources import CsvData, InlineData
from nnsim.documents.document import Document
from nnsim.documents.files import save
from nnsim.documents.layout import filled
from nnsim.gui.tour.hand import Hand
from nnsim.gui.window.panels import WORKSPACES

BEAT_MS, BOUND_MS = 10, 200.0
Row = Callable[[str, str, str, bool], None]


class Heart:
    """Beats every 10 ms, and remembers the longest time on the processor between two beats."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last, self.longest = time.thread_time(), 0.0

    def _beat(self) -> None:
        now = time.thread_time()
        self.longest, self._last = max(self.longest, now - self._last), now

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Within it beats; ``longest`` is begun anew."""
        self._last, self.longest = time.thread_time(), 0.0
        self._timer.start(BEAT_MS)
        yield
        self._beat()
        self._timer.stop()


def _table(rows: int, inputs: int, targets: int) -> InlineData:
    rng = np.random.default_rng(0)
    return InlineData(rng.normal(size=(rows, inputs)), rng.normal(size=(rows, targets)))


def _csv(path: Path, rows: int, columns: int) -> CsvData:
    values = np.random.default_rng(0).normal(size=(rows, columns))
    header = ",".join(f"column{i}" for i in range(columns))
    np.savetxt(path, values, fmt="%.6f", delimiter=",", header=header, comments="")
    return CsvData(path.name)


def _lone(count: int) -> Network:
    return Network.build([Neuron(f"n{i}") for i in range(count)], [], {})


DOCUMENTS: dict[str, Callable[[Path], Document]] = {
    "404 000 parameters in layers of 20": lambda folder: Document(
        Network.layered([20] * 963), data=_table(50, 20, 20)),
    "500 000 connections in two steps": lambda folder: Document(Network.layered([500] * 3), data=_table(20, 500, 500)),
    "20 000 neurons alone": lambda folder: Document(_lone(20_000)),
    "1 000 outputs": lambda folder: Document(Network.layered([2, 1000]), data=_table(50, 2, 1000)),
    "8 MB of rows": lambda folder: Document(Network.layered([7, 8, 1]), data=_table(100_000, 7, 1)),
    "40 MB of CSV": lambda folder: Document(Network.layered([7, 8, 1]), data=_csv(folder / "long.csv", 500_000, 8)),
    "a CSV of 10 000 columns": lambda folder: Document(
        Network.layered([9_999, 1]), data=_csv(folder / "wide.csv", 400, 10_000)),
    "notes of 300 000 signs": lambda folder: replace(Document(Network.layered([2, 4, 1])), notes="x" * 300_000),
}


def large(hand: Hand, row: Row) -> None:
    """Each document opened, seen in every workspace, edited, trained one step and saved."""
    heart, desk = Heart(), hand.desk
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, make in DOCUMENTS.items():
            path = folder / "large.nnsim"
            save(make(folder), path)
            desk.session.mark_saved(path, desk.session.live_document)
            longest: dict[str, float] = {}
            for step, do in _steps(hand, path).items():
                with heart.beating():
                    do()
                    hand.rest(0.5)
                longest[step] = heart.longest * 1000
            worst = max(longest, key=lambda step: longest[step])
            figures = f"{longest[worst]:.0f} ms, {worst}; median step {np.median([*longest.values()]):.0f} ms"
            row(f"window held up by {title}", figures, f"CPU <= {BOUND_MS:g} ms", longest[worst] <= BOUND_MS)


def _steps(hand: Hand, path: Path) -> dict[str, Callable[[], object]]:
    session, workspaces = hand.session, hand.window.workspaces

    def edit() -> None:
        name = next(iter(session.network.parameter_names), "")
        if name:
            session.set_values({name: 0.125}, "edit")

    def move() -> None:
        layout = dict(filled(session.structure, session.document.layout))
        id = session.structure.neurons[len(layout) // 2].id
        layout[id] = (layout[id][0] + 24.0, layout[id][1])
        session.apply("move", lambda document: replace(document, layout=layout))

    steps: dict[str, Callable[[], object]] = {"open": lambda: hand.window.files.open(path)}
    for workspace in (*WORKSPACES[1:], WORKSPACES[0]):
        steps[f"show {workspace.id}"] = lambda workspace=workspace: workspaces.switch(workspace)
    return {
        **steps, "edit": edit, "undo the edit": session.undo, "move": move, "undo the move": session.undo,
        "add a neuron": lambda: hand.canvas.commands.add_neuron("hidden"), "undo the neuron": session.undo,
        "train": lambda: session.train(updates=1), "pause": session.pause, "save": hand.window.files.save,
    }
