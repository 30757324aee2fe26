"""What the checks of one plan share, each part worked out once."""

from dataclasses import dataclass
from functools import cached_property

from evacsim.plan.executability.case import Case
from evacsim.plan.executability.chain import Chains
from evacsim.plan.executability.exits import Exits
from evacsim.plan.executability.service import Service
from evacsim.scenario.model import Scenario
from evacsim.world.columns import World


@dataclass(frozen=True)
class Workings:
    """A plan, its rounds, its chains and its last ways out."""

    case: Case

    @classmethod
    def of(cls, scenario: Scenario, world: World) -> "Workings":
        """Return the workings of a scenario's plan."""
        return cls(Case(scenario, world))

    @cached_property
    def service(self) -> Service:
        """How buses serve the zones."""
        return Service(self.case)

    @cached_property
    def chains(self) -> Chains:
        """How long everything takes from the trigger to the desk."""
        return Chains(self.case, self.service)

    @cached_property
    def exits(self) -> Exits:
        """Until when one gets out of each zone."""
        return Exits(self.case, self.service)
