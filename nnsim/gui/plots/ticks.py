"""Round numbers along an axis."""

import math

from nnsim.core.analysis.drawable import Range

PLACES = 200
"""How finely the mouse, and Ctrl with an arrow, choose a number: parts of what is shown."""
_LEAST = 1e-300


def nice_step(width: float, count: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that divides ``width`` into ``count`` steps or fewer."""
    raw = width / max(count, 1.0)
    if not math.isfinite(raw) or raw < _LEAST:
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= raw * (1 - 1e-9))


def nice_ticks(low: float, high: float, count: float) -> list[float]:
    """Round numbers from ``low`` to ``high``, at most about ``count``, but two at least; none if those are no ends."""
    if not math.isfinite(high - low):
        return []
    ticks = [low, high]
    for finer in (1.0, 2.0, 4.0):
        step = nice_step(high - low, count * finer)
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if 1 <= last - first <= 1000:
            return [float(f"{i * step:.12g}") for i in range(first, last + 1)]
    return ticks


def rounded(value: float, step: float) -> float:
    """The multiple of ``step`` next to ``value``, as short as ``step`` is; a value beyond all steps as it is."""
    if not math.isfinite(value / step):
        return value
    return float(f"{round(value / step) * step:.12g}")


def nearby(value: float, shown: Range) -> float:
    """The round number next to ``value``, as fine as the mouse can tell on an axis from and to ``shown``."""
    return rounded(value, nice_step(shown[1] - shown[0], PLACES))


def stepped(value: float, shown: Range, steps: int, fine: bool) -> float:
    """The round number so many steps of an arrow key away from ``value``, on an axis from and to ``shown``."""
    step = nice_step(shown[1] - shown[0], PLACES if fine else PLACES / 10)
    return rounded(value + steps * step, step)
