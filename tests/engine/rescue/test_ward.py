"""The beds of a treatment place: no bed leaks (I6), and whose turn it is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.engine.rescue.ward import ORDERS, Patient, Ward
from evacsim.world.triage import PERIOD, score_after

HOUR = 3600.0


def patient(household, *, score=9, came=0.0, injured=0.0):
    return Patient(household, injured, score, came)


def test_a_bed_is_free_at_once_for_the_next_when_a_patient_dies_or_leaves():
    ward = Ward(1, ORDERS["first_come"])
    first, second, third = (patient(k, came=float(k)) for k in range(3))
    assert ward.come(first, 0.0) is first
    assert ward.come(second, 1.0) is None
    assert ward.come(third, 2.0) is None
    assert ward.leave(first, 3.0) is second
    assert ward.in_bed == [second]
    assert ward.leave(second, 4.0) is third
    assert ward.leave(third, 5.0) is None
    assert ward.free == 1


def test_who_leaves_the_queue_takes_no_bed():
    ward = Ward(1, ORDERS["first_come"])
    first, second, third = (patient(k, came=float(k)) for k in range(3))
    for one in (first, second, third):
        ward.come(one, one.came)
    assert ward.leave(second, 3.0) is None
    assert ward.leave(first, 4.0) is third


def test_whose_turn_it_is():
    # At 3 h the scores of 12, 9 and 4 are 10, 4 and 0; in half an hour they lose .94 - .94, .35 - .23 and nothing.
    light, middle, grave = (patient(k, score=s, came=float(k)) for k, s in enumerate((12, 9, 4)))
    now = 2 * HOUR + 3 * PERIOD - HOUR / 2
    assert [one.score(now) for one in (light, middle, grave)] == [score_after(s, now) for s in (12, 9, 4)]
    for order, expected in (("gravest", grave), ("most_to_lose", middle), ("first_come", light)):
        ward = Ward(1, ORDERS[order])
        lying = patient(9)
        ward.come(lying, 0.0)
        for one in (light, middle, grave):
            ward.come(one, now)
        assert ward.leave(lying, now) is expected, order


@settings(deadline=None)
@given(
    beds=st.integers(1, 4),
    order=st.sampled_from(sorted(ORDERS)),
    steps=st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.integers(0, 30)), max_size=40),
)
def test_never_does_anybody_wait_while_a_bed_is_free(beds, order, steps):
    ward, now, there = Ward(beds, ORDERS[order]), 0.0, []
    for number, (score, comes, which) in enumerate(steps):
        now += 600.0
        if comes or not there:
            there.append(patient(number, score=score, came=now, injured=now - HOUR))
            ward.come(there[-1], now)
        else:
            ward.leave(there.pop(which % len(there)), now)
        assert len(ward.in_bed) <= beds
        assert len(ward.in_bed) == beds or not ward.waiting
        assert sorted(one.household for one in there) == sorted(
            one.household for one in ward.in_bed + ward.waiting
        )
