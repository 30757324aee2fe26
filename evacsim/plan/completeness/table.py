"""All checks of completeness, in one table, and the one way to use them."""

from evacsim.plan.completeness import care, organize, readiness, to, when, who
from evacsim.plan.completeness.check import Check
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.shortcoming import Shortcoming

CHECKS: tuple[Check, ...] = (
    *when.CHECKS,
    *who.CHECKS,
    *organize.CHECKS,
    *to.CHECKS,
    *care.CHECKS,
    *readiness.CHECKS,
)
"""Every clause that a plan is held against, link by link."""


def applicable(facts: Facts) -> list[Check]:
    """Return the checks that have something to look at in a plan, in the order of the table."""
    return [check for check in CHECKS if check.applies(facts)]


def completeness(facts: Facts) -> list[Shortcoming]:
    """Return everything that is missing in a plan, in the order of the table."""
    return [found for check in applicable(facts) for found in check.shortcomings(facts)]
