"""Settings of a search for what tells respondents apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import EngineName, LayoutName, ModelFormat, ObjectiveName

if TYPE_CHECKING:
    from agents.models.base import ModelOptions
    from valuespectrum.instruments.adaem.options import TellingLoopOptions


@dataclass(frozen=True, slots=True)
class SearchSettings(CheckedSettings):
    """How questions are searched for; the names are those of the options of ``valuespectrum instrument search``."""

    bounds: ClassVar[Bounds] = {
        "top_k": (1, ENDLESS),
        "clips": (1, ENDLESS),
        "pulls": (1, ENDLESS),
        "each": (1, ENDLESS),
        "at_once": (1, ENDLESS),
        "most_alike": (0.01, 1.0),
        "gain": (0.0, ENDLESS),
        "deepest": (0, ENDLESS),
        "keep": (0.01, 1.0),
        "invent": (0, ENDLESS),
        "batch_size": (1, ENDLESS),
        "samples": (0, ENDLESS),
        "temperature": (0.01, ENDLESS),
    }

    judge: tuple[str, ...] = ()
    """Models that say which values a point carries; a model of the search judges itself where none is named, and is
    then named for it."""
    final: tuple[str, ...] = ()
    """Further models for final scores; models that are to be measured belong neither here nor in the search."""
    persona: tuple[str, ...] = ()
    """Roles that every model plays beside itself."""
    personas: Path | None = None
    questions: Path | None = None
    """Topics to begin with, one a line; ours where none are named."""
    corpus: Path | None = None
    """Search its clips in place of questions."""
    keywords: Path | None = None
    top_k: int = 10
    """Clips of each search word that are searched among."""
    clips: int = 5
    """Clips of a value in the sharpened set."""
    objective: ObjectiveName | None = None
    """``liking`` where clips are searched, else ``reasons``."""
    pulls: int = 200
    each: int = 3
    at_once: int = 1
    most_alike: float = 0.85
    gain: float = 0.5
    deepest: int = 3
    keep: float | None = None
    """Share of what was found, the best, that is given final scores: a quarter of clips, else all."""
    invent: int = 0
    """Topics that the models of the search invent beside the seeds."""
    option: Mapping[str, str] = field(default_factory=dict)
    """How S is reckoned where the paper leaves it open: ``denominator``, ``pairs``, ``question``, ``beta`` or
    ``opinions`` (``scoring.telling.informativeness.TellingOptions``)."""
    embedder: str = ""
    """Of texts and clips; the reference embedder, or that of the corpus, where none is named."""
    dry_run: bool = False
    seed: int = 0
    prices: Path | None = None
    device: str = "auto"
    dtype: ModelFormat = "auto"
    batch_size: int = 32
    engine: EngineName = "auto"
    layout: LayoutName = "persona-first"
    samples: int = 0
    temperature: float = 1.0

    @property
    def loading(self) -> ModelOptions:
        """How models are loaded."""
        from agents.models.base import ModelOptions

        names = {each.name for each in fields(ModelOptions)} & {each.name for each in fields(self)}
        return ModelOptions(**{name: getattr(self, name) for name in names})

    @property
    def options(self) -> TellingLoopOptions:
        """Options of the loop.

        Raises:
            InputError: A number is out of range, or S cannot be reckoned so.
        """
        from valuespectrum.instruments.adaem.options import TellingLoopOptions
        from valuespectrum.scoring.telling.informativeness import TellingOptions
        from vectorstore.foundation.plugins import checked_options

        usual = 1.0 if self.corpus is None else 0.25
        return TellingLoopOptions(
            self.pulls,
            self.each,
            # Neighbours of a clip are alike on purpose; what was asked is not asked again.
            1.0 if self.corpus is not None else self.most_alike,
            self.gain,
            self.deepest,
            self.invent,
            keep=usual if self.keep is None else self.keep,
            objective=self.objective or ("liking" if self.corpus is not None else "reasons"),
            telling=checked_options("the score S", TellingOptions, self.option),
            at_once=self.at_once,
            seed=self.seed,
        )
