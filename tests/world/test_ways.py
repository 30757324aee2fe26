"""Who may use which road."""

import csv

import evacsim as ev
from tests.reference.small_district import link, node, small_district

BUSWAY = {link((1, 1), (2, 1)), link((2, 1), (1, 1))}


def with_busway(folder):
    """A small district of people with cars whose middle street is for buses only, over two corners."""
    mapping = small_district(
        folder,
        zones=[{"id": "west", "node": node(0, 1), "population": 60}],
        transfers=[
            {
                "zone": "w*",
                "trigger_at": "T+10 min",
                "organizer": "x",
                "pickup_point": "stop",
                "fleet": "buses",
            }
        ],
        population={"car_share": 1},
        to={"bus_share": 0.5, "car_share": 0.5},
    )
    path = folder / "network/links.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0], "modes"])
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {"modes": "bus;walk" if row["link_id"] in BUSWAY else "car;bus;walk"})
    return mapping


def test_cars_keep_off_a_street_for_buses_and_buses_use_it(tmp_path):
    run = ev.simulate(ev.from_mapping(with_busway(tmp_path)), seed=1)
    ledger, rounds = run.tables.ledger, run.tables.rounds
    assert (ledger["mode"] == "car").any()
    on_busway = run.tables.links.set_index("link").loc[sorted(BUSWAY), "vehicles"].sum()
    assert 0 < on_busway <= 2 * len(rounds)
