"""One run: a world, a seed, one clock - and the record of what happened."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evacsim.clock import Calendar
from evacsim.engine.allotting import Allotting
from evacsim.engine.assisting import Assisting
from evacsim.engine.attending import Attending, register_of
from evacsim.engine.boat_classes import BoatClasses
from evacsim.engine.boats import Boats
from evacsim.engine.caring import Caring
from evacsim.engine.carrying import Carrying
from evacsim.engine.clock import Clock
from evacsim.engine.command import Command
from evacsim.engine.concluding import Concluding
from evacsim.engine.contactable import Contactable
from evacsim.engine.counting import Counting
from evacsim.engine.cutting import Cutting
from evacsim.engine.destinations import Destinations
from evacsim.engine.duty import Duty
from evacsim.engine.dykes import Dykes
from evacsim.engine.entries import Entries
from evacsim.engine.gathering import Gathering
from evacsim.engine.going_home import GoingHome
from evacsim.engine.households import HouseholdBook
from evacsim.engine.leaving_unasked import LeavingUnasked, draw_shadow
from evacsim.engine.letting_go import LettingGo
from evacsim.engine.liaising import Liaising
from evacsim.engine.log import EventLog
from evacsim.engine.measures import Measures
from evacsim.engine.messages import Messages
from evacsim.engine.movement import Movement, MoverColumns, Notice
from evacsim.engine.moving_on import MovingOn
from evacsim.engine.networks import Networks
from evacsim.engine.observing import Observing
from evacsim.engine.orders import Orders
from evacsim.engine.ordinary_traffic import OrdinaryTraffic
from evacsim.engine.organizing import Organizing
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.posts import Posts
from evacsim.engine.provisioning import Provisioning
from evacsim.engine.reacting import Reacting
from evacsim.engine.recorded import Recorded
from evacsim.engine.recording import write_down
from evacsim.engine.reporting import Reporting
from evacsim.engine.rescue.crew_radio import CrewRadio
from evacsim.engine.rescue.rescuing import Rescuing
from evacsim.engine.responding import Responding
from evacsim.engine.returning import Returning
from evacsim.engine.reuniting import Reuniting
from evacsim.engine.roads import Roads, downhill_gain, wave_speeds
from evacsim.engine.routing import MoverClass, Routing
from evacsim.engine.services import Services
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.sites import Sites
from evacsim.engine.stages import Stages
from evacsim.engine.stopping import Stopping
from evacsim.engine.transfer import Transfer
from evacsim.engine.transport import Transport
from evacsim.engine.travelers import Travelers
from evacsim.engine.triggering import Triggering
from evacsim.engine.wader_classes import WaderClasses
from evacsim.engine.warning import Warnings
from evacsim.engine.water import Water
from evacsim.engine.works.working import Working
from evacsim.hazard.effects import SpeedFactors
from evacsim.kernels.arrays import LinkColumns
from evacsim.results.record import RunRecord
from evacsim.scenario.model import Scenario
from evacsim.streams import Streams
from evacsim.world.columns import Crowding, Ways, World
from evacsim.world.people import Households, Knowledge, draw_households

Progress = Callable[[float, float], None]
"""Told the time now and the planned end [s], now and then."""


def simulate(world: World, *, seed: int, progress: Progress | None = None) -> RunRecord:
    """Run a world once and return what happened.

    The same world and seed give the same events, in any process and on any machine.
    """
    streams = Streams(seed)
    households = draw_households(world, streams)
    run = Run(world, households, streams)
    duration = world.scenario.duration
    run.parts.clock.run_to(duration, None if progress is None else lambda now: progress(now, duration))
    run.sheltering.conclude()
    run.organizing.conclude()
    run.concluding.conclude()
    return run.write_down(seed=seed)


class Run:
    """The processes of one run, wired to one clock.

    They are made in the order in which they need each other. They are scheduled in the order in
    which the world acts, so that of what happens at one instant the earlier stands first: the roads,
    the water, orders to the roads, networks, then whoever observes, decides, passes on, warns,
    goes from door to door, drives, cares.
    """

    def __init__(self, world: World, households: Households, streams: Streams) -> None:
        mode = planned_modes(world, households)
        would_leave, by_car = draw_shadow(world, households, streams, mode)
        drivers = np.flatnonzero((mode == Mode.CAR) | by_car)
        self._household_of = np.concatenate([np.arange(households.n), drivers])
        self.parts = self._parts(world, households, streams, mode, drivers)
        self.gathering = Gathering(self.parts)
        self.sheltering = Sheltering(self.parts)
        self.allotting = Allotting(self.parts, self.sheltering)
        self.transport = Transport(self.parts, self.gathering, self.sheltering)
        self.transfer = Transfer(self.parts, self.gathering, self.sheltering, self.transport)
        self.boats = None if world.scenario.plan.rescue else Boats(self.parts, self.transport, self.transfer)
        self.roads = Roads(self.parts)
        self.orders, self.cutting = Orders(self.parts, self.roads), Cutting(self.parts, self.roads)
        self.ordinary_traffic = OrdinaryTraffic(self.parts)
        self.provisioning = Provisioning(self.parts, self.sheltering, self.transport)
        self.caring = Caring(self.parts, self.provisioning, self.sheltering)
        self.moving_on = MovingOn(self.parts, self.sheltering, self.transfer, self.transport.serving.second)
        self.services = Services(
            self.parts,
            self.sheltering,
            Stages(self.parts, self.sheltering, self.transfer),
            self.caring.kitchens,
        )
        self.reuniting = Reuniting(self.parts)
        self.water = Water(self.parts, self.roads, self.sheltering, self.transfer)
        self.rescuing = self._with_rescue()
        self.posts = Posts(self.parts)
        self.going_home = GoingHome(self.parts, self.posts, self.sheltering, self.transfer, self.water)
        self.returning = Returning(self.parts, self.posts, self.going_home, self.water)
        self.reacting = Reacting(self.parts, self.gathering, self.transfer)
        self.attending = Attending(self.parts)
        self.leaving_unasked = LeavingUnasked(self.parts, self.transfer, would_leave)
        self.sites, self.duty, self.dykes = Sites(self.parts), Duty(self.parts), Dykes(self.parts)
        self.carrying = Carrying(self.parts, self.sites)
        self.contactable = Contactable(self.parts, self.carrying)
        self.working = Working(
            self.parts,
            self.cutting,
            self.sites,
            self.carrying,
            self.services,
            self.dykes,
            None if self.rescuing is None else self.rescuing.teams,
        )
        assistance = world.scenario.plan.organize.assistance
        self.liaising = Liaising(self.parts, None if assistance is None else assistance.liaison)
        self.command = self._with_command()
        self.assisting = Assisting(self.parts, self.command, self.transport, self.liaising)
        self.observing = Observing(self.parts, self.water, self.sites)
        self.measures = Measures(
            self.parts,
            self.command,
            self.orders,
            self.sheltering,
            self.transport,
            Stopping(self.parts, self.attending),
        )
        self.responding = Responding(self.parts, self.command, self.measures)
        self.triggering = Triggering(self.parts, self.command, self.observing, self.responding, self.measures)
        self.warnings = Warnings(self.parts, self.command, self.reacting)
        # First every zone's people are reckoned with, then the buses are called: who plans
        # rounds beforehand must know them all.
        self.letting_go = LettingGo(self.parts, self.command, self.transfer)
        self.parts.at_order_received += [
            self.attending.take_order,
            self.leaving_unasked.take_order,
            self.letting_go.take_order,
            self.warnings.send,
            self.transport.take_order,
            self.sheltering.take_order,
        ]
        self.reporting = Reporting(self.parts, self.command, self.carrying)
        self.organizing = Organizing(self.parts, self.command, self.reacting, self.reporting, self.warnings)
        self.parts.at_order_received.append(self.organizing.start)
        self.counting = Counting(self.parts, self.sheltering, self.organizing, self.reporting)
        self.concluding = Concluding(self.parts, self.triggering)
        self.recorded: tuple[Recorded, ...] = (
            self.attending,
            self.sites,
            self.carrying,
            self.contactable,
            self.duty,
            self.liaising,
            self.observing,
            self.triggering,
            self.responding,
            self.measures,
            self.command,
            self.reporting,
            self.warnings,
            self.organizing,
            self.counting,
            self.reacting,
            self.gathering,
            self.sheltering,
            self.transport,
            self.services,
            self.reuniting,
            self.provisioning,
            self.letting_go,
            self.posts,
            self.returning,
            self.allotting,
            *([] if self.rescuing is None else [self.rescuing]),
            self.working,
            self.dykes,
        )
        """Whoever leaves something in the record."""
        self._schedule()

    def _parts(
        self,
        world: World,
        households: Households,
        streams: Streams,
        mode: NDArray[np.int8],
        drivers: NDArray[np.int64],
    ) -> Parts:
        """Return what the processes share; every household has a walker, the `drivers` (rows) have a car, too."""
        movement = Movement(
            n_nodes=len(world.roads.node_ids),
            links=link_columns(world.ways),
            n_trees=max(1, Routing.n_trees(world)),
            bin_length=world.scenario.recording.flow_interval,
            duration=world.scenario.duration,
            record_passages=world.scenario.recording.passages,
            node_capacity=world.node_capacity,
            gridlock=world.scenario.district.roads.gridlock,
            patience=world.scenario.district.roads.gridlock_patience,
        )
        walkers, cars = _add_movers(movement, world, households, drivers)
        boats, waders = BoatClasses(world), WaderClasses(world)
        routing = Routing(world, movement, boats=boats.limits.keys(), waders=waders.limits.keys())
        log, clock = EventLog(), Clock(movement, self._on_notice)
        book, car = HouseholdBook(households, log), dict(zip(drivers.tolist(), cars.tolist(), strict=True))
        return Parts(
            world=world,
            households=households,
            streams=streams,
            register=register_of(world, households, streams),
            calendar=_calendar(world.scenario),
            clock=clock,
            destinations=Destinations(world, households),
            movement=movement,
            routing=routing,
            travelers=Travelers(world, book, movement, routing, clock, car=car),
            book=book,
            log=log,
            messages=Messages(),
            networks=Networks(),
            mode=mode,
            road_depth=np.zeros(len(world.roads.link_ids)),
            road_velocity=np.zeros(len(world.roads.link_ids)),
            speed_factors=SpeedFactors(world.scenario.hazard.effects),
            boats=boats,
            waders=waders,
            mover=walkers.astype(np.int64),
            car=car,
            water=world.water,
        )

    def _with_command(self) -> Command:
        """Return the offices, by which teams are called, met and told where the plan has it so."""
        command = Command(self.parts, self.duty, self.carrying)
        for teams in (*self.working.teams, *([] if self.rescuing is None else [self.rescuing.teams])):
            teams.liaising = self.liaising
            if self.carrying.rules is not None:
                teams.reach_office = command.reach
        if self.rescuing is None:
            return command
        if self.rescuing.tiers is not None:
            self.rescuing.tiers.is_reached = self.contactable.reaches
        if self.carrying.rules is not None and self.carrying.rules.crews is not None:
            self.rescuing.dispatching.telling.radio = CrewRadio(
                self.parts, self.carrying, self.carrying.rules.crews, self.rescuing.tiers
            )
            self.carrying.at_changed.append(self.rescuing.dispatching.listen)
        return command

    def _with_rescue(self) -> Rescuing | None:
        """Return the rescue of the plan; None where boats alone fetch people."""
        rescue = self.parts.world.scenario.plan.rescue
        if rescue is None:
            return None
        return Rescuing(self.parts, rescue, self.transport, self.transfer, self.sheltering, self.water)

    def _schedule(self) -> None:
        """Let the world begin, in the order in which it acts."""
        if self.parts.world.scenario.recording.passages:
            entries = Entries(self.parts, self.transport, self._household_of)
            self.parts.clock.after_moving.append(entries.write_down)
        self.roads.begin()
        self.ordinary_traffic.schedule()
        self.dykes.schedule()
        self.water.schedule()
        self.moving_on.schedule()
        self.cutting.schedule()
        self.orders.schedule()
        self.allotting.schedule()
        self.contactable.schedule()
        self.sites.schedule()
        self.working.schedule()
        self.observing.schedule()
        self.triggering.schedule()

    def write_down(self, *, seed: int) -> RunRecord:
        """Return the record of the run, which has come to its end."""
        return write_down(
            self.parts,
            self.recorded,
            triggered=self.triggering.triggered,
            ordered=self.responding.ordered,
            seed=seed,
        )

    def _on_notice(self, notice: Notice) -> None:
        if notice.mover < len(self._household_of):
            self.transfer.on_notice(int(self._household_of[notice.mover]), notice)
        else:
            self.transfer.leave_vehicle(self.transport.on_notice(notice), notice)


def _calendar(scenario: Scenario) -> Calendar:
    """Return when it is night in a scenario."""
    weather = scenario.hazard.weather
    return Calendar(scenario.start, weather.night_begins, weather.night_ends)


def _add_movers(
    movement: Movement, world: World, households: Households, drivers: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Add a walker for every household and a car for each that is to drive; return their rows in the movement."""
    goes_by_eyes = households.knowledge == Knowledge.EYES
    walkers = movement.add(
        MoverColumns(
            mode=np.full(households.n, int(MoverClass.WALKER)),
            speed=households.walking_speed * downhill_gain(world.ways),
            size=households.people.astype(np.float64),
            people=households.people,
            watched=True,
            asks=goes_by_eyes,
        ),
        origin_node=world.homes.walk_node[households.home],
    )
    cars = movement.add(
        MoverColumns(
            mode=np.full(len(drivers), int(MoverClass.CAR)),
            size=world.scenario.district.population.car_size,
            people=households.people[drivers],
            watched=True,
            asks=goes_by_eyes[drivers],
        ),
        origin_node=world.homes.drive_node[households.home[drivers]],
    )
    return walkers, cars


def link_columns(ways: Ways) -> LinkColumns:
    """Return the ways of a world as the movement kernel wants them.

    Both directions of a footway share its width only where a law of crowding holds.
    """
    is_crowding = ways.crowd != Crowding.NONE
    return LinkColumns(
        from_node=ways.from_node.astype(np.int64),
        to_node=ways.to_node.astype(np.int64),
        length=ways.length,
        free_speed=ways.free_speed,
        capacity=ways.capacity,
        storage=np.maximum(ways.storage, 1.0),
        wave_speed=wave_speeds(ways.free_speed, ways.capacity, ways.jam_density),
        overtaking=ways.is_footway,
        priority=ways.priority,
        capacity_drop=ways.capacity_drop,
        width=ways.width,
        twin=np.where(is_crowding, ways.twin, -1).astype(np.int64),
        crowd=ways.crowd,
    )


def planned_modes(world: World, households: Households) -> NDArray[np.int8]:
    """Return how the plan moves each household.

    Those with a car and the lowest `car_luck` drive, up to the plan's share; of the others the
    lowest `mode_luck` go by bus, so that the plan's bus share of all households results; the
    rest walks. A household larger than a bus walks. Nobody is moved where the plan has no row
    for the zone, or moves special groups only and the household has none. Visitors drive if they came in
    a car, whatever the plan says, and need a bus if they did not.
    """
    plan, population = world.scenario.plan, world.scenario.district.population
    seats = {fleet.id: fleet.seats for fleet in world.fleets.models}
    mode = np.full(households.n, Mode.NONE, dtype=np.int8)
    for zone, transfer in enumerate(world.transfers):
        if transfer is None:
            continue
        mine = households.of_zone(zone)
        rows = np.arange(mine.start, mine.stop)
        owned = world.zones.models[zone].car_share
        car_share = plan.to.car_share if transfer.car_share is None else transfer.car_share
        bus_share = plan.to.bus_share if transfer.bus_share is None else transfer.bus_share
        if transfer.moved_to != "shelter":
            car_share = bus_share = 0.0
        drive = min(car_share, population.car_share if owned is None else owned)
        by_car = households.car_luck[rows] < drive
        by_bus = households.mode_luck[rows] * (1 - drive) < bus_share
        is_visitor = households.is_visitor[rows]
        if population.visitors is not None and transfer.moved_to == "shelter":
            came_by_car = households.car_luck[rows] < population.visitors.car_share
            by_car, by_bus = np.where(is_visitor, came_by_car, by_car), by_bus | is_visitor
        by_bus &= households.people[rows] <= seats.get(transfer.fleet or "", 0)
        mode[rows] = np.where(by_car, Mode.CAR, np.where(by_bus, Mode.BUS, Mode.WALK))
        if transfer.moved == "special_groups":
            special = households.elderly[rows] + households.children[rows] + households.assisted[rows] > 0
            mode[rows[~special]] = Mode.NONE
    return mode
