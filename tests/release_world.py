"""What earlier releases made, copied to where a test may change it; ``tests/fixtures`` says how it came about."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

RELEASE = Path(__file__).parent / "fixtures" / "release_0_1"


def recorded(name: str) -> Any:
    """A document that was written down when the fixtures were made."""
    return json.loads((RELEASE / "recorded" / f"{name}.json").read_text(encoding="utf-8"))


def copy(name: str, folder: Path) -> Path:
    """A copy of a part of the fixtures in a folder of a test, as private as its maker left it."""
    target = folder / name
    shutil.copytree(RELEASE / name, target)
    target.chmod(0o700)
    return target


def environment() -> dict[str, str]:
    """On what the last digits of a network's answers depend."""
    import torch
    import transformers

    return {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "processor": torch.backends.cpu.get_cpu_capability(),
        "device": "cuda" if torch.cuda.is_available() else "cpu",
    }


def answers_elsewhere() -> str:
    """Why the networks of the fixtures may answer otherwise here; empty where they must not."""
    made, here = recorded("environment"), environment()
    return ", ".join(
        f"made with {name} {made[name]}, here is {here[name]}" for name in made if made[name] != here[name]
    )
