"""Persona files, written as ``file.py`` reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from agents.personas.file import PersonaEntry, TraitEntry, check_entry
from agents.personas.persona import FROM_TRAITS, NOBODY, Persona, Trait, bank_statements, plainly
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError


def write_personas(path: Path, personas: Sequence[Persona], comments: Iterable[str] = (), force: bool = False) -> None:
    """Write a persona file; a file that is there stays as it is unless it may be replaced.

    Args:
        path: Where to.
        personas: Each in its first wording, and no shuffle: both follow from the persona.
        comments: Lines at the top.
        force: Replace a file.

    Raises:
        InputError: There is a file already, or a persona cannot stand in a file.
        StorageError: The disk refuses.
    """
    if path.exists() and not force:
        raise InputError(f"{path} is there already", "name another file, or add --force to replace it")
    rows = [entry_of(persona).model_dump(exclude_defaults=True) for persona in personas]
    head = "".join(f"# {' '.join(line.split())}\n" for line in comments)
    body = yaml.safe_dump({"personas": rows}, allow_unicode=True, sort_keys=False, width=110)
    with storage_errors(path):
        write_durably(path, f"{head}{body}".encode())


def entry_of(persona: Persona) -> PersonaEntry:
    """A persona as it stands in a file.

    Raises:
        InputError: It is a wording or a shuffle of another, or its id or words cannot be written.
    """
    if persona.made_from:
        why = f"{persona.id!r} follows from {persona.made_from!r}, and stands in no file"
        raise InputError(why, f"name {persona.made_from!r} itself")
    told = persona.target_from != NOBODY and any(persona.target.values())
    row: dict[str, object] = {
        "id": persona.id,
        "name": persona.name,
        "kind": persona.kind,
        "description": persona.description,
        "traits": [_row(trait) for trait in persona.traits],
        "text": persona.text,
        "wordings": [line[0] if persona.text else list(line) for line in persona.reworded],
        "target": {value: round(number, 4) for value, number in persona.target.items()} if told else None,
        "target_from": persona.target_from if told and persona.target_from != FROM_TRAITS else "",
        "interview": [{"question": question, "answer": answer} for question, answer in persona.interview],
        "interviewed": persona.interviewed,
    }
    return check_entry(row, f"persona {persona.id!r:.80}")


def _row(trait: Trait) -> str | TraitEntry:
    """A statement that is read as it is tagged stands for itself; another brings along what it speaks about."""
    plain, strength = plainly(trait.text)
    known = bank_statements().get(plain)
    if trait == (replace(known, text=trait.text, strength=strength) if known else Trait(trait.text)):
        return trait.text
    return TraitEntry.model_validate(
        {"text": trait.text, "value": trait.value, "direction": trait.direction, "strength": trait.strength}
    )
