"""The water section of a scenario becomes water on its links and places."""

from datetime import datetime

import numpy as np
import pytest

from evacsim.errors import FormatError, ScenarioError
from evacsim.hazard.reading import open_grids, read_depth_tables, read_grids
from evacsim.hazard.sampling import LinkShapes, PlacePoints
from evacsim.scenario.hazard import WaterGrids, WaterTables

UTM = "EPSG:32650"
START = datetime(2026, 7, 18, 20)
ROAD = LinkShapes(["A"], np.array([0, 2]), np.array([[5.0, 5.0], [25.0, 5.0]]), np.zeros(1))
VILLAGE = PlacePoints(["J1"], np.array([[25.0, 5.0]]))


@pytest.fixture
def folder(tmp_path):
    header = "ncols 3\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 10\n"
    for number, depth in ((0, 0), (30, 0.2), (60, 0.5)):
        (tmp_path / f"d_{number}.asc").write_text(f"{header}0 0 {depth}\n", encoding="ascii")
    return tmp_path


def grids(**said) -> WaterGrids:
    return WaterGrids(**({"type": "asc", "files": "d_*.asc", "crs": UTM} | said))


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ({"time_unit": "min"}, [0, 1800, 3600]),
        ({"time_unit": "s", "first": "T+1 h"}, [3600, 3630, 3660]),
        ({"step": "10 min", "first": "2026-07-18 19:00"}, [-3600, -3000, -2400]),
        ({"files": "d_60.asc", "first": "T+2 h"}, [7200]),
    ],
)
def test_the_times_of_the_files_are_counted_from_first(folder, said, times):
    assert open_grids(grids(**said), folder=folder, start=START).times.tolist() == times


def test_several_files_without_a_word_about_time_are_refused(folder):
    with pytest.raises(FormatError, match="names 3 files and not their times"):
        open_grids(grids(), folder=folder, start=START)


def test_grids_are_laid_on_links_and_places(folder):
    water = read_grids(grids(time_unit="min"), ROAD, VILLAGE, folder=folder, start=START, crs=UTM)
    assert water.link_arrival(0.3).tolist() == [3600]
    assert water.place_depth_at(1800).tolist() == np.float32([0.2]).tolist()


def test_grids_need_a_district_with_a_system(folder):
    with pytest.raises(ScenarioError, match="must be known to lay water grids on roads and places"):
        read_grids(grids(time_unit="min"), ROAD, VILLAGE, folder=folder, start=START, crs=None)


def test_depth_tables_are_read_from_their_files(tmp_path):
    (tmp_path / "roads.csv").write_bytes("路段,时间,水深\nA,T+1 h,0.4 m\n".encode("gb18030"))
    given = WaterTables(type="table", links="roads.csv", encoding="gb18030")
    water = read_depth_tables(given, link_ids=["A"], place_ids=["J1"], folder=tmp_path, start=START)
    assert water.link_depth_at(3600).tolist() == np.float32([0.4]).tolist()
