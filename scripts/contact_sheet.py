"""Takes a picture of every panel, workspace, example and hard case, in both themes, and lays them out on sheets.

python scripts/contact_sheet.py --out build/screenshots

With QT_SCALE_FACTOR=1.25 in the environment, or 1.5, 1.75, 2, the pictures are those of such a screen. Chinese and
Japanese names need a font that has them: Debian's fonts-wqy-microhei takes 5 MB.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from nnsim.core.network import Network
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.documents.layout import arrange
from nnsim.gui.app import make_app
from nnsim.gui.look.theme import Mode, text_scale
from nnsim.gui.tour.hand import Hand
from nnsim.gui.tour.tour import toured_window
from nnsim.gui.window.panels import PRESENTED, WORKSPACES
from nnsim.training import engines

SMALL, MIDDLE, LARGE = (1280, 720), (1440, 900), (1920, 1080)
THUMB, GAP, CAPTION, COLUMNS = 480, 16, 24, 4
Set = Callable[[Hand], None]


@dataclass(frozen=True)
class Shot:
    """One picture: its name, the window's size, and what is done before."""

    name: str
    size: tuple[int, int]
    prepare: Set
    text: float = 1.0
    mirrored: bool = False
    """Whether the window runs from right to left."""
    zoom: float = 1.0
    """How much nearer the canvas is than where all of the network is seen."""


def example(name: str, then: Set | None = None) -> Set:
    """Open an example, and go on."""

    def prepare(hand: Hand) -> None:
        hand.window.desk.session.open_document(load(EXAMPLES[name].path), title=EXAMPLES[name].title)
        if then is not None:
            then(hand)

    return prepare


def document(make: Callable[[], Document], then: Set | None = None) -> Set:
    """Open a document that is made for the picture, and go on."""

    def prepare(hand: Hand) -> None:
        hand.session.open_document(make())
        if then is not None:
            then(hand)

    return prepare


def workspace(id: str, panel: str = "") -> Set:
    """Show a workspace, and bring a panel to the front."""

    def prepare(hand: Hand) -> None:
        found = next(w for w in (*WORKSPACES, *PRESENTED) if w.id == id)
        hand.window.workspaces.switch(found)
        if panel:
            hand.window.show_panel(panel)
            first_weight(hand)

    return prepare


def first_weight(hand: Hand) -> None:
    """Select a connection: much explains one."""
    ends = next(iter(hand.session.structure.by_ends), None)
    if ends is not None:
        hand.desk.looking.select((), [ends])


def explained(hand: Hand) -> None:
    """The chain rule of the first weight, in Explain."""
    workspace("explain", "backward")(hand)


def comparing(hand: Hand) -> None:
    """Learn a little, and hold B."""
    hand.session.train(epochs=20)
    hand.wait(lambda: not hand.session.training, "it has learned")
    hand.desk.study.compare(True)


def layered(*sizes: int) -> Callable[[], Document]:
    """A network of such layers, from random weights."""

    def make() -> Document:
        network = Network.layered(sizes, seed=1)
        return Document(network, layout=dict(arrange(network.structure)))

    return make


def renamed(*names: tuple[str, str]) -> Callable[[], Document]:
    """The hands-on net with other names."""

    def make() -> Document:
        made = load(EXAMPLES["hands_on"].path)
        for old, new in names:
            made = edits.rename_neuron(made, old, new)
        return made

    return make


LONG = renamed(("h1", "A neuron whose name is as long as a sentence may be"), ("o1", "Ausgabe_für_die_Klasse_eins"))
SCRIPTS = renamed(("i1", "קלט ראשון"), ("h1", "عصبون مخفي"), ("o1", "出力ニューロン一"), ("i2", "输入二"))


def shots() -> Iterator[Shot]:
    """Every picture of a sheet."""
    yield Shot("empty", MIDDLE, document(Document))
    for space in WORKSPACES:
        yield Shot(f"empty-{space.id}", SMALL, document(Document, workspace(space.id)))
    for space in WORKSPACES:
        for size in (SMALL, MIDDLE, LARGE):
            for name in ("xor", "hands_on", "circle"):
                yield Shot(f"workspace-{space.id}-{name}-{size[0]}", size, example(name, workspace(space.id)))
    for size in (SMALL, MIDDLE, LARGE):
        yield Shot(f"explained-{size[0]}", size, example("hands_on", explained))
    for hero in PRESENTED:
        for name in ("xor", "hands_on", "circle"):
            yield Shot(f"{hero.id}-{name}-1280", SMALL, example(name, workspace(hero.id)))
        yield Shot(f"{hero.id}-1920", LARGE, example("hands_on", workspace(hero.id)))
    with window() as hand:
        panels = list(hand.window.docks)
    for id in panels:
        yield Shot(f"panel-{id}", SMALL, example("hands_on", workspace("explain", id)))
    for name in EXAMPLES:
        yield Shot(f"example-{name}", MIDDLE, example(name, workspace("build")))
    for size in (SMALL, MIDDLE):
        yield Shot(f"inputs-3-{size[0]}", size, document(layered(3, 4, 1), workspace("train")))
        yield Shot(f"inputs-7-{size[0]}", size, document(layered(7, 4, 1), workspace("train")))
        yield Shot(f"winner-{size[0]}", size, example("blobs", workspace("train")))
    yield Shot("winner-20", MIDDLE, document(layered(7, 20, 20), workspace("train")))
    yield Shot("compare-circle", MIDDLE, example("circle", comparing))
    for space in WORKSPACES:
        for size in (SMALL, MIDDLE):
            for text in (1.5, 2.0):
                yield Shot(f"text-{text:.0%}-{space.id}-{size[0]}".replace("%", ""), size,
                           example("hands_on", workspace(space.id)), text)
    yield Shot("text-150-xor", SMALL, example("xor", workspace("build")), 1.5)
    yield Shot("text-200", MIDDLE, example("xor", workspace("build")), 2.0)
    yield Shot("screen-4k", (3840, 2160), example("circle", workspace("build")))
    yield Shot("mirrored-build", SMALL, example("xor", workspace("build")), mirrored=True)
    yield Shot("mirrored-train", MIDDLE, example("circle", workspace("train")), mirrored=True)
    for id in ("forward", "backward", "matrices", "network_table"):
        yield Shot(f"mirrored-{id}", MIDDLE, document(SCRIPTS, workspace("explain", id)), mirrored=True)
    yield Shot("neurons-200", MIDDLE, document(layered(4, 60, 60, 60, 16), workspace("explain", "forward")))
    for space in ("build", "train"):
        yield Shot(f"neurons-314-{space}", MIDDLE, document(layered(64, 150, 90, 10), workspace(space)))
        yield Shot(f"neurons-500-{space}", MIDDLE, document(layered(2, 200, 200, 90, 8), workspace(space)))
    yield Shot("neurons-314-near", MIDDLE, document(layered(64, 150, 90, 10)), zoom=3.0)
    yield Shot("neurons-500-present", SMALL, document(layered(2, 200, 200, 90, 8), workspace("present_table")))
    yield Shot("names-long", SMALL, document(LONG, workspace("explain", "backward")))
    for id in ("forward", "backward", "matrices"):
        yield Shot(f"names-scripts-{id}", SMALL, document(SCRIPTS, workspace("explain", id)))


@contextmanager
def window() -> Iterator[Hand]:
    """A hand on a new window with settings of its own."""
    with toured_window() as hand:
        # The screen of the offscreen platform is smaller than a projector's.
        hand.window.showFullScreen = lambda: None  # type: ignore[method-assign]
        yield hand


def take(shot: Shot, theme: Mode, out: Path) -> QPixmap:
    """One picture, written and returned."""
    directions = Qt.LayoutDirection
    QGuiApplication.setLayoutDirection(directions.RightToLeft if shot.mirrored else directions.LeftToRight)
    with window() as hand:
        made = hand.window
        made.resize(*shot.size)
        made.commands.set_theme(theme)
        while text_scale() < shot.text:
            made.commands.scale_text(1)
        made.workspaces.reset()
        shot.prepare(hand)
        made.resize(*shot.size)
        hand.rest(0.4)
        made.messages.hide()  # what another program left to recover is no part of the picture
        hand.settle()  # it makes room for the canvas
        hand.wait_for_formulas()
        made.canvas.fit()
        if shot.zoom != 1:
            made.canvas.zoom_by(shot.zoom)
        for _ in range(4):
            hand.rest(0.05)  # of a large network one round takes longer than that
        picture = made.grab()
        picture.save(str(out / f"{shot.name}-{theme}.png"))
        if (made.width(), made.height()) != shot.size:
            print(f"{shot.name}: the window is {made.width()}×{made.height()}, not {shot.size}")
        return picture


def sheet(pictures: list[tuple[str, QPixmap]]) -> QPixmap:
    """All pictures small, with their names."""
    cell = QSize(THUMB + GAP, round(THUMB * 0.625) + CAPTION + GAP)
    rows = -(-len(pictures) // COLUMNS)
    page = QPixmap(COLUMNS * cell.width() + GAP, rows * cell.height() + GAP)
    page.fill(QColor("#888888"))
    painter = QPainter(page)
    painter.setFont(QFont(QApplication.font()))
    painter.setPen(QColor("white"))
    for number, (name, picture) in enumerate(pictures):
        x, y = GAP + number % COLUMNS * cell.width(), GAP + number // COLUMNS * cell.height()
        small = picture.scaled(THUMB, cell.height() - CAPTION - GAP, Qt.AspectRatioMode.KeepAspectRatio,
                               Qt.TransformationMode.SmoothTransformation)
        painter.drawPixmap(x, y + CAPTION, small)
        painter.drawText(QRect(x, y, THUMB, CAPTION), Qt.AlignmentFlag.AlignVCenter, name)
    painter.end()
    return page


def differing(out: Path, earlier: Path) -> Iterator[str]:
    """Pictures of ``out`` that are not pixel for pixel those of ``earlier``, each with how much of it differs."""
    for path in sorted(out.glob("*.png")):
        new, old = QImage(str(path)), QImage(str(earlier / path.name))
        if old.size() != new.size():
            yield f"{path.name}: {old.width()}×{old.height()} before, {new.width()}×{new.height()} now"
        elif new != old:
            images = [image.convertToFormat(QImage.Format.Format_RGB32) for image in (old, new)]
            before, now = (np.frombuffer(image.constBits(), np.uint32) for image in images)  # only while they live
            places = np.argwhere((before != now).reshape(new.height(), new.width()))
            (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0)
            yield f"{path.name}: {len(places):,} pixels, in x {left}–{right}, y {top}–{bottom}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots --all", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--only", default="", help="a part of the names of the pictures to take")
    parser.add_argument("--against", type=Path, help="the pictures of an earlier run; those that differ are named")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    make_app()
    engines.load()
    if not QFontDatabase.families(QFontDatabase.WritingSystem.Japanese):
        print("There is no font for Chinese and Japanese names here: they will be boxes.")
    chosen = [shot for shot in shots() if arguments.only in shot.name]
    themes: tuple[Mode, ...] = ("light", "dark")
    for theme in themes:
        pictures = [(shot.name, take(shot, theme, arguments.out)) for shot in chosen]
        sheet(pictures).save(str(arguments.out / f"sheet-{theme}.png"))
        print(arguments.out / f"sheet-{theme}.png")
    if arguments.against:
        named = [line for line in differing(arguments.out, arguments.against) if not line.startswith("sheet-")]
        print(*named, f"{len(named)} pictures differ", sep="\n")


if __name__ == "__main__":
    main()
