"""Ids for what a file does not number, or numbers twice."""

from collections.abc import Sequence
from typing import Any


def numbered(bases: Sequence[str], keys: Sequence[Any]) -> list[str]:
    """Return unique ids: a base that occurs once as it is, others numbered in the order of their keys.

    >>> numbered(["a", "b", "a"], [2, 1, 1])
    ['a.2', 'b', 'a.1']
    """
    places: dict[str, list[int]] = {}
    for place, base in enumerate(bases):
        places.setdefault(base, []).append(place)
    ids = list(bases)
    for base, same in places.items():
        if len(same) > 1:
            for number, place in enumerate(sorted(same, key=lambda place: keys[place]), start=1):
                ids[place] = f"{base}.{number}"
    return ids


def free_id(wanted: str, taken: set[str]) -> str:
    """Return `wanted`, with as many points behind it as make it free, and take it.

    >>> free_id("a", {"a", "a."})
    'a..'
    """
    while wanted in taken:
        wanted += "."
    taken.add(wanted)
    return wanted
