"""Which values a model has, where that is known because somebody put them there, and when nothing can be checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from agents.models.model_names import ModelId
from ingest.embedding.embedder_names import EmbedderId
from valuespectrum.theory.values import VALUES
from vectorstore.foreign.documents import check_shape, parse_json

if TYPE_CHECKING:
    from valuespectrum.reference.cohort import CohortMember

REFERENCE_EMBEDDER = EmbedderId(("open_clip", "reference-clip"))
"""How the id of our embedder begins."""
EARLIER_WEIGHTS = ("aa043f1af50d9093",)
"""Revisions of the reference models of earlier releases (0.1)."""
_NAMED = 2


def planted_profile(
    model_id: str, settings: Mapping[str, str], opened: Iterable[CohortMember] = ()
) -> dict[str, float] | None:
    """The planted profile of a reference or simulated model, as the like battery should find it.

    It is the liking of a clip in the middle: the mean log-odds over the refined values and the times of day, as a share
    (which is not the mean share over clips: that is nearer to one half).

    Args:
        model_id: Id of a model, e.g. ``"reference:amber@..."``.
        settings: The model's settings, as a run keeps them.
        opened: The sealed cohort where it was opened.

    Returns:
        Value to true liking, 0 to 100; ``None`` for a model whose values nobody knows or that is sealed.
    """
    from pydantic import FiniteFloat

    from valuespectrum.reference.planted import sigmoid, ten_values

    model, member = ModelId.parse(model_id), planted_member(model_id, settings, opened)
    if member is not None:
        return {value: 100 * sigmoid(held) for value, held in ten_values(member.pictures).items()}
    if model.scheme == "simulated" and "profile" in settings:
        where = f"the profile of {model_id} in the manifest"
        stated = check_shape(dict[str, FiniteFloat], parse_json(settings["profile"], where), where)
        return {value: 100 * sigmoid(stated.get(value, 0.0)) for value in VALUES}
    return None


def planted_member(
    model_id: str, settings: Mapping[str, str], opened: Iterable[CohortMember] = ()
) -> CohortMember | None:
    """Who a reference model or a twin is.

    Args:
        model_id: Id of a model.
        settings: The model's settings, as a run keeps them.
        opened: The sealed cohort where it was opened.

    Returns:
        ``None`` for a model that is no respondent of the reference world, is sealed, or had other values planted.
    """
    from valuespectrum.reference.cohort import COHORT
    from valuespectrum.reference.respondents import member_of

    model = ModelId.parse(model_id)
    if is_earlier(model_id):
        return None
    if model.scheme == "reference":
        return {member.name: member for member in (*COHORT, *opened)}.get(model.name)
    if model.scheme == "simulated" and "respondent" in settings:
        where = f"the respondent of {model_id} in the manifest"
        return member_of(check_shape(dict[str, float | str], parse_json(settings["respondent"], where), where))
    return None


def is_earlier(model_id: str) -> bool:
    """Whether a model has weights of an earlier release, in which other values are planted under the same names.

    Example:
        >>> is_earlier("reference:amber@aa043f1af50d9093"), is_earlier("reference:amber@01")
        (True, False)
    """
    model = ModelId.parse(model_id)
    return model.scheme == "reference" and model.revision in EARLIER_WEIGHTS


def is_synthetic(model_id: str) -> bool:
    """Whether a model is an instrument of calibration, made by this project."""
    return ModelId.parse(model_id).scheme in ("reference", "simulated")


def made_for_drawings(embedder_id: str, models: Iterable[str]) -> list[str]:
    """What of an embedder and models knows nothing but the clips that we draw, in words.

    Args:
        embedder_id: Id of an embedder.
        models: Ids or specs of models.

    Example:
        >>> made_for_drawings("open_clip/ViT-B-32/x", ["reference:amber@01", "hf:a/b"])
        ['reference:amber']
    """
    ours = ["the reference embedder"] if EmbedderId.parse(embedder_id).kind == REFERENCE_EMBEDDER.kind else []
    return ours + [model.short for model in map(ModelId.parse, models) if model.scheme == "reference"]


def checkable(embedder_id: str, models: Iterable[str], pictures: Mapping[str, int] | None) -> bool:
    """Whether planted values may be compared: nothing was given other clips than it knows, as far as is known.

    Args:
        embedder_id: Id of the embedder that found the pictures.
        models: Ids or specs of the models that were asked.
        pictures: ``clips`` of the corpus and how many of them are ``drawn`` by us (``recognition.tally``); ``None``
            when nobody looked.
    """
    if not made_for_drawings(embedder_id, models):
        return True
    return all_drawn(pictures)


def all_drawn(pictures: Mapping[str, int] | None) -> bool:
    """Whether all clips of a corpus are known to be drawn by us.

    Args:
        pictures: As for ``checkable``.
    """
    return pictures is not None and pictures["drawn"] == pictures["clips"]


def caution(embedder_id: str, models: Iterable[str], pictures: Mapping[str, int] | None) -> str:
    """Why numbers mean nothing: something that knows drawn clips only was given others.

    Args:
        embedder_id: As for ``checkable``.
        models: As for ``checkable``.
        pictures: As for ``checkable``.

    Returns:
        One sentence; empty when there is nothing to warn of, or nobody looked.
    """
    names = list(models)
    if pictures is None or checkable(embedder_id, names, pictures):
        return ""
    ours = made_for_drawings(embedder_id, names)
    if len(ours) > _NAMED:
        ours = [*ours[:_NAMED], f"{len(ours) - _NAMED} more"]
    other = pictures["clips"] - pictures["drawn"]
    return (
        f"{', '.join(ours[:-1])}{' and ' if len(ours) > 1 else ''}{ours[-1]} {'know' if len(ours) > 1 else 'knows'} "
        f"nothing but the clips that this project draws, and {other:,} of the {pictures['clips']:,} clips of this "
        "corpus are others: the numbers say nothing about them, and no planted truth can be checked with them"
    )
