"""Options of Value Portrait: whose items, in how many words, about texts or about what is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from valuespectrum.instruments.battery import ALL_FRAMES, FrameOfMind
from valuespectrum.instruments.value_portrait.clone import PROMPTS
from valuespectrum.instruments.value_portrait.items import OWN, TAGGED, Response, read_responses
from valuespectrum.instruments.value_portrait.prompts import Prompts, clone_prompts
from valuespectrum.instruments.value_portrait.rules import VERSIONS
from valuespectrum.instruments.wordings.languages import INSTRUCTIONS
from vectorstore.foreign.documents import LARGEST, read_regular
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

TEXTS, CLIPS = "texts", "clips"
"""What responses are about: something written, or what is seen."""


@dataclass(frozen=True, slots=True)
class ValuePortraitOptions:
    """Which responses, put how."""

    items: str = ""
    """A clone of the published repository, or a file in the layout of its tagged items; ours when empty."""
    wordings: int = len(VERSIONS)
    """How many wordings, from the first."""
    tagged_only: bool = False
    """Whether responses that count for nothing are left out; they are asked to see how much order and words matter."""
    about: str = TEXTS
    """``texts`` for responses to what somebody wrote, ``clips`` for responses to clips of a corpus."""
    frame_of_mind: FrameOfMind = "neutral"
    """What is said before each question; ``all`` asks in all three, and says how far faking moves the profile."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers."""

    def __post_init__(self) -> None:
        if not 1 <= self.wordings <= len(VERSIONS):
            raise InputError(f"wordings must lie in 1..{len(VERSIONS)}, got {self.wordings}")
        if self.about not in (TEXTS, CLIPS):
            raise InputError(f"responses are about {TEXTS} or {CLIPS}, not {self.about!r:.40}")
        if self.frame_of_mind not in (*INSTRUCTIONS, ALL_FRAMES):
            raise InputError(
                f"there is no frame of mind {self.frame_of_mind!r:.40}", f"one of {', '.join(INSTRUCTIONS)}"
            )
        if self.items and self.about == CLIPS:
            raise InputError("responses to clips are ours: published ones answer texts", "leave items or about out")

    @property
    def versions(self) -> tuple[str, ...]:
        """Wordings that are asked."""
        return VERSIONS[: self.wordings]

    @property
    def instructions(self) -> tuple[str, ...]:
        """Frames of mind, the one that is scored first."""
        return INSTRUCTIONS if self.frame_of_mind == ALL_FRAMES else (self.frame_of_mind,)

    def instruction_tag(self, frame: str) -> str:
        """Tag of an instruction; none for the frame of mind that is scored."""
        return frame if frame != self.instructions[0] else ""

    def responses(self) -> tuple[Response, ...]:
        """The responses that are asked about.

        Raises:
            InputError: The user's are missing or wrong, or none of them counts for anything.
        """
        every = read_responses(user_path(self.items) if self.items else OWN)
        counted = tuple(each for each in every if each.tags)
        if not counted:
            raise InputError(f"no response in {self.items} counts for any dimension", "look at its correlations")
        return counted if self.tagged_only else every

    def prompts(self) -> Prompts:
        """Published wordings where a clone has them, else ours."""
        root = user_path(self.items)
        return clone_prompts(root) if self.items and root.is_dir() else Prompts({})

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the user's items, since others are another run: a hash; nothing of none.

        Raises:
            InputError: They cannot be read.
        """
        if not self.items:
            return {}
        root, digest = user_path(self.items), hashlib.sha256()
        files = [root / TAGGED, *sorted((root / PROMPTS).glob("*/*.txt"))] if root.is_dir() else [root]
        for file in files:
            try:
                digest.update(hashlib.sha256(read_regular(file, LARGEST)).digest())
            except OSError as error:
                raise InputError(f"cannot read {file}: {error.strerror or error}") from error
        return {"items": digest.hexdigest()}
