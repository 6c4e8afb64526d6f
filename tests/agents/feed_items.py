"""Items for tests of feeds, and the log of a session that showed some of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agents.feeds.items import FeedItem

AXES = "abcd"


def drawn_items(count: int, marks: Mapping[int, tuple[str, ...]] | None = None) -> list[FeedItem]:
    """``clip0``, ``clip1``, ... with random vectors; every fourth has no group."""
    groups = ("power", "security", "hedonism", None)
    vectors = np.random.default_rng(0).normal(size=(count, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        FeedItem(f"clip{place}", f"frame{place}", groups[place % 4], vectors[place], (marks or {}).get(place, ()))
        for place in range(count)
    ]


def axis_items(each: int = 3) -> list[FeedItem]:
    """``a0``, ``a1``, ..., ``d2``: those of a group are alike, and unlike those of the others."""
    axes = np.eye(len(AXES), dtype=np.float32)
    return [
        FeedItem(f"{group}{number}", "", group, axes[place])
        for place, group in enumerate(AXES)
        for number in range(each)
    ]


def session_log(path: Path, items: Sequence[FeedItem], shown: Sequence[int]) -> tuple[Path, list[dict[str, Any]]]:
    """What a policy needs of a log: the items shown, why, and with what chances."""
    steps = []
    for step, place in enumerate(shown):
        chances = [0.5, 0.25, 0.25]
        others = [each for each in range(len(items)) if each not in shown][:2]
        candidates = [
            {"id": items[each].item_id, "score": 0.1 * each, "propensity": chance}
            for each, chance in zip([place, *others], chances, strict=True)
        ]
        steps.append(
            {"step": step, "item_id": items[place].item_id, "policy_reason": "exploit", "candidates": candidates}
        )
    lines = [{"schema": "valuespectrum.session/1"}, *steps]
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    return path, steps
