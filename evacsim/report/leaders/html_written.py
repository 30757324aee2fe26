"""A document as one HTML file that needs no network, for a screen and for A4 paper."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from evacsim.report.fonts import CJK_FONTS
from evacsim.report.leaders.document import (
    FILLS,
    HEAD_FILL,
    INK,
    MARGINS,
    Beside,
    Block,
    Card,
    Cards,
    Cell,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Run,
    Table,
)
from evacsim.report.markup import Html, html, joined, tag

STYLE = f"""
@page {{ size: A4; margin: {MARGINS[1]}mm {MARGINS[0]}mm; }}
* {{ box-sizing: border-box; }}
body {{ font: 9pt/1.42 {", ".join(f"'{name}'" for name in CJK_FONTS)}, sans-serif; color: #{INK}; margin: 0 auto;
  max-width: 176mm; -webkit-print-color-adjust: exact; print-color-adjust: exact; }}
@media screen {{ body {{ padding: 8mm 4mm; }} .break {{ border-top: 2px dashed #bfc7d1; margin: 10mm 0; }} }}
h1, h2, h3 {{ color: #{HEAD_FILL}; margin: 0.75em 0 0.35em; line-height: 1.25; break-after: avoid; }}
h1 {{ font-size: 15pt; margin-top: 0; }} h2 {{ font-size: 10.5pt; }} h3 {{ font-size: 9.5pt; }}
p {{ margin: 0.35em 0; }}
.lead {{ background: #eef3f8; padding: 5pt; font-size: 9.5pt; }}
.note {{ color: #5b6b7b; font-size: 7.5pt; }}
.entry {{ margin-left: 1.2em; }}
pre {{ background: #f2f4f7; padding: 4pt; white-space: pre-wrap; word-break: break-all; }}
table {{ border-collapse: collapse; table-layout: fixed; max-width: 100%; margin: 0.35em 0; }}
td, th {{ border: 0.4pt solid #bfc7d1; padding: 1.4pt 3pt; overflow-wrap: anywhere; line-height: 1.25; }}
th {{ background: #{HEAD_FILL}; color: #fff; }}
thead {{ display: table-header-group; }} tr {{ break-inside: avoid; }}
.center {{ text-align: center; }} .right {{ text-align: right; }}
{" ".join(f".{tone} {{ background: #{fill}; }}" for tone, fill in FILLS.items() if fill)}
.beside {{ display: flex; gap: 3mm; }}
.cards {{ display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 4mm; padding-right: 0.5mm; }}
.card {{ border: 0.6pt solid #{HEAD_FILL}; padding: 5pt; font-size: 8pt; break-inside: avoid; }}
.card b {{ color: #{HEAD_FILL}; font-size: 9.5pt; }}
.card dl {{ display: grid; grid-template-columns: 18mm minmax(0, 1fr); gap: 2.5pt 0; margin: 3pt 0 0; }}
.card dt {{ color: #5b6b7b; }} .card dd {{ margin: 0; overflow-wrap: anywhere; }}
.break {{ break-after: page; }}
footer {{ color: #5b6b7b; font-size: 7.5pt; margin-top: 1em; }}
img {{ max-width: 100%; display: block; }}
"""


def html_of(document: Document) -> bytes:
    """Return a document as an HTML file."""
    head = joined(
        [
            Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width">'),
            Html('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '),
            Html("style-src 'unsafe-inline'; img-src data:\">"),
            tag("title", document.title),
            Html(f"<style>{STYLE}</style>"),
        ]
    )
    inside = joined(_block(block) for block in document.blocks)
    language = "zh-CN" if document.lang == "zh" else "en"
    page = tag("html", tag("head", head), tag("body", inside, tag("footer", document.footer)), lang=language)
    return f"<!doctype html>\n{page}\n".encode()


def _block(block: Block) -> Html:
    match block:
        case Heading():
            return tag(f"h{block.level + 1}", block.text)
        case Paragraph(kind="code"):
            return tag("pre", joined(run.text for run in block.runs))
        case Paragraph():
            return tag("p", _runs(block.runs), class_=block.kind)
        case Table():
            return _table(block)
        case Picture():
            source = f"data:image/png;base64,{b64encode(block.png).decode()}"
            return Html(f'<img src="{source}" alt="{escape(block.told)}" style="width:{block.width}mm">')
        case Beside():
            sides = zip((block.left, block.right), block.widths, strict=True)
            return tag(
                "div",
                *(tag("div", *map(_block, side), style=f"width:{width}mm") for side, width in sides),
                class_="beside",
            )
        case Cards():
            return tag("div", *map(_card, block.cards), class_="cards")
        case PageBreak():
            return tag("div", class_="break")


def _runs(runs: Sequence[Run]) -> Html:
    return joined(tag("b", run.text) if run.bold else html(run.text) for run in runs)


def _table(table: Table) -> Html:
    whole = sum(table.widths)
    columns = joined(Html(f'<col style="width:{100 * width / whole:.3f}%">') for width in table.widths)
    head = tag("thead", tag("tr", *(tag("th", name) for name in table.head)))
    rows = tag("tbody", *(tag("tr", *map(_cell, row)) for row in table.rows))
    style = f"font-size:{table.size}pt;width:{whole - 0.5}mm"
    return tag("table", tag("colgroup", columns), head, rows, style=style)


def _cell(cell: Cell) -> Html:
    return tag("td", tag("b", cell.text) if cell.bold else cell.text, class_=f"{cell.tone} {cell.align}")


def _card(card: Card) -> Html:
    lines = joined(joined([tag("dt", label), tag("dd", said)]) for label, said in card.lines)
    return tag("div", tag("b", card.title), tag("dl", lines), class_="card")
