"""How commands begin that run variants of a scenario many times each."""

from pathlib import Path
from typing import Any

from evacsim.cli.telling import kernels_compiled
from evacsim.language import Language


def many_runs(scenario: Path, wanted: dict[str, Any], lang: Language) -> tuple[Any, dict[str, Any]]:
    """Return the scenario and how often, by whom and under which design its variants are run."""
    import os

    with kernels_compiled(lang):
        from evacsim import api
        from evacsim.scenario.study import FILE

        given = api.load(scenario)
    beside = given.folder / FILE
    wanted["workers"] = wanted["workers"] or os.cpu_count() or 1
    wanted["design"] = wanted["design"] or (beside if beside.is_file() else None)
    return given, wanted
