"""A register the slow, plain way: zone by zone, household by household."""

import math


def draw_register(zones, people, streams, errors):
    """Return (listed zone, listed people) of every household and (ghosts, their people) of every zone.

    `zones` are (id, town) in order of rows, `people` the sizes of the households of each zone.
    """
    households, ghosts = [], []
    for row, ((zone, town), sizes, wrong) in enumerate(zip(zones, people, errors, strict=True)):
        n = len(sizes)
        luck, place, other, size, change = (
            streams.get(purpose, zone).random(n).tolist()
            for purpose in (
                "register",
                "register_place",
                "register_other",
                "register_size",
                "register_change",
            )
        )
        around = [k for k, (_, its_town) in enumerate(zones) if k != row and its_town == town]
        around = around or [k for k in range(len(zones)) if k != row]
        unluckiest = sorted(range(n), key=lambda k: (luck[k], k))[::-1]
        for k in range(n):
            if wrong.n_unlisted is None:
                is_listed = luck[k] < 1 - wrong.unlisted
            else:
                is_listed = k not in unluckiest[: wrong.n_unlisted]
            if not is_listed:
                households.append((-1, 0))
                continue
            under = around[int(other[k] * len(around))] if around and place[k] < wrong.misplaced else row
            said = sizes[k]
            if size[k] < wrong.stale:
                said += -1 if change[k] < 0.5 and sizes[k] > 1 else 1
            households.append((under, said))
        number = wrong.n_ghosts
        if number is None:
            number = math.floor(wrong.ghosts * n + streams.get("ghosts", zone).random())
        like = streams.get("ghost_size", zone).random(number)
        ghosts.append((number, sum(sizes[int(share * n)] for share in like)))
    return households, ghosts
