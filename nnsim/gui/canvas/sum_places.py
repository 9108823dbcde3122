"""Where the sums of neurons stand: below their neuron if no connection runs through there, else nearby."""

from collections.abc import Iterable

from nnsim.gui.canvas.edge_labels import Lines, boxes, overlapping
from nnsim.gui.canvas.neuron_item import NeuronItem, Place

SHIFTS = (0.0, 0.15, -0.15, 0.3, -0.3, 0.45, -0.45, 0.55, 0.65)
FARTHEST = 4
PLACES = tuple(
    Place(shift, above, folded, away)
    for away in range(FARTHEST + 1) for above in (False, True) for folded in (False, True) for shift in SHIFTS
)
"""Best first."""
SPARE = 6.0
"""At each side of a sum: with other inputs it may be longer, and stays where it is."""


def place_sums(items: Iterable[NeuronItem], lines: Lines) -> int:
    """Give each sum the first place that is clear of other neurons and of connections, or of as much as there is.

    How many connections run through sums even so.
    """
    items, crossed = list(items), 0
    for item in items:
        if not item.has_sum:
            continue
        others = boxes(rect for other in items if other is not item for rect in other.taken())
        best, least = PLACES[0], (len(others) + 1, 0, 0)
        for place in PLACES:
            rect = item.below_at(place).translated(item.pos())
            wider = rect.adjusted(-SPARE, 0, SPARE, 0)
            cost = int(overlapping(wider, others).sum()), lines.through(rect), lines.through(wider)
            if cost < least:
                best, least = place, cost
            if not any(cost):
                break
        item.put_sum(best)
        crossed += least[1]
    return crossed
