"""What travels down the tree of offices and out to the public: messages, and the orders that carry them."""

from collections.abc import Iterable
from itertools import count
from typing import Literal, NamedTuple

MessageKind = Literal["warning", "order", "measure", "release", "confirmation"]


class Message(NamedTuple):
    """One message, the same for whoever passes it on and whoever hears it."""

    kind: MessageKind
    number: int
    """Running number in this run, from 1."""
    zones: tuple[int, ...]
    """Rows of the zones it is for, ascending."""
    level: int = 0
    """Response level: 4 is Ⅳ, 1 is Ⅰ, 0 none."""
    impact: float = 1.0
    """What it does to a household that hears it, before channel and fatigue, in [0, 1]; 1 convinces everybody."""
    rule: int = -1
    """Row of the rule behind it, negative for none."""
    measure: int = -1
    """Row of the measure it orders, negative for none."""


class Order(NamedTuple):
    """A message on its way to one office."""

    message: Message
    causes: tuple[int, ...]
    """Event that sent it to each of the zones of the message, in their order."""
    from_office: int
    """Row of the office that sent it; its own row where it comes from nobody."""


class Messages:
    """All messages of a run; gives each its number."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def write(
        self,
        kind: MessageKind,
        zones: Iterable[int],
        *,
        level: int = 0,
        impact: float = 1.0,
        rule: int = -1,
        measure: int = -1,
    ) -> Message:
        """Return a new message for `zones`; a zone named twice counts once."""
        return Message(kind, next(self._numbers), tuple(sorted(set(zones))), level, impact, rule, measure)
