"""The clock: SimPy around the movement kernels, one module for each family of processes."""
