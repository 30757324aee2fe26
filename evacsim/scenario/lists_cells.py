"""What one cell of a list holds: a value of a scenario as people write it, read again as the same value."""

import json
from typing import Any

from evacsim.errors import RefusedValueError
from evacsim.units import DURATION, SHARE, Kind, parse_duration, quantity, write_duration

Cell = str | int | float | None


def cell_of(value: Any, kind: Kind | None = None) -> Cell:
    """Return the cell for a value as `model_dump` gives it.

    >>> cell_of("5400 s", DURATION), cell_of("0.97", SHARE), cell_of(["a", "b"]), cell_of("T+36000 s")
    ('1 h 30 min', '97 %', 'a; b', 'T+10 h')
    >>> cell_of({"type": "uniform", "low": "900 s", "high": "2700 s"})
    '{"type": "uniform", "low": "15 min", "high": "45 min"}'
    """
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value
        case dict():
            if value.get("type", "fixed") == "fixed" and set(value) <= {"type", "value"}:
                return cell_of(value["value"], DURATION)
            return json.dumps(_inside(value), ensure_ascii=False)
        case list() | tuple():
            if all(isinstance(entry, str) for entry in value):
                return "; ".join(value)
            return json.dumps(_inside(value), ensure_ascii=False)
    text = str(value)
    return _shorter(text, kind)


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _inside(child) for name, child in value.items()}
    if isinstance(value, list | tuple):
        return [_inside(child) for child in value]
    return _shorter(value, None) if isinstance(value, str) else value


def _shorter(text: str, kind: Kind | None) -> str:
    """Return a quantity in the unit that people would take, where it is exactly the same one."""
    before = text[:2] if text[:2] in ("T+", "T-") else ""
    rest = text.removeprefix(before)
    try:
        if kind is SHARE:
            shown = f"{100 * float(text):.10g} %"
            return shown if quantity(shown, SHARE) == float(text) else text
        if (kind is DURATION or before or kind is None) and rest.endswith(" s"):
            seconds = quantity(rest, DURATION)
            shown = write_duration(seconds)
            return before + shown if parse_duration(shown) == seconds else text
    except (RefusedValueError, ValueError):
        pass
    return text
