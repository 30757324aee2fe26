"""The compiled loops: arrays and floats in, arrays out; numpy and numba only."""
