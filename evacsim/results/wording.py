"""How numbers, times and places read in both languages."""

import math
from datetime import datetime

from evacsim.clock import wall_time
from evacsim.language import Language, Text, same
from evacsim.results.record import RunRecord

UNKNOWN = "–"
"""Stands where there is no number."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

KINDS: dict[str, Text] = {
    "district": Text("district", "本地区"),
    "zone": Text("zone", "区域"),
    "household": Text("household", "住户"),
    "vehicle": Text("vehicle", "车辆"),
    "pickup_point": Text("pick-up point", "集合点"),
    "shelter": Text("shelter", "安置点"),
    "depot": Text("depot", "车场"),
    "link": Text("road", "路段"),
    "node": Text("junction", "路口"),
    "gauge": Text("gauge", "水文站"),
    "office": Text("office", "指挥机构"),
    "officer": Text("team", "工作组"),
    "channel": Text("channel", "预警渠道"),
    "rule": Text("rule", "触发规则"),
    "site": Text("site", "供电通信站点"),
    "store": Text("store", "物资储备点"),
    "post": Text("post", "卡点"),
    "danger": Text("danger sign", "险情"),
    "force": Text("force", "队伍"),
    "measure": Text("measure", "管控措施"),
    "case": Text("case", "警情"),
    "work": Text("work", "抢险作业"),
    "network": Text("network", "通信网"),
}
"""What the kinds in front of an id are called."""

CHANNELS: dict[str, Text] = {
    "sms": Text("text messages", "手机短信"),
    "cell_broadcast": Text("cell broadcast", "小区广播"),
    "loudspeaker": Text("loudspeakers", "大喇叭"),
    "siren": Text("sirens", "警报器"),
    "calling_speaker": Text("calling speakers", "叫应终端"),
    "radio": Text("radio", "广播电台"),
    "tv": Text("television", "电视"),
}
"""What kinds of channels are called."""


NETWORKS: dict[str, Text] = {
    "public": Text("public network", "公网"),
    "private": Text("private network", "专网"),
    "satellite": Text("satellite", "卫星"),
    "messenger": Text("messengers", "派人送信"),
    "all": Text("any of them", "任一网络"),
}
"""What networks that carry calls are called, a messenger and all of them together."""


def count(number: float) -> str:
    """Return a whole number of people or things.

    >>> count(23412)
    '23,412'
    """
    return UNKNOWN if math.isnan(number) else f"{number:,.0f}"


def people(number: float, lang: Language) -> str:
    """Return a number of people.

    >>> people(1, "en"), people(3, "en"), people(3, "zh")
    ('1 person', '3 people', '3 人')
    """
    if lang == "zh":
        return f"{count(number)} 人"
    return f"{count(number)} {'person' if number == 1 else 'people'}"


def decimal(number: float, digits: int) -> str:
    """Return a number with so many decimals.

    >>> decimal(0.12345, 2)
    '0.12'
    """
    return UNKNOWN if math.isnan(number) else f"{number:,.{digits}f}"


def percent(share: float) -> str:
    """Return a share; what is not all is never rounded to all, nor something to nothing.

    >>> percent(0.984), percent(0.99999), percent(1.0), percent(0.00001)
    ('98.4%', '>99.9%', '100.0%', '<0.1%')
    """
    if math.isnan(share):
        return UNKNOWN
    text = f"{100 * share:.1f}%"
    if share < 1 and text == "100.0%":
        return ">99.9%"
    return "<0.1%" if share > 0 and text == "0.0%" else text


def duration(seconds: float, lang: Language) -> str:
    """Return a duration to the minute, or to the second below one minute; infinite is never.

    >>> duration(5430, "en"), duration(5400, "zh"), duration(40, "en")
    ('1 h 31 min', '1小时30分', '40 s')
    """
    if math.isnan(seconds) or seconds == -math.inf:
        return UNKNOWN
    if seconds == math.inf:
        return Text("never", "未达到").said(lang)
    sign = "-" if seconds < 0 else ""
    size = abs(seconds)
    if size < 60:
        return f"{sign}{size:.0f}" + Text(" s", "秒").said(lang)
    hours, minutes = divmod(math.floor(size / 60 + 0.5), 60)
    parts = [(hours, Text(" h", "小时")), (minutes, Text(" min", "分" if hours else "分钟"))]
    gap = Text(" ", "").said(lang)
    return sign + gap.join(f"{number}{unit.said(lang)}" for number, unit in parts if number)


def quantity(value: float, unit: str, lang: Language) -> str:
    """Return an indicator's value with its unit (`analysis.indicators.Indicator.unit`).

    >>> quantity(0.5, "share", "en"), quantity(12.0, "person", "en"), quantity(5400.0, "s", "zh")
    ('50.0%', '12', '1小时30分')
    """
    if unit == "s":
        return duration(value, lang)
    if not math.isfinite(value):
        return UNKNOWN
    if unit == "share":
        return percent(value)
    return decimal(value, 2) if unit in {"ratio", "1/100000"} else count(value)


def day_and_time(start: datetime, seconds: float, lang: Language) -> str:
    """Return the wall clock at `seconds` after `start`.

    >>> day_and_time(datetime(2026, 7, 18, 20), 5400, "en"), day_and_time(datetime(2026, 7, 18, 20), 5400, "zh")
    ('18 Jul 21:30', '7月18日21:30')
    """
    if not math.isfinite(seconds):
        return UNKNOWN
    # To the nearest minute: 20:59:59.9 is 21:00 for a reader.
    at = wall_time(start, 60 * math.floor(seconds / 60 + 0.5))
    day = f"{at.month}月{at.day}日" if lang == "zh" else f"{at.day} {MONTHS[at.month - 1]} "
    return f"{day}{at:%H:%M}"


def moment(start: datetime, seconds: float, lang: Language) -> str:
    """Return a moment as reports show it: the wall clock, and the time since the start.

    >>> moment(datetime(2026, 7, 18, 20), 5400, "en"), moment(datetime(2026, 7, 18, 20), 5400, "zh")
    ('18 Jul 21:30 (T+1.5 h)', '7月18日21:30（T+1.5小时）')
    """
    if not math.isfinite(seconds):
        return UNKNOWN
    at, hours = day_and_time(start, seconds, lang), seconds / 3600
    return f"{at}（T{hours:+.1f}小时）" if lang == "zh" else f"{at} (T{hours:+.1f} h)"


class Names:
    """The names of the places and things of one run."""

    def __init__(self, record: RunRecord) -> None:
        self._names: dict[str, str] = {"district/": record.district_name}
        for kind, table in (
            ("zone", "zones"),
            ("pickup_point", "pickup_points"),
            ("shelter", "shelters"),
            ("link", "links"),
            ("office", "offices"),
            ("force", "forces"),
        ):
            frame = record.tables[table]  # lists, for a column of a county's links is slow to walk through
            self._names |= {
                f"{kind}/{name}": str(label)
                for name, label in zip(frame[kind].tolist(), frame["name"].tolist(), strict=True)
                if isinstance(label, str) and label
            }
        things = record.tables["names"]
        self._names |= dict(zip(things["thing"].tolist(), things["name"].tolist(), strict=True))
        vehicles = record.tables["vehicles"]
        self._names |= {
            f"vehicle/{vehicle}": self._names[f"depot/{fleet}"]
            for vehicle, fleet in zip(vehicles["vehicle"].tolist(), vehicles["fleet"].tolist(), strict=True)
            if f"depot/{fleet}" in self._names
        }

    def bare(self, kind: str, name: str) -> str:
        """Return the name of a thing, or its id where it has none."""
        return self._names.get(f"{kind}/{name}", name)

    def label(self, kind: str, name: str) -> str:
        """Return the name of a thing with its id, or its id where it has no name."""
        label = self._names.get(f"{kind}/{name}", "")
        return label if name in label else f"{label} ({name})" if label else name

    def told(self, thing: str, lang: Language) -> str:
        """Return `zone/J15` as "zone Hewan (J15)"; nothing stays nothing, and nothing is said twice."""
        kind, _, name = thing.partition("/")
        word = KINDS.get(kind, same(kind)).said(lang)
        if kind == "district":
            return self._names["district/"]
        if kind == "channel" and (of_kind := CHANNELS.get(self._names.get(thing, ""))):
            is_said = name.replace("-", "_") == self._names[thing]
            return of_kind.said(lang) + ("" if is_said else f" ({name})")
        if kind == "network" and name in NETWORKS:
            return NETWORKS[name].said(lang)
        label = self._names.get(thing, "")
        shown = self.label(kind, name)
        return (shown if word in label else f"{word} {shown}") if name else ""
