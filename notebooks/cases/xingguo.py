"""Xingguo county, Jiangxi, flood of June 2019: 66,677 people fetched by convoys of 500.

Data: 22 pick-up points, 25 shelters, one depot and travel times in whole minutes, from
aspxcor/Optimization-Plan-for-Emergency-Evacuation-of-Personnel-Based-on-Optimization-Algorithm
(LGPL-3.0). The graph is abstract: no coordinates, no names, no loading times.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evacsim.analysis.transfer_bounds import completion_bound
from evacsim.engine.dispatching import EFFORT, plan_rounds
from evacsim.engine.round_plans import RoundPlan, RoundProblem
from evacsim.streams import Streams

SPEED = 10.0
"""Speed that turns minutes into lengths [m/s]; any value gives the same times."""


def write_network(data: Path, folder: Path) -> Path:
    """Write the links of the data as `nodes.csv` and `links.csv` and return their folder."""
    source = data / "xingguo_cn"
    nodes = pd.read_csv(source / "nodes.csv")
    links = pd.read_csv(source / "links_minutes.csv")
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({"node_id": nodes["node_id"]}).to_csv(folder / "nodes.csv", index=False)
    pd.DataFrame(
        {
            "link_id": [f"{a}-{b}" for a, b in zip(links["from_node"], links["to_node"], strict=True)],
            "from_node": links["from_node"],
            "to_node": links["to_node"],
            "length_m": links["minutes"] * 60 * SPEED,
            "free_speed_mps": SPEED,
            # Convoys hardly hold each other up (0.2 s), and not at all in the published problem.
            "lanes": 10,
            "capacity_vps": 5.0,
            "jam_density_vpm": 2.0,
        }
    ).to_csv(folder / "links.csv", index=False)
    return folder


def scenario(data: Path, network: Path, *, convoys: int, dispatch: str = "balanced") -> dict[str, Any]:
    """Return the scenario with a number of convoys as a mapping for `evacsim.from_mapping`."""
    nodes = pd.read_csv(data / "xingguo_cn/nodes.csv")
    pickups = nodes[nodes["role"] == "pickup"]
    shelters = nodes[nodes["role"] == "shelter"]
    depot = nodes[nodes["role"] == "depot"].iloc[0]
    return {
        "id": f"xingguo-{convoys}",
        "name": f"Xingguo 2019, {convoys} convoys",
        "start": "2019-06-01 08:00",
        "duration": "60 h",
        "district": {
            "id": "xingguo",
            "name": "Xingguo county",
            "roads": {"file": str(network), "format": "csv"},
            "population": {"household_size": 1, "assisted_share": 0},
            "zones": [
                {"id": f"v{row.node_id}", "node": str(row.node_id), "population": int(row.people_to_evacuate)}
                for row in pickups.itertuples()
            ],
            "pickup_points": [
                {"id": f"p{row.node_id}", "node": str(row.node_id)} for row in pickups.itertuples()
            ],
            "shelters": [
                {"id": f"s{row.node_id}", "node": str(row.node_id), "capacity": int(row.shelter_capacity)}
                for row in shelters.itertuples()
            ],
            "fleets": [
                {
                    "id": "convoy",
                    "node": str(depot.node_id),
                    "vehicles": convoys,
                    "seats": 500,
                    "availability": 1,
                    "call_up": "0 s",
                    "boarding_time": "0 s",
                    "alighting_time": "0 s",
                    "size": 1,
                    "speed": f"{SPEED} m/s",
                }
            ],
        },
        "hazard": {"id": "none", "name": "no water in the data"},
        "plan": {
            "id": "convoys",
            "name": f"collective transfer by {convoys} convoys",
            "when": {"decided_by": "county", "decision_time": "0 s"},
            "who": {"compliance": 1},
            "organize": {"relay_time": "0 s", "preparation": "0 s"},
            "to": {"bus_share": 1, "car_share": 0, "dispatch": dispatch},
            "care": {"registration_time": "0 s"},
            "zones": [
                {
                    "zone": f"v{row.node_id}",
                    "trigger_at": "T+0 s",
                    "organizer": "village",
                    "pickup_point": f"p{row.node_id}",
                    "fleet": "convoy",
                }
                for row in pickups.itertuples()
            ],
        },
        "recording": {"flow_interval": "1 h"},
    }


def round_problem(data: Path, convoys: int) -> RoundProblem:
    """Return the same transfer as a problem of rounds: travel times are shortest paths over the links [s]."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    nodes = pd.read_csv(data / "xingguo_cn/nodes.csv")
    links = pd.read_csv(data / "xingguo_cn/links_minutes.csv")
    row = {node: k for k, node in enumerate(nodes["node_id"])}
    ends = ([row[node] for node in links["from_node"]], [row[node] for node in links["to_node"]])
    time = dijkstra(csr_array((links["minutes"] * 60.0, ends), shape=(len(nodes), len(nodes))))
    at = {role: np.flatnonzero(nodes["role"] == role) for role in ("pickup", "shelter", "depot")}
    return RoundProblem(
        vehicles=tuple(f"convoy-{k + 1:03d}" for k in range(convoys)),
        pickups=tuple(f"p{node}" for node in nodes["node_id"].iloc[at["pickup"]]),
        shelters=tuple(f"s{node}" for node in nodes["node_id"].iloc[at["shelter"]]),
        depots=("depot",),
        people=nodes["people_to_evacuate"].iloc[at["pickup"]].to_numpy(dtype=np.int64),
        room=nodes["shelter_capacity"].iloc[at["shelter"]].to_numpy(dtype=np.int64),
        seats=np.full(convoys, 500),
        ready=np.zeros(convoys),
        depot=np.zeros(convoys, dtype=np.int64),
        approach=time[np.ix_(at["depot"], at["pickup"])],
        carry=time[np.ix_(at["pickup"], at["shelter"])],
        back=time[np.ix_(at["shelter"], at["pickup"])],
        source="Xingguo 2019",
    )


def plans(problem: RoundProblem, *, effort: int = EFFORT) -> dict[str, RoundPlan]:
    """Return the plans of balanced and of greedy dispatch."""
    return {
        policy: plan_rounds(problem, policy=policy, stream=Streams(1).get("rounds", policy), effort=effort)
        for policy in ("balanced", "greedy")
    }


def completion(found: dict[str, RoundPlan]) -> dict[str, float]:
    """Return completion times in hours: of both plans, and the bound that no plan can beat."""
    balanced, greedy = found["balanced"], found["greedy"]
    bound = completion_bound(balanced.problem.numbers, known=balanced.completion_time)
    return {
        "balanced [h]": balanced.completion_time / 3600,
        "bound [h]": bound.time / 3600,
        "greedy [h]": greedy.completion_time / 3600,
    }
