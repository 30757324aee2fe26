"""Offices as a scenario describes them, and trees of them at random."""

from dataclasses import dataclass, field

from hypothesis import strategies as st


@dataclass(frozen=True)
class Office:
    id: str
    level: str
    parent: str | None = None
    zones: list[str] = field(default_factory=list)
    staff: int = 1
    lines: int = 2


@st.composite
def forests(draw):
    """Up to 15 offices on up to five levels; each zone named by one of them at most."""
    n = draw(st.integers(1, 15))
    levels = [0]
    parents = [None]
    for _ in range(1, n):
        parent = draw(st.one_of(st.none(), st.integers(0, len(levels) - 1)))
        if parent is not None and levels[parent] == 4:
            parent = None
        levels.append(0 if parent is None else levels[parent] + 1)
        parents.append(parent)
    names = draw(st.permutations([f"o{number:02}" for number in range(n)]))
    leader = draw(st.lists(st.one_of(st.none(), st.integers(0, n - 1)), min_size=8, max_size=8))
    offices = [
        Office(
            names[number],
            "abcde"[levels[number]],
            None if parents[number] is None else names[parents[number]],
            [f"z{zone}" for zone in range(8) if leader[zone] == number],
        )
        for number in range(n)
    ]
    return draw(st.permutations(offices))
