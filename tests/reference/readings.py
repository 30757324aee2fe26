"""Readings the slow, plain way: one arrival after the other."""

import math


def arrivals(measured, reported, value):
    """Return rows of the readings that come, in the order in which they come."""
    rows = sorted(range(len(measured)), key=lambda row: (reported[row], row))
    return [row for row in rows if not math.isnan(value[row])]


def first_confirmed(measured, reported, value, threshold, confirm):
    """Return the row of the reading that makes `confirm` in a row, or None."""
    in_a_row = 0
    for row in arrivals(measured, reported, value):
        in_a_row = in_a_row + 1 if value[row] >= threshold else 0
        if in_a_row == confirm:
            return row
    return None


def stage_believed(measured, reported, value, time):
    """Return the value of the reading taken last among those that have come."""
    come = [row for row in arrivals(measured, reported, value) if reported[row] <= time]
    return value[max(come)] if come else math.nan
