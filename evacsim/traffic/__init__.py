"""Traffic alone: a network, routes and trips in four tables; passing times, curves and fields."""
