"""Have scenes written by a model: ``python -m valuespectrum.instruments.decisions.generate OUT --model SPEC``.

Answers are kept beside the result, so that the same command goes on after a kill. ``--judge`` names another model,
which infers the values of each scene anew; whoever judges what it wrote itself agrees with itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from agents.answers.store import AnswerStore
from agents.judges.panel import JUDGE
from agents.judges.watching import FEWEST, MOST_UNREAD, same_weights
from agents.models.base import Model, ModelOptions
from agents.procedures.conductor import conduct
from agents.procedures.procedure import Named
from valuespectrum.instruments.decisions.scenes.files import write_scenes
from valuespectrum.instruments.decisions.scenes.scene import value_subsets
from valuespectrum.instruments.decisions.scenes.writing import (
    WRITER,
    SceneWritingOptions,
    WrittenScene,
    writing,
    writing_summary,
)
from vectorstore.foundation.disk import refuse_unwritable
from vectorstore.foundation.errors import InputError, ValueSpectrumError


def generated(
    scenes: int, cast: dict[str, Model], store: AnswerStore | None, options: SceneWritingOptions
) -> list[WrittenScene]:
    """Have scenes written about all subsets of the values in turn.

    Args:
        scenes: How many are tried.
        cast: Who is ``writer``, and who is ``judge`` where scenes are inferred anew.
        store: Where answers are kept; ``None`` for nowhere.
        options: How.

    Returns:
        What became of each; a scene in the words of an earlier one is dropped as ``repeated``.
    """
    subsets = value_subsets()
    procedures = (
        Named(f"scene {number} {options}", writing(subsets[number % len(subsets)], number, options))
        for number in range(scenes)
    )
    seen: set[str] = set()
    found: list[WrittenScene] = []
    for each in conduct(procedures, cast, store):
        text = each.scene.text if each.scene is not None else ""
        # A model that draws no words says of the same subset the same: twice it would count as two scenes.
        found.append(replace(each, scene=None, why="repeated") if text and text in seen else each)
        seen.add(text)
    return found


def judge_cautions(found: Sequence[WrittenScene], cast: Mapping[str, Model]) -> list[str]:
    """What is to be said of who inferred the values of scenes anew; nothing where nobody did.

    Args:
        found: What became of the scenes.
        cast: Who wrote, and who judged.
    """
    judged = [each for each in found if each.scene is not None or each.why in ("reinferred", "unjudged")]
    if JUDGE not in cast or not judged:
        return []
    told = []
    if same_weights(cast[JUDGE].id, cast[WRITER].id):
        told.append("the judge is the model that wrote the scenes: it agrees with itself")
    unread = sum(each.why == "unjudged" for each in judged)
    if len(judged) >= FEWEST and unread > MOST_UNREAD * len(judged):
        told.append(f"the judge left a value open in {unread} of {len(judged)} scenes")
    if len(judged) >= FEWEST and len({each.found for each in judged}) == 1:
        told.append(f"the judge found the same values in all {len(judged)} scenes, whatever they were written for")
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Write scenes; 2 where something given cannot be used."""
    from agents.models.registry import load_model

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="JSON file of scenes; answers lie beside it")
    parser.add_argument("--model", required=True, help="who writes")
    parser.add_argument("--judge", default="", help="who infers values anew; without one the filter is by words alone")
    parser.add_argument("--scenes", type=int, default=63, help="how many are tried")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.scenes < 1:
            raise InputError(f"scenes must be at least 1, got {chosen.scenes}", "63 are one about each subset")
        refuse_unwritable(chosen.out)
        cast = {WRITER: load_model(chosen.model, ModelOptions())}
        if chosen.judge:
            cast[JUDGE] = load_model(chosen.judge, ModelOptions())
        with AnswerStore(chosen.out.with_suffix(".answers.sqlite")) as store:
            found = generated(chosen.scenes, cast, store, SceneWritingOptions(reinferred=bool(chosen.judge)))
        for caution in judge_cautions(found, cast):
            print(f"caution: {caution}")
        kept = [each.scene for each in found if each.scene is not None]
        if not kept:
            raise InputError(
                f"none of {len(found)} scenes was kept: {dict(writing_summary(found))}", "try another model"
            )
        write_scenes(chosen.out, kept)
    except ValueSpectrumError as error:
        parser.exit(2, f"{error}\n")
    print(f"{len(kept)} of {len(found)} scenes are in {chosen.out}: {dict(writing_summary(found))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
