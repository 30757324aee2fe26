"""The kernels against their plain twin, and what must hold for any network, demand and change."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns, MoverState, NoticeKind
from evacsim.kernels.arrays import NONE, RUN_OF_GAPS, UNLIMITED
from evacsim.kernels.room import gap_behind
from tests.reference.movement import ARRIVED, NO_WAY, Link, Mover, PlainMovement

WALKER, CAR, BUS = 0, 1, 2
HORIZON = 400.0
AT_LINK = (NoticeKind.DEPARTED, NoticeKind.STOPPED, NoticeKind.RESUMED, NoticeKind.ENTERED)
OFF_ROAD = ("scheduled", "arrived", "cut_off")

# Few and round values, so that things happen at the same instant again and again.
LINK = st.fixed_dictionaries(
    {
        "length": st.sampled_from([10.0, 20.0, 30.0, 37.3]),
        "free_speed": st.sampled_from([1.0, 2.0, 10.0, 7.7]),
        "capacity": st.sampled_from([0.25, 0.5, 1.0, 0.31, np.inf]),
        "storage": st.sampled_from([1.0, 2.0, 3.5, 8.0, np.inf]),
        "wave_speed": st.sampled_from([1.0, 5.0, 3.3, np.inf]),
        "overtaking": st.booleans(),
    }
)
MOVER = st.fixed_dictionaries(
    {
        "mode": st.sampled_from([WALKER, CAR, CAR, BUS]),
        "speed": st.sampled_from([1.0, 1.5, np.inf, np.inf]),
        "size": st.sampled_from([1.0, 1.0, 2.0, 0.25, 1.3]),
        "people": st.integers(0, 5),
        "watched": st.booleans(),
    }
)
SECONDS = st.sampled_from([0.0, 0.0, 1.0, 2.0, 4.0, 10.0, 17.9, 60.0])
FACTOR = st.sampled_from([0.0, 0.0, 0.5, 0.3, 1.0])
SOME_MOVERS = st.lists(st.integers(0, 60), min_size=1, max_size=4)
SOME_MODES = st.dictionaries(st.sampled_from([WALKER, CAR, BUS]), FACTOR, min_size=1)
TREE = st.integers(0, 1)


@dataclass
class Case:
    """A network, its two trees, and what happens to it: (seconds after the last, (what, values ...))."""

    n_nodes: int
    ends: list
    links: list
    trees: list
    script: list


@st.composite
def trees(draw, n_nodes, ends):
    """Draw a link out of each node at random: rings, dead ends and destinations all occur."""
    ways = [[row for row, (start, _) in enumerate(ends) if start == node] for node in range(n_nodes)]
    return [draw(st.sampled_from(out * 3 + [ARRIVED, NO_WAY])) if out else ARRIVED for out in ways]


@st.composite
def departures(draw, n_nodes):
    """Draw groups of equal movers, with origin, tree and delay of each mover."""
    group = st.tuples(st.integers(1, 8), MOVER, st.integers(0, n_nodes - 1), TREE, SECONDS)
    groups = draw(st.lists(group, min_size=1, max_size=8))
    return [(mover, node, tree, delay) for count, mover, node, tree, delay in groups for _ in range(count)]


@st.composite
def cases(draw):
    n_nodes = draw(st.integers(2, 5))
    node = st.integers(0, n_nodes - 1)
    ends = draw(
        st.lists(st.tuples(node, node).filter(lambda pair: pair[0] != pair[1]), min_size=2, max_size=8)
    )
    some_links = st.lists(st.integers(0, len(ends) - 1), min_size=1, max_size=3, unique=True)
    action = st.one_of(
        st.tuples(st.just("add"), departures(n_nodes)),
        st.tuples(st.just("change_links"), some_links, SOME_MODES),
        st.tuples(st.just("set_tree"), TREE, trees(n_nodes, ends)),
        st.tuples(st.just("send"), SOME_MOVERS, node, TREE, SECONDS),
        st.tuples(st.just("redirect"), SOME_MOVERS, TREE),
        st.tuples(st.just("remove"), SOME_MOVERS),
    )
    return Case(
        n_nodes,
        ends,
        [draw(LINK) for _ in ends],
        [draw(trees(n_nodes, ends)) for _ in range(2)],
        [(0.0, ("add", draw(departures(n_nodes)))), *draw(st.lists(st.tuples(SECONDS, action), max_size=10))],
    )


class Compiled:
    """A case on the kernels; links and movers may be put in other rows, their keys stay."""

    def __init__(self, case, *, order_of_links=None, order_of_movers=1):
        self.link_in = np.arange(len(case.ends)) if order_of_links is None else np.array(order_of_links)
        self.row_of_link = np.argsort(self.link_in)
        self.order_of_movers = order_of_movers
        self.mover_in: list[int] = []
        self.notices: list[tuple] = []
        columns = {
            name: np.array([case.links[link][name] for link in self.link_in]) for name in case.links[0]
        }
        ends = np.array([case.ends[link] for link in self.link_in])
        self.movement = Movement(
            n_nodes=case.n_nodes,
            links=LinkColumns(from_node=ends[:, 0], to_node=ends[:, 1], key=self.link_in, **columns),
            n_trees=len(case.trees),
            bin_length=30.0,
            duration=60.0,
            record_passages=True,
        )
        for tree, next_link in enumerate(case.trees):
            self.set_tree(tree, next_link)

    def advance(self, until):
        while (notice := self.movement.advance(until)) is not None:
            self.notices.append(self.as_told(notice))
            assert notice.time == self.movement.now
            check_conservation(self.movement)

    def add(self, departures):
        first = len(self.mover_in)
        numbers = list(range(first, first + len(departures)))[:: self.order_of_movers]
        self.mover_in += numbers
        movers, nodes, trees, delays = zip(*(departures[number - first] for number in numbers), strict=True)
        columns = {name: [mover[name] for mover in movers] for name in movers[0]}
        self.movement.add(
            MoverColumns(**columns, key=-np.array(numbers)),
            origin_node=nodes,
            tree=trees,
            depart_time=self.movement.now + np.array(delays),
        )

    def change_links(self, links, factors):
        self.movement.change_links(self.row_of_link[links], factors, now=self.movement.now)

    def set_tree(self, tree, next_link):
        wanted = np.array(next_link, dtype=np.int32)
        rows = self.row_of_link[np.maximum(wanted, 0)]
        self.movement.set_tree(tree, np.where(wanted >= 0, rows, wanted).astype(np.int32))

    def send(self, movers, node, tree, delay):
        rows = [row for row in self.rows(movers) if self.state(row) in OFF_ROAD]
        self.movement.send(rows, origin_node=node, tree=tree, depart_time=self.movement.now + delay)

    def redirect(self, movers, tree):
        self.movement.redirect(self.rows(movers), tree=tree)

    def remove(self, movers):
        self.movement.remove(self.rows(movers))

    def rows(self, movers):
        row_of = np.argsort(self.mover_in)
        return sorted({int(row_of[mover % len(row_of)]) for mover in movers})

    def state(self, row):
        return MoverState(self.movement.where(row).state[0]).name.lower()

    def states(self):
        return [self.state(row) for row in np.argsort(self.mover_in)]

    def records(self):
        return [self.as_told(record) for record in self.movement.drain_records().view(np.recarray)]

    def as_told(self, record):
        kind = NoticeKind(record.kind)
        place = int(self.link_in[record.place]) if kind in AT_LINK else int(record.place)
        return record.time, self.mover_in[record.mover], kind.name.lower(), place


class Plain(PlainMovement):
    """The same case on the twin."""

    def __init__(self, case):
        links = [
            Link(
                row=row,
                key=row,
                to_node=end,
                length=link["length"],
                free_speed=link["free_speed"],
                headway=1 / link["capacity"],
                storage=link["storage"] * 1000,
                wave_time=link["length"] / link["wave_speed"],
                overtaking=link["overtaking"],
                factor={WALKER: 1.0, CAR: 1.0, BUS: 1.0},
            )
            for row, ((_, end), link) in enumerate(zip(case.ends, case.links, strict=True))
        ]
        super().__init__(links, [list(tree) for tree in case.trees], record_passages=True)

    def add(self, departures):
        for mover, node, tree, delay in departures:
            row = len(self.movers)
            size = round(mover["size"] * 1000)
            self.movers.append(Mover(row=row, key=-row, **(mover | {"size": size})))
            super().send(self.movers[row], node, tree, self.now + delay)

    def change_links(self, links, factors):
        super().change_links(links, factors, self.now)

    def send(self, movers, node, tree, delay):
        for mover in self.some(movers):
            if mover.state in OFF_ROAD:
                super().send(mover, node, tree, self.now + delay)

    def redirect(self, movers, tree):
        super().redirect(self.some(movers), tree)

    def remove(self, movers):
        super().remove(self.some(movers))

    def some(self, movers):
        rows = sorted({mover % len(self.movers) for mover in movers})
        return [self.movers[row] for row in rows]


def play(case, player, cuts=()):
    """Let the script happen, and what follows from it until the horizon, in pieces if there are cuts."""
    now = 0.0
    for pause, (what, *values) in [*case.script, (HORIZON, (None,))]:
        for cut in sorted(cuts):
            if now < cut < now + pause:
                player.advance(cut)
        now += pause
        player.advance(now)
        if what is not None:
            getattr(player, what)(*values)
    return player


def check_conservation(movement):
    """Nobody is lost or counted twice, and all room on links is taken, on its way or free."""
    traffic, rows = movement._store.traffic, np.arange(movement.n_movers)
    link, node, state = movement.where(rows)
    people, space = traffic.movers.people[rows], traffic.movers.space[rows]
    on_road = link != NONE
    n_links = len(traffic.links)
    assert [movement.count(code) for code in MoverState] == np.bincount(state, minlength=8).tolist()
    assert [movement.people(code) for code in MoverState] == np.bincount(state, people, minlength=8).tolist()
    assert np.array_equal(on_road, node == NONE)
    assert np.array_equal(on_road, np.isin(state, [MoverState.MOVING, MoverState.STOPPED]))
    assert movement.on_links().tolist() == np.bincount(link[on_road], minlength=n_links).tolist()
    assert (
        movement.people_on_links().tolist() == np.bincount(link[on_road], people[on_road], n_links).tolist()
    )
    runs = 0
    for row, road in enumerate(traffic.links):
        gaps = gaps_of(traffic, row)
        runs += len({gap // RUN_OF_GAPS for gap in gaps})
        if road.storage != UNLIMITED:
            taken = np.minimum(space[link == row], road.storage).sum()
            assert taken + road.room + traffic.gaps.space[gaps].sum() == road.storage
            has_come = traffic.gaps.time[gaps] <= movement.now
            assert road.room + traffic.gaps.space[gaps][has_come].sum() >= 0
    assert runs * RUN_OF_GAPS + traffic.control.n_unused_gaps[0] == len(traffic.gaps)


def gaps_of(traffic, link):
    """Return the rows of the gaps of a link."""
    rows, gap = [], traffic.links[link].first_gap
    while gap != NONE:
        rows.append(int(gap))
        gap = gap_behind(traffic, link, gap)
    return rows


@settings(max_examples=3 * settings.default.max_examples)
@given(case=cases())
def test_records_states_and_notices_are_those_of_the_plain_twin(case):
    compiled, plain = play(case, Compiled(case)), play(case, Plain(case))
    check_conservation(compiled.movement)
    assert compiled.records() == plain.records
    assert compiled.states() == [mover.state for mover in plain.movers]
    assert compiled.notices == plain.notices


@given(case=cases(), cuts=st.lists(st.floats(0.0, 2 * HORIZON), max_size=20))
def test_where_the_time_is_cut_into_calls_changes_nothing(case, cuts):
    whole, pieces = play(case, Compiled(case)), play(case, Compiled(case), [*cuts, *np.arange(0.5, 100.0)])
    assert pieces.records() == whole.records()
    assert pieces.states() == whole.states()
    assert pieces.notices == whole.notices
    n_bins = min(whole.movement.entries().shape[1], pieces.movement.entries().shape[1])
    assert np.array_equal(pieces.movement.entries()[:, :n_bins], whole.movement.entries()[:, :n_bins])


@given(case=cases(), data=st.data())
def test_no_result_depends_on_the_order_of_links_and_movers(case, data):
    order = data.draw(st.permutations(range(len(case.ends))))
    plain, shuffled = (
        play(case, player)
        for player in (Compiled(case), Compiled(case, order_of_links=order, order_of_movers=-1))
    )
    assert shuffled.records() == plain.records()
    assert shuffled.states() == plain.states()
    assert shuffled.notices == plain.notices


@given(case=cases())
def test_entries_are_the_records_counted(case):
    played = play(case, Compiled(case))
    entered = [(time, mover, link) for time, mover, kind, link in played.records() if kind == "entered"]
    people = played.movement._store.traffic.movers.people
    entries, people_entries = np.zeros((2, *played.movement.entries().shape), dtype=int)
    for time, mover, link in entered:
        entries[link, int(time // 30.0)] += 1
        people_entries[link, int(time // 30.0)] += people[mover]
    assert np.array_equal(played.movement.entries(), entries)
    assert np.array_equal(played.movement.people_entries(), people_entries)
