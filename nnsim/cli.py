"""The command nnsim: the window, and the same work without one."""

import argparse
import io
import os
import sys
from pathlib import Path

import nnsim
from nnsim.exchange.formats import FORMATS as PAGES

READER_GONE = 141
"""The exit status of a program whose reader has read enough, as a shell tells it of all others: 128 + SIGPIPE."""


def main() -> int:
    """Run the command line; returns the exit status."""
    _write_utf8()
    try:
        try:
            arguments = _parser().parse_args(_joined(_with_open(sys.argv[1:])))
            return VERBS[arguments.verb](arguments)
        finally:
            # Here, where it can still be said that it failed; argparse leaves by an exception.
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return READER_GONE
    except OSError as error:
        if error.filename is not None:
            raise
        _drop_output()
        return _refuse("", f"the output cannot be written: {error.strerror}.")


def _write_utf8() -> None:
    """From now on all that is written is UTF-8, whatever the system's locale or PYTHONIOENCODING say.

    Few other encodings know the signs of formulas. A file's name that is no text is written in escapes. What is closed
    takes what is written, and keeps nothing.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (for good)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _drop_output() -> None:
    """What was not written yet is wanted, or can be had, no more: else Python would try again at its end."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _refuse(verb: str, reason: object) -> int:
    print(f"{f'nnsim {verb}'.rstrip()}: {reason}", file=sys.stderr)
    return 2


def _open(arguments: argparse.Namespace) -> int:
    from nnsim.gui.app import run

    return run(arguments.file)


def _tour(arguments: argparse.Namespace) -> int:
    out = Path(arguments.out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return _refuse("tour", f"no pictures can go to “{out}”: {reason}. Name a folder that you may write in.")
    from nnsim.gui.tour.tour import run_tour

    return run_tour(out)


def _explain(arguments: argparse.Namespace) -> int:
    try:
        text = _explained(arguments)
    except (ValueError, OSError) as error:
        return _refuse("explain", error)
    print(text, end="")
    return 0


def _explained(arguments: argparse.Namespace) -> str:
    """Both passes of one sample, taken apart. Raises ValueError for what does not fit, OSError for no file."""
    from nnsim.core.explain.explanation import Explanation
    from nnsim.core.formulas.notation import notation_for
    from nnsim.core.layered import counted
    from nnsim.core.program import compile
    from nnsim.data.sources import dataset_of
    from nnsim.documents.targets import learned_data
    from nnsim.exchange.explained import as_json, as_text

    if not arguments.file:
        raise ValueError("“” names no file: give the name of a .nnsim file.")
    path = Path(arguments.file)
    document = nnsim.load(path)
    compile(document.network)  # what the network lacks comes before what the command lacks
    x, t = arguments.inputs, arguments.targets
    for option, given, names in (("inputs", x, document.network.structure.inputs),
                                 ("targets", t, document.network.structure.outputs)):
        if given is not None and len(given) != len(names):
            listed = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
            raise ValueError(f"--{option} needs {counted(len(names), 'number')} ({listed}), not {len(given)}.")
    if x is None:
        source = learned_data(document)
        data = None if source is None else dataset_of(source, path.parent)
        if data is None:
            raise ValueError("The file has no data: give the inputs with --inputs, such as --inputs 0.05,0.10.")
        x, t = data.X[0], data.T[0] if t is None else t
    notation = notation_for(document.network.structure, arguments.notation or document.notation)
    explanation = Explanation(document.network, x, t, document.training.loss, notation)
    parameter = arguments.parameter
    if parameter is not None and parameter not in explanation.structure.parameter_index:
        known = ", ".join(explanation.structure.parameter_names[:12])
        raise ValueError(f"There is no parameter “{parameter}”; this network has {known}.")
    if parameter is not None and t is None:
        raise ValueError("A gradient needs a target: give one with --targets, such as --targets 0.01,0.99.")
    if arguments.format == "json":
        return as_json(explanation) + "\n"
    if arguments.format == "text":
        return as_text(explanation, document.training, parameter, arguments.digits)
    from nnsim.exchange.worked_solution import worked_solution

    return worked_solution(
        document.network, x, t, document.training, arguments.format, digits=arguments.digits, notation=notation,
        parameters=None if parameter is None else [parameter], title=f"Worked solution: {path.stem}")


def _numbers(text: str) -> list[float]:
    """“0.05,0.10” as numbers, and “0,05;0,10” too."""
    from nnsim.core.formulas.numbers import parse_number

    values = [parse_number(part) for part in text.split(";" if ";" in text else ",")]
    if None in values:
        raise argparse.ArgumentTypeError(f"“{text}” is not a list of numbers such as 0.05,0.10")
    return [value for value in values if value is not None]


def _digits(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 17:
        raise argparse.ArgumentTypeError("give a number of digits from 2 to 17")
    return int(text)


def _with_open(words: list[str]) -> list[str]:
    """`nnsim FILE` is short for `nnsim open FILE`, and `nnsim` for `nnsim open`.

    A word before others that is no file's name is a verb, if a wrong one, and argparse says so.
    """
    if words and (words[0] in VERBS or words[0] in ("-h", "--help", "--version")):
        return words
    if len(words) > 1 and words[0].isalpha() and not os.path.lexists(words[0]):
        return words
    return ["open", *words]


def _joined(words: list[str]) -> list[str]:
    """`--inputs -1,2` as `--inputs=-1,2`: argparse would take -1,2 for an option."""
    found: list[str] = []
    for word in words:
        if found and found[-1] in ("--inputs", "--targets"):
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found


VERBS = {"open": _open, "tour": _tour, "explain": _explain}
FORMATS = ("text", *PAGES, "json")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nnsim", description=nnsim.__doc__, epilog="nnsim FILE opens the window with that file."
    )
    parser.add_argument("--version", action="version", version=f"nnsim {nnsim.__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    opening = verbs.add_parser("open", help="open the window, with a file if one is named")
    opening.add_argument("file", nargs="?", metavar="FILE")
    tour = verbs.add_parser("tour", help="drive the real window through the main job and write pictures of it")
    tour.add_argument("--out", required=True, metavar="DIR", help="the folder the pictures go to")
    explain = verbs.add_parser("explain", help="write every number of one sample's forward and backward pass")
    explain.add_argument("file", metavar="FILE")
    explain.add_argument("--inputs", type=_numbers, metavar="A,B,…", help="the sample; without it the file's first")
    explain.add_argument("--targets", type=_numbers, metavar="A,B,…", help="what the outputs should be")
    explain.add_argument("--parameter", metavar="NAME", help="the chain rule and the update of this one")
    explain.add_argument("--format", choices=FORMATS, default="text",
                         help="text unless another is named; in json null stands for ∞ and for what is undefined")
    explain.add_argument("--digits", type=_digits, default=4, metavar="N", help="significant digits (4)")
    explain.add_argument("--notation", choices=("lecture", "net", "field"),
                         help="the lecture's Input, out, T, O, l; net, out, T, O, η; or z, a, t, o, η")
    return parser


if __name__ == "__main__":
    sys.exit(main())
