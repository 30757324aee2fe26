"""Pages of the documentation, taken apart: headings, links, code, files that they show."""

import re
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(r"^\*\*`([^`]+)`\*\*\n+```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    text: str


def pages() -> list[Path]:
    """Return every page of the project."""
    return sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


def text_of(page: str | Path) -> str:
    return (REPOSITORY / page).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Return a page without its fenced blocks."""
    return FENCE.sub("", text)


def blocks(text: str) -> list[Block]:
    return [Block(*match.groups()) for match in FENCE.finditer(text)]


def headings(text: str) -> list[tuple[int, str]]:
    """Return level and words of every heading."""
    return [(len(marks), words) for marks, words in re.findall(r"^(#+) (.+)$", prose(text), re.MULTILINE)]


def anchors(text: str) -> set[str]:
    """Return the anchors that headings make on a page, as GitHub spells them."""
    return {
        re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-").strip("-") for _, words in headings(text)
    }


def links(text: str) -> list[str]:
    return LINK.findall(prose(text))


def commands(text: str) -> list[str]:
    """Return every command line for `evacsim` or `make`, in blocks and in running text."""
    lines = [
        line
        for block in blocks(text)
        if block.language in {"", "sh", "bash"}
        for line in block.text.splitlines()
    ]
    lines += re.findall(r"`([^`\n]+)`", prose(text))
    return [line.split("#")[0].strip() for line in lines if re.match(r"(evacsim|make) [a-z]", line)]


def code(text: str) -> str:
    """Return everything on a page that is written in Python, whole blocks and pieces in running text."""
    whole = [block.text for block in blocks(text) if block.language == "python"]
    return "\n".join([*whole, *re.findall(r"`([^`\n]+)`", prose(text))])


def files_shown(text: str) -> dict[str, str]:
    """Return the files whose content a page shows, by name: a name in bold, then a block."""
    return dict(FILE.findall(text))
