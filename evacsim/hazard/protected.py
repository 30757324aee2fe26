"""Water behind dykes as works leave it: later where a dyke holds longer, lower where it is pumped.

An area behind a dyke has a course of its own. What the water given does there from the failure on, it does as much
later as the dyke holds longer; until then it stays as it was. What has been pumped is taken off every depth, and
leaves the water as fast as it was. Depths
change only where a frame begins, so the water that is pumped sinks in steps: each one when so much has been pumped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.hazard.water import Depths, Floats, Water

Bools = NDArray[np.bool_]


class Span(NamedTuple):
    """A time in which water is pumped."""

    begins: float
    ends: float
    """Infinite while nobody knows of its end."""
    rate: float
    """By how much the water sinks [m/s]."""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """An area behind a dyke, and what has been done for it."""

    links: Bools
    """Which of the links that are ever wet lie in it, shape (n_wet,)."""
    places: Bools
    """Which places lie in it, shape (n_places,)."""
    given: float
    """When the dyke fails if nobody does anything [s]; infinite for never."""
    fails: float
    """When it fails as things are [s], not before `given`; infinite for never."""
    pumped: Sequence[Span] = ()
    """When it was, is and will be pumped, in the order of time, one after the other."""
    step: float = 0.05
    """By how much the water sinks at a time [m]."""

    @property
    def is_as_given(self) -> bool:
        """Return whether the water there is as given."""
        return self.fails == self.given and not self.pumped


def as_worked(water: Water, areas: Sequence[Area]) -> Water:
    """Return the water as works leave it; areas have nothing in common."""
    changed = [area for area in areas if not area.is_as_given]
    courses = [_course(water, area) for area in changed]
    if not changed or not len(water.times):
        return water
    times = np.unique(np.concatenate([water.times, *(course.times[1:] for course in courses)]))
    own = _frames(water.times, times)
    link_depth = _taken(water.link_depth, own)
    wet_share, place_depth = _taken(water.link_wet_share, own), _taken(water.place_depth, own)
    velocity = None if water.link_velocity is None else _taken(water.link_velocity, own)
    for area, course in zip(changed, courses, strict=True):
        frames = course.frames[_frames(course.times, times)]
        lower = course.lower[_frames(course.times, times)][:, None].astype(np.float32)
        links = np.maximum(_taken(water.link_depth[:, area.links], frames) - lower, np.float32(0))
        link_depth[:, area.links] = links
        share = _taken(water.link_wet_share[:, area.links], frames)
        wet_share[:, area.links] = np.where(links > 0, share, np.float32(0))
        if water.link_velocity is not None and velocity is not None:
            velocity[:, area.links] = _taken(water.link_velocity[:, area.links], frames)
        places = _taken(water.place_depth[:, area.places], frames)
        # Below the ground nothing is pumped: what was negative stays so.
        place_depth[:, area.places] = np.where(places > 0, np.maximum(places - lower, np.float32(0)), places)
    return replace(
        water,
        times=times,
        link_depth=link_depth,
        link_wet_share=wet_share,
        place_depth=place_depth,
        link_velocity=velocity,
    )


class Course(NamedTuple):
    """What an area does in time."""

    times: Floats
    """From when on, the first one minus infinity [s]."""
    frames: NDArray[np.int64]
    """Frame of the water given that holds from each of them; -1 for dry."""
    lower: Floats
    """By how much it is lower [m]."""


def _course(water: Water, area: Area) -> Course:
    first = int(np.searchsorted(water.times, area.given))
    later = water.times[first:] + (area.fails - area.given) if np.isfinite(area.fails) else np.empty(0)
    times = np.concatenate([[-np.inf], water.times[:first], later])
    frames = np.arange(len(times)) - 1
    deepest = np.zeros(len(times))
    for depths in (water.link_depth[:, area.links], water.place_depth[:, area.places]):
        if depths.shape[1]:
            deepest[1:] = np.maximum(deepest[1:], depths.max(axis=1)[: len(times) - 1])
    moments, lower = lowered(times, deepest, area.pumped, area.step)
    return Course(moments, frames[_frames(times, moments)], lower)


def lowered(times: Floats, deepest: Floats, pumped: Sequence[Span], step: float) -> tuple[Floats, Floats]:
    """Return by how much water is lower from which moment on, `times` among the moments.

    Parameters
    ----------
    times, deepest : array
        How deep the deepest water stands without pumps [m], from each time on; the first time is minus infinity.
    pumped : sequence of Span
        When it is pumped.
    step : float
        The water sinks by so much at a time, and when all is pumped [m].
    """
    edges = {edge for span in pumped for edge in (span.begins, span.ends) if np.isfinite(edge)}
    moments = np.unique(np.concatenate([times, np.array(sorted(edges))]))
    found: list[tuple[float, float]] = []
    sunk = 0.0
    for at, until in zip(moments.tolist(), [*moments[1:].tolist(), np.inf], strict=True):
        depth = float(deepest[np.searchsorted(times, at, side="right") - 1])
        sunk = min(sunk, depth)
        found.append((at, _shown(sunk, depth, step)))
        rate = next((span.rate for span in pumped if span.begins <= at < span.ends), 0.0)
        if rate <= 0 or depth <= sunk:
            continue
        end = min(depth, sunk + rate * (until - at))
        for level in _levels(sunk, end, depth, step):
            moment = at + (level - sunk) / rate
            if at < moment < until:
                found.append((moment, level))
        sunk = end
    return np.array([at for at, _ in found]), np.array([by for _, by in found])


def _levels(above: float, end: float, depth: float, step: float) -> list[float]:
    """Return by how much water has sunk at each step above `above`, until `end`, and when nothing is left."""
    first, last = int(np.floor(above / step + 1e-9)) + 1, int(np.floor(end / step + 1e-9))
    levels = [number * step for number in range(first, last + 1) if number * step < depth]
    return [*levels, depth] if end >= depth else levels


def _shown(sunk: float, depth: float, step: float) -> float:
    """Return by how much water counts as lower: by whole steps, or all of it."""
    return sunk if sunk >= depth else float(np.floor(sunk / step + 1e-9)) * step


def _frames(times: Floats, moments: Floats) -> NDArray[np.int64]:
    """Return which of `times` holds at each moment; -1 before the first."""
    return np.searchsorted(times, moments, side="right") - 1


def _taken(depths: Depths, frames: NDArray[np.int64]) -> Depths:
    """Return the rows of frames; dry where they are -1."""
    dry = np.zeros((1, depths.shape[1]), dtype=depths.dtype)
    return np.vstack([depths, dry])[frames]
