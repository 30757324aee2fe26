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
    AWAY = 14
    AT_REFUGE = 15
    RETURNING = 16
    RETURNED = 17

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
    HouseholdState.AWAY: Text("away, not in the district", "外出"),
    HouseholdState.AT_REFUGE: Text("at a refuge nearby or upstairs", "就近（垂直）避险"),
    HouseholdState.RETURNING: Text("on the way home", "返家途中"),
    HouseholdState.RETURNED: Text("home again", "已返家"),
}
"""What each state is called."""


class Group(IntEnum):
    """The special group (特殊群体) of a household, or what brings it here; one group each."""

    NONE = 0
    ELDERLY_ALONE = 1
    DISABLED = 2
    PREGNANT = 3
    LEFT_BEHIND = 4
    INSTITUTION = 5
    VISITOR = 6
    WORKER = 7

    @property
    def id(self) -> str:
        """Return the identifier used in files; empty for no group."""
        return "" if self is Group.NONE else self.name.lower()


GROUPS: dict[Group, Text] = {
    Group.NONE: Text("no special group", "一般住户"),
    Group.ELDERLY_ALONE: Text("elderly people alone", "独居老人"),
    Group.DISABLED: Text("disabled people", "残疾人"),
    Group.PREGNANT: Text("pregnant women", "孕妇"),
    Group.LEFT_BEHIND: Text("children left behind", "留守儿童"),
    Group.INSTITUTION: Text("people in an institution", "机构人员（养老、医疗、学校）"),
    Group.VISITOR: Text("visitors", "游客"),
    Group.WORKER: Text("workers of a building site", "工地人员"),
}
"""What each group is called."""

LEVELS: dict[str, int] = {"Ⅳ": 4, "Ⅲ": 3, "Ⅱ": 2, "Ⅰ": 1}
"""Response levels (应急响应等级), the lowest first, and the number that stands for each; 0 is none."""

COMMAND_LEVELS: dict[str, Text] = {
    "county": Text("county", "县级"),
    "town": Text("town", "乡镇（街道）级"),
    "village": Text("village", "村（社区）级"),
    "grid": Text("grid", "网格（组）级"),
}
"""Levels of the tree of offices, from the top; an office may stand at any of them."""

CALL_MEANS: dict[str, Text] = {
    "phone": Text("mobile phone", "手机"),
    "landline": Text("landline", "固定电话"),
    "video": Text("video line", "视频点位"),
    "radio": Text("radio handset", "对讲机"),
    "satellite": Text("satellite phone", "卫星电话"),
    "messenger": Text("messenger", "派人送信"),
}
"""By what one office calls another (叫应手段)."""

CHANNEL_KINDS: dict[str, Text] = {
    "sms": Text("text message", "短信"),
    "cell_broadcast": Text("cell broadcast", "小区广播"),
    "loudspeaker": Text("loudspeaker", "大喇叭"),
    "siren": Text("siren", "警报器"),
    "calling_speaker": Text("calling terminal", "叫应终端"),
    "radio": Text("radio", "广播"),
    "tv": Text("television", "电视"),
    "law": Text("word by a law of time", "按时间分布传达"),
}
"""By what a warning reaches the public (预警发布渠道)."""

ACTIONS: dict[str, Text] = {
    "close": Text("close roads", "断：封闭道路"),
    "ban": Text("forbid to enter or return", "禁：禁止进入、返回"),
    "stop": Text("stop work, school and transit", "停：停工停课停运"),
    "evacuate": Text("evacuate zones", "撤：转移人员"),
    "disperse": Text("send crowds and traffic away", "疏：疏散人流车流"),
    "gate": Text("let traffic through by turns", "设卡控流"),
    "reserve": Text("keep a lane for rescue", "开辟救援专用道"),
    "open_shelters": Text("open shelters", "启用安置点"),
    "call_up": Text("call up fleets and officers", "集结车辆与人员"),
}
"""What a measure (管控措施) does."""

EVENT_KINDS: dict[str, Text] = {
    # the world
    "water_changed": Text("the water on roads and places changes", "道路和地点水情变化"),
    "stage_reached": Text("a gauge reaches the trigger stage", "水位达到触发值"),
    "moment_reached": Text("the planned moment comes", "到达预定时刻"),
    "rain_reached": Text("rain reaches the trigger amount", "雨量达到触发值"),
    "forecast_reached": Text("a forecast reaches the trigger stage", "预报水位达到触发值"),
    "danger_appeared": Text("a danger sign appears", "出现险情"),
    "site_down": Text("power or network fails at a site", "供电或通信站点中断"),
    "site_on_battery": Text("a site runs on its battery", "站点转由蓄电池供电"),
    "site_up": Text("a site works again", "站点恢复"),
    "handset_empty": Text("the batteries of handsets or satellite phones are empty", "终端电量耗尽"),
    "repeater_set_up": Text("a mobile repeater works", "应急通信车开通"),
    "link_closed": Text("a road is closed by water", "道路被淹中断"),
    "link_opened": Text("a road opens again", "道路恢复通行"),
    "road_cut": Text("a road is cut", "道路中断（断路）"),
    "road_mended": Text("a road that was cut is passable again", "中断道路抢通"),
    "closed_by_order": Text("a road is closed by order", "道路管制封闭"),
    "opened_by_order": Text("a road is opened by order", "道路管制解除"),
    "capacity_by_order": Text("a road is given another capacity by order", "道路通行能力按令调整"),
    "lanes_reversed": Text(
        "the lanes of a road are cleared for the opposite direction", "车道清空，准备反向通行"
    ),
    "lanes_opened": Text("reversed lanes are open", "反向车道开放"),
    "shelter_flooded": Text("water enters a shelter", "安置点进水"),
    "place_flooded": Text("water stands at homes", "住处进水"),
    # when: readings, rules, consultation, levels, measures
    "reported": Text("the reading is reported", "测报到达"),
    "reading_missing": Text("a reading does not come", "测报缺失"),
    "danger_found": Text("the danger sign is found and reported", "险情被发现并上报"),
    "danger_not_judged": Text("the danger cannot be judged", "险情不能研判"),
    "rule_met": Text("a trigger rule is met", "触发条件成立"),
    "consultation_called": Text("a consultation is called", "启动会商"),
    "consultation_convened": Text("the consultation is convened", "会商开始"),
    "consultation_over": Text("the consultation ends with a decision", "会商作出决定"),
    "level_raised": Text("the response level is raised", "提升应急响应等级"),
    "level_lowered": Text("the response level is lowered", "降低应急响应等级"),
    "measure_ordered": Text("a measure is ordered", "下达管控措施"),
    "measure_done": Text("a measure is carried out", "管控措施落实"),
    "measure_skipped": Text("a measure is not carried out", "管控措施未落实"),
    "work_stopped": Text("work or school is stopped: people go home", "停工停课，人员离开"),
    "work_resumed": Text("work or school goes on: people are back", "复工复课，人员返回"),
    "breaker_tripped": Text("an automatic stop acts", "触发熔断"),
    # command and calls
    "order_received": Text("an office receives the order", "收到指令"),
    "called": Text("is called", "呼叫"),
    "call_failed": Text("no line works", "通信不通"),
    "no_network": Text("a network does not reach", "网络不通"),
    "channels_full": Text("no channel is free", "信道占满"),
    "message_lost": Text("the call breaks off", "通话中断，信息丢失"),
    "call_unanswered": Text("does not answer", "无人应答"),
    "acknowledged": Text("answers and acknowledges", "叫应成功"),
    "backup_called": Text("the backup is called", "呼叫 B 角"),
    "escalated": Text("the call goes to the office above", "转呼上级"),
    "messenger_sent": Text("a messenger is sent", "派人通知"),
    "call_given_up": Text("nobody is reached", "未能叫应"),
    "came_on_duty": Text("comes on duty", "到岗"),
    "absent": Text("is absent", "缺岗"),
    "staffed": Text("the office is staffed", "人员到齐"),
    "report_sent": Text("a report is sent", "上报信息"),
    "report_received": Text("a report arrives", "收到报告"),
    "report_lost": Text("a report is lost", "报告丢失"),
    "assistance_asked": Text("help is asked for", "请求支援"),
    "assistance_granted": Text("help is granted", "批准支援"),
    "assistance_refused": Text("help is refused", "支援请求未获批准"),
    "assistance_arrived": Text("help arrives", "支援到达"),
    "liaison_met": Text("help from outside is met by an officer of the district", "联络员对接支援力量"),
    "liaison_briefed": Text("help from outside has been briefed", "支援力量任务交底完毕"),
    "liaison_missing": Text(
        "nobody meets help from outside: it goes without", "无联络员对接，支援力量自行作业"
    ),
    # word to the public
    "broadcast": Text("a warning goes out over a channel", "预警发布"),
    "broadcast_failed": Text("a channel does not work", "预警渠道失效"),
    "warned": Text("hears a warning", "收到预警"),
    "disbelieved": Text("does not believe it yet", "将信将疑"),
    "persuaded": Text("is persuaded", "经劝说同意转移"),
    "waits_for_family": Text("waits for the family", "等候家人"),
    "family_together": Text("the family is together", "家人到齐"),
    "livestock_seen_to": Text("has seen to the animals", "牲畜已安置"),
    "left_on_own": Text("leaves without being told to", "自发转移"),
    # organizers at the door
    "sweep_begun": Text("going from door to door begins", "开始入户排查"),
    "visited": Text("somebody knocks at the door", "入户通知"),
    "nobody_home": Text("nobody is at home", "家中无人"),
    "found_unlisted": Text("people who are not on the list are found", "发现清单外人员"),
    "head_counted": Text("heads are counted", "清点人数"),
    "sweep_done": Text("going from door to door is done", "入户排查结束"),
    "officer_overloaded": Text("households are left unvisited", "部分住户未及走访"),
    "zero_declared": Text("zero left is declared", "宣布应转尽转"),
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
    "left_route": Text("leaves out a closed road of the planned route", "转移路线上的路段不通，改走其他道路"),
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
    "driver_called": Text("the driver is called", "通知司机"),
    "driver_absent": Text("no driver comes", "司机未到"),
    "vehicle_broke_down": Text("the vehicle breaks down", "车辆故障"),
    "vehicle_repaired": Text("the vehicle runs again", "车辆修复"),
    "vehicle_refuelled": Text("the vehicle is refuelled", "车辆加油"),
    "fleet_promised_twice": Text("vehicles are promised twice", "车辆重复承诺"),
    "column_departed": Text("a walking column departs", "步行队伍出发"),
    "released": Text("a zone is released", "分批放行"),
    "gate_set": Text("a gate is set up", "设卡控流"),
    "lane_reserved": Text("a lane is kept for rescue", "开辟救援专用道"),
    "assigned_again": Text("a zone is given another shelter", "调整安置点"),
    "reached_refuge": Text("reaches the refuge nearby or upstairs", "到达就近（垂直）避险处"),
    "second_transfer": Text("people are moved from a flooded shelter", "二次转移"),
    # vehicles
    "called_up": Text("the driver is called up", "召集司机"),
    "vehicle_lent": Text("the vehicle is lent by others", "借调车辆"),
    "vehicle_absent": Text("the vehicle does not come", "车辆未到位"),
    "rounds_not_planned": Text(
        "no plan of rounds fetches everybody; vehicles go where people wait",
        "无法编排出接完全部人员的趟次，车辆按候车情况调度",
    ),
    "vehicle_departed": Text("the vehicle departs", "车辆出发"),
    "vehicle_at_pickup": Text("the vehicle is at the pick-up point", "车辆到达集合点"),
    "vehicle_left_pickup": Text("the vehicle leaves with its passengers", "车辆载客出发"),
    "vehicle_left_shelter": Text(
        "the vehicle leaves a threatened shelter with people", "车辆从受威胁的安置点接人出发"
    ),
    "vehicle_at_shelter": Text("the vehicle is at the shelter", "车辆到达安置点"),
    "vehicle_cut_off": Text("the vehicle finds no way left", "车辆无路可走"),
    "gridlock": Text("vehicles wait for each other in a ring of roads", "车辆在环路上互相等待，形成死锁"),
    # care and return
    "shelter_called": Text("the shelter is told to open", "通知启用安置点"),
    "shelter_opened": Text("the shelter opens", "安置点启用"),
    "waits_for_bus": Text("waits in a threatened shelter for a bus", "在受威胁的安置点等候转移车辆"),
    "waits_outside": Text("waits before a shelter that is not open", "在未启用的安置点外等候"),
    "shelter_locked": Text("the shelter stays locked", "安置点未能开启"),
    "stage_begun": Text("the next stage of care begins", "进入下一安置阶段"),
    "crowded": Text("more people are there than it holds at this stage of care", "人数超过该安置阶段容量"),
    "generator_started": Text("a shelter runs on its generator", "安置点启用发电机"),
    "power_lost": Text("a shelter loses its power", "安置点停电"),
    "power_back": Text("a shelter has power again", "安置点恢复供电"),
    "water_short": Text("the taps and the tank of a shelter are dry", "安置点停水"),
    "water_restored": Text("a shelter has water for all again", "安置点恢复供水"),
    "taps_short": Text("too few taps for those at a shelter", "安置点供水点不足"),
    "taps_restored": Text("taps enough for those at a shelter", "安置点供水点够用"),
    "toilets_short": Text("too few toilets for those at a shelter", "安置点厕位不足"),
    "toilets_restored": Text("toilets enough for those at a shelter", "安置点厕位够用"),
    "medical_short": Text("too few places in the medical corner of a shelter", "安置点医疗床位不足"),
    "medical_restored": Text("places enough in the medical corner of a shelter", "安置点医疗床位够用"),
    "item_missing": Text("a supply is wanted at a shelter and not there yet", "安置点需用物资而未到"),
    "item_out": Text("a supply runs out", "物资耗尽"),
    "delivery_asked": Text("supplies are asked for", "申请物资"),
    "delivery_left": Text("supplies leave the store", "物资出库"),
    "delivery_came": Text("supplies arrive", "物资送达"),
    "delivery_failed": Text("supplies cannot be brought", "物资无法送达"),
    "purchase_ordered": Text("an emergency purchase is made", "紧急采购"),
    "purchase_came": Text("an emergency purchase arrives at the store", "紧急采购到库"),
    "relieved": Text("has food, water and a bed", "得到基本生活救助"),
    "treated": Text("is treated in the medical corner", "得到医疗处置"),
    "missing_reported": Text("a family member is reported missing", "报告失联"),
    "reunited": Text("the family is together again", "家人团聚"),
    "return_authorized": Text("return is authorized", "批准返回"),
    "set_out_home": Text("sets out for home", "启程返家"),
    "went_on_home": Text("goes on home", "继续返家"),
    "went_back": Text("goes back before it is allowed", "擅自返回"),
    "stopped_at_post": Text("is stopped at a post", "被卡点劝返"),
    "passed_post": Text("passes a post", "绕过卡点"),
    "returned": Text("is home again", "已返家"),
    # rescue
    "help_call_failed": Text("calls for help and does not get through", "求救未能接通"),
    "help_heard": Text("the call for help is heard", "接到求救"),
    "found": Text("is found", "被发现"),
    "case_opened": Text("headquarters opens a case", "立案"),
    "case_handed_over": Text("its level has nobody to send and hands it over", "本级无力处置，上报移交"),
    "case_taken_over": Text("the next level takes it over", "上级接手处置"),
    "case_closed": Text("the case is closed", "结案"),
    "force_called": Text("a team is called out", "调集队伍"),
    "force_ready": Text("the team is ready", "队伍集结完毕"),
    "volunteers_came": Text("a team comes unasked and waits to be checked in", "社会力量自发到达、待登记"),
    "volunteers_sent_away": Text(
        "a team that came unasked cannot be used", "自发前来的队伍不合要求，未予采用"
    ),
    "volunteers_unled": Text("a team that came unasked does not report", "自发前来的队伍未登记、自行施救"),
    "crew_rests": Text("a crew is worn out and rests", "艇组疲劳轮休"),
    "craft_assigned": Text("is sent to a case", "派往救援"),
    "task_understood": Text("the crew has understood its task", "受领任务、复诵无误"),
    "craft_went_alone": Text("goes to a case although nobody sent it", "未经派遣自行前往"),
    "craft_turned": Text("is sent to a graver case", "改派更紧急警情"),
    "craft_redirected": Text("is sent to a case that it reaches sooner", "改派就近警情"),
    "craft_moves_up": Text("sets out to stand by elsewhere", "补位出发"),
    "craft_moved_up": Text("stands by where it was sent", "补位到位"),
    "truck_turned_back": Text(
        "the truck turns back before water that is too deep for it", "水深超限，涉水车掉头"
    ),
    "launched": Text("the boat is put into the water", "舟艇下水"),
    "boat_punctured": Text("something under water holes the boat", "舟艇被水下异物扎破"),
    "boat_patched": Text("the boat is patched and goes out again", "舟艇修补后复用"),
    "boat_out_of_service": Text("the boat is out of service", "舟艇停用"),
    "craft_at_case": Text("is at the place of the case", "到达救援点"),
    "flight_broken_off": Text("turns back for the weather or the dark", "因天气或天黑返航"),
    "nobody_found": Text("finds nobody", "未发现被困人员"),
    "fetched_by_neighbours": Text("is brought to dry ground by neighbours", "由邻里救出"),
    "died_waiting": Text("dies waiting for help", "等待救援中遇难"),
    "injured_taken": Text("an ambulance takes the injured person", "救护车接运伤员"),
    "patient_came": Text("the injured person comes to the treatment place", "伤员送达救治点"),
    "patient_admitted": Text("the injured person is put to bed and treated", "伤员收治入床"),
    "patient_left": Text("the injured person is treated and leaves", "伤员救治完毕离床"),
    "patient_died": Text(
        "the injured person dies under treatment (beside the deaths)", "伤员救治无效死亡（不计入遇难）"
    ),
    # dykes
    "dyke_leaks": Text("the dyke begins to leak", "堤防出现管涌渗漏"),
    "leak_found": Text("the patrol finds where the dyke leaks", "巡堤发现险情"),
    "dyke_failed": Text("the dyke is overtopped or breaks", "堤防漫溢或溃决"),
    # works
    "work_asked": Text("headquarters hears what is to be done", "接报险情"),
    "work_assigned": Text("is sent to a work", "派往抢险"),
    "work_begun": Text("begins a work", "开始抢险作业"),
    "work_done": Text("the work is done", "抢险作业完成"),
    "work_not_needed": Text("the work is not needed any more", "抢险任务撤销"),
    # the end
    "never_reached": Text("was never reached by the order", "始终未接到转移指令"),
    "run_ended": Text("the run ends", "推演结束"),
}
"""What each kind of event is called."""

FAILURES = (
    "reading_missing",
    "danger_not_judged",
    "measure_skipped",
    "call_failed",
    "no_network",
    "channels_full",
    "message_lost",
    "call_unanswered",
    "call_given_up",
    "absent",
    "report_lost",
    "broadcast_failed",
    "refused",
    "nobody_home",
    "officer_overloaded",
    "assistance_refused",
    "liaison_missing",
    "driver_absent",
    "vehicle_absent",
    "vehicle_broke_down",
    "fleet_promised_twice",
    "rounds_not_planned",
    "cut_off",
    "left_route",
    "stopped",
    "vehicle_cut_off",
    "turned_away",
    "shelter_flooded",
    "shelter_locked",
    "crowded",
    "power_lost",
    "water_short",
    "taps_short",
    "toilets_short",
    "medical_short",
    "item_out",
    "delivery_failed",
    "missing_reported",
    "help_call_failed",
    "boat_punctured",
    "flight_broken_off",
    "truck_turned_back",
    "nobody_found",
    "crew_rests",
    "went_back",
    "never_reached",
)
"""Kinds of events that tell of something that did not work; what came of it for people is told by their states."""

ROOT_KINDS = frozenset(
    [
        "water_changed",
        "stage_reached",
        "rain_reached",
        "forecast_reached",
        "danger_appeared",
        "dyke_leaks",
        "moment_reached",
        "site_down",
        "road_cut",
        "reported",
        "reading_missing",
    ]
)
"""Kinds of events at which the story of a household may begin: the world outside brings them about.

`reported` is one where the reading is wrong; `site_down`, `road_cut` and `reading_missing` where the scenario sets
them.
"""
