"""What is asked: how close a response to something written, or to what is seen, is to one's own thoughts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agents.models.base import Ask, Choice, Stimulus
from valuespectrum.instruments.battery import ANSWER_TOKENS, Form
from valuespectrum.instruments.value_portrait.items import Response
from valuespectrum.instruments.value_portrait.options import ValuePortraitOptions
from valuespectrum.instruments.value_portrait.prompts import seen_words
from valuespectrum.instruments.wordings.describing_oneself import LABELS
from valuespectrum.instruments.wordings.languages import ENGLISH, tongue
from valuespectrum.scoring.instructions.parts import INSTRUCTION_TAG

CHOICES: tuple[Choice, ...] = tuple(Choice(label, (label, label.capitalize())) for label in LABELS)
"""The six answers, from the least."""
ORDERS: Mapping[str, bool] = {"most": False, "least": True}
"""Which answer is listed first, to whether the list ascends."""
PEOPLE, DESIGN = "people", "design"
"""What says which values a response stands for."""
PUBLISHED, OURS = "published", "ours"
"""Whose wordings of the question."""


def response_asks(options: ValuePortraitOptions) -> Iterator[Ask]:
    """Every response in every wording, order and frame of mind.

    Yields:
        Asks with the tags ``item`` (``1003/1``), ``query``, ``value`` (the one of the ten that it counts for; empty for
        none or several), ``tags`` (all dimensions that it counts for, with blanks between), ``tagged_by``, ``words``,
        ``wording``, ``polarity`` (1 where answers are listed from the least), ``first`` (``most`` or ``least``), and
        ``instruction`` where there is one.
    """
    prompts, spoken = options.prompts(), tongue(ENGLISH)
    words = PUBLISHED if prompts.published else OURS
    for response in options.responses():
        about = _about(response) | {"words": words}
        for version in options.versions:
            for first, ascending in ORDERS.items():
                asked = prompts.write(response, version, ascending)
                put: dict[str, str | int | float] = {
                    "wording": version,
                    "first": first,
                    "polarity": 1 if ascending else -1,
                }
                tags = about | put
                for frame in options.instructions:
                    tag = options.instruction_tag(frame)
                    yield Ask(
                        Stimulus(),
                        spoken.instructions[frame] + asked,
                        CHOICES if ascending else CHOICES[::-1],
                        prefill=options.prefill,
                        max_tokens=ANSWER_TOKENS,
                        tags=tags | ({INSTRUCTION_TAG: tag} if tag else {}),
                    )


def _about(response: Response) -> dict[str, str | int | float]:
    tags = response.tags
    return {
        "item": response.id,
        "query": str(response.query),
        "value": response.value,
        "tags": " ".join(tags),
        "tagged_by": DESIGN if response.designed else PEOPLE,
    }


def seen_forms(options: ValuePortraitOptions) -> Iterator[Form]:
    """Responses to what is seen: in every wording one that welcomes it and one that does not, in both orders.

    The polarity is 1 where answers further down the list mean liking: a welcoming response with the list ascending, or
    the other with the list descending.
    """
    spoken = tongue(ENGLISH)
    for frame in options.instructions:
        for version in options.versions:
            for side in (1, -1):
                for first, ascending in ORDERS.items():
                    yield Form(
                        f"seen {'for' if side > 0 else 'against'}",
                        version,
                        side if ascending else -side,
                        first,
                        spoken.instructions[frame] + seen_words(version, side, ascending),
                        CHOICES if ascending else CHOICES[::-1],
                        options.instruction_tag(frame),
                    )
