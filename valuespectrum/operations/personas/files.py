"""``persona list|show|make|import``: personas in files, without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import PersonaFormat, StrategyName
from valuespectrum.operations.shared.loading import warn_of_placebos
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.personas.importing.rows import Imported
    from agents.personas.persona import Persona

_SHOWN_BAD = 10
_MADE = "Made by `valuespectrum persona make`."
_COPIED = (
    "Made by `valuespectrum persona import` from a file of others, whose terms hold for these words.",
    "A target that nobody gave is judged by a model with `valuespectrum persona judge`.",
)


@dataclass(frozen=True, repr=False)
class PersonaList(Outcome):
    """Personas with their targets."""

    personas: tuple[Persona, ...] = ()

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each persona: what it is, and its importance of every value."""
        return [{**{n: one[n] for n in _COLUMNS}, **one["target"]} for one in self.document["personas"]]


_COLUMNS = ("id", "name", "kind", "source", "wordings", "target_from")


@dataclass(frozen=True, slots=True)
class MakeSettings(CheckedSettings):
    """A persona out of a profile; the names are those of the options of ``valuespectrum persona make``."""

    profile: Mapping[str, float] = field(default_factory=dict)
    """Value to importance, -1 to 1."""
    name: str = ""
    """By default the id in words."""
    rescale: bool = False
    """Whether the profile is on another scale: its mean is taken off, and what lies farthest becomes 1 or -1."""
    seed: int = 0
    """Of the choice of statements."""
    force: bool = False
    """Replace a file that is there."""


@dataclass(frozen=True, slots=True)
class PersonaImportSettings(CheckedSettings):
    """How a file of others is read; the names are those of the options of ``valuespectrum persona import``."""

    bounds: ClassVar[Bounds] = {"limit": (1, ENDLESS)}

    columns: str = ""
    """Column map of a survey: one of ours by name, or a file."""
    field: str = "persona"
    """Where the words stand, in lists of persons in free words."""
    limit: int = 200
    encoding: str = "utf-8"
    prefix: str = ""
    """Begins the ids."""
    force: bool = False


def list_personas(personas: str | PathLike[str] | None = None) -> PersonaList:
    """What personas there are.

    Args:
        personas: Persona file; ``None`` for the built-in ones.

    Raises:
        InputError: The file cannot be used.

    Example::

        vs.list_personas().to_pandas()
    """
    from agents.personas.persona import load_personas

    return _listed(load_personas(user_path(personas) if personas is not None else None))


def show_persona(
    name: str,
    personas: str | PathLike[str] | None = None,
    strategy: StrategyName = "simple",
    teller: Teller | None = None,
) -> PersonaList:
    """One persona, or one of its wordings or shuffles, with the words that a model hears.

    Args:
        name: Id or name; ``tycoon@2``, ``tycoon~scrambled``, ``tycoon~permuted``.
        personas: Persona file; ``None`` for the built-in ones.
        strategy: How it is put.
        teller: Who is told when a placebo is no placebo.

    Raises:
        InputError: There is no such persona, or it cannot be put that way.

    Example::

        print(vs.show_persona("tycoon@2"))
    """
    from agents.personas.choosing import select
    from agents.personas.persona import load_personas
    from agents.personas.prompts import system_prompt

    known = load_personas(user_path(personas) if personas is not None else None)
    chosen = select(known, [name])
    words = system_prompt(chosen[0], strategy)
    found = _listed(chosen)
    warn_of_placebos(teller or Unattended(), chosen, user_path(personas) if personas is not None else None)
    text = "\n".join([words, "", _target_words(chosen[0])])
    return PersonaList({**found.document, "system": words}, text, chosen)


def make_persona(identity: str, out: str | PathLike[str], settings: MakeSettings) -> PersonaList:
    """Write a persona file with one persona that spells out a profile; a file that is there gets one more.

    Args:
        identity: Id of the persona.
        out: Persona file.
        settings: Its profile.

    Raises:
        InputError: The profile or the id cannot be used, or the id is taken.
        StorageError: The file cannot be written.

    Example::

        vs.make_persona("mine", "mine.yaml", vs.MakeSettings({"power": 1, "universalism": -0.5}))
    """
    from agents.personas.generating import from_profile, rescaled
    from agents.personas.writing import write_personas

    path = user_path(out)
    profile = rescaled(settings.profile) if settings.rescale else dict(settings.profile)
    made = from_profile(identity, settings.name or identity.replace("_", " "), profile, settings.seed)
    before = [] if settings.force or not path.exists() else _made_before(path)
    if any(persona.id == identity for persona in before):
        raise InputError(f"{path} has a persona {identity!r} already", "give another id, or add --force to begin anew")
    write_personas(path, [*before, made], (_MADE,), force=True)
    found = _listed((made,))
    lines = [trait.text for trait in made.traits]
    return PersonaList(found.document, "\n".join([*lines, "", _target_words(made), f"written: {path}"]), (made,))


def _made_before(path: Path) -> list[Persona]:
    """Personas of a file that this verb made; comments and form of any other would be lost.

    Raises:
        InputError: Somebody else made it.
    """
    from agents.personas.persona import load_personas

    before = list(load_personas(path))
    with path.open(encoding="utf-8-sig") as file:
        if file.readline().strip() != f"# {_MADE}":
            raise InputError(
                f"{path} was not made by `persona make`: its comments would be lost", "name another file with --out"
            )
    return before


def import_personas(
    form: PersonaFormat,
    source: str | PathLike[str],
    out: str | PathLike[str],
    settings: PersonaImportSettings | None = None,
) -> PersonaList:
    """Make a persona file out of a file of others, which users download themselves.

    Args:
        form: ``"traits"`` (lists of traits, as in Persona-Chat), ``"hub"`` (persons in free words, JSON a line, as in
            Persona Hub) or ``"survey"`` (CSV of a value survey with a column map).
        source: The file.
        out: Persona file to write.
        settings: How it is read.

    Raises:
        InputError: The file cannot be read, holds nothing of the kind, or the one to write is there.
        StorageError: It cannot be written.

    Example::

        vs.import_personas("survey", "ess.csv", "people.yaml", vs.PersonaImportSettings(columns="ess"))
    """
    from agents.personas.writing import write_personas

    settings, path = settings or PersonaImportSettings(), user_path(out)
    if path.exists() and not settings.force:
        raise InputError(f"{path} is there already", "name another file, or add --force to replace it")
    found = _read(form, user_path(source), settings)
    write_personas(path, found.personas, _COPIED, settings.force)
    open_targets = sum(not any(persona.target.values()) for persona in found.personas)
    listed = _listed(found.personas)
    document: Json = {
        **listed.document,
        "file": str(path),
        "bad_rows": [{"line": row.line, "why": row.why} for row in found.bad],
        "left_out": found.left,
        "without_target": open_targets,
    }
    return PersonaList(document, _import_words(found, path, open_targets), found.personas)


def _read(form: PersonaFormat, source: Path, settings: PersonaImportSettings) -> Imported:
    from agents.personas.importing.hub import import_hub
    from agents.personas.importing.rows import ImportOptions
    from agents.personas.importing.survey import import_survey, known_maps, read_map
    from agents.personas.importing.traits import import_traits

    options = ImportOptions(settings.limit, settings.encoding, settings.prefix)
    if (form == "survey") != bool(settings.columns):
        if form == "survey":
            raise InputError("a survey needs a column map", f"--columns FILE, or one of {', '.join(known_maps())}")
        raise InputError(f"the format {form!r} has no columns", "leave --columns out")
    if form == "survey":
        return import_survey(source, options, read_map(settings.columns))
    if form == "hub":
        return import_hub(source, options, settings.field)
    if form == "traits":
        return import_traits(source, options)
    raise InputError(f"unknown format {form!r:.40}", "choose traits, hub or survey")


def _listed(personas: Sequence[Persona]) -> PersonaList:
    from agents.personas.wordings import wordings

    rows = [
        {
            "id": one.id,
            "name": one.name,
            "kind": one.kind,
            "source": one.source,
            "description": one.description,
            "wordings": 1 if one.made_from else len(wordings(one)),
            "target": dict(one.target),
            "target_from": one.target_from,
        }
        for one in personas
    ]
    cells = [
        (row["id"], row["wordings"], _short(one), row["target_from"]) for row, one in zip(rows, personas, strict=True)
    ]
    text = table(("persona", "wordings", "holds (+) and rejects (-)", "target from"), cells)
    return PersonaList({"personas": rows}, text, tuple(personas))


def _short(persona: Persona) -> str:
    """What a target says, in few words."""
    told = sorted(((level, value) for value, level in persona.target.items() if level), key=lambda pair: -abs(pair[0]))
    words = [f"{'+' if level > 0 else '-'}{value}" for level, value in told[:4]]
    return " ".join(words) + (" ..." if len(told) > 4 else "") if words else persona.kind


def _target_words(persona: Persona) -> str:
    if not any(persona.target.values()):
        return f"{persona.id}: no target ({persona.kind})"
    told = ", ".join(f"{value} {level:+.2g}" for value, level in persona.target.items() if level)
    return f"{persona.id}: target {told} (said by: {persona.target_from})"


def _import_words(found: Imported, path: Path, open_targets: int) -> str:
    lines = [f"{len(found.personas):,} personas written: {path}"]
    if found.left:
        lines.append(f"{found.left:,} further rows were left out: --limit takes more")
    if open_targets:
        lines.append(f"{open_targets:,} of them have no target: `valuespectrum persona judge` has a model judge them")
    if found.bad:
        lines.append(f"{len(found.bad):,} rows could not be used:")
        lines += [f"  line {row.line}: {row.why}" for row in found.bad[:_SHOWN_BAD]]
    if len(found.bad) > _SHOWN_BAD:
        lines.append(f"  and {len(found.bad) - _SHOWN_BAD:,} more (all with --json)")
    return "\n".join(lines)
