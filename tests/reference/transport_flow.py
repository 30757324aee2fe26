"""The transportation problem in plain Python: one person after the other, with numbers of any length.

All ties are broken by the costs themselves: each is multiplied by so large a number, and made
a little less the earlier its pair comes, that the first of all best ways is the only best one.
"""

FORBIDDEN = -1


def min_cost_flow(people, places, cost, unplaced_cost, zone_order, shelter_order):
    """Return people sent from each zone to each shelter, without a place in the last column."""
    n_zones, n_shelters = len(people), len(places)
    more_than_all = sum(people) + 1
    sharp = [[None] * (n_shelters + 1) for _ in range(n_zones)]
    n_pairs = n_zones * n_shelters
    for rank, zone in enumerate(zone_order):
        sharp[zone][n_shelters] = unplaced_cost[zone] * more_than_all**n_pairs
        for place, shelter in enumerate(shelter_order):
            if cost[zone][shelter] != FORBIDDEN:
                earlier = n_pairs - 1 - (rank * n_shelters + place)
                sharp[zone][shelter] = cost[zone][shelter] * more_than_all**n_pairs - more_than_all**earlier
    sent = [[0] * (n_shelters + 1) for _ in range(n_zones)]
    room = [*places, sum(people)]
    for zone in range(n_zones):
        for _ in range(people[zone]):
            _send_one(zone, sharp, sent, room)
    return sent


def _send_one(zone, cost, sent, room):
    """Send one person the cheapest way through the residual network (Bellman and Ford)."""
    n_zones, n_columns = len(sent), len(room)
    dear = {("zone", zone): 0}
    before = {}
    changed = True
    while changed:
        changed = False
        for row in range(n_zones):
            for column in range(n_columns):
                if cost[row][column] is None:
                    continue
                steps = [(("zone", row), ("shelter", column), cost[row][column])]
                if sent[row][column]:
                    steps.append((("shelter", column), ("zone", row), -cost[row][column]))
                for start, end, price in steps:
                    if start in dear and (end not in dear or dear[start] + price < dear[end]):
                        dear[end] = dear[start] + price
                        before[end] = start
                        changed = True
    goal = min(
        (c for c in range(n_columns) if room[c] and ("shelter", c) in dear), key=lambda c: dear["shelter", c]
    )
    room[goal] -= 1
    end = ("shelter", goal)
    while end in before:
        start = before[end]
        if start[0] == "zone":
            sent[start[1]][end[1]] += 1
        else:
            sent[end[1]][start[1]] -= 1
        end = start
