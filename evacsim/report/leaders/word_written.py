"""A document as a Word file, with styles, real tables and a font for Chinese."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from evacsim.errors import MissingExtraError
from evacsim.report.leaders.document import (
    FILLS,
    HEAD_FILL,
    INK,
    MARGINS,
    PAGE,
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
    Table,
)

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

CHINESE_FONT, LATIN_FONT = "微软雅黑", "Arial"
"""Fonts that every office computer here has; Word takes another where one is missing."""
GAP = 3.0
"""Between two columns next to each other [mm]."""
EPOCH = datetime(2026, 1, 1)  # Word keeps no time zone
"""When every document says it was made, so that the same report gives the same bytes."""
STYLES = {
    "body": (9.0, INK),
    "lead": (9.5, INK),
    "note": (7.5, "5B6B7B"),
    "entry": (9.0, INK),
    "code": (8.0, INK),
}
"""Size [pt] and color of the letters of each kind of paragraph."""
HEADINGS = {0: ("Title", 15.0), 1: ("Heading 1", 10.5), 2: ("Heading 2", 9.5)}


def word_of(document: Document) -> bytes:
    """Return a document as a .docx file.

    Raises
    ------
    MissingExtraError
        If python-docx is not installed.
    """
    try:
        import docx
    except ImportError as missing:
        raise MissingExtraError.for_library("python-docx", "report", "report.docx") from missing
    word = docx.Document()
    _page(word)
    _styles(word, document)
    _footer(word, document.footer)
    breaks = False
    for block in document.blocks:
        if isinstance(block, PageBreak):
            breaks = True
            continue
        first = _block(word, word, block)
        if breaks:
            first.paragraph_format.page_break_before = True
            breaks = False
    properties = word.core_properties
    properties.title, properties.author, properties.created, properties.modified = (
        document.title,
        "evacsim",
        EPOCH,
        EPOCH,
    )
    properties.language = "zh-CN" if document.lang == "zh" else "en-US"
    stream = io.BytesIO()
    word.save(stream)
    return _undated(stream.getvalue())


def _page(word: "WordDocument") -> None:
    from docx.shared import Mm

    section = word.sections[0]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.left_margin = section.right_margin = Mm(MARGINS[0])
    section.top_margin = section.bottom_margin = Mm(MARGINS[1])
    section.header_distance = section.footer_distance = Mm(7)


def _styles(word: "WordDocument", document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    normal = word.styles["Normal"]
    _font(normal, 9.0, INK)
    _set_language(normal, "zh-CN" if document.lang == "zh" else "en-US")
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(2)
    normal.paragraph_format.line_spacing = 1.0
    for kind, (size, color) in STYLES.items():
        style = word.styles.add_style(f"Leaders {kind}", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _font(style, size, color)
    word.styles["Leaders entry"].paragraph_format.left_indent = Pt(10)
    for level, (name, size) in HEADINGS.items():
        style = word.styles[name]
        _font(style, size, HEAD_FILL)
        style.font.bold = True
        style.paragraph_format.space_before = Pt(0 if level == 0 else 6)
        style.paragraph_format.space_after = Pt(3)
        style.paragraph_format.keep_with_next = True
        border = style.element.find(".//{*}pBdr")
        if border is not None:  # the rule below Word's own title
            border.getparent().remove(border)


def _font(style: Any, size: float, color: str) -> None:
    """Give a style its font: the one for Chinese has a name of its own, which `font.name` does not set."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.color.rgb = (
        LATIN_FONT,
        Pt(size),
        RGBColor.from_string(color.upper()),
    )
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):  # a theme's font would win
            del fonts.attrib[name]
    fonts.set(qn("w:eastAsia"), CHINESE_FONT)


def _set_language(style: Any, language: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    element = OxmlElement("w:lang")
    element.set(qn("w:val"), "en-US")
    element.set(qn("w:eastAsia"), language)
    properties.append(element)


def _footer(word: "WordDocument", footer: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    line = word.sections[0].footer.paragraphs[0]
    line.style = word.styles["Leaders note"]
    line.add_run(f"{footer}　")
    for name in ("PAGE", "NUMPAGES"):
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), name)
        shown = OxmlElement("w:r")
        number = OxmlElement("w:t")
        number.text = "1"  # until Word counts the pages
        shown.append(number)
        field.append(shown)
        line._p.append(field)
        if name == "PAGE":
            line.add_run(" / ")


def _block(word: "WordDocument", place: Any, block: Block) -> Any:
    """Add a block to the document or to a cell; return the first paragraph of it."""
    from docx.shared import Mm

    match block:
        case Heading():
            return place.add_paragraph(block.text, style=word.styles[HEADINGS[block.level][0]])
        case Paragraph():
            paragraph = place.add_paragraph(style=word.styles[f"Leaders {block.kind}"])
            for run in block.runs:
                paragraph.add_run(run.text).bold = run.bold or None
            if block.kind in ("lead", "code"):
                _shade(paragraph._p.get_or_add_pPr(), "EEF3F8" if block.kind == "lead" else "F2F4F7")
            return paragraph
        case Picture():
            paragraph = place.add_paragraph()
            shape = paragraph.add_run().add_picture(io.BytesIO(block.png), width=Mm(block.width))
            shape._inline.docPr.set("descr", block.told)
            return paragraph
        case Table():
            return _table(word, place, block)
        case Beside():
            return _beside(word, place, block)
        case Cards():
            return _cards(word, place, block)
        case PageBreak():
            raise AssertionError("pages break in the document only")


def _grid(place: Any, rows: int, widths: Sequence[float]) -> Any:
    """Add a table whose columns have the widths that are asked for, and no others."""
    from docx.shared import Mm

    grid = place.add_table(rows, len(widths))
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    for cells in _cells_of(grid):
        for cell, width in zip(cells, widths, strict=True):
            cell.width = Mm(width)
    return grid


def _table(word: "WordDocument", place: Any, table: Table) -> Any:
    from docx.shared import Pt

    grid = _grid(place, 1 + len(table.rows), table.widths)
    grid.style = word.styles["Table Grid"]
    _repeat(grid.rows[0])
    head = tuple(Cell(name, align="center", bold=True) for name in table.head)
    for number, (line, cells) in enumerate(zip([head, *table.rows], _cells_of(grid), strict=True)):
        for cell, written in zip(cells, line, strict=True):
            _fill(cell, written, table.size, is_head=number == 0)
    _keep_rows(grid)
    after = place.add_paragraph()
    after.paragraph_format.space_before = after.paragraph_format.space_after = Pt(0)
    after.paragraph_format.line_spacing = Pt(3)
    return grid.rows[0].cells[0].paragraphs[0]


def _cells_of(grid: Any) -> list[list[Any]]:
    """Return the cells of each row; python-docx looks for them again at every question."""
    from docx.table import _Cell

    return [[_Cell(cell, grid) for cell in row.tc_lst] for row in grid._tbl.tr_lst]


def _fill(cell: Any, written: Cell, size: float, *, is_head: bool) -> None:
    from docx.enum.table import WD_ALIGN_VERTICAL
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    fill = HEAD_FILL if is_head else FILLS[written.tone]
    if fill:
        _shade(cell._tc.get_or_add_tcPr(), fill)
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER  # after the shade: Word minds the order
    paragraph = cell.paragraphs[0]
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, written.align.upper())
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0.5)
    run = paragraph.add_run(written.text)
    run.font.size, run.bold = Pt(size), written.bold or None
    if is_head:
        run.font.color.rgb = RGBColor(255, 255, 255)


def _shade(properties: Any, fill: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    properties.append(shade)


def _repeat(row: Any) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_rows(grid: Any) -> None:
    """Let no row break over two pages."""
    from docx.oxml import OxmlElement

    for row in grid._tbl.tr_lst:
        row.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def _beside(word: "WordDocument", place: Any, block: Beside) -> Any:
    left, right = block.widths
    grid = _grid(place, 1, (left + GAP, right))
    _no_margins(grid)
    for cell, side in zip(grid.rows[0].cells, (block.left, block.right), strict=True):
        for inner in side:
            _block(word, cell, inner)
        _drop_first(cell)
    return grid.rows[0].cells[0].paragraphs[0]


def _no_margins(grid: Any) -> None:
    """Let what stands in the cells use all of their width."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = grid._tbl.tblPr.find(qn("w:tblLook"))
    if look is None:
        grid._tbl.tblPr.append(margins)
    else:  # Word minds the order
        look.addprevious(margins)


def _drop_first(cell: Any) -> None:
    """Take out the empty paragraph that every new cell begins with, where others follow."""
    if len(cell.paragraphs) > 1 and not cell.paragraphs[0].text and not cell.paragraphs[0].runs:
        cell._tc.remove(cell.paragraphs[0]._p)


def _cards(word: "WordDocument", place: Any, block: Cards) -> Any:
    from docx.shared import Pt

    pairs = [block.cards[at : at + 2] for at in range(0, len(block.cards), 2)]
    grid = _grid(place, len(pairs), (88.0, 88.0))
    grid.style = word.styles["Table Grid"]
    for cells, pair in zip(_cells_of(grid), pairs, strict=True):
        for cell, card in zip(cells, pair, strict=False):
            _write_card(cell, card)
    _keep_rows(grid)
    place.add_paragraph().paragraph_format.line_spacing = Pt(3)
    return grid.rows[0].cells[0].paragraphs[0]


def _write_card(cell: Any, card: Card) -> None:
    from docx.shared import Pt, RGBColor

    title = cell.paragraphs[0].add_run(card.title)
    title.bold, title.font.size, title.font.color.rgb = True, Pt(9.5), RGBColor.from_string(HEAD_FILL)
    for label, said in card.lines:
        line = cell.add_paragraph()
        line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(0.5)
        name = line.add_run(f"{label}　")
        name.font.size, name.font.color.rgb = Pt(8), RGBColor.from_string("5B6B7B")
        line.add_run(said).font.size = Pt(8)


def _undated(content: bytes) -> bytes:
    """Return a package without the moment at which its files were packed."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
