"""From a file of roads to a road network in metres, with a report of everything that was changed."""

from dataclasses import dataclass
from typing import Any

import networkx as nx

from evacsim.formats.raw_network import RawLink, RawNetwork, RawNode
from evacsim.formats.roads.positions import located
from evacsim.network.connecting import connect
from evacsim.network.draft import Draft, begin_draft
from evacsim.network.expanding import cut_loops, drop_duplicates, open_both_ways
from evacsim.network.filling import fill_links
from evacsim.network.measuring import fit_courses, measure_links
from evacsim.network.noding import join_ends, node_lines
from evacsim.network.projecting import metric_crs, projected
from evacsim.network.repairs import AS_WRITTEN, Parts, RepairOptions, RepairReport


@dataclass(frozen=True, eq=False, slots=True)
class RoadNetwork:
    """The roads (道路网) as a graph, and how they came to be."""

    graph: nx.MultiDiGraph
    """Nodes and edges by id, in the order of their ids, with the attributes of `evacsim.network.attributes`."""
    report: RepairReport
    crs: str | None
    """Projected reference system in metres, `local`, or None for an abstract network."""


def build_network(
    raw: RawNetwork, *, crs: str | None = None, repairs: RepairOptions | None = None
) -> RoadNetwork:
    """Return the road network that a file describes.

    Parameters
    ----------
    raw : RawNetwork
        What the file says, from `evacsim.formats.raw_network.read_network`.
    crs : str, optional
        Reference system to build in, in metres; by default the file's own if it is in metres and
        true to length, else the local UTM zone.
    repairs : RepairOptions, optional
        What is repaired; by default everything that can be, and nothing in a network that
        evacsim wrote itself.

    Raises
    ------
    FormatError
        Where guessing would be dangerous: ends that are no nodes, one id for two things, lengths
        in a wrong unit, coordinates that contradict their system.
    """
    options = repairs or (AS_WRITTEN if raw.is_final else RepairOptions())
    raw = located(raw, None)
    target = metric_crs(raw, crs)
    draft = begin_draft(projected(raw, target), options)
    if target != raw.crs:
        draft.ledger.write("projected", "crs", raw.crs, target)
    if not draft.is_abstract:
        _repair_geometry(draft)
    measure_links(draft)
    fill_links(draft)
    open_both_ways(draft)
    drop_duplicates(draft)
    cut_loops(draft)
    parts = connect(draft)
    return RoadNetwork(_graph(draft, target), _report(raw, draft, target, parts), target)


def _repair_geometry(draft: Draft) -> None:
    if draft.options.noding == "all" or (draft.has_lines_only and draft.options.noding == "lines"):
        node_lines(draft)
    elif draft.has_lines_only:
        join_ends(draft)
    fit_courses(draft)


def as_raw(network: RoadNetwork) -> RawNetwork:
    """Return a network as it is written to and read from our own tables."""
    nodes = tuple(
        RawNode(
            node,
            x=None if network.crs is None else data["x"],
            y=None if network.crs is None else data["y"],
            height=data.get("height_m"),
        )
        for node, data in network.graph.nodes(data=True)
    )
    return RawNetwork(
        file=network.report.file,
        form="csv",
        nodes=nodes,
        links=tuple(_raw_link(*edge) for edge in network.graph.edges(data=True)),
        crs=network.crs,
        is_final=True,
    )


def _graph(draft: Draft, crs: str | None) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph(crs=crs, file=draft.file)
    for node, (x, y) in draft.nodes.items():
        graph.add_node(node, x=x, y=y, **_known(height_m=draft.heights.get(node)))
    for link in draft.links:
        graph.add_edge(
            link.from_node,
            link.to_node,
            key=link.id,
            id=link.id,
            length_m=link.length,
            free_speed_mps=link.free_speed,
            lanes=link.lanes,
            capacity_vps=link.capacity,
            jam_density_vpm=link.jam_density,
            road_class=link.road_class,
            name=link.name,
            modes=link.modes,
            geometry=link.geometry,
            bridge=link.bridge,
            bridge_offset_m=link.bridge_offset,
            **_known(footway_width_m=link.footway_width),
        )
    return graph


def _known(**values: float | None) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}


def _raw_link(from_node: str, to_node: str, data: dict[str, Any]) -> RawLink:
    return RawLink(
        id=data["id"],
        from_node=from_node,
        to_node=to_node,
        length=data["length_m"],
        free_speed=data["free_speed_mps"],
        lanes=data["lanes"],
        capacity=data["capacity_vps"],
        jam_density=data["jam_density_vpm"],
        road_class=data["road_class"],
        name=data["name"],
        modes=data["modes"],
        geometry=data["geometry"],
        bridge=data["bridge"],
        bridge_offset=data["bridge_offset_m"],
        footway_width=data.get("footway_width_m"),
    )


def _report(raw: RawNetwork, draft: Draft, crs: str | None, parts: Parts) -> RepairReport:
    return RepairReport(
        file=raw.file,
        form=raw.form,
        crs=raw.crs,
        metric_crs=crs,
        nodes_read=len(raw.nodes),
        links_read=len(raw.links),
        nodes=len(draft.nodes),
        links=len(draft.links),
        length=sum(link.length or 0.0 for link in draft.links),
        parts=parts,
        repairs=draft.ledger.repairs(),
    )
