"""``steer features``: read an autoencoder, check it, rank its features, and steer by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from agents.models.base import ModelOptions
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.files import refuse_taken
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import visible_line
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.models.base import Ask
    from agents.models.capabilities import TorchModel
    from agents.models.steering.edits import Edit
    from valuespectrum.steering.features.published import PublishedAutoencoder
    from valuespectrum.steering.features.reconstruction import Reconstruction
    from valuespectrum.steering.features.training import AutoencoderTraining

ActivationName = Literal["relu", "topk", "jumprelu"]
"""Kinds of sparse autoencoders."""
_CHECKED_ASKS, _TRAINING_ASKS = 60, 900
_CONTRASTS = 60


@dataclass(frozen=True, slots=True)
class FeatureTraining(CheckedSettings):
    """An autoencoder that is trained first; the names are what stands behind ``--train-`` in ``steer features``."""

    bounds: ClassVar[Bounds] = {"features": (2, ENDLESS), "kept": (1, ENDLESS), "steps": (1, ENDLESS)}

    features: int = 384
    kept: int = 16
    """Features at each token."""
    steps: int = 1500


@dataclass(frozen=True, slots=True)
class FeatureEdit(CheckedSettings):
    """What is done to one feature; the names are those of options of ``valuespectrum steer features``."""

    bounds: ClassVar[Bounds] = {"feature": (0, ENDLESS)}

    feature: int
    coefficient: float | None = None
    """Times the feature's decoder row, added at the phrase, in the prompt only."""
    clamp: float | None = None
    """What the feature is set to, at every token."""
    keep_rest: bool = False
    """Where it is set, what the autoencoder does not explain stays."""


@dataclass(frozen=True, slots=True)
class FeatureSettings(CheckedSettings):
    """What is ranked and how; the names are those of the options of ``valuespectrum steer features``."""

    bounds: ClassVar[Bounds] = {"layer": (0, ENDLESS), "top_k": (0, ENDLESS), "top": (1, ENDLESS), "least": (-1.0, 1.0)}

    layer: int | None = None
    """Block that the autoencoder is about, where its file does not say."""
    activation: ActivationName | None = None
    top_k: int = 0
    """Features that a file of kind topk keeps, where it does not say."""
    phrase: str = "your values"
    """At whose tokens features are ranked and added; empty for all tokens of the prompt."""
    question: str = ""
    """A prompt with the phrase; empty for one of ours."""
    value: str = ""
    """A value: features are ranked by how much more active they are where it is held than where it is rejected."""
    top: int = 24
    least: float = 0.5
    """Share of the variance of the block that must come back."""
    insist_on: ActivationName | None = None
    """The activation that the file has, where you know so and the check of small features speaks against it."""
    edit: FeatureEdit | None = None
    out: Path | None = None
    """Intervention file."""
    train: FeatureTraining | None = None
    seed: int = 0
    force: bool = False
    loading: ModelOptions = field(default_factory=ModelOptions)


@dataclass(frozen=True, repr=False)
class RankedFeatures(Outcome):
    """An autoencoder that was checked, and its features in order."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each feature."""
        return list(self.document["features"])


def rank_value_features(
    model: str,
    autoencoder: str | PathLike[str],
    settings: FeatureSettings | None = None,
    teller: Teller | None = None,
) -> RankedFeatures:
    """Rank the features of a sparse autoencoder of a model, and write an intervention by one of them.

    Args:
        model: A model whose weights are in this process: ``hf:...``, ``reference``.
        autoencoder: A folder of SAELens or sparsify, or a file of Qwen-Scope; a folder to write where one is trained.
        settings: What is ranked, and what is done with one feature.
        teller: Who is told how it goes.

    Raises:
        InputError: The file is not understood, does not fit the model, gives too little back, adds what does harm, or
            options contradict each other.
        ModelError: The model cannot be loaded or its weights cannot be reached.
        StorageError: A file cannot be written.

    Example::

        vs.rank_value_features("reference", "sae-block-3", vs.FeatureSettings(layer=3, train=vs.FeatureTraining()))
    """
    from valuespectrum.operations.steering.fit import torch_model
    from valuespectrum.steering.features.probing import probing_asks
    from valuespectrum.steering.features.published import check_model, other_model
    from valuespectrum.steering.features.ranking import block_activations
    from valuespectrum.steering.features.reconstruction import check_reconstruction

    settings, teller, path = settings or FeatureSettings(), teller or Unattended(), user_path(autoencoder)
    _check(settings)
    if settings.train:
        _refuse_full(path, settings, known=bool(_trained_before(path, settings)))
    there = None if settings.train else _read(path, settings, teller)
    teller.doing(f"loading {model}")
    loaded = torch_model(model, settings.loading)
    if settings.train and not settings.force and _trained_before(path, settings) == loaded.id:
        teller.say(f"{path} was trained so before, and is taken as it is (--force trains anew)")
    elif settings.train:
        _refuse_full(path, settings)
        _train(loaded, path, settings, teller)
    found = there or _read(path, settings, teller)
    layers = loaded.decoder_layers()
    width = int(loaded.torch_model.config.get_text_config().hidden_size)
    check_model(found, loaded.id, width, len(layers))
    teller.doing("checking what comes back of the model's own activations")
    checked = block_activations(loaded, probing_asks(_CHECKED_ASKS, settings.seed + 1), found.layer)
    back = check_reconstruction(found.autoencoder, checked, str(path), settings.least, settings.insist_on)
    teller.doing("ranking features")
    ranked, at = _ranked(loaded, found, settings)
    document: Json = {
        "autoencoder": dict(found.told) | {"path": str(path)},
        "model": loaded.id,
        "explained": back.explained,
        "active": back.active,
        "tokens": back.tokens,
        **_overridden(found, back),
        "ranked_by": at,
        "features": ranked,
        "written": _written(loaded, found, settings, back),
        "notes": list(filter(None, [other_model(found, loaded.id)])),
    }
    return RankedFeatures(document, _in_words(document, back))


def _check(settings: FeatureSettings) -> None:
    """Look at everything that contradicts itself before a model is loaded, and an autoencoder is trained.

    Raises:
        InputError: Something does.
        StorageError: No intervention can be written.
    """
    from valuespectrum.steering.neurons.aspects import value_members

    edit = settings.edit
    if (edit is None) != (settings.out is None):
        raise InputError("a feature and a file belong together", "name --feature and --out, or neither")
    if edit is not None and (edit.coefficient is None) == (edit.clamp is None):
        raise InputError("a feature is either added or set", "name --coefficient or --clamp")
    if edit is not None and edit.keep_rest and edit.clamp is None:
        raise InputError("--keep-rest means nothing without --clamp", "what is added replaces nothing")
    if settings.value:
        value_members(settings.value)  # refuses what there is not
        if settings.question:
            raise InputError(
                "--question means nothing beside --value, which ranks by prompts of its own", "leave one of them out"
            )
    if settings.train:
        _check_training(settings, settings.train)
    if settings.out is not None:
        refuse_taken(settings.out, settings.force)


def _check_training(settings: FeatureSettings, train: FeatureTraining) -> None:
    from valuespectrum.steering.features.training import check_sizes

    if settings.layer is None:
        raise InputError("an autoencoder is trained on one block", "name it with --layer")
    if any(each not in (None, "topk") for each in (settings.activation, settings.insist_on)):
        raise InputError("an autoencoder that is trained is of kind topk", "leave --activation and --insist-on out")
    if settings.top_k not in (0, train.kept):
        raise InputError("--top-k is about files that do not say it", "say how many are kept with --train-kept")
    check_sizes(_wanted(settings, train))
    _refuse_feature(settings, train.features)


def _refuse_feature(settings: FeatureSettings, features: int) -> None:
    edit = settings.edit
    if edit is not None and not 0 <= edit.feature < features:
        raise InputError(f"the autoencoder has {features} features, none is {edit.feature}", "they count from 0")


def _read(path: Path, settings: FeatureSettings, teller: Teller) -> PublishedAutoencoder:
    """The autoencoder, if it has the feature that is wanted."""
    from valuespectrum.steering.features.layouts import read_autoencoder
    from valuespectrum.steering.features.published import Stated

    teller.doing("reading the autoencoder")
    found = read_autoencoder(path, Stated(settings.layer, settings.activation, settings.top_k))
    _refuse_feature(settings, found.autoencoder.features)
    return found


def _refuse_full(folder: Path, settings: FeatureSettings, *, known: bool = False) -> None:
    """Look at where an autoencoder is to go before one is trained.

    What the same command left there when it was stopped while it wrote is in nobody's way.

    Raises:
        InputError: Something is there that is no empty folder.
        StorageError: It cannot be looked at or written.
    """
    from valuespectrum.steering.features.sae_lens import CONFIGURATION, WEIGHTS
    from vectorstore.foundation.disk import is_unfinished, refuse_unwritable, storage_errors

    with storage_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is no folder, and an autoencoder that is trained is one", "name a new folder")
        names = [each.name for each in folder.iterdir()] if folder.exists() else []
    there = [name for name in names if not is_unfinished(name)]
    begun = there == [CONFIGURATION] and bool(_told_by(folder, settings))
    if there and not (settings.force or known or begun):
        raise InputError(f"{folder} is not empty", "name a new folder, or add --force")
    refuse_unwritable(folder / WEIGHTS)


def _trained_before(folder: Path, settings: FeatureSettings) -> str:
    """Id of the model that the autoencoder of a folder was trained on, where the same command trained it.

    Empty where nothing lies there, or anything else. What was killed after the training goes on with it.
    """
    from valuespectrum.steering.features.sae_lens import CONFIGURATION, WEIGHTS
    from vectorstore.foundation.disk import storage_errors

    with storage_errors(folder):
        whole = all((folder / name).is_file() for name in (WEIGHTS, CONFIGURATION))
    return _told_by(folder, settings) if whole else ""


def _told_by(folder: Path, settings: FeatureSettings) -> str:
    """The same by the configuration alone, which is written before the weights."""
    from valuespectrum.steering.features.sae_lens import CONFIGURATION
    from vectorstore.foreign.documents import read_json

    assert settings.train is not None
    try:
        document = read_json(folder / CONFIGURATION, "configuration of an autoencoder")
    except InputError:
        return ""
    told = document.get("metadata") if isinstance(document, Mapping) else None
    wanted = {"hook_name": f"blocks.{settings.layer}.hook_resid_post", **asdict(_wanted(settings, settings.train))}
    if not isinstance(told, Mapping) or any(told.get(name) != each for name, each in wanted.items()):
        return ""
    return str(told.get("model_name", ""))


def _train(model: TorchModel, folder: Path, settings: FeatureSettings, teller: Teller) -> None:
    from valuespectrum.steering.features.probing import probing_asks
    from valuespectrum.steering.features.ranking import block_activations
    from valuespectrum.steering.features.training import train_autoencoder, write_sae_lens

    assert settings.train is not None and settings.layer is not None
    teller.doing("collecting activations")
    values = block_activations(model, probing_asks(_TRAINING_ASKS, settings.seed), settings.layer)
    wanted = _wanted(settings, settings.train)
    with teller.progress("training the autoencoder") as advance:
        made = train_autoencoder(values, wanted, advance)
    write_sae_lens(made, folder, model.id, settings.layer, {"tokens": len(values), **asdict(wanted)})


def _wanted(settings: FeatureSettings, train: FeatureTraining) -> AutoencoderTraining:
    from valuespectrum.steering.features.training import AutoencoderTraining

    return AutoencoderTraining(train.features, train.kept, train.steps, seed=settings.seed)


def _ranked(model: TorchModel, found: PublishedAutoencoder, settings: FeatureSettings) -> tuple[list[Json], str]:
    from valuespectrum.steering.features.probing import contrast_activations, opposed_features
    from valuespectrum.steering.features.ranking import QUESTION, phrase_asks, rank_features, span_activations
    from valuespectrum.steering.neurons.aspects import described_aspects, opposed_asks, trait_aspects
    from valuespectrum.steering.neurons.fitting import portrait_questions

    if settings.value:
        own = opposed_asks(described_aspects(settings.value), _CONTRASTS, settings.seed)
        told = trait_aspects(settings.value, portrait_questions(1), seed=settings.seed)
        pairs = [*own, *opposed_asks(told, _CONTRASTS, settings.seed)]
        holds, rejects = contrast_activations(model, pairs, found.layer)
        listed = opposed_features(found.autoencoder, holds, rejects, settings.top)
        return [{"feature": number, "difference": size} for number, size in listed], f"contrast: {settings.value}"
    asks: Sequence[Ask] = phrase_asks((settings.question or QUESTION,))
    if settings.phrase.strip():
        values = span_activations(model, asks, found.layer, settings.phrase)
    else:
        from valuespectrum.steering.features.ranking import block_activations

        values = block_activations(model, asks, found.layer)
    at = f"phrase: {settings.phrase}" if settings.phrase.strip() else "all tokens of the prompt"
    return [asdict(each) for each in rank_features(found.autoencoder, values, settings.top)], at


def _overridden(found: PublishedAutoencoder, back: Reconstruction) -> dict[str, str]:
    """What the user insisted on, and against which doubt; both empty where there was none."""
    from valuespectrum.steering.features.reconstruction import DOUBT, INSISTED

    return {INSISTED: found.autoencoder.activation if back.doubt else "", DOUBT: back.doubt}


def _written(
    model: TorchModel, found: PublishedAutoencoder, settings: FeatureSettings, back: Reconstruction
) -> Json | None:
    from agents.models.steering.files import write_intervention
    from agents.models.steering.intervention import About, Intervention
    from valuespectrum.steering.features.ranking import added_feature, clamped_feature

    edit = settings.edit
    if edit is None or settings.out is None:
        return None
    made: Edit
    if edit.coefficient is not None:
        size, what = edit.coefficient, "added"
        made = added_feature(found, edit.feature, size, settings.phrase)
    else:
        assert edit.clamp is not None
        size, what = edit.clamp, "set"
        made = clamped_feature(found, edit.feature, size, not edit.keep_rest)
    target: dict[str, str | int | float | bool] = {"feature": edit.feature, "operation": what, "size": size}
    data = {**found.told, **(_overridden(found, back) if back.doubt else {})}
    about = About("features", f"feature-{edit.feature}", model.id, target, data, settings.seed)
    intervention = Intervention((made,), about)
    write_intervention(intervention, settings.out)
    return {"path": str(settings.out), "digest": intervention.digest, "feature": edit.feature, "operation": what}


def _in_words(document: Json, back: Reconstruction) -> str:
    told = document["autoencoder"]
    lines = [
        f"{told['path']}: {told['layout']}, {told['activation']}"
        f"{' ' + str(told['top']) if told['top'] else ''}, {told['features']} features of block {told['layer']}"
        f"{', trained on ' + visible_line(told['trained_on']) if told['trained_on'] else ''}",
        f"gives back {back.explained:.1%} of the variance of {document['model']} there ({back.tokens:,} tokens, "
        f"{back.active:.1f} features active at each)",
        *([f"read as {document['insisted_on']} because you insist, although {back.doubt}"] if back.doubt else []),
        *(f"note: {note}" for note in document["notes"]),
        "",
        f"ranked by {document['ranked_by']}",
    ]
    rows = [
        tuple(f"{each:.3f}" if isinstance(each, float) else each for each in row.values())
        for row in document["features"]
    ]
    lines += [table(tuple(document["features"][0]), rows)] if rows else ["no feature is active there"]
    if document["written"]:
        lines += ["", f"feature {document['written']['feature']}: {document['written']['path']}"]
    return "\n".join(lines)
