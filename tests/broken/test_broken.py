"""No mistake in the files ends in a traceback or in silence: it is named with file, place and remedy."""

from pathlib import Path

import pytest

from evacsim import check
from evacsim.errors import Issue
from evacsim.language import LANGUAGES
from tests.broken.editing import Case
from tests.broken.reading_cases import READING
from tests.broken.small import small_files, write
from tests.broken.world_cases import REPAIRED, WORLD


def issues_of(case: Case, folder: Path) -> list[Issue]:
    files = small_files()
    case.edit(files)
    return check(write(files, folder))


def assert_told(case: Case, issues: list[Issue]) -> None:
    errors = [issue for issue in issues if issue.severity == "error"]
    told = "\n".join(issue.told("en") for issue in issues)
    fitting = [
        issue
        for issue in errors
        if issue.file.endswith(case.file)
        if case.place in issue.place
        if case.remedy in issue.remedy.en
        if case.line in (None, issue.line)
    ]
    assert fitting, f"{case.name}: nothing fits among\n{told}"
    for issue in issues:
        for lang in LANGUAGES:
            assert issue.rule.said(lang).strip(), told
            assert issue.remedy.said(lang).strip(), told
            assert len(issue.told(lang)) < 1000, told


def test_there_are_at_least_sixty_cases_and_none_twice():
    names = [case.name for case in [*READING, *WORLD, *REPAIRED]]
    assert len(set(names)) == len(names) >= 60


def test_the_small_scenario_is_right(tmp_path):
    assert check(write(small_files(), tmp_path)) == []


@pytest.mark.parametrize("case", READING, ids=lambda case: case.name)
def test_a_mistake_in_the_scenario_is_named_with_file_place_and_remedy(case, tmp_path):
    issues = issues_of(case, tmp_path)
    assert_told(case, issues)
    assert not any(Path(issue.file).is_absolute() for issue in issues)


@pytest.mark.parametrize("case", WORLD, ids=lambda case: case.name)
def test_a_mistake_in_the_network_or_the_water_is_named_with_file_place_and_remedy(case, tmp_path):
    assert_told(case, issues_of(case, tmp_path))


@pytest.mark.parametrize("case", REPAIRED, ids=lambda case: case.name)
def test_what_the_import_of_the_network_repairs_is_pointed_out(case, tmp_path):
    assert issues_of(case, tmp_path)
