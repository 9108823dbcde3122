"""The pictures of the gallery, as pixels."""

from collections import Counter

import pytest
from PySide6.QtCore import QSize

from nnsim.data.dataset import Dataset
from nnsim.data.sources import dataset_of
from nnsim.documents.examples import EXAMPLES
from nnsim.documents.files import load
from nnsim.gui.look.class_looks import class_look
from nnsim.gui.look.theme import DARK, LIGHT, Theme
from nnsim.gui.start import thumbnails

SIZE = QSize(300, 180)


def seen(example: str) -> tuple[Counter[str], Dataset]:
    """How many pixels of each colour the picture has, and the data that it shows."""
    document = load(EXAMPLES[example].path)
    assert document.data is not None
    image = thumbnails.thumbnail(document, SIZE).toImage()
    pixels = (image.pixelColor(x, y).name() for x in range(SIZE.width()) for y in range(SIZE.height()))
    return Counter(pixels), dataset_of(document.data)


@pytest.mark.parametrize("look", [LIGHT, DARK])
@pytest.mark.usefixtures("qapp")
def test_classes_have_the_colours_that_they_have_on_the_map(look: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "theme", lambda: look)
    colors, dataset = seen("blobs")
    for kind in range(dataset.T.shape[1]):
        assert colors[class_look(kind).color(look)] > 30
        assert colors[class_look(kind).region(look).name()] > 500
