"""What the columns of a table may be called, in English and in Chinese.

A column may bear the name of its field, any other name listed here, or a name that the reference
to the table gives it (`columns: {id: 代码}`). Width, case, blanks, hyphens and underscores do not
matter. A unit in the header - `水深(m)`, `floor_height_m` - holds for every bare number below.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from evacsim.scenario.care import Post, Stock
from evacsim.scenario.channels import Channel, Coverage
from evacsim.scenario.command import Office
from evacsim.scenario.contacts import Contact
from evacsim.scenario.district import Junction, PickupPoint, Shelter, Signal, Store, Zone
from evacsim.scenario.forces import Force
from evacsim.scenario.hazard import FlyingWeather, Gauge, StageForecast, StageReading
from evacsim.scenario.nearest import plainly
from evacsim.scenario.networks import RoadCut, Site, SiteOutage
from evacsim.scenario.organizers import Officer
from evacsim.scenario.plan import RoadOrder, ZoneTransfer
from evacsim.scenario.plan_text import VillageSheet
from evacsim.scenario.register import Resettled, ZoneRegister
from evacsim.scenario.rules import Measure, Rule
from evacsim.scenario.section import Provenance, Section
from evacsim.scenario.sensing import Danger
from evacsim.scenario.transport import Fleet, Promise, Refuge, Trips
from evacsim.units import DENSITY, DURATION, FLOW, LENGTH, RAINFALL, SHARE, SPEED

Names = Mapping[str, tuple[str, ...]]

PLACE: Names = {
    "id": ("编号", "代码", "编码", "code"),
    "name": ("名称", "全称", "label"),
    "x": ("经度", "东坐标", "横坐标", "lon", "lng", "long", "longitude", "easting"),
    "y": ("纬度", "北坐标", "纵坐标", "lat", "latitude", "northing"),
    "node": ("路网节点", "道路节点", "节点", "node_id"),
}
TOWNSHIP = ("乡镇", "镇街", "乡镇街道", "街道", "乡", "镇", "town", "subdistrict")
SYNTHETIC = ("虚构", "模拟数据", "是否虚构")
VILLAGE = (
    "村",
    "组",
    "村组",
    "社区",
    "村社",
    "村社区",
    "行政村",
    "自然村",
    "村民小组",
    "小区",
    "zone_id",
    "village",
)

COLUMNS: Mapping[type[Section], Names] = {
    Zone: {
        **PLACE,
        "id": (*VILLAGE, "zone", *PLACE["id"]),
        "name": (*PLACE["name"], "村名", "社区名称", "zone_name", "village_name"),
        "population": (
            "人口",
            "人数",
            "总人口",
            "常住人口",
            "户籍人口",
            "在村人口",
            "居民人数",
            "pop",
            "people",
            "persons",
        ),
        "township": TOWNSHIP,
        "kind": ("类型", "类别", "性质", "type"),
        "radius": ("半径", "范围半径"),
        "household_size": ("户均人口", "户均人数", "每户人数", "persons_per_household"),
        "elderly_share": ("老人比例", "老年人比例", "老龄比例", "老年人占比", "share_65"),
        "assisted_share": ("需协助比例", "需协助转移比例", "特殊群体比例", "失能比例"),
        "car_share": ("有车比例", "有车户比例", "私家车比例"),
        "storeys": ("层数", "楼层数", "楼层", "floors", "stories"),
        "synthetic": SYNTHETIC,
        "day_share": ("白天在家比例", "白天在场比例"),
        "visitors_day": ("白天外来人数", "白天游客"),
        "visitors_night": ("夜间外来人数", "夜间游客"),
        "livestock_share": ("养殖户比例", "有牲畜比例"),
    },
    PickupPoint: {
        **PLACE,
        "id": ("集合点", "上车点", "集结点", "乘车点", "pickup_point", "pickup", "stop_id", *PLACE["id"]),
        "name": (*PLACE["name"], "集合点名称", "上车点名称"),
    },
    Shelter: {
        **PLACE,
        "id": (
            "安置点",
            "避难场所",
            "避险点",
            "避灾点",
            "应急避难场所",
            "shelter",
            "shelter_id",
            *PLACE["id"],
        ),
        "name": (*PLACE["name"], "安置点名称", "避难场所名称", "避難收容處所名稱", "shelter_name"),
        "capacity": (
            "容量",
            "可容纳人数",
            "容纳人数",
            "安置人数",
            "预计收容人数",
            "預計收容人數",
            "床位",
            "床位数",
            "beds",
            "places",
        ),
        "township": TOWNSHIP,
        "floor_height": ("室内地坪高", "地坪高出地面", "floor_level"),
        "desks": ("登记台", "登记台数", "登记点", "registration_desks"),
        "synthetic": SYNTHETIC,
        "kind": ("类别", "类型", "避难场所类别", "type"),
        "area": ("有效面积", "面积"),
        "opening": ("启用时间", "开启时间"),
        "keeper": ("管理单位", "管理机构"),
        "staff": ("工作人员", "工作人员数"),
        "sleeping_places": ("床铺", "实有床位", "铺位"),
        "toilets": ("厕位", "厕所", "厕所数"),
        "taps": ("供水点", "水龙头", "供水龙头数"),
        "water_tank": ("储水量", "水箱"),
        "generators": ("发电机", "发电机数"),
        "fuel": ("燃油可用时间", "燃料"),
        "meals_per_hour": ("每小时供餐", "供餐能力"),
        "landslide": ("地质灾害隐患", "是否在地质灾害隐患范围"),
        "medical_beds": ("医疗床位", "医疗点床位"),
    },
    Fleet: {
        **PLACE,
        "id": ("车队", "车队编号", "运输单位", "fleet", "fleet_id", "depot", *PLACE["id"]),
        "name": (*PLACE["name"], "车队名称", "单位名称"),
        "vehicles": ("车辆数", "车辆", "辆数", "车数", "台数", "buses", "n_vehicles"),
        "seats": ("座位", "座位数", "座位数量", "核载", "核载人数", "载客数", "seats_per_vehicle"),
        "availability": ("到位率", "可用率", "出车率"),
        "call_up": ("召集时间", "集结时间", "出车准备时间", "mobilization_time"),
        "boarding_time": ("上车时间", "人均上车时间"),
        "alighting_time": ("下车时间", "人均下车时间"),
        "assisted_factor": ("需协助倍数", "协助上下车倍数"),
        "wheelchair_factor": ("轮椅倍数",),
        "lying_factor": ("卧床倍数", "担架倍数"),
        "child_factor": ("儿童倍数",),
        "helpers": ("随车帮扶人员", "随车人员"),
        "size": ("折算系数", "当量系数", "pcu"),
        "speed": ("车速", "最高车速", "速度", "max_speed"),
        "kind": ("类型", "车辆类型", "type"),
        "office": ("调度机构", "主管机构"),
        "driver_comes": ("司机到位率",),
        "backup_drivers": ("备用司机", "B角司机"),
        "breakdowns": ("故障率", "每小时故障次数"),
        "repair": ("修复时间", "维修时间"),
        "range": ("续航里程", "续航"),
        "refuelling": ("加油时间",),
        "external": ("外部支援", "支援力量"),
        "force": ("所属队伍", "操舟队伍"),
        "crew": ("艇员数", "机组人数"),
        "trailer": ("拖车运载", "可陆运"),
        "wading_depth": ("涉水深度", "最大涉水深度"),
        "fetch_distance": ("徒步接人距离",),
        "launch_time": ("下水时间",),
        "draught": ("吃水", "吃水深度"),
        "current_limit": ("流速限制", "抗流能力"),
        "punctures": ("破损率", "扎破率"),
        "limp_speed": ("破损后航速比",),
        "patch": ("修补时间",),
        "hoist_time": ("吊运时间", "每人吊运时间"),
        "flies_at_night": ("夜航", "夜航能力", "热成像"),
        "endurance": ("续航时间", "滞空时间"),
        "view_width": ("视场宽度", "侦察幅宽"),
        "wind_limit": ("风速限制", "飞行风速限制"),
        "visibility_limit": ("能见度限制", "飞行能见度限制"),
        "rain_limit": ("雨强限制", "飞行雨强限制"),
        "payload": ("载重", "载重量"),
    },
    Force: {
        **PLACE,
        "id": ("队伍", "队伍编号", "force", "force_id", "team", *PLACE["id"]),
        "name": (*PLACE["name"], "队伍名称"),
        "kind": ("类型", "类别", "队伍类型", "性质", "type"),
        "members": ("人数", "队员", "队员数", "队伍人数", "size", "people"),
        "skills": ("能力", "技能", "任务能力"),
        "township": (*TOWNSHIP, "责任区", "辖区"),
        "zones": ("责任村", "责任网格", "负责区域"),
        "office": ("指挥机构", "隶属机构"),
        "readiness": ("集结时间", "拉动集结时间", "出动时间"),
        "jackets": ("救生衣", "救生衣数"),
        "external": ("外部支援", "支援力量"),
        "unasked": ("自发前来", "不请自来"),
    },
    Store: {
        **PLACE,
        "id": ("物资点", "储备点", "仓库", "store", "store_id", "depot", *PLACE["id"]),
        "name": (*PLACE["name"], "仓库名称", "储备点名称"),
        "kits": ("救灾包", "物资份数", "人份", "份数", "relief_kits"),
        "tents": ("帐篷", "帐篷数"),
        "generators": ("发电机", "发电机数"),
        "level": ("层级", "级别"),
    },
    Gauge: {
        "id": ("水文站", "水位站", "测站", "站码", "站号", "gauge", "gauge_id", "station"),
        "name": ("名称", "站名", "水文站名称", "站点名称", "station_name"),
        "datum": ("基面", "高程基准", "基准面"),
        "series": ("水位过程", "水位过程文件", "文件", "file"),
        "encoding": ("编码格式", "文字编码"),
        "warning_stage": ("警戒水位",),
        "guarantee_stage": ("保证水位",),
        "crest": ("堤顶高程", "堤顶", "crest_level"),
        "kind": ("类型", "类别", "type"),
        "report": ("测报",),
        "downstream": ("下游站",),
    },
    StageReading: {
        "time": ("时间", "时刻", "日期时间", "观测时间", "datetime", "t"),
        "stage": ("水位", "level", "water_level", "累计雨量", "rain"),
    },
    StageForecast: {
        "issued": ("发布时间", "预报发布时间", "制作时间", "issue_time"),
        "valid": ("预报时间", "预见时间", "valid_time"),
        "stage": ("水位", "预报水位", "level", "water_level"),
    },
    ZoneTransfer: {
        "zone": (*VILLAGE, "转移单元", "转移对象", "转移区域", "区域", "zones", "id"),
        "trigger_at": ("触发时间", "触发时刻", "转移时间", "何时转", "trigger_time"),
        "trigger_gauge": ("触发站", "触发水文站", "触发水位站", "水文站", "水位站", "gauge"),
        "trigger_stage": ("触发水位", "转移水位", "stage"),
        "decided_by": ("决定人", "决策人", "决定单位", "决策单位", "谁决定", "decision_maker"),
        "moved": ("转移范围", "转移谁", "转移人群", "who"),
        "backup": ("替补责任人", "转移B角", "B角", "B岗"),
        "listed": ("转移人数", "应转移人数", "清单人数"),
        "organizer": ("转移责任人", "责任人", "组织人", "组织者", "谁组织", "organiser", "responsible"),
        "compliance": ("服从率", "配合率", "转移率", "compliance_rate"),
        "relay_time": ("通知时间", "叫应时间", "传达时间", "通知到户时间"),
        "preparation": ("准备时间", "出发准备时间", "preparation_time"),
        "bus_share": ("乘车比例", "大巴比例", "集中乘车比例", "客车比例"),
        "car_share": ("自驾比例", "自驾车比例", "私家车比例"),
        "pickup_point": ("集合点", "上车点", "集结点", "乘车点", "pickup"),
        "fleet": ("车队", "运输单位", "fleet_id"),
        "shelter": ("安置点", "避难场所", "避险点", "避灾点", "转到哪", "shelters", "shelter_id"),
        "deadline": ("完成时限", "完成时间", "最迟完成时间", "截止时间", "转移时限"),
        "moved_to": ("转移方式", "避险方式"),
        "refuge": ("就近避险点", "避险处"),
        "via": ("转移路线", "途经路段"),
        "release_parts": ("放行批次", "批次"),
        "release_every": ("放行间隔", "批次间隔"),
        "rules": ("触发规则",),
    },
    Junction: {
        "node": ("路口", "路网节点", "道路节点", "节点", "node_id"),
        "capacity": ("通行能力", "路口通行能力"),
    },
    Signal: {
        "link": ("路段", "道路", "进口道", "link_id"),
        "cycle": ("周期", "信号周期"),
        "start": ("绿灯开始", "相位差", "offset"),
        "green": ("绿灯时间", "绿灯", "绿灯时长"),
    },
    RoadOrder: {
        "links": ("路段", "道路", "管制路段", "link", "link_id"),
        "order": ("管制措施", "措施", "命令"),
        "at": ("时间", "时刻", "管制时间", "执行时间", "time"),
        "trigger_gauge": ("触发站", "触发水文站", "触发水位站", "水文站", "水位站", "gauge"),
        "trigger_stage": ("触发水位", "管制水位", "stage"),
        "capacity_factor": ("通行能力系数", "能力系数"),
        "lanes": ("车道数", "开放车道", "开放车道数"),
        "clear_time": ("清空时间", "清道时间"),
        "contraflow": ("反向流量", "潮汐车道流量"),
    },
    Refuge: {
        **PLACE,
        "id": ("就近避险点", "避险处", "refuge", *PLACE["id"]),
        "capacity": ("容量", "可容纳人数", "容纳人数"),
    },
    Trips: {
        "from_node": ("起点", "起点节点", "from", "origin"),
        "to_node": ("终点", "终点节点", "to", "destination"),
        "begins": ("开始时间", "开始", "start"),
        "ends": ("结束时间", "结束", "end"),
        "vehicles": ("车辆数", "车辆", "车次"),
    },
    Promise: {
        "fleet": ("车队", "运输单位", "fleet_id"),
        "township": TOWNSHIP,
        "vehicles": ("车辆数", "车辆", "承诺车辆"),
    },
    Stock: {
        "store": ("物资点", "储备点", "仓库", "store_id"),
        "item": ("物资", "品名", "物资名称"),
        "amount": ("数量", "库存", "quantity"),
    },
    Channel: {
        "id": ("渠道", "预警渠道", "channel", *PLACE["id"]),
        "kind": ("类型", "类别", "type"),
        "operator": ("发布机构", "发布单位", "操作机构"),
        "zones": ("覆盖区域", "区域", "zone"),
        "reach_day": ("白天覆盖率", "白天到达率"),
        "reach_night": ("夜间覆盖率", "夜间到达率"),
        "delay": ("延迟", "到达时间"),
        "rate": ("发送速率", "每秒条数"),
        "needs": ("依赖", "依赖条件"),
        "impact": ("影响力", "说服力"),
        "repeat": ("重复间隔", "重播间隔"),
    },
    Coverage: {
        "channel": ("渠道", "预警渠道"),
        "zones": ("区域", "转移单元", "zone"),
        "reach_day": ("白天覆盖率", "白天到达率"),
        "reach_night": ("夜间覆盖率", "夜间到达率"),
    },
    Site: {
        **PLACE,
        "id": ("站点", "站点编号", "基站", "变电站", "site", *PLACE["id"]),
        "kind": ("类型", "类别", "type"),
        "serves": ("服务区域", "覆盖区域", "zones"),
        "power_site": ("供电站点", "上级供电"),
        "backhaul": ("回传站点", "传输站点"),
        "battery": ("蓄电池时间", "蓄电池续航", "后备电源"),
        "floods_at": ("受淹水深", "失效水深"),
        "repair": ("抢修工时", "修复工时"),
        "range": ("覆盖半径", "覆盖距离", "通信半径"),
        "channels": ("信道数", "信道", "并发数"),
    },
    SiteOutage: {
        "site": ("站点", "站点编号"),
        "begins": ("开始时间", "中断时间", "开始", "start"),
        "ends": ("结束时间", "恢复时间", "结束", "end"),
        "repair": ("抢修工时", "修复工时"),
    },
    RoadCut: {
        "links": ("路段", "道路", "中断路段", "link", "link_id"),
        "begins": ("开始时间", "中断时间", "开始", "start"),
        "ends": ("结束时间", "抢通时间", "恢复时间", "结束", "end"),
        "work": ("抢通工时", "工时"),
        "bridge": ("架桥工时", "便桥工时"),
        "bridge_bears": ("便桥通行车型", "便桥荷载"),
    },
    FlyingWeather: {
        "begins": ("开始时间", "时间", "开始", "start", "time"),
        "wind": ("风速", "阵风"),
        "visibility": ("能见度",),
        "rain": ("雨强", "小时雨量"),
    },
    Danger: {
        **PLACE,
        "id": ("险情", "险情编号", "danger", *PLACE["id"]),
        "kind": ("类型", "类别", "险情类型", "type"),
        "visible_from": ("出现时间", "可见时间"),
        "zones": ("威胁区域", "区域", "zone"),
        "found": ("发现时间", "发现用时"),
        "judged_within": ("研判时限", "研判时间"),
        "can_be_judged": ("能否研判", "可研判"),
    },
    Rule: {
        "id": ("规则", "触发规则", "rule", *PLACE["id"]),
        "gauge": ("水文站", "水位站", "雨量站", "测站"),
        "stage": ("水位", "触发水位"),
        "lasting": ("持续时间", "持续"),
        "lead": ("预见期", "提前量"),
        "rise": ("涨幅", "上涨"),
        "rain": ("雨量", "触发雨量"),
        "over": ("时段", "统计时段"),
        "danger": ("险情", "险情编号"),
        "judged": ("研判结果", "研判"),
        "at": ("时刻", "时间", "time"),
        "level": ("响应等级", "应急响应等级"),
        "place": ("地点", "位置"),
        "depth": ("水深", "淹没水深"),
        "confirm": ("确认次数", "连续次数"),
    },
    Measure: {
        "id": ("措施编号", "measure", *PLACE["id"]),
        "action": ("措施", "管控措施", "行动"),
        "links": ("路段", "道路", "管制路段"),
        "zones": ("区域", "转移单元", "zone"),
        "posts": ("卡点", "值守点"),
        "shelters": ("安置点", "避难场所"),
        "fleets": ("车队", "运输单位"),
        "flow": ("放行流量", "限流"),
        "office": ("执行机构", "责任单位"),
        "setup": ("落实用时", "布设时间"),
        "staff": ("所需人员", "人员"),
        "within": ("落实时限", "时限"),
    },
    Office: {
        **PLACE,
        "id": ("机构", "指挥机构", "office", *PLACE["id"]),
        "level": ("层级", "级别"),
        "parent": ("上级机构", "上级"),
        "zones": ("负责区域", "转移单元", "zone"),
        "staff": ("人员", "编制", "人数"),
        "lines": ("线路数", "并行呼叫数"),
        "handling": ("处理时间", "处置时间"),
        "means": ("通信手段", "叫应手段"),
        "power_site": ("供电站点", "供电"),
        "cell_site": ("基站", "通信站点"),
        "contact": ("负责人", "联系人", "A角", "A岗"),
        "backup": ("替补负责人", "B角", "B岗"),
    },
    Officer: {
        "id": ("工作组", "网格员", "信息员", "officer", *PLACE["id"]),
        "office": ("所属机构", "机构"),
        "zones": ("负责区域", "转移单元", "zone"),
        "members": ("人数", "组员"),
        "kind": ("类型", "类别", "type"),
    },
    Post: {
        "id": ("卡点", "卡点编号", "post", *PLACE["id"]),
        "links": ("路段", "道路", "link"),
        "staff": ("值守人数", "人员"),
        "setup": ("布设时间", "设卡时间"),
        "stop_share": ("劝返率", "劝返比例"),
    },
    VillageSheet: {
        "zones": ("转移单元", "zone", *VILLAGE),
        "organization": ("组织体系",),
        "loudspeaker": ("大喇叭", "应急广播"),
        "siren": ("警报器",),
        "shelter": ("避难场所", "安置点"),
        "risk_map": ("风险地形图", "风险图"),
        "cards": ("明白卡",),
        "communication": ("应急通讯", "应急通信"),
        "lighting": ("应急照明",),
        "booklet": ("小册子", "宣传册"),
        "board": ("宣传栏",),
    },
    ZoneRegister: {
        "zones": (*VILLAGE, "转移单元", "区域", "zone"),
        "unlisted": ("漏登户数", "未登记户数", "漏登"),
        "ghosts": ("虚登户数", "人户分离户数", "虚登"),
    },
    Resettled: {
        "zones": (*VILLAGE, "转移单元", "区域", "zone"),
        "share": ("搬迁比例", "已搬迁比例"),
    },
    Contact: {
        "id": ("单位", "机构", "对象", *PLACE["id"]),
        "name": ("姓名", "责任人", "A角", "联系人", "person", "contact"),
        "phone": ("电话", "手机", "联系电话", "手机号码", "A角电话", "tel", "mobile"),
        "backup": ("B角", "替补责任人", "副责任人"),
        "backup_phone": ("B角电话", "替补电话"),
        "other_channel": ("备用通信", "备用通信手段", "其他联系方式"),
    },
    Provenance: {
        "item": ("项目", "数据项", "对象"),
        "mark": ("可靠程度", "标记", "依据类型"),
        "source": ("来源", "出处", "依据", "说明"),
    },
}
"""The other names of each field, by section."""

CHOICES: Mapping[tuple[type[Section], str], Mapping[str, str]] = {
    (Zone, "kind"): {
        "居民": "residential", "居民区": "residential", "住宅": "residential", "村庄": "residential",
        "养老院": "care_home", "养老机构": "care_home", "敬老院": "care_home", "福利院": "care_home",
        "学校": "school", "幼儿园": "school", "医院": "hospital", "卫生院": "hospital",
        "工地": "construction_site", "建筑工地": "construction_site", "景区": "scenic_area", "旅游景区": "scenic_area",
    },
    (ZoneTransfer, "moved"): {
        "全部": "everyone", "全体": "everyone", "所有人": "everyone", "全部人员": "everyone",
        "特殊群体": "special_groups", "老弱病残": "special_groups", "老弱病残孕": "special_groups",
    },
    (ZoneTransfer, "moved_to"): {
        "安置点": "shelter", "垂直避险": "vertical", "上楼": "vertical", "就近避险": "nearby", "就近": "nearby",
    },
    (Shelter, "kind"): {"紧急": "emergency", "短期": "short", "长期": "long"},
    (Store, "level"): {"村级": "village", "乡镇级": "town", "镇级": "town", "县级": "county", "区级": "county"},
    (Fleet, "kind"): {
        "大巴": "bus", "客车": "bus", "货车": "truck", "卡车": "truck", "冲锋舟": "boat", "橡皮艇": "boat",
        "直升机": "helicopter", "无人机": "drone",
        "高底盘车": "high_clearance", "高底盘涉水车": "high_clearance", "涉水车": "high_clearance",
    },
    (Gauge, "kind"): {"水位": "stage", "河道": "stage", "水库": "reservoir", "雨量": "rain"},
    (Site, "kind"): {
        "供电": "power", "变电站": "power", "通信": "cell", "基站": "cell", "专网": "trunked", "专网基站": "trunked",
        "集群基站": "trunked",
    },
    (Channel, "kind"): {
        "短信": "sms", "小区广播": "cell_broadcast", "大喇叭": "loudspeaker", "警报器": "siren",
        "叫应终端": "calling_speaker", "广播": "radio", "电视": "tv",
    },
    (Office, "level"): {
        "县级": "county", "区级": "county", "乡镇": "town", "镇级": "town", "街道": "town", "村级": "village",
        "社区": "village", "网格": "grid", "组级": "grid",
    },
    (Measure, "action"): {
        "断": "close", "断路": "close", "禁": "ban", "停": "stop", "撤": "evacuate", "疏": "disperse",
        "设卡控流": "gate", "专用道": "reserve", "启用安置点": "open_shelters", "集结": "call_up",
    },
    (RoadOrder, "order"): {
        "封闭": "close", "关闭": "close", "禁行": "close", "开放": "open", "恢复": "open", "放行": "open",
        "限流": "capacity", "调整": "capacity", "反向": "reverse", "逆行": "reverse", "潮汐车道": "reverse",
    },
    (Provenance, "mark"): {
        "已查证": "seen", "凭记忆": "recalled", "假定": "assumed", "假设": "assumed", "虚构": "synthetic",
    },
}  # fmt: skip
"""Chinese words that a cell may hold for the fixed words of a field."""

_SPELLINGS = {"mps": "m/s", "kmh": "km/h", "vehh": "veh/h", "pct": "%", "percent": "%"}
_COUNTED = ("人", "座", "辆", "台", "个", "件", "顶", "套", "份", "人份", "层", "张")
UNITS: Mapping[str, str] = {
    **{
        plainly(unit): unit
        for kind in (DURATION, LENGTH, SPEED, FLOW, DENSITY, RAINFALL, SHARE)
        for unit in reversed(list(kind.factors))  # of two spellings the first
        if unit
    },
    **{unit: unit for unit in _COUNTED},
    **_SPELLINGS,
}
"""Units that a header may name, by their plain spelling."""


def spellings(model: type[Section]) -> list[str]:
    """Return every name that a column of `model` may have."""
    return [*model.model_fields, *(name for names in COLUMNS.get(model, {}).values() for name in names)]


@cache
def names_of(model: type[Section]) -> Mapping[str, str]:
    """Return the field behind every plain spelling of every name that a column of `model` may have."""
    known = {plainly(name): name for name in model.model_fields}
    for field, names in COLUMNS.get(model, {}).items():
        for name in names:
            known.setdefault(plainly(name), field)
    return MappingProxyType(known)


def field_and_unit(header: str, model: type[Section]) -> tuple[str, str] | None:
    """Return the field that a header stands for and its unit, "" where it names none; None if unknown.

    >>> field_and_unit("容量(人)", Shelter), field_and_unit("floor_height_cm", Shelter)
    (('capacity', '人'), ('floor_height', 'cm'))
    """
    known = names_of(model)
    field = known.get(plainly(header))
    if field is not None:
        return field, ""
    match = re.fullmatch(r"(.+?)\s*[(（\[【](.+?)[)）\]】]\s*|(.+)_([^_]+)\s*", header)
    if match is None:
        return None
    name, unit = (part for part in match.groups() if part is not None)
    field, unit = known.get(plainly(name)), UNITS.get(plainly(unit), "")
    return (field, unit) if field and unit else None
