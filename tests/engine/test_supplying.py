"""Stock that is never counted down, and where more comes from."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.engine.supplying import (
    Contract,
    FirstRations,
    Purchase,
    Shipment,
    Source,
    Stock,
    buy,
    choose_carrier,
    choose_sources,
    ration_rate,
    to_ask_for,
    trips,
    whole_packages,
)

DAY = 86400.0
amounts = st.floats(0, 1e5).map(lambda amount: round(amount, 2))
moments = st.floats(0, 1e6)
changes = st.lists(
    st.tuples(
        moments,
        st.sampled_from(["draw", "take", "add"]),
        st.integers(0, 2000),
    ),
    max_size=20,
).map(sorted)


def changed(stock, steps, *, asked=()):
    """Apply the changes in order of time and ask between them; return what was taken and added."""
    taken, added = [], []
    asked = sorted(asked)
    for now, what, number in steps:
        while asked and asked[0] <= now:
            moment = asked.pop(0)
            stock.left(moment), stock.short(moment), stock.empties_at(moment)
        if what == "draw":
            stock.draw(ration_rate(number, 2.8, 7 * DAY), now)
        elif what == "take":
            taken.append(stock.take(number / 10, now))
        else:
            added.append(number / 10)
            stock.add(number / 10, now)
    return taken, added


def test_a_stock_that_nobody_draws_from_never_runs_out():
    stock = Stock("rice", 5.0)
    assert stock.empties_at(0.0) == math.inf
    assert stock.left(1e6) == 5.0


def test_a_stock_of_nothing_is_out_now():
    assert Stock("rice", 0.0).empties_at(70.0) == 70.0


def test_no_more_is_taken_than_there_is():
    stock = Stock("kits", 500.0)
    assert stock.take(300.0, 0.0) == 300.0
    assert stock.take(300.0, 0.0) == 200.0
    assert stock.left(0.0) == 0.0


def test_what_cannot_be_given_counts_as_short():
    stock = Stock("water", 100.0)
    stock.draw(1.0, 0.0)
    assert stock.short(100.0) == 0.0
    assert stock.short(160.0) == 60.0
    stock.add(40.0, 160.0)
    assert stock.empties_at(160.0) == 200.0
    assert stock.short(200.0) == 60.0
    assert stock.short(210.0) == 70.0


def test_it_is_asked_for_in_time():
    stock = Stock("rice", 1600.0)
    stock.draw(ration_rate(800, 0.4, DAY), 0.0)
    assert stock.falls_to(0.5 * DAY, 0.0) == 4.5 * DAY
    assert stock.falls_to(0.5 * DAY, 4.75 * DAY) == 4.75 * DAY
    assert Stock("rice", 1.0).falls_to(DAY, 0.0) == math.inf


@given(amount=amounts, steps=changes)
def test_nothing_is_lost_and_nothing_is_below_nothing(amount, steps):
    stock = Stock("rice", amount)
    taken, added = changed(stock, steps)
    end = steps[-1][0] if steps else 0.0
    wanted, rate, since = Fraction(0), Fraction(0), Fraction(0)
    for now, what, number in [*steps, (end, "draw", 0)]:
        wanted += rate * (Fraction(now) - since)
        since = Fraction(now)
        if what == "draw":
            rate = ration_rate(number, 2.8, 7 * DAY)
    given_out = float(wanted) - stock.short(end)
    assert stock.left(end) >= 0
    assert stock.short(end) >= 0
    assert given_out >= -1e-6
    assert amount + sum(added) == pytest.approx(stock.left(end) + given_out + sum(taken), rel=1e-12, abs=1e-6)


@given(amount=amounts, steps=changes, asked=st.lists(moments, max_size=20), later=st.floats(0, 1e6))
def test_the_answer_does_not_depend_on_how_often_one_has_asked(amount, steps, asked, later):
    quiet, asked_often = Stock("rice", amount), Stock("rice", amount)
    changed(quiet, steps)
    changed(asked_often, steps, asked=asked)
    last = steps[-1][0] if steps else 0.0
    for moment in sorted(asked):
        asked_often.left(max(moment, last))
    end = last + later
    assert asked_often.left(end) == quiet.left(end)
    assert asked_often.short(end) == quiet.short(end)
    assert asked_often.empties_at(end) == quiet.empties_at(end)


@given(amount=amounts, people=st.integers(1, 5000), cuts=st.lists(st.floats(0, 1e7), max_size=20).map(sorted))
def test_the_same_rate_told_again_and_again_changes_nothing(amount, people, cuts):
    """A tick would move the moment a little each time; a stock drawn as before runs out when it did before."""
    rate = ration_rate(people, 2.8, 7 * DAY)
    once, again = Stock("rice", amount), Stock("rice", amount)
    once.draw(rate, 0.0)
    again.draw(rate, 0.0)
    for now in cuts:
        again.draw(rate, now)
    last = cuts[-1] if cuts else 0.0
    assert again.empties_at(last) == once.empties_at(last)
    assert again.left(last) == once.left(last)
    assert again.short(last) == once.short(last)


@given(amount=amounts, people=st.integers(1, 5000), begins=moments)
def test_it_is_empty_at_the_moment_at_which_it_is_told_to_be(amount, people, begins):
    stock = Stock("rice", amount, since=begins)
    stock.draw(ration_rate(people, 2.8, 7 * DAY), begins)
    out = stock.empties_at(begins)
    assert stock.left(out) == 0.0
    assert stock.empties_at(out) == out
    before = math.nextafter(out, -math.inf)
    assert before < begins or stock.left(before) > 0.0


@given(people=st.integers(1, 5000), tenths=st.integers(1, 100), days=st.integers(1, 60))
def test_rations_for_so_many_days_last_so_many_days_to_the_bit(people, tenths, days):
    stock = Stock("rice", people * tenths * days / 10)
    stock.draw(ration_rate(people, tenths / 10, DAY), 0.0)
    assert stock.empties_at(0.0) == days * DAY
    again = Stock("rice", people * tenths * days / 10)
    for day in range(days):
        again.draw(ration_rate(people + day % 2, tenths / 10, DAY), day * DAY)
        again.draw(ration_rate(people, tenths / 10, DAY), day * DAY)
    assert again.empties_at((days - 1) * DAY) == days * DAY


def test_the_present_does_not_lie_before_the_last_change():
    stock = Stock("rice", 10.0)
    stock.draw(1.0, 5.0)
    with pytest.raises(AssertionError, match="before its last change"):
        stock.left(4.0)


VILLAGE = Source(store=7, level=0, amount=30.0, carrier="truck", load=1200.0, travel=600.0)
TOWN = Source(store=3, level=1, amount=500.0, carrier="truck", load=1200.0, travel=1800.0)
TOWN_NEARER = Source(store=9, level=1, amount=40.0, carrier="truck", load=1200.0, travel=900.0)
COUNTY = Source(store=0, level=2, amount=5000.0, carrier="truck", load=1800.0, travel=2400.0)


def test_the_village_sends_first_then_the_towns_then_the_county():
    assert choose_sources([COUNTY, TOWN, TOWN_NEARER, VILLAGE], 600.0, now=100.0) == [
        Shipment(7, 30.0, "truck", 1900.0),
        Shipment(9, 40.0, "truck", 2200.0),
        Shipment(3, 500.0, "truck", 3100.0),
        Shipment(0, 30.0, "truck", 4300.0),
    ]


def test_no_store_sends_more_than_is_asked_for():
    assert choose_sources([COUNTY, VILLAGE], 12.5, now=0.0) == [Shipment(7, 12.5, "truck", 1800.0)]


def test_a_village_behind_water_is_asked_after_everybody_whom_a_truck_reaches():
    cut_off = VILLAGE._replace(carrier="boat")
    without_a_way = TOWN._replace(carrier=None)
    sent = choose_sources([cut_off, without_a_way, COUNTY._replace(amount=100.0)], 200.0, now=0.0)
    assert [(shipment.store, shipment.amount, shipment.carrier) for shipment in sent] == [
        (0, 100.0, "truck"),
        (7, 30.0, "boat"),
    ]


sources = st.lists(
    st.builds(
        Source,
        store=st.integers(0, 9),
        level=st.integers(0, 2),
        amount=amounts,
        carrier=st.sampled_from(["truck", "boat", "helicopter", None]),
        load=st.floats(0, 3600),
        travel=st.floats(0, 7200),
    ),
    unique_by=lambda source: source.store,
)


@given(offered=sources, wanted=amounts, seed=st.randoms(use_true_random=False))
def test_what_is_sent_is_what_is_wanted_or_all_there_is(offered, wanted, seed):
    sent = choose_sources(offered, wanted, now=0.0)
    has = {source.store: source.amount for source in offered if source.carrier is not None}
    assert all(0 < shipment.amount <= has[shipment.store] for shipment in sent)
    assert sum(shipment.amount for shipment in sent) == pytest.approx(min(wanted, sum(has.values())))
    shuffled = offered.copy()
    seed.shuffle(shuffled)
    assert choose_sources(shuffled, wanted, now=0.0) == sent


def test_trucks_go_while_they_can_then_boats_then_helicopters():
    assert choose_carrier({"truck": 5000.0, "helicopter": 60.0}) == "truck"
    assert choose_carrier({"truck": math.inf, "helicopter": 60.0}) == "helicopter"
    assert choose_carrier({"truck": math.inf}) is None


def test_what_no_store_has_is_bought_as_far_as_the_contract_goes():
    contract = Contract("rice", amount=1000.0, lead=DAY)
    assert buy(contract, 400.0, bought=0.0, now=3600.0) == Purchase(400.0, 3600.0 + DAY)
    assert buy(contract, 400.0, bought=800.0, now=0.0) == Purchase(200.0, DAY)
    assert buy(contract, 400.0, bought=1000.0, now=0.0) is None
    assert buy(contract, 0.0, bought=0.0, now=0.0) is None


def test_what_is_on_the_way_is_not_asked_for_again():
    assert to_ask_for(1.0, days=1, left=6400.0, on_the_way=0.0) == 80_000.0
    assert to_ask_for(1.0, days=1, left=6400.0, on_the_way=90_000.0) == 0.0


@given(amount=amounts, package=st.integers(1, 5000).map(lambda tenths: tenths / 10))
def test_packages_are_whole_and_no_more_than_needed(amount, package):
    up, down = whole_packages(amount, package, up=True), whole_packages(amount, package, up=False)
    assert down <= amount <= up
    assert up - down <= package * (1 + 1e-9)
    assert up / package == pytest.approx(round(up / package), abs=1e-9)


def test_a_first_ration_is_set_aside_until_its_day_is_over():
    first = FirstRations(DAY)
    first.begin(1, ration_rate(4, 1, DAY), 0.0)
    first.begin(2, ration_rate(2, 1, DAY), DAY / 2)
    assert first.set_aside(DAY / 2) == 2 + 2
    first.end(2)
    assert first.set_aside(DAY * 0.75) == 1
    assert first.set_aside(DAY * 2) == 0


@given(st.integers(1, 500), st.integers(1, 40), st.sampled_from([0.1, 0.3, 2.5, 7]), st.integers(1, 20))
def test_trips_carry_everything_and_none_carries_too_much(packages, per_trip, weight, package):
    """No vehicle is loaded with a package more than it carries, and only the last is not full."""
    amount = packages * package
    payload = float(per_trip * Fraction(str(weight)) * package)
    carried = trips(amount, payload=payload, weight=weight, package=package)
    assert sum(carried) == amount
    assert carried[:-1] == [per_trip * package] * (len(carried) - 1)
    assert 0 < carried[-1] <= per_trip * package
    assert len(carried) == math.ceil(packages / per_trip)


def test_without_a_payload_or_a_weight_one_trip_carries_everything():
    assert trips(450, payload=None, weight=2, package=1) == [450]
    assert trips(450, payload=100, weight=None, package=1) == [450]
