"""Supplies (物资保障): what a shelter has left, when it runs out, and where more comes from.

A stock is not counted down step by step: it is an amount at a moment and a rate of use since then.
Asking changes nothing, and the sums are done in whole fractions, so the answer does not depend on
how often, or at which moments between, somebody has asked.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

Carrier = Literal["truck", "boat", "helicopter"]
CARRIERS: tuple[Carrier, ...] = ("truck", "boat", "helicopter")
"""By what supplies travel, in the order in which it is tried: boats and helicopters where no truck finds a way."""
NOTHING = Fraction(0)


@lru_cache(maxsize=4096)
def ration_rate(people: int, ration: float, per: float) -> Fraction:
    """Return what `people` use per second when each is given `ration` in every `per` seconds, exactly.

    The two numbers count as the decimals that people write, so 2.8 is 28/10 and not the nearest
    binary number.

    >>> ration_rate(800, 2.8, 7 * 86400) * 86400
    Fraction(320, 1)
    """
    return people * _decimal(ration) / _decimal(per)


class Stock:
    """What is left of one item at one place.

    It is drawn at a steady rate (people who eat), taken from at once (a load that leaves) and added
    to (a delivery). It never falls below nothing: what is drawn when nothing is left is not given,
    and counts as short.

    Parameters
    ----------
    item : str
        What it is: rice, water, kits.
    amount : float
        How much of it there is, in its unit, 0 or more.
    since : float
        From when on [s].
    """

    def __init__(self, item: str, amount: float, *, since: float = 0.0) -> None:
        assert amount >= 0, f"{item} begins with {amount}"
        self.item = item
        self._rate = NOTHING
        self._since = since
        self._amount = _decimal(amount)
        self._short = NOTHING
        self._empty_from = self._when_empty()
        """Since when nothing is left, or from when on nothing will be [s]; true until the next change."""

    @property
    def rate(self) -> float:
        """Return at what rate it is drawn [unit/s]."""
        return float(self._rate)

    def left(self, now: float) -> float:
        """Return how much is left at `now` [s], not before the last change."""
        return float(self.left_exactly(now))

    def left_exactly(self, now: float) -> Fraction:
        """Return the same as `left`, as a whole fraction."""
        assert now >= self._since, f"{self.item} is asked for {now}, before its last change"
        # The moment is rounded to a float, the amount is not: from that float on nothing is left.
        if now >= self._empty_from:
            return NOTHING
        return self._amount - self._used(now) if self._rate and now > self._since else self._amount

    def short(self, now: float) -> float:
        """Return how much of what was to be drawn could not be given until `now` [s]."""
        return float(self._short_until(now))

    def empties_at(self, now: float) -> float:
        """Return when nothing will be left if nothing changes [s]: `now` if so already, infinity for never.

        At that very moment `left` is 0, so an event may be scheduled at it.
        """
        return max(now, self._empty_from)

    def falls_to(self, cover: float, now: float) -> float:
        """Return when what is left will last only `cover` more seconds [s]: `now` if so already, infinity for never."""
        return max(now, self._empty_from - cover)

    def draw(self, rate: float | Fraction, now: float) -> None:
        """Let it be drawn at `rate` [unit/s] from `now` [s] on, instead of as before."""
        assert rate >= 0, f"{self.item} is drawn at {rate}"
        self._settle(now)
        self._rate = Fraction(rate)
        self._empty_from = self._when_empty()

    def take(self, amount: float, now: float) -> float:
        """Take `amount` at `now` [s], or what there is; return how much was taken."""
        assert amount >= 0, f"{amount} of {self.item} is taken"
        self._settle(now)
        taken = min(_decimal(amount), self._amount)
        self._amount -= taken
        self._empty_from = self._when_empty()
        return float(taken)

    def add(self, amount: float, now: float) -> None:
        """Add `amount` at `now` [s]."""
        assert amount >= 0, f"{amount} of {self.item} is added"
        self._settle(now)
        self._amount += _decimal(amount)
        self._empty_from = self._when_empty()

    def _when_empty(self) -> float:
        if not self._amount:
            return self._since
        return float(Fraction(self._since) + self._amount / self._rate) if self._rate else math.inf

    def _used(self, now: float) -> Fraction:
        """Return how much is drawn from the last change until `now` [s] if there is enough."""
        return self._rate * (Fraction(now) - Fraction(self._since))

    def _short_until(self, now: float) -> Fraction:
        assert now >= self._since, f"{self.item} is asked for {now}, before its last change"
        if not self._rate or now < self._empty_from:
            return self._short
        return self._short + max(NOTHING, self._used(now) - self._amount)

    def _settle(self, now: float) -> None:
        """Bring the amount to what it is at `now`, before something changes."""
        self._short, self._amount, self._since = self._short_until(now), self.left_exactly(now), now


class FirstRations:
    """What of a stock is set aside for those who began to draw it less than a period ago.

    Whoever is given a ration has it for the whole period; until then what is left of it is drawn bit
    by bit and is nobody else's. So one ration is a first one for no more people than it is made for.

    Parameters
    ----------
    period : float
        How long a ration lasts [s].
    """

    def __init__(self, period: float) -> None:
        self._period = Fraction(period)
        self._begun: dict[int, tuple[Fraction, Fraction]] = {}
        """Rate and end of the first ration of each household, in the order of their ends."""
        self._rate = NOTHING
        self._rate_times_end = NOTHING

    def begin(self, household: int, rate: Fraction, now: float) -> None:
        """Set a first ration aside for a household that draws at `rate` [unit/s] from `now` [s] on."""
        end = Fraction(now) + self._period
        self._begun[household] = (rate, end)
        self._rate += rate
        self._rate_times_end += rate * end

    def end(self, household: int) -> None:
        """Set nothing aside for a household any more, if anything was."""
        if household in self._begun:
            rate, end = self._begun.pop(household)
            self._rate -= rate
            self._rate_times_end -= rate * end

    def set_aside(self, now: float) -> Fraction:
        """Return what is set aside at `now` [s], not before it was last asked."""
        over = []
        for household, (_, end) in self._begun.items():
            if end > now:
                break
            over.append(household)
        for household in over:
            self.end(household)
        return self._rate_times_end - self._rate * Fraction(now) if self._begun else NOTHING


class Source(NamedTuple):
    """A store that has some of what is asked for."""

    store: int
    """Row of the store."""
    level: int
    """How near it is in the tree of command: 0 of the village itself, 1 of the town, 2 of the county."""
    amount: float
    """What it has and has not promised, in the unit of the item."""
    carrier: Carrier | None
    """By what it can be brought; None where nothing gets through."""
    load: float
    """Time to load [s]."""
    travel: float
    """Time on the way [s]."""


class Shipment(NamedTuple):
    """What one store is to send."""

    store: int
    amount: float
    carrier: Carrier
    arrives: float
    """When it comes [s]."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A promise to buy in an emergency (应急采购)."""

    item: str
    amount: float
    """Most that it covers, in the unit of the item."""
    lead: float
    """Time from the order to the delivery [s]."""


class Purchase(NamedTuple):
    """What is bought, and when it comes."""

    amount: float
    arrives: float
    """When it comes [s]."""


def choose_carrier(travel: Mapping[Carrier, float]) -> Carrier | None:
    """Return by what supplies go: the first of truck, boat and helicopter that has a way, None where none has.

    Parameters
    ----------
    travel : mapping of carrier to float
        Time on the way [s], infinite where there is none; what is not named is not there.

    >>> choose_carrier({"truck": float("inf"), "boat": 5400.0, "helicopter": 600.0})
    'boat'
    """
    return next((carrier for carrier in CARRIERS if math.isfinite(travel.get(carrier, math.inf))), None)


def choose_sources(sources: Sequence[Source], wanted: float, *, now: float) -> list[Shipment]:
    """Return what each store sends of `wanted`, until it is met or nobody has any more.

    Stores whose way is open to trucks come before those that need boats, and these before
    helicopters; among them the village's own before the town's, and these before the county's;
    then whichever's load comes first; then by row. What the shipments do not cover is to be bought.

    Parameters
    ----------
    sources : sequence of Source
        Stores, in any order.
    wanted : float
        What is asked for, in the unit of the item.
    now : float
        When the stores begin to load [s].
    """
    shipments: list[Shipment] = []
    missing = _decimal(wanted)
    for source in sorted(sources, key=_preference):
        sent = min(missing, _decimal(source.amount))
        if source.carrier is not None and sent > 0:
            missing -= sent
            arrives = now + source.load + source.travel
            shipments.append(Shipment(source.store, float(sent), source.carrier, arrives))
    return shipments


def buy(contract: Contract, missing: float, *, bought: float, now: float) -> Purchase | None:
    """Return the purchase of what is `missing`, as far as the contract still goes; None where there is nothing to buy.

    Parameters
    ----------
    contract : Contract
        What may be bought.
    missing : float
        What no store can send, in the unit of the item.
    bought : float
        What has been bought under the contract before.
    now : float
        When it is ordered [s].
    """
    amount = min(_decimal(missing), _decimal(contract.amount) - _decimal(bought))
    return Purchase(float(amount), now + contract.lead) if amount > 0 else None


def to_ask_for(rate: float, *, days: float, left: float, on_the_way: float) -> float:
    """Return what to ask for so that the stock lasts `days` more at `rate` [unit/s]; 0 where enough is coming.

    >>> to_ask_for(320 / 86400, days=2, left=160, on_the_way=100)
    380.0
    """
    return max(0.0, rate * 86400 * days - left - on_the_way)


def trips(amount: float, *, payload: float | None, weight: float | None, package: float) -> list[float]:
    """Return what goes on each trip of an amount: as much as a vehicle carries in whole packages, then the rest.

    Parameters
    ----------
    amount : float
        What is to be brought, in the unit of the item.
    payload : float or None
        What the vehicle carries [kg], one package or more; without limit where None.
    weight : float or None
        What one unit weighs [kg]; nothing where None.
    package : float
        What a package holds, in the unit.

    >>> trips(450, payload=2000, weight=10, package=1)
    [200.0, 200.0, 50.0]
    """
    if payload is None or weight is None:
        return [amount]
    whole = _decimal(package)
    most = math.floor(_decimal(payload) / (_decimal(weight) * whole)) * whole
    assert most > 0, "one package is heavier than the vehicle carries"
    full, rest = divmod(_decimal(amount), most)
    return [float(most)] * full + ([float(rest)] if rest else [])


@lru_cache(maxsize=4096)
def whole_packages(amount: float, package: float, *, up: bool) -> float:
    """Return what the whole packages hold that `amount` needs (`up`), or that can be made up of it.

    >>> whole_packages(25.5, 10, up=True), whole_packages(25.5, 10, up=False)
    (30.0, 20.0)
    """
    packages = _decimal(amount) / _decimal(package)
    return float((math.ceil(packages) if up else math.floor(packages)) * _decimal(package))


def _preference(source: Source) -> tuple[int, int, float, int]:
    carrier = len(CARRIERS) if source.carrier is None else CARRIERS.index(source.carrier)
    return carrier, source.level, source.load + source.travel, source.store


@lru_cache(maxsize=4096)
def _decimal(number: float) -> Fraction:
    """Return a number as the decimal that people write for it, exactly."""
    return Fraction(repr(float(number)))
