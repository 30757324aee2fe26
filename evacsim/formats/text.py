"""Text in whatever encoding it comes: UTF-8, or what the user says; never a guess."""

import codecs

from evacsim.errors import FormatError, Issue
from evacsim.language import Text

CANDIDATES = ("gb18030", "big5", "shift_jis")
"""Encodings of Chinese and Japanese offices, named to the user where the bytes fit them."""


def decode_text(data: bytes, *, file: str, encoding: str | None = None) -> str:
    """Return the text of `data`: UTF-8 (with or without byte order mark), or `encoding`.

    Raises
    ------
    FormatError
        If the bytes do not fit, if the encoding has no such name or contradicts the byte order
        mark, or if the text holds NUL bytes or characters that an earlier conversion destroyed.
    """
    try:
        text = data.decode(_codec(data, file, encoding))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(file, [_misfit(data, file, encoding or "UTF-8", line)]) from None
    issues = [
        Issue(file, rule, remedy, line=text.count("\n", 0, text.index(letter)) + 1)
        for letter, (rule, remedy) in _DAMAGE.items()
        if letter in text
    ]
    if issues:
        raise FormatError(file, issues)
    return text


_DAMAGE = {
    "\0": (
        Text("NUL bytes have no place in a text file", "文本文件中不应有 NUL 字节"),
        Text("export the file again; it is damaged or no text file", "重新导出；文件已损坏或不是文本文件"),
    ),
    "\ufffd": (
        Text(
            "letters were lost when the file was converted (replacement character U+FFFD)",
            "转换文件时丢失了字符（替换符 U+FFFD）",
        ),
        Text("convert the original file again", "用原始文件重新转换"),
    ),
}


def _codec(data: bytes, file: str, encoding: str | None) -> str:
    """Return the name of the codec to use, once it is known not to contradict the file."""
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if encoding is None:
        if marked == "utf-16":
            raise FormatError(file, [_say("utf-16", file, None)])
        return "utf-8-sig"
    try:
        "".encode(encoding)  # refuses codecs that are none of text, too
        codec = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise FormatError(file, [_say("gb18030", file, encoding)]) from None
    if marked is not None and not codec.startswith(marked):
        raise FormatError(file, [_say(marked, file, encoding)])
    return "utf-8-sig" if codec == "utf-8" else codec


_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def _say(right: str, file: str, value: str | None) -> Issue:
    rule = Text("does not name the encoding of this file", "不是该文件的文字编码")
    if value is None:
        rule = Text(f"must be given: the file marks itself as {right}", f"必须写明: 文件自带 {right} 标记")
    remedy = Text(f"write encoding: {right}", f"写 encoding: {right}")
    return Issue(file, rule, remedy, "encoding", value=value)


def _misfit(data: bytes, file: str, expected: str, line: int) -> Issue:
    """Return what to do about bytes that are not `expected`, with a sample of each reading."""
    samples = {name: _first_foreign_words(data, name) for name in CANDIDATES}
    fits = ", ".join(f"{name} ({words})" for name, words in samples.items() if words)
    if not fits:
        rule = Text(
            f"the bytes are not {expected} and fit no encoding known here",
            f"字节不是 {expected}，也不符合任何已知编码",
        )
        remedy = Text(
            "the file may be damaged; export it again as UTF-8", "文件可能已损坏；请重新导出为 UTF-8"
        )
        return Issue(file, rule, remedy, line=line)
    rule = Text(f"the bytes are not {expected}; they could be {fits}", f"字节不是 {expected}；可能是 {fits}")
    choice = " / ".join(f"encoding: {name}" for name, words in samples.items() if words)
    remedy = Text(
        f"write the one whose sample reads right ({choice}), or save the file as UTF-8",
        f"选样例读得通的一种写明（{choice}），或把文件另存为 UTF-8",
    )
    return Issue(file, rule, remedy, line=line)


def _first_foreign_words(data: bytes, encoding: str) -> str:
    """Return the first words beyond ASCII as `encoding` reads them; empty where it does not fit."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    first = next((place for place, letter in enumerate(text) if not letter.isascii()), 0)
    return text[first : first + 12].splitlines()[0]
