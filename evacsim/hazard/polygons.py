"""Water as polygons (淹没范围): outlines in which the water has one depth, frame by frame."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import MissingExtraError
from evacsim.formats.rasters import Frame
