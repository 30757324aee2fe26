"""The spread of a warning the slow, plain way: one household after the other, one minute after the other."""

import math


def first_alert(b, c, steps):
    """Return the share warned after each minute; `b` in minutes, `c` per minute."""
    shares = [0.0]
    for minute in range(steps):
        warned = shares[-1]
        hazard = minute / b**2 * math.exp(-((minute / b) ** 2) / 2) + c * warned
        shares.append(warned + (1 - warned) * hazard)
    return shares


def first_heard(times):
    """Return (time, emission) of each household, of lists of times by emission."""
    found = []
    for household in range(len(times[0])):
        best, by = math.inf, -1
        for emission, of_emission in enumerate(times):
            if of_emission[household] < best:
                best, by = of_emission[household], emission
        found.append((best, by))
    return found


def reached_by(found, moments, n_emissions):
    """Return how many households first heard over each emission by each moment."""
    return [
        [sum(1 for time, by in found if by == emission and time <= moment) for moment in moments]
        for emission in range(n_emissions)
    ]


def word_of_mouth(first, luck, contagion, until, step):
    """Return when each household hears from others: the hazard is added up household by household."""
    begins = min(first)
    heard = [math.inf] * len(first)
    if math.isinf(begins) or begins >= until:
        return heard
    hazard, k = 0.0, 0
    while begins + k * step < until:
        now = begins + k * step
        direct = sum(1 for time in first if time <= now) / len(first)
        grown = hazard + contagion * step * (1 - (1 - direct) * math.exp(-hazard))
        for household, chance in enumerate(luck):
            threshold = -math.log1p(-chance)
            if hazard <= threshold < grown:
                time = now + step * (threshold - hazard) / (grown - hazard)
                heard[household] = time if time <= until else math.inf
        hazard, k = grown, k + 1
    return heard
