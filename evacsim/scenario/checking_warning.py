"""What must hold between channels, teams, and who sends and sends for them."""

from collections.abc import Iterator

from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.parts import Parts
from evacsim.scenario.references import unknown, unmatched_zones


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in how the word reaches the people."""
    for channel in parts.channels:
        yield from unknown(parts, "offices", (*channel.loc, "operator"), channel.item.operator)
        yield from unmatched_zones(parts, (*channel.loc, "zones"), channel.item.zones)
    for coverage in parts.coverage:
        yield from unknown(parts, "channels", (*coverage.loc, "channel"), coverage.item.channel)
        yield from unmatched_zones(parts, (*coverage.loc, "zones"), coverage.item.zones)
    for officer in parts.officers:
        yield from unknown(parts, "offices", (*officer.loc, "office"), officer.item.office)
        yield from unmatched_zones(parts, (*officer.loc, "zones"), officer.item.zones)
    if parts.whole is not None and parts.officers and parts.whole.plan.organize.door_to_door is None:
        rule = Text("is needed: there are officers", "必须写明：已有 officers")
        yield Finding(
            ("plan", "organize", "door_to_door"), rule, Text("write door_to_door: {}", "写 door_to_door: {}")
        )
