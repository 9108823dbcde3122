"""All gestures and keys, as the help shows them."""

from __future__ import annotations

GESTURES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Build", (
        ("Double-click on empty canvas", "add an input, a neuron or an output there"),
        ("Drag from a neuron's rim", "connect it; on empty canvas a connected neuron appears"),
        ("Drag from the strip at the left, or click there", "add a neuron of that kind"),
        ("Drag a neuron", "move it, with all that is selected; hold Alt and nothing snaps"),
        ("Double-click on a weight or neuron", "edit its number; ↑ ↓ step 0.1, with Ctrl 0.01"),
        ("Double-click on a name, F2", "rename"),
        ("I, N, O", "add an input, neuron, output"),
        ("C", "connect all selected neurons: then click the target, or drag around several"),
        ("C, Alt+arrows, Enter", "the same by keys; Alt+Shift+arrows gather several targets"),
        ("L", "add a layer that all selected neurons feed"),
        ("Ctrl+C, Ctrl+X, Ctrl+V", "copy, cut, paste neurons, also into another window"),
        ("Ctrl+D", "duplicate what is selected"),
        ("Del", "remove what is selected"),
        ("A", "arrange in columns, with fewest crossings"),
        ("Right-click, Menu key", "what can be done with what is there"),
    )),
    ("Look", (
        ("Click the switch, Space", "flip an input between 0 and 1"),
        ("Click, Shift+click, drag on empty canvas", "select"),
        ("Alt+arrows, arrows", "go to the next neuron, along connections; move it"),
        ("E, Shift+E", "go through the neuron's connections; Alt+← and Alt+→ go to their ends"),
        ("Enter", "edit the number of what is selected"),
        ("Wheel", "zoom"),
        ("Drag with the middle button, or with Space held", "move the paper"),
        ("F", "fit the network into the window"),
        ("Wheel, + − and 0 on the output map", "see more or less of the inputs; all as at first"),
        ("View ▸ Biases as neurons", "draw each bias as the weight of a neuron that is always 1"),
        ("View ▸ Products on the connections", "write weight · input instead of the weight"),
        ("Ctrl +, Ctrl −", "larger or smaller text"),
    )),
    ("Explain", (
        ("Ctrl+1 … Ctrl+9", "forward, backward, step by step, and the rest of the Explain menu"),
        ("Point at a term, or go to it with the arrows", "light its place on the canvas"),
        ("Click a term, Enter", "select what it is of; with Shift besides what is selected"),
        ("← → in Step through", "one step back, one step on; Space lets them go on"),
        ("Ctrl+C", "copy an equation; its menu also copies LaTeX"),
    )),
    ("Train", (
        ("Ctrl+T", "train, pause"),
        ("Ctrl+B, Ctrl+E", "one batch, one epoch"),
        ("Hold B", "compare with the start: its weights as ghosts, its boundary dotted"),
        ("Ctrl+Z, Ctrl+Y", "undo, redo: a whole training run is one step"),
        ("Esc", "cancel what you began"),
    )),
    ("Fields and tables", (
        ("Shift+F1", "what is this? Says what the field does that has the keyboard"),
        ("↑ ↓, with Ctrl", "step a number, in smaller steps"),
        ("Alt+↓", "usual values of the learning rate"),
        ("Enter, or just type", "edit a cell of the table; Space turns a switch over"),
        ("Ctrl+C, Ctrl+V", "copy cells; paste a column of numbers from a spreadsheet"),
        ("Ctrl+F", "find in the table"),
    )),
)
"""Sections of (what to do, what happens)."""
