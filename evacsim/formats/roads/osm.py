"""OpenStreetMap extracts (`.osm`, `.osm.xml`, `.osm.pbf`, gzipped or bzipped): the ways tagged `highway`.

Ways are cut where they share a node, for in OpenStreetMap roads meet at nodes and nowhere else:
a bridge over a road has no node in common with it. Turn restrictions are not read.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.formats.roads.classes import NOT_YET_ROADS
from evacsim.formats.roads.markup import open_bytes
from evacsim.formats.roads.raw import BACK, NetworkFile, Point, RawLink, RawNetwork, RawNode, Remark
from evacsim.formats.roads.tags import RoadTags, read_tags
from evacsim.language import Text


@dataclass(frozen=True, slots=True)
class _Way:
    id: int
    nodes: tuple[int, ...]
    tags: RoadTags


@dataclass
class _Extract:
    """What was found in the file, and what was left there."""

    ways: list[_Way] = field(default_factory=list)
    places: dict[int, Point] = field(default_factory=dict)
    other_classes: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    cut_off: list[str] = field(default_factory=list)
    n_restrictions: int = 0


def read_osm(source: NetworkFile) -> RawNetwork:
    """Return the roads of an OpenStreetMap extract; its coordinates are WGS 84 by definition.

    Raises
    ------
    FormatError
        If the file is damaged or holds no roads.
    """
    open_bytes(source).close()
    extract = _Extract()
    _read_ways(source, extract)
    _read_places(source, extract)
    stretches = [_known_stretches(way, extract) for way in extract.ways]
    links = list(_links(extract.ways, stretches, extract.places))
    used = dict.fromkeys(end for link in links for end in (link.from_node, link.to_node))
    return RawNetwork(
        file=source.name,
        form="osm",
        nodes=tuple(RawNode(str(end), *extract.places[int(str(end))]) for end in used),
        links=tuple(links),
        crs="EPSG:4326",
        remarks=tuple(_remarks(extract)),
    )


def _read_ways(source: NetworkFile, extract: _Extract) -> None:
    for way in _objects(source, "way"):
        tags = dict(way.tags)
        road = read_tags(tags)
        if road.road_class is None or tags.get("area") == "yes":
            extract.other_classes[f"highway={tags['highway']}"] += 1
            continue
        nodes = [node.ref for node in way.nodes]
        if road.direction == "backward":
            nodes.reverse()
        extract.ways.append(_Way(way.id, tuple(nodes), road))
        extract.unread += [f"{way.id}: {value}" for value in road.unread]
    extract.n_restrictions = sum(1 for _ in _objects(source, "restriction"))


def _read_places(source: NetworkFile, extract: _Extract) -> None:
    needed = {node for way in extract.ways for node in way.nodes}
    for node in _objects(source, "node"):
        if node.id in needed and node.location.valid():
            extract.places[node.id] = (node.lon, node.lat)


def _objects(source: NetworkFile, kind: str) -> Iterator[Any]:
    """Yield the ways tagged highway, the nodes, or the turn restrictions of the file."""
    try:
        import osmium
    except ImportError:
        raise MissingExtraError.for_library("osmium", "geo", source.name) from None
    entities = {"way": osmium.osm.WAY, "node": osmium.osm.NODE, "restriction": osmium.osm.RELATION}
    filters = {
        "way": osmium.filter.KeyFilter("highway"),
        "restriction": osmium.filter.KeyFilter("restriction"),
    }
    try:
        file = osmium.io.File(str(source.path), _osmium_format(source.path.name))
        found = osmium.FileProcessor(file, entities[kind])
        yield from found.with_filter(filters[kind]) if kind in filters else found
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        rule = Text(f"is no sound OpenStreetMap file ({error})", f"不是完好的 OpenStreetMap 文件 ({error})")
        remedy = Text("fetch the extract again", "重新下载该数据")
        raise FormatError(source.name, [Issue(source.name, rule, remedy)]) from None


def _osmium_format(name: str) -> str:
    """Return osmium's word for the format; XML where the name does not tell."""
    return "" if any(part in {"osm", "pbf", "o5m", "opl"} for part in name.lower().split(".")[1:]) else "osm"


def _known_stretches(way: _Way, extract: _Extract) -> list[tuple[int, ...]]:
    """Return the stretches of a way between nodes that are not in the extract."""
    stretches: list[list[int]] = [[]]
    for node in way.nodes:
        if node in extract.places:
            if stretches[-1][-1:] != [node]:
                stretches[-1].append(node)
        else:
            stretches.append([])
    whole = [tuple(stretch) for stretch in stretches if len(stretch) > 1]
    if len(stretches) > 1:
        extract.cut_off.append(str(way.id))
    return whole


def _junctions(stretches: list[list[tuple[int, ...]]]) -> set[int]:
    """Return the nodes where roads end or meet."""
    uses = Counter(node for way in stretches for stretch in way for node in stretch)
    ends = {node for way in stretches for stretch in way for node in (stretch[0], stretch[-1])}
    return ends | {node for node, count in uses.items() if count > 1}


def _pieces(stretches: list[tuple[int, ...]], junctions: set[int]) -> Iterator[tuple[int, ...]]:
    """Yield the parts of a way from junction to junction."""
    for stretch in stretches:
        start = 0
        for place in range(1, len(stretch)):
            if stretch[place] in junctions:
                yield stretch[start : place + 1]
                start = place


def _links(
    ways: list[_Way], stretches: list[list[tuple[int, ...]]], places: dict[int, Point]
) -> Iterator[RawLink]:
    junctions = _junctions(stretches)
    for way, known in zip(ways, stretches, strict=True):
        pieces = list(_pieces(known, junctions))
        for number, piece in enumerate(pieces, start=1):
            link_id = str(way.id) if len(pieces) == 1 else f"{way.id}.{number}"
            course = tuple(places[node] for node in piece)
            forward = _link(link_id, piece, course, way.tags)
            yield forward
            if way.tags.direction == "both":
                yield replace(
                    forward,
                    id=link_id + BACK,
                    from_node=forward.to_node,
                    to_node=forward.from_node,
                    geometry=None if forward.geometry is None else forward.geometry[::-1],
                    lanes=way.tags.lanes_backward,
                    free_speed=way.tags.speed_backward,
                )


def _link(link_id: str, piece: tuple[int, ...], course: tuple[Point, ...], tags: RoadTags) -> RawLink:
    return RawLink(
        id=link_id,
        from_node=str(piece[0]),
        to_node=str(piece[-1]),
        free_speed=tags.speed_forward,
        lanes=tags.lanes_forward,
        road_class=tags.road_class,
        name=tags.name,
        permitted=tags.permitted,
        prohibited=tags.prohibited,
        geometry=course if len(course) > 2 else None,
        bridge=tags.bridge,
        tunnel=tags.tunnel,
        layer=tags.layer,
    )


def _remarks(extract: _Extract) -> Iterator[Remark]:
    """Yield what was left in the file."""
    left = [f"{name} ({count})" for name, count in sorted(extract.other_classes.items())]
    unusable = [name for name in left if name.partition("=")[2].split(" ")[0] in NOT_YET_ROADS]
    others = [name for name in left if name not in unusable]
    for kind, text, ids in (
        (
            "not_yet_roads",
            Text("roads that nobody can use yet or any more", "在建、规划或废弃的道路未读入"),
            unusable,
        ),
        ("classes_left_out", Text("ways that are no roads were left out", "非道路的 way 未读入"), others),
        ("values_unread", Text("values not understood and left out", "未能识别而忽略的值"), extract.unread),
        (
            "ways_cut_off",
            Text("ways that leave the extract end at its edge", "超出数据范围的道路在边界处截断"),
            extract.cut_off,
        ),
    ):
        if ids:
            yield Remark(kind, text, tuple(ids))
    if extract.n_restrictions:
        count = extract.n_restrictions
        yield Remark(
            "turns_left_out",
            Text(
                f"{count} turn restrictions are not used: every turn is open",
                f"{count} 条转向限制未使用: 各方向均可转弯",
            ),
        )
