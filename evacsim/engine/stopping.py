"""Work, school and business stopped: people who only work, learn or visit there go home (停工、停课、停业)."""

from collections.abc import Iterable

from evacsim.engine.attending import Attending
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.scenario.district import WORKPLACES


class Stopping:
    """What a measure `stop` does to the people of its zones."""

    def __init__(self, parts: Parts, attending: Attending) -> None:
        self.parts = parts
        self.attending = attending

    def workplaces(self, zones: Iterable[int]) -> list[int]:
        """Return those of some zones (rows) that can be stopped: nobody lives there."""
        models = self.parts.world.zones.models
        return [zone for zone in zones if models[zone].kind in WORKPLACES]

    def stop(self, measure: int, zones: Iterable[int], cause: int) -> None:
        """Send people of zones (rows) home by a measure (row) and an event, unless an order has come."""
        for zone in self.workplaces(zones):
            self._tell("work_stopped", measure, zone, self.attending.stop(zone), cause)

    def resume(self, measure: int, zones: Iterable[int], cause: int) -> None:
        """Let people of zones (rows) come back: the measure (row) is over."""
        for zone in self.workplaces(zones):
            self._tell("work_resumed", measure, zone, self.attending.resume(zone), cause)

    def _tell(self, kind: str, measure: int, zone: int, people: int, cause: int) -> None:
        subject, place = Where(Kind.MEASURE, measure), Where(Kind.ZONE, zone)
        self.parts.log.record(self.parts.now, kind, subject, place=place, value=people, cause=cause)
