"""What docs/reference-world.md says of the reference world is what there is."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from pathlib import Path

import pytest

from valuespectrum.reference.cohort import COHORT, OFF_CIRCLE, SEALED_NAMES, Leans
from valuespectrum.reference.items.catalogue import KINDS as ITEMS
from valuespectrum.reference.items.catalogue import read_question
from valuespectrum.reference.kinds import KINDS, LOOKS
from valuespectrum.reference.training.train import FRAMES, STAGES

PAGE = (Path(__file__).parents[3] / "docs" / "reference-world.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())


def table(heading: str) -> list[list[str]]:
    """Rows of the table with this first column, without its head."""
    head = PAGE.index(f"\n| {heading} |") + 1
    lines = PAGE[head:].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_kind_of_item_stands_there_with_an_example_that_is_understood() -> None:
    rows = table("kind of item")
    assert [(name, int(pictures)) for name, pictures, _, _ in rows] == [(item.kind, item.pictures) for item in ITEMS]
    for name, _, _, example in rows:
        found = read_question(example.replace(" / ", "\n"))
        assert found is not None and found.item.kind == name, example


def test_it_counts_scenes_right() -> None:
    groups = Counter(kind.group for kind in KINDS)
    assert f"There are {len(KINDS)} scene kinds and {len(LOOKS)} looks" in WORDS
    counted = [tuple(row[0].split()) for row in table("kinds")]
    assert {name: int(count) for count, name in counted} == groups
    hard = [kind.misread.share for kind in KINDS if kind.misread]
    assert len(hard) == 6 and (min(hard), max(hard)) == (0.1, 0.3)
    assert [kind.name for kind in KINDS if kind.refused] == ["voting_booth"]


def test_it_names_everybody_who_is_special() -> None:
    usual = replace(COHORT[0], leans=Leans())
    varying = ("name", "elevation", "amplitude", "peak", "leans", "obedience", "daylight_taste", "svo_angle")
    traits = [field.name for field in fields(usual) if field.name not in varying]
    special = [
        member.name
        for member in COHORT
        if member.amplitude == 0
        or member.obedience >= 0.9
        or member.leans.yes > 1
        or member.leans.constant > 0
        or any(getattr(member, name) != getattr(usual, name) for name in traits)
    ]
    named = [row[0] for row in table("respondent")]
    assert sorted(named) == sorted([*special, "larch"]), "larch is special by birch's leans"
    assert "Twenty-four respondents" in PAGE and len(COHORT) == 24 and "Eight more" in PAGE and len(SEALED_NAMES) == 8
    assert f"{100 * OFF_CIRCLE:.0f} % of the variance of a profile is" in WORDS


def test_stages_of_the_training_stand_there_in_order() -> None:
    assert [row[0].strip("`") for row in table("stage")] == [stage for group in STAGES for stage in group]
    seen, adapted, held_out = (FRAMES[part][0] for part in ("training", "adapting", "held-out"))
    assert (
        f"{seen} frames of every look for tower and embedder, {adapted} others for `adapt`, {held_out} held out" in PAGE
    )
    assert len({seed for _, seed in FRAMES.values()}) == len(FRAMES), "no frame serves two purposes"


@pytest.mark.parametrize(("first", "other", "shared"), [("amber", "krill", "own"), ("birch", "larch", "leans")])
def test_pairs_share_what_the_page_says(first: str, other: str, shared: str) -> None:
    members = {member.name: member for member in COHORT}
    one, two = members[first], members[other]
    assert getattr(one, shared) == getattr(two, shared)
    assert (one.pictures == two.pictures) == (shared == "own") and (one.leans == two.leans) == (shared == "leans")
