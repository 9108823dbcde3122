"""A network as a picture, as the canvas draws it: SVG, for notebooks and wherever there is no window."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import groupby

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.arrays import Array
from nnsim.core.combines import COMBINES
from nnsim.core.formulas.numbers import format_number
from nnsim.core.layered import counted
from nnsim.core.network import Network, Neuron, Structure
from nnsim.documents.document import Layout
from nnsim.documents.layout import ARROW_HEAD, MARK_REACH, NEURON_RADIUS, PORT_HALF, RIM_GAP, arrange, bend, filled
from nnsim.documents.lines import BENDS, LABEL_PLACES, between, slots

MOST_NEURONS, MOST_CONNECTIONS = 150, 1_500
"""Of a larger network layers are drawn, not neurons."""
MOST_LABELS = 48
"""Of more connections none says its weight; under the mouse each does."""
MOST_LAYERS = 12
WIDEST, HIGHEST = 760.0, 520.0
"""In pixels."""
SMALLEST = 0.15
"""Pixels per unit of the canvas; in a picture that is smaller nothing could be told apart."""
LONGEST = 16
"""Letters of a name; a longer one loses those in its middle."""

COLORS = {
    "card": "#ffffff", "line": "#dcdcd5", "ink": "#1f2328", "muted": "#62686f", "input_fill": "#e6eef8",
    "positive": "#2166ac", "negative": "#d9741a", "positive_text": "#1b5a99", "negative_text": "#b35806",
}
"""Those of the light theme: a picture brings its own paper, so that it can be read on a dark page, too."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIGITS = 3
_LETTER = 0.58
"""How wide a letter is, as a share of its height."""
_Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def network_svg(network: Network, layout: Layout | None = None) -> str | None:
    """The picture of a network whose neurons lie as in ``layout``, else as they are arranged.

    Of a large one its layers are drawn. None where nothing could be told apart, and of an empty network.
    """
    structure = network.structure
    if not structure.neurons:
        return None
    if len(structure.neurons) <= MOST_NEURONS and len(structure.connections) <= MOST_CONNECTIONS:
        for places in ([] if layout is None else [filled(structure, layout)]) + [arrange(structure)]:
            picture = _Picture(network, places)
            if picture.scale >= SMALLEST:
                return picture.svg()
    return _layers_svg(structure)


class _Picture:
    """Every neuron and every connection."""

    def __init__(self, network: Network, places: Layout) -> None:
        self._network, self._structure = network, network.structure
        self._at = np.array([places[neuron.id] for neuron in self._structure.neurons])
        left, top = self._at.min(axis=0) - NEURON_RADIUS - (60.0, 50.0)
        self._at = self._at - (left, top)
        self._width, self._height = (self._at.max(axis=0) + NEURON_RADIUS + (60.0, 42.0)).tolist()
        self.scale = min(1.0, WIDEST / self._width, HIGHEST / self._height)

    def svg(self) -> str:
        """The text of a file."""
        parts = [*self._connections(), *(part for i, n in enumerate(self._structure.neurons) for part in
                                         self._neuron(n, *self._at[i].tolist())), *self._labels()]
        return _svg(self._structure.summary, self._width, self._height, self.scale, parts)

    def _lines(self) -> Array:
        """(connections, 4): x and y of both ends."""
        connections, position = self._structure.connections, self._structure.position
        source = np.array([position[c.source] for c in connections], dtype=np.intp)
        target = np.array([position[c.target] for c in connections], dtype=np.intp)
        angles = np.zeros(len(connections))
        by_target = sorted(range(len(connections)), key=target.__getitem__)
        for _, rows in groupby(by_target, key=target.__getitem__):
            entering = list(rows)
            angles[entering] = slots(self._at[source[entering], 1])
        return between(self._at[source], self._at[target], angles)

    def _connections(self) -> Iterator[str]:
        values = [self._network.value(c.weight) for c in self._structure.connections]
        largest = max(map(abs, values), default=0.0)
        for connection, value, line in zip(self._structure.connections, values, self._lines().tolist(), strict=True):
            # As on the canvas.
            width = 1.2 + round(16 * min(1.0, abs(value) / max(largest, 2.0))) * 0.2
            color, dash = COLORS["negative" if value < 0 else "positive"], ""
            if value < 0:
                dash = f' stroke-dasharray="{"5 3" if width <= 2 else f"{3.2 * width:.1f} {2 * width:.1f}"}"'
            said = (f"{connection.weight}: {connection.source} → {connection.target}, "
                    f"{format_number(value)}{' (frozen)' if connection.weight in self._structure.frozen else ''}")
            yield (f'<g stroke="{color}" fill="{color}"><title>{_xml(said)}</title><path d="{_path(line)}" fill="none" '
                   f'stroke-width="{width:.1f}"{dash}/><path d="{_arrow(line, 5.5 + width * 0.9)}" stroke="none"/></g>')

    def _labels(self) -> Iterator[str]:
        """The weights, each where it covers neither a neuron nor another, else nowhere."""
        if not 0 < len(self._structure.connections) <= MOST_LABELS:
            return
        reach = NEURON_RADIUS + 2
        taken = [(x - reach, y - reach - 20, x + reach, y + reach) for x, y in self._at.tolist()]
        for connection, line in zip(self._structure.connections, self._lines().tolist(), strict=True):
            value = self._network.value(connection.weight)
            text = format_number(value, _DIGITS)
            half = len(text) * 11 * _LETTER / 2 + 5
            for share in LABEL_PLACES:
                x, y = _point(line, share)
                box = x - half, y - 9, x + half, y + 9
                if not any(_overlap(box, other) for other in taken):
                    taken.append(box)
                    yield (f'<rect x="{box[0]:.1f}" y="{box[1]:.1f}" width="{2 * half:.1f}" height="18" rx="4" '
                           f'fill="{COLORS["card"]}" stroke="{COLORS["line"]}"/>')
                    yield _text(x, y + 4, text, "negative_text" if value < 0 else "positive_text", 11)
                    break

    def _neuron(self, neuron: Neuron, x: float, y: float) -> Iterator[str]:
        fill, strength = ("input_fill", "0.45") if neuron.role == "input" else ("card", "1")
        yield (f'<g><title>{_xml(self._about(neuron))}</title><circle cx="{x:.1f}" cy="{y:.1f}" r="{NEURON_RADIUS:g}" '
               f'fill="{COLORS[fill]}" stroke="{COLORS["muted"]}" stroke-width="1.5" stroke-opacity="{strength}"/>')
        yield from self._role_marks(neuron, x, y)
        if neuron.combine != "sum":
            yield _text(x, y + 5, COMBINES[neuron.combine].symbol, "ink", 15)
        elif neuron.notation == "threshold" and neuron.bias is not None:
            yield _text(x, y + 5, f"≥ {format_number(-self._network.value(neuron.bias), _DIGITS)}", "ink", 13)
        elif neuron.role != "input":
            yield (f'<path d="{_curve(neuron.activation)}" transform="translate({x:.1f} {y:.1f})" fill="none" '
                   f'stroke="{COLORS["positive"]}" stroke-width="2"/>')
        yield "</g>"
        yield _text(x, y - NEURON_RADIUS - 8, _shortened(neuron.id), "muted", 13)
        if neuron.bias is not None and (neuron.notation == "bias" or neuron.combine != "sum"):
            yield _text(x, y + NEURON_RADIUS + 16, f"b = {format_number(self._network.value(neuron.bias), _DIGITS)}",
                        "ink", 11)

    def _role_marks(self, neuron: Neuron, x: float, y: float) -> Iterator[str]:
        """The port of an input; the inner rim of an output, and its arrow where nothing else leads out of it."""
        r, stroke = NEURON_RADIUS, f'fill="none" stroke="{COLORS["muted"]}" stroke-width="1.5"'
        if neuron.role == "input":
            left, half = x - r * (1 + MARK_REACH), r * PORT_HALF
            yield f'<path d="M{x - r:.1f} {y:.1f}H{left:.1f}M{left:.1f} {y - half:.1f}V{y + half:.1f}" {stroke}/>'
        if neuron.role == "output":
            inner = f"{r * (1 - RIM_GAP):g}"
            yield f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{inner}" ry="{inner}" {stroke}/>'
        if neuron.role == "output" and not self._structure.outgoing[neuron.id]:
            tip, head = x + r * (1 + MARK_REACH), r * ARROW_HEAD
            yield (f'<path d="M{x + r:.1f} {y:.1f}H{tip:.1f}M{tip - head:.1f} {y - head:.1f}L{tip:.1f} {y:.1f}'
                   f'L{tip - head:.1f} {y + head:.1f}" {stroke}/>')

    def _about(self, neuron: Neuron) -> str:
        if neuron.role == "input":
            return f"{neuron.id}: input"
        bias = "" if neuron.bias is None else f", {neuron.bias} = {format_number(self._network.value(neuron.bias))}"
        return f"{neuron.id}: {ACTIVATIONS[neuron.activation].label}{bias}"


def _layers_svg(structure: Structure) -> str | None:
    """Each depth as a box that says how many neurons it has, with bands for the connections between two of them."""
    depth = structure.depth
    ids: list[list[Neuron]] = [[] for _ in range(1 + max(depth.values()))]
    if len(ids) > MOST_LAYERS:
        return None
    for neuron in structure.neurons:
        ids[depth[neuron.id]].append(neuron)
    width, gap, height = 128.0, 76.0, 230.0
    x = [16 + i * (width + gap) for i in range(len(ids))]
    high = [54 + 22 * math.log10(len(layer)) * 1.8 for layer in ids]
    parts = []
    for (a, b), count in sorted(Counter((depth[c.source], depth[c.target]) for c in structure.connections).items()):
        start, end = x[a] + width, x[b]
        # What passes a layer passes above it.
        rise = 0.0 if b == a + 1 else 120.0 + 12 * (b - a)
        thick = min(2 + 3 * math.log10(count + 1), 22.0)
        parts.append(f'<path d="M{start:g} 115C{start + gap / 2:g} {115 - rise:g} {end - gap / 2:g} {115 - rise:g} '
                     f'{end:g} 115" fill="none" stroke="{COLORS["line"]}" stroke-width="{thick:.1f}">'
                     f"<title>{counted(count, 'connection')}</title></path>")
    for left, tall, layer in zip(x, high, ids, strict=True):
        roles = list(dict.fromkeys(neuron.role for neuron in layer))
        functions = list(dict.fromkeys(n.activation for n in layer if n.role != "input"))
        fill = COLORS["input_fill" if roles == ["input"] else "card"]
        parts.append(f'<rect x="{left:g}" y="{115 - tall / 2:.1f}" width="{width:g}" height="{tall:.1f}" rx="10" '
                     f'fill="{fill}" stroke="{COLORS["muted"]}" stroke-width="1.5"/>')
        kind = {"input": "input", "output": "output"}.get(roles[0] if len(roles) == 1 else "", "neuron")
        parts.append(_text(left + width / 2, 112 if functions else 120, counted(len(layer), kind), "ink", 14))
        if functions:
            said = ", ".join(functions) if len(functions) == 1 else f"{len(functions)} activations"
            parts.append(_text(left + width / 2, 131, said, "muted", 11))
    whole = x[-1] + width + 16
    return _svg(structure.summary, whole, height, min(1.0, WIDEST / whole), parts)


def _svg(about: str, width: float, height: float, scale: float, parts: list[str]) -> str:
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:.0f}" height="{height * scale:.0f}" '
            f'viewBox="0 0 {width:.1f} {height:.1f}" role="img" aria-label="{_xml(about)}" '
            f'font-family="system-ui, sans-serif" text-anchor="middle">\n<title>{_xml(about)}</title>\n'
            f'<rect x="0.5" y="0.5" width="{width - 1:.1f}" height="{height - 1:.1f}" rx="8" fill="{COLORS["card"]}" '
            f'stroke="{COLORS["line"]}"/>\n{body}\n</svg>\n')


def _text(x: float, y: float, text: str, color: str, size: int) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{COLORS[color]}">{_xml(text)}</text>'


def _xml(text: str) -> str:
    """Text for XML, in which some signs cannot stand at all."""
    return escape(_NOT_XML.sub("�", text))


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[:LONGEST // 2]}…{name[1 - LONGEST // 2:]}"


def _path(line: list[float]) -> str:
    x0, y0, x1, y1 = line
    if x1 - x0 <= BENDS:
        return f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"
    middle = (x0 + x1) / 2
    return f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"


def _point(line: list[float], share: float) -> tuple[float, float]:
    x0, y0, x1, y1 = line
    across, down = bend(share) if x1 - x0 > BENDS else (share, share)
    return x0 + (x1 - x0) * across, y0 + (y1 - y0) * down


def _arrow(line: list[float], size: float) -> str:
    """The triangle at the end of a line."""
    (x0, y0), (x1, y1) = _point(line, 0.95), line[2:]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    back_x, back_y, side = x1 - dx * size * 1.15, y1 - dy * size * 1.15, size * 0.55
    return (f"M{x1:.1f} {y1:.1f}L{back_x - dy * side:.1f} {back_y + dx * side:.1f}"
            f"L{back_x + dy * side:.1f} {back_y - dx * side:.1f}Z")


@cache
def _curve(activation: str) -> str:
    """f(x) from −3 to 3, around (0, 0), in a circle."""
    xs = np.linspace(-3.0, 3.0, 41)
    ys = ACTIVATIONS[activation].f(xs)
    low, high = float(ys.min()), float(ys.max())
    across, down = 0.72 * NEURON_RADIUS, 0.5 * NEURON_RADIUS
    heights = down - 2 * down * (ys - low) / (high - low)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs / 3 * across, heights, strict=True))


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
