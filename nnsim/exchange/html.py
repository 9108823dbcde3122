"""Pages written as HTML, with formulas as MathML."""

import re
from html import escape

from nnsim.exchange.pages import Blank, Block, Equations, Heading, Items, Math, Page, Paragraph, Parts, Table, written

_SPELLED = re.compile(r'(?:<mi mathvariant="normal">[^<]+</mi>){2,}')
_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --paper: #ffffff; --muted: #62686f; --line: #dcdcd5; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --paper: #17191c; --muted: #a3abb5; --line: #3a3f46; }
}
body { color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif; max-width: 56rem;
       margin: 0 auto; padding: 2rem 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; } h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
.wide { overflow-x: auto; margin: 0.5rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 400; color: var(--muted); }
th, td { padding: 0.25rem 1.5rem 0.25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
mtd { padding: 0.2em 0.15em; text-align: left; text-align: -webkit-left; }
mtd:first-child { text-align: right; text-align: -webkit-right; }
li { margin: 0.5rem 0; }
.blank { border-bottom: 1px solid var(--ink); }
span.blank { display: inline-block; min-width: 5em; }
@media print { body { max-width: none; padding: 0; } }
"""


def mathml(math: Math) -> str:
    """A formula's MathML, without the <math> around it; its plain text where the LaTeX cannot be read."""
    # Imported here because only who writes HTML needs it.
    from latex2mathml.converter import convert

    try:
        # A sign as it stands, that it need not know as a command.
        found = convert(math.latex.replace("\n", " "))
    except Exception:  # it raises errors of many kinds
        return f"<mtext>{escape(math.text)}</mtext>"
    inner = found[found.index(">") + 1 : found.rindex("</math>")]
    return _SPELLED.sub(lambda m: f"<mtext>{re.sub('<[^>]*>', '', m.group())}</mtext>", inner)


def _math_tag(inner: str, block: bool = False) -> str:
    display = ' display="block"' if block else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{display}>{inner}</math>'


def _blank(blank: Blank) -> str:
    if blank.choices:
        return " ".join(f"☐&nbsp;{escape(choice)}" for choice in blank.choices)
    number = f"<sup>({blank.number})</sup>" if blank.number else ""
    return f'<span class="blank" role="img" aria-label="blank">&nbsp;</span>{number}'


def _math_blank(blank: Blank) -> str:
    number = f"<mtext>({blank.number})</mtext>" if blank.number else "<mrow></mrow>"
    return f'<msup><mtext class="blank">{"&#160;" * 14}</mtext>{number}</msup>'


def _parts(parts: Parts) -> str:
    return written(parts, escape, lambda math: _math_tag(mathml(math)), _blank)


def _equations(block: Equations) -> str:
    rows = []
    for line in block.lines:
        for index, right in enumerate(line.rights):
            said = written(right, lambda text: f"<mtext>{escape(text)}</mtext>", mathml, _math_blank)
            left = mathml(line.left) if not index else ""
            rows.append(f"<mtr><mtd>{left}</mtd><mtd><mo>=</mo>{said}</mtd></mtr>")
    table = f'<mtable displaystyle="true" columnalign="right left">\n{chr(10).join(rows)}\n</mtable>'
    return f'<div class="wide">{_math_tag(table, block=True)}</div>'


def _block(block: Block) -> str:
    match block:
        case Heading(text=text):
            return f"<h2>{escape(text)}</h2>"
        case Paragraph(parts=parts):
            return f"<p>{_parts(parts)}</p>"
        case Table(header=header, rows=rows):
            head = "".join(f'<th scope="col">{escape(title)}</th>' for title in header)
            body = "\n".join(f"<tr>{''.join(f'<td>{_parts(cell)}</td>' for cell in row)}</tr>" for row in rows)
            return (f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n'
                    f"<tbody>\n{body}\n</tbody>\n</table></div>")
        case Items(items=items):
            rows_of_list = "\n".join(f"<li>{_parts(parts)}</li>" for parts in items)
            return f"<ol>\n{rows_of_list}\n</ol>"
        case _:
            return _equations(block)


def write_html(page: Page) -> str:
    """One file that needs no other and no script: MathML, light or dark as the system is."""
    blocks = "\n".join(_block(block) for block in page.blocks)
    title = escape(page.title)
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style>\n</head>\n'
            f"<body>\n<h1>{title}</h1>\n{blocks}\n</body>\n</html>\n")
