"""How a file of data was read, in a sentence or two."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from nnsim.core.formulas.numbers import numbered
from nnsim.data.csv_files import Reading

_SHOWN = 6


def reading_text(reading: Reading, classes: Sequence[str]) -> str:
    """What was chosen for a file: “Columns parted by semicolons, decimal comma, names in line 1.” and what follows."""
    separators = {",": _tr("commas"), ";": _tr("semicolons"), "\t": _tr("tabs"), "|": _tr("bars"), " ": _tr("spaces")}
    decimals = {".": _tr("decimal point"), ",": _tr("decimal comma"), ".,": _tr("decimal points and commas")}
    parts = [_tr("Columns parted by {sign}").format(sign=separators.get(reading.separator, f"“{reading.separator}”"))]
    if reading.decimal:
        parts.append(decimals[reading.decimal])
    line = reading.names_in_line
    parts.append(_tr("names in line {n}").format(n=f"{line:,}") if line else _tr("no line of names"))
    sentences = [", ".join(parts) + "."]
    if reading.comments:
        sentences.append(numbered(reading.comments, _tr("One line of comment skipped."),
                                  _tr("{n} lines of comment skipped.")))
    if reading.left_out:
        names = (f"“{name}”" if name else _tr("the column without a name") for name in reading.left_out)
        one = len(reading.left_out) == 1
        sentences.append((_tr("Left out, because it only counts or names the rows: {names}.") if one else
                          _tr("Left out, because they only count or name the rows: {names}.")).format(
            names=_listed([*names])))
    if classes:
        sentences.append(_tr("Classes: {names}.").format(names=_listed(classes)))
    return " ".join(sentences)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _tr(text: str) -> str:
    return QCoreApplication.translate("DataReading", text)
