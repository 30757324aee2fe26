"""Are the coordinates of a network what their reference system says? Asked before anything is built.

A wrong system moves a town to another province, or makes metres of degrees. What can be told
from the numbers themselves is told: degrees declared as metres and the reverse, latitude before
longitude, and points outside the area the system is meant for.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import FormatError, Issue
from evacsim.formats.crs import canonical_crs, transformed
from evacsim.formats.roads.raw import LOCAL, RawNetwork
from evacsim.language import Text

MARGIN = 1.0
"""How far outside its area a system is still used [degree of longitude and latitude]; assumed."""
GEOGRAPHIC = "EPSG:4326"
