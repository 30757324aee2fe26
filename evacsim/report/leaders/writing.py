"""The report for leaders (领导简报): two pages and an annex, as HTML, Word or PDF."""

from collections.abc import Callable, Mapping
from pathlib import Path

from evacsim.errors import Issue, WritingError
from evacsim.language import Language, Text
from evacsim.report.leaders.annex import annex
from evacsim.report.leaders.covering import covered
from evacsim.report.leaders.document import Block, Document, Heading, PageBreak
from evacsim.report.leaders.html_written import html_of
from evacsim.report.leaders.page_one import page_one
from evacsim.report.leaders.page_two import page_two
from evacsim.report.leaders.parts import LeadersReport
from evacsim.report.leaders.pdf_written import pdf_of
from evacsim.report.leaders.word_written import word_of
from evacsim.report.leaders.wording import in_language
from evacsim.results.writing import unwritable

WRITERS: Mapping[str, Callable[[Document], bytes]] = {".html": html_of, ".docx": word_of, ".pdf": pdf_of}
"""What writes a document, by the suffix of the file."""


def write_leaders(parts: LeadersReport, path: str | Path, lang: Language = "zh") -> Path:
    """Write the report to a .html, .docx or .pdf file and return where it is.

    The same parts give the same file, byte for byte.

    Raises
    ------
    ResultsError
        If the suffix is another, or the file cannot be written.
    MissingExtraError
        If the library of the format is not installed.
    """
    path = Path(path)
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        rule = Text("is no kind of file that a report can be", "不是报告可用的文件类型")
        remedy = Text(
            f"end the name with one of {', '.join(WRITERS)}", f"文件名以 {'、'.join(WRITERS)} 之一结尾"
        )
        raise WritingError(str(path), [Issue(str(path), rule, remedy, value=path.suffix or None)])
    content = writer(document_of(parts, lang))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise WritingError(str(path), [unwritable(path, error)]) from error
    return path


def document_of(parts: LeadersReport, lang: Language = "zh") -> Document:
    """Return the report as a document, whatever it is written as."""
    name, plan = (in_language(text, lang) for text in (parts.scenario.name, parts.scenario.plan.name))
    both = name if plan in name else f"{name} · {plan}"
    title = Text(f"Does the plan hold? {both}", f"预案检验报告：{both}").said(lang)
    seed = (
        ""
        if parts.record is None
        else Text(f", seed {parts.record.seed}", f"，种子 {parts.record.seed}").said(lang)
    )
    footer = f"evacsim · {parts.scenario.id} · {parts.scenario.plan.id}{seed}"
    blocks: list[Block] = [
        Heading(title, 0),
        *page_one(parts, lang),
        PageBreak(),
        *page_two(parts, lang),
        PageBreak(),
        *annex(parts, lang),
    ]
    document = Document(title, lang, footer, tuple(blocks))
    return covered(document) if parts.masked else document
