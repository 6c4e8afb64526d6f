"""Walk a logged session again, without the model: same feed, same actions, same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.browsing.catalogue import Catalogue
from agents.browsing.log import Event, LogContents, SessionManifest, encode, read_log
from agents.browsing.manifest import RecordedOptions
from agents.browsing.options import SessionOptions
from agents.browsing.person import IMPORTED, PersonWalk
from agents.browsing.recorded import RecordedModel
from agents.browsing.seeing.observe import ObserverOptions
from agents.browsing.session import first_difference, shown_in
from agents.browsing.walk import Walk
from agents.feeds.functions import FILE
from agents.feeds.policy import Policy, load_policy, policy_params
from agents.procedures.procedure import SUBJECT, alone
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """How a replay compares with its log."""

    identical: bool
    """Whether every complete line came out byte for byte."""
    steps: int
    """Steps that the log holds."""
    complete: bool
    """Whether the session had come to its end: all its steps, or nothing left to show."""
    difference: str = ""
    """The first difference, empty when identical."""


def replay(log: Path, catalogue: Catalogue, policy: Policy | None = None, swapped: Sequence[str] = ()) -> ReplayReport:
    """Run the policy and the actions of a logged session again, with the answers from the log.

    Args:
        log: A session log; it is not changed.
        catalogue: The clips that the session walked through.
        policy: The log's own policy, where that is a function of a file: no file is run because a log names it.
        swapped: Policies that interventions put in its place, as they are written there, where they are such.

    Raises:
        InputError: The log is missing or malformed, its policy is not installed or another one, or a file that nobody
            else named would have to be run.
        SchemaError: Another release wrote it.
    """
    contents = read_log(log)
    manifest, steps = contents.manifest, len(contents.events)
    if manifest.catalogue_hash != catalogue.content_hash():
        return ReplayReport(False, steps, False, "line 1: catalogue_hash is that of other clips")
    if encode(manifest) != contents.lines[0]:
        return ReplayReport(False, steps, False, "line 1: the manifest is written in another form")
    if policy is not None and {"name": policy.name, "params": dict(policy_params(policy))} != manifest.policy:
        raise InputError(f"{log}: the session had another policy than {policy.name!r:.200}", "name the one of the log")
    session, system = session_of(manifest, f"{log}, line 1", policy, swapped)
    reads, words = session.observer.reads, manifest.session.get("words_hash", "")
    if reads and words != catalogue.words_hash(reads):
        return ReplayReport(False, steps, False, "line 1: words_hash is that of other words beside the clips")
    walk = walk_of(manifest, session, catalogue, system)
    difference = _first_difference(contents, walk)
    if difference:
        return ReplayReport(False, steps, False, difference)
    return ReplayReport(True, steps, steps >= session.steps or walk.choose(steps) is None)


def session_of(
    manifest: SessionManifest, label: str, policy: Policy | None = None, trusted: Sequence[str] = ()
) -> tuple[SessionOptions, str]:
    """The options of a logged session and the persona prompt in the log.

    Args:
        manifest: Of the log.
        label: Where it comes from, for messages.
        policy: Decides what is shown in place of the logged policy, which is then not loaded.
        trusted: Programs that may be run as swapped policies: their words in the log, hash of the file included.

    Raises:
        InputError: The manifest does not describe a session that this release can run, or names a file to be run, or
            somebody walked elsewhere.
    """
    from pydantic import TypeAdapter, ValidationError

    if IMPORTED in manifest.session:
        raise InputError(
            f"{label}: somebody watched this elsewhere, so that there is no feed to walk through again",
            "`valuespectrum people` with the same files and the same key writes the same log again: compare the two",
        )
    shown = {name: value for name, value in manifest.observer.items() if name not in ("resolution", "screens")}
    try:
        recorded = TypeAdapter(RecordedOptions).validate_python(manifest.session)
        observer = TypeAdapter(ObserverOptions).validate_python(shown)
        name, params = str(manifest.policy["name"]), dict(manifest.policy["params"])
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        reason = one_line(error)
        raise InputError(f"{label}: the manifest cannot be replayed: {reason}", "the log was edited") from error
    words = [each.words for each in recorded.interventions if each.kind == "swap_policy"]
    swapped = [each for each in words if each not in trusted]
    _refuse_programs([*swapped, *([name] if policy is None else [])], label)
    session = SessionOptions(
        questions=recorded.questions,
        seed=manifest.seed,
        steps=recorded.steps,
        policy=policy or load_policy(name, **params),
        observer=observer,
        behaviour=recorded.behaviour,
        strategy=recorded.strategy,
        actions=recorded.actions,
        weariness=recorded.weariness,
        memory=recorded.memory,
        interventions=recorded.interventions,
        clone=recorded.clone,
        checks=recorded.checks,
        items=recorded.items,
        pool=recorded.pool,
    )
    return session, recorded.system


def _refuse_programs(policies: Sequence[str], label: str) -> None:
    """A log can be anybody's, so that what it names must not be run."""
    for name in policies:
        if name.startswith(FILE):
            raise InputError(
                f"{label}: the feed is a program, {name!r:.200}, and is not run because a log says so",
                "if you trust it, say --policy or --intervene as it was; without the corpus answers can be checked",
            )


def walk_of(manifest: SessionManifest, session: SessionOptions, catalogue: Catalogue, system: str) -> Walk | PersonWalk:
    """The beginning of a logged walk: a model's, or a person's."""
    return PersonWalk(session, catalogue) if manifest.human else Walk(session, catalogue, system)


def repeated_step(walk: Walk | PersonWalk, event: Event, manifest: SessionManifest) -> Event | None:
    """The next step of a logged walk with what was answered, or done, in it; ``None`` when nothing is left to show."""
    if isinstance(walk, PersonWalk):
        return walk.repeat(event)
    walk.pictures = shown_in(event)
    return alone(walk.step(event.step), {SUBJECT: RecordedModel(str(manifest.model.get("id", "")), event)})


def _first_difference(contents: LogContents, walk: Walk | PersonWalk) -> str:
    for event, line in zip(contents.events, contents.lines[1:], strict=True):
        repeated = repeated_step(walk, event, contents.manifest)
        if repeated is None or encode(repeated) != line:
            difference = first_difference(event, repeated) or "the event is written in another form"
            return f"line {event.step + 2}: {difference}"
    return ""
