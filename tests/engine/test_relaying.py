"""Orders down the tree of offices: when they arrive, and that no branch is forgotten."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.engine.calling import Calling, CallRules
from evacsim.engine.log import ROOT, Kind
from evacsim.engine.relaying import Hearers, Relaying, Word
from evacsim.world.offices import TOP, build_offices
from tests.engine.calls import MINUTE, Town
from tests.world.trees_of_offices import Office, forests

OFFICES = Kind.DISTRICT
"""What stands for an office in the events of these tests."""


def tree_of(widths):
    """A tree whose offices on each level have so many children; the lowest lead one zone each."""
    offices, above = [Office("o", "a")], ["o"]
    for level, width in enumerate(widths, 1):
        ids = [f"{parent}{child}" for parent in above for child in range(width)]
        offices += [Office(id_, "abcde"[level], id_[:-1]) for id_ in ids]
        above = ids
    lowest = {id_: f"z{number}" for number, id_ in enumerate(above)}
    offices = [Office(o.id, o.level, o.parent, [lowest[o.id]] if o.id in lowest else []) for o in offices]
    return build_offices(offices, zones=list(lowest.values()), levels="abcde")


class Chain:
    """A relaying whose orders received and offices not reached are written down."""

    def __init__(self, tree, *, town=None, handling=10 * MINUTE, rules=None, **how):
        self.town = town or Town(n_lines=2)
        self.tree = tree
        self.received = {}
        self.failed = []
        handle = handling if callable(handling) else lambda office, order: handling
        calling = Calling(self.town.env, self.town, rules)
        hearers = Hearers(self.hear, self.fail)
        self.relaying = Relaying(self.town.env, tree, calling, handle, hearers, kind=OFFICES, **how)

    def hear(self, office, word, event):
        assert (office, word.number) not in self.received, "an office receives an order once"
        self.received[office, word.number] = (self.town.env.now / MINUTE, word.zones)
        received = self.town.record("order_received", (OFFICES, office), (OFFICES, office), math.nan, event)
        return dict.fromkeys(word.zones, received)

    def fail(self, office, word, event):
        self.failed.append((office, word))

    def issue(self, zones, *, office=0, number=1):
        self.relaying.issue(office, Word(number, tuple(zones)), ROOT)
        return self

    def run(self):
        self.town.env.run()
        return self

    def times(self, number=1):
        return {self.tree.ids[o]: time for (o, of), (time, _) in self.received.items() if of == number}


def test_an_order_through_three_levels_arrives_when_arithmetic_says():
    """Handling 10 min at each office, a minute a call, two lines: towns at 11 and 12 min, villages 11 and 12 later."""
    times = Chain(tree_of([4, 4])).issue(range(16)).run().times()
    assert [times[f"o{town}"] for town in range(4)] == [11, 11, 12, 12]
    assert [times[f"o{town}{village}"] for town in range(4) for village in range(4)] == [
        22,
        22,
        23,
        23,
    ] * 2 + [
        23,
        23,
        24,
        24,
    ] * 2


@pytest.mark.parametrize(("n_lines", "last"), [(16, 11), (2, 18), (1, 26)])
def test_a_flat_command_takes_one_hop_and_as_long_as_its_lines_allow(n_lines, last):
    chain = Chain(tree_of([4, 4]), town=Town(n_lines=n_lines), is_flat=True).issue(range(16)).run()
    times = chain.times()
    assert max(times.values()) == last
    assert {id_ for id_ in times if len(id_) == 2} == set(), "towns are passed over"


def test_only_those_above_the_zones_of_the_order_hear_of_it():
    chain = Chain(tree_of([2, 2])).issue([1]).run()
    assert set(chain.times()) == {"o", "o0", "o01"}
    assert {zones for _, zones in chain.received.values()} == {(1,)}


def test_c4_an_office_that_takes_an_hour_longer_delays_its_zones_by_an_hour():
    late = 2

    def handling(office, order):
        return 10 * MINUTE + (60 * MINUTE if office == late else 0)

    chain = Chain(tree_of([2, 1]), handling=handling).issue([0, 1]).run()
    times = chain.times()
    assert chain.tree.ids[late] == "o1"
    assert times["o10"] - times["o00"] == 60


def test_c1_delays_of_a_chain_add_up():
    """The warning needs 30 min to be told to the office below and 25 to be issued there; then 10 and 60 follow."""
    town = Town(ringing=0.0)
    chain = Chain(tree_of([1]), town=town, handling=30 * MINUTE).issue([0]).run()
    assert chain.times()["o0"] + 25 + 10 + 60 == 125


def test_the_duty_desk_handles_one_order_at_a_time():
    chain = Chain(tree_of([1])).issue([0], number=1).issue([0], number=2).run()
    assert chain.times(1)["o0"] == 11
    assert chain.times(2)["o0"] == 21


def test_urgent_zones_are_called_first():
    chain = Chain(tree_of([4]), town=Town(n_lines=1), urgent=[2]).issue(range(4)).run()
    assert chain.times() == {"o": 0, "o2": 11, "o0": 12, "o1": 13, "o3": 14}


def test_a_branch_whose_office_is_not_reached_hears_nothing_and_is_told_as_failed():
    tree = tree_of([2, 2])
    town = Town(n_lines=2, silent={((OFFICES, 1), "A"), ((OFFICES, 1), "B")})
    chain = Chain(tree, town=town, rules=CallRules(tries=1)).issue(range(4)).run()
    assert set(chain.times()) == {"o", "o1", "o10", "o11"}
    assert chain.failed == [(1, Word(1, (0, 1)))]


def test_the_story_of_an_order_goes_back_through_every_office():
    chain = Chain(tree_of([1, 1])).issue([0]).run()
    assert (
        chain.town.story(len(chain.town.events))
        == ["order_received"]
        + [
            "called",
            "acknowledged",
            "order_received",
        ]
        * 2
    )


class ChanceTown(Town):
    """Surroundings in which some never answer at all."""

    def __init__(self, luck, share):
        super().__init__(n_lines=1 + int(3 * luck.random()))
        self.luck, self.share = luck, share

    def answers(self, callee, role, attempt, time):
        return self.luck.random() < self.share


@given(
    offices=forests(),
    zones=st.sets(st.integers(0, 7)).map(sorted),
    seed=st.integers(0, 10**6),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    is_flat=st.booleans(),
)
def test_every_zone_is_told_once_or_its_branch_is_told_as_failed(offices, zones, seed, share, is_flat):
    tree = build_offices(offices, zones=[f"z{zone}" for zone in range(8)], levels="abcde")
    town = ChanceTown(random.Random(seed), share)
    chain = Chain(tree, town=town, rules=CallRules(tries=1), is_flat=is_flat)
    concerned = []
    for top in (office for office in range(tree.n) if tree.parent[office] == TOP):
        mine = [
            zone
            for zone in zones
            if tree.leader_of[zone] != TOP and top in tree.upwards(tree.leader_of[zone])
        ]
        concerned += mine
        chain.issue(mine, office=top)
    chain.run()
    told = Counter(
        zone for (office, _), (_, heard) in chain.received.items() for zone in tree.own(office, heard)
    )
    lost = Counter(zone for _, word in chain.failed for zone in word.zones)
    assert told + lost == Counter(concerned)
    assert share < 1.0 or not lost
    assert [event.time for event in town.events] == sorted(event.time for event in town.events)
