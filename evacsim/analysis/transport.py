"""Buses: did they come, how often did they go, how full were they, how many seats an hour."""

from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from evacsim.analysis.people import had_to_go, out_before_water, people_of
from evacsim.results.record import RunRecord

CRAFT = ("boat", "helicopter", "high_clearance")
"""Kinds of fleets that fetch people over the water, through the air, and through water that stops buses."""


@dataclass(frozen=True, slots=True)
class BusService:
    """What a number of buses did."""

    vehicles: int
    """Vehicles on the list."""
    came: int
    """Of them those that came."""
    seats: int
    """Seats of those that came."""
    rounds: int
    """Rounds with passengers."""
    people: int
    """People carried [person]."""
    seat_use: float
    """People over seats offered in all rounds; nan without rounds."""
    first_s: float
    """First departure from the depot [s]; nan where none departed."""
    done_s: float
    """Last passengers out [s]; nan without passengers."""
    seats_per_hour: float
    """Seats offered between the two [seat/h]."""


def bus_service(vehicles: pd.DataFrame) -> BusService:
    """Return what `vehicles`, rows of the table of that name, did together."""
    came = vehicles[vehicles["came"].astype(bool)]
    offered = int((came["seats"] * came["rounds"]).sum())
    people = int(came["people"].sum())
    first, done = float(came["departed_s"].min()), float(came["done_s"].max())
    return BusService(
        vehicles=len(vehicles),
        came=len(came),
        seats=int(came["seats"].sum()),
        rounds=int(came["rounds"].sum()),
        people=people,
        seat_use=people / offered if offered else np.nan,
        first_s=first,
        done_s=done,
        seats_per_hour=3600 * offered / (done - first) if done > first else np.nan,
    )


def buses(record: RunRecord) -> pd.DataFrame:
    """Return the rows of the table of vehicles that fetch people by road."""
    vehicles = record.tables["vehicles"]
    return vehicles[vehicles["kind"] == "bus"]


def fleets(record: RunRecord) -> pd.DataFrame:
    """Return `fleet` and the fields of `BusService`, one row per fleet."""
    groups = record.tables["vehicles"].groupby("fleet", sort=False)
    rows = [{"fleet": fleet, **asdict(bus_service(vehicles))} for fleet, vehicles in groups]
    return pd.DataFrame(rows, columns=["fleet", *(field.name for field in fields(BusService))])


def bused_before_water(record: RunRecord) -> int:
    """Return the people who got out by bus before water stood at their homes, or where none came.

    What they boarded first counts: whom a boat fetches later, from a shelter, has still left by bus.
    """
    vehicles = record.tables["vehicles"]
    ledger = record.ledger[had_to_go(record.ledger) & record.ledger["boarded_s"].notna().to_numpy()]
    boarded = record.events[record.events["kind"] == "boarded"].drop_duplicates("subject")
    households = boarded["subject"].str.removeprefix("household/")
    first = dict(zip(households, boarded["place"].str.removeprefix("vehicle/"), strict=True))
    last = zip(ledger["household"], ledger["vehicle"], strict=True)
    vehicle = pd.Series([first.get(household, other) for household, other in last], index=ledger.index)
    by_craft = vehicle.isin(vehicles["vehicle"][vehicles["kind"].isin(CRAFT)])
    return int(people_of(ledger)[~by_craft.to_numpy() & out_before_water(ledger)].sum())


def fetched_by_boat(record: RunRecord) -> int:
    """Return the people whom boats have brought ashore."""
    vehicles = record.tables["vehicles"]
    return int(vehicles["people"][vehicles["kind"] == "boat"].sum())


def bus_to_boat_ratio(record: RunRecord) -> float:
    """Return how many left by bus in time for each that a boat had to fetch; inf for no boat, nan for neither."""
    by_bus, by_boat = bused_before_water(record), fetched_by_boat(record)
    if by_boat:
        return by_bus / by_boat
    return np.inf if by_bus else np.nan


def drivers_came_share(record: RunRecord) -> float:
    """Return the share of the vehicles called whose drivers have come; nan where none was called."""
    calls = record.tables["fleet_calls"]
    return float((calls["result"] == "came").mean()) if len(calls) else np.nan


def count(record: RunRecord, kind: str) -> int:
    """Return how often something has happened, by its kind of event."""
    return int((record.events["kind"] == kind).sum())


def assigned_again(record: RunRecord) -> int:
    """Return how many people have been told another shelter on the way; again counts again."""
    events = record.events
    return int(events["value"][events["kind"] == "assigned_again"].sum())


def double_promised_vehicles(record: RunRecord) -> int:
    """Return how many vehicles towns have called that others had called before, town by town."""
    events = record.events
    return int(events["value"][events["kind"] == "fleet_promised_twice"].sum())


def wave(vehicles: pd.DataFrame) -> int:
    """Return the people that `vehicles`, rows of the table of that name, take at once if all come."""
    return int(vehicles["seats"].sum())


def ideal_rate(seats: ArrayLike, round_time: ArrayLike) -> float:
    """Return how many people an hour vehicles bring that never wait and are always full [person/h].

    Parameters
    ----------
    seats : array_like, shape (n_vehicles,)
        Seats of each.
    round_time : array_like, shape (n_vehicles,) or scalar
        Time of one round of each [s].
    """
    return float((3600 * np.asarray(seats, dtype=np.float64) / np.asarray(round_time)).sum())


def peak_waiting(record: RunRecord) -> int:
    """Return the most people who waited at one pick-up point at once."""
    return (
        int(record.tables["pickup_points"]["peak_waiting"].max())
        if len(record.tables["pickup_points"])
        else 0
    )
