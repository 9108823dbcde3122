"""The command nnsim: the window, and the same work without one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import nnsim


def main() -> int:
    """Run the command line; returns the exit status."""
    arguments = _parser().parse_args(_with_open(sys.argv[1:]))
    if arguments.verb == "tour":
        from nnsim.gui.tour import run_tour

        return run_tour(Path(arguments.out))
    from nnsim.gui.app import run

    return run(arguments.file)


def _with_open(words: list[str]) -> list[str]:
    """`nnsim FILE` is short for `nnsim open FILE`, and `nnsim` for `nnsim open`."""
    if words and (words[0] in VERBS or words[0] in ("-h", "--help", "--version")):
        return words
    return ["open", *words]


VERBS = ("open", "tour")


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
    return parser


if __name__ == "__main__":
    sys.exit(main())
