"""The roads as a graph: built from what a file says, repaired in the open, described, turned into columns."""
