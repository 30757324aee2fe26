"""A document as PDF, set by Typst."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from evacsim.errors import MissingExtraError
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


def pdf_of(document: Document) -> bytes:
    """Return a document as PDF; the same document gives the same bytes on the same fonts.

    Raises
    ------
    MissingExtraError
        If typst is not installed.
    """
    try:
        import typst
    except ImportError as missing:
        raise MissingExtraError.for_library("typst", "report", "report.pdf") from missing
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "document.typ"
        source.write_text(_Source(Path(folder)).whole(document), encoding="utf-8")
        compiled: bytes = typst.compile(str(source))
    return compiled


class _Source:
    """Writes the source of a document; pictures become files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pictures = folder, 0

    def whole(self, document: Document) -> str:
        """Return the source of a document."""
        fonts = ", ".join(text(name) for name in CJK_FONTS)
        chinese = document.lang == "zh"
        language = 'lang: "zh", region: "cn"' if chinese else 'lang: "en"'
        return "\n".join(
            [
                f"#set document(title: {text(document.title)}, date: none)",
                f'#set page(paper: "a4", margin: (x: {MARGINS[0]}mm, y: {MARGINS[1]}mm), footer-descent: 25%,',
                f'  footer: context [#set text(size: 7.5pt, fill: rgb("5b6b7b")); #{text(document.footer)}',
                "  #h(1fr) #counter(page).display() / #counter(page).final().first()])",
                f'#set text(font: ({fonts}), size: 9pt, fill: rgb("{INK}"), {language})',
                "#set par(leading: 0.55em, spacing: 0.65em, justify: false)",
                f'#show heading: it => block(above: 0.9em, below: 0.5em, text(fill: rgb("{HEAD_FILL}"), it.body))',
                "#show heading.where(level: 1): set text(size: 15pt)",
                "#show heading.where(level: 2): set text(size: 10.5pt)",
                "#show heading.where(level: 3): set text(size: 9.5pt)",
                *(self.block(block) for block in document.blocks),
            ]
        )

    def block(self, block: Block) -> str:
        """Return the source of a block."""
        match block:
            case Heading():
                return f"#heading(level: {block.level + 1}, {text(block.text)})"
            case Paragraph():
                return _paragraph(block)
            case Table():
                return _table(block)
            case Picture():
                self.pictures += 1
                name = f"picture-{self.pictures}.png"
                (self.folder / name).write_bytes(block.png)
                return f"#image({text(name)}, width: {block.width}mm, alt: {text(block.told)})"
            case Beside():
                left, right = (self.within(side) for side in (block.left, block.right))
                columns = ", ".join(f"{width}mm" for width in block.widths)
                return f"#grid(columns: ({columns}), gutter: 3mm, {left}, {right})"
            case Cards():
                cards = ", ".join(_card(card) for card in block.cards)
                return f"#grid(columns: (1fr, 1fr), gutter: 4mm, {cards})"
            case PageBreak():
                return "#pagebreak()"

    def within(self, blocks: Sequence[Block]) -> str:
        """Return blocks as one piece of content."""
        return "[" + "\n".join(self.block(block) for block in blocks) + "]"


def text(words: str) -> str:
    r"""Return a text as Typst takes it literally.

    >>> print(text('a "b" \\ #c'))
    "a \"b\" \\ #c"
    """
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "")
    return f'"{escaped}"'


def _runs(runs: Sequence[Run]) -> str:
    return "".join(f"#strong({text(run.text)})" if run.bold else f"#{text(run.text)}" for run in runs)


def _paragraph(paragraph: Paragraph) -> str:
    inside = _runs(paragraph.runs)
    match paragraph.kind:
        case "lead":
            return f'#block(fill: rgb("eef3f8"), inset: 5pt, width: 100%, text(size: 9.5pt)[{inside}])'
        case "note":
            return f'#block(text(size: 7.5pt, fill: rgb("5b6b7b"))[{inside}])'
        case "entry":
            return f"#block(inset: (left: 1.2em), below: 0.5em)[{inside}]"
        case "code":
            code = text("".join(run.text for run in paragraph.runs))
            return f'#block(fill: rgb("f2f4f7"), inset: 4pt, width: 100%, raw({code}))'
    return f"#par[{inside}]"


def _table(table: Table) -> str:
    columns = ", ".join(f"{width}mm" for width in table.widths)
    head = ", ".join(
        f'table.cell(fill: rgb("{HEAD_FILL}"), align: center + horizon, '
        f'text(fill: white, weight: "bold", {text(name)}))'
        for name in table.head
    )
    rows = ",\n".join(", ".join(_cell(cell) for cell in row) for row in table.rows)
    return (
        f"#block[#set text(size: {table.size}pt)\n#set par(leading: 0.45em)\n"
        f'#table(columns: ({columns}), inset: (x: 3pt, y: 2.6pt), stroke: 0.4pt + rgb("bfc7d1"), '
        f"table.header({head}),\n{rows})]"
    )


def _cell(cell: Cell) -> str:
    fill = f'fill: rgb("{FILLS[cell.tone]}"), ' if FILLS[cell.tone] else ""
    weight = 'weight: "bold", ' if cell.bold else ""
    return f"table.cell({fill}align: {cell.align} + horizon, text({weight}{text(cell.text)}))"


def _card(card: Card) -> str:
    lines = ", ".join(
        f'text(fill: rgb("5b6b7b"), {text(label)}), text({text(said)})' for label, said in card.lines
    )
    return (
        f'block(breakable: false, width: 100%, stroke: 0.6pt + rgb("{HEAD_FILL}"), inset: 5pt)'
        f'[#text(weight: "bold", size: 9.5pt, fill: rgb("{HEAD_FILL}"), {text(card.title)})\n'
        f"#set text(size: 8pt)\n#grid(columns: (18mm, 1fr), row-gutter: 3.5pt, {lines})]"
    )
