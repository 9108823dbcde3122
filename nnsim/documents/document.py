"""The document: a network, its place on the canvas, its data and how it is trained."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from nnsim.core.layered import counted
from nnsim.core.network import Network
from nnsim.core.shown import picture_of
from nnsim.data.sources import CsvData, DataSource, GeneratedData, InlineData
from nnsim.training.config import TrainingConfig

Position = tuple[float, float]
"""A place on the canvas: x to the right, y down."""
Layout = Mapping[str, Position]
"""Where the centre of each neuron lies."""


@dataclass(frozen=True, eq=False)
class Document:
    """All that is saved, as one value. ``Document()`` is empty. Every edit makes a new one.

    ``layout`` may lack neurons: they are placed when the document is shown or saved
    (``layout.filled``). Documents are equal if they say the same.
    """

    network: Network = field(default_factory=Network)
    layout: Layout = field(default_factory=dict)
    data: DataSource | None = None
    training: TrainingConfig = field(default_factory=TrainingConfig)
    notes: str = ""
    notation: str = ""
    """How its quantities are written: a key of NOTATIONS, or empty for what suits the network."""

    def __post_init__(self) -> None:
        # The proxy is the sign that the dict behind it is ours: replace() then does not copy it again.
        if not isinstance(self.layout, MappingProxyType):
            object.__setattr__(self, "layout", MappingProxyType(dict(self.layout)))

    def __repr__(self) -> str:
        match self.data:
            case None:
                data = "no data"
            case GeneratedData(generator=generator):
                data = f"data {generator}"
            case InlineData(inputs=inputs):
                data = counted(len(inputs), "sample")
            case CsvData(path=path):
                data = f"data of {path!r}"
        return f"<Document: {self.network.structure.summary}; {data}; {self.training!r}>"

    def _repr_svg_(self) -> str | None:
        return picture_of(self)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Document):
            return NotImplemented
        # What differs most often and costs least comes first. An edit keeps the parts it does not touch,
        # so most comparisons end at identity.
        return (
            (self.network.parameters is other.network.parameters
             or np.array_equal(self.network.parameters, other.network.parameters))
            and (self.layout is other.layout or self.layout == other.layout)
            and self.training == other.training
            and self.notes == other.notes
            and self.notation == other.notation
            and (self.data is other.data or self.data == other.data)
            and self.network.structure.same_as(other.network.structure)
        )

    __hash__ = None  # type: ignore[assignment]  # compared by value, arrays and all
