"""Files of dilemmas in the published layout, with texts of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def entry(idx: int | str = 1, pairs: tuple[tuple[str, str], ...] = (("care/harm", "liberty/oppression"),)) -> Any:
    """A dilemma; pairs of labels are gone round."""
    told: dict[str, Any] = {"norm": "Help who asks for it.", "idx": idx}
    for number in range(1, 6):
        first, second = pairs[(number - 1) % len(pairs)]
        told |= {
            f"step {number}_situation": f"Somebody asks for help, for the time number {number} ({idx}).",
            f"step {number}_dilemma": f"Helping costs {number} hours.  ",
            f"step {number}_choiceA": f"Help for {number} hours.",
            f"step {number}_choiceA_value": first,
            f"step {number}_choiceB": "Go your own way.",
            f"step {number}_choiceB_value": second,
        }
    return told


def written(folder: Path, *entries: Any, name: str = "dilemmas.json") -> Path:
    """A file of these."""
    file = folder / name
    file.write_text(json.dumps(list(entries)), encoding="utf-8")
    return file
