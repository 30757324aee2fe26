"""Works (抢险作业): what teams do beside fetching people, with the same people.

something happens - (heard) - a work is asked for - a party of a team sets out - begins - done - what it brings about.
"""
