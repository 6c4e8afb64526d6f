"""Questions about liking what is shown or described."""

from __future__ import annotations

from dataclasses import dataclass

from valuespectrum.instruments.wordings.template import Template


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of the like question in both polarities; ``{options}`` takes the two option words in order."""

    name: str
    positive: str
    """Yes means liking."""
    negative: str
    """Yes means not liking."""


LIKE_WORDINGS: tuple[Wording, ...] = (
    Wording(
        "like",
        "Do you like the content of this picture? Answer with one word, {options}.",
        "Do you dislike the content of this picture? Answer with one word, {options}.",
    ),
    Wording(
        "watch",
        "You see this while scrolling through short videos. Would you keep watching? Answer {options}.",
        "You see this while scrolling through short videos. Would you scroll on? Answer {options}.",
    ),
    Wording(
        "more",
        "Would you want to see more videos like this one? Say {options}.",
        "Would you want to see fewer videos like this one? Say {options}.",
    ),
)
"""Wordings of the like battery; a benchmark uses the first two unless told otherwise."""

FURTHER_WORDINGS: tuple[Wording, ...] = (
    Wording(
        "enjoy",
        "Is this a picture that you enjoy? Answer with one word, {options}.",
        "Is this a picture that you cannot stand? Answer with one word, {options}.",
    ),
    Wording(
        "appeal",
        "Does what is shown here appeal to you? Answer {options}.",
        "Does what is shown here put you off? Answer {options}.",
    ),
    Wording(
        "feed",
        "Should your feed show you more of this? Say {options}.",
        "Should your feed spare you this? Say {options}.",
    ),
)
"""Wordings beside those of the like battery."""


@dataclass(frozen=True, slots=True)
class Language:
    """The like question in another language; written with care, not reviewed by speakers."""

    code: str
    positive: str
    negative: str
    yes: str
    no: str
    options: str
    """How two option words are joined."""


LANGUAGES: tuple[Language, ...] = (
    Language(
        "de",
        "Gefällt dir, was auf diesem Bild zu sehen ist? Antworte mit {options}.",
        "Missfällt dir, was auf diesem Bild zu sehen ist? Antworte mit {options}.",
        "ja",
        "nein",
        "{first} oder {second}",
    ),
    Language(
        "fr",
        "Est-ce que tu aimes ce que montre cette image ? Réponds par {options}.",
        "Est-ce que tu détestes ce que montre cette image ? Réponds par {options}.",
        "oui",
        "non",
        "{first} ou {second}",
    ),
    Language(
        "es",
        "¿Te gusta lo que se ve en esta imagen? Responde {options}.",
        "¿Te disgusta lo que se ve en esta imagen? Responde {options}.",
        "sí",
        "no",
        "{first} o {second}",
    ),
    Language(
        "it",
        "Ti piace quello che si vede in questa immagine? Rispondi {options}.",
        "Non sopporti quello che si vede in questa immagine? Rispondi {options}.",
        "sì",
        "no",
        "{first} oppure {second}",
    ),
)
"""Unreviewed translations."""

WORDINGS: tuple[Wording, ...] = (*LIKE_WORDINGS, *FURTHER_WORDINGS)
"""All English wordings of the like question."""

LIKING_SCALES: tuple[Template, Template] = (
    Template(
        "How much do you like the content of this picture? Answer with one digit from 1, very much, to 7, not at all."
    ),
    Template(
        "How much do you like the content of this picture? Answer with one digit from 1, not at all, to 7, very much."
    ),
)
"""The seven-point scale of liking, descending and ascending."""

CAPTIONED = Template('The caption says: "{words}". {question}')
"""A question about a picture with a caption, true or not."""
SPOKEN = Template('In the video somebody says: "{words}". {question}')
"""A question about a clip of which a transcript is given."""
DESCRIBED = Template("A short video shows {caption}. Would you like it? Answer with one word, {options}.")
"""A like question about words alone."""
TRANSCRIBED = Template('In a short video somebody says: "{speech}" Would you like it? Answer with one word, {options}.')
"""A like question about what is said in a clip."""

FIRST_OR_SECOND = Template("Which of the two pictures do you like more? Answer first or second.")
"""A choice between two pictures."""
BEST_OF_FOUR = Template("Which of the four pictures do you like most? Answer with one digit from 1 to 4.")
WORST_OF_FOUR = Template("Which of the four pictures do you like least? Answer with one digit from 1 to 4.")
"""Best-worst choices among four pictures."""
