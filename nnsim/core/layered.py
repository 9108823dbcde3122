"""Networks in layers: how their neurons are called, and the few words that say what any network is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

MOST_SIZES = 8
"""Of more layers only the first few and the last are named …"""
SHOWN_SIZES = 4
MOST_FUNCTIONS = 4


def layer_names(sizes: Sequence[int]) -> list[list[str]]:
    """The neurons of each layer: x0…, h1… (h1_1… with several hidden layers) and o1… (y if single)."""
    several = len(sizes) > 3
    layers = [[f"x{i}" for i in range(sizes[0])]]
    for depth, size in enumerate(sizes[1:-1], 1):
        layers.append([f"h{depth}_{i}" if several else f"h{i}" for i in range(1, size + 1)])
    layers.append(["y"] if sizes[-1] == 1 else [f"o{i}" for i in range(1, sizes[-1] + 1)])
    return layers


def layers_of(
    depth: Mapping[str, int], inputs: Collection[str], outputs: Collection[str], ends: Iterable[tuple[str, str]]
) -> tuple[tuple[str, ...], ...]:
    """The neurons of each layer, if every connection leads from one layer to the next, all inputs stand in the first
    and all outputs in the last; () for other networks.

    ``depth`` is that of each neuron, ``ends`` are (source, target) of each connection.
    """
    layers: list[list[str]] = [[] for _ in range(1 + max(depth.values(), default=0))]
    for id, level in depth.items():
        layers[level].append(id)
    is_layered = (
        len(layers) > 1
        and len(layers[0]) == len(inputs) and all(depth[id] == 0 for id in inputs)
        and len(layers[-1]) == len(outputs) and all(depth[id] == len(layers) - 1 for id in outputs)
        and all(depth[target] == depth[source] + 1 for source, target in ends)
    )
    return tuple(map(tuple, layers)) if is_layered else ()


def summary_of(
    depth: Mapping[str, int], inputs: Collection[str], outputs: Collection[str], ends: Collection[tuple[str, str]],
    activations: Iterable[str], parameters: int, frozen: int,
) -> str:
    """What a network is: “2-4-1 (relu, sigmoid), 17 parameters”; one that is not fully connected by what it has.

    As ``layers_of``; ``activations`` are the functions of its neurons, from the inputs to the outputs.
    """
    if not depth:
        return "empty"
    counts = [len(layer) for layer in layers_of(depth, inputs, outputs, ends)]
    full = sum(a * b for a, b in pairwise(counts)) == len(ends)
    sizes = [str(count) for count in counts if full]
    if len(sizes) > MOST_SIZES:
        sizes = [*sizes[:SHOWN_SIZES], "…", f"{sizes[-1]} in {len(sizes) - 1} layers"]
    hidden = len(depth) - len(inputs) - len(outputs)
    what = "-".join(sizes) or ", ".join((
        counted(len(inputs), "input"), *([f"{hidden} hidden"] if hidden else []), counted(len(outputs), "output"),
        counted(len(ends), "connection")))
    functions = list(dict.fromkeys(activations))
    if len(functions) > MOST_FUNCTIONS:
        functions = [*functions[:MOST_FUNCTIONS], "…"]
    of = f" ({', '.join(functions)})" if functions else ""
    return f"{what}{of}, {counted(parameters, 'parameter')}{f', {frozen} of them frozen' if frozen else ''}"


def counted(number: int, what: str) -> str:
    """“1 sample”, “2 samples”, “1,000 samples”."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
