"""The history of a run as a page shows it: its losses in a table, and their curves."""

from collections.abc import Iterator

import numpy as np

from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import format_number
from nnsim.core.layered import counted
from nnsim.exchange.drawing import COLORS
from nnsim.training.history import History, Points

WIDTH, HEIGHT = 460.0, 180.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 12.0, 24.0
"""The room beside, above and below the curves, in pixels."""
MOST_POINTS = 400
"""Of a curve with more the lowest and the highest of some are drawn."""
LOGARITHMIC = 50.0
"""A largest loss so many times the smallest is drawn on a logarithmic scale."""
_TRAIN, _TEST = "Train, running mean", "Test"
"""What the curves are: after epoch 0 the train loss is the mean over an epoch's samples, each as it passed."""
_COLORS = {_TRAIN: COLORS["positive"], _TEST: COLORS["negative"]}


def history_html(history: History) -> str | None:
    """A table of the losses and their curves over the epochs; None before there is any."""
    curves = {name: curve.points() for name, curve in ((_TRAIN, history.train), (_TEST, history.test)) if len(curve)}
    if not curves:
        return None
    rows = "".join(_row(name, points) for name, points in curves.items())
    return (f'<div style="font-variant-numeric: tabular-nums"><table><thead><tr><th></th><th>Loss before</th>'
            f"<th>Smallest</th><th>Last</th></tr></thead><tbody>{rows}</tbody></table>\n{_svg(history, curves)}</div>")


def _row(name: str, points: Points) -> str:
    losses = points.mean[0], float(np.nanmin(points.low)) if not np.isnan(points.low).all() else np.nan, points.mean[-1]
    cells = "".join(f"<td>{format_number(float(loss))}</td>" for loss in losses)
    return f'<tr><th style="color: {_COLORS[name]}">{name}</th>{cells}</tr>'


def _svg(history: History, curves: dict[str, Points]) -> str:
    """The curves; where a loss is no finite number there is a gap."""
    about = f"Loss over {counted(history.train.epochs - 1, 'epoch')}"
    values = np.concatenate([points.mean for points in curves.values()])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    logarithmic = low > 0 and high / low > LOGARITHMIC
    bounds = np.log10([low, high]) if logarithmic else np.array([low, high])
    last = max(float(points.epoch[-1]) for points in curves.values()) or 1.0
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    lines = []
    for name, points in curves.items():
        with np.errstate(all="ignore"):
            loss = np.log10(points.mean) if logarithmic else points.mean
            # Halved, so that the difference of the largest numbers is finite.
            share = (loss / 2 - bounds[0] / 2) / ((bounds[1] / 2 - bounds[0] / 2) or 1.0)
        x, y = LEFT + points.epoch / last * (right - LEFT), bottom - share * (bottom - TOP)
        lines += [f'<polyline points="{piece}" fill="none" stroke="{_COLORS[name]}" stroke-width="1.6"/>'
                  for piece in _pieces(x, y)]
    ink = f'font-size="11" fill="{COLORS["muted"]}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{HEIGHT:.0f}" role="img" '
        f'aria-label="{about}" font-family="system-ui, sans-serif"><title>{about}</title>'
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1:g}" height="{HEIGHT - 1:g}" rx="8" fill="{COLORS["card"]}" '
        f'stroke="{COLORS["line"]}"/><path d="M{LEFT:g} {TOP:g}V{bottom:g}H{right:g}" fill="none" '
        f'stroke="{COLORS["line"]}"/>{"".join(lines)}'
        f'<text x="{LEFT - 6:g}" y="{TOP + 8:g}" text-anchor="end" {ink}>{format_number(high, 3)}</text>'
        f'<text x="{LEFT - 6:g}" y="{bottom:g}" text-anchor="end" {ink}>{format_number(low, 3)}</text>'
        f'<text x="{LEFT:g}" y="{HEIGHT - 8:g}" {ink}>epoch 0</text>'
        f'<text x="{right:g}" y="{HEIGHT - 8:g}" text-anchor="end" {ink}>{last:.0f}</text>'
        + (f'<text x="{right:g}" y="{TOP + 8:g}" text-anchor="end" {ink}>logarithmic</text>' if logarithmic else "")
        + "</svg>"
    )


def _pieces(x: Array, y: Array) -> Iterator[str]:
    """The points of each unbroken piece of a curve, of many the extreme ones."""
    finite = np.isfinite(y)
    for part in np.split(np.arange(len(y)), np.flatnonzero(np.diff(finite)) + 1):
        if finite[part[0]]:
            for_each = -(-2 * len(part) // MOST_POINTS)
            if for_each > 1:
                groups = np.array_split(part, len(part) // for_each or 1)
                part = np.concatenate([np.sort([g[np.argmin(y[g])], g[np.argmax(y[g])]]) for g in groups])
            shown = [f"{x[i]:.1f},{y[i]:.1f}" for i in part]
            # A point by itself is a dash.
            yield " ".join(shown) if len(shown) > 1 else f"{shown[0]} {x[part[0]] + 2:.1f},{y[part[0]]:.1f}"
