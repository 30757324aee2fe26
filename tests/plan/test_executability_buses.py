"""E1 and E8: seats by the hour against rounds that are driven, flow against roads that are full."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.plan.executability.cut_roads import smallest_cut
from evacsim.plan.executability.seats import Job, alone, fullest, needed_time
from evacsim.plan.executability.service import Round
from tests.reference.plans import MINUTE, checked, fixed, the_one, worked
from tests.reference.small_district import link, node, write_grid

CYCLE = (10 + 20 + 5 + 20) * MINUTE


def test_a_round_takes_as_long_as_buses_take_in_a_run(tmp_path):
    given = fixed(tmp_path, people=540)
    rounds = worked(given).service.rounds[0]
    assert rounds.cycle == pytest.approx(CYCLE)
    driven = ev.simulate(ev.from_mapping(given), seed=1).tables.rounds
    between = driven.sort_values("left_pickup_s").groupby("vehicle")["left_pickup_s"].diff().dropna()
    assert len(between) == 7
    # In the run five buses enter a slow street one after the other, eight seconds apart.
    assert between.to_numpy() == pytest.approx(rounds.cycle, abs=4 * 8.1)
    assert between.min() == pytest.approx(rounds.cycle, abs=0.1)
    assert len(driven) == rounds.trips == 12


def test_the_last_bus_leaves_when_a_run_says(tmp_path):
    given = fixed(tmp_path, people=540)
    workings = worked(given)
    rounds = workings.service.rounds[0]
    served_from = workings.chains.all[0].served_from
    driven = ev.simulate(ev.from_mapping(given), seed=1).tables.rounds
    assert driven["left_pickup_s"].max() == pytest.approx(served_from + alone(rounds), abs=4 * 8.1)


@pytest.mark.parametrize(("spare_min", "n_found"), [(-1, 1), (1, 0)])
def test_seats_that_come_a_minute_too_late_are_found(tmp_path, spare_min, n_found):
    # Ready 41 min after the start; the third wave leaves 2 x 55 + 10 min after that.
    deadline = 10 + 7 + 11 + 13 + 120 + spare_min
    found = checked(fixed(tmp_path, deadline=f"T+{deadline} min"), "E1")
    assert len(found) == n_found
    for one in found:
        assert one.subjects == ("buses", "village")
        assert one.figures["needed_s"] == pytest.approx(120 * MINUTE)
        assert one.figures["there_s"] == pytest.approx(119 * MINUTE)
        assert one.figures["seats_per_hour"] == pytest.approx(5 * 45 * 60 / 55)
        assert one.loc == ("district", "fleets", 0)


def test_vehicles_that_do_not_come_are_not_counted_on(tmp_path):
    given = fixed(tmp_path, deadline="T+162 min")
    assert not checked(given, "E1")
    given["district"]["fleets"][0]["availability"] = 0.6
    assert the_one(given, "E1").figures["vehicles"] == pytest.approx(3)


def test_a_stop_without_a_road_to_its_shelter_is_found(tmp_path):
    given = fixed(tmp_path)
    links = (tmp_path / "network" / "links.csv").read_text().splitlines()
    # The school lies at the end of two streets; nobody drives into them any more.
    into = (link((3, 0), (4, 0)), link((4, 1), (4, 0)))
    kept = [line for line in links if not line.startswith(into)]
    (tmp_path / "network" / "links.csv").write_text("\n".join(kept) + "\n")
    assert the_one(given, "E1").subjects == ("village",)


def rounds(trips, vehicles=2.0, cycle=50.0, boarding=10.0):
    return Round(0, 0, 0, trips, vehicles, 0.0, boarding, cycle - boarding, 0.0, 0.0)


def test_the_fullest_stretch_is_the_one_that_lacks_most():
    early = Job(0, 0.0, 100.0, rounds(4))
    late = Job(1, 500.0, 560.0, rounds(6))
    # Early: four trips by two vehicles, the last leaves after one round and boarding: 60 of 100.
    assert needed_time([early]) == pytest.approx(60)
    # Late: three rounds each, 2 x 50 + 10 of 60 there are.
    stretch = fullest([early, late])
    assert stretch is not None
    assert [job.zone for job in stretch.jobs] == [1]
    assert stretch.needed == pytest.approx(110)
    assert stretch.there == pytest.approx(60)


def test_no_stretch_where_nothing_has_an_end():
    assert fullest([Job(0, 0.0, np.inf, rounds(4))]) is None


def test_two_zones_that_share_their_buses_need_the_time_of_both():
    jobs = [Job(0, 0.0, 100.0, rounds(4)), Job(1, 0.0, 100.0, rounds(4))]
    # Eight trips by two vehicles: four rounds each, the last of which ends with boarding.
    assert needed_time(jobs) == pytest.approx(3 * 50 + 10)


def test_the_smallest_cut_is_the_one_street_that_all_must_pass(tmp_path):
    given = fixed(tmp_path)
    write_grid(tmp_path / "network", columns=5, rows=1, capacity=0.1)
    world = worked(given).case.world
    nodes = list(world.roads.node_ids)
    west, east = nodes.index(node(0, 0)), nodes.index(node(4, 0))
    cut = smallest_cut(world, {west: 1000.0}, [east])
    assert cut.flow == pytest.approx(360)
    assert [world.roads.link_ids[row] for row in cut.links] == [link((0, 0), (1, 0))]
    assert smallest_cut(world, {west: 300.0}, [east]).flow == pytest.approx(300)


def test_the_flow_through_a_grid_is_the_sum_over_its_cut(tmp_path):
    given = fixed(tmp_path)
    write_grid(tmp_path / "network", speed=10, capacity=0.5)
    world = worked(given).case.world
    nodes = list(world.roads.node_ids)
    cut = smallest_cut(world, {nodes.index(node(0, 0)): 1e6}, [nodes.index(node(4, 0))])
    # A corner of the grid has two streets; each carries 1800 vehicles an hour.
    assert cut.flow == pytest.approx(2 * 1800)
    assert len(cut.links) == 2


def test_a_road_too_narrow_for_the_cars_of_a_village_is_named(tmp_path):
    given = fixed(tmp_path, people=2000, deadline="T+61 min", bus_share=0, car_share=1)
    given["district"]["population"] = {**given["district"]["population"], "car_share": 1}
    write_grid(tmp_path / "network", columns=5, rows=1, speed=10, capacity=0.5)
    # Ready 31 min after the trigger, 20 min are left: 6000 cars an hour over a street that carries 1800.
    found = the_one(given, "E8")
    assert found.figures["needed_per_h"] == pytest.approx(6000)
    assert found.figures["flow_per_h"] == pytest.approx(1800)
    assert link((0, 0), (1, 0)) in found.subjects
    given["district"]["zones"][0]["population"] = 500
    assert not checked(given, "E8")  # 1500 an hour
