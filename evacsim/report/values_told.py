"""Values of parameters in words: laws, units and choices as readers of either language know them."""

import re
from collections.abc import Mapping

from evacsim.language import Language

WORDS: Mapping[str, str] = {
    "fixed": "固定值", "uniform": "均匀分布", "triangular": "三角分布", "normal": "正态分布",
    "lognormal": "对数正态分布", "weibull": "威布尔分布", "rayleigh": "瑞利分布", "gamma": "伽马分布",
    "logistic": "逻辑斯谛分布",
    "low": "最小", "high": "最大", "mode": "最可能", "mean": "均值", "sd": "标准差", "median": "中位数",
    "sigma": "对数标准差", "offset": "另加", "shape": "形状参数", "scale": "尺度参数",
    "s": "秒", "min": "分钟", "h": "小时", "d": "天", "m": "米", "m/s": "米/秒", "mm/h": "毫米/小时",
    "True": "是", "False": "否", "None": "无", "none": "无", "day": "白天", "night": "夜间",
}  # fmt: skip
"""Chinese of what values are written with; ids and anything else stay as they are."""
_NOTHING = re.compile(r", offset 0 s\b")
_ONE_VALUE = re.compile(r"^fixed: value ")
_WORD = re.compile(r"(?<![\w./-])(m/s|mm/h|[A-Za-z]+)(?![\w./-])")


def value_told(value: str, lang: Language) -> str:
    """Return a value as `scenario.assumptions` writes it in the words of a reader.

    >>> value_told("lognormal: median 30 min, sigma 0.5, offset 0 s", "zh")
    '对数正态分布：中位数 30 分钟，对数标准差 0.5'
    >>> value_told("uniform: low 30 min, high 1 h 30 min", "en"), value_told("fixed: value 40 s", "zh")
    ('uniform: low 30 min, high 1 h 30 min', '40 秒')
    >>> value_told("turn_back", "zh"), value_told("16.6667 m/s", "zh")
    ('turn_back', '16.6667 米/秒')
    """
    plain = _ONE_VALUE.sub("", _NOTHING.sub("", value))
    if lang == "en":
        return plain
    told = _WORD.sub(lambda found: WORDS.get(found[1], found[1]), plain)
    return told.replace(": ", "：").replace(", ", "，").replace("; ", "；")


def parameter_told(path: str) -> str:
    """Return the place of a parameter; of what is described in words, the section and the words.

    >>> parameter_told("plan.who.compliance"), parameter_told("district.floor height 0.3 m of shelters")
    ('plan.who.compliance', 'district: floor height 0.3 m of shelters')
    """
    return path.replace(".", ": ", 1) if " " in path else path
