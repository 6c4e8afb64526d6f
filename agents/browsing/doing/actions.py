"""Further acts: what an agent may do besides watching, liking and skipping, in which words, and what it tells a feed.

Each is a question of its own, in balanced cells like every other, and is drawn from its answer with a number that lies
at a fixed place of the stream ``acts``: enabling one moves the luck of no other. None is asked about unless its caller
enables it. What a model writes is kept as a comment and goes nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal, get_args

from agents.browsing.doing.decisions import YesNoQuestion
from vectorstore.foundation.errors import InputError

Further = Literal["dislike", "comment", "share", "save", "follow", "not_interested", "exit"]
FURTHER: tuple[Further, ...] = get_args(Further)
"""All further acts; their draws lie in this order."""
AFTER_WATCHING: tuple[Further, ...] = ("comment", "share", "save", "follow")
"""Acts that are asked about when a clip was watched, liked or not."""
COMMENT = "Write the comment that you would leave under this video, in one short sentence."
STREAM = "acts"
"""Name of the random stream that further acts are drawn from."""


@dataclass(frozen=True, slots=True)
class FurtherAct:
    """One act: the question about it and what it tells a policy."""

    question: YesNoQuestion
    """Its positive outcome is the one that goes with liking the clip."""
    weight: float
    """Added to the engagement of the step when it is done."""
    against: bool = False
    """Whether the act speaks against the clip: it is done where the positive outcome does not come."""

    def __post_init__(self) -> None:
        if not (isfinite(self.weight) and abs(self.weight) <= 1000):
            raise InputError(f"the engagement weight of an act must be a number up to 1000, got {self.weight}")


OWN: Mapping[Further, FurtherAct] = {
    "dislike": FurtherAct(
        YesNoQuestion(
            "Would you leave this video without pressing dislike? Answer {options}.",
            "Would you press dislike on this video? Answer {options}.",
        ),
        -0.7,
        against=True,
    ),
    "comment": FurtherAct(
        YesNoQuestion(
            "Would you write a comment under this video? Answer {options}.",
            "Would you leave this video without a comment? Answer {options}.",
        ),
        0.5,
    ),
    "share": FurtherAct(
        YesNoQuestion(
            "Would you share this video with somebody? Answer {options}.",
            "Would you keep this video to yourself? Answer {options}.",
        ),
        1.2,
    ),
    "save": FurtherAct(
        YesNoQuestion(
            "Would you save this video for later? Answer {options}.",
            "Would you let this video pass without saving it? Answer {options}.",
        ),
        1.0,
    ),
    "follow": FurtherAct(
        YesNoQuestion(
            "Would you follow whoever made this video? Answer {options}.",
            "Would you leave whoever made this video unfollowed? Answer {options}.",
        ),
        1.5,
    ),
    "not_interested": FurtherAct(
        YesNoQuestion(
            "Would you let the feed show you more like this? Answer {options}.",
            "Would you tell the feed that you are not interested in this? Answer {options}.",
        ),
        -1.0,
        against=True,
    ),
    "exit": FurtherAct(
        YesNoQuestion(
            "Would you stay for another video? Answer {options}.",
            "Would you close the app now? Answer {options}.",
        ),
        0.0,
        against=True,
    ),
}
"""Our own words and weights. ``dislike`` and ``not_interested`` take the place of the plain action, whose weight then
does not count."""


@dataclass(frozen=True, slots=True)
class ActionOptions:
    """Which further acts are asked about."""

    acts: Mapping[Further, FurtherAct] = field(default_factory=dict)
    """Those that are enabled; none by default."""
    comment: str = COMMENT
    """What is asked of whoever comments."""
    comment_tokens: int = 40
    """Longest comment, 1 to 200."""

    def __post_init__(self) -> None:
        for name in self.acts:
            if name not in FURTHER:
                raise InputError(f"there is no further act {name!r:.80}", f"known: {', '.join(FURTHER)}")
        if not 1 <= self.comment_tokens <= 200 or not self.comment.strip():
            raise InputError("comments need a question and 1 to 200 tokens")


def further_acts(names: Sequence[str]) -> ActionOptions:
    """Further acts in our own words.

    Raises:
        InputError: There is no such act.

    Example:
        >>> sorted(further_acts(["share", "exit"]).acts)
        ['exit', 'share']
    """
    unknown = [name for name in names if name not in FURTHER]
    if unknown:
        raise InputError(f"there is no further act {unknown[0]!r:.80}", f"known: {', '.join(FURTHER)}")
    return ActionOptions({name: OWN[name] for name in FURTHER if name in names})
