"""evacsim on the command line: one command for each function of `api`; `evacsim -h` lists them.

Exit codes: 0 done, 1 the run failed, 2 the input or the command is wrong, 130 interrupted.
Nothing heavy is imported before a command needs it.
"""

import click

from evacsim.cli.checking import check, schema
from evacsim.cli.covering import cover
from evacsim.cli.exchanging import export, import_
from evacsim.cli.improving import beyond, fixes, latest
from evacsim.cli.planning import leaders_, plan
from evacsim.cli.running import run
from evacsim.cli.saved_runs import compare, report, thresholds, why
from evacsim.cli.studying import outages, sensitivity, study
from evacsim.cli.trips import traffic
from evacsim.cli.usage import Commands

__all__ = ["main"]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evacsim")
def main() -> None:
    """Simulate evacuation and rescue: does the plan hold when the water comes? (转移避险推演)."""


for command in (
    check, schema,
    plan, leaders_,
    run,
    report, why, compare, thresholds,
    study, sensitivity, outages,
    fixes, latest, beyond,
    cover,
    traffic,
    import_, export,
):  # fmt: skip
    main.add_command(command)
