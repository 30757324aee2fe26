"""Personal data covered up: of a name the surname is left, of a phone number its first three and last two digits."""

import re

COMPOUND = frozenset(
    ["欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "东方"]
)
"""Surnames of two characters; common knowledge, as are the others."""
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
"""The usual surnames; a word of a field that may name a role as well is a name only where it begins with one."""
TITLES = (
    "书记|主任|镇长|乡长|区长|县长|村长|支书|组长|队长|所长|校长|院长|站长|科长|局长|经理|网格员|老师|同志"
)
PLACES = frozenset("村镇乡街县区市处站所队组点局厅委办庄寨屯湾坝")
"""Last characters of words that name a place or an office, whatever they begin with."""
_NAME = re.compile(rf"(?P<name>[\u4e00-\u9fff]{{1,4}}?)(?P<title>{TITLES})?")
_PHONE = re.compile(
    r"(?<![\d.])((?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8}|\(0\d{2,3}\) ?\d{7,8})(?![\d.])"
)


def masked_name(name: str) -> str:
    """Return a person's name with all but the surname covered; of other scripts the first letter is left.

    >>> masked_name("张三"), masked_name("欧阳小明"), masked_name("Zhang San"), masked_name("")
    ('张*', '欧阳*', 'Z*', '')
    """
    name = name.strip()
    kept = name[:2] if name[:2] in COMPOUND else name[:1]
    return f"{kept}*" if name else ""


def masked_phones(text: str) -> str:
    """Return a text with every phone number in it covered.

    >>> masked_phones("值班 13812345678，0564-1234567"), masked_phones("456992.9, 3511912.1, T+36000 s")
    ('值班 138****78，056****67', '456992.9, 3511912.1, T+36000 s')
    """
    return _PHONE.sub(lambda found: masked_phone(found.group()), text)


def masked_phone(phone: str) -> str:
    """Return a phone number with its first three and last two digits; all of a short one is covered.

    >>> masked_phone("+86 138 1234 5678"), masked_phone("110")
    ('138****78', '***')
    """
    digits = re.sub(r"\D", "", phone.strip().removeprefix("+86"))
    return f"{digits[:3]}****{digits[-2:]}" if len(digits) >= 7 else "*" * len(digits)


def masked_person(text: str) -> str:
    """Return what a field for a person says, which may be a name or a role: names and numbers are covered.

    >>> masked_person("J02-Z05 单位负责人 head"), masked_person("王建国书记 13812345678"), masked_person("张三、李四")
    ('J02-Z05 单位负责人 head', '王*书记 138****78', '张*、李*')
    >>> masked_person("马头镇 陈主任")
    '马头镇 陈*主任'
    """
    return masked_phones(re.sub(r"[\u4e00-\u9fff]+", lambda found: _masked_word(found.group()), text))


def _masked_word(word: str) -> str:
    match = _NAME.fullmatch(word)
    if match is None:
        return word
    name, title = match["name"], match["title"] or ""
    is_name = name[:2] in COMPOUND or (name[0] in SURNAMES and len(name) <= 3)
    is_place = not title and (len(name) == 1 or name[-1] in PLACES)
    return masked_name(name) + title if is_name and not is_place else word
