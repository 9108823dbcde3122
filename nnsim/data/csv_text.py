"""The text of a CSV file: its bytes as UTF-8, checked before anything is made of them."""

import codecs
import re
import unicodedata
from pathlib import Path

MAX_BYTES = 256 * 1024 * 1024
LONGEST_LINE = 4 * 1024 * 1024
_PIECE = 1024 * 1024
_SHOWN = 30
_SAVE = "save it as CSV, UTF-8"
_UTF_16_OR_32 = {
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What text in more than a byte for each sign begins with; the longer beginnings first."""
_OTHER_KINDS = {
    b"PK\x03\x04": "a workbook of a spreadsheet program, or another ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old workbook of a spreadsheet program", b"\x1f\x8b": "a file compressed by gzip",
    b"%PDF-": "a PDF", b"<!DOCTYPE": "a web page", b"<html": "a web page", b"<?xml": "an XML file",
    b"@relation": "an ARFF file", b"SQLite format": "a database of SQLite",
}
"""How files begin that are given for CSV by mistake."""
_COMBINING = re.compile(rb"\xcc[\x80-\xbf]|\xcd[\x80-\xaf]")
"""A mark upon the letter before it, U+0300 to U+036F: é may be one sign or two."""
_UNSEEN = tuple(sign.encode() for sign in "\ufeff\u200b\u2060\u200e\u200f")
"""Signs that nobody sees, left by programs within text: marks of byte order where files were joined, of direction."""


def text_of(file: Path, size: int, name: str) -> bytes:
    """The UTF-8 text of a file without signs that nobody sees; UTF-16 and UTF-32 need a byte order mark.

    Raises ValueError with the line; ``name`` stands for the file in messages.
    """
    with file.open("rb") as opened:
        # With its size, because the most that is allowed would be set aside first.
        raw = opened.read(min(size, MAX_BYTES)).removeprefix(codecs.BOM_UTF8)
    kind = next((kind for begins, kind in _OTHER_KINDS.items() if raw[:len(begins)].lower() == begins.lower()), "")
    if kind:
        raise ValueError(f"{name} is {kind}, and no CSV file: open it in its program and {_SAVE}.")
    encoding = next((encoding for mark, encoding in _UTF_16_OR_32.items() if raw.startswith(mark)), "")
    if encoding:
        try:
            raw = raw.decode(encoding).encode()
        except UnicodeError:
            raise ValueError(f"{name} begins as {encoding.upper()} text but is damaged: {_SAVE}.") from None
    _check_encoding(raw, name)
    for sign in _UNSEEN:
        raw = raw.replace(sign, b"") if sign in raw else raw
    if _COMBINING.search(raw):
        raw = unicodedata.normalize("NFC", raw.decode()).encode()
    if b"\0" in raw:
        looks = ": it seems to be UTF-16" if raw[:400].count(b"\0") > len(raw[:400]) // 3 else ""
        raise ValueError(f"{name} is not text in UTF-8{looks}; {_SAVE}.")
    at = 0
    while at + LONGEST_LINE < len(raw):
        end = max(raw.rfind(sign, at, at + LONGEST_LINE) for sign in (b"\n", b"\r"))
        if end < 0:
            raise ValueError(f"{name}, line {_line_at(raw, at)} has more than {LONGEST_LINE // 2**20} MB: "
                             "this is no CSV file.")
        at = end + 1
    return raw


def _check_encoding(raw: bytes, name: str) -> None:
    """Raises ValueError unless it is UTF-8, saying what it seems to be; of the text nothing is made."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), _PIECE):
        stop = min(start + _PIECE, len(raw))
        try:
            decoder.decode(raw[start:stop], final=stop == len(raw))
        except UnicodeDecodeError as error:
            at = stop - len(error.object) + error.start
            raise ValueError(f"{name}, line {_line_at(raw, at)} is not UTF-8 text{_seems(raw, at)}; {_SAVE}.") from None


def _seems(raw: bytes, at: int) -> str:
    """What the text around a byte that is not UTF-8 would be in the encoding of older Windows programs, if anything."""
    if b"\0" in raw[:400]:
        return ""
    around = re.split(rb"[\r\n]", raw[max(0, at - _SHOWN) : at])[-1] + re.split(rb"[\r\n]", raw[at : at + _SHOWN])[0]
    try:
        text = around.decode("cp1252").strip()
    except UnicodeDecodeError:
        return ""
    return f": it seems to be Windows-1252, in which it reads “{text}”" if text.isprintable() else ""


def _line_at(raw: bytes, at: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", raw[:at])) + 1
