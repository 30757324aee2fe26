"""How the checks speak of lists, times and moments, in both languages."""

from collections.abc import Callable, Sequence
from datetime import datetime

from evacsim.language import Language, Text
from evacsim.results.wording import count, day_and_time, duration

NAMED = 5
"""Names of a list that are written out; the others are counted."""


def said(write: Callable[[Language], str]) -> Text:
    """Return a text that is written once for each language.

    >>> said(lambda lang: f"{lang}!")
    Text(en='en!', zh='zh!')
    """
    return Text(write("en"), write("zh"))


def some(names: Sequence[str], lang: Language) -> str:
    """Return the first names of a list, and how many there are.

    >>> some(["a", "b"], "en"), some(list("abcdefg"), "zh")
    ('a, b', 'a、b、c、d、e等7个')
    """
    shown = Text(", ", "、").said(lang).join(names[:NAMED])
    if len(names) <= NAMED:
        return shown
    return shown + Text(f" and {len(names) - NAMED} more", f"等{len(names)}个").said(lang)


def time(seconds: float) -> Text:
    """Return a duration."""
    return said(lambda lang: duration(seconds, lang))


def clock(start: datetime, seconds: float) -> Text:
    """Return a moment by the clock on the wall."""
    return said(lambda lang: day_and_time(start, seconds, lang))


def number(value: float) -> str:
    """Return a number of people or things.

    >>> number(1234.4)
    '1,234'
    """
    return count(value)
