"""Named random streams: one generator per purpose and per thing, all from one seed.

A draw added for one purpose never shifts the draws of another, so two plans compared under
one seed meet the same people and the same luck (common random numbers).
"""

import hashlib

import numpy as np


class Streams:
    """The random streams of one run."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def get(self, *name: str | int) -> np.random.Generator:
        """Return the generator called `name`, at its beginning.

        The same seed and name give the same draws in every process and on every machine:
        the name is hashed (BLAKE2b), never Python's own salted `hash`.

        >>> Streams(7).get("preparation", "J15").integers(100) == Streams(7).get("preparation", "J15").integers(100)
        np.True_
        """
        digest = hashlib.blake2b("\x1f".join(map(str, name)).encode(), digest_size=16).digest()
        words = np.frombuffer(digest, dtype="<u4").tolist()
        return np.random.Generator(np.random.Philox(np.random.SeedSequence((self.seed, *words))))
