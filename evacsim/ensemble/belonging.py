"""What a result belongs to: a scenario as it is written, and the files that it reads, by their digests."""

import hashlib
from typing import Any

from evacsim.world.columns import World


def belonging(world: World) -> dict[str, Any]:
    """Return the digests of a scenario and of its files: equal for results that may stand beside each other."""
    return {"scenario": digest(world.scenario.model_dump_json()), "inputs": dict(world.digests)}


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
