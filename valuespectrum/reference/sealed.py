"""The sealed cohort: eight respondents whose planted values nobody should know while methods are tuned.

What is planted in them stands in ``data/sealed.bin`` and in no file in the clear. It was drawn once, with a seed of the
operating system that nobody kept (``training/seal.py``); ``data/sealed.sha256`` is the commitment: the SHA-256 of the
plain document, which holds a random salt. This is a seal against looking by accident and against tuning on what is
reported, not cryptography: the key is below, and whoever calls :func:`sealed_cohort` has broken the seal. Only
training, ``calibrate --open-sealed`` and studies of ``bench`` with ``--open-sealed`` do; a test holds that.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from hashlib import sha256
from itertools import count
from pathlib import Path

import numpy as np

from valuespectrum.reference.cohort import CohortMember, Leans
from vectorstore.foundation.errors import InputError, ModelError

OPENERS = ("training", "calibrate --open-sealed", "bench --open-sealed")
"""Who may open the seal."""
FOLDER = Path(__file__).parent / "data"
SEALED, COMMITMENT = "sealed.bin", "sealed.sha256"
_KEY = b"valuespectrum: do not look before you have reported"


def sealed_cohort(opened_by: str) -> tuple[CohortMember, ...]:
    """Open the seal.

    Args:
        opened_by: Who does, one of :data:`OPENERS`.

    Raises:
        InputError: It is for somebody else.
        ModelError: The file is missing or is not the one that was committed to.
    """
    if opened_by not in OPENERS:
        raise InputError(f"the sealed cohort is not for {opened_by!r:.80}", f"only {', '.join(OPENERS)} open it")
    try:
        plain, committed = unsealed((FOLDER / SEALED).read_bytes()), (FOLDER / COMMITMENT).read_text("ascii").split()[0]
    except (OSError, ValueError, IndexError, zlib.error) as error:
        raise ModelError(f"the sealed cohort in {FOLDER} cannot be read: {error}", "install again") from error
    if sha256(plain).hexdigest() != committed:
        raise ModelError(f"{FOLDER / SEALED} is not the cohort that {COMMITMENT} commits to", "install again")
    members = json.loads(plain)["members"]
    return tuple(CohortMember(**{**each, "leans": Leans(**each["leans"])}) for each in members)


def plain_document(members: tuple[CohortMember, ...], salt: str) -> bytes:
    """The document that is sealed and committed to; what is as in any other respondent is left out."""
    usual = asdict(CohortMember("", 0.0, 0.0, 0.0))
    needed = ("name", "elevation", "amplitude", "peak", "leans")
    stated = [
        {name: value for name, value in asdict(each).items() if name in needed or value != usual[name]}
        for each in members
    ]
    return json.dumps({"salt": salt, "members": stated}, sort_keys=True, separators=(",", ":")).encode()


def sealed(plain: bytes) -> bytes:
    """A document under the seal."""
    return _crossed(zlib.compress(plain, 9))


def unsealed(data: bytes) -> bytes:
    """The document again.

    Raises:
        zlib.error: It is none.

    Example:
        >>> unsealed(sealed(b"a profile"))
        b'a profile'
    """
    return zlib.decompress(_crossed(data))


def _crossed(data: bytes) -> bytes:
    """Bytes XORed with the keystream, which is its own inverse."""
    blocks = (sha256(_KEY + number.to_bytes(8, "big")).digest() for number in count())
    key = b"".join(next(blocks) for _ in range(len(data) // 32 + 1))[: len(data)]
    return (np.frombuffer(data, np.uint8) ^ np.frombuffer(key, np.uint8)).tobytes()
