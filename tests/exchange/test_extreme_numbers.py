"""Pages and answers about documents of extreme numbers: every format, valid to the last sign."""

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import nnsim
from nnsim import cli
from nnsim.core.explain.explanation import Explanation
from nnsim.core.explain.gradient_check import check_gradient
from nnsim.data.sources import dataset_of
from nnsim.documents.document import Document
from nnsim.exchange.explained import as_json, as_text
from nnsim.exchange.formats import FORMATS
from nnsim.exchange.worked_solution import worked_solution
from nnsim.lessons.worksheets import KINDS, Missing, make_worksheet, material_of, write_worksheet
from tests.documents.extreme_documents import documents, named

NAMED, MANY = dict(named()), list(documents())
WRONG = re.compile(r"(?<![\w\\])(inf|nan|NaN|Infinity)(?!\w)")
ANSWERS = ("∞", "undefined", "1e308", "−1e308", "0", "1e-320", "1e-" + "9" * 5000)


def is_strict(text: str) -> bool:
    """Whether it is JSON as everyone reads it, without NaN and Infinity."""
    def refuse(word: str) -> None:
        raise ValueError(word)

    return bool(json.loads(text, parse_constant=refuse))


def pages_of(document: Document) -> list[str]:
    """Every page about a document's first sample; their formulas can be read, and so can its numbers by a program."""
    assert document.data is not None
    network, config, data = document.network, document.training, dataset_of(document.data, None)
    x, t = data.X[0], data.T[0]
    explanation = Explanation(network, x, t, config.loss)
    assert is_strict(as_json(explanation))
    pages = [as_text(explanation, config), as_text(explanation, config, network.parameter_names[0])]
    pages += [worked_solution(network, x, t, config, format, parameters=network.parameter_names[:2])
              for format in FORMATS]
    pages.append(worked_solution(network, x, t, config, "markdown", blanks=True))
    for page in pages:
        for formula in re.findall(r"<math.*?</math>", page, re.DOTALL):
            ElementTree.fromstring(formula)
    for check in check_gradient(network, data.X, data.T, config.loss):
        assert check.comparable or not check.agrees
    return pages


def sheets_of(document: Document) -> list[str]:
    """Every worksheet that there is, as it is written; all were answered, and the others say what they lack."""
    written = []
    for kind in KINDS:
        for learner in ("", "Ada"):
            try:
                sheet = make_worksheet(kind, material_of(document), learner)
            except Missing as error:
                assert str(error)
                continue
            written.append(write_worksheet(sheet, "latex"))
            for question in sheet.questions:
                assert not any(question.check(*[answer] * len(question.fields)).right for answer in ANSWERS[:2])
                for answer in ANSWERS:
                    question.check(*[answer] * len(question.fields))
    return written


def wrong(document: Document) -> list[str]:
    """The pages and sheets that do not say their numbers as a learner reads them."""
    return [page for page in (*pages_of(document), *sheets_of(document)) if WRONG.search(page)]


@pytest.mark.parametrize("place", [*range(6), *range(6, len(MANY), 250)])
def test_pages_and_sheets_of_extreme_documents(place: int) -> None:
    """Those once seen to end in a traceback, and some of a thousand others."""
    assert wrong(MANY[place][1]) == []


@pytest.mark.soak
def test_pages_and_sheets_of_all_extreme_documents() -> None:
    """Every one."""
    for _, document in MANY:
        assert wrong(document) == []


@pytest.mark.parametrize("format", ["text", *FORMATS, "json"])
def test_the_command_explains_infinite_numbers(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                               capsys: pytest.CaptureFixture[str]) -> None:
    """In each format, with the chain rule of a weight whose gradient is infinite; in JSON ∞ is null."""
    file = tmp_path / "two.nnsim"
    nnsim.save(NAMED["two linear, 1e200"], file)
    words = ["nnsim", "explain", str(file), "--inputs", "1,1", "--targets", "0", "--parameter", "w1"]
    monkeypatch.setattr(sys, "argv", [*words, "--format", format])
    assert cli.main() == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert not WRONG.search(said.out)
    if format == "json":
        assert is_strict(said.out)
        assert json.loads(said.out)["loss"] is None
    elif format == "text":
        assert "L = ½(t(y) − o(y))² = ½(0 − ∞)² = ∞" in said.out
    elif format == "html":
        assert "<mo>=</mo><mrow><mo>&#x0221E;</mo>" in said.out
    else:
        assert r"\frac{1}{2}\left(0 - \infty\right)^{2} = \infty" in said.out
