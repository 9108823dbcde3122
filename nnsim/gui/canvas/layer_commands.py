"""The commands on whole layers of a network in layers: what the bars over its columns, keys and menus do."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.network import Structure
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.layer_edits import fixed_by_data, insert_layer, remove_layer, resize_layer
from nnsim.gui.canvas.view import CanvasView


class LayerCommands(QObject):
    """Each is one undo step, and leaves all in sight that was; layers are counted from 0, the inputs."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._desk = view, view.desk

    @property
    def structure(self) -> Structure:
        """The structure of the network whose layers these are."""
        return self._desk.session.structure

    def resize(self, layer: int, by: int) -> None:
        """So many neurons more in a layer, or fewer; a hidden layer of one that gets one fewer goes."""
        layers = self.structure.layers
        size = len(layers[layer]) + by
        if why := self.why_not_resize(layer, by):
            self._desk.session.refuse(why)
        elif size < 1:
            self._apply(self.tr("Remove layer {n}").format(n=layer), lambda d: remove_layer(d, layer))
        else:
            beside = sum(len(layers[i]) for i in (layer - 1, layer + 1) if 0 <= i < len(layers))
            self._apply(self.tr("Layer {n} of {size}").format(n=layer, size=size),
                        lambda d: resize_layer(d, layer, size), max(0, by) * beside)

    def why_not_resize(self, layer: int, by: int) -> str:
        """Why a layer cannot have so many neurons more; empty if it can."""
        layers = self.structure.layers
        is_input, is_output = layer == 0, layer == len(layers) - 1
        if fixed_by_data(self._desk.session.document, layer):
            return (self.tr("The data say how many inputs there are") if is_input
                    else self.tr("The data say how many outputs there are"))
        if (is_input or is_output) and len(layers[layer]) + by < 1:
            return self.tr("A network has one input and one output at least")
        return ""

    def insert(self, at: int) -> None:
        """A new layer before the one of this number."""
        self._apply(self.tr("Add a layer"), lambda d: insert_layer(d, at))

    def remove(self, layer: int) -> None:
        """A hidden layer away; those beside it are connected."""
        self._apply(self.tr("Remove layer {n}").format(n=layer), lambda d: remove_layer(d, layer))

    def set_activation(self, layer: int, activation: str) -> None:
        """Every neuron of a layer with this function."""
        ids = self.structure.layers[layer]
        self._desk.session.apply(
            self.tr("Make layer {n} {activation}").format(n=layer, activation=ACTIVATIONS[activation].label),
            lambda d: edits.set_neurons(d, ids, activation=activation))

    def here(self) -> int | None:
        """The layer of what is selected, if all of it is of one."""
        chosen = self._desk.looking.selected_neurons
        layers = self.structure.layers
        return next((i for i, layer in enumerate(layers) if chosen and chosen <= set(layer)), None)

    def resize_here(self, by: int) -> None:
        """+ and −: the layer of what is selected."""
        if (layer := self._asked()) is not None:
            self.resize(layer, by)

    def insert_here(self) -> None:
        """Ins: a new layer behind the one of what is selected, before the outputs at the latest."""
        if (layer := self._asked()) is not None:
            self.insert(min(layer + 1, len(self.structure.layers) - 1))

    def _asked(self) -> int | None:
        layer = self.here()
        if not self.structure.layers:
            self._view.show_hint(self.tr("This network is not in layers: add and remove single neurons instead."))
        elif layer is None:
            self._view.show_hint(self.tr("Select a neuron of the layer first."))
        return layer

    def _apply(self, text: str, change: Callable[[Document], Document], more: int = 0) -> None:
        self._view.edit_whole(text, change, more)
