"""The kernels against their plain twin, and what must hold for any network, demand and change."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns, MoverState, NoticeKind
from evacsim.kernels.arrays import NONE, RUN, UNLIMITED, LinkKind
from tests.reference.movement import ARRIVED, NO_WAY, Link, Mover, PlainMovement, single

WALKER, CAR, BUS = 0, 1, 2
HORIZON = 400.0
AT_NODE = (NoticeKind.ARRIVED, NoticeKind.CUT_OFF)
OFF_ROAD = ("idle", "scheduled", "arrived", "cut_off")

# Few and round values, so that things happen at the same instant again and again.
CAPACITY = st.sampled_from([0.25, 0.5, 1.0, 0.31, np.inf])
STORAGE = st.sampled_from([1.0, 2.0, 3.5, 8.0])
WAVE_SPEED = st.sampled_from([1.0, 5.0, 3.3, np.inf])
LINK = st.fixed_dictionaries(
    {
        "length": st.sampled_from([10.0, 20.0, 30.0, 37.3]),
        "free_speed": st.sampled_from([1.0, 2.0, 10.0, 7.7]),
        "capacity": CAPACITY,
        "storage": STORAGE | st.just(np.inf),
        "wave_speed": WAVE_SPEED,
        "overtaking": st.sampled_from([False, False, True]),
        "priority": st.sampled_from([1.0, 1.0, 2.0, 0.5, 0.31]),
        "capacity_drop": st.sampled_from([0.0, 0.0, 0.1, 0.5]),
        "width": st.sampled_from([0.2, 1.0, np.inf]),
        "crowd": st.integers(0, 2),
    }
)
MOVER = st.fixed_dictionaries(
    {
        "mode": st.sampled_from([WALKER, CAR, CAR, BUS]),
        "speed": st.sampled_from([1.0, 1.5, np.inf, np.inf]),
        "size": st.sampled_from([1.0, 1.0, 2.0, 0.25, 1.3]),
        "people": st.integers(0, 5),
        "watched": st.booleans(),
        "asks": st.sampled_from([False, False, True]),
    }
)
PLAIN_LINK = st.fixed_dictionaries(
    {
        "length": st.sampled_from([10.0, 20.0, 30.0, 37.3]),
        "free_speed": st.sampled_from([1.0, 2.0, 10.0, 7.7]),
        "capacity": CAPACITY,
        "storage": st.sampled_from([4.0, 4.0, 5.5, 8.0]),
        "wave_speed": WAVE_SPEED,
        "overtaking": st.just(False),
        "priority": st.sampled_from([1.0, 1.0, 2.0, 0.5, 0.31]),
        "capacity_drop": st.just(0.0),
        "width": st.just(np.inf),
        "crowd": st.just(0),
    }
)
CAR_OF_ONE_SIZE, CAR_OR_MOTORCYCLE = (
    st.fixed_dictionaries(
        {
            "mode": st.just(CAR),
            "speed": st.just(np.inf),
            "size": st.sampled_from(sizes),
            "people": st.integers(0, 5),
            "watched": st.booleans(),
            "asks": st.sampled_from([False, False, True]),
        }
    )
    for sizes in ([1.0], [1.0, 0.25])
)
NODE_CAPACITY = st.sampled_from([np.inf, np.inf, 0.4, 1.0])
PAUSE = st.sampled_from([None, 0.0, 0.0, 1.0, 2.0, 4.0, 10.0, 17.9, 60.0])
DELAY = st.sampled_from([0.0, 0.0, 1.0, 2.0, 4.0, 10.0, 17.9, 60.0])
FACTOR = st.sampled_from([0.0, 0.0, 0.5, 0.3, 1.0])
SOME_MOVERS = st.lists(st.integers(0, 60), min_size=1, max_size=4)
SOME_MODES = st.dictionaries(st.sampled_from([WALKER, CAR, BUS]), FACTOR, max_size=3)
SIGNAL = st.sampled_from([(0.0, 0.0, 0.0), (20.0, 0.0, 10.0), (17.0, 5.0, 3.0), (20.0, 10.0, 10.0)])
TREE = st.integers(0, 1)


@dataclass
class Case:
    """A network, its two trees and some paths, and what happens to it: (seconds after the last, (what, values
    ...)); None: at the same instant as the last, nothing moves in between."""

    n_nodes: int
    ends: list
    links: list
    node_capacity: list
    trees: list
    paths: list
    gridlock: str
    patience: float
    script: list


@st.composite
def trees(draw, n_nodes, ends):
    """Draw a link out of each node at random: rings, dead ends and destinations all occur."""
    return [draw(st.sampled_from(ways * 3 + [ARRIVED, NO_WAY])) for ways in ways_out(n_nodes, ends)]


def ways_out(n_nodes, ends):
    return [[row for row, (start, _) in enumerate(ends) if start == node] for node in range(n_nodes)]


@st.composite
def paths(draw, n_nodes, ends):
    """Draw a walk of links that join."""
    walk = [draw(st.integers(0, len(ends) - 1))]
    for _ in range(draw(st.integers(0, 5))):
        ways = ways_out(n_nodes, ends)[ends[walk[-1]][1]]
        if not ways:
            break
        walk.append(draw(st.sampled_from(ways)))
    return walk


@st.composite
def departures(draw, n_nodes, route, mover):
    """Draw groups of equal movers, with origin, route and delay of each mover."""
    group = st.tuples(st.integers(1, 8), mover, st.integers(0, n_nodes - 1), route, DELAY)
    groups = draw(st.lists(group, min_size=1, max_size=8))
    return [(mover, node, route, delay) for count, mover, node, route, delay in groups for _ in range(count)]


@st.composite
def cases(draw, roads=LINK, mover=MOVER, node_capacity=NODE_CAPACITY):
    n_nodes = draw(st.integers(2, 5))
    node = st.integers(0, n_nodes - 1)
    ends = draw(
        st.lists(st.tuples(node, node).filter(lambda pair: pair[0] != pair[1]), min_size=2, max_size=8)
    )
    links = [draw(roads) for _ in ends]
    footways = [row for row, link in enumerate(links) if link["overtaking"]]
    for link in links:
        link["twin"] = NONE
    for one, other in zip(footways[::2], footways[1::2], strict=False):
        if draw(st.booleans()):
            links[one]["twin"], links[other]["twin"] = other, one
    some_links = st.lists(st.integers(0, len(ends) - 1), min_size=1, max_size=3, unique=True)
    some_paths = draw(st.lists(paths(n_nodes, ends), min_size=1, max_size=3))
    route = st.tuples(st.just("tree"), TREE) | st.tuples(st.just("path"), st.integers(0, len(some_paths) - 1))
    some = {
        "capacity": st.none() | CAPACITY,
        "storage": st.none() | STORAGE | st.just(np.inf),
        "wave_speed": st.none() | WAVE_SPEED,
    }
    action = st.one_of(
        st.tuples(st.just("add"), departures(n_nodes, route, mover)),
        st.tuples(st.just("change_links"), some_links, SOME_MODES, st.fixed_dictionaries(some)),
        st.tuples(st.just("change_links"), some_links, SOME_MODES, st.just({})),
        st.tuples(st.just("set_tree"), TREE, trees(n_nodes, ends)),
        st.tuples(st.just("set_signals"), some_links, SIGNAL),
        st.tuples(st.just("send"), SOME_MOVERS, node, route, DELAY),
        st.tuples(st.just("redirect"), SOME_MOVERS, route),
        st.tuples(st.just("turn_back"), SOME_MOVERS),
        st.tuples(st.just("remove"), SOME_MOVERS),
    )
    return Case(
        n_nodes,
        ends,
        links,
        [draw(node_capacity) for _ in range(n_nodes)],
        [draw(trees(n_nodes, ends)) for _ in range(2)],
        some_paths,
        draw(st.sampled_from(["wait", "squeeze", "turn_back"])),
        draw(st.sampled_from([5.0, 30.3])),
        [
            (0.0, ("add", draw(departures(n_nodes, route, mover)))),
            *draw(st.lists(st.tuples(PAUSE, action), max_size=10)),
        ],
    )


class Compiled:
    """A case on the kernels; movers may be put in other rows, their keys stay."""

    def __init__(self, case, *, order_of_movers=1):
        self.case = case
        self.order_of_movers = order_of_movers
        self.mover_in: list[int] = []
        self.notices: list[tuple] = []
        ends = np.array(case.ends)
        self.movement = Movement(
            n_nodes=case.n_nodes,
            links=LinkColumns(
                from_node=ends[:, 0],
                to_node=ends[:, 1],
                **{name: np.array([link[name] for link in case.links]) for name in case.links[0]},
            ),
            n_trees=len(case.trees),
            bin_length=30.0,
            duration=60.0,
            record_passages=True,
            node_capacity=np.array(case.node_capacity),
            gridlock=case.gridlock,
            patience=case.patience,
        )
        first = np.cumsum([0, *map(len, case.paths)])
        self.movement.add_paths(first, np.concatenate(case.paths))
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
        for number in numbers:
            mover, node, route, delay = departures[number - first]
            self.mover_in.append(number)
            rows = self.movement.add(MoverColumns(**mover, key=np.array([-number])), origin_node=node)
            self.start(rows, node, route, delay)

    def start(self, rows, node, route, delay):
        self.movement.send(
            rows,
            origin_node=start_of(self.case, node, route),
            depart_time=self.movement.now + delay,
            **dict([route]),
        )

    def change_links(self, links, factors, others):
        self.movement.change_links(links, factors, now=self.movement.now, **named(others))

    def set_tree(self, tree, next_link):
        self.movement.set_tree(tree, np.array(next_link, dtype=np.int32))

    def set_signals(self, links, signal):
        cycle, start, green = signal
        self.movement.set_signals(links, cycle=cycle, start=start, green=green)

    def send(self, movers, node, route, delay):
        rows = [row for row in self.rows(movers) if self.state(row) in OFF_ROAD]
        if rows:
            self.start(rows, node, route, delay)

    def redirect(self, movers, route):
        self.advance(self.movement.now)  # who can follow a path is known when all has happened
        rows = [row for row in self.rows(movers) if self.may_follow(row, route)]
        if rows:
            self.movement.redirect(rows, **dict([route]))

    def may_follow(self, row, route):
        link, node, _ = self.movement.where(row)
        return can_begin(self.case, route, int(node[0]) if link[0] == NONE else self.case.ends[link[0]][1])

    def turn_back(self, movers):
        self.movement.turn_back(self.rows(movers))

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

    def gridlocks(self):
        return [(found.time, found.ring, found.resolved_by) for found in self.movement.gridlocks]

    def as_told(self, record):
        kind = NoticeKind(record.kind).name.lower()
        return float(record.time), self.mover_in[record.mover], kind, int(record.place)


class Plain:
    """The same case on the twin."""

    def __init__(self, case):
        self.case = case
        links = [
            Link(
                row=row,
                from_node=start,
                to_node=end,
                length=link["length"],
                free_speed=link["free_speed"],
                headway=1 / link["capacity"],
                storage=link["storage"] * 1000,
                wave_time=link["length"] / link["wave_speed"],
                overtaking=link["overtaking"],
                turn_time=single(1 / link["priority"]),
                drop=link["capacity_drop"],
                area=link["length"] * link["width"],
                crowd=link["crowd"] if link["width"] < np.inf and link["overtaking"] else 0,
                factor={WALKER: 1.0, CAR: 1.0, BUS: 1.0},
            )
            for row, ((start, end), link) in enumerate(zip(case.ends, case.links, strict=True))
        ]
        for link, columns in zip(links, case.links, strict=True):
            link.twin = links[columns["twin"]] if columns["twin"] != NONE else None
        self.movement = PlainMovement(
            links,
            [list(tree) for tree in case.trees],
            node_headways={node: 1 / c for node, c in enumerate(case.node_capacity) if c < np.inf},
            gridlock=case.gridlock,
            patience=case.patience,
        )

    def advance(self, until):
        self.movement.advance(until)
        self.notices = self.movement.notices

    def add(self, departures):
        for mover, node, route, delay in departures:
            row = len(self.movement.movers)
            size = round(mover["size"] * 1000)
            self.movement.movers.append(Mover(row=row, key=-row, **(mover | {"size": size})))
            self.start(self.movement.movers[row], node, route, delay)

    def start(self, mover, node, route, delay):
        self.movement.send(
            mover, start_of(self.case, node, route), self.movement.now + delay, **self.following(route)
        )

    def following(self, route):
        what, row = route
        return {"tree": row} if what == "tree" else {"path": list(self.case.paths[row])}

    def change_links(self, links, factors, others):
        changes = named(others)
        if "capacity" in changes:
            changes["headway"] = 1 / changes.pop("capacity")
        if "storage" in changes:
            changes["storage"] *= 1000
        self.movement.change_links(
            [self.movement.links[row] for row in links], factors, self.movement.now, **changes
        )

    def set_tree(self, tree, next_link):
        self.movement.set_tree(tree, next_link)

    def set_signals(self, links, signal):
        self.movement.set_signals([self.movement.links[row] for row in sorted(links)], *signal)

    def send(self, movers, node, route, delay):
        for mover in self.some(movers):
            if mover.state in OFF_ROAD:
                self.start(mover, node, route, delay)

    def redirect(self, movers, route):
        self.advance(self.movement.now)
        rows = [one for one in self.some(movers) if self.may_follow(one, route)]
        if rows:
            self.movement.redirect(rows, **self.following(route))

    def may_follow(self, mover, route):
        return can_begin(self.case, route, mover.node if mover.link is None else mover.link.to_node)

    def turn_back(self, movers):
        self.movement.turn_back(self.some(movers))

    def remove(self, movers):
        self.movement.remove(self.some(movers))

    def some(self, movers):
        rows = sorted({mover % len(self.movement.movers) for mover in movers})
        return [self.movement.movers[row] for row in rows]

    def states(self):
        return [mover.state for mover in self.movement.movers]

    def records(self):
        return self.movement.records

    def gridlocks(self):
        return [
            (time, tuple(link.row for link in ring), resolved_by)
            for time, ring, _, resolved_by in self.movement.gridlocks
        ]


def start_of(case, node, route):
    """Return where a mover departs: a path begins where its first link does."""
    what, row = route
    return node if what == "tree" else case.ends[case.paths[row][0]][0]


def can_begin(case, route, node):
    """Tell whether a mover that is at a node, or at one at the end of its link, can follow a route."""
    return start_of(case, node, route) == node


def named(values):
    """Return what is named of a change."""
    return {name: value for name, value in values.items() if value is not None}


def play(case, player, cuts=()):
    """Let the script happen, and what follows from it until the horizon, in pieces if there are cuts."""
    now = 0.0
    for pause, (what, *values) in [*case.script, (HORIZON, (None,))]:
        if pause is not None:
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
        gaps, taken = slots_of(traffic, row)
        runs += len({slot // RUN for slot in gaps + taken})
        if road.kind != LinkKind.PASSING:
            assert sorted(traffic.slots.mover[taken]) == np.flatnonzero(link == row).tolist()
        storage = traffic.roads.storage[row]
        if storage != UNLIMITED:
            used = np.minimum(space[link == row], storage).sum()
            assert used + road.room + traffic.slots.space[gaps].sum() == storage
    assert (runs + traffic.control.n_unused_runs[0]) * RUN == len(traffic.slots)


def slots_of(traffic, link):
    """Return the slots of a link that are gaps, and those that movers stand in."""
    road, first = traffic.links[link], int(traffic.acts.first[2 * link])
    slots = [] if first == NONE else [first]
    while slots and slots[-1] != road.last:
        slot = slots[-1] + 1
        slots.append(slot if slot % RUN != 0 else int(traffic.runs[slots[-1] // RUN]) * RUN)
    head = int(traffic.acts.head[2 * link])
    n_gaps = slots.index(head) if head != NONE else len(slots)
    return slots[:n_gaps], slots[n_gaps:]


@settings(max_examples=4 * settings.default.max_examples)
@given(case=cases())
def test_records_states_and_notices_are_those_of_the_plain_twin(case):
    check_against_twin(case)


@settings(max_examples=2 * settings.default.max_examples)
@given(
    case=st.sampled_from([CAR_OF_ONE_SIZE, CAR_OR_MOTORCYCLE]).flatmap(
        lambda car: cases(PLAIN_LINK, car, st.just(np.inf))
    )
)
def test_queues_on_plain_roads_are_those_of_the_plain_twin(case):
    check_against_twin(case)


def check_against_twin(case):
    compiled, plain = play(case, Compiled(case)), play(case, Plain(case))
    check_conservation(compiled.movement)
    assert compiled.records() == plain.records()
    assert compiled.states() == plain.states()
    assert compiled.notices == plain.notices
    assert compiled.gridlocks() == plain.gridlocks()


@given(case=cases(), cuts=st.lists(st.floats(0.0, 2 * HORIZON), max_size=20))
def test_where_the_time_is_cut_into_calls_changes_nothing(case, cuts):
    whole, pieces = play(case, Compiled(case)), play(case, Compiled(case), [*cuts, *np.arange(0.5, 100.0)])
    assert pieces.records() == whole.records()
    assert pieces.states() == whole.states()
    assert pieces.notices == whole.notices
    assert pieces.gridlocks() == whole.gridlocks()
    n_bins = min(whole.movement.entries().shape[1], pieces.movement.entries().shape[1])
    assert np.array_equal(pieces.movement.entries()[:, :n_bins], whole.movement.entries()[:, :n_bins])


@given(case=cases())
def test_no_result_depends_on_the_order_of_movers(case):
    plain, turned = play(case, Compiled(case)), play(case, Compiled(case, order_of_movers=-1))
    assert turned.records() == plain.records()
    assert turned.states() == plain.states()
    assert turned.notices == plain.notices
    assert turned.gridlocks() == plain.gridlocks()


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
