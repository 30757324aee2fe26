"""What somebody probably meant."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from evacsim.language import Text


def plainly(word: str) -> str:
    """Return a name without what people write differently: width, case, blanks, hyphens.

    >>> plainly("Pickup Point") == plainly("ｐｉｃｋｕｐ_point")
    True
    """
    folded = unicodedata.normalize("NFKC", word).casefold()
    return "".join(letter for letter in folded if not letter.isspace() and letter not in "_-")


def visible(text: str) -> str:
    """Return a text with its invisible letters spelled out.

    >>> visible("east\\u200b")
    'east\\\\u200b'
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like `word`, or None where none is.

    >>> nearest("shcool-6", ["school-6", "hall"])
    'school-6'
    """
    names = {plainly(name): name for name in sorted(known, reverse=True)}
    cutoff = 0.6 if len(word) > 2 else 0.5  # one of two Chinese characters
    close = get_close_matches(plainly(word[:80]), names, n=1, cutoff=cutoff)
    return names[close[0]] if close else None


def suggestion(word: str, known: Iterable[str]) -> Text:
    """Return the remedy for a name that is not known: the nearest one, or those there are."""
    names = sorted(known)
    close = nearest(word, names)
    if close is not None:
        return Text(f"did you mean '{visible(close)}'?", f"是否应为 '{visible(close)}'？")
    shown = ", ".join(map(visible, names[:12])) + (" …" if len(names) > 12 else "")
    return Text(f"there are: {shown or 'none'}", f"已有：{shown or '无'}")
