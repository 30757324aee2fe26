"""The reference system is stated, or the network is refused; what contradicts the coordinates is refused."""

import pyproj
import pytest

from evacsim.errors import FormatError
from evacsim.formats.raw_network import RawLink, RawNetwork, RawNode
from evacsim.formats.roads.positions import located

FUZHOU = [(119.30, 26.08), (119.31, 26.08), (119.31, 26.09)]
FUZHOU_METRES = [(730_000.0, 2_880_000.0), (730_900.0, 2_880_000.0), (730_900.0, 2_881_000.0)]
BEIJING = [(116.40, 39.90), (116.41, 39.90), (116.41, 39.91)]


def network(points, crs=None):
    nodes = tuple(RawNode(str(number), *point) for number, point in enumerate(points))
    links = tuple(RawLink(id=f"{a}-{b}", from_node=a, to_node=b) for a, b in (("0", "1"), ("1", "2")))
    return RawNetwork("roads.xml", "matsim", nodes, links, crs)


def refusal(points, *, found=None, given=None):
    with pytest.raises(FormatError) as caught:
        located(network(points, found), given)
    return caught.value.issues


@pytest.mark.parametrize(
    ("points", "hint"),
    [
        (FUZHOU, "crs: EPSG:4326"),
        ([(y, x) for x, y in FUZHOU], "exchange x and y"),
        (FUZHOU_METRES, "crs: EPSG:32650"),
        ([(39_500_000.0 + x / 10, y) for x, y in FUZHOU_METRES], "crs: EPSG:4527"),
        ([(20_500_000.0 + x / 10, y) for x, y in FUZHOU_METRES], "crs: EPSG:4498"),
    ],
)
def test_a_missing_system_is_refused_with_what_the_numbers_look_like(points, hint):
    (issue,) = refusal(points)
    assert issue.place == "crs"
    assert hint in issue.remedy.en
    assert "crs" in issue.remedy.zh


@pytest.mark.parametrize(
    ("zone", "name"), [(39, "3-degree Gauss-Kruger zone 39"), (20, "Gauss-Kruger zone 20")]
)
def test_the_hinted_codes_are_the_systems_with_that_zone(zone, name):
    code = 4513 + zone - 25 if zone >= 25 else 4491 + zone - 13
    assert pyproj.CRS.from_epsg(code).name == f"CGCS2000 / {name}"


@pytest.mark.parametrize(
    ("points", "crs", "rule"),
    [
        (FUZHOU, "EPSG:32650", "is longitude and latitude, not metres"),
        ([(y, x) for x, y in BEIJING], "EPSG:32650", "is longitude and latitude, not metres"),
        (FUZHOU_METRES, "EPSG:4326", "is in metres, not degrees"),
        ([(y, x) for x, y in BEIJING], "EPSG:4326", "x and y exchanged"),
        ([(y, x) for x, y in FUZHOU_METRES], "EPSG:32650", "x and y exchanged"),
        (FUZHOU, "EPSG:4269", "outside the area of EPSG:4269"),
        (FUZHOU_METRES, "EPSG:2326", "outside the area of EPSG:2326"),
    ],
)
@pytest.mark.parametrize("by", ["found", "given"])
def test_a_system_that_contradicts_the_coordinates_is_refused(points, crs, rule, by):
    (issue,) = refusal(points, **{by: crs})
    assert rule in issue.rule.en
    assert "crs" in issue.place


def test_single_points_far_from_the_rest_are_named():
    issues = refusal([*FUZHOU, (0.0, 0.0)], given="EPSG:4326")
    assert [issue.place for issue in issues] == ["node 3"]
    issues = refusal([*FUZHOU_METRES, (0.0, 0.0)], given="EPSG:32650")
    assert [issue.place for issue in issues] == ["node 3"]


def test_file_and_user_may_not_contradict_each_other():
    (issue,) = refusal(FUZHOU, found="EPSG:4326", given="EPSG:4490")
    assert "contradicts the file" in issue.rule.en
    assert located(network(FUZHOU, "urn:ogc:def:crs:OGC:1.3:CRS84"), "EPSG:4326").crs == "EPSG:4326"


def test_a_file_that_misstates_its_system_can_be_put_right():
    right = located(network(FUZHOU_METRES, "EPSG:4326"), "EPSG:32650")
    assert right.crs == "EPSG:32650"
    assert [remark.kind for remark in right.remarks] == ["crs_overruled"]


def test_words_that_are_no_system_are_refused():
    assert refusal(FUZHOU, given="Fuzhou 1985")[0].value == "Fuzhou 1985"
    assert "hundreds of metres" in refusal(FUZHOU, given="gcj02")[0].rule.en


def test_a_local_plan_and_an_abstract_network_need_no_system():
    assert located(network([(0.0, 0.0), (500.0, 0.0), (500.0, 500.0)]), "local").crs == "local"
    assert located(network([(None, None)] * 3), None).crs is None


def test_a_node_without_coordinates_among_others_is_refused():
    assert [issue.place for issue in refusal([*FUZHOU, (None, None)], given="EPSG:4326")] == ["node 3"]
