"""What is given: the scenario as data - models, reading, checking."""
