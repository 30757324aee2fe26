"""Quantities as people write them, turned into SI at the door.

Inside the package every float is SI: metres, seconds, persons, vehicles per second. A
quantity in a file is a number and a unit ("45 min", "0.3 m", "1800 veh/h"); a bare number is
refused, because nobody can tell whether 30 means seconds or minutes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from evacsim.errors import RefusedValueError
from evacsim.language import Text

UNSIGNED = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
NUMBER = rf"[-+]?{UNSIGNED}"

SECONDS = {
    "s": 1.0, "sec": 1.0, "秒": 1.0,
    "min": 60.0, "分": 60.0, "分钟": 60.0,
    "h": 3600.0, "小时": 3600.0, "时": 3600.0,
    "d": 86400.0, "天": 86400.0, "日": 86400.0,
}  # fmt: skip
METRES = {
    "m": 1.0, "米": 1.0, "cm": 0.01, "厘米": 0.01, "mm": 0.001, "毫米": 0.001,
    "km": 1000.0, "公里": 1000.0, "千米": 1000.0, "ft": 0.3048, "mi": 1609.344,
}  # fmt: skip
METRES_PER_SECOND = {
    "m/s": 1.0, "米/秒": 1.0, "km/h": 1 / 3.6, "公里/小时": 1 / 3.6, "千米/小时": 1 / 3.6,
    "ft/s": 0.3048, "mph": 0.44704,
}  # fmt: skip
PER_SECOND = {
    "veh/s": 1.0, "辆/秒": 1.0, "veh/h": 1 / 3600, "辆/小时": 1 / 3600, "辆/时": 1 / 3600,
    "pcu/h": 1 / 3600, "p/s": 1.0, "人/秒": 1.0, "p/h": 1 / 3600, "人/小时": 1 / 3600,
}  # fmt: skip
PER_METRE = {"veh/m": 1.0, "辆/米": 1.0, "veh/km": 0.001, "辆/公里": 0.001, "辆/千米": 0.001}
MILLIMETRES_PER_HOUR = {"mm/h": 1.0, "毫米/小时": 1.0, "毫米/时": 1.0}
SQUARE_METRES = {
    "m2": 1.0, "m²": 1.0, "㎡": 1.0, "平方米": 1.0, "ha": 1e4, "公顷": 1e4, "km2": 1e6, "平方公里": 1e6,
}  # fmt: skip
SHARES = {"": 1.0, "%": 0.01, "％": 0.01, "‰": 0.001}
LONGEST_TEXT = 60
"""Letters of the longest text that can be a quantity."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of quantity: what it is called, its unit inside, its units in files, an example.

    Nothing that happens on this planet exceeds `largest`; what does is a mistake.
    """

    name: Text
    si: str
    factors: Mapping[str, float]
    example: str
    largest: float

    def written(self, value: float) -> str:
        """Return the quantity as a file holds it; reading it again gives `value` exactly.

        >>> LENGTH.written(0.3)
        '0.3 m'
        """
        return f"{value!r}".removesuffix(".0") + f" {self.si}".rstrip()

    def refusal(self) -> RefusedValueError:
        """Return what is said of a text that is no quantity of this kind."""
        units = ", ".join(unit for unit in self.factors if unit)
        return RefusedValueError(
            Text(f"must be a {self.name.en} with its unit", f"须为带单位的{self.name.zh}"),
            Text(
                f"write a number and a unit, such as '{self.example}' (units: {units})",
                f"写数值和单位，如 '{self.example}'（单位：{units}）",
            ),
        )


DURATION = Kind(Text("duration", "时长"), "s", SECONDS, "45 min", 10 * 366 * 86400.0)
LENGTH = Kind(Text("length", "长度"), "m", METRES, "0.3 m", 4e7)
LEVEL = Kind(Text("water level", "水位"), "m", METRES, "1.5 m", 1e4)
SPEED = Kind(Text("speed", "速度"), "m/s", METRES_PER_SECOND, "40 km/h", 1e3)
FLOW = Kind(Text("flow", "流量"), "veh/s", PER_SECOND, "1800 veh/h", 1e3)
DENSITY = Kind(Text("density", "密度"), "veh/m", PER_METRE, "140 veh/km", 1e2)
AREA = Kind(Text("area", "面积"), "m2", SQUARE_METRES, "3.5 m2", 1e14)
RAINFALL = Kind(Text("intensity of rain", "雨强"), "mm/h", MILLIMETRES_PER_HOUR, "10 mm/h", 1e3)
SHARE = Kind(Text("share", "比例"), "", SHARES, "95 %", 1e3)


def quantity(text: object, kind: Kind) -> float:
    """Return the SI value of a number with one of the units of `kind`.

    Raises
    ------
    RefusedValueError
        If there is no number, no unit, or a unit of another kind.

    >>> quantity("1.5 h", DURATION)
    5400.0
    """
    words = str(text)
    match = re.fullmatch(rf"\s*({NUMBER})\s*(\D.*?)?\s*", words) if len(words) <= LONGEST_TEXT else None
    unit = (match.group(2) or "").strip() if match else ""
    if match is None or unit not in kind.factors:
        raise kind.refusal()
    value = float(match.group(1)) * kind.factors[unit]
    if abs(value) > kind.largest:
        largest = kind.written(kind.largest)
        raise RefusedValueError(
            Text(f"must not exceed {largest}", f"不能超过 {largest}"),
            Text(
                f"write a {kind.name.en} such as '{kind.example}'",
                f"写合理的{kind.name.zh}，如 '{kind.example}'",
            ),
        )
    return value


def parse_duration(text: object) -> float:
    """Return seconds for "90 min", "1.5 h", "1 h 30 min" or "1小时30分".

    Raises
    ------
    RefusedValueError
        If it is no duration, or names a unit twice or after a smaller one ("90 min 30 min").

    >>> parse_duration("1 h 30 min")
    5400.0
    """
    words = str(text).strip()
    part = rf"({UNSIGNED})\s*([^\d\s.+-]+)"
    if len(words) > LONGEST_TEXT or not re.fullmatch(rf"(?:{part}\s*)+", words):
        raise DURATION.refusal()
    parts = re.findall(part, words)
    total = sum(quantity(f"{number} {unit}", DURATION) for number, unit in parts)
    if any(SECONDS[later] >= SECONDS[sooner] for (_, sooner), (_, later) in pairwise(parts)):
        raise DURATION.refusal()
    return total


def _not_negative(value: float) -> float:
    if value < 0:
        raise RefusedValueError(
            Text("must be 0 or more", "不能小于 0"), Text("write 0 or more", "写 0 或更大的数")
        )
    return value


def _read_share(text: object) -> float:
    share = quantity(text, SHARE)
    if not 0 <= share <= 1:
        raise RefusedValueError(
            Text("must lie between 0 and 1 (0 % and 100 %)", "须在 0 和 1（0 % 和 100 %）之间"),
            Text("write a share such as 0.95 or '95 %'", "写比例，如 0.95 或 '95 %'"),
        )
    return share


def _reader(kind: Kind) -> BeforeValidator:
    return BeforeValidator(lambda text: _not_negative(quantity(text, kind)))


def _schema(kind: Kind) -> WithJsonSchema:
    said = f"a {kind.name.en} with its unit ({kind.name.zh})"
    return WithJsonSchema({"type": "string", "description": said, "examples": [kind.example]})


def _writer(kind: Kind) -> PlainSerializer:
    return PlainSerializer(kind.written, return_type=str)


Duration = Annotated[float, BeforeValidator(parse_duration), _writer(DURATION), _schema(DURATION), DURATION]
"""Seconds, 0 or more."""
Length = Annotated[float, _reader(LENGTH), _writer(LENGTH), _schema(LENGTH), LENGTH]
"""Metres, 0 or more."""
Level = Annotated[
    float, BeforeValidator(lambda text: quantity(text, LEVEL)), _writer(LEVEL), _schema(LEVEL), LEVEL
]
"""Metres above the datum of the gauge; may be negative."""
Speed = Annotated[float, _reader(SPEED), _writer(SPEED), _schema(SPEED), SPEED]
"""Metres per second, 0 or more."""
Flow = Annotated[float, _reader(FLOW), _writer(FLOW), _schema(FLOW), FLOW]
"""Vehicles (or persons) per second, 0 or more."""
Density = Annotated[float, _reader(DENSITY), _writer(DENSITY), _schema(DENSITY), DENSITY]
"""Vehicles per metre, 0 or more."""
Area = Annotated[float, _reader(AREA), _writer(AREA), _schema(AREA), AREA]
"""Square metres, 0 or more."""
Rainfall = Annotated[float, _reader(RAINFALL), _writer(RAINFALL), _schema(RAINFALL), RAINFALL]
"""Millimetres of rain in an hour, 0 or more; told apart from speeds, so not in SI."""
Share = Annotated[
    float,
    BeforeValidator(_read_share),
    _writer(SHARE),
    WithJsonSchema(
        {
            "type": ["number", "string"],
            "description": "a share between 0 and 1 (比例)",
            "examples": [0.95, "95 %"],
        }
    ),
    SHARE,
]
"""A part of a whole, between 0 and 1."""


def _count(what: Text, units: tuple[str, ...]) -> BeforeValidator:
    """Return the reader of a whole number of things, bare or with one of `units` ("300 人")."""
    rule = Text(f"must be a whole number of {what.en}", f"须为整数（{what.zh}）")
    remedy = Text("write digits only, such as 1200", "只写数字，如 1200")

    def read(value: object) -> object:
        if isinstance(value, str):
            match = re.fullmatch(r"\s*([-+]?\d{1,15})\s*(\D{0,9}?)\s*", value)
            if match is None or match.group(2) not in ("", *units):
                raise RefusedValueError(rule, remedy)
            return int(match.group(1))
        if type(value) not in (int, float) or (isinstance(value, float) and not value.is_integer()):
            raise RefusedValueError(rule, remedy)
        return value

    return BeforeValidator(read)


People = Annotated[int, _count(Text("people", "人数"), ("人", "张", "person", "people"))]
"""People [person]."""
Seats = Annotated[int, _count(Text("seats", "座位数"), ("座", "人", "seats"))]
"""Seats of one vehicle [person]."""
Vehicles = Annotated[int, _count(Text("vehicles", "车辆数"), ("辆", "台", "veh"))]
"""Vehicles."""
Count = Annotated[int, _count(Text("things", "个数"), ("个", "件", "台", "顶", "套", "份", "人份", "层"))]
"""Things of one sort."""


def write_duration(seconds: float) -> str:
    """Return a duration as people write it.

    >>> write_duration(5400)
    '1 h 30 min'
    >>> write_duration(40)
    '40 s'
    """
    whole = round(seconds)
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    named = [(hours, "h"), (minutes, "min"), (left, "s")]
    parts = [f"{number} {unit}" for number, unit in named if number]
    return sign + (" ".join(parts[:2]) or "0 s")
