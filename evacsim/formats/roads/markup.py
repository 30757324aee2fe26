"""XML of any size, plain or gzipped, read element by element with the line on which each began."""

import codecs
import gzip
import zlib
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import IO, Any, cast
from xml.etree.ElementTree import Element
from xml.parsers import expat

from evacsim.errors import FormatError, Issue
from evacsim.formats.roads.raw import NetworkFile
from evacsim.language import Text

CHUNK = 1 << 18
"""Bytes handed to the parser at a time."""


def elements(
    source: NetworkFile, *, root: str, whole: Collection[str], heads: Collection[str] = ()
) -> Iterator[tuple[int, Element]]:
    """Yield the elements named in `whole` when complete, those in `heads` (attributes only) when they begin.

    Elements inside one of `whole` come as its children, not by themselves.

    Raises
    ------
    FormatError
        If the file cannot be opened, is cut off or damaged, is not well formed, or if its
        outermost element is not `root`.
    """
    tree = _Tree(source, root, frozenset(whole), frozenset(heads))
    with _told_as_ours(source):
        for chunk in _chunks(source):
            tree.parser.Parse(chunk, False)
            yield from tree.finished()
        tree.parser.Parse(b"", True)
        yield from tree.finished()


def root_name(source: NetworkFile) -> str:
    """Return the name of the outermost element.

    Raises
    ------
    FormatError
        If the file is not XML.
    """
    tree = _Tree(source, "", frozenset(), frozenset())
    with _told_as_ours(source):
        for chunk in _chunks(source):
            try:
                tree.parser.Parse(chunk, False)
            except expat.ExpatError:
                if not tree.outermost:
                    raise
            if tree.outermost:
                break
    return tree.outermost


def _chunks(source: NetworkFile) -> Iterator[bytes]:
    """Yield the file piece by piece; in UTF-8 where the user states its encoding."""
    decode = codecs.getincrementaldecoder(source.encoding)().decode if source.encoding else None
    with open_bytes(source) as stream:
        while chunk := stream.read(CHUNK):
            yield decode(chunk).encode() if decode else chunk


def open_bytes(source: NetworkFile) -> IO[bytes]:
    """Return the open file, unzipped where it is gzipped.

    Raises
    ------
    FormatError
        If there is no such file, or it cannot be opened.
    """
    try:
        stream = source.path.open("rb")
    except OSError as error:
        rule = Text(f"cannot be opened ({error.strerror})", f"无法打开 ({error.strerror})")
        remedy = Text("check the name and the rights of the file", "检查文件名和读取权限")
        raise FormatError(source.name, [Issue(source.name, rule, remedy)]) from None
    zipped = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    if not zipped:
        return stream
    stream.close()
    return cast(IO[bytes], gzip.open(source.path))


@contextmanager
def _told_as_ours(source: NetworkFile) -> Iterator[None]:
    """Tell whatever goes wrong inside as a FormatError."""
    try:
        yield
    except expat.ExpatError as error:
        rule = Text(f"is not well-formed XML ({error})", f"不是格式完好的 XML ({error})")
        raise _damaged(source, rule, line=error.lineno) from None
    except (EOFError, OSError, zlib.error) as error:
        rule = Text(f"is cut off or damaged ({error})", f"文件不完整或已损坏 ({error})")
        raise _damaged(source, rule) from None
    except (LookupError, ValueError) as error:
        rule = Text(f"the encoding of the text is not understood ({error})", f"无法识别文字编码 ({error})")
        remedy = Text("write encoding: gb18030 or whatever it is", "写明文字编码，如 encoding: gb18030")
        raise FormatError(source.name, [Issue(source.name, rule, remedy, "encoding")]) from None


def _damaged(source: NetworkFile, rule: Text, *, line: int | None = None) -> FormatError:
    remedy = Text("fetch or export the file again", "重新下载或导出该文件")
    return FormatError(source.name, [Issue(source.name, rule, remedy, line=line)])


class _Tree:
    """Builds the wanted elements from the parser's calls."""

    def __init__(self, source: NetworkFile, root: str, whole: frozenset[str], heads: frozenset[str]) -> None:
        self.source, self.root, self.whole, self.heads = source, root, whole, heads
        self.outermost = ""
        self.parser = expat.ParserCreate("utf-8" if source.encoding else None)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._open: list[Element] = []
        self._line = 0
        self._done: deque[tuple[int, Element]] = deque()

    def finished(self) -> Iterator[tuple[int, Element]]:
        while self._done:
            yield self._done.popleft()

    def _start(self, tag: str, attributes: dict[str, Any]) -> None:
        tag = tag.rpartition(":")[2]
        if not self.outermost:
            self.outermost = tag
            self._check_root()
        if self._open or tag in self.whole:
            element = Element(tag, attributes)
            if self._open:
                self._open[-1].append(element)
            else:
                self._line = self.parser.CurrentLineNumber
            self._open.append(element)
        elif tag in self.heads:
            self._done.append((self.parser.CurrentLineNumber, Element(tag, attributes)))

    def _end(self, _tag: str) -> None:
        if self._open:
            element = self._open.pop()
            if not self._open:
                self._done.append((self._line, element))

    def _text(self, words: str) -> None:
        if self._open:
            self._open[-1].text = (self._open[-1].text or "") + words

    def _check_root(self) -> None:
        if self.root and self.outermost != self.root:
            file = self.source.name
            rule = Text(
                f"holds <{self.outermost}>, this format begins with <{self.root}>",
                f"最外层是 <{self.outermost}>, 该格式应以 <{self.root}> 开头",
            )
            remedy = Text("name the format that it is in", "写明文件的实际格式")
            raise FormatError(file, [Issue(file, rule, remedy, "format")])
