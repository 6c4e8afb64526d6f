"""The question about a response: three wordings, each with the six answers listed from the most and from the least.

The published wordings are in the clone (a folder for each version); ours say the same in other words and are asked
where there are none. ``v1`` puts the question first, ``v2`` last, ``v3`` in a heading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from valuespectrum.instruments.value_portrait.clone import PROMPTS
from valuespectrum.instruments.value_portrait.items import LAYOUT_HINT, Response
from valuespectrum.instruments.value_portrait.rules import REVERSED, VERSIONS
from valuespectrum.instruments.wordings.describing_oneself import LABELS
from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.errors import InputError

_TITLED, _UNTITLED = "reddit_prompt.txt", "sharegpt_prompt.txt"
"""Files of the published wordings, for queries with and without a title."""
_LARGEST = 64 * 1024
_PLACE = re.compile(r"\{(title|text|content)\}")
_ASKED = "How close is this answer to your own thoughts?"
_ONLY = "\n\nReply with one of these phrases and with nothing else:\n{options}"
_SAID = "{heading}Written: {text}\n\nAnswer: {response}"
_FIRST = (
    "Here is what somebody wrote and what somebody answered. Read both and say how close the answer is to your own "
    "thoughts, also where you are not quite sure."
)
OWN_WORDINGS: Mapping[str, str] = {
    "v1": f"{_FIRST}\n\n{_SAID}{_ONLY}",
    "v2": f"Somebody wrote this and got an answer:\n\n{_SAID}\n\n{_ASKED}{_ONLY}",
    "v3": f"Question: {_ASKED}\n\n{_SAID}{_ONLY}",
}
"""Version to our wording."""
_SEEN: Mapping[str, tuple[str, str, str]] = {
    "v1": (
        "Somebody sees this and says something. Say how close that is to your own thoughts, also where you are not "
        'quite sure. They say: "{response}"',
        "I would gladly see more of this.",
        "I would rather see something else.",
    ),
    "v2": (
        'Somebody looked at this and said: "{response}" How close is that to your own thoughts?',
        "This speaks to me.",
        "This leaves me cold.",
    ),
    "v3": (
        'Question: How close are these words about what you see to your own thoughts? Words: "{response}"',
        "What is shown here is close to my heart.",
        "What is shown here is nothing for me.",
    ),
}
"""Version to our wording of the question about what is seen, a response that welcomes it, and one that does not."""
_HEADING = "Title: {title}\n\n"


@dataclass(frozen=True, slots=True)
class Prompts:
    """In which words the question is put."""

    published: Mapping[tuple[str, bool], str]
    """(version with its order, whether the query has a title) to the published words; empty where ours are asked."""

    def write(self, response: Response, version: str, ascending: bool) -> str:
        """The question.

        Args:
            response: What it is about.
            version: One of ``VERSIONS``.
            ascending: Whether the answers are listed from the least; else from the most.
        """
        if self.published:
            words = self.published[version + (REVERSED if ascending else ""), bool(response.title)]
            return filled(words, response)
        return own_words(version, response, ascending)


def filled(words: str, response: Response) -> str:
    """Published words with a query and a response in them; what is put in is not looked at again.

    Example:
        >>> filled("{text} - {content}", Response(1, 1, "", "Is {content} good?", "Yes."))
        'Is {content} good? - Yes.'
    """
    places = {"title": response.title, "text": response.asked, "content": response.text}
    return _PLACE.sub(lambda found: places[found[1]], words)


def own_words(version: str, response: Response, ascending: bool) -> str:
    """The question in our words."""
    listed = LABELS if ascending else LABELS[::-1]
    heading = _HEADING.format(title=response.title) if response.title else ""
    places = {"heading": heading, "text": response.asked, "response": response.text, "options": "\n".join(listed)}
    return OWN_WORDINGS[version].format(**places)


def seen_words(version: str, side: int, ascending: bool) -> str:
    """The question about a response to what is seen.

    Args:
        version: One of ``VERSIONS``.
        side: 1 for a response that welcomes what is seen, -1 for one that does not.
        ascending: Whether the answers are listed from the least.
    """
    asked, welcoming, other = _SEEN[version]
    listed = LABELS if ascending else LABELS[::-1]
    said = asked.format(response=welcoming if side > 0 else other)
    return said + _ONLY.format(options="\n".join(listed))


def clone_prompts(root: Path) -> Prompts:
    """The published wordings of a clone; ours for a folder or file without them.

    Raises:
        InputError: Some are there and others not, or one lacks a place or an answer; the message names it.
    """
    folder = root / PROMPTS
    if not folder.is_dir():
        return Prompts({})
    versions = [f"{version}{order}" for version in VERSIONS for order in ("", REVERSED)]
    return Prompts(
        {
            (version, titled): _words(folder / version / (_TITLED if titled else _UNTITLED), version, titled)
            for version in versions
            for titled in (True, False)
        }
    )


def _words(file: Path, version: str, titled: bool) -> str:
    try:
        words = read_regular(file, _LARGEST).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"half a clone: cannot read {file}: {error.strerror or error}", LAYOUT_HINT) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 text", LAYOUT_HINT) from error
    places = sorted(_PLACE.findall(words))
    if places != (["content", "text", "title"] if titled else ["content", "text"]):
        raise InputError(f"{file} has the places {', '.join(places) or 'none'}", LAYOUT_HINT)
    listed = [line.strip() for line in words.splitlines() if line.strip() in LABELS]
    if listed != list(LABELS if version.endswith(REVERSED) else LABELS[::-1]):
        raise InputError(f"{file} does not list the six answers in the order of {version}", LAYOUT_HINT)
    return words
