"""What somebody probably meant."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from evacsim.language import Text

SIMPLIFIED = str.maketrans(
    "經緯度稱數點編號碼類別鄉鎮區組農戶難災應場預計納間時發準備車輛隊駕轉責決來據項對說標誌圍樓層電機構倉庫儲"
    "長廣導員縣風雨單輸運載協測戒證堤頂觸條範圍開結終準確認",
    "经纬度称数点编号码类别乡镇区组农户难灾应场预计纳间时发准备车辆队驾转责决来据项对说标志围楼层电机构仓库储"
    "长广导员县风雨单输运载协测戒证堤顶触条范围开结终准确认",
)
"""Traditional characters that column names are made of."""


def plainly(word: str) -> str:
    """Return a name without what people write differently: width, case, blanks, hyphens, 繁體 or 简体.

    >>> plainly("Pickup Point") == plainly("ｐｉｃｋｕｐ_point"), plainly("經度") == plainly("经度")
    (True, True)
    """
    folded = unicodedata.normalize("NFKC", word).casefold().translate(SIMPLIFIED)
    return "".join(letter for letter in folded if not letter.isspace() and letter not in "_-")


def visible(text: str) -> str:
    r"""Return a text with its invisible letters spelled out.

    >>> print(visible("east\u200b"))
    east\u200b
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


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
        return Text(f"did you mean '{visible(close)}'?", f"是否应为 '{visible(close)}'？")
    shown = ", ".join(map(visible, names[:12])) + (" …" if len(names) > 12 else "")
    return Text(f"there are: {shown or 'none'}", f"已有：{shown or '无'}")
