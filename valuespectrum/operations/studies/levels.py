"""A battery of several instruments: each a run of its own, in a folder of the battery's run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from shlex import quote

from valuespectrum.operations.bench import BenchSettings, bench, item_params, plan_bench, slug, tell_level
from valuespectrum.operations.instrument import InstrumentSettings, run_instrument
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path


@dataclass(frozen=True, repr=False)
class LevelRuns(Outcome):
    """What a battery of several instruments found, or would ask."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each instrument and value that has a number."""
        return [
            {"instrument": name, "value": value, **row}
            for name, scores in self.document["instruments"].items()
            for value, row in scores.get("profile", {}).items()
        ]


def bench_level(
    corpus: str | PathLike[str],
    models: str | Sequence[str],
    run: str | PathLike[str] | None = None,
    settings: BenchSettings | None = None,
    teller: Teller | None = None,
    command: str = "",
) -> LevelRuns:
    """Measure with every instrument of a battery; the same call continues what was interrupted.

    Args:
        corpus: Corpus folder.
        models: A model spec, or several.
        run: Folder of the runs, ``RUN/like`` and so on; by default ``runs/MODEL-BATTERY``.
        settings: What is asked and how; ``battery`` names the level.
        teller: Who is told how it goes.
        command: What the user typed, for the manifests.

    Raises:
        InputError: As ``bench``; or the level sets an option that is given.

    Example::

        vs.bench_level("my-corpus", "reference", settings=vs.BenchSettings(battery="full"))
    """
    from valuespectrum.runs.run import refuse_other_folders

    settings, teller = settings or BenchSettings(battery="full"), teller or Unattended()
    specs = [models] if isinstance(models, str) else list(models)
    parts = _parts(settings)
    folder = user_path(run) if run else _folder(specs, settings.battery)
    for name, _ in parts:
        refuse_other_folders(folder / name)
    tell_level(settings.battery, teller)
    found: dict[str, Json] = {}
    for name, params in parts:
        teller.say(f"{name}: {folder / name}")
        asked = replace(_plain(settings), battery=name, params=params)
        if _shows_pictures(name, params):
            found[name] = bench(corpus, specs, folder / name, asked, teller, command).to_dict()
        else:
            of_words = InstrumentSettings(None, params, asked=asked)
            found[name] = run_instrument(name, specs, folder / name, of_words, teller, command).to_dict()
    lines = [f"{name}: answers and scores in {folder / name}" for name in found]
    runs = " ".join(quote(str(folder / name)) for name in found)
    text = "\n".join([*lines, f"next: valuespectrum report {runs} --corpus {quote(str(user_path(corpus)))}"])
    return LevelRuns({"level": _level(settings.battery), "instruments": found, "run": str(folder)}, text)


def plan_level(
    corpus: str | PathLike[str],
    models: str | Sequence[str],
    run: str | PathLike[str] | None = None,
    settings: BenchSettings | None = None,
    teller: Teller | None = None,
) -> LevelRuns:
    """What ``bench_level`` would ask and cost; loads no model and writes nothing.

    What adapts to answers, and what shows no pictures, is told as the most that it asks of one respondent.

    Args:
        corpus: As for ``bench_level``.
        models: As for ``bench_level``.
        run: As for ``bench_level``.
        settings: As for ``bench_level``.
        teller: As for ``bench_level``.

    Raises:
        InputError: As ``plan_bench``.

    Example::

        print(vs.plan_level("my-corpus", "openai:gpt-4o-mini", settings=vs.BenchSettings(battery="full")))
    """
    from valuespectrum.instruments.base import Listed
    from valuespectrum.instruments.registry import load_instrument

    settings, teller = settings or BenchSettings(battery="full"), teller or Unattended()
    specs = [models] if isinstance(models, str) else list(models)
    parts = _parts(settings)
    folder = user_path(run) if run else _folder(specs, settings.battery)
    tell_level(settings.battery, teller)
    found: dict[str, Json] = {}
    lines = []
    for name, params in parts:
        instrument = load_instrument(name, params)
        if instrument.pictures and isinstance(instrument, Listed):
            asked = replace(_plain(settings), battery=name, params=params)
            planned = plan_bench(corpus, specs, folder / name, asked, teller)
            found[name] = planned.to_dict()
            lines.append(str(planned))
        else:
            most = instrument.cost(0)
            found[name] = {"asks_to_one_respondent": most}
            lines.append(f"{name}: at most {most:,} asks to one respondent")
    return LevelRuns({"level": _level(settings.battery), "instruments": found, "run": str(folder)}, "\n".join(lines))


def _parts(settings: BenchSettings) -> list[tuple[str, dict[str, str]]]:
    """Instruments of a level with their options, as text, those of the user among them.

    Raises:
        InputError: The level cannot be asked with these settings: nothing is begun then.
    """
    from valuespectrum.instruments.registry import load_instrument
    from valuespectrum.measuring.levels import LEVELS, refuse_both

    if settings.battery not in LEVELS:
        raise InputError(f"there is no battery {settings.battery!r:.40}", f"one of {', '.join(LEVELS)}")
    given = item_params(settings)
    if "items" in given:
        raise InputError("--items are of one instrument", "name it with --battery INSTRUMENT")
    parts = LEVELS[settings.battery].parts
    for part in parts:
        refuse_both(settings.battery, part.params, given)
        settings.presenting.refuse_for(load_instrument(part.instrument, part.params))
    return [(part.instrument, {name: str(value) for name, value in {**part.params, **given}.items()}) for part in parts]


def _plain(settings: BenchSettings) -> BenchSettings:
    """Settings without what is handed on as options of instruments."""
    return replace(settings, wordings=None, language="", form=None, frame_of_mind=None, items=None)


def _folder(specs: Sequence[str], battery: str) -> Path:
    from agents.models.model_names import ModelSpec

    return Path("runs") / f"{slug('+'.join(ModelSpec.parse(each).titled for each in specs))}-{slug(battery)}"


def _shows_pictures(name: str, params: Mapping[str, str]) -> bool:
    from valuespectrum.instruments.registry import load_instrument

    return load_instrument(name, params).pictures is not None


def _level(battery: str) -> Json:
    from valuespectrum.measuring.levels import LEVELS

    return dict(LEVELS[battery].to_json())
