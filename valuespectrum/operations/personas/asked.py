"""``persona judge|interview|check``: what a model makes of personas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.choices import ModelFormat, SpokenStrategy
from valuespectrum.operations.shared.loading import check_specs, load_models
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.models.base import Model
    from agents.personas.persona import Persona
    from agents.playing.checks import Checked
    from agents.playing.interview import Interviewed
    from agents.procedures.procedure import Named
    from valuespectrum.measuring.personas.judging import JudgedTarget

T = TypeVar("T")
_MOST_NAMED = 8
"""Personas that a note names."""


@dataclass(frozen=True, slots=True)
class PersonaAskSettings(CheckedSettings):
    """Who is asked about which personas; the names are those of the options of the verbs."""

    personas: Path | None = None
    """Persona file; ``None`` for the built-in ones."""
    persona: tuple[str, ...] = ()
    """By name; none for all."""
    strategy: SpokenStrategy = "simple"
    """How a persona is put, where a model plays it."""
    seed: int = 0
    device: str = "auto"
    dtype: ModelFormat = "auto"
    force: bool = False
    """Replace a file that is there."""


@dataclass(frozen=True, repr=False)
class PersonasAsked(Outcome):
    """What came of asking a model about personas."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each persona."""
        return list(self.document["personas"])


def judge_personas(
    model: str, out: str | PathLike[str], settings: PersonaAskSettings, teller: Teller | None = None
) -> PersonasAsked:
    """Have a model judge what personas value, and write them with these targets; targets that were given stay.

    Answers are kept beside the file as they come, so that the same call goes on after an interruption.

    Args:
        model: Model spec of the judge.
        out: Persona file to write.
        settings: Which personas.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist, no persona lacks a target, or the file is there.
        ModelError: The model cannot be loaded or asked.
        StorageError: The file cannot be written.

    Example::

        vs.judge_personas("hf:...", "judged.yaml", vs.PersonaAskSettings(Path("imported.yaml")))
    """
    from agents.personas.persona import NOBODY
    from agents.procedures.procedure import Named
    from valuespectrum.measuring.personas.judging import JUDGE, judge_persona

    teller, path = teller or Unattended(), _free(out, settings.force)
    personas = _chosen(settings)
    lacking = [each for each in personas if each.target_from == NOBODY and each.kind == "values"]
    if not lacking:
        raise InputError("every one of these personas has a target", "there is nothing to judge")
    _refuse_unwritten(personas)
    judge = _loaded(model, settings, teller)
    named = [Named(f"persona/judge/{one.id}/{one.text}{one.traits}", judge_persona(one)) for one in lacking]
    found = _conducted(named, {JUDGE: judge}, path, teller, "judging")
    by_id = {one.id: judged for one, judged in zip(lacking, found, strict=True)}
    written = [_with_target(one, by_id.get(one.id), judge.id) for one in personas]
    _write(path, written, (f"Targets judged by {judge.id}.",), settings.force)
    rows = [_judged_row(one, judged) for one, judged in zip(lacking, found, strict=True)]
    silent = sum(judged.target is None for judged in found)
    lines = [f"{len(rows) - silent} of {len(rows)} personas judged by {judge.id}, written: {path}"]
    lines += [f"{row['id']}: not judged, no answer about {', '.join(row['silent'])}" for row in rows if row["silent"]]
    return PersonasAsked({"model": judge.id, "file": str(path), "personas": rows}, "\n".join(lines))


def interview_personas(
    model: str, out: str | PathLike[str], settings: PersonaAskSettings, teller: Teller | None = None
) -> PersonasAsked:
    """Interview a model in every role, and write the personas with what it said, for the strategy ``interview``.

    Args:
        model: Model spec of who plays.
        out: Persona file to write.
        settings: Which personas, and how they are put.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist, or the file is there.
        ModelError: The model cannot be loaded or asked, or said nothing in any role.
        StorageError: The file cannot be written.

    Example::

        vs.interview_personas("hf:...", "interviewed.yaml", vs.PersonaAskSettings(persona=("tycoon",)))
    """
    from agents.personas.prompts import system_prompt
    from agents.playing.interview import interview
    from agents.procedures.procedure import SUBJECT, Named
    from vectorstore.foundation.errors import ModelError

    teller, path = teller or Unattended(), _free(out, settings.force)
    if settings.strategy == "interview":
        raise InputError("an interview is held under another strategy", "leave --strategy out")
    personas = _chosen(settings)
    _refuse_unwritten(personas)
    systems = [system_prompt(one, settings.strategy) for one in personas]
    subject = _loaded(model, settings, teller)
    told = zip(personas, systems, strict=True)
    named = [Named(f"persona/interview/{one.id}/{words}", interview(words)) for one, words in told]
    found = _conducted(named, {SUBJECT: subject}, path, teller, "interviewing")
    if not any(each.said for each in found):
        raise ModelError(f"{subject.id} answered no question in any role", "ask another model")
    held = [
        replace(one, interview=each.said, interviewed=subject.id) if each.said else one
        for one, each in zip(personas, found, strict=True)
    ]
    _write(path, held, (f"Interviews with {subject.id}.",), settings.force)
    rows = [_interview_row(one, each) for one, each in zip(personas, found, strict=True)]
    cells = [(row["id"], row["answered"], row["asked"], row["role_breaks"], row["refused"]) for row in rows]
    shown = table(("persona", "kept", "asked", "role breaks", "refused"), cells)
    return PersonasAsked({"model": subject.id, "file": str(path), "personas": rows}, f"{shown}\n\nwritten: {path}")


def check_personas(model: str, settings: PersonaAskSettings, teller: Teller | None = None) -> PersonasAsked:
    """Ask a model in every role what the role implies, and the same without the role.

    Args:
        model: Model spec.
        settings: Which personas, and how they are put.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist, or no target of these personas implies an answer.
        ModelError: The model cannot be loaded or asked.

    Example::

        vs.check_personas("simulated:amber", vs.PersonaAskSettings(persona=("tycoon",)))
    """
    from agents.personas.prompts import system_prompt
    from agents.playing.checks import check_persona
    from agents.procedures.procedure import SUBJECT, Named
    from valuespectrum.measuring.personas.implied import WAYS, check_questions

    teller = teller or Unattended()
    chosen = _chosen(settings)
    implied = {one.id: questions for one in chosen if (questions := check_questions(one, settings.seed))}
    personas = [one for one in chosen if one.id in implied]
    if not personas:
        raise InputError(
            "no target of these personas implies an answer", "give or judge targets that come to a quarter or more"
        )
    if silent := [one.id for one in chosen if one.id not in implied]:
        teller.say(f"not asked about, since no target implies an answer: {_listed(silent)}")
    subject = _loaded(model, settings, teller)
    named: list[Named[Checked]] = []
    for one in personas:
        named += [
            Named(f"persona/check/{one.id}/{words}", check_persona(implied[one.id], words, "start", together=WAYS))
            for words in (system_prompt(one, settings.strategy), "")
        ]
    found = _conducted(named, {SUBJECT: subject}, None, teller, "asking")
    rows = [_check_row(one, *found[2 * at : 2 * at + 2]) for at, one in enumerate(personas)]
    cells = [
        (row["id"], _share(row["agreement"]), _share(row["without"]), row["answered"], row["role_breaks"])
        for row in rows
    ]
    head = ("persona", "fits the role", "without the role", "answers", "role breaks")
    said = "how well answers fit the role: 1 wholly, 0 not at all"
    return PersonasAsked({"model": subject.id, "personas": rows}, f"{table(head, cells)}\n{said}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _refuse_unwritten(personas: Sequence[Persona]) -> None:
    """Refuse personas that no file can hold, before anybody is asked about them.

    Raises:
        InputError: One is another wording of a persona, or a shuffle.
    """
    from agents.personas.writing import entry_of

    for one in personas:
        entry_of(one)


def _chosen(settings: PersonaAskSettings) -> tuple[Persona, ...]:
    from agents.personas.choosing import select
    from agents.personas.persona import load_personas

    known = load_personas(settings.personas)
    return select(known, settings.persona) if settings.persona and "all" not in settings.persona else known


def _loaded(model: str, settings: PersonaAskSettings, teller: Teller) -> Model:
    from agents.models.base import ModelOptions

    options = ModelOptions(device=settings.device, dtype=settings.dtype, seed=settings.seed)
    check_specs([model], options)
    teller.doing(f"loading {model}")
    return load_models([model], options)[0]


def _free(out: str | PathLike[str], force: bool) -> Path:
    from vectorstore.foundation.disk import refuse_unwritable, storage_errors

    path = user_path(out)
    with storage_errors(path):
        if path.exists() and not force:
            raise InputError(f"{path} is there already", "name another file, or add --force to replace it")
    refuse_unwritable(path)
    return path


def _conducted(
    named: Sequence[Named[T]], cast: Mapping[str, Model], out: Path | None, teller: Teller, label: str
) -> list[T]:
    """Drive procedures; answers are kept beside the file that is to be written, where there is one."""
    from agents.answers.store import AnswerStore
    from agents.procedures.conductor import conduct
    from vectorstore.foundation.disk import make_folder, storage_errors

    found: list[T] = []
    with teller.progress(label) as advance:
        if out is None:
            for each in conduct(named, cast):
                found.append(each)
                advance(len(found), len(named))
            return found
        with storage_errors(out):
            make_folder(out.parent)
        with AnswerStore(out.with_name(f"{out.name}.answers.sqlite")) as store:
            for each in conduct(named, cast, store):
                found.append(each)
                advance(len(found), len(named))
    return found


def _write(path: Path, personas: Sequence[Persona], comments: Sequence[str], force: bool) -> None:
    from agents.personas.writing import write_personas

    write_personas(path, personas, comments, force)


def _with_target(persona: Persona, judged: JudgedTarget | None, judge: str) -> Persona:
    if judged is None or judged.target is None:
        return persona
    from agents.personas.persona import JUDGED_BY

    return replace(persona, target=judged.target, target_from=f"{JUDGED_BY}{judge}")


def _judged_row(persona: Persona, judged: JudgedTarget) -> Json:
    return {
        "id": persona.id,
        "target": None if judged.target is None else dict(judged.target),
        "disagreement": judged.disagreement,
        "silent": list(judged.silent),
    }


def _interview_row(persona: Persona, held: Interviewed) -> Json:
    return {
        "id": persona.id,
        "asked": held.asked,
        "answered": len(held.said),
        "refused": held.refused,
        "role_breaks": held.breaks.all,
        "interview": [list(each) for each in held.said],
    }


def _check_row(persona: Persona, played: Checked, bare: Checked) -> Json:
    return {
        "id": persona.id,
        "agreement": played.agreement,
        "low": played.low,
        "high": played.high,
        "without": bare.agreement,
        "asked": played.asked,
        "answered": played.answered,
        "refused": played.refused,
        "role_breaks": played.breaks.all,
        "breaks": asdict(played.breaks),
        "who": played.who,
        "who_broke": played.who_broke,
    }


def _share(number: float | None) -> str:
    return "-" if number is None else f"{number:.2f}"
