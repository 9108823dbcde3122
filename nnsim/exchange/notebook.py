"""What a notebook shows of a network, a document and a run."""

from functools import singledispatch

from nnsim.core.network import Network
from nnsim.documents.document import Document
from nnsim.exchange.curves import history_html
from nnsim.exchange.drawing import network_svg
from nnsim.training.history import History


@singledispatch
def picture_of(shown: object) -> str | None:
    """The picture, as SVG or HTML; None if there is none. Another kind is shown by registering what draws it."""
    return None


@picture_of.register
def _(shown: Network) -> str | None:
    return network_svg(shown)


@picture_of.register
def _(shown: Document) -> str | None:
    return network_svg(shown.network, shown.layout)


@picture_of.register
def _(shown: History) -> str | None:
    return history_html(shown)
