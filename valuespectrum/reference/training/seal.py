"""Draw the sealed cohort once: ``python -m valuespectrum.reference.training.seal --out FOLDER``.

Nothing of what is drawn is printed, and the seed is kept nowhere. Numbers come from the ranges of the open cohort;
one respondent is a faker, one has a gap between pictures and words, one drifts under pressure; which ones is drawn too.
"""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from valuespectrum.reference.cohort import SEALED_NAMES, CohortMember, Leans
from valuespectrum.reference.sealed import COMMITMENT, FOLDER, SEALED, plain_document, sealed
from vectorstore.foundation.disk import write_durably
from vectorstore.foundation.errors import InputError


def main() -> None:
    """Draw, seal, and write the commitment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the sealed file and the commitment")
    out: Path = parser.parse_args().out
    try:
        print(f"committed to {seal(out)}")
    except InputError as error:
        parser.error(error.message)


def seal(out: Path) -> str:
    """Write a new sealed cohort and its commitment into a folder.

    Returns:
        The commitment.

    Raises:
        InputError: There is one already.
    """
    for name in (SEALED, COMMITMENT):
        if (out / name).exists():
            raise InputError(
                f"{out / name} is there already; a cohort is sealed once", "name another folder with --out"
            )
    members = draw(np.random.Generator(np.random.PCG64(secrets.randbits(128))))
    salted = tuple(replace(member, profile_of=f"{member.name}/{secrets.token_hex(16)}") for member in members)
    plain = plain_document(salted, secrets.token_hex(32))
    write_durably(out / SEALED, sealed(plain))
    write_durably(out / COMMITMENT, f"{sha256(plain).hexdigest()}\n".encode())
    return sha256(plain).hexdigest()


def draw(rng: np.random.Generator) -> tuple[CohortMember, ...]:
    """Eight respondents without the salt of their own deviations."""
    members = [_ordinary(rng, name) for name in SEALED_NAMES]
    special: tuple[Mapping[str, float], ...] = (
        {"faking": _number(rng, 0.5, 0.8)},
        {"gap": _number(rng, 90, 150) * _sign(rng)},
        {"pressure": _number(rng, 0.3, 0.6)},
    )
    for place, traits in zip(rng.permutation(len(members)), special, strict=False):
        members[place] = replace(members[place], **traits)
    return tuple(members)


def _ordinary(rng: np.random.Generator, name: str) -> CohortMember:
    def normal(mean: float, spread: float) -> float:
        return round(float(rng.normal(mean, spread)), 2)

    return CohortMember(
        name,
        elevation=normal(0.1, 0.25),
        amplitude=_number(rng, 1.0, 1.4),
        peak=_number(rng, 0, 360),
        leans=Leans(normal(0.2, 0.4), normal(0.2, 0.25), normal(0.05, 0.25), normal(0.15, 0.2)),
        obedience=_number(rng, 0.55, 0.85),
        daylight_taste=_number(rng, 0.3, 0.6) * _sign(rng),
        svo_angle=_number(rng, -14, 50),
    )


def _number(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 2)


def _sign(rng: np.random.Generator) -> float:
    return float(rng.choice((-1.0, 1.0)))


if __name__ == "__main__":
    main()
