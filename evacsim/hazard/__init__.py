"""The water: its depth in time on links and at places, and what it does to roads, people and houses."""
