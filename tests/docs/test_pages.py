"""What a reader of the documentation may rely on: links lead somewhere, tables are true, commands exist."""

import re
import shlex
from pathlib import Path

import click
import pytest

import evacsim
from docs.make_tables import (
    CONSTANTS,
    LAWS_NOT_USED,
    MAKERS,
    PLAN_LIMITS,
    defaults_of,
    docstring_below,
    filled,
)
from evacsim import api
from evacsim.analysis.registry import REGISTRY
from evacsim.cli import main
from evacsim.results.record import TABLES
from evacsim.scenario.model import Scenario
from tests.docs.pages import REPOSITORY, anchors, code, commands, files_shown, headings, links, pages, text_of

PAGES = pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(REPOSITORY).as_posix())
IN_TWO_LANGUAGES = pytest.mark.parametrize(
    ("english", "chinese"),
    [("README.md", "README.zh-CN.md"), ("docs/tutorial.md", "docs/tutorial.zh-CN.md")],
)


@PAGES
def test_every_link_leads_to_a_file_and_a_heading(page):
    dead = []
    for link in links(text_of(page)):
        name, _, anchor = link.partition("#")
        if "://" in name:
            continue
        target = page.parent / name if name else page
        if not target.is_file() or (anchor and anchor not in anchors(text_of(target))):
            dead.append(link)
    assert dead == []


@PAGES
def test_tables_are_as_the_code_has_them(page):
    text = text_of(page)
    assert filled(text) == text, "run: python docs/make_tables.py"


def test_every_table_stands_on_some_page():
    shown = {name for page in pages() for name in re.findall(r"<!-- table: ([\w .-]+) -->", text_of(page))}
    assert shown == set(MAKERS)


def test_every_default_and_constant_says_how_sure_it_is_and_why():
    for path, field, _ in defaults_of(Scenario):
        assert field.json_schema_extra["provenance"] in {"seen", "recalled", "assumed"}, path
        assert len(field.json_schema_extra["source"]) > 3, path
    for name in (*CONSTANTS, *LAWS_NOT_USED, *PLAN_LIMITS):
        said = docstring_below(*name.rsplit(".", 1))
        assert re.search("seen|recalled|assumed", said), name


def test_the_index_leads_to_every_page():
    index = REPOSITORY / "docs" / "README.md"
    led_to = {(index.parent / link.partition("#")[0]).resolve() for link in links(text_of(index))}
    assert {page for page in pages() if page != index} - led_to == set()


@PAGES
def test_every_command_exists(page):
    text = text_of(page)
    targets = set(re.findall(r"^(\w+):", text_of("Makefile"), re.MULTILINE))
    for command in commands(text):
        program, *words = shlex.split(command)
        if program == "make":
            assert set(words) <= targets, command
        else:
            assert not _complaints(words), command


def _complaints(words: list[str]) -> str:
    """Return what click says of the words of a command, without running it."""
    command: click.Command = main
    context = click.Context(command, info_name="evacsim")
    while isinstance(command, click.Group):
        if not words or words[0] not in command.commands:
            return f"no command {words[:1]}"
        command, words = command.commands[words[0]], words[1:]
    try:
        command.make_context(command.name, list(words), parent=context)
    except click.MissingParameter as error:
        # Running text may speak of a command without using it.
        return error.format_message() if words else ""
    except click.ClickException as error:
        return error.format_message()
    return ""


@PAGES
def test_every_name_of_the_public_face_exists(page):
    text = code(text_of(page))
    assert set(re.findall(r"\bev\.(\w+)", text)) <= set(evacsim.__all__)
    assert set(re.findall(r"\brun\.indicators\[\"(\w+)\"\]", text)) <= {entry.id for entry in REGISTRY}
    assert set(re.findall(r"\brun\.tables\.(\w+)", text)) <= {
        *TABLES,
        "events",
        "ledger",
        "arrivals",
        "bottlenecks",
    }
    assert {name for name in re.findall(r"(?<![\w.])run\.(\w+)", text) if not hasattr(api.Run, name)} <= {
        "record"
    }


@IN_TWO_LANGUAGES
def test_both_languages_have_the_same_sections_and_links(english, chinese):
    one, other = text_of(english), text_of(chinese)
    assert [level for level, _ in headings(one)] == [level for level, _ in headings(other)]
    assert _targets(english) == _targets(chinese)


def _targets(page: str) -> list[str]:
    """Return where a page leads, whatever the language of the page it leads to."""
    found = (link.replace(".zh-CN.", ".") for link in links(text_of(page)))
    return sorted({link for link in found if link != Path(page).name.replace(".zh-CN.", ".")})


@IN_TWO_LANGUAGES
def test_both_languages_show_the_same_code_commands_and_files(english, chinese):
    one, other = text_of(english), text_of(chinese)
    assert files_shown(one) == files_shown(other)
    assert _without_language(commands(one)) == _without_language(commands(other))


def _without_language(lines: list[str]) -> set[str]:
    return {re.sub(r" --lang (en|zh)", "", line) for line in lines}
