"""Whatever stands somewhere."""

from evacsim.scenario.section import Identifier, Number, Section, Words


class Place(Section):
    """Something with a position: coordinates in the district's `crs`, or a node of the road network."""

    id: Identifier
    """Unique among places of its kind; how plans and results refer to it."""
    name: str = ""
    """Name for people to read."""
    x: Number | None = None
    """Easting, or longitude where the district's `crs` is geographic."""
    y: Number | None = None
    """Northing, or latitude where the district's `crs` is geographic."""
    node: Words | None = None
    """Id of a road node, instead of coordinates."""
