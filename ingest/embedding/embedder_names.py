"""How embedders are named: specs, which users write, and ids, which embedders have. Nobody else takes either apart.

::

    spec  SCHEME[:REFERENCE]                   open_clip:ViT-B-32/laion2b_s34b_b79k, hf:OWNER/NAME@REVISION
    id    LIBRARY/ARCHITECTURE[/DETAIL...]     open_clip/ViT-B-32/weights-0a1b/preprocessing-2c3d/float32/...
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_HUB_NAME = re.compile(rf"{_WORD.pattern}(?:/{_WORD.pattern})?")
_REVISION = re.compile(rf"(?:{_WORD.pattern})?")


@dataclass(frozen=True, slots=True)
class EmbedderId:
    """An embedder as it names itself: equal ids mean equal vectors. ``str`` writes it as it was read."""

    parts: tuple[str, ...]
    """Library and architecture, then what we say of ours: hash of the weights, hash of the preprocessing, number
    format, version of the library."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an id.

        Example:
            >>> found = EmbedderId.parse("open_clip/ViT-B-32/weights-0a1b/preprocessing-2c3d/float32/open_clip-3.3.0")
            >>> found.kind, found.says("float32")
            (('open_clip', 'ViT-B-32'), True)
        """
        return cls(tuple(text.split("/")))

    def __str__(self) -> str:
        return "/".join(self.parts)

    @property
    def kind(self) -> tuple[str, ...]:
        """Library and architecture."""
        return self.parts[:2]

    def says(self, detail: str) -> bool:
        """Whether a detail, such as a number format, stands behind the library; others name no architecture.

        Example:
            >>> EmbedderId.parse("mine/bfloat16/1").says("bfloat16")
            True
        """
        return detail in self.parts[1:]


def split_spec(spec: str) -> tuple[str, str]:
    """Scheme and reference of a spec.

    Example:
        >>> split_spec("open_clip:ViT-B-32/openai"), split_spec("reference")
        (('open_clip', 'ViT-B-32/openai'), ('reference', ''))
    """
    scheme, _, reference = spec.partition(":")
    return scheme, reference


def split_revision(reference: str) -> tuple[str, str]:
    """Name of a model and its revision; an empty one where none is named.

    Example:
        >>> split_revision("OWNER/NAME@main"), split_revision("OWNER/NAME")
        (('OWNER/NAME', 'main'), ('OWNER/NAME', ''))
    """
    name, _, revision = reference.partition("@")
    return name, revision


def split_weights(reference: str) -> tuple[str, str]:
    """Architecture of open_clip, and the tag or file of its weights.

    Example:
        >>> split_weights("ViT-B-32/folder/weights.safetensors")
        ('ViT-B-32', 'folder/weights.safetensors')
    """
    architecture, _, weights = reference.partition("/")
    return architecture, weights


def how_to_fetch(spec: str) -> str:
    """What somebody runs who wants a model to be on this disk; empty where no line is known that does it.

    The spec may be anybody's: what could be more than a name to a shell makes no line.

    Example:
        >>> how_to_fetch("hf:OWNER/NAME@main"), how_to_fetch("hf:a/b;reboot")
        ('if you trust it: hf download OWNER/NAME --revision main', '')
    """
    scheme, reference = split_spec(spec)
    name, revision = split_revision(reference)
    if scheme in ("hf", "text") and _HUB_NAME.fullmatch(name) and _REVISION.fullmatch(revision):
        return f"if you trust it: hf download {name}{f' --revision {revision}' if revision else ''}"
    architecture, tag = split_weights(reference)
    if scheme == "open_clip" and _WORD.fullmatch(architecture) and _WORD.fullmatch(tag):
        made = f"open_clip.create_model('{architecture}', '{tag}'); open_clip.get_tokenizer('{architecture}')"
        return f'if you trust it: python -c "import open_clip; {made}"'
    return ""
