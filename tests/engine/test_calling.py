"""The call procedure: exact where nothing is left to chance, by theory where it is, and no call is ever lost."""

import math
import random
from collections import Counter
from functools import partial

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from evacsim.engine.calling import MESSENGER, Calling, CallRules
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.streams import Streams
from evacsim.world.roster import Absence, Roster, Shifts
from tests.engine.calls import COUNTY, MINUTE, PHONES, TOWN, VILLAGE, Town, placed


def test_a_call_that_is_answered_is_acknowledged_when_it_has_rung_and_the_word_is_told():
    town = Town(ringing=20.0, talking=40.0)
    calling, [(time, how, event)] = placed(town, [(COUNTY, VILLAGE)])
    assert (time, how) == (60.0, "acknowledged")
    assert town.story(event) == ["called", "acknowledged"]
    [attempt] = calling.attempts
    assert (attempt.placed, attempt.answered, attempt.ended) == (0.0, 20.0, 60.0)
    assert calling.table(lambda who: f"{who.kind.id}/{who.row}").to_dict("records") == [
        {
            "call": 1,
            "caller": "district/0",
            "callee": "zone/1",
            "attempt": 1,
            "means": "phone",
            "placed_s": 0.0,
            "answered_s": 20.0,
            "result": "acknowledged",
        }
    ]


def test_every_five_minutes_then_the_backup_who_answers():
    town = Town(silent={(VILLAGE, "A")})
    _, [(time, how, event)] = placed(town, [(COUNTY, VILLAGE)])
    assert town.told() == [
        ("called", 0),
        ("call_unanswered", 1),
        ("called", 5),
        ("call_unanswered", 6),
        ("called", 10),
        ("call_unanswered", 11),
        ("backup_called", 11),
        ("called", 11),
        ("acknowledged", 12),
    ]
    assert (time, how) == (12 * MINUTE, "acknowledged")
    assert town.story(event) == [kind for kind, _ in town.told()], "the chain shows every attempt"
    assert town.events[-1].value == 4


def test_a_phone_that_rings_longer_than_the_pause_is_not_called_twice_at_once():
    town = Town(ringing=400.0, silent={(VILLAGE, "A")})
    calling, _ = placed(town, [(COUNTY, VILLAGE)], CallRules(tries=2))
    assert [attempt.placed for attempt in calling.attempts] == [0.0, 400.0, 800.0]


BOTH_AWAY = {(VILLAGE, "A"), (VILLAGE, "B")}
ONCE = CallRules(tries=1)


def test_the_office_above_passes_the_word_on_by_what_works_there():
    """The county has phones only, and no phone works in the village; the town has a radio."""
    town = Town(
        has={COUNTY: ("phone",), TOWN: ("phone", "radio")}, dead={("phone", VILLAGE): math.inf}, talking=60.0
    )
    _, [(time, _, event)] = placed(town, [(COUNTY, VILLAGE)], ONCE)
    assert town.story(event) == [
        "call_failed",
        "backup_called",
        "call_failed",
        "escalated",
        "called",
        "acknowledged",
        "called",
        "acknowledged",
    ]
    assert [(event.caller, event.callee) for event in town.events[-4:]] == [(COUNTY, TOWN)] * 2 + [
        (TOWN, VILLAGE)
    ] * 2
    assert time == 4 * MINUTE


def test_both_absent_a_messenger_of_the_office_above_finds_them():
    town = Town(silent=BOTH_AWAY, way=15 * MINUTE)
    calling, [(time, how, event)] = placed(town, [(COUNTY, VILLAGE)], ONCE)
    assert how == "acknowledged"
    # Two rings by the county, one to the town, two by the town, then the way.
    assert time == (5 + 15) * MINUTE
    assert town.story(event)[-2:] == ["messenger_sent", "acknowledged"]
    assert (calling.attempts[-1].means, calling.attempts[-1].caller) == (MESSENGER, TOWN)


def test_an_office_above_that_is_not_reached_leaves_the_messenger_to_the_caller():
    town = Town(silent=BOTH_AWAY | {(TOWN, "A"), (TOWN, "B")}, way=15 * MINUTE)
    calling, [(time, how, _)] = placed(town, [(COUNTY, VILLAGE)], ONCE)
    assert (time, how) == ((4 + 15) * MINUTE, "acknowledged")
    assert calling.attempts[-1].caller == COUNTY


def test_the_office_above_is_no_step_where_it_is_the_caller():
    town = Town(silent=BOTH_AWAY, way=15 * MINUTE)
    placed(town, [(TOWN, VILLAGE)], ONCE)
    assert "escalated" not in [event.kind for event in town.events]


def test_nobody_there_and_no_way_is_given_up_and_never_silent():
    town = Town(silent=BOTH_AWAY)
    calling, [(time, how, event)] = placed(town, [(TOWN, VILLAGE)], ONCE)
    assert (time, how) == (2 * MINUTE, "given_up")
    assert town.story(event) == [
        "called",
        "call_unanswered",
        "backup_called",
        "called",
        "call_unanswered",
        "call_given_up",
    ]
    assert calling.attempts[-1].result == "given_up"


@pytest.mark.parametrize(
    ("dead", "means"), [((), "phone"), (("phone",), "radio"), (("phone", "radio"), "satellite")]
)
@pytest.mark.parametrize("place", [COUNTY, VILLAGE])
def test_a_call_goes_by_the_first_means_that_works_at_both_ends(dead, means, place):
    town = Town(dead={(kind, place): math.inf for kind in dead})
    calling, _ = placed(town, [(COUNTY, VILLAGE)])
    assert [attempt.means for attempt in calling.attempts] == [means]


def test_a_means_that_only_one_end_has_is_none():
    town = Town(has={VILLAGE: ("satellite", "phone")}, dead={("phone", VILLAGE): math.inf})
    calling, _ = placed(town, [(COUNTY, VILLAGE)])
    assert calling.attempts[0].means == "satellite"


def test_where_nothing_works_a_messenger_among_the_means_goes_at_once():
    town = Town(
        has={COUNTY: (*PHONES, MESSENGER)}, dead={(kind, VILLAGE): math.inf for kind in PHONES}, way=600.0
    )
    _, [(time, how, event)] = placed(town, [(COUNTY, VILLAGE)])
    assert (time, how) == (600.0, "acknowledged")
    assert town.story(event) == ["messenger_sent", "acknowledged"]


def test_a_network_that_comes_back_is_used_and_its_failure_is_in_the_story():
    town = Town(dead={(kind, VILLAGE): 7 * MINUTE for kind in PHONES})
    town.record("site_down", VILLAGE, VILLAGE, math.nan, ROOT)
    calling, [(time, _, event)] = placed(town, [(COUNTY, VILLAGE)])
    assert time == 11 * MINUTE
    assert [attempt.result for attempt in calling.attempts] == ["failed", "failed", "acknowledged"]
    assert town.story(event) == ["site_down", "call_failed", "call_failed", "called", "acknowledged"]


def test_what_keeps_the_messenger_from_going_is_in_the_story():
    town = Town(has={COUNTY: (MESSENGER,)})
    cut = town.record("site_down", VILLAGE, VILLAGE, math.nan, ROOT)
    _, [(_, how, event)] = placed(town, [(COUNTY, TOWN)], CallRules(tries=1, escalate=()))
    assert how == "given_up"
    assert town.story(event) == ["site_down", "call_failed", "call_given_up"]
    assert town.events[cut].cause == cut


def test_four_calls_on_two_lines_go_two_by_two():
    villages = [Where(Kind.ZONE, row) for row in range(4)]
    town = Town(n_lines=2)
    _, ends = placed(town, [(COUNTY, village) for village in villages])
    assert [time for time, _, _ in ends] == [60.0, 60.0, 120.0, 120.0]


def test_who_does_not_answer_leaves_the_line_to_others_until_he_is_tried_again():
    """One line: the village does not answer, the town is called in the pause, then the backup of the village."""
    town = Town(silent={(VILLAGE, "A")})
    calling, _ = placed(town, [(COUNTY, VILLAGE), (COUNTY, TOWN)], CallRules(tries=2))
    assert [(attempt.callee, attempt.placed / MINUTE) for attempt in calling.attempts] == [
        (VILLAGE, 0),
        (TOWN, 1),
        (VILLAGE, 5),
        (VILLAGE, 6),
    ]


def test_a_call_under_way_when_the_run_ends_is_told_with_its_last_event():
    town = Town(silent={(VILLAGE, "A")})
    calling = Calling(town.env, town)
    for callee in (VILLAGE, TOWN, VILLAGE):
        calling.call(COUNTY, callee, ROOT, lambda event: None, lambda event: None)
    town.env.run(until=2.5 * MINUTE)
    waiting_for_its_second_attempt, ringing = calling.still_open()
    assert waiting_for_its_second_attempt == (1, COUNTY, VILLAGE, 2)
    assert ringing == (3, COUNTY, VILLAGE, len(town.events))
    town.env.run()
    assert calling.still_open() == []


class LossyTown(Town):
    """A network on which every attempt is lost with one probability."""

    def __init__(self, loss, luck):
        super().__init__(ringing=0.0)
        self.loss, self.luck = loss, luck

    def answers(self, callee, role, attempt, time):
        return self.luck.random() >= self.loss

    def record(self, kind, callee, caller, value, cause):
        return ROOT


@pytest.mark.slow
def test_i8_retries_over_a_network_that_loses_three_in_ten():
    """Mean 0.3/0.7 = 0.4286 retries, geometric; 1e5 calls have a standard error of 0.6 % of it."""
    town, n = LossyTown(0.3, Streams(8).get("answer", "i8")), 100_000
    calling = Calling(town.env, town, CallRules(retry=300.0, tries=10**9))
    delays = np.full(n, np.nan)

    def begin_one_a_second():
        for number in range(n):
            caller = Where(Kind.ZONE, number)  # each has a line of his own
            calling.call(
                caller, VILLAGE, ROOT, partial(end, number), lambda event: pytest.fail("tries have no limit")
            )
            yield town.env.timeout(1.0)

    def end(number, event):
        delays[number] = town.env.now - number

    town.env.process(begin_one_a_second())
    town.env.run()
    attempts = Counter(attempt.call for attempt in calling.attempts)
    retries = np.array([attempts[number + 1] - 1 for number in range(n)])
    assert retries.mean() == pytest.approx(0.3 / 0.7, rel=0.02)
    assert (delays == 300.0 * retries).all()
    counts = np.bincount(np.minimum(retries, 6), minlength=7)
    expected = n * np.append(0.7 * 0.3 ** np.arange(6), 0.3**6)
    assert chisquare(counts, expected).pvalue > 0.01


class BusyTown(Town):
    """A town whose talks take a time of their own."""

    def __init__(self, n_lines, talks):
        super().__init__(ringing=0.0, n_lines=n_lines)
        self.talks = talks

    def talk(self, callee, attempt):
        return self.talks[attempt - 1]

    def record(self, kind, callee, caller, value, cause):
        return ROOT


@pytest.mark.parametrize(
    ("n_lines", "rate", "mean", "share"), [(1, 0.5, 1.0, 0.5), (3, 2.0, 0.44444, 0.44444)]
)
def test_calls_wait_for_a_line_as_erlang_says(n_lines, rate, mean, share):
    """M/M/c: 60 000 calls, of which the first tenth fills the lines. A standard error is about 2 %."""
    n = 60_000
    streams = Streams(5)
    arrivals = np.cumsum(streams.get("calls", n_lines).exponential(1 / rate, n))
    town = BusyTown(n_lines, streams.get("talks", n_lines).exponential(1.0, n).tolist())
    calling = Calling(town.env, town)

    def callers():
        for arrival in arrivals.tolist():
            yield town.env.timeout(max(0.0, arrival - town.env.now))
            calling.call(COUNTY, VILLAGE, ROOT, lambda event: None, lambda event: pytest.fail("all answer"))

    town.env.process(callers())
    town.env.run()
    waits = np.array(sorted((attempt.call, attempt.placed) for attempt in calling.attempts))[:, 1] - arrivals
    waits = waits[n // 10 :]
    assert waits.mean() == pytest.approx(mean, rel=0.06)
    assert (waits > 1e-9).mean() == pytest.approx(share, rel=0.03)


class RosteredTown(Town):
    """A town whose offices are staffed by a roster."""

    def __init__(self, absent, *, has_backups):
        super().__init__()
        self.roster = Roster(
            Streams(3),
            Shifts(hours=(8, 20), midnight=0.0),
            ids=["village"],
            posts=np.array([1], dtype=np.int32),
            absence=Absence(absent, absent),
            is_night=lambda time: False,
            has_backups=has_backups,
        )

    def answers(self, callee, role, attempt, time):
        return self.roster.is_there(0, role, time)


@pytest.mark.parametrize(
    ("absent", "last"), [(0.0, ["called", "acknowledged"]), (1.0, ["call_unanswered", "call_given_up"])]
)
def test_whoever_is_on_the_roster_answers(absent, last):
    town = RosteredTown(absent, has_backups=True)
    _, [(_, _, event)] = placed(town, [(TOWN, VILLAGE)], ONCE)
    assert town.story(event)[-2:] == last


def test_over_many_shifts_a_backup_answers_where_the_holder_is_absent():
    town = RosteredTown(0.5, has_backups=True)
    for shift in range(2, 42):
        watch = town.roster.watch(0, shift)
        town.env = simpy.Environment(initial_time=town.roster.shifts.begins(shift))
        town.events = []
        _, [(_, how, _)] = placed(town, [(TOWN, VILLAGE)], ONCE)
        kinds = [event.kind for event in town.events]
        assert ("backup_called" in kinds) == (not watch.holder[0])
        assert (how == "acknowledged") == watch.filled[0]


people = st.builds(Where, st.just(Kind.ZONE), st.integers(1, 4))


class ChanceTown(Town):
    """Surroundings in which everything is drawn: who answers, what works when, how long it takes."""

    def __init__(self, luck, *, n_lines):
        super().__init__(n_lines=n_lines)
        self.luck = luck

    def works(self, kind, where, time):
        return self.luck.random() < 0.7

    def answers(self, callee, role, attempt, time):
        return self.luck.random() < 0.4

    def means(self, who):
        return (*PHONES, MESSENGER)[: 1 + who.row % 4]

    def parent(self, callee):
        return Where(Kind.ZONE, callee.row - 1) if callee.row > 1 else None

    def ring(self, callee, attempt):
        return self.luck.choice([0.0, 30.0, 400.0])

    def talk(self, callee, attempt):
        return self.luck.choice([0.0, 120.0])

    def messenger(self, caller, callee, time):
        return self.luck.choice([600.0, 1200.0, math.inf])


rules = st.builds(
    CallRules,
    retry=st.sampled_from([0.0, 60.0, 300.0]),
    tries=st.integers(1, 4),
    escalate=st.permutations(["backup", "parent", "messenger"]).flatmap(
        lambda steps: st.integers(0, 3).map(lambda n: tuple(steps[:n]))
    ),
)


@given(
    luck=st.integers(0, 10**9),
    calls=st.lists(st.tuples(people, people).filter(lambda ends: ends[0] != ends[1]), max_size=12),
    n_lines=st.integers(1, 3),
    by=rules,
)
def test_no_call_is_lost_no_line_is_used_twice_and_time_goes_on(luck, calls, n_lines, by):
    town = ChanceTown(random.Random(luck), n_lines=n_lines)
    calling, ends = placed(town, calls, by)
    assert None not in ends, "a call ends in silence"
    assert [event.time for event in town.events] == sorted(event.time for event in town.events)
    assert all(event.cause < number for number, event in enumerate(town.events, 1))
    for number, (time, how, event) in enumerate(ends, 1):
        of_call = [attempt for attempt in calling.attempts if attempt.call == number]
        assert of_call[-1].result == how
        assert of_call[-1].ended == time
        assert town.events[event - 1].kind == {"given_up": "call_given_up"}.get(how, how)
        assert all(attempt.placed <= attempt.ended for attempt in of_call)
        numbers = [attempt.attempt for attempt in of_call if attempt.result != "given_up"]
        assert numbers == list(range(1, len(numbers) + 1))
    for caller in {attempt.caller for attempt in calling.attempts}:
        held = [
            (attempt.placed, attempt.ended)
            for attempt in calling.attempts
            if attempt.caller == caller and attempt.means not in ("", MESSENGER)
        ]
        at_once = [sum(begun <= moment < over for begun, over in held) for moment, _ in held]
        assert max(at_once, default=0) <= n_lines


@given(luck=st.integers(0, 10**6), calls=st.lists(st.just((COUNTY, VILLAGE)), max_size=5))
def test_the_same_luck_gives_the_same_calls(luck, calls):
    first, second = (
        placed(ChanceTown(random.Random(luck), n_lines=1), calls)[0].table(str) for _ in range(2)
    )
    assert first.equals(second)
