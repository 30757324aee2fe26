"""Rescue: who calls for help, who looks, who is sent (抢险救援)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.scenario.section import (
    DurationLaw,
    Identifier,
    Lognormal,
    Number,
    Section,
    Uniform,
    Weibull,
    Words,
    YesNo,
    assumed,
    recalled,
)
from evacsim.units import Count, Duration, Length, Share


class HelpCalls(Section):
    """Calls for help (求救、报警): from coming into need until headquarters knows."""

    delay: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="2 min", high="20 min"), "one looks first, then calls"
    )
    """From coming into need until the first attempt."""
    without_phone: Share = assumed(0.1, "elderly people alone, phones that are wet or empty")
    """Share of households that cannot call; somebody has to find them."""
    lost: Share = assumed(0.05, "a crowded network", lt=1)
    """Share of attempts that do not get through although the network works."""
    again_after: Duration = assumed(300.0, "one tries again after five minutes", gt=0)
    """From one attempt to the next [s]."""
    lines: Count = assumed(10, "seats of a county's call centre on a bad night", ge=1)
    """Calls that the call centre takes at the same time; the others wait."""
    takes: DurationLaw = assumed(
        lambda: Lognormal(type="lognormal", median="2 min", sigma=0.4), "where, how many, in what state"
    )
    """How long a call takes."""
    place_error: Share = assumed(0.1, "no house number, no street signs above the water")
    """Share of calls that name a place nearby instead of the right one."""
    place_radius: Length = assumed(300.0, "the next corner", gt=0)
    """How far away that place lies at most [m]."""
    count_error: Number = assumed(0.2, "one counts in the dark", ge=0, le=2)
    """Standard deviation of the number of people said against the true one, relative."""
    state_error: Share = assumed(
        0.0, "nobody has counted; a caller on a roof may sound worse, or calmer, than he is"
    )
    """Share of calls that tell the state wrong: one grade graver or less grave, alike often."""
    double: Share = assumed(0.15, "relatives elsewhere call too")
    """Share of households about whom somebody else calls too."""
    merged: Share = assumed(0.8, "by name and place, when the call is taken")
    """Share of second calls that are recognized as such; the others are another case for headquarters."""
    false_per_hour: Number = assumed(0.0, "nobody calls for nothing", ge=0, le=10_000)
    """Calls about nobody in an hour, as long as there is any true one."""


class Seeking(Section):
    """How people are found who do not call (搜救)."""

    at_the_place: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="2 min", high="10 min"), "calling out, going round the house"
    )
    """Time to find a household at a place, each."""
    around: Length = assumed(300.0, "as far as one hears a voice", ge=0)
    """How far from the place of a call people are found who were called to the wrong place, or have not called [m]."""
    passers_by: DurationLaw | None = None
    """From coming into need until somebody who passes by reports it; nobody passes where absent."""
    patrol_every: Duration | None = Field(default=None, gt=0)
    """From one search of a flooded zone by drones or patrols to the next [s]; none where absent."""
    patrol_sees: Share = assumed(0.7, "roofs and upper floors hide people, rain hides roofs")
    """Share of the households in need that one search of a zone sees."""


class SelfHelp(Section):
    """People who are fetched by neighbours (自救互救)."""

    share: Share = assumed(0.2, "boats, doors, ropes of the village")
    """Share of households in need that neighbours bring to dry ground, where they are not in danger themselves."""
    takes: DurationLaw = assumed(
        lambda: Lognormal(type="lognormal", median="90 min", sigma=0.6), "nobody has measured it"
    )
    """From coming into need until they are there."""


class Survival(Section):
    """How long people live who wait (生存时间)."""

    trapped: DurationLaw = assumed(
        lambda: Weibull(type="weibull", scale="48 h", shape=1), "on a roof, in rain; nobody has measured it"
    )
    """Time for which a household lives that is trapped, above the water but in danger."""
    injured: Share = assumed(0.02, "cuts, falls, the sick without their medicine")
    """Share of households in need with somebody injured; who is treated late is less likely to live (Sacco's RPM)."""
    first_score: Count = assumed(9, "illustrative: RPM is calibrated for trauma", ge=0, le=12)
    """RPM score of an injured person at the beginning."""


class TreatmentPlace(Section):
    """A hospital, a health centre, a tent with doctors (救治点)."""

    id: Identifier
    """Unique among treatment places."""
    name: str = ""
    """Name for people to read."""
    node: Words
    """Road node where ambulances come to."""
    beds: Count = Field(ge=1)
    """People who are treated there at the same time."""


class Treatment(Section):
    """Where injured people are treated who have been rescued (伤员救治)."""

    places: list[TreatmentPlace] = Field(min_length=1)
    order: Literal["gravest", "most_to_lose", "first_come"] = "gravest"
    """Whose turn it is when a bed comes free: the lowest score (`gravest`), who loses most of his chance in the next
    half hour (`most_to_lose`), who came first (`first_come`)."""
    loading: DurationLaw = recalled(
        lambda: Uniform(type="uniform", low="10 min", high="15 min"), "ambulances: 10-15 min on scene"
    )
    """From the landing until the ambulance leaves."""
    handover: DurationLaw = recalled(
        lambda: Uniform(type="uniform", low="5 min", high="10 min"), "ambulances: 5-10 min"
    )
    """From the ambulance's coming to the place until the ward has the patient."""
    care: DurationLaw | None = None
    """How long a patient takes a bed; by Sacco's care time for his score where absent: 180 min at 0, 30 min at 12."""


class CrewFatigue(Section):
    """How crews tire (疲劳)."""

    full: Duration = assumed(8 * 3600.0, "suggested with the FEMA operational period", gt=0)
    """At full strength for so long [s]."""
    tired: Duration = assumed(12 * 3600.0, "suggested with the FEMA operational period", gt=0)
    """At `tired_factor` until then [s]."""
    stop: Duration = assumed(16 * 3600.0, "suggested with the FEMA operational period", gt=0)
    """At `worn_factor` until then; then they stop [s]."""
    tired_factor: Number = assumed(0.85, "productivity after 8 h", gt=0, le=1)
    """Work done in an hour by a tired crew."""
    worn_factor: Number = assumed(0.6, "productivity after 12 h", gt=0, le=1)
    """Work done in an hour by a worn-out crew."""
    rest: Duration = recalled(8 * 3600.0, "12 h on, at least 8 h off (FEMA US&R style)", gt=0)
    """Rest until they are fresh again [s]."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not self.full <= self.tired <= self.stop:
            raise RefusedValueError(
                Text("full, tired and stop must rise", "full、tired、stop 须依次增大"),
                Text("write for example 8 h, 12 h, 16 h", "例如 8 h、12 h、16 h"),
            )
        return self


class Onward(Section):
    """How people go on who have been brought to dry ground (上岸后转运): by bus where the walk to a shelter is long."""

    longest_walk: Duration = assumed(1800.0, "people who are wet and tired, many of them old", ge=0)
    """Walk to a shelter that they are let go [s]; whose walk is longer goes to the nearest pick-up point."""


class Volunteers(Section):
    """Teams that come unasked (`unasked` of a force), and how they are taken in (社会力量登记报到)."""

    comes: Share = assumed(0.7, "nobody knows beforehand who comes")
    """Share of these teams that come."""
    arrival: DurationLaw = assumed(
        lambda: Lognormal(type="lognormal", median="8 h", sigma=0.6),
        "word spreads, people gather, the way is long",
    )
    """From the first case that is known until a team is there."""
    opens_after: Duration = assumed(2 * 3600.0, "somebody has to think of it and staff it", ge=0)
    """From the first case until the desk opens at which they report [s]."""
    desks: Count = assumed(1, "one table with two people", ge=1)
    """Desks at which teams are checked in."""
    check_in: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="15 min", high="45 min"),
        "papers, boats, insurance, a leader, a radio",
    )
    """How long a team takes at a desk."""
    unfit: Share = assumed(0.1, "no training, no kit")
    """Share of teams that are sent away: nobody could use them."""
    unled: Share = assumed(0.0, "all report; after large floods many did not, and nobody has counted them")
    """Share of teams that do not report: each goes to the nearest case that gets around, and tells nobody whom it has
    fetched (自行施救), so that whoever is sent there finds nobody."""


class Tiers(Section):
    """Who acts first, and when the next level takes over (先期处置、分级响应): village, town, district.

    A case is first for the teams that answer for its zone (`zones` of a force), then for those of its town
    (`township`), then for everybody. A level where no team of boats, helicopters or trucks that wade answers is
    left out.
    """

    holds: Duration = assumed(900.0, "a village sees soon that it cannot do it alone", ge=0)
    """How long a level keeps a case that none of its craft is on the way to [s]; then it is handed over."""
    handover: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="2 min", high="10 min"), "report, question back, order"
    )
    """From a level's giving up until the next one may send craft."""
    at_once: Literal[1, 2, 3] | None = 1
    """Cases of this grade or a graver one are for all levels at once: 1 in danger, 2 old, ill or small too, 3 all;
    null for none."""
    hears: DurationLaw | None = assumed(
        lambda: Uniform(type="uniform", low="10 min", high="60 min"), "shouts, boats going round, relatives"
    )
    """From coming into need until the village knows without any phone, where a team answers for the zone; what it
    knows so is handed over only while any network reaches the village. null: it knows by calls alone."""


class StandBy(Section):
    """Where a team stands by from the start (力量前置、下沉驻防)."""

    force: Identifier
    """The team."""
    node: Words
    """Road node."""


class MoveUp(Section):
    """Boats that wait go where others are missing (补位): to the places from which most people are reached in time."""

    places: list[Words] = Field(min_length=1)
    """Road nodes where boats may stand by; where they wait already they may stay."""
    policy: Literal["cover", "expected_cover"] = "expected_cover"
    """What is made most, less the price of driving: the people whom any waiting boat reaches within `limit` (`cover`);
    or each of them with the chance that one of those that reach him is free when he calls (`expected_cover`)."""
    limit: Duration = assumed(1800.0, "the middle one of the usual rings of 15, 30 and 60 min", gt=0)
    """Time within which people are to be reached [s]."""
    busy: Share = assumed(0.3, "a third of the boats out", lt=1)
    """Chance that a waiting boat is busy when it is called, for `expected_cover`."""
    every: Duration | None = assumed(900.0, "headquarters looks at the map every quarter of an hour", gt=0)
    """From one look at who waits where to the next [s]; null: a look after each dispatch."""
    longest: Duration = assumed(3600.0, "beyond that the water has changed before the boat is there", gt=0)
    """No boat is moved further than this [s]."""
    people_per_hour: Number = assumed(100.0, "crews are not tired out for a few people", ge=0)
    """People who have to be reached in time more for each hour that a boat drives."""


class Rescue(Section):
    """抢险救援: calls, search, dispatch; without it boats know at once who is in need, and find everybody."""

    calls: HelpCalls = Field(default_factory=HelpCalls)
    seeking: Seeking = Field(default_factory=Seeking)
    self_help: SelfHelp | None = None
    """Neighbours; nobody helps where absent."""
    survival: Survival | None = None
    """How long people live who wait; only the water kills where absent."""
    treatment: Treatment | None = None
    """Treatment places with beds; whoever is injured is treated as soon as he is in a craft or ashore where absent."""
    fatigue: CrewFatigue | None = None
    """How crews tire; never where absent."""
    dispatch: Literal["nearest", "zone", "priority", "triage", "assignment", "look_ahead", "rounds"] = (
        "priority"
    )
    """Who goes where: the `nearest` case to each free craft; the own `zone` first; the gravest case first and the
    nearest craft to it (`priority`); most lives an hour (`triage`); all free craft and open cases at once, so that
    their ways are shortest together (`assignment`); the same with craft that will soon be free, for which a case may
    wait (`look_ahead`); several cases in one round (`rounds`)."""
    preempt: YesNo = False
    """Whether a craft that is under way to a case is sent to a graver one that comes in and is nearer."""
    redispatch: Duration | None = Field(default=None, gt=0)
    """A boat that is under way to a case is sent to one that comes in and is no less grave, if it is there so much
    sooner [s], and sooner than any craft that waits; none is where absent."""
    night_speed: Number = assumed(0.6, "boats among wires and drifting things in the dark", gt=0, le=1)
    """Speed of boats by night against that by day."""
    onward: Onward | None = None
    """Buses that take on whoever has been brought to dry ground; all walk where absent."""
    volunteers: Volunteers | None = None
    """Teams that come unasked; they are sent nowhere where absent."""
    stand_by: list[StandBy] = []
    """Teams that stand elsewhere than at home from the start, and set out as soon as they are called."""
    tiers: Tiers | None = None
    """Village, town, district one after the other; everybody is sent by one desk where absent."""
    move_up: MoveUp | None = None
    """Boats that wait stand by anew while others are out; all wait where they are where absent."""
