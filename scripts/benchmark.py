"""Measures what the learner feels: start, calm while training, pause, repaint, gestures. See scripts/benchmark."""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from benchmark_large import large
from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.documents.layout import arrange
from nnsim.gui.look.collection import Collector
from nnsim.gui.tour.hand import Hand
from nnsim.gui.tour.tour import toured_window
from nnsim.gui.window.panels import WORKSPACES
from nnsim.gui.window.window import MainWindow
from nnsim.training import engines

TICK_MS = 16
ALT = Qt.KeyboardModifier.AltModifier
START = """
import time, os, sys
born = float(sys.argv[1])
from nnsim.gui.app import make_app
from nnsim.gui.window.window import MainWindow
app = make_app()
window = MainWindow()
window.show_with_layout()
app.processEvents()
print(time.time() - born, time.process_time())
window.desk.close(); window.files.close()
"""


def row(what: str, figures: str, bound: str, holds: bool) -> None:
    """Print one line of the table."""
    print(f"{what:<58} {figures:<42} {bound:<26} {'ok' if holds else 'MISSED'}", flush=True)


def percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    """(median, 99th percentile, maximum)."""
    return float(np.median(values)), float(np.percentile(values, 99)), float(np.max(values))


def first_window(runs: int = 7) -> None:
    """From the start of Python to the painted window, in processes of their own, after one warm-up."""
    walls, processors = [], []
    for run in range(runs + 1):
        out = subprocess.run(
            [sys.executable, "-c", START, str(time.time())], capture_output=True, text=True, check=True
        )
        wall, processor = map(float, out.stdout.split()[-2:])
        if run:
            walls.append(wall)
            processors.append(processor)
    wall = statistics.median(walls)
    row("first window, warm", f"{wall:.2f} s (CPU {statistics.median(processors):.2f} s)", "<= 0.6 s", wall <= 0.6)


ENGINE_START = """
import time, threading
from nnsim.training import engines
began, used = time.monotonic(), time.process_time()
engines.prepare_in_background().join()
print(time.monotonic() - began, time.process_time() - used, engines.now())
"""


def engine_start(runs: int = 5) -> None:
    """How long the thread that loads the compiled engine from its cache is at work."""
    walls, processors = [], []
    for run in range(runs + 1):
        out = subprocess.run([sys.executable, "-c", ENGINE_START], capture_output=True, text=True, check=True)
        wall, processor, name = out.stdout.split()
        assert name == engines.COMPILED
        if run:
            walls.append(float(wall))
            processors.append(float(processor))
    wall = statistics.median(walls)
    figures = f"{wall:.2f} s (CPU {statistics.median(processors):.2f} s)"
    row("engine from its cache, in the background", figures, "<= 0.6 s", wall <= 0.6)


def largest_example() -> str:
    """The id of the trainable example with the most parameters."""
    trainable = [e for e in EXAMPLES.values() if e.speed is not None]
    return max(trainable, key=lambda e: len(load(e.path).network.parameter_names)).id


def calm(hand: Hand, seconds: float) -> None:
    """How late a 16 ms timer of the window is while the largest example trains at full speed."""
    desk = hand.desk
    name = largest_example()
    hand.answering("Discard", lambda: hand.example(name))
    desk.session.set_speed(None)
    late: list[float] = []
    clock, timer = QElapsedTimer(), QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(TICK_MS)
    expected = [0.0]

    def tick() -> None:
        now = clock.nsecsElapsed() / 1e6
        late.append(max(0.0, now - expected[0]))
        expected[0] = now + TICK_MS

    timer.timeout.connect(tick)
    desk.session.train()
    hand.rest(0.3)
    clock.start()
    expected[0] = TICK_MS
    timer.start()
    first = desk.session.latest.update if desk.session.latest else 0
    hand.rest(seconds)
    timer.stop()
    done = (desk.session.latest.update if desk.session.latest else 0) - first
    pauses = []
    for _ in range(20):
        start = time.perf_counter()
        desk.session.pause()
        pauses.append((time.perf_counter() - start) * 1000)
        desk.session.train()
        hand.rest(0.06)
    desk.session.pause()
    middle, most, worst = percentiles(late)
    row(
        f"timer late, {name} at full speed for {seconds:g} s ({done / seconds:,.0f} updates/s)",
        f"median {middle:.1f}  p99 {most:.1f}  max {worst:.1f} ms",
        "p99 <= 20, max <= 100 ms",
        most <= 20 and worst <= 100,
    )
    middle, most, worst = percentiles(pauses)
    row("Pause answers", f"median {middle:.1f}  max {worst:.1f} ms", "<= 100 ms", worst <= 100)


def edit_to_paint(hand: Hand, example: str, runs: int = 60) -> None:
    """From a weight's edit until canvas, output map, table and all else are painted."""
    desk = hand.desk
    hand.answering("Discard", lambda: hand.example(example))
    name = desk.session.network.parameter_names[0]
    start_value = desk.session.network.value(name)
    times = []
    for i in range(runs):
        start = time.perf_counter()
        desk.session.set_values({name: start_value + 0.01 * (i + 1)}, "edit", "benchmark")
        QApplication.processEvents()
        times.append((time.perf_counter() - start) * 1000)
    middle, most, worst = percentiles(times[5:])
    row(
        f"weight edited to all repainted, {example}",
        f"median {middle:.1f}  p99 {most:.1f}  max {worst:.1f} ms",
        "p99 <= 33 ms",
        most <= 33,
    )


def click_to_chain_rule(hand: Hand) -> None:
    """From a click on a weight of a 2-8-8-8-1 net until its chain rule is painted; each weight for the first time."""
    desk = hand.desk
    network = Network.layered([2, 8, 8, 8, 1], seed=0)
    circle = load(EXAMPLES["circle"].path)
    desk.session.open_document(Document(network, data=circle.data, training=circle.training))
    hand.window.show_panel("backward")
    hand.rest(0.5)
    panel = hand.window.panels["backward"]
    times, typeset = [], []
    for connection in desk.session.structure.connections[::3]:
        start = time.perf_counter()
        desk.looking.select((), [connection.ends])
        panel.list.viewport().repaint()
        hand.canvas.viewport().repaint()
        times.append((time.perf_counter() - start) * 1000)
        hand.wait_for_formulas()
        typeset.append((time.perf_counter() - start) * 1000)
    desk.session.mark_saved(Path("benchmark"), desk.session.live_document)
    hand.window.show_panel("table")
    middle, most, worst = percentiles(times)
    row(
        "weight selected to its chain rule painted, 2-8-8-8-1",
        f"median {middle:.1f}  p99 {most:.1f}  max {worst:.1f} ms",
        "<= 50 ms",
        most <= 50,
    )
    middle, most, worst = percentiles(typeset)
    row("  and its factors typeset, each for the first time", f"median {middle:.0f}  max {worst:.0f} ms", "", True)


def painted(window: MainWindow, act: Callable[[], object]) -> float:
    """How many milliseconds the window's thread works until it has done ``act`` and painted what differs."""
    start = time.thread_time()
    act()
    # The scene finds out what is to be painted; then at once what the screen would ask for at its next frame.
    QApplication.processEvents()
    QApplication.sendEvent(window, QEvent(QEvent.Type.UpdateRequest))
    return (time.thread_time() - start) * 1000


def dense(neurons: int, connections: int) -> Document:
    """Layers whose sizes give about so many neurons and connections."""
    layers = max(2, round(neurons**2 / connections))
    size = neurons // layers
    network = Network.layered([size] * layers, seed=0)
    return Document(network, layout=dict(arrange(network.structure)))


def handling(hand: Hand) -> None:
    """Dragging, opening, moving about and switching, with small and with large networks."""
    desk, canvas = hand.desk, hand.canvas
    workspaces = hand.window.workspaces
    hand.wait(lambda: len(workspaces.panels) == len(workspaces.docks), "all panels are made, as soon after a start")
    for neurons, connections, bound in ((50, 500, 16.0), (500, 10_000, 33.0)):
        document = dense(neurons, connections)
        start = time.perf_counter()
        desk.session.open_document(document)
        QApplication.processEvents()
        opened = time.perf_counter() - start
        structure = desk.session.structure
        size = f"{len(structure.neurons)} / {len(structure.connections):,}"
        if neurons == 500:
            row(f"a document opened, {size}", f"{opened:.2f} s", "<= 1.5 s", opened <= 1.5)
        hand.rest(0.5)
        # With the mouse, as a learner does: press, move, and all is painted that has to be.
        viewport = canvas.viewport()
        id = structure.neurons[len(structure.neurons) // 2].id
        start = canvas.mapFromScene(hand.at(id))
        frames = []
        painted(hand.window, partial(QTest.mousePress, viewport, Qt.MouseButton.LeftButton, ALT, start))
        for i in range(60):
            # With Alt, so that it moves in each frame, and not only from one line of the grid to the next.
            at = start + QPoint(i, i // 2)
            frames.append(painted(hand.window, partial(hand.move, viewport, at, Qt.MouseButton.LeftButton, ALT)))
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, ALT, at)
        QApplication.processEvents()
        middle, most, worst = percentiles(frames)
        row(f"a neuron dragged, CPU a frame, {size}", f"median {middle:.1f}  p99 {most:.1f}  max {worst:.1f} ms",
            f"p99 <= {bound:g} ms", most <= bound)
    frames = []
    for i in range(60):
        zoom = partial(canvas.zoom_by, 1.05 if i % 4 else 1 / 1.05)
        frames.append(painted(hand.window, partial(canvas.scroll_by, 7, 5) if i % 2 else zoom))
    middle, most, worst = percentiles(frames)
    row(f"panned and zoomed, CPU a frame, {size}", f"median {middle:.1f}  p99 {most:.1f}  max {worst:.1f} ms",
        "p99 <= 33 ms", most <= 33.0)
    desk.session.open_document(load(EXAMPLES["circle"].path))
    to_workspaces = [partial(hand.window.workspaces.switch, workspace) for workspace in (*WORKSPACES, WORKSPACES[0])]
    to_themes = [partial(hand.window.commands.set_theme, mode) for mode in ("dark", "light")]
    for what, switches in (("workspace switched, CPU", to_workspaces), ("theme switched, CPU", to_themes)):
        times = []
        for round_ in range(4):
            for switch in switches:
                took = painted(hand.window, switch)
                if round_:  # the first time panels are made
                    times.append(took)
                hand.rest(0.4)  # what is not seen follows, as it does while a person looks
        middle, _, worst = percentiles(times)
        row(what, f"median {middle:.0f}  max {worst:.0f} ms", "<= 150 ms", worst <= 150.0)


FRAME_MS = 33.0


def frames(hand: Hand, seconds: float = 2.0) -> None:
    """How many frames are drawn while each example trains at full speed with every panel in sight.

    The panels float beside one another. A frame is a snapshot handed to all of them; the canvas counts its own paints.
    CPU is what the window's thread works for one frame where they come 30 times a second, with all that it does between
    them: other programs do not disturb it, as they do the frames a second; of those a busy machine draws fewer.
    """
    desk, window = hand.desk, hand.window
    for i, dock in enumerate(window.docks.values()):
        window.panels[dock.objectName().removeprefix("dock_")]
        dock.setFloating(True)
        dock.show()
        dock.setGeometry(480 * (i % 4), 320 * (i // 4), 470, 290)
        hand.rest(0.05)
    unseen = [id for id in window.docks if not window.panels[id].seen]
    assert not unseen, unseen
    paints, snapshots = _Paints(hand.canvas.viewport()), [0]

    def count() -> None:
        snapshots[0] += 1

    desk.values_changed.connect(count)
    worst: tuple[float, float, str] = (0.0, np.inf, "none")
    still: dict[str, list[str]] = {}
    for example in EXAMPLES.values():
        desk.session.mark_saved(Path("benchmark"), desk.session.live_document)
        window.files.open_example(example)
        desk.looking.select((), [desk.session.structure.connections[0].ends])
        desk.session.set_speed(None)
        hand.rest(0.3)
        if not desk.session.train():
            why = "its steps have no slope" if desk.softening.replaces_training else "it has no data"
            still.setdefault(why, []).append(example.id)
            continue
        hand.rest(0.2)
        start, snapshots[0], paints.number = time.perf_counter(), 0, 0
        # Some come to their end at once: they are begun again, so that they are watched as long as the others.
        while (passed := time.perf_counter() - start) < seconds:
            hand.rest(0.1)
            if not desk.session.training:
                desk.session.back_to_start()
                desk.session.train()
        rate, paint_rate = snapshots[0] / passed, paints.number / passed
        desk.session.pause()
        used = frame_cost(hand)
        figures = f"{rate:.0f} frames/s  canvas {paint_rate:.0f}/s  CPU {used:.1f} ms"
        row(f"  every panel in sight, {example.id}", figures, "", True)
        worst = max(worst, (used, rate, example.id))
    for why, names in still.items():
        print(f"  not trained, because {why}: {', '.join(names)}")
    desk.values_changed.disconnect(count)
    window.workspaces.reset()
    used, rate, name = worst
    row("training draws at 30 frames/s with every panel open", f"worst: {name}, CPU {used:.1f} ms, {rate:.0f} frames/s",
        f"CPU <= {FRAME_MS:g} ms a frame", used <= FRAME_MS)


def frame_cost(hand: Hand, count: int = 45) -> float:
    """Milliseconds that the window's thread works for a frame: every value changes 30 times a second in a slow run."""
    desk = hand.desk
    desk.session.set_speed(1.0)
    desk.session.train()
    start = {name: desk.session.network.value(name) for name in desk.session.network.parameter_names}
    used = 0.0
    for i in range(count):
        if i == count // 3:  # by then all is laid out and typeset
            used = time.thread_time()
        began = time.perf_counter()
        desk.session.set_values({name: value + 0.01 * np.sin(i) for name, value in start.items()}, "benchmark")
        hand.rest(max(FRAME_MS / 1000 - (time.perf_counter() - began), 0.001))
    used = (time.thread_time() - used) * 1000 / (count - count // 3)
    desk.session.pause()
    return used


class _Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.number = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.number += event.type() == QEvent.Type.Paint
        return False


def gestures_for_and(hand: Hand) -> None:
    """AND from the empty canvas, with keys and mouse."""
    hand.answering("Discard", lambda: hand.window.files.new())
    hand.gestures = 0
    hand.canvas.setFocus()
    for key in (Qt.Key.Key_I, Qt.Key.Key_I, Qt.Key.Key_O):
        hand.key(key, widget=hand.canvas)
    hand.connect("x0", "y")
    hand.connect("x1", "y")
    hand.double_click_at(hand.at("y"))
    hand.write("1.2")
    gestures = hand.gestures
    right = hand.answers("y") == [0, 0, 0, 1]
    row(
        "AND from the empty canvas",
        f"{gestures} gestures{'' if right else ', but wrong'}",
        "<= 9",
        gestures <= 9 and right,
    )


def window(seconds: float) -> None:
    """All figures of the window."""
    first_window()
    engine_start()
    # As the program does a moment after its start.
    engines.load()
    with toured_window() as hand:
        # As in the program.
        collector = Collector(hand.window)
        hand.rest(4.0)
        gestures_for_and(hand)
        for example in ("xor", "circle", "spiral"):
            edit_to_paint(hand, example)
        click_to_chain_rule(hand)
        handling(hand)
        frames(hand)
        calm(hand, seconds)
        large(hand, row)
        collector.end()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    parser.add_argument("suite", nargs="?", choices=("window", "engine"), default="window")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the run that is watched goes on")
    parser.add_argument("--only", nargs="*", default=[], help="engine: W1 … W7, extras, scaling, memory")
    parser.add_argument("--rounds", type=int, default=5, help="engine: measurements of each contender")
    arguments = parser.parse_args()
    if arguments.suite == "window":
        window(arguments.seconds)
    else:
        # Here, because it starts anew with an environment of its own.
        from benchmark_engine import engine

        engine(arguments)


if __name__ == "__main__":
    main()
