"""One small scenario that is right, as a folder of files: what every broken case starts from.

Two villages on a road along a river, two shelters behind them, one fleet, one gauge, two grids
of water. All figures are invented.
"""

from pathlib import Path

Files = dict[str, bytes]

SCENARIO = """\
id: small
name: 小情景
start: 2026-07-18 20:00
duration: 24 h
district: district.yaml
hazard: hazard.yaml
plan: plan.yaml
"""

DISTRICT = """\
id: valley
name: 河谷
crs: EPSG:32650
roads:
  file: roads
  format: csv
  crs: EPSG:32650
population:
  household_size: 2.5
zones: zones.csv
pickup_points:
  - {id: gate, name: 村口, x: 500000, y: 3500100}
shelters:
  file: shelters.csv
  ignore: [备注]
fleets:
  - id: buses
    node: n1
    vehicles: 4
    seats: 45
    call_up: 30 min
"""

ZONES = """\
村,名称,人口,x,y
east,东岸村,120,500000,3500000
west,西岸村,80,499000,3500000
"""

SHELTERS = """\
安置点,容量(人),东坐标,北坐标,室内地坪高(m),备注
school,150,502000,3500500,0.3,有厨房
hall,100,502500,3500500,0.5,
"""

NODES = """\
node_id,x,y
n0,499000,3500000
n1,500000,3500000
n2,502000,3500500
n3,502500,3500500
"""

LINKS = """\
link_id,from_node,to_node,length_m,free_speed_mps,lanes,capacity_vps,jam_density_vpm
a,n0,n1,1000,10,1,0.4,0.14
b,n1,n0,1000,10,1,0.4,0.14
c,n1,n2,2100,10,1,0.4,0.14
d,n2,n1,2100,10,1,0.4,0.14
e,n2,n3,500,10,1,0.4,0.14
f,n3,n2,500,10,1,0.4,0.14
"""

HAZARD = """\
id: flood
name: 洪水
water:
  type: asc
  files: water/depth_*.asc
  crs: EPSG:32650
  time_unit: min
gauges:
  - id: bridge
    datum: warning stage = 0
    series: bridge.csv
    warning_stage: 0 m
"""

STAGES = """\
时间,水位_m
2026-07-18 20:00,-0.8
2026-07-19 00:00,0.1
2026-07-19 06:00,1.2
"""

PLAN = """\
id: early
name: 提前转移
when:
  decided_by: 县防指
  decision_time: {type: uniform, low: 15 min, high: 45 min}
to:
  bus_share: 60 %
  car_share: 20 %
zones: transfers.csv
"""

TRANSFERS = """\
转移对象,触发时间,触发站,触发水位(m),转移责任人,集合点,车队,安置点,完成时限
east,,bridge,0.5,张三,gate,buses,school; hall,T+14 h
west,T+6 h,,,李四,gate,buses,hall,T+12 h
"""


def _grid(depth: float) -> str:
    head = "ncols 5\nnrows 3\nxllcorner 498000\nyllcorner 3499000\ncellsize 1000\nNODATA_value -9999\n"
    return head + f"{' '.join(['0'] * 5)}\n{' '.join([str(depth)] * 5)}\n{' '.join([str(depth)] * 5)}\n"


def small_files() -> Files:
    """Return the files of the small scenario by name."""
    texts = {
        "scenario.yaml": SCENARIO,
        "district.yaml": DISTRICT,
        "zones.csv": ZONES,
        "shelters.csv": SHELTERS,
        "roads/nodes.csv": NODES,
        "roads/links.csv": LINKS,
        "hazard.yaml": HAZARD,
        "bridge.csv": STAGES,
        "water/depth_0.asc": _grid(0.0),
        "water/depth_720.asc": _grid(0.2),
        "plan.yaml": PLAN,
        "transfers.csv": TRANSFERS,
    }
    return {name: text.encode() for name, text in texts.items()}


def write(files: Files, folder: Path) -> Path:
    """Write `files` into `folder` and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
