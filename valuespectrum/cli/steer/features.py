"""``steer features``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import ActivationName
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import DeviceOption, DtypeOption, SeedOption, refuse_idle, refuse_without
from valuespectrum.cli.console.terminal import JsonOption, Terminal

_OF_A_FEATURE = ("coefficient", "clamp", "keep_rest")
_OF_TRAINING = ("train_features", "train_kept", "train_steps")
"""Options that say how something is done, by what is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturesGiven:
    """What is typed after ``steer features``."""

    model: Annotated[
        str, typer.Option(help="A model in this process: hf:REPO_OR_PATH or reference[:NAME].", metavar="SPEC")
    ] = "reference"
    layer: Annotated[
        int | None, typer.Option(help="Block, from 0, where the file does not say.", min=0, show_default=False)
    ] = None
    activation: Annotated[
        ActivationName | None, typer.Option(help="Where the file does not say.", show_default=False)
    ] = None
    top_k: Annotated[
        int, typer.Option(help="Features that a file of kind topk keeps, where it does not say.", min=0)
    ] = 0
    phrase: Annotated[
        str, typer.Option(help="At whose tokens features are ranked and added; empty for the whole prompt.")
    ] = "your values"
    question: Annotated[
        str, typer.Option(help="A prompt with the phrase; by default one of ours.", show_default=False)
    ] = ""
    value: Annotated[
        str,
        typer.Option(
            help="Rank by how much more active features are where this value is held than where it is rejected.",
            metavar="VALUE",
            show_default=False,
        ),
    ] = ""
    top: Annotated[int, typer.Option(help="Features that are listed.", min=1)] = 24
    least: Annotated[
        float, typer.Option(help="Share of the variance of the block that must come back.", min=-1.0, max=1.0)
    ] = 0.5
    insist_on: Annotated[
        ActivationName | None,
        typer.Option(
            help="The activation that the file has, where you know so and its small features speak against it; kept "
            "with what is written.",
            show_default=False,
        ),
    ] = None
    feature: Annotated[int | None, typer.Option(help="Steer by this one.", min=0, show_default=False)] = None
    coefficient: Annotated[
        float | None,
        typer.Option(help="Add its decoder row so many times, at the phrase (published: 100).", show_default=False),
    ] = None
    clamp: Annotated[float | None, typer.Option(help="Set it to this, at every token.", show_default=False)] = None
    keep_rest: Annotated[
        bool, typer.Option("--keep-rest", help="With --clamp, keep what the autoencoder does not explain.")
    ] = False
    out: Annotated[
        Path | None, typer.Option(help="Intervention file to write.", metavar="FILE", show_default=False)
    ] = None
    train: Annotated[
        bool, typer.Option("--train", help="Train a small autoencoder on the block first (a minute or two).")
    ] = False
    train_features: Annotated[int, typer.Option(help="Features of it.", min=2)] = 384
    train_kept: Annotated[int, typer.Option(help="Features it keeps at each token.", min=1)] = 16
    train_steps: Annotated[int, typer.Option(help="Steps of training.", min=1)] = 1500
    seed: SeedOption = 0
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"


def features(
    context: typer.Context,
    autoencoder: Annotated[
        Path,
        typer.Argument(
            help="A folder of SAELens or sparsify, a file of Qwen-Scope, or with --train a folder to write.",
            metavar="AUTOENCODER",
            show_default=False,
        ),
    ],
    given: FeaturesGiven,
    as_json: JsonOption = False,
) -> None:
    """Rank the features of a sparse autoencoder, and steer by one of them.

    Reading a file runs nothing that is in it; one that gives back too little of what the model's block really gives, or
    adds what does harm, is refused. The file written is used by `--steer FILE` of other verbs.
    """
    edit = (
        None
        if given.feature is None
        else api.FeatureEdit(given.feature, given.coefficient, given.clamp, given.keep_rest)
    )
    settings = settings_of(
        api.FeatureSettings,
        given,
        edit=edit,
        train=api.FeatureTraining(given.train_features, given.train_kept, given.train_steps) if given.train else None,
        loading=api.ModelOptions(given.device, given.dtype),
    )
    with Terminal(as_json) as terminal:
        if given.feature is None:
            refuse_without(context, _OF_A_FEATURE, "--feature")
        if not given.train:
            refuse_without(context, _OF_TRAINING, "--train")
        if given.value:
            refuse_idle(context, ("question",), "--value")
        terminal.show(api.rank_value_features(given.model, autoencoder, settings, terminal))
