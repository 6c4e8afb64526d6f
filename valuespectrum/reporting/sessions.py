"""Takes sessions out of their logs, with what their manifests and the corpus know of the clips."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agents.browsing.log import NO_ACTION
from valuespectrum.reporting.elements.data import ReportedSession, SessionStep
from valuespectrum.reporting.examples import read_picture
from valuespectrum.runs.feed import feed_path, read_feed
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.browsing.log import Event, LogContents
    from vectorstore.corpus import Corpus


def read_session(
    log: Path, corpus: Corpus | None, names: Mapping[str, str], known_values: Mapping[str, str]
) -> ReportedSession:
    """A session log with titles and pictures where the corpus still has them.

    Args:
        log: The log file.
        corpus: For titles and pictures; ``None`` gives none.
        names: Persona id to its name.
        known_values: Clip id to value, for logs of releases that wrote no manifest beside them.

    Raises:
        InputError: The log or its manifest is missing, damaged, or belongs to another.
        SchemaError: Another release wrote it.
    """
    from agents.browsing.log import read_log

    contents = read_log(log)
    values = _values(log, contents)
    present = corpus.clip_ids() if corpus else set()
    persona = str(contents.manifest.persona.get("id") or "")
    told = known_values if values is None else values
    return ReportedSession(
        model=str(contents.manifest.model.get("id", "")),
        persona=names.get(persona, persona) or ("a person" if contents.manifest.human else "itself, without a persona"),
        policy=str(contents.manifest.policy.get("name", "")),
        seed=contents.manifest.seed,
        steps=tuple(_step(event, corpus if event.item_id in present else None, told) for event in contents.events),
        values_known=values is not None,
    )


def _values(log: Path, contents: LogContents) -> dict[str, str] | None:
    manifest = read_feed(log)
    if manifest is None:
        return None
    if manifest.feed.catalogue_hash != contents.manifest.catalogue_hash:
        raise InputError(
            f"{feed_path(log)} belongs to another session than {log}", "take it from where the log is from"
        )
    return manifest.corpus.clip_values()


def _step(event: Event, corpus: Corpus | None, values: Mapping[str, str]) -> SessionStep:
    title, picture = "", b""
    if corpus is not None:
        title = corpus.clip(event.item_id).title
        picture = read_picture(corpus, event.shown[0].frame_sha) if event.shown else b""
    propensity = next((each.propensity for each in event.candidates if each.id == event.item_id), None)
    return SessionStep(
        step=event.step + 1,
        item=event.item_id,
        title=title,
        value=values.get(event.item_id, ""),
        # One question of a step can fail while the others decide.
        action="" if event.refusal or event.action == NO_ACTION else event.action,
        propensity=propensity,
        picture=picture,
    )
