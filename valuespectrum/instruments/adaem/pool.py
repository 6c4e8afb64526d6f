"""Clips, or captions, as arms: what is tried next are the neighbours of what told respondents apart.

Nothing is written here: the questions are there, in a corpus, and the search walks from one to those that look alike
through their vectors. So frames stay fixed, and a question is not rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.procedures.procedure import Procedure
from valuespectrum.instruments.adaem.asking import Answered
from valuespectrum.instruments.adaem.novelty import Vectors
from valuespectrum.instruments.adaem.stems import Stem
from vectorstore.foundation.errors import InputError


class PoolWriter:
    """Offers what is near to the best of an arm and was not asked yet.

    Args:
        stems: Everything that can be asked.
        vectors: Shape (stems, dimension), unit length: of the clips, as the index has them, or of the captions.
        arms: Places of the seeds; each begins an arm of its own.

    Raises:
        InputError: A vector is missing, or a seed does not exist.
    """

    rewrites = False
    unwritten = 0

    def __init__(self, stems: Sequence[Stem], vectors: Vectors, arms: Sequence[int]) -> None:
        if len(stems) != len(vectors) or not arms or max(arms) >= len(stems):
            raise InputError("a search over clips needs a vector of each, and seeds among them")
        self._stems = list(stems)
        self._vectors = np.asarray(vectors, np.float32)
        self._place = {stem.id: place for place, stem in enumerate(stems)}
        self._free = np.ones(len(stems), bool)
        self._free[list(arms)] = False
        self.seeds = [replace(stems[place], arm=stems[place].id) for place in arms]

    def invented(self, count: int) -> Procedure[list[Stem]]:
        """Nothing: there is what there is."""
        yield from ()
        return []

    def written(self, arm: str, best: Sequence[Answered], count: int) -> Procedure[list[Stem]]:
        """The nearest that are free, to the best of the arm in turn.

        Args:
            arm: Name of the arm.
            best: Its best questions, the best first; the scores weigh.
            count: How many are wanted.
        """
        yield from ()
        found: list[Stem] = []
        for place in range(count):
            origin = best[place % len(best)].stem
            cosines = np.where(self._free, self._vectors @ self._vectors[self._place[origin.id]], -np.inf)
            near = int(np.argmax(cosines))
            if not np.isfinite(cosines[near]):
                break
            self._free[near] = False
            found.append(replace(self._stems[near], arm=arm, depth=origin.depth + 1))
        return found

    def rewritten(self, scored: Sequence[Answered]) -> Procedure[list[Stem | None]]:
        """Nothing: frames are what they are."""
        yield from ()
        return [None] * len(scored)
