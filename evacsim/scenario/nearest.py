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


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like `word`, or None where none is.

    >>> nearest("shcool-6", ["school-6", "hall"])
    'school-6'
    """
    names = {plainly(name): name for name in sorted(known, reverse=True)}
    close = get_close_matches(plainly(word[:80]), names, n=1, cutoff=0.6)
    return names[close[0]] if close else None


def suggestion(word: str, known: Iterable[str]) -> Text:
    """Return the remedy for a name that is not known: the nearest one, or those there are."""
    names = sorted(known)
    close = nearest(word, names)
    if close is not None:
        return Text(f"did you mean '{close}'?", f"是否应为 '{close}'？")
    shown = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
    return Text(f"there are: {shown or 'none'}", f"已有：{shown or '无'}")
