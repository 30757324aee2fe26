"""The menu (措施清单): everything that could be done to a plan, with what a unit of it costs.

The costs are assumed, in 10 000 yuan a year, and stand here so that effects can be put into an order at all; whoever
knows better says so (`costs`). No ranking should be believed further than its costs.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from evacsim.errors import Issue, ScenarioError
from evacsim.language import Text
from evacsim.plan import levers_organize, levers_transport, levers_units, levers_when
from evacsim.plan.lever import Cost, Lever
from evacsim.plan.levers_transport import used_fleets
from evacsim.scenario.model import Scenario
from evacsim.scenario.nearest import suggestion

COSTS: Mapping[str, Cost] = {
    "trigger": Cost(1.0, Text("change of the plan, apart from false alarms", "次预案修订（不含误报损失）")),
    "decide": Cost(1.0, Text("change of the plan", "次预案修订")),
    "parts": Cost(1.0, Text("change of the plan", "次预案修订")),
    "bus": Cost(3.0, Text("bus under contract for the flood season", "辆大巴（汛期协议用车）")),
    "boat": Cost(4.0, Text("boat with its motor", "艘舟艇（含动力）")),
    "drivers": Cost(2.0, Text("fleet that stands by", "个待命车队")),
    "backup-drivers": Cost(0.3, Text("vehicle", "辆车")),
    "room": Cost(5.0, Text("100 places", "百个床位")),
    "shelters": Cost(1.0, Text("change of the plan", "次预案修订")),
    "close-roads": Cost(0.2, Text("link with a barrier", "条路段（设卡）")),
    "upstairs": Cost(0.5, Text("row of the plan", "行转移安排")),
    "stand-by": Cost(3.0, Text("team", "支队伍")),
    "flat": Cost(2.0, Text("system of calling", "套叫应系统")),
    "satellite": Cost(0.8, Text("phone", "部")),
    "backup": Cost(0.5, Text("office", "个机构")),
    "sweep": Cost(2.0, Text("round", "轮")),
    "officers": Cost(0.5, Text("team", "个工作组")),
    "generators": Cost(1.5, Text("generator", "台")),
    "batteries": Cost(1.0, Text("base station", "座基站")),
    "desk": Cost(0.1, Text("desk with a clerk in the flood season", "个登记台（汛期含人员）")),
    "lane": Cost(10.0, Text("km of lane, spread over its life", "公里车道（按使用年限摊销）")),
}
"""What one unit costs by the name of the cost; all assumed."""

Units = Literal["none", "vehicles", "desks", "roads", "all"]
"""Of what one unit more and one less is tried."""


def menu(costs: Mapping[str, float] | None = None) -> list[Lever]:
    """Return all levers; which of them apply to a scenario each says itself.

    Parameters
    ----------
    costs : mapping of str to float, optional
        Amounts that replace those of `COSTS`, by their name there.

    Raises
    ------
    ScenarioError
        With every cost that is not known or not above nothing.
    """
    cost = _priced(costs or {})
    return [
        levers_when.earlier(1.0, cost["trigger"]),
        levers_when.earlier(2.0, cost["trigger"]),
        levers_when.lower(0.3, cost["trigger"]),
        levers_when.decide_quickly(cost["decide"]),
        levers_when.in_parts(cost["parts"]),
        levers_transport.vehicles("bus", 1, cost["bus"]),
        levers_transport.vehicles("bus", 3, cost["bus"]),
        levers_transport.drivers_at_hand(cost["drivers"]),
        levers_transport.backup_drivers(cost["backup-drivers"]),
        levers_transport.room(cost["room"]),
        levers_transport.computed_shelters(cost["shelters"]),
        levers_transport.close_roads(cost["close-roads"]),
        levers_transport.upstairs(cost["upstairs"]),
        levers_transport.vehicles("boat", 1, cost["boat"]),
        levers_transport.stand_by(cost["stand-by"]),
        levers_organize.call_all_at_once(cost["flat"]),
        levers_organize.satellite(cost["satellite"]),
        levers_organize.backup(cost["backup"]),
        levers_organize.sweep_again(cost["sweep"]),
        levers_organize.officers(cost["officers"]),
        levers_organize.generators(cost["generators"]),
        levers_organize.batteries(cost["batteries"]),
    ]


def units(
    scenario: Scenario, of: Units, costs: Mapping[str, float] | None = None, *, seed: int = 0
) -> list[Lever]:
    """Return levers of one unit more and one less: what the next one would be worth, and the last one is.

    Parameters
    ----------
    scenario : Scenario
    of : str
        `vehicles`: of each fleet that the plan uses; `desks`: registration desks of a few shelters, those with most
        people for each desk; `roads`: lanes of a few roads, those with most vehicles for what they carry, which takes
        one run to know; `all`; `none`.
    costs : mapping of str to float, optional
        As for `menu`.
    seed : int
        Of the run that tells which roads are busy.

    Raises
    ------
    ScenarioError
        As for `menu`; or where there is no such kind of unit.
    """
    if of not in get_args(Units):
        rule, remedy = Text("is no kind of unit", "不是可选的单位类别"), suggestion(of, get_args(Units))
        raise ScenarioError("fixes", [Issue("fixes", rule, remedy, "units", value=of)])
    cost, either = _priced(costs or {}), (1, -1)
    levers: list[Lever] = []
    if of in ("vehicles", "all"):
        levers += [
            levers_transport.vehicles(kind, number, cost[kind], fleet.id)
            for kind in ("bus", "boat")
            for fleet in used_fleets(scenario, kind)
            for number in either
        ]
    if of in ("desks", "all"):
        levers += [
            levers_units.desk(shelter, number, cost["desk"])
            for shelter in levers_units.busiest_desks(scenario)
            for number in either
        ]
    if of in ("roads", "all"):
        levers += [
            levers_units.lane(road, number, cost["lane"])
            for road in levers_units.busiest_roads(scenario, seed)
            for number in either
        ]
    return levers


def chosen(levers: Sequence[Lever], ids: Sequence[str] | None) -> list[Lever]:
    """Return the levers with some ids, all where none are named.

    Raises
    ------
    ScenarioError
        With every id that is no lever.
    """
    by_id = {lever.id: lever for lever in levers}
    issues = [
        Issue("fixes", Text("is no lever", "不是可选措施"), suggestion(id_, by_id), "levers", value=id_)
        for id_ in ids or ()
        if id_ not in by_id
    ]
    if issues:
        raise ScenarioError("fixes", issues)
    return [lever for lever in levers if ids is None or lever.id in ids]


def _priced(costs: Mapping[str, float]) -> dict[str, Cost]:
    issues = [
        Issue("fixes", Text("is no cost", "不是费用项"), suggestion(name, COSTS), "costs", value=name)
        for name in costs
        if name not in COSTS
    ]
    issues += [
        Issue(
            "fixes",
            Text("must be above 0", "须大于 0"),
            Text("write an amount", "写一个金额"),
            f"costs: {name}",
            value=f"{amount:g}",
        )
        for name, amount in costs.items()
        if not amount > 0
    ]
    if issues:
        raise ScenarioError("fixes", issues)
    return {
        name: Cost(costs[name], cost.per, None) if name in costs else cost for name, cost in COSTS.items()
    }
