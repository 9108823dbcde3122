"""Worksheets: sheets of questions from a network or a learner's name, on paper and to be checked at once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnsim.exchange.formats import FORMATS
from nnsim.exchange.pages import ENOUGH, Blank, Block, Heading, Inline, Items, Page, Paragraph, Parts
from nnsim.lessons.gate_sheets import truth_table_sheet, weights_sheet
from nnsim.lessons.material import Material, Missing, material_of, with_own_numbers
from nnsim.lessons.matrix_sheets import matrix_sheet
from nnsim.lessons.pass_sheets import chain_sheet, forward_sheet, loss_sheet
from nnsim.lessons.questions import Number, Question
from nnsim.lessons.rule_sheets import rule_sheet, rules
from nnsim.lessons.sheets import Sheet

__all__ = ["KINDS", "Kind", "Material", "Missing", "Worksheet", "make_worksheet", "material_of", "seed_of",
           "write_worksheet"]


@dataclass(frozen=True)
class Kind:
    """A kind of worksheet.

    ``make(material, rng)`` gives its sheet, rng None for the numbers as they stand; with one, ``material`` has the
    learner's own numbers already, if ``own_numbers``. Raises Missing where the network lacks something.
    """

    id: str
    label: str
    about: str
    make: Callable[[Material, np.random.Generator | None], Sheet]
    own_numbers: bool = True


def _update_sheet(material: Material, rng: np.random.Generator | None) -> Sheet:
    """Follows the chain rule, or in a network that learns by the perceptron rule that one."""
    return rule_sheet(material, rng) if rules(material) else chain_sheet(material, rng)


_ENTRIES = (
    Kind("truth_table", "Truth table with its sums", "Every row of a gate: each neuron's sum, and what it says.",
         truth_table_sheet),
    Kind("weights", "Weights and θ for a target", "Find a neuron for each gate; whatever works is right.",
         weights_sheet, own_numbers=False),
    Kind("forward", "Forward pass", "Each neuron's sum, and its function of it.", forward_sheet),
    Kind("loss", "Loss and the gradient's sign", "How wrong the outputs are, and which way each weight must go.",
         loss_sheet),
    Kind("chain", "Chain rule and update",
         "The factors of a gradient, their product, and the new weight; or the perceptron rule.",
         _update_sheet),
    Kind("matrix", "Graph and matrix W", "Weights in their places, and counting layers and parameters.", matrix_sheet),
)

KINDS: dict[str, Kind] = {entry.id: entry for entry in _ENTRIES}
"""Every kind of worksheet by its id."""


@dataclass(frozen=True)
class Worksheet:
    """A sheet of questions.

    ``given`` are the numbers it starts from, under their headings. ``learner`` and ``number`` say whose numbers they
    are; without a learner, sheet 0 has those of the network as it stands.
    """

    kind: str
    title: str
    introduction: str
    given: tuple[tuple[str, Parts], ...]
    questions: tuple[Question, ...]
    learner: str = ""
    number: int = 0

    @property
    def precision(self) -> str:
        """How many digits answers need; empty if none has more than a few."""
        return ENOUGH if any(field.long for question in self.questions for field in question.fields
                             if question.target is None and isinstance(field, Number)) else ""


def seed_of(learner: str, kind: str, number: int = 0) -> int | None:
    """The same name, kind and number give the same seed on every machine; None for the numbers as they stand."""
    name = " ".join(learner.split()).casefold()
    if not name and not number:
        return None
    return int.from_bytes(hashlib.sha256(f"{name}\n{kind}\n{number}".encode()).digest()[:8], "big")


def make_worksheet(kind: str, material: Material, learner: str = "", number: int = 0) -> Worksheet:
    """The ``number``-th sheet of a kind for a learner. Raises Missing where the network lacks something."""
    entry, seed = KINDS[kind], seed_of(learner, kind, number)
    rng = None if seed is None else np.random.default_rng(seed)
    if entry.own_numbers:
        material.need_size(rng is not None)
    if rng is not None and entry.own_numbers:
        material = with_own_numbers(material, rng)
    try:
        with np.errstate(all="ignore"):
            sheet = entry.make(material, rng)
    except OverflowError:
        raise Missing("Some numbers of this network grew out of all bounds.",
                      "Smaller weights and inputs bring them back.") from None
    return Worksheet(kind, sheet.title or entry.label, sheet.introduction, sheet.given,
                     tuple(question.written_in(material.digits) for question in sheet.questions),
                     " ".join(learner.split()), number)


def write_worksheet(worksheet: Worksheet, format: str, key: bool | None = None) -> str:
    """The sheet as a document of ``format``, a key of FORMATS, its answers at the end.

    ``key`` of False leaves the answers away, True gives them alone.
    """
    whose = [worksheet.learner] if worksheet.learner else []
    whose += [f"sheet {worksheet.number + 1}"] if worksheet.number else []
    title = f"{worksheet.title} ({', '.join(whose)})" if whose else worksheet.title
    answers = Items(tuple(_answers(question) for question in worksheet.questions))
    if key is True:
        return FORMATS[format].write(Page(f"Key: {title}", (answers,)))
    introduction = " ".join(filter(None, (worksheet.introduction, worksheet.precision)))
    blocks: list[Block] = [Paragraph((introduction,))]
    blocks += [Paragraph((f"{heading}: ", *parts)) for heading, parts in worksheet.given]
    blocks.append(Items(tuple(_task(question) for question in worksheet.questions)))
    if key is None:
        blocks += [Heading("Key"), answers]
    return FORMATS[format].write(Page(title, tuple(blocks)))


def _task(question: Question) -> Parts:
    parts: list[Inline] = [*question.ask]
    for field in question.fields:
        parts += [f" {field.label}" if field.label else "", " ", Blank(0, field.choices)]
    return tuple(parts)


def _answers(question: Question) -> Parts:
    said = ", ".join(f"{field.label} {field.key}".strip() for field in question.fields)
    return (f"for example {said}" if question.target is not None else said,)
