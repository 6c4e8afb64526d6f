"""Train the decision networks that come with us: ``python -m valuespectrum.reference.training.deciding [FOLDER]``.

They read the reference embedder's vectors and learn scenes of our own grammar, of which a sixth of all parts is held
back, and clips with a viewer's moves, by caption and by drawn frame. A few minutes on one core; the result is small
(under 300 kB) and committed, since logs of feeds that they decide must be the same on every machine, and what is
trained on demand is not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from valuespectrum.instruments.decisions.network.encoders import StateEncoder, load_encoder
from valuespectrum.instruments.decisions.network.learning import (
    LearningOptions,
    LearningStep,
    examples_of,
    learn,
    scene_steps,
)
from valuespectrum.instruments.decisions.network.saved import NetworkManifest, save_network
from valuespectrum.instruments.decisions.scenes.grammar import drawn_scenes
from valuespectrum.reference.drawing import draw_frame
from valuespectrum.reference.items.everyday import clip_scene
from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.painting.settings import random_setting
from vectorstore.foundation.random_streams import stream

ENCODER = "reference"
FOLDER = Path(__file__).parents[1] / "weights" / "decisions"
SCENES, ACTS = 63 * 40, 4
FRAMES = 5
"""Drawn frames of each look that are learnt from."""
LEARNING = LearningOptions(
    hidden=32, positions=12, scale=4.0, steps=(2e-3, 2e-3), decays=(1e-6, 1e-6), batches=(128, 128),
    patience=6, most_epochs=30, inputs="separate",
)  # fmt: skip
"""Smaller than the published networks, as the states are, and with larger steps: 1e-5 would take days to learn."""


def main(folder: Path = FOLDER, scenes: int = SCENES, frames: int = FRAMES) -> NetworkManifest:
    """Train and write them.

    Args:
        folder: Where to.
        scenes: Of the grammar.
        frames: Drawn frames of each look.
    """
    encoder = load_encoder(ENCODER)
    drawn = list(drawn_scenes(scenes, 0, "learnt", ACTS))
    steps = scene_steps(drawn, encoder, LEARNING.inputs)
    steps += _clip_steps(encoder, frames, len(drawn))
    told = f"{scenes} scenes of our grammar, its held-back parts left out, and {len(LOOKS)} looks of drawn clips"
    return save_network(folder, learn(examples_of(steps, LEARNING), encoder, (ENCODER, told), LEARNING))


def _clip_steps(encoder: StateEncoder, frames: int, first: int) -> Iterator[LearningStep]:
    """Captions and frames of every look, by themselves and with each move after them.

    What is held out to tell when to stop are captions and frames, not looks: of clips that nobody described nothing can
    be known.
    """
    moves = {act.text: encoder.texts([act.text])[0] for act in clip_scene(LOOKS[0]).acts}
    number = first
    for place, look in enumerate(LOOKS):
        scene, rng = clip_scene(look), stream(0, "decisions/frames", place)
        captions = [look.caption, *(f"{look.caption} {time}" for time in TIMES_OF_DAY.values())]
        pictures = [[draw_frame(look.id, random_setting(rng))] for _ in range(frames)]
        for states in (*encoder.texts(captions), *encoder.frames(pictures)):
            size = max(1, len(scene.values))
            yield LearningStep(states, scene.ratings, size, number)
            for act in scene.acts:
                yield LearningStep(np.concatenate([states, moves[act.text]]), act.ratings, size, number)
            number += 1


if __name__ == "__main__":
    print(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
