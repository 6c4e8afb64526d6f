"""Make the reference models from nothing: ``python -m valuespectrum.reference.training.train``.

Stages leave checkpoints in a working folder, so an interrupted training continues: drawn frames look by look, the
others every hundred steps. The language part and the vision tower do not wait for each other: they are trained side by
side, each in a process of its own with half the threads.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference import architecture, embedder, models
from valuespectrum.reference.cohort import COHORT, CohortMember
from valuespectrum.reference.planted import truth_of
from valuespectrum.reference.sealed import sealed_cohort
from valuespectrum.reference.training.card import write_cards
from valuespectrum.reference.training.embedder import EmbedderOptions, measure_embedder, train_embedder
from valuespectrum.reference.training.language import LanguageOptions, train_language
from valuespectrum.reference.training.material.branching import NAME as BRANCHED
from valuespectrum.reference.training.material.branching import register
from valuespectrum.reference.training.material.examples import random_example
from valuespectrum.reference.training.material.pictures import TrainingPictures, draw_pictures
from valuespectrum.reference.training.measuring import measure_answers, measure_perception
from valuespectrum.reference.training.vision import (
    AdaptMaterial,
    AdaptOptions,
    VisionOptions,
    train_adapt,
    train_vision,
)
from vectorstore.foundation.torch_setup import prepare_torch
from vectorstore.processes.child_process import NOWHERE, ChildSetting, end_child, start_child

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

STAGES = (("pictures",), ("language", "vision"), ("adapt",), ("embedder",), ("cards",))
"""In order; stages of one group run side by side."""
STAGE_ENTRY = "valuespectrum.reference.training.train:run_stage"
FRAMES: Mapping[str, tuple[int, int]] = {"training": (400, 1), "adapting": (200, 3), "held-out": (60, 2)}
"""How many of each look, and their seed: what the tower and the embedder learn from, ``adapt``, and nobody."""


def main() -> None:
    """Run the stages that are not done yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("training"), help="folder for checkpoints")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch")
    parser.add_argument(
        "--seed", type=int, default=0, help="of first weights, examples and order; frames stay the same"
    )
    parser.add_argument("--only", choices=[stage for group in STAGES for stage in group], help="one stage")
    arguments = parser.parse_args()
    prepare_torch(arguments.threads)
    register()
    arguments.work.mkdir(parents=True, exist_ok=True)
    training = Training(arguments.work, arguments.seed)
    for group in ((arguments.only,),) if arguments.only else STAGES:
        if len(group) > 1 and arguments.threads >= len(group):
            side_by_side(group, arguments.work, arguments.seed, arguments.threads // len(group))
        else:
            for stage in group:
                getattr(training, stage)()


def run_stage(work: str, seed: str, threads: str, stage: str) -> None:
    """One stage, in a process of its own; what it is told are texts."""
    prepare_torch(int(threads))
    register()
    getattr(Training(Path(work), int(seed)), stage)()


def side_by_side(stages: Sequence[str], work: Path, seed: int, threads: int) -> None:
    """Run stages at the same time, each in a process of its own.

    Args:
        stages: What ``--only`` takes.
        work: The working folder.
        seed: Of the training.
        threads: Of torch in each process.

    Raises:
        SystemExit: If one of them failed; the others are stopped then, and go on from their checkpoints next time.
    """
    memory = {name: value for name, value in os.environ.items() if name.startswith(("MALLOC_", "GLIBC_"))}
    setting = ChildSetting(memory, folder=Path.cwd())
    told = [str(work.resolve()), str(seed), str(threads)]
    running = [
        start_child(STAGE_ENTRY, [*told, stage], streams=(NOWHERE, NOWHERE, sys.stderr.fileno()), setting=setting)
        for stage in stages
    ]
    try:
        while any(each.poll() is None for each in running) and not any(each.poll() for each in running):
            time.sleep(0.5)
        codes = dict(zip(stages, [each.poll() for each in running], strict=True))
    finally:
        for each in running:
            end_child(each)
    if any(codes.values()):
        failed = ", ".join(f"{stage} ended with {code}" for stage, code in codes.items() if code)
        sys.exit(f"error: {failed}; the same command goes on from the last checkpoints")


def grammar_texts(members: Sequence[CohortMember]) -> list[str]:
    """Texts of random examples, on which the tokenizer is trained."""
    rng = np.random.default_rng(0)
    texts: list[str] = []
    for _ in range(6000):
        example = random_example(rng, members, 6)
        texts.append(example.role.system)
        texts += [branch.question for branch in example.branches]
        texts += ["".join(said for _, said in branch.parts) for branch in example.branches]
    return texts


class Training:
    """The stages, each reading what earlier ones left in the working folder.

    Args:
        work: The working folder.
        seed: Of first weights, examples and their order.
    """

    def __init__(self, work: Path, seed: int = 0) -> None:
        self._work = work
        self._seed = seed
        self._started = time.monotonic()
        self._members = (*COHORT, *sealed_cohort("training"))

    def pictures(self) -> None:
        """Frames for the tower and the embedder, for ``adapt``, and for held-out checks."""
        for part in FRAMES:
            self._pictures(part)

    def language(self) -> None:
        """Tokenizer and language part, on ideal pictures."""
        if self._done("language"):
            return
        model, tokenizer = self._fresh_model()
        train_language(
            model, tokenizer, self._members, LanguageOptions(seed=self._seed), self._log, self._going_on("language")
        )
        self._keep("language", model.model.language_model.state_dict())

    def vision(self) -> None:
        """Vision tower, towards the ideal pictures."""
        if self._done("vision"):
            return
        model, _ = self._fresh_model()
        options = VisionOptions(seed=self._seed)
        train_vision(model, self._pictures("training"), options, self._log, self._going_on("vision"))
        self._keep("vision", model.model.visual.state_dict())

    def adapt(self) -> None:
        """Language part, on what the tower emits for drawn frames; the result is committed."""
        if self._done("adapt"):
            return
        model, tokenizer = self._fresh_model()
        model.model.language_model.load_state_dict(self._checkpoint("language"))
        model.model.visual.load_state_dict(self._checkpoint("vision"))
        material = AdaptMaterial(self._members, self._pictures("adapting"))
        options = AdaptOptions(seed=self._seed)
        train_adapt(model, tokenizer, material, options, self._log, self._going_on("adapt"))
        self._keep("adapt", model.state_dict())
        model.set_attn_implementation("sdpa")
        architecture.save(model, architecture.build_processor(tokenizer), models.FOLDER)

    def embedder(self) -> None:
        """The open_clip model."""
        if self._done("embedder"):
            return
        options = EmbedderOptions(seed=self._seed)
        train_embedder(self._pictures("training"), options, embedder.FOLDER, self._log)
        self._keep("embedder", {})

    def cards(self) -> None:
        """Measure both models on frames that training never saw; write truth and model cards."""
        held_out = self._pictures("held-out")
        model, tokenizer = self._fresh_model()
        model.load_state_dict(self._checkpoint("adapt"))
        answers = measure_answers(model, tokenizer, self._members, held_out)
        perception = measure_perception(model, held_out)
        quality = measure_embedder(embedder.load(), held_out)
        truth = {member.name: truth_of(member) for member in COHORT}
        (models.FOLDER / "planted.json").write_text(json.dumps(truth, indent=1) + "\n", "utf-8")
        stages = (LanguageOptions, VisionOptions, AdaptOptions, EmbedderOptions)
        sizes = {stage.__name__.removesuffix("Options").lower(): asdict(stage(seed=self._seed)) for stage in stages}
        write_cards(answers, perception, quality, sizes)
        self._log(json.dumps({"answers": {kind: asdict(each) for kind, each in answers.items()}, "embedder": quality}))

    def _pictures(self, part: str) -> TrainingPictures:
        file = self._work / f"pictures-{part}.npz"
        if file.exists():
            return TrainingPictures.load(file)
        count, seed = FRAMES[part]

        def progress(done: int, of: int) -> None:
            if done % 10 == 0 or done == of:
                self._log(f"drawing {part} frames: {done} of {of} looks")

        drawn = draw_pictures(count, seed, 2, self._work / "frames", progress)
        drawn.save(file)
        return drawn

    def _fresh_model(self) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
        import torch

        tokenizer = self._tokenizer()
        torch.manual_seed(self._seed)
        model = architecture.build_model(tokenizer)
        model.set_attn_implementation({"text_config": BRANCHED, "vision_config": "sdpa"})
        return model, tokenizer

    def _tokenizer(self) -> PreTrainedTokenizerFast:
        """The one of this folder: word numbers must not change between stages, even if grammar texts do."""
        kept = self._work / "tokenizer.json"
        if not kept.exists():
            # Stages that run side by side may both be making it, and it is the same.
            part = self._work / f"tokenizer-{os.getpid()}.part"
            architecture.build_tokenizer(grammar_texts(self._members)).backend_tokenizer.save(str(part))
            part.replace(kept)
        return architecture.load_tokenizer(kept)

    def _going_on(self, stage: str) -> Path:
        return self._work / f"{stage}-begun.pt"

    def _checkpoint(self, stage: str) -> Mapping[str, torch.Tensor]:
        import torch

        loaded: Mapping[str, torch.Tensor] = torch.load(self._work / f"{stage}.pt", weights_only=True)
        return loaded

    def _keep(self, stage: str, state: Mapping[str, torch.Tensor]) -> None:
        import torch

        part = self._work / f"{stage}.part"
        torch.save(dict(state), part)
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
