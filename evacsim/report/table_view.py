"""The verdict of a run as a table: for the terminal, and for a notebook."""

from unicodedata import east_asian_width

from evacsim.analysis.headline import ONE_RUN, verdicts
from evacsim.language import Language
from evacsim.report.markup import Html, Words, joined, tag
from evacsim.results.record import RunRecord

GAP = "  "


def headline_table(record: RunRecord, *, lang: Language = "zh", width: int = 100) -> str:
    """Return the verdict as plain text: link, verdict and line in columns, the reason below each line.

    Wide Chinese characters count as two columns, so that the columns stand straight in a
    terminal; lines are broken at `width` columns.
    """
    rows = [
        (found.link.said(lang), f"[{found.word.said(lang)}]", found.line.said(lang), found.reason.said(lang))
        for found in verdicts(record)
    ]
    first, second = (max(columns(row[cell]) for row in rows) for cell in (0, 1))
    margin = first + second + 2 * len(GAP)
    lines = [f"{record.name} · {record.plan_name} · {record.seed}"]
    for link, word, line, reason in rows:
        head = padded(link, first) + GAP + padded(word, second) + GAP
        broken = [*wrapped(line, width - margin), *wrapped(reason, width - margin)]
        lines.append(head + broken[0])
        lines += [" " * margin + part for part in broken[1:]]
    return "\n".join([*lines, *wrapped(ONE_RUN.said(lang), width)])


def repr_html(record: RunRecord, *, lang: Language = "zh") -> str:
    """Return the verdict as an HTML table for a notebook."""
    words = Words(lang)
    rows = [
        tag(
            "tr",
            tag("td", words(found.link)),
            tag("td", words(found.word)),
            tag("td", words(found.line), Html("<br>"), tag("small", words(found.reason))),
        )
        for found in verdicts(record)
    ]
    caption = tag("caption", f"{record.name} · {record.plan_name} · {record.seed}")
    return str(tag("table", caption, tag("tbody", joined(rows))) + tag("p", words(ONE_RUN)))


def columns(text: str) -> int:
    """Return how many terminal columns a text takes.

    >>> columns("转移 ok")
    7
    """
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, width: int) -> str:
    """Return a text with blanks up to so many columns."""
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int) -> list[str]:
    """Return a text as lines of at most `width` columns, broken at blanks or between Chinese characters.

    >>> wrapped("one two 三四五", 8)
    ['one two', '三四五']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """Return the parts of a text between which a line may break."""
    pieces: list[str] = []
    for letter in text:
        wide = east_asian_width(letter) in "WF"
        opens = not pieces or pieces[-1].endswith(" ") or wide or east_asian_width(pieces[-1][-1]) in "WF"
        # No line begins with a closing mark or a blank.
        if opens and not (pieces and letter in "\uff0c\uff1b\uff1a\uff09\u3001\u3002,;:)%] "):
            pieces.append(letter)
        else:
            pieces[-1] += letter
    return pieces
