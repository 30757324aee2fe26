"""Bounds (任何方案都不可能更快): times that no plan can beat, beside those that this one took.

What a bound holds fixed is what no planner of this district commands: who had to go, how each of
them went in the run and from where, how long each took to get ready, roads, water, vehicles and
shelters. Free is what a plan decides: when each is ordered to go, which vehicle fetches whom in
which order, which shelter takes whom, which way everybody goes. See docs/bounds.md.
"""
