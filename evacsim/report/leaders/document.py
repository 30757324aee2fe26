"""What a document is made of, for any writer: headings, paragraphs, tables, pictures, cards, pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from evacsim.language import Language

Tone = Literal["red", "amber", "green", "grey", "plain"]

FILLS: dict[Tone, str] = {
    "red": "F4C7C3", "amber": "FCE8B2", "green": "CDE8D5", "grey": "E8EAED", "plain": "",
}  # fmt: skip
"""Background of a cell, RGB; plain has none. The word in the cell says the same for whoever sees no colors."""
HEAD_FILL = "1F4E79"
INK = "1D2329"


class Run(NamedTuple):
    """A piece of text of one look."""

    text: str
    bold: bool = False


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    tone: Tone = "plain"
    align: Literal["left", "center", "right"] = "left"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 0 is the title of the document."""

    text: str
    level: Literal[0, 1, 2]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or an entry of a numbered list."""

    runs: tuple[Run, ...]
    kind: Literal["body", "lead", "note", "entry", "code"] = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose head stands again on each page."""

    head: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    widths: tuple[float, ...]
    """Width of each column [mm]."""
    size: float = 8.5
    """Size of its letters [pt]."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what it shows, for those who do not see it."""

    png: bytes = field(repr=False)
    width: float
    """[mm]"""
    told: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Two columns next to each other."""

    left: tuple["Block", ...]
    right: tuple["Block", ...]
    widths: tuple[float, float]
    """[mm]"""


@dataclass(frozen=True, slots=True)
class Card:
    """A card to hand out: a title and lines, kept on one page."""

    title: str
    lines: tuple[tuple[str, str], ...]
    """What it is about, and what it says."""


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards in two columns."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Table | Picture | Beside | Cards | PageBreak

PAGE = (210.0, 297.0)
"""A4 [mm]."""
MARGINS = (17.0, 14.0)
"""Beside the text, and above and below it [mm]."""
TEXT_WIDTH = PAGE[0] - 2 * MARGINS[0]


@dataclass(frozen=True, slots=True)
class Document:
    """A document to be written."""

    title: str
    lang: Language
    footer: str
    """Stands at the foot of each page, before the number of the page."""
    blocks: tuple[Block, ...]


def body(text: str) -> Paragraph:
    """Return a plain paragraph."""
    return Paragraph((Run(text),))


def note(text: str) -> Paragraph:
    """Return a paragraph in small letters."""
    return Paragraph((Run(text),), "note")
