"""The plan's table: for each zone at risk when, by whom, from where, with which buses, to which shelters.

The rules are those of a careful plan on paper: the lower a zone lies the sooner it goes,
institutions go one step before the others, every place in every shelter counts - also in the
shelters that lie in the flood's extent, because the register does not say so.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from making.curves import Array
from making.means import DEPOTS, depot_node
from making.places import BEDS, Settled, Zone
from making.roads import Network, shortest


@dataclass(frozen=True)
class Trigger:
    """When a zone is told to go; with both a moment and a stage, the earlier counts."""

    wave: int
    at: str = ""
    gauge: str = ""
    stage: str = ""


NIGHT = Trigger(0, at="T+8 h", gauge="main", stage="0.3 m")
MORNING = Trigger(1, at="T+10 h", gauge="main", stage="0.5 m")
UPPER_LOW = Trigger(2, gauge="upper", stage="0.2 m")
UPPER_HIGH = Trigger(2, gauge="upper", stage="0.5 m")
TRIGGERS = {
    "bank": MORNING,
    "pond": MORNING,
    "gully": MORNING,
    "slope": MORNING,
    "low": UPPER_LOW,
    "tributary": UPPER_LOW,
    "middle": UPPER_HIGH,
    "polder_near": Trigger(3, gauge="main", stage="0.5 m"),
    "polder_far": Trigger(3, gauge="main", stage="1.0 m"),
    "fringe": Trigger(3, gauge="upper", stage="1.5 m"),
    # Nothing but somebody who sees the seepage can trigger this one: R3 never reaches the stage.
    "dam": Trigger(4, at="T+30 h", gauge="R3", stage="1.5 m"),
}
"""By exposure, which is what the plan's author knows of a zone: its height, and what it lies behind."""
BEFORE = {1: NIGHT, 2: MORNING, 3: UPPER_LOW}
"""By wave of the residents: the trigger of the institutions beside them, one step before."""
_DECIDED_IN_TOWN = {"gully", "slope"}


def trigger_of(zone: Zone) -> Trigger:
    """Return when a zone is told to go."""
    trigger = TRIGGERS[zone.site.exposure]
    return trigger if zone.site.kind == "residential" else BEFORE[trigger.wave]


def assign_shelters(zones: list[Zone], settled: Settled, times: dict[str, Array]) -> dict[str, list[str]]:
    """Return each zone's shelters, first choice first, and one in reserve.

    Zones fill the nearest shelters of their own township, wave after wave; whoever finds these full
    goes to the nearest places left anywhere.

    Parameters
    ----------
    zones : list of Zone
        In the order in which they choose.
    times : dict of zone id to ndarray
        Free travel time by road from the zone to every node [s].
    """
    by_time = {
        zone.id: sorted(settled.shelters, key=lambda place, to=times[zone.id]: (to[place.node], place.id))
        for zone in zones
    }
    left = {shelter.id: BEDS for shelter in settled.shelters}
    chosen: dict[str, list[str]] = {zone.id: [] for zone in zones}
    waiting = {zone.id: zone.site.people for zone in zones}
    for only_own in (True, False):
        for zone in zones:
            for shelter in by_time[zone.id]:
                taken = min(left[shelter.id], waiting[zone.id])
                if taken and (shelter.township == zone.site.township or not only_own):
                    chosen[zone.id].append(shelter.id)
                    left[shelter.id] -= taken
                    waiting[zone.id] -= taken
    for zone in zones:
        chosen[zone.id].append(
            next(place.id for place in by_time[zone.id] if place.id not in chosen[zone.id])
        )
    return chosen


def assign_fleets(zones: list[Zone], times: dict[str, Array], position: Array) -> dict[str, str]:
    """Return each zone's fleet: in every wave the least loaded one, an hour's drive weighing like a full round."""
    load: Counter[tuple[int, str]] = Counter()
    fleet: dict[str, str] = {}
    yards = [depot_node(depot, position) for depot in DEPOTS]
    for zone in zones:
        wave, people = trigger_of(zone).wave, zone.site.people
        burdens = [
            (load[wave, depot.id] + people) / depot.seats_that_come + times[zone.id][yard] / 3600
            for depot, yard in zip(DEPOTS, yards, strict=True)
        ]
        best = DEPOTS[int(np.argmin(burdens))].id
        fleet[zone.id] = best
        load[wave, best] += people
    return fleet


def _shares(zone: Zone, drive: float) -> tuple[str, str]:
    """Return the shares that go by bus and by car, empty for the plan's; `drive` to the first shelter in seconds.

    Nobody is sent on foot to a shelter more than five minutes' drive away.
    """
    match zone.site.kind:
        case "scenic_area":
            return "20 %", "80 %"
        case "residential":
            return ("", "") if drive <= 300 else ("85 %", "15 %")
        case _:
            return "100 %", "0 %"


def transfer_rows(settled: Settled, network: Network, zone_wet_from: Array) -> list[dict[str, object]]:
    """Return the rows of transfers_timely.csv, the first wave first.

    Parameters
    ----------
    zone_wet_from : ndarray
        Hour at which each zone gets wet, inf for never.
    """
    near, position = network.neighbors(), network.position()
    times = {zone.id: shortest(near, zone.node, by="time")[0] for zone in settled.zones}
    wet_from = dict(zip((zone.id for zone in settled.zones), zone_wet_from, strict=True))
    zones = sorted(settled.zones, key=lambda zone: (trigger_of(zone).wave, zone.id))
    shelters, fleets = assign_shelters(zones, settled, times), assign_fleets(zones, times, position)
    node_of = {shelter.id: shelter.node for shelter in settled.shelters}
    rows: list[dict[str, object]] = []
    for zone in zones:
        trigger, site = trigger_of(zone), zone.site
        is_home = site.kind == "residential"
        deadline = wet_from[zone.id] - 0.5 if np.isfinite(wet_from[zone.id]) else 24.0
        bus_share, car_share = _shares(zone, times[zone.id][node_of[shelters[zone.id][0]]])
        rows.append({
            "zone": zone.id,
            "trigger_at": trigger.at,
            "trigger_gauge": trigger.gauge,
            "trigger_stage": trigger.stage,
            "decided_by": f"{site.township} 镇街防指 town headquarters" if site.exposure in _DECIDED_IN_TOWN else "",
            "organizer": f"{zone.id} 村社区书记 village secretary" if is_home else f"{zone.id} 单位负责人 head",
            "compliance": "" if is_home else "100 %",
            "preparation": "" if is_home else "60 min",
            "bus_share": bus_share,
            "car_share": car_share,
            "pickup_point": zone.pickup_point,
            "fleet": fleets[zone.id],
            "shelter": ";".join(shelters[zone.id]),
            "deadline": f"T+{deadline:g} h",
        })  # fmt: skip
    return rows
