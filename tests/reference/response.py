"""Departure times the slow, plain way: household by household, and a crowd over all pairs of delays."""

import math


def departure_times(received, parts, luck, maximum):
    """Return when each household steps out; inf for never."""
    times = []
    for household, start in enumerate(received):
        time = start
        for part in parts:
            time += part[household]
        times.append(time if luck[household] < maximum else math.inf)
    return times


def share_through_all(curves):
    """Return the curve of a sum of delays, from the curve of each: over all pairs of steps."""
    total = [1.0] * len(curves[0])
    for curve in curves:
        following = []
        for k in range(len(curve)):
            share = curve[0] * total[k]
            for j in range(1, k + 1):
                share += (curve[j] - curve[j - 1]) * (total[k - j] + total[k - j + 1]) / 2
            following.append(share)
        total = following
    return total
