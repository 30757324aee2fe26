"""HTML in small pieces: everything that comes from data is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import pandas as pd

from evacsim.language import Language, Text
from evacsim.report.texts import TEXTS

Row = dict[Any, Any]
"""One row of a table of a record."""

ROWS_SHOWN = 12
"""Rows of a long table that are seen at once; the others are folded away."""


BROAD = 5
"""A table of more columns than this is wider than a phone and is moved sideways."""


COLUMNS = {"n": "num", "t": "txt", "m": "when"}
"""Class of a column of numbers, of texts, of moments, which are not broken over two lines."""


class Html(str):
    """Text that is markup already; everything else is escaped when it enters the page."""

    __slots__ = ()

    def __add__(self, other: object) -> "Html":
        return Html(str(self).__add__(html(other)))


def html(content: object) -> Html:
    """Return content as markup: escaped, unless it is markup.

    >>> html("a < b"), html(Html("<b>a</b>"))
    ('a &lt; b', '<b>a</b>')
    """
    return content if isinstance(content, Html) else Html(escape(str(content)))


def tag(name: str, *content: object, **attributes: str) -> Html:
    """Return an element; `class_` stands for the attribute `class`.

    >>> tag("p", "a & b", class_="note")
    '<p class="note">a &amp; b</p>'
    """
    written = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{written}>{''.join(html(part) for part in content)}</{name}>")


def joined(parts: Iterable[object], between: str = "") -> Html:
    """Return parts one after the other."""
    return Html(between.join(html(part) for part in parts))


class Words:
    """The texts of the report in one language."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def __call__(self, text: str | Text) -> str:
        """Return a text of `TEXTS` by key, or any other text."""
        return (TEXTS[text] if isinstance(text, str) else text).said(self.lang)


def table(
    words: Words, heads: Sequence[str], rows: Iterable[Sequence[object]], *, kinds: str, class_: str = ""
) -> Html:
    """Return a table under heads from `TEXTS`; `kinds` has a letter per column of `COLUMNS`."""
    sides = [COLUMNS[kind] for kind in kinds]

    def line(cell: str, row: Sequence[object]) -> Html:
        return tag("tr", *(tag(cell, content, class_=side) for content, side in zip(row, sides, strict=True)))

    head = line("th", [words(key) if key else "" for key in heads])
    body = joined(line("td", row) for row in rows)
    classes = f"{class_} broad" if len(heads) > BROAD else class_
    inner = tag("table", tag("thead", head), tag("tbody", body), class_=classes.strip())
    return tag("div", inner, class_="scroll")


def shortened(words: Words, heads: Sequence[str], rows: Sequence[Sequence[object]], *, kinds: str) -> Html:
    """Return a table of which the first rows are seen and the others are folded away."""
    first = table(words, heads, rows[:ROWS_SHOWN], kinds=kinds)
    if len(rows) <= ROWS_SHOWN:
        return first
    rest = table(words, heads, rows[ROWS_SHOWN:], kinds=kinds)
    return first + folded(f"{words('more_rows')} ({len(rows) - ROWS_SHOWN})", rest)


def folded(title: str, content: Html) -> Html:
    """Return content that opens when its title is clicked, and for printing."""
    return tag("details", tag("summary", title), content, class_="folded")


def synthetic_marked(places: pd.DataFrame) -> pd.DataFrame:
    """Return zones or shelters with the mark `synthetic` only where it tells some from others.

    Where all figures are invented the banner of the page says so once.
    """
    invented = places["synthetic"].astype(bool)
    return places.assign(synthetic=False if invented.all() else invented)


def named(row: Row, kind: str, words: Words) -> Html:
    """Return the name and id of a zone or shelter, marked where its figures are invented."""
    identifier, name = row[kind], row["name"] or row[kind]
    small = tag("small", f" {identifier}") if name != identifier else ""
    chip = tag("span", words("synthetic"), class_="chip synthetic") if row["synthetic"] else ""
    return joined([name, small, chip])


def bar(*parts: tuple[str, float], line: float | None = None, kind: str = "bar") -> Html:
    """Return a bar of parts drawn over each other, each a class and a share of the width."""
    drawn = [tag("i", class_=name, style=f"width:{100 * share:.1f}%") for name, share in parts]
    if line is not None:
        drawn.append(tag("u", style=f"left:{100 * line:.1f}%"))
    return tag("span", *drawn, class_=kind)
