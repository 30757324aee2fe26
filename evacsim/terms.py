"""The words of the field: identifier, English and Chinese of every state, event kind, indicator.

One table for the engine, the files it writes, the reports and the documents. Terms follow
`docs/glossary.md`.
"""

from enum import IntEnum

from evacsim.language import Text


class HouseholdState(IntEnum):
    """Where a household stands; every household is in exactly one of these at any moment."""

    AT_HOME = 0
    PREPARING = 1
    REFUSED = 2
    WALKING_TO_PICKUP = 3
    WAITING = 4
    RIDING = 5
    WALKING = 6
    DRIVING = 7
    REGISTERING = 8
    SHELTERED = 9
    UNSHELTERED = 10
    STRANDED = 11
    TRAPPED = 12
    DEAD = 13

    @property
    def id(self) -> str:
        """Return the identifier used in files."""
        return self.name.lower()


HOUSEHOLD_STATES: dict[HouseholdState, Text] = {
    HouseholdState.AT_HOME: Text("at home", "在家"),
    HouseholdState.PREPARING: Text("preparing", "准备中"),
    HouseholdState.REFUSED: Text("refused to go", "拒不转移"),
    HouseholdState.WALKING_TO_PICKUP: Text("walking to the pick-up point", "步行前往集合点"),
    HouseholdState.WAITING: Text("waiting for the bus", "候车"),
    HouseholdState.RIDING: Text("riding the bus", "乘车途中"),
    HouseholdState.WALKING: Text("walking to the shelter", "步行途中"),
    HouseholdState.DRIVING: Text("driving to the shelter", "驾车途中"),
    HouseholdState.REGISTERING: Text("registering", "登记中"),
    HouseholdState.SHELTERED: Text("sheltered", "已安置"),
    HouseholdState.UNSHELTERED: Text("arrived, no place", "到达未安置"),
    HouseholdState.STRANDED: Text("stranded (cut off, safe for now)", "滞留"),
    HouseholdState.TRAPPED: Text("trapped (in danger)", "被困"),
    HouseholdState.DEAD: Text("dead", "遇难"),
}
"""What each state is called."""

EVENT_KINDS: dict[str, Text] = {
    # the world
    "water_changed": Text("the water on roads and places changes", "道路和地点水情变化"),
    "stage_reached": Text("a gauge reaches the trigger stage", "水位达到触发值"),
    "moment_reached": Text("the planned moment comes", "到达预定时刻"),
    "link_closed": Text("a road is closed by water", "道路被淹中断"),
    "link_opened": Text("a road opens again", "道路恢复通行"),
    "closed_by_order": Text("a road is closed by order", "道路管制封闭"),
    "opened_by_order": Text("a road is opened by order", "道路管制解除"),
    "capacity_by_order": Text("a road is given another capacity by order", "道路通行能力按令调整"),
    "lanes_reversed": Text(
        "the lanes of a road are cleared for the opposite direction", "车道清空，准备反向通行"
    ),
    "lanes_opened": Text("reversed lanes are open", "反向车道开放"),
    "shelter_flooded": Text("water enters a shelter", "安置点进水"),
    "place_flooded": Text("water stands at homes", "住处进水"),
    # the order
    "decided": Text("the transfer is decided and ordered", "作出转移决定并下达指令"),
    "told": Text("the household is told", "通知到户"),
    "refused": Text("the household refuses to go", "拒不转移"),
    "ready": Text("the household is ready to leave", "准备完毕"),
    "departed": Text("departs", "出发"),
    # on the way
    "reached_pickup": Text("reaches the pick-up point", "到达集合点"),
    "boarded": Text("boards", "上车"),
    "arrived": Text("arrives", "到达"),
    "turned_away": Text("is turned away: the shelter is full or flooded", "安置点已满或进水，未能接收"),
    "redirected": Text("goes on to another shelter", "转往其他安置点"),
    "settled": Text("is registered and settled", "登记入住"),
    "cut_off": Text("finds no way left", "无路可走"),
    "held": Text("stands before a closed road", "在封闭路段前停下"),
    "turned_round": Text("sees the road closed and looks for another way", "见道路封闭，另寻他路"),
    "stopped": Text("is stopped by water on the road", "途中被水所阻"),
    "left_vehicle": Text("leaves the stopped vehicle and walks back", "弃车步行返回"),
    "resumed": Text("goes on: the road is open again", "道路恢复，继续前行"),
    "stranded": Text("is stranded", "滞留"),
    "trapped": Text("is trapped", "被困"),
    "freed": Text("is no longer cut off", "解除围困"),
    "died": Text("dies in the water", "遇难"),
    "entered": Text("enters a road", "进入路段"),
    # vehicles
    "called_up": Text("the driver is called up", "召集司机"),
    "vehicle_absent": Text("the vehicle does not come", "车辆未到位"),
    "rounds_not_planned": Text(
        "no plan of rounds fetches everybody; vehicles go where people wait",
        "无法编排出接完全部人员的趟次，车辆按候车情况调度",
    ),
    "vehicle_departed": Text("the vehicle departs", "车辆出发"),
    "vehicle_at_pickup": Text("the vehicle is at the pick-up point", "车辆到达集合点"),
    "vehicle_left_pickup": Text("the vehicle leaves with its passengers", "车辆载客出发"),
    "vehicle_at_shelter": Text("the vehicle is at the shelter", "车辆到达安置点"),
    "vehicle_cut_off": Text("the vehicle finds no way left", "车辆无路可走"),
    "gridlock": Text("vehicles wait for each other in a ring of roads", "车辆在环路上互相等待，形成死锁"),
    "run_ended": Text("the run ends", "推演结束"),
}
"""What each kind of event is called."""
