"""In which direction a line of a table is open, in the many ways people write it."""

from typing import Literal

from evacsim.formats.roads.raw import Point
from evacsim.formats.roads.tags import Direction

_Word = Literal["forward", "backward", "both", "east", "west", "north", "south"]

_WORDS: dict[str, _Word] = {
    "yes": "forward", "true": "forward", "1": "forward", "1.0": "forward", "forward": "forward", "ft": "forward",
    "one-way": "forward", "oneway": "forward", "单向": "forward", "单行": "forward", "是": "forward",
    "-1": "backward", "-1.0": "backward", "reverse": "backward", "backward": "backward", "tf": "backward",
    "逆向": "backward", "反向": "backward",
    "no": "both", "false": "both", "0": "both", "0.0": "both", "both": "both", "two-way": "both", "双向": "both",
    "否": "both", "b": "both",
    "east": "east", "eastbound": "east", "东": "east", "向东": "east",
    "west": "west", "westbound": "west", "西": "west", "向西": "west",
    "north": "north", "northbound": "north", "北": "north", "向北": "north",
    "south": "south", "southbound": "south", "南": "south", "向南": "south",
}  # fmt: skip
_SHAPEFILE_LETTERS: dict[str, _Word] = {"f": "forward", "t": "backward"}
"""Used by OpenStreetMap shapefiles beside B; without any B they may mean false and true, and are refused."""


class DirectionColumn:
    """Understands one column of directions, whose words may explain each other."""

    def __init__(self, cells: list[object]) -> None:
        letters = {_word(cell) for cell in cells}
        self._words = _WORDS | _SHAPEFILE_LETTERS if "b" in letters else _WORDS

    def read(self, cell: object, course: tuple[Point, ...] | None) -> Direction | None:
        """Return the direction against the course of the line; None where the word means nothing."""
        word = self._words.get(_word(cell))
        if word in {"forward", "backward", "both", None}:
            return word
        if course is None:
            return None
        (x0, y0), (x1, y1) = course[0], course[-1]
        gained = {"east": x1 - x0, "west": x0 - x1, "north": y1 - y0, "south": y0 - y1}[str(word)]
        return "forward" if gained > 0 else "backward" if gained < 0 else None


def _word(cell: object) -> str:
    return str(cell).strip().lower()
