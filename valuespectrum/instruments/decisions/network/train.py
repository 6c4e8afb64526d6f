"""Train decision networks of your own, on ``DATA`` into the folder ``OUT``.

``python -m valuespectrum.instruments.decisions.network.train OUT --scenes DATA [--encoder text:t5-base]``

``DATA`` is a file of scenes (as ``generate`` writes them), or a clone of the published repository, of which the half
for training is taken. ``text:t5-base`` is the encoder of the paper. Nothing is downloaded but the encoder, by its name.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from valuespectrum.instruments.decisions.network.encoders import load_encoder
from valuespectrum.instruments.decisions.network.learning import (
    INPUTS,
    LearningOptions,
    examples_of,
    learn,
    scene_steps,
)
from valuespectrum.instruments.decisions.network.saved import MANIFEST, save_network
from valuespectrum.instruments.decisions.scenes.clone import MOST_VALUES, PilotClone
from valuespectrum.instruments.decisions.scenes.files import read_scenes
from valuespectrum.instruments.decisions.scenes.scene import DecisionAct, DecisionScene
from vectorstore.foundation.disk import refuse_unwritable
from vectorstore.foundation.errors import ValueSpectrumError


def scenes_to_learn(data: Path) -> list[DecisionScene]:
    """Scenes of a file, or those of a clone that are for training.

    Raises:
        InputError: They cannot be read.
    """
    return list(_of_clone(PilotClone(data))) if data.is_dir() else read_scenes(data)


def _of_clone(clone: PilotClone) -> Iterator[DecisionScene]:
    for values in range(1, MOST_VALUES + 1):
        for each in clone.scenes(values, "train"):
            acts = tuple(DecisionAct(act.description, tuple(act.values)) for act in each.actions)
            yield DecisionScene(each.scenario, tuple(value.lower() for value in each.values), acts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write networks; 2 where something given cannot be used."""
    usual = LearningOptions()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for weights and manifest")
    parser.add_argument("--scenes", type=Path, required=True, help="file of scenes, or a clone")
    parser.add_argument("--encoder", default="reference", help="text:NAME of transformers, or an embedder")
    parser.add_argument(
        "--inputs", choices=INPUTS, default=usual.inputs, help="acts after their scene, or by themselves"
    )
    parser.add_argument("--positions", type=int, default=usual.positions, help="to which sequences are pooled")
    parser.add_argument("--hidden", type=int, default=usual.hidden, help="numbers in the layer with rectifiers")
    parser.add_argument("--steps", type=float, nargs=2, default=usual.steps, help="of Adam, for LabelNet and RateNet")
    parser.add_argument("--epochs", type=int, default=usual.most_epochs, help="at most, after the curriculum")
    chosen = parser.parse_args(arguments)
    try:
        options = replace(
            usual,
            inputs=chosen.inputs,
            positions=chosen.positions,
            hidden=chosen.hidden,
            steps=tuple(chosen.steps),
            most_epochs=chosen.epochs,
        )
        refuse_unwritable(chosen.out / MANIFEST)
        scenes, encoder = scenes_to_learn(chosen.scenes), load_encoder(chosen.encoder)
        examples = examples_of(scene_steps(scenes, encoder, options.inputs), options)
        told = f"{len(scenes)} scenes of {chosen.scenes.name}"
        manifest = save_network(chosen.out, learn(examples, encoder, (chosen.encoder, told), options))
    except ValueSpectrumError as error:
        parser.exit(2, f"{error}\n")
    print(f"{len(examples)} texts were learnt; {chosen.out} has {manifest.weights[:12]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
