"""Mistakes that only whoever reads the road network and the water can find."""

import gzip

from tests.broken.editing import both, case, cut, drop, put, rename, roads_in, sub
from tests.broken.small import LINKS

NETWORK_XML = (
    '<network><nodes><node id="1" x="0" y="0"/></nodes><links capperiod="01:00:00"></links></network>'
)

# fmt: off
WORLD = [
    case("link_to_nowhere", "roads link c | add the node", sub("roads/links.csv", "c,n1,n2", "c,n1,n9")),
    case("link_twice", "roads link a | id of its own", sub("roads/links.csv", "b,n1", "a,n1")),
    case("node_twice", "roads node n2 | id of its own", sub("roads/nodes.csv", "n3,", "n2,")),
    case("node_without_a_place", "nodes.csv node n3 | coordinate", sub("roads/nodes.csv", "502500", "")),
    case("empty_links", "links.csv | names of the columns", put("roads/links.csv", "")),
    case("links_header_only", "roads | another file", put("roads/links.csv", LINKS.splitlines()[0] + "\n")),
    case("no_links", "roads links.csv | add links.csv", drop("roads/links.csv")),
    case("roads_without_crs", "roads crs | EPSG",
         sub("district.yaml", "  crs: EPSG:32650\npopulation", "population")),
    case("roads_with_lying_crs", "district zone east | crs",
         sub("district.yaml", "  crs: EPSG:32650\npopulation", "  crs: EPSG:32651\npopulation")),
    case("roads_of_another_format", "roads | check", sub("district.yaml", "format: csv", "format: matsim")),
    case("truncated_gz_roads", "network.xml.gz | again",
         roads_in("network.xml.gz", gzip.compress(NETWORK_XML.encode() * 40)[:60])),
    case("garbage_roads", "roads.geojson | again", roads_in("roads.geojson", bytes(range(256)))),
    case("far_from_any_road", "district zone east | coordinates",
         sub("zones.csv", "500000,3500000", "530000,3500000")),
    case("depot_at_an_unknown_node", "roads fleet buses | id of a node",
         sub("district.yaml", "node: n1", "node: n77")),
    case("cut_off_grid", "depth_720.asc | again", cut("water/depth_720.asc", 12)),
    case("letters_in_a_grid", "depth_720.asc:8 row | again", sub("water/depth_720.asc", "0.2 0.2", "0.2 deep")),
    case("nan_in_a_grid", "depth_720.asc row 2 | nodata", sub("water/depth_720.asc", "0.2 0.2", "nan 0.2")),
    case("grid_without_a_header", "depth_720.asc header | ncols", sub("water/depth_720.asc", "ncols 5\n", "")),
    case("grid_of_another_size", "depth_720.asc grid | one grid",
         sub("water/depth_720.asc", "cellsize 1000", "cellsize 900")),
    case("grid_without_a_time", "depth_last.asc name | pattern",
         rename("water/depth_720.asc", "water/depth_last.asc")),
    case("grids_without_times", "depth_*.asc | time_unit", sub("hazard.yaml", "  time_unit: min\n", "")),
    case("nothing_known_at_a_village", "depth_*.asc place east | nodata",
         sub("water/depth_720.asc", "0.2 0.2 0.2", "-9999 -9999 -9999")),
    case("garbage_geotiff", "depth_0.tif | again",
         both(sub("hazard.yaml", "type: asc\n  files: water/depth_*.asc", "type: geotiff\n  files: water/depth_*.tif"),
              put("water/depth_0.tif", bytes(range(256))))),
]

REPAIRED = [
    case("link_of_negative_length", "roads link c | length", sub("roads/links.csv", "2100", "-2100")),
    case("link_of_nan_length", "roads link c | length", sub("roads/links.csv", "2100", "nan")),
    case("link_without_speed", "roads link c | speed", sub("roads/links.csv", "c,n1,n2,2100,10", "c,n1,n2,2100,0")),
]
# fmt: on
"""Mistakes that the import of the network repairs, and that a check should point out."""
