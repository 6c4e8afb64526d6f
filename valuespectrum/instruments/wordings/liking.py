"""Questions about liking what is shown or described."""

from __future__ import annotations

from dataclasses import dataclass

from valuespectrum.instruments.wordings.bank import own_wordings
from valuespectrum.instruments.wordings.languages import ENGLISH, tongue
from valuespectrum.instruments.wordings.template import Template


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of the like question in both polarities; ``{options}`` takes the two option words in order."""

    name: str
    positive: str
    """Yes means liking."""
    negative: str
    """Yes means not liking."""


def _english() -> tuple[Wording, ...]:
    ours = own_wordings("like")[ENGLISH]
    return tuple(Wording(each.name, each.texts["positive"], each.texts["negative"]) for each in ours)


WORDINGS: tuple[Wording, ...] = _english()
"""All English wordings of the like question."""
LIKE_WORDINGS: tuple[Wording, ...] = WORDINGS[:3]
"""Those that the reference models meet most often; a benchmark uses the first two unless told otherwise."""


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


def _language(code: str) -> Language:
    spoken, first = tongue(code), own_wordings("like")[code][0]
    options = spoken.two.format("{first}", "{second}")
    words = spoken.words["yes"], spoken.words["no"]
    return Language(code, first.texts["positive"], first.texts["negative"], *words, options)


LANGUAGES: tuple[Language, ...] = tuple(map(_language, ("de", "fr", "es", "it")))
"""Languages that the reference models speak, each in the first wording that we ask in it; unreviewed translations."""


def _first(instrument: str, text: str, **places: str) -> Template:
    """The first English wording, which the reference models answer."""
    written = own_wordings(instrument)[ENGLISH][0].texts[text]
    return Template(written.format(**places) if places else written)


LIKING_SCALES: tuple[Template, Template] = (_first("scale7", "descending"), _first("scale7", "ascending"))
"""The seven-point scale of liking, descending and ascending."""

CAPTIONED = Template('The caption says: "{words}". {question}')
"""A question about a picture with a caption, true or not."""
SPOKEN = Template('In the video somebody says: "{words}". {question}')
"""A question about a clip of which a transcript is given."""
NUMBERED_CAPTION = Template('The caption of the {place} says: "{words}". {question}')
NUMBERED_SPEECH = Template('In the {place} video somebody says: "{words}". {question}')
"""The same for one of the clips of a question about several, each of which may have words."""
GROUPED = Template("Each video counts as one picture: {groups}. {question}")
"""A question about several clips of which each is shown in several pictures."""
DESCRIBED = Template("A short video shows {caption}. Would you like it? Answer with one word, {options}.")
"""A like question about words alone."""
TRANSCRIBED = Template('In a short video somebody says: "{speech}" Would you like it? Answer with one word, {options}.')
"""A like question about what is said in a clip."""

FIRST_OR_SECOND = _first("pairs", "choose", options=tongue(ENGLISH).join(("first", "second")))
"""A choice between two pictures."""
BEST_OF_FOUR, WORST_OF_FOUR = _first("best-worst", "best"), _first("best-worst", "worst")
"""Best-worst choices among four pictures."""
