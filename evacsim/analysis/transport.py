"""Buses: did they come, how often did they go, how full were they, how many seats an hour."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evacsim.analysis.people import had_to_go, people_of, times
from evacsim.results.record import RunRecord


def fleets(record: RunRecord) -> pd.DataFrame:
    """Return one row per fleet.

    `fleet, vehicles, came, seats` (of those that came), `rounds, people, seat_use` (people over
    seats offered in all rounds), `first_s` (first departure), `done_s` (last passengers out),
    `seats_per_hour` (seats offered between the two).
    """
    rows = []
    for fleet, buses in record.tables["vehicles"].groupby("fleet", sort=False):
        came = buses[buses["came"]]
        offered = int((came["seats"] * came["rounds"]).sum())
        people = int(came["people"].sum())
        first, done = came["departed_s"].min(), came["done_s"].max()
        rows.append(
            {
                "fleet": fleet,
                "vehicles": len(buses),
                "came": len(came),
                "seats": int(came["seats"].sum()),
                "rounds": int(came["rounds"].sum()),
                "people": people,
                "seat_use": people / offered if offered else np.nan,
                "first_s": first,
                "done_s": done,
                "seats_per_hour": 3600 * offered / (done - first) if done > first else np.nan,
            }
        )
    columns = "fleet vehicles came seats rounds people seat_use first_s done_s seats_per_hour".split()
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, slots=True)
class BusService:
    """All buses together."""

    vehicles: int
    """Vehicles on the lists."""
    came: int
    """Of them those that came."""
    rounds: int
    """Rounds with passengers."""
    people: int
    """People carried [person]."""
    seat_use: float
    """People over seats offered in all rounds."""
    seats_per_hour: float
    """Seats offered from the first departure to the last arrival [seat/h]."""
    peak_waiting: int
    """Most people waiting at one pick-up point."""
    moved_before_water: int
    """People who got out by bus before water stood at their homes, or where none came."""


def bus_service(record: RunRecord) -> BusService:
    """Return what all buses did."""
    buses = record.tables["vehicles"]
    came = buses[buses["came"]]
    offered = int((came["seats"] * came["rounds"]).sum())
    people = int(came["people"].sum())
    span = came["done_s"].max() - came["departed_s"].min()
    return BusService(
        vehicles=len(buses),
        came=len(came),
        rounds=int(came["rounds"].sum()),
        people=people,
        seat_use=people / offered if offered else np.nan,
        seats_per_hour=3600 * offered / span if span > 0 else np.nan,
        peak_waiting=int(record.tables["pickup_points"]["peak_waiting"].max())
        if len(record.tables["pickup_points"])
        else 0,
        moved_before_water=_bused_before_water(record),
    )


def _bused_before_water(record: RunRecord) -> int:
    ledger = record.ledger
    arrived, water = times(ledger, "arrived_s"), times(ledger, "water_s")
    bused = had_to_go(ledger) & ~np.isnan(times(ledger, "boarded_s"))
    return int(people_of(ledger)[bused & ~np.isnan(arrived) & ~(arrived > water)].sum())
