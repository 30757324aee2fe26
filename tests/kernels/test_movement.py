"""The kernels against their plain twin, and what must hold for any network, demand and change."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.engine.movement import LinkColumns, MoverColumns, Movement, MoverState, NoticeKind
from tests.reference.movement import ARRIVED, NO_WAY, Link, Mover, PlainMovement

WALK, CAR, BUS = 0, 1, 2
HORIZON = 400.0

# Few and round values: things happen at the same instant again and again.
link_strategy = st.fixed_dictionaries(
    {
        "length": st.sampled_from([10.0, 20.0, 30.0, 37.3]),
        "free_speed": st.sampled_from([1.0, 2.0, 10.0, 7.7]),
        "capacity": st.sampled_from([0.25, 0.5, 1.0, 0.31, np.inf]),
        "storage": st.sampled_from([1.0, 2.0, 3.5, 8.0, np.inf]),
        "wave_speed": st.sampled_from([1.0, 5.0, 3.3, np.inf]),
        "overtaking": st.booleans(),
    }
)
mover_strategy = st.fixed_dictionaries(
    {
        "mode": st.sampled_from([WALK, CAR, CAR, BUS]),
        "speed": st.sampled_from([1.0, 1.5, np.inf, np.inf]),
        "size": st.sampled_from([1.0, 1.0, 2.0, 0.25, 1.3]),
        "people": st.integers(0, 5),
        "watched": st.booleans(),
    }
)
gap_strategy = st.sampled_from([0.0, 0.0, 1.0, 2.0, 4.0, 10.0, 17.9, 60.0])
factor_strategy = st.sampled_from([0.0, 0.0, 0.5, 0.3, 1.0])


@dataclass
class Case:
    """A network, its trees, and what happens to it: (seconds after the last, what, values)."""

    n_nodes: int
    ends: list
    links: list
    trees: list
    script: list


@st.composite
def tree_strategy(draw, n_nodes, ends):
    """Draw a link out of each node at random: rings, dead ends and destinations all occur."""
    ways = [[row for row, (start, _) in enumerate(ends) if start == node] for node in range(n_nodes)]
    return [
        draw(st.sampled_from(ways[node] * 3 + [ARRIVED, NO_WAY])) if ways[node] else ARRIVED
        for node in range(n_nodes)
    ]


@st.composite
def case_strategy(draw):
    n_nodes = draw(st.integers(2, 5))
    node = st.integers(0, n_nodes - 1)
    ends = draw(st.lists(st.tuples(node, node).filter(lambda pair: pair[0] != pair[1]), min_size=2, max_size=8))
    links = [draw(link_strategy) for _ in ends]
    trees = [draw(tree_strategy(n_nodes, ends)) for _ in range(2)]
    some_links = st.lists(st.integers(0, len(ends) - 1), min_size=1, max_size=3, unique=True)
    some_modes = st.dictionaries(st.sampled_from([WALK, CAR, BUS]), factor_strategy, min_size=1)
    some_movers = st.lists(st.integers(0, 60), min_size=1, max_size=4)
    departures = st.lists(
        st.tuples(mover_strategy, node, st.integers(0, 1), gap_strategy), min_size=1, max_size=14
    )
    action = st.one_of(
        st.tuples(st.just("add"), departures),
        st.tuples(st.just("change"), some_links, some_modes),
        st.tuples(st.just("tree"), st.integers(0, 1), tree_strategy(n_nodes, ends)),
        st.tuples(st.just("send"), some_movers, node, st.integers(0, 1), gap_strategy),
        st.tuples(st.just("redirect"), some_movers, st.integers(0, 1)),
        st.tuples(st.just("remove"), some_movers),
    )
    script = [(0.0, ("add", draw(departures)))]
    script += draw(st.lists(st.tuples(gap_strategy, action), max_size=10))
    return Case(n_nodes, ends, links, trees, script)


class Compiled:
    """The case on the kernels."""

    def __init__(self, case, link_order=None):
        self.order = np.arange(len(case.ends)) if link_order is None else np.array(link_order)
        self.row_of = np.argsort(self.order)
        columns = {name: np.array([case.links[row][name] for row in self.order]) for name in case.links[0]}
        ends = np.array([case.ends[row] for row in self.order])
        self.movement = Movement(
            n_nodes=case.n_nodes,
            links=LinkColumns(from_node=ends[:, 0], to_node=ends[:, 1], key=self.order, **columns),
            n_trees=len(case.trees),
            bin_length=30.0,
            duration=60.0,
            record_passages=True,
        )
        for tree, next_link in enumerate(case.trees):
            self.tree(tree, next_link)
        self.notices = []
        self.departed_people = 0

    def to(self, time):
        while (notice := self.movement.advance(time)) is not None:
            self.notices.append((notice.time, notice.mover, notice.kind.name.lower(), self.place(notice)))

    def place(self, record):
        is_link = record.kind in (NoticeKind.DEPARTED, NoticeKind.STOPPED, NoticeKind.RESUMED, NoticeKind.ENTERED)
        return int(self.order[record.place]) if is_link else int(record.place)

    def add(self, departures):
        columns = {name: [mover[name] for mover, *_ in departures] for name in departures[0][0]}
        keys = 1000 - self.movement.n_movers - np.arange(len(departures))
        _, nodes, trees, delays = zip(*departures, strict=True)
        self.movement.add(
            MoverColumns(**columns, key=keys),
            origin_node=nodes,
            tree=trees,
            depart_time=self.movement.now + np.array(delays),
        )

    def change(self, links, factors):
        self.movement.change_links(self.row_of[links], factors, now=self.movement.now)

    def tree(self, tree, next_link):
        wanted = np.array(next_link, dtype=np.int32)
        self.movement.set_tree(tree, np.where(wanted >= 0, self.row_of[np.maximum(wanted, 0)], wanted))

    def send(self, movers, node, tree, delay):
        off = {MoverState.SCHEDULED, MoverState.ARRIVED, MoverState.CUT_OFF}
        rows = [row for row in self.some(movers) if self.movement.where(row).state[0] in off]
        self.movement.send(rows, origin_node=node, tree=tree, depart_time=self.movement.now + delay)

    def redirect(self, movers, tree):
        self.movement.redirect(self.some(movers), tree=tree)

    def remove(self, movers):
        self.movement.remove(self.some(movers))

    def some(self, movers):
        return sorted({mover % self.movement.n_movers for mover in movers})

    def records(self):
        records = self.movement.drain_records().view(np.recarray)
        return [(r.time, r.mover, NoticeKind(r.kind).name.lower(), self.place(r)) for r in records]

    def states(self):
        state = self.movement.where(np.arange(self.movement.n_movers)).state
        return [MoverState(code).name.lower() for code in state]


class Plain:
    """The case on the twin."""

    def __init__(self, case):
        links = [
            Link(
                row=row,
                to_node=end,
                length=link["length"],
                free_speed=link["free_speed"],
                headway=1 / link["capacity"],
                storage=link["storage"] * 1000,
                wave_time=link["length"] / link["wave_speed"],
                overtaking=link["overtaking"],
                key=row,
                factor={WALK: 1.0, CAR: 1.0, BUS: 1.0},
            )
            for row, ((_, end), link) in enumerate(zip(case.ends, case.links, strict=True))
        ]
        self.movement = PlainMovement(links, [list(tree) for tree in case.trees], record_passages=True)
        self.notices = []

    def to(self, time):
        while (notice := self.movement.advance(time)) is not None:
            self.notices.append(notice)

    def add(self, departures):
        now, movers = self.movement.now, []
        for mover, *_ in departures:
            row = len(self.movement.movers) + len(movers)
            movers.append(Mover(row=row, key=1000 - row, **(mover | {"size": round(mover["size"] * 1000)})))
        self.movement.add(movers)
        for mover, (_, node, tree, delay) in zip(movers, departures, strict=True):
            self.movement.send(mover, node, tree, now + delay)

    def change(self, links, factors):
        before = len(self.movement.records)
        self.movement.change_links(links, factors, self.movement.now)
        self.notices += [
            record for record in self.movement.records[before:] if self.movement.movers[record[1]].watched
        ]

    def tree(self, tree, next_link):
        self.movement.set_tree(tree, next_link)

    def send(self, movers, node, tree, delay):
        for mover in self.some(movers):
            if mover.state in ("scheduled", "arrived", "cut_off"):
                mover.is_pending = False
                self.movement.send(mover, node, tree, self.movement.now + delay)

    def redirect(self, movers, tree):
        self.movement.redirect(self.some(movers), tree)

    def remove(self, movers):
        self.movement.remove(self.some(movers))

    def some(self, movers):
        rows = sorted({mover % len(self.movement.movers) for mover in movers})
        return [self.movement.movers[row] for row in rows]

    def records(self):
        return self.movement.records

    def states(self):
        return [mover.state for mover in self.movement.movers]


def play(case, player, cuts=()):
    """Let the script happen, and everything after it until the horizon."""
    time = 0.0
    for gap, (what, *values) in case.script:
        for cut in sorted(cuts):
            if time < cut < time + gap:
                player.to(cut)
        time += gap
        player.to(time)
        getattr(player, what)(*values)
    for cut in sorted(cuts):
        if time < cut < time + HORIZON:
            player.to(cut)
    player.to(time + HORIZON)
    return player


@settings(max_examples=300)
@given(case=case_strategy())
def test_records_and_states_are_those_of_the_plain_twin(case):
    compiled, plain = play(case, Compiled(case)), play(case, Plain(case))
    assert compiled.records() == plain.records()
    assert compiled.states() == plain.states()
    assert compiled.notices == plain.notices
