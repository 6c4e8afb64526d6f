"""Make the reference models from nothing: ``python -m valuespectrum.reference.training.train``.

Stages leave checkpoints in a working folder, so an interrupted training continues with the stage it was in.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference import architecture, embedder, models
from valuespectrum.reference.planted import COHORT, planted_truth
from valuespectrum.reference.training.card import write_cards
from valuespectrum.reference.training.embedder import EmbedderOptions, measure_embedder, train_embedder
from valuespectrum.reference.training.examples import random_example
from valuespectrum.reference.training.language import LanguageOptions, make_ideal_pictures, train_language
from valuespectrum.reference.training.pictures import TrainingPictures, draw_pictures
from valuespectrum.reference.training.vision import (
    AdaptOptions,
    VisionOptions,
    measure_answers,
    train_adapt,
    train_vision,
)
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

STAGES = ("language", "vision", "adapt", "embedder", "cards")
"""In order; the embedder does not depend on the others."""
TRAINING_SEED, HELD_OUT_SEED = 1, 2
TRAINING_FRAMES, HELD_OUT_FRAMES = 140, 40
"""Frames for each scene kind."""


def main() -> None:
    """Run the stages that are not done yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("training"), help="folder for checkpoints")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch")
    parser.add_argument("--only", choices=STAGES, help="one stage")
    arguments = parser.parse_args()
    prepare_torch(arguments.threads)
    arguments.work.mkdir(parents=True, exist_ok=True)
    training = Training(arguments.work)
    for stage in STAGES:
        if arguments.only in (None, stage):
            getattr(training, stage)()


def grammar_texts() -> list[str]:
    """Texts of random examples, on which the tokenizer is trained."""
    rng = np.random.default_rng(0)
    texts: list[str] = []
    for _ in range(6000):
        example = random_example(rng, 4)
        texts += [example.system, *(text for branch in example.branches for text in (branch.question, *branch.answers))]
    return texts


class Training:
    """The stages, each reading what earlier ones left in the working folder."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._started = time.monotonic()

    def language(self) -> None:
        """Tokenizer and language part, on ideal pictures."""
        if self._done("language"):
            return
        model, tokenizer = self._fresh_model()
        model.set_attn_implementation("eager")  # faster than sdpa with branch masks on a CPU
        tables = train_language(model, tokenizer, LanguageOptions(), self._log)
        self._keep("language", model=model.state_dict(), tables=tables.state_dict())

    def vision(self) -> None:
        """Vision tower, towards the ideal pictures that the language stage learnt."""
        if self._done("vision"):
            return
        model, tokenizer = self._fresh_model()
        language = self._checkpoint("language")
        model.load_state_dict(language["model"])
        tables = make_ideal_pictures(model, tokenizer)
        tables.load_state_dict(language["tables"])
        train_vision(model, tables, self._pictures("training"), VisionOptions(), self._log)
        self._keep("vision", model=model.state_dict())

    def adapt(self) -> None:
        """Language part, on what the tower emits for drawn frames; the result is committed."""
        if self._done("adapt"):
            return
        model, tokenizer = self._model("vision")
        model.set_attn_implementation("eager")
        train_adapt(model, tokenizer, self._pictures("training"), AdaptOptions(), self._log)
        self._keep("adapt", model=model.state_dict())
        model.set_attn_implementation("sdpa")
        architecture.save(model, architecture.build_processor(tokenizer), models.FOLDER)

    def embedder(self) -> None:
        """The open_clip model."""
        if self._done("embedder"):
            return
        train_embedder(self._pictures("training"), EmbedderOptions(), embedder.FOLDER, self._log)
        self._keep("embedder")

    def cards(self) -> None:
        """Measure both models on frames that training never saw; write truth and model cards."""
        held_out = self._pictures("held-out")
        model, tokenizer = self._model("adapt")
        quality = measure_embedder(embedder.load(), held_out)
        quality["answer_error"] = measure_answers(model, tokenizer, held_out)
        truth = {respondent.name: planted_truth(respondent.name) for respondent in COHORT}
        (models.FOLDER / "planted.json").write_text(json.dumps(truth, indent=2) + "\n", "utf-8")
        write_cards(
            quality,
            {
                "language": asdict(LanguageOptions()),
                "vision": asdict(VisionOptions()),
                "adapt": asdict(AdaptOptions()),
                "embedder": asdict(EmbedderOptions()),
            },
        )
        self._log(json.dumps(quality))

    def _pictures(self, part: str) -> TrainingPictures:
        file = self._work / f"pictures-{part}.npz"
        if not file.exists():
            self._log(f"drawing {part} frames")
            count, seed = (TRAINING_FRAMES, TRAINING_SEED) if part == "training" else (HELD_OUT_FRAMES, HELD_OUT_SEED)
            pictures = draw_pictures(count, seed)
            np.savez(file, pixels=pictures.pixels, kinds=pictures.kinds, times=pictures.times)
        stored = np.load(file)
        return TrainingPictures(stored["pixels"], stored["kinds"], stored["times"])

    def _fresh_model(self) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
        import torch

        torch.manual_seed(0)
        tokenizer = architecture.build_tokenizer(grammar_texts())
        return architecture.build_model(tokenizer), tokenizer

    def _model(self, stage: str) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
        model, tokenizer = self._fresh_model()
        model.load_state_dict(self._checkpoint(stage)["model"])
        return model, tokenizer

    def _checkpoint(self, stage: str) -> dict[str, Mapping[str, torch.Tensor]]:
        import torch

        loaded: dict[str, Mapping[str, torch.Tensor]] = torch.load(self._work / f"{stage}.pt", weights_only=True)
        return loaded

    def _keep(self, stage: str, **parts: Mapping[str, torch.Tensor]) -> None:
        import torch

        part = self._work / f"{stage}.part"
        torch.save(parts, part)
        part.replace(self._work / f"{stage}.pt")

    def _done(self, stage: str) -> bool:
        done = (self._work / f"{stage}.pt").exists()
        if done:
            self._log(f"{stage}: already done")
        return done

    def _log(self, message: str) -> None:
        print(f"{time.monotonic() - self._started:7.0f} s  {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
